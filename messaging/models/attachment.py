"""Files of a message: papers and pictures, each made anew, sent within the minute in which it may be taken back."""

import re
import unicodedata

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.uploads.models import KeptFile, KeptFileQuerySet, LightManager, whole_or_gone

from .message import Message, TooLate

MOST_FILES = 5  # of one message
LONGEST_TITLE = 80  # characters


class Enough(Exception):
    """The message has MOST_FILES files already."""


class AttachmentQuerySet(KeptFileQuerySet):
    def visible_to(self, user):
        """Return the files of the messages that `user` may read; of a message taken back none."""
        seen = Message.objects.visible_to(user).kept()
        return self.filter(message__in=seen)


class AttachmentManager(LightManager.from_queryset(AttachmentQuerySet)):
    def add(self, message, checked, *, by, title=""):
        """Keep a file with a message of `by` that has not left; returns it.

        `title` is the name under which it was sent. Raises PermissionError for somebody else's message,
        TooLate once it has left or was taken back, and Enough.
        """
        if message.author_id != by.pk:
            raise PermissionError("somebody else's")
        with transaction.atomic():
            stands = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
            if stands.taken_back_at or stands.leaves_at <= timezone.now():
                raise TooLate
            if self.filter(message=stands).count() >= MOST_FILES:
                raise Enough
            row = self.model(message=stands, title=clean_title(title))
            row.hold(checked)
            row.save(force_insert=True)
            row.record("attachment.added", by=by)
        return row


class Attachment(KeptFile):
    """A PDF or a picture that came with a message. Erased, its bytes are gone and the row stays."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    # what its writer called it, as text; it is given out under a name that says nothing
    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, editable=False)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = AttachmentManager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            whole_or_gone("an_attachment_is_whole_or_gone"),
            models.CheckConstraint(
                condition=Q(erased_at=None, content__isnull=False)
                | Q(erased_at__isnull=False, erased_by__isnull=False, content=None, title=""),
                name="an_erased_attachment_keeps_who_and_when",
            ),
        ]
        indexes = [models.Index(fields=["message", "at"], name="attachments_of_a_message")]

    def __str__(self):
        return self.title or self.file_name

    def get_absolute_url(self):
        return reverse("messaging:attachment-file", args=[self.pk])

    @property
    def called(self):
        """What it is called on a page."""
        return self.title or (_("PDF") if self.kind == self.Kind.PDF else _("Picture"))

    @property
    def is_erased(self):
        """Whether its bytes are gone."""
        return self.erased_at is not None

    def erase(self, *, by):
        """Erase the bytes at once, for everybody; erased before, nothing happens.

        Raises PermissionError for who did not send it.
        """
        if by.pk != self.message.author_id:
            raise PermissionError("somebody else's")
        with transaction.atomic():
            stands = Attachment.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if not stands.is_erased:
                stands.erased_at, stands.erased_by, stands.title = timezone.now(), by, ""
                stands.save(update_fields=[*stands.let_go(), "erased_at", "erased_by", "title"])
                stands.record("attachment.erased", by=by)

    def record(self, verb, *, by, kind=Entry.Kind.CHANGED):
        """Write what was done; of looks no child's page tells: another home is not to learn of the
        messages of this one."""
        thread = self.message.thread
        Entry.record(
            verb, self.message, by=by, kind=kind, school=thread.school, attachment=str(self.pk),
            student=None if kind == Entry.Kind.VIEWED else thread.student,
        )  # fmt: skip


def clean_title(name):
    """Return the name of a file as it is shown: without its folder, its ending, and signs that are not
    seen or turn the line round."""
    name = re.split(r"[\\/]", name)[-1]
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name)
    stem = re.sub(r"\.\w{1,5}$", "", " ".join(seen.split()))
    return stem[:LONGEST_TITLE].strip()
