"""The time after lessons as a family reads it: this week and the next, who leads, who picks up."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.db.models import OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject, Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext

from counseling.models import Absence, Attendance, Leading, PickUp, Seat, Session
from counseling.models.pick_up import ITEM
from counseling.models.shares import WEEK, monday_of
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.seen import listed
from visits.reading.telling import day_in_words

from .evaluation import Judged
from .seats import may_decide

WEEKS = 2


@dataclass(frozen=True)
class Day:
    """A day with its sessions; `whole` says that the child is away for the whole of it."""

    on: dt.date
    words: str
    sessions: list
    whole: bool

    @property
    def may_be_away(self):
        """Whether one tap can say so of the whole day: there are several sessions still to come."""
        return sum(session.may_say and not session.is_away for session in self.sessions) > 1


@dataclass(frozen=True)
class Shown:
    """One session as a family reads it."""

    session: Session
    leaders: str
    is_away: bool
    mark: str  # of the child, "" as long as nothing is written

    @property
    def is_off(self):
        return self.session.state == Session.State.CALLED_OFF

    @property
    def is_moved(self):
        return self.session.begins != self.session.planned_for

    @property
    def may_say(self):
        """Whether it can be said that the child does not come: later it is written down already."""
        return not self.is_off and not self.mark and self.session.ends > timezone.now()

    @property
    def was(self):
        """What became of it for the child, in words; "" before."""
        words = {
            Attendance.Mark.PRESENT: _("was there"),
            Attendance.Mark.LATE: _("came a little later"),
            Attendance.Mark.EXCUSED: _("was excused"),
            Attendance.Mark.ABSENT: _("was not there"),
        }
        return words.get(self.mark, "")


class Afternoon:
    """The page of `child` for `user`, who reads as the family; speak the reader's language."""

    def __init__(self, user, child):
        self.user, self.child, self.zone = user, child, child.school_zone
        self.today = timezone.localdate(timezone=self.zone)
        self.first = monday_of(self.today)
        self.last = self.first + WEEKS * WEEK - dt.timedelta(days=1)

    # --- seats --------------------------------------------------------------------------------
    @cached_property
    def seats(self):
        """What the child has, is offered, waits for, or had till lately."""
        rows = Seat.objects.filter(student=self.child.pk).select_related("programme__school")
        lately = Q(state=Seat.State.LEFT, taken_at__isnull=False)
        return list(rows.filter(Q(state__in=Seat.LIVE) | lately).order_by("programme__name"))

    def _in(self, *states):
        return [seat for seat in self.seats if seat.state in states]

    @property
    def taken(self):
        return self._in(Seat.State.TAKEN)

    @property
    def waits(self):
        return self._in(Seat.State.ASKED, Seat.State.WAITING)

    @property
    def offers(self):
        """What the family can still say yes to."""
        now = timezone.now()
        return [seat for seat in self._in(Seat.State.OFFERED) if seat.offered_until > now]

    # --- the two weeks ------------------------------------------------------------------------
    @cached_property
    def _sessions(self):
        """The sessions of the two weeks (two queries)."""
        programmes = [seat.programme_id for seat in self.taken]
        if not programmes:
            return []
        led = Leading.objects.filter(live=True).select_related("user", "volunteer")
        rows = Session.objects.filter(
            programme__in=programmes, on__gte=self.first, on__lte=self.last
        )
        rows = rows.select_related("programme").order_by("begins", "pk")
        return list(rows.prefetch_related(Prefetch("leaders", led)))

    @cached_property
    def _absences(self):
        """What was said: the ids of sessions, and the days."""
        if not self._sessions:
            return set(), set()
        rows = Absence.objects.live().filter(
            student=self.child.pk, on__gte=self.first, on__lte=self.last
        )
        said = list(rows.values_list("session", "on"))
        return {pk for pk, _on in said if pk}, {on for pk, on in said if pk is None}

    @cached_property
    def _marks(self):
        """All marks of the child as [(session id, mark)], of programmes in which it has a seat."""
        programmes = [seat.programme_id for seat in self.taken]
        if not programmes:
            return []
        rows = Attendance.objects.filter(student=self.child.pk, session__programme__in=programmes)
        return list(rows.order_by().values_list("session", "mark"))

    @property
    def days(self):
        """The days with sessions: [Day]."""
        sessions, days = self._absences
        marks = dict(self._marks)
        found: dict = {}
        for row in self._sessions:
            away = row.pk in sessions or row.on in days
            shown = Shown(row, leaders_of(row), away, marks.get(row.pk, ""))
            found.setdefault(row.on, []).append(shown)
        return [Day(on, self.called(on), rows, on in days) for on, rows in found.items()]

    @property
    def weeks(self):
        """This week and the next one, each with its heading and its days."""
        days, second = self.days, self.first + WEEK
        return [
            {"heading": _("This week"), "days": [day for day in days if day.on < second]},
            {"heading": _("Next week"), "days": [day for day in days if day.on >= second]},
        ]

    def called(self, day):
        """Return how a day is called: today, tomorrow, else the weekday with its date."""
        near = {0: _("Today"), 1: _("Tomorrow")}.get((day - self.today).days)
        if near:
            weekday = capfirst(date_format(day, "l"))
            return _("%(near)s, %(weekday)s") % {"near": near, "weekday": weekday}
        return capfirst(day_in_words(day))

    @property
    def so_far(self):
        """How often the child was there, as a kind sentence; "" before the first time."""
        marks = [mark for _pk, mark in self._marks]
        there = sum(mark in Attendance.THERE for mark in marks)
        words = {"child": self.child.called, "n": there, "all": len(marks)}
        if not there:
            return ""
        if there == len(marks):
            return (
                ngettext(
                    "%(child)s was there the first time.",
                    "%(child)s was there all %(n)d times.",
                    there,
                )
                % words
            )
        return (
            ngettext(
                "%(child)s was there %(n)d of %(all)d times.",
                "%(child)s was there %(n)d of %(all)d times.",
                there,
            )
            % words
        )

    # --- who picks up, and what the family thinks -----------------------------------------------
    @cached_property
    def pick_ups(self):
        """The child's list; `is_own` says that the reader wrote the line."""
        return list_of(self.child, self.user)

    @property
    def is_guardian(self):
        """Whether the reader looks after the child, and is not the child itself."""
        return sight.GUARDIAN in sight.roles_for(self.user, self.child, ITEM)

    @cached_property
    def may_decide(self):
        """Whether the reader says who picks the child up (one query)."""
        return may_decide(self.user, self.child)

    @property
    def may_speak(self):
        """Whether the reader says that the child does not come: not who reads what it was granted."""
        return bool(sight.roles_for(self.user, self.child, item="") & sight.FAMILY_ROLES)

    @property
    def is_on_the_list(self):
        """Whether the reader itself stands on the list."""
        return any(row.name == self.user.full_name for row in self.pick_ups)

    @cached_property
    def judged(self):
        """The programmes that can be judged now: [Judged] (one query, where there are any)."""
        return Judged.of(self.user, self.seats)


def leaders_of(session):
    """Return who leads a session, as families read it; the rows are fetched already."""
    names = {
        row.volunteer.full_name if row.volunteer_id else row.user.full_name: None
        for row in session.leaders.all()
    }
    return listed(names)


def list_of(child, user):
    """Return who stands on the list of `child` (one query), for `user`: `is_held`, and `is_own` where
    `user` wrote the line."""
    rows = list(PickUp.objects.standing().filter(student=child.pk).select_related("said_by"))
    for row in rows:
        row.is_own = row.said_by_id == user.pk
    return rows


def next_session():
    """Return the next session of a child as {"begins", "name"}, for a Subquery of children."""
    seats = Seat.objects.taken().filter(student=OuterRef(OuterRef("pk")))
    rows = Session.objects.filter(
        programme__in=seats.values("programme"), state=Session.State.PLANNED, begins__gt=Now()
    )
    told = JSONObject(begins="begins", name="programme__name")
    return rows.order_by("begins", "pk").values(json=told)[:1]


def session_of(child, pk):
    """Return the session of a programme in which the child has a seat, or None."""
    seats = Seat.objects.taken().filter(student=child.pk)
    rows = Session.objects.filter(pk=pk, programme__in=seats.values("programme"))
    return rows.select_related("programme__school").first()


def children_of(user):
    """Return the children whose time after lessons `user` reads as the family (one query)."""
    rows = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
    return list(rows.select_related("school", "school_class"))
