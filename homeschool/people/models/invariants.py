"""What must hold of people, for `manage.py check_invariants`."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from homeschool.journal.models import Delivery, Entry
from homeschool.journal.models.invariants import entries_about, register

from .family import Guardianship
from .staff import Membership
from .transfer import Transfer

# The right is asked for a whole batch, before its first letter; a batch takes a minute.
A_BATCH = timedelta(minutes=2)
OF_STAFF = ("adviser", "caseload", "membership")


def _stood(rows):
    """Return those of `rows` that held when the delivery at hand was sent, or a batch before it."""
    before = OuterRef("left_at") - A_BATCH
    return rows.filter(Q(until=None) | Q(until__gt=before), since__lte=OuterRef("left_at"))


def told_without_right():
    """Letters that left after their reader had lost the right to them.

    Judged by what holds its times: guardians and staff. A grant that was taken back is asked at
    sending like the others, and leaves no time here.
    """
    left = Delivery.objects.exclude(channel=Delivery.Channel.IN_APP)
    left = left.annotate(left_at=Coalesce("sent_at", F("digest__sent_at")))
    left = left.filter(left_at__isnull=False, receipt__person__merged_into=None)
    guardian = _stood(Guardianship.objects).filter(
        Q(restricted_at=None) | Q(restricted_at__gt=OuterRef("left_at") - A_BATCH),
        student=OuterRef("receipt__notice__student"),
        guardian=OuterRef("receipt__person"),
    )
    staff = _stood(Membership.objects).filter(
        school=OuterRef("receipt__notice__school"), user=OuterRef("receipt__person")
    )
    of_family = Q(receipt__why="guardianship", receipt__notice__student__isnull=False)
    return left.filter(
        of_family & ~Exists(guardian) | Q(receipt__why__in=OF_STAFF) & ~Exists(staff)
    )


def disclosed_untold():
    """Records that went to another school, and the journal does not say what and why."""
    said = entries_about(Transfer, "student.transferred", kind=Entry.Kind.DISCLOSED)
    return Transfer.objects.filter(~Exists(said), answer=Transfer.Answer.ACCEPTED)


def register_invariants():
    """Say what the rows about people hold."""
    register("right", "Nobody was written to who had lost the right.", told_without_right)
    register(
        "disclosed", "Every record that went to another school stands in the journal.",
        disclosed_untold,
    )  # fmt: skip
