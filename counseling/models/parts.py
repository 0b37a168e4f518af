"""What a plan is made of beside its goals: needs, people, steps, times, materials, what took place."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.people import sight
from homeschool.people.models.weekday import Weekday

from .plan import READERS, Plan


class PartQuerySet(sight.SightQuerySet):
    """Parts of plans; sight is the plan's. The family reads what of them a version shows."""

    student_path = "plan__student"

    def visible_to(self, user, roles=None, item=None):
        """Return the parts of plans on which `user` works.

        adviser: own classes · counselor: caseload · leader: division or school · everybody else,
        the family too (it reads versions): nothing.
        """
        return super().visible_to(user, READERS if roles is None else READERS & roles, item)


class Domain(models.TextChoices):
    """The fields of life in which a child may need something."""

    LEARNING = "learning", _("learning")
    ATTENDANCE = "attendance", _("coming to school")
    BEHAVIOUR = "behaviour", _("getting on with others")
    FEELINGS = "feelings", _("feelings")
    HEALTH = "health", _("health and sleep")
    FAMILY = "family", _("life at home")
    MONEY = "money", _("money and things")
    FUTURE = "future", _("what comes after school")


class PlanNeed(models.Model):
    """Why there is a plan: one need, how much it weighs, and the child's own words for it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="needs")
    domain = models.CharField(_("what it is about"), max_length=10, choices=Domain)
    # 1: a little ... 5: it stands in the way of everything else
    weight = models.PositiveSmallIntegerField(
        _("how much it weighs"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    words = models.TextField(_("in the child's own words"), max_length=1000, blank=True)
    need = models.ForeignKey("visits.Need", models.PROTECT, null=True, blank=True, related_name="+")
    # what was seen or counted of the child, as evidence
    observation = models.ForeignKey(
        "counseling.Observation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=5), name="a_need_weighs_one_to_five"
            )
        ]

    def __str__(self):
        return str(self.get_domain_display())


class Member(models.Model):
    """Somebody of the team around the child, with or without an account."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="team")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=255)
    part = models.CharField(_("what this person does"), max_length=200, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "user"], name="a_person_stands_once_in_a_team")
        ]

    def __str__(self):
        return self.name


class Task(models.Model):
    """Who does what by when: a step of the plan, once or every week."""

    class Side(models.TextChoices):
        STUDENT = "student", _("the child")
        GUARDIAN = "guardian", _("the family")
        TEACHER = "teacher", _("the school")
        VOLUNTEER = "volunteer", _("a volunteer")
        PARTNER = "partner", _("a partner of the school")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks")
    what = models.CharField(_("what"), max_length=300)
    side = models.CharField(_("who"), max_length=9, choices=Side)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner_name = models.CharField(_("name"), max_length=255, blank=True)
    due = models.DateField(_("by when"), null=True, blank=True)
    weekly = models.BooleanField(_("every week"), default=False)
    # the one thing that the family does at home this week
    at_home = models.BooleanField(
        _("show it to the family as the thing to do at home"), default=False
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="a_task_that_is_done_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(weekly=False) | Q(due=None, done_at=None),
                name="a_weekly_task_has_no_one_day",
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(at_home=True), name="one_thing_to_do_at_home"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "due"], condition=Q(done_at=None), name="tasks_open")
        ]

    def __str__(self):
        return self.what

    def state(self, today):
        """Return "done", "late", "weekly" or "open", as it stands on `today`."""
        if self.done_at:
            return "done"
        if self.weekly:
            return "weekly"
        return "late" if self.due and self.due < today else "open"

    def finish(self, *, by):
        """Record that it was done; the first time stands, a weekly one is never over."""
        with transaction.atomic():
            plan = self.plan.locked()
            done = Task.objects.filter(pk=self.pk, done_at=None, weekly=False)
            if done.update(done_at=timezone.now(), done_by=by):
                plan.touch("task.done", by, task=self.pk)
        self.refresh_from_db()


class Slot(models.Model):
    """When and where in the week the help takes place."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    place = models.CharField(_("where"), max_length=200, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["weekday", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7, minutes__gte=1, minutes__lte=600),
                name="a_slot_lies_within_a_week",
            )
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts:%H:%M}"


class Material(models.Model):
    """A book or another thing that is worked with, and its pages."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="materials")
    title = models.CharField(_("book or material"), max_length=200)
    pages = models.CharField(_("pages"), max_length=60, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return self.title


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class WeekCount(models.Model):
    """How much of the help was planned in a week, took place, and was attended.

    `monday` is the week's first day. Where the plan prescribes a programme its sessions count by
    themselves (`feeding`); whoever counts `by_hand` corrects them: these numbers stand, and those of
    the sessions are kept beside them. What a week said before is kept as events.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="weeks")
    monday = models.DateField()
    planned = models.PositiveSmallIntegerField(_("planned"))
    held = models.PositiveSmallIntegerField(_("held"))
    attended = models.PositiveSmallIntegerField(_("attended"))
    by_hand = models.BooleanField(default=True, editable=False)
    # what the sessions say; nothing where no programme was prescribed
    session_planned = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    session_held = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    session_attended = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["monday"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "monday"], name="a_week_is_counted_once"),
            models.CheckConstraint(
                condition=Q(attended__lte=F("held")), name="nobody_attends_what_was_not_held"
            ),
            models.CheckConstraint(
                condition=Q(monday__iso_week_day=1), name="a_week_begins_on_monday"
            ),
            models.CheckConstraint(
                condition=Q(by_hand=True) | Q(session_planned__isnull=False),
                name="a_week_not_counted_by_hand_is_counted_by_sessions",
            ),
        ]

    def __str__(self):
        return f"{self.monday} {self.attended}/{self.held}/{self.planned}"

    @property
    def says_otherwise(self):
        """Whether the sessions say something else than what was counted by hand."""
        heard = (self.session_planned, self.session_held, self.session_attended)
        return self.by_hand and None not in heard and heard != self.numbers

    @property
    def numbers(self):
        """(planned, held, attended) as they stand."""
        return self.planned, self.held, self.attended

    def hear(self, counts):
        """Take what the sessions say, {planned, held, attended} or None; returns whether anything is
        different. Numbers written by hand stay. The row is not saved."""
        heard = {f"session_{name}": n for name, n in (counts or {}).items()} or {
            "session_planned": None, "session_held": None, "session_attended": None,
        }  # fmt: skip
        values = heard if self.by_hand or counts is None else heard | counts
        if all(getattr(self, name) == n for name, n in values.items()):
            return False
        for name, n in values.items():
            setattr(self, name, n)
        if not self.by_hand:
            self.by, self.at = None, timezone.now()
        return True

    def let_sessions_count(self, *, by):
        """Take back what was counted by hand: the sessions' numbers stand again. Where they say nothing,
        or nothing was counted by hand, nothing happens. Raises NotThatState for a closed plan."""
        with transaction.atomic():
            plan = self.plan.locked()
            row = plan.weeks.get(pk=self.pk)
            if row.by_hand and row.session_planned is not None:
                row.by_hand = False
                for name in ("planned", "held", "attended"):
                    setattr(row, name, getattr(row, f"session_{name}"))
                row.by, row.at = by, timezone.now()
                row.save()
                plan.record("plan.week_counted", by, monday=row.monday.isoformat())
        self.refresh_from_db()
