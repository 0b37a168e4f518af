"""One roster sheet: from its rows to checked lines. Nothing here asks the database."""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _, gettext_lazy

from homeschool import names, sheets

from . import words

MAX_BYTES = 20 * 1024 * 1024
LONGEST = {
    "student_number": 60, "name": names.LONGEST, "class": 120, "division": 120,
    "guardian": names.LONGEST, "relation": 60, "email": 254, "language": 30,
}  # fmt: skip

# Kind of a problem: what is wrong, and how it is mended.
PROBLEMS = {
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


class Problem(sheets.Problem):
    """One thing that keeps the roster out."""

    KINDS = sheets.PROBLEMS | PROBLEMS


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

    @cached_property
    def number_key(self):
        """The student number in plain letters."""
        return names.plain(self.student_number)

    @cached_property
    def class_key(self):
        """The class in plain letters."""
        return names.plain(self.class_name)

    @cached_property
    def guardian_key(self):
        """The guardian's name in plain letters."""
        return names.plain(self.guardian)


def read_table(raw, file="", *, known=None, without=()):
    """Return the Table in `raw`, the bytes of a CSV or an XLSX; raise Unreadable.

    `known` and `without` are what somebody said of its headings: see `sheets.Columns.read`.
    """
    return sheets.read(
        raw, words.COLUMNS, file=file, max_bytes=MAX_BYTES, known=known, without=without
    )


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
    one_line = (cell.replace("\n", " ") for cell in cells)
    found = {column: cell for column, cell in zip(columns, one_line, strict=False) if column}
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
    if sheets.holds_an_unkeepable_sign(cell):
        yield "sign", row, column, "", sheets.shown(cell)
    elif len(cell) > LONGEST[column]:
        expected = _("%(number)s signs at most") % {"number": LONGEST[column]}
        yield "long", row, column, expected, sheets.shown(cell, 40)
    elif not cell and _must_stand(column, found):
        yield "empty", row, column, str(words.COLUMN_NAMES[column]), ""
    elif cell and column == "email" and not _is_email(cell):
        yield "email", row, column, "ana@example.org", cell
    elif cell and column == "language" and not words.language_of(cell):
        yield "language", row, column, ", ".join(words.LANGUAGES), cell


def _must_stand(column, found):
    if column == "guardian":
        return any(found.get(other) for other in ("relation", "email", "language"))
    return column in words.MUST_STAND


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
    yield ("name", line.number_key), "name", line.name
    yield ("class", line.number_key), "class", line.class_name
    if line.division:
        yield ("division", line.class_key), "division", line.division
    if line.email:
        yield ("person", line.email), "guardian", line.guardian
    if line.email and line.language:
        yield ("speaks", line.email), "language", line.language


def _against(first, row, key, column, value):
    kept_row, kept = first.setdefault(key, (row, value))
    if kept == value or names.plain(kept) == names.plain(value):
        return []
    expected = _("%(value)s, as in row %(row)s") % {"value": kept, "row": kept_row}
    return [Problem("agree", row, column, expected, value)]


def _twice(seen, line):
    """A child's guardian stands once, unless two people of one name have an address each."""
    addresses = seen.setdefault((line.number_key, line.guardian_key), set())
    alone = not line.email or "" in addresses
    clash = line.email in addresses or (alone and bool(addresses))
    addresses.add(line.email)
    return [Problem("twice", line.row, "guardian", "", line.guardian)] if clash else []
