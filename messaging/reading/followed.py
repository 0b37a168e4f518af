"""The people, or children, behind a figure of the board: who, which child, why, by which way and when."""

import uuid
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from homeschool.journal.models import Delivery, Receipt
from homeschool.people import sight
from homeschool.people.models import Guardianship, Student, User
from messaging.models import Telling
from messaging.models.announcing import ANNOUNCED
from messaging.models.chasing import ASKED_AGAIN

from .announcement_letters import language_name
from .board import LABELS, MEANS, facts_of

A_PAGE = 50
PEOPLE, CHILDREN = "people", "children"
STATES = dict(Delivery.State.choices)

_ROWS = {
    PEOPLE: """
        SELECT DISTINCT u.sort_key, u.id
        FROM (SELECT person FROM pair WHERE ({means}) AND {part}) AS f
        JOIN people_user AS u ON u.id = f.person
        WHERE {after} ORDER BY u.sort_key, u.id LIMIT {most}""",
    CHILDREN: """
        SELECT u.sort_key, u.id
        FROM (SELECT student FROM child WHERE ({means}) AND {part}) AS f
        JOIN people_student AS u ON u.id = f.student
        WHERE {after} ORDER BY u.sort_key, u.id LIMIT {most}""",
}
_TABLE = {PEOPLE: "people_user", CHILDREN: "people_student"}


def uuid_or_none(text):
    """Return the key that a query names, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@dataclass
class Asked:
    """The figure that an address names: the fact, of people or of children, of one class or language.

    What it does not know is the whole: an address that somebody changed shows no more than that.
    """

    fact: str
    who: str = PEOPLE
    school_class: uuid.UUID | None = None
    language: str = ""
    after: uuid.UUID | None = None

    @classmethod
    def of(cls, query):
        fact = query.get("fact", "")
        return cls(
            fact=fact if fact in MEANS else "told",
            who=CHILDREN if query.get("who") == CHILDREN else PEOPLE,
            school_class=uuid_or_none(query.get("class", "")),
            language=query.get("language", "")[:12].replace("\0", ""),
            after=uuid_or_none(query.get("after", "")),
        )

    @property
    def label(self):
        return LABELS[self.fact]


@dataclass
class Row:
    """One line: a person with its children, or a child with its people."""

    pk: uuid.UUID
    name: str
    detail: str = ""
    why: str = ""
    facts: list = field(default_factory=list)  # [(icon, words)]
    people: list = field(default_factory=list)  # [Row] of a child


class Listing:
    """One page of those behind a figure; `next` is the key after which the following page begins."""

    def __init__(self, board, asked, most=A_PAGE):
        self.board, self.asked, self.most = board, asked, most
        keys = self._keys()
        self.next = keys[most - 1] if len(keys) > most else None
        keys = keys[:most]
        made = self._people if asked.who == PEOPLE else self._children
        self.rows = made(keys)

    def _keys(self):
        facts = facts_of(self.board.told)
        if facts is None:
            return []
        asked, part, values = self.asked, ["TRUE"], []
        if asked.school_class:
            part.append("class = %s")
            values.append(asked.school_class)
        if asked.language and asked.who == PEOPLE:
            part.append("language = %s")
            values.append(asked.language)
        after = "TRUE"
        if asked.after:
            table = _TABLE[asked.who]
            after = f"(u.sort_key, u.id) > (SELECT sort_key, id FROM {table} WHERE id = %s)"  # noqa: S608
            values.append(asked.after)
        sql = _ROWS[asked.who].format(
            means=MEANS[asked.fact], part=" AND ".join(part), after=after, most=self.most + 1
        )
        with connection.cursor() as cursor:
            cursor.execute(facts[0] + sql, [*facts[1], *values])
            return [row[1] for row in cursor.fetchall()]

    def _people(self, keys):
        people = {user.pk: user for user in User.objects.filter(pk__in=keys)}
        ties = ties_of(self.board, people=keys)
        copies = Copies(self.board.announcement, keys)
        rows = []
        for key in keys:
            row = copies.row(people[key])
            mine = ties.get(key, [])
            row.why = "; ".join(dict.fromkeys(why_of(child, tie) for child, tie in mine))
            rows.append(row)
        return rows

    def _children(self, keys):
        children = Student.objects.filter(pk__in=keys).select_related("school_class")
        children = {child.pk: child for child in children}
        ties: dict = {}
        for person, rows in ties_of(self.board, children=keys).items():
            for child, _tie in rows:
                ties.setdefault(child.pk, []).append(person)
        people = {
            u.pk: u for u in User.objects.filter(pk__in={p for row in ties.values() for p in row})
        }
        copies = Copies(self.board.announcement, list(people))
        found = []
        for key in keys:
            child = children[key]
            name = child.school_class.name if child.school_class else ""
            mine = [people[person] for person in ties.get(key, []) if person in copies.receipts]
            mine.sort(key=lambda user: user.sort_key)
            found.append(
                Row(key, child.full_name, name, people=[copies.row(user) for user in mine])
            )
        return found


def why_of(child, tie):
    """Say through which child somebody was told, and how they belong together."""
    words = {"child": child.called, "class": child.school_class.name if child.school_class else ""}
    if tie is None:
        return _("%(child)s herself or himself, %(class)s") % words
    words["relation"] = tie.relation_said or tie.get_relation_display()
    return _("%(relation)s of %(child)s, %(class)s") % words


def ties_of(board, *, people=None, children=None):
    """Return {person: [(child, Guardianship | None)]} of the children that the reader sees (two queries)."""
    told = board.told.values("student")
    ties = Guardianship.objects.filter(student__in=told, may_receive=True)
    own = Student.objects.filter(pk__in=told, user__isnull=False)
    if people is not None:
        ties, own = ties.filter(guardian__in=people), own.filter(user__in=people)
    else:
        ties, own = ties.filter(student__in=children), own.filter(pk__in=children)
    ties = [tie for tie in ties.select_related("student__school_class") if holds(tie, board)]
    found: dict = {}
    for tie in sorted(ties, key=lambda tie: tie.student.sort_key):
        found.setdefault(tie.guardian_id, []).append((tie.student, tie))
    for child in own.select_related("school_class"):
        found.setdefault(child.user_id, []).append((child, None))
    return found


def holds(tie, board):
    """Whether a tie stood when the announcement left."""
    return tie.until is None or tie.until > board.announcement.sent_at


class Copies:
    """What became of the copies of these people, in words (three queries)."""

    def __init__(self, announcement, people):
        self.announcement = announcement
        rows = Receipt.objects.about(announcement).filter(
            person__in=people, notice__cancelled_at=None
        )
        self.receipts: dict = {}
        for receipt in rows.select_related("notice").order_by("pk"):
            self.receipts.setdefault(receipt.person_id, {})[receipt.notice.kind] = receipt
        letters = Delivery.objects.filter(receipt__in=[r.pk for r in rows]).exclude(
            channel="in_app"
        )
        self.letters = {letter.receipt_id: letter for letter in letters.order_by("pk")}
        told = Telling.objects.filter(announcement=announcement, person__in=people)
        self.tellings = {row.person_id: row for row in told.select_related("owner", "done_by")}

    def row(self, person):
        """Return the Row of one person, its facts in the order of time."""
        receipts = self.receipts.get(person.pk, {})
        first = receipts.get(ANNOUNCED)
        row = Row(person.pk, person.full_name, language_name(first.language) if first else "")
        row.facts = list(self._facts(person, first, receipts.get(ASKED_AGAIN)))
        return row

    def _facts(self, person, first, again):
        if first:
            yield self._letter(first)
        if again:
            yield "send", self._again(first, again)
        if first and first.read_at:
            yield "eye", _("read %(when)s") % {"when": day(first.read_at)}
        if first and first.acknowledged_at:
            words = _("signed %(when)s") if first.signed else _("said so %(when)s")
            yield "check", words % {"when": day(first.acknowledged_at)}
        if telling := self.tellings.get(person.pk):
            yield "phone", telling_in_words(telling)

    def way(self, receipt):
        """Say by which way a copy was told."""
        return self._letter(receipt)[1]

    def _letter(self, receipt):
        letter = self.letters.get(receipt.pk)
        if letter is None:
            when = {"when": moment(receipt.created_at)}
            return "smartphone", _("in the portal alone, %(when)s") % when
        if letter.state == Delivery.State.SENT:
            return "mail", _("e-mail, %(when)s") % {"when": moment(letter.sent_at)}
        return "mail", _("e-mail: %(state)s") % {"state": STATES[letter.state]}

    def _again(self, first, again):
        """Say how somebody was asked again: by another address, or by the same where there is no other."""
        letter, before = self.letters.get(again.pk), self.letters.get(first.pk) if first else None
        when = {"when": moment(letter.sent_at if letter and letter.sent_at else again.created_at)}
        if letter is None:
            return _("asked again in the portal, %(when)s: no address works") % when
        if letter.state == Delivery.State.CANCELLED:
            return _("not asked again: answered before the letter left, or has no right any more")
        if before is None or before.address != letter.address:
            return _("asked again by another address, %(when)s") % when
        return _("asked again by the same address, %(when)s: there is no other") % when


def telling_in_words(telling):
    """Say who tells a home, or who told it, how and when."""
    if telling.done_at is None:
        return _("%(name)s tells them") % {"name": telling.owner.called}
    return _("%(how)s: %(name)s, %(when)s") % {
        "how": telling.get_how_display(), "name": telling.done_by.called,
        "when": moment(telling.done_at),
    }  # fmt: skip


def moment(at):
    """Return a moment in the reader's language, by the clock that holds now (the school's)."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def day(at):
    """Return the day of a moment: nobody learns at which hour of the night somebody read."""
    return date_format(localtime(at), "SHORT_DATE_FORMAT")


NOBODY = """
    SELECT child.student FROM child
    WHERE NOT reached AND NOT EXISTS (
        SELECT FROM pair WHERE pair.announcement = child.announcement AND pair.student = child.student
    )"""


def without_anybody(board, after=None, most=A_PAGE):
    """Return (the children of whom nobody at home was told, by name, whom nobody told of it yet; the
    key after which the following page begins, or None): one page of them, after the child `after`."""
    facts = facts_of(board.told)
    if facts is None:
        return [], None
    with connection.cursor() as cursor:
        cursor.execute(facts[0] + NOBODY, facts[1])
        keys = [row[0] for row in cursor.fetchall()]
    rows = Student.objects.filter(pk__in=keys).select_related("school_class")
    told = Student.objects.filter(pk__in=board.told.values("student"))
    if last := told.filter(pk=after).first() if after else None:
        rows = rows.filter(
            Q(sort_key__gt=last.sort_key) | Q(sort_key=last.sort_key, pk__gt=last.pk)
        )
    rows = list(rows.order_by("sort_key", "pk")[: most + 1])
    return rows[:most], rows[most - 1].pk if len(rows) > most else None


def reaches(user):
    """Whether `user` may read why somebody is not reached, and change addresses."""
    return bool(user.roles() & sight.CONTACT_ROLES)
