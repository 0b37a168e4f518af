"""What visits are about: a list of the school."""

import uuid

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet


class AspectQuerySet(SchoolPartQuerySet):
    def open(self):
        """Return those that a new visit may be about: not those that were retired."""
        return self.filter(retired_at=None)

    def ship_to(self, school):
        """Give `school` the eight shipped aspects, where it has no list of its own yet."""
        if not self.filter(school=school).exists():
            rows = [self.model(school=school, code=code) for code in Aspect.SHIPPED]
            self.bulk_create(rows, ignore_conflicts=True)

    def add(self, school, *, name, code, by):
        """Put a new aspect at the end of the school's list."""
        with transaction.atomic():
            self.ship_to(school)
            last = self.filter(school=school).aggregate(n=models.Max("place"))["n"]
            aspect = self.create(school=school, code=code, name=name, place=last + 1)
            Entry.record("aspect.made", aspect, by=by, school=school)
        return aspect


class Aspect(models.Model):
    """What a visit was about: a list of the school, shipped with eight, in the school's order.

    A retired one is offered no more; the visits that were about it keep it.
    """

    SHIPPED = {
        "financial_aid": _("financial aid"),
        "academic_support": _("academic support"),
        "career_planning": _("career planning"),
        "cadre_development": _("cadre and member development"),
        "mental_health": _("mental health"),
        "job_placement": _("job placement"),
        "school_promotion": _("school promotion"),
        "overall_quality": _("overall quality"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="aspects")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120, blank=True)
    place = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AspectQuerySet.as_manager()

    class Meta:
        ordering = ["school", "place", "code"]
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="an_aspect_stands_once")
        ]

    def __str__(self):
        return self.name or str(self.SHIPPED.get(self.code, self.code))

    @property
    def is_shipped(self):
        """Whether it is one of the eight that came with the portal."""
        return self.code in self.SHIPPED

    def kept(self):
        """Return the row of this code; a shipped list that the school did not have yet is kept."""
        Aspect.objects.ship_to(self.school)
        return Aspect.objects.select_related("school").get(school=self.school_id, code=self.code)

    def rename(self, name, *, by):
        """Call it `name`; "" for the name under which it was shipped."""
        self._set("aspect.renamed", by, name=name)

    def retire(self, *, by):
        """Offer it no more; visits that were about it keep it, and reports count it."""
        self._set("aspect.retired", by, retired_at=timezone.now())

    def restore(self, *, by):
        """Offer it again."""
        self._set("aspect.restored", by, retired_at=None)

    def move_up(self, *, by):
        """Let it stand before the one that stands above it; the first one stays."""
        with transaction.atomic():
            rows = Aspect.objects.select_for_update(of=("self",)).filter(school=self.school_id)
            order = list(rows.open().order_by("place", "code"))
            here = next((n for n, row in enumerate(order) if row.pk == self.pk), 0)
            if here:
                order[here - 1], order[here] = order[here], order[here - 1]
            for place, row in enumerate(order, 1):
                row.place = place
            Aspect.objects.bulk_update(order, ["place"])
            Entry.record("aspect.moved", self, by=by, school=self.school)

    def _set(self, verb, by, **values):
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            Entry.record(verb, self, by=by, school=self.school, fields=sorted(values))
