"""Today tells what waits after school: sessions, those that nobody marked, volunteers."""

import datetime as dt
import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from counseling.models import Leading, Volunteer
from tests.counseling.after_school import make_programme, make_session, make_volunteer

pytestmark = pytest.mark.django_db
URL, DAY = "/today/", dt.timedelta(days=1)


def noon(cast, days=0):
    """Return noon so many days from today, by the clock of the school."""
    now = timezone.localtime(timezone=cast.child.school_zone)
    return now.replace(hour=12, minute=0, second=0, microsecond=0) + days * DAY


def led(cast, programme, person, days):
    session = make_session(programme, noon(cast, days))
    Leading.objects.create(session=session, user=person, span=session.span, on=session.on)
    return session


def page(as_, person):
    return as_(person).get(URL).context["page"]


@pytest.fixture
def club(cast):
    """A club that the counselor keeps and another that the adviser leads today."""
    cast.club = make_programme(cast, begins=noon(cast, -60).date(), ends=noon(cast, 60).date())
    cast.other = make_programme(
        cast, name="Chess", owner=cast.principal, begins=noon(cast, -60).date(),
        ends=noon(cast, 60).date(),
    )  # fmt: skip
    cast.today = make_session(cast.club, noon(cast))
    cast.chess = led(cast, cast.other, cast.adviser, 0)
    return cast


def test_it_tells_the_sessions_of_the_day_that_one_leads_or_keeps(club, as_):
    for person, title in (
        ("counselor", "Reading club"),
        ("adviser", "Chess"),
        ("principal", "Chess"),
    ):
        found = page(as_, getattr(club, person)).sessions
        assert [(row["title"], row["time"]) for row in found] == [(title, "12:00")], person
    assert page(as_, club.other_teacher).sessions == []
    club.today.call_off(by=club.counselor)
    assert page(as_, club.counselor).sessions == []
    text = html.unescape(as_(club.adviser).get(URL).content.decode())
    assert reverse("counseling:session-detail", args=[club.chess.pk]) in text
    assert as_(club.adviser).get(URL, {"day": "2026-01-05"}).context["page"].sessions == []


def test_it_asks_for_the_marks_of_a_session_that_is_over(club, as_):
    over = led(club, club.other, club.adviser, -1)
    led(club, club.other, club.adviser, -20)
    held = led(club, club.other, club.adviser, -2)
    held.hold(by=club.adviser)
    found = page(as_, club.adviser)
    unmarked = [row for row in found.unmarked if row["id"] != club.chess.pk]
    assert [row["id"] for row in unmarked] == [over.pk]
    assert unmarked[0]["url"] == reverse("counseling:attendance-mark", args=[over.pk])
    assert found.waiting == len(found.unmarked)
    club.adviser.membership.end(by=club.school_admin)
    assert as_(club.adviser).get(URL).status_code in (302, 403)


def test_who_decides_reads_who_applied_and_whose_check_runs_out(club, as_):
    today = noon(club).date()
    Volunteer.objects.create(
        school=club.school, full_name="Amal Applies", phone="1", good_at="Canary-good"
    )
    make_volunteer(club, "Sonja Soon", until=today + 9 * DAY)
    make_volunteer(club, "Gone Gregor", since=today - 90 * DAY, until=today - DAY)
    make_volunteer(club, "Long Lena", until=today + 90 * DAY)
    answer = as_(club.principal).get(URL)
    found = {row["title"]: row["due"] for row in answer.context["page"].volunteers}
    assert found == {
        "Amal Applies": None, "Sonja Soon": today + 9 * DAY, "Gone Gregor": today - DAY,
    }  # fmt: skip
    text = answer.content.decode()
    assert "Canary" not in text
    assert "The check ended on" in text
    assert page(as_, club.counselor).volunteers == []


def test_it_costs_no_query_more(club, as_):
    client, counts = as_(club.principal), []
    for turn in range(2):
        client.get(URL)
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        counts.append(len(seen))
        for n in range(20):
            led(club, club.other, club.principal, -1 - (n + 20 * turn) / 24)
            make_volunteer(club, f"V {n}", until=noon(club, 9).date())
    assert counts[0] == counts[1] <= 16
