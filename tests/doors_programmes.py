"""The rows of tests/doors.py for programmes after school, their seats, and draws."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN

from .doors import AWAY, HIDDEN, OK, REFUSED, Door, signed_in
from .doors_records import FAMILY, GONE, ONLY_READ, LinkDoor, so
from .records_programmes import LEFT, NOT_ASKED, WAITING

KEEPING = {COUNSELOR, LEADER}
READING = KEEPING | {ADVISER, SCHOOL_ADMIN}
GROWN = "a grown student"
KEEPERS = signed_in(REFUSED, counselor=OK, other_counselor=OK, principal=OK)
CONFLICT = "409"
# the grown student granted its parent visits alone
NOT_GRANTED = so(REFUSED, GROWN, "parent")


def of_programme(name, **how):
    """Return the row of a page of a programme."""
    return Door(f"counseling:programme-{name}", about="programme", **how)


def of_seat(name, **how):
    """Return the row of what is done with a seat."""
    return Door(f"counseling:seat-{name}", about="seat", **how)


def of_child(name, *, but, **how):
    """Return the row of a page on which a family asks."""
    return Door(f"counseling:{name}", about="child", but=NOT_GRANTED | but, **how)


def link(name, **found):
    """Return the row of a page that the link of an offer opens."""
    return LinkDoor(f"counseling:seat-offer{name}", about="seat link", **found)


PROGRAMMES = [
    Door("counseling:programme-list", get=signed_in(REFUSED, staff=OK), post=ONLY_READ),
    Door("counseling:programme-create", about="school", get=KEEPING, post=KEEPING),
    of_programme("detail", get=READING),
    of_programme("edit", get=KEEPING, post=KEEPING),
    of_programme("move", post=KEEPING, args={"state": "running"}),
    of_programme("pauses", get=KEEPING, post=KEEPING),
    Door("counseling:seat-add", about="programme", get=KEEPING, post=KEEPING),
    Door("counseling:day-off-list", about="school", get=KEEPING, post=KEEPING),
    Door("counseling:day-off-remove", about="day off", post=KEEPING),
    of_seat("detail", get=READING),
    of_seat("group", post=KEEPING),
    of_seat("leave", post=KEEPING),
    of_seat("accept-for", post=KEEPING),
    of_seat("family", get={GUARDIAN}),
    of_seat("accept", post={GUARDIAN}, but=so(CONFLICT, LEFT, "mother")),
    of_seat("decline", post={GUARDIAN}, but=so(CONFLICT, LEFT, "mother")),
    of_seat("give-up", post={GUARDIAN}),
    Door("counseling:draw-new", get=KEEPERS, post=KEEPERS),
    Door("counseling:draw-detail", about="draw", get=READING),
    Door("counseling:draw-again", about="draw", get=READING),
    Door("counseling:draw-file", about="draw", get=KEEPING, post=KEEPING),
    of_child("asking", get=FAMILY, but={}),
    # nothing is drawn at the college
    of_child("asking-wish", get=FAMILY, post=FAMILY, but=so(AWAY, GROWN, "adult")),
    of_child(
        "asking-seat",
        get=FAMILY,
        post=FAMILY,
        but=so(HIDDEN, GROWN, "adult"),
        args={"programme": lambda stage: stage.records.programmes.open.pk},
    ),
    link("", get={WAITING: OK, NOT_ASKED: GONE}),
    link("-take", post={WAITING: AWAY, NOT_ASKED: GONE}),
    link("-decline", post={WAITING: AWAY, NOT_ASKED: GONE}),
]
