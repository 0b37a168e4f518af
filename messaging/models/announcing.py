"""Announcements: one text to many homes, in their languages, read, tapped or signed for.

Who is told is decided when it leaves, by sight, and stands on the receipts of its notice: why each person
got it, in which language, when it was read and acknowledged. A signature keeps the text that was signed.
"""

import logging
import uuid

import pghistory
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.journal.models import Entry, Notice, Receipt, audiences
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .thread import ITEM
from .wording import Wording

log = logging.getLogger(__name__)

ANNOUNCED = "announcement.sent"
# Who speaks to many at once; whom they may reach, their sight and the audience's `rows` say.
SPEAKERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})
# Who keeps those of colleagues too: for the whole school, not for a part of it.
HEADS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})
MANY = 500  # children


def headed_by(user, roles=HEADS):
    """Return the queryset of ids of the schools that `user` heads as a whole, in one of these roles."""
    return sight.schools_of(user, roles).filter(division=None)


class NothingToSend(Exception):
    """It has no words yet."""


class NobodyToTell(Exception):
    """Nobody stands behind the audience, or nobody whom the writer may reach."""


class WordsBehind(Exception):
    """Words in these `languages` are older than the first ones: families would read two things."""

    def __init__(self, languages):
        super().__init__(languages)
        self.languages = languages


class CannotAnswer(Exception):
    """When it leaves, the moment until which it is answered is over."""


class ChangedMeanwhile(Exception):
    """Somebody else changed it since it was looked at."""


class NotThatState(Exception):
    """It has left, or was called off; `state` is where it stands."""

    def __init__(self, state):
        super().__init__(state)
        self.state = state


class AnnouncementQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=SPEAKERS):
        """Return the announcements that `user` may see.

        adviser, counselor, leader of a part of the school: their own · leader and school admin of the
        whole: those of the school · whoever was told and still sees one of the children about whom it
        was: those that have left · everybody else: nothing. With `roles` as staff alone.
        """
        kept = self.kept_by(user, roles)
        return kept if roles != SPEAKERS else kept | self.told_to(user)

    def kept_by(self, user, roles=SPEAKERS):
        """Return those that `user` writes, sends and follows as staff."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        own = self.filter(made_by=user.pk, school__in=sight.schools_of(user, SPEAKERS & roles))
        return own | self.filter(school__in=headed_by(user, HEADS & roles))

    def told_to(self, user):
        """Return those that `user` was told as a family, as long as the right to see one of the
        children stands."""
        mine = sight.within(user, "student", sight.FAMILY_ROLES, ITEM)
        if mine is None:
            return self.none()
        told = Receipt.objects.of(user).filter(notice__kind=ANNOUNCED, notice__cancelled_at=None)
        keys = [uuid.UUID(key) for key in told.values_list("notice__about_id", flat=True)]
        about = Told.objects.filter(mine, announcement__in=keys)
        return self.filter(pk__in=about.values("announcement"))

    def due(self, now=None):
        """Return those that are to leave."""
        waits = self.filter(state=Announcement.State.SCHEDULED)
        return waits.filter(sends_at__lte=now or timezone.now())

    def let_leave(self, now=None):
        """Let all leave whose moment is here; harmless twice. One that cannot holds up no other."""
        for row in self.due(now).order_by("sends_at", "pk"):
            try:
                row.leave(now)
            except Exception:
                log.exception("announcement %s could not leave", row.pk)

    def begin(self, school, audience, key, *, by, words, level="read", answer_by=None):
        """Begin one with its first words, {"language", "title", "text"}; returns it, a draft."""
        with transaction.atomic():
            row = Announcement(
                school=school, audience=audience, key=key, level=level, answer_by=answer_by,
                made_by=by, called=str(audiences.get(audience).called(key))[:255],
            )  # fmt: skip
            row.save(force_insert=True)
            Wording.objects.put(row, words["language"], words["title"], words["text"], by=by)
            row.note("announcement.begun", by)
        return row


@pghistory.track()
class Announcement(models.Model):
    """What the school tells many homes at once."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        SCHEDULED = "scheduled", _("leaves by itself")
        SENT = "sent", pgettext_lazy("an announcement", "has left")
        CALLED_OFF = "called_off", _("called off")

    class Stopped(models.TextChoices):
        """Why one that was to leave by itself did not."""

        NOBODY = "nobody", _("nobody stood behind it any more")
        NO_WORDS = "no_words", _("it had no words")
        BEHIND = "behind", _("the words in one language were older than the first ones")

    class Level(models.TextChoices):
        READ = "read", _("is read")
        TAP = "tap", _("is answered with “I have read it”")
        SIGN = "sign", _("is signed with the name")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="announcements")
    audience = models.CharField(_("to whom"), max_length=20)
    key = models.CharField(max_length=60)
    # what it was called when it was chosen: a list of announcements asks no room
    called = models.CharField(max_length=255, blank=True, default="", db_default="")
    level = models.CharField(_("what is asked"), max_length=4, choices=Level, default=Level.READ)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    sends_at = models.DateTimeField(_("leaves"), null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer_by = models.DateTimeField(_("answered until"), null=True, blank=True)
    # the unread are asked once more, by another of their addresses
    chased_at = models.DateTimeField(null=True, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    # counts the changes: who changes what somebody else changed meanwhile is told
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stopped = models.CharField(
        max_length=8, choices=Stopped, blank=True, default="", db_default="", editable=False
    )

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
        """Return the children behind the audience whom the writer may reach, as a queryset: as it
        stands today, and once it has left those of that moment."""
        from homeschool.people.models import Student

        if self.state == self.State.SENT:
            return Student.objects.filter(pk__in=self.told.values("student"))
        if not self.to_whom.stands(self.key):
            return Student.objects.none()
        seen = Student.objects.visible_to(self.made_by, roles=SPEAKERS).active()
        return seen.filter(pk__in=self.to_whom.children(self.key), school=self.school_id)

    def people(self):
        """Return the rows of Sight of those who are told, as they stand now: several for several
        children. Of one that has left: who of them still has the right."""
        if self.state == self.State.SENT:
            return sight.receivers(self.told.values("student"), ITEM)
        return sight.receivers(self.children().values("pk"), ITEM)

    def words_for(self, language):
        """Return the Wording for a reader of `language`, else the one that was written first."""
        found = {row.language: row for row in self.wordings.all()}
        return found.get(language) or next(iter(found.values()), None)

    def first_words(self):
        """Return the Wording that was written first, or None."""
        return next(iter(sorted(self.wordings.all(), key=lambda row: row.pk)), None)

    def behind(self):
        """Return the languages whose words are older than the first ones, in their order."""
        rows = sorted(self.wordings.all(), key=lambda row: row.pk)
        return [row.language for row in rows[1:] if row.of_digest != rows[0].digest]

    # --- its way --------------------------------------------------------------------------------
    def change(self, *, by, version, words=None, **columns):
        """Change what is asked of whom before it leaves, and the first words, {"language", "title",
        "text"}. Raises NotThatState, ChangedMeanwhile where `version` is not the one that stands,
        LanguageTaken, and CannotAnswer where it waits for a later moment than its answers.
        """
        with transaction.atomic():
            stands = self._standing(version)
            if "audience" in columns:
                named = audiences.get(columns["audience"]).called(columns["key"])
                columns["called"] = str(named)[:255]
            for name, value in columns.items():
                setattr(stands, name, value)
            if stands.state == self.State.SCHEDULED:
                stands._check_answers(stands.sends_at)
            stands.version += 1
            stands.save(update_fields=[*columns, "version"])
            if words is not None:
                Wording.objects.rewrite(stands, words, by=by)
            stands.note("announcement.changed", by)
        self.refresh_from_db()

    def schedule(self, at, *, by, version=None):
        """Let it leave by itself at this moment, or now (None). Raises as `send` does."""
        if at is None or at <= timezone.now():
            return self.send(by=by, version=version)
        with transaction.atomic():
            stands = self._standing(version)
            stands._check_words()
            stands._check_answers(at)
            if not stands.people().exists():
                raise NobodyToTell
            stands.state, stands.sends_at = self.State.SCHEDULED, at
            stands.version += 1
            stands.save(update_fields=["state", "sends_at", "version"])
            stands.note("announcement.scheduled", by)
        return self.refresh_from_db()

    def send(self, *, by, version=None):
        """Let it leave; it has left before, nothing happens.

        Raises NothingToSend, WordsBehind, CannotAnswer, NobodyToTell (the audience may have emptied since
        it was looked at), NotThatState, and ChangedMeanwhile where `version` is not the one that stands.
        """
        with transaction.atomic():
            stands = self._locked()
            if stands.state == self.State.CALLED_OFF:
                raise NotThatState(stands.state)
            if stands.state != self.State.SENT:
                if version is not None and stands.version != version:
                    raise ChangedMeanwhile
                stands._check_answers(timezone.now())
                stands._leave(by)
        self.refresh_from_db()

    def leave(self, now=None):
        """Let it leave by itself, if its moment is here; returns whether it left.

        Where it cannot, it is called off and says why (`stopped`): its writer finds it so.
        """
        with transaction.atomic():
            stands = self._locked()
            due = stands.state == self.State.SCHEDULED
            if not due or stands.sends_at > (now or timezone.now()):
                return False
            try:
                with transaction.atomic():
                    stands._leave(None)
            except (NothingToSend, WordsBehind, NobodyToTell) as fault:
                stands = self._locked()
                stands.state, stands.stopped = self.State.CALLED_OFF, _STOPPED[type(fault)]
                stands.save(update_fields=["state", "stopped"])
                stands.note("announcement.stopped", None)
        self.refresh_from_db()
        return self.state == self.State.SENT

    def _check_words(self):
        if not self.wordings.exists():
            raise NothingToSend
        if languages := self.behind():
            raise WordsBehind(languages)

    def _check_answers(self, leaves_at):
        if self.answer_by is not None and self.answer_by <= leaves_at:
            raise CannotAnswer

    def _leave(self, by):
        """Keep about whom it is, and post its notice; call it with the row locked."""
        self._check_words()
        keys = self.children().values_list("pk", flat=True)
        rows = [Told(announcement=self, student_id=pk) for pk in keys]
        Told.objects.bulk_create(rows, 5000)
        if len(rows) >= MANY:
            _count_told()
        self.state, self.sent_at = self.State.SENT, timezone.now()
        if not self.people().exists():
            raise NobodyToTell
        self.save(update_fields=["state", "sent_at"])
        self.note("announcement.sent", by)
        Notice.post(ANNOUNCED, self, school=self.school, by=by or self.made_by)

    def call_off(self, *, by):
        """Call it off before it leaves; called off before, nothing happens. Raises NotThatState."""
        with transaction.atomic():
            stands = self._locked()
            if stands.state == self.State.SENT:
                raise NotThatState(stands.state)
            if stands.state != self.State.CALLED_OFF:
                stands.state = self.State.CALLED_OFF
                stands.save(update_fields=["state"])
                stands.note("announcement.called_off", by)
        self.refresh_from_db()

    def count_change(self):
        """Count a change of the words; call it with the row locked."""
        self.version += 1
        self.save(update_fields=["version"])

    def _locked(self):
        return Announcement.objects.select_for_update(of=("self",)).get(pk=self.pk)

    def _standing(self, version=None):
        stands = self._locked()
        if stands.state not in (self.State.DRAFT, self.State.SCHEDULED):
            raise NotThatState(stands.state)
        if version is not None and stands.version != version:
            raise ChangedMeanwhile
        return stands

    def note(self, verb, by):
        """Write an Entry about it."""
        Entry.record(verb, self, by=by, school=self.school)


_STOPPED = {
    NobodyToTell: Announcement.Stopped.NOBODY,
    NothingToSend: Announcement.Stopped.NO_WORDS,
    WordsBehind: Announcement.Stopped.BEHIND,
}


def _count_told():
    """Let PostgreSQL count what has grown much: who is told is asked right after, and planned by the
    counts of before took thirty times as long (20,000 people: 3 s and 0.1 s)."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_told")


class Told(models.Model):
    """A child about whom an announcement was, as it left: the class may be another one tomorrow."""

    announcement = models.ForeignKey(Announcement, models.PROTECT, related_name="told")
    student = models.ForeignKey("people.Student", models.PROTECT, related_name="+")

    objects = sight.SightQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "student"], name="an_announcement_names_a_child_once"
            )
        ]

    def __str__(self):
        return f"{self.announcement_id} {self.student_id}"
