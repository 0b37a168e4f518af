"""The sheet of observations or points."""

from django import forms
from django.utils.translation import gettext_lazy as _

from counseling.models.observation_import import LARGEST_FILE
from homeschool.people.forms.roster import RosterForm


class SheetForm(RosterForm):
    """A CSV or XLSX; `cleaned_data["file"]` is (name, bytes), not read yet."""

    largest = LARGEST_FILE
    known_classes_only = None
    file = forms.FileField(
        label=_("Your sheet, as CSV or XLSX"), allow_empty_file=True, max_length=200,
        help_text=_("20 MB at most. You see what it brings in before it is kept."),
    )  # fmt: skip
