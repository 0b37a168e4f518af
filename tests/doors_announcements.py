"""The rows of tests/doors.py for announcements: staff, families, templates and saved lists."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN

from .doors import AWAY, HIDDEN, OK, REFUSED, Door, signed_in
from .doors_records import GONE, ONLY_READ, LinkDoor
from .records import TAKEN_BACK
from .records_announcements import SENT

SPEAKING = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN}
FOR_STAFF = signed_in(REFUSED, staff=OK)


def of_announcement(name, **how):
    """Return the row of a page of staff about an announcement."""
    return Door(f"messaging:announcement-{name}", about="announcement", **how)


def own(name, **how):
    """Return the row of a page of who was told; whoever writes them finds nothing there."""
    return of_announcement(f"own{name}", otherwise=HIDDEN, **how)


ANNOUNCEMENTS = [
    Door("messaging:announcement-list", get=signed_in(OK), post=ONLY_READ),
    Door("messaging:announcement-own-list", get=signed_in(OK), post=ONLY_READ),
    Door("messaging:announcement-new", get=FOR_STAFF, post=FOR_STAFF),
    of_announcement(
        "detail", get=SPEAKING, but=dict.fromkeys([("mother", SENT), ("other_mother", SENT)], AWAY)
    ),
    of_announcement("edit", get=SPEAKING, post=SPEAKING),
    of_announcement("words", get=SPEAKING, post=SPEAKING, args={"language": "es"}),
    of_announcement("people", get=SPEAKING),
    of_announcement("translate", post=SPEAKING),
    of_announcement("send", post=SPEAKING),
    of_announcement("call-off", post=SPEAKING),
    own("", get={GUARDIAN}),
    own("-confirm", post={GUARDIAN}),
    own("-sign", post={GUARDIAN}),
    # a letter of another kind is signed by nobody
    LinkDoor("messaging:announcement-sign-by-letter", about="letter", post={TAKEN_BACK: GONE}),
    Door("messaging:wording-list", get=FOR_STAFF, post=ONLY_READ),
    Door("messaging:wording-new", get=FOR_STAFF, post=FOR_STAFF),
    Door("messaging:wording-edit", about="template", get=SPEAKING, post=SPEAKING),
    Door("messaging:wording-end", about="template", post=SPEAKING),
    Door("messaging:saved-list-list", get=FOR_STAFF, post=ONLY_READ),
    Door("messaging:saved-list-new", get=FOR_STAFF, post=FOR_STAFF),
    *(
        Door(f"messaging:saved-list-{name}", about="saved list", get=get, post=post)
        for name, get, post in (
            ("detail", SPEAKING, None),
            ("name", SPEAKING, SPEAKING),
            ("add", None, SPEAKING),
            ("take-off", None, SPEAKING),
            ("end", None, SPEAKING),
        )
    ),
]
# The others look like one of these.
LOOKS_LIKE = {"own-list", "edit"}
LOOKED_AT = [
    door
    for door in ANNOUNCEMENTS
    if door.name.removeprefix("messaging:announcement-") not in LOOKS_LIKE
    and door.name
    not in {"messaging:wording-edit", "messaging:saved-list-new", "messaging:saved-list-name"}
]
