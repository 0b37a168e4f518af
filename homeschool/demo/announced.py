"""What became of the demo's announcements: read, tapped and signed; one asked again; homes that were called.

Who of the told read what, and how fast, follows from the order of their names: loaded again it is the same.
"""

import datetime as dt

from homeschool.journal import actions
from homeschool.journal.models import Attempt, Delivery, Notice, Receipt
from homeschool.people.models import Student
from messaging.models import Announcement, Signature, Telling
from messaging.models.announcing import ANNOUNCED
from messaging.models.chasing import ASKED_AGAIN, due_at

HOUR = dt.timedelta(hours=1)
# Of five in the order of their names: how many read it, and how many answered.
READ, ANSWERED = {"holiday": 4, "evening": 3, "museum": 3}, {"evening": 2, "museum": 2}
NO_SUCH = "550 5.1.1 no such mailbox"
# The grandmother reads no e-mail, and is called.
CALLED = "Grandmother knows, and tells the parents."


def load(world):
    """Let the receipts of announcements.py be read and answered, once."""
    for key in READ:
        row = getattr(world, f"announced_{key}")
        receipts = list(
            Receipt.objects.filter(notice__about_id=str(row.pk), notice__kind="announcement.sent")
            .select_related("person", "notice__school")
            .order_by("person__sort_key", "person_id")
        )
        if receipts and not any(receipt.read_at for receipt in receipts):
            _answers(world, key, row, receipts)
    _again(world)
    _called(world)
    _tried(world)
    world.save_notes()


def _answers(world, key, row, receipts):
    last = max(world.at(0, 7), row.sent_at + HOUR)
    for n, receipt in enumerate(receipts):
        place = n * 3 % 5
        at = min(row.sent_at + (2 + n % 11) * HOUR, last)
        if place < READ[key]:
            receipt.read_at = at
        if place < ANSWERED.get(key, 0):
            receipt.acknowledged_at = at
            world.note("announcement.confirmed", row, at, by_id=receipt.person_id)
            if row.level == Announcement.Level.SIGN:
                _sign(world, row, receipt, at)
        elif place == 4:
            # nothing arrived there, and nothing was read
            Delivery.objects.filter(receipt=receipt, channel="email").update(
                state=Delivery.State.FAILED, sent_at=None, error=NO_SUCH
            )
    Receipt.objects.bulk_update(receipts, ["read_at", "acknowledged_at", "signed"])


def _sign(world, row, receipt, at):
    words = row.words_for(receipt.language)
    receipt.signed = receipt.person.full_name
    Signature.objects.create(
        receipt=receipt, wording=words, name=receipt.signed, digest=words.digest, at=at,
        way=Signature.Way.LETTER if receipt.pk % 2 else Signature.Way.PORTAL,
    )  # fmt: skip
    world.made += 1


def _again(world):
    """Ask those again who did not read the one of a week ago."""
    row = world.announced_holiday
    if Notice.objects.filter(kind=ASKED_AGAIN, about_id=str(row.pk)).exists():
        return
    at = due_at(row)
    notice = Notice.objects.create(
        school=world.school, kind=ASKED_AGAIN, about_type=row._meta.label_lower,
        about_id=str(row.pk), actor=row.made_by, dedupe_key=f"{row.pk}:again", created_at=at,
        next_at=at,
    )  # fmt: skip
    actions.address(notice)
    Notice.objects.filter(pk=notice.pk).update(expanded_at=at)
    Receipt.objects.filter(notice=notice).update(created_at=at)
    Delivery.objects.filter(receipt__notice=notice).update(
        state=Delivery.State.SENT, created_at=at, sent_at=at + dt.timedelta(minutes=1),
        not_before=None,
    )  # fmt: skip
    Announcement.objects.filter(pk=row.pk).update(chased_at=at)
    world.note("announcement.asked_again", row, at, by_id=None)
    world.made += 1 + Receipt.objects.filter(notice=notice).count()


def _called(world):
    """Let the adviser have called one home that no letter of the museum reached, and take another."""
    row = world.announced_museum
    if Telling.objects.filter(announcement=row).exists():
        return
    failed = Delivery.objects.filter(
        receipt__notice__about_id=str(row.pk), state=Delivery.State.FAILED
    )
    people = failed.order_by("receipt__person__sort_key").values_list("receipt__person", flat=True)
    for n, person in enumerate(people[:2]):
        about = Student.objects.filter(pk__in=row.told.values("student"))
        child = about.filter(guardianships__guardian=person).order_by("sort_key").first()
        done = {} if n else {
            "how": Telling.How.TELEPHONED, "remark": CALLED, "done_by": world.daniel_okafor,
            "done_at": world.at(-1, 16),
        }  # fmt: skip
        if child is not None:
            Telling.objects.create(
                announcement=row, student=child, person_id=person,
                owner=world.mei_chen if n else world.daniel_okafor, **done,
            )  # fmt: skip
            world.made += 1


def _tried(world):
    """Write down the one try of each letter: it was taken, or the mailbox is none."""
    told = Delivery.objects.filter(
        receipt__notice__school=world.school, receipt__notice__kind__in=[ANNOUNCED, ASKED_AGAIN],
        channel=Delivery.Channel.EMAIL, tries=None,
    )  # fmt: skip
    failed = Delivery.State.FAILED
    outcome = {Delivery.State.SENT: Attempt.Outcome.SENT, failed: Attempt.Outcome.REFUSED}
    rows = list(told.filter(state__in=list(outcome)).order_by("pk"))
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(attempts=1)
    world.save(
        [
            Attempt(
                delivery=row, n=1, at=row.sent_at or row.created_at, worker="demo",
                outcome=outcome[row.state], reply=row.error,
            )
            for row in rows
        ]
    )  # fmt: skip
