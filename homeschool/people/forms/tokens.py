"""The form by which a person makes a token."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, ngettext

from homeschool.forms import CheckBoxes, ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import Token

Scope = Token.Scope
HINTS = {
    Scope.ROSTER: _("As the children’s pages say it, without addresses."),
    Scope.VISITS: _("Also what was said. That it was read is written down, with your name."),
    Scope.PROMISES: _("Who does what by when."),
    Scope.PLANS: _(
        "For staff: goals, what was measured, the next review. That a plan was read is written down, "
        "with your name."
    ),
    Scope.SESSIONS: _("For staff: what takes place after school, when, where, and who leads it."),
    Scope.ATTENDANCE: _("For staff: who was at which session, and for how long."),
}


def _lasting():
    days = Token.DAYS
    return [(str(n), ngettext("%(n)d day", "%(n)d days", n) % {"n": n}) for n in days]


class TokenForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What the token is for, what it may read, and how long it lasts."""

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        help_text=_("So that you know it again: the library, the spreadsheet of the office."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it read?"),
        choices=Scope.choices,
        widget=CheckBoxes(hints=HINTS),
        help_text=_("Of what you may see yourself, and no more."),
    )
    days = forms.ChoiceField(
        label=_("How long?"), choices=_lasting, initial="90", widget=ChoiceBoxes(row=True)
    )

    def __init__(self, *args, user, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean(self):
        if Token.objects.live().filter(user=self.user).count() >= Token.MOST:
            words = _("You have %(most)d tokens already. Please revoke one that nobody needs.")
            raise ValidationError(words, params={"most": Token.MOST}, code="most")
        return super().clean()

    def make(self, *, proven):
        """Make the token; return (token, text)."""
        data = self.cleaned_data
        return Token.objects.make(
            self.user,
            name=data["name"],
            scopes=data["scopes"],
            days=int(data["days"]),
            proven=proven,
        )
