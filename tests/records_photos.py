"""Photos of visits and files of meetings, for the stage of tests/doors.py: their bytes are words here."""

from homeschool.people.models import School
from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, STUDENT
from homeschool.uploads import JPEG, Checked
from visits.models import Material, Photo

from .records_meetings import COLLEAGUES, FAMILIES, THERE

NEAR = {"counselor": {COUNSELOR}, "principal": {LEADER}}
ALONG = NEAR | {"adviser": {ADVISER}}
THE_CLASS = "a file of the class's meeting"

THINGS = {
    "photo": {
        "one of a shared visit": ALONG | {"mother": {GUARDIAN}},
        "one of a visit not shared": NEAR,
        "one of a confidential visit": NEAR,
        "one of a grown student's home": {"adult": {STUDENT}},
        "one of another school": {},
    },
    "material": {THE_CLASS: COLLEAGUES | FAMILIES, "a file of another school": THERE},
}
CANARIES = {
    "Canary-photo 11": {*ALONG, "mother"},
    "Canary-photo 12": set(NEAR),
    "Canary-photo 13": set(NEAR),
    "Canary-photo 14": {"adult"},
    "Canary-photo 15": set(),
    "Canary-file 16": {*COLLEAGUES, *FAMILIES},
    "Canary-file 17": {"other_school_admin"},
}
SHOWN_AT = [
    *(("visits:photo-file", thing) for thing in THINGS["photo"]),
    *(("visits:material-file", thing) for thing in THINGS["material"]),
]


def _file(words):
    return Checked(JPEG, words.encode(), words.encode(), 4, 3)


def _photo(visit, words):
    return Photo.objects.add(
        visit, _file(words), by=visit.recorded_by, said_by_name="Rosa", how="spoken", words=words
    )


def _material(meeting, words):
    return Material.objects.add(meeting, _file(words), by=meeting.recorded_by, title=words)


class Photos:
    """The rows behind THINGS, of what stands on the stage already."""

    def __init__(self, records):
        School.objects.update(photos=True)
        visits = (records.shared, records.unshared, records.confided, records.grown, records.other)
        self.photos = [
            _photo(visit, f"Canary-photo {n}") for n, visit in enumerate(visits, start=11)
        ]
        self.materials = [
            _material(meeting, f"Canary-file {n}")
            for n, meeting in enumerate(records.gathered.meetings, start=16)
        ]

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        rows = {"photo": self.photos, "material": self.materials}
        return {kind: [row.pk for row in found] for kind, found in rows.items()}
