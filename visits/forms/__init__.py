"""The form of a visit: one form for each of its five steps."""

from .check import CheckForm
from .family import FamilyForm
from .needs import NeedsForm
from .promises import PromisesForm
from .step import as_post
from .who import WhoForm

STEPS = {1: WhoForm, 2: FamilyForm, 3: NeedsForm, 4: PromisesForm, 5: CheckForm}
LAST = max(STEPS)

__all__ = ["LAST", "STEPS", "as_post"]
