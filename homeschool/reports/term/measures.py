"""What a term report counts: every measure with its words, its definition and its breakdowns.

In person = at home, elsewhere, at school; online = by video, by phone. A child reached both ways
counts once, as in person, so that in person + online = reached, in the whole and in every part.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _, pgettext_lazy

# The parts of a school, and the ways in which visits differ: the left side of `breakdown`.
DIVISION, CLASS, MODE, ASPECT, REGION, SIDE = (
    "division", "class", "mode", "aspect", "region", "by",
)  # fmt: skip
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
}
SIDES = {"school": _("The school"), "family": _("The family")}


@dataclass(frozen=True)
class Measure:
    """One thing that is counted: its `words`, and the `heading` of its column.

    `of` names the measure that `n` is taken from (`n_of`). `shown` says by what it is broken down; by a part of it that nobody counted (an area
    without visits) there is no row. `is_of_people` says that a small number could point at somebody:
    the public version hides it then. `within` says that every one counted is one of the `n`.
    """

    code: str
    words: Lazy
    heading: Lazy
    definition: Lazy
    of: str
    shown: tuple = field(default=PARTS)
    is_of_people: bool = True
    within: bool = False

    def n_of(self, numbers, kind, key):
        """Return the place of `n` for a part: of the measure `of` in the same part where `numbers`
        counts it, else in all; of a measure that is its own, always in all."""
        same = (self.of, kind, key)
        return same if self.of != self.code and same in numbers else (self.of, "", "")


MEASURES = {
    measure.code: measure
    for measure in (
        Measure(
            "students_on_roll", _("children on roll"), _("On roll"),
            _("Children of the school who are on roll on the day of the report."),
            "students_on_roll",
        ),
        Measure(
            "students_reached", _("children reached"), _("Reached"),
            _("Children with at least one held visit in the term, in person or online. A child who "
              "has left since still was reached."),
            "students_on_roll", EVERY_VISIT, within=True,
        ),
        Measure(
            "students_reached_in_person", _("of them in person"), _("In person"),
            _("Children with at least one held visit at home, at school or somewhere else. Who was "
              "also met online counts here, and only here."),
            "students_on_roll", (ASPECT, *PARTS, REGION), within=True,
        ),
        Measure(
            "students_reached_online", _("of them online"), pgettext_lazy("met by video or phone", "Online"),
            _("Children who were met by video or by phone, and not in person."),
            "students_on_roll", (ASPECT, *PARTS), within=True,
        ),
        Measure(
            "households_visited", _("households visited at home"), _("Households"),
            _("Different households with a held visit at home. Where the school has written down "
              "no household, the children with the same first guardian are one."),
            "visits_held", (ASPECT, *PARTS, REGION),
        ),
        Measure(
            "visits_held", _("visits held"), _("Held"),
            _("Visits that took place in the term, by the calendar of the school. A visit to brothers "
              "and sisters is one visit; in each of their classes it counts once."),
            "visits_held", EVERY_VISIT,
        ),
        Measure(
            "regions_visited", _("areas visited"), _("Areas"),
            _("Different areas of the visits that were held in person."),
            "visits_held", (DIVISION,), is_of_people=False,
        ),
        Measure(
            "cities_visited", _("cities visited"), _("Cities"),
            _("Different cities of the visits that were held in person."),
            "visits_held", (DIVISION,), is_of_people=False,
        ),
        Measure(
            "visits_nobody_home", _("visits that met nobody"), _("Nobody met"),
            _("Attempts at which the visitors came, or called, and met nobody. They are not visits held."),
            "visits_held", (MODE, *PARTS),
        ),
        Measure(
            "visits_declined", _("visits that the family declined"), _("Declined"),
            _("Visits that were offered and that the family did not wish. A family needs no reason."),
            "visits_held", (MODE, *PARTS),
        ),
        Measure(
            "meetings_held", _("parent meetings held"), _("Meetings"),
            _("Meetings with the parents of one class or several that took place in the term."),
            "classes", is_of_people=False,
        ),
        Measure(
            "classes", _("classes"), _("Classes"),
            _("Homeroom classes with children on roll."),
            "classes", (DIVISION,), is_of_people=False,
        ),
        Measure(
            "classes_with_meeting", _("classes with a parent meeting"), _("With a meeting"),
            _("Those of them whose parents met at least once in the term."),
            "classes", (DIVISION,), is_of_people=False, within=True,
        ),
        Measure(
            "promises_made", _("promises made"), _("Made"),
            _("Promises of the visits held in the term. The school’s are those of its staff and of "
              "others who help; the family’s are those of the family and the child."),
            "promises_made", (SIDE, *PARTS),
        ),
        Measure(
            "promises_kept", _("promises kept"), _("Kept"),
            _("Those of them that were marked as done by the day of the report."),
            "promises_made", (SIDE, *PARTS), within=True,
        ),
        Measure(
            "summaries_sent", _("summaries that families were told of"), _("Told"),
            _("Visits held in the term whose summary was published and announced to the family. Visits "
              "brought in from a spreadsheet are published without an announcement."),
            "visits_held",
        ),
        Measure(
            "summaries_confirmed", _("summaries confirmed"), _("Confirmed"),
            _("Those of them that somebody of the family confirmed as read."),
            "summaries_sent", within=True,
        ),
    )
}  # fmt: skip

# What the school still owes the report, by division; the staff version names it before any figure.
MISSING = {
    "visits_without_record": _("Planned visits whose time is over and of which nothing is written"),
    "visits_without_aspect": _("Visits held without saying what they were about"),
    "visits_without_region": _("Visits held in person without an area"),
    "visits_without_household": _("Visits held at home without a household"),
    "visits_without_summary": _("Visits held of which the family can read nothing"),
    "promises_without_day": _("Promises without a day by which they are due"),
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
    give away a hidden one.
    """

    measure: str
    breakdown: str
    value: int | None
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
        return self.value / self.n if self.value is not None and self.n else None
