"""The rows of tests/doors.py for offers of visits, moving them, and calendars."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from homeschool.people.sight import COUNSELOR, LEADER

from .doors import AWAY, OK, REFUSED, WRONG_METHOD, Door, reverse, signed_in
from .doors_records import (
    GONE,
    HERE,
    NO_VISITOR,
    ONLY_READ,
    ONLY_SENT,
    STAFF_PAGE,
    VISITING,
    LinkDoor,
    so,
)
from .records import CONFIDED, GROWN_UP, NEAR, NOT_SHARED, SHARED
from .records_offers import LIVE_FEED, NOT_ASKED, REVOKED, WAITING

SHANGHAI = ZoneInfo("Asia/Shanghai")
OF_VISITORS = signed_in(REFUSED, **HERE)
# Who may come along on a visit may have it in a calendar.
IN_A_CALENDAR = STAFF_PAGE | {"volunteer": OK}
# What is over moves no more: back to the visit.
OVER = (
    so(AWAY, SHARED, *NEAR, "other_teacher")
    | so(AWAY, NOT_SHARED, *NEAR)
    | so(AWAY, CONFIDED, "counselor", "principal")
    | so(AWAY, "a visit to another child of the school", "principal")
    | so(REFUSED, GROWN_UP, "adult", "parent")
)


def link(name, found, **how):
    """Return the row of a page that the link of an offer opens; a dead one says so."""
    dead = {REVOKED: GONE, NOT_ASKED: GONE}
    method = "get" if name in ("offer", "offer-calendar") else "post"
    return LinkDoor(f"visits:{name}", about="offer link", **{method: {WAITING: found} | dead} | how)


class WayDoor(Door):
    """The sheet of the way on which a planned visit lies."""

    def url(self, stage, key):
        day = timezone.localdate(timezone.now() + dt.timedelta(hours=2), SHANGHAI)
        return f"{reverse(self.name)}?day={day}&team={key}"

    def outcome(self, method, person, thing):
        found = super().outcome(method, person, thing)
        return WRONG_METHOD if method == "post" and found == REFUSED else found


def of_the_way(name):
    return WayDoor(f"visits:{name}", about="stop", get=VISITING, before=NO_VISITOR)


class FeedDoor(LinkDoor):
    """A door that opens to whoever holds the address of a calendar."""

    def url(self, stage, key):
        return reverse(self.name, kwargs={"text": key})

    def reader(self, person):
        return "counselor"


OFFERS = [
    Door("visits:round-list", get=OF_VISITORS, post=ONLY_READ),
    Door(
        "visits:round-create",
        about="child",
        named="?child",
        get=VISITING,
        post=VISITING,
        before=NO_VISITOR,
    ),
    Door("visits:round-detail", about="round", get=VISITING),
    Door("visits:round-take-back", about="round", post={COUNSELOR, LEADER}),
    Door("visits:offer-note", about="offer", post=VISITING),
    Door("visits:offer-take-back", about="offer", post=VISITING),
    link("offer", OK),
    link("offer-calendar", AWAY),
    link("offer-take", AWAY),
    link("offer-other", AWAY),
    link("offer-decline", AWAY),
    Door("visits:visit-move", about="visit", get=VISITING, post=VISITING, but=OVER),
    Door("visits:road", get=OF_VISITORS, post=ONLY_READ),
    Door("visits:road-move", about="visit", get=VISITING, post=VISITING, but=OVER),
    of_the_way("road-print"),
    of_the_way("road-pdf"),
    Door("visits:feed", get=IN_A_CALENDAR, post=ONLY_READ),
    Door("visits:feed-renew", get=ONLY_SENT, post=IN_A_CALENDAR),
    Door(
        "visits:feed-revoke",
        get=ONLY_SENT,
        post={who: AWAY if found == OK else found for who, found in IN_A_CALENDAR.items()},
    ),
    FeedDoor("visits:feed-read", about="feed link", get={LIVE_FEED: OK}),
]
