"""Forms by which two accounts of one guardian become one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin


class MergeForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Which of two accounts is kept, and, where there is a doubt, that it is one person.

    `pair` are the two guardianships from which the accounts were found.
    """

    keep = forms.ChoiceField(label=_("Which account goes on?"), widget=forms.RadioSelect)
    sure = forms.BooleanField(
        label=_("I have asked: this is one person."),
        error_messages={"required": _("Please say that this is one person, or leave it.")},
    )

    def __init__(self, *args, pair, doubts, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.pair = pair
        self.fields["keep"].choices = choices
        if not doubts:
            del self.fields["sure"]

    def chosen(self):
        """Return (keep, gone) as the two accounts."""
        one, other = (tie.guardian for tie in self.pair)
        return (one, other) if self.cleaned_data["keep"] == str(one.pk) else (other, one)
