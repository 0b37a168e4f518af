"""The one path by which a file of a person comes in, is kept, and goes out again.

Whoever takes files (photos of visits, materials of meetings, and whatever messages will carry one day)
takes them here: `FileField` in a form checks what is cheap, `checked` makes the file anew in a process of its
own, `KeptFile` keeps its bytes in the database, and `FileView` gives them out after `visible_to`. There is
no second path. docs/decisions/0016-files.md says why.
"""

from .checking import Checked, Refused, checked
from .fields import FileField
from .kinds import JPEG, PAPERS, PDF, PICTURES

__all__ = ["JPEG", "PAPERS", "PDF", "PICTURES", "Checked", "FileField", "Refused", "checked"]
