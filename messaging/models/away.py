"""Who is away, until when, and who answers meanwhile."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import DateRange


class AwayQuerySet(models.QuerySet):
    def on(self, day):
        """Return those that hold on `day`."""
        return self.filter(ended_at=None, since__lte=day, until__gte=day)

    def now(self):
        """Return those that hold today, by the portal's own clock."""
        return self.on(timezone.localdate())


class Away(models.Model):
    """Somebody of the staff does not answer between these days, both included.

    The substitute reads and answers in the person's place, as far as it sees the child itself: standing
    in gives no sight of its own.
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    words = models.CharField(_("what families read"), max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AwayQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since"))
                & Q(until__lte=F("since") + dt.timedelta(days=366)),
                name="who_is_away_comes_back",
            ),
            models.CheckConstraint(
                condition=~Q(substitute=F("person")), name="nobody_stands_in_for_itself"
            ),
            ExclusionConstraint(
                name="a_person_is_away_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (DateRange("since", F("until") + 1), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.since} {self.until}"

    def end(self, *, by):
        """Be back now; back before, nothing happens."""
        with transaction.atomic():
            if Away.objects.filter(pk=self.pk, ended_at=None).update(ended_at=timezone.now()):
                Entry.record("away.ended", self, by=by, school=self.school)
