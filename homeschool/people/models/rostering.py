"""Rosters that came in: the files, what each did, and under which key a school's system names a row."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Job
from homeschool.people import sight

from .school import School, SchoolPartQuerySet


class RosterKey(models.Model):
    """The key (OneRoster: sourcedId) under which the school's own system names a row of ours.

    A row that has one was seen in a roster; a bulk file that no longer names it retires it
    (`retired_at`), and it comes back with the file that names it again. A row without one was made
    here by hand: no roster retires it.
    """

    class Kind(models.TextChoices):
        TERM = "term"
        DIVISION = "division"
        CLASS = "class"
        STUDENT = "student"
        PERSON = "person"  # a guardian or a member of staff: one account
        GUARDIANSHIP = "guardianship"  # key: student's and guardian's, parted by a line feed
        MEMBERSHIP = "membership"  # key: the person's and the role, parted by a line feed

    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.TextField()
    row = models.UUIDField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind", "key"], name="a_roster_key_names_one_row"
            )
        ]
        indexes = [models.Index(fields=["school", "kind", "row"], name="roster_keys_of_a_row")]

    def __str__(self):
        return f"{self.kind} {self.key!r}"


class RosterImportQuerySet(SchoolPartQuerySet):
    """Files that were sent. `visible_to(user)`: school admin: the own school's · all others: none."""

    def visible_to(self, user, roles=frozenset({sight.SCHOOL_ADMIN})):
        """Return the files sent for the schools that `user` administers."""
        return super().visible_to(user, roles)


class RosterImport(models.Model):
    """A roster that somebody sent: its file, what it would do, and what it did.

    A Job reads the file and keeps what it would do (`checked`); once it is confirmed another Job
    brings it in, in one transaction. `stop_asked_at` is read by the writer between its steps, since
    its own row of Job is locked while it works. `undo` holds what is needed to take it back.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being read")
        CHECKED = "checked", _("read")
        WRITING = "writing", _("being brought in")
        DONE = "done", _("brought in")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")
        UNDONE = "undone", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="roster_imports")
    state = models.CharField(max_length=8, choices=State, default=State.CHECKING)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    options = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    checked = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    stop_asked_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    undo = models.BinaryField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(entry__isnull=False),
                name="a_roster_that_came_in_has_its_entry",
            )
        ]

    def __str__(self):
        return self.file_name


class RosterHeading(models.Model):
    """What a heading of this school's sheets means, as somebody once said: remembered for the next."""

    school = models.ForeignKey(School, models.CASCADE, related_name="roster_headings")
    heading = models.CharField(max_length=200)
    column = models.CharField(max_length=30)

    objects = SchoolPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "heading"], name="a_heading_means_one_thing")
        ]

    def __str__(self):
        return f"{self.heading} → {self.column}"
