"""Announcements, for the stage of tests/doors.py: written, sent, templates and saved lists."""

from homeschool.journal import actions
from homeschool.journal.models import Notice
from homeschool.people.sight import (
    ADVISER,
    COUNSELOR,
    GUARDIAN,
    LEADER,
    SCHOOL_ADMIN,
)
from messaging.models import Announcement, SavedList, Template
from messaging.models.announcing import ANNOUNCED

DRAFT, SENT = "one being written", "one to be signed that left"
HEADS = {"principal": {LEADER}, "school_admin": {SCHOOL_ADMIN}}
KEPT = HEADS | {"adviser": {ADVISER}}
STAFF = KEPT | {
    "other_teacher": {ADVISER}, "counselor": {COUNSELOR}, "other_counselor": {COUNSELOR},
}  # fmt: skip
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}
THINGS = {
    "announcement": {
        DRAFT: KEPT,
        SENT: KEPT | {"mother": {GUARDIAN}, "other_mother": {GUARDIAN}},
        "one of another school": ELSEWHERE,
    },
    "template": {"one of the school": STAFF, "one of another school": ELSEWHERE},
    "saved list": {"the adviser's": KEPT, "one of another school": ELSEWHERE},
}
CANARIES = {
    "Canary-announcing 1": set(KEPT),
    "Canary-announced 2": {*KEPT, "mother", "other_mother"},
    "Canary-announcing 3": set(ELSEWHERE),
    "Canary-template 4": set(STAFF),
    "Canary-list 5": set(KEPT),
}
SHOWN_AT = [
    ("messaging:announcement-list", ""),
    *(("messaging:announcement-detail", thing) for thing in (DRAFT, SENT)),
    ("messaging:announcement-detail", "one of another school"),
    ("messaging:announcement-own", SENT),
    ("messaging:wording-list", ""),
    ("messaging:saved-list-list", ""),
]


class Announced:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        to_class = (c.school, "class", str(c.school_class.pk))
        elsewhere = (c.other_school, "school", str(c.other_school.pk))
        self.announcements = [
            self.write(*to_class, c.adviser, "Canary-announcing 1"),
            self.write(*to_class, c.adviser, "Canary-announced 2", level="sign"),
            self.write(*elsewhere, c.other_school_admin, "Canary-announcing 3"),
        ]
        sent = self.announcements[1]
        sent.send(by=c.adviser)
        actions.expand([Notice.objects.get(kind=ANNOUNCED, about_id=str(sent.pk)).pk])
        words = [{"language": "en", "title": "Canary-template 4", "text": "Come at six."}]
        other = [{"language": "en", "title": "Holidays", "text": "No lessons."}]
        self.templates = [
            Template.objects.keep(c.school, "Evening", "read", words, by=c.adviser),
            Template.objects.keep(c.other_school, "Day", "read", other, by=c.other_school_admin),
        ]
        self.lists = [
            SavedList.objects.begin(c.school, "Canary-list 5", by=c.adviser),
            SavedList.objects.begin(c.other_school, "Choir", by=c.other_school_admin),
        ]

    @staticmethod
    def write(school, audience, key, by, text, **columns):
        words = {"language": "en", "title": text, "text": "We go to the museum."}
        return Announcement.objects.begin(school, audience, key, by=by, words=words, **columns)

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        rows = (self.announcements, self.templates, self.lists)
        return {kind: [row.pk for row in found] for kind, found in zip(THINGS, rows, strict=True)}
