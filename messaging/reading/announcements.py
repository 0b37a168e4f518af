"""What staff sees of announcements: their list, one of them, and whom it would reach.

`Preview(announcement)` says before it leaves whom it reaches: children, homes and people, by which way and
in which language. All its numbers are one statement, whatever the size of the school.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal import channels
from homeschool.journal.models import Receipt, hours
from homeschool.people import sight
from homeschool.people.models import Student, User
from homeschool.people.views.seen import listed
from messaging.models import Announcement
from messaging.models.announcing import ANNOUNCED, SPEAKERS

from .announcement_letters import Words, language_name

A_PAGE, PEOPLE_ON_A_PAGE = 20, 50
# So long one that could not leave by itself stands first.
LATELY = dt.timedelta(days=14)
State, Level = Announcement.State, Announcement.Level
PORTAL, EVENING, EMAIL, OFF = "portal", "evening", "email", "off"
WAYS = {
    EMAIL: _("by e-mail, and in the portal"),
    EVENING: _("in the evening letter, and in the portal"),
    OFF: _("in the portal alone: they want only e-mails that have to arrive"),
    PORTAL: _("in the portal alone: no e-mail address works"),
}
TONES = {State.DRAFT: "", State.SCHEDULED: "teal", State.SENT: "good", State.CALLED_OFF: ""}

# The rows of Sight of those who are told, once; what is counted is counted from them.
COUNTED = """
    WITH told AS MATERIALIZED (SELECT user_id, student_id FROM ({people}) AS t (user_id, student_id)),
    way AS MATERIALIZED ({ways}),
    person AS MATERIALIZED (
        SELECT one.user_id, coalesce(nullif(u.language, ''), %s) AS language,
            CASE WHEN way.user_id IS NULL THEN 'portal' WHEN way.pace = 'off' THEN 'off'
                WHEN way.pace = 'digest' AND %s THEN 'evening' ELSE 'email' END AS way
        FROM (SELECT DISTINCT user_id FROM told) AS one
        JOIN people_user AS u ON u.id = one.user_id
        LEFT JOIN way ON way.user_id = one.user_id
    ),
    home AS (
        SELECT DISTINCT g.user_id, g.household_id
        FROM people_household_guardians AS g
        JOIN people_household_students AS s ON s.household_id = g.household_id
        JOIN told ON told.user_id = g.user_id AND told.student_id = s.student_id
    )
    SELECT (SELECT count(DISTINCT student_id) FROM told),
        (SELECT count(DISTINCT told.student_id) FROM told
            JOIN person ON person.user_id = told.user_id AND person.way IN ('email', 'evening')),
        (SELECT count(DISTINCT household_id) FROM home),
        (SELECT count(*) FROM person WHERE NOT EXISTS
            (SELECT FROM home WHERE home.user_id = person.user_id)),
        (SELECT coalesce(json_agg(json_build_array(language, way, n)), '[]') FROM
            (SELECT language, way, count(*) AS n FROM person GROUP BY 1, 2) AS groups)
"""


@dataclass
class Counts:
    """How many are reached. `homes`: households that hold somebody who is told and the child; who is in
    no household counts as a home of its own. `reached`: children of whom somebody gets an e-mail.
    `groups`: [(language that is read, way, people)]."""

    children: int = 0
    reached: int = 0
    homes: int = 0
    groups: list = field(default_factory=list)

    @property
    def people(self):
        return sum(n for _language, _way, n in self.groups)


class Preview:
    """Whom an announcement would reach if it left now; of one that has left: who still has the right."""

    def __init__(self, announcement):
        self.announcement = announcement

    @cached_property
    def counts(self):
        """Return the Counts, by one statement."""
        try:
            people = self.announcement.people().order_by().values_list("user", "student")
            told, values = people.query.sql_with_params()
        except EmptyResultSet:
            return Counts()
        ways, more = _ways()
        school = self.announcement.school
        first = next(iter(school.languages), settings.LANGUAGE_CODE)
        routine = self.announcement.level == Level.READ
        with connection.cursor() as cursor:
            cursor.execute(COUNTED.format(people=told, ways=ways), [*values, *more, first, routine])
            children, reached, homes, alone, groups = cursor.fetchone()
        groups = json.loads(groups) if isinstance(groups, str) else groups
        return Counts(children, reached, homes + alone, [tuple(row) for row in groups])

    @cached_property
    def all_children(self):
        """How many children stand behind the audience, those too of whom nobody is told."""
        return self.announcement.children().count()

    @property
    def without_anybody(self):
        """How many children there are of whom nobody is told."""
        return self.all_children - self.counts.children

    @property
    def unreached(self):
        """How many children there are of whose home nobody gets an e-mail."""
        return self.counts.children - self.counts.reached

    @property
    def ways(self):
        """[(way in words, people)], the most first."""
        found: dict = {}
        for _language, way, n in self.counts.groups:
            found[way] = found.get(way, 0) + n
        rows = sorted(found.items(), key=lambda row: (-row[1], row[0]))
        return [(WAYS[way], n) for way, n in rows]

    @cached_property
    def languages(self):
        """[{"name", "code", "people", "has_words"}] of the languages that those who are told read."""
        written = {row.language for row in self.announcement.wordings.all()}
        found: dict = {}
        for language, _way, n in self.counts.groups:
            found[language] = found.get(language, 0) + n
        return [
            {"code": code, "name": language_name(code), "people": n, "has_words": code in written}
            for code, n in sorted(found.items(), key=lambda row: (-row[1], row[0]))
        ]

    @property
    def missing(self):
        """The languages that are read and not written, as far as the portal speaks them."""
        spoken = dict(settings.LANGUAGES)
        return [row for row in self.languages if not row["has_words"] and row["code"] in spoken]

    # --- who exactly ------------------------------------------------------------------------------
    def people(self, viewer):
        """Return the queryset of people who are told of a child whom `viewer` sees, by name."""
        seen = Student.objects.visible_to(viewer, roles=SPEAKERS)
        told = self.announcement.people().filter(student__in=seen.values("pk"))
        return User.objects.filter(pk__in=told.values("user")).order_by("sort_key", "pk")

    def rows(self, people, viewer):
        """Return [{"person", "why", "way", "language"}] of these people: the children by whom they
        are told, as far as `viewer` sees these (four queries)."""
        keys = [person.pk for person in people]
        rows = self.announcement.people().filter(user_id__in=keys)
        pairs = set(rows.values_list("user_id", "student_id", "role"))
        seen = Student.objects.visible_to(viewer, roles=SPEAKERS)
        seen = seen.filter(pk__in={student for _user, student, _role in pairs})
        children = {child.pk: child for child in seen.select_related("school_class")}
        paces = dict(_usable().filter(user_id__in=keys).values_list("user_id", "pace"))
        first = next(iter(self.announcement.school.languages), settings.LANGUAGE_CODE)
        return [
            {
                "person": person,
                "why": _why(person, pairs, children),
                "way": WAYS[self._way(paces.get(person.pk))],
                "language": language_name(person.language or first),
            }
            for person in people
        ]

    def _way(self, pace):
        if pace is None:
            return PORTAL
        if pace == channels.OFF:
            return OFF
        return EVENING if pace == "digest" and self.announcement.level == Level.READ else EMAIL


def _usable():
    """Return the usable e-mail addresses, the best one of each person."""
    rows = channels.usable().filter(channel="email")
    return rows.order_by("user_id", *rows.query.order_by).distinct("user_id")


def _ways():
    return _usable().values_list("user_id", "pace").query.sql_with_params()


def _why(person, pairs, children):
    mine = [(children[s], role) for user, s, role in pairs if user == person.pk and s in children]
    mine.sort(key=lambda row: row[0].sort_key)
    if not mine:
        return ""
    if [child for child, role in mine if role == sight.STUDENT]:
        return _("goes to this school")
    names = [f"{child.called} ({child.school_class.name})" for child, _role in mine]
    return _("looks after %(children)s") % {"children": listed(names)}


# --- the list of staff ------------------------------------------------------------------------------


class Line:
    """One announcement in the list of staff."""

    def __init__(self, announcement, told):
        self.announcement, self.words = announcement, Words(announcement, "").first
        self.told, self.read, self.acknowledged = told or (0, 0, 0)
        self.zone = hours.zone_of(announcement.school.time_zone)

    @property
    def tone(self):
        return "bad" if self.announcement.stopped else TONES[self.announcement.state]

    @property
    def asked(self):
        """How many did what was asked of them: read, said so, signed."""
        return self.read if self.announcement.level == Level.READ else self.acknowledged


def kept(user):
    """Return what `user` follows as staff: what needs a hand first, then the newest."""
    lately = timezone.now() - LATELY
    waits = Case(
        When(~Q(stopped="") & Q(sends_at__gte=lately), then=Value(-1)),
        When(state=State.DRAFT, then=Value(0)),
        When(state=State.CALLED_OFF, then=Value(2)),
        When(state=State.SCHEDULED, then=Value(1)),
        default=Value(2),
    )
    rows = Announcement.objects.kept_by(user).select_related("school", "made_by")
    return rows.annotate(waits=waits).order_by("waits", "-made_at", "pk")


def lines(rows):
    """Return [Line] of announcements, with how many were told and did what was asked (two queries)."""
    rows = list(rows)
    sent = [str(row.pk) for row in rows if row.state == State.SENT]
    told: dict = {}
    if sent:
        found = Receipt.objects.filter(
            notice__kind=ANNOUNCED, notice__about_type="messaging.announcement",
            notice__about_id__in=sent,
        )  # fmt: skip
        counted = found.values("notice__about_id").annotate(
            n=Count("pk"),
            read=Count("pk", filter=Q(read_at__isnull=False)),
            done=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        )
        told = {r["notice__about_id"]: (r["n"], r["read"], r["done"]) for r in counted}
    return [Line(row, told.get(str(row.pk))) for row in rows]


# --- the list of a family ---------------------------------------------------------------------------


def told(user):
    """Return the receipts of what `user` was told, those for which the school waits first, then the
    newest: those of which it still sees a child. The page gives them their announcements
    (`with_words`)."""
    levels = Announcement.objects.told_to(user).values_list("pk", "level")
    levels = {str(pk): level for pk, level in levels}
    rows = Receipt.objects.of(user).filter(
        notice__kind=ANNOUNCED, notice__about_id__in=list(levels)
    )
    to_read = [key for key, level in levels.items() if level == Level.READ]
    waits = Case(
        When(notice__about_id__in=to_read, then=Q(read_at=None)), default=Q(acknowledged_at=None)
    )
    return rows.select_related("notice").order_by(waits.desc(), "-created_at", "-pk")


def with_words(receipts, language):
    """Give each receipt `announcement` and `words` for a reader of `language` (two queries)."""
    receipts = list(receipts)
    rows = Announcement.objects.filter(pk__in=[row.notice.about_id for row in receipts])
    rows = {
        str(row.pk): row
        for row in rows.select_related("school", "made_by").prefetch_related("wordings")
    }
    for receipt in receipts:
        receipt.announcement = rows[receipt.notice.about_id]
        receipt.words = Words(receipt.announcement, language).own
        receipt.waits = _waits(receipt)
    return receipts


def _waits(receipt):
    """Whether the school still waits for the reader, as `told` orders them."""
    if receipt.announcement.level == Level.READ:
        return receipt.read_at is None
    return receipt.acknowledged_at is None


def receipt_of(user, announcement):
    """Return the receipt of `user` for an announcement, or None."""
    rows = Receipt.objects.of(user).filter(notice__kind=ANNOUNCED).about(announcement)
    return rows.select_related("notice__school", "person").first()
