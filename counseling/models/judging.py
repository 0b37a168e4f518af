"""How the goals of plans stand today: the rows, handed to the rules."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import prefetch_related_objects

from counseling import rules

from .goal import Goal, Point
from .shares import monday_of


@dataclass(frozen=True)
class Standing:
    """One goal as it stands: its row, the points that stand, and what the rules say of them."""

    goal: Goal
    points: list
    finding: rules.Finding


def standings(plans, today):
    """Return {plan id: [Standing]} of the goals that have not ended (four queries, however many plans)."""
    plans = list(plans)
    prefetch_related_objects(plans, "phases", "weeks")
    goals = list(Goal.objects.filter(plan__in=plans, ended_at=None).order_by("place", "pk"))
    points: dict = {}
    for point in Point.objects.standing().filter(goal__in=goals).order_by("on", "at"):
        points.setdefault(point.goal_id, []).append(point)
    by_pk = {plan.pk: plan for plan in plans}
    found: dict = {plan.pk: [] for plan in plans}
    for goal in goals:
        mine = points.get(goal.pk, [])
        found[goal.plan_id].append(
            Standing(goal, mine, judged(by_pk[goal.plan_id], goal, mine, today))
        )
    return found


def judged(plan, goal, points, today):
    """Return the Finding about one goal; phases and weeks of the plan are prefetched."""
    phases = [phase.on for phase in plan.phases.all() if phase.on <= today]
    return rules.judge(
        goal.aim,
        [rules.Point(point.on, point.value) for point in points],
        today=today,
        review_days=plan.review_days,
        phases=phases,
        delivered=delivered(plan.weeks.all(), max(phases, default=None)),
        step=goal.step,
    )


def delivered(weeks, since=None):
    """Return the share of what was planned that was attended, from the week of `since` on; None
    where nothing was planned."""
    first = monday_of(since) if since else dt.date.min
    counted = [week for week in weeks if week.monday >= first]
    planned = sum(week.planned for week in counted)
    return Fraction(sum(week.attended for week in counted), planned) if planned else None
