"""How a line is measured, judged and told.

Absolute times drift by a factor of three on a shared machine, so every goal is a ratio to a floor
of the same run: both are measured in turn, request by request, in at least five rounds, and the
median of the rounds' ratios is what counts.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from statistics import median

ROUNDS, TIMES = 7, 30
A_ROUND = 4  # seconds


@dataclass(frozen=True)
class Line:
    """One thing that is measured: `measure(stage)` returns a Rounds.

    The goal is of the ratio to the floor, or with `absolute` of the measure itself. `short` says in
    a sentence what stands in the way where the goal is not reached.
    """

    name: str
    what: str
    floor: str
    goal: float
    measure: Callable
    at_least: bool = False
    stretch: float | None = None
    absolute: bool = False
    needs_both: bool = False
    short: str = ""


@dataclass
class Rounds:
    """Pairs of (measure, floor), a pair for each round, both in `unit`.

    `also` says in words what else has to hold, and `holds` whether it does. Without a floor
    the measure itself is what the goal is about.
    """

    pairs: list
    unit: str = "ms"
    also: str = ""
    holds: bool = True
    notes: list = field(default_factory=list)

    @property
    def ratios(self):
        return [measure / floor if floor else measure for measure, floor in self.pairs]

    @property
    def ratio(self):
        return median(self.ratios)

    def middle(self, place):
        """Return the median of the measures (0) or of the floors (1)."""
        values = [pair[place] for pair in self.pairs if pair[place] is not None]
        return median(values) if values else None


def in_turn(measure, floor, *, rounds=ROUNDS, times=TIMES, warm=20):
    """Call both in turn, `times` in each round; each returns seconds. Returns Rounds of the
    medians, in milliseconds. What is slow is called less often: a round takes a few seconds."""
    slow = max(floor(), measure())
    times = min(times, max(5, int(A_ROUND / slow)))
    for _n in range(min(warm, times)):
        floor(), measure()
    pairs = []
    for _round in range(rounds):
        floors, measures = [], []
        for _n in range(times):
            floors.append(floor())
            measures.append(measure())
        pairs.append((median(measures) * 1000, median(floors) * 1000))
    return Rounds(pairs)


@dataclass
class Verdict:
    """A measured line as it stands in the table."""

    name: str
    what: str
    floor_is: str
    unit: str
    measure: float
    floor: float | None
    ratio: float
    least: float
    most: float
    goal: float
    at_least: bool
    absolute: bool
    passed: bool
    stretch: float | None = None
    short: str = ""
    also: str = ""
    notes: list = field(default_factory=list)

    @property
    def goal_words(self):
        """The goal as a person reads it."""
        sign = ">=" if self.at_least else "<="
        words = f"{sign} {self.goal:g} " + (self.unit if self.absolute else "x")
        return words + (f", {self.also}" if self.also else "")

    @property
    def ratio_words(self):
        """The median of the ratios with the least and the most of the rounds."""
        if self.floor is None:
            return ""
        if self.least == self.most:
            return f"{self.ratio:.3g}"
        return f"{self.ratio:.2f} [{self.least:.2f}-{self.most:.2f}]"

    @property
    def row(self):
        """The cells of the table."""
        return (
            self.what, _figure(self.measure, self.unit), _figure(self.floor, self.unit),
            self.ratio_words, self.goal_words, "pass" if self.passed else "short",
        )  # fmt: skip

    def as_json(self):
        """Return it as what JSON holds."""
        return asdict(self)


def judge(line, rounds):
    """Return the verdict on what was measured for a line."""
    ratio = rounds.ratio
    value = rounds.middle(0) if line.absolute else ratio
    reached = value >= line.goal if line.at_least else value <= line.goal
    return Verdict(
        name=line.name, what=line.what, floor_is=line.floor, unit=rounds.unit,
        measure=rounds.middle(0), floor=rounds.middle(1), ratio=ratio, least=min(rounds.ratios),
        most=max(rounds.ratios), goal=line.goal, at_least=line.at_least, absolute=line.absolute,
        passed=reached and rounds.holds, stretch=line.stretch, short=line.short, also=rounds.also, notes=rounds.notes,
    )  # fmt: skip


HEADER = ("line", "measure", "floor", "ratio", "goal", "")


def _figure(value, unit):
    if value is None:
        return ""
    if unit == "queries":
        return f"{value:.0f}"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def table(verdicts):
    """Return the verdicts as lines of text, in columns."""
    rows = [HEADER, *(verdict.row for verdict in verdicts)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADER))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
