"""The rows of tests/doors.py for words in other languages, files of messages, and what is unclear."""

from homeschool.people.sight import COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN

from .doors import OK, REFUSED, Door, signed_in
from .doors_records import ONLY_READ

KEEPERS, WRITING, READING = {COUNSELOR, LEADER, SCHOOL_ADMIN}, {COUNSELOR}, {COUNSELOR, GUARDIAN}
SPANISH = {"language": "es"}

TRANSLATING = [
    Door("messaging:term-list", get=signed_in(REFUSED, staff=OK), post=ONLY_READ),
    Door("messaging:term-add", about="school", get=KEEPERS, post=KEEPERS),
    Door("messaging:term-change", about="school word", get=KEEPERS, post=KEEPERS),
    Door("messaging:term-remove", about="school word", post=KEEPERS),
    Door(
        "messaging:translation-write", about="said message", get=WRITING, post=WRITING, args=SPANISH
    ),
    Door("messaging:translation-ask", about="said message", post=READING),
    Door("messaging:translation-check", about="translation", post=WRITING),
    Door("messaging:unclear-say", about="said message", post={GUARDIAN}),
    Door(
        "messaging:unclear-list", get=signed_in(REFUSED, staff=OK, admins=REFUSED), post=ONLY_READ
    ),
    Door("messaging:unclear-help", about="unclear message", post=WRITING),
    Door("messaging:attachment-file", about="message file", get=READING),
    Door("messaging:attachment-erase", about="message file", post=WRITING),
]
