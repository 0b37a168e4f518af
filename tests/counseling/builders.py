"""Rows of plans for tests."""

import datetime as dt
from decimal import Decimal

from counseling.models import Goal, Phase, Plan, Point, WeekCount

MONDAY = dt.date(2026, 9, 7)


def make_plan(cast, student=None, *, by=None, state=Plan.State.DRAFT, **columns):
    """Return a plan for the child, begun on 7 September 2026, with one goal: from 52 words to 90."""
    student, by = student or cast.child, by or cast.counselor
    at_work = {"next_review_on": MONDAY + dt.timedelta(weeks=4)} if state in Plan.AT_WORK else {}
    plan = Plan.objects.create(
        school=student.school, student=student, owner=by, made_by=by, state=state,
        **({"title": "Reading", "begins": MONDAY, "ends": MONDAY + dt.timedelta(weeks=15)} | at_work | columns),
    )  # fmt: skip
    make_goal(plan)
    return plan


def make_goal(plan, **columns):
    """Return a goal: words read in a minute, from 52 to 90."""
    usual = {
        "statement": "Reads 90 words correctly in one minute", "measure": "words in a minute",
        "unit": "words", "baseline": Decimal(52), "baseline_on": MONDAY, "target": Decimal(90),
        "target_on": MONDAY + dt.timedelta(weeks=15), "place": plan.goals.count(),
    }  # fmt: skip
    return Goal.objects.create(plan=plan, **(usual | columns))


def measure(goal, *values, start=1, by=None):
    """Write a point a week, from the `start`-th week on; None leaves a week out."""
    return Point.objects.bulk_create(
        Point(
            goal=goal, on=MONDAY + dt.timedelta(weeks=start + n), value=Decimal(str(value)),
            source=Point.Source.STAFF, by=by,
        )
        for n, value in enumerate(values)
        if value is not None
    )  # fmt: skip


def change(plan, week, words="a small group, three times a week"):
    """Write a phase that begins in that week."""
    return Phase.objects.create(
        plan=plan, on=MONDAY + dt.timedelta(weeks=week), words=words, by=plan.owner
    )


def count(plan, week, planned, held, attended):
    """Write how much of the help took place in that week."""
    return WeekCount.objects.create(
        plan=plan, monday=MONDAY + dt.timedelta(weeks=week), planned=planned, held=held,
        attended=attended,
    )  # fmt: skip
