"""Offers of visits and calendars, for the stage of tests/doors.py."""

import datetime as dt

from django.utils import timezone

from homeschool.people.sight import ADVISER, COUNSELOR, LEADER
from visits.models import Feed, Round
from visits.reading.offers import offer_token

STAFF = {"adviser": {ADVISER}, "counselor": {COUNSELOR}, "principal": {LEADER}}
WAITING, REVOKED = "the mother's offer", "one that was taken back"
NOT_ASKED, OTHER_LINK = "a father's, who is not asked", "a link of another purpose"
LIVE_FEED, ENDED_FEED = "a live address", "one that ended"

THINGS = {
    "round": {"one to the child": STAFF, "one of another school": {}},
    "offer": {WAITING: STAFF, REVOKED: STAFF, "one of another school's child": {}},
    "offer link": {WAITING: {}, REVOKED: {}, NOT_ASKED: {}, OTHER_LINK: {}},
    "stop": {"the counselor's way": STAFF},
    "feed link": {LIVE_FEED: {}, ENDED_FEED: {}},
}


def offer(child, by, household=None, days=9):
    at = timezone.now() + dt.timedelta(days=days)
    return Round.objects.offer(
        [(household, [child])],
        by=by,
        visitors=[by],
        times=[at],
        answer_by=timezone.now() + dt.timedelta(days=5),
        words="Canary-offer 95" if household else "Canary-offer 96",
    )


class Offers:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        self.round = offer(c.child, c.counselor, c.household)
        self.other = offer(c.other_child, stage.other_role.user)
        back = offer(c.child, c.counselor, c.household, days=11)
        back.take_back(by=c.counselor)
        self.offers = [row.offers.get() for row in (self.round, back, self.other)]
        self.mother, self.father = c.mother, c.father
        _feed, ended = Feed.objects.renew(c.counselor)
        _feed, live = Feed.objects.renew(c.counselor)
        self.feeds = [live, ended]

    def keys(self, letter, stop):
        """Return {kind: [key]} in the order of THINGS; `letter` is a link of another purpose, `stop`
        a planned visit of this week."""
        first, back, _other = self.offers
        links = [
            offer_token(first.pk, self.mother.pk),
            offer_token(back.pk, self.mother.pk),
            offer_token(first.pk, self.father.pk),
            letter,
        ]
        return {
            "round": [self.round.pk, self.other.pk],
            "offer": [row.pk for row in self.offers],
            "stop": [stop.pk],
            "offer link": links,
            "feed link": self.feeds,
        }
