"""What a plan prescribes, and the results that a session brought."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _

from counseling.models import NotAPoint, Point, Prescription, Programme
from counseling.models.programme import READERS
from homeschool.forms import CleanTextMixin, DateBox, SubmissionFormMixin
from visits.forms.step import NOT_IN_THE_LIST

from .goals import number_field
from .plans import EditsMixin, ModelWords, check_year
from .points import refusals


class PrescriptionForm(
    EditsMixin, SubmissionFormMixin, CleanTextMixin, ModelWords, forms.ModelForm
):
    """A programme, so many times a week, so many minutes, between two days, for a goal or the whole plan."""

    class Meta:
        model = Prescription
        fields = ["programme", "times", "minutes", "goal", "since", "until"]
        widgets = {"since": DateBox, "until": DateBox}

    def __init__(self, *args, plan, reader, **kwargs):
        super().__init__(*args, **kwargs)
        programmes = Programme.objects.visible_to(reader, roles=READERS).filter(school=plan.school)
        programmes = programmes.exclude(state=Programme.State.OVER)
        programme = self.fields["programme"]
        programme.queryset = Programme.objects.filter(
            Q(pk__in=programmes.values("pk")) | Q(pk=self.instance.programme_id)
        )
        self.fields["goal"].queryset = plan.goals.filter(ended_at=None)
        self.fields["goal"].empty_label = _("the whole plan")
        for name in ("programme", "goal"):
            self.fields[name].error_messages["invalid_choice"] = NOT_IN_THE_LIST

    def clean(self):
        data = super().clean()
        check_year(self, data, "since", "until")
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The last day lies before the first one."))
        return data

    def values(self):
        """Return {column: value} as it was written."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}

    def refuse_twice(self):
        """Say that the plan prescribes the programme on some of these days already."""
        words = _(
            "The plan asks for this programme on some of these days already. Change that one."
        )
        self.add_error("programme", words)

    def _post_clean(self):
        """Check the answers alone: the row is written by its verb."""


class Refused(Exception):
    """A goal did not take its result: `goal`, and why."""

    def __init__(self, goal, reason):
        super().__init__(reason)
        self.goal, self.reason = goal, reason


class ResultsForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """One result for each goal of the children of a session; a field left empty says nothing."""

    def __init__(self, *args, lines, **kwargs):
        self.lines = lines
        self.base_fields = self.base_fields | {
            self.name_of(line): number_field(
                line.label, required=False, initial=line.initial, help_text=line.help
            )
            for line in lines
        }
        super().__init__(*args, **kwargs)

    @staticmethod
    def name_of(line):
        return f"goal-{line.goal.pk}"

    def groups(self):
        """Return [(child, [bound field])] in the order of names."""
        found: dict = {}
        for line in self.lines:
            child = line.goal.plan.student
            found.setdefault(child, []).append(self[self.name_of(line)])
        return list(found.items())

    def keep(self, session, *, by, today):
        """Write what is new or different; returns how many. Raises Refused, `NotThatState`."""
        kept = 0
        for line in self.lines:
            value = self.cleaned_data[self.name_of(line)]
            if value is None or (line.point and line.point.value == value):
                continue
            try:
                line.goal.measured(
                    value, session.on, by=by, source=Point.Source.SESSION, today=today,
                    supersedes=line.point, session=session,
                )  # fmt: skip
            except NotAPoint as refused:
                raise Refused(line, refused.reason) from refused
            kept += 1
        return kept

    def refuse(self, refused):
        """Say at its field why a goal did not take the result."""
        field, words = refusals()[refused.reason]
        self.add_error(self.name_of(refused.goal) if field == "value" else None, words)
