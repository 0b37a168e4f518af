"""A programme after school for each class of the measured school, every child of it with ten marks: 20,000
children and 200,000 marks at scale 10; and how the hours of them are counted for the term report."""

import datetime as dt

from counseling.models import Attendance, Leading, Programme, Seat, Session
from homeschool.bench.data import uid
from homeschool.bench.harness import Rounds

SESSIONS, MINUTES = 10, 60
FORMATS = ("group", "collective", "one_to_one", "caring")
SHEET = "hours"


def make_hours(world):
    """Write the programmes, seats, sessions, who leads them, and the marks."""
    classes = range(world.classes)
    world._copy(Programme, (_programme(world, n) for n in classes))
    world._copy(Seat, (_seat(world, n) for n in range(world.students)))
    world._copy(Session, (row for n in classes for row in _sessions(world, n)))
    world._copy(Leading, (row for n in classes for row in _leaders(world, n)))
    world._copy(Attendance, (row for n in range(world.students) for row in _marks(world, n)))


def _programme(world, n):
    return {
        "id": uid("club", n), "school_id": world.school, "name": f"Club {n}", "capacity": 1000,
        "begins": world.today - dt.timedelta(days=120), "ends": world.today + dt.timedelta(days=30),
        "format": FORMATS[n % len(FORMATS)], "state": "running", "owner_id": uid("adviser", n),
        "made_by_id": uid("adviser", n), "made_at": world._ago(125),
    }  # fmt: skip


def _seat(world, n):
    return {
        "id": uid("seat", n), "programme_id": uid("club", world.class_of(n)),
        "student_id": uid("student", n), "state": "taken", "asked_by_id": uid("adult", 0),
        "asked_at": world._ago(124), "taken_at": world._ago(124),
    }  # fmt: skip


def _begins(world, at):
    return world._ago(8 + 7 * at, hour=16)


def _sessions(world, n):
    for at in range(SESSIONS):
        begins = _begins(world, at)
        yield {
            "id": uid("club", n, at), "programme_id": uid("club", n), "on": begins.date(),
            "begins": begins, "ends": begins + dt.timedelta(minutes=MINUTES), "minutes": MINUTES,
            "planned_for": begins, "state": "held", "held_at": begins,
        }  # fmt: skip


def _leaders(world, n):
    for at in range(SESSIONS):
        begins = _begins(world, at)
        yield {
            "session_id": uid("club", n, at), "user_id": uid("adviser", n), "on": begins.date(),
            "span": f"[{begins},{begins + dt.timedelta(minutes=MINUTES)})", "live": True,
        }  # fmt: skip


def _marks(world, n):
    """Yield the marks of a child: of ten sessions one late, and for every fifth child one missed."""
    for at in range(SESSIONS):
        mark = "late" if at == n % SESSIONS else "absent" if not (n + at) % 50 else "present"
        minutes = {"late": MINUTES - 15, "absent": 0}.get(mark, MINUTES)
        yield {
            "id": uid("mark", n, at), "session_id": uid("club", world.class_of(n), at),
            "student_id": uid("student", n), "mark": mark, "minutes": minutes,
            "by_id": uid("adviser", world.class_of(n)), "at": _begins(world, at),
        }  # fmt: skip


def queries(stage):
    """Count the queries by which the figures of the hours of the whole school are made for its leader."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from homeschool.people import sight
    from homeschool.people.models import Student, Term, User
    from homeschool.reports import term as report

    term = Term.objects.select_related("school").get(pk=uid("term"))
    leader = User.objects.get(pk=uid("leader", 0))
    sight.remember(leader)
    with CaptureQueriesContext(connection) as seen:
        wanted = frozenset(report.SHEETS[SHEET].measures)
        snapshot = report.build(term, Student.objects.visible_to(leader), measures=wanted)
    hours = snapshot.total("hours_attended")
    notes = [f"{hours.n:,} children, {hours.value:,.0f} hours"]
    return Rounds([(len(seen), None)], unit="queries", notes=notes)
