"""What happened, to whom, and who has been told."""

from .ledger import Entry, Heartbeat, Submission
from .sending import Attempt, Delivery
from .telling import Notice, Receipt
from .work import Job, JobRun

__all__ = [
    "Attempt",
    "Delivery",
    "Entry",
    "Heartbeat",
    "Job",
    "JobRun",
    "Notice",
    "Receipt",
    "Submission",
]
