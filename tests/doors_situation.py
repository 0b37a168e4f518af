"""The rows of tests/doors.py for the learning situation, and for sheets of it."""

from homeschool.people.sight import ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN

from .doors import AWAY, REFUSED, Door, signed_in
from .doors_offers import OF_VISITORS
from .doors_records import FAMILY, ONLY_READ, VISITING

SENDING = {ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN}
# Staff of the school without a child in the class.
NONE_THERE = {(who, "the class"): REFUSED for who in ("other_teacher", "other_counselor")}


def of_class(name, **methods):
    """Return the row of a page about a class in which the reader works with a child."""
    return Door(f"counseling:situation-{name}", about="class", but=NONE_THERE, **methods)


def of_sheet(name, **methods):
    """Return the row of a page about a sheet that the reader sent."""
    return Door(f"counseling:import-{name}", about="observation sheet", **methods)


SITUATION = [
    Door("counseling:situation-class-list", get=OF_VISITORS, post=ONLY_READ),
    of_class("class", get=VISITING),
    of_class("marks", get=VISITING, post=VISITING),
    of_class("attendance", get=VISITING, post=VISITING),
    Door("counseling:situation-child", about="child", get=VISITING),
    Door("counseling:situation-add", about="child", get=VISITING, post=VISITING),
    # the grown student granted its parent visits alone
    Door(
        "counseling:situation-family",
        about="child",
        get=FAMILY,
        but={("parent", "a grown student"): REFUSED},
    ),
    Door("counseling:situation-correct", about="observation", get=VISITING, post=VISITING),
    Door("counseling:situation-take-back", about="observation", post=VISITING),
    Door("counseling:situation-plan", about="observation", post=VISITING),
    Door("counseling:import-start", get=signed_in(REFUSED, staff=AWAY), post=ONLY_READ),
    Door("counseling:import-list", about="school", get=SENDING, post=SENDING),
    Door("counseling:import-template", about="school", get=SENDING),
    Door("counseling:import-template-points", about="school", get=SENDING),
    of_sheet("detail", get=SENDING),
    of_sheet("progress", get=SENDING),
    of_sheet("refused", get=SENDING, inside=AWAY),
    of_sheet("confirm", post=SENDING),
    of_sheet("leave", post=SENDING),
    of_sheet("take-back", get=SENDING, post=SENDING, inside=AWAY),
]
