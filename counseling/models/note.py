"""Confidential notes: what a counselor writes down for herself, sealed field by field.

No name of this module is imported outside this room, but by the demo (import-linter holds it), and
no Entry about a note names the child: that there are notes is known to nobody but their readers
(docs/decisions/0026-notes.md).
"""

import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.fields import EncryptedTextField, Unreadable
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Membership, School, Student

from .plan import Plan

MOST = 10_000  # characters in one part
KEEPERS = frozenset({sight.COUNSELOR})


class Overtaken(Exception):
    """The draft was saved elsewhere since it was read; `note` is the row as it stands."""

    def __init__(self, note):
        super().__init__(str(note.pk))
        self.note = note


class IsSigned(Exception):
    """The note is signed: nothing in it changes any more."""


class NotSigned(Exception):
    """The note is a draft still: nobody but its author knows of it."""


class NothingWritten(Exception):
    """A note without a word is not signed."""


class NoteQuerySet(models.QuerySet):
    def kept_by(self, user):
        """Return the notes that `user` reads by right, as long as the counselor's role at the school
        is open: the own, drafts too; those that name `user` as supervisor, once they are signed; those
        that were handed to `user`, as long as the child is looked after."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        signed = Q(signed_at__isnull=False)
        found = Q(author=user.pk) | signed & Q(supervisor=user.pk)
        children = sight.within(user, "student", KEEPERS)
        if children is not None:
            handed = NoteHanding.objects.filter(note=OuterRef("pk"), taker=user.pk)
            found |= signed & children & Exists(handed)
        return self.filter(found, school__in=sight.schools_of(user, KEEPERS))

    def visible_to(self, user):
        """Return the notes that `user` may read now.

        author: own, as long as the role is open · supervisor, colleague to whom it was handed: once it
        is signed · leader: for four hours after breaking the glass (drafts too) · guardian, student,
        adviser, school admin, everybody else: nothing.
        """
        kept = self.kept_by(user)
        if sight.LEADER not in sight.roles_of(user):
            return kept
        from .glass import Glass  # it asks who keeps notes

        here = {"student": OuterRef("student"), "school": OuterRef("school")}
        return kept | self.filter(Exists(Glass.objects.open_to(user).filter(**here)))

    def without_text(self):
        """Return them without what was written: lists neither load nor open it."""
        return self.defer(*Note.TEXTS)

    def begin(self, student, kind, *, by, on):
        """Return a new draft of `kind` about `student`, of the day `on`; an empty one of the same author goes
        first, and is of that day then."""
        kind = Note.Kind(kind)
        with transaction.atomic():
            empty = self.filter(
                school=student.school,
                student=student,
                author=by,
                kind=kind,
                signed_at=None,
                edits=0,
            )
            note: Any = empty.first()
            if note:
                empty.filter(pk=note.pk).update(written_on=on)
                note.written_on = on
                return note
            note = self.create(
                school=student.school, student=student, kind=kind, author=by, written_on=on
            )
            note.record("note.begun", by)
        return note


class Note(models.Model):
    """What a counselor noted about a child, for nobody's eyes but the author's and the supervisor's.

    A draft is its author's alone. Signed it is locked: a trigger refuses every change, and what is to
    be said later is a NoteAddendum. `edits` counts the savings of a draft, so that a second window
    loses no text (`Overtaken`).
    """

    class Kind(models.TextChoices):
        SOAP = "soap", _("SOAP note")
        DAP = "dap", _("DAP note")
        FREE = "free", _("Free note")

    PARTS = {
        Kind.SOAP: ("subjective", "objective", "assessment", "steps"),
        Kind.DAP: ("data", "assessment", "steps"),
        Kind.FREE: ("text",),
    }
    TEXTS = ("subjective", "objective", "data", "assessment", "steps", "text")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind)
    subjective = EncryptedTextField(_("What the child said"), max_length=MOST, blank=True)
    objective = EncryptedTextField(_("What I saw"), max_length=MOST, blank=True)
    data = EncryptedTextField(_("What was said and seen"), max_length=MOST, blank=True)
    assessment = EncryptedTextField(_("What I make of it"), max_length=MOST, blank=True)
    steps = EncryptedTextField(_("What comes next"), max_length=MOST, blank=True)
    text = EncryptedTextField(_("Note"), max_length=MOST, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_on = models.DateField(_("Day of the talk"))
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    signed_at = models.DateTimeField(null=True, editable=False)
    edits = models.PositiveIntegerField(default=0, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-written_on", "-made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(supervisor=F("author")), name="nobody_supervises_the_own_note"
            )
        ]
        indexes = [models.Index(fields=["student", "-written_on"], name="notes_of_a_child")]
        triggers = [
            pgtrigger.Protect(
                name="a_signed_note_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__signed_at__isnull=False),
            )
        ]

    def __str__(self):
        return str(self.pk)

    def get_absolute_url(self):
        return reverse("counseling:note-detail", args=[self.pk])

    # --- questions ------------------------------------------------------------------------------
    @property
    def is_locked(self):
        """Whether it is signed: nothing in it changes any more."""
        return self.signed_at is not None

    @property
    def part_names(self):
        """The names of the columns that a note of this kind has."""
        return self.PARTS[self.Kind(self.kind)]

    @property
    def is_readable(self):
        """Whether the key that sealed it is still here."""
        return not any(isinstance(getattr(self, name), Unreadable) for name in self.part_names)

    @property
    def is_empty(self):
        """Whether not a word was written."""
        return not any(getattr(self, name) for name in self.part_names)

    def is_handed_by(self, user):
        """Whether `user` may hand it to a colleague: author and supervisor of a signed note."""
        return self.is_locked and user.pk in (self.author_id, self.supervisor_id)

    def addenda(self):
        """Return what was added since it was signed, oldest first, with its authors."""
        rows = NoteAddendum.objects.filter(note=self).select_related("author")
        return rows.order_by("at", "pk")

    def handings(self):
        """Return to whom it was handed, oldest first."""
        rows = NoteHanding.objects.filter(note=self).select_related("taker", "by")
        return rows.order_by("at", "pk")

    def takers(self):
        """Return the open roles of counselors who look after the child and cannot read it yet."""
        watching = sight.watchers([self.student_id], KEEPERS).values("user")
        rows = colleagues_of(self.school_id).filter(user__in=watching)
        have = [
            self.author_id,
            self.supervisor_id,
            *self.handings().values_list("taker", flat=True),
        ]
        return rows.exclude(user__in=[pk for pk in have if pk])

    # --- verbs ----------------------------------------------------------------------------------
    def locked_row(self):
        """Return the draft as it stands, locked until the transaction ends. Raises IsSigned."""
        stands = Note.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stands.is_locked:
            raise IsSigned
        return stands

    def write(self, *, edits, **values):
        """Save these columns of the draft, which was read at `edits`; the same again is no change.

        Raises IsSigned, Overtaken.
        """
        with transaction.atomic():
            stands = self.locked_row()
            if stands._takes(edits, values):
                stands._put(saved_at=timezone.now(), edits=stands.edits + 1, **values)
        self.refresh_from_db()

    def sign(self, *, by, edits, **values):
        """Save these columns, and lock the note for good. Raises IsSigned, Overtaken, NothingWritten."""
        with transaction.atomic():
            stands = self.locked_row()
            stands._takes(edits, values)
            now = timezone.now()
            stands._put(saved_at=now, signed_at=now, **values)
            if stands.is_empty:
                raise NothingWritten
            stands.record("note.signed", by)
        self.refresh_from_db()

    def _takes(self, edits, values):
        """Return whether `values` change this draft. Raises Overtaken where they would take the place
        of what was saved after `edits`."""
        same = all(getattr(self, name) == value for name, value in values.items())
        if self.edits != edits and not same:
            raise Overtaken(self)
        return not same

    def discard(self, *, by):
        """Throw a draft away. Raises IsSigned."""
        with transaction.atomic():
            stands = self.locked_row()
            stands.record("note.discarded", by)
            stands.delete()

    def add(self, text, *, by):
        """Add to a signed note; return the NoteAddendum. Raises NotSigned."""
        with transaction.atomic():
            if not self.is_locked:
                raise NotSigned
            added = NoteAddendum.objects.create(note=self, author=by, text=text)
            self.record("note.added", by)
        return added

    def hand_to(self, taker, *, by):
        """Let `taker` read a signed note; handed before, nothing happens. Raises NotSigned."""
        with transaction.atomic():
            if not self.is_locked:
                raise NotSigned
            _row, new = NoteHanding.objects.get_or_create(
                note=self, taker=taker, defaults={"by": by}
            )
            if new:
                self.record("note.handed", by, taker=str(taker.pk))

    def record(self, verb, by, **data):
        """Write an Entry about this note; it names the school, and never the child."""
        Entry.record(verb, self, by=by, school=self.school, **data)

    def record_reading(self, by, glass=None):
        """Write down that `by` read it, and by which broken glass if by one."""
        how = {"glass": str(glass.pk)} if glass else {}
        self.record("note.viewed", by, kind=Entry.Kind.VIEWED, fields=["text"], **how)

    def _put(self, **values):
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))


def colleagues_of(school):
    """Return the open roles of counselors at a school (its id), by name."""
    rows = Membership.objects.open().filter(school=school, role__in=KEEPERS, user__is_active=True)
    return rows.select_related("user").order_by("user__sort_key", "pk")


class NoteAddendum(models.Model):
    """What was added to a signed note; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = EncryptedTextField(_("What is to be added"), max_length=MOST)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="an_addendum_of_a_note_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def is_readable(self):
        """Whether the key that sealed it is still here."""
        return not isinstance(self.text, Unreadable)


class NoteHanding(models.Model):
    """That a colleague may read a signed note, and who handed it over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "taker"], name="a_note_is_handed_once")
        ]
        triggers = [
            pgtrigger.Protect(
                name="who_was_handed_a_note_stays_written",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self):
        return str(self.pk)
