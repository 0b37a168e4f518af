"""Observations of children and sheets of them, for the stage of tests/doors.py."""

from django.utils import timezone

from counseling.models import Observation, ObservationImport
from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, STUDENT

STAFF = {"adviser": {ADVISER}, "counselor": {COUNSELOR}, "principal": {LEADER}}
OF_THE_CHILD, OF_THE_GROWN = "one of the child", "one of a grown student"
THINGS = {
    "observation": {
        OF_THE_CHILD: STAFF | {"mother": {GUARDIAN}},
        OF_THE_GROWN: {"adult": {STUDENT}},
        "one of another child of the school": {"principal": {LEADER}},
        "one of another school": {},
    },
    "observation sheet": {
        "the counselor's": {"counselor": {COUNSELOR}},
        "one of another school": {},
    },
}
CANARIES = {
    "Canary-observation 1": {*STAFF, "mother"},
    "Canary-observation 2": {"adult"},
    "Canary-observation 3": {"principal"},
    "Canary-observation 4": set(),
    "Canary-sheet 1": {"counselor"},
    "Canary-sheet 2": set(),
}
SHOWN_AT = [
    ("counseling:situation-child", "the child"),
    ("counseling:situation-child", "a child of the same school"),
    ("counseling:situation-family", "the child"),
    ("counseling:situation-family", "a grown student"),
    ("counseling:import-list", "the school"),
]


class Situation:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        elsewhere = stage.other_role.user
        children = (
            (c.child, c.adviser), (c.adult.student_row, elsewhere),
            (stage.lone_child, c.principal), (c.other_child, elsewhere),
        )  # fmt: skip
        self.observations = [
            Observation.objects.create(
                student=student, school=student.school, kind=Observation.Kind.REMARK, by=by,
                on=timezone.localdate(), words=f"Canary-observation {n}",
            )
            for n, (student, by) in enumerate(children, 1)
        ]  # fmt: skip
        self.sheets = [
            ObservationImport.objects.ask(
                by.membership.school, by=by, file_name=f"Canary-sheet {n}.csv", content=b"a,b\n",
                language="en",
            )
            for n, by in enumerate((c.counselor, elsewhere), 1)
        ]  # fmt: skip

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        return {
            "observation": [row.pk for row in self.observations],
            "observation sheet": [row.pk for row in self.sheets],
        }
