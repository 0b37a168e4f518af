"""The working plan as the API tells it: goals, what was measured, how it stands, the next review.

Only to staff that works with the child. What families are shown, what they answer, needs, words about a
child and notes are on pages alone.
"""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from counseling.models import READERS, Goal, Plan, Point
from homeschool.people.api.lists import (
    Filters,
    Moment,
    NamedSerializer,
    ReadOnly,
    day_filter,
    key_filter,
)
from homeschool.people.models import Token


class PlannedForSerializer(NamedSerializer):
    """The child for whom the plan is."""

    name = serializers.CharField(source="full_name")


class PlanSerializer(serializers.ModelSerializer):
    """A plan in the list."""

    student = PlannedForSerializer()
    owner = serializers.CharField(source="owner.full_name", help_text="Who looks after it.")
    made_at = Moment()
    next_review_on = serializers.DateField(
        allow_null=True, help_text="Null where no review falls due: before it begins, and once it is closed."
    )  # fmt: skip
    published_at = Moment(
        allow_null=True, help_text="When the family was shown its newest version; null: never."
    )
    closed_at = Moment(allow_null=True)
    outcome = serializers.ChoiceField(
        Plan.Outcome.choices, allow_blank=True, help_text="What came of it; empty while it is open."
    )

    class Meta:
        model = Plan
        fields: tuple[str, ...] = (
            "id", "school", "student", "owner", "title", "state", "begins", "ends", "review_weeks",
            "next_review_on", "made_at", "published_at", "closed_at", "outcome",
        )  # fmt: skip

    def to_representation(self, plan):
        """Tell no review of a plan that has none to come: a closed one keeps the day it had."""
        told = super().to_representation(plan)
        return told if plan.is_at_work else told | {"next_review_on": None}


class PointSerializer(serializers.ModelSerializer):
    """What was measured on a day, as it stands: what was corrected is left out."""

    value = serializers.FloatField()

    class Meta:
        model = Point
        fields = ("id", "on", "value", "source")


class GoalSerializer(serializers.ModelSerializer):
    """A goal: the line from where it stood to where it goes, and what was measured, in order."""

    baseline, target, step = (serializers.FloatField() for _name in range(3))
    is_followed = serializers.SerializerMethodField(help_text="Whether it has not been ended.")
    points = PointSerializer(many=True, source="standing")

    class Meta:
        model = Goal
        fields = (
            "id", "statement", "measure", "unit", "baseline", "baseline_on", "target", "target_on",
            "step", "is_followed", "points",
        )  # fmt: skip

    def get_is_followed(self, goal) -> bool:
        return goal.ended_at is None


class PlanDetailSerializer(PlanSerializer):
    """One plan with its goals and what was measured."""

    goals = GoalSerializer(many=True)

    class Meta(PlanSerializer.Meta):
        fields = (*PlanSerializer.Meta.fields, "goals")


class PlanFilters(Filters):
    student = key_filter(_("child"))
    school = key_filter(_("School"))
    school_class = key_filter(_("Class"), "student__school_class")
    state = filters.ChoiceFilter(choices=Plan.State.choices, label=_("State"))
    open = filters.BooleanFilter(label=_("open"), method="that_are_open")
    review_from = day_filter(_("From"), method="review_not_before")
    review_until = day_filter(_("Until"), method="review_not_after")

    def that_are_open(self, queryset, name, value):
        return queryset.open() if value else queryset.filter(state=Plan.State.CLOSED)

    def review_not_before(self, queryset, name, value):
        return queryset.at_work().filter(next_review_on__gte=value)

    def review_not_after(self, queryset, name, value):
        """By the day of the next review; of plans at work alone."""
        return queryset.review_due(value)


class Plans(ReadOnly):
    """Plans of the children with whom staff works. A family reads its plan on its page, and finds
    none here; a school administrator reads figures, not plans."""

    scope = Token.Scope.PLANS
    serializer_class = PlanSerializer
    filterset_class = PlanFilters
    queryset = Plan.objects.none()

    def get_queryset(self):
        rows = Plan.objects.visible_to(self.user, roles=READERS)
        return rows.select_related("student", "owner")

    @extend_schema(responses=PlanDetailSerializer)
    def retrieve(self, request, *args, **kwargs):
        """One plan with its goals. That it was read is written down, as on the page."""
        points = Prefetch("points", Point.objects.standing().order_by("on", "at"), "standing")
        goals = Prefetch("goals", Goal.objects.prefetch_related(points))
        plans = self.get_queryset().select_related("school").prefetch_related(goals)
        plan = get_object_or_404(plans, pk=kwargs["pk"])
        plan.record_reading(self.user)
        return Response(PlanDetailSerializer(plan).data)
