"""Days without sessions: holidays of a school, and pauses of one programme."""

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import DateRange, SchoolPartQuerySet

from .programme import Programme


class DayOffManager(models.Manager.from_queryset(SchoolPartQuerySet)):
    def add(self, school, programme=None, *, by, **values):
        """Keep days without sessions, of the whole school where no programme is named; the sessions
        planned on them are taken back. Returns the DayOff."""
        with transaction.atomic():
            row = self.create(school=school, programme=programme, **values)
            row.record("day_off.named", by)
            row.let_plans_follow(by)
        return row


class DayOff(models.Model):
    """Days without sessions: holidays of the school, or a pause of one programme."""

    school = models.ForeignKey(School, models.CASCADE, related_name="days_off")
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    on = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    name = models.CharField(_("name"), max_length=120)

    objects = DayOffManager()

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("on")) & Q(until__lte=F("on") + dt.timedelta(days=366)),
                name="days_off_end_after_they_begin",
            ),
            ExclusionConstraint(
                name="a_holiday_stands_once",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    (DateRange("on", F("until") + 1), RangeOperators.OVERLAPS),
                ],
                condition=Q(programme=None),
            ),
        ]

    def __str__(self):
        return self.name

    def days(self):
        """Yield its dates."""
        for n in range((self.until - self.on).days + 1):
            yield self.on + dt.timedelta(days=n)

    def take_back(self, *, by):
        """Let there be sessions on these days again, as the patterns ask for them."""
        with transaction.atomic():
            self.record("day_off.taken_back", by)
            self.let_plans_follow(by, gone=True)

    def record(self, verb, by):
        """Write an Entry about it."""
        about = str(self.programme_id) if self.programme_id else ""
        Entry.record(verb, self, by=by, school=self.school, programme=about)

    def let_plans_follow(self, by, *, gone=False):
        """Plan the sessions of the programmes that it is about anew; `gone` ends it first."""
        from .following import lock_sessions  # it reads sessions

        about = Q(pk=self.programme_id) if self.programme_id else Q(school=self.school_id)
        rows = Programme.objects.select_for_update(of=("self",), no_key=True)
        rows = rows.select_related("school")
        rows = rows.filter(about, state__in=[Programme.State.OPEN, Programme.State.RUNNING])
        stands = list(rows.filter(ends__gte=self.on, begins__lte=self.until).order_by("pk"))
        if gone:
            self.delete()
        lock_sessions(stands)
        for programme in stands:
            programme.follow_pattern(by=by)
