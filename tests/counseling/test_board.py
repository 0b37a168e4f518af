"""The board of reviews: what is late, due, on time; pages by their place; what waits for a yes."""

import datetime as dt

import pytest
from django.urls import reverse

from counseling.models import Plan
from counseling.reading import board
from tests import builders

from .builders import make_plan, measure

pytestmark = pytest.mark.django_db
BOARD = "/plans/board/"


@pytest.fixture
def today(cast):
    return builders.today()


def at_work(cast, due, title="Reading", **columns):
    return make_plan(cast, state=Plan.State.ACTIVE, next_review_on=due, title=title, **columns)


def titles(page):
    return [(name, [row.plan.title for row in rows]) for name, rows in page.context["board"].groups]


def test_it_stands_by_the_day_of_the_review(cast, as_, today):
    for days, title in (
        (30, "later"),
        (-1, "late"),
        (0, "today"),
        (7, "in a week"),
        (8, "in eight days"),
    ):
        at_work(cast, today + dt.timedelta(days=days), title)
    make_plan(cast, title="a draft")
    page = as_(cast.counselor).get(BOARD)
    assert titles(page) == [
        ("late", ["late"]), ("due", ["today", "in a week"]), ("later", ["in eight days", "later"]),
    ]  # fmt: skip
    assert [figure["number"] for figure in page.context["board"].figures] == ["1", "2", "2"]
    assert not as_(cast.other_counselor).get(BOARD).context["board"].groups


def test_it_goes_page_by_page_and_misses_none(cast, as_, today, monkeypatch):
    monkeypatch.setattr(board, "A_PAGE", 2)
    for n in range(5):
        at_work(cast, today + dt.timedelta(days=n // 3), str(n))
    client, after, seen = as_(cast.counselor), "", []
    for _n in range(3):
        page = client.get(BOARD, {"after": after})
        seen += [title for _name, rows in titles(page) for title in rows]
        after = page.context["board"].following
    assert sorted(seen) == ["0", "1", "2", "3", "4"]
    assert after == ""
    for odd in ("x", "2026-13-01_1", "_", "2026-01-01_\0"):
        assert client.get(BOARD, {"after": odd}).status_code == 200


def test_it_counts_up_to_a_limit(cast, as_, today, monkeypatch):
    monkeypatch.setattr(board, "MOST", 1)
    for n in range(3):
        at_work(cast, today, str(n))
    figures = as_(cast.counselor).get(BOARD).context["board"].figures
    assert figures[1]["number"] == "1+"


def test_it_takes_as_many_queries_for_one_plan_as_for_twenty(
    cast, as_, today, django_assert_num_queries
):
    def fill(n):
        for place in range(n):
            child = builders.make_student(cast.school_class) if place else cast.child
            measure(at_work(cast, today, str(place), student=child).goals.get(), 53, 54, 55)

    fill(1)
    client, asked = as_(cast.principal), {}
    for path in (BOARD, "/plans/?whose=all"):
        client.get(path)
        with django_assert_num_queries(12, exact=False) as found:
            client.get(path)
        asked[path] = len(found)
    fill(20)
    for path, number in asked.items():
        with django_assert_num_queries(number):
            client.get(path)


def test_a_leader_finds_what_waits_for_a_yes_and_says_it(cast, as_):
    cast.school.plans_need_approval = True
    cast.school.save()
    plan = make_plan(cast, state=Plan.State.AGREED, title="Waits")
    counselor, leader = as_(cast.counselor), as_(cast.principal)
    assert not counselor.get(BOARD).context["board"].waiting
    assert leader.get(BOARD).context["board"].waiting == [plan]
    begin = reverse("counseling:plan-move", args=[plan.pk, "begin"])
    counselor.post(begin)
    plan.refresh_from_db()
    assert plan.state == Plan.State.AGREED
    assert counselor.post(reverse("counseling:plan-approve", args=[plan.pk])).status_code == 403
    leader.post(reverse("counseling:plan-approve", args=[plan.pk]))
    counselor.post(begin)
    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == (Plan.State.ACTIVE, cast.principal)
    assert not leader.get(BOARD).context["board"].waiting
