"""Messages of a thread: written, taken back within a minute, sent, and read.

A message leaves a minute after it was written. Until then only its writer sees it and can take it back;
afterwards it never changes. Who read it when stands on the receipts of its notice.
"""

import datetime as dt
import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import F, OuterRef, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight

from .thread import ITEM, Closed, Seat, Thread, staff_watching, staff_within

WRITTEN = "message.written"
MOST = 10_000  # characters
UNDO = dt.timedelta(seconds=60)


class TooLate(Exception):
    """The message has left: it is read already, or may be."""


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the messages that `user` may read: those that have left, of visible threads, and own
        ones that have not."""
        threads = Thread.objects.visible_to(user)
        mine = Q(author=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(thread__in=threads).filter(mine | _out())

    def out(self):
        """Return those that have left."""
        return self.filter(_out())

    def kept(self):
        """Return those that were not taken back."""
        return self.filter(taken_back_at=None)


def _out():
    return Q(taken_back_at=None, leaves_at__lte=timezone.now())


class MessageManager(models.Manager.from_queryset(MessageQuerySet)):
    def write(self, thread, text="", *, by, language="", tap="", asks=False, answers=None):
        """Write a message for the other side, which reads it in a minute; returns it.

        Text is kept as it was written, and always shown as text. Raises Closed.
        """
        from .translating import Translation

        with transaction.atomic():
            stands = thread.locked()
            if stands.closed_at is not None:
                raise Closed
            side = stands.side_of(by)
            if not side:
                raise PermissionError("takes no part")
            at = timezone.now()
            message = self.create(
                thread=stands, author=by, side=side, text=text, language=language, tap=tap,
                asks=asks, answers=answers, written_at=at, leaves_at=at + UNDO,
            )  # fmt: skip
            stands.last_at = message.leaves_at
            stands.save(update_fields=["last_at"])
            stands.note("message.written", by, message=str(message.pk))
            Notice.post(
                WRITTEN, message, school=stands.school, by=by, student=stands.student,
                not_before=message.leaves_at,
            )  # fmt: skip
            Translation.objects.ask_for(message, by=by)
        return message


class Message(models.Model):
    """What one person wrote to the other side."""

    class Tap(models.TextChoices):
        YES = "yes", pgettext_lazy("an answer of one tap", "Yes")
        ANOTHER_TIME = "another_time", _("Another time")
        QUESTION = "question", _("I have a question")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=Seat.Side, editable=False)
    text = models.TextField(max_length=MOST, blank=True)
    language = models.CharField(max_length=12, blank=True)
    # the answer of one tap, and whether it asks for one
    tap = models.CharField(max_length=12, choices=Tap, blank=True)
    asks = models.BooleanField(default=False)
    answers = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    leaves_at = models.DateTimeField(editable=False)
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MessageManager()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(tap=""), name="a_message_says_something"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(taken_back_at__lt=F("leaves_at")),
                name="what_has_left_is_not_taken_back",
            ),
            models.UniqueConstraint(
                fields=["answers", "author"],
                condition=~Q(tap="") & Q(taken_back_at=None),
                name="a_person_taps_once",
            ),
        ]
        indexes = [
            models.Index(fields=["thread", "written_at", "id"], name="messages_of_a_thread"),
            # whether something new has left is read from this one alone
            models.Index(
                fields=["thread", "leaves_at"],
                include=["author"],
                condition=Q(taken_back_at=None),
                name="messages_as_they_leave",
            ),
            GinIndex(OpClass(Upper("text"), name="gin_trgm_ops"), name="messages_by_their_words"),
        ]
        triggers = [
            pgtrigger.Protect(name="a_message_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_message_says_what_it_said",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["taken_back_at"]),
            ),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def has_left(self):
        """Whether the other side can read it."""
        return self.taken_back_at is None and self.leaves_at <= timezone.now()

    def take_back(self, *, by):
        """Take it back before it leaves; taken back before, nothing happens. Nobody else learns of it.

        Returns whether it was taken back now. Raises TooLate once it has left, PermissionError for somebody else's.
        """
        if by.pk != self.author_id:
            raise PermissionError("somebody else's")
        with transaction.atomic():
            thread = self.thread.locked()
            stands = Message.objects.select_for_update(of=("self",)).get(pk=self.pk)
            is_new = stands.taken_back_at is None
            if is_new:
                now = timezone.now()
                if stands.leaves_at <= now:
                    raise TooLate
                Message.objects.filter(pk=self.pk).update(taken_back_at=now)
                Notice.objects.about(self).cancel()
                for file in self.attachments.kept():
                    file.erase(by=by)
                newest = thread.messages.kept().order_by("-leaves_at").first()
                thread.last_at = newest.leaves_at if newest else thread.opened_at
                thread.save(update_fields=["last_at"])
                thread.note("message.taken_back", by, message=str(self.pk))
        self.refresh_from_db()
        return is_new


def readers(message):
    """Return the rows of Sight of those who are told of a message: whoever takes part but its writer.

    For somebody of the school who is away its substitute is told, too, as far as it sees the child.
    """
    return readers_of(message.thread, message.author_id)


def readers_of(thread, author):
    """Return the rows of Sight of those who would be told of what `author` (a key) writes now."""
    from .away import Away

    seats = thread.seats.live().exclude(person=author)
    away = Away.objects.now().filter(person__in=seats.school().values("person"))
    people = Q(user__in=seats.school().values("person")) | Q(user__in=away.values("substitute"))
    children = [thread.student_id]
    home = sight.receivers(children, ITEM).filter(user__in=seats.home().values("person"))
    staff = staff_watching(children).filter(people)
    return home | staff.exclude(user=author)


class RemarkQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the remarks that `user` may read: of visible threads, as staff of the child.

        A guardian, a grown student, and staff that is, or was, a guardian of the child: nothing.
        """
        children = staff_within(user, "thread__student")
        if children is None:
            return self.none()
        home = Seat.objects.live().home().filter(thread=OuterRef("thread"), person=user.pk)
        threads = Thread.objects.visible_to(user)
        return self.filter(children, ~models.Exists(home), thread__in=threads)


class Remark(models.Model):
    """What staff writes beside a thread for colleagues alone. No path of a family leads here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000)
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_remark_says_something")
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_remark_is_kept", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return str(self.pk)

    @classmethod
    def write(cls, thread, text, *, by):
        """Write a remark; returns it. Raises PermissionError for who is not staff of the child here."""
        if thread.side_of(by) != Seat.Side.SCHOOL:
            raise PermissionError("for staff alone")
        with transaction.atomic():
            row = cls.objects.create(thread=thread, author=by, text=text)
            Entry.record("remark.written", row, by=by, student=thread.student, school=thread.school)
        return row


class DraftManager(models.Manager["Draft"]):
    def keep(self, person, text, *, thread=None, student=None):
        """Keep what `person` has typed so far; nothing typed ends the draft."""
        place = {"person": person, "thread": thread, "student": student}
        if not text:
            self.filter(**place).delete()
            return None
        values = {"text": text, "saved_at": timezone.now()}
        return self.update_or_create(**place, defaults=values)[0]

    def add(self, person, text, *, thread=None, student=None, alone=False):
        """Keep `text` after what is kept for this place; what stands in it already is not added again.

        With `alone` it is never kept beside other words: where they stand, nothing is kept, and None returned.
        """
        place = {"person": person, "thread": thread, "student": student}
        with transaction.atomic():
            rows = self.select_for_update(of=("self",))
            row, new = rows.get_or_create(**place, defaults={"text": text})
            if not new and not row.holds(text):
                if alone:
                    return None
                row.text, row.saved_at = f"{row.text}\n\n{text}", timezone.now()
                row.save(update_fields=["text", "saved_at"])
        return row


class Draft(models.Model):
    """What somebody has typed and not sent: in a thread, or for a new one about a child."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, blank=True, related_name="+")
    student = models.ForeignKey(
        "people.Student", models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(max_length=MOST)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = DraftManager.from_queryset(sight.SightQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "thread", "student"],
                nulls_distinct=False,
                name="a_draft_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(thread__isnull=False, student=None)
                | Q(thread=None, student__isnull=False),
                name="a_draft_is_for_one_place",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    def holds(self, text):
        """Whether `text` stands in it as whole paragraphs."""
        mine, theirs = (words.replace("\r\n", "\n") for words in (self.text, text))
        return f"\n\n{theirs}\n\n" in f"\n\n{mine}\n\n"
