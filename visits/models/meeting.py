"""Meetings of parents: a class, a theme, a day."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Membership, School, SchoolClass
from homeschool.people.models.school import SchoolPartQuerySet

# Who gathers the parents of every class of the school or division; an adviser those of own classes.
GATHERERS = frozenset({sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})


def classes_for(user):
    """Return the classes whose parents `user` may gather.

    adviser: own classes · counselor, school admin: the school's · leader: of the division or the
    school · everybody else: none.
    """
    if not user.is_authenticated or not user.is_active:
        return SchoolClass.objects.none()
    roles = Membership.objects.open().filter(user=user.pk)
    wide = roles.filter(role__in=GATHERERS)
    return SchoolClass.objects.filter(
        Q(school__in=wide.filter(division=None).values("school"))
        | Q(division__in=wide.exclude(division=None).values("division"))
        | Q(adviser__in=roles.filter(role=sight.ADVISER).values("pk"))
    )


class MeetingQuerySet(SchoolPartQuerySet):
    def kept_by(self, user):
        """Return those that `user` may change: of no other classes than those it may gather."""
        rows = Meeting.classes.through.objects.filter(meeting=OuterRef("pk"))
        foreign = rows.exclude(schoolclass__in=classes_for(user))
        return self.filter(Exists(rows), ~Exists(foreign))


class Meeting(models.Model):
    """A meeting with the parents of one or more classes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="meetings")
    classes = models.ManyToManyField(
        SchoolClass, related_name="meetings", verbose_name=_("classes")
    )
    theme = models.CharField(_("theme"), max_length=200)
    on = models.DateField(_("day"))
    held = models.BooleanField(_("it took place"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "id"]

    def __str__(self):
        return self.theme

    def get_absolute_url(self):
        return reverse("visits:meeting-list")

    def write_down(self, *, by, classes):
        """Keep this new meeting with these classes, all of one school."""
        with transaction.atomic():
            self.school, self.recorded_by = classes[0].school, by
            self.save(force_insert=True)
            self.classes.set(classes)
            Entry.record("meeting.recorded", self, by=by, school=self.school)

    def change(self, *, by, classes=None, **values):
        """Set these fields, and the classes where they are given."""
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            if values:
                self.save(update_fields=list(values))
            fields = sorted(values)
            if classes is not None:
                self.classes.set(classes)
                fields.append("classes")
            Entry.record("meeting.changed", self, by=by, school=self.school, fields=fields)
