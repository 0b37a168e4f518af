"""Habits that home and school practise together: what, on which days, and what both sides tick.

A week's ticks become one point of the habit's goal, a share in percent. What nobody ticked is not
known, and is no failure: docs/decisions/0025-habits.md.
"""

import contextlib
import datetime as dt
import uuid
from collections import defaultdict
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, hours
from homeschool.people import sight
from visits.models.home import HomeQuerySet, OfAHome

from .goal import Goal, NotAPoint, Point
from .parts import PartQuerySet
from .plan import ITEM, Plan
from .shares import (
    KEPT as KEPT,  # for who counts the weeks that were kept
    WEEK,
    Side,
    State,
    in_percent,
    monday_of,
    said_of,
    sunday_of,
    week_share,
)

AT_ONCE = 500  # weeks of habits that are counted in one go


class NotATick(ValueError):
    """What was ticked cannot be: `reason` is "future", "outside", "side" or "over"."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


# --- rows -----------------------------------------------------------------------------------------------


class HabitQuerySet(PartQuerySet):
    student_path = "goal__plan__student"

    def visible_to(self, user, roles=None, item=ITEM):
        """Return the habits that `user` may see.

        adviser: own classes · counselor: caseload · leader: division or school · guardian and grown
        student: their own, once the plan was shown to the family, for what was granted · everybody
        else: nothing.
        """
        staff = super().visible_to(user, roles)
        if roles is not None and not roles & sight.FAMILY_ROLES:
            return staff
        return staff | self.of_family(user, item)

    def of_family(self, user, item=ITEM):
        """Return those that `user` sees as family."""
        found = sight.within(user, self.student_path, sight.FAMILY_ROLES, item)
        return self.none() if found is None else self.filter(found).shown()

    def shown(self):
        """Return those that were in the plan when it was published to the family last."""
        return self.filter(made_at__lte=F("goal__plan__published_at"))

    def live(self):
        """Return those that are practised now: neither the habit nor its goal ended, the plan at work."""
        return self.filter(ended_on=None, goal__ended_at=None, goal__plan__state__in=Plan.AT_WORK)

    def ticked_at(self, side):
        """Return those that this side ticks."""
        return self.filter(side__in=[side, Habit.Sides.BOTH])

    def with_plan(self):
        """Fetch goal, plan, child and school with each."""
        return self.select_related("goal__plan__student", "goal__plan__school")


class HabitManager(models.Manager.from_queryset(HabitQuerySet)):
    def begin(self, plan, *, by, what, side, days, baseline, target, today):
        """Begin a habit of a plan from `today` on, with the goal that it serves; return it.

        `baseline` and `target` are percent of the week. Raises NotThatState for a closed plan,
        ValueError for a plan that ends today or for a target that is not above the baseline.
        """
        if plan.ends <= today or target <= baseline:
            raise ValueError("a habit leads from less to more, in the days to come")
        with transaction.atomic():
            stands = plan.locked()
            goal = Goal.objects.create(
                plan=stands, statement=what, measure=str(_("of the week")), unit="%",
                baseline=baseline, baseline_on=today, target=target, target_on=stands.ends,
                most=Decimal(100), place=stands.goals.count(),
            )  # fmt: skip
            habit = self.create(
                goal=goal, what=what, side=side, days=sorted(days), since=today, made_by=by
            )
            stands.touch("habit.begun", by, habit=str(habit.pk))
        return habit


class Habit(models.Model):
    """Something that a child practises on certain days, and that home, school or both tick.

    Its goal is measured by the week's share in percent. What it is does not change while it is
    ticked: another habit is another row.
    """

    class Sides(models.TextChoices):
        BOTH = "both", _("home and school")
        HOME = "home", _("home")
        SCHOOL = "school", _("school")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.OneToOneField(Goal, models.PROTECT, related_name="habit")
    what = models.CharField(_("the habit"), max_length=120)
    side = models.CharField(_("who ticks"), max_length=6, choices=Sides, default=Sides.BOTH)
    # ISO weekdays, 1 is Monday
    days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("days"))
    since = models.DateField()
    ended_on = models.DateField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = HabitManager()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(days__len__gt=0, days__contained_by=[1, 2, 3, 4, 5, 6, 7]),
                name="a_habit_has_days_of_the_week",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None)
                | Q(ended_on__isnull=False, ended_by__isnull=False),
                name="a_habit_that_ended_says_by_whom",
            ),
        ]

    def __str__(self):
        return self.what

    @property
    def plan(self):
        return self.goal.plan

    @property
    def student(self):
        return self.goal.plan.student

    @property
    def sides(self):
        """The sides that tick it."""
        return list(Side) if self.side == self.Sides.BOTH else [Side(self.side)]

    @property
    def is_live(self):
        """Whether it is practised now."""
        return self.ended_on is None and self.goal.ended_at is None and self.plan.is_at_work

    def today(self):
        """Return the day at the child's school."""
        return timezone.localdate(timezone=hours.zone_of(self.plan.school.time_zone))

    def days_of(self, monday):
        """Return the days of the week of `monday` on which it is practised."""
        week = (monday + dt.timedelta(days=n - 1) for n in self.days)
        last = self.ended_on or dt.date.max
        return [day for day in week if self.since <= day <= last]

    def open_days(self, today):
        """Return the days that may be ticked on `today`: those of this week and the one before, without
        the days to come."""
        this = monday_of(today)
        return [day for day in self.days_of(this - WEEK) + self.days_of(this) if day <= today]

    # --- verbs ----------------------------------------------------------------------------------
    def tick(self, states, *, by, side, today, via, home=None, whole_week=False):
        """Keep how days went, {day: State}, as one side says it; returns how many days changed.

        `home` is whose words they are, for the side of home. Said the same again, nothing happens; said
        otherwise, it is a correction. `whole_week` marks what was said of the week at once. Raises
        NotATick for a day to come, for one that is none of `open_days`, for a side that does not tick,
        and for a habit that is over; NotThatState for a closed plan.
        """
        self._refuse(states, side, today)
        with transaction.atomic():
            plan = self.plan.locked()
            before = self._before(side, home, states)
            changed = {
                day: state
                for day, state in states.items()
                if day not in before or before[day].state != state
            }
            Tick.objects.bulk_create(
                Tick(
                    habit=self, day=day, side=side, state=state, by=by, via=via,
                    whole_week=whole_week, supersedes=before.get(day), at=timezone.now(),
                    household_id=home and home.household, person_id=home and home.person,
                )
                for day, state in sorted(changed.items())
            )  # fmt: skip
            if changed:
                days = [day.isoformat() for day in sorted(changed)]
                plan.record("habit.ticked", by, habit=str(self.pk), side=str(side), days=days)
                for monday in sorted({monday_of(day) for day in changed}):
                    self._count_again(monday, today)
        return len(changed)

    def _refuse(self, states, side, today):
        if not self.is_live:
            raise NotATick("over")
        if side not in self.sides:
            raise NotATick("side")
        if any(day > today for day in states):
            raise NotATick("future")
        if set(states) - set(self.open_days(today)):
            raise NotATick("outside")

    def _before(self, side, home, days):
        """Return {day: the Tick that stands} of this side and home."""
        mine = self.ticks.standing().filter(side=side, day__in=list(days))
        if side == Side.HOME:
            mine = mine.of([home])
        return {tick.day: tick for tick in mine}

    def end(self, *, by, today):
        """Let it be practised no more from tomorrow on; ended before, nothing happens."""
        with transaction.atomic():
            plan = self.plan.locked()
            ended = Habit.objects.filter(pk=self.pk, ended_on=None)
            if ended.update(ended_on=max(today, self.since), ended_by=by):
                plan.touch("habit.ended", by, habit=str(self.pk))
        self.refresh_from_db()

    def takes(self, monday, share):
        """Whether the goal takes this share of that week: not one before the baseline, or outside of
        what it measures now."""
        goal, value = self.goal, in_percent(share)
        fits = goal.least <= value and (goal.most is None or value <= goal.most)
        return fits and sunday_of(monday) >= goal.baseline_on

    def point_of(self, monday, share):
        """Return the point (unsaved) that a week becomes."""
        return Point(
            goal=self.goal, on=sunday_of(monday), value=in_percent(share), source=Point.Source.HABIT
        )

    def _count_again(self, monday, today):
        """Let what was ticked late correct the point of a week that was counted; the plan is locked. What
        a person corrected meanwhile stands."""
        week = HabitWeek.objects.filter(habit=self, monday=monday).select_related("point").first()
        ticks = self.ticks.standing().in_week(monday)
        share = week_share(self.days_of(monday), said_of(ticks, self.plan.school))
        if week is None or share is None or week.point.value == in_percent(share):
            return
        with contextlib.suppress(NotAPoint):
            week.point = self.goal.measured(
                in_percent(share), week.point.on, by=None, source=Point.Source.HABIT, today=today,
                supersedes=week.point,
            )  # fmt: skip
            week.save(update_fields=["point"])


class TickQuerySet(PartQuerySet, HomeQuerySet):
    student_path = "habit__goal__plan__student"

    def standing(self):
        """Return those that were not corrected."""
        return self.filter(~Exists(Tick.objects.filter(supersedes=OuterRef("pk"))))

    def in_week(self, monday):
        """Return those of the days of this week."""
        return self.filter(day__gte=monday, day__lt=monday + WEEK)

    def shown_to(self, homes):
        """Return what these homes may read: the school's ticks, and their own."""
        return self.filter(side=Side.SCHOOL) | self.filter(side=Side.HOME).of(homes)


class Tick(OfAHome):
    """How one day of a habit went, as one side says it; it never changes: a correction is another row.

    A day at home belongs to one home: two homes of a child never read each other's ticks.
    """

    class Via(models.TextChoices):
        PAGE = "page", _("on a page of the portal")
        LINK = "link", _("by the link of a letter")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    habit = models.ForeignKey(Habit, models.PROTECT, related_name="ticks")
    day = models.DateField()
    side = models.CharField(max_length=6, choices=Side)
    state = models.CharField(max_length=6, choices=State)
    whole_week = models.BooleanField(default=False)
    via = models.CharField(max_length=4, choices=Via)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    objects = TickQuerySet.as_manager()

    class Meta:
        ordering = ["day", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["habit", "day", "side", "household", "person"],
                condition=Q(supersedes=None),
                nulls_distinct=False,
                name="a_day_is_ticked_once_by_a_side",
            ),
            models.CheckConstraint(
                condition=Q(side="school", household=None, person=None)
                | Q(side="home", household=None, person__isnull=False)
                | Q(side="home", household__isnull=False, person=None),
                name="a_tick_at_home_is_of_one_home",
            ),
        ]
        indexes = [models.Index(fields=["habit", "day"], name="ticks_of_a_habit")]
        triggers = [
            pgtrigger.Protect(
                name="a_tick_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.day} {self.side} {self.state}"


class HabitWeek(models.Model):
    """A week of a habit that was counted, and the point that it became."""

    habit = models.ForeignKey(Habit, models.PROTECT, related_name="weeks")
    monday = models.DateField()
    point = models.OneToOneField(Point, models.PROTECT, related_name="+")

    class Objects(PartQuerySet):
        student_path = "habit__goal__plan__student"

    objects = Objects.as_manager()

    class Meta:
        ordering = ["monday"]
        constraints = [
            models.UniqueConstraint(
                fields=["habit", "monday"], name="a_week_of_a_habit_is_counted_once"
            ),
            models.CheckConstraint(
                condition=Q(monday__iso_week_day=1), name="a_week_of_a_habit_begins_on_monday"
            ),
        ]

    def __str__(self):
        return f"{self.monday}"


def count_weeks(school, today):
    """Count the finished weeks of a school's habits that have ticks and no point yet; returns how many.

    Run twice it counts once; after days away it catches up. A habit that ended last week is counted.
    """
    weeks = HabitWeek.objects.filter(habit=OuterRef("habit"), monday=OuterRef("monday"))
    ticked = (
        Tick.objects.filter(habit__goal__plan__school=school, day__lt=monday_of(today))
        .filter(habit__goal__plan__state__in=Plan.AT_WORK)
        .annotate(monday=models.functions.TruncWeek("day", output_field=models.DateField()))
        .filter(~Exists(weeks))
    )
    found = sorted(set(ticked.values_list("habit", "monday")))
    return sum(_count_many(found[n : n + AT_ONCE], school) for n in range(0, len(found), AT_ONCE))


@transaction.atomic
def _count_many(found, school):
    """Let these [(habit id, monday)] each become a point, where somebody said something of that week;
    return how many did (eight queries, however many)."""
    habits = Habit.objects.with_plan().in_bulk({pk for pk, _monday in found})
    plans = Plan.objects.select_for_update(of=("self",)).at_work()
    plans = plans.filter(pk__in={habit.plan.pk for habit in habits.values()}).order_by("pk")
    at_work = {plan.pk for plan in plans}
    there = set(HabitWeek.objects.filter(habit__in=habits).values_list("habit", "monday"))
    ticks: dict = defaultdict(list)
    first = min(monday for _pk, monday in found)
    for tick in Tick.objects.standing().filter(habit__in=habits, day__gte=first):
        ticks[tick.habit_id, monday_of(tick.day)].append(tick)
    weeks = []
    for pk, monday in found:
        habit = habits[pk]
        if habit.plan.pk not in at_work or (pk, monday) in there:
            continue
        share = week_share(habit.days_of(monday), said_of(ticks[pk, monday], school))
        if share is not None and habit.takes(monday, share):
            weeks.append(HabitWeek(habit=habit, monday=monday, point=habit.point_of(monday, share)))
    Point.objects.bulk_create(week.point for week in weeks)
    HabitWeek.objects.bulk_create(weeks)
    Entry.objects.bulk_create(_entry(week, school) for week in weeks)
    return len(weeks)


def _entry(week, school):
    """Return what `Goal.measured` writes down."""
    plan, goal = week.habit.plan, week.habit.goal
    return Entry(
        kind=Entry.Kind.CHANGED, verb="point.measured", student=plan.student, school=school,
        about_type=plan._meta.label_lower, about_id=str(plan.pk),
        data={"goal": str(goal.pk), "source": Point.Source.HABIT},
    )  # fmt: skip
