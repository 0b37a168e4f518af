"""A file for the families of a meeting."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from homeschool.uploads import FileField
from homeschool.uploads.fields import taken


class MaterialForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A PDF or a picture, under the title by which the families know it."""

    title = forms.CharField(
        label=_("What is it called?"), max_length=200,
        help_text=_("As the families read it, like “The way to school in winter”."),
    )  # fmt: skip
    file = FileField(
        label=_("The file"),
        help_text=_(
            "A PDF or a picture, up to 10 MB. Its author, scripts and hidden files are taken out."
        ),
    )

    def clean(self):
        data = super().clean()
        taken(self)
        return data
