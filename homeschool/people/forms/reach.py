"""The form on which people say how they are reached."""

import datetime as dt

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin, TimeBox
from homeschool.people.models import Address

HINTS = {
    Address.Pace.INSTANT: _("Each letter leaves when it is written, but not in your quiet hours."),
    Address.Pace.DIGEST: _(
        "News that can wait comes together at 18:00. What is for you alone comes at once."
    ),
    Address.Pace.OFF: _("You find everything else in the portal."),
}
AS_THE_SCHOOL, OWN, NONE = "school", "own", "none"
ENDS = ("quiet_from", "quiet_until")
MIDNIGHT = dt.time()  # both ends the same: no quiet hours


class ReachForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """When a person may be disturbed, and how often each address is written to.

    `addresses` are those to which letters go; `school` is the one whose hours hold where the person
    chooses none (None: it has no school).
    """

    quiet = forms.ChoiceField(label=_("Quiet hours"))
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=TimeBox, help_text=_("For hours of your own.")
    )
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False, widget=TimeBox)

    def __init__(self, data=None, *, user, addresses, school):
        self.user, self.addresses = user, list(addresses)
        super().__init__(data, initial=self._now())
        self.fields["quiet"].choices = self._choices(school)
        self.fields["quiet"].widget = ChoiceBoxes(choices=self.fields["quiet"].choices)
        paces = [(pace, capfirst(words)) for pace, words in Address.Pace.choices]
        for address in self.addresses:
            self.fields[_name(address)] = forms.ChoiceField(
                label=address.value,
                choices=paces,
                initial=address.pace,
                widget=ChoiceBoxes(choices=paces, hints=HINTS),
            )
        self.order_fields([*map(_name, self.addresses), "quiet", "quiet_from", "quiet_until"])

    def _now(self):
        begins, ends = self.user.quiet_from, self.user.quiet_until
        if begins is None:
            return {"quiet": AS_THE_SCHOOL}
        if begins == ends:
            return {"quiet": NONE}
        return {"quiet": OWN, "quiet_from": begins, "quiet_until": ends}

    @staticmethod
    def _choices(school):
        words = gettext("As the school keeps them")
        if school is not None and school.quiet_from != school.quiet_until:
            words = gettext("As the school keeps them: from %(from)s to %(until)s") % {
                "from": f"{school.quiet_from:%H:%M}",
                "until": f"{school.quiet_until:%H:%M}",
            }
        return [
            (AS_THE_SCHOOL, words),
            (OWN, gettext("My own hours")),
            (NONE, gettext("None: write at any hour")),
        ]

    def clean(self):
        """Ask for both ends of hours of one's own."""
        given = super().clean()
        if given.get("quiet") == OWN:
            ends = [given.get(name) for name in ENDS]
            for name in ENDS:
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, gettext("Please say from when and until when."))
            if ends[0] is not None and ends[0] == ends[1]:
                self.add_error("quiet_until", gettext("Both are the same time."))
        return given

    @property
    def hours(self):
        """The quiet hours that were chosen, as (from, until); (None, None): as the school."""
        chosen = self.cleaned_data["quiet"]
        if chosen == OWN:
            return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (MIDNIGHT, MIDNIGHT) if chosen == NONE else (None, None)

    @property
    def paces(self):
        """What was chosen for each address, as [(address, pace)]."""
        return [(address, self.cleaned_data[_name(address)]) for address in self.addresses]


def _name(address):
    return f"pace_{address.pk.hex}"
