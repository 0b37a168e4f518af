"""The rows of tests/doors.py for what the family reads of a plan, and what it answers."""

from .doors import HIDDEN, Door
from .doors_records import FAMILY, VISITING, so
from .records_plans import STAFF, WRITTEN

BOTH = VISITING | FAMILY
# What nobody published has no page for the family, for nobody.
NOT_SHARED = so(HIDDEN, WRITTEN, *STAFF)


def of(thing, name, **how):
    """Return a row about a plan, a version, or what was said to it."""
    return Door(f"counseling:{name}", about=thing, **how)


VERSIONS = [
    of("plan", "family-plan", get=BOTH, but=NOT_SHARED),
    of("plan", "family-print", get=BOTH, but=NOT_SHARED),
    of("version", "version-detail", get=BOTH),
    of("version", "family-answer", post=FAMILY),
    of("version", "home-did", post=FAMILY),
    of("version", "home-not-yet", post=FAMILY),
    of("version", "home-question", get=FAMILY, post=FAMILY),
    of("plan", "version-publish", get=VISITING, post=VISITING),
    of("plan", "version-list", get=VISITING),
    of("version", "version-compare", get=VISITING),
    of("version", "answer-record", get=VISITING, post=VISITING),
    of("answer", "answer-note", post=VISITING),
    of("question", "home-note", post=VISITING),
]
