"""Hours, bands and high dosage, after the published standards (counseling/rules/dosage.py)."""

from fractions import Fraction

import pytest

from counseling.rules.dosage import Attended, band, dosage


@pytest.mark.parametrize(
    ("hours", "number"),
    [(0, 0), (14.99, 0), (15, 1), (44.99, 1), (45, 2), (89.99, 2), (90, 3), (179.99, 3),
     (180, 4), (269.99, 4), (270, 5), (1000, 5)],
)  # fmt: skip
def test_it_puts_hours_into_the_bands_of_21st_cclc(hours, number):
    assert band(hours * 60) == number


def of(count, minutes=30, pupils=4, tutor="a"):
    return [Attended(minutes, pupils, (tutor,))] * count


@pytest.mark.parametrize(
    ("attended", "weeks", "missing"),
    [
        (of(30), 10, set()),
        (of(29), 10, {"often"}),
        (of(30, minutes=29), 10, {"long"}),
        (of(30, pupils=5), 10, {"small"}),
        (of(24) + of(6, tutor="b"), 10, set()),
        (of(23) + of(7, tutor="b"), 10, {"same"}),
        (of(30, tutor=None), 10, set()),
        ([Attended(30, 4)] * 30, 10, {"same"}),
        ([], 10, {"often", "long", "small", "same"}),
    ],
)
def test_it_is_high_where_all_four_standards_hold(attended, weeks, missing):
    found = dosage(attended, weeks)
    assert {"often", "long", "small", "same"} - found.met == missing
    assert found.is_high == (not missing)


def test_it_counts_what_was_attended():
    found = dosage([Attended(30, 3, ("a", "b")), Attended(45, 4, ("a",))], 4)
    assert (found.sessions, found.total, found.a_week) == (2, 75, Fraction(1, 2))
    assert (found.minutes, found.pupils, found.same_tutor, found.band) == (30, 4, 1, 0)


def test_it_wants_a_week():
    with pytest.raises(ValueError, match="week"):
        dosage([], 0)
