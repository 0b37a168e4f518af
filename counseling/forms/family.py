"""What a family writes about its child's plan."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin


class QuestionForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """A question to whoever looks after the plan."""

    words = forms.CharField(
        label=_("Your question"),
        help_text=_("Write it as you like, in your language."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
