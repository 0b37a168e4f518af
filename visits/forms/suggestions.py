"""What a family suggests to the school: the lines in the record, the list's filters, the answer."""

import uuid

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from visits.models import Suggestion, VisitChild

from .listing import AskedMixin, classes_in_sight, in_sight
from .step import LONGEST, answer, choose, keep_out, line

MOST, LONGEST_SUGGESTION = 3, 1000


class SuggestionRows:
    """For the step of a draft that asks what the family suggests: up to three lines."""

    def suggestion_fields(self):
        """Return the fields of the lines and the box that keeps all of them out."""
        fields = {}
        for n in range(MOST):
            label = _("One more suggestion") if n else _("What does the family suggest?")
            box = forms.Textarea(attrs={"rows": 2, "lang": ""})
            fields[f"suggestion_{n}_text"] = line(label, LONGEST_SUGGESTION, widget=box)
            fields[f"suggestion_{n}_by"] = line(_("Who said it?"))
        words = _("A leader of the school answers it, and the home that you visited is told.")
        fields["suggestion_0_text"].help_text = words
        return fields | {"keep_suggestions": keep_out()}

    def _is_noted_at(self, n):
        return self.is_noted(f"suggestion_{n}_text", f"suggestion_{n}_by")

    @property
    def suggests(self):
        """Whether anything is written in these lines; then they stand open."""
        return any(self._is_noted_at(n) for n in range(MOST)) or self["keep_suggestions"].value()

    @property
    def suggestion_rows(self):
        """The fields of each line, and whether it stands open."""
        return [
            {
                "text": self[f"suggestion_{n}_text"],
                "by": self[f"suggestion_{n}_by"],
                "folded": n > 0,
                "open": self._is_noted_at(n),
            }
            for n in range(MOST)
        ]

    def suggested(self, data):
        """Return the lines of the cleaned `data` that say something, as [{"text", "by"}]."""
        found = [
            {part: data.get(f"suggestion_{n}_{part}", "") for part in ("text", "by")}
            for n in range(MOST)
        ]
        return [row for row in found if row["text"]]

    def suggestions(self, data):
        """Return the unsaved rows of the cleaned `data`."""
        kept_out = bool(data.get("keep_suggestions"))
        return [
            Suggestion(text=row["text"], said_by=row["by"], kept_out=kept_out)
            for row in self.suggested(data)
        ]

    def clean(self):
        data = super().clean()
        for n in range(MOST):
            name = f"suggestion_{n}_text"
            if data.get(f"suggestion_{n}_by") and not data.get(name) and name not in self.errors:
                self.add_error(name, _("What does this person suggest?"))
        return data


class SuggestionFilter(AskedMixin, CleanTextMixin, forms.Form):
    """Which suggestions; a wrong value is answered in words."""

    STATES = (
        ("", _("all")),
        ("open", _("waiting for an answer")),
        ("late", _("waiting too long")),
        ("answered", _("answered")),
    )
    marks_optional = False

    def __init__(self, data, user):
        self.user = user
        one = forms.ChoiceField
        self.base_fields = {
            "state": choose(one, _("State"), self.STATES),
            "school_class": choose(
                one, _("Class"), [("", _("all classes")), *classes_in_sight(user)]
            ),
        }
        super().__init__(data)

    def rows(self, today):
        """Return the suggestions in sight that fit; none where a value is wrong."""
        if not self.is_valid():
            return Suggestion.objects.none()
        found, data = Suggestion.objects.visible_to(self.user), self.cleaned_data
        if data["state"] == "open":
            found = found.waiting()
        elif data["state"] == "late":
            found = found.late(today)
        elif data["state"] == "answered":
            found = found.exclude(answered_at=None)
        if data["school_class"]:
            children = in_sight(self.user).filter(school_class=uuid.UUID(data["school_class"]))
            lines = VisitChild.objects.visible_to(self.user)
            there = lines.filter(visit=OuterRef("visit"), student__in=children)
            found = found.filter(Exists(there))
        return found


class AnswerForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The school's answer, or what is added to it."""

    marks_optional = False

    def __init__(self, *args, label=None, **kwargs):
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label

    text = answer(_("Your answer"), rows=5, limit=LONGEST, required=True)
