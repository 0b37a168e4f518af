"""What became of an announcement: four facts of each person who was told, kept apart, and never guessed.

| fact | of a person | of a child |
|---|---|---|
| sent | was told: has a copy in the portal | is among those about whom it was |
| reached | a letter to it was taken by a mail server and did not come back, or it read it, or somebody of the school told it (`Telling`) | one of its people is reached |
| read | opened it in the portal, or confirmed or signed it | one of its people read it |
| acknowledged | said “I have read it”, or signed | one of its people did |
| on its way | not reached, and a letter still waits, or nobody knows whether it arrived | not reached, one of its people is on its way |
| unreachable | not reached, and nothing is on its way | neither reached nor on its way, nobody being there included |

A copy in the portal alone reaches nobody until it is read. Told by a person of the school is reached, and
never read. Asked again is the same announcement: a person counts once, whatever letter brought it. The
people of a child are those who may get letters about it and did when it left, and the grown child itself.
The report of a term counts by the same rule (reports/term/statement/messages.py).
"""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext_lazy as _

from homeschool.people.models import SchoolClass
from messaging.models import Announcement, Told
from messaging.models.announcing import SPEAKERS
from messaging.models.chasing import due_at

from .announcement_letters import language_name

Level = Announcement.Level
TOLD, REACHED, READ, ACKNOWLEDGED = "told", "reached", "read", "acknowledged"
WAITING, UNREACHABLE, OPEN = "waiting", "unreachable", "open"
MEANS = {
    TOLD: "TRUE",
    REACHED: "reached",
    READ: "read",
    ACKNOWLEDGED: "acknowledged",
    WAITING: "NOT reached AND waiting",
    UNREACHABLE: "NOT reached AND NOT waiting",
    # what was asked is not done: by the level of the announcement
    OPEN: "NOT CASE WHEN level = 'read' THEN read ELSE acknowledged END",
}
LABELS = {
    TOLD: _("sent"),
    REACHED: _("reached"),
    READ: _("read"),
    ACKNOWLEDGED: _("confirmed or signed"),
    WAITING: _("on its way"),
    UNREACHABLE: _("not reachable"),
    OPEN: _("not answered"),
}

# `told` is a compiled query: (announcement, child, class). One row of `person` is one person and one
# announcement, one of `pair` a person and a child, one of `child` a child.
FACTS = """
    WITH told AS MATERIALIZED ({told}),
    head AS (
        SELECT a.id AS announcement, a.sent_at, a.level FROM messaging_announcement AS a
        WHERE a.id IN (SELECT announcement FROM told)
    ),
    copy AS MATERIALIZED (
        SELECT head.announcement, head.level, r.person_id AS person, r.id AS receipt, r.language,
            n.kind = 'announcement.sent' AS first,
            r.read_at, r.acknowledged_at, r.signed,
            r.read_at IS NOT NULL AS read, r.acknowledged_at IS NOT NULL AS acknowledged
        FROM head
        JOIN journal_notice AS n ON n.about_type = 'messaging.announcement'
            AND n.about_id = head.announcement::text AND n.cancelled_at IS NULL
        JOIN journal_receipt AS r ON r.notice_id = n.id
    ),
    letter AS (
        SELECT d.receipt_id AS receipt, d.state FROM journal_delivery AS d
        WHERE d.channel <> 'in_app'
    ),
    spoken AS (
        SELECT t.announcement_id AS announcement, t.person_id AS person, t.student_id AS student
        FROM messaging_telling AS t
        WHERE t.done_at IS NOT NULL AND t.announcement_id IN (SELECT announcement FROM head)
    ),
    person AS MATERIALIZED (
        SELECT c.announcement, c.level, c.person, coalesce(max(c.language) FILTER (WHERE c.first), max(c.language)) AS language,
            bool_or(c.read) AS read, bool_or(c.acknowledged) AS acknowledged,
            min(c.read_at) AS read_at, min(c.acknowledged_at) AS acknowledged_at, max(c.signed) AS signed,
            bool_or(c.read OR coalesce(l.state = 'sent', FALSE)) OR bool_or(s.person IS NOT NULL) AS reached,
            coalesce(bool_or(l.state IN ('pending', 'leased', 'held', 'merged', 'uncertain')), FALSE) AS waiting
        FROM copy AS c
        LEFT JOIN letter AS l ON l.receipt = c.receipt
        LEFT JOIN spoken AS s ON s.announcement = c.announcement AND s.person = c.person
        GROUP BY c.announcement, c.level, c.person
    ),
    pair AS MATERIALIZED (
        SELECT told.student, told.class, person.*
        FROM told JOIN head ON head.announcement = told.announcement
        JOIN (
            SELECT g.student_id AS student, g.guardian_id AS person, g.until
            FROM people_guardianship AS g
            WHERE g.may_receive AND g.student_id IN (SELECT student FROM told)
            UNION ALL
            SELECT c.id, c.user_id, NULL FROM people_student AS c
            WHERE c.user_id IS NOT NULL AND c.id IN (SELECT student FROM told)
        ) AS kin ON kin.student = told.student
            AND (kin.until IS NULL OR kin.until > head.sent_at)
        JOIN person ON person.person = kin.person AND person.announcement = told.announcement
    ),
    child AS MATERIALIZED (
        SELECT told.announcement, told.student, told.class, max(head.level) AS level,
            coalesce(bool_or(pair.reached), FALSE)
                OR coalesce(bool_or(s.student IS NOT NULL), FALSE) AS reached,
            coalesce(bool_or(pair.read), FALSE) AS read,
            coalesce(bool_or(pair.acknowledged), FALSE) AS acknowledged,
            coalesce(bool_or(pair.waiting), FALSE) AS waiting
        FROM told JOIN head ON head.announcement = told.announcement
        LEFT JOIN pair ON pair.announcement = told.announcement AND pair.student = told.student
        LEFT JOIN spoken AS s ON s.announcement = told.announcement AND s.student = told.student
            AND s.person IS NULL
        GROUP BY told.announcement, told.student, told.class
    )
"""
_BELOW = (REACHED, READ, ACKNOWLEDGED, UNREACHABLE)
_NUMBERS = ", ".join(f"count(*) FILTER (WHERE {means})" for means in MEANS.values())
# Narrow rows are sorted three times as fast as those of `pair`.
_SEEN = "FROM person WHERE (announcement, person) IN (SELECT announcement, person FROM pair)"
_FACTS = "announcement, class, person, level, reached, read, acknowledged, waiting"
COUNTED = f"""
    SELECT 'people', 'all', '', {_NUMBERS} {_SEEN}
    UNION ALL
    SELECT 'people', 'language', language, {_NUMBERS} {_SEEN} GROUP BY language
    UNION ALL
    SELECT 'people', 'class', coalesce(class::text, ''), {_NUMBERS}
    FROM (SELECT DISTINCT {_FACTS} FROM pair) AS one GROUP BY class
    UNION ALL
    SELECT 'children', CASE WHEN grouping(class) = 1 THEN 'all' ELSE 'class' END,
        coalesce(class::text, ''), {_NUMBERS}
    FROM child GROUP BY GROUPING SETS ((class), ())
"""  # noqa: S608 - made of the texts of this module alone


@dataclass(frozen=True)
class Figures:
    """How many people (or children) of each fact; `share(fact)` is whole percents of those told."""

    told: int = 0
    reached: int = 0
    read: int = 0
    acknowledged: int = 0
    waiting: int = 0
    unreachable: int = 0
    open: int = 0

    def share(self, number):
        return 100 * number // self.told if self.told else 0

    @property
    def bar(self):
        """The parts of a bar of 100: read, reached beyond, on its way; the rest is not reached."""
        parts, x = [], 0.0
        for css, number in (
            ("p", self.read),
            ("w", self.reached - self.read),
            ("d", self.waiting),
            ("r", self.unreachable),
        ):
            width = round(100 * number / self.told, 2) if self.told else 0
            if width:
                parts.append({"css": css, "x": f"{x:g}", "width": f"{width:g}"})
            x = round(x + width, 2)
        return parts


def facts_of(told):
    """Return (SQL of the common tables, parameters) of what became of these rows of Told (a queryset),
    or None where there are none."""
    columns = ("announcement", "student", "student__school_class")
    try:
        sql, values = told.order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return None
    sql = f"SELECT * FROM ({sql}) AS t (announcement, student, class)"  # noqa: S608
    return FACTS.format(told=sql), values


def counted(told):
    """Return {(people | children, all | language | class, key): Figures}, by one statement."""
    facts = facts_of(told)
    if facts is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(facts[0] + COUNTED, facts[1])
        return {row[:3]: Figures(*row[3:]) for row in cursor.fetchall()}


def figures(announcements):
    """Return `counted` of announcements (a queryset or list), whoever reads it: for reports."""
    return counted(Told.objects.filter(announcement__in=announcements))


@dataclass(frozen=True)
class Part:
    """One class or language: its name, key, and figures; `children` of a class alone."""

    kind: str
    key: str
    name: str
    people: Figures
    children: Figures | None = None

    @property
    def links(self):
        """[(fact, number, label)] of what stands below the bar."""
        numbers = self.children or self.people
        return [(fact, getattr(numbers, fact), LABELS[fact]) for fact in _BELOW]


class Board:
    """What became of an announcement, over the children whom its reader sees now."""

    def __init__(self, announcement, user):
        self.announcement, self.user = announcement, user

    @cached_property
    def told(self):
        """The rows of Told that the reader sees."""
        rows = Told.objects.visible_to(self.user, roles=SPEAKERS)
        return rows.filter(announcement=self.announcement)

    @cached_property
    def _counted(self):
        return counted(self.told)

    @property
    def people(self):
        return self._counted.get(("people", "all", ""), Figures())

    @property
    def children(self):
        return self._counted.get(("children", "all", ""), Figures())

    @cached_property
    def classes(self):
        """[Part] of the classes, those of whom the smallest share read it first."""
        found = {
            key: n for (who, kind, key), n in self._counted.items() if (who, kind) == _CHILDREN
        }
        rows = SchoolClass.objects.filter(pk__in=[key for key in found if key])
        names = {str(row.pk): row.name for row in rows}
        parts = [
            Part(
                "class", key, names.get(key) or str(_("without a class")),
                self._counted.get(("people", "class", key), Figures()), n,
            )
            for key, n in found.items()
        ]  # fmt: skip
        return sorted(parts, key=lambda part: (self.done(part.children, share=True), part.name))

    @cached_property
    def languages(self):
        """[Part] of the languages in which people were told, the most people first."""
        rows = self._counted.items()
        found = {key: n for (who, kind, key), n in rows if (who, kind) == ("people", "language")}
        parts = [Part("language", key, language_name(key), n) for key, n in found.items()]
        return sorted(parts, key=lambda part: (-part.people.told, part.key))

    def done(self, numbers, *, share=False):
        """How many did what was asked of them: read it, or confirmed or signed it."""
        only_read = self.announcement.level == Level.READ
        n = numbers.read if only_read else numbers.acknowledged
        return n / numbers.told if share and numbers.told else n

    @property
    def asks(self):
        """Whether it asks for more than to be read."""
        return self.announcement.level != Level.READ

    @cached_property
    def chase_at(self):
        """When those who have not answered are asked again by itself."""
        return due_at(self.announcement)

    @cached_property
    def is_whole(self):
        """Whether the reader sees every child about whom it was (one query)."""
        return self.children.told == self.announcement.told.count()


_CHILDREN = ("children", "class")
