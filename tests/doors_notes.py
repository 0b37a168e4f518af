"""The rows of tests/doors.py for confidential notes: who may not read one finds nothing."""

from homeschool.people.sight import COUNSELOR, LEADER

from .doors import AWAY, HIDDEN, OK, REFUSED, Door, signed_in
from .doors_records import ONLY_READ
from .records_notes import DRAFT, SIGNED

ONE, LONE = "the child", "a child of the same school"
COUNSELS = {"counselor": OK, "other_counselor": OK}
READS, WRITES, LEADS = {COUNSELOR, LEADER}, {COUNSELOR}, {LEADER}
# the supervisor reads, and does not write; what is signed is written no more
NO_AUTHOR = {("other_counselor", SIGNED): REFUSED}
OVER = NO_AUTHOR | {("counselor", SIGNED): AWAY}
NOT_YET = {("counselor", DRAFT): REFUSED}

NOTES = [
    Door("counseling:note-index", get=signed_in(REFUSED, **COUNSELS), post=ONLY_READ),
    Door(
        "counseling:note-list",
        about="child",
        get=WRITES,
        otherwise=HIDDEN,
        # who is named in a note of the child, and who opened the notes just now
        but={("other_counselor", ONE): OK, ("principal", LONE): OK},
    ),
    Door(
        "counseling:note-start",
        about="child",
        args={"kind": "soap"},
        post=WRITES,
        inside=AWAY,
        otherwise=HIDDEN,
    ),
    Door(
        "counseling:glass-break",
        about="child",
        get=LEADS,
        post=LEADS,
        otherwise=HIDDEN,
        but={("principal", LONE): AWAY},
    ),
    Door("counseling:glass-list", get=signed_in(REFUSED, principal=OK), post=ONLY_READ),
    Door("counseling:glass-detail", about="glass", get=READS),
    Door("counseling:note-detail", about="note", get=READS),
    Door("counseling:note-edit", about="note", get=WRITES, post=WRITES, but=OVER),
    Door("counseling:note-sign", about="note", post=WRITES, but=OVER),
    Door("counseling:note-add", about="note", post=WRITES, but=NOT_YET),
    Door("counseling:note-hand", about="note", get=WRITES, post=WRITES, but=NOT_YET),
    Door("counseling:note-discard", about="note", post=WRITES, inside=AWAY, but=NO_AUTHOR),
]
