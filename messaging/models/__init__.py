"""What home and school write to each other, and proof that it was read."""

from .announcing import Announcement, Told
from .attachment import Attachment
from .away import Away
from .message import Draft, Message, Remark
from .news import News, NewsPicture, NewsRead, NewsWords
from .office import OfficeHours
from .reaching import Telling
from .resource import Resource, ResourceRead, ResourceWords
from .saved_list import SavedList
from .signing import Signature
from .suggestion import FurtherWord, Suggestion
from .template import Template
from .thread import Seat, Thread
from .translating import Term, Translation, Unclear
from .wording import Wording

__all__ = [
    "Announcement",
    "Attachment",
    "Away",
    "Draft",
    "FurtherWord",
    "Message",
    "News",
    "NewsPicture",
    "NewsRead",
    "NewsWords",
    "OfficeHours",
    "Remark",
    "Resource",
    "ResourceRead",
    "ResourceWords",
    "SavedList",
    "Seat",
    "Signature",
    "Suggestion",
    "Telling",
    "Template",
    "Term",
    "Thread",
    "Told",
    "Translation",
    "Unclear",
    "Wording",
]
