"""Who works where, for whom, from when to when."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models, transaction
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight

from .periods import PeriodQuerySet, ends_after_it_begins
from .school import Division, School, SchoolClass, SchoolPartQuerySet


class TimeRange(Func):
    """A span of moments from two columns, the end left out; an empty end is open."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


# {role: what a room above does in the transaction in which a Membership of this role ends}
_endings: dict[str, Callable] = {}


def on_role_end(role, work):
    """Make known what ends with a role: `work(membership, by)`; the last one of a role stands."""
    _endings[role] = work


class MembershipQuerySet(PeriodQuerySet, SchoolPartQuerySet):
    pass


@pghistory.track()
class Membership(models.Model):
    """A role of a person in a school. A role that ended gives no sight."""

    class Role(models.TextChoices):
        ADVISER = sight.ADVISER, _("class teacher")
        COUNSELOR = sight.COUNSELOR, _("counselor")
        LEADER = sight.LEADER, _("school leader")
        SCHOOL_ADMIN = sight.SCHOOL_ADMIN, _("school administrator")
        VOLUNTEER = sight.VOLUNTEER, _("volunteer")
        PARTNER = sight.PARTNER, _("partner")
        DISTRICT = sight.DISTRICT, _("district officer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    school = models.ForeignKey(School, models.PROTECT, related_name="memberships")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("role"), max_length=14, choices=Role)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["school", "role", "since"]
        constraints = [
            ends_after_it_begins("a_role_ends_after_it_begins"),
            ExclusionConstraint(
                name="a_role_is_held_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("school", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        Func("division", models.Value(uuid.UUID(int=0)), function="COALESCE"),
                        RangeOperators.EQUAL,
                    ),
                    (TimeRange("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()}"

    @property
    def last_moment(self):
        """A moment of the last day of the role, or None where it has no end."""
        return self.until and self.until - timedelta(seconds=1)

    @property
    def is_over(self):
        """Whether the role has ended."""
        return self.until is not None and self.until <= timezone.now()

    @property
    def is_to_begin(self):
        """Whether the role begins later."""
        return self.since > timezone.now()

    def change(self, *, by, **values):
        """Set the division of the role, and from when to when it holds."""
        fields = sorted(name for name, value in values.items() if getattr(self, name) != value)
        with transaction.atomic():
            for name in fields:
                setattr(self, name, values[name])
            self.save(update_fields=fields)
            Entry.record("membership.changed", self, by=by, school=self.school, fields=fields)

    def end(self, *, by):
        """End the role now; caseloads and classes under it give no sight from this moment."""
        with transaction.atomic():
            self.until = max(timezone.now(), self.since)  # one that never began ends with its begin
            self.save(update_fields=["until"])
            Entry.record("membership.ended", self, by=by, school=self.school)
            if work := _endings.get(self.role):
                work(self, by)

    def look_after(self, *, by, **target):
        """Put a child (`student=`), a class or a division on this person's caseload, now."""
        with transaction.atomic():
            caseload = self.caseloads.create(**target)
            Entry.record(
                "caseload.begun", caseload, by=by, school=self.school, student=caseload.student
            )
        return caseload


class CaseloadQuerySet(PeriodQuerySet, SchoolPartQuerySet):
    school_path = "membership__school"


@pghistory.track()
class Caseload(models.Model):
    """A child, a class or a division that a member of staff looks after."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="caseloads")
    student = models.ForeignKey(
        "people.Student", models.PROTECT, null=True, blank=True, related_name="+"
    )
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, related_name="+"
    )
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = CaseloadQuerySet.as_manager()

    class Meta:
        constraints = [
            ends_after_it_begins("a_caseload_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(student__isnull=False, school_class=None, division=None)
                | Q(student=None, school_class__isnull=False, division=None)
                | Q(student=None, school_class=None, division__isnull=False),
                name="a_caseload_names_one_child_class_or_division",
            ),
        ]

    def __str__(self):
        return str(self.student or self.school_class or self.division)

    def end(self, *, by):
        """Take the child, class or division off the caseload now; ended twice is ended once."""
        with transaction.atomic():
            if Caseload.objects.filter(pk=self.pk, until=None).update(until=timezone.now()):
                Entry.record(
                    "caseload.ended",
                    self,
                    by=by,
                    school=self.membership.school,
                    student=self.student,
                )
