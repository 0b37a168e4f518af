"""The rows of tests/doors.py for what families suggest, and for what was given."""

from homeschool.people.sight import ADVISER, COUNSELOR, LEADER

from .doors import AWAY, OK, REFUSED, WRONG_METHOD, Door, signed_in
from .records_suggestions import GROWN, OF_BOTH

VISITORS = ("adviser", "other_teacher", "counselor", "other_counselor", "principal")
HERE = dict.fromkeys(VISITORS, OK)
READING = {ADVISER, COUNSELOR, LEADER}
# The home that suggested it reads it on its own page, and is sent there.
TO_ITS_PAGE = {("mother", OF_BOTH): AWAY, ("adult", GROWN): AWAY}
ONLY_READ = signed_in(WRONG_METHOD)
TO_TAKE, GIFTS = signed_in(REFUSED, **HERE), signed_in(REFUSED, principal=OK)

SUGGESTIONS = [
    Door("visits:suggestion-list", get=signed_in(REFUSED, admins=OK, **HERE), post=ONLY_READ),
    Door("visits:suggestion-export", get=TO_TAKE, post=TO_TAKE),
    Door("visits:suggestion-detail", about="suggestion", get=READING, but=TO_ITS_PAGE),
    Door("visits:suggestion-answer", about="suggestion", post={LEADER}),
    Door("visits:suggestion-add", about="suggestion", post={LEADER}),
    Door("visits:gift-list", get=signed_in(REFUSED, principal=OK, admins=OK), post=ONLY_READ),
    Door("visits:gift-export", get=GIFTS, post=GIFTS),
]
