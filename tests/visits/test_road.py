"""A day on the road: who goes where, moves that ask first, and the sheet for the way."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homeschool import pdf
from homeschool.journal.models import Entry, Notice
from homeschool.people.models import Region
from tests import builders
from visits.models import Visit
from visits.reading.road import Road

from .offers import later

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = later(3, 6).astimezone(SHANGHAI).date()


def at(hour, minute=0):
    return dt.datetime.combine(DAY, dt.time(hour, minute), SHANGHAI)


def plan(cast, child, time, *team, region=None, **columns):
    household = builders.make_household(child, address=f"Lane of {child.called}", region=region)
    visit = Visit(
        school=cast.school, household=household, planned_at=time, planned_minutes=45, **columns
    )
    return visit.schedule(by=cast.principal, children=[child], visitors=team)


@pytest.fixture
def day(cast):
    """Two teams in two areas, one visit of which lies in the area of the other team."""
    north = Region.objects.create(level="county", name="North")
    south = Region.objects.create(level="county", name="South")
    kids = [builders.make_student(cast.school_class, f"Kid {n}") for n in range(4)]
    first, second = [cast.principal, cast.adviser], [cast.counselor, cast.other_teacher]
    return [
        plan(cast, kids[0], at(14), *first, region=north),
        plan(cast, kids[1], at(15), *first, region=north),
        plan(cast, kids[2], at(16), *second, region=north),
        plan(cast, kids[3], at(17), *second, region=south),
    ]


def page(client, name="road", **query):
    return client.get(reverse(f"visits:{name}"), {"day": f"{DAY}"} | query)


def test_it_shows_the_day_by_team_and_area(cast, as_, day):
    road = Road(cast.principal, SHANGHAI, DAY)
    (found,) = road.days
    assert [len(team.stops) for team in found["teams"]] == [2, 2]
    assert [team.regions for team in found["teams"]] == ["North", "North, South"]
    assert page(as_(cast.principal)).text.count('class="stop"') == 4
    assert page(as_(cast.principal), week="").text.count('class="stop"') == 4


def test_it_proposes_by_area_what_another_team_passes_anyway(cast, day):
    (found,) = Road(cast.principal, SHANGHAI, DAY).days
    better = {stop.pk: stop.better for team in found["teams"] for stop in team.stops}
    assert better[day[2].pk].team == tuple(
        str(user.pk) for user in sorted([cast.principal, cast.adviser], key=lambda u: u.sort_key)
    )
    assert [pk for pk, team in better.items() if team] == [day[2].pk]


def test_it_leaves_out_what_is_by_phone_off_or_not_in_sight(cast, as_, day):
    day[0].cancel(by=cast.principal)
    day[1].move(by=cast.principal, planned_at=at(15), mode="phone")
    assert page(as_(cast.principal)).text.count('class="stop"') == 2
    assert page(as_(cast.other_teacher)).text.count('class="stop"') == 0
    assert page(as_(cast.mother)).status_code == 403


def test_a_move_asks_before_the_family_is_told(cast, as_, day):
    url, client = reverse("visits:road-move", args=[day[0].pk]), as_(cast.principal)
    asked = client.get(url, {"at": at(14, 15).isoformat()})
    assert ("Time", "14:00", "14:15") in asked.context["changes"]
    assert not Notice.objects.exists()
    sent = {"at": at(14, 15).isoformat(), "team": "", "submission": builders.new_key()}
    assert f"day={DAY}" in client.post(url, sent).url
    client.post(url, sent)
    day[0].refresh_from_db()
    assert day[0].planned_at == at(14, 15)
    assert Notice.objects.filter(kind="visit.moved").count() == 1


def test_a_visit_goes_to_another_team(cast, as_, day):
    url = reverse("visits:road-move", args=[day[2].pk])
    as_(cast.principal).post(url, {"team": str(day[0].pk), "submission": builders.new_key()})
    assert set(day[2].visitors.all()) == {cast.principal, cast.adviser}
    day[2].refresh_from_db()
    assert day[2].planned_at == at(16)


def test_a_move_into_a_busy_time_is_answered_with_the_next_free_ones(cast, as_, day):
    url = reverse("visits:road-move", args=[day[0].pk])
    query = {"at": at(14, 30).isoformat()}
    assert "cannot come at this time" in as_(cast.principal).get(url, query).text
    answer = as_(cast.principal).post(url, query | {"submission": builders.new_key()})
    assert answer.status_code == 422
    assert not Notice.objects.exists()


@pytest.mark.parametrize("query", [{"at": "nonsense"}, {"at": "2026-13-40"}, {"team": "x"}, {}])
def test_a_wrong_address_changes_nothing(cast, as_, day, query):
    url = reverse("visits:road-move", args=[day[0].pk])
    assert as_(cast.principal).get(url, query).status_code == 200
    assert not Notice.objects.exists()


# --- the sheet ----------------------------------------------------------------------------------------


def test_the_sheet_holds_the_address_only_for_who_may_read_it(cast, as_, day):
    found = page(as_(cast.principal), "road-print", team=str(day[0].pk)).text
    assert "Lane of Kid 0" in found
    looked = Entry.objects.filter(verb="visit.prepared", actor=cast.principal)
    assert looked.count() == 2
    found = page(as_(cast.adviser), "road-print", team=str(day[0].pk)).text
    assert "Kid 0" in found
    assert "Lane of" not in found
    assert not Entry.objects.filter(verb="visit.prepared", actor=cast.adviser).exists()


def test_there_is_no_sheet_of_a_team_out_of_sight(cast, as_, day):
    assert page(as_(cast.principal), "road-print").status_code == 404
    assert page(as_(cast.principal), "road-print", team="x").status_code == 404
    answer = page(as_(cast.other_teacher), "road-print", team=str(day[0].pk))
    assert answer.status_code == 404


@pytest.mark.skipif(bool(pdf.packages_missing()), reason="no PDF on this machine")
def test_the_sheet_is_a_pdf_too(cast, as_, day):
    answer = page(as_(cast.principal), "road-pdf", team=str(day[0].pk))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_it_asks_the_same_for_one_and_for_twenty(cast, as_):
    client = as_(cast.principal)

    def asked():
        page(client)
        with CaptureQueriesContext(connection) as queries:
            assert page(client).status_code == 200
        return len(queries)

    kids = [builders.make_student(cast.school_class, f"Kid {n}") for n in range(20)]
    plan(cast, kids[0], at(8), cast.principal)
    one = asked()
    for n, kid in enumerate(kids[1:], 1):
        plan(cast, kid, at(8) + n * dt.timedelta(minutes=45), cast.principal)
    assert asked() == one <= 15


def test_without_a_day_it_opens_on_the_next_one(cast, as_, day):
    found = as_(cast.principal).get(reverse("visits:road"))
    assert found.context["page"].day == DAY
    found = as_(cast.counselor).get(reverse("visits:road"), {"day": "yesterday"})
    assert found.status_code == 200
