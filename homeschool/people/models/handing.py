"""Handing over: who took a caseload from whom, and what the one who left wanted to be known."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.fields import EncryptedTextField
from homeschool.journal.models import Entry
from homeschool.people import sight

from .school import School
from .staff import Membership


class HandoverQuerySet(models.QuerySet):
    """What was handed over. `visible_to(user)`:

    the two of them, each as long as the own role is open · leader of the whole school · school
    admin: the own school's · everybody else: nothing. The note is read by fewer: `read_by`.
    """

    def visible_to(self, user, roles=None):
        """Return those that `user` may know of; `roles` narrows to sight by one of these."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        mine = Membership.objects.open().filter(user=user.pk)
        admins = mine.filter(role=sight.SCHOOL_ADMIN)
        leaders = mine.filter(role=sight.LEADER, division=None)
        by_role = {
            sight.SCHOOL_ADMIN: Q(school__in=admins.values("school")),
            sight.LEADER: Q(school__in=leaders.values("school")),
        }
        found = Q(giver__in=mine) | Q(taker__in=mine) if roles is None else Q(pk=None)
        for role, here in by_role.items():
            if roles is None or role in roles:
                found |= here
        return self.filter(found)


class Handover(models.Model):
    """A caseload, or a part of it, that went from one member of staff to another, with a note.

    `counts` says how much went along: {"caseloads", "classes", …}, and what the rooms above moved.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(Membership, models.PROTECT, related_name="given")
    taker = models.ForeignKey(Membership, models.PROTECT, related_name="taken")
    note = EncryptedTextField(_("note for the colleague"), blank=True, max_length=4000)
    counts = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(giver=F("taker")), name="nobody_hands_over_to_the_own_role"
            )
        ]

    def __str__(self):
        return f"{self.giver} → {self.taker}"

    def get_absolute_url(self):
        return reverse("people:handover", args=[self.pk])

    def is_read_by(self, user):
        """Whether `user`, who may know of it, reads the note too: the two, who wrote it, and the
        leader, as with a visit's staff note. Another school admin does not (one query)."""
        if user.pk in (self.by_id, self.giver.user_id, self.taker.user_id):
            return True
        led = Handover.objects.visible_to(user, roles={sight.LEADER})
        return led.filter(pk=self.pk).exists()

    def record_reading(self, by):
        """Write down that `by` read a note about children."""
        Entry.record(
            "handover.viewed", self, by=by, kind=Entry.Kind.VIEWED, school=self.school,
            fields=["note"],
        )  # fmt: skip
