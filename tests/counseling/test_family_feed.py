"""The calendar of a family, read back by a calendar library: revocable, without detail, right across
clock changes."""

import datetime as dt
import zoneinfo

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from counseling.models import FamilyFeed, Seat
from homeschool.journal.models import Entry
from homeschool.names import sign_of

from .after_school import make_programme, make_session, make_volunteer


@pytest.fixture
def session(cast):
    programme = make_programme(cast, place="Room 7")
    Seat.objects.ask(programme, cast.child, by=cast.mother)
    begins = timezone.now().replace(microsecond=0) + dt.timedelta(days=3)
    return make_session(programme, begins)


def make_feed(client):
    return client.post(reverse("counseling:family-feed-renew")).context["address"]


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies
    return Calendar.from_ical(answer.content)


def only(whole):
    (event,) = whole.walk("VEVENT")
    return event


def test_it_moves_and_is_called_off_under_one_uid(cast, as_, client, session):
    address = make_feed(as_(cast.other_mother))
    assert read(client, address).walk("VEVENT") == []
    address = make_feed(as_(cast.mother))
    first = only(read(client, address))
    assert first["dtstart"].dt == session.begins
    assert first["dtend"].dt - first["dtstart"].dt == dt.timedelta(minutes=60)
    session.move(session.begins + dt.timedelta(days=1), by=cast.counselor)
    second = only(read(client, address))
    assert second["uid"] == first["uid"]
    assert second["sequence"] > first["sequence"]
    assert second["dtstart"].dt == session.begins
    session.call_off(by=cast.counselor, because="ill")
    third = only(read(client, address))
    assert (third["uid"], third["status"]) == (first["uid"], "CANCELLED")
    assert third["sequence"] > second["sequence"]


def test_it_holds_no_name_no_place_and_no_programme(cast, as_, client, session):
    text = read(client, make_feed(as_(cast.mother))).to_ical().decode()
    for word in ("Reading club", "Room 7", "Mill Lane", cast.child.full_name, "Mei Chen"):
        assert word not in text
    # two children: the sign of who goes
    sign = sign_of(cast.child.called) or cast.child.called[0]
    assert str(only(Calendar.from_ical(text))["summary"]) == f"After school: {sign}"


def test_children_of_one_family_name_are_told_apart(cast, as_, client, session):
    for child, name in ((cast.child, "林小雨"), (cast.sibling, "林小晴")):
        type(child).objects.filter(pk=child.pk).update(full_name=name, preferred_name="")
    Seat.objects.ask(session.programme, cast.sibling, by=cast.mother)
    event = only(read(client, make_feed(as_(cast.mother))))
    assert str(event["summary"]) == "After school: 晴, 雨"


def test_an_afternoon_stays_where_the_clocks_change(cast, as_, client, session):
    zone = zoneinfo.ZoneInfo("Europe/Madrid")
    cast.school.time_zone = zone.key
    cast.school.save(update_fields=["time_zone"])
    year = timezone.now().year + 1
    march = max(dt.date(year, 3, n) for n in range(25, 32) if dt.date(year, 3, n).weekday() == 6)
    if dt.datetime.combine(march, dt.time(), zone) > timezone.now() + dt.timedelta(days=300):
        march = march.replace(year=year - 1)
        march -= dt.timedelta(days=(march.weekday() + 1) % 7)
    days = (march - dt.timedelta(days=1), march + dt.timedelta(days=1))
    for day in days:
        make_session(session.programme, dt.datetime.combine(day, dt.time(16), zone))
    events = read(client, make_feed(as_(cast.mother))).walk("VEVENT")
    local = [event["dtstart"].dt.astimezone(zone) for event in events if "dtstart" in event]
    assert [at.time() for at in local if at.date() in days] == [dt.time(16)] * 2


def test_the_address_is_kept_as_its_hash_and_ends(cast, as_, client, session):
    mother = as_(cast.mother)
    first, second = make_feed(mother), make_feed(mother)
    text = second.rpartition("/")[2].removesuffix(".ics")
    assert text not in str(list(FamilyFeed.objects.values()))
    assert text not in str(list(Entry.objects.values()))
    assert text not in mother.get(reverse("counseling:family-feed")).text
    assert client.get(first).status_code == 404
    read(client, second)
    assert FamilyFeed.objects.get(revoked_at=None).read_at
    mother.post(reverse("counseling:family-feed-revoke"))
    assert client.get(second).status_code == 404


def test_what_did_not_change_is_not_sent_again(cast, as_, client, session):
    address = make_feed(as_(cast.mother))
    tag = client.get(address)["ETag"]
    again = client.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    session.move(session.begins + dt.timedelta(hours=1), by=cast.counselor)
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200


def test_a_program_that_asks_all_the_time_is_told_to_wait(cast, as_, client, session):
    address = make_feed(as_(cast.mother))
    client.get(address)
    FamilyFeed.objects.update(reads=60)
    answer = client.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    FamilyFeed.objects.update(counted_from=timezone.now() - dt.timedelta(hours=1))
    assert client.get(address).status_code == 200


def test_sight_that_ends_empties_it_and_a_closed_account_kills_it(cast, as_, client, session):
    address = make_feed(as_(cast.mother))
    cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.principal)
    assert read(client, address).walk("VEVENT") == []
    cast.mother.is_active = False
    cast.mother.save()
    assert client.get(address).status_code == 404


def test_who_leads_reads_what_it_leads(cast, as_, client, session):
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    assert as_(cast.district).get(reverse("counseling:family-feed")).status_code == 403
    session.lead(by=cast.counselor, volunteer=volunteer)
    event = only(read(client, make_feed(as_(cast.volunteer))))
    assert str(event["summary"]) == "After school: you lead"


def test_it_asks_the_same_for_one_session_and_for_twenty(
    cast, as_, client, session, django_assert_num_queries
):
    address = make_feed(as_(cast.mother))
    client.get(address)
    with django_assert_num_queries(8):
        client.get(address)
    for n in range(1, 20):
        make_session(session.programme, session.begins + dt.timedelta(hours=n))
    with django_assert_num_queries(8):
        assert len(read(client, address).walk("VEVENT")) == 20


def test_what_a_volunteer_leads_no_longer_leaves_its_calendar(cast, as_, client, session):
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    session.lead(by=cast.counselor, volunteer=volunteer)
    address = make_feed(as_(cast.volunteer))
    only(read(client, address))
    volunteer.clearances.get().withdraw(by=cast.principal, because="Asked again")
    assert read(client, address).walk("VEVENT") == []
