"""How a goal goes, in a family's words: of the help, never a judgement of the child."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from counseling.models import WeekCount
from counseling.reading.progress import IN_FAMILY_WORDS, SMALL, GoalTold, Measured
from counseling.rules import Point, Verdict

from .builders import measure
from .versions import plan_to_read, publish, recently

MONDAY = dt.date(2026, 9, 7)
GOAL = {
    "id": "g", "statement": "Reads 90 words", "matters": "", "measure": "words in a minute",
    "unit": "words", "baseline": "52.00", "baseline_on": str(MONDAY), "target": "90.00",
    "target_on": str(MONDAY + dt.timedelta(weeks=19)), "step": "1.00",
}  # fmt: skip
BODY = {"changes": [], "review_weeks": 4}


def told(*values, goal=None, body=None, weeks=(), today=None):
    """Return the goal after these values, one a week."""
    points = [
        Point(MONDAY + dt.timedelta(weeks=n + 1), Decimal(str(value)))
        for n, value in enumerate(values)
    ]
    today = today or (points[-1].on if points else MONDAY) + dt.timedelta(days=1)
    measured = Measured({"g": points}, list(weeks))
    return GoalTold(GOAL | (goal or {}), BODY | (body or {}), measured, today)


def half_held(n):
    return WeekCount(monday=MONDAY + dt.timedelta(weeks=n), planned=4, held=4, attended=2)


LATE = {"today": MONDAY + dt.timedelta(weeks=20)}
CASES = {
    "nothing yet": ((), {}, Verdict.TOO_FEW, "It begins at 52 words. Nothing was measured since."),
    "too few": ((53,), {}, Verdict.TOO_FEW, "It is too early to say how it goes."),
    "old": ((53, 54), LATE, Verdict.MISSING, "The school will see to that."),
    "ahead": ((58, 62, 66, 70, 74, 78), {}, Verdict.AHEAD, "It goes faster than we hoped."),
    "on the way": ((55, 55, 58, 58, 63, 62), {}, Verdict.ON_WAY, "It goes as we hoped."),
    "behind": ((52, 52, 53, 53, 53, 54), {}, Verdict.BEHIND, "another way with you"),
    "not delivered": (
        (52, 52, 53, 53, 53, 54), {"weeks": [half_held(n) for n in range(6)]},
        Verdict.NOT_DELIVERED, "The school sees to that first.",
    ),
    "reached": ((70, 75, 80, 85, 90, 91), {}, Verdict.AHEAD, "and that is reached."),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_sentence_chip_and_verdict_are_of_one_finding(case):
    values, more, verdict, words = CASES[case]
    goal = told(*values, **more)
    assert goal.finding.verdict is verdict
    assert words in goal.sentence
    assert goal.chip == IN_FAMILY_WORDS[verdict][:3]


def test_no_sentence_judges_the_child():
    assert set(IN_FAMILY_WORDS) == set(Verdict)
    said = " ".join(f"{row[2]} {row[3]}".lower() for row in IN_FAMILY_WORDS.values())
    for word in ("your child", "fail", "weak", "bad", "risk", "poor", "behind"):
        assert word not in said


def test_a_change_that_was_published_begins_a_phase():
    body = {"changes": [{"on": str(MONDAY + dt.timedelta(weeks=5)), "words": "in a small group"}]}
    goal = told(52, 52, 53, 53, 53, 54, body=body)
    assert goal.finding.verdict is Verdict.TOO_FEW
    assert goal.changed[1] == "in a small group"
    assert len(goal.chart.phases) == 1


@pytest.mark.parametrize(
    ("values", "goal"),
    [
        ((53, 60, 70, 89, 90), {}),
        ((), {}),
        ((8, 6, 3), {"baseline": "9.00", "target": "1.00", "unit": "days"}),
        ((52.5, 40, 41), {}),
    ],
)
def test_words_of_the_chart_stay_within_it(values, goal):
    goal = told(*values, goal=goal)
    places = [goal.aim_word, *([goal.last_word] if values else [])]
    for x, y, _value in places:
        assert 0 <= float(x) <= SMALL.right
        assert 14 <= float(y) <= SMALL.bottom
    if len(places) == 2:
        (ax, ay, _a), (x, y, _v) = places
        assert abs(float(ay) - float(y)) >= 16 or float(ax) - float(x) > 90
    assert all("," not in x for x, _day in goal.months)


def test_numbers_are_the_readers():
    goal = told(52.5, 53)
    with translation.override("es"):
        assert goal.rows[-1][1] == "52,5"
        assert "," not in goal.chart.runs[0]


@pytest.mark.django_db
def test_the_familys_page_has_a_chart_and_a_sentence_for_each_goal(cast, as_):
    cast.mother.language = "en"
    cast.mother.save()
    plan = plan_to_read(cast)
    recently(plan)
    publish(plan, cast.counselor)
    goal = plan.goals.get()
    url = reverse("reports:progress", args=[cast.child.pk])
    page = as_(cast.mother).get(url).content.decode()
    assert "Nothing was measured since." in page
    goal.measured(60, goal.baseline_on, by=None, source="family", today=goal.target_on)
    page = as_(cast.mother).get(url).content.decode()
    assert "it was 60 words" in page
    assert page.count('<svg class="chart') == 1
    assert reverse("counseling:family-plan", args=[plan.pk]) in page
    assert "Our table is laid" not in page
    assert "We did it" not in as_(cast.counselor).get(url).content.decode()
    plan.close(by=cast.counselor, outcome="reached")
    assert "it was 60 words" not in as_(cast.mother).get(url).content.decode()
    hidden = plan_to_read(cast)
    measure(hidden.goals.get(), 77)
    assert "Reads 90 words" not in as_(cast.mother).get(url).content.decode()
