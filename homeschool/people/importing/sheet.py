"""One sheet as a school sends it: from bytes to checked lines. Nothing here asks the database."""

import csv
import io
import re
import unicodedata
from dataclasses import asdict, dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _, gettext_lazy

from homeschool import names

from . import words

MAX_BYTES = 5 * 1024 * 1024
# what a page brings in while somebody waits; the command takes more
MAX_ROWS_OF_A_PAGE = 10_000
LONGEST = {
    "student_number": 60, "name": 150, "class": 120, "division": 120,
    "guardian": 150, "relation": 60, "email": 254, "language": 30,
}  # fmt: skip

# Kind of a problem: what is wrong, and how it is mended.
PROBLEMS = {
    "unreadable": (
        gettext_lazy("The file cannot be read."),
        gettext_lazy("Save the sheet again as CSV (UTF-8)."),
    ),
    "columns": (
        gettext_lazy("The header row is not complete."),
        gettext_lazy("Begin with a header row that names every column once."),
    ),
    "cells": (
        gettext_lazy("The row has more cells than the header."),
        gettext_lazy("Put quotes round a cell that holds a comma."),
    ),
    "empty": (gettext_lazy("The cell is empty."), gettext_lazy("Fill in the empty cells.")),
    "long": (gettext_lazy("The text is too long."), gettext_lazy("Make these texts shorter.")),
    "sign": (
        gettext_lazy("The cell holds a sign that cannot be kept."),
        gettext_lazy("Delete the cell and type it again."),
    ),
    "email": (
        gettext_lazy("This is no e-mail address."),
        gettext_lazy("Write one address like ana@example.org, or leave the cell empty."),
    ),
    "language": (
        gettext_lazy("The portal does not speak this language."),
        gettext_lazy("Write one of the languages of the portal, or leave the cell empty."),
    ),
    "agree": (
        gettext_lazy("Two rows say different things about the same one."),
        gettext_lazy("Write the same child, person or class in the same way in every row."),
    ),
    "twice": (
        gettext_lazy("This line stands in the file already."),
        gettext_lazy("Take out the lines that stand twice."),
    ),
    "class": (
        gettext_lazy("The school has no such class."),
        gettext_lazy("Write a class that the school has, or allow the import to make new ones."),
    ),
    "course": (
        gettext_lazy("This is a course class."),
        gettext_lazy("Write the homeroom class of the child."),
    ),
    "address": (
        gettext_lazy("This address cannot be used here."),
        gettext_lazy("Ask the person for another address, or leave the cell empty."),
    ),
    "signs_in": (
        gettext_lazy("This person has another address in the portal already."),
        gettext_lazy("Write the address that the portal has; only the person can change it."),
    ),
}


@dataclass(frozen=True)
class Problem:
    """One thing that keeps the file out: where, what was expected, and what was found."""

    kind: str
    row: int
    column: str = ""
    expected: str = ""
    found: str = ""
    file: str = ""

    @property
    def problem(self):
        """What is wrong, in the reader's language."""
        return str(PROBLEMS[self.kind][0])

    @property
    def mend(self):
        """How it is mended, in the reader's language."""
        return str(PROBLEMS[self.kind][1])

    def as_dict(self):
        """Return the problem as `import_roster --json` prints it."""
        found = asdict(self)
        del found["kind"]
        return found | {"problem": self.problem}


def problems_by_mend(problems, at_most):
    """Return the problems grouped by how they are mended: [{"kind", "mend", "number", "shown"}]."""
    groups = {}
    for problem in problems:
        groups.setdefault(problem.kind, []).append(problem)
    return [
        {"kind": kind, "mend": found[0].mend, "number": len(found), "shown": found[:at_most]}
        for kind, found in groups.items()
    ]


class Unreadable(Exception):
    """The file is no sheet at all; `problem` says why."""

    def __init__(self, expected, found="", *, row=0, column="", kind="unreadable", file=""):
        super().__init__(expected)
        self.problem = Problem(kind, row, column, str(expected), str(found), file)

    def __str__(self):
        said = self.problem
        row = _("Row %(row)s.") % {"row": said.row} if said.row > 1 else ""
        found = _("Found: %(found)s.") % {"found": said.found} if said.found else ""
        return " ".join(filter(None, [said.problem, row, said.expected, found]))


@dataclass
class Table:
    """A file as rows of text: `columns` by place in the row, `rows` as (row of the sheet, cells)."""

    file: str
    columns: list
    rows: list
    header: list = field(default_factory=list)

    @property
    def ignored(self):
        """The headings that the import does not know."""
        return [h for h, column in zip(self.header, self.columns, strict=True) if h and not column]


@dataclass(frozen=True)
class Line:
    """One child with one guardian, or with none."""

    row: int
    student_number: str = ""
    name: str = ""
    class_name: str = ""
    division: str = ""
    guardian: str = ""
    relation: str = ""
    email: str = ""
    language: str = ""


def read_table(raw, file=""):
    """Return the Table in `raw`, the bytes of a CSV in UTF-8 or GB18030; raise Unreadable.

    Commas, semicolons and tabs part the cells, whichever the header row uses.
    """
    try:
        text = _decoded(raw)
        header, rows = _records(text)
        columns = _columns(header)
    except Unreadable as error:
        said = error.problem
        raise Unreadable(
            said.expected, said.found, row=said.row, column=said.column, kind=said.kind, file=file
        ) from None
    if not rows:
        raise Unreadable(_("Below the header row there is no child."), kind="unreadable", file=file)
    return Table(file, columns, rows, header)


MAGIC = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "XLSX, ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{\\rtf", "RTF"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Western text read as GB18030 swallows the letter after each accent: Hern(án)dez.
_SWALLOWED = re.compile(r"[a-z]{2}[㐀-鿿]|[㐀-鿿][a-z]{2}")


def _decoded(raw):
    if not raw.strip():
        raise Unreadable(_("The file is empty."))
    if len(raw) > MAX_BYTES:
        raise Unreadable(_("A file may have 5 MB at most. Send the classes one after another."))
    for magic, kind in MAGIC:
        if raw.startswith(magic):
            raise Unreadable(_("In your spreadsheet program choose “Save as: CSV (UTF-8)”."), kind)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded_chinese(raw)


def _decoded_chinese(raw):
    expected = _("The letters must be written in UTF-8 or GB18030.")
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        raise Unreadable(expected) from None
    if _SWALLOWED.search(text):
        raise Unreadable(expected, _("letters of another encoding"))
    return text


def _records(text):
    """Return (header cells, [(row of the sheet, cells)]); rows without any text are left out."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found, row = [], 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            raise Unreadable(
                _("A quotation mark is opened here and not closed."), row=row
            ) from None
        if any(cell.strip() for cell in cells):
            found.append((row, [_tidy(cell) for cell in cells]))
    if not found:
        raise Unreadable(_("The file is empty."))
    return found[0][1], found[1:]


def _tidy(cell):
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _columns(header):
    columns = [words.column_of(heading) for heading in header]
    named = [column for column in columns if column]
    for column in named:
        if named.count(column) > 1:
            expected = _("Each column stands once.")
            raise Unreadable(expected, column, row=1, column=column, kind="columns")
    missing = [column for column in words.REQUIRED if column not in named]
    if missing:
        expected = _("Missing: %(columns)s.") % {"columns": ", ".join(missing)}
        raise Unreadable(
            expected, ", ".join(header)[:200], row=1, column=missing[0], kind="columns"
        )
    return columns


def refused_rows(table, problems):
    """Return the refused rows of the sheet with what is wrong beside each, header first.

    They are written to be opened in a spreadsheet: no cell begins like a formula.
    """
    wrong = {}
    for problem in problems:
        told = ": ".join(filter(None, [problem.column, f"{problem.problem} {problem.mend}"]))
        wrong.setdefault(problem.row, []).append(told)
    rows = [[*table.header, _("Problem")]]
    for row, cells in table.rows:
        if row in wrong:
            padded = cells + [""] * (len(table.header) - len(cells))
            rows.append([*map(_harmless, padded), " ".join(wrong[row])])
    return rows


def _harmless(cell):
    return f"'{cell}" if cell[:1] in "=+-@＝＋－＠" and cell else cell


def lines_of(table):
    """Return ([Line], [Problem]): the lines that can be used, and everything that is wrong."""
    lines, problems = [], []
    for row, cells in table.rows:
        line, wrong = _line(table.columns, row, cells)
        problems += wrong
        if not wrong:
            lines.append(line)
    problems += _contradictions(lines)
    refused = {problem.row for problem in problems}
    return [line for line in lines if line.row not in refused], problems


def _line(columns, row, cells):
    if any(cells[len(columns) :]):
        expected = _("%(number)s cells") % {"number": len(columns)}
        return None, [Problem("cells", row, "", expected, str(len(cells)))]
    found = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    problems = [
        Problem(*problem)
        for column in words.COLUMN_NAMES
        for problem in _cell_problems(row, column, found.get(column, ""), found)
    ]
    found["class_name"] = found.pop("class", "")
    found["email"] = found.get("email", "").lower()
    found["language"] = words.language_of(found.get("language", "")) or ""
    return Line(row, **found), problems


def _cell_problems(row, column, cell, found):
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in cell):
        yield "sign", row, column, "", "".join(c if c.isprintable() else "�" for c in cell)
    elif len(cell) > LONGEST[column]:
        expected = _("%(number)s signs at most") % {"number": LONGEST[column]}
        yield "long", row, column, expected, cell[:40] + "…"
    elif not cell and _must_stand(column, found):
        yield "empty", row, column, str(words.COLUMN_NAMES[column]), ""
    elif cell and column == "email" and not _is_email(cell):
        yield "email", row, column, "ana@example.org", cell
    elif cell and column == "language" and not words.language_of(cell):
        yield "language", row, column, ", ".join(words.LANGUAGES), cell


def _must_stand(column, found):
    if column == "guardian":
        return any(found.get(other) for other in ("relation", "email", "language"))
    return column in ("student_number", "name", "class")


def _is_email(cell):
    try:
        validate_email(cell)
    except ValidationError:
        return False
    return True


def _contradictions(lines):
    """Return what the lines say against each other, always on the later row."""
    problems, first, seen = [], {}, {}
    for line in lines:
        for fact in _facts(line):
            problems += _against(first, line.row, *fact)
        problems += _twice(seen, line)
    return problems


def _facts(line):
    """Return (what must agree, column, its value): the first row to say so is believed."""
    number = names.plain(line.student_number)
    yield ("name", number), "name", line.name
    yield ("class", number), "class", line.class_name
    if line.division:
        yield ("division", names.plain(line.class_name)), "division", line.division
    if line.email:
        yield ("person", line.email), "guardian", line.guardian
    if line.email and line.language:
        yield ("speaks", line.email), "language", line.language


def _against(first, row, key, column, value):
    kept_row, kept = first.setdefault(key, (row, value))
    if names.plain(kept) == names.plain(value):
        return []
    expected = _("%(value)s, as in row %(row)s") % {"value": kept, "row": kept_row}
    return [Problem("agree", row, column, expected, value)]


def _twice(seen, line):
    """A child's guardian stands once, unless two people of one name have an address each."""
    addresses = seen.setdefault(
        (names.plain(line.student_number), names.plain(line.guardian)), set()
    )
    alone = not line.email or "" in addresses
    clash = line.email in addresses or (alone and bool(addresses))
    addresses.add(line.email)
    return [Problem("twice", line.row, "guardian", "", line.guardian)] if clash else []
