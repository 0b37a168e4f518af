"""Rows that hold for a time."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class PeriodQuerySet(models.QuerySet):
    def open(self):
        """Return the rows that hold at this moment, by the clock of the database."""
        return self.filter(Q(until=None) | Q(until__gt=Now()), since__lte=Now())


def ends_after_it_begins(name):
    """Return the constraint that `until` is later than `since`."""
    return models.CheckConstraint(
        condition=Q(until=None) | Q(until__gte=F("since")),
        name=name,
        violation_error_code="until",
    )
