"""How a goal stands: each rule against cases by hand and the published ways to work."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from counseling.rules import (
    Aim,
    Point,
    Verdict,
    Why,
    by_trend,
    four_points,
    judge,
    of_phase,
    one_a_day,
    trend_of,
)

MONDAY = dt.date(2026, 9, 7)
# 20 words a minute to 60 in twenty weeks: two words a week
READING = Aim(MONDAY, Decimal(20), MONDAY + dt.timedelta(weeks=20), Decimal(60))
# ten absences a month down to two
ABSENCES = Aim(MONDAY, Decimal(10), MONDAY + dt.timedelta(weeks=16), Decimal(2))


def weekly(*values, start=1):
    """Return a point a week from the `start`-th week on; None leaves a week out."""
    return tuple(
        Point(MONDAY + dt.timedelta(weeks=start + n), Decimal(str(value)))
        for n, value in enumerate(values)
        if value is not None
    )


def at_line(aim, n, *, off=0, start=1):
    """Return `n` weekly points on the line, each `off` above it."""
    days = [aim.start + dt.timedelta(weeks=start + i) for i in range(n)]
    return tuple(Point(day, Decimal(float(aim.at(day))) + off) for day in days)


def judged(aim, points, *, weeks=None, **more):
    today = MONDAY + dt.timedelta(weeks=weeks) if weeks is not None else points[-1].on
    return judge(aim, points, **({"today": today, "review_days": 14} | more))


# --- the aim line -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weeks", "value"),
    [(-3, 20), (0, 20), (1, 22), (10, 40), (20, 60), (30, 60)],
)
def test_the_aim_line_is_straight_and_flat_outside(weeks, value):
    assert READING.at(MONDAY + dt.timedelta(weeks=weeks)) == value


def test_a_line_that_goes_down_has_its_better_side_below():
    day = MONDAY + dt.timedelta(weeks=8)
    assert ABSENCES.at(day) == 6
    assert [ABSENCES.side(Point(day, Decimal(v))) for v in (5, 6, 7)] == [1, 0, -1]


@pytest.mark.parametrize(
    ("end", "target"),
    [(MONDAY, 60), (MONDAY - dt.timedelta(days=1), 60), (MONDAY + dt.timedelta(days=1), 20)],
)
def test_a_line_that_leads_nowhere_is_refused(end, target):
    with pytest.raises(ValueError, match="target"):
        Aim(MONDAY, Decimal(20), end, Decimal(target))


# --- the four-point rule: all above raise, all below change, mixed go on (NCRTI Module 2) ----------------------


FOUR = [
    # six weekly points; the line stands at 22, 24, 26, 28, 30, 32
    ("all above", (22, 24, 27, 29, 31, 33), Verdict.AHEAD),
    ("all below", (22, 24, 25, 27, 29, 31), Verdict.BEHIND),
    ("mixed", (22, 24, 25, 29, 29, 33), None),
    ("three above, one upon the line", (22, 24, 27, 29, 30, 33), None),
    ("three below, one upon the line", (22, 24, 25, 27, 30, 31), None),
    ("all upon the line", (22, 24, 26, 28, 30, 32), None),
    ("older ones do not count", (2, 2, 27, 29, 31, 33), Verdict.AHEAD),
    ("five points are too few", (27, 29, 31, 33, 35), None),
]


@pytest.mark.parametrize(("values", "verdict"), [c[1:] for c in FOUR], ids=[c[0] for c in FOUR])
def test_the_four_point_rule(values, verdict):
    assert four_points(READING, weekly(*values)) == verdict


def test_six_points_within_three_weeks_are_too_early():
    days = [MONDAY + dt.timedelta(days=3 * n) for n in range(1, 7)]
    assert four_points(READING, tuple(Point(day, Decimal(1)) for day in days)) is None


@pytest.mark.parametrize(("off", "verdict"), [(-1, Verdict.AHEAD), (1, Verdict.BEHIND)])
def test_the_four_point_rule_turns_round_for_goals_that_go_down(off, verdict):
    assert four_points(ABSENCES, at_line(ABSENCES, 6, off=off)) is verdict


# --- the trend line, by Tukey's thirds ---------------------------------------------------------------------------


def test_tukeys_line_by_hand():
    """Nine points: the medians of the first three are week 2 and 10, of the last three week 8 and 22: the
    line climbs 12 words in six weeks."""
    trend = trend_of(weekly(12, 10, 9, 14, 13, 16, 21, 22, 25))
    assert trend.slope * 7 == 2
    assert trend.at(MONDAY + dt.timedelta(weeks=2)) == 10
    assert trend.at(MONDAY + dt.timedelta(weeks=8)) == 22


@pytest.mark.parametrize(("n", "third"), [(8, 3), (9, 3), (10, 3), (11, 4), (12, 4)])
def test_what_is_over_goes_to_the_middle_or_to_both_ends(n, third):
    values = [0] * third + [50] * (n - 2 * third) + [100] * third
    trend = trend_of(weekly(*values))
    apart = Fraction((n - third) * 7)
    assert trend.slope == 100 / apart


@pytest.mark.parametrize("points", [weekly(*range(7)), weekly(*range(8))[:7], ()])
def test_seven_points_have_no_trend(points):
    assert trend_of(points) is None


def test_eight_points_within_six_weeks_have_no_trend():
    days = [MONDAY + dt.timedelta(days=5 * n) for n in range(8)]
    assert trend_of(tuple(Point(day, Decimal(1)) for day in days)) is None


def test_one_wild_point_bends_no_line():
    assert trend_of(weekly(1, 2, 3, 4, 5, 6, 7, 8, 900)).slope * 7 == 1


@pytest.mark.parametrize(
    ("aim", "a_week", "verdict"),
    [
        (READING, "2", Verdict.ON_WAY),
        (READING, "2.04", Verdict.ON_WAY),  # 0.8 of a word at the end: less than the measure shows
        (READING, "2.05", Verdict.AHEAD),  # a whole word
        (READING, "1.95", Verdict.BEHIND),
        (READING, "-1", Verdict.BEHIND),
        (ABSENCES, "-0.5", Verdict.ON_WAY),
        (ABSENCES, "-0.6", Verdict.AHEAD),
        (ABSENCES, "-0.4", Verdict.BEHIND),
        (ABSENCES, "0", Verdict.BEHIND),
    ],
)
def test_a_trend_is_steeper_less_steep_or_the_same(aim, a_week, verdict):
    trend = trend_of(weekly(*(Decimal(a_week) * n for n in range(9))))
    assert by_trend(aim, trend) is verdict


def test_a_finer_measure_tells_finer_differences():
    trend = trend_of(weekly(*(Decimal("2.04") * n for n in range(9))))
    assert by_trend(READING, trend, step=Decimal("0.5")) is Verdict.AHEAD


# --- the whole judgement ---------------------------------------------------------------------------------------------


WHOLE = [
    ("no point yet", (), {"weeks": 1}, Verdict.TOO_FEW, Why.NO_POINTS),
    ("never a point", (), {"weeks": 5}, Verdict.MISSING, Why.NO_POINTS),
    ("one point", (22,), {}, Verdict.TOO_FEW, Why.FEW_POINTS),
    ("five points", (30,) * 5, {}, Verdict.TOO_FEW, Why.FEW_POINTS),
    ("exactly two intervals old", (30,) * 6, {"weeks": 10}, Verdict.ON_WAY, Why.NO_RULE_SPEAKS),
    ("older than two intervals", (60,) * 6, {"weeks": 11}, Verdict.MISSING, Why.OLD_POINTS),
    ("four above", (23, 25, 27, 29, 31, 33), {}, Verdict.AHEAD, Why.FOUR_POINTS),
    ("four below", (21, 23, 25, 27, 29, 31), {}, Verdict.BEHIND, Why.FOUR_POINTS),
    ("mixed, no trend yet", (23, 23, 27, 27, 31, 31), {}, Verdict.ON_WAY, Why.NO_RULE_SPEAKS),
    ("mixed, trend too flat", (26, 26, 27, 28, 29, 33, 33, 37), {}, Verdict.BEHIND, Why.TREND),
    ("mixed, trend steeper", (15, 17, 20, 26, 29, 33, 35, 35), {}, Verdict.AHEAD, Why.TREND),
    ("mixed, trend the same", (23, 23, 27, 28, 30, 32, 33, 35, 39), {}, Verdict.ON_WAY, Why.TREND),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "more", "verdict", "why"), [c[1:] for c in WHOLE], ids=[c[0] for c in WHOLE]
)
def test_a_goal_is_judged(values, more, verdict, why):
    finding = judged(READING, weekly(*values), **more)
    assert (finding.verdict, finding.why) == (verdict, why)


def test_only_the_current_phase_counts():
    """Six points far above; then the plan changed, and two points are too few to say anything."""
    points = weekly(50, 50, 50, 50, 50, 50, 20, 20)
    changed = MONDAY + dt.timedelta(weeks=7)
    assert judged(READING, points).verdict is not Verdict.TOO_FEW
    finding = judged(READING, points, phases=[changed, MONDAY])
    assert (finding.verdict, len(finding.points)) == (Verdict.TOO_FEW, 2)


def test_a_point_on_the_day_of_the_change_is_of_the_new_phase():
    points = weekly(1, 2, 3)
    assert of_phase(points, [points[1].on]) == points[1:]


def test_a_new_phase_is_not_stale_before_its_own_time():
    points, changed = weekly(50, 50), MONDAY + dt.timedelta(weeks=12)
    finding = judged(READING, points, phases=[changed], weeks=13)
    assert (finding.verdict, finding.why) == (Verdict.TOO_FEW, Why.NO_POINTS)


def test_gaps_do_not_matter_but_their_days_do():
    """Six points with a month's hole: the line is asked on the days that were measured."""
    points = weekly(22, 24, None, None, None, None, 35, 37, 39, 41)
    assert judged(READING, points).verdict is Verdict.AHEAD


def test_several_points_of_a_day_are_their_median():
    day = MONDAY + dt.timedelta(weeks=1)
    three = [Point(day, Decimal(v)) for v in (55, 58, 52)]
    assert one_a_day(three) == (Point(day, Decimal(55)),)
    assert one_a_day(three[:2]) == (Point(day, Decimal("56.5")),)


def test_what_was_measured_after_today_is_not_known_today():
    points = weekly(22, 24, 27, 29, 31, 33)
    assert judged(READING, points, weeks=3).verdict is Verdict.TOO_FEW


@pytest.mark.parametrize(
    ("delivered", "verdict"),
    [
        (None, Verdict.BEHIND),
        (Fraction(1), Verdict.BEHIND),
        (Fraction(8, 10), Verdict.BEHIND),
        (Fraction(79, 100), Verdict.NOT_DELIVERED),
        (Fraction(0), Verdict.NOT_DELIVERED),
    ],
)
def test_a_plan_that_was_not_carried_out_is_not_changed(delivered, verdict):
    below = weekly(21, 23, 25, 27, 29, 31)
    assert judged(READING, below, delivered=delivered).verdict is verdict


def test_being_ahead_asks_nobody_for_delivery():
    above = weekly(23, 25, 27, 29, 31, 33)
    assert judged(READING, above, delivered=Fraction(0)).verdict is Verdict.AHEAD


values = st.decimals(-1000, 1000, places=1)


@settings(deadline=None)  # a busy machine says nothing of the sums
@given(st.lists(values, max_size=14), st.booleans())
def test_a_mirror_shows_the_same_verdict(numbers, turned):
    """What is ahead upwards is ahead downwards, with every value and the aim turned over."""
    points = weekly(*numbers)
    over = tuple(Point(point.on, -point.value) for point in points)
    mirror = Aim(READING.start, -READING.baseline, READING.end, -READING.target)
    weeks = {"weeks": len(numbers) + 1}
    assert judged(READING, points, **weeks).verdict == judged(mirror, over, **weeks).verdict


@settings(deadline=None)  # a busy machine says nothing of the sums
@given(st.lists(values, min_size=1, max_size=14), st.randoms())
def test_the_order_in_which_points_come_is_nothing(numbers, chance):
    points = list(weekly(*numbers))
    mixed = chance.sample(points, len(points))
    today = points[-1].on
    assert judged(READING, points, today=today) == judged(READING, mixed, today=today)
