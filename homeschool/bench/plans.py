"""A plan for every child of the measured school, reviewed some day soon or too late; the measured
family's has twenty goals and two thousand results."""

import datetime as dt
from decimal import Decimal

from counseling.models import Goal, Plan, Point, WeekCount
from homeschool.bench.data import uid

RESULTS, GOALS, RESULTS_OF_MANY = 8, 20, 100
LATE, AHEAD = 10, 50  # days between which the reviews fall due


def make_plans(world):
    """Write the plans, their goals, results and weeks."""
    world._copy(Plan, (_plan(world, n) for n in range(world.students)))
    world._copy(Goal, (row for n in range(world.students) for row in _goals(world, n)))
    world._copy(Point, (row for n in range(world.students) for row in _points(world, n)))
    world._copy(WeekCount, (row for n in range(world.students) for row in _weeks(world, n)))


def _began(world):
    day = world.today - dt.timedelta(weeks=15)
    return day - dt.timedelta(days=day.weekday())


def _plan(world, n):
    began = _began(world)
    return {
        "id": uid("a plan", n), "school_id": world.school, "student_id": uid("student", n),
        "owner_id": world.counselor_of(n), "made_by_id": world.counselor_of(n), "made_at": world._ago(105),
        "title": "Reading every day", "state": "active", "begins": began,
        "ends": began + dt.timedelta(weeks=26),
        "next_review_on": world.today + dt.timedelta(days=n % (LATE + AHEAD) - LATE), "edits": 3,
    }  # fmt: skip


def _many(n):
    """Return (goals, results of each) of the plan of child `n`."""
    return (GOALS, RESULTS_OF_MANY) if n == 0 else (1, RESULTS)


def _goals(world, n):
    began = _began(world)
    for place in range(_many(n)[0]):
        yield {
            "id": uid("goal", n, place), "plan_id": uid("a plan", n), "place": place,
            "statement": "Reads every day", "measure": "minutes read in a week", "unit": "minutes",
            "baseline": Decimal(30), "baseline_on": began, "target": Decimal(100),
            "target_on": began + dt.timedelta(weeks=26), "least": Decimal(0), "step": Decimal(5),
        }  # fmt: skip


def _points(world, n):
    goals, results = _many(n)
    began, apart = _began(world), 1 if n == 0 else 7
    for place in range(goals):
        for at in range(results):
            yield {
                "id": uid("result", n, place, at), "goal_id": uid("goal", n, place),
                "on": began + dt.timedelta(days=apart * (at + 1)),
                "value": Decimal(30 + at * 60 // results + (n + at) % 7), "source": "staff", "words": "",
                "by_id": world.counselor_of(n), "at": world._ago(1),
            }  # fmt: skip


def _weeks(world, n):
    for week in range(15 if n == 0 else 2):
        yield {
            "plan_id": uid("a plan", n), "monday": _began(world) + dt.timedelta(weeks=week),
            "planned": 3, "held": 3, "attended": 2 + (n + week) % 2, "at": world._ago(1),
        }  # fmt: skip
