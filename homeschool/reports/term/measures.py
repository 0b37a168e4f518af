"""What a term report counts, as it is named everywhere: measures, breakdowns, figures."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .definitions import MEASURES
from .parts import (
    AS_COUNTED,
    ASPECT,
    BREAKDOWNS,
    CAMPAIGNS,
    CLASS,
    COUNT,
    DAYS,
    DIGITS,
    DIVISION,
    EVALUATED,
    FOR_RELATIONSHIP,
    FORMAT,
    HOURS,
    LANGUAGE,
    LEVEL,
    MEAN,
    MODE,
    MONEY,
    NEED,
    OUTCOME,
    PROVIDER,
    QUESTION,
    REGION,
    SIDE,
    SIDES,
    STATE,
    TARGETED,
    WROTE,
    Measure,
)

__all__ = [
    "ASPECT",
    "AS_COUNTED",
    "BREAKDOWNS",
    "CAMPAIGNS",
    "CLASS",
    "COUNT",
    "DAYS",
    "DIVISION",
    "EVALUATED",
    "FORMAT",
    "FOR_RELATIONSHIP",
    "HOURS",
    "LANGUAGE",
    "LEVEL",
    "MEAN",
    "MEASURES",
    "MISSING",
    "MODE",
    "MONEY",
    "NEED",
    "OUTCOME",
    "PROVIDER",
    "QUESTION",
    "REGION",
    "SIDE",
    "SIDES",
    "STATE",
    "TARGETED",
    "WROTE",
    "Figure",
    "Measure",
]

# What the school still owes the report, by division; the staff version names it before any figure.
MISSING = {
    "visits_without_record": _("Planned visits whose time is over and of which nothing is written"),
    "visits_without_aspect": _("Visits held without saying what they were about"),
    "visits_without_region": _("Visits held in person without an area"),
    "visits_without_household": _("Visits held at home without a household"),
    "visits_without_summary": _("Visits held of which the family can read nothing"),
    "promises_without_day": _("Promises without a day by which they are due"),
    "goals_unmeasured": _(
        "Goals of plans of which nothing was measured for longer than twice the time between two reviews"
    ),
    "plans_without_goal": _("Plans at work without a goal that has begun"),
    "plans_not_shown": _("Plans at work of which the family can read nothing"),
    "sessions_unsaid": _(
        "Sessions after school that are over, and nobody said whether they took place"
    ),
    "sessions_unmarked": _(
        "Sessions after school that took place, with a child of which nobody marked whether it was there"
    ),
    "students_moved_on": _(
        "Children who went on to another school of this portal since the term began: they and their "
        "visits are not counted"
    ),
}


@dataclass(frozen=True)
class Figure:
    """One counted fact: `value` of `n` in a part of a school.

    `breakdown` is empty for the total, else like `mode=home` or `division=primary`. Where the
    public version hides the value, it is None and `suppressed` is 1; `n` is None where it would
    give away a hidden one. A median or a mean of nobody is None too.
    """

    measure: str
    breakdown: str
    value: int | float | None
    n: int | None
    suppressed: int = 0

    @property
    def kind(self):
        """By what it is broken down, "" for the total."""
        return self.breakdown.partition("=")[0]

    @property
    def key(self):
        """Which part it is, "" for the total."""
        return self.breakdown.partition("=")[2]

    @property
    def words(self):
        """What is counted, in the reader's language."""
        return MEASURES[self.measure].words

    @property
    def definition(self):
        """What exactly is counted, in the reader's language."""
        return MEASURES[self.measure].definition

    @property
    def unit(self):
        """What the number is: parts.COUNT, DAYS, MEAN, MONEY or HOURS."""
        return MEASURES[self.measure].unit

    @property
    def digits(self):
        """How many digits after the point it is shown with, as `floatformat` takes it."""
        return DIGITS[self.unit]

    @property
    def percent(self):
        """The share in percent, to one decimal; 0 and 100 only where it is none or all. None where
        it makes no sense."""
        if self.share is None:
            return None
        rounded = round(self.share * 100, 1)
        return rounded if self.share in (0, 1) else min(max(rounded, 0.1), max(99.9, rounded - 0.1))

    @property
    def share(self):
        """Value of n as a fraction, or None where it makes no sense."""
        if self.unit != COUNT or self.value is None or not self.n:
            return None
        return self.value / self.n
