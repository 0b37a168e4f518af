"""What becomes of one row of a school when a roster comes in."""

from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

NEW, CHANGED, SAME, RETIRED, RETURNED = STATES = ("new", "changed", "same", "retired", "returned")
STUDENTS, GUARDIANS, GUARDIANSHIPS, STAFF, CLASSES = KINDS = (
    "students", "guardians", "guardianships", "staff", "classes",
)  # fmt: skip
TERMS = "terms"  # what a OneRoster package tells besides
ORDER = (TERMS, CLASSES, STAFF, STUDENTS, GUARDIANS, GUARDIANSHIPS)
KIND_NAMES = {
    TERMS: _("Term"),
    STAFF: _("Member of staff"),
    STUDENTS: _("Child"),
    GUARDIANS: _("Guardian"),
    GUARDIANSHIPS: _("Child and guardian"),
    CLASSES: _("Class"),
}
STATE_NAMES = {
    NEW: _("new"),
    CHANGED: _("changed"),
    SAME: _("same"),
    RETIRED: _("leaves"),
    RETURNED: _("comes back"),
}
# rows written in one statement
BATCH = 500


@dataclass
class Change:
    """What becomes of one row of the school: `fields` as [(label, before, after)]."""

    kind: str
    state: str
    row: int
    name: str
    fields: list = field(default_factory=list)

    @property
    def kind_name(self):
        """The kind in the reader's language."""
        return KIND_NAMES[self.kind]

    @property
    def state_name(self):
        """What becomes of the row, in the reader's language."""
        return STATE_NAMES[self.state]
