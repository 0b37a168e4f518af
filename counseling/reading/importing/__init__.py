"""Bringing observations, and points of goals, in from a spreadsheet.

`SheetFile(raw, name)` reads the bytes of a CSV or XLSX, or raises Unreadable, and tells by the header
which of the two it is; `SheetFile.coming(school, ...)` says what it would do, and `bring_in` does it,
all or nothing unless told otherwise. The same sheet twice writes nothing the second time. What is
written, and what is refused: docs/observations.md.
"""

from functools import partial

from homeschool.people.importing.files import csv_of
from homeschool.sheets import Unreadable

from .coming import Coming, bring_in
from .kinds import KINDS, Observations, Points
from .sheet import Problem, read_sheet
from .words import COLUMN_NAMES, HEADINGS, OBSERVATIONS, POINTS, REQUIRED

__all__ = [
    "COLUMN_NAMES",
    "HEADINGS",
    "KINDS",
    "OBSERVATIONS",
    "POINTS",
    "REQUIRED",
    "Coming",
    "Observations",
    "Points",
    "Problem",
    "SheetFile",
    "Unreadable",
    "bring_in",
]


class SheetFile:
    """A sheet, read. Raises Unreadable."""

    def __init__(self, raw, file_name=""):
        self.kind, self.table = read_sheet(raw, file_name)

    @property
    def ignored(self):
        """The headings that are not read."""
        return self.table.ignored

    def coming(self, school, **how):
        """Return what it would do to a school; `how` are the options of Coming."""
        return KINDS[self.kind](school, self.table, **how)

    def bring_in(self, school, *, dry_run=False, expected=None, **how):
        """Bring it into a school, as the function `bring_in` does."""
        made = partial(self.coming, school, **how)
        return bring_in(made, school, dry_run=dry_run, expected=expected)

    def refused(self, coming):
        """Return the refused rows with what is wrong beside each as the bytes of a CSV, else None."""
        return csv_of(coming.refused_rows(self.table)) if coming.problems else None
