"""The rows of tests/doors.py for what families suggest of their own accord, and for who is away."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN, STUDENT

from .doors import AWAY, OK, REFUSED, Door, signed_in
from .doors_records import ONLY_READ

FAMILIES = ("mother", "other_mother", "adult", "parent")
MAY_SUGGEST = signed_in(REFUSED, mother=OK, other_mother=OK, adult=OK)
WRITING = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN}
SETTING = {LEADER, SCHOOL_ADMIN}

IDEAS = [
    Door(
        "messaging:suggestion-list",
        get=signed_in(REFUSED, principal=OK, admins=OK, **dict.fromkeys(FAMILIES, AWAY)),
        post=ONLY_READ,
    ),
    Door(
        "messaging:suggestion-own", get=signed_in(REFUSED, **dict.fromkeys(FAMILIES, OK)),
        post=ONLY_READ,
    ),
    Door("messaging:suggestion-new", get=MAY_SUGGEST, post=MAY_SUGGEST),
    Door("messaging:suggestion-detail", about="idea", get={GUARDIAN, STUDENT, LEADER}),
    Door("messaging:suggestion-answer", about="idea", post={LEADER}),
    Door("messaging:suggestion-add", about="idea", post={LEADER}),
    Door("messaging:away-list", get=signed_in(REFUSED, staff=OK), post=ONLY_READ),
    Door("messaging:away-new", about="school", get=WRITING, post=WRITING),
    Door("messaging:office-edit", about="school", get=WRITING, post=WRITING),
    Door("messaging:office-default", about="school", get=SETTING, post=SETTING),
    Door("messaging:away-detail", about="away", get=WRITING),
    Door(
        "messaging:away-end", about="away", post={COUNSELOR, LEADER, SCHOOL_ADMIN}, inside=AWAY
    ),
]  # fmt: skip
