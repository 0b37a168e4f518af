"""The list of visits: what is in sight, the filters of its URL, and its chips."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Notice, Receipt
from tests import builders
from visits.models import Draft, Visit, VisitChild

from .builders import hold_visit, make_draft, plan_visit

MOST_QUERIES = 15
URL = "/visits/"


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


def shown(response):
    """Return the ids of the visits that a list shows, in order."""
    return [row["id"] for _day, rows in response.context["months"] for row in rows]


def words(response):
    """Return the chips of the first visit."""
    return [chip[2] for chip in response.context["months"][0][1][0]["chips"]]


# --- what is in sight -------------------------------------------------------------------------------


def test_it_lists_the_visits_in_sight_newest_first(cast, client):
    held = hold_visit(cast)
    planned = plan_visit(cast, at=timezone.now() + dt.timedelta(days=3))
    foreign = plan_visit(cast, cast.classmate)
    assert shown(client.get(URL)) == [planned.pk, held.pk]
    assert foreign.pk not in shown(client.get(URL))


def test_it_names_only_the_children_whom_the_reader_sees(cast, as_):
    hold_visit(cast, cast.child, cast.sibling)
    text = as_(cast.adviser).get(URL).text
    assert "林小雨" in text
    assert "林小晴" not in text


@pytest.mark.parametrize("who", ["mother", "adult", "volunteer", "district"])
def test_it_is_not_for_families_and_helpers(cast, as_, who):
    assert as_(getattr(cast, who)).get(URL).status_code == 403


def test_it_sends_who_reads_figures_only_to_the_meetings(cast, as_):
    assert as_(cast.school_admin).get(URL).url == reverse("visits:meeting-list")


def test_it_says_kindly_that_there_is_none(cast, client):
    assert "No visit yet" in client.get(URL).text


def test_it_shows_fifty_a_page(cast, client):
    now = timezone.now()
    for n in range(52):
        plan_visit(cast, at=now + dt.timedelta(days=n))
    assert len(shown(client.get(URL))) == 50
    assert len(shown(client.get(URL, {"page": "2"}))) == 2
    assert len(shown(client.get(URL, {"page": "elephant"}))) == 50


# --- filters ----------------------------------------------------------------------------------------


def test_it_narrows_by_each_filter(cast, client, as_):
    home = hold_visit(cast)
    phone = plan_visit(cast, cast.sibling, mode="phone", by=cast.principal)
    day = timezone.localdate(home.happened_at, dt.timezone(dt.timedelta(hours=8)))
    leader = as_(cast.principal)
    for query, found in [
        ({"child": cast.child.pk}, home),
        ({"q": "小晴"}, phone),
        ({"q": "xiaoyu"}, home),
        ({"school_class": cast.other_class.pk}, phone),
        ({"status": "held"}, home),
        ({"mode": "phone"}, phone),
        ({"from": day, "to": day}, home),
        ({"from": day + dt.timedelta(days=1)}, phone),
        ({"mine": "on"}, phone),
        ({"status": "scheduled", "mode": "phone", "mine": "on"}, phone),
    ]:
        assert shown(leader.get(URL, query)) == [found.pk], query
    assert "No such visit" in client.get(URL, {"status": "declined"}).text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"status": "eaten"}, "Please choose from the list."),
        ({"mode": "by balloon"}, "Please choose from the list."),
        ({"school_class": "1"}, "Please choose from the list."),
        ({"from": "yesterday"}, "This is not a day."),
        ({"to": "2026-02-30"}, "This is not a day."),
        ({"from": "0001-01-01"}, "Please look at the year again."),
        ({"to": "9999-12-31"}, "Please look at the year again."),
        ({"from": "2026-10-02", "to": "2026-10-01"}, "lies before the first one"),
        ({"child": "x"}, "This child is not among yours."),
        ({"child": "\0"}, "cannot be kept"),
        ({"q": "x\0"}, "cannot be kept"),
        ({"q": "x" * 101}, "too long"),
    ],
)
def test_it_answers_a_wrong_filter_in_words(cast, client, query, message):
    hold_visit(cast)
    response = client.get(URL, query)
    assert response.status_code == 200
    assert message in response.text
    assert "This list cannot be shown" in response.text


def test_it_does_not_tell_of_a_child_out_of_sight(cast, client):
    for child in (cast.classmate.pk, cast.other_child.pk, builders.new_key()):
        text = client.get(URL, {"child": child}).text
        assert "This child is not among yours." in text
        assert "Mateo" not in text


def test_it_ignores_what_is_no_filter(cast, client):
    held = hold_visit(cast)
    query = {"staff_note__startswith": "x", "ordering": "pk", "status__in": "x"}
    assert shown(client.get(URL, query)) == [held.pk]


# --- chips -------------------------------------------------------------------------------------------


def test_it_says_who_of_the_family_has_read(cast, client):
    held = hold_visit(cast, share=False)
    assert words(client.get(URL)) == ["Not shared yet"]
    held.share(by=cast.counselor)
    assert words(client.get(URL)) == ["Shared"]
    notice = Notice.objects.get()
    told = {"notice": notice, "why": "guardianship", "language": "en"}
    first = Receipt.objects.create(person=cast.mother, **told)
    second = Receipt.objects.create(person=cast.father, **told)
    assert words(client.get(URL)) == ["Not read yet"]
    first.acknowledge()
    assert words(client.get(URL)) == ["Read by 1 of 2"]
    second.acknowledge()
    assert words(client.get(URL)) == ["Read by the family"]


def test_it_says_how_a_plan_stands(cast, client):
    visit = plan_visit(cast, at=timezone.now() + dt.timedelta(hours=1))
    assert words(client.get(URL)) == ["Planned"]
    Visit.objects.filter(pk=visit.pk).update(planned_at=timezone.now() - dt.timedelta(hours=1))
    assert words(client.get(URL)) == ["Not written down yet"]
    Draft.objects.begin(by=cast.counselor, children=[cast.child], answers={}, pk=visit.pk)
    assert words(client.get(URL)) == ["Record begun"]


def test_it_has_words_for_every_state(cast, client):
    visit = plan_visit(cast)
    at = timezone.now()
    for status in set(Visit.Status) - {Visit.Status.HELD}:
        Visit.objects.filter(pk=visit.pk).update(
            status=status, planned_at=at + dt.timedelta(days=1)
        )
        assert len(words(client.get(URL))) == 1, status


# --- limits ------------------------------------------------------------------------------------------


def test_it_asks_as_often_for_a_hundred_visits_as_for_one(cast, client):
    hold_visit(cast, cast.child, cast.sibling)
    client.get(URL)
    with CaptureQueriesContext(connection) as one:
        client.get(URL)
    visits = Visit.objects.bulk_create(
        Visit(school=cast.school, planned_at=timezone.now() + dt.timedelta(days=n))
        for n in range(99)
    )
    VisitChild.objects.bulk_create(VisitChild(visit=visit, student=cast.child) for visit in visits)
    with CaptureQueriesContext(connection) as hundred:
        assert len(shown(client.get(URL))) == 50
    assert len(one) == len(hundred) <= MOST_QUERIES


def test_it_shows_no_draft_that_is_no_visit_yet(cast, client):
    make_draft(cast.counselor, cast.child)
    assert shown(client.get(URL)) == []
