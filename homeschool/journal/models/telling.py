"""One fact, told once: PostgreSQL holds who must be told, who was, and how it went.

The design, its measurements and its honest gap: docs/decisions/0003-delivery.md.
"""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .clock import FIRST_PAUSE, LONGEST_PAUSE, after, announce
from .ledger import Entry


class NoticeQuerySet(models.QuerySet):
    def about(self, row):
        """Return the notices about one row."""
        return self.filter(about_type=row._meta.label_lower, about_id=str(row.pk))

    def cancel(self):
        """Take them back: what did not leave yet will not, and links to them are dead."""
        return self.filter(cancelled_at=None).update(cancelled_at=timezone.now())


class Notice(models.Model):
    """A fact that people must be told: its kind says whom, in which words, and until when.

    It holds ids only; the words are rendered from the fact, in the reader's language. `urgency` is
    what its kind said when it was addressed; an urgent one says why, in the words of the code.
    """

    class Urgency(models.TextChoices):
        URGENT = "urgent", _("urgent")
        DIRECT = "direct", _("at once")
        ROUTINE = "routine", _("in the evening letter")

    school = models.ForeignKey("people.School", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    student = models.ForeignKey("people.Student", models.PROTECT, null=True, related_name="+")
    about_type = models.CharField(max_length=60)
    about_id = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dedupe_key = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField(default=timezone.now)
    expanded_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    urgency = models.CharField(max_length=8, choices=Urgency, blank=True, default="", db_default="")
    urgent_because = models.CharField(max_length=200, blank=True, default="", db_default="")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind", "dedupe_key"], name="a_fact_is_told_once"
            ),
            models.CheckConstraint(
                condition=~Q(urgency="urgent") | ~Q(urgent_because=""),
                name="what_is_urgent_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(expanded_at=None), name="notices_to_expand"
            ),
            models.Index(fields=["about_type", "about_id"], name="notices_about_a_row"),
        ]

    def __str__(self):
        return f"{self.kind} {self.about_id}"

    def put_off(self):
        """Let a notice that could not be addressed wait: as long as it did, up to an hour."""
        waited = (timezone.now() - self.created_at).total_seconds()
        seconds = min(max(waited, FIRST_PAUSE), LONGEST_PAUSE)
        Notice.objects.filter(pk=self.pk, expanded_at=None).update(next_at=after(seconds))

    @classmethod
    def post(
        cls, kind, about, *, school, by, student=None, dedupe_key=None, urgent_because="",
        not_before=None,
    ):  # fmt: skip
        """Record that people must be told of `about`, once, in the transaction of the fact.

        Nobody is told before `not_before`. The same (school, kind, dedupe_key) again changes nothing and returns the first notice.
        `urgent_because` is a sentence for the reader, marked for translation in the code, why this
        one waits for nobody's morning; it holds nothing about a child.
        """
        with transaction.atomic():
            notice, new = cls.objects.get_or_create(
                school=school,
                kind=kind,
                dedupe_key=dedupe_key or str(about.pk),
                defaults={
                    "about_type": about._meta.label_lower,
                    "about_id": str(about.pk),
                    "student": student,
                    "actor": by,
                    "urgent_because": urgent_because,
                    "next_at": not_before or timezone.now(),
                },
            )
            if new:
                announce()
        return notice


class ReceiptQuerySet(models.QuerySet):
    def of(self, user):
        """Return what was told to `user`; to anonymous, nothing."""
        return self.filter(person_id=user.pk) if user.is_authenticated else self.none()

    def unread(self):
        """Return those that nobody has read yet; of one person, an index alone counts them."""
        return self.filter(read_at=None)

    def about(self, row):
        """Return the receipts of notices about one row."""
        return self.filter(notice__about_type=row._meta.label_lower, notice__about_id=str(row.pk))


class Receipt(models.Model):
    """One person's copy of a notice, in the portal itself: exactly once.

    `why` is the reason of sight at that moment, `language` the language of that moment. Read and
    acknowledged are facts of the person, whatever the channel.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="receipts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="receipts")
    why = models.CharField(max_length=14)
    language = models.CharField(max_length=12)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    signed = models.CharField(max_length=255, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "person"], name="a_person_is_told_once"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | Q(read_at__isnull=False),
                name="who_acknowledges_has_read",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "-created_at"], condition=Q(read_at=None), name="receipts_unread"
            )
        ]

    def __str__(self):
        return f"{self.person_id} {self.notice_id}"

    def read(self):
        """Record that the person read it; the first time stands."""
        Receipt.objects.filter(pk=self.pk, read_at=None).update(read_at=timezone.now())
        self.refresh_from_db(fields=["read_at"])

    def acknowledge(self, student=None):
        """Record “I have read it”, and its Entry; the first time stands, twice is harmless.

        `student` is the child about whom the person read, where the notice names none.
        """
        now, notice = timezone.now(), self.notice
        with transaction.atomic():
            Receipt.objects.filter(pk=self.pk, read_at=None).update(read_at=now)
            first = Receipt.objects.filter(pk=self.pk, acknowledged_at=None)
            if first.update(acknowledged_at=now):
                Entry.objects.create(
                    kind=Entry.Kind.CHANGED,
                    verb=f"{notice.about_type.rpartition('.')[2]}.confirmed",
                    actor_id=self.person_id,
                    student=student or notice.student,
                    school=notice.school,
                    about_type=notice.about_type,
                    about_id=notice.about_id,
                )
        self.refresh_from_db(fields=["read_at", "acknowledged_at"])
