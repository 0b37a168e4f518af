"""Forms about letters of invitation: printing them, and what is typed from one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.signin.forms import CodeField, EmailField

# Said alike whatever is wrong with a code, so that nobody learns which one.
WORKS_NOT = _("This code does not work (any more). Ask the school for a new letter.")


class PrintForm(SubmissionFormMixin, forms.Form):
    """For whom of a class letters are printed: many by `which`, or the one whom `person` names."""

    MOST = 120  # letters of one printing

    which = forms.ChoiceField(
        label=_("For whom?"),
        choices=[
            ("without", _("All who have not joined and have no letter that works")),
            ("anew", _("All who have not joined; earlier letters end")),
        ],
        initial="without",
        required=False,
        widget=ChoiceBoxes(),
    )
    person = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, invitees=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.invitees = invitees

    def chosen(self):
        """Return the invitees that get a letter now."""
        if person := self.cleaned_data.get("person"):
            return [one for one in self.invitees if one.key == str(person)]
        waiting = [one for one in self.invitees if not one.joined_at]
        if self.cleaned_data.get("which") != "anew":
            waiting = [one for one in waiting if not one.has_letter]
        return waiting[: self.MOST]


class LetterCodeForm(CleanTextMixin, forms.Form):
    """The code of a letter, as a phone writes it: small letters, spaces, hyphens, full width."""

    marks_optional = False
    code = forms.CharField(
        label=_("The code of your letter"),
        max_length=60,
        help_text=_("Twelve letters and digits, like K7MP-4XQF-9TRA. Small letters are fine."),
        error_messages={
            "required": _("Please type the code of your letter."),
            "max_length": WORKS_NOT,
        },
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
                "class": "letter-code",
            }
        ),
    )


class FirstEmailForm(CleanTextMixin, forms.Form):
    """The address with which a family signs in from now on."""

    marks_optional = False
    email = EmailField(
        max_length=254, help_text=_("We send a code with six digits there, to see that it arrives.")
    )


class ProveEmailForm(CleanTextMixin, forms.Form):
    """The six digits that were sent to the address."""

    marks_optional = False
    code = CodeField(_("Six digits"), attrs={"autofocus": True})
