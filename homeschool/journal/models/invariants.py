"""What must hold at every moment, whatever died: `manage.py check_invariants` asks after each run.

Each room registers sentences about its own rows in `AppConfig.ready()`, as a queryset of the rows
that break them. Most are held by constraints too: the sentences judge a database that was restored,
or mended by hand, in the same words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast, Now

from .ledger import Entry, Heartbeat, Submission
from .sending import Attempt, Delivery
from .telling import Notice, Receipt
from .work import Job

SHOWN = 5  # rows of each kind that are named
ALIVE = timedelta(seconds=30)  # as old may a sign of life be, as in health.py
TO_EXPAND = timedelta(minutes=1)
TO_TAKE_BACK = timedelta(minutes=3)  # the sweep looks each ten seconds
TO_GATHER = timedelta(minutes=15)


@dataclass(frozen=True)
class Invariant:
    """A sentence that holds while `offenders()`, a queryset, is empty."""

    name: str
    sentence: str
    offenders: Callable

    def judge(self):
        """Return {"name", "sentence", "broken": how many rows, "rows": the ids of a few}."""
        rows = self.offenders().order_by()
        found = [str(pk) for pk in rows.values_list("pk", flat=True).distinct()[: SHOWN + 1]]
        number = len(found) if len(found) <= SHOWN else rows.values("pk").distinct().count()
        return {
            "name": self.name, "sentence": self.sentence, "broken": number, "rows": found[:SHOWN],
        }  # fmt: skip


_all: dict[str, Invariant] = {}


def register(name, sentence, offenders):
    """Make an invariant known under its name; the last one stands."""
    _all[name] = Invariant(name, sentence, offenders)


def judge():
    """Return the verdict on each invariant, in the order in which the rooms named them."""
    return [invariant.judge() for invariant in _all.values()]


# --- to say it with -------------------------------------------------------------------------------


def twins(rows, *fields):
    """Return those of `rows` (a queryset) before which there is another one with the same fields."""
    same = {field: OuterRef(field) for field in fields}
    return rows.filter(Exists(rows.model.objects.filter(**same, pk__lt=OuterRef("pk"))))


def entries_about(model, verb, **more):
    """Return the entries with `verb` about the row at hand, to ask whether there is one."""
    about = Cast(OuterRef("pk"), models.CharField())
    label = model._meta.label_lower
    return Entry.objects.filter(about_type=label, about_id=about, verb=verb, **more)


def beats(name):
    """Return the sign of life of a part, if it lives: of one that is dead nothing can be asked."""
    return Exists(Heartbeat.objects.filter(name=name, at__gt=Now() - ALIVE))


# --- the journal's own ----------------------------------------------------------------------------


def forms():
    """Sent twice, or without the answer that its sender is to get again."""
    return Submission.objects.filter(
        Q(answer="") | Q(pk__in=twins(Submission.objects.all(), "user", "key").values("pk"))
    )


def _sent():
    return Attempt.objects.filter(delivery=OuterRef("pk"), outcome=Attempt.Outcome.SENT)


def _outside():
    return Delivery.objects.exclude(channel=Delivery.Channel.IN_APP)


def sent_again():
    """Taken by the peer twice, or waiting though it was taken, and nobody asked for it."""
    sent = Attempt.objects.filter(outcome=Attempt.Outcome.SENT).order_by()
    twice = sent.values("delivery").annotate(times=models.Count("pk")).filter(times__gt=1)
    waits = Q(Exists(_sent()), state__in=[Delivery.State.PENDING, Delivery.State.LEASED])
    found = _outside().filter(waits | Q(pk__in=twice.values("delivery")))
    return found.exclude(Exists(entries_about(Delivery, "delivery.tried_again")))


def sent_untold():
    """Marked as sent, and no try says so."""
    return _outside().filter(~Exists(_sent()), state=Delivery.State.SENT)


def _never_ends(leased):
    late = Q(beats("beat"), beats("worker"), lease_until__lt=Now() - TO_TAKE_BACK)
    return leased.filter(Q(lease_until=None) | late)


def unexpanded():
    """Written a minute ago, and nobody was told, though the relay lives."""
    waits = Notice.objects.filter(expanded_at=None, created_at__lt=Now() - TO_EXPAND)
    return waits.filter(beats("relay"))


def left_for_the_evening():
    """Kept for an evening letter whose hour is over, though beat and a worker live."""
    late = Delivery.objects.filter(state=Delivery.State.HELD, next_at__lt=Now() - TO_GATHER)
    return late.filter(beats("beat"), beats("worker"))


def confirmed_untold():
    """Confirmed by its reader, and the journal does not say so."""
    said = Entry.objects.filter(
        about_type=OuterRef("notice__about_type"), about_id=OuterRef("notice__about_id"),
        verb__endswith=".confirmed", actor=OuterRef("person"),
    )  # fmt: skip
    # the entry of an account that became one with another keeps the old name
    merged = Entry.objects.filter(
        verb="person.merged", about_id=Cast(OuterRef("person"), models.CharField())
    )
    return Receipt.objects.filter(~Exists(said), ~Exists(merged), acknowledged_at__isnull=False)


def register_own():
    """Say what the journal's own rows hold."""
    register("forms", "Every form that was accepted is accepted once, and has its answer.", forms)
    register(
        "receipts", "Everybody was told of a fact once.",
        lambda: twins(Receipt.objects.all(), "notice", "person"),
    )  # fmt: skip
    register(
        "deliveries", "A receipt goes out once by each way, behind one key.",
        lambda: twins(Delivery.objects.all(), "receipt", "channel"),
    )  # fmt: skip
    register("sent-once", "Nothing that was sent is sent again, unless a person asked.", sent_again)
    register("sent-told", "What counts as sent has a try that says so.", sent_untold)
    register(
        "leases", "A letter in somebody's hands comes back when its time is over.",
        lambda: _never_ends(Delivery.objects.filter(state=Delivery.State.LEASED)),
    )  # fmt: skip
    register(
        "jobs", "A job in somebody's hands comes back when its time is over.",
        lambda: _never_ends(Job.objects.filter(state=Job.State.LEASED)),
    )  # fmt: skip
    register("told-soon", "No fact waits longer than a minute to be told.", unexpanded)
    register("evenings", "Nothing is left over from an evening letter.", left_for_the_evening)
    register(
        "confirmed", "Who confirmed to have read something stands in the journal.", confirmed_untold
    )
