"""A file that somebody sends: which kind it is, what it would do to a school, and what is refused."""

import csv
import io
import zipfile

from homeschool.sheets import ZIP

from .oneroster import read_package
from .oneroster.plan import OneRosterPlan
from .roster import Roster
from .sheet import read_table

SHEET, PACKAGE = "sheet", "package"
BOM = "\ufeff"  # by which spreadsheet programs know UTF-8


def is_package(raw, file_name=""):
    """Whether these bytes are a ZIP of files, and no workbook."""
    if not raw.startswith(ZIP):
        return file_name.lower().endswith(".zip")
    try:
        names = zipfile.ZipFile(io.BytesIO(raw)).namelist()
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OSError):
        return file_name.lower().endswith(".zip")
    return "xl/workbook.xml" not in names and "[Content_Types].xml" not in names


class RosterFile:
    """A sheet or a OneRoster package, read. Raises Unreadable, of a sheet UnknownColumns too.

    `known` and `without` are what somebody said of the headings of a sheet.
    """

    def __init__(self, raw, file_name="", *, known=None, without=()):
        self.kind = PACKAGE if is_package(raw, file_name) else SHEET
        if self.kind == PACKAGE:
            self.package = read_package(raw, file_name=file_name)
        else:
            self.table = read_table(raw, file_name, known=known, without=without)

    def plan(self, school, *, known_classes_only=False, trusted_schools=(), **how):
        """Return what it would do to a school; `how` are the options that both kinds of plan have."""
        if self.kind == PACKAGE:
            return OneRosterPlan(school, self.package, trusted_schools=trusted_schools, **how)
        return Roster(school, self.table, known_classes_only=known_classes_only, **how)

    @property
    def ignored(self):
        """The headings that are not read."""
        return list(self.package.ignored if self.kind == PACKAGE else self.table.ignored)

    def refused(self, plan):
        """Return the refused rows with what is wrong beside each as the bytes of a file, else None.

        A CSV of a sheet's; a ZIP of a package's, with a CSV for each file that has any.
        """
        if not plan.problems:
            return None
        if self.kind == SHEET:
            return csv_of(plan.refused_rows(self.table))
        files: dict[str, list] = {}
        for problem in plan.problems:
            files.setdefault(problem.file, []).append(problem)
        raw = io.BytesIO()
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
            for name, problems in sorted(files.items()):
                file = self._file_of(name)
                if file:
                    package.writestr(name, csv_of(self.package.refused_rows(file, problems)))
        return raw.getvalue()

    def _file_of(self, name):
        """Return the file of the package in which the rows of `name` stand: 1.1 has roles among users."""
        held = self.package.archive.entries
        if name == "roles.csv" and name not in held:
            name = "users.csv"
        return name.removesuffix(".csv") if name in held else None


def csv_of(rows):
    """Return rows as a CSV in the encoding that spreadsheet programs open rightly."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return (BOM + text.getvalue()).encode("utf-8", "replace")
