"""Step 2: how the family is."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.forms import CheckBoxes
from visits.models import Difficulty

from .step import ChildrenMixin, StepForm, answer, choose, keep_out
from .suggestions import SuggestionRows


class FamilyForm(SuggestionRows, ChildrenMixin, StepForm):
    number = 2
    heading = _("How is the family?")
    each = "going_well"

    def make_fields(self):
        draft, fields = self.draft, {}
        lang = draft.data.get("written_in", "")
        for child in draft.offered:
            label = gettext("What goes well with %(child)s?") % {"child": child.called}
            fields[f"going_well_{child.id}"] = answer(label, rows=3, lang=lang)
        return fields | {
            "keep_going_well": keep_out(),
            "hopes": answer(
                _("What does the family hope for?"),
                lang="",
                help_text=_("Write it as they said it, in their language."),
            ),
            "keep_hopes": keep_out(),
            "wishes": answer(
                _("What does the family wish of the school?"),
                rows=3,
                lang="",
                help_text=_("Write it as they said it, in their language."),
            ),
            "keep_wishes": keep_out(),
            "worries": answer(_("What worries the family?"), rows=3, lang=""),
            "keep_worries": keep_out(),
            **self.suggestion_fields(),
            "learning": answer(
                _("How does learning go at home?"),
                rows=3,
                lang=lang,
                help_text=_("Where, when, with whom: what helps, and what is in the way."),
            ),
            "keep_learning": keep_out(),
            "difficulties": choose(
                forms.MultipleChoiceField,
                _("What is difficult?"),
                [(code, capfirst(label)) for code, label in Difficulty.choices],
                widget=CheckBoxes(row=True),
            ),
            "situation": answer(
                _("How are things at home?"),
                lang=lang,
                help_text=_("This stays with staff: the family does not read it here."),
            ),
        }

    @property
    def notes_more(self):
        """Whether one of the folded questions is answered; then they stand open."""
        questions = ("wishes", "worries", "learning")
        return self.is_noted(*questions, *(f"keep_{name}" for name in questions))

    @property
    def notes_difficulties(self):
        """Whether a difficulty is ticked."""
        return self.is_noted("difficulties")

    @property
    def going_well(self):
        """The fields about the children of this visit."""
        return [self.named("going_well", child) for child in self.draft.chosen]
