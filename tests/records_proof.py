"""What became of the announcement that left, for the stage of tests/doors.py: signed, and told by telephone."""

from homeschool.journal.models import Receipt
from messaging.models import Signature, Telling

from .records_announcements import KEPT, SENT

# the parents do not read what staff wrote down of a call
CANARIES = {"Canary-telling 1": set(KEPT)}
SHOWN_AT = [("messaging:announcement-unreached", SENT)]


class Proven:
    """The rows behind CANARIES, made on `announced` (records_announcements) among its cast `c`."""

    def __init__(self, announced, c):
        sent, self.child = announced.announcements[1], c.classmate
        receipt = Receipt.objects.about(sent).get(person=c.mother)
        words = sent.words_for("en")
        self.signature = Signature.objects.sign(receipt, words, c.mother.full_name)
        Telling.objects.done(
            sent, c.classmate, c.other_mother, how="telephoned", note="Canary-telling 1",
            by=c.adviser,
        )  # fmt: skip
