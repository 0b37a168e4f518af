"""What a session needs beside people: rooms, devices and books, of the school or of a partner."""

import uuid

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet


class ResourceQuerySet(SchoolPartQuerySet):
    def kept(self):
        """Return those that can still be booked at all."""
        return self.filter(ended_at=None)

    def free(self, span):
        """Return those that nobody has booked in this span of time."""
        return self.exclude(bookings__live=True, bookings__span__overlap=span)


class ResourceManager(models.Manager.from_queryset(ResourceQuerySet)):
    def keep(self, *, by, school, **columns):
        """Write down a room, a device or a set of books; returns it."""
        with transaction.atomic():
            row = self.create(school=school, **columns)
            Entry.record("resource.added", row, by=by, school=school)
        return row


class Resource(models.Model):
    """A room, a device or a set of books, of the school or of a partner."""

    class Kind(models.TextChoices):
        ROOM = "room", _("room")
        DEVICE = "device", _("device")
        BOOK = "book", _("books")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="resources")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    partner = models.CharField(_("whose it is"), max_length=200, blank=True)
    # how many children find a place in the room; 0 is not said
    places = models.PositiveSmallIntegerField(_("places"), default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ResourceManager()

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind", "name"], name="a_resource_stands_once"
            )
        ]

    def __str__(self):
        return self.name

    def end(self, *, by):
        """Take it out of use: nobody books it any more; what is booked stays. Ended before, nothing."""
        with transaction.atomic():
            rows = Resource.objects.filter(pk=self.pk, ended_at=None)
            if rows.update(ended_at=timezone.now()):
                Entry.record("resource.ended", self, by=by, school=self.school)

    def come_back(self, *, by):
        """Take it into use again; in use already, nothing happens."""
        with transaction.atomic():
            if Resource.objects.filter(pk=self.pk, ended_at__isnull=False).update(ended_at=None):
                Entry.record("resource.back", self, by=by, school=self.school)
