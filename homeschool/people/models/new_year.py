"""The new year: what every class does next, as it was thought out, and as it was done."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from homeschool.people import sight

from .school import School, SchoolPartQuerySet


class NewYearQuerySet(SchoolPartQuerySet):
    """Years that were rolled over. `visible_to(user)`: school admin: the own school's · others: none."""

    def visible_to(self, user, roles=frozenset({sight.SCHOOL_ADMIN})):
        """Return the years of the schools that `user` administers."""
        return super().visible_to(user, roles)

    def open(self):
        """Return the one that is being thought out."""
        return self.filter(done_at=None)

    def done(self):
        """Return those that were carried out, the last one first; taken back ones too."""
        return self.exclude(done_at=None).order_by("-done_at")


class NewYear(models.Model):
    """A roll-over of a school's classes: a draft until `done_at`.

    `plan` keeps the choices that differ from what is proposed: {"classes": {class: {"step", "name",
    "code", "division", "new_division", "teacher"}}, "behind": {child: class}}. `counts` says what
    was done, `undo` what is needed to take it back, `after` how the roster stood then.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="new_years")
    plan = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    undo = models.JSONField(null=True)
    after = models.CharField(max_length=64, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = NewYearQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(done_at=None),
                name="one_new_year_of_a_school_is_thought_out",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(done_at__isnull=False),
                name="only_a_year_that_was_done_is_taken_back",
            ),
        ]

    def __str__(self):
        return f"{self.school_id} {self.at:%Y-%m-%d}"
