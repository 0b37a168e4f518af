"""What a plan prescribes: a programme, so many times a week, so many minutes, between two days."""

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.people.models.school import DateRange

from .feeding import feed_all
from .goal import Goal
from .parts import PartQuerySet
from .plan import Plan
from .programme import Programme

ONCE = "a_programme_is_prescribed_once_at_a_time"


class PrescribedTwice(Exception):
    """The plan prescribes the same programme on some of these days already."""


class PrescriptionQuerySet(PartQuerySet):
    def counting(self):
        """Return those that were not taken back as a mistake."""
        return self.filter(dropped_at=None)


class PrescriptionManager(models.Manager.from_queryset(PrescriptionQuerySet)):
    def prescribe(self, plan, *, by, edits=None, **values):
        """Write a new one into the plan and count its weeks so far; return it.

        Raises PrescribedTwice, Stale where somebody changed the plan since it was read at `edits`,
        NotThatState for a closed plan.
        """

        def work():
            stands = plan.locked(edits)
            row = self.create(plan=stands, made_by=by, **values)
            stands.touch("prescription.made", by, prescription=str(row.pk))
            feed_all(stands)
            return row

        return _once(work)


@pghistory.track()
class Prescription(models.Model):
    """How much help a plan asks for. What it said before is kept as events; it ends with `until`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="prescriptions")
    # the goal that it serves; none is the whole plan
    goal = models.ForeignKey(
        Goal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("for which goal"),
    )
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    times = models.PositiveSmallIntegerField(
        _("times a week"), validators=[MinValueValidator(1), MaxValueValidator(14)]
    )
    minutes = models.PositiveSmallIntegerField(
        _("minutes each time"), validators=[MinValueValidator(5), MaxValueValidator(600)]
    )
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    # written by mistake: it counts nothing, and stays readable
    dropped_at = models.DateTimeField(null=True, blank=True, editable=False)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PrescriptionManager()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="a_prescription_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(times__gte=1, times__lte=14, minutes__gte=5, minutes__lte=600),
                name="a_prescription_lies_within_a_week",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_by=None)
                | Q(dropped_at__isnull=False, dropped_by__isnull=False),
                name="a_dropped_prescription_says_by_whom",
            ),
            ExclusionConstraint(
                name=ONCE,
                expressions=[
                    ("plan", RangeOperators.EQUAL),
                    ("programme", RangeOperators.EQUAL),
                    (DateRange("since", F("until") + 1), RangeOperators.OVERLAPS),
                ],
                condition=Q(dropped_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme", "since"],
                condition=Q(dropped_at=None),
                name="prescriptions_of_a_programme",
            )
        ]

    def __str__(self):
        return f"{self.programme_id} {self.times} x {self.minutes}"

    def change(self, *, by, edits=None, **values):
        """Write these columns and count the weeks anew. Raises PrescribedTwice, Stale, NotThatState."""

        def work():
            plan = self.plan.locked(edits)
            stands = plan.prescriptions.get(pk=self.pk)
            fields = sorted(n for n, value in values.items() if getattr(stands, n) != value)
            for name in fields:
                setattr(stands, name, values[name])
            if fields:
                stands.save(update_fields=fields)
                plan.touch("prescription.changed", by, prescription=str(self.pk), fields=fields)
                feed_all(plan)

        _once(work)
        self.refresh_from_db()

    def drop(self, *, by):
        """Take it back as a mistake: its weeks count no more; taken back before, nothing happens."""
        with transaction.atomic():
            plan = self.plan.locked()
            gone = plan.prescriptions.counting().filter(pk=self.pk)
            if gone.update(dropped_at=timezone.now(), dropped_by=by):
                plan.touch("prescription.dropped", by, prescription=str(self.pk))
                feed_all(plan)
        self.refresh_from_db()


def _once(work):
    """Return what `work()` returns, in a transaction; raises PrescribedTwice."""
    try:
        with transaction.atomic():
            return work()
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") == ONCE:
            raise PrescribedTwice from error
        raise
