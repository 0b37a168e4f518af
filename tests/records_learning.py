"""What plans prescribe and children who learn together, for the stage of tests/doors.py."""

import datetime as dt

from django.utils import timezone

from counseling.models import Pair, Prescription, Programme
from counseling.models.shares import monday_of
from homeschool.people.sight import ADVISER, GUARDIAN, LEADER

from .records_plans import ELSEWHERE, LONE, SHOWN, STAFF

TOGETHER, APART = "one that learns together", "one of another school"
IN_CLASS = {"adviser": {ADVISER}, "principal": {LEADER}}
THINGS = {
    "prescription": {SHOWN: STAFF, LONE: {"principal": {LEADER}}, ELSEWHERE: {}},
    "week of a plan": {SHOWN: STAFF, LONE: {"principal": {LEADER}}, ELSEWHERE: {}},
    "pair": {
        TOGETHER: IN_CLASS | {"mother": {GUARDIAN}, "other_mother": {GUARDIAN}},
        APART: {},
    },
}
CANARIES = {
    "Canary-subject 1": {*IN_CLASS, "mother", "other_mother"},
    "Canary-subject 2": set(),
}
SHOWN_AT = [
    ("counseling:pair-detail", TOGETHER),
    ("counseling:pair-family", "the child"),
    ("counseling:pair-class", "the class"),
    ("counseling:dosage-child", "the child"),
]


class Learning:
    """The rows behind THINGS, made on `stage` among its cast `c`; `plans` are those of records_plans."""

    def __init__(self, stage, c, plans):
        today = timezone.localdate()
        shown, lone, elsewhere = plans[0], plans[3], plans[4]
        self.prescriptions, self.weeks = [], []
        for plan in (shown, lone, elsewhere):
            programme = Programme.objects.create(
                school=plan.school, name="Reading club", capacity=12, owner=plan.owner,
                made_by=plan.owner, begins=today - dt.timedelta(days=30),
                ends=today + dt.timedelta(days=60), state=Programme.State.DRAFT,
            )  # fmt: skip
            self.prescriptions.append(
                Prescription.objects.prescribe(
                    plan,
                    by=plan.owner,
                    programme=programme,
                    times=3,
                    minutes=30,
                    since=today + dt.timedelta(days=1),
                    until=today + dt.timedelta(days=50),
                )
            )
            plan.count_week(monday_of(today), by=plan.owner, planned=3, held=3, attended=2)
            self.weeks.append(plan.weeks.get())
        one = Pair.objects.propose(c.classmate, c.child, "Canary-subject 1", by=c.adviser)
        one.confirm(by=c.adviser)
        self.pairs = [one, self.elsewhere(c)]

    def elsewhere(self, c):
        """Return a pair of the other school, between its child and one that nobody of the cast knows."""
        from . import builders

        other = builders.make_student(c.other_child.school_class, "Petra Petrova")
        return Pair.objects.propose(other, c.other_child, "Canary-subject 2", by=None)

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        return {
            "prescription": [row.pk for row in self.prescriptions],
            "week of a plan": [row.pk for row in self.weeks],
            "pair": [row.pk for row in self.pairs],
        }
