"""When somebody of the school usually answers: shown to families, and nothing is refused outside."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet
from homeschool.people.models.weekday import Weekday


class OfficeHoursManager(models.Manager.from_queryset(SchoolPartQuerySet)):
    def keep(self, school, person, *, weekdays, begins, ends, by):
        """Keep when `person` (None: whoever of the school says nothing else) answers; no weekdays
        take the row away. Returns it, or None."""
        place = {"school": school, "person": person}
        with transaction.atomic():
            if not weekdays:
                self.filter(**place).delete()
                row = None
                Entry.record("office.cleared", school, by=by, school=school)
            else:
                values = {"weekdays": sorted(weekdays), "begins": begins, "ends": ends}
                row = self.update_or_create(**place, defaults=values)[0]
                Entry.record("office.set", row, by=by, school=school)
        return row


class OfficeHours(models.Model):
    """On which weekdays, and between which times by the school's clock, somebody usually answers."""

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    # empty: what holds for everybody who says nothing else
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    weekdays = ArrayField(models.PositiveSmallIntegerField(choices=Weekday))
    begins = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    objects = OfficeHoursManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "person"],
                nulls_distinct=False,
                name="office_hours_stand_once",
            ),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="an_office_day_ends"),
            models.CheckConstraint(
                condition=Q(weekdays__len__gt=0), name="office_hours_have_a_day"
            ),
        ]

    def __str__(self):
        return f"{self.school_id} {self.person_id or ''}"
