"""Announcements: one text to many homes, in their languages, read, tapped or signed for.

Who is told is decided when it leaves, by sight, and stands on the receipts of its notice: why each person
got it, in which language, when it was read and acknowledged. A signature keeps the text that was signed.
"""

import hashlib
import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice, Receipt, audiences
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .thread import ITEM

ANNOUNCED = "announcement.sent"
# Who speaks to many at once; whom they may reach, their sight and the audience's `rows` say.
SPEAKERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})


class NothingToSend(Exception):
    """It has no words yet."""


class NobodyToTell(Exception):
    """Nobody stands behind the audience, or nobody whom the writer may reach."""


class NotThatState(Exception):
    """It has left, or was called off; `state` is where it stands."""

    def __init__(self, state):
        super().__init__(state)
        self.state = state


class WrongName(Exception):
    """The name typed under a text is not the reader's own."""


class AnnouncementQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=SPEAKERS):
        """Return the announcements that `user` may see.

        adviser, counselor: their own · leader, school admin: those of the school · whoever was told:
        those that have left · everybody else: nothing.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = self.filter(made_by=user.pk, school__in=sight.schools_of(user, SPEAKERS & roles))
        heads = super().visible_to(user, frozenset({sight.LEADER, sight.SCHOOL_ADMIN}) & roles)
        if roles != SPEAKERS:
            return own | heads
        told = Receipt.objects.of(user).filter(notice__kind=ANNOUNCED, notice__cancelled_at=None)
        keys = [uuid.UUID(key) for key in told.values_list("notice__about_id", flat=True)]
        return own | heads | self.filter(pk__in=keys)

    def due(self, now=None):
        """Return those that are to leave."""
        waits = self.filter(state=Announcement.State.SCHEDULED)
        return waits.filter(sends_at__lte=now or timezone.now())


@pghistory.track()
class Announcement(models.Model):
    """What the school tells many homes at once."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        SCHEDULED = "scheduled", _("leaves by itself")
        SENT = "sent", _("has left")
        CALLED_OFF = "called_off", _("called off")

    class Level(models.TextChoices):
        READ = "read", _("is read")
        TAP = "tap", _("is answered with “I have read it”")
        SIGN = "sign", _("is signed with the name")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="announcements")
    audience = models.CharField(_("to whom"), max_length=20)
    key = models.CharField(max_length=60)
    level = models.CharField(_("what is asked"), max_length=4, choices=Level, default=Level.READ)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    sends_at = models.DateTimeField(_("leaves"), null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer_by = models.DateTimeField(_("answered until"), null=True, blank=True)
    # the unread are asked once more, by another of their addresses
    chased_at = models.DateTimeField(null=True, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | ~Q(state="sent") & Q(sent_at=None),
                name="what_was_sent_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(sends_at__isnull=False),
                name="what_is_scheduled_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-made_at"], name="announcements_of_school"),
            models.Index(
                fields=["sends_at"], condition=Q(state="scheduled"), name="announcements_to_send"
            ),
        ]

    def __str__(self):
        return str(self.pk)

    def get_absolute_url(self):
        return reverse("messaging:announcement-detail", args=[self.pk])

    @property
    def to_whom(self):
        """The kind of audience, as its room made it known."""
        return audiences.get(self.audience)

    def children(self):
        """Return the children behind the audience today whom the writer may reach, as a queryset."""
        from homeschool.people.models import Student

        seen = Student.objects.visible_to(self.made_by, roles=SPEAKERS).active()
        return seen.filter(pk__in=self.to_whom.children(self.key), school=self.school_id)

    def people(self):
        """Return the rows of Sight of those who are told, as they stand now: several for several
        children."""
        return sight.receivers(self.children().values("pk"), ITEM)

    def words_for(self, language):
        """Return the Wording for a reader of `language`, else the one that was written first."""
        found = {row.language: row for row in self.wordings.all()}
        return found.get(language) or next(iter(found.values()), None)

    # --- its way --------------------------------------------------------------------------------
    def schedule(self, at, *, by):
        """Let it leave by itself at this moment, or now (None). Raises as `send` does."""
        if at is None or at <= timezone.now():
            return self.send(by=by)
        with transaction.atomic():
            stands = self._standing()
            stands.state, stands.sends_at = self.State.SCHEDULED, at
            stands.save(update_fields=["state", "sends_at"])
            stands.note("announcement.scheduled", by)
        return self.refresh_from_db()

    def send(self, *, by):
        """Let it leave; it has left before, nothing happens.

        Raises NothingToSend, NobodyToTell (the audience may have emptied since it was looked at) and
        NotThatState.
        """
        with transaction.atomic():
            stands = Announcement.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if stands.state != self.State.SENT:
                if stands.state == self.State.CALLED_OFF:
                    raise NotThatState(stands.state)
                if not stands.wordings.exists():
                    raise NothingToSend
                if not stands.people().exists():
                    raise NobodyToTell
                stands.state, stands.sent_at = self.State.SENT, timezone.now()
                stands.save(update_fields=["state", "sent_at"])
                stands.note("announcement.sent", by)
                Notice.post(ANNOUNCED, stands, school=stands.school, by=by or stands.made_by)
        self.refresh_from_db()

    def call_off(self, *, by):
        """Call it off before it leaves; called off before, nothing happens. Raises NotThatState."""
        with transaction.atomic():
            stands = Announcement.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if stands.state == self.State.SENT:
                raise NotThatState(stands.state)
            if stands.state != self.State.CALLED_OFF:
                stands.state = self.State.CALLED_OFF
                stands.save(update_fields=["state"])
                stands.note("announcement.called_off", by)
        self.refresh_from_db()

    def _standing(self):
        stands = Announcement.objects.select_for_update(of=("self",)).get(pk=self.pk)
        if stands.state not in (self.State.DRAFT, self.State.SCHEDULED):
            raise NotThatState(stands.state)
        return stands

    def note(self, verb, by):
        """Write an Entry about it."""
        Entry.record(verb, self, by=by, school=self.school)


class WordingManager(models.Manager):
    def put(self, announcement, language, title, text, *, by, provider=""):
        """Write, or write anew, the words in one language; returns them. Raises NotThatState once it
        has left: what people read never changes."""
        with transaction.atomic():
            stands = announcement._standing()
            values = {"title": title, "text": text, "provider": provider, "by": by}
            row, _new = self.update_or_create(
                announcement=stands, language=language, defaults=values
            )
        return row


class Wording(models.Model):
    """The words of an announcement in one language; the first one written is the original."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="wordings")
    language = models.CharField(max_length=12)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=10_000)
    # the name of the machine that translated it; empty where a person wrote it
    provider = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = WordingManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "language"], name="a_wording_stands_once_in_a_language"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(text=""), name="a_wording_says_something"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="what_was_sent_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("row", "messaging_wording%ROWTYPE")],
                func="""
                    row := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                    PERFORM 1 FROM messaging_announcement
                        WHERE id = row.announcement_id AND state = 'sent';
                    IF FOUND THEN
                        RAISE EXCEPTION 'the words of % have been sent', row.announcement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_sent_stays';
                    END IF;
                    RETURN row;
                """,
            )
        ]

    def __str__(self):
        return f"{self.announcement_id} {self.language}"

    @property
    def digest(self):
        """The hash of the words, in hexadecimal: what a signature is for."""
        return hashlib.sha256(f"{self.language}\n{self.title}\n{self.text}".encode()).hexdigest()


class SignatureManager(models.Manager):
    def sign(self, receipt, wording, name, *, now=None):
        """Sign the words as the receipt's person: typed name, moment and text; returns the Signature.

        Signed before, the first signature stands. Raises WrongName where the name is not the person's,
        in whatever case and spacing.
        """
        if _plain(name) not in {_plain(receipt.person.full_name), _plain(str(receipt.person))}:
            raise WrongName
        with transaction.atomic():
            row, new = self.get_or_create(
                receipt=receipt,
                defaults={
                    "wording": wording, "name": name.strip(), "digest": wording.digest,
                    "at": now or timezone.now(),
                },
            )  # fmt: skip
            if new:
                Receipt.objects.filter(pk=receipt.pk).update(signed=row.name)
                receipt.acknowledge()
        return row


def _plain(name):
    return " ".join(name.casefold().split())


class Signature(models.Model):
    """A text that somebody signed for: which words, under which name, when. It never changes."""

    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="+")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = SignatureManager()

    class Meta:
        ordering = ["at", "id"]
        triggers = [
            pgtrigger.Protect(
                name="a_signature_stands", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.receipt_id} {self.at:%Y-%m-%d}"


class SavedList(models.Model):
    """Children whom a school often speaks to together, under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    students = models.ManyToManyField("people.Student", blank=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SchoolPartQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                F("school"), F("name"), condition=Q(ended_at=None), name="a_saved_list_stands_once"
            )
        ]

    def __str__(self):
        return self.name
