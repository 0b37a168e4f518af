"""Beginning a habit, choosing a day of the list, and one tick."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from counseling.models import Habit, State
from homeschool.forms import (
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
)
from homeschool.people.models.weekday import Weekday
from visits.forms.listing import NOT_A_DAY, AskedMixin, classes_in_sight
from visits.forms.step import choose

SCHOOL_DAYS = [1, 2, 3, 4, 5]
NOW = [
    (0, _("Never or nearly never")), (25, _("Now and then")), (50, _("About half of the time")),
    (75, _("Mostly")),
]  # fmt: skip
AIM = [(50, _("Half of the days")), (80, _("Most days")), (100, _("Every time"))]


class HabitForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What is practised, on which days, who ticks, and from where to where it goes."""

    what = forms.CharField(
        label=_("What is practised"), max_length=120,
        help_text=_("One small thing, as the child would say it: “I read for ten minutes”."),
    )  # fmt: skip
    days = forms.TypedMultipleChoiceField(
        label=_("On which days"), choices=Weekday, coerce=int, initial=SCHOOL_DAYS,
        widget=CheckBoxes(row=True),
    )  # fmt: skip
    side = forms.ChoiceField(
        label=_("Who ticks"), choices=Habit.Sides, initial=Habit.Sides.BOTH,
        widget=ChoiceBoxes(row=True),
        help_text=_("Home answers once a week by a link, without signing in."),
    )  # fmt: skip
    baseline = forms.TypedChoiceField(
        label=_("How often does it happen now?"), choices=NOW, coerce=Decimal, initial=0,
        widget=ChoiceBoxes(row=True),
    )  # fmt: skip
    target = forms.TypedChoiceField(
        label=_("Where shall it go?"), choices=AIM, coerce=Decimal, initial=80,
        widget=ChoiceBoxes(row=True),
    )  # fmt: skip

    def clean(self):
        data = super().clean()
        now, aim = data.get("baseline"), data.get("target")
        if None not in (now, aim) and aim <= now:
            self.add_error("target", _("Please choose more than it is now."))
        return data


class DayForm(AskedMixin, CleanTextMixin, forms.Form):
    """Which day and which class of the list of ticks."""

    marks_optional = False

    def __init__(self, data, user):
        super().__init__(data)
        day = forms.DateField(
            label=_("Day"), widget=DateBox, required=False, error_messages={"invalid": NOT_A_DAY}
        )
        classes = [("", _("all classes")), *classes_in_sight(user)]
        self.fields |= {
            "day": day,
            "school_class": choose(forms.ChoiceField, _("Class"), classes),
        }


class TickForm(forms.Form):
    """How one day went."""

    day = forms.DateField()
    state = forms.TypedChoiceField(choices=State, coerce=State)
