"""The rows of tests/doors.py for conversations between home and school."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, STUDENT

from .doors import AWAY, HIDDEN, OK, Door, signed_in
from .doors_records import ONLY_READ

FAMILY, STAFF = {GUARDIAN, STUDENT}, {ADVISER, COUNSELOR, LEADER}
IN_IT, KEEPERS = {COUNSELOR} | FAMILY, {COUNSELOR}
# The grown student grants its parent no messages.
NOT_GRANTED = {("parent", "a grown student"): HIDDEN}

THREADS = [
    Door("messaging:thread-list", get=signed_in(OK, admins=AWAY), post=ONLY_READ),
    # who has one child goes on to it at once
    Door("messaging:thread-new", get=signed_in(OK, other_mother=AWAY, adult=AWAY), post=ONLY_READ),
    Door(
        "messaging:thread-write", about="child", get=FAMILY | STAFF, post=FAMILY | STAFF,
        but=NOT_GRANTED,
    ),
    Door("messaging:thread-write-draft", about="child", post=FAMILY | STAFF, but=NOT_GRANTED),
    Door("messaging:thread-detail", about="thread", get=IN_IT, post=IN_IT),
    Door("messaging:thread-draft", about="thread", post=IN_IT),
    Door("messaging:thread-news", about="thread", get=IN_IT, inside="204"),
    Door("messaging:thread-close", about="thread", post=KEEPERS),
    Door("messaging:thread-reopen", about="thread", post=KEEPERS),
    Door("messaging:thread-join", about="thread", get=KEEPERS, post=KEEPERS),
    Door("messaging:remark-list", about="thread", get=KEEPERS, post=KEEPERS),
    Door("messaging:message-take-back", about="message on its way", post=FAMILY),
    Door("messaging:message-tap", about="asking message", post=FAMILY, sends={"tap": "yes"}),
]  # fmt: skip
