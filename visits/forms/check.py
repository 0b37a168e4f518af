"""Step 5: look through it, and share it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .campaigns import later_campaign_field
from .step import StepForm, answer


class CheckForm(StepForm):
    number = 5
    heading = _("Check before you share")

    def make_fields(self):
        lang = self.draft.data.get("written_in", "")
        children = [child.id for child in self.draft.chosen]
        return later_campaign_field(children, self.draft.pk) | {
            "shared_summary": answer(
                _("A closing word to the family"),
                rows=3,
                lang=lang,
                help_text=_("They read it at the end of the summary."),
            ),
            "staff_note": answer(
                _("Your reflection"), lang=lang, help_text=_("The family does not read this.")
            ),
            "confidential": forms.BooleanField(
                label=_("Keep this visit confidential"),
                help_text=_(
                    "Only who made the visit, the child’s counselor and the head of the school read"
                    " it. The family gets no summary, and nobody else finds it. It still counts."
                ),
                required=False,
            ),
            "read_aloud": forms.BooleanField(
                label=_("I read the summary aloud to the family"),
                help_text=_("and they said that it is right"),
                required=False,
            ),
        }

    @property
    def may_count(self):
        """Whether there is a campaign for which the visit may count (a query)."""
        return len(list(self.fields["campaign"].choices)) > 1
