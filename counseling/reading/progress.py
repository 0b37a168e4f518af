"""How a goal goes, in the words of a family: of the help and of what was measured, never of the child.

The goal, its aim and the changes of the plan are those of a published version; what was measured is
shown as it comes. Sentence, chip and chart come from one `Finding` of counseling.rules.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _, gettext_lazy

from counseling import charts, rules
from counseling.models.judging import delivered
from counseling.rules import Verdict

from . import words

# As wide as a phone: its words are drawn at nearly their own size.
SMALL = charts.Frame(left=36, right=312, top=38, bottom=168)
WORDS_APART = 24  # between two words of the chart, one above the other
NEWEST = 12  # rows of the table below a chart

# (tone, icon, words of the chip, sentence): what the help does, and what the school does next.
IN_FAMILY_WORDS = {
    Verdict.TOO_FEW: (
        "", "activity", gettext_lazy("Just begun"),
        gettext_lazy("It is too early to say how it goes."),
    ),
    Verdict.MISSING: (
        "", "clock", gettext_lazy("Not measured lately"),
        gettext_lazy("Nothing was measured for a while. The school will see to that."),
    ),
    Verdict.AHEAD: (
        "good", "sparkles", gettext_lazy("Faster than hoped"),
        gettext_lazy("It goes faster than we hoped."),
    ),
    Verdict.ON_WAY: (
        "good", "check", gettext_lazy("On course"), gettext_lazy("It goes as we hoped."),
    ),
    Verdict.BEHIND: (
        "rust", "refresh-cw", gettext_lazy("Time for another way"),
        gettext_lazy("The help does not do what we hoped yet, so we look for another way with you."),
    ),
    Verdict.NOT_DELIVERED: (
        "rust", "refresh-cw", gettext_lazy("More of the help first"),
        gettext_lazy("Much of the help did not take place. The school sees to that first."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """What was measured for goals, and how much of the help took place.

    `points` {goal id as text: [rules.Point]}, `weeks` [rows with monday, planned, attended].
    """

    points: dict
    weeks: list


class GoalTold:
    """One goal of a version as a family reads it on `today`.

    `goal`, `changes` and `review_weeks` are the version's (`models.version.what_stands`).
    """

    def __init__(self, goal, body, measured, today):
        self.goal, self.measured, self.today = goal, measured, today
        self.id, self.statement, self.matters = goal["id"], goal["statement"], goal["matters"]
        self.measure, self.unit = goal["measure"], goal["unit"]
        self.changes = [
            (dt.date.fromisoformat(row["on"]), row["words"])
            for row in body["changes"]
            if row["on"] <= str(today)
        ]
        self.review_days = 7 * body["review_weeks"]

    @cached_property
    def aim(self):
        """The line that was published."""
        goal = self.goal
        return rules.Aim(
            dt.date.fromisoformat(goal["baseline_on"]), Decimal(goal["baseline"]),
            dt.date.fromisoformat(goal["target_on"]), Decimal(goal["target"]),
        )  # fmt: skip

    @cached_property
    def points(self):
        """What was measured up to today, one a day."""
        found = self.measured.points.get(self.id, [])
        return rules.one_a_day(point for point in found if point.on <= self.today)

    @cached_property
    def finding(self):
        """What the rules say of it."""
        phases = [day for day, _words in self.changes]
        return rules.judge(
            self.aim,
            self.points,
            today=self.today,
            review_days=self.review_days,
            phases=phases,
            delivered=delivered(self.measured.weeks, max(phases, default=None)),
            step=Decimal(self.goal["step"]),
        )

    # --- words -----------------------------------------------------------------------------
    @cached_property
    def chip(self):
        """(tone, icon, words)."""
        return IN_FAMILY_WORDS[self.finding.verdict][:3]

    @property
    def value(self):
        """What was measured last, and when."""
        if not self.points:
            amount = words.measured(self, self.aim.baseline)
            return _("It begins at %(amount)s. Nothing was measured since.") % {"amount": amount}
        last = self.points[-1]
        found = {"day": words.day(last.on), "amount": words.measured(self, last.value)}
        return _("On %(day)s it was %(amount)s.") % found

    @property
    def hope(self):
        """What was agreed to reach, and by when."""
        target = words.measured(self, self.aim.target)
        found = {"amount": target, "day": words.day(self.aim.end)}
        if self.points and self.aim.is_reached(self.points[-1].value):
            return _("We hoped for %(amount)s by %(day)s, and that is reached.") % found
        return _("We hope for %(amount)s by %(day)s.") % found

    @property
    def how(self):
        """How it goes, in one sentence; nothing where nothing was measured yet."""
        if self.finding.why is rules.Why.NO_POINTS and self.finding.verdict is Verdict.TOO_FEW:
            return ""
        return str(IN_FAMILY_WORDS[self.finding.verdict][3])

    @property
    def sentence(self):
        """The whole sentence: value, hope, how it goes."""
        return " ".join(part for part in (self.value, self.hope, self.how) if part)

    @property
    def changed(self):
        """The last change of the help, as (day, words), or None."""
        return self.changes[-1] if self.changes else None

    # --- the chart -------------------------------------------------------------------------
    @cached_property
    def chart(self):
        phases = [(day, "", words) for day, words in self.changes]
        return charts.chart(self.aim, self.points, phases=phases, frame=SMALL)

    @property
    def lines(self):
        """Lines across: [(y, value in words)]."""
        return [(y, words.number(value)) for y, value in self.chart.lines]

    @property
    def months(self):
        """Where a month begins to be shown: [(x, day)]."""
        return [(x, day) for x, day, named in self.chart.days if named]

    @cached_property
    def aim_word(self):
        """Where the word about the aim stands: (x, y, value)."""
        x, y = self.chart.goal
        return x, charts.place(float(y) - 14), words.number(self.aim.target)

    @property
    def last_word(self):
        """Where the last value stands: (x, y, value); above its point, below where it would meet the
        word about the aim or the aim line. None without a point."""
        if self.chart.last is None:
            return None
        x, y, point = self.chart.last
        above, below = float(y) - 14, float(y) + 30
        near = float(x) > SMALL.right - 120 and abs(above - float(self.aim_word[1])) < WORDS_APART
        under = Decimal(point.value) < self.aim.at(point.on)
        put_below = (near or under) and below < SMALL.bottom
        return x, charts.place(below if put_below else above), words.number(point.value)

    @property
    def in_short(self):
        """The chart in one sentence, for whoever does not see it."""
        last = self.points[-1].value if self.points else self.aim.baseline
        found = {
            "measure": self.measure,
            "first": words.number(self.aim.baseline),
            "last": words.number(last),
            "aim": words.number(self.aim.target),
        }
        return _("%(measure)s: from %(first)s to %(last)s; the aim is %(aim)s") % found

    def _aim_on(self, day):
        return words.number(words.tenth(self.aim.at(day)))

    @property
    def rows(self):
        """The newest points: [(day, value, aim line)], newest first."""
        return [
            (words.short_day(point.on), words.number(point.value), self._aim_on(point.on))
            for point in reversed(self.points[-NEWEST:])
        ]
