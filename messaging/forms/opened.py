"""What a form carries of the words that stood when it was opened."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from messaging.models.opened import digest_of


def opened_by(words):
    """Return the first answers of OpenedMixin for a list of (language, title, text)."""
    return {"opened": digest_of(part for one in words for part in one)}


class OpenedMixin(forms.Form):
    """Carries the digest of the words that stood; `theirs` are those of somebody who was quicker."""

    opened = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    theirs = ()

    @property
    def opened_at(self):
        """The digest of a valid form, None where it came without one."""
        return self.cleaned_data["opened"] or None

    def meet(self, moved):
        """Show what somebody else wrote; sent again, the form counts."""
        self.theirs = moved.now
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("opened")] = opened_by(moved.now)["opened"]
        self.data = data
        self.add_error(
            None, _("Somebody else changed this at the same moment. Please look and send again.")
        )
