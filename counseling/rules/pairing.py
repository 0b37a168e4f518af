"""Which children could learn together: pure functions over shares of marks, seats and who helps already.

A child that is strong in a subject (a share of the points of 80 of 100 or more, over two marks or more)
may help one that has less than 60 of 100 in it. Both figures are our own, as is that nobody helps more
than two: whoever helps has to learn, too.
"""

from dataclasses import dataclass, field
from fractions import Fraction

STRONG, NEED = Fraction(80, 100), Fraction(60, 100)
LEAST_MARKS = 2
MOST_HELPED = 2
SCHOOL_DAYS = frozenset({1, 2, 3, 4, 5})


@dataclass(frozen=True)
class Mark:
    """How a child stands in a subject: the share of the points (0 to 1) over `n` marks."""

    child: object
    subject: str
    share: Fraction
    n: int


@dataclass
class Child:
    """What is known of a child beside its marks: its class, the programmes in which it has a seat with
    their weekdays {programme: {ISO weekday}}, whether a plan for learning is at work, whom it helps."""

    school_class: object
    seats: dict = field(default_factory=dict)
    has_plan: bool = False
    helps: int = 0

    @property
    def free(self):
        """The weekdays on which it has nothing after lessons."""
        return SCHOOL_DAYS - {day for days in self.seats.values() for day in days}


@dataclass(frozen=True)
class Proposed:
    """Who helps whom in what, and when they can: programmes of both, or else weekdays free for both."""

    helper: Mark
    helped: Mark
    together: tuple
    days: tuple


def common(one, other):
    """Return (programmes of both, weekdays free for both); two empty ones where they cannot meet."""
    together = tuple(sorted(set(one.seats) & set(other.seats), key=str))
    return together, tuple(sorted(one.free & other.free))


def propose(marks, children, helped_ones, *, helped=frozenset(), never=frozenset()):
    """Return [Proposed] for those of `helped_ones` that have a need, the greatest need first.

    `children` is {key: Child}, `helped` are (child, subject) that somebody helps already, `never` are
    (helper, helped, subject) or (helper, helped, None) that are not proposed. Of those who could help,
    one of the same class comes first, then who helps fewest, then the higher share; the same figures
    give the same pairs.
    """
    strong: dict = {}
    for mark in marks:
        if mark.n >= LEAST_MARKS and mark.share >= STRONG:
            strong.setdefault(mark.subject, []).append(mark)
    needs = [
        mark for mark in marks
        if mark.child in helped_ones and mark.n >= LEAST_MARKS and mark.share < NEED
        and (mark.child, mark.subject) not in helped
    ]  # fmt: skip
    needs.sort(key=lambda m: (not children[m.child].has_plan, m.share, m.subject, str(m.child)))
    helps = {key: child.helps for key, child in children.items()}
    found = []
    for need in needs:
        if best := _best(need, strong.get(need.subject, ()), children, helps, never):
            helps[best.helper.child] += 1
            found.append(best)
    return found


def _best(need, strong, children, helps, never):
    """Return the Proposed for one need, or None where nobody can help."""
    own = children[need.child]

    def rank(mark):
        other = children[mark.child].school_class != own.school_class
        return other, helps[mark.child], -mark.share, str(mark.child)

    for mark in sorted(strong, key=rank):
        pair = (mark.child, need.child)
        if mark.child == need.child or helps[mark.child] >= MOST_HELPED:
            continue
        if (*pair, need.subject) in never or (*pair, None) in never:
            continue
        together, days = common(children[mark.child], own)
        if together or days:
            return Proposed(mark, need, together, days)
    return None
