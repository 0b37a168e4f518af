"""The week of a school after lessons, one session for staff, and in words why something cannot be."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.models import DayOff, Leading, Reserved, Resource, Session, Volunteer
from counseling.models.session import (
    Busy,
    DayIsOff,
    NotCleared,
    NotThatState,
    OutsideProgramme,
    ThenAlready,
)
from homeschool.journal.models import hours
from homeschool.people import sight
from homeschool.people.models import Membership, School, User
from visits.reading.telling import day_in_words

A_DAY, A_WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
SCHOOL_DAYS = 5
# Who of the staff leads sessions; beside them there are volunteers.
LEADING_ROLES = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
REFUSALS = (Busy, DayIsOff, NotCleared, NotThatState, OutsideProgramme, ThenAlready)


def school_of(user, roles, asked=""):
    """Return (the school whose week is read, all schools in which `user` has one of `roles`)."""
    schools = list(School.objects.visible_to(user, roles=roles).order_by("name", "pk"))
    named = [school for school in schools if str(school.pk) == asked]
    return (named or schools or [None])[0], schools


def clock_of(school):
    """Return the clock on the wall of a school."""
    return hours.zone_of(school.time_zone)


def monday_of(text, today):
    """Return the Monday of the week that an address names, of this week where it names none."""
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        on = today
    on = on if dt.date(2000, 1, 8) <= on <= dt.date(2099, 12, 24) else today
    return on - dt.timedelta(days=on.weekday())


def in_words(session, zone):
    """Return when a session is: “Tuesday, 8 September, 16:00-17:00”, by the school's clock."""
    return when(session.begins, session.ends, zone)


def when(begins, ends, zone):
    """Return a span of time as a person reads it, by the clock of `zone`."""
    begins, ends = begins.astimezone(zone), ends.astimezone(zone)
    return f"{day_in_words(begins)}, {begins:%H:%M}-{ends:%H:%M}"


# --- a week -----------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One session in the calendar; `begins` and `ends` are times of the school's clock."""

    pk: object
    on: dt.date
    begins: str
    ends: str
    programme: object
    name: str
    topic: str
    place: str
    is_off: bool
    is_mine: bool = False
    leaders: list = field(default_factory=list)

    @property
    def led_by(self):
        """The names of its leaders."""
        return ", ".join(self.leaders)


@dataclass
class Day:
    """One day of the calendar: its sessions, and the holidays that lie on it."""

    on: dt.date
    is_today: bool
    lines: list
    off: list


class Week:
    """The sessions of a school from Monday to Sunday as `user` reads them; five queries."""

    def __init__(self, user, school, monday, today):
        self.user, self.school, self.monday, self.today = user, school, monday, today
        self.sunday = monday + 6 * A_DAY
        self.before, self.after = monday - A_WEEK, monday + A_WEEK
        self.lines = self._lines()

    def _sessions(self):
        rows = Session.objects.filter(programme__school=self.school)
        return rows.between(self.monday, self.sunday)

    def _lines(self):
        zone = clock_of(self.school)
        people, rooms = self._leaders(), self._rooms()
        rows = self._sessions().order_by("begins", "programme__name", "pk")
        return [
            Line(
                pk=pk, on=on, begins=f"{begins.astimezone(zone):%H:%M}",
                ends=f"{ends.astimezone(zone):%H:%M}", programme=programme, name=name, topic=topic,
                place=", ".join(rooms.get(pk, ())) or place,
                is_off=state == Session.State.CALLED_OFF,
                is_mine=any(user == self.user.pk for user, _name in people.get(pk, ())),
                leaders=[name for _user, name in people.get(pk, ())],
            )
            for pk, on, begins, ends, state, programme, name, topic, place in rows.values_list(
                "pk", "on", "begins", "ends", "state", "programme", "programme__name", "topic", "place"
            )
        ]  # fmt: skip

    def _leaders(self):
        found = defaultdict(list)
        rows = Leading.objects.named().filter(session__in=self._sessions().values("pk"))
        names = ("session", "user", "user__full_name", "volunteer__full_name")
        for session, user, name, volunteer in rows.order_by("pk").values_list(*names):
            found[session].append((user, volunteer or name))
        return found

    def _rooms(self):
        found = defaultdict(list)
        rows = Reserved.objects.filter(
            session__in=self._sessions().values("pk"), live=True, resource__kind="room"
        )
        for session, name in rows.order_by("pk").values_list("session", "resource__name"):
            found[session].append(name)
        return found

    # --- what can be chosen ---------------------------------------------------------------------
    @property
    def programmes(self):
        """[(key, name)] of the programmes of the week, by name."""
        return sorted({(str(line.programme), line.name) for line in self.lines}, key=_by_name)

    @property
    def leaders(self):
        """The names of those who lead in the week."""
        return sorted({name for line in self.lines for name in line.leaders})

    @property
    def places(self):
        """The places of the week."""
        return sorted({line.place for line in self.lines if line.place})

    # --- what is shown --------------------------------------------------------------------------
    def narrowed(self, programme="", leader="", place="", mine=False):
        """Leave only the lines that fit."""
        self.lines = [
            line
            for line in self.lines
            if (not programme or str(line.programme) == programme)
            and (not leader or leader in line.leaders)
            and (not place or line.place == place)
            and (not mine or line.is_mine)
        ]
        return self

    @cached_property
    def days(self):
        """[Day] from Monday to Friday, and of the weekend those with something on them (one query)."""
        by_day = defaultdict(list)
        for line in self.lines:
            by_day[line.on].append(line)
        off = self._days_off()
        all_days = [self.monday + n * A_DAY for n in range(7)]
        return [
            Day(on, on == self.today, by_day[on], off[on])
            for n, on in enumerate(all_days)
            if n < SCHOOL_DAYS or by_day[on] or off[on]
        ]

    def _days_off(self):
        found = defaultdict(list)
        rows = DayOff.objects.filter(
            school=self.school, on__lte=self.sunday, until__gte=self.monday
        )
        for row in rows.select_related("programme"):
            name = f"{row.name} ({row.programme.name})" if row.programme else row.name
            for on in row.days():
                found[on].append(name)
        return found


def _by_name(pair):
    return pair[1], pair[0]


# --- one session ------------------------------------------------------------------------------------------


class SessionPage:
    """One session as staff reads it; each part is asked for once."""

    def __init__(self, user, session):
        self.user, self.session = user, session
        self.programme, self.zone = session.programme, session.programme.zone

    @property
    def when(self):
        """When it is."""
        return in_words(self.session, self.zone)

    @property
    def was_planned_for(self):
        """When the pattern had it, where it was moved; else None."""
        session = self.session
        moved = abs(session.planned_for - session.begins) >= dt.timedelta(minutes=1)
        ends = session.planned_for + (session.ends - session.begins)
        return when(session.planned_for, ends, self.zone) if moved else None

    @cached_property
    def leaders(self):
        """Its leaders (one query)."""
        return list(self.session.leaders.named().select_related("user", "volunteer"))

    @cached_property
    def things(self):
        """What is booked for it (one query)."""
        return list(self.session.bookings.filter(live=True).select_related("resource"))

    @cached_property
    def leads(self):
        """Whether the reader leads it (one query)."""
        return Session.objects.led_by(self.user).filter(pk=self.session.pk).exists()


def staff_who_lead(school):
    """Return the people of the staff of a school who can lead a session, by name."""
    rows = Membership.objects.open().filter(school=school, role__in=LEADING_ROLES)
    people = User.objects.filter(is_active=True, pk__in=rows.values("user"))
    return people.order_by("sort_key", "pk")


# --- why not ------------------------------------------------------------------------------------------------


def why_not(error, *, user, zone, session=None, who=None, span=None):
    """Return the sentence for one of REFUSALS: who or what, where, when.

    `who` is the leader or the thing that was asked for; `span` the time for which it was.
    """
    if isinstance(error, DayIsOff):
        return _("There is no session on this day: %(name)s.") % {"name": error.day_off.name}
    if isinstance(error, OutsideProgramme):
        return _("This day lies outside the programme.")
    if isinstance(error, ThenAlready):
        return _("A session of this programme begins at this time already.")
    if isinstance(error, NotCleared):
        return _(
            "No check of %(name)s holds on this day, so nobody can be alone with children."
        ) % {"name": who or _("a volunteer who leads it")}
    if isinstance(error, NotThatState):
        return _("This session was called off, or has taken place: it stays as it is.")
    return _busy(error, user, zone, session, who, span)


def _busy(error, user, zone, session, who, span):
    rows = Reserved if error.what == "a_thing_is_booked_once" else Leading
    rows = rows.objects.filter(live=True, span__overlap=span).exclude(session=session)
    if rows.model is Reserved:
        things = [who] if who else [row.resource for row in session.bookings.filter(live=True)]
        other = rows.filter(resource__in=things)
    else:
        other = rows.filter(_of_leaders(session, who))
    row = other.select_related("session__programme").first()
    name = _name_of(row) if row else str(who or "")
    if row and Session.objects.visible_to(user).filter(pk=row.session_id).exists():
        said = _("%(name)s is taken then: %(programme)s, %(when)s.")
        programme = row.session.programme.name
        return said % {"name": name, "programme": programme, "when": in_words(row.session, zone)}
    return _("%(name)s is taken at that time.") % {"name": name or _("Somebody or something")}


def _of_leaders(session, who):
    if isinstance(who, User):
        return Q(user=who)
    if who is not None:
        return Q(volunteer=who) | (Q(user=who.user_id) if who.user_id else Q(pk=None))
    rows = list(session.leaders.filter(live=True))
    users = [row.user_id for row in rows if row.user_id]
    return Q(user__in=users) | Q(
        volunteer__in=[row.volunteer_id for row in rows if row.volunteer_id]
    )


def _name_of(row):
    if isinstance(row, Reserved):
        return row.resource.name
    return str(row.volunteer or row.user.full_name)


def coming(programme):
    """Return the coming sessions of a programme, their leaders and things fetched along."""
    rows = programme.sessions.to_come().order_by("begins")
    return rows.prefetch_related("leaders__user", "leaders__volunteer", "bookings__resource")


@transaction.atomic
def set_up(programme, *, by, leaders, things):
    """Let these lead, and book these things for, all coming sessions of a programme.

    Returns ([Session] done whole, [(Session, sentence)] of what was not possible): each session that
    can have somebody or something has it; nothing else is undone, and nothing is left out unsaid.
    """
    done, failed = [], []
    # all of them first, in the order in which whoever frees a volunteer locks them
    rows = programme.sessions.to_come().select_for_update(of=("self",), no_key=True)
    for session in list(rows.order_by("begins", "pk")):
        session.programme = programme
        wrong = [
            why_not(
                error, user=by, zone=programme.zone, session=session, who=what, span=session.span
            )
            for what in [*leaders, *things]
            if (error := _tried(session, what, by))
        ]
        failed += [(session, words) for words in wrong]
        done += [] if wrong else [session]
    return done, failed


def _tried(session, what, by):
    try:
        give(session, what, by=by)
    except (Busy, NotCleared, NotThatState) as error:
        return error
    return None


def give(session, what, *, by):
    """Let a person of the staff or a volunteer lead the session, or book a thing for it."""
    if isinstance(what, Resource):
        return session.use(what, by=by)
    if isinstance(what, Volunteer):
        return session.lead(by=by, volunteer=what)
    return session.lead(by=by, user=what)


def today_of(school):
    """Return the day that it is at the school."""
    return timezone.localdate(timezone=clock_of(school))
