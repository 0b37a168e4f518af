"""Habits as they are read: the week of ticks, the share of each week, and how many were kept in a row."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext, pgettext_lazy

from counseling.models import Habit, HabitWeek, Side, State, Tick
from counseling.models.check_in import CheckIn
from counseling.models.plan import READERS
from counseling.models.shares import (
    WEEK,
    in_percent,
    monday_of,
    said_of,
    week_share,
    weeks_in_a_row,
)
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.home import first_address
from homeschool.people.views.seen import listed
from visits.models.home import homes_of
from visits.reading.telling import day_in_words

WEEKS_SHOWN = 6
SHORT = (
    pgettext_lazy("short day", "Mon"), pgettext_lazy("short day", "Tue"),
    pgettext_lazy("short day", "Wed"), pgettext_lazy("short day", "Thu"),
    pgettext_lazy("short day", "Fri"), pgettext_lazy("short day", "Sat"),
    pgettext_lazy("short day", "Sun"),
)  # fmt: skip
SCHOOL_DAYS = [1, 2, 3, 4, 5]
LEAST_ROW = 2  # one week is no row of weeks


# --- one week -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One day of one side: how it went, or "" where nobody said."""

    day: dt.date
    state: str = ""
    coming: bool = False
    whole_week: bool = False

    @property
    def name(self):
        """The day, short: Mon."""
        return str(SHORT[self.day.weekday()])

    @property
    def key(self):
        return self.day.isoformat()

    @property
    def full(self):
        """The day with its date."""
        return day_in_words(self.day)

    @property
    def words(self):
        """How it went, in words."""
        if self.state:
            return State(self.state).label
        return _("still to come") if self.coming else _("nobody said")


@dataclass(frozen=True)
class Week:
    """One week of a habit: `sides` [(Side, [Cell])], and its share in whole percent, or None."""

    monday: dt.date
    sides: tuple
    percent: int | None
    is_over: bool

    @property
    def name(self):
        """The first and the last day."""
        last = self.monday + WEEK - dt.timedelta(days=1)
        return f"{date_format(self.monday, 'MONTH_DAY_FORMAT')} – {date_format(last, 'MONTH_DAY_FORMAT')}"

    @property
    def counts(self):
        """How often each thing was said, in words."""
        said = [cell.state for _side, cells in self.sides for cell in cells if cell.state]
        return ", ".join(
            f"{State(state).label}: {said.count(state)}" for state in State.values if state in said
        )


class HabitSeen:
    """One habit with its ticks, as one reader may see them, on the day `today`."""

    def __init__(self, habit, ticks, weeks, today, homes=None):
        self.habit, self.today, self._homes = habit, today, homes
        self._ticks, self._weeks = ticks, weeks

    @cached_property
    def this_week(self):
        return self._week(monday_of(self.today))

    @cached_property
    def weeks(self):
        """The last weeks since it began, the newest first."""
        this, first = monday_of(self.today), monday_of(self.habit.since)
        mondays = [this - n * WEEK for n in range(WEEKS_SHOWN)]
        return [self._week(monday) for monday in mondays if monday >= first]

    @cached_property
    def days_in_words(self):
        """On which days: “every day”, or their names."""
        if len(self.habit.days) == 7:
            return _("every day")
        if sorted(self.habit.days) == SCHOOL_DAYS:
            return _("Monday to Friday")
        return listed(str(SHORT[n - 1]) for n in sorted(self.habit.days))

    @cached_property
    def row(self):
        """How many weeks in a row were kept, in words; "" for less than two."""
        last = monday_of(self.today) - WEEK
        first = monday_of(self.habit.since)
        mondays = [first + n * WEEK for n in range((last - first) // WEEK + 1)]
        shares = [self._weeks.get(monday) for monday in mondays]
        n = weeks_in_a_row([None if share is None else share / 100 for share in shares])
        if n < LEAST_ROW:
            return ""
        return ngettext("%(n)d week in a row", "%(n)d weeks in a row", n) % {"n": n}

    def cell(self, day, side):
        """Return the Cell of one day of one side."""
        tick = self._said.get((day, side))
        coming = day > self.today
        return Cell(day, tick.state, coming, tick.whole_week) if tick else Cell(day, coming=coming)

    def days_to_tick(self, side=Side.HOME):
        """Return the Cells of this week and the last that may still be ticked, the newest first."""
        if side not in self.habit.sides:
            return []
        days = sorted(self.habit.open_days(self.today), reverse=True)
        return [self.cell(day, side) for day in days]

    @cached_property
    def home_days(self):
        return self.days_to_tick()

    @cached_property
    def _said(self):
        """{(day, side): Tick}; of two homes the better day, as it counts."""
        order = [State.NOT, State.PARTLY, State.DONE]
        return {(t.day, t.side): t for t in sorted(self._ticks, key=lambda t: order.index(t.state))}

    def _week(self, monday):
        days = self.habit.days_of(monday)
        sides = tuple((s, [self.cell(day, s) for day in days]) for s in self.habit.sides)
        is_over = monday < monday_of(self.today)
        return Week(monday, sides, self._percent(monday, days, is_over), is_over)

    def _percent(self, monday, days, is_over):
        """The share as it was counted; of a running week, and for staff alone, as it stands."""
        if is_over or self._homes is not None:
            return self._weeks.get(monday)
        share = week_share(days, said_of(self._ticks, self.habit.plan.school))
        return None if share is None else int(in_percent(share))


def seen(habits, today, *, homes=None, day=None):
    """Return [HabitSeen] of habits with their plans at hand (two queries, however many).

    `homes` is {child id: {Home}} for a family, which reads the school's ticks and those of its own
    home; None for staff, which reads all. Ticks are those of the last weeks, and those of `day`.
    """
    habits = list(habits)
    first = monday_of(today) - WEEKS_SHOWN * WEEK
    days = Q(day__gte=first) | Q(day=day or today)
    rows = Tick.objects.standing().filter(days, habit__in=habits)
    if homes is not None:
        rows = rows.shown_to(set().union(*homes.values()))
    ticks: dict = defaultdict(list)
    for tick in rows.order_by("at"):
        ticks[tick.habit_id].append(tick)
    weeks: dict = defaultdict(dict)
    counted = HabitWeek.objects.filter(habit__in=habits).values_list(
        "habit", "monday", "point__value"
    )
    for habit, monday, value in counted:
        weeks[habit][monday] = int(value)
    return [HabitSeen(h, ticks[h.pk], weeks[h.pk], today, homes) for h in habits]


# --- the pages --------------------------------------------------------------------------------------


def of_day(user, day, school_class=None):
    """Return the habits that school ticks on `day`, of the children with whom `user` works, by class and
    name: a queryset."""
    rows = Habit.objects.visible_to(user, roles=READERS).live().ticked_at(Side.SCHOOL).with_plan()
    rows = rows.filter(days__contains=[day.isoweekday()], since__lte=day)
    if school_class:
        rows = rows.filter(goal__plan__student__school_class=school_class)
    return rows.select_related("goal__plan__student__school_class").order_by(
        "goal__plan__student__school_class__name", "goal__plan__student__sort_key", "since", "id"
    )


@dataclass(frozen=True)
class ChildSeen:
    """One child with its habits, as its family sees them."""

    student: Student
    habits: list


def of_family(user):
    """Return [ChildSeen] of the children of `user` with habits that are practised now, brothers and
    sisters beside each other."""
    rows = Habit.objects.of_family(user).live().with_plan()
    habits = list(rows.order_by("goal__plan__student__sort_key", "since", "id"))
    children = {habit.student.pk: habit.student for habit in habits}
    homes = homes_of(user, children.values()) if children else {}
    # a family may have children in schools of several zones
    by_day: dict = defaultdict(list)
    for habit in habits:
        by_day[habit.today()].append(habit)
    found = [row for day, rows in by_day.items() for row in seen(rows, day, homes=homes)]
    return [
        ChildSeen(child, [row for row in found if row.habit.student.pk == pk])
        for pk, child in children.items()
    ]


def check_ins_of(user):
    """Return the links by which a home of `user` answers for this whole week."""
    from .check_in import check_in_token

    rows = CheckIn.objects.visible_to(user).filter(
        revoked_at=None, closes_at__gt=timezone.now(), asked_at__lte=timezone.now()
    )
    found = [row for row in rows.select_related("school") if row.children_for(user)]
    return [reverse("counseling:check-in", args=[check_in_token(row.pk, user.pk)]) for row in found]


def home_of(user, student):
    """Return the Home for which `user` of the family ticks a child's days."""
    return min(homes_of(user, [student])[student.pk], key=str)


def is_family(user, student):
    """Whether `user` sees the child's plans as family."""
    return bool(sight.roles_for(user, student, "plans") & sight.FAMILY_ROLES)


def page_of_plan(plan):
    """Return where staff reads the plan."""
    return (
        first_address("counseling:plan-detail", args=[plan.pk]) or plan.student.get_absolute_url()
    )


def habit_rows():
    """Return the habits of a plan as a part of its own row: [{"id", "what", "ended"}]."""
    rows = Habit.objects.filter(goal__plan=OuterRef("pk")).order_by("ended_on", "since", "pk")
    return ArraySubquery(rows.values(found=JSONObject(id="pk", what="what", ended="ended_on")))
