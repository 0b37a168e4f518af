"""The time after lessons of families, for the stage of tests/doors.py."""

import datetime as dt

from django.utils import timezone

from counseling.models import Evaluation, FamilyFeed, PickUp, Programme, Seat, Session
from counseling.reading.evaluation import evaluation_token
from homeschool.people.sight import (
    ADVISER,
    COUNSELOR,
    GUARDIAN,
    LEADER,
    SCHOOL_ADMIN,
)

NEAR = {"adviser": {ADVISER}, "counselor": {COUNSELOR}, "principal": {LEADER}}
IN_SCHOOL = NEAR | {
    "other_teacher": {ADVISER}, "other_counselor": {COUNSELOR}, "school_admin": {SCHOOL_ADMIN},
}  # fmt: skip
LIVE, ENDED = "a family's live address", "a family's address that ended"
MOTHERS, NOT_ASKED, OTHER_LINK = (
    "the mother's questions", "a father's, who is not asked", "a link of another purpose",
)  # fmt: skip
THINGS = {
    "pick-up person": {
        "one of the child": NEAR | {"mother": {GUARDIAN}},
        "one of another school": {},
    },
    "judged programme": {
        "one of the child": IN_SCHOOL | {"mother": {GUARDIAN}},
        "one of another school": {"other_school_admin": {SCHOOL_ADMIN}},
    },
    "family feed link": {LIVE: {}, ENDED: {}},
    "evaluation link": {MOTHERS: {}, NOT_ASKED: {}, OTHER_LINK: {}},
}
CANARIES = {
    "Canary-telephone 1": {*NEAR, "mother"},
    "Canary-telephone 2": set(),
    # one answer alone is read by who gave it
    "Canary-evaluation 1": {"mother"},
}
SHOWN_AT = [
    ("counseling:pick-up-list", "the child"),
]


class Afternoons:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        elsewhere = stage.other_role.user
        today = timezone.localdate()
        self.programmes = [
            Programme.objects.create(
                school=school, name="Chess", capacity=9, owner=by, made_by=by,
                begins=today - dt.timedelta(days=60), ends=today + dt.timedelta(days=1),
                state=Programme.State.RUNNING,
            )
            for school, by in ((c.school, c.counselor), (c.other_school, elsewhere))
        ]  # fmt: skip
        self.seat = Seat.objects.ask(self.programmes[0], c.child, by=c.mother)
        begins = timezone.now() + dt.timedelta(hours=5)
        self.session = Session.objects.create(
            programme=self.programmes[0], begins=begins, ends=begins + dt.timedelta(hours=1),
            on=timezone.localdate(begins), minutes=60, planned_for=begins,
        )  # fmt: skip
        self.people = [
            PickUp.objects.add(
                child, name=f"Aunt {n}", relation="aunt", phone=f"Canary-telephone {n}", by=by
            )
            for n, (child, by) in enumerate(((c.child, c.mother), (c.other_child, elsewhere)), 1)
        ]
        Evaluation.objects.answer(
            self.programmes[0], c.child, "family", by=c.mother, glad=4, learned=4, again=4,
            words="Canary-evaluation 1",
        )  # fmt: skip
        _feed, ended = FamilyFeed.objects.renew(c.mother)
        _feed, live = FamilyFeed.objects.renew(c.mother)
        self.feeds = [live, ended]
        self.mother, self.father = c.mother, c.father

    def keys(self, letter):
        """Return {kind: [key]} in the order of THINGS; `letter` is a link of another purpose."""
        links = [evaluation_token(self.seat.pk, who.pk) for who in (self.mother, self.father)]
        return {
            "pick-up person": [row.pk for row in self.people],
            "judged programme": [row.pk for row in self.programmes],
            "family feed link": self.feeds,
            "evaluation link": [*links, letter],
        }
