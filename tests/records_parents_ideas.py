"""What families suggested of their own accord, and who is away, for the stage of tests/doors.py."""

import datetime as dt

from homeschool.people.sight import (
    ADVISER,
    COUNSELOR,
    GUARDIAN,
    LEADER,
    SCHOOL_ADMIN,
)
from messaging.models import Away, Suggestion

from . import builders

OPEN, OTHER = "what a mother wrote to the school", "what another mother wrote"
AWAY, ELSEWHERE = "the counselor is away", "somebody of another school is away"
THINGS = {
    "idea": {
        OPEN: {"mother": {GUARDIAN}, "principal": {LEADER}},
        OTHER: {"other_mother": {GUARDIAN}, "principal": {LEADER}},
    },
    "away": {
        AWAY: {
            "counselor": {COUNSELOR}, "adviser": {ADVISER}, "principal": {LEADER},
            "school_admin": {SCHOOL_ADMIN},
        },
        ELSEWHERE: {"other_school_admin": {SCHOOL_ADMIN}},
    },
}  # fmt: skip
CANARIES = {
    "Canary-idea 1": {"mother", "principal"},
    "Canary-idea-answer 1": {"mother", "principal"},
    "Canary-idea-added 1": {"mother", "principal"},
    "Canary-idea 2": {"other_mother", "principal"},
}
SHOWN_AT = [("messaging:suggestion-detail", OPEN), ("messaging:suggestion-detail", OTHER)]


class Ideas:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        make = Suggestion.objects.make
        self.ideas = [
            make(c.child, "Canary-idea 1", by=c.mother, area="way"),
            make(c.classmate, "Canary-idea 2", by=c.other_mother, area="food"),
        ]
        self.ideas[0].reply("Canary-idea-answer 1", outcome="not_now", by=c.principal)
        self.ideas[0].add("Canary-idea-added 1", by=c.principal)
        begins = builders.today() + dt.timedelta(days=200)  # later than what others look at
        ends = begins + dt.timedelta(days=2)
        elsewhere = builders.make_staff(c.other_school, COUNSELOR, "Olaf Olsen")
        self.away = [
            Away.objects.announce(
                c.counselor, c.school, since=begins, until=ends, by=c.counselor,
                substitute=c.adviser,
            ),
            Away.objects.announce(
                elsewhere, c.other_school, since=begins, until=ends, by=elsewhere
            ),
        ]  # fmt: skip

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        return {
            "idea": [row.pk for row in self.ideas],
            "away": [row.pk for row in self.away],
        }
