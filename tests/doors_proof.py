"""The rows of tests/doors.py for what became of an announcement: board, asking again, homes, proof."""

from homeschool.people.sight import ADVISER, LEADER, SCHOOL_ADMIN

from .doors import HIDDEN, Door
from .records_announcements import DRAFT, KEPT

FOLLOWING = {ADVISER, LEADER, SCHOOL_ADMIN}
# What has not left has no board.
NOT_YET = dict.fromkeys([(person, DRAFT) for person in KEPT], HIDDEN) | {
    ("other_school_admin", "one of another school"): HIDDEN
}


def the_child(stage):
    return stage.records.proven.child.pk


def the_signature(stage):
    return stage.records.proven.signature.pk


def page(name, **how):
    """Return the row of a page about an announcement that has left."""
    return Door(f"messaging:announcement-{name}", about="announcement", but=NOT_YET, **how)


PROOF = [
    *(page(name, get=FOLLOWING) for name in ("board", "board-people", "unreached", "proofs")),
    page("proofs-pdf", get=FOLLOWING),
    *(page(name, get=FOLLOWING, post=FOLLOWING) for name in ("board-export", "chase")),
    page("home", get=FOLLOWING, args={"student": the_child}),
    *(page(name, post=FOLLOWING, args={"student": the_child}) for name in ("take", "told")),
    *(
        page(name, get=FOLLOWING, args={"signature": the_signature})
        for name in ("proof", "proof-check", "proof-pdf")
    ),
]
# Files, and pages that look like others: tests/browser/test_axe.py reads the rest.
LOOKS_LIKE = {"proofs-pdf", "proof-pdf", "proof-check", "board-export", "chase"}
LOOKED_AT = [
    door for door in PROOF if door.name.removeprefix("messaging:announcement-") not in LOOKS_LIKE
]
