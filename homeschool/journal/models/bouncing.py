"""Letters that came back: what mail servers and providers say of an address, and what follows."""

import re
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .sending import Attempt, Delivery

SOFT_ONES = 3  # in a week, without a letter that arrived between them: then the address is no good
A_WEEK = timedelta(days=7)
AT_ONCE = 500  # letters that one press of a button lets leave again

# The number by which a server says what it means (RFC 3463); an IP number is none.
ENHANCED = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
# What RFC 3463, 3.2 and 3.3, says of the address itself: it does not exist, or its mailbox is closed.
_OF_THE_ADDRESS = re.compile(r"5\.(1\.\d+|2\.1)")
# Without such a number (RFC 5321, 4.2.3) these codes say so too, unless the words tell of a policy.
_NO_MAILBOX = {550, 551, 553}
_POLICY = re.compile(r"polic|block|spam|relay|denied|reputation|black|listed|authenticat", re.I)

_marks: list = []


def is_about_the_address(code, reply):
    """Whether a server's refusal says that nobody is reached at this address, today or later."""
    if code < 500:
        return False
    if found := ENHANCED.search(reply):
        return bool(_OF_THE_ADDRESS.fullmatch(found[0]))
    return code in _NO_MAILBOX and not _POLICY.search(reply)


def register_marks(fail, works):
    """Let a room mark addresses, since the journal knows no other room.

    `fail(channel, value)` takes an address out of use, `works(channel, value)` takes it back into
    use; done before, nothing happens.
    """
    _marks[:] = [fail, works]


class BounceQuerySet(models.QuerySet):
    def of(self, channel, value):
        """Return what was said of an address, the newest first."""
        return self.alias(small=Lower("value")).filter(channel=channel, small=value.lower())

    def unsettled(self):
        """Return those after which nothing arrived."""
        return self.filter(settled_at=None)


class Bounce(models.Model):
    """That a letter did not reach an address, or that its reader called it unwanted.

    `event` is the provider's own number of the event, which may tell of it several times. A soft one
    (mailbox full, server away) is settled by a letter that arrives; a hard one, or a complaint, by
    a person who knows that the address works again.
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("there is no such address")
        SOFT = "soft", _("could not be delivered for now")
        COMPLAINT = "complaint", _("the reader called it unwanted")

    kind = models.CharField(max_length=10, choices=Kind)
    channel = models.CharField(max_length=8)
    value = models.CharField(max_length=254)
    reason = models.CharField(max_length=500, blank=True)
    event = models.CharField(max_length=200)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="bounces")
    at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    objects = BounceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["event"], name="a_bounce_is_told_once")]
        indexes = [
            models.Index(
                "channel", Lower("value"), models.F("at").desc(), name="bounces_of_an_address"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.reason}".strip()

    @classmethod
    def record(cls, kind, channel, value, *, reason, event, key=None):
        """Write down that the letter `key` did not arrive at `value`, and act on it; told again,
        nothing happens. Returns whether it was new."""
        delivery = Delivery.objects.filter(key=key, channel=channel).first() if key else None
        with transaction.atomic():
            _row, new = cls.objects.get_or_create(
                event=event[:200],
                defaults={
                    "kind": kind, "channel": channel, "value": value[:254],
                    "reason": reason[:500], "delivery": delivery,
                },
            )  # fmt: skip
            if new and kind != cls.Kind.SOFT and delivery:
                fail_sent(delivery, reason)
            if new and cls._is_enough(kind, channel, value):
                _marks[0](channel, value)
        return new

    @classmethod
    def _is_enough(cls, kind, channel, value):
        if not _marks:
            return False
        if kind != cls.Kind.SOFT:
            return True
        lately = cls.objects.of(channel, value).unsettled().filter(at__gte=timezone.now() - A_WEEK)
        return lately.filter(kind=kind).count() >= SOFT_ONES

    @classmethod
    def arrived(cls, channel, value):
        """Record that a letter arrived at `value`: what was soft is over."""
        with transaction.atomic():
            open_ones = cls.objects.of(channel, value).unsettled()
            settled = open_ones.filter(kind=cls.Kind.SOFT).update(settled_at=timezone.now())
            if settled and _marks and not open_ones.exists():
                _marks[1](channel, value)

    @classmethod
    def settle(cls, channel, value):
        """Forget what was said of an address, since a person knows that it works."""
        cls.objects.of(channel, value).unsettled().update(settled_at=timezone.now())


def fail_sent(delivery, reason):
    """Give up a delivery that its server had taken and sent back; a person may try it again."""
    sent = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENT)
    if sent.update(state=Delivery.State.FAILED, error=reason[:500]):
        # what an evening letter carried waits with it
        carried = Delivery.objects.filter(digest=delivery.pk, state=Delivery.State.SENT)
        carried.update(state=Delivery.State.MERGED, sent_at=None)
        Attempt.objects.create(
            delivery=delivery,
            n=delivery.attempts,
            worker="mail",
            outcome=Attempt.Outcome.REFUSED,
            reply=reason[:500],
        )


def refused_at_the_door(delivery, reply):
    """Write down that a server refused the address of a delivery while it was handed over."""
    Bounce.record(
        Bounce.Kind.HARD,
        delivery.channel,
        delivery.address,
        reason=reply,
        event=f"door:{delivery.key}:{delivery.attempts}",
        key=delivery.key,
    )


def try_anyway(delivery, *, by):
    """Let a given-up delivery leave again, to its address too if that was taken out of use: a person
    says that it works. Returns whether it leaves."""
    with transaction.atomic():
        goes = delivery.try_again(by=by)
        if goes and Bounce.objects.of(delivery.channel, delivery.address).unsettled().exists():
            Bounce.settle(delivery.channel, delivery.address)
            _marks[1](delivery.channel, delivery.address)
    return goes


def try_all_again(deliveries, *, by):
    """Let those of `deliveries` that failed leave again, five hundred at most; returns how many.

    Left out is what perhaps arrived, which a person decides one by one, and what goes to an address
    that is known to be no good.
    """
    bad = Bounce.objects.unsettled().exclude(kind=Bounce.Kind.SOFT).alias(small=Lower("value"))
    bad = bad.filter(channel=OuterRef("channel"), small=Lower(OuterRef("address")))
    failed = deliveries.filter(state=Delivery.State.FAILED).exclude(Exists(bad))
    rows = failed.select_related("receipt__notice").order_by("pk")[:AT_ONCE]
    with transaction.atomic():
        return sum(delivery.try_again(by=by) for delivery in rows)
