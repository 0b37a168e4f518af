"""Bringing a school's children and their guardians in, from a sheet or a OneRoster package.

`files.RosterFile` tells the two apart, and what a file would do to a school. Of a sheet: `read_table`
turns the bytes of a CSV or XLSX into a Table or raises Unreadable; `Roster(school, table)` says what the
import would do; `import_roster` does it, all or nothing. Importing the same sheet twice changes
nothing the second time. What is no business of a file is never touched: sight, restrictions,
languages that people chose, households, notes. Who is missing in a sheet stays: it may hold one
class only. The package stands in `oneroster`.
"""

from homeschool.sheets import Table, Unreadable, problems_by_mend

from .changes import Change
from .roster import Roster, import_roster
from .sheet import MAX_BYTES, Line, Problem, read_table
from .words import COLUMN_NAMES, REQUIRED

__all__ = [
    "COLUMN_NAMES",
    "MAX_BYTES",
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
