"""One cell of a OneRoster file: from its text to its value.

Every reader here takes the tidied, non-empty text of a cell and returns its value, or raises
Wrong with the kind of problem and what was expected. An empty cell is "" without being asked.
"""

import datetime as dt
import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

EARLIEST = dt.date(1900, 1, 1)
# A sourcedId has fewer than 256 characters.
LONGEST_KEY = 255
LONGEST_PHONE = 32
OTHER = "other"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YEAR = re.compile(r"(?:19|20|21)\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d.*)?", re.ASCII)


class Wrong(Exception):
    """A cell that cannot be used: the kind of the problem, and what was expected."""

    def __init__(self, kind, expected=""):
        super().__init__(kind)
        self.kind, self.expected = kind, expected


def tidy(cell):
    """Return the text of a cell in composed letters, with single spaces and none around it."""
    if cell.isascii():
        return " ".join(cell.split())
    return " ".join(unicodedata.normalize("NFC", cell).split())


def text(longest=255):
    """Return the reader of a text of at most `longest` signs."""

    def read(cell):
        if len(cell) > longest:
            raise Wrong("long", _("%(number)s signs at most") % {"number": longest})
        return cell

    return read


def key(cell):
    """Return a sourcedId, of the row itself or of another one."""
    if len(cell) > LONGEST_KEY:
        raise Wrong("key", _("%(number)s signs at most") % {"number": LONGEST_KEY})
    return cell


def texts(cell):
    """Return the pieces of a list, parted by commas, as a tuple."""
    return tuple(piece for piece in map(str.strip, cell.split(",")) if piece)


def keys(cell):
    """Return a list of sourcedIds as a tuple, each once."""
    return tuple(dict.fromkeys(map(key, texts(cell))))


def truth(cell):
    """Return True or False of OneRoster's small words."""
    if cell not in ("true", "false"):
        raise Wrong("truth", "true, false")
    return cell == "true"


def date(cell):
    """Return a day from 1900 on."""
    try:
        day = dt.date.fromisoformat(cell) if _DATE.fullmatch(cell) else None
    except ValueError:
        day = None
    if day is None or day < EARLIEST:
        raise Wrong("date", "2026-09-01")
    return day


def birth_date(cell):
    """Return a day from 1900 to today (a day's grace for the school's time zone)."""
    day = date(cell)
    if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        raise Wrong("date", _("a day that has been"))
    return day


def moment(cell):
    """Return a moment of ISO 8601 with its zone (none is UTC); a mere day is its midnight."""
    try:
        found = dt.datetime.fromisoformat(cell) if _MOMENT.fullmatch(cell) else None
    except ValueError:
        found = None
    if found is None or found.year < EARLIEST.year:
        raise Wrong("date", "2026-09-01T08:00:00Z")
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def year(cell):
    """Return the year in which a school year ends, as a number."""
    if not _YEAR.fullmatch(cell):
        raise Wrong("year", "2027")
    return int(cell)


def email(cell):
    """Return an e-mail address as it is written."""
    try:
        validate_email(cell)
    except ValidationError:
        raise Wrong("email", "ana@example.org") from None
    return text(254)(cell)


def word(*known, as_other=()):
    """Return the reader of a word out of `known`; `ext:` words, and those of `as_other`, are "other".

    OneRoster 1.2 allows a system words of its own that begin with `ext:`.
    """
    known, as_other = tuple(known), frozenset(as_other)

    def read(cell):
        if cell in known:
            return cell
        if cell in as_other or cell.startswith("ext:"):
            return OTHER
        raise Wrong("word", ", ".join(known))

    return read
