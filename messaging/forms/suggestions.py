"""What a family suggests, the filters of the list, and the answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import Student
from messaging.models import Suggestion
from messaging.models.suggestion import LONGEST, LONGEST_ANSWER

NOT_IN_THE_LIST = _("This is not one of the answers. Please choose from the list.")
Area, Outcome = Suggestion.Area, Suggestion.Outcome
ICONS = {
    Area.LESSONS: "book-open", Area.FOOD: "heart-handshake", Area.WAY: "bus",
    Area.BUILDINGS: "school", Area.TOGETHER: "users", Area.OTHER: "sparkles",
}  # fmt: skip


def _text(label, limit, rows, **options):
    box = forms.Textarea(attrs={"rows": rows, "lang": ""})
    return forms.CharField(label=label, max_length=limit, widget=box, **options)


def _choice(label, choices, **options):
    field = forms.ChoiceField(label=label, choices=choices, **options)
    field.error_messages["invalid_choice"] = NOT_IN_THE_LIST
    return field


class _Child(forms.ModelChoiceField):
    def label_from_instance(self, child):
        return f"{child.full_name}, {child.school.name}"


class SuggestForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What a family suggests; whose school, where it has children at several places."""

    child = _Child(
        Student.objects.none(), label=_("As the family of"), widget=ChoiceBoxes, empty_label=None
    )
    area = _choice(_("What is it about?"), Area.choices, widget=ChoiceBoxes(icons=ICONS))
    text = _text(_("What do you suggest?"), LONGEST, 6)
    marks_optional = False

    def __init__(self, *args, children, **kwargs):
        super().__init__(*args, **kwargs)
        self.children = children
        self.fields["child"].queryset = children.select_related("school")
        self.fields["child"].error_messages["invalid_choice"] = NOT_IN_THE_LIST
        found = list(children[:2])
        self.only = found[0] if len(found) == 1 else None
        if self.only:
            del self.fields["child"]

    def make(self, by, language):
        """Write it down and return the row."""
        data = self.cleaned_data
        child = self.only or data["child"]
        return Suggestion.objects.make(
            child, data["text"], by=by, area=data["area"], language=language
        )


class SuggestionFilter(CleanTextMixin, forms.Form):
    """Which suggestions; a wrong value is answered in words."""

    STATES = (
        ("", _("all")),
        ("open", _("waiting for an answer")),
        ("late", _("waiting too long")),
        ("answered", _("answered")),
    )
    state = _choice(_("State"), STATES, required=False)
    area = _choice(_("What it is about"), [("", _("everything")), *Area.choices], required=False)
    marks_optional = False

    @property
    def is_asked(self):
        """Whether anything but everything is asked for."""
        return any(self.data.get(name) for name in self.fields)

    def rows(self, rows, today):
        """Return those of `rows` (a queryset) that fit; none where a value is wrong."""
        if not self.is_valid():
            return rows.none()
        data = self.cleaned_data
        if data["state"] == "open":
            rows = rows.waiting()
        elif data["state"] == "late":
            rows = rows.late(today)
        elif data["state"] == "answered":
            rows = rows.exclude(answered_at=None)
        return rows.filter(area=data["area"]) if data["area"] else rows


class AnswerForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What becomes of a suggestion, and why."""

    outcome = _choice(
        _("What becomes of it?"),
        Outcome.choices,
        widget=ChoiceBoxes(
            icons={
                Outcome.TAKEN_UP: "check", Outcome.NOT_NOW: "clock", Outcome.ALREADY_SO: "star",
            },
            hints={
                Outcome.TAKEN_UP: _("Say what happens now, and by when."),
                Outcome.NOT_NOW: _("Say why. A reason is easier to hear than silence."),
                Outcome.ALREADY_SO: _("Say where the family finds it."),
            },
        ),
    )  # fmt: skip
    text = _text(_("Your words to the family"), LONGEST_ANSWER, 5)
    marks_optional = False


class AddForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What is added to the answer that stands."""

    text = _text(_("What you want to add"), LONGEST_ANSWER, 4)
    marks_optional = False
