"""A spreadsheet as people send it: from bytes to rows of text, and what is wrong with it.

Reads CSV (UTF-8 or GB18030; comma, semicolon or tab) and XLSX. An importer names its columns
(`Columns`), reads a `Table` with `read`, and tells each `Problem` by row and column. Nothing here
asks the database.
"""

import csv
import difflib
import io
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
import zipfile
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from django.utils.translation import gettext as _, gettext_lazy

from homeschool import names

MAX_ROWS = 100_000
# What a workbook may unpack to; ten times the largest that MAX_ROWS lines of a roster need.
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 2000
WORKBOOK = Path(__file__).with_name("workbook.py")
TOO_MANY_ROWS = 3  # the exit status of workbook.py

# Kinds of problems that every sheet may have: what is wrong, and how it is mended.
PROBLEMS = {
    "unreadable": (
        gettext_lazy("The file cannot be read."),
        gettext_lazy("Save the sheet again as CSV (UTF-8) or as XLSX."),
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
}


@dataclass(frozen=True)
class Problem:
    """One thing that keeps the file, or its row, out: where, what was expected, what was found.

    An importer with kinds of its own derives from it and adds them to `KINDS`.
    """

    KINDS: ClassVar[dict] = PROBLEMS

    kind: str
    row: int
    column: str = ""
    expected: str = ""
    found: str = ""
    file: str = ""

    @property
    def problem(self):
        """What is wrong, in the reader's language."""
        return str(self.KINDS[self.kind][0])

    @property
    def mend(self):
        """How it is mended, in the reader's language."""
        return str(self.KINDS[self.kind][1])

    def as_dict(self):
        """Return {file, row, column, expected, found, problem}, as commands print it."""
        told = asdict(self)
        del told["kind"]
        return told | {"problem": self.problem}


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

    def __init__(self, expected, found="", *, row=0, column="", kind="unreadable"):
        super().__init__(expected)
        self.problem = Problem(kind, row, column, str(expected), str(found))

    def __str__(self):
        said = self.problem
        row = _("Row %(row)s.") % {"row": said.row} if said.row > 1 else ""
        found = _("Found: %(found)s.") % {"found": said.found} if said.found else ""
        return " ".join(filter(None, [said.problem, row, said.expected, found]))


class UnknownColumns(Unreadable):
    """The header names not every column, and somebody may say which heading is which.

    `header` holds the headings, `columns` what each means (None: unknown), `asked` the columns that
    nobody knows, `slips` as {heading: the column that it nearly names}, `rows` the first rows.
    """

    def __init__(self, expected, found, header, columns, asked, slips):
        super().__init__(expected, found, row=1, column=asked[0], kind="columns")
        self.header, self.columns = header, columns
        self.asked, self.slips, self.rows = asked, slips, []


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


# --- the header ---------------------------------------------------------------------------------


def by_word(table):
    """Return {plain word: code} of a table {code: words}."""
    return {names.plain(word): code for code, words in table.items() for word in words}


class Columns:
    """The columns of a kind of sheet: `headings` as {code: other headings}, `required` codes.

    Columns that are not required may be missing; a heading that looks like a missing one is
    refused then, since its cells would be lost without a word.
    """

    def __init__(self, headings, required):
        self.required = required
        self.codes = tuple(headings)
        self._by_word = by_word(
            {code: (code.replace("_", " "), *more) for code, more in headings.items()}
        )

    def of(self, heading):
        """Return the column that a heading names, or None; capitals, spaces, hyphens do not matter."""
        loose = names.plain(heading.replace("_", " ").replace("-", " "))
        return self._by_word.get(loose) or self._by_word.get(names.plain(heading))

    def read(self, header, known=None, without=()):
        """Return the columns by their place in `header`, None for what is not known; raise Unreadable.

        `known` as {plain heading: column} is what somebody said that headings mean, "" for one that
        is not read; `without` are required columns of which somebody said that they do not stand here.
        """
        known = known or {}
        columns = [self._known(known, heading) for heading in header]
        for column in filter(None, columns):
            if columns.count(column) > 1:
                expected = _("Each column stands once.")
                raise Unreadable(expected, column, row=1, column=column, kind="columns")
        missing = [c for c in self.required if c not in columns and c not in without]
        unread = [
            heading
            for heading, column in zip(header, columns, strict=True)
            if column is None and names.plain(heading) not in known
        ]
        slips = self._slips(unread, columns, without)
        if missing:
            expected = _("Missing: %(columns)s.") % {"columns": ", ".join(missing)}
            found = ", ".join(header)[:200]
            asked = list(dict.fromkeys([*missing, *slips.values()]))
            raise UnknownColumns(expected, found, header, columns, asked, slips)
        if slips:
            heading, meant = next(iter(slips.items()))
            asked = list(slips.values())
            raise UnknownColumns(meant, heading, header, columns, asked, slips)
        return columns

    def _known(self, known, heading):
        said = known.get(names.plain(heading))
        return self.of(heading) if said is None else said or None

    def _slips(self, headings, columns, without):
        """Return {heading: the missing column that it nearly names}."""
        missing = [c.replace("_", " ") for c in self.codes if c not in {*columns, *without}]
        found = {}
        for heading in headings:
            loose = names.plain(heading.replace("_", " ").replace("-", " "))
            if near := difflib.get_close_matches(loose, missing, 1, 0.8):
                found[heading] = near[0].replace(" ", "_")
        return found


# --- from bytes to rows ---------------------------------------------------------------------------


def read(raw, columns, *, file="", max_bytes, max_rows=MAX_ROWS, known=None, without=()):
    """Return the Table in `raw`, the bytes of a CSV or an XLSX; raise Unreadable.

    `known` and `without` are what somebody said of its headings: see `Columns.read`.
    """
    rows = []
    try:
        (_row, first), *rows = _records(raw, max_bytes, max_rows)
        header = [" ".join(cell.split()) for cell in first]
        found = columns.read(header, known, without)
        if not rows:
            raise Unreadable(_("Below the header row there is nothing."))
    except Unreadable as error:
        error.problem = replace(error.problem, file=file)
        if isinstance(error, UnknownColumns):
            error.rows = [cells for _row, cells in rows[:3]]
        raise
    return Table(file, found, rows, header)


def _records(raw, max_bytes, max_rows):
    """Return [(row of the sheet, cells)], the header first; rows without any text are left out."""
    if not raw.strip():
        raise Unreadable(_("The file is empty."))
    if len(raw) > max_bytes:
        most = {"number": max_bytes // 1024**2}
        raise Unreadable(_("A file may have %(number)s MB at most. Part it in two.") % most)
    records = _workbook(raw, max_rows) if raw.startswith(ZIP) else _csv(raw, max_rows)
    if not records:
        raise Unreadable(_("The file is empty."))
    return records


def _too_many(max_rows):
    most = {"number": max_rows}
    return Unreadable(_("A sheet may have %(number)s lines at most. Part it in two.") % most)


def _tidy(cell):
    """Return `cell` in composed letters, with single spaces and plain line ends."""
    if not cell:
        return cell
    cell = unicodedata.normalize("NFC", cell)
    if "\n" not in cell and "\r" not in cell:
        return " ".join(cell.split())
    lines = (" ".join(line.split()) for line in re.split(r"\r\n?|\n", cell))
    return "\n".join(lines).strip()


# --- CSV --------------------------------------------------------------------------------------------

ZIP = b"PK\x03\x04"
SAVE_AS = gettext_lazy("In your spreadsheet program choose “Save as: CSV (UTF-8)” or “XLSX”.")
MAGIC = (
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"{\\rtf", "RTF"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
# Western text read as GB18030 swallows the letter after each accent: Hern(án)dez.
_SWALLOWED = re.compile(r"[a-z]{2}[㐀-鿿]|[㐀-鿿][a-z]{2}")


def _csv(raw, max_rows):
    for magic, kind in MAGIC:
        if raw.startswith(magic):
            raise Unreadable(SAVE_AS, kind)
    try:
        return _lines(_stream(raw, "utf-8-sig"), max_rows)
    except UnicodeDecodeError:
        _check_chinese(raw)
        return _lines(_stream(raw, "gb18030"), max_rows)


def _stream(raw, encoding):
    """Return the text of a file piece by piece: a large one whole would take its size four times."""
    return io.TextIOWrapper(io.BytesIO(raw), encoding, newline="")


def _check_chinese(raw):
    expected = _("The letters must be written in UTF-8 or GB18030.")
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        raise Unreadable(expected) from None
    if _is_western(text):
        raise Unreadable(expected, _("letters of another encoding"))


def _is_western(text):
    """Whether most of the hanzi in `text` hold a swallowed letter as their second byte."""
    if not _SWALLOWED.search(text):
        return False
    hanzi = {sign: n for sign, n in Counter(text).items() if "㐀" <= sign <= "鿿"}
    swallowed = sum(n for sign, n in hanzi.items() if sign.encode("gb18030")[1] < 0x80)
    return swallowed * 2 > sum(hanzi.values())


def _lines(stream, max_rows):
    reader = csv.reader(stream, delimiter=_delimiter(stream), strict=True)
    found, row = [], 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error:
            raise Unreadable(
                _("A quotation mark is opened here and not closed."), row=row
            ) from None
        if any(cell.strip() for cell in cells):
            found.append((row, [_tidy(cell) for cell in cells]))
        if len(found) > max_rows + 1:
            raise _too_many(max_rows)


def _delimiter(stream):
    """Return what parts the cells of the first line that holds any text."""
    first = next((line for line in stream if line.strip()), "")
    stream.seek(0)
    return max(",;\t", key=first.count)


# --- XLSX --------------------------------------------------------------------------------------------


def _workbook(raw, max_rows):
    """Read the first sheet of a workbook in a process of its own (see workbook.py)."""
    _look_into(raw)
    with tempfile.TemporaryFile() as file:
        file.write(raw)
        file.seek(0)
        with subprocess.Popen(
            [sys.executable, "-P", str(WORKBOOK), str(max_rows + 1)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as reader:
            found = [_cells(line) for line in reader.stdout]
    if reader.returncode == TOO_MANY_ROWS:
        raise _too_many(max_rows)
    if reader.returncode:
        raise Unreadable(_("The workbook is damaged, protected by a password, or far too large."))
    return found


def _cells(line):
    row, cells = json.loads(line)
    return row, [_tidy(cell) for cell in cells]


def _look_into(raw):
    """Refuse a ZIP that is cut off, that is no XLSX, or that says it unpacks to far too much."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError):
        raise Unreadable(_("The workbook is cut off or damaged.")) from None
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Unreadable(_("The workbook unpacks to far too much."), "ZIP")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise Unreadable(SAVE_AS, "ZIP")


# --- what is told back ---------------------------------------------------------------------------------

_UNKEEPABLE = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# A spreadsheet takes a text that begins like this, or with a full-width twin, for a formula.
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


def holds_an_unkeepable_sign(cell):
    """Whether a cell holds a control character or half a character."""
    return bool(_UNKEEPABLE.search(cell))


def shown(cell, longest=60):
    """Return a cell as a problem quotes it: short, and with � for what cannot be shown."""
    cut = cell[:longest] + ("…" if len(cell) > longest else "")
    return "".join(sign if sign.isprintable() else "�" for sign in cut.replace("\n", " "))


def refused_rows(table, problems):
    """Yield the refused rows of the sheet with what is wrong beside each, header first.

    They are written to be opened in a spreadsheet: no cell begins like a formula.
    """
    wrong = {}
    for problem in problems:
        told = ": ".join(filter(None, [problem.column, f"{problem.problem} {problem.mend}"]))
        wrong.setdefault(problem.row, []).append(told)
    yield [*map(harmless, table.header), _("Problem")]
    for row, cells in table.rows:
        if row in wrong:
            padded = cells + [""] * (len(table.header) - len(cells))
            yield [*map(harmless, padded), " ".join(wrong[row])]


def harmless(cell):
    """Return `cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
