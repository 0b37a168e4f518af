"""The rows of tests/doors.py for news of the school and what parents may use."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN

from .doors import AWAY, OK, REFUSED, Door, signed_in
from .doors_records import ONLY_READ
from .records_news import KEEPS

READING = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN, GUARDIAN}
PUBLISHING = {LEADER, SCHOOL_ADMIN}
KEEPING = PUBLISHING | {KEEPS}
LISTS = signed_in(REFUSED, staff=OK, family=OK, father=REFUSED)
DESKS = signed_in(REFUSED, staff=OK)
ENGLISH = {"language": "en"}


def of(kind, name, **how):
    """Return the row of a page about an article or a resource."""
    about = {"news": "article", "resource": "resource for parents"}[kind]
    return Door(f"messaging:{kind}-{name}", about=about, **how)


def both(kind):
    """Return the rows of what an article and a resource have alike."""
    return [
        Door(f"messaging:{kind}-list", get=LISTS, post=ONLY_READ),
        Door(f"messaging:{kind}-desk", get=DESKS, post=ONLY_READ),
        Door(f"messaging:{kind}-create", get=DESKS, post=DESKS),
        of(kind, "detail", get=READING),
        of(kind, "manage", get=KEEPING),
        of(kind, "edit", get=KEEPING, post=KEEPING),
        of(kind, "words", get=KEEPING, post=KEEPING, args=ENGLISH),
        of(kind, "propose", post=KEEPING, inside=AWAY),
        of(kind, "publish", post=PUBLISHING, inside=AWAY),
        of(kind, "withdraw", post=KEEPING, inside=AWAY),
    ]


NEWS = [
    *both("news"),
    of("news", "picture", get=READING),
    of("news", "picture-add", get=KEEPING, post=KEEPING),
    of("news", "picture-remove", post=KEEPING, inside=AWAY),
    Door("messaging:news-tale", about="told story", get=READING, args={"source": "stories"}),
    *both("resource"),
    of("resource", "print", get=READING),
    of("resource", "again", get=KEEPING, post=KEEPING),
    Door("messaging:resource-file", about="file for parents", get=READING),
]
