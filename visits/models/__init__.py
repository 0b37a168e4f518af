"""Face-to-face contact between home and school."""

from .draft import Draft
from .meeting import Meeting
from .promise import Promise
from .record import Addendum, Participant, Summary, VisitChild, Visitor
from .visit import Aspect, Visit

__all__ = [
    "Addendum",
    "Aspect",
    "Draft",
    "Meeting",
    "Participant",
    "Promise",
    "Summary",
    "Visit",
    "VisitChild",
    "Visitor",
]
