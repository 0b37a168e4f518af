"""How the goals of plans stood on the day of a report, by the rules that the plan's page asks.

Read as plain columns, a few thousand goals at a time: rows with all that a model holds take twice as long.
"""

from collections import Counter

from counseling import rules
from counseling.models import Goal, Phase, Point, WeekCount
from counseling.models.judging import delivered

from .counting import day_of, followed_goals
from .measures import CLASS, DIVISION

# So many goals are in memory at once, with what was measured of them.
AT_ONCE = 2000
FOLLOWED = "goals_followed"
# As what a term report counts what the rules say.
COUNTED_AS = {
    rules.Verdict.AHEAD: "goals_on_track",
    rules.Verdict.ON_WAY: "goals_on_track",
    rules.Verdict.BEHIND: "goals_off_track",
    rules.Verdict.NOT_DELIVERED: "goals_off_track",
    rules.Verdict.TOO_FEW: "goals_too_few",
    rules.Verdict.MISSING: "goals_missing",
}
GOALS = frozenset({FOLLOWED, *COUNTED_AS.values()})
# The last four are those of a rules.Aim.
COLUMNS = (
    "pk", "plan", "plan__review_weeks", "step", "baseline_on", "baseline", "target_on", "target",
)  # fmt: skip


def count_goals(term, students, filters=None):
    """Return {(measure, kind, key): number} of the goals that are followed, over `students`: one query,
    and four for each `AT_ONCE` goals."""
    where = {goal: codes for goal, *codes in followed_goals(term, students, filters)}
    numbers: Counter = Counter()
    for goal, measure in stands(list(where), day_of(term)):
        division, school_class = where[goal]
        for place in (("", ""), (DIVISION, division), (CLASS, school_class)):
            if place[1] is not None:
                numbers[FOLLOWED, *place] += 1
                numbers[measure, *place] += 1
    return dict(numbers)


def stands(goals, day):
    """Yield (goal, as what it is counted) of these ids as they stand on `day` (four queries for each
    `AT_ONCE`)."""
    for at in range(0, len(goals), AT_ONCE):
        some = goals[at : at + AT_ONCE]
        rows = Goal.objects.filter(pk__in=some).order_by().values_list(*COLUMNS)
        points, (phases, weeks) = _points(some, day), _of_plans({row[1] for row in rows}, day)
        for goal, plan, review_weeks, step, *line in rows:
            finding = rules.judge(
                rules.Aim(*line), points.get(goal, ()), today=day, review_days=7 * review_weeks,
                phases=phases.get(plan, ()), step=step,
                delivered=delivered(weeks.get(plan, ()), max(phases.get(plan, ()), default=None)),
            )  # fmt: skip
            yield goal, COUNTED_AS[finding.verdict]


def _of_plans(plans, day):
    """Return the days of their phases and their weeks until `day`, each by plan (two queries)."""
    phases = Phase.objects.filter(plan__in=plans, on__lte=day).order_by()
    weeks = WeekCount.objects.filter(plan__in=plans, monday__lte=day).order_by()
    columns = ("plan", "monday", "planned", "attended")
    return (
        _grouped(phases.values_list("plan", "on")),
        _grouped((week.plan, week) for week in weeks.values_list(*columns, named=True)),
    )


def _points(goals, day):
    """Return {goal: [rules.Point]} of what stands of them (one query)."""
    rows = Point.objects.standing().filter(goal__in=goals, on__lte=day).order_by()
    found = rows.values_list("goal", "on", "value")
    return _grouped((goal, rules.Point(on, value)) for goal, on, value in found)


def _grouped(pairs):
    found: dict = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
