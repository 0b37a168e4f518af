"""Today: the visits of a day, what needs the reader, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.reports.today import Today, chips
from tests import builders
from tests.reports.builders import DAY, at_home, hold, owed, plan
from visits.models import Addendum, Draft, Promise, Visit

URL = "/today/"
MOST_QUERIES = 16
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def noon(cast, monkeypatch):
    """It is Thursday noon in Shanghai, wherever the clock of the test stands."""
    now = dt.datetime(2026, 11, 26, 4, 0, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.fixture
def open_(as_):
    """Return `open_(person, **query)`: the page's object."""

    def opened(person, **query):
        answer = as_(person).get(URL, query)
        assert answer.status_code == 200
        page = answer.context["page"]
        page.html = answer.content.decode()
        return page

    return opened


# --- who -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("counselor", 200), ("adviser", 200), ("principal", 200), ("other_counselor", 200),
        ("mother", 403), ("adult", 403), ("volunteer", 403), ("district", 403),
    ],
)  # fmt: skip
def test_it_opens_to_those_who_read_visits(cast, as_, who, status):
    assert as_(getattr(cast, who)).get(URL).status_code == status


def test_it_sends_the_school_admin_to_the_figures(cast, as_):
    assert as_(cast.school_admin).get(URL).url == reverse("reports:term-report")


def test_it_is_where_staff_comes_in(cast, as_):
    assert as_(cast.counselor).get("/").url == URL


def test_it_takes_no_post(cast, as_):
    assert as_(cast.counselor).post(URL).status_code == 405


# --- the day ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "words"), [(1, "Good morning, Mei Chen"), (6, "Good afternoon"), (13, "Good evening")]
)
def test_it_greets_by_the_clock_of_the_school(cast, as_, monkeypatch, hour, words):
    moment = dt.datetime(2026, 11, 26, hour, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("homeschool.reports.today.timezone.now", lambda: moment)
    assert words in as_(cast.counselor).get(URL).content.decode()


def test_it_shows_the_visits_of_today_in_order(cast, open_, noon):
    plan(cast, cast.sibling, at=noon + 4 * HOUR)
    plan(cast, at=noon + HOUR, planned_minutes=40, team=[cast.counselor, cast.adviser])
    plan(cast, at=noon + DAY)
    page = open_(cast.counselor)
    assert [visit["names"] for visit in page.visits] == ["林小雨", "林小晴"]
    assert page.heading == "2 visits today"
    assert [row["count"] for row in page.week] == [0, 0, 0, 2, 1]
    first = page.visits[0]
    assert (first["at"].hour, first["minutes"], first["others"]) == (13, 40, "Daniel Okafor")
    assert first["is_next"]
    assert first["may_start"]
    assert reverse("visits:visit-start", args=[first["id"]]) in page.html


def test_it_shows_another_day(cast, open_, noon):
    plan(cast, at=noon - 2 * DAY)
    page = open_(cast.counselor, day="2026-11-24")
    assert page.heading == "1 visit on Tuesday 24 November"
    assert "Back to today" in page.html


@pytest.mark.parametrize(
    "day",
    [
        "",
        "x",
        "2026-13-01",
        "2026-11-31",
        "0001-01-01",
        "9999-12-31",
        "\0",
        "1' OR 1=1",
        "20261126x",
    ],
)
def test_it_shows_today_where_the_day_makes_no_sense(cast, open_, day):
    assert open_(cast.counselor, day=day).is_today


def test_it_shows_a_sunday_only_where_there_is_something(cast, open_, noon):
    assert len(open_(cast.counselor).week) == 5
    plan(cast, at=noon + 3 * DAY)
    assert [row["day"].weekday() for row in open_(cast.counselor).week] == [0, 1, 2, 3, 4, 6]


@pytest.mark.parametrize("status", ["proposed", "declined", "cancelled"])
def test_it_counts_no_visit_that_is_off(cast, open_, noon, status):
    plan(cast, at=noon + HOUR, status=status)
    assert open_(cast.counselor).visits == []


def test_it_names_only_the_children_in_sight(cast, open_, noon):
    plan(cast, cast.child, cast.sibling, at=noon + HOUR)
    assert open_(cast.counselor).visits[0]["names"] == "林小晴, 林小雨"
    page = open_(cast.adviser)
    assert page.visits[0]["names"] == "林小雨"
    assert "林小晴" not in page.html


def test_it_shows_no_visit_to_a_child_out_of_sight(cast, open_, noon):
    plan(cast, cast.classmate, at=noon + HOUR)
    assert open_(cast.counselor).visits == []
    assert len(open_(cast.adviser).visits) == 1


def test_it_lets_only_the_visitors_start(cast, open_, noon):
    plan(cast, at=noon + HOUR)
    assert not open_(cast.adviser).visits[0]["may_start"]
    assert "Start the visit" not in open_(cast.adviser).html


def test_it_shows_a_held_visit_on_the_day_on_which_it_took_place(cast, open_):
    hold(cast, days=0.0001)
    card = open_(
        cast.counselor, day=f"{timezone.localdate(timezone=cast.child.school_zone)}"
    ).visits[0]
    assert card["chips"][0] == ("good", "check", "Held")
    assert not card["may_start"]


# --- the address ------------------------------------------------------------------------------------


def test_it_shows_the_address_to_those_who_may_know_it_and_writes_that_down_once(cast, open_):
    plan(cast, at=timezone.now())
    for _ in range(2):
        assert "14 Mill Lane" in open_(cast.counselor).html
    entry = Entry.objects.get(verb="visit.prepared")
    assert (entry.kind, entry.actor, entry.student) == ("viewed", cast.counselor, cast.child)
    assert "14 Mill Lane" not in open_(cast.adviser).html
    assert Entry.objects.filter(verb="visit.prepared").count() == 1


@pytest.mark.parametrize("mode", ["video", "phone", "school"])
def test_it_shows_no_address_where_nobody_goes_there(cast, open_, noon, mode):
    plan(cast, at=noon + HOUR, mode=mode)
    assert "14 Mill Lane" not in open_(cast.counselor).html
    assert not Entry.objects.filter(verb="visit.prepared").exists()


# --- chips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "minutes", "words"),
    [
        ("scheduled", 180, []),
        ("scheduled", 40, ["In 40 minutes"]),
        ("scheduled", 1, ["In 1 minute"]),
        ("accepted", 40, ["In 40 minutes", "Family said yes"]),
        ("accepted", 180, ["Family said yes"]),
        ("offered", 180, ["Waiting for an answer"]),
        ("other_time", 180, ["Other time asked"]),
        ("scheduled", -10, ["Now"]),
        ("scheduled", -60, ["Not written down yet"]),
        ("nobody_home", -60, ["Nobody at home"]),
        ("held", -60, ["Held", "Not shared yet"]),
    ],
)
def test_its_chips_follow_one_rule(status, minutes, words):
    now = timezone.now()
    at = now + dt.timedelta(minutes=minutes)
    visit = {
        "status": status, "at": at, "until": at + dt.timedelta(minutes=45), "has_draft": False,
        "summary": None, "told": 0, "read": 0, "confidential": False,
    }  # fmt: skip
    assert [str(chip[2]) for chip in chips(visit, now)] == words


# --- what needs the reader -----------------------------------------------------------------------------


def test_it_says_that_all_is_done(cast, open_):
    page = open_(cast.counselor)
    assert page.waiting == 0
    assert "All done for now" in page.html
    assert "A quiet day at the table" in page.html


def test_it_names_children_whom_nobody_has_met_for_longest(cast, open_):
    hold(cast, cast.child)
    assert [row["full_name"] for row in open_(cast.counselor).not_seen] == ["林小晴", "林小雨"]
    assert "not met yet" in open_(cast.counselor).html


def test_it_lists_late_promises_of_the_school_the_own_ones_first(cast, open_):
    hold(
        cast,
        promises=[
            owed(cast, "Of the teacher", days=-9, owner=cast.adviser),
            owed(cast, "Of mine", days=-1), owed(cast, "In time", days=2), at_home("At home"),
            owed(cast, "Of somebody", days=-3, side="person", owner=None, owner_name="The nurse"),
        ],
    )  # fmt: skip
    page = open_(cast.counselor)
    assert [row["what"] for row in page.late_promises] == [
        "Of mine",
        "Of the teacher",
        "Of somebody",
    ]
    assert "The nurse promised it for" in page.html


def test_it_keeps_a_promise_by_one_tap_and_comes_back(cast, open_, as_):
    promise = hold(cast, promises=[owed(cast)]).promises.get()
    action = reverse("visits:promise-keep", args=[promise.pk])
    assert action in open_(cast.counselor).html
    assert as_(cast.counselor).post(action, {"next": URL}).url == URL
    assert Promise.objects.get().done_by == cast.counselor
    assert open_(cast.counselor).waiting == 0


def test_it_shows_what_families_added_until_somebody_has_read_it(cast, open_, as_):
    visit = hold(cast)
    added = Addendum.objects.pin(
        visit, "Grandmother too.", by=cast.mother, student=cast.child, from_family=True, shared=True
    )
    for reader in (cast.counselor, cast.adviser, cast.principal):
        assert "Grandmother too." in open_(reader).html
    action = reverse("visits:addendum-seen", args=[added.pk])
    assert as_(cast.counselor).post(action, {"next": URL}).url == URL
    assert open_(cast.adviser).answers == []


def test_it_does_not_show_words_about_a_child_out_of_sight(cast, open_):
    visit = hold(cast, cast.child, cast.sibling)
    Addendum.objects.pin(visit, "Canary", by=cast.mother, student=cast.sibling, from_family=True)
    assert "Canary" in open_(cast.counselor).html
    assert "Canary" not in open_(cast.adviser).html


def test_it_tells_the_visitor_that_the_family_has_read_the_summary(cast, open_):
    hold(cast).summaries.get().confirm(by=cast.mother, student=cast.child)
    page = open_(cast.counselor)
    assert "林美 has read the summary about 林小雨" in page.html
    assert page.waiting == 0
    assert open_(cast.principal).read_by == []


def test_it_forgets_after_a_week_who_has_read(cast, open_, monkeypatch):
    hold(cast).summaries.get().confirm(by=cast.mother, student=cast.child)
    later = timezone.now() + 8 * DAY
    monkeypatch.setattr("homeschool.reports.today.timezone.now", lambda: later)
    assert Today(cast.counselor, cast.child.school_zone).read_by == []


def test_it_leads_on_to_an_unfinished_record(cast, open_):
    draft = Draft.objects.begin(
        by=cast.counselor, children=[cast.child, cast.classmate], answers={}
    )
    Draft.objects.filter(pk=draft.pk).update(step=3)
    page = open_(cast.counselor)
    assert reverse("visits:draft-step", args=[draft.pk, 3]) in page.html
    assert "Go on at step 3." in page.html
    assert page.drafts[0]["names"] == "林小雨"
    assert open_(cast.adviser).drafts == []
    draft.close()
    assert open_(cast.counselor).drafts == []


def test_it_asks_for_the_record_of_a_visit_of_an_earlier_day(cast, open_, noon):
    visit = plan(cast, at=noon - 2 * DAY)
    plan(cast, at=noon - HOUR)
    page = open_(cast.counselor)
    assert [row["id"] for row in page.unwritten] == [visit.pk]
    assert open_(cast.adviser).unwritten == []
    Draft.objects.begin(by=cast.counselor, children=[cast.child], answers={}, pk=visit.pk)
    assert open_(cast.counselor).unwritten == []


@pytest.mark.parametrize("status", ["held", "nobody_home", "cancelled", "declined"])
def test_it_asks_for_no_record_of_what_is_settled(cast, open_, noon, status):
    visit = plan(cast, at=noon - 2 * DAY)
    if status == "held":
        Visit.objects.filter(pk=visit.pk).update(
            happened_at=noon - 2 * DAY,
            recorded_at=noon,
            received_at=noon,
            recorded_by=cast.counselor,
        )
    Visit.objects.filter(pk=visit.pk).update(status=status)
    assert open_(cast.counselor).unwritten == []


def test_it_shows_nothing_after_the_role_ended(cast, open_, as_):
    hold(cast, promises=[owed(cast)])
    client = as_(cast.counselor)
    assert client.get(URL).status_code == 200
    cast.counselor.membership.end(by=cast.school_admin)
    assert client.get(URL).status_code in (302, 403)


# --- cost --------------------------------------------------------------------------------------------


def count(client):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).status_code == 200
    return len(queries)


def fill(cast, rows):
    """Make so many of everything that the page lists."""
    start = timezone.localtime(timezone=cast.child.school_zone).replace(hour=0, minute=1)
    for n in range(rows):
        child = builders.make_student(cast.school_class, f"Child {n:03}")
        builders.give_caseload(cast.counselor, child)
        builders.make_household(child, address=f"{n} Road")
        plan(
            cast, child, at=start + dt.timedelta(minutes=5 * n), team=[cast.counselor, cast.adviser]
        )
        plan(cast, child, at=start - 2 * DAY)
        Draft.objects.begin(by=cast.counselor, children=[child, cast.child], answers={})
        visit = hold(cast, cast.child, child, days=n + 2, promises=[owed(cast)])
        visit.summaries.get().confirm(by=cast.mother, student=cast.child)
        Addendum.objects.pin(visit, "More.", by=cast.mother, student=cast.child, from_family=True)


def test_it_asks_as_much_for_one_row_as_for_a_hundred(cast, as_):
    client = as_(cast.counselor)
    empty = count(client) and count(client)
    fill(cast, 1)
    client.get(URL)
    one = count(client)
    fill(cast, 33)
    client.get(URL)
    assert count(client) == one <= MOST_QUERIES
    assert empty <= MOST_QUERIES
