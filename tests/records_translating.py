"""A message with words in another language, a file and a question, for the stage of tests/doors.py."""

from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, SCHOOL_ADMIN
from homeschool.uploads import JPEG, Checked
from messaging.models import Attachment, Term, Thread, Translation, Unclear

from .messaging.builders import let_leave, make_thread

TO_THE_MOTHER, OTHERS = "one to the mother", "one of another school"
COLLEAGUES = {
    "adviser": {ADVISER}, "other_teacher": {ADVISER}, "counselor": {COUNSELOR},
    "other_counselor": {COUNSELOR}, "principal": {LEADER}, "school_admin": {SCHOOL_ADMIN},
}  # fmt: skip
ELSEWHERE = {"other_school_admin": {SCHOOL_ADMIN}}
IN_IT = {"counselor": {COUNSELOR}, "mother": {GUARDIAN}}

THINGS = {
    "school word": {"one of the school": COLLEAGUES, OTHERS: ELSEWHERE},
    **{
        kind: {TO_THE_MOTHER: IN_IT, OTHERS: {}}
        for kind in ("said message", "translation", "unclear message", "message file")
    },
}
CANARIES = {
    "Canary-word 1": set(COLLEAGUES),
    "Canary-said 1": set(IN_IT),
    "Canary-translated 1": set(IN_IT),
    "Canary-paper 1": set(IN_IT),
    "Canary-said 2": set(),
    "Canary-translated 2": set(),
    "Canary-paper 2": set(),
}
SHOWN_AT = [
    ("messaging:term-list", ""),
    ("messaging:translation-write", TO_THE_MOTHER),
    ("messaging:attachment-file", TO_THE_MOTHER),
]


class Translating:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        self.terms = [
            Term.objects.create(
                school=school, source="en", language="es", word=f"Canary-word {n}", said="palabra"
            )
            for n, school in enumerate((c.school, c.other_school), 1)
        ]
        elsewhere = stage.other_role.user
        threads = (
            make_thread(c, text="Canary-said 1", language="en", leaves=False),
            Thread.objects.begin(
                c.other_child, by=elsewhere, home=[stage.other_parent], school=[elsewhere],
                text="Canary-said 2", language="en",
            ),
        )  # fmt: skip
        self.messages = [thread.messages.get() for thread in threads]
        self.translations, self.files, self.unclear = [], [], []
        for n, (message, person) in enumerate(
            zip(self.messages, (c.mother, stage.other_parent), strict=True), 1
        ):
            file = Checked(JPEG, f"Canary-paper {n}".encode(), b"small", 4, 3)
            self.files.append(
                Attachment.objects.add(message, file, by=message.author, title=f"Canary-paper {n}")
            )
            self.translations.append(
                Translation.objects.keep(
                    message, "es", f"Canary-translated {n}", provider="A machine"
                )
            )
            self.unclear.append(Unclear.say(message, by=person))
            let_leave(message.thread)

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        rows = {
            "school word": self.terms,
            "said message": self.messages,
            "translation": self.translations,
            "unclear message": self.unclear,
            "message file": self.files,
        }
        return {kind: [row.pk for row in found] for kind, found in rows.items()}
