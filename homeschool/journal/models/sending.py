"""One receipt by one channel: what waits, who has it in hand, and how each try went."""

import uuid
from datetime import timedelta

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from .clock import HANDED, LOSSES, after, announce, lease_end, pause
from .ledger import Entry
from .telling import Notice, Receipt

TRIES = 10
DIGEST = "digest"  # the kind of the notice of an evening letter
MORE_TIME = timedelta(days=1)  # what a delivery gets that a person tries again

TOO_LATE = gettext_noop("It was too late to send it.")
LEASE_LOST = gettext_noop("The worker ended before it had sent it.")
NOBODY_KNOWS = gettext_noop("The worker ended while it was sending: perhaps it arrived.")

# The outcome of one letter, its try, and the begin of the next one: one way to the database, which
# was half of the cost of a letter. Returns how many were concluded and how many begun (0 or 1).
CONCLUDED = """
    WITH concluded AS (
        UPDATE journal_delivery
        SET state = %(state)s, error = %(error)s, attempts = %(tries)s, losses = 0,
            lease_by = '', lease_until = NULL, started_at = NULL,
            next_at = coalesce(statement_timestamp() + %(wait)s * interval '1 second', next_at),
            sent_at = CASE WHEN %(state)s = 'sent' THEN statement_timestamp() END
        WHERE id = %(id)s AND lease_by = %(by)s AND state = ANY(%(held)s)
        RETURNING id
    ), tried AS (
        INSERT INTO journal_attempt (delivery_id, n, at, worker, outcome, reply)
        SELECT id, %(tries)s, statement_timestamp(), %(by)s, %(outcome)s, %(reply)s FROM concluded
    )
"""
# What an evening letter carries ends with it; while it waits or has failed, they wait with it.
WITH_ITS_ITEMS = """, ended AS (
        UPDATE journal_delivery
        SET state = %(state)s, error = %(error)s, attempts = attempts + 1,
            sent_at = CASE WHEN %(state)s = 'sent' THEN statement_timestamp() END
        WHERE digest_id IN (SELECT id FROM concluded) AND state = 'merged'
            AND %(state)s IN ('sent', 'cancelled', 'expired')
        RETURNING id, attempts
    ), told AS (
        INSERT INTO journal_attempt (delivery_id, n, at, worker, outcome, reply)
        SELECT id, attempts, statement_timestamp(), %(by)s, %(outcome)s, %(reply)s FROM ended
    )
"""
BEGUN = """, begun AS (
        UPDATE journal_delivery
        SET lease_until = statement_timestamp() + %(lease)s * interval '1 second',
            started_at = statement_timestamp(), attempts = attempts + 1
        WHERE id = %(then)s AND state = 'leased' AND lease_by = %(by)s
        RETURNING id
    )
"""
ALONE = "SELECT (SELECT count(*) FROM concluded), 0"
AND_NEXT = "SELECT (SELECT count(*) FROM concluded), (SELECT count(*) FROM begun)"


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the deliveries that `user` looks after: a superuser all, a school admin those of
        its schools; to everybody else, nothing."""
        from homeschool.journal import kinds

        schools = kinds.overseen_by(user)
        if schools is kinds.EVERY_SCHOOL:
            return self.all()
        return self.filter(receipt__notice__school__in=schools)

    def waiting(self):
        """Return those that still have to leave: pending, or leased to somebody who may have died."""
        return self.filter(state__in=[Delivery.State.PENDING, Delivery.State.LEASED])

    def due(self):
        """Return those that wait and have no reason to: never tried, or due again.

        What has to wait for its reader's morning has a reason until then.
        """
        awake = Q(not_before=None) | Q(not_before__lte=Now())
        return self.waiting().filter(awake & Q(attempts=0) | Q(next_at__lte=Now()))

    def needing_a_person(self):
        """Return those that the portal gave up: failed, or uncertain whether they arrived."""
        return self.filter(state__in=[Delivery.State.FAILED, Delivery.State.UNCERTAIN])

    def held_until(self, channel, at):
        """Return those kept for an evening letter that leaves at `at` or before."""
        return self.filter(state=Delivery.State.HELD, channel=channel, next_at__lte=at)

    def overdue(self):
        """Return those that wait and are too late to be sent."""
        waits = [Delivery.State.PENDING, Delivery.State.HELD]
        return self.filter(state__in=waits, expires_at__lte=Now())

    def lost(self):
        """Return those whose lease ended without an outcome; `at_hand` says of which its holder was
        at work: a batch is sent in the order of its keys."""
        before = Delivery.objects.filter(
            state=Delivery.State.LEASED, lease_by=OuterRef("lease_by"), pk__lt=OuterRef("pk")
        )
        lost = self.filter(state=Delivery.State.LEASED, lease_until__lt=Now())
        return lost.annotate(at_hand=~Exists(before))

    def let_go(self, at_most=500):
        """Let wait again what only waited for its turn in the batch of a worker that ended: nothing
        of it was begun. Returns how many; no more than `at_most`."""
        with transaction.atomic():
            waited = self.lost().filter(at_hand=False, started_at=None)
            rows = waited.select_for_update(skip_locked=True).order_by("pk")
            ids = list(rows.values_list("pk", flat=True)[:at_most])
            self.filter(pk__in=ids).update(
                state=Delivery.State.PENDING,
                lease_by="",
                lease_until=None,
                next_at=Now(),
                error=LEASE_LOST,
            )
            if ids:
                announce()
        return len(ids)

    def lease(self, ids, by):
        """Take those of `ids` that the relay handed out and nobody took yet; returns their ids.

        It commits by itself: no transaction is open over the network.
        """
        with transaction.atomic():
            handed = self.filter(pk__in=ids, state=Delivery.State.PENDING, lease_by=HANDED)
            free = handed.select_for_update(skip_locked=True).order_by("pk")
            taken = list(free.values_list("pk", flat=True))
            self.filter(pk__in=taken).update(
                state=Delivery.State.LEASED, lease_by=by, lease_until=lease_end(), started_at=None
            )
        return taken

    def renew(self, ids, by):
        """Renew the lease that `by` holds on these."""
        held = self.filter(pk__in=ids, state=Delivery.State.LEASED, lease_by=by)
        held.update(lease_until=lease_end())

    def set_aside(self, ids, by, reply):
        """Let wait for a moment what `by` holds and did not begin, since its server takes nothing
        now: for these that was no try, and an hour without a server leaves no million of them."""
        held = self.filter(pk__in=ids, state=Delivery.State.LEASED, lease_by=by, started_at=None)
        held.update(
            state=Delivery.State.PENDING,
            lease_by="",
            lease_until=None,
            next_at=after(pause(1) / 2),
            error=reply[:500],
        )

    def give_back(self, ids, by):
        """Let go of what `by` holds and did not begin: it waits again, as if never taken."""
        held = self.filter(pk__in=ids, state=Delivery.State.LEASED, lease_by=by, started_at=None)
        with transaction.atomic():
            held.update(state=Delivery.State.PENDING, lease_by="", lease_until=None, next_at=Now())
            announce()

    def expire(self, worker, at_most=500):
        """Close those that are too late to be sent; returns how many. No more than `at_most`."""
        with transaction.atomic():
            late = self.overdue().select_for_update(skip_locked=True).only("pk", "attempts")
            rows = list(late.order_by("pk")[:at_most])
            late = Q(pk__in=[row.pk for row in rows])
            carried = Q(digest__in=[row.pk for row in rows], state=Delivery.State.MERGED)
            self.filter(late | carried).update(
                state=Delivery.State.EXPIRED, lease_by="", error=TOO_LATE
            )
            Attempt.objects.bulk_create(
                Attempt(
                    delivery=row,
                    n=row.attempts,
                    worker=worker,
                    outcome=Attempt.Outcome.DROPPED,
                    reply=TOO_LATE,
                )
                for row in rows
            )
        return len(rows)


class Delivery(models.Model):
    """One receipt by one channel.

    pending > leased > sent | pending again | uncertain | failed | cancelled | expired.
    A routine one of a person who wants one letter in the evening: held > merged > what becomes of
    `digest`, the delivery that carries it (docs/decisions/0017-digests.md).
    `started_at` is set just before the words go out and cleared with the outcome: a lease that
    ends with it set is uncertain, without it nothing was sent. `key` is the Message-ID and the
    idempotency key: whatever is sent again is sent under the same one. `losses` counts the leases
    that ended without an outcome since the last one.
    """

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("in the portal")
        EMAIL = "email", _("e-mail")

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        LEASED = "leased", _("on its way")
        HELD = "held", _("kept for the evening letter")
        MERGED = "merged", _("in an evening letter")
        SENT = "sent", _("sent")
        UNCERTAIN = "uncertain", _("perhaps sent")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("too late")

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    address = models.CharField(max_length=254, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease_by = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(null=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)  # it had to wait for the morning or the evening
    digest = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="items", db_index=False
    )

    objects = DeliveryQuerySet.as_manager()
    begun = False  # whether `begin` counted this try
    at_hand = True  # whether its holder was at work on it when the lease ended

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "channel"], name="a_receipt_goes_once_by_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_until__isnull=False) | ~Q(state="leased"),
                name="a_lease_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
                name="what_is_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", digest__isnull=False) | ~Q(state="merged"),
                name="what_is_merged_has_its_letter",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_at"],
                condition=Q(state__in=["pending", "leased"]),
                name="deliveries_that_wait",
            ),
            models.Index(
                fields=["-created_at"],
                condition=Q(state__in=["failed", "uncertain"]),
                name="deliveries_given_up",
            ),
            models.Index(
                fields=["channel", "next_at"],
                condition=Q(state="held"),
                name="deliveries_for_the_evening",
            ),
            models.Index(
                fields=["digest"], condition=Q(digest__isnull=False), name="deliveries_in_a_digest"
            ),
        ]

    def __str__(self):
        return f"{self.channel} {self.key}"

    @property
    def carries_others(self):
        """Whether it is an evening letter; asks the notice, which a batch has at hand."""
        return self.receipt.notice.kind == DIGEST

    # --- for whoever holds the lease `by` ---------------------------------------------------

    def begin(self, by):
        """Renew the lease and note that the words go out now; returns whether it is still ours."""
        held = Delivery.objects.filter(pk=self.pk, state=self.State.LEASED, lease_by=by)
        begun = held.update(lease_until=lease_end(), started_at=Now(), attempts=F("attempts") + 1)
        self.attempts += begun
        self.begun = bool(begun)
        return self.begun

    def mark_sent(self, by, reply="", then=None):
        """Record that the peer took it; also where the lease ended meanwhile and nobody knew.

        `then` is the delivery that leaves next: it is begun in the same statement (`then.begun`).
        """
        return self._conclude(by, Attempt.Outcome.SENT, self.State.SENT, reply, then=then)

    def postpone(self, by, reply, *, uses_up=True):
        """Let it wait for the next try; after ten tries it has failed.

        `uses_up=False`: the whole server was away, which never takes away the last try.
        """
        self.attempts += not self.begun
        if not uses_up:
            self.attempts = min(self.attempts, TRIES - 1)
        if self.attempts >= TRIES:
            return self.give_up(by, reply, Attempt.Outcome.LATER)
        wait = pause(self.attempts) if uses_up else pause(1) / 2  # who is back is not kept waiting
        return self._conclude(by, Attempt.Outcome.LATER, self.State.PENDING, reply, wait)

    def rest(self, by, until):
        """Let it wait until the reader's quiet hours end: no try, and nobody's fault."""
        held = Delivery.objects.filter(pk=self.pk, state=self.State.LEASED, lease_by=by)
        held.update(
            state=self.State.PENDING,
            lease_by="",
            lease_until=None,
            next_at=until,
            not_before=until,
        )

    def give_up(self, by, reply, outcome="refused"):
        """Record that it failed; a person may try it again."""
        return self._conclude(by, outcome, self.State.FAILED, reply)

    def drop(self, by, reply, state=State.CANCELLED):
        """Record that it is not sent any more, and why."""
        return self._conclude(by, Attempt.Outcome.DROPPED, state, reply)

    def _conclude(self, by, outcome, state, reply, wait=None, then=None):
        """Write the outcome and the try, both or none; returns False where the lease is lost."""
        values = {
            "id": self.pk,
            "by": by,
            "held": [self.State.LEASED, self.State.UNCERTAIN][: 1 + (state == self.State.SENT)],
            "state": state,
            "error": "" if state == self.State.SENT else reply[:500],
            "tries": self.attempts,
            "wait": wait,
            "outcome": outcome,
            "reply": reply[:500],
            "then": then and then.pk,
            "lease": settings.LEASE_SECONDS,
        }
        parts = [CONCLUDED, WITH_ITS_ITEMS if self.carries_others else ""]
        parts += [BEGUN, AND_NEXT] if then else [ALONE]
        with connection.cursor() as cursor:
            cursor.execute("".join(parts), values)
            concluded, begun = cursor.fetchone()
        if then:
            then.attempts, then.begun = then.attempts + begun, bool(begun)
        return concluded == 1

    # --- for others ---------------------------------------------------------------------------

    def lose_lease(self, *, may_repeat):
        """Take it back from a worker that ended without an outcome.

        Nothing was begun: it waits again. Begun: nobody knows whether it arrived; what `may_repeat`
        waits again under the same key, the rest is uncertain. At the third time it has failed: it
        may be what its workers die of. What only waited in a dead worker's batch is no such thing.
        Call it with the row locked.
        """
        begun, worker = self.started_at is not None, self.lease_by
        self.losses += self.at_hand
        self.error = NOBODY_KNOWS if begun else LEASE_LOST
        if begun and not may_repeat:
            # lease_by stays: its sender may still say that it went
            self.state = self.State.UNCERTAIN
        else:
            self.state = self.State.FAILED if self.losses >= LOSSES else self.State.PENDING
            self.lease_by = ""
        self.next_at, self.lease_until, self.started_at = Now(), None, None
        changed = ["state", "losses", "error", "lease_by", "lease_until", "started_at", "next_at"]
        self.save(update_fields=changed)
        outcome = Attempt.Outcome.UNCERTAIN if begun else Attempt.Outcome.LATER
        Attempt.objects.create(
            delivery=self, n=self.attempts, worker=worker, outcome=outcome, reply=self.error
        )

    def try_again(self, *, by):
        """Let a delivery that was given up leave once more, under the same key.

        Returns False, and changes nothing, where it is not given up (any more).
        """
        with transaction.atomic():
            given_up = Delivery.objects.needing_a_person().filter(pk=self.pk)
            changed = given_up.update(
                state=self.State.PENDING,
                attempts=0,
                losses=0,
                lease_by="",
                next_at=Now(),
                expires_at=Greatest("expires_at", Now() + MORE_TIME),
            )
            if changed:
                notice = self.receipt.notice
                about = {"student": notice.student, "school": notice.school}
                Entry.record("delivery.tried_again", self, by=by, **about)
                announce()
        return bool(changed)


class Attempt(models.Model):
    """One try of a delivery and what came back; never changed after."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        LATER = "later", _("try again later")
        REFUSED = "refused", _("refused for good")
        UNCERTAIN = "uncertain", _("perhaps sent")
        DROPPED = "dropped", _("not sent any more")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tries")
    n = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    worker = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        # rows come in the order of time and stay: a few pages of this say where the last hour is
        indexes = [BrinIndex(fields=["at"], name="attempts_by_time", pages_per_range=16)]
        triggers = [
            pgtrigger.Protect(
                name="an_attempt_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.outcome} {self.reply}".strip()


def waiting_since():
    """Return since when the oldest due notice or delivery waits, or None (two queries).

    A delivery that waits for its next try after a refusal is not due.
    """
    told = Notice.objects.filter(expanded_at=None).aggregate(at=models.Min("created_at"))["at"]
    ready = Coalesce("not_before", "created_at")
    since = models.Case(models.When(attempts=0, then=ready), default="next_at")
    sent = Delivery.objects.due().aggregate(at=models.Min(since))["at"]
    return min(filter(None, (told, sent)), default=None)
