"""The rows of tests/doors.py for sessions, attendance, and rooms and things."""

from homeschool.people.sight import ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN, VOLUNTEER

from .doors import AWAY, OK, REFUSED, Door, signed_in
from .doors_records import ONLY_READ
from .records_sessions import MINE

READERS = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN}
KEEPERS = {COUNSELOR, LEADER}
STAFF_LIST = signed_in(REFUSED, staff=OK)
# A volunteer who leads it marks who is there, and sees no other page of it.
TO_ATTENDANCE = {("volunteer", MINE): AWAY}


def of_session(name, get=KEEPERS, post=KEEPERS, **how):
    """Return the row of a page about a session."""
    return Door(f"counseling:session-{name}", about="session", get=get, post=post, **how)


SESSIONS = [
    Door("counseling:session-week", get=STAFF_LIST, post=ONLY_READ),
    of_session("detail", get=READERS, post=None, but=TO_ATTENDANCE),
    of_session("work"),
    of_session("move"),
    of_session("call-off"),
    of_session("lead"),
    of_session("book"),
    of_session("let-go", get=None, inside=AWAY),
    of_session("release", get=None, inside=AWAY),
    Door("counseling:session-add", about="group", get=KEEPERS, post=KEEPERS),
    Door("counseling:session-set-up", about="group", get=KEEPERS, post=KEEPERS),
    Door(
        "counseling:attendance-mark", about="session",
        get=KEEPERS | {VOLUNTEER}, post=KEEPERS | {VOLUNTEER},
    ),
    Door("counseling:attendance-all", about="session", post=KEEPERS | {VOLUNTEER}, inside=AWAY),
    Door("counseling:attendance-sheet", about="group", get=KEEPERS | {ADVISER}),
    Door(
        "counseling:attendance-file", about="group", get=KEEPERS | {ADVISER},
        post=KEEPERS | {ADVISER},
    ),
    Door("counseling:resource-list", get=STAFF_LIST, post=ONLY_READ),
    Door(
        "counseling:resource-add", about="school", get=KEEPERS | {SCHOOL_ADMIN},
        post=KEEPERS | {SCHOOL_ADMIN},
    ),
    Door("counseling:resource-detail", about="resource", get=READERS),
    Door("counseling:resource-end", about="resource", post=KEEPERS | {SCHOOL_ADMIN}, inside=AWAY),
    Door("counseling:resource-back", about="resource", post=KEEPERS | {SCHOOL_ADMIN}, inside=AWAY),
]  # fmt: skip
