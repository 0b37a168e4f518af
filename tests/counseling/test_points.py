"""Results in two taps, their correction, and the weeks counted."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from counseling.models import Goal, Plan, Point
from homeschool.journal.models import Entry
from tests import builders

from .builders import make_plan

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"counseling:{name}", args=args)


@pytest.fixture
def today(cast):
    return builders.today()


@pytest.fixture
def goal(cast, today):
    """A goal at work since six weeks."""
    days = {"begins": today - dt.timedelta(weeks=6), "ends": today + dt.timedelta(weeks=9)}
    plan = make_plan(cast, state=Plan.State.ACTIVE, **days)
    goal = plan.goals.get()
    type(goal).objects.filter(pk=goal.pk).update(
        baseline_on=days["begins"], target_on=days["ends"], most=Decimal(250), step=Decimal("0.5")
    )
    goal.refresh_from_db()
    return goal


def send(client, goal, **data):
    today = builders.today().isoformat()
    sent = {"value": "60", "on": today, "submission": builders.new_key()} | data
    return client.post(url("point-add", goal.pk), sent)


def test_the_field_holds_the_last_result_and_moves_by_a_step(cast, as_, goal, today):
    client, path = as_(cast.counselor), url("point-add", goal.pk)
    assert client.get(path).context["form"]["value"].value() == "52"
    send(client, goal, value="61.5")
    page = client.get(url("plan-detail", goal.plan_id))
    assert 'value="61.5"' in page.text
    assert f'name="on" value="{today.isoformat()}"' in page.text
    assert f"{path}?by=more&amp;value=61.5" in page.text

    def first(**query):
        return client.get(path, query).context["form"]["value"].value()

    assert first() == "61.5"
    assert first(by="more", value="61.5") == "62"
    assert first(by="less", value="61,5") == "61"
    assert first(by="less", value="0") == "0"
    assert first(by="more", value="250") == "250"
    for odd in ("NaN", "sNaN", "Infinity", "1e999", "1e30", "-1e25", "1e-30", "x", "9" * 40):
        assert client.get(path, {"by": "more", "value": odd}).status_code == 200
        assert client.get(path, {"value": odd}).status_code == 200


def test_it_is_kept_with_its_day_and_an_entry(cast, as_, goal, today):
    send(as_(cast.adviser), goal, value="61.5", words="aloud")
    point = goal.points.get()
    assert (point.value, point.on, point.words) == (Decimal("61.5"), today, "aloud")
    assert (point.by, point.source) == (cast.adviser, Point.Source.STAFF)
    assert Entry.objects.get(verb="point.measured").data["goal"] == str(goal.pk)


def test_it_says_in_words_what_cannot_be(cast, as_, goal, today):
    client = as_(cast.counselor)
    for data, field, words in (
        ({"on": (today + dt.timedelta(days=1)).isoformat()}, "on", "not come yet"),
        ({"on": (today - dt.timedelta(weeks=7)).isoformat()}, "on", "before the day"),
        ({"value": "-1"}, "value", "cannot be"),
        ({"value": "251"}, "value", "cannot be"),
        ({"value": "1.234"}, "value", "Two places"),
        ({"value": ""}, "value", "fill this in"),
        ({"on": "0001-01-01"}, "on", "look at the year"),
    ):
        response = send(client, goal, words="kept", **data)
        assert response.status_code == 422, data
        assert words in " ".join(response.context["form"].errors[field]), data
        assert response.context["form"]["words"].value() == "kept"
    assert not goal.points.exists()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue"])
def test_which_day_it_is_the_school_says(cast, as_, goal, monkeypatch, zone):
    cast.counselor.time_zone = zone
    cast.counselor.save()
    for hour in (11, 23):  # 19:00 at the school, and 07:00 of the next day
        now = dt.datetime(2026, 11, 23, hour, tzinfo=dt.UTC)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        day = dt.date(2026, 11, 23 if hour == 11 else 24)
        Goal.objects.filter(pk=goal.pk).update(baseline_on=day - dt.timedelta(weeks=1))
        client = as_(cast.counselor)
        first = client.get(url("point-add", goal.pk)).context["form"]["on"].value()
        assert first == day
        assert send(client, goal, on=day.isoformat()).status_code == 302
        tomorrow = (day + dt.timedelta(days=1)).isoformat()
        assert send(client, goal, on=tomorrow).status_code == 422
        assert client.get(url("week-count", goal.plan_id)).context["form"].today == day


def test_a_correction_stands_in_its_place_and_both_are_read(cast, as_, goal, today):
    client = as_(cast.counselor)
    send(client, goal, value="16")
    first = goal.points.get()
    path = url("point-correct", first.pk)
    data = {"value": "61", "on": today.isoformat(), "words": "misread"}
    assert client.post(path, data | {"submission": builders.new_key()}).status_code == 302
    stands = goal.points.standing().get()
    assert (stands.value, stands.supersedes) == (61, first)
    page = client.get(url("point-correct", stands.pk))
    assert [line["point"] for line in page.context["lines"]] == [stands, first]
    second = client.post(path, data | {"submission": builders.new_key()})
    assert second.status_code == 422
    assert "corrected this result already" in second.text
    assert goal.points.count() == 2


def test_a_closed_plan_takes_no_result(cast, as_, goal):
    goal.plan.close(by=cast.counselor, outcome=Plan.Outcome.REACHED)
    assert send(as_(cast.counselor), goal).status_code == 302
    assert not goal.points.exists()


def test_a_week_is_counted_and_counted_again(cast, as_, goal, today):
    client, path = as_(cast.counselor), url("week-count", goal.plan_id)
    numbers = {"day": today.isoformat(), "planned": "3", "held": "3", "attended": "2"}
    for attended in ("2", "1"):
        client.post(path, numbers | {"attended": attended, "submission": builders.new_key()})
    week = goal.plan.weeks.get()
    assert (week.planned, week.held, week.attended) == (3, 3, 1)
    assert week.monday == today - dt.timedelta(days=today.weekday())
    for wrong, field in (
        ({"attended": "4"}, "attended"), ({"held": "x"}, "held"), ({"planned": "100"}, "planned"),
        ({"day": (today + dt.timedelta(days=1)).isoformat()}, "day"), ({"planned": "-1"}, "planned"),
    ):  # fmt: skip
        response = client.post(path, numbers | wrong | {"submission": builders.new_key()})
        assert (response.status_code, field in response.context["form"].errors) == (422, True), (
            wrong
        )
    assert "1" in client.get(path).text
