"""The form of an export: why the roster leaves the portal, and for whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin

# Codes that stand in the Entry; no free text, since a reason typed may tell of a child.
REASONS = {
    "system": _("Another system of the school needs it"),
    "copy": _("The school keeps a copy"),
    "authority": _("The school authority asked for it"),
    "check": _("To check it, change it and bring it in again"),
}


class RosterExportForm(CleanTextMixin, SubmissionFormMixin, forms.Form):
    """Asks for a reason, and whether relationships.csv goes along."""

    reason = forms.ChoiceField(
        label=_("Why do you take the roster along?"),
        help_text=_("It is written down who took it, when and why."),
        choices=list(REASONS.items()),
        widget=ChoiceBoxes(),
    )
    strict = forms.BooleanField(
        label=_("Leave out relationships.csv"),
        help_text=_(
            "It says who is mother, father or grandparent. Some systems refuse a file that "
            "OneRoster does not know."
        ),
        required=False,
    )
