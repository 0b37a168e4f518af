"""The rows of tests/doors.py for the time after lessons as families see it."""

from django.utils import timezone

from homeschool.people.sight import COUNSELOR, GUARDIAN, LEADER

from .doors import AWAY, HIDDEN, OK, REFUSED, Door, signed_in
from .doors_records import FAMILY, GONE, ONLY_READ, ONLY_SENT, VISITING, LinkDoor, so
from .records_afternoons import LIVE, MOTHERS, NOT_ASKED

GROWN = "a grown student"
# the grown student granted its parent visits alone, and nobody picks it up but itself
NOT_GRANTED = so(REFUSED, GROWN, "parent")
NOTHING_OF_IT = NOT_GRANTED | so(HIDDEN, GROWN, "adult")
SESSION = {"session": lambda stage: stage.records.afternoons.session.pk}
IN_A_CALENDAR = signed_in(REFUSED, family=OK, staff=OK, volunteer=OK, father=REFUSED)
ENDED = {who: AWAY if found == OK else found for who, found in IN_A_CALENDAR.items()}


def of_child(name, *, but=NOT_GRANTED, **how):
    """Return the row of a page of a child's family."""
    return Door(f"counseling:{name}", about="child", but=but, **how)


AFTERNOONS = [
    Door(
        "counseling:afternoon-home",
        get=signed_in(REFUSED, family=OK, father=REFUSED, adult=AWAY, other_mother=AWAY),
        post=ONLY_READ,
    ),
    of_child("afternoon", get=FAMILY),
    of_child("absence-say", post=FAMILY, but=NOTHING_OF_IT, args=SESSION),
    of_child("absence-take-back", post=FAMILY, but=NOTHING_OF_IT, args=SESSION),
    of_child(
        "absence-day", post=FAMILY, args={"on": lambda _stage: timezone.localdate().isoformat()}
    ),
    of_child("pick-up-add", get=FAMILY, post=FAMILY),
    of_child("pick-up-me", post=FAMILY, but=NOTHING_OF_IT),
    Door("counseling:pick-up-list", about="child", get=VISITING, post=VISITING),
    Door("counseling:pick-up-end", about="pick-up person", post=VISITING | {GUARDIAN}),
    Door("counseling:family-feed", get=IN_A_CALENDAR, post=ONLY_READ),
    Door("counseling:family-feed-renew", get=ONLY_SENT, post=IN_A_CALENDAR),
    Door("counseling:family-feed-revoke", get=ONLY_SENT, post=ENDED),
    LinkDoor("counseling:family-feed-read", about="family feed link", get={LIVE: OK}),
    LinkDoor("counseling:evaluation", about="evaluation link", get={MOTHERS: OK, NOT_ASKED: GONE}),
    LinkDoor(
        "counseling:evaluation-send", about="evaluation link", post={MOTHERS: OK, NOT_ASKED: GONE}
    ),
    Door("counseling:evaluation-figures", about="judged programme", get={COUNSELOR, LEADER}),
]
