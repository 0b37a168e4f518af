"""What waits for nobody's morning: news of an appointment that is near."""

import datetime as dt

import pytest
from django.utils import timezone

from homeschool.journal.models import Notice
from homeschool.people.models import User

from .gathering import expand, plan_meeting
from .test_moving import plan

pytestmark = pytest.mark.django_db
NEAR, FAR = dt.timedelta(hours=6), dt.timedelta(days=3)


def urgency(row, kind):
    """Return (urgency, why) of the newest notice of a kind, after it was addressed."""
    expand()
    notice = Notice.objects.about(row).filter(kind=kind).latest("pk")
    return notice.urgency, notice.urgent_because


SOON = ("urgent", "It is about a meeting in the next hours.")


@pytest.mark.parametrize(("lead", "said"), [(NEAR, SOON), (FAR, ("direct", ""))])
def test_a_visit_that_is_called_off_is_urgent_where_it_is_near(cast, lead, said):
    visit = plan(cast, at=timezone.now() + lead)
    visit.cancel(by=cast.counselor)
    assert urgency(visit, "visit.called_off") == said
    assert urgency(visit, "visit.called_off_staff") == said


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [(NEAR, FAR, SOON), (FAR, NEAR, SOON), (FAR, 2 * FAR, ("direct", ""))],
)
def test_a_visit_that_is_moved_is_urgent_by_either_time(cast, was, is_now, said):
    visit = plan(cast, at=timezone.now() + was)
    visit.move(by=cast.counselor, planned_at=timezone.now() + is_now)
    assert urgency(visit, "visit.moved") == said


def test_an_invitation_may_wait_for_the_evening_until_two_days_before(cast):
    assert urgency(plan_meeting(cast, days=7), "meeting.invited") == ("routine", "")
    assert urgency(plan_meeting(cast, days=1), "meeting.invited") == ("direct", "")


def test_a_meeting_that_is_called_off_far_ahead_is_not_urgent(cast):
    meeting = plan_meeting(cast, days=7)
    meeting.call_off(by=cast.adviser)
    assert urgency(meeting, "meeting.called_off") == ("direct", "")


def test_a_reader_who_wants_only_what_has_to_arrive_hears_of_a_closed_door(cast):
    cast.mother.addresses.update(pace="off")
    visit = plan(cast, at=timezone.now() + FAR)
    visit.cancel(by=cast.counselor)
    expand()
    mails = User.objects.get(pk=cast.mother.pk).receipts.filter(deliveries__channel="email")
    assert set(mails.values_list("notice__kind", flat=True)) == {"visit.called_off"}
