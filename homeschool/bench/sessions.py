"""A week after lessons with five hundred sessions, and a programme of two hundred children with sixty
sessions behind it: as large at both sizes, in a school that is ten times as large at one of them."""

import datetime as dt

from counseling.models import Attendance, Leading, Programme, Reserved, Resource, Seat, Session
from homeschool.bench.data import uid

GROUPS, A_WEEK = 25, 20  # programmes, and sessions of each in the week
CHILDREN, SESSIONS, MINUTES = 200, 60, 60
DAYS = 5


def make_sessions(world):
    """Write the week, and the programme whose attendance is read."""
    groups = range(GROUPS)
    world._copy(Programme, [_programme(world, n) for n in groups] + [_programme(world, "sheet")])
    world._copy(Resource, (_room(world, n) for n in groups))
    ahead = [row for n in groups for row in _week(world, n)]
    behind = [_session(world, "sheet", at, world._ago(1 + at, 17), True) for at in range(SESSIONS)]
    world._copy(Session, ahead + behind)
    led = [(n, row) for n in range(min(GROUPS, world.classes)) for row in _week(world, n)]
    world._copy(Leading, (_leading(n, row) for n, row in led))
    world._copy(Reserved, (_booked(n, row) for n in groups for row in _week(world, n)))
    children = range(min(CHILDREN, world.students))
    world._copy(Seat, (_seat(world, n) for n in children))
    world._copy(Attendance, (_mark(world, n, row) for n in children for row in behind))


def _programme(world, n):
    return {
        "id": uid("group", n), "school_id": world.school, "name": f"Group {n}", "capacity": 1000,
        "begins": world.today - dt.timedelta(days=120), "ends": world.today + dt.timedelta(days=60),
        "state": "running", "owner_id": uid("leader", 0), "made_by_id": uid("leader", 0),
        "made_at": world._ago(125),
    }  # fmt: skip


def _room(world, n):
    return {"id": uid("room", n), "school_id": world.school, "kind": "room", "name": f"Room {n}"}


def _week(world, n):
    """Yield the sessions of a group from Monday to Friday, four a day."""
    to_monday = world.today.weekday()
    for at in range(A_WEEK):
        begins = world._ago(to_monday - at % DAYS, 13 + at // DAYS)
        yield _session(world, n, at, begins, False)


def _session(world, group, at, begins, held):
    return {
        "id": uid("group", group, at), "programme_id": uid("group", group), "on": begins.date(),
        "begins": begins, "ends": begins + dt.timedelta(minutes=MINUTES - 5),
        "minutes": MINUTES - 5, "planned_for": begins, "topic": "Reading aloud in turns",
        "state": "held" if held else "planned", "held_at": begins if held else None,
    }  # fmt: skip


def _span(row):
    return f"[{row['begins']},{row['ends']})"


def _leading(n, row):
    return {
        "session_id": row["id"], "user_id": uid("adviser", n), "on": row["on"], "span": _span(row),
        "live": True,
    }  # fmt: skip


def _booked(n, row):
    return {
        "session_id": row["id"],
        "resource_id": uid("room", n),
        "span": _span(row),
        "live": True,
    }


def _seat(world, n):
    return {
        "id": uid("sheet seat", n), "programme_id": uid("group", "sheet"),
        "student_id": uid("student", n), "state": "taken", "asked_by_id": uid("leader", 0),
        "asked_at": world._ago(124), "taken_at": world._ago(124),
    }  # fmt: skip


def _mark(world, n, row):
    mark = ("present", "present", "late", "present", "excused", "present", "absent")[
        (n + row["on"].day) % 7
    ]
    there = mark in ("present", "late")
    return {
        "id": uid("sheet mark", n, row["id"]), "session_id": row["id"],
        "student_id": uid("student", n), "mark": mark, "minutes": 45 if there else 0,
        "by_id": uid("leader", 0), "at": row["ends"],
    }  # fmt: skip
