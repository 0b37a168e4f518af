"""The form by which a caseload goes to a colleague."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CheckBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people import actions
from homeschool.people.actions import handing
from homeschool.people.models import Membership


class HandOverForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """To whom, what, and what the colleague should know."""

    taker = forms.ModelChoiceField(
        Membership.objects.none(), label=_("Who takes over?"), empty_label=_("choose")
    )
    what = forms.MultipleChoiceField(label=_("What is handed over?"), widget=CheckBoxes)
    note = forms.CharField(
        label=_("Note for the colleague"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What is agreed with the families, what is near. The two of them, you and the school’s "
            "leader read it. It is kept encrypted, and stands in no mail, search or file."
        ),
    )  # fmt: skip

    def __init__(self, *args, membership, **kwargs):
        super().__init__(*args, **kwargs)
        self.membership = membership
        self.caseloads = {str(row.pk): row for row in handing.open_caseloads(membership)}
        self.classes = {str(row.pk): row for row in handing.open_classes(membership)}
        taker, what = self.fields["taker"], self.fields["what"]
        taker.queryset = colleagues_of(membership)
        taker.label_from_instance = _name
        what.choices = [
            *((key, _line(row)) for key, row in self.caseloads.items()),
            *((key, row.name) for key, row in self.classes.items()),
        ]
        what.initial = [*self.caseloads, *self.classes]

    def hand_over(self, by):
        """Hand over what was chosen; return the Handover. Raises handing.NotHandedOver."""
        chosen = self.cleaned_data["what"]
        return actions.hand_over(
            self.membership,
            self.cleaned_data["taker"],
            by=by,
            caseloads=[row for key, row in self.caseloads.items() if key in chosen],
            classes=[row for key, row in self.classes.items() if key in chosen],
            note=self.cleaned_data["note"],
        )


def colleagues_of(membership):
    """Return the open roles of the same kind in the school, of other people, by name."""
    rows = Membership.objects.open().filter(
        school=membership.school_id, role=membership.role, user__is_active=True
    )
    found = rows.exclude(user=membership.user_id).select_related("user", "division")
    return found.order_by("user__sort_key", "pk")


def _name(membership):
    part = membership.division
    return f"{membership.user.full_name} · {part.name}" if part else membership.user.full_name


def _line(caseload):
    child = caseload.student
    return f"{child.full_name} · {child.school_class.name}" if child else str(caseload)
