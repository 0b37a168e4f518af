"""Children whom a school often speaks to together."""

import uuid

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .announcing import HEADS, SPEAKERS, headed_by


class NameTaken(Exception):
    """Another list of the school has this name."""


class SavedListQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=SPEAKERS):
        """Return the lists that `user` may use: adviser, counselor, leader of a part of the school:
        their own, since a name may say something of its children · leader and school admin of the
        whole: those of the school · others: nothing."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = self.filter(made_by=user.pk, school__in=sight.schools_of(user, SPEAKERS & roles))
        return own | self.filter(school__in=headed_by(user, HEADS & roles))

    def open(self):
        """Return those that were not ended."""
        return self.filter(ended_at=None)

    def begin(self, school, name, *, by):
        """Begin an empty list. Raises NameTaken."""
        with transaction.atomic():
            if self.filter(school=school, name=name).open().exists():
                raise NameTaken
            row = SavedList(school=school, name=name, made_by=by)
            row.save(force_insert=True)
            row.note("saved_list.begun", by)
        return row


class SavedList(models.Model):
    """Children whom a school often speaks to together, under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    students = models.ManyToManyField("people.Student", blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SavedListQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                F("school"), F("name"), condition=Q(ended_at=None), name="a_saved_list_stands_once"
            )
        ]

    def __str__(self):
        return self.name

    def rename(self, name, *, by):
        """Give it another name. Raises NameTaken."""
        try:
            with transaction.atomic():
                SavedList.objects.filter(pk=self.pk).update(name=name)
                self.note("saved_list.renamed", by)
        except IntegrityError as error:
            raise NameTaken from error
        self.refresh_from_db()

    def add(self, students, *, by):
        """Add children (a queryset of those whom the writer sees); who stands there stays once."""
        with transaction.atomic():
            self.students.add(*students.filter(school=self.school_id))
            self.note("saved_list.changed", by)

    def take_off(self, students, *, by):
        """Take children (a queryset) off the list."""
        with transaction.atomic():
            self.students.remove(*students)
            self.note("saved_list.changed", by)

    def end(self, *, by):
        """End the list: nobody is spoken to by it any more; ended before, nothing happens."""
        with transaction.atomic():
            if SavedList.objects.open().filter(pk=self.pk).update(ended_at=timezone.now()):
                self.note("saved_list.ended", by)
        self.refresh_from_db()

    def note(self, verb, by):
        """Write an Entry about it."""
        Entry.record(verb, self, by=by, school=self.school)
