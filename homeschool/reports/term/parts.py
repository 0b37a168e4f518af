"""By what a term report breaks its figures down, and what it says of each thing that it counts."""

from dataclasses import dataclass, field

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

# The parts of a school, and the ways in which visits differ: the left side of `breakdown`.
DIVISION, CLASS, MODE, ASPECT, REGION, SIDE, NEED, QUESTION, STATE, OUTCOME = (
    "division", "class", "mode", "aspect", "region", "by", "need", "question", "state", "outcome",
)  # fmt: skip
# The same of programmes after school.
FORMAT, PROVIDER, EVALUATED = "format", "provider", "evaluation"
# The same of what is told and written.
WROTE, LANGUAGE, LEVEL = "wrote", "language", "level"
# Campaigns of the two purposes are two breakdowns: no figure ever holds both.
FOR_RELATIONSHIP, TARGETED = "campaign", "targeted_campaign"
CAMPAIGNS = (FOR_RELATIONSHIP, TARGETED)
PARTS = (DIVISION, CLASS)
EVERY_VISIT = (MODE, ASPECT, *PARTS, REGION)
BREAKDOWNS = {
    "": _("In all"),
    DIVISION: _("By grade or college"),
    CLASS: _("By class"),
    MODE: _("By the way people met"),
    ASPECT: _("By what it was about"),
    REGION: _("By area"),
    SIDE: _("By who promised"),
    NEED: _("By what the child needs"),
    QUESTION: _("By question"),
    STATE: _("By how the plan stands"),
    OUTCOME: _("By what came of the plan"),
    FORMAT: _("By how many are helped together"),
    PROVIDER: _("By who offers it"),
    EVALUATED: _("By question about the programme"),
    WROTE: _("By who wrote"),
    LANGUAGE: _("By language"),
    LEVEL: _("By what was asked"),
    FOR_RELATIONSHIP: _("Campaigns to get to know each other"),
    TARGETED: _("Campaigns about something certain"),
}
# Breakdowns of which only what was counted has a row.
AS_COUNTED = {REGION, LANGUAGE, *CAMPAIGNS}
SIDES = {"school": _("The school"), "family": _("The family")}

# What a number is: so many of something; days, the median; a mean of answers; a sum of money; a sum
# of hours.
COUNT, DAYS, MEAN, MONEY, HOURS = "count", "days", "mean", "money", "hours"
# How many digits after the point a number is shown with, as `floatformat` takes it.
DIGITS = {COUNT: "0", DAYS: "-1", MEAN: "2", MONEY: "2", HOURS: "-1"}


@dataclass(frozen=True)
class Measure:
    """One thing that is counted: its `words`, and the `heading` of its column.

    `of` names the measure that `n` is taken from (`n_of`). `shown` says by what it is broken down;
    by a part of it that nobody counted (an area without visits) there is no row. `is_of_people`
    says that a small number could point at somebody: the public version hides it then. `within`
    says that every one counted is one of the `n`. `unit` says what the number is: what is no count
    has no value where its `n` is nobody, and its rows are those of the `n`. `in_all` says that there
    is a figure of the whole. `anonymous` figures are hidden in both versions where `n` is small, and
    nobody opens their rows; `smallest` says what is small where that is not what the school says.
    `people` names the measure of the people behind lines of which each has many: the public version
    shows such a number of the whole alone, and only where theirs is shown. Nobody opens the rows of
    `sealed` ones either: who wrote or read what is for those who take part.
    """

    code: str
    words: Lazy
    heading: Lazy
    definition: Lazy
    of: str
    shown: tuple = field(default=PARTS)
    is_of_people: bool = True
    within: bool = False
    unit: str = COUNT
    in_all: bool = True
    anonymous: bool = False
    smallest: int = 0
    people: str = ""
    sealed: bool = False

    @property
    def is_count(self):
        """Whether its number says how many, so that parts may add up."""
        return self.unit == COUNT

    @property
    def opens(self):
        """Whether somebody may open the rows behind it."""
        return not (self.anonymous or self.sealed)

    @property
    def kinds(self):
        """By what there are figures of it, the whole first where there is one."""
        return ("", *self.shown) if self.in_all else self.shown

    def n_of(self, numbers, kind, key):
        """Return the place of `n` for a part: of the measure `of` in the same part where `numbers`
        counts it, else in all; of a measure that is its own, always in all."""
        same = (self.of, kind, key)
        if not self.in_all or not self.is_count:
            return same
        return same if self.of != self.code and same in numbers else (self.of, "", "")
