"""Habits, ticks and check-ins for tests. The week begins on Monday 16 November 2026; it is Friday, 16:30
in Shanghai."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone

from counseling.models import CheckIn, Goal, Habit, Plan, Side, State, Tick, WeeklyQuestion
from visits.models.home import Home

from .builders import make_plan

SHANGHAI = ZoneInfo("Asia/Shanghai")
MON = dt.date(2026, 11, 16)
TUE, WED, THU, FRI, SAT, SUN = (MON + dt.timedelta(days=n) for n in range(1, 7))
NOW = dt.datetime(2026, 11, 20, 16, 30, tzinfo=SHANGHAI)
DONE, PARTLY, NOT = State.DONE, State.PARTLY, State.NOT
WEEK = dt.timedelta(days=7)


def at_work(cast, student=None, **columns):
    """Return a plan at work that the family reads, with one goal of its own."""
    usual = {"state": Plan.State.ACTIVE, "published_at": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}
    return make_plan(cast, student, **(usual | columns))


def make_habit(plan, what="Reads ten minutes", *, since=MON - 6 * WEEK, by=None, **columns):
    """Return a habit of school days that home and school tick."""
    goal = Goal.objects.create(
        plan=plan, statement=what, measure="of the week", unit="%", baseline=Decimal(20),
        baseline_on=since, target=Decimal(80), target_on=since + 16 * WEEK, most=Decimal(100), place=9,
    )  # fmt: skip
    usual = {"days": [1, 2, 3, 4, 5], "since": since, "made_by": by or plan.owner}
    made_at = dt.datetime.combine(since, dt.time(9), dt.UTC)
    return Habit.objects.create(goal=goal, what=what, made_at=made_at, **(usual | columns))


def at_school(habit, states, *, by, today=FRI):
    return habit.tick(states, by=by, side=Side.SCHOOL, today=today, via=Tick.Via.PAGE)


def at_home(habit, states, *, by, home, today=FRI):
    return habit.tick(states, by=by, side=Side.HOME, home=home, today=today, via=Tick.Via.PAGE)


def home_of(cast):
    return Home(household=cast.household.pk)


def ask(goal, words="On how many evenings did you read?"):
    """Ask the family about a goal every week."""
    return WeeklyQuestion.objects.create(
        goal=goal, words=words, made_by=goal.plan.owner,
        made_at=dt.datetime(2026, 9, 7, tzinfo=dt.UTC),
    )  # fmt: skip


def asked_home(cast, monday=MON):
    """Ask the homes of the school about a week; return the check-in of the mother's."""
    CheckIn.objects.ask(cast.school, monday)
    return CheckIn.objects.get(household=cast.household, monday=monday)


def stop_clock(monkeypatch, moment=NOW):
    """Let the portal's clock stand at this moment, or at noon of this day."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(12), SHANGHAI)
    monkeypatch.setattr(timezone, "now", lambda: moment)
