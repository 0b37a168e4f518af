"""Sheets of observations, or of points of goals, that somebody sent: what each would do, and did."""

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
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet
from homeschool.people.models.sent_file import SentFile

CHECK, BRING, TAKE_BACK = (
    "counseling.import.check", "counseling.import.bring", "counseling.import.take_back",
)  # fmt: skip
KEPT_FOR, UNDO_KEPT_FOR = timedelta(days=1), timedelta(days=30)
LARGEST_FILE = 20 * 1024 * 1024  # bytes
RIGHT_LOST = "the role at the school ended"
NOTES = {
    "changed": _("Something changed meanwhile: please look again."),
    "expired": _("It was not brought in within a day, so the file was thrown away."),
    "failed": _("The portal could not finish this. Nothing was changed. Please try again."),
    "built_on": _("Something was built on what this sheet brought: nothing was taken back."),
    "out_of_sight": _(
        "It says something of children whom you no longer work with: nothing was taken back."
        " Please ask the school’s office."
    ),
    RIGHT_LOST: _("Whoever sent it no longer works at the school. Nothing was changed."),
}
# Who may send a sheet; what of it comes in is what they work with.
SENDERS = sight.STAFF_ROLES


class ObservationImportQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=SENDERS):
        """Return the sheets that `user` sent to a school where one still works.

        adviser, counselor, leader, school admin: their own · school admin: also those that came by
        the command line · everybody else: nothing. A sheet shows what stands in it, so that nobody
        reads another one's.
        """
        if not user.is_authenticated:
            return self.none()
        own = Q(asked_by=user.pk)
        admin = sight.schools_of(user, {sight.SCHOOL_ADMIN} & set(roles))
        return super().visible_to(user, roles).filter(own | Q(asked_by=None, school__in=admin))

    def listed(self):
        """Return them with who sent them and how their work stands, without what is large.

        `may_be_undone` says whether it can still be taken back.
        """
        rows = self.select_related("asked_by", "undone_by", "job", "entry__actor", "school")
        return rows.defer("content", "checked", "refused", "undo").annotate(
            may_be_undone=ExpressionWrapper(~Q(undo=None), models.BooleanField())
        )


class ObservationImportManager(models.Manager.from_queryset(ObservationImportQuerySet)):
    def ask(self, school, *, by, file_name, content, language):
        """Keep a sheet of at most LARGEST_FILE bytes, and let what it would do be worked out."""
        row = self.model(
            school=school, asked_by=by, file_name=file_name[-200:], content=content,
            language=language,
        )  # fmt: skip
        with transaction.atomic():
            row.job = Job.ask(CHECK, by=by, **{row.ARGUMENT: str(row.pk)})
            row.save()
        return row


class ObservationImport(SentFile, models.Model):
    """A sheet that somebody sent: its bytes, what it would do (`checked`), and what it did.

    A Job reads it; once it is confirmed another Job brings it in, in one transaction. `refused` holds
    the rows that were left out as a CSV, `undo` what is needed to take it back while nothing was
    built on it.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being read")
        CHECKED = "checked", _("waits for your word")
        WRITING = "writing", _("being brought in")
        DONE = "done", _("brought in")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    AT_WORK = (State.CHECKING, State.WRITING, State.UNDOING)
    NOTES, ARGUMENT = NOTES, "sheet"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.CHECKING)
    note = models.CharField(max_length=500, blank=True)
    # "observations" or "points", once it is read
    about = models.CharField(max_length=12, blank=True)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    language = models.CharField(max_length=10, blank=True)
    skip_refused = models.BooleanField(default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    checked = models.BinaryField(null=True)
    refused = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    undo = models.BinaryField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = ObservationImportManager()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(entry__isnull=False),
                name="a_sheet_that_came_in_has_its_entry",
            )
        ]
        indexes = [models.Index(fields=["school", "-asked_at"], name="observation_sheets")]

    def __str__(self):
        return self.file_name

    def get_absolute_url(self):
        return reverse("counseling:import-detail", args=[self.pk])

    # --- what people do with it: each returns whether it stood so that this could be done ---------

    def confirm(self, *, by, skip_refused=False):
        """Let it come in as it was shown."""
        return self.hand_on(
            self.State.CHECKED, self.State.WRITING, BRING, by, skip_refused=skip_refused, note=""
        )

    def take_back(self, *, by):
        """Let what it did be undone."""
        if self.undo is None:
            return False
        self.settle()
        return self.hand_on(self.State.DONE, self.State.UNDOING, TAKE_BACK, by, note="")

    def leave(self, *, by):
        """Throw a sheet away that waits for a word."""
        thrown = {"content": None, "checked": None, "refused": None}
        with transaction.atomic():
            left = self.keep(self.State.CHECKED, state=self.State.STOPPED, **thrown)
            if left:
                Entry.record("observations.left_out", self, by=by, school=self.school)
        return left
