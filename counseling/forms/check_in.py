"""How the week went, as one home says it in one sending."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import State, WeeklyQuestion
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from visits.reading.telling import day_in_words

MOST_BOXES = 8  # more numbers than these are typed
OF_THE_WEEK = [
    (State.DONE, gettext_lazy("All days")), (State.PARTLY, gettext_lazy("Some days")),
    (State.NOT, gettext_lazy("No day")),
]  # fmt: skip
ICONS = {State.DONE: "check", State.PARTLY: "ellipsis", State.NOT: "x"}


class CheckInForm(CleanTextMixin, forms.Form):
    """For each habit one answer for the week, or one for each day; for each question a number.

    Once valid: `ticks`, `weeks` and `numbers` as `CheckIn.answer` takes them. Fields that were left
    as they were drawn say nothing new.
    """

    marks_optional = False

    def __init__(self, data=None, *, asked):
        self.asked = asked
        super().__init__(data)
        for habit in asked.habits:
            self._add_habit(habit)
        for question in asked.questions:
            self._add_question(question)

    def _add_habit(self, habit):
        days = self.asked.days(habit)
        ticks = [self.asked.ticks.get((habit.pk, day)) for day in days]
        whole = {tick.state for tick in ticks if tick and tick.whole_week}
        self.fields[f"week-{habit.pk}"] = _taps(
            habit.what, OF_THE_WEEK, initial=whole.pop() if len(whole) == 1 else None, icons=ICONS
        )
        for day, tick in zip(days, ticks, strict=True):
            own = tick.state if tick and not tick.whole_week else None
            name = f"day-{habit.pk}-{day.isoformat()}"
            self.fields[name] = _taps(day_in_words(day), State.choices, initial=own)

    def _add_question(self, question):
        goal, name = question.goal, f"number-{question.goal_id}"
        given = self.asked.numbers.get(goal.pk)
        numbers = _numbers(goal)
        if numbers:
            choices = [(str(n), str(n)) for n in numbers]
            initial = None if given is None else str(given.normalize() + 0)
            self.fields[name] = _taps(question.words, choices, initial=initial)
            return
        self.fields[name] = forms.DecimalField(
            label=question.words, required=False, min_value=goal.least, max_value=goal.most,
            max_digits=9, decimal_places=2, initial=given, help_text=goal.unit,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            localize=True,
        )  # fmt: skip

    @property
    def children(self):
        """What is asked about each child, with its fields: [{"student", "habits", "questions"}]."""
        return [
            {
                "student": child.student,
                "habits": [self._drawn(habit) for habit in child.habits],
                "questions": [self[f"number-{row.goal_id}"] for row in child.questions],
            }
            for child in self.asked.children
        ]

    def _drawn(self, habit):
        days = [self[f"day-{habit.pk}-{day.isoformat()}"] for day in self.asked.days(habit)]
        is_open = any(field.value() or field.errors for field in days)
        return {"habit": habit, "week": self[f"week-{habit.pk}"], "days": days, "is_open": is_open}

    def clean(self):
        data = super().clean()
        self.weeks = {
            habit.pk: State(data[f"week-{habit.pk}"])
            for habit in self.asked.habits
            if data.get(f"week-{habit.pk}")
        }
        self.ticks = {habit.pk: self._days(habit, data) for habit in self.asked.habits}
        goals = [question.goal_id for question in self.asked.questions]
        said = {goal: data.get(f"number-{goal}") for goal in goals}
        self.numbers = {goal: Decimal(n) for goal, n in said.items() if n not in ("", None)}
        if not (self.errors or self.weeks or self.numbers or any(self.ticks.values())):
            raise forms.ValidationError(_("Please tap one answer at least."), code="nothing")
        return data

    def _days(self, habit, data):
        said = {
            day: data.get(f"day-{habit.pk}-{day.isoformat()}") for day in self.asked.days(habit)
        }
        return {day: State(state) for day, state in said.items() if state}


def _taps(label, choices, *, initial=None, icons=None):
    return forms.ChoiceField(
        label=label, choices=choices, required=False, initial=initial,
        widget=ChoiceBoxes(row=True, icons=icons),
    )  # fmt: skip


def _numbers(goal):
    """Return the few whole numbers that a goal may have, or none where there are many."""
    if goal.most is None or goal.step != 1 or goal.most - goal.least >= MOST_BOXES:
        return []
    if goal.least % 1 or goal.most % 1:
        return []
    return list(range(int(goal.least), int(goal.most) + 1))


class QuestionForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """What the family is asked about a goal every week."""

    class Meta:
        model = WeeklyQuestion
        fields = ["words"]
        labels = {"words": gettext_lazy("What the family is asked")}
        help_texts = {
            "words": gettext_lazy(
                "One number answers it: “On how many evenings did you read together?”"
            )
        }
