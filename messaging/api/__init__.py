"""What home and school write to each other, as the API tells it: to read, with the sight of the pages."""

from .announcements import Announcements
from .threads import Messages, Threads

__all__ = ["Announcements", "Messages", "Threads"]
