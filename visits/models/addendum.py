"""What was added to a held visit later, by staff or by the family."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student

from .record import READERS, seen_by_family, seen_by_staff, staff_part_for


class AddendumQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what was added, as far as `user` may read it.

        adviser, counselor, leader: of visits to children they see, a family's words about those
        children alone; what staff keeps to itself only with the staff part · family: its own words,
        and what staff shared of published visits; never another adult's words · others: nothing.
        """
        if not user.is_authenticated:
            return self.none()
        about = sight.within(user, "student", READERS)
        told = Q(student=None) | about if about else Q(student=None)
        open_to_staff = (Q(from_family=True) | Q(shared=True)) & told & seen_by_staff(user)
        kept = Q(staff_part_for(user), from_family=False)
        shared = Q(seen_by_family(user), shared=True, from_family=False)
        own = Q(by=user.pk) & (seen_by_staff(user) | seen_by_family(user))
        return self.filter(open_to_staff | kept | shared | own)


class AddendumManager(models.Manager.from_queryset(AddendumQuerySet)):
    def pin(self, visit, text, *, by, student=None, from_family=False, shared=False):
        """Pin `text` to the held `visit`; `student` is the child whose family wrote it."""
        with transaction.atomic():
            addendum = self.create(
                visit=visit,
                text=text,
                by=by,
                student=student,
                from_family=from_family,
                shared=shared,
            )
            children = [student] if student else [line.student for line in visit.lines.all()]
            for child in children:
                Entry.record("visit.added", addendum, by=by, student=child, school=visit.school)
            return addendum


class Addendum(models.Model):
    """What was added to a held visit later; it never changes the record.

    By staff (`shared` says whether the family reads it) or by the family: then it is pinned to
    the record, its author and staff read it, and other adults of the family do not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="addenda")
    student = models.ForeignKey(Student, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_family = models.BooleanField(default=False)
    shared = models.BooleanField(_("the family reads this"), default=False)
    text = models.TextField(_("what you want to add"), max_length=4000)
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AddendumManager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "addenda"
        indexes = [
            models.Index(
                fields=["at"],
                condition=Q(from_family=True, seen_at=None),
                name="answers_of_families",
            )
        ]

    def __str__(self):
        return f"{self.visit_id} {self.at:%Y-%m-%d}"

    def be_seen(self, *, by):
        """Record that staff has read what a family added; the first reader stands."""
        unseen = Addendum.objects.filter(pk=self.pk, seen_at=None)
        with transaction.atomic():
            if unseen.update(seen_at=timezone.now(), seen_by=by):
                Entry.record(
                    "addendum.seen", self, by=by, student=self.student, school=self.visit.school
                )
        self.refresh_from_db(fields=["seen_at", "seen_by"])
