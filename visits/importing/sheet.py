"""A sheet of past visits: from its rows to checked lines. Nothing here asks the database."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _, gettext_lazy

from homeschool import names, sheets
from visits.models import Visit

from . import words

MAX_BYTES = 64 * 1024 * 1024  # 40,000 visits told at length in Chinese take 31 MB
# what a page brings in while somebody waits; the command takes more
MAX_BYTES_OF_A_PAGE, MAX_ROWS_OF_A_PAGE = 20 * 1024 * 1024, 5_000
LONGEST_TEXT, LONGEST_PROMISE, LONGEST_NAME, LONGEST_PLACE, LONGEST_RELATION = (
    4000,
    300,
    names.LONGEST,
    120,
    60,
)
LONGEST = dict.fromkeys(words.HEADINGS, LONGEST_TEXT) | {"student_number": 60, "visit_ref": 100}
OLDEST = dt.date(1990, 1, 1)
A_DAY = 24 * 60

# Kinds of a problem: what is wrong, and how it is mended.
PROBLEMS = {
    "day": (
        gettext_lazy("This is not a day."),
        gettext_lazy("Write the day like 2026-01-15."),
    ),
    "future": (
        gettext_lazy("This day has not come yet."),
        gettext_lazy("Leave out visits that have not taken place."),
    ),
    "early": (
        gettext_lazy("This day lies too far back."),
        gettext_lazy("Look at the year again."),
    ),
    "mode": (
        gettext_lazy("This is no way of meeting that the portal knows."),
        gettext_lazy("Write home, school, elsewhere, video or phone."),
    ),
    "minutes": (
        gettext_lazy("This is no length of a visit."),
        gettext_lazy("Write whole minutes, 1 to 1440, or leave the cell empty."),
    ),
    "region": (
        gettext_lazy("The region cannot be read."),
        gettext_lazy("Write city/district or province/city/district, or leave the cell empty."),
    ),
    "student": (
        gettext_lazy("The school has no child with this number."),
        gettext_lazy("Write the number that the school’s list of children has."),
    ),
    "foreign": (
        gettext_lazy("No child of this file is known: it looks like another school’s file."),
        gettext_lazy("Choose the file of this school, or bring its children in first."),
    ),
    "visitor": (
        gettext_lazy("Nobody with this address works or worked at this school."),
        gettext_lazy("Write the e-mail addresses of the school’s staff, parted by semicolons."),
    ),
    "aspect": (
        gettext_lazy("The school’s list of aspects does not have this."),
        gettext_lazy("Write aspects of the school’s list, parted by semicolons."),
    ),
    "agree": (
        gettext_lazy("Two rows say different things about one visit."),
        gettext_lazy("Write the same in every row of a visit, or give two visits two references."),
    ),
    "twice": (
        gettext_lazy("This visit of this child stands in the file already."),
        gettext_lazy(
            "Take out the lines that stand twice; give two visits of one day two references."
        ),
    ),
    "stands": (
        gettext_lazy("This visit stands in the portal already, with other content."),
        gettext_lazy("A visit that was held is never changed: leave it out, or add to it there."),
    ),
    "together": (
        gettext_lazy("Another row of this visit is refused."),
        gettext_lazy("Mend the other rows with this reference: a visit comes in whole."),
    ),
}  # fmt: skip


class Problem(sheets.Problem):
    """One thing that keeps the file, or a visit in it, out."""

    KINDS = sheets.PROBLEMS | PROBLEMS


class Wrong(ValueError):
    """A cell cannot be read; `args` are the kind of the problem, and what was expected."""


@dataclass(slots=True)
class Line:
    """What one row says of one child in one visit; `student` and the rest become ids later."""

    row: int
    student_number: str = ""
    happened_on: dt.date | None = None
    mode: str = ""
    minutes: int | None = None
    visitors: tuple = ()  # addresses in small letters, then ids of people
    aspects: tuple = ()  # words, then codes
    region: tuple = ()  # names, the largest first
    persons_met: tuple = ()  # (name, relation as the sheet says it)
    wishes: str = ""
    difficulties: str = ""
    policies: str = ""
    promises_school: tuple = ()
    promises_family: tuple = ()
    shared_summary: str = ""
    staff_note: str = ""
    visit_ref: str = ""
    student: uuid.UUID | None = None


def read_visits(raw, file="", max_bytes=MAX_BYTES):
    """Return the Table in `raw`, the bytes of a CSV or an XLSX; raise Unreadable."""
    return sheets.read(raw, words.COLUMNS, file=file, max_bytes=max_bytes)


def lines_of(table, today):
    """Return ([Line], [Problem]): all lines, those with problems too, and what is wrong with them.

    `today` is the last day on which a visit can have taken place.
    """
    lines, problems = [], []
    for row, cells in table.rows:
        line = Line(row)
        lines.append(line)
        if any(cells[len(table.columns) :]):
            expected = _("%(number)s cells") % {"number": len(table.columns)}
            problems.append(Problem("cells", row, "", expected, str(len(cells))))
            continue
        found = dict(zip(table.columns, cells, strict=False))
        for column in words.HEADINGS:
            if (cell := found.get(column, "")) or column in words.REQUIRED:
                problems += _take(line, column, cell)
        if line.happened_on and line.happened_on > today:
            problems.append(
                Problem("future", row, "happened_on", _until(today), str(line.happened_on))
            )
    return lines, problems


def _until(today):
    return _("%(day)s at the latest") % {"day": today}


def _take(line, column, cell):
    """Put what a cell says into the line; yield the problem where it cannot be read."""
    try:
        setattr(line, column, READERS.get(column, _text)(_sound(cell, column)))
    except Wrong as wrong:
        kind, expected = (*wrong.args, "")[:2]
        yield Problem(kind, line.row, column, str(expected), sheets.shown(cell))


def _sound(cell, column):
    if not cell:
        raise Wrong("empty", words.COLUMN_NAMES[column])
    if sheets.holds_an_unkeepable_sign(cell):
        raise Wrong("sign")
    return _short(cell, LONGEST[column])


def _short(text, longest):
    if len(text) > longest:
        raise Wrong("long", _("%(number)s signs at most") % {"number": longest})
    return text


# --- cells -----------------------------------------------------------------------------------------

# The year first, as ISO 8601 and East Asia write it; a time behind it is left out.
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d.*)?")
_RELATION = re.compile(r"(.+?)\s*[(（]\s*(.+?)\s*[)）]")


def _text(cell):
    return cell


def _one_line(cell):
    return cell.replace("\n", " ")


def _parts(cell, separators="[;；]"):
    """Return the parts of a cell that are not empty, each once, in their order."""
    parts = (part.strip() for part in re.split(separators, _one_line(cell)))
    return tuple(dict.fromkeys(filter(None, parts)))


def _day(cell):
    found = _DAY.fullmatch(cell)
    try:
        day = dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise Wrong("day", "2026-01-15")
    if day < OLDEST:
        raise Wrong("early", _("%(day)s or later") % {"day": OLDEST})
    return day


def _mode(cell):
    mode = words.mode_of(cell)
    if mode is None:
        raise Wrong("mode", ", ".join(Visit.Mode.values))
    return mode


def _minutes(cell):
    if not re.fullmatch(r"\d{1,4}", cell) or not 1 <= int(cell) <= A_DAY:
        raise Wrong("minutes", f"1–{A_DAY}")
    return int(cell)


def _visitors(cell):
    found = _parts(cell.lower())
    if not found:
        raise Wrong("empty", words.COLUMN_NAMES["visitors"])
    return found


def _region(cell):
    parts = tuple(part.strip() for part in re.split("[/／]", _one_line(cell)))
    if len(parts) not in (2, 3) or not all(parts):
        raise Wrong("region", _("city/district"))
    return tuple(_short(part, LONGEST_PLACE) for part in parts)


def _persons(cell):
    return tuple(_person(part) for part in _parts(cell))


def _person(part):
    """Return (name, relation) of `林美（妈妈）`; without brackets the relation is empty."""
    found = _RELATION.fullmatch(part)
    name, relation = found.groups() if found else (part, "")
    return _short(name, LONGEST_NAME), _short(relation, LONGEST_RELATION)


def _promises(cell):
    return tuple(_short(part, LONGEST_PROMISE) for part in _parts(cell))


READERS = {
    "student_number": _one_line,
    "visit_ref": _one_line,
    "happened_on": _day,
    "mode": _mode,
    "minutes": _minutes,
    "visitors": _visitors,
    "aspects": _parts,
    "region": _region,
    "persons_met": _persons,
    "promises_school": _promises,
    "promises_family": _promises,
}
