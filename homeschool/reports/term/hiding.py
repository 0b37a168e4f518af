"""The public version: small groups are hidden, and so is what would give them away.

A group smaller than the school's smallest shown one (but not empty: a group of nobody points at
nobody) is hidden in every table. That alone protects nobody: a total less what is shown gives the
hidden number back. So further numbers are hidden (complementary suppression) until no protected group
follows from what is shown by addition and subtraction, and until those hidden together are as many
as the smallest shown group. Groups that stand in no table but follow from two numbers, like the
children who were not reached, are protected in the same way.

The principle is that of the handbooks on statistical disclosure control (primary and secondary cell
suppression); the check is exact linear algebra over all tables at once.
"""

from collections import namedtuple
from fractions import Fraction

from .measures import (
    ASPECT,
    CAMPAIGNS,
    DIVISION,
    EVALUATED,
    FORMAT,
    LANGUAGE,
    LEVEL,
    MEASURES,
    MODE,
    NEED,
    OUTCOME,
    PROVIDER,
    QUESTION,
    SIDE,
    STATE,
    WROTE,
    Figure,
)

# What the public version shows at all: the same tables for everybody, without filters.
PUBLIC = (
    "", DIVISION, MODE, ASPECT, SIDE, NEED, QUESTION, STATE, OUTCOME, FORMAT, PROVIDER, EVALUATED,
    WROTE, LANGUAGE, LEVEL, *CAMPAIGNS,
)  # fmt: skip
# A median, a mean or a sum of money is shown of a whole alone, never of one of its parts.
OF_A_WHOLE = ("", QUESTION, EVALUATED, *CAMPAIGNS)
IN_PERSON, ONLINE = "students_reached_in_person", "students_reached_online"
# Measures that add up to another one in every part.
SUMS = {
    "students_reached": (IN_PERSON, ONLINE),
    "offers_sent": ("offers_answered", "offers_unanswered"),
    "offers_answered": ("offers_accepted", "offers_other_time", "offers_declined"),
    "gifts_given": ("gifts_valued", "gifts_unvalued"),
    "voices_said": ("voices_yes", "voices_partly", "voices_no"),
    "goals_followed": ("goals_on_track", "goals_off_track", "goals_too_few", "goals_missing"),
    "reviews_due": ("reviews_on_time", "reviews_late", "reviews_open"),
    "plans_shown": ("plans_answered", "plans_unanswered"),
    "plans_answered": ("plans_agreed", "plans_not_agreed"),
    "pupils_attending": tuple(f"pupils_band_{n}" for n in range(6)),
    "lines_marked": ("lines_there", "lines_excused", "lines_absent"),
}
# Measures that are the sum of another one over ways of meeting.
AT_ONE_PLACE = ("home", "school", "elsewhere")
WAYS = {
    IN_PERSON: ("students_reached", AT_ONE_PLACE),
    ONLINE: ("students_reached", ("video", "phone")),
    "visits_in_person": ("visits_held", AT_ONE_PLACE),
}

# One line of a table: the whole is the sum of its parts; each is a key of the values.
Sum = namedtuple("Sum", "whole parts")


def anonymous(figures, smallest):
    """Return the figures, of those that are anonymous the ones hidden of which fewer than `smallest`
    people spoke: so in both versions."""
    return [
        Figure(f.measure, f.breakdown, None, None, 1)
        if MEASURES[f.measure].anonymous and 0 < f.n < (MEASURES[f.measure].smallest or smallest)
        else f
        for f in figures
    ]


def public(figures, smallest):
    """Return the figures of the public version, with `value` None and `suppressed` 1 where hidden.

    `smallest` is the school's smallest shown group. Areas, classes and meetings are no groups of
    people and are shown, and so is how many of the staff took part. An `n` that is hidden as a figure
    of its own is left out too, and with it the median of those whom it counts.
    """
    shown = [figure for figure in figures if _is_public(figure)]
    values = {
        (f.measure, f.kind, f.key): f.value
        for f in shown
        if MEASURES[f.measure].is_of_people and MEASURES[f.measure].is_count and not f.suppressed
    }
    hidden = hidden_of(values, list(sums(values)), smallest)
    return [f if f.suppressed else _published(f, values, hidden) for f in shown]


def _is_public(figure):
    measure = MEASURES[figure.measure]
    if measure.people:
        return not figure.kind
    return figure.kind in (PUBLIC if measure.is_count else OF_A_WHOLE)


def _published(figure, values, hidden):
    measure = MEASURES[figure.measure]
    source = measure.n_of(values, figure.kind, figure.key)
    n = None if source in hidden else figure.n
    if (measure.people, figure.kind, figure.key) in hidden:
        n = None
    if (not measure.is_count or measure.people) and n is None:
        return Figure(figure.measure, figure.breakdown, None, None, 1)
    if (figure.measure, figure.kind, figure.key) in hidden:
        return Figure(figure.measure, figure.breakdown, None, n, 1)
    return Figure(figure.measure, figure.breakdown, figure.value, n)


def sums(values):
    """Yield every Sum that binds the values, adding to them the groups that stand in no table."""
    parts = list(values)
    yield from _by_part(parts)
    for measure, kind, key in parts:
        addends = [
            (part, kind, key) for part in SUMS.get(measure, ()) if (part, kind, key) in values
        ]
        if addends:
            yield Sum((measure, kind, key), addends)
        yield from _others(values, measure, kind, key)
    for measure, (summed, modes) in WAYS.items():
        addends = [(summed, MODE, mode) for mode in modes]
        if (measure, "", "") in values and all(addend in values for addend in addends):
            yield Sum((measure, "", ""), addends)


def _by_part(cells):
    """Yield the sums over the parts of a breakdown. Where parts overlap (a visit to children of two
    divisions) the parts may come to more than the whole; hiding is decided as if they did not."""
    by_part: dict[tuple, list] = {}
    for measure, kind, key in cells:
        if kind:
            by_part.setdefault((measure, kind), []).append((measure, kind, key))
    for (measure, _kind), addends in by_part.items():
        if MEASURES[measure].in_all:
            yield Sum((measure, "", ""), addends)


def _others(values, measure, kind, key):
    """Yield the sum of a figure and those of its `n` who are not in it."""
    of = MEASURES[measure].of
    whole = (of, kind, key)
    if not MEASURES[measure].within or whole not in values:
        return
    others = values[whole] - values[measure, kind, key]
    if others >= 0:
        rest = (f"not {measure}", kind, key)
        values[rest] = others
        yield Sum(whole, [(measure, kind, key), rest])


def hidden_of(values, sums, smallest):
    """Return the cells that are hidden: tables that no sum binds together tell nothing of each other, and
    are looked at one by one."""
    hidden = set()
    for cells, bound in _apart(values, sums):
        hidden |= Hiding(cells, bound, smallest).hidden
    return hidden


def _apart(values, sums):
    """Yield (values, sums) of each group of cells that sums bind together."""
    group_of = {cell: {cell} for cell in values}
    for found in sums:
        for cell in found.parts:
            mine, other = group_of[found.whole], group_of[cell]
            if mine is not other:
                few, many = sorted((mine, other), key=len)
                many |= few
                group_of.update(dict.fromkeys(few, many))
    bound: dict = {}
    for found in sums:
        bound.setdefault(id(group_of[found.whole]), []).append(found)
    for group in {id(cells): cells for cells in group_of.values()}.values():
        yield {cell: values[cell] for cell in values if cell in group}, bound.get(id(group), [])


class Hiding:
    """Which cells are hidden: `values` by cell, `sums` that bind them, the smallest shown group."""

    def __init__(self, values, sums, smallest):
        self.values, self.sums, self.smallest = values, sums, smallest
        self.unseen = {cell for cell in values if cell[0].startswith("not ")}
        self.small = {cell for cell, value in values.items() if 0 < value < smallest}
        self.hidden = self.small | self.unseen
        while self._hide_one_more():
            pass

    def _hide_one_more(self):
        """Hide one more cell where a small group is not safe yet; return whether one was hidden."""
        for found in self._sums_too_small():
            if self._hide_in(found):
                return True
        known = self.known() & self.small
        for cell in sorted(known):
            for found in self.sums:
                if cell in (found.whole, *found.parts) and self._hide_in(found):
                    return True
        return bool(known) and self._hide_anything()

    def _sums_too_small(self):
        """Return the lines with a shown whole whose hidden parts together are a small group."""
        for found in self.sums:
            parts = [part for part in found.parts if part in self.hidden]
            together = sum(self.values[part] for part in parts)
            is_open = found.whole not in self.hidden
            if is_open and self.small.intersection(parts) and together < self.smallest:
                yield found

    def _hide_in(self, found):
        """Hide the smallest shown part of a line that is not empty, else its whole."""
        parts = [p for p in found.parts if p not in self.hidden and self.values[p]]
        if parts:
            self.hidden.add(min(parts, key=lambda part: (self.values[part], part)))
            return True
        if found.whole not in self.hidden:
            self.hidden.add(found.whole)
            return True
        return False

    def _hide_anything(self):
        """Hide the smallest shown number of all: the last resort."""
        shown = [cell for cell in self.values if cell not in self.hidden]
        if shown:
            self.hidden.add(
                min(shown, key=lambda cell: (self.values[cell] == 0, self.values[cell]))
            )
        return bool(shown)

    def known(self):
        """Return the hidden cells that follow from the shown ones by addition and subtraction."""
        rows: dict = {}  # the cell that a row stands for: {cell: factor}, in reduced echelon form
        for found in self.sums:
            row = {part: Fraction(1) for part in found.parts if part in self.hidden}
            if found.whole in self.hidden:
                row[found.whole] = Fraction(-1)
            _reduce_into(rows, row)
        return {cell for cell, row in rows.items() if len(row) == 1}


def _reduce_into(rows, row):
    """Add `row` to the rows of a system in reduced echelon form, unless it says nothing new."""
    for pivot in [cell for cell in row if cell in rows]:
        _subtract(row, rows[pivot], row.get(pivot, 0))
    if not row:
        return
    pivot = min(row)
    factor = row[pivot]
    row = {cell: value / factor for cell, value in row.items()}
    for other in rows.values():
        _subtract(other, row, other.get(pivot, 0))
    rows[pivot] = row


def _subtract(row, other, times):
    """Take `times` the other row off this one, in place."""
    if times:
        for cell, value in list(other.items()):
            left = row.get(cell, 0) - times * value
            if left:
                row[cell] = left
            else:
                row.pop(cell, None)
