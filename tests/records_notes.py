"""Confidential notes, for the stage of tests/doors.py."""

import datetime as dt

from django.utils import timezone

from counseling.models.glass import Glass
from counseling.models.note import Note, NoteAddendum
from homeschool.people.sight import COUNSELOR, LEADER

SIGNED, DRAFT = "a signed one", "a draft"
FORMER, OPENED = "that of a counselor whose role ended", "one opened in an emergency"
CLOSED = "an opening that is over"
KEEPERS = {"counselor": {COUNSELOR}, "other_counselor": {COUNSELOR}}
LEADS = {"principal": {LEADER}}
THINGS = {
    "note": {
        SIGNED: KEEPERS,
        DRAFT: {"counselor": {COUNSELOR}},
        FORMER: {},
        OPENED: LEADS,
        "one of another school": {},
    },
    "glass": {CLOSED: KEEPERS | LEADS, "one of another school": {}},
}
CANARIES = {
    "Canary-confided 1": {*KEEPERS},
    "Canary-confided 2": {"counselor"},
    "Canary-confided 3": set(),
    "Canary-confided 4": {"principal"},
    "Canary-confided 5": set(),
    "Canary-confided 6": {*KEEPERS},
    "Canary-confided 7": {*KEEPERS, *LEADS},
}
SHOWN_AT = [
    *(("counseling:note-detail", thing) for thing in (SIGNED, DRAFT, OPENED)),
    ("counseling:glass-detail", CLOSED),
]


def note(student, by, number, **columns):
    """Return a note with a word that few may read."""
    return Note.objects.create(
        school=student.school, student=student, author=by, kind=Note.Kind.FREE,
        written_on=timezone.localdate(), edits=1, text=f"Canary-confided {number}", **columns,
    )  # fmt: skip


def glass(student, by, reason, ago=0):
    """Return the mark of a leader who opened the notes of a child so many hours ago."""
    at = timezone.now() - dt.timedelta(hours=ago)
    return Glass.objects.create(
        school=student.school, student=student, by=by, reason=reason, at=at,
        until=at + dt.timedelta(hours=4),
    )  # fmt: skip


class Notes:
    """The rows behind THINGS, made on `stage` among its cast `c`; the principal looks at the notes of
    the lone child now, and looked at those of the child yesterday."""

    def __init__(self, stage, c):
        now, elsewhere = timezone.now(), stage.other_role.user
        self.notes = [
            note(c.child, c.counselor, 1, signed_at=now, supervisor=c.other_counselor),
            note(c.child, c.counselor, 2),
            note(c.child, c.old_session, 3, signed_at=now),
            note(stage.lone_child, c.old_session, 4),
            note(c.other_child, elsewhere, 5, signed_at=now),
        ]
        NoteAddendum.objects.create(
            note=self.notes[0], author=c.counselor, text="Canary-confided 6"
        )
        glass(stage.lone_child, c.principal, "Nobody can be asked")
        self.glasses = [
            glass(c.child, c.principal, "Canary-confided 7", ago=30),
            glass(c.other_child, c.other_school_admin, "Nobody can be asked", ago=30),
        ]

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        return {
            "note": [row.pk for row in self.notes],
            "glass": [row.pk for row in self.glasses],
        }
