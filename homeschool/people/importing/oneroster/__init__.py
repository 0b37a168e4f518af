"""OneRoster, the format in which a school's system hands its roster on (1EdTech, CSV binding).

`read_package` turns the bytes of a ZIP into a Package of checked rows, or raises Unreadable;
`OneRosterPlan` says what it would do to a school and does it, `take_back` undoes it;
`write_package` writes a school's roster as such a ZIP.
"""

from .columns import FIELDS
from .export import write_package
from .naming import compose_name, split_name
from .package import Package, read_package
from .plan import NotTakenBack, OneRosterPlan, schools_of, take_back, undo_bytes
from .problems import Problem

__all__ = [
    "FIELDS",
    "NotTakenBack",
    "OneRosterPlan",
    "Package",
    "Problem",
    "compose_name",
    "read_package",
    "schools_of",
    "split_name",
    "take_back",
    "undo_bytes",
    "write_package",
]
