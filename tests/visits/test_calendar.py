"""Invitations and feeds, read back by a calendar library."""

import datetime as dt
from email import message_from_bytes, policy

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from homeschool.journal import actions, channels
from homeschool.journal.models import Entry, Notice, Receipt
from visits.models import Feed, Visit
from visits.reading.offers import appointment_of

from .offers import later, link, make_round

pytestmark = pytest.mark.django_db


def letter(visit, kind, person):
    """Return the one calendar of the newest mail of a kind, as a mail program takes it out."""
    notice = Notice.objects.about(visit).filter(kind=kind).latest("pk")
    actions.expand([notice.pk])
    receipt = Receipt.objects.get(notice=notice, person=person)
    mail = channels.email_for(receipt.deliveries.get(channel="email"))
    parsed = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    (part,) = [p for p in parsed.walk() if p.get_content_type() == "text/calendar"]
    whole = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(whole["method"])
    return whole


def only(whole):
    (event,) = whole.walk("VEVENT")
    return event


@pytest.fixture
def offer(cast):
    offer = make_round(cast).offers.get()
    offer.take(offer.round.times.first().pk, by=cast.mother)
    return offer


def test_an_invitation_moves_and_is_called_off_in_the_familys_calendar(cast, offer):
    visit = Visit.objects.get(pk=offer.visit_id)
    invited = letter(visit, "visit.agreed", cast.mother)
    assert invited["method"] == "REQUEST"
    first = only(invited)
    assert first["dtstart"].dt == visit.planned_at
    assert first["dtend"].dt - first["dtstart"].dt == dt.timedelta(minutes=45)
    assert cast.mother.email in str(first["attendee"])
    assert "organizer" in first

    visit.move(by=cast.counselor, planned_at=later(6))
    moved = letter(visit, "visit.moved", cast.mother)
    second = only(moved)
    assert moved["method"] == "REQUEST"
    assert second["uid"] == first["uid"]
    assert second["sequence"] > first["sequence"]
    assert second["dtstart"].dt == later(6)

    visit.cancel(by=cast.counselor)
    ended = letter(visit, "visit.called_off", cast.mother)
    third = only(ended)
    assert ended["method"] == "CANCEL"
    assert (third["uid"], third["status"]) == (first["uid"], "CANCELLED")
    assert third["sequence"] > second["sequence"]


def test_a_title_names_neither_the_child_nor_what_it_is_about(cast, offer):
    text = letter(offer.visit, "visit.agreed", cast.mother).to_ical().decode()
    for word in ("林", "小雨", "Mill Lane", "14"):
        assert word not in text.replace("DTSTAMP", "").partition("SUMMARY")[2].partition("\r\n")[0]
    assert "Lane" not in text


def test_the_family_takes_its_appointment_from_the_page(cast, offer, client):
    answer = client.get(link("offer-calendar", offer, cast.mother))
    event = only(Calendar.from_ical(answer.content))
    assert event["uid"].startswith(str(offer.visit_id))
    assert answer["Content-Type"].startswith("text/calendar")


def test_a_visit_without_a_time_is_no_appointment(cast):
    assert appointment_of(make_round(cast).offers.get().visit) is None


# --- the feed -------------------------------------------------------------------------------------------


def make_feed(client):
    page = client.post(reverse("visits:feed-renew"))
    return page.context["address"]


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies
    return Calendar.from_ical(answer.content)


def test_a_feed_gives_the_own_visits_without_names(cast, as_, client, offer):
    address = make_feed(as_(cast.adviser))
    whole = read(client, address)
    event = only(whole)
    assert event["uid"].startswith(str(offer.visit_id))
    text = whole.to_ical().decode()
    for word in ("小雨", "林", "Mill Lane", "Chen"):
        assert word not in text
    assert read(client, make_feed(as_(cast.other_teacher))).walk("VEVENT") == []


def test_the_address_is_kept_as_its_hash_alone(cast, as_):
    address = make_feed(as_(cast.adviser))
    text = address.rpartition("/")[2].removesuffix(".ics")
    feed = Feed.objects.get()
    assert text not in str(vars(feed))
    assert text not in str(list(Entry.objects.values()))
    assert text not in as_(cast.adviser).get(reverse("visits:feed")).text


def test_a_renewed_and_an_ended_address_open_nothing(cast, as_, client):
    staff = as_(cast.adviser)
    first, second = make_feed(staff), make_feed(staff)
    assert client.get(first).status_code == 404
    read(client, second)
    assert Feed.objects.get(revoked_at=None).read_at
    staff.post(reverse("visits:feed-revoke"))
    assert client.get(second).status_code == 404
    assert client.get(second.replace("hsc_", "xxx_")).status_code == 404


def test_a_role_that_ended_empties_the_feed_and_a_closed_account_kills_it(cast, as_, client, offer):
    address = make_feed(as_(cast.adviser))
    cast.adviser.membership.until = timezone.now()
    cast.adviser.membership.save()
    assert read(client, address).walk("VEVENT") == []
    cast.adviser.is_active = False
    cast.adviser.save()
    assert client.get(address).status_code == 404


def test_a_family_makes_no_feed(cast, as_):
    assert as_(cast.mother).get(reverse("visits:feed")).status_code == 403
    assert as_(cast.mother).post(reverse("visits:feed-renew")).status_code == 403
