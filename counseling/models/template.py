"""Plans to begin from that a school made for itself, beside those that the portal ships."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School

from .plan import READERS


class TemplateQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the templates of the schools in which `user` works on plans; others: nothing."""
        return self.filter(school__in=sight.schools_of(user, READERS))

    def standing(self):
        """Return those that were not taken away."""
        return self.filter(retired_at=None)


class TemplateManager(models.Manager.from_queryset(TemplateQuerySet)):
    def keep(self, school, name, body, *, by):
        """Keep `body` under `name` for the school; one of the same name gives way to it."""
        with transaction.atomic():
            for old in self.standing().filter(school=school, name=name).select_for_update():
                old.retire(by=by)
            template = self.create(school=school, name=name, body=body, made_by=by)
            Entry.record("template.kept", template, by=by, school=school)
        return template


class Template(models.Model):
    """A plan of the school without a child: what it asks for and proposes, no names, no results.

    `body` is what `counseling.reading.templates.Body` holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="plan_templates")
    name = models.CharField(_("name"), max_length=120)
    body = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TemplateManager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"],
                condition=Q(retired_at=None),
                name="a_template_has_its_own_name",
            )
        ]

    def __str__(self):
        return self.name

    def retire(self, *, by):
        """Offer it no more; plans made from it stay as they are."""
        with transaction.atomic():
            rows = Template.objects.filter(pk=self.pk, retired_at=None)
            if rows.update(retired_at=timezone.now()):
                Entry.record("template.retired", self, by=by, school=self.school)
        self.refresh_from_db()
