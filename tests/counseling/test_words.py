"""Chip, suggestion, reason and source of a finding come from one function: a case for each verdict."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from counseling import rules
from counseling.models import Goal, Plan, Review
from counseling.reading import words
from counseling.rules import Finding, Verdict, Why

from .builders import MONDAY

Decision = Review.Decision


def make_goal(baseline=52, target=90):
    return Goal(
        statement="Reads", measure="words in a minute", unit="words", baseline=Decimal(baseline),
        baseline_on=MONDAY, target=Decimal(target), target_on=MONDAY + dt.timedelta(weeks=15),
    )  # fmt: skip


def points(*values):
    return tuple(
        rules.Point(MONDAY + dt.timedelta(weeks=n + 1), Decimal(str(value))) for n, value in enumerate(values)
    )  # fmt: skip


SIX = points(54, 55, "57.5", 60, 63, 66)
LITTLE = Fraction(15, 21)
# finding: the chip, its tone, what is suggested, and a part of the reason
CASES = [
    (Finding(Verdict.TOO_FEW, Why.NO_POINTS, ()), "Nothing measured yet", "", Decision.CONTINUE, "since 7 September"),
    (Finding(Verdict.TOO_FEW, Why.FEW_POINTS, points(54)), "Too early to say", "", Decision.CONTINUE, "There is 1 result since"),
    (Finding(Verdict.TOO_FEW, Why.FEW_POINTS, points(54, 55)), "Too early to say", "", Decision.CONTINUE, "There are 2 results since"),
    (Finding(Verdict.MISSING, Why.NO_POINTS, ()), "Nothing measured yet", "rust", Decision.MEND, "since 7 September"),
    (Finding(Verdict.MISSING, Why.OLD_POINTS, points(54)), "Results are missing", "rust", Decision.MEND, "of 14 September"),
    (Finding(Verdict.AHEAD, Why.FOUR_POINTS, SIX), "Ahead of the aim line", "good", Decision.FADE, "(57.5, 60, 63, 66) lie on the better side"),
    (Finding(Verdict.AHEAD, Why.TREND, SIX), "Ahead of the aim line", "good", Decision.FADE, "faster than"),
    (Finding(Verdict.ON_WAY, Why.TREND, SIX), "On the way", "teal", Decision.CONTINUE, "as fast as"),
    (Finding(Verdict.ON_WAY, Why.NO_RULE_SPEAKS, SIX), "On the way", "teal", Decision.CONTINUE, "both sides"),
    (Finding(Verdict.BEHIND, Why.FOUR_POINTS, SIX), "Behind the aim line", "rust", Decision.CHANGE, "worse side"),
    (Finding(Verdict.BEHIND, Why.TREND, SIX), "Behind the aim line", "rust", Decision.CHANGE, "do not get better as fast"),
    (Finding(Verdict.NOT_DELIVERED, Why.FOUR_POINTS, SIX, None, LITTLE), "Too little took place", "rust", Decision.MEND, "71 % of the planned help"),
    (Finding(Verdict.NOT_DELIVERED, Why.TREND, SIX, None, LITTLE), "Too little took place", "rust", Decision.MEND, "the rule would say: change the help"),
]  # fmt: skip


@pytest.mark.parametrize(("finding", "chip", "tone", "decision", "reason"), CASES)
def test_it_says_each_finding(finding, chip, tone, decision, reason):
    said = words.said(finding, make_goal())
    assert (said.chip, said.tone, said.decision) == (chip, tone, decision)
    assert reason in " ".join(said.reasons)
    assert said.suggestion
    assert said.source


def test_it_has_a_case_for_each_verdict_and_each_rule():
    assert {case[0].verdict for case in CASES} == set(Verdict)
    assert {case[0].why for case in CASES} == set(Why)
    assert set(words.URGENCY) == set(Verdict)


def test_it_names_the_published_source_where_a_published_rule_spoke():
    spoke = words.said(Finding(Verdict.BEHIND, Why.FOUR_POINTS, SIX), make_goal()).source
    own = words.said(Finding(Verdict.MISSING, Why.OLD_POINTS, SIX), make_goal()).source
    assert "Module 2 (2012)" in spoke
    assert "Module 2" not in own
    assert "a rule of the portal" in own


@pytest.mark.parametrize(("target", "value"), [(90, 95), (0, 0)])
def test_it_says_that_the_goal_is_reached_also_where_it_goes_down(target, value):
    said = words.said(Finding(Verdict.AHEAD, Why.TREND, points(value)), make_goal(target=target))
    assert said.reasons[0] == "The last result has reached the goal."


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-3, "Review on 10 September"), (0, "Review due today"), (1, "Review 1 day late"), (9, "Review 9 days late")],
)  # fmt: skip
def test_it_says_when_the_review_is(days, expected):
    plan = Plan(
        state=Plan.State.ACTIVE, next_review_on=MONDAY + dt.timedelta(days=3 if days < 0 else 0)
    )
    today = plan.next_review_on + dt.timedelta(days=days)
    assert words.review_chip(plan, today)[2] == expected
    assert words.review_chip(Plan(state=Plan.State.DRAFT), today) is None


@pytest.mark.parametrize(
    ("value", "expected"), [("52.00", "52"), ("3.50", "3.5"), ("90", "90"), ("0.00", "0"), ("100", "100")]
)  # fmt: skip
def test_it_writes_numbers_without_zeros_that_say_nothing(value, expected):
    assert words.number(Decimal(value)) == expected
