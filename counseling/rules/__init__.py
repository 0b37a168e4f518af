"""How a goal stands: pure functions over its points, each with the published rule that it follows.

The rules are those of curriculum-based measurement: the four-point rule and the trend-line rule of
the National Center on Response to Intervention, RTI Implementer Series, Module 2 (July 2012), as the
National Center on Intensive Intervention hands them on ("Decision Rules for Analyzing Academic
Progress Monitoring Data"). They look at the current phase alone. A verdict is a suggestion with its
reason; a named person decides.

Values are Decimals of the goal's own unit, days are dates; all arithmetic is exact.
"""

import datetime as dt
import enum
import itertools
import statistics
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

# Four-point rule: three weeks of instruction and six points, then the last four (Module 2).
FOUR_POINT_LEAST = 6
FOUR_POINT_SPAN = dt.timedelta(weeks=3)
LAST = 4
# Trend-line rule: eight points (Module 2, which asks for four weeks); six weeks here, since the points
# of homes and counselors come a week apart and are less even than a reading probe.
TREND_LEAST = 8
TREND_SPAN = dt.timedelta(weeks=6)
# A last point older than so many review intervals says nothing about today.
STALE_AFTER = 2
# A plan that was carried out less than this was not tried (NCII, "Data-Based Individualization": look at
# fidelity before changing an intervention).
DELIVERED = Fraction(80, 100)


class Verdict(enum.StrEnum):
    """What the points suggest."""

    TOO_FEW = "too_few"  # go on and measure
    MISSING = "missing"  # the data is too old, or never came
    AHEAD = "ahead"  # raise the goal, or fade the help
    ON_WAY = "on_way"  # continue
    BEHIND = "behind"  # change something
    NOT_DELIVERED = "not_delivered"  # behind, but the plan was not carried out: check that first


class Why(enum.StrEnum):
    """By which rule a verdict came."""

    NO_POINTS = "no_points"
    FEW_POINTS = "few_points"
    OLD_POINTS = "old_points"
    FOUR_POINTS = "four_points"
    TREND = "trend"
    NO_RULE_SPEAKS = "no_rule_speaks"


@dataclass(frozen=True)
class Point:
    """What was measured on a day."""

    on: dt.date
    value: Decimal


@dataclass(frozen=True)
class Aim:
    """The straight line from the baseline to the target; flat before and after.

    Raises ValueError where the target is not later than the baseline, or is the baseline itself:
    such a line has no better side.
    """

    start: dt.date
    baseline: Decimal
    end: dt.date
    target: Decimal

    def __post_init__(self):
        if self.end <= self.start:
            raise ValueError("the day of the target is not after the day of the baseline")
        if self.target == self.baseline:
            raise ValueError("the target is the baseline")

    @property
    def rises(self):
        """Whether more is better; for absences less is."""
        return self.target > self.baseline

    @property
    def slope(self):
        """The change that the line asks for, a day."""
        return Fraction(self.target - self.baseline) / (self.end - self.start).days

    def at(self, day):
        """Return the value of the line on `day`, exactly."""
        day = min(max(day, self.start), self.end)
        return Fraction(self.baseline) + self.slope * (day - self.start).days

    def side(self, point):
        """Return 1 where `point` lies on the better side of the line, -1 on the worse, 0 upon it."""
        off = Fraction(point.value) - self.at(point.on)
        return _sign(off if self.rises else -off)

    def is_reached(self, value):
        """Whether `value` is the target or better."""
        return value >= self.target if self.rises else value <= self.target


@dataclass(frozen=True)
class Trend:
    """A line through points by Tukey's thirds: (`on`, `value`) lies upon it, `slope` is a day's change."""

    on: Fraction  # an ordinal day
    value: Fraction
    slope: Fraction

    def at(self, day):
        """Return the value of the line on `day`."""
        return self.value + self.slope * (day.toordinal() - self.on)


@dataclass(frozen=True)
class Finding:
    """A verdict, the rule that gave it, and what it rests on.

    `points` are those of the current phase, one a day; `last` is the newest, or None. `trend` is
    set where enough points allow one. `delivered` is the share of the plan that was carried out, or
    None where nobody counted.
    """

    verdict: Verdict
    why: Why
    points: tuple
    trend: Trend | None = None
    delivered: Fraction | None = None

    @property
    def last(self):
        return self.points[-1] if self.points else None


def _sign(number):
    return (number > 0) - (number < 0)


def one_a_day(points):
    """Return the points by day, several of one day as their median (Module 2 takes the median of three
    probes)."""
    ordered = sorted(points, key=lambda point: point.on)
    by_day = itertools.groupby(ordered, key=lambda point: point.on)
    return tuple(
        Point(day, statistics.median(point.value for point in group)) for day, group in by_day
    )


def of_phase(points, phases):
    """Return the points since the last of `phases`, the days on which the plan changed."""
    began = max(phases, default=dt.date.min)
    return tuple(point for point in points if point.on >= began)


def four_points(aim, points):
    """Return what the last four points say, or None while there are too few.

    All on the better side: AHEAD; all on the worse: BEHIND; anything else, a point upon the line
    too: None. Needs six points over three weeks.
    """
    if not _are_enough(points, FOUR_POINT_LEAST, FOUR_POINT_SPAN):
        return None
    sides = {aim.side(point) for point in points[-LAST:]}
    return {frozenset({1}): Verdict.AHEAD, frozenset({-1}): Verdict.BEHIND}.get(frozenset(sides))


def trend_of(points):
    """Return the Trend of the points by Tukey's method, or None while there are too few.

    The points are parted into thirds (what is over goes to the middle, and where two are over, one to
    each end); the line goes through the medians of day and value of the first and the last third.
    Needs eight points over six weeks.
    """
    if not _are_enough(points, TREND_LEAST, TREND_SPAN):
        return None
    size, over = divmod(len(points), 3)
    size += over == 2
    early, late = _middle(points[:size]), _middle(points[-size:])
    on, value = early
    return Trend(on, value, (late[1] - value) / (late[0] - on))


def by_trend(aim, trend, *, step=Decimal(1)):
    """Return what a trend says of the way to the target.

    The two lines are compared by how they climb: steeper than the aim line is AHEAD, less steep is
    BEHIND. They count as one where, from the baseline to the target, they part by less than `step`,
    the smallest change that the measure can show.
    """
    parts = (trend.slope - aim.slope) * (aim.end - aim.start).days
    if abs(parts) < step:
        return Verdict.ON_WAY
    return Verdict.AHEAD if (parts > 0) == aim.rises else Verdict.BEHIND


def judge(aim, points, *, today, review_days, phases=(), delivered=None, step=Decimal(1)):
    """Return the Finding for a goal on the day `today`.

    `points` are all points that stand; `phases` the days on which the plan changed; `review_days` how
    often it is looked at; `delivered` the share of the planned sessions and ticks that took place in
    this phase (Fraction, 0 to 1), None where nothing was planned.
    """
    found = one_a_day(of_phase([p for p in points if p.on <= today], phases))
    if missing := _missing(aim, found, today, dt.timedelta(days=review_days), phases):
        verdict, why = missing
        return Finding(verdict, why, found, delivered=delivered)
    trend = trend_of(found)
    verdict, why = _spoken(aim, found, trend, step)
    if verdict is Verdict.BEHIND and delivered is not None and delivered < DELIVERED:
        verdict = Verdict.NOT_DELIVERED
    return Finding(verdict, why, found, trend, delivered)


def _spoken(aim, points, trend, step):
    if not _are_enough(points, FOUR_POINT_LEAST, FOUR_POINT_SPAN):
        return Verdict.TOO_FEW, Why.FEW_POINTS
    if verdict := four_points(aim, points):
        return verdict, Why.FOUR_POINTS
    if trend:
        return by_trend(aim, trend, step=step), Why.TREND
    return Verdict.ON_WAY, Why.NO_RULE_SPEAKS


def _missing(aim, points, today, interval, phases):
    """Return (verdict, why) where the data is missing or was never there, else None."""
    since = points[-1].on if points else max(phases, default=aim.start)
    if today - since > STALE_AFTER * interval:
        return Verdict.MISSING, Why.OLD_POINTS if points else Why.NO_POINTS
    return None if points else (Verdict.TOO_FEW, Why.NO_POINTS)


def _are_enough(points, least, span):
    return len(points) >= least and points[-1].on - points[0].on >= span


def _middle(points):
    """Return (median ordinal day, median value) of points, exactly."""
    days = (Fraction(point.on.toordinal()) for point in points)
    return statistics.median(days), statistics.median(Fraction(p.value) for p in points)
