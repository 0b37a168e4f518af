"""Sessions with what hangs on them, for the stage of tests/doors.py: one of the school, one elsewhere."""

import datetime as dt

from django.utils import timezone

from counseling.models import Attendance, Programme, Resource, Seat, Session
from homeschool.people.models import Student
from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN, VOLUNTEER

READING = {
    "adviser": {ADVISER}, "other_teacher": {ADVISER}, "counselor": {COUNSELOR},
    "other_counselor": {COUNSELOR}, "principal": {LEADER}, "school_admin": {SCHOOL_ADMIN},
}  # fmt: skip
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}
MINE, OTHER = "one of the school", "one of another school"
THINGS = {
    "session": {
        MINE: READING | {"mother": {GUARDIAN}, "volunteer": {VOLUNTEER}},
        OTHER: ELSEWHERE,
    },
    "group": {
        MINE: READING | {"mother": {GUARDIAN}, "volunteer": {VOLUNTEER}},
        OTHER: ELSEWHERE,
    },
    "resource": {MINE: READING, OTHER: ELSEWHERE},
}
# Of the child's line staff reads who works with the child, and who leads the session.
LINE = {"adviser", "counselor", "principal", "volunteer"}
CANARIES = {
    "Canary-line 1": LINE,
    "Canary-because 1": LINE,
    "Canary-topic 1": {*READING, "volunteer", "mother"},
    "Canary-room 1": set(READING),
    "Canary-room 2": {"other_school_admin"},
    "Canary-topic 2": {"other_school_admin"},
}
SHOWN_AT = [
    ("counseling:session-detail", MINE),
    ("counseling:session-detail", OTHER),
    ("counseling:resource-list", ""),
]


class Sessions:
    """The rows behind THINGS, made on `stage` among its cast `c`; the volunteer leads its session."""

    def __init__(self, stage, c, volunteer):
        now = timezone.now()
        # the name that the group uses: who leads it reads no other
        Student.objects.filter(pk=c.child.pk).update(preferred_name="Xiaoyu")
        elsewhere = stage.other_role.user
        self.rows = []
        for n, (school, by, child) in enumerate(
            ((c.school, c.counselor, c.child), (c.other_school, elsewhere, c.other_child)), 1
        ):
            programme = Programme.objects.create(
                school=school, name=f"Chess {n}", capacity=5, begins=now - dt.timedelta(days=40),
                ends=now + dt.timedelta(days=40), owner=by, made_by=by, state="running",
            )  # fmt: skip
            seat = Seat.objects.ask(programme, child, by=by)
            Seat.objects.filter(pk=seat.pk).update(taken_at=now - dt.timedelta(days=30))
            begins = now - dt.timedelta(minutes=30)
            session = Session.objects.create(
                programme=programme, begins=begins, ends=begins + dt.timedelta(hours=1),
                on=begins.date(), minutes=60, planned_for=begins, topic=f"Canary-topic {n}",
            )  # fmt: skip
            room = Resource.objects.create(school=school, kind="room", name=f"Canary-room {n}")
            self.rows.append((session, programme, room))
        session = self.rows[0][0]
        session.lead(by=c.counselor, volunteer=volunteer)
        line = {
            "mark": "present", "note": "Canary-line 1", "picked_up_by": "Uncle Wu",
            "pick_up_because": "Canary-because 1",
        }  # fmt: skip
        Attendance.objects.mark(session, {c.child.pk: line}, by=c.counselor)

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        kinds = zip(THINGS, zip(*self.rows, strict=True), strict=True)
        return {kind: [row.pk for row in rows] for kind, rows in kinds}
