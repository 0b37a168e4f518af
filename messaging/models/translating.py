"""Messages in the reader's language: the original always stands beside, and who made the words is said."""

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .message import MOST, Message
from .thread import Seat


class OfMessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return those of messages that `user` may read."""
        return self.filter(message__in=Message.objects.visible_to(user))


class TranslationManager(models.Manager.from_queryset(OfMessageQuerySet)):
    def keep(self, message, language, text, *, by=None, provider=""):
        """Keep the words of a message in `language`: of a machine (`provider`) or of a person (`by`).

        A machine never replaces what a person wrote or checked. Returns the row as it stands.
        """
        with transaction.atomic():
            rows = self.select_for_update(of=("self",))
            row = rows.filter(message=message, language=language).first()
            if row is not None and by is None and (row.by_id or row.checked_by_id):
                return row
            row = row or self.model(message=message, language=language)
            row.text, row.by, row.provider, row.made_at = text, by, provider, timezone.now()
            row.checked_by, row.checked_at = None, None
            row.save()
            if by is not None:
                row.note("translation.written", by)
        return row


@pghistory.track()
class Translation(models.Model):
    """One message in one other language."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="translations")
    language = models.CharField(max_length=12)
    text = models.TextField(max_length=2 * MOST)
    # the name of the machine; empty where a person wrote it
    provider = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = TranslationManager()

    class Meta:
        ordering = ["message", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "language"], name="a_message_stands_once_in_a_language"
            ),
            models.CheckConstraint(
                condition=Q(by=None) & ~Q(provider="") | Q(by__isnull=False, provider=""),
                name="a_translation_says_whose_it_is",
            ),
        ]

    def __str__(self):
        return f"{self.message_id} {self.language}"

    @property
    def is_of_a_machine(self):
        """Whether nobody has looked at it yet."""
        return bool(self.provider) and self.checked_by_id is None

    def check_by(self, person):
        """Note that a person found the words right; checked before, nothing happens."""
        with transaction.atomic():
            rows = Translation.objects.filter(pk=self.pk, checked_by=None)
            if rows.update(checked_by=person, checked_at=timezone.now()):
                self.note("translation.checked", person)
        self.refresh_from_db()

    def note(self, verb, by):
        """Write an Entry about it."""
        thread = self.message.thread
        Entry.record(verb, self, by=by, student=thread.student, school=thread.school)


class UnclearQuerySet(OfMessageQuerySet):
    def waiting(self):
        """Return those with whom nobody has spoken yet."""
        return self.filter(helped_at=None)


class Unclear(models.Model):
    """“I did not understand”: who of a family said so of a message, and who of the school helps."""

    message = models.ForeignKey(Message, models.PROTECT, related_name="unclear")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    helped_at = models.DateTimeField(null=True, blank=True)

    objects = UnclearQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "person"], name="a_message_is_unclear_once_to_a_person"
            )
        ]

    def __str__(self):
        return f"{self.message_id} {self.person_id}"

    @classmethod
    def say(cls, message, *, by):
        """Say that `by` did not understand it; its writer helps. Said before, it stands. Returns the row.

        Raises PermissionError for who is not of the home in this thread.
        """
        thread = message.thread
        if thread.side_of(by) != Seat.Side.HOME:
            raise PermissionError("for the family alone")
        with transaction.atomic():
            row, new = cls.objects.get_or_create(
                message=message, person=by, defaults={"helper": message.author}
            )
            if new:
                Entry.record(
                    "message.unclear", message, by=by, student=thread.student, school=thread.school
                )
        return row

    def help(self, *, by):
        """Note that somebody explained it; noted before, nothing happens."""
        with transaction.atomic():
            if Unclear.objects.waiting().filter(pk=self.pk).update(helped_at=timezone.now()):
                thread = self.message.thread
                Entry.record(
                    "message.explained", self.message, by=by, student=thread.student,
                    school=thread.school,
                )  # fmt: skip
        self.refresh_from_db()


class TermQuerySet(SchoolPartQuerySet):
    def between(self, school, source, language):
        """Return the terms of a school from one language to another, the longest first."""
        return self.filter(school=school, source=source, language=language).order_by(
            models.functions.Length("word").desc(), "word"
        )


class Term(models.Model):
    """A word of the school and how it is said in another language: names of offices, lessons, places."""

    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    source = models.CharField(_("from"), max_length=12)
    word = models.CharField(_("word"), max_length=120)
    language = models.CharField(_("into"), max_length=12)
    said = models.CharField(_("is said"), max_length=120)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["source", "language", "word"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "source", "language", "word"], name="a_term_stands_once"
            ),
            models.CheckConstraint(
                condition=~Q(word="") & ~Q(said=""), name="a_term_says_something"
            ),
        ]

    def __str__(self):
        return self.word
