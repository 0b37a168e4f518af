"""Breaking the glass: a leader opens the confidential notes of one child, for four hours, told and listed."""

import datetime as dt
import uuid

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.fields import EncryptedTextField, Unreadable
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import School, Student

from .note import Note, NoteHanding

OPEN_FOR = dt.timedelta(hours=4)
LETTERS = 10  # at least as many in a reason
LEADERS = frozenset({sight.LEADER})
OPENED = "note.opened"


class NoReason(ValueError):
    """The reason is too short to be one."""


def is_a_reason(text):
    """Whether `text` has letters enough (of any script) to say why."""
    return sum(sign.isalpha() for sign in text) >= LETTERS


class GlassQuerySet(models.QuerySet):
    def open_to(self, user):
        """Return what `user` has broken within the last four hours, of children whom `user` leads."""
        led = sight.within(user, "student", LEADERS)
        if led is None:
            return self.none()
        return self.filter(led, by=user.pk, until__gt=timezone.now())

    def visible_to(self, user):
        """Return those that `user` may know of.

        leader: of the children led, whoever broke it · author, supervisor, or taker of a note about the
        child: those about that child · everybody else: nothing.
        """
        here = {"student": OuterRef("student"), "school": OuterRef("school")}
        kept = self.filter(Exists(Note.objects.kept_by(user).filter(**here)))
        led = sight.within(user, "student", LEADERS)
        if led is None:
            return kept
        return kept | self.filter(led, school__in=sight.schools_of(user, LEADERS))

    def break_for(self, student, reason, *, by):
        """Open the notes about `student` to the leader `by`, and tell whom it concerns; return the
        Glass. Where one is open it stays that one. Raises NoReason."""
        if not is_a_reason(reason):
            raise NoReason
        with transaction.atomic():
            # two clicks at once are one
            Student.objects.select_for_update(of=("self",), no_key=True).get(pk=student.pk)
            if glass := self.open_to(by).filter(student=student).first():
                return glass
            now = timezone.now()
            glass = self.create(
                school=student.school, student=student, by=by, reason=reason, at=now,
                until=now + OPEN_FOR,
            )  # fmt: skip
            Entry.record("notes.opened", glass, by=by, school=student.school)
            Notice.post(OPENED, glass, school=student.school, by=by)
        return glass


class Glass(models.Model):
    """That a leader opened the notes about a child: why, and until when. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = EncryptedTextField(_("Why do you have to read them now?"), max_length=1000)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()

    objects = GlassQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__lte=F("at") + OPEN_FOR), name="a_glass_is_broken_for_four_hours"
            )
        ]
        indexes = [models.Index(fields=["school", "-at"], name="glasses_by_day")]
        triggers = [
            pgtrigger.Protect(
                name="a_broken_glass_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self):
        return str(self.pk)

    def get_absolute_url(self):
        return reverse("counseling:glass-detail", args=[self.pk])

    @property
    def is_open(self):
        """Whether the four hours are not over."""
        return self.until > timezone.now()

    @property
    def is_readable(self):
        """Whether the key that sealed the reason is still here."""
        return not isinstance(self.reason, Unreadable)

    def readings(self):
        """Return the Entries of notes that were read by it, oldest first."""
        rows = Entry.objects.filter(verb="note.viewed", actor=self.by_id, at__gte=self.at)
        return rows.filter(data__glass=str(self.pk)).order_by("at", "pk")

    def concerned(self):
        """Return the ids of the people whose notes these are: authors, supervisors, takers."""
        notes = Note.objects.filter(student=self.student_id, school=self.school_id).order_by()
        handed = NoteHanding.objects.filter(note__in=notes.values("pk"))
        found = notes.values("author").union(notes.values("supervisor"), handed.values("taker"))
        return {pk for (pk,) in found.values_list("author") if pk}
