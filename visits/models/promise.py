"""What home and school promised each other."""

import uuid

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student

from .record import open_to
from .visit import READERS, Summary, Visit


class PromiseQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item="visits"):
        """Return the promises about children whom `user` may see: both sides see all of them.

        adviser: own classes · counselor: caseload · leader: division or school · guardian and
        grown student: of published visits · school admin and everybody else: nothing. Those of a
        confidential visit only who reads it (`Visit.objects.visible_to`).
        """
        staff = super().visible_to(user, roles=READERS if roles is None else READERS & roles)
        staff = staff.filter(open_to(user))
        if roles is not None and not roles & sight.FAMILY_ROLES:
            return staff
        published = models.Exists(Summary.objects.filter(visit=models.OuterRef("visit")))
        family = super().visible_to(user, roles=sight.FAMILY_ROLES, item=item)
        return staff | family.filter(published)

    def open(self):
        """Return those that are neither kept nor let go."""
        return self.filter(done_at=None, dropped_at=None)

    def late(self, today):
        """Return those that were due before `today`."""
        return self.open().filter(due__lt=today)


@pghistory.track()
class Promise(models.Model):
    """Who does what by when, for one child. Done or not, both sides see it."""

    class Side(models.TextChoices):
        SCHOOL = "school", _("school")
        FAMILY = "family", _("family")
        STUDENT = "student", _("the child")
        PERSON = "person", _("somebody else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="promises")
    student = models.ForeignKey(Student, models.PROTECT, related_name="promises")
    side = models.CharField(_("who"), max_length=8, choices=Side)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner_name = models.CharField(_("name"), max_length=255, blank=True)
    what = models.CharField(_("what"), max_length=300)
    due = models.DateField(_("by when"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["due", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False)
                | ~Q(owner_name="")
                | Q(side__in=["family", "student"]),
                name="a_promise_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="a_kept_promise_says_by_whom",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "due"], name="promises_of_a_child"),
            models.Index(
                fields=["owner", "due"],
                condition=Q(done_at=None, dropped_at=None),
                name="promises_open",
            ),
        ]

    def __str__(self):
        return self.what

    @property
    def is_school_side(self):
        """Whether the school owes it."""
        return self.side in (self.Side.SCHOOL, self.Side.PERSON)

    def state(self, today):
        """Return "done", "late" or "open", as both sides see it on `today`."""
        if self.done_at:
            return "done"
        return "late" if self.due and self.due < today else "open"

    def keep(self, *, by):
        """Record that it was done; the first time stands."""
        with transaction.atomic():
            kept = Promise.objects.filter(pk=self.pk, done_at=None).update(
                done_at=timezone.now(), done_by=by
            )
            if kept:
                Entry.record(
                    "promise.kept", self, by=by, student=self.student, school=self.student.school
                )
        self.refresh_from_db()
