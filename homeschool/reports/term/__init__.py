"""The term report: counted in one statement, frozen, and the same on the page and in every file."""

from .counting import WAYS_IN_WORDS, Filters
from .files import MEDIA_TYPES, csv_of, file_name, file_of, xlsx_of
from .report import PUBLIC, STAFF, Snapshot, build
from .tables import SHEETS

__all__ = [
    "MEDIA_TYPES",
    "PUBLIC",
    "SHEETS",
    "STAFF",
    "WAYS_IN_WORDS",
    "Filters",
    "Snapshot",
    "build",
    "csv_of",
    "file_name",
    "file_of",
    "xlsx_of",
]
