"""How sessions feed plans: the weeks of a plan, counted from attendance where it prescribes a programme.

A week is counted anew as a whole, never added to: marked twice, corrected or called off, it holds what
stands now, and the same again writes nothing. Numbers that somebody wrote by hand stay those that count;
what the sessions say stands beside them. Whoever counts holds the plan's row.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from counseling.rules import prescribed
from counseling.rules.prescribed import Span
from homeschool.journal.models import hours

from .attendance import Attendance
from .day_off import DayOff
from .parts import WeekCount
from .plan import Plan
from .seat import Seat
from .session import Session
from .shares import monday_of, sunday_of

# How many weeks back the weekly count looks, for what a server that stood still has missed.
WEEKS_BACK = 5
AT_ONCE = 200
NAMES = ("planned", "held", "attended")


def _prescriptions():
    return apps.get_model("counseling", "Prescription").objects.counting()


def feed_session(session):
    """Count the week of a session in the plans at work that prescribe its programme then; returns how
    many weeks are different now. A child without a plan costs one query and changes nothing."""
    rows = _prescriptions().filter(
        programme=session.programme_id, since__lte=session.on, until__gte=session.on
    )
    plans = set(rows.filter(plan__state__in=Plan.AT_WORK).values_list("plan", flat=True))
    return feed(plans, [monday_of(session.on)]) if plans else 0


def feed_all(plan, now=None):
    """Count all weeks of a plan up to the one that runs, also those that were counted and are prescribed
    no longer."""
    today = timezone.localdate(now, hours.zone_of(plan.school.time_zone))
    rows = list(_prescriptions().filter(plan=plan).values_list("since", "until"))
    found = {
        monday for since, until in rows for monday in prescribed.mondays(since, min(until, today))
    }
    found |= set(plan.weeks.exclude(session_planned=None).values_list("monday", flat=True))
    return feed([plan.pk], sorted(found), now) if found else 0


def feed_school(school, today):
    """Count the last weeks of all plans of a school that prescribe a programme; returns how many weeks
    are different now. So a week in which nothing took place counts, too."""
    last = monday_of(today) - prescribed.WEEK
    found = [last - n * prescribed.WEEK for n in reversed(range(WEEKS_BACK))]
    rows = _prescriptions().filter(
        plan__school=school, plan__state__in=Plan.AT_WORK, since__lte=sunday_of(last),
        until__gte=found[0],
    )  # fmt: skip
    plans = sorted(set(rows.values_list("plan", flat=True)))
    parts = (plans[n : n + AT_ONCE] for n in range(0, len(plans), AT_ONCE))
    return sum(feed(part, found) for part in parts)


@transaction.atomic
def feed(plans, mondays, now=None):
    """Count these weeks of these plans (ids) anew; returns how many are different now (ten queries,
    however many). Closed plans, and those not at work, stay as they are."""
    now = now or timezone.now()
    rows = Plan.objects.select_for_update(of=("self",)).select_related("school").at_work()
    # read after the lock: whoever counted before has committed
    found = {plan.pk: plan for plan in rows.filter(pk__in=plans).order_by("pk")}
    facts = Facts(found, sorted(mondays), now)
    known = {
        (week.plan_id, week.monday): week
        for week in WeekCount.objects.filter(plan__in=found, monday__in=facts.mondays)
    }
    made, changed, gone = [], [], []
    for plan in found.values():
        for monday in facts.mondays:
            week, counts = known.get((plan.pk, monday)), facts.count(plan, monday)
            if week is None:
                if counts:
                    made.append(_new(plan, monday, counts))
            elif counts is None and not week.by_hand:
                gone.append(week.pk)
            elif week.hear(counts):
                changed.append(week)
    WeekCount.objects.bulk_create(made)
    WeekCount.objects.bulk_update(changed, [*NAMES, *(f"session_{n}" for n in NAMES), "by", "at"])
    WeekCount.objects.filter(pk__in=gone).delete()
    return len(made) + len(changed) + len(gone)


def _new(plan, monday, counts):
    week = WeekCount(plan=plan, monday=monday, by_hand=False, planned=0, held=0, attended=0)
    week.hear(counts)
    return week


@dataclass
class Facts:
    """What stands in the database about these weeks of these plans (id: row)."""

    plans: dict
    mondays: list
    now: dt.datetime
    held: dict = field(default_factory=lambda: defaultdict(list))
    begun: dict = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        self.span = Span(self.mondays[0], sunday_of(self.mondays[-1]))
        rows = _prescriptions().filter(
            plan__in=self.plans, since__lte=self.span.last, until__gte=self.span.first
        )
        self.rows = defaultdict(list)
        for row in rows.select_related("programme").prefetch_related("programme__pattern"):
            self.rows[row.plan_id].append(row)
        self.programmes = {row.programme_id for found in self.rows.values() for row in found}
        self._read_sessions()

    def _read_sessions(self):
        rows = Session.objects.filter(
            programme__in=self.programmes, on__gte=self.span.first, on__lte=self.span.last
        )
        for row in rows.only("pk", "programme_id", "on", "begins", "state"):
            if row.state == Session.State.HELD:
                self.held[row.programme_id].append(row)
            if row.state == Session.State.HELD or row.begins <= self.now:
                self.begun[row.programme_id].append(row)

    @cached_property
    def marks(self):
        """{(child, session): whether it was there}."""
        rows = Attendance.objects.filter(
            student__in={plan.student_id for plan in self.plans.values()},
            session__in=[row.pk for found in self.held.values() for row in found],
        )
        return {
            (student, session): mark in Attendance.THERE
            for student, session, mark in rows.values_list("student", "session", "mark")
        }

    @cached_property
    def seats(self):
        """{(child, programme): [(from, until or None)]} of the seats that were taken."""
        found: dict = defaultdict(list)
        rows = Seat.objects.filter(
            student__in={plan.student_id for plan in self.plans.values()},
            programme__in=self.programmes, taken_at__isnull=False,
        )  # fmt: skip
        for student, programme, taken, ended in rows.values_list(
            "student", "programme", "taken_at", "ended_at"
        ):
            found[student, programme].append((taken, ended))
        return found

    @cached_property
    def days_off(self):
        """{programme: dates without school, holidays of its school and its own pauses}."""
        schools = {plan.school_id for plan in self.plans.values()}
        rows = DayOff.objects.filter(
            Q(programme=None, school__in=schools) | Q(programme__in=self.programmes),
            on__lte=self.span.last, until__gte=self.span.first,
        )  # fmt: skip
        found: dict = defaultdict(set)
        for row in rows:
            of = [row.programme_id] if row.programme_id else self.programmes
            for programme in of:
                found[programme] |= set(row.days())
        return found

    def count(self, plan, monday):
        """Return {planned, held, attended} of a week by what the plan prescribes, None for nothing."""
        week = Span(monday, sunday_of(monday))
        parts = defaultdict(list)
        for row in self.rows[plan.pk]:
            if row.since <= week.last and row.until >= week.first:
                parts[row.programme_id].append((row.times, self._count(plan, row, week)))
        counts = [prescribed.together(found) for found in parts.values()]
        if not any(map(any, counts)):
            return None
        return dict(zip(NAMES, map(sum, zip(*counts, strict=True)), strict=True))

    def _count(self, plan, row, week):
        """Return (planned, held, attended) by one prescription."""
        programme = row.programme
        own = Span(row.since, row.until)
        pattern, lost = prescribed.left(
            [one.weekday for one in programme.pattern.all()], week.first,
            self.days_off[programme.pk], own, Span(programme.begins, programme.ends),
        )  # fmt: skip
        due = prescribed.due(row.times, pattern, lost)
        inside = [one for one in self.begun[programme.pk] if one.on in week and one.on in own]
        if self._runs(plan, week):  # what is still to come is not missing yet
            due = min(due, len(inside))
        mine = [
            one for one in self.held[programme.pk]
            if one.on in week and one.on in own and self._belongs(plan, one)
        ]  # fmt: skip
        there = sum(self.marks.get((plan.student_id, one.pk), False) for one in mine)
        return due, len(mine), there

    def _runs(self, plan, week):
        zone = hours.zone_of(plan.school.time_zone)
        return timezone.localdate(self.now, zone) <= week.last

    def _belongs(self, plan, session):
        """Whether the child was marked at the session, or had a seat when it began."""
        if (plan.student_id, session.pk) in self.marks:
            return True
        return any(
            taken <= session.begins and (ended is None or ended > session.begins)
            for taken, ended in self.seats[plan.student_id, session.programme_id]
        )
