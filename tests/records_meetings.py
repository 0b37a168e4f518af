"""Meetings with guests and conference days, for the stage of tests/doors.py.

A meeting of the child's class to which families are invited, and a conference day on which three homes
have a time; and the same of another school.
"""

import datetime as dt

from django.utils import timezone

from homeschool.journal import channels
from homeschool.journal.models import Notice, Receipt
from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN
from visits.models import Booking, ConferenceDay, Meeting
from visits.models.home import Home

INVITED, ELSEWHERE = "the class's, with guests", "another school's, with guests"
DAY, OTHER_DAY = "the class's conference", "another school's conference"
ALIVE, TAKEN_BACK = "the mother's", "the father's, whose sight was withdrawn"
KEEPERS = {
    "adviser": {ADVISER},
    "counselor": {COUNSELOR},
    "other_counselor": {COUNSELOR},
    "principal": {LEADER},
    "school_admin": {SCHOOL_ADMIN},
}
COLLEAGUES = KEEPERS | {"other_teacher": {ADVISER}}
FAMILIES = {"mother": {GUARDIAN}, "other_mother": {GUARDIAN}}
THERE = {"other_school_admin": {SCHOOL_ADMIN}}

THINGS = {
    "invited meeting": {INVITED: FAMILIES, ELSEWHERE: {}},
    "conference": {DAY: COLLEAGUES, OTHER_DAY: THERE},
    "invited conference": {DAY: FAMILIES, OTHER_DAY: {}},
    "slot": {"the adviser's": COLLEAGUES, "one of another school": THERE},
    "booking": {
        "the mother's time": {"mother": {GUARDIAN}},
        "another home's time": {"other_mother": {GUARDIAN}},
        "a time at another school": {},
    },
    # who holds the link answers: see `LinkDoor` in tests/doors_records.py
    "meeting letter": {ALIVE: {}, TAKEN_BACK: {}},
    "conference letter": {ALIVE: {}, TAKEN_BACK: {}},
}
CANARIES = {
    "Canary-theme 92": {*COLLEAGUES, *FAMILIES},
    "Canary-theme 93": {"other_school_admin"},
    "Canary-day 94": {*KEEPERS, *FAMILIES},
    "Canary-day 95": {"other_school_admin"},
}
SHOWN_AT = [
    ("visits:meeting-family", INVITED),
    ("visits:conference-list", ""),
    ("visits:conference-family", DAY),
]


def _invite(by, school_class, theme):
    on = timezone.localdate() + dt.timedelta(days=7)
    meeting = Meeting(theme=theme, on=on, start=dt.time(18), place="Room 12")
    meeting.write_down(by=by, classes=[school_class])
    meeting.invite(by=by)
    return meeting


def _open(by, school_class, host, name):
    on, now = timezone.localdate() + dt.timedelta(days=9), timezone.now()
    day = ConferenceDay(
        name=name, on=on, until=on, begins=dt.time(16), ends=dt.time(17), minutes=15,
        opens_at=now - dt.timedelta(days=1), closes_at=now + dt.timedelta(days=8),
    )  # fmt: skip
    day.open(by=by, classes=[school_class], hosts=[host])
    day.invite(by=by)
    return day


def _token(row, person):
    """Return the link of a letter about `row`'s invitation to `person`."""
    notice = Notice.objects.about(row).earliest("pk")
    receipt = Receipt.objects.create(
        notice=notice, person=person, why="guardianship", language="en"
    )
    return channels.letter_token(receipt)


class Gathered:
    """The rows behind THINGS."""

    def __init__(self, stage, c):
        other, by = c.other_child.school_class, stage.other_role.user
        self.meetings = [
            _invite(c.adviser, c.school_class, "Canary-theme 92"),
            _invite(by, other, "Canary-theme 93"),
        ]
        self.days = [
            _open(c.adviser, c.school_class, c.adviser, "Canary-day 94"),
            _open(by, other, by, "Canary-day 95"),
        ]
        here, there = (list(day.slots.order_by("starts_at")) for day in self.days)
        take = Booking.objects.take
        self.bookings = [
            take(here[0], c.child, Home(household=c.household.pk), by=c.mother),
            take(here[1], c.classmate, Home(person=c.other_mother.pk), by=c.other_mother),
            take(there[0], c.other_child, Home(person=stage.other_parent.pk), by=by),
        ]
        self.slots = [here[3], there[3]]
        self.letters = {
            "meeting letter": [_token(self.meetings[0], p) for p in (c.mother, c.father)],
            "conference letter": [_token(self.days[0], p) for p in (c.mother, c.father)],
        }

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        rows = {
            "invited meeting": self.meetings,
            "conference": self.days,
            "invited conference": self.days,
            "slot": self.slots,
            "booking": self.bookings,
        }
        return {kind: [row.pk for row in found] for kind, found in rows.items()} | self.letters
