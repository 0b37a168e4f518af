"""What of the room stands on pages of others: on Today what waits for staff, on a family's page the
newest words. Each is a part of a query that those pages ask anyway, so it costs them none."""

from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, Left, Now
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from homeschool.answering import standing, state_of
from homeschool.journal.models import Receipt
from homeschool.people import sight
from messaging.models import Message, Seat, Suggestion
from messaging.models.message import WRITTEN
from messaging.models.suggestion import ANSWERING
from messaging.models.thread import staff_within

from .translating import to_explain

UNREAD, UNCLEAR, IDEA = "message_unread", "message_unclear", "suggestion"
KINDS = (UNREAD, UNCLEAR, IDEA)
NEWEST, SHORT = 2, 240
ABOUT = Message._meta.label_lower


# --- Today ---------------------------------------------------------------------------------------
def to_do(user, columns, most):
    """Return the querysets of dicts of what waits for `user` of the staff, at most so many of each:
    messages that it was told of and has not read, “I did not understand” that waits for it, and
    suggestions that it is to answer.

    `columns` are those of the union in which they stand: id, plan (the thread), title, child, at,
    who, text, proposes, kind, due.
    """
    short = ["short" if name == "text" else name for name in columns]
    return [
        _unread(user).values(*short)[:most],
        _unclear(user).values(*short)[:most],
        _ideas(user).values(*columns)[:most],
    ]


def _messages(rows, user, kind, at, who):
    found = staff_within(user, "thread__student")
    held = Q(Exists(Seat.objects.live().school().held_by(user).filter(thread=OuterRef("thread"))))
    cares = staff_within(user, "thread__student", frozenset({sight.COUNSELOR}))
    reads = held if cares is None else held | cares  # as Thread.visible_to, of threads that began
    rows = rows.none() if found is None else rows.filter(found, reads)
    return rows.annotate(
        child=F("thread__student__full_name"), short=Left("text", SHORT), plan=F("thread"),
        title=Value(""), kind=Value(kind), due=Cast(None, DateField()), at=F(at), who=F(who),
        proposes=F("tap"),
    )  # fmt: skip


def _unread(user):
    told = Receipt.objects.filter(
        person=user.pk, read_at=None, notice__kind=WRITTEN, notice__about_type=ABOUT,
        notice__cancelled_at=None,
    ).values(key=Cast("notice__about_id", UUIDField()))  # fmt: skip
    rows = Message.objects.kept().filter(pk__in=told)
    rows = _messages(rows, user, UNREAD, "leaves_at", "author__full_name")
    return rows.order_by("-leaves_at", "-pk")


def _unclear(user):
    rows = Message.objects.filter(unclear__in=to_explain(user).values("pk"))
    rows = _messages(rows, user, UNCLEAR, "unclear__at", "unclear__person__full_name")
    return rows.order_by("unclear__at", "pk")


def _ideas(user):
    rows = Suggestion.objects.visible_to(user, roles=ANSWERING).waiting()
    rows = rows.annotate(
        child=F("student__full_name"), at=F("asked_at"), who=F("by__full_name"), plan=F("student"),
        title=F("area"), proposes=Value(""), kind=Value(IDEA), due=F("due_on"),
    )  # fmt: skip
    return rows.order_by("due_on", "pk")


class Waiting:
    """What of the union waits for the reader here, in words; `today` is the day of the page."""

    def __init__(self, rows, zone, today):
        self.zone, self.today = zone, today
        self.rows = [row for row in rows if row["kind"] in KINDS]

    def _of(self, kind):
        return [
            row | {"at": row["at"].astimezone(self.zone)}
            for row in self.rows
            if row["kind"] == kind
        ]

    @property
    def threads(self):
        """Conversations with something unread, the newest first: the newest words of each, and `many`."""
        found: dict = {}
        for row in sorted(self._of(UNREAD), key=lambda row: row["at"], reverse=True):
            there = found.setdefault(row["plan"], row | {"many": 0, "url": thread_url(row["plan"])})
            there["many"] += 1
            there["tapped"] = Message.Tap(there["proposes"]).label if there["proposes"] else ""
        return list(found.values())

    @property
    def unclear(self):
        """Who did not understand what, the longest waiting first."""
        rows = sorted(self._of(UNCLEAR), key=lambda row: row["at"])
        said = _("%(name)s did not understand a message")
        return [
            row | {"said": said % {"name": row["who"]}, "url": thread_url(row["plan"])}
            for row in rows
        ]

    @property
    def ideas(self):
        """Suggestions to be answered, the one due first on top."""
        return [
            self._idea(row, state_of(None, row["due"], self.today))
            for row in sorted(self._of(IDEA), key=lambda row: row["due"])
        ]

    def _idea(self, row, state):
        return row | {"state": state, "standing": standing(state, row["due"], self.today)}

    def __len__(self):
        return len(self.threads) + len(self.unclear) + len(self.ideas)


def thread_url(key):
    """Return the address of a thread."""
    return reverse("messaging:thread-detail", args=[key])


# --- a family's page -----------------------------------------------------------------------------
def newest_for(user):
    """Return the annotations of a query of children by which its page shows the newest words of the
    threads in which `user` takes part as the family: `mail`, and `unread`, how many it has not read."""
    seats = (
        Seat.objects.live().home().filter(person=user.pk, thread__student=OuterRef(OuterRef("pk")))
    )
    rows = Message.objects.kept().filter(thread__in=seats.values("thread"), leaves_at__lte=Now())
    told = JSONObject(
        thread="thread_id", who="author__full_name", author="author_id", text=Left("text", SHORT),
        tap="tap", language="language", at="leaves_at",
    )  # fmt: skip
    unread = Receipt.objects.filter(
        person=user.pk, read_at=None, notice__kind=WRITTEN, notice__student=OuterRef("pk"),
        notice__cancelled_at=None,
    )  # fmt: skip
    counted = unread.order_by().values("person").annotate(n=Count("pk")).values("n")
    return {
        "mail": ArraySubquery(rows.order_by("-leaves_at", "-pk").values(json=told)[:NEWEST]),
        "unread": Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    }


@dataclass
class Mail:
    """What a family's page shows of its threads about a child; moments by the clock of `zone`."""

    child: object
    rows: list = field(default_factory=list)
    unread: int = 0

    @classmethod
    def of(cls, child, user, zone):
        """Return the Mail of a child that was read with `newest_for`."""
        found = [
            row
            | {
                "at": parse_datetime(row["at"]).astimezone(zone),
                "own": row["author"] == str(user.pk),
                "tapped": Message.Tap(row["tap"]).label if row["tap"] else "",
                "url": thread_url(row["thread"]),
            }
            for row in child.mail
        ]
        return cls(child, found, child.unread)

    @property
    def new_url(self):
        """Where the family writes to the school about the child."""
        return reverse("messaging:thread-write", args=[self.child.pk])
