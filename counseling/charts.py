"""Where everything of a goal's chart stands: pure geometry, in the units of its viewBox.

The same chart goes to the page, to print and to PDF. Places are strings with a point ("239.8"), since
templates would write numbers as the reader's language does, and SVG reads no comma. What is written
(values, days) stays as it is, for the template to put into the reader's words.
"""

import datetime as dt
import itertools
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .rules import DELIVERED, of_phase, one_a_day

# Between two words on the axis of days; a long word ("5 October") needs the more.
DAY_ROOM = 52
LEAST_LINES, MOST_LINES = 3, 6
STEPS = (1, 2, 5)
ROW = 28  # from one row of the strip to the next
STRIP_GAP = 40  # from the axis to the first row, over the words of the days
CELL = 38


@dataclass(frozen=True)
class Frame:
    """The room for the drawing itself: words stand outside of it."""

    left: int = 104
    right: int = 868
    top: int = 46
    bottom: int = 250

    @property
    def width(self):
        return self.right - self.left

    @property
    def height(self):
        return self.bottom - self.top


# On a phone: fewer days are named, and no strip stands below.
NARROW = Frame(left=48, right=412, top=40, bottom=200)


@dataclass(frozen=True)
class Week:
    """What a plan asked for in a week, what took place, and what the child attended."""

    on: dt.date
    planned: int
    held: int
    attended: int


@dataclass(frozen=True)
class Chart:
    """The parts of a chart, back to front.

    `lines` [(y, value)] across; `days` [(x, day, whether its month is named)]; `aim` and `trend`
    (x, y, x, y) or None; `goal` (x, y); `phases` [(x, words before, words after)]; `runs` [path],
    broken where a phase begins; `dots` [(x, y, point)], `last` its newest, or None; `strip` rows
    [(name, y, [(x, count, is low)], sum, is low)].
    """

    frame: Frame
    height: int
    lines: list
    days: list
    aim: tuple
    goal: tuple
    phases: list
    runs: list
    dots: list
    last: tuple | None
    trend: tuple | None
    strip: list

    @property
    def width(self):
        """The width of the viewBox."""
        return self.frame.right + self.frame.left // 3


def place(number):
    """Return a coordinate as SVG reads it: a tenth is exact enough."""
    text = f"{float(number):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def even_lines(least, most):
    """Return the values at which lines go across: even steps of 1, 2 or 5, three to six of them, from
    at or below `least` to at or above `most`."""
    span = Fraction(most) - Fraction(least) or Fraction(abs(most) or 1)
    width = Fraction(10) ** (math.floor(math.log10(span)) - 1)
    for times in itertools.cycle(STEPS):
        low, high = Fraction(least) // (width * times), -(-Fraction(most) // (width * times))
        if high - low < MOST_LINES:
            break
        width *= 10 if times == STEPS[-1] else 1
    high = max(high, low + LEAST_LINES - 1)
    return [_decimal(width * times * n) for n in range(int(low), int(high) + 1)]


def _decimal(number):
    return Decimal(number.numerator) / Decimal(number.denominator)


class Scale:
    """Turns days and values into places."""

    def __init__(self, frame, first, last, low, high):
        self.frame, self.first, self.low = frame, first, Fraction(low)
        self.days = max((last - first).days, 1)
        self.span = Fraction(high) - self.low

    def x(self, day):
        return self.frame.left + Fraction(self.frame.width * (day - self.first).days, self.days)

    def y(self, value):
        return self.frame.bottom - (Fraction(value) - self.low) / self.span * self.frame.height

    def at(self, day, value):
        """Return (x, y) as SVG reads them."""
        return place(self.x(day)), place(self.y(value))


def chart(aim, points, *, phases=(), weeks=(), trend=None, frame=None):
    """Return the Chart of a goal.

    `points` are all that stand; `phases` [(day, words before, words after)] where the plan changed;
    `weeks` [Week] for the strip; `trend` of the current phase.
    """
    frame = frame or Frame()
    points = one_a_day(points)
    shown = [point.on for point in points]
    first, last = min([aim.start, *shown]), max([aim.end, *shown])
    values = [aim.baseline, aim.target, *(point.value for point in points)]
    lines = even_lines(min(values), max(values))
    scale = Scale(frame, first, last, lines[0], lines[-1])
    changes = sorted(day for day, _before, _after in phases)
    dots = [(*scale.at(point.on, point.value), point) for point in points]
    strip = _strip(scale, weeks) if weeks else []
    return Chart(
        frame=frame,
        height=frame.bottom + STRIP_GAP + len(strip) * ROW,
        lines=[(place(scale.y(value)), value) for value in lines],
        days=_days(scale, shown or [aim.start, aim.end]),
        aim=(*scale.at(aim.start, aim.baseline), *scale.at(aim.end, aim.target)),
        goal=scale.at(aim.end, aim.target),
        phases=[(place(scale.x(d) - _half_a_gap(scale, shown, d)), b, a) for d, b, a in phases],
        runs=_runs(scale, points, changes),
        dots=dots,
        last=dots[-1] if dots else None,
        trend=_line(scale, trend, of_phase(points, changes), lines) if trend else None,
        strip=strip,
    )


def _runs(scale, points, changes):
    """Return the data as paths, one for each phase that has two points or more."""
    groups = itertools.groupby(points, key=lambda point: sum(point.on >= day for day in changes))
    runs = [[scale.at(point.on, point.value) for point in group] for _phase, group in groups]
    return ["M" + "L".join(f"{x} {y}" for x, y in run) for run in runs if len(run) > 1]


def _half_a_gap(scale, shown, day):
    """Return how far before its first point a phase line stands, so that it crosses no point."""
    before = [other for other in shown if other < day]
    after = [other for other in shown if other >= day]
    if not before or not after or after[0] != day:
        return 0
    return (scale.x(day) - scale.x(before[-1])) / 2


def _days(scale, shown):
    """Return the days that have room on the axis; the month is named where it is another one."""
    found, month = [], None
    for day in shown:
        if found and scale.x(day) - scale.x(found[-1][1]) < DAY_ROOM:
            continue
        found.append((place(scale.x(day)), day, month != (day.year, day.month)))
        month = (day.year, day.month)
    return found


def _line(scale, trend, points, lines):
    """Return the trend between its first and last point, cut off where it would leave the frame."""
    low, high = Fraction(lines[0]), Fraction(lines[-1])
    ends = []
    for day in (points[0].on, points[-1].on):
        value = min(max(trend.at(day), low), high)
        ends += scale.at(day, value)
    return tuple(ends)


def _strip(scale, weeks):
    """Return the rows of the strip: planned, held, attended."""
    planned = sum(week.planned for week in weeks)
    rows = []
    for n, name in enumerate(("planned", "held", "attended")):
        cells = [
            (
                place(scale.x(week.on)),
                getattr(week, name),
                name == "attended" and is_low(week.attended, week.planned),
            )
            for week in weeks
        ]
        total = sum(getattr(week, name) for week in weeks)
        low = name == "attended" and is_low(total, planned)
        y = place(scale.frame.bottom + STRIP_GAP + n * ROW)
        rows.append((name, y, cells, total, low))
    return rows


def is_low(attended, planned):
    """Whether less was attended than a plan must be carried out to be judged."""
    return planned > 0 and Fraction(attended, planned) < DELIVERED
