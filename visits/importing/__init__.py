"""Bringing past visits in from a spreadsheet.

`read_visits` turns the bytes of a CSV or XLSX into a Table or raises Unreadable;
`import_visits(school, table)` checks it and writes it, all or nothing unless told otherwise. A
visit's id follows from its key, so the same file twice writes nothing the second time, and two
imports at once write it once. Families are not told: no notice, no letter. What is written, and
what is refused: docs/past-visits.md.
"""

from homeschool.sheets import Table, Unreadable, problems_by_mend

from .past import PastVisits, import_visits
from .sheet import MAX_BYTES, MAX_BYTES_OF_A_PAGE, MAX_ROWS_OF_A_PAGE, Problem, read_visits
from .words import COLUMN_NAMES, COLUMNS

__all__ = [
    "COLUMNS",
    "COLUMN_NAMES",
    "MAX_BYTES",
    "MAX_BYTES_OF_A_PAGE",
    "MAX_ROWS_OF_A_PAGE",
    "PastVisits",
    "Problem",
    "Table",
    "Unreadable",
    "import_visits",
    "problems_by_mend",
    "read_visits",
]
