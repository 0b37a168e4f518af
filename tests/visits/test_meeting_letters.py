"""Every letter of meetings and conference days: its mail in three languages, and its page."""

import pytest
from django.test import Client
from django.urls import reverse

from homeschool.journal import channels
from homeschool.journal.models import Delivery, Receipt
from visits.models import Booking
from visits.models.home import Home

from .gathering import DAY, be_its_day, expand, make_day, plan_meeting

pytestmark = pytest.mark.django_db


def meeting_of(cast):
    more = {"agenda": "Ice <b>on</b> the road", "materials": "Winter: https://example.org/w"}
    return plan_meeting(cast, online_link="https://meet.example.org/3b", **more)


def invited(cast):
    meeting_of(cast)


def moved(cast):
    meeting = meeting_of(cast)
    meeting.change(by=cast.adviser, on=meeting.on + DAY)


def reminded(cast):
    meeting_of(cast).remind(by=cast.adviser)


def called_off(cast):
    meeting = meeting_of(cast)
    expand()
    meeting.call_off(by=cast.adviser)


def minutes(cast):
    meeting = be_its_day(meeting_of(cast))
    meeting.publish_minutes("We talked.", by=cast.adviser, language="en")


def missed(cast):
    meeting = be_its_day(meeting_of(cast))
    meeting.mark([Home(household=cast.household.pk)], "absent", by=cast.adviser)
    meeting.publish_minutes("We talked.", by=cast.adviser, language="en")


def day_invited(cast):
    make_day(cast, place="Gym")


def day_called_off(cast):
    day = make_day(cast)
    expand()
    day.call_off(by=cast.adviser)


def booked(cast):
    slot = make_day(cast).slots.order_by("starts_at")[0]
    home = Home(household=cast.household.pk)
    return Booking.objects.take(slot, cast.child, home, by=cast.mother)


def given_back(cast):
    booked(cast).cancel(by=cast.adviser)


LETTERS = [
    ("meeting.invited", invited), ("meeting.moved", moved), ("meeting.reminder", reminded),
    ("meeting.called_off", called_off), ("meeting.minutes", minutes), ("meeting.missed", missed),
    ("conference.invited", day_invited), ("conference.called_off", day_called_off),
    ("conference.slot", booked), ("conference.slot", given_back),
]  # fmt: skip
WITH_AN_ENTRY = {
    "meeting.invited", "meeting.moved", "meeting.reminder", "meeting.called_off", "conference.slot",
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans", "es"])
@pytest.mark.parametrize(("kind", "happen"), LETTERS)
def test_it_is_written_whole(cast, kind, happen, language):
    cast.mother.language = language
    cast.mother.save()
    happen(cast)
    expand()
    receipt = Receipt.objects.filter(notice__kind=kind, person=cast.mother).latest("pk")
    mail = channels.email_for(Delivery.objects.get(receipt=receipt, channel="email"))
    assert len(mail.subject) < 80
    for text in (mail.body, mail.alternatives[0][0]):
        assert cast.school.name in text
        assert "{{" not in text
        assert "<b>on</b>" not in mail.alternatives[0][0]
    assert bool(mail.attachments) == (kind in WITH_AN_ENTRY)
    page = Client().get(reverse("journal:letter", args=[channels.letter_token(receipt)]))
    assert page.status_code == 200
    assert cast.child.full_name not in mail.subject
