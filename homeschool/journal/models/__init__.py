"""What happened, to whom, and who has been told."""

from .bouncing import Bounce
from .ledger import Entry, Heartbeat, Submission
from .sending import Attempt, Delivery
from .telling import Notice, Receipt
from .work import Job, JobRun

__all__ = [
    "Attempt",
    "Bounce",
    "Delivery",
    "Entry",
    "Heartbeat",
    "Job",
    "JobRun",
    "Notice",
    "Receipt",
    "Submission",
]
