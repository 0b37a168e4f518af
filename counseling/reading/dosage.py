"""How much help children got after lessons: hours, bands, and what of it was prescribed.

`attended_of` and `dosage_of` are read by reports, too. A meter says in words what it draws.
"""

import datetime as dt
import itertools
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, UUIDField
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _, ngettext

from counseling import charts
from counseling.models import (
    Attendance,
    DayOff,
    Goal,
    Leading,
    Plan,
    Point,
    Prescription,
    Session,
    Weekly,
)
from counseling.rules import dosage as rules, prescribed
from counseling.rules.prescribed import Span

from . import words
from .situation import since as term_began

THERE = Q(mark__in=Attendance.THERE, session__state=Session.State.HELD)


# --- for many children -------------------------------------------------------------------------------


def one_attended(minutes, there, tutors):
    """Return rules.Attended of a session at which `there` children were, led by these (keys).

    The children are shared among who leads: six with two tutors are three to each.
    """
    return rules.Attended(minutes, -(-there // max(1, len(tutors))), tuple(tutors))


def attended_of(students, since, until):
    """Return {student id: [rules.Attended]} of these children (rows, ids or a queryset) between two
    dates, both within, in the order of days; three queries, however many."""
    lines = Attendance.objects.filter(
        THERE, student__in=students, session__on__gte=since, session__on__lte=until
    ).order_by("session__begins", "session", "student")
    lines = list(lines.values_list("student", "session", "minutes"))
    sessions = {session for _student, session, _minutes in lines}
    there = dict(
        Attendance.objects.filter(THERE, session__in=sessions)
        .order_by()
        .values_list("session")
        .annotate(n=Count("pk"))
    )
    tutors = defaultdict(list)
    led = Leading.objects.filter(session__in=sessions, live=True).order_by("pk")
    for session, tutor in led.values_list("session", Coalesce("volunteer", "user")):
        tutors[session].append(str(tutor))
    found: dict = {}
    for student, session, minutes in lines:
        one = one_attended(minutes, there[session], tutors[session])
        found.setdefault(student, []).append(one)
    return found


def school_weeks_of(school, since, until):
    """Return in how many weeks between two dates there was school: on one weekday at least (one query)."""
    rows = DayOff.objects.filter(school=school, programme=None, on__lte=until, until__gte=since)
    return prescribed.school_weeks([], since, until, {day for row in rows for day in row.days()})


def dosage_of(student, since, until):
    """Return rules.Dosage of one child between two dates, over the weeks of its school; four queries."""
    weeks = school_weeks_of(student.school_id, since, until)
    return rules.dosage(attended_of([student.pk], since, until).get(student.pk, []), max(1, weeks))


# --- a prescription ----------------------------------------------------------------------------------


def _attended_rows():
    """Return the sub-query of the sessions of the prescription that the child was at."""
    same = Attendance.objects.filter(THERE, session=OuterRef("session")).order_by()
    led = Leading.objects.filter(session=OuterRef("session"), live=True).order_by("pk")
    key = Coalesce("volunteer", "user", output_field=UUIDField())
    name = Coalesce("volunteer__full_name", "user__full_name")
    rows = Attendance.objects.filter(
        THERE, student=OuterRef("plan__student"), session__programme=OuterRef("programme"),
        session__on__gte=OuterRef("since"), session__on__lte=OuterRef("until"),
    )  # fmt: skip
    found = JSONObject(
        on=F("session__on"), minutes=F("minutes"),
        there=Subquery(same.values("session").annotate(n=Count("pk")).values("n")),
        tutors=ArraySubquery(led.values(found=JSONObject(key=key, name=name))),
    )  # fmt: skip
    return ArraySubquery(rows.order_by("session__begins").values(found=found))


def prescription_rows(**where):
    """Return the prescriptions of a plan as a sub-query of JSON, with all that a meter is drawn from:
    no query more on the page of a plan."""
    pattern = Weekly.objects.filter(programme=OuterRef("programme")).values("weekday")
    off = DayOff.objects.filter(
        Q(programme=None) | Q(programme=OuterRef("programme")),
        school=OuterRef("programme__school"), on__lte=OuterRef("until"), until__gte=OuterRef("since"),
    )  # fmt: skip
    rows = Prescription.objects.counting().filter(**(where or {"plan": OuterRef("pk")}))
    found = JSONObject(
        pk="pk", programme="programme", name="programme__name", times="times", minutes="minutes",
        since="since", until="until", begins="programme__begins", ends="programme__ends",
        goal="goal__statement", plan="plan", title="plan__title",
        pattern=ArraySubquery(pattern),
        off=ArraySubquery(off.values(found=JSONObject(on="on", until="until"))),
        attended=_attended_rows(),
    )  # fmt: skip
    rows = rows.order_by("since", "pk").values(found=found)
    return rows if where else ArraySubquery(rows)


def meters_of(rows, today):
    """Return a Meter for each row of `prescription_rows`."""
    return [Meter(row, today) for row in rows]


@dataclass(frozen=True)
class Standard:
    """One of the four standards: what the child got in words, what is wanted, how far (0 to 100) the
    bar goes, whether the standard of high dosage is met, whether it is less than was prescribed."""

    name: str
    label: str
    got: str
    wanted: str
    width: str
    met: bool
    low: bool = False


class Meter:
    """What a child got of a prescription (a row of `prescription_rows`), judged on `today`."""

    def __init__(self, row, today):
        self.row, self.today = row, today
        self.pk, self.name, self.goal = row["pk"], row["name"], row["goal"]
        self.plan, self.title = row["plan"], row["title"]
        self.programme = row["programme"]
        self.times, self.minutes = row["times"], row["minutes"]
        self.since, self.until = map(dt.date.fromisoformat, (row["since"], row["until"]))

    @property
    def asks(self):
        """What is prescribed, in words."""
        said = ngettext(
            "%(n)s time a week, %(minutes)s minutes each", "%(n)s times a week, %(minutes)s minutes each",
            self.times,
        )  # fmt: skip
        return said % {"n": self.times, "minutes": self.minutes}

    @property
    def state(self):
        """Whether it has not begun ("ahead"), runs, or is over."""
        if self.today < self.since:
            return "ahead"
        return "over" if self.today > self.until else "runs"

    # --- the figures ------------------------------------------------------------------------------
    @cached_property
    def last(self):
        """The day up to which it is judged."""
        return min(prescribed.judged_until(self.since, self.today), self.until)

    @cached_property
    def found(self):
        """The sessions that the child was at up to then, as [(row, rules.Attended)]."""
        return [
            (row, one_attended(row["minutes"], row["there"], [t["key"] for t in row["tutors"]]))
            for row in self.row["attended"]
            if row["on"] <= self.last.isoformat()
        ]

    @cached_property
    def weeks(self):
        """In how many weeks up to then the programme could take place."""
        off = {
            dt.date.fromisoformat(row["on"]) + dt.timedelta(days=n)
            for row in self.row["off"]
            for n in range(_days(row))
        }
        own = Span(*map(dt.date.fromisoformat, (self.row["begins"], self.row["ends"])))
        return prescribed.school_weeks(self.row["pattern"], self.since, self.last, off, own)

    @cached_property
    def dosage(self):
        """The rules.Dosage up to then."""
        return rules.dosage([one for _row, one in self.found], max(1, self.weeks))

    # --- in words ---------------------------------------------------------------------------------
    @property
    def is_empty(self):
        """Whether there is nothing to judge: no session that the child was at."""
        return not self.found

    @property
    def sum(self):
        """Hours so far and how many sessions, in one sentence."""
        n = self.dosage.sessions
        said = ngettext(
            "%(hours)s hours so far, in %(n)s session.",
            "%(hours)s hours so far, in %(n)s sessions.",
            n,
        )
        return said % {"hours": hours_words(self.dosage.total), "n": n}

    @property
    def band(self):
        return band_words(self.dosage.band)

    @property
    def verdict(self):
        """What the four standards say together."""
        n = len(self.dosage.met)
        if n == 4:
            return _("This is help as dense as tutoring that works: all four marks hold.")
        said = ngettext(
            "%(n)s of the four marks of tutoring that works holds.",
            "%(n)s of the four marks of tutoring that works hold.",
            n,
        )
        return said % {"n": n}

    @property
    def age(self):
        """Up to which day it was counted, and the newest session."""
        said = _("Counted up to %(day)s.") % {"day": words.day(self.last)}
        if self.found:
            newest = dt.date.fromisoformat(self.found[-1][0]["on"])
            said += " " + _("The newest session was on %(day)s.") % {"day": words.day(newest)}
        return said

    @cached_property
    def continuity(self):
        """Who led most of the sessions, in one sentence; nothing where nobody is written down."""
        if self.dosage.same_tutor is None:
            return ""
        led = defaultdict(list)
        for row, _one in self.found:
            for tutor in {t["key"]: t["name"] for t in row["tutors"]}.items():
                led[tutor].append(row)
        (_key, name), rows = max(led.items(), key=lambda item: len(item[1]))
        n = self.dosage.sessions
        if len(rows) == n:
            return _("%(name)s led every one of them.") % {"name": name}
        return _("%(name)s led %(n)s of %(of)s.") % {"name": name, "n": len(rows), "of": n}

    @property
    def standards(self):
        """The four standards beside what was prescribed."""
        found, met = self.dosage, self.dosage.met
        same = found.same_tutor
        led = (
            _("not known")
            if same is None
            else _("%(n)s %% of the sessions") % {"n": _percent(same)}
        )
        return [
            self._one("often", _("Times a week"), words.number(words.tenth(found.a_week)),
                      _("%(n)s prescribed, 3 or more work best") % {"n": self.times},
                      found.a_week / self.times, met, found.a_week < self.times),
            self._one("long", _("Minutes each time"), str(found.minutes),
                      _("%(n)s prescribed, 30 or more work best") % {"n": self.minutes},
                      Fraction(found.minutes, self.minutes), met, found.minutes < self.minutes),
            self._one("small", _("Children to a tutor"), str(found.pupils),
                      _("at most %(n)s") % {"n": rules.PUPILS},
                      Fraction(rules.PUPILS, found.pupils) if found.pupils else 0, met),
            self._one("same", _("The same tutor"), led,
                      _("at least %(n)s %%") % {"n": _percent(rules.SAME_TUTOR)},
                      (same or 0) / rules.SAME_TUTOR, met),
        ]  # fmt: skip

    def _one(self, name, label, got, wanted, share, met, low=False):
        width = charts.place(float(min(100, 100 * share)))
        return Standard(name, label, got, wanted, width, name in met, low)


def _days(row):
    first, last = map(dt.date.fromisoformat, (row["on"], row["until"]))
    return (last - first).days + 1


def _percent(share):
    return str(round(100 * share))


def hours_words(minutes):
    """Return minutes as hours with one digit, rounded down: nobody got more than is said."""
    return words.number(words.Decimal(minutes * 10 // 60) / 10)


def band_words(number):
    """Return the band in words: "15 to 44 hours"."""
    ends = rules.BAND_FROM
    if number == 0:
        return _("under %(n)s hours") % {"n": ends[0]}
    if number == len(ends):
        return _("%(n)s hours and more") % {"n": ends[-1]}
    return _("%(first)s to %(last)s hours") % {"first": ends[number - 1], "last": ends[number] - 1}


# --- a child -----------------------------------------------------------------------------------------


class HelpOfChild:
    """How much help a child got this term, as staff reads it on its page."""

    def __init__(self, student, user, today):
        self.student, self.user, self.today = student, user, today
        self.since = term_began(student.school, today)

    @cached_property
    def dosage(self):
        """The rules.Dosage of all programmes since the term began."""
        return dosage_of(self.student, self.since, self.today)

    @property
    def hours(self):
        return hours_words(self.dosage.total)

    @property
    def band(self):
        return band_words(self.dosage.band)

    @cached_property
    def programmes(self):
        """[{"name", "hours", "there", "marked"}] of each programme since the term began (one query)."""
        lines = Attendance.objects.filter(student=self.student, session__on__gte=self.since)
        rows = lines.order_by("session__programme__name", "session__programme").values_list(
            "session__programme", "session__programme__name", "mark", "minutes"
        )
        found = []
        for (_pk, name), group in itertools.groupby(rows, key=lambda row: row[:2]):
            marks = list(group)
            there = [row for row in marks if row[2] in Attendance.THERE]
            hours = hours_words(sum(row[3] for row in there))
            found.append({"name": name, "hours": hours, "there": len(there), "marked": len(marks)})
        return found

    @cached_property
    def meters(self):
        """The meters of the prescriptions in the plans that the reader sees (one query)."""
        seen = Prescription.objects.visible_to(self.user).filter(plan__student=self.student)
        rows = prescription_rows(pk__in=seen.values("pk"))
        return meters_of([row["found"] for row in rows], self.today)


# --- results that a session brought ------------------------------------------------------------------


@dataclass(frozen=True)
class ResultLine:
    """A goal of a child that was at a session, and the point that the session brought, if any."""

    goal: Goal
    point: Point | None

    @property
    def label(self):
        return self.goal.statement

    @property
    def initial(self):
        """What the field holds, as a number field reads it."""
        return None if self.point is None else f"{self.point.value.normalize():f}"

    @property
    def help(self):
        unit = f" ({self.goal.unit})" if self.goal.unit else ""
        return f"{self.goal.measure}{unit}"

    @property
    def value(self):
        """The result in words, nothing where there is none."""
        return "" if self.point is None else words.measured(self.goal, self.point.value)


def result_lines(session, user):
    """Return [ResultLine] by name of the child: the goals of plans at work that prescribe the session's
    programme, of children that were there, as far as `user` works on these plans (two queries)."""
    there = Attendance.objects.filter(THERE, session=session).values("student")
    own = Prescription.objects.counting().filter(
        plan=OuterRef("plan"), programme=session.programme_id, since__lte=session.on,
        until__gte=session.on,
    )  # fmt: skip
    goals = (
        Goal.objects.visible_to(user)
        .filter(Exists(own.filter(Q(goal=None) | Q(goal=OuterRef("pk")))), ended_at=None)
        .filter(plan__state__in=Plan.AT_WORK, plan__student__in=there)
        .select_related("plan__student__school_class", "plan__school")
        .order_by("plan__student__sort_key", "plan__student", "plan__made_at", "place")
    )
    goals = list(goals)
    points = Point.objects.standing().filter(goal__in=goals, session=session)
    brought = {point.goal_id: point for point in points}
    return [ResultLine(goal, brought.get(goal.pk)) for goal in goals]
