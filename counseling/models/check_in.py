"""The weekly check-in: one home and one week, answered by the link of a letter without an account.

The link is signed and nothing of it is kept, so there is nothing at rest to be stolen; whether its
person may still answer for the children is asked each time it is opened and sent.
"""

import datetime as dt
import uuid
from collections import defaultdict

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice, hours
from homeschool.journal.models.clock import announce
from homeschool.people import sight
from homeschool.people.models import Household, School, Student, User
from visits.models.home import Home, HomeQuerySet, OfAHome, homes_of, one_home

from .goal import Goal, Point
from .habit import Habit, NotATick, Tick
from .parts import PartQuerySet
from .plan import ITEM, NotThatState, Plan
from .shares import WEEK, Side

KIND = "plan.check_in"


class Over(ValueError):
    """The week is over, the check-in was taken back, or it is not this person's to answer."""


class QuestionQuerySet(PartQuerySet):
    student_path = "goal__plan__student"

    def live(self):
        """Return those that are asked now: they were there when the plan was published last."""
        return self.filter(
            ended_at=None, goal__ended_at=None, goal__plan__state__in=Plan.AT_WORK,
            made_at__lte=F("goal__plan__published_at"),
        )  # fmt: skip

    def begun(self, today):
        """Return those whose goals have begun: before, nothing is measured."""
        return self.filter(goal__baseline_on__lte=today)


class QuestionManager(models.Manager.from_queryset(QuestionQuerySet)):
    def begin(self, goal, words, *, by):
        """Ask the family every week how far a goal is, in these words; asked before, the words change.

        Raises NotThatState for a closed plan, ValueError for the goal of a habit, which is ticked.
        """
        if Habit.objects.filter(goal=goal).exists():
            raise ValueError("a habit is ticked, not asked for")
        with transaction.atomic():
            plan = goal.plan.locked()
            values = {"words": words, "made_by": by, "made_at": timezone.now(), "ended_at": None}
            question, _new = self.update_or_create(goal=goal, defaults=values)
            plan.touch("question.begun", by, goal=str(goal.pk))
        return question


class WeeklyQuestion(models.Model):
    """What the family is asked about a goal every week: one number, a point of the goal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.OneToOneField(Goal, models.PROTECT, related_name="question")
    words = models.CharField(_("what the family is asked"), max_length=160)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = QuestionManager()

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self):
        return self.words

    def end(self, *, by):
        """Ask no more; ended before, nothing happens."""
        with transaction.atomic():
            plan = self.goal.plan.locked()
            if WeeklyQuestion.objects.filter(pk=self.pk, ended_at=None).update(
                ended_at=timezone.now()
            ):
                plan.touch("question.ended", by, goal=str(self.goal_id))
        self.refresh_from_db()


class CheckInQuerySet(HomeQuerySet):
    def visible_to(self, user):
        """Return the check-ins of homes that `user` belongs to; staff reads the ticks, and not who of
        a family was asked."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        houses = Household.objects.filter(Q(guardians=user.pk) | Q(students__user=user.pk))
        return self.filter(Q(person=user.pk) | Q(household__in=houses.values("pk")))


class CheckInManager(models.Manager.from_queryset(CheckInQuerySet)):
    def ask(self, school, monday):
        """Ask each home of a school how the week of `monday` went; returns how many homes are asked.

        Asked again, and at once with itself, each home is asked once.
        """
        homes = homes_to_ask(school)
        closes_at = end_of(monday, school)
        with transaction.atomic():
            self.bulk_create(
                (
                    CheckIn(
                        school=school, monday=monday, closes_at=closes_at,
                        household_id=home.household, person_id=home.person,
                    )
                    for home in sorted(homes, key=str)
                ),
                ignore_conflicts=True,
            )  # fmt: skip
            asked = self.filter(school=school, monday=monday, revoked_at=None, answered_at=None)
            self._tell(school, asked.of(homes))
        return len(homes)

    def _tell(self, school, asked):
        """Tell all homes at once: what `Notice.post` does for one."""
        Notice.objects.bulk_create(
            (
                Notice(
                    school=school, kind=KIND, about_type=CheckIn._meta.label_lower,
                    about_id=str(row.pk), dedupe_key=str(row.pk),
                )
                for row in asked
            ),
            ignore_conflicts=True,
        )  # fmt: skip
        announce()


class CheckIn(OfAHome):
    """One home that is asked about one week of its children at one school."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    monday = models.DateField()
    asked_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CheckInManager()

    class Meta:
        ordering = ["-monday", "id"]
        constraints = [
            one_home("a_check_in_is_of_one_home"),
            models.UniqueConstraint(
                fields=["school", "monday", "household", "person"],
                nulls_distinct=False,
                name="a_home_is_asked_once_a_week",
            ),
            models.CheckConstraint(
                condition=Q(monday__iso_week_day=1), name="a_check_in_is_of_a_week"
            ),
        ]

    def __str__(self):
        return f"{self.monday}"

    @property
    def today(self):
        """The day at the school."""
        return timezone.localdate(timezone=hours.zone_of(self.school.time_zone))

    def is_alive(self):
        """Whether it may be answered, or its answer changed, at this moment."""
        return self.revoked_at is None and timezone.now() < self.closes_at

    def receivers(self):
        """Return the rows of Sight of those who are asked: of this home, who may receive letters about
        one of the children today, and answer for it in this home (`children_for`)."""
        home = CheckIn.objects.filter(pk=self.pk).members()
        children = asked_about(self.school)
        if self.household_id:
            children = children.filter(households=self.household_id)
        rows = sight.receivers(children.values("pk"), ITEM).filter(user__in=home)
        people = User.objects.filter(pk__in=rows.values("user"))
        return rows.filter(user__in=[user.pk for user in people if self.children_for(user)])

    def children_for(self, user):
        """Return the children whom `user` answers for in this home, in order (three queries)."""
        seen = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
        seen = list(seen.filter(pk__in=asked_about(self.school).values("pk")))
        told = sight.receivers([child.pk for child in seen], ITEM).filter(user=user.pk)
        told = set(told.values_list("student", flat=True))
        homes = homes_of(user, seen)
        return [c for c in seen if self.home in homes[c.pk] and c.pk in told]

    def habits(self, children):
        """Return the habits of these children that are practised at home, with goal and plan."""
        rows = Habit.objects.live().shown().ticked_at(Side.HOME).with_plan()
        return list(rows.filter(goal__plan__student__in=children))

    def questions(self, children):
        """Return the questions about these children's goals, with goal and plan."""
        rows = WeeklyQuestion.objects.live().begun(self.today)
        rows = rows.filter(goal__plan__student__in=children)
        return list(rows.select_related("goal__plan__student", "goal__plan__school"))

    def answers(self, questions):
        """Return {goal id: the Point} that this home gave to these questions by this check-in."""
        given = Point.objects.standing().filter(
            goal__in=[question.goal_id for question in questions], source=Point.Source.FAMILY,
            check_in=self.pk,
        )  # fmt: skip
        return {point.goal_id: point for point in given.order_by("at")}

    def answer(self, *, by, ticks=(), weeks=(), numbers=()):
        """Keep what a home says of its week; returns how many days and numbers changed.

        `ticks` is {habit id: {day: State}}, `weeks` {habit id: State} for the days of a habit that
        `ticks` does not name, `numbers` {goal id: Decimal}. What is not of this home's children is left
        out. Sent twice it is once; said otherwise, it is a correction. Raises Over; NotATick and NotAPoint
        for days and numbers that cannot be, and then nothing is kept.
        """
        with transaction.atomic():
            stands = CheckIn.objects.select_for_update(of=("self",)).get(pk=self.pk)
            children = stands.children_for(by)
            if not children or not stands.is_alive():
                raise Over
            try:
                changed = self._tick(self.habits(children), dict(ticks), dict(weeks), by)
                changed += self._measure(self.questions(children), dict(numbers), by)
            except NotThatState as closed:  # the plan was closed a moment ago
                raise Over from closed
            now = timezone.now()
            if changed or stands.answered_at is None:
                CheckIn.objects.filter(pk=self.pk).update(answered_at=now, answered_by=by)
                Entry.record("check_in.answered", self, by=by, school=self.school)
        self.refresh_from_db()
        return changed

    def _tick(self, habits, ticks, weeks, by):
        """Write the ticks, plan by plan in one order, so that two at once do not wait in a circle."""
        changed, today = 0, self.today
        for habit in sorted(habits, key=lambda habit: (habit.plan.pk, habit.pk)):
            said, week = ticks.get(habit.pk, {}), weeks.get(habit.pk)
            if not all(self.monday <= day < self.monday + WEEK for day in said):
                raise NotATick("outside")
            how = {"by": by, "side": Side.HOME, "home": self.home, "today": today}
            if week:
                rest = [d for d in habit.days_of(self.monday) if d <= today and d not in said]
                all_days = dict.fromkeys(rest, week)
                changed += habit.tick(all_days, via=Tick.Via.LINK, whole_week=True, **how)
            if said:
                changed += habit.tick(said, via=Tick.Via.LINK, **how)
        return changed

    def _measure(self, questions, numbers, by):
        changed, given = 0, self.answers(questions)
        for question in sorted(questions, key=lambda row: (row.goal.plan_id, row.pk)):
            value, before = numbers.get(question.goal_id), given.get(question.goal_id)
            if value is None or (before and before.value == value):
                continue
            question.goal.measured(
                value, self.today, by=by, source=Point.Source.FAMILY, today=self.today,
                supersedes=before, check_in=self,
            )  # fmt: skip
            changed += 1
        return changed

    def revoke(self, *, by):
        """Take it back: its links are dead. Taken back before, nothing happens."""
        with transaction.atomic():
            if CheckIn.objects.filter(pk=self.pk, revoked_at=None).update(
                revoked_at=timezone.now()
            ):
                Notice.objects.about(self).cancel()
                Entry.record("check_in.taken_back", self, by=by, school=self.school)
        self.refresh_from_db()


def end_of(monday, school):
    """Return the moment at which a week ends by the clock of the school."""
    return dt.datetime.combine(monday + WEEK, dt.time(), hours.zone_of(school.time_zone))


def asked_about(school):
    """Return the children of a school about whom their homes are asked."""
    habits = Habit.objects.live().shown().ticked_at(Side.HOME)
    plans = Q(pk__in=habits.values("goal__plan__student"))
    today = timezone.localdate(timezone=hours.zone_of(school.time_zone))
    questions = WeeklyQuestion.objects.live().begun(today)
    plans |= Q(pk__in=questions.values("goal__plan__student"))
    return Student.objects.active().filter(plans, school=school)


def homes_to_ask(school):
    """Return the set of homes of those who receive letters about these children (three queries).

    Whose home is whose is what `homes_of` says for one person, here for all at once.
    """
    children = {child.pk: child for child in asked_about(school)}
    pairs = sight.receivers(list(children), ITEM).values_list("user", "student").distinct()
    ties = Household.students.through.objects.filter(student__in=children)
    lives: dict = defaultdict(set)
    for household, child in ties.values_list("household", "student"):
        lives[child].add(household)
    rows = Household.guardians.through.objects.filter(
        household__in={house for houses in lives.values() for house in houses}
    )
    keeps: dict = defaultdict(set)
    for household, user in rows.values_list("household", "user"):
        keeps[user].add(household)
    found: set = set()
    for user, child in pairs:
        itself = children[child].user_id == user
        houses = lives[child] if itself else lives[child] & keeps[user]
        alone = not houses or (itself and len(houses) > 1)
        found |= {Home(person=user)} if alone else {Home(household=house) for house in houses}
    return found
