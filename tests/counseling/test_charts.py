"""The geometry of a goal's chart: by hand, and for whatever numbers come."""

import datetime as dt
import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from counseling.charts import NARROW, Frame, Week, chart, even_lines, is_low, place
from counseling.rules import Aim, Point, trend_of

MONDAY = dt.date(2026, 9, 7)
AIM = Aim(MONDAY, Decimal(50), MONDAY + dt.timedelta(weeks=20), Decimal(90))


def weekly(*values):
    return [Point(MONDAY + dt.timedelta(weeks=n), Decimal(str(v))) for n, v in enumerate(values)]


@pytest.mark.parametrize(
    ("least", "most", "lines"),
    [
        (50, 90, [50, 60, 70, 80, 90]),
        (52, 90, [50, 60, 70, 80, 90]),
        (0, 4, [0, 1, 2, 3, 4]),
        (2, 10, [2, 4, 6, 8, 10]),
        (Decimal("0.1"), Decimal("0.9"), [0, Decimal("0.2"), Decimal("0.4"), Decimal("0.6"), Decimal("0.8"), 1]),
        (-3, 3, [-4, -2, 0, 2, 4]),
        (7, 7, [5, 10, 15]),
        (0, 0, [0, 1, 2]),
    ],
)  # fmt: skip
def test_lines_go_across_in_even_steps(least, most, lines):
    found = even_lines(Decimal(least), Decimal(most))
    assert (found[0] <= least, found[-1] >= most) == (True, True)
    assert 3 <= len(found) <= 6
    if least != most:
        assert found == lines


def test_ends_of_the_aim_line_are_corners_of_the_frame():
    drawn = chart(AIM, [])
    assert drawn.aim == ("104", "250", "868", "46")
    assert drawn.goal == ("868", "46")
    assert (drawn.last, drawn.dots, drawn.runs, drawn.strip) == (None, [], [], [])


def test_a_point_stands_where_its_day_and_value_are():
    drawn = chart(AIM, weekly(50, 70))
    assert [dot[:2] for dot in drawn.dots] == [("104", "250"), ("142.2", "148")]
    assert drawn.runs == ["M104 250L142.2 148"]
    assert drawn.last[2].value == 70


def test_a_phase_breaks_the_line_and_stands_between_its_points():
    changed = MONDAY + dt.timedelta(weeks=2)
    drawn = chart(AIM, weekly(50, 52, 60, 64), phases=[(changed, "class", "group")])
    assert len(drawn.runs) == 2
    assert drawn.phases == [("161.3", "class", "group")]


def test_a_phase_on_a_day_without_a_point_stands_on_its_day():
    drawn = chart(AIM, weekly(50), phases=[(MONDAY + dt.timedelta(weeks=10), "", "")])
    assert drawn.phases[0][0] == "486"


def test_a_single_point_of_a_phase_has_a_dot_and_no_line():
    drawn = chart(AIM, weekly(50, 52), phases=[(MONDAY + dt.timedelta(weeks=1), "", "")])
    assert (drawn.runs, len(drawn.dots)) == ([], 2)


def test_days_that_would_stand_on_each_other_are_left_out():
    every_day = [Point(MONDAY + dt.timedelta(days=n), Decimal(50 + n)) for n in range(40)]
    places = [float(x) for x, _day, _month in chart(AIM, every_day).days]
    assert min(b - a for a, b in itertools.pairwise(places)) >= 52


def test_the_month_is_named_where_it_changes():
    days = chart(AIM, weekly(*range(50, 68))).days
    assert [day.month for _x, day, named in days if named] == [9, 10, 11, 12]


def test_the_strip_counts_and_marks_what_is_low():
    weeks = [Week(MONDAY + dt.timedelta(weeks=n), 3, 3, a) for n, a in enumerate((3, 2, 1))]
    rows = chart(AIM, [], weeks=weeks).strip
    assert [(name, total, low) for name, _y, _cells, total, low in rows] == [
        ("planned", 9, False), ("held", 9, False), ("attended", 6, True),
    ]  # fmt: skip
    assert [low for _x, _n, low in rows[2][2]] == [False, True, True]


def test_four_of_five_are_enough():
    assert [is_low(4, 5), is_low(3, 4), is_low(0, 0)] == [False, True, False]


def test_a_trend_that_leaves_the_frame_is_cut_off():
    points = weekly(50, 50, 50, 55, 60, 65, 88, 90, 90)
    trend = trend_of(points)
    x1, y1, x2, y2 = map(float, chart(AIM, points, trend=trend).trend)
    assert (x1, x2) == (104, pytest.approx(104 + 764 * 8 / 20, abs=0.1))
    assert 46 <= y2 < y1 <= 250


def test_a_phone_has_less_room_for_days():
    points = weekly(*range(50, 70))
    assert len(chart(AIM, points, frame=NARROW).days) < len(chart(AIM, points).days)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (-0.01, "0"), (12.34, "12.3"), (250, "250")]
)
def test_a_place_is_written_as_svg_reads_it(number, text):
    assert place(number) == text


values = st.decimals(-100_000, 100_000, places=2)


@settings(deadline=None)  # a busy machine says nothing of the sums
@given(
    values,
    values,
    st.integers(1, 800),
    st.lists(st.tuples(st.integers(-30, 900), values), max_size=30),
)
def test_nothing_is_drawn_outside_of_the_frame(baseline, target, days, found):
    if baseline == target:
        return
    aim = Aim(MONDAY, baseline, MONDAY + dt.timedelta(days=days), target)
    points = [Point(MONDAY + dt.timedelta(days=day), value) for day, value in found]
    frame = Frame()
    drawn = chart(aim, points, trend=trend_of(tuple(sorted(set(points), key=lambda p: p.on))))
    places = [drawn.aim[:2], drawn.aim[2:], *[dot[:2] for dot in drawn.dots]]
    places += [drawn.trend[:2], drawn.trend[2:]] if drawn.trend else []
    for x, y in places:
        assert frame.left <= float(x) <= frame.right
        assert frame.top <= float(y) <= frame.bottom
    assert 3 <= len(drawn.lines) <= 6


@settings(deadline=None)  # a busy machine says nothing of the sums
@given(values, values)
def test_lines_are_even_and_hold_every_value(a, b):
    lines = even_lines(min(a, b), max(a, b))
    steps = {Fraction(y) - Fraction(x) for x, y in itertools.pairwise(lines)}
    assert len(steps) == 1
    assert lines[0] <= min(a, b) <= max(a, b) <= lines[-1]
