"""What home and school write to each other, and proof that it was read."""

from .announcing import Announcement, SavedList, Signature, Wording
from .away import Away
from .message import Draft, Message, Remark
from .thread import Seat, Thread
from .translating import Term, Translation, Unclear

__all__ = [
    "Announcement",
    "Away",
    "Draft",
    "Message",
    "Remark",
    "SavedList",
    "Seat",
    "Signature",
    "Term",
    "Thread",
    "Translation",
    "Unclear",
    "Wording",
]
