"""Who is at a session, and at all sessions of a programme over a term."""

import hashlib
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from counseling.models import Absence, Attendance, PickUp, Session
from counseling.models.attendance import seats_in
from counseling.models.programme import KEEPERS
from homeschool.people import sight
from homeschool.people.models import Student, Term
from homeschool.people.sight import ADVISER, COUNSELOR, LEADER

STAFF = frozenset({ADVISER, COUNSELOR, LEADER})
Mark = Attendance.Mark
# What makes two lines of a child the same in the eyes of who reads them.
SHOWN = ("mark", "minutes", "engagement", "note", "picked_up_by", "pick_up_because")


def is_keeper(user, programme):
    """Return whether `user` keeps the whole group: it looks after the programme, or leads the whole
    school."""
    schools = sight.schools_of(user, {LEADER}).filter(division=None)
    if schools.filter(school=programme.school_id).exists():
        return True
    mine = sight.schools_of(user, KEEPERS).filter(school=programme.school_id)
    return programme.owner_id == user.pk and mine.exists()


def children_in(user, session, *, whole):
    """Return the children of a session by name: `whole` is all of them, else those that `user` sees as
    staff."""
    seen = Student.objects.all() if whole else Student.objects.visible_to(user, roles=STAFF)
    return seen.filter(pk__in=seats_in(session).values("student")).order_by("sort_key", "pk")


def beyond_sight(user, children):
    """Return the keys of those of these children whom `user` does not see as staff (one query)."""
    keys = [child.pk for child in children]
    seen = Student.objects.visible_to(user, roles=STAFF).filter(pk__in=keys)
    return set(keys) - set(seen.values_list("pk", flat=True))


def may_mark(user, session, leads):
    """Return whose children of the session `user` marks: "all", "some" (those that it sees) or "".

    Who leads it, who looks after the programme and who leads the school mark the whole group; a
    counselor, and the leader of a division, mark their own children.
    """
    if leads or is_keeper(user, session.programme):
        return "all"
    kept = sight.schools_of(user, {COUNSELOR, LEADER}).filter(school=session.programme.school_id)
    return "some" if kept.exists() else ""


def digest_of(line):
    """Return what stands of a child in short: another line has another one."""
    parts = [str(getattr(line, name)) for name in SHOWN] if line else []
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


# --- one session -------------------------------------------------------------------------------------------


@dataclass
class Row:
    """One child at a session: its line, whether its family said before that it will not come, and
    what stood there before a correction."""

    student: Student
    line: Attendance | None
    said: bool = False
    was: list = field(default_factory=list)
    is_seen: bool = False


class SessionChildren:
    """The children of a session as `user` reads them on its page; six queries at most."""

    def __init__(self, user, session, *, leads):
        self.user, self.session = user, session
        self.marks = may_mark(user, session, leads)
        self.whole = self.marks == "all"

    @cached_property
    def rows(self):
        """[Row] by name."""
        children = list(children_in(self.user, self.session, whole=self.whole))
        beyond = beyond_sight(self.user, children)
        lines = self._lines()
        said = set(said_of(self.session))
        was = history_of(lines.values(), self.session.programme.zone)
        return [
            Row(
                child, lines.get(child.pk), child.pk in said,
                was.get(lines[child.pk].pk, []) if child.pk in lines else [], child.pk not in beyond,
            )
            for child in children
        ]  # fmt: skip

    def _lines(self):
        rows = Attendance.objects.filter(session=self.session)
        if not self.whole:
            rows = rows.filter(pk__in=Attendance.objects.visible_to(self.user, roles=STAFF))
        return {row.student_id: row for row in rows.select_related("by")}

    @cached_property
    def total(self):
        """How many children belong to the session, those whom the reader does not see with them."""
        return seats_in(self.session).count()

    @property
    def others(self):
        """How many of them the reader does not see."""
        return self.total - len(self.rows)


def said_of(session):
    """Return the keys of children whose family said before that they will not come."""
    return Absence.objects.of_session(session).values_list("student", flat=True)


def history_of(lines, zone):
    """Return {key of a line: [sentence]} of what stood before it was corrected, the newest first."""
    events = Attendance.pgh_event_model.objects.filter(pgh_obj__in=[line.pk for line in lines])
    by_line = defaultdict(list)
    for event in events.select_related("by").order_by("pgh_id"):
        by_line[event.pgh_obj_id].append(event)
    return {pk: _told(found, zone) for pk, found in by_line.items()}


def _told(events, zone):
    found = []
    for before, after in itertools.pairwise(events):
        if before.mark == after.mark:
            continue
        at = after.at.astimezone(zone)
        words = {
            "mark": before.get_mark_display(),
            "name": after.by.full_name,
            "when": f"{date_format(at, 'MONTH_DAY_FORMAT')}, {at:%H:%M}",
        }
        found.append(_("was: %(mark)s; changed by %(name)s, %(when)s") % words)
    return found[::-1]


def pick_ups_of(children):
    """Return {child: [PickUp]} of who may pick these children up (one query)."""
    found = defaultdict(list)
    for row in PickUp.objects.live().filter(student__in=children):
        found[row.student_id].append(row)
    return found


# --- a programme over a term ---------------------------------------------------------------------------------

# Mark: (the sign in its cell, its class).
SIGNS = {
    Mark.PRESENT: ("✓", "there"),
    Mark.LATE: ("◔", "late"),
    Mark.EXCUSED: ("e", "excused"),
    Mark.ABSENT: ("✗", "absent"),
}


@dataclass
class Line:
    """One child over the term: its cells, at how many sessions it was of those that it was marked at,
    and the minutes."""

    student: Student
    cells: SafeString
    marks: list
    there: int
    marked: int
    minutes: int

    @property
    def hours(self):
        """The hours that it was there."""
        return self.minutes / 60


class Sheet:
    """Attendance at the sessions of a programme that have begun, between two dates; four queries.

    `user` reads the lines that it sees; who keeps the whole programme reads all of them.
    """

    def __init__(self, user, programme, term=None):
        self.user, self.programme, self.term = user, programme, term
        self.first = term.start if term else programme.begins
        self.last = term.last_day if term else programme.ends

    @cached_property
    def sessions(self):
        """[(key, day)] of the sessions that took place, in order."""
        rows = self.programme.sessions.filter(state=Session.State.HELD)
        rows = rows.filter(on__gte=self.first, on__lte=self.last).order_by("begins")
        return list(rows.values_list("pk", "on"))

    @cached_property
    def heads(self):
        """The days of the sessions as they stand above the columns."""
        return [f"{on:%m-%d}" for _pk, on in self.sessions]

    @cached_property
    def _marks(self):
        """{child: {session: (mark, minutes)}}."""
        rows = Attendance.objects.filter(session__in=[pk for pk, _on in self.sessions])
        if not self.whole:
            rows = rows.visible_to(self.user, roles=STAFF)
        found = defaultdict(dict)
        for student, session, mark, minutes in rows.order_by().values_list(
            "student", "session", "mark", "minutes"
        ):
            found[student][session] = (mark, minutes)
        return found

    @cached_property
    def whole(self):
        """Whether the reader reads the lines of all children (two queries)."""
        return is_keeper(self.user, self.programme)

    @cached_property
    def children(self):
        """The children who have a seat, or were marked, by name."""
        taken = self.programme.seats.filter(taken_at__isnull=False).values("student")
        rows = Student.objects.filter(Q(pk__in=taken) | Q(pk__in=list(self._marks)))
        if not self.whole:
            rows = rows.filter(pk__in=Student.objects.visible_to(self.user, roles=STAFF))
        return list(rows.only("pk", "full_name", "preferred_name", "sort_key").order_by("sort_key"))

    @cached_property
    def lines(self):
        """[Line] by name."""
        cells = {
            mark: format_html('<td class="is-{}">{}</td>', css, sign)
            for mark, (sign, css) in SIGNS.items()
        } | {None: mark_safe('<td class="is-none">·</td>')}
        keys = [pk for pk, _on in self.sessions]
        return [self._line(child, keys, cells) for child in self.children]

    def _line(self, child, keys, cells):
        own = self._marks.get(child.pk, {})
        marks = [own.get(key, (None, 0))[0] for key in keys]
        return Line(
            student=child, marks=marks,
            cells=mark_safe("".join([cells[mark] for mark in marks])),  # noqa: S308 - escaped above
            there=sum(mark in Attendance.THERE for mark in marks),
            marked=sum(mark is not None for mark in marks),
            minutes=sum(minutes for _mark, minutes in own.values()),
        )  # fmt: skip

    @cached_property
    def totals(self):
        """How many children were at each session."""
        there = Counter(
            session
            for own in self._marks.values()
            for session, (mark, _minutes) in own.items()
            if mark in Attendance.THERE
        )
        return [there[pk] for pk, _on in self.sessions]

    @cached_property
    def minutes(self):
        """The minutes of all children."""
        return sum(line.minutes for line in self.lines)

    @property
    def hours(self):
        """The hours of all children."""
        return self.minutes / 60

    @property
    def legend(self):
        """[(sign, what it says)]."""
        return [(sign, Mark(mark).label) for mark, (sign, _css) in SIGNS.items()]

    def rows(self):
        """Yield the rows of its file, the head first."""
        words = dict(Mark.choices)
        yield [_("Child"), *(f"{on:%Y-%m-%d}" for _pk, on in self.sessions), _("there"), _("of"), _("minutes")]  # fmt: skip
        for line in self.lines:
            marks = [str(words[mark]) if mark else "" for mark in line.marks]
            yield [line.student.full_name, *marks, line.there, line.marked, line.minutes]


def terms_of(programme):
    """Return the terms in which a programme takes place, the newest first (one query)."""
    rows = Term.objects.filter(school=programme.school_id, start__lte=programme.ends)
    return list(rows.filter(end__gt=programme.begins).order_by("-start"))


def term_asked(terms, asked, today):
    """Return the term that an address names; the one that runs where it names none, or None."""
    if asked == "all":
        return None
    named = [term for term in terms if str(term.pk) == asked]
    running = [term for term in terms if term.start <= today < term.end]
    return (named or running or [None])[0]
