"""Decisions: at a review, at the end of a plan, and of many plans at the end of the term."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from counseling.models import Plan, Review
from homeschool.journal.models import Entry
from tests import builders

from .builders import MONDAY, make_plan

pytestmark = pytest.mark.django_db
State, Decision = Plan.State, Review.Decision


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


@pytest.fixture
def plan(cast):
    return make_plan(cast, state=State.ACTIVE)


def decide(client, plan, **data):
    usual = {
        "decision": "continue", "reason": "It helps.", "edits": plan.edits, "submission": builders.new_key(),
    }  # fmt: skip
    return client.post(url("review-hold", plan.pk), usual | data)


def test_it_keeps_the_decision_with_its_reason(cast, as_, plan):
    response = decide(as_(cast.counselor), plan, decision="change", change="in the afternoon")
    assert response.status_code == 302
    review = plan.reviews.get()
    assert (review.decision, review.reason, review.by) == ("change", "It helps.", cast.counselor)
    assert plan.phases.get().words == "in the afternoon"
    page = as_(cast.counselor).get(url("plan-detail", plan.pk)).text
    assert "in the afternoon" in page
    assert "It helps." in page


def test_it_asks_for_a_reason_and_for_what_belongs_to_a_decision(cast, as_, plan):
    client = as_(cast.counselor)
    for data, field in (
        ({"reason": "  "}, "reason"),
        ({"decision": "change"}, "change"),
        ({"decision": "close"}, "outcome"),
        ({"decision": ""}, "decision"),
        ({"decision": "punish"}, "decision"),
        ({"reason": "x" * 2001}, "reason"),
    ):
        response = decide(client, plan, **data)
        assert (response.status_code, field in response.context["form"].errors) == (422, True), data
    assert not plan.reviews.exists()


def test_two_reviewers_at_once_see_both_texts(cast, as_, plan):
    first = plan.edits
    decide(as_(cast.principal), plan, reason="The first reason.")
    response = decide(as_(cast.counselor), plan, decision="fade", reason="The second.", edits=first)
    assert response.status_code == 409
    assert "The first reason." in response.text
    assert "The second." in response.text
    assert plan.reviews.count() == 1


def test_a_plan_that_is_not_at_work_is_not_reviewed(cast, as_):
    plan = make_plan(cast)
    assert decide(as_(cast.counselor), plan).status_code == 302
    assert not plan.reviews.exists()


def test_it_closes_a_plan_with_what_came_of_it(cast, as_, plan):
    client, path = as_(cast.counselor), url("plan-close", plan.pk)
    assert client.post(path, {"outcome": "reached", "reason": ""}).status_code == 422
    data = {"outcome": "reached", "reason": "He reads.", "submission": builders.new_key()}
    client.post(path, data)
    plan.refresh_from_db()
    assert (plan.state, plan.outcome, plan.closing_words) == (State.CLOSED, "reached", "He reads.")
    assert client.get(path).status_code == 302


# --- many at the end of the term --------------------------------------------------------------------


def closing(plans, *chosen, **data):
    found = {f"outcome_{plan.pk}": "" for plan in plans}
    found |= {f"edits_{plan.pk}": plan.edits for plan in plans}
    for plan in chosen:
        found |= {f"outcome_{plan.pk}": "partly", f"reason_{plan.pk}": f"Reason {plan.title}"}
    return found | {"submission": builders.new_key()} | data


def test_it_closes_the_chosen_plans_each_with_its_reason(cast, as_):
    today = timezone.localdate()
    days = {"begins": today - dt.timedelta(weeks=9), "ends": today}
    plans = [make_plan(cast, state=State.ACTIVE, title=f"Plan {n}", **days) for n in range(3)]
    later = make_plan(
        cast, state=State.ACTIVE, title="Later", **days | {"ends": today + dt.timedelta(weeks=9)}
    )
    anothers = make_plan(cast, by=cast.principal, title="Another’s", **days)
    client, path = as_(cast.counselor), url("plan-close-many")
    page = client.get(path)
    assert {row.title for row in page.context["plans"]} == {"Plan 0", "Plan 1", "Plan 2"}
    assert client.post(path, closing(plans)).status_code == 422
    without = client.post(path, closing(plans, plans[0], **{f"reason_{plans[0].pk}": ""}))
    assert cast.child.full_name in " ".join(without.context["form"].errors[f"reason_{plans[0].pk}"])
    client.post(path, closing(plans, plans[0], plans[2]))
    stand = {plan.title: plan for plan in Plan.objects.all()}
    assert stand["Plan 0"].closing_words == "Reason Plan 0"
    assert [stand[f"Plan {n}"].state for n in range(3)] == [
        State.CLOSED,
        State.ACTIVE,
        State.CLOSED,
    ]
    assert {later.state, anothers.state} == {State.ACTIVE, State.DRAFT}
    assert Entry.objects.filter(verb="plan.closed").count() == 2
    assert "Another’s" in as_(cast.principal).get(path).text


def test_a_reason_without_what_came_of_it_is_not_lost(cast, as_):
    today = timezone.localdate()
    days = {"begins": today - dt.timedelta(weeks=9), "ends": today}
    plans = [make_plan(cast, state=State.ACTIVE, title=f"Plan {n}", **days) for n in range(2)]
    sent = closing(plans, plans[0], **{f"reason_{plans[1].pk}": "She reads now"})
    answer = as_(cast.counselor).post(url("plan-close-many"), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors[f"outcome_{plans[1].pk}"]
    assert "She reads now" in answer.text
    assert not Plan.objects.filter(state=State.CLOSED).exists()


def test_a_plan_that_somebody_changed_meanwhile_is_closed_knowingly(cast, as_):
    today = timezone.localdate()
    days = {"begins": today - dt.timedelta(weeks=9), "ends": today}
    plans = [make_plan(cast, state=State.ACTIVE, title=f"Plan {n}", **days) for n in range(2)]
    client, path = as_(cast.counselor), url("plan-close-many")
    assert f'name="edits_{plans[0].pk}" value="0"' in client.get(path).text
    sent = closing(plans, *plans)
    plans[0].change(by=cast.principal, edits=0, title="Reads more now")
    page = client.post(path, sent)
    assert page.status_code == 409
    assert "Somebody changed this plan meanwhile." in page.text
    assert {"Reason Plan 0", "Reason Plan 1"} <= set(page.context["form"].data.values())
    assert not Plan.objects.filter(state=State.CLOSED).exists()  # both or none
    form = page.context["form"]
    again = {field.html_name: field.value() or "" for field in form}
    assert client.post(path, again).status_code == 302
    assert set(Plan.objects.values_list("state", flat=True)) == {State.CLOSED}


def test_the_day_of_a_due_review_stands_on_today(cast, as_):
    make_plan(
        cast,
        state=State.ACTIVE,
        title="Reads aloud",
        next_review_on=MONDAY - dt.timedelta(weeks=30),
    )
    page = as_(cast.counselor).get(reverse("reports:today"))
    assert "Reviews due" in page.text
    assert "Reads aloud" in page.text
    assert "Reads aloud" not in as_(cast.principal).get(reverse("reports:today")).text
