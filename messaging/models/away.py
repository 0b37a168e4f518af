"""Who is away, until when, and who answers meanwhile."""

import datetime as dt
import zoneinfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import IntegrityError, models, transaction
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Membership, School
from homeschool.people.models.school import DateRange

from .thread import WRITERS

AWAY_SET = "away.set"  # the kind of Notice
# Who says that somebody else is away: for a colleague who is ill.
SETTERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})
# What day it is at the school of a row.
TODAY_THERE = Cast(
    Func(F("school__time_zone"), Now(), function="timezone", output_field=models.DateTimeField()),
    models.DateField(),
)


class AwayTwice(Exception):
    """The person is away already on one of these days."""


class MayNotStandIn(Exception):
    """The substitute does not write with families of the school today, or calls a colleague away."""


def staff_of(school):
    """Return the Memberships of who writes with families of the school today."""
    return Membership.objects.open().filter(
        school=school, role__in=WRITERS, user__is_active=True
    )  # fmt: skip


class AwayQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the rows that `user` may read: the own ones, those in which it stands in, and as a
        leader or school admin all of the school; everybody else: nothing. What families read of
        them stands on pages of theirs (`messaging.reading.away`)."""
        if not user.is_authenticated:
            return self.none()
        own = Q(person=user.pk) | Q(substitute=user.pk, ended_at=None)
        here = sight.schools_of(user, WRITERS | SETTERS)
        return self.filter(Q(own, school__in=here) | Q(school__in=sight.schools_of(user, SETTERS)))

    def on(self, day):
        """Return those that hold on `day`."""
        return self.filter(ended_at=None, since__lte=day, until__gte=day)

    def now(self):
        """Return those that hold today, by the calendar of their school."""
        return self.on(TODAY_THERE)

    def to_come(self):
        """Return those that hold today or later, by the calendar of their school."""
        return self.filter(ended_at=None, until__gte=TODAY_THERE)

    def overlapping(self, person, since, until):
        """Return those of `person` that share a day with these days."""
        return self.filter(person=person, ended_at=None, since__lte=until, until__gte=since)


def _may_stand_in(substitute, person, school, by):
    """Whether it writes with families, and does not call a colleague away to read in its place."""
    return (by == person or by != substitute) and staff_of(school).filter(user=substitute).exists()


class AwayManager(models.Manager.from_queryset(AwayQuerySet)):
    def announce(self, person, school, *, since, until, by, substitute=None, words=""):
        """Say that `person` is away between these days, both included; returns the row.

        Whom somebody else calls away is told. Raises AwayTwice, MayNotStandIn.
        """
        if substitute is not None and not _may_stand_in(substitute, person, school, by):
            raise MayNotStandIn
        try:
            with transaction.atomic():
                row = self.create(
                    school=school, person=person, substitute=substitute, since=since, until=until,
                    words=words,
                )  # fmt: skip
                Entry.record(AWAY_SET, row, by=by, school=school, person=str(person.pk))
                if by != person:
                    Notice.post(AWAY_SET, row, school=school, by=by)
        except IntegrityError as error:
            if "a_person_is_away_once" not in str(error):
                raise
            raise AwayTwice from error
        return row


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

    objects = AwayManager()

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

    def get_absolute_url(self):
        return reverse("messaging:away-detail", args=[self.pk])

    def is_on(self, day):
        """Whether the person is away on `day`."""
        return self.ended_at is None and self.since <= day <= self.until

    @property
    def today(self):
        """What day it is at the school."""
        return timezone.localdate(timezone=zoneinfo.ZoneInfo(self.school.time_zone))

    def end(self, *, by):
        """Be back now; back before, nothing happens."""
        with transaction.atomic():
            if Away.objects.filter(pk=self.pk, ended_at=None).update(ended_at=timezone.now()):
                Entry.record("away.ended", self, by=by, school=self.school)
        self.refresh_from_db(fields=["ended_at"])
