"""Programmes after school, seats and draws, for the stage of tests/doors.py."""

import datetime as dt

from django.utils import timezone

from counseling.models import DayOff, Draw, Programme, Seat
from counseling.reading.asking import seat_token
from homeschool.people.sight import (
    ADVISER,
    COUNSELOR,
    GUARDIAN,
    LEADER,
    SCHOOL_ADMIN,
)

SCHOOL_WIDE = {"principal": {LEADER}, "school_admin": {SCHOOL_ADMIN}}
NEAR = SCHOOL_WIDE | {"adviser": {ADVISER}, "counselor": {COUNSELOR}}
IN_SCHOOL = NEAR | {"other_teacher": {ADVISER}, "other_counselor": {COUNSELOR}}
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}
OFFERED, LEFT = "an offer to the child", "a seat that the child left"
WAITING, NOT_ASKED, OTHER_LINK = (
    "the mother's place", "a father's place, who does not decide", "a link of another purpose",
)  # fmt: skip
THINGS = {
    # what is open is seen by every family of the school
    "programme": {
        "one of the school": IN_SCHOOL | {"mother": {GUARDIAN}, "other_mother": {GUARDIAN}},
        "one of another school": ELSEWHERE,
    },
    "seat": {
        OFFERED: NEAR | {"mother": {GUARDIAN}},
        LEFT: NEAR | {"mother": {GUARDIAN}},
        "a seat of another child of the school": SCHOOL_WIDE,
        "a seat of another school": ELSEWHERE,
    },
    "draw": {"one of the school": IN_SCHOOL, "one of another school": ELSEWHERE},
    "day off": {"one of the school": IN_SCHOOL, "one of another school": ELSEWHERE},
    "seat link": {WAITING: {}, NOT_ASKED: {}, OTHER_LINK: {}},
}
CANARIES = {
    # in which order the school puts children first is read by its staff alone
    "Canary-group 1": {*IN_SCHOOL},
    "Canary-group 2": {"other_school_admin"},
    "Canary-leaving 1": {*NEAR},
    "Canary-yes 1": {*NEAR},
}
SHOWN_AT = [
    ("counseling:programme-detail", "one of the school"),
    ("counseling:programme-detail", "one of another school"),
    ("counseling:seat-detail", OFFERED),
    ("counseling:seat-detail", LEFT),
]


def make(school, by, name, **columns):
    """Return an open programme of these weeks."""
    today = timezone.localdate()
    usual = {"capacity": 1, "state": Programme.State.OPEN, "owner": by, "made_by": by}
    return Programme.objects.create(
        school=school, name=name, begins=today, ends=today + dt.timedelta(days=30),
        **usual | columns,
    )  # fmt: skip


class Programmes:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        elsewhere, yes = stage.other_role.user, "It stays until six."
        self.programmes = [
            make(school, by, "Drawing", needs=[f"Canary-group {n}"], consent=yes)
            for n, (school, by) in enumerate(
                ((c.school, c.counselor), (c.other_school, elsewhere)), 1
            )
        ]
        self.open = make(c.school, c.counselor, "Singing")
        drawn = [
            make(school, by, "Dancing", giving=Programme.Giving.DRAW)
            for school, by in ((c.school, c.counselor), (c.other_school, elsewhere))
        ]
        make(c.school, c.counselor, "Running", giving=Programme.Giving.DRAW)
        own, other = self.programmes
        said = {"by": c.counselor, "how": "paper", "consent": (yes, "Canary-yes 1")}
        first = Seat.objects.ask(own, stage.lone_child, **said)
        offered = Seat.objects.ask(own, c.child, **said)
        first.leave(by=c.principal)
        left = Seat.objects.ask(make(c.school, c.counselor, "Jumping"), c.child, by=c.mother)
        left.leave(by=c.mother, words="Canary-leaving 1")
        foreign = Seat.objects.ask(other, c.other_child, by=elsewhere, consent=(yes, ""))
        offered.refresh_from_db()
        self.seats = [offered, left, first, foreign]
        self.draws = [Draw.objects.make([row], by=row.owner) for row in drawn]
        today = timezone.localdate()
        self.days = [
            DayOff.objects.add(school, by=c.principal, name="Fair", on=today, until=today)
            for school in (c.school, c.other_school)
        ]
        self.people = (c.mother, c.father)

    def keys(self, letter):
        """Return {kind: [key]} in the order of THINGS; `letter` is a link of another purpose."""
        links = [seat_token(self.seats[0], person.pk) for person in self.people]
        return {
            "programme": [row.pk for row in self.programmes],
            "seat": [row.pk for row in self.seats],
            "draw": [row.pk for row in self.draws],
            "day off": [row.pk for row in self.days],
            "seat link": [*links, letter],
        }
