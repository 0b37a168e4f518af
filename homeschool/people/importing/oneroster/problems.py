"""What may be wrong with a OneRoster package, and how it is mended."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from homeschool.people.importing import sheet
from homeschool.sheets import Unreadable

PROBLEMS = {
    "package": (
        _("The ZIP cannot be taken."),
        _("Ask for the OneRoster ZIP again, as the school’s system writes it."),
    ),
    "columns": (
        _("The header row is not complete."),
        _("Begin the file with every column that OneRoster requires, in the same letters."),
    ),
    "quotes": (
        _("The lines cannot be told apart."),
        _("Close every quotation mark, and write one inside a cell twice."),
    ),
    "letters": (
        _("The letters are not written in UTF-8."),
        _("Export the files again in UTF-8."),
    ),
    "fewer": (
        _("The row has fewer cells than the header."),
        _("The file may be cut off. Export it again."),
    ),
    "same_key": (
        _("This sourcedId stands in the file already."),
        _("Give every row a sourcedId of its own."),
    ),
    "key": (
        _("This is no sourcedId."),
        _("Write a sourcedId of 255 signs at most, without line ends."),
    ),
    "bulk": (
        _("A bulk file leaves this cell empty."),
        _("Empty status and dateLastModified in every row, or send a delta file."),
    ),
    "delta": (
        _("A delta file needs this cell."),
        _("Fill in status and dateLastModified in every row, or send a bulk file."),
    ),
    "word": (
        _("OneRoster does not know this word."),
        _("Write one of the words that stand beside it, in the same letters."),
    ),
    "date": (
        _("This is no date that can be used."),
        _("Write a date like 2026-09-01, not before 1900."),
    ),
    "span": (
        _("The end does not come after the beginning."),
        _("Write the first day that no longer belongs to it as endDate."),
    ),
    "year": (
        _("This is no school year."),
        _("Write the year in which the school year ends, like 2027."),
    ),
    "truth": (_("This is neither true nor false."), _("Write true or false.")),
    "name_long": (
        _("The name is too long."),
        _("Make given, middle and family name shorter: 255 signs together."),
    ),
}  # fmt: skip


class Problem(sheet.Problem):
    """One thing that keeps a row of a OneRoster file out."""

    KINDS = sheet.Problem.KINDS | PROBLEMS


def unreadable(expected, found="", *, file="", row=0, column="", kind="package"):
    """Return the Unreadable that keeps the whole package out, naming the file and the place."""
    error = Unreadable(expected, found, row=row, column=column, kind=kind)
    said = error.problem
    error.problem = Problem(kind, said.row, said.column, said.expected, said.found, file)
    return error


def named(error, file):
    """Return `error` with `file` named, where it names none yet."""
    if not error.problem.file:
        error.problem = replace(error.problem, file=file)
    return error
