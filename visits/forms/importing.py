"""The sheet of past visits."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from homeschool.forms import SubmissionFormMixin
from visits.importing import MAX_BYTES_OF_A_PAGE, MAX_ROWS_OF_A_PAGE, Unreadable, read_visits


class PastVisitsForm(SubmissionFormMixin, forms.Form):
    """A CSV or XLSX; `cleaned_data["file"]` is its Table."""

    file = forms.FileField(
        label=_("Your sheet of visits, as CSV or XLSX"), allow_empty_file=True, max_length=200,
        help_text=_(
            "CSV in UTF-8 or GB18030; 20 MB at most. You see what it brings in before it is kept."
        ),
    )  # fmt: skip

    def clean_file(self):
        upload = self.cleaned_data["file"]
        raw = upload.read(MAX_BYTES_OF_A_PAGE + 1)
        try:
            table = read_visits(raw, upload.name[-100:], MAX_BYTES_OF_A_PAGE)
        except Unreadable as refusal:
            raise ValidationError(str(refusal), code="unreadable") from None
        if len(table.rows) > MAX_ROWS_OF_A_PAGE:
            raise ValidationError(
                _("A sheet may have %(number)s lines at most. Part it in two."),
                params={"number": MAX_ROWS_OF_A_PAGE},
            )
        return table
