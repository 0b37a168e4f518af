"""Letters of the demo that came back: families whom nothing reaches, and what operators look at."""

from homeschool.journal.models import Attempt, Bounce, Delivery, Notice, Receipt, bouncing
from homeschool.people.models import Address, Guardianship, Student

NO_SUCH = "550 5.1.1 … user unknown"
FULL = "552 5.2.2 … mailbox full"
SPAM = "554 5.7.1 rejected as spam"
NOBODY = "nobody@demo.example"
FAMILIES = 3


def load(world):
    """Let three families be reached by no letter, each for another reason, and give up some letters."""
    if Delivery.objects.filter(address=NOBODY).exists():
        return
    for n, adults in enumerate(_families(world)):
        for address in Address.objects.filter(user__in=adults, channel=Address.Channel.EMAIL):
            (_is_unknown, _is_full, _wants_none)[n](world, address)
    _give_up(world)


def _event(world, *names):
    return f"demo:{world.id('bounce', *names)}"


def _families(world):
    """Return the adults of three children without brothers or sisters, the last numbers of the school."""
    children = Student.objects.filter(school=world.school).active().order_by("-number")
    found: list[list] = []
    for child in children[:60]:
        ties = Guardianship.objects.open().filter(student=child, may_receive=True)
        adults = list(ties.values_list("guardian", flat=True))
        more = Guardianship.objects.open().filter(guardian__in=adults).exclude(student=child)
        by_mail = Address.objects.filter(user__in=adults, channel=Address.Channel.EMAIL)
        if by_mail.exists() and not more.exists() and len(found) < FAMILIES:
            found.append(adults)
    return found


def _is_unknown(world, address):
    _record(world, Bounce.Kind.HARD, address, NO_SUCH)


def _is_full(world, address):
    for n in range(bouncing.SOFT_ONES):
        _record(world, Bounce.Kind.SOFT, address, FULL, n)


def _wants_none(world, address):
    address.write_no_more(by=address.user)


def _record(world, kind, address, reason, *names):
    Bounce.record(
        kind,
        address.channel,
        address.value,
        reason=reason,
        event=_event(world, address.value, *names),
    )
    world.made += 1


def _give_up(world):
    """Write of four letters about visits that they did not arrive."""
    told = Receipt.objects.filter(
        notice__in=Notice.objects.filter(school=world.school, kind="visit.summary")
    )
    receipts = list(told.select_related("notice").order_by("notice__created_at", "person")[:4])
    reasons = [NO_SUCH, SPAM, SPAM, FULL]
    for receipt, reason in zip(receipts, reasons, strict=False):
        at = receipt.created_at
        delivery = Delivery.objects.create(
            receipt=receipt, channel=Delivery.Channel.EMAIL, state=Delivery.State.FAILED,
            address=NOBODY, attempts=1, error=reason, created_at=at, next_at=at,
            expires_at=world.at(7), key=world.id("came back", receipt.notice.dedupe_key, receipt.person_id),
        )  # fmt: skip
        Attempt.objects.create(
            delivery=delivery,
            n=1,
            at=at,
            worker="demo",
            outcome=Attempt.Outcome.REFUSED,
            reply=reason,
        )
        world.made += 1
