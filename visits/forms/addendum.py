"""What is added to a held visit later."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from visits.models import Addendum


class AddendumForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """Words that a family pins below the summary of `visit`.

    Several stand on one page, so each is known by its visit: what was typed into one while the
    session ended comes back into that one. The fields are sent by their plain names.
    """

    marks_optional = False

    class Meta:
        model = Addendum
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "text": _(
                "It stays below the summary, and the school reads it. The summary stays as it is."
            )
        }

    def __init__(self, *args, visit, **kwargs):
        super().__init__(*args, prefix=str(visit), auto_id=f"add-{visit}-%s", **kwargs)

    def add_prefix(self, field_name):
        return field_name


class StaffAddendumForm(AddendumForm):
    """Words that staff adds to the record, for the family to read or not."""

    class Meta(AddendumForm.Meta):
        fields = ["text", "shared"]
        help_texts = {"text": _("The record stays as it is; this is pinned to it.")}
