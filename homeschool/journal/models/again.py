"""Letters that ask once more: who still has to, by which address, and which copy keeps the answer.

A kind that `repeats` another one has a notice of its own about the same row. So the database refuses to
ask anybody twice; what is read and confirmed stays on the one copy of the first letter, whatever
letter brought its reader there.
"""

from django.db.models import Q

from .sending import Delivery
from .telling import Receipt


def first_copies(notice):
    """Return the receipts that a notice asks for once more; of a kind that repeats none, nothing."""
    from homeschool.journal import kinds

    kind = kinds.get(notice.kind)
    if not kind.repeats:
        return Receipt.objects.none()
    return Receipt.objects.filter(
        notice__kind=kind.repeats, notice__cancelled_at=None,
        notice__about_type=notice.about_type, notice__about_id=notice.about_id,
    )  # fmt: skip


def done(notice):
    """Return those of the first copies whose readers have done what the letter asks."""
    from homeschool.journal import kinds

    only_read = kinds.get(notice.kind).asks_of(notice) == "read"
    has = Q(read_at__isnull=False) if only_read else Q(acknowledged_at__isnull=False)
    return first_copies(notice).filter(has)


def still_open(notice):
    """Return those of the first copies whose readers have not done yet what the letter asks."""
    return first_copies(notice).exclude(pk__in=done(notice).values("pk"))


def used(notice):
    """Return the deliveries of the first copies: their addresses were used."""
    return Delivery.objects.filter(receipt__in=first_copies(notice))


def first_copy(receipt):
    """Return the reader's copy of the letter that this one repeats, else the receipt itself."""
    from homeschool.journal import kinds

    if not kinds.get(receipt.notice.kind).repeats:
        return receipt
    return first_copies(receipt.notice).filter(person=receipt.person_id).first() or receipt
