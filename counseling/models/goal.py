"""What a child wants to reach: a line from where it stood to where it goes, and what was measured."""

import uuid
from decimal import Decimal

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counseling import rules

from .parts import PartQuerySet
from .plan import Plan


class NotAPoint(ValueError):
    """What was measured cannot be: `reason` is "future", "outside", "before" or "replaced"."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


@pghistory.track()
class Goal(models.Model):
    """One goal of a plan, as it is measured: how, from what, to what, by when.

    Down is good where the target lies below the baseline (absences). `step` is the smallest change
    that the measure shows; `least` and `most` bound it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="goals")
    place = models.PositiveSmallIntegerField(default=0)
    statement = models.CharField(_("the goal, in one sentence"), max_length=300)
    matters = models.CharField(_("why it matters to the child"), max_length=300, blank=True)
    measure = models.CharField(_("what is counted"), max_length=120)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    baseline = models.DecimalField(_("where it stands"), max_digits=9, decimal_places=2)
    baseline_on = models.DateField(_("measured on"))
    target = models.DecimalField(_("where it goes"), max_digits=9, decimal_places=2)
    target_on = models.DateField(_("by"))
    least = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal(0))
    most = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    step = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target_on__gt=F("baseline_on")),
                name="a_target_comes_after_its_baseline",
            ),
            models.CheckConstraint(
                condition=~Q(target=F("baseline")), name="a_target_is_not_the_baseline"
            ),
            models.CheckConstraint(condition=Q(step__gt=0), name="a_measure_has_a_step"),
            models.CheckConstraint(
                condition=Q(baseline__gte=F("least"), target__gte=F("least"))
                & (Q(most=None) | Q(baseline__lte=F("most"), target__lte=F("most"))),
                name="a_goal_lies_within_its_measure",
            ),
        ]

    def __str__(self):
        return self.statement

    @property
    def aim(self):
        """The line from the baseline to the target."""
        return rules.Aim(self.baseline_on, self.baseline, self.target_on, self.target)

    def change(self, *, by, edits, **values):
        """Write these columns, by somebody who read the plan at `edits`. Raises Stale, NotThatState."""
        with transaction.atomic():
            plan = self.plan.locked(edits)
            stands = Goal.objects.get(pk=self.pk)
            changed = sorted(n for n, value in values.items() if getattr(stands, n) != value)
            if changed:
                Goal.objects.filter(pk=self.pk).update(**{n: values[n] for n in changed})
                plan.touch("goal.changed", by, goal=str(self.pk), fields=changed)
        self.refresh_from_db()

    def end(self, *, by):
        """Follow it no more: it stays in the plan as it is; ended before, nothing happens."""
        with transaction.atomic():
            plan = self.plan.locked()
            if Goal.objects.filter(pk=self.pk, ended_at=None).update(ended_at=timezone.now()):
                plan.touch("goal.ended", by, goal=str(self.pk))
        self.refresh_from_db()

    def measured(
        self, value, on, *, by, source, words="", today, supersedes=None, check_in=None, session=None
    ):  # fmt: skip
        """Write down that `value` was measured on the day `on`, and return the Point.

        `supersedes` is the point that it corrects, `check_in` by which a home answered, `session` in
        which it was measured; a correction stays of the home and the session whose number it corrects.
        Raises NotAPoint for a day after `today` or before
        the baseline, for a value outside of the measure, and for a point that was corrected already;
        NotThatState for a closed plan.
        """
        if on > today:
            raise NotAPoint("future")
        if on < self.baseline_on:
            raise NotAPoint("before")
        if value < self.least or (self.most is not None and value > self.most):
            raise NotAPoint("outside")
        with transaction.atomic():
            plan = self.plan.locked()
            if supersedes and Point.objects.filter(supersedes=supersedes).exists():
                raise NotAPoint("replaced")
            point = self.points.create(
                value=value, on=on, by=by, source=source, words=words, supersedes=supersedes,
                check_in_id=check_in.pk if check_in else supersedes and supersedes.check_in_id,
                session_id=session.pk if session else supersedes and supersedes.session_id,
            )  # fmt: skip
            plan.record("point.measured", by, goal=str(self.pk), source=source)
            return point


class PointQuerySet(PartQuerySet):
    student_path = "goal__plan__student"

    def standing(self):
        """Return those that were not corrected."""
        return self.filter(~Exists(Point.objects.filter(supersedes=OuterRef("pk"))))

    def shown_to(self, user):
        """Return what `user` of the family may read: all but the numbers that another home answered."""
        from .check_in import CheckIn

        asked = CheckIn.objects.visible_to(user)
        return self.filter(Q(check_in=None) | Q(check_in__in=asked.values("pk")))


class Point(models.Model):
    """What was measured on a day, by whom; it never changes: a correction is a point in its place."""

    class Source(models.TextChoices):
        STAFF = "staff", _("by the school")
        FAMILY = "family", _("by the family")
        CHILD = "child", _("by the child")
        SESSION = "session", _("from a session")
        HABIT = "habit", _("from the week's ticks")
        IMPORTED = "imported", _("imported")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="points")
    on = models.DateField()
    value = models.DecimalField(max_digits=9, decimal_places=2)
    words = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=8, choices=Source)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # where a home answered with it: no other home of the child reads it
    check_in = models.ForeignKey(
        "counseling.CheckIn", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # the session after school in which it was measured
    session = models.ForeignKey(
        "counseling.Session", models.PROTECT, null=True, blank=True, related_name="+"
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    objects = PointQuerySet.as_manager()

    class Meta:
        ordering = ["on", "at"]
        indexes = [models.Index(fields=["goal", "on"], name="points_of_a_goal")]
        triggers = [
            pgtrigger.Protect(
                name="a_point_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.on} {self.value}"


class Phase(models.Model):
    """A change of the plan: from the day `on` the help was another one. Rules look at the last phase."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="phases")
    on = models.DateField(_("from"))
    words = models.CharField(_("what is different now"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "on"], name="a_phase_begins_on_a_day")
        ]

    def __str__(self):
        return self.words
