"""A visit as staff may read it: how it stands, the record, and what happened to it.

Of brothers and sisters only those are named whom the reader sees.
"""

from .history import PURPOSES
from .record import Record
from .standing import MODE_ICONS, by_month, chips, rows, told_row, with_standing, zone_of

__all__ = [
    "MODE_ICONS",
    "PURPOSES",
    "Record",
    "by_month",
    "chips",
    "rows",
    "told_row",
    "with_standing",
    "zone_of",
]
