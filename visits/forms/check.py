"""Step 5: look through it, and share it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .step import StepForm, answer


class CheckForm(StepForm):
    number = 5
    heading = _("Check before you share")

    def make_fields(self):
        lang = self.draft.data.get("written_in", "")
        return {
            "shared_summary": answer(
                _("A closing word to the family"),
                rows=3,
                lang=lang,
                help_text=_("They read it at the end of the summary."),
            ),
            "staff_note": answer(
                _("Your reflection"), lang=lang, help_text=_("The family does not read this.")
            ),
            "read_aloud": forms.BooleanField(
                label=_("I read the summary aloud to the family"),
                help_text=_("and they said that it is right"),
                required=False,
            ),
        }
