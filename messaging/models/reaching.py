"""Homes that no letter of an announcement reached: who of the school takes each, and how it was told.

Told by a person is a fact of its own, with who and when. It reaches a home, and is never a reading.
"""

import uuid

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight

from .announcing import SPEAKERS, Announcement


class ToldBefore(Exception):
    """Somebody of the school told this home already."""


class TellingManager(models.Manager.from_queryset(sight.SightQuerySet)):
    def take(self, announcement, student, person, *, owner, by):
        """Let `owner` tell a person (None: whoever is at the child's home); taken before, the last one
        has it. Returns the row. Raises ToldBefore."""
        with transaction.atomic():
            row = self._row(announcement, student, person, by)
            if row.done_at is not None:
                raise ToldBefore
            row.owner = owner
            row.save(update_fields=["owner"])
            row.note("announcement.taken", by, owner=str(owner.pk))
        return row

    def done(self, announcement, student, person, *, how, note, by):
        """Write down that `by` told it to a person, and how. Returns the row. Raises ToldBefore."""
        with transaction.atomic():
            row = self._row(announcement, student, person, by)
            if row.done_at is not None:
                raise ToldBefore
            row.how, row.remark, row.done_by, row.done_at = how, note, by, timezone.now()
            row.save(update_fields=["how", "remark", "done_by", "done_at"])
            row.note("announcement.told", by, how=how)
        return row

    def _row(self, announcement, student, person, by):
        """Return the row of this person, or of the child alone, locked."""
        Announcement.objects.select_for_update(of=("self",)).get(pk=announcement.pk)
        about = {"person": person} if person else {"person": None, "student": student}
        found = self.select_for_update(of=("self",)).filter(announcement=announcement, **about)
        row = found.first()
        return row or self.create(
            announcement=announcement, student=student, person=person, owner=by
        )


@pghistory.track()
class Telling(models.Model):
    """That somebody of the school tells a home of an announcement which no letter brought there."""

    class How(models.TextChoices):
        TELEPHONED = "telephoned", _("telephoned")
        MET = "met", _("met and told")
        PAPER = "paper", _("given on paper")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="tellings")
    student = models.ForeignKey("people.Student", models.PROTECT, related_name="+")
    # nobody, where the child has nobody at home who may be told
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    how = models.CharField(_("how"), max_length=10, choices=How, blank=True)
    remark = models.CharField(_("what was said"), max_length=300, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TellingManager()

    class Meta:
        ordering = ["announcement", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "person"],
                condition=Q(person__isnull=False),
                name="a_person_is_told_by_one",
            ),
            models.UniqueConstraint(
                fields=["announcement", "student"],
                condition=Q(person=None),
                name="a_child_without_anybody_is_told_by_one",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, how="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(how=""),
                name="who_was_told_says_how_and_by_whom",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    def note(self, verb, by, **data):
        """Write an Entry about it."""
        school = self.announcement.school
        Entry.record(verb, self.announcement, by=by, student=self.student, school=school, **data)


def may_take(student):
    """Return the rows of Sight of the staff who may take this home: they see the child."""
    return sight.watchers([student.pk], SPEAKERS)
