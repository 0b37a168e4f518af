"""Goals on their pages: what is refused in words, what is kept, and two writers at once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from counseling.models import Goal, Plan
from homeschool.journal.models import Entry
from tests import builders

from .builders import MONDAY, make_plan

pytestmark = pytest.mark.django_db
LAST = MONDAY + dt.timedelta(weeks=15)


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


def sent(**others):
    """Return a goal as its form sends it."""
    usual = {
        "statement": "Misses fewer days", "matters": "", "measure": "days missed", "unit": "days",
        "baseline": "3", "baseline_on": MONDAY.isoformat(), "target": "0", "target_on": LAST.isoformat(),
        "least": "0", "most": "5", "step": "1", "submission": builders.new_key(),
    }  # fmt: skip
    return usual | others


@pytest.fixture
def plan(cast):
    return make_plan(cast)


def test_it_is_kept_with_an_entry_and_once(cast, as_, plan):
    client, data = as_(cast.counselor), sent()
    for _n in range(2):
        response = client.post(url("goal-create", plan.pk), data)
    goal = plan.goals.get(measure="days missed")
    assert response["Location"].endswith(f"#goal-{goal.pk}")
    assert (goal.baseline, goal.target, goal.place) == (3, 0, 1)
    entry = Entry.objects.get(verb="goal.made")
    assert entry.data == {"goal": str(goal.pk)}


WRONG = [
    ({"target": "3"}, "target", "stands already"),
    ({"target": "9"}, "target", "more than the largest"),
    ({"baseline": "-1"}, "baseline", "less than the smallest"),
    ({"target_on": MONDAY.isoformat()}, "target_on", "must come after"),
    ({"target_on": "3026-01-01"}, "target_on", "look at the year"),
    ({"target_on": "soon"}, "target_on", "not a day"),
    ({"baseline": "many"}, "baseline", "write a number"),
    ({"baseline": "NaN"}, "baseline", "write a number"),
    ({"baseline": "1e30"}, "baseline", "too large"),
    ({"step": "0"}, "step", "more than nothing"),
    ({"statement": ""}, "statement", "fill this in"),
    ({"measure": "x" * 121}, "measure", "too long"),
    ({"statement": "a\0b"}, "statement", "cannot be kept"),
]


def test_it_says_in_words_what_cannot_be_and_loses_nothing(cast, as_, plan):
    client = as_(cast.counselor)
    for wrong, field, words in WRONG:
        response = client.post(url("goal-create", plan.pk), sent(**wrong))
        assert response.status_code == 422, wrong
        assert words in " ".join(response.context["form"].errors[field]), wrong
        assert response.context["form"]["unit"].value() == "days"
    assert plan.goals.count() == 1


def test_a_second_writer_sees_both_texts_and_then_decides(cast, as_, plan):
    goal, edits = plan.goals.get(), plan.edits
    plan.change(by=cast.principal, edits=edits, about="Somebody else wrote this.")
    goal.change(by=cast.principal, edits=edits + 1, statement="Reads aloud")
    data = sent(statement="Reads in silence", edits=edits, most="")
    client = as_(cast.counselor)
    response = client.post(url("goal-edit", goal.pk), data)
    assert response.status_code == 409
    assert "Reads aloud" in response.text
    assert "Reads in silence" in response.text
    goal.refresh_from_db()
    assert goal.statement == "Reads aloud"
    again = data | {"edits": response.context["edits"], "submission": builders.new_key()}
    assert client.post(url("goal-edit", goal.pk), again).status_code == 302
    goal.refresh_from_db()
    assert goal.statement == "Reads in silence"


def test_a_template_proposes_goals_and_no_baseline(cast, as_):
    plan = make_plan(cast, template="attendance")
    Goal.objects.filter(plan=plan).delete()
    client = as_(cast.counselor)
    page = client.get(url("plan-detail", plan.pk))
    assert "Misses fewer days of school" in page.text
    form = client.get(url("goal-create", plan.pk) + "?proposed=0").context["form"]
    assert form["measure"].value() == "days missed in a week"
    assert form["target"].value() == "0"
    assert form["baseline"].value() is None
    for odd in ("9", "-1", "x", "9" * 400, "²"):
        assert client.get(url("goal-create", plan.pk), {"proposed": odd}).status_code == 200


def test_it_is_ended_and_kept(cast, as_, plan):
    goal, client = plan.goals.get(), as_(cast.counselor)
    for _n in range(2):
        client.post(url("goal-end", goal.pk))
    assert Entry.objects.filter(verb="goal.ended").count() == 1
    assert goal.statement not in client.get(url("plan-detail", plan.pk)).text


def test_a_closed_plan_takes_no_goal(cast, as_, plan):
    plan.close(by=cast.counselor, outcome=Plan.Outcome.REACHED)
    client = as_(cast.counselor)
    for path in (url("goal-create", plan.pk), url("goal-edit", plan.goals.get().pk)):
        assert client.post(path, sent()).status_code == 302
    client.post(url("goal-end", plan.goals.get().pk))
    assert plan.goals.get(ended_at=None).target == Decimal(90)
