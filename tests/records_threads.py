"""Conversations, for the stage of tests/doors.py: the mother's, and one of a grown student."""

from homeschool.people.sight import COUNSELOR, GUARDIAN, STUDENT
from messaging.models import Draft, Remark, Thread

from . import builders
from .messaging.builders import let_leave, let_wait, make_thread

TO_THE_MOTHER, TO_THE_GROWN = "one with the mother", "one with a grown student"
IN_IT, GROWN = {"counselor": {COUNSELOR}, "mother": {GUARDIAN}}, {"adult": {STUDENT}}
JUST_WRITTEN, BY_THE_GROWN = "what the mother just wrote", "what the grown student just wrote"
THINGS = {
    "thread": {TO_THE_MOTHER: IN_IT, TO_THE_GROWN: GROWN},
    "asking message": {TO_THE_MOTHER: IN_IT, TO_THE_GROWN: GROWN},
    "message on its way": {JUST_WRITTEN: {"mother": {GUARDIAN}}, BY_THE_GROWN: GROWN},
}
CANARIES = {
    "Canary-thread 1": set(IN_IT),
    "Canary-unsent 1": {"mother"},
    "Canary-thread-draft 1": {"mother"},
    "Canary-remark 1": {"counselor"},
    "Canary-thread 2": set(GROWN),
    "Canary-unsent 2": set(GROWN),
    "Canary-thread-draft 2": set(GROWN),
    "Canary-remark 2": set(),
}
SHOWN_AT = [
    ("messaging:thread-list", ""),
    ("messaging:thread-detail", TO_THE_MOTHER),
    ("messaging:thread-detail", TO_THE_GROWN),
    ("messaging:remark-list", TO_THE_MOTHER),
]


class Threads:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, c):
        student = c.adult.student_row
        adviser = builders.make_staff(c.college, COUNSELOR)
        builders.give_caseload(adviser, student)
        self.threads = [
            make_thread(c, text="Canary-thread 1", asks=True),
            Thread.objects.begin(
                student, by=adviser, home=[c.adult], school=[adviser], text="Canary-thread 2",
                asks=True,
            ),
        ]  # fmt: skip
        self.asking = [thread.messages.get() for thread in self.threads]
        self.unsent = []
        sides = zip(self.threads, (c.mother, c.adult), (c.counselor, adviser), strict=True)
        for n, (thread, home, staff) in enumerate(sides, 1):
            let_leave(thread)
            Remark.write(thread, f"Canary-remark {n}", by=staff)
            Draft.objects.keep(home, f"Canary-thread-draft {n}", thread=thread)
            unsent = thread.messages.write(thread, f"Canary-unsent {n}", by=home)
            self.unsent.append(let_wait(unsent))

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        rows = {
            "thread": self.threads,
            "asking message": self.asking,
            "message on its way": self.unsent,
        }
        return {kind: [row.pk for row in found] for kind, found in rows.items()}
