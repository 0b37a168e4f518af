"""A sheet of observations or of points: from its rows to checked lines. Nothing here asks the database."""

import datetime as dt
import re
import unicodedata
import uuid
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Observation
from counseling.models.observation import LARGEST, LONGEST_SUBJECT, LONGEST_WORDS, OLDEST
from counseling.models.observation_import import LARGEST_FILE
from homeschool import sheets
from visits.importing.sheet import PROBLEMS as OF_VISITS, Wrong

from . import words

LONGEST = {
    "student_number": 60, "kind": 40, "subject": LONGEST_SUBJECT, "value": 40, "out_of": 20,
    "date": 40, "words": LONGEST_WORDS, "teacher": 254, "goal": 300,
}  # fmt: skip
LONGEST_OF_A_POINT = 300

# Kinds of a problem: what is wrong, and how it is mended.
PROBLEMS = {name: OF_VISITS[name] for name in ("day", "early", "student", "foreign")} | {
    "future": (
        gettext_lazy("This day has not come yet."),
        gettext_lazy("Write the day on which it was seen or counted."),
    ),
    "kind": (
        gettext_lazy("This is no kind of observation that the portal knows."),
        gettext_lazy("Write mark, attendance, behaviour or remark."),
    ),
    "number": (
        gettext_lazy("This is no number that can be kept."),
        gettext_lazy("Write a number like 85 or 85.5, or 90/100. Put letters into the sentence."),
    ),
    "measure": (
        gettext_lazy("It is not clear of how many."),
        gettext_lazy("Fill in “out of”: the points of the test, or the days of school."),
    ),
    "outside": (
        gettext_lazy("The value lies outside of its measure."),
        gettext_lazy("Write a value from the least to the most that can be reached."),
    ),
    "needless": (
        gettext_lazy("This kind is a sentence and has no number."),
        gettext_lazy("Leave the value of behaviour and remarks empty."),
    ),
    "formula": (
        gettext_lazy("The cell holds a formula."),
        gettext_lazy("Write what the formula shows."),
    ),
    "teacher": (
        gettext_lazy("Nobody with this address works or worked at this school."),
        gettext_lazy("Write the e-mail address of one of the school’s staff, or nothing."),
    ),
    "anothers": (
        gettext_lazy("Only a leader or the school’s office brings in what a colleague wrote."),
        gettext_lazy("Write your own address, or nothing; or let the colleague send the line."),
    ),
    "twice": (
        gettext_lazy("The file says this of the child on this day already."),
        gettext_lazy("Take out the lines that stand twice, or put them together."),
    ),
    "stands": (
        gettext_lazy("Somebody wrote another value into the portal by hand."),
        gettext_lazy("Leave the line out, or correct the value on the page of the child."),
    ),
    "goal": (
        gettext_lazy("The child has no such goal in an open plan of yours."),
        gettext_lazy("Write what is counted, or the goal, just as the plan says it."),
    ),
    "several": (
        gettext_lazy("Two goals of the child are called so."),
        gettext_lazy("Write the whole sentence of the goal."),
    ),
    "before": (
        gettext_lazy("This day lies before the goal began."),
        gettext_lazy("Leave out what was measured before the goal began."),
    ),
}  # fmt: skip


class Problem(sheets.Problem):
    """One thing that keeps the sheet, or its row, out."""

    KINDS = sheets.PROBLEMS | PROBLEMS


@dataclass(slots=True)
class Line:
    """What one row says; `student`, `by` and `about` (the goal) become ids later."""

    row: int
    student_number: str = ""
    kind: str = ""
    subject: str = ""
    value: str | Decimal | None = None  # as it is written, then the number
    out_of: Decimal | None = None
    date: dt.date | None = None
    words: str = ""
    teacher: str = ""
    goal: str = ""
    student: uuid.UUID | None = None
    name: str = ""
    by: uuid.UUID | None = None
    about: uuid.UUID | None = None


def read_sheet(raw, file=""):
    """Return (what it is about, Table) of the bytes of a CSV or an XLSX; raise Unreadable."""
    about = words.OBSERVATIONS

    class Either:
        """The columns of the sheet that the header names."""

        @staticmethod
        def read(header, known=None, without=()):
            nonlocal about
            about = words.about_of(header)
            return words.COLUMNS[about].read(header, known, without)

    table = sheets.read(raw, Either, file=file, max_bytes=LARGEST_FILE)
    return about, table


def lines_of(about, table, today):
    """Return ([Line], [Problem]): lines that can be used, and everything that is wrong."""
    lines, problems = [], []
    for row, cells in table.rows:
        line = Line(row)
        wrong = list(_wrong(about, table, line, cells, today))
        problems += wrong
        if not wrong:
            lines.append(line)
    return lines, problems


def _wrong(about, table, line, cells, today):
    """Put what the cells say into the line; yield what is wrong with them."""
    if any(cells[len(table.columns) :]):
        expected = _("%(number)s cells") % {"number": len(table.columns)}
        yield Problem("cells", line.row, "", expected, str(len(cells)))
        return
    found = dict(zip(table.columns, cells, strict=False))
    refused = set()
    for column in words.HEADINGS[about]:
        if (cell := found.get(column, "")) or column in words.REQUIRED[about]:
            try:
                _take(line, column, cell, today)
            except Wrong as wrong:
                refused.add(column)
                yield _problem(wrong, line, column, cell)
    for column, wrong in SETTLE[about](line):
        if column not in refused:
            yield _problem(wrong, line, column, found.get(column, ""))


def _problem(wrong, line, column, cell):
    kind, expected = (*wrong.args, "")[:2]
    return Problem(kind, line.row, column, str(expected), sheets.shown(cell))


def _take(line, column, cell, today):
    if not cell:
        raise Wrong("empty", words.COLUMN_NAMES[column])
    if sheets.holds_an_unkeepable_sign(cell):
        raise Wrong("sign")
    if len(cell) > LONGEST[column]:
        raise Wrong("long", _at_most(LONGEST[column]))
    if cell.startswith(("=", "＝")):
        raise Wrong("formula")
    if column == "date":
        line.date = _day(cell, today)
    else:
        setattr(line, column, READERS.get(column, _one_line)(cell))


def _at_most(number):
    return _("%(number)s signs at most") % {"number": number}


# --- cells -----------------------------------------------------------------------------------------

# The year first, as ISO 8601 and East Asia write it; a time behind it is left out.
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d.*)?")
# A comma before three digits may part thousands; a workbook writes averages at length.
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,17}|,\d{1,2})?")
_SHARE = re.compile(r"(.+?)\s*(?:/|de|of)\s*(.+)")
EXAMPLE_OF_A_NUMBER = "85.5"


def _one_line(cell):
    return cell.replace("\n", " ")


def _day(cell, today):
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", cell))
    try:
        day = dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise Wrong("day", "2026-01-15")
    if day < OLDEST:
        raise Wrong("early", _("%(day)s or later") % {"day": OLDEST})
    if day > today:
        raise Wrong("future", _("%(day)s at the latest") % {"day": today})
    return day


def _kind(cell):
    kind = words.kind_of(cell)
    if kind is None:
        raise Wrong("kind", ", ".join(Observation.Kind.values))
    return kind


def number(text):
    """Return the number that a cell says, with a point or a comma. Raises Wrong."""
    text = unicodedata.normalize("NFKC", text).strip()
    if text.startswith("-") and _NUMBER.fullmatch(text[1:]):
        raise Wrong("outside", _("0 or more"))
    if not _NUMBER.fullmatch(text):
        raise Wrong("number", EXAMPLE_OF_A_NUMBER)
    return min(Decimal(text.replace(",", ".")).quantize(Decimal("0.01")), LARGEST)


READERS = {"kind": _kind, "value": _one_line, "teacher": str.lower, "out_of": number, "words": str}


# --- what the cells of a row say together ------------------------------------------------------------


def _amount(line):
    """Read the value: 85, 85,5, 90/100, 85 %, and for attendance its words. Raises Wrong."""
    text = unicodedata.normalize("NFKC", line.value).strip()
    said = words.attended(text) if line.kind == Observation.Kind.ATTENDANCE else None
    if said is not None:
        line.value, share = Decimal(said), Decimal(1)
        line.words = line.words or ("" if text.lower() in PLAIN else text)
    elif text.endswith("%"):
        line.value, share = number(text[:-1]), Decimal(100)
    elif found := _SHARE.fullmatch(text):
        line.value, share = number(found[1]), number(found[2])
    else:
        line.value, share = number(text), None
    return share


def _settle_observation(line):
    """Put value and measure together as the kind wants them; yield (column, Wrong)."""
    if line.kind in Observation.SAID:
        if line.value or line.out_of is not None:
            yield "value", Wrong("needless")
        if not line.words.strip():
            yield "words", Wrong("empty", words.COLUMN_NAMES["words"])
    elif line.kind:
        if line.kind == Observation.Kind.MARK and not line.subject:
            yield "subject", Wrong("empty", words.COLUMN_NAMES["subject"])
        try:
            _settle_amount(line)
        except Wrong as wrong:
            yield "value", wrong


def _settle_amount(line):
    if not line.value:
        raise Wrong("empty", words.COLUMN_NAMES["value"])
    share = _amount(line)
    if share is not None and line.out_of not in (None, share):
        raise Wrong("measure", line.out_of)
    line.out_of = line.out_of if share is None else share
    if line.kind == Observation.Kind.ATTENDANCE and line.out_of is None:
        if line.value > 1:
            raise Wrong("measure", "18/20")
        line.out_of = Decimal(1)
    if line.out_of is not None and (line.out_of == 0 or line.value > line.out_of):
        raise Wrong("outside", _("0 to %(most)s") % {"most": plainly(line.out_of)})


def _settle_point(line):
    """Read the value of a point; yield (column, Wrong)."""
    if line.value:
        try:
            if _amount(line) not in (None, Decimal(100)):
                raise Wrong("number", EXAMPLE_OF_A_NUMBER)
        except Wrong as wrong:
            yield "value", wrong
    if len(line.words) > LONGEST_OF_A_POINT:
        yield "words", Wrong("long", _at_most(LONGEST_OF_A_POINT))


def plainly(amount):
    """Return a number as people write it: 100, 85.5."""
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


PLAIN = (
    "present",
    "absent",
    "there",
    "away",
    "yes",
    "no",
    "到",
    "出勤",
    "缺勤",
    "presente",
    "ausente",
)
SETTLE = {words.OBSERVATIONS: _settle_observation, words.POINTS: _settle_point}
