"""A result in two taps, its correction, and how much of the help took place in a week."""

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Point, WeekCount
from counseling.models.shares import monday_of
from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from visits.forms.step import line

from .goals import number_field
from .plans import check_year, day_field


def refusals():
    """Return {reason of `NotAPoint`: (field, words)}."""
    return {
        "future": ("on", _("This day has not come yet.")),
        "before": ("on", _("This lies before the day on which the goal begins.")),
        "outside": ("value", _("This value cannot be: it lies outside of what can be measured.")),
        "replaced": (None, _("Somebody else corrected this result already. Please look at it again.")),
    }  # fmt: skip


class PointForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """What was measured on a day."""

    value = number_field(gettext_lazy("Result"))

    def __init__(self, *args, goal, today, **kwargs):
        self.goal = goal
        self.base_fields = self.base_fields | {
            "on": day_field(_("On which day?"), initial=today),
            "words": line(_("A word to it"), 300),
        }
        super().__init__(*args, **kwargs)
        self.fields["value"].widget.attrs["class"] = "big-number"

    def clean(self):
        data = super().clean()
        check_year(self, data, "on")
        return data

    def values(self):
        """Return what `Goal.measured` takes."""
        data = self.cleaned_data
        return {"value": data["value"], "on": data["on"], "words": data["words"]}

    def refuse(self, reason):
        """Say in words why the goal did not take the result."""
        self.add_error(*refusals()[reason])


def stepped(goal, value, by):
    """Return `value` moved by so many steps of the goal, within what can be measured."""
    value += by * goal.step
    value = max(value, goal.least)
    return value if goal.most is None else min(value, goal.most)


SOURCE = Point.Source.STAFF


class WeekForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """How much of the help was planned in a week, took place, and was attended."""

    class Meta:
        model = WeekCount
        fields = ["planned", "held", "attended"]
        labels = {
            "planned": gettext_lazy("How often was it planned?"),
            "held": gettext_lazy("How often did it take place?"),
            "attended": gettext_lazy("How often was the child there?"),
        }

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        week = day_field(_("A day of the week"), initial=monday_of(today))
        self.fields = {"day": week, **self.fields}
        self.today = today
        for name in self._meta.fields:
            self.fields[name].widget.attrs["inputmode"] = "numeric"
            self.fields[name].max_value = 99
            self.fields[name].error_messages["invalid"] = _("Please write a whole number.")

    def clean(self):
        data = super().clean()
        check_year(self, data, "day")
        if data.get("day") and data["day"] > self.today:
            self.add_error("day", _("This day has not come yet."))
        for name in self._meta.fields:
            if (data.get(name) or 0) > 99:
                self.add_error(name, _("This number is too large."))
        held, attended = data.get("held"), data.get("attended")
        if held is not None and attended is not None and attended > held:
            self.add_error(
                "attended", _("The child cannot have been there more often than it took place.")
            )
        return data

    def values(self):
        """Return (Monday, {column: number})."""
        counts = {name: self.cleaned_data[name] for name in self._meta.fields}
        return monday_of(self.cleaned_data["day"]), counts

    def _post_clean(self):
        """Check the answers alone: the row is written by its verb."""
