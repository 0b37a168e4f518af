"""Step 3: what each child needs."""

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from homeschool.forms import CheckBoxes
from visits.models import VisitChild

from .step import ChildrenMixin, StepForm, answer, choose, keep_out

Need = VisitChild.Need
HINTS = {
    Need.READING: _("a quiet place, a person to ask"),
    Need.MONEY: _("meals, books, clothes, fares"),
    Need.TRAVEL: _("on time and safely"),
    Need.WELLBEING: _("sleep, friends, worries"),
    Need.FAMILY: _("work, papers, a younger child"),
    Need.NOTHING: _("that is a fine answer"),
}
ICONS = {
    Need.READING: "book-open",
    Need.MONEY: "wallet",
    Need.TRAVEL: "bus",
    Need.WELLBEING: "smile",
    Need.FAMILY: "users",
    Need.NOTHING: "check",
}


class NeedsForm(ChildrenMixin, StepForm):
    number = 3
    each = "needs_words"

    @property
    def heading(self):
        chosen = self.draft.chosen
        if len(chosen) > 1:
            return gettext("What do the children need?")
        return gettext("What does %(child)s need?") % {"child": chosen[0].called}

    def make_fields(self):
        fields = {}
        for child in self.draft.offered:
            fields[f"needs_{child.id}"] = choose(
                forms.MultipleChoiceField,
                gettext("What does %(child)s need?") % {"child": child.called},
                Need.choices,
                help_text=_("Choose all that fit."),
                widget=CheckBoxes(hints=HINTS, icons=ICONS),
            )
            fields[f"needs_words_{child.id}"] = answer(
                _("In the family’s own words"),
                rows=3,
                lang="",
                help_text=_("Write it as they said it, in their language."),
            )
        return fields | {"keep_needs": keep_out()}

    @property
    def rows(self):
        """The fields of each child of this visit: {"child", "needs", "words"}."""
        return [
            {
                "child": child,
                "needs": self.named("needs", child),
                "words": self.named("needs_words", child),
            }
            for child in self.draft.chosen
        ]

    def clean(self):
        data = super().clean()
        for child in self.draft.chosen:
            name = f"needs_{child.id}"
            if name in self.errors:
                continue
            needs = data.get(name)
            if not needs:
                self.add_error(name, self._choose_words(child))
            elif Need.NOTHING in needs and len(needs) > 1:
                self.add_error(name, _("“Nothing for now” goes alone. Please choose again."))
        return data

    def _choose_words(self, child):
        if len(self.draft.chosen) == 1:
            return _("Choose at least one, or “Nothing for now”")
        words = _("Choose at least one for %(child)s, or “Nothing for now”")
        return words % {"child": child.called}
