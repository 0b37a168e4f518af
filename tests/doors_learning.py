"""The rows of tests/doors.py for learning pairs, what plans prescribe, and how much help a child got."""

from .doors import HIDDEN, REFUSED, Door
from .doors_offers import OF_VISITORS
from .doors_records import FAMILY, ONLY_READ, VISITING
from .doors_situation import NONE_THERE
from .records_learning import TOGETHER

# The grown student granted its parent visits alone.
NOT_GRANTED = {("parent", "a grown student"): REFUSED}


# A pair is no thing of the families: they read of it on the page of their child.
FAMILIES = {(who, TOGETHER): HIDDEN for who in ("mother", "other_mother")}


def of_pair(name, *methods, who=VISITING, **how):
    return Door(f"counseling:pair-{name}", about="pair", **dict.fromkeys(methods, who), **how)


def of(thing, name, *methods, **how):
    methods = methods or ("get", "post")
    return Door(f"counseling:{name}", about=thing, **dict.fromkeys(methods, VISITING), **how)


def of_class(name, *methods):
    """Return the row of a page about the pairs of a class in which the reader works with a child."""
    return Door(
        f"counseling:pair-{name}", about="class", but=NONE_THERE,
        **dict.fromkeys(methods, VISITING),
    )  # fmt: skip


LEARNING = [
    Door("counseling:pair-list", get=OF_VISITORS, post=ONLY_READ),
    of_class("class", "get"),
    of_class("propose", "post"),
    of_class("new", "get", "post"),
    of_pair("detail", "get", but=FAMILIES),
    of_pair("confirm", "post", but=FAMILIES),
    of_pair("end", "post", but=FAMILIES),
    of_pair("apart", "post", but=FAMILIES),
    of_pair("asked-helper", "get", "post", but=FAMILIES),
    of_pair("asked-helped", "get", "post", but=FAMILIES),
    of_pair("say", "get", "post", who=FAMILY),
    Door("counseling:pair-family", about="child", get=FAMILY, but=NOT_GRANTED),
    of("child", "dosage-child", "get"),
    of("plan", "prescription-add"),
    of("prescription", "prescription-edit"),
    of("prescription", "prescription-drop", "post"),
    of("week of a plan", "week-by-sessions", "post"),
    of("session", "session-results"),
]
