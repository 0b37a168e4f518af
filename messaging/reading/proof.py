"""The proof of a signature on paper: which words, under which name, when, and whether they still match.

What is printed is what is kept: the digest is reckoned anew from the words each time, and compared with the
one that the signature holds. Names stand on paper without signs that nobody sees or that turn others
around; where a name holds some, they are named.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from homeschool.journal.models import Entry, Receipt
from messaging.models import Announcement, Signature
from messaging.models.announcing import ANNOUNCED

from .announcement_letters import language_name
from .followed import Copies, ties_of

A_PAPER = 500  # signatures on one paper; a longer list is taken class by class
# What turns the direction of a line around, and what takes no room at all.
HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
# Between letters of some scripts these are part of the word.
JOINERS = "\u200c\u200d"


def on_paper(name):
    """Return a name as paper shows it: one line, without hidden signs."""
    plain = "".join(" " if unicodedata.category(c) == "Cc" else c for c in name)
    return " ".join(HIDDEN.sub(lambda m: m[0] if m[0] in JOINERS else "", plain).split())


def hidden_in(name):
    """Return the hidden signs of a name by their numbers, each once: ["U+202E"]."""
    return list(dict.fromkeys(f"U+{ord(c):04X}" for c in HIDDEN.findall(name)))


def number_of(announcement, signature=None):
    """Return the number under which an announcement, or one signature of it, is filed."""
    number = f"{str(announcement.pk)[:8].upper()}"
    return f"{number}-{signature.pk}" if signature else number


@dataclass
class Proof:
    """One signature with all that its paper says."""

    announcement: Announcement
    signature: Signature
    children: list  # [(child, Guardianship | None)] as far as the reader sees them
    way_told: str

    @property
    def number(self):
        return number_of(self.announcement, self.signature)

    @property
    def wording(self):
        return self.signature.wording

    @property
    def language_name(self):
        return language_name(self.wording.language)

    @property
    def name(self):
        return on_paper(self.signature.name)

    @property
    def known_as(self):
        return on_paper(self.signature.receipt.person.full_name)

    @property
    def hidden(self):
        return hidden_in(self.signature.name)

    @cached_property
    def reckoned(self):
        """The digest of the words as they stand now."""
        return self.wording.digest

    @property
    def matches(self):
        """Whether the words are those that were signed."""
        same = self.wording.announcement_id == self.announcement.pk
        return same and self.reckoned == self.signature.digest

    @property
    def child_names(self):
        return [on_paper(child.full_name) for child, _tie in self.children]

    @property
    def class_name(self):
        names = [child.school_class.name for child, _tie in self.children if child.school_class]
        return ", ".join(dict.fromkeys(names))

    def record(self, by):
        """Write down that `by` read it; without a child: another home is not to learn who signed."""
        Entry.record(
            "announcement.proof", self.announcement, by=by, kind=Entry.Kind.VIEWED,
            school=self.announcement.school, signature=self.signature.pk,
        )  # fmt: skip


def signatures(announcement):
    """Return the first signature of each person under an announcement (a queryset)."""
    told = Receipt.objects.filter(notice__kind__startswith=ANNOUNCED).about(announcement)
    rows = Signature.objects.filter(receipt__in=told.values("pk"))
    return rows.select_related("wording", "receipt__person", "receipt__notice")


def proofs(board, *, pk=None, school_class=None, most=A_PAPER):
    """Return [Proof] whose child the reader sees, by class and name; of one signature or class."""
    rows = signatures(board.announcement)
    rows = rows if pk is None else rows.filter(pk=pk)
    rows = list(rows.order_by("receipt__person__sort_key", "pk"))
    people = [row.receipt.person_id for row in rows]
    ties = ties_of(board, people=people)
    copies = Copies(board.announcement, people)
    found = []
    for row in rows:
        mine = ties.get(row.receipt.person_id, [])
        if school_class is not None:
            mine = [pair for pair in mine if pair[0].school_class_id == school_class]
        if mine:
            first = copies.receipts[row.receipt.person_id].get(ANNOUNCED, row.receipt)
            found.append(Proof(board.announcement, row, mine, copies.way(first)))
    found.sort(key=lambda proof: proof.class_name)
    return found[:most]
