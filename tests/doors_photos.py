"""The rows of tests/doors.py for photos of visits and files of meetings."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN, STUDENT

from .doors import AWAY, HIDDEN, REFUSED, Door
from .records import CONFIDED, GROWN_UP, NEAR, NOT_SHARED, PLANNED, SHARED
from .records_photos import THE_CLASS

FAMILY = {GUARDIAN, STUDENT}
VISITING = {ADVISER, COUNSELOR, LEADER}
KEEPING = VISITING | {SCHOOL_ADMIN}
NOT_HELD = {(person, PLANNED): HIDDEN for person in NEAR}
# Who sees the visit and neither went along, nor leads, nor lives where it was.
NOT_THEIRS = {
    ("other_teacher", SHARED): REFUSED,
    ("adviser", NOT_SHARED): REFUSED,
    ("parent", GROWN_UP): REFUSED,
}
NOT_MADE = NOT_THEIRS | {("principal", thing): REFUSED for thing in (SHARED, NOT_SHARED, CONFIDED)}

PHOTOS = [
    Door("visits:photo-list", about="visit", get=VISITING | FAMILY, but=NOT_HELD | NOT_THEIRS),
    Door("visits:photo-add", about="visit", get=VISITING, post=VISITING, but=NOT_HELD | NOT_MADE),
    Door("visits:photo-file", about="photo", get=VISITING | FAMILY),
    Door("visits:photo-small", about="photo", get=VISITING | FAMILY),
    Door("visits:photo-erase", about="photo", post=VISITING | FAMILY, inside=AWAY),
    Door(
        "visits:material-add",
        about="meeting",
        get=KEEPING,
        post=KEEPING,
        but={("other_teacher", "the class's"): REFUSED},
    ),
    Door("visits:material-file", about="material", get=KEEPING | FAMILY),
    Door(
        "visits:material-remove",
        about="material",
        post=KEEPING,
        but={("other_teacher", THE_CLASS): REFUSED},
    ),
]
