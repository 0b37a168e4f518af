"""What must hold of threads, announcements and signatures, for `manage.py check_invariants`."""

from django.db.models import (
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from homeschool.journal.models import Notice
from homeschool.journal.models.invariants import register
from homeschool.people.models import Household, Membership

from .announcing import ANNOUNCED, Announcement
from .message import Draft, Message
from .signing import Signature
from .thread import Seat, Thread


def written_by_nobody_of_it():
    """Messages of somebody who never took part on that side; of the school, who did not work there then.

    Whose account became another one wrote under the old name, and takes part under the new one.
    """
    seats = Seat.objects.filter(
        thread=OuterRef("thread"), person=OuterRef("author"), side=OuterRef("side")
    )
    worked = Membership.objects.filter(
        Q(until=None) | Q(until__gt=OuterRef("written_at")), user=OuterRef("author"),
        school=OuterRef("thread__school"), since__lte=OuterRef("written_at"),
    )  # fmt: skip
    of_staff = Q(Exists(worked), side=Seat.Side.SCHOOL)
    return Message.objects.filter(~Exists(seats), author__merged_into=None).exclude(of_staff)


def of_two_homes():
    """Threads in which two people of the family take part who live in two homes of the child, and in
    none together. Whose home nobody has written down is not judged."""
    homes = Household.objects.filter(students=OuterRef("thread__student"))
    own = homes.filter(guardians=OuterRef("person"))
    seats = Seat.objects.live().home().filter(Exists(own))
    others = seats.filter(
        ~Exists(own.filter(guardians=OuterRef(OuterRef("person")))), thread=OuterRef("thread")
    )
    apart = seats.filter(Exists(others.exclude(person=OuterRef("person"))))
    return Thread.objects.filter(pk__in=apart.values("thread"))


def misplaced():
    """Threads that stand in an inbox by another moment than that of the newest message kept."""
    kept = Message.objects.kept().filter(thread=OuterRef("pk")).order_by("-leaves_at")
    newest = Coalesce(Subquery(kept.values("leaves_at")[:1]), F("opened_at"))
    return Thread.objects.exclude(last_at=newest)


def signed_for_other_words():
    """Signatures whose digest is not that of the words for which they stand."""
    line = Value("\n")
    words = Concat(
        "wording__language", line, "wording__title", line, "wording__text", output_field=TextField()
    )  # fmt: skip
    digest = Func(
        words, template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
        output_field=CharField(),
    )  # fmt: skip
    return Signature.objects.exclude(digest=digest)


def untold():
    """Announcements that have left without a notice, or that have one and did not leave."""
    notices = Notice.objects.filter(
        kind=ANNOUNCED, about_type=Announcement._meta.label_lower,
        about_id=Cast(OuterRef("pk"), CharField()),
    )  # fmt: skip
    sent = Q(state=Announcement.State.SENT)
    return Announcement.objects.filter(sent & ~Exists(notices) | ~sent & Exists(notices))


def left_drafts():
    """Drafts of accounts that became another one: nobody can go on with them."""
    return Draft.objects.filter(person__merged_into__isnull=False)


def register_invariants():
    """Say what the rows of messages and announcements hold."""
    register(
        "authors", "Every message is by somebody who took part, or was staff of the school.",
        written_by_nobody_of_it,
    )  # fmt: skip
    register("homes", "No conversation is shared by two homes of a child.", of_two_homes)
    register(
        "inboxes", "A conversation stands in the inbox where its newest message puts it.", misplaced
    )
    register(
        "signatures", "Every signature is for the words that were signed.", signed_for_other_words
    )
    register("announced", "What was announced was told, and nothing else was.", untold)
    register("typed", "No draft is left of an account that became another one.", left_drafts)
