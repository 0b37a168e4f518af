"""The times of a round of offers: each is taken once, and offered by nobody else while it is open."""

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .planning import span_of
from .visit import Visit


class OfferedTime(models.Model):
    """A time of a round, taken by one visit at most."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey("visits.Round", models.PROTECT, related_name="times")
    at = models.DateTimeField()
    until = models.DateTimeField()
    taken_by = models.OneToOneField(
        Visit, models.PROTECT, null=True, blank=True, related_name="offered_time"
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "at"], name="a_time_stands_once_in_a_round")
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def span(self):
        """The time itself, as the database compares it."""
        return span_of(self.at, (self.until - self.at) // dt.timedelta(minutes=1))


class HolderQuerySet(models.QuerySet):
    def over(self):
        """Return those that hold a time of a round to which nobody may answer any more."""
        now = timezone.now()
        return self.exclude(span=None).filter(
            Q(time__round__answer_by__lt=now) | Q(time__at__lt=now)
        )


class Holder(models.Model):
    """Who of the staff an offered time is kept for, as long as it is open: `span` is empty then."""

    time = models.ForeignKey(OfferedTime, models.PROTECT, related_name="holders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    span = DateTimeRangeField(null=True, blank=True, editable=False)

    objects = HolderQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="no_time_is_offered_twice",
                expressions=[("user", "="), ("span", "&&")],
                condition=Q(span__isnull=False),
            )
        ]

    def __str__(self):
        return str(self.user)
