"""Rosters that came in: the files, what each did, and under which key a school's system names a row."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import ExpressionWrapper, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Job
from homeschool.people import sight

from .school import School, SchoolPartQuerySet
from .sent_file import SentFile


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


CHECK, BRING, TAKE_BACK = "people.roster.check", "people.roster.bring", "people.roster.take_back"
KEPT_FOR, UNDO_KEPT_FOR = timedelta(days=1), timedelta(days=30)
LARGEST_FILE = 60 * 1024 * 1024  # bytes
# At what share of a role that leaves with one file somebody has to say that it is right.
ALLOW_RETIRE = 10  # per cent
RIGHT_LOST = "the right to administer the school was withdrawn"
NOTES = {
    "changed": _("The school changed meanwhile: please look again."),
    "expired": _("It was not brought in within a day, so the file was thrown away."),
    "failed": _("The portal could not finish this. Nothing was changed. Please try again."),
    RIGHT_LOST: _("Whoever asked for it no longer administers the school. Nothing was changed."),
}


class RosterImportQuerySet(SchoolPartQuerySet):
    """Files that were sent. `visible_to(user)`: school admin: the own school's · all others: none."""

    def visible_to(self, user, roles=frozenset({sight.SCHOOL_ADMIN})):
        """Return the files sent for the schools that `user` administers."""
        return super().visible_to(user, roles)

    def listed(self):
        """Return them with who asked and how their work stands, without what is large.

        `may_be_undone` says whether it can still be taken back.
        """
        large = ("content", "checked", "refused", "undo")
        rows = self.select_related("asked_by", "undone_by", "job", "entry__actor", "school")
        return rows.defer(*large).annotate(
            may_be_undone=ExpressionWrapper(~Q(undo=None), models.BooleanField())
        )

    def over(self):
        """Return those whose work failed for good before their row could say so."""
        return self.filter(state__in=RosterImport.AT_WORK, job__state=Job.State.FAILED)


class RosterImportManager(models.Manager.from_queryset(RosterImportQuerySet)):
    def ask(self, school, *, by, file_name, content, **options):
        """Keep a file of at most LARGEST_FILE bytes, and let what it would do be worked out.

        `options` are {"language": of who asks, "known_classes_only": bool}.
        """
        row = self.model(
            school=school, asked_by=by, file_name=file_name[-200:], content=content, options=options
        )
        with transaction.atomic():
            row.job = Job.ask(CHECK, by=by, roster=str(row.pk))
            row.save()
        return row


class RosterImport(SentFile, models.Model):
    """A roster that somebody sent: its file, what it would do, and what it did.

    A Job reads the file and keeps what it would do (`checked`); once it is confirmed another Job
    brings it in, in one transaction. `stop_asked_at` is read by the writer between its steps, and
    `progress` written by a connection of its own, since its row of Job is locked while it works.
    `refused` holds the rows that were left out as a file, `undo` what is needed to take it back.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being read")
        COLUMNS = "columns", _("asks which column is which")
        CHECKED = "checked", _("waits for your word")
        WRITING = "writing", _("being brought in")
        DONE = "done", _("brought in")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    AT_WORK = (State.CHECKING, State.WRITING, State.UNDOING)
    NOTES, ARGUMENT = NOTES, "roster"
    OPEN = (State.CHECKING, State.COLUMNS, State.CHECKED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="roster_imports")
    state = models.CharField(max_length=8, choices=State, default=State.CHECKING)
    note = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    options = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    progress = models.JSONField(default=dict)
    checked = models.BinaryField(null=True)
    refused = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    stop_asked_at = models.DateTimeField(null=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    undo = models.BinaryField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = RosterImportManager()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(entry__isnull=False),
                name="a_roster_that_came_in_has_its_entry",
            )
        ]
        indexes = [models.Index(fields=["school", "-asked_at"], name="rosters_of_a_school")]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("people:roster-detail", args=[self.pk])

    # --- what people do with it: each returns whether it stood so that this could be done ---------

    def name_columns(self, meanings, without, *, by):
        """Remember what headings mean, as {heading: column}, and read the file again."""
        rows = [
            RosterHeading(school_id=self.school_id, heading=heading, column=column)
            for heading, column in meanings.items()
        ]
        with transaction.atomic():
            RosterHeading.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["school", "heading"],
                update_fields=["column"],
            )  # fmt: skip
            more = {"options": self.options | {"without": sorted(without)}}
            return self._hand_on(self.State.COLUMNS, self.State.CHECKING, CHECK, by, **more)

    def confirm(self, *, by, skip_refused=False, allow_retire=ALLOW_RETIRE):
        """Let it come in as it was shown; `allow_retire` as a share in per cent."""
        chosen = {"skip_refused": skip_refused, "allow_retire": allow_retire}
        more = {"options": self.options | chosen, "note": ""}
        return self._hand_on(self.State.CHECKED, self.State.WRITING, BRING, by, **more)

    def take_back(self, *, by):
        """Let what it did be undone."""
        if self.undo is None:
            return False
        self.settle()
        return self._hand_on(self.State.DONE, self.State.UNDOING, TAKE_BACK, by, note="")

    def _hand_on(self, was, state, kind, by, **values):
        return self.hand_on(was, state, kind, by, progress={}, stop_asked_at=None, **values)

    def stop(self, *, by):
        """Stop it: at once while nothing is written, else before the writer's next step."""
        stopped = {"state": self.State.STOPPED, "content": None, "checked": None, "refused": None}
        with transaction.atomic():
            row = RosterImport.objects.select_for_update(of=("self",)).listed().get(pk=self.pk)
            called_off = row.state in (*self.OPEN, self.State.WRITING) and row._called_off()
            if called_off or row.state in self.OPEN:
                row.keep(row.state, **stopped)
            elif row.state != self.State.WRITING or not row.at_work:
                return False
            else:
                row.keep(row.state, stop_asked_at=timezone.now())
            Entry.record("roster.stopped", row, by=by, school=row.school)
        return True

    def _called_off(self):
        """Call its job off where no worker has it yet; returns whether none will."""
        waits = Job.objects.filter(pk=self.job_id, state=Job.State.PENDING)
        if job := waits.select_for_update(skip_locked=True).first():
            job.end(Job.State.CANCELLED)
        return bool(job)


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
