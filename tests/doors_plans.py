"""The rows of tests/doors.py for plans."""

from .doors import AWAY, LEADER, OK, REFUSED, Door, signed_in
from .doors_offers import OF_VISITORS
from .doors_records import FAMILY, GONE, NO_VISITOR, ONLY_READ, VISITING, LinkDoor, so
from .records_plans import GROWN, MOTHERS, NOT_ASKED, SHOWN

# The family reads what was published on a page of its own, and is sent there.
TO_ITS_PAGE = so(AWAY, SHOWN, "mother") | so(AWAY, GROWN, "adult")


def of(thing, name, *methods, **how):
    """Return the row of what staff does with a plan or a part of it."""
    return Door(
        f"counseling:{name}",
        about=thing,
        **dict.fromkeys(methods or ("get", "post"), VISITING) | how,
    )


PLANS = [
    Door("counseling:plan-list", get=OF_VISITORS, post=ONLY_READ),
    Door("counseling:board", get=OF_VISITORS, post=ONLY_READ),
    Door("counseling:plan-close-many", get=OF_VISITORS, post=OF_VISITORS),
    of("child", "plan-new", named="?child", before=NO_VISITOR),
    of("need", "plan-from-need", "post"),
    of("plan template", "template-retire", "post"),
    of("plan", "plan-detail", "get", but=TO_ITS_PAGE),
    of("plan", "plan-print", "get", but=TO_ITS_PAGE),
    of("plan", "plan-pdf", "get", but=TO_ITS_PAGE),
    of("plan", "plan-edit"),
    of("plan", "plan-part", args={"part": "needs"}),
    of("plan", "plan-move", "post", args={"way": "agree"}),
    Door("counseling:plan-approve", about="plan", post={LEADER}),
    of("plan", "plan-close"),
    of("plan", "plan-keep"),
    of("plan", "goal-create"),
    of("plan", "week-count"),
    of("plan", "review-hold", "post"),
    of("goal", "goal-edit"),
    of("goal", "goal-end", "post"),
    of("goal", "point-add"),
    of("point", "point-correct"),
    of("task", "task-done", "post"),
    # habits, and the weekly check-in
    Door("counseling:habit-list", get=OF_VISITORS, post=ONLY_READ),
    Door(
        "counseling:habit-family",
        get=signed_in(REFUSED, family=OK, father=REFUSED),
        post=ONLY_READ,
    ),
    of("plan", "habit-create"),
    of("habit", "habit-detail", "get"),
    of("habit", "habit-tick", "post"),
    of("habit", "habit-end", "post"),
    Door("counseling:habit-tick-home", about="habit", post=FAMILY),
    LinkDoor("counseling:check-in", about="check-in link", get={MOTHERS: OK, NOT_ASKED: GONE}),
    LinkDoor(
        "counseling:check-in-send", about="check-in link", post={MOTHERS: OK, NOT_ASKED: GONE}
    ),
    of("goal", "check-in-question"),
    of("goal", "check-in-question-end", "post"),
]
