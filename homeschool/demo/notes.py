"""Two confidential notes of the demo, one signed and one still a draft, and how a leader once opened them."""

from counseling.models.glass import OPEN_FOR, Glass
from counseling.models.note import Note
from homeschool.journal.models import Entry

PARTS = {
    "talk": {
        "subjective": "“I like school. I do not like it when it is loud at night, then I cannot sleep.” She "
        "says that her grandmother is ill again and that nobody talks about it at home.",
        "objective": "Came by herself. Quiet at first, drew while we talked. Tired, yawned twice.",
        "assessment": "She worries about her grandmother and does not want to be one more worry. I see no "
        "sign that anybody hurts her.",
        "steps": "We talk again on Tuesday. She decides what I may tell her mother.",
    },
    "second": {
        "text": "She brought the drawing of her grandmother. Slept better this week. To ask next time: "
        "would she like to show the drawing at home?",
    },
}
REASON = (
    "She did not come home after school, and her counselor was on a plane. We had to know whether she had "
    "said where she would go."
)


def load(world):
    """Make the notes by Mei Chen about 林小雨, and the opening, once; what somebody wrote while trying
    stays."""
    rows = [
        _note(world, "talk", Note.Kind.SOAP, -12, signed_at=world.at(-12, 16, 10),
              supervisor=world.lucia_vega),
        _note(world, "second", Note.Kind.FREE, -5),
    ]  # fmt: skip
    made = world.made
    kept = world.make(rows)
    world.note_signed, world.note_draft = (kept[row.pk] for row in rows)
    world.glass = next(iter(world.make([_opening(world)]).values()))
    if world.made > made:
        for row in rows:
            world.note("note.begun", row, row.made_at, by_id=world.mei_chen.pk)
        world.note("note.signed", rows[0], rows[0].signed_at, by_id=world.mei_chen.pk)
        world.note("notes.opened", world.glass, world.glass.at, by_id=world.ruth_adler.pk)
        world.note("note.viewed", rows[0], world.at(-9, 18, 4), by_id=world.ruth_adler.pk)
        read = world.entries[-1]
        read.kind, read.data = Entry.Kind.VIEWED, {"fields": ["text"], "glass": str(world.glass.pk)}
        world.save_notes()


def _note(world, key, kind, days, **columns):
    return Note(
        id=world.id("note", key), school=world.school, student=world.xiaoyu, kind=kind,
        author=world.mei_chen, written_on=world.day(days), made_at=world.at(days, 15, 30),
        saved_at=world.at(days, 16), edits=1, **PARTS[key], **columns,
    )  # fmt: skip


def _opening(world):
    at = world.at(-9, 18)
    return Glass(
        id=world.id("glass"), school=world.school, student=world.xiaoyu, by=world.ruth_adler,
        reason=REASON, at=at, until=at + OPEN_FOR,
    )  # fmt: skip
