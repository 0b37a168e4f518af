"""The rows of tests/doors.py for voices, cards and stories."""

from homeschool.people.sight import GUARDIAN

from .doors import AWAY, OK, REFUSED, Door, signed_in
from .doors_offers import OF_VISITORS
from .doors_records import (
    FAMILY,
    GONE,
    NO_VISITOR,
    ONLY_READ,
    VISITING,
    LinkDoor,
    so,
)
from .records import CONFIDED, GROWN_UP, NEAR, NOT_SHARED, PLANNED
from .records_stories import NOT_OF_THE_HOME, VISITED

# A visit that the family has not read has no card yet: back to the visit.
NO_CARD = (
    so(AWAY, NOT_SHARED, *NEAR)
    | so(AWAY, PLANNED, *NEAR)
    | so(AWAY, CONFIDED, "counselor", "principal")
    # the card is for the home that was visited
    | so(REFUSED, GROWN_UP, "parent")
)
NEWS = signed_in(REFUSED, staff=OK, family=OK, father=REFUSED)


def by_staff(name, **how):
    """Return the row of what staff does with a story."""
    return Door(f"visits:story-{name}", about="story", **{"post": VISITING} | how)


STORIES = [
    LinkDoor("visits:voice", about="voice link", get={VISITED: OK, NOT_OF_THE_HOME: GONE}),
    LinkDoor("visits:voice-say", about="voice link", post={VISITED: AWAY, NOT_OF_THE_HOME: GONE}),
    Door("visits:card", about="visit", get=FAMILY | VISITING, but=NO_CARD),
    Door("visits:card-pdf", about="visit", get=FAMILY | VISITING, but=NO_CARD),
    Door("visits:story-list", get=NEWS, post=ONLY_READ),
    Door("visits:story-desk", get=OF_VISITORS, post=ONLY_READ),
    Door(
        "visits:story-create",
        about="child",
        named="?child",
        get=VISITING,
        post=VISITING,
        before=NO_VISITOR,
    ),
    # whoever reads a story in the news is sent there
    Door("visits:story-detail", about="story", get=VISITING | {GUARDIAN}, otherwise=AWAY),
    by_staff("edit", get=VISITING),
    by_staff("ask"),
    by_staff("publish"),
    by_staff("take-down"),
    Door("visits:story-agree", about="story", post={GUARDIAN}),
    Door("visits:story-refuse", about="story", post={GUARDIAN}),
]
