"""Messages in the reader's language: the original always stands beside, and who made the words is said."""

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Length, Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Job, Notice
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .away import Away
from .message import MOST, Message
from .opened import refuse_moved
from .thread import Seat, staff_watching

TRANSLATE = "messages.translate"  # the kind of Job
UNCLEAR = "message.unclear"  # the kind of Notice
# Who keeps the words of the school.
TERM_KEEPERS = frozenset({sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})


class OfMessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return those of messages that `user` may read."""
        return self.filter(message__in=Message.objects.visible_to(user))


def languages_of_readers(message):
    """Return the languages of those who take part on the other side of a message."""
    thread = message.thread
    seats = thread.seats.live().exclude(side=message.side)
    first = next(iter(thread.school.languages), settings.LANGUAGE_CODE)
    return {found or first for found in seats.values_list("person__language", flat=True)}


class TranslationManager(models.Manager.from_queryset(OfMessageQuerySet)):
    def ask_for(self, message, *, by, languages=None):
        """Ask the machine for the words in these languages, else in those of the other side's people.

        Written down in the transaction of the message, and done while it can still be taken back. What
        stands already, or waits, is not asked again; without a machine nothing happens. Returns the Job
        or None.
        """
        if not settings.TRANSLATION_URL or not message.text or message.taken_back_at:
            return None
        if languages is None:
            languages = languages_of_readers(message)
        stands = set(message.translations.values_list("language", flat=True))
        left = sorted(set(languages) - stands - {message.language})
        asked = {"message": str(message.pk), "languages": left}
        waits = Job.objects.waiting().filter(kind=TRANSLATE, arguments=asked)
        if not left or waits.exists():
            return None
        return Job.ask(TRANSLATE, by=by, **asked)

    def keep(self, message, language, text, *, by=None, provider="", opened=None):
        """Keep the words of a message in `language`: of a machine (`provider`) or of a person (`by`).

        A machine never replaces what a person wrote or checked. Returns the row as it stands. Raises
        Moved where a person's words are not those that were `opened` (a digest).
        """
        with transaction.atomic():
            rows = self.select_for_update(of=("self",))
            row = rows.filter(message=message, language=language).first()
            if row is not None and by is None and (row.by_id or row.checked_by_id):
                return row
            refuse_moved(opened, row.spoken() if row else [], [(language, "", text)])
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
        indexes = [
            GinIndex(
                OpClass(Upper("text"), name="gin_trgm_ops"), name="translations_by_their_words"
            )
        ]

    def __str__(self):
        return f"{self.message_id} {self.language}"

    @property
    def is_of_a_machine(self):
        """Whether nobody has looked at it yet."""
        return bool(self.provider) and self.checked_by_id is None

    def spoken(self):
        """Return what a person said of it, [(language, "", text)]; words of a machine alone are nobody's."""
        return [] if self.is_of_a_machine else [(self.language, "", self.text)]

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
        """Say that `by` did not understand what the school wrote. Said before, it stands. Returns the row.

        Raises PermissionError for who is not of the home in this thread, and for its own words.
        """
        thread = message.thread
        if thread.side_of(by) != Seat.Side.HOME or message.side != Seat.Side.SCHOOL:
            raise PermissionError("for the family alone")
        with transaction.atomic():
            row, new = cls.objects.get_or_create(
                message=message, person=by, defaults={"helper": helper_of(message)}
            )
            if new:
                Entry.record(UNCLEAR, message, by=by, student=thread.student, school=thread.school)
                Notice.post(UNCLEAR, row, school=thread.school, by=by, student=thread.student)
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


def helper_of(message):
    """Return who explains a message: its writer, or who stands in; else somebody else of the thread who
    sees the child, first who is there today; where there is nobody, its writer all the same."""
    thread, away = message.thread, Away.objects.now()
    seats = thread.seats.live().school().values_list("person", flat=True)
    here = seats.exclude(person__in=away.values("person"))
    stands_in = away.filter(person=message.author_id).values_list("substitute", flat=True)
    wanted = [*(list(stands_in) or [message.author_id]), *here, *seats]
    seen = staff_watching([thread.student_id]).filter(user__in=filter(None, wanted))
    able = {row.user_id: row.user for row in seen.select_related("user")}
    return next((able[key] for key in wanted if key in able), message.author)


class TermQuerySet(SchoolPartQuerySet):
    def between(self, school, source, language):
        """Return the terms of a school from one language to another, the longest first."""
        return self.filter(school=school, source=source, language=language).order_by(
            Length("word").desc(), "word"
        )


class Term(models.Model):
    """A word of the school and how it is said in another language: names of offices, lessons, places."""

    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    source = models.CharField(_("from"), max_length=12, choices=settings.LANGUAGES)
    word = models.CharField(_("word"), max_length=120)
    language = models.CharField(_("into"), max_length=12, choices=settings.LANGUAGES)
    said = models.CharField(_("is said"), max_length=120)

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["source", "language", "word"]
        constraints = [
            models.UniqueConstraint(
                "school", "source", "language", Lower("word"), name="a_term_stands_once"
            ),
            models.CheckConstraint(
                condition=~Q(word="") & ~Q(said=""), name="a_term_says_something"
            ),
            models.CheckConstraint(
                condition=~Q(source=models.F("language")), name="a_term_is_in_two_languages"
            ),
        ]

    def __str__(self):
        return self.word

    @property
    def pair(self):
        """From which language into which, in words."""
        return f"{self.get_source_display()} → {self.get_language_display()}"

    def put(self, *, by):
        """Keep it as it stands now."""
        verb = "term.added" if self._state.adding else "term.changed"
        with transaction.atomic():
            self.save()
            Entry.record(verb, self, by=by, school=self.school)

    def remove(self, *, by):
        """Throw it away: the next translation knows nothing of it."""
        with transaction.atomic():
            Entry.record("term.removed", self, by=by, school=self.school)
            self.delete()
