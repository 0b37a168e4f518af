"""Bringing a school's children and their guardians in from one sheet.

`read_table` turns the bytes of a CSV or XLSX into a Table or raises Unreadable; `Roster(school, table)`
says what the import would do; `import_roster` does it, all or nothing. Importing the same
sheet twice changes nothing the second time. What is no business of a sheet is never touched:
sight, restrictions, languages that people chose, households, notes. Who is missing in the
sheet stays: a sheet may hold one class only.
"""

from homeschool.sheets import Table, Unreadable, problems_by_mend

from .changes import Change
from .roster import Roster, import_roster
from .sheet import MAX_BYTES, MAX_ROWS_OF_A_PAGE, Line, Problem, read_table
from .words import COLUMN_NAMES, REQUIRED

__all__ = [
    "COLUMN_NAMES",
    "MAX_BYTES",
    "MAX_ROWS_OF_A_PAGE",
    "REQUIRED",
    "Change",
    "Line",
    "Problem",
    "Roster",
    "Table",
    "Unreadable",
    "import_roster",
    "problems_by_mend",
    "read_table",
]
