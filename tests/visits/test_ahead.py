"""What lies ahead: on the family's page, and on the day of a member of staff."""

import datetime as dt

import pytest
from django.urls import reverse

from homeschool.people.models import Household
from tests import builders
from visits.models import Booking, Meeting
from visits.models.home import Home

from .gathering import DAY, be_its_day, make_day, plan_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(cast):
    """Let the mother read English, in which these tests look for words."""
    cast.mother.language = "en"
    cast.mother.save(update_fields=["language"])


def progress(client, child):
    return client.get(reverse("reports:progress", args=[child.pk])).text


def today_of(client):
    return client.get(reverse("reports:today")).text


def book(cast, day, n=0):
    slot = day.slots.order_by("starts_at")[n]
    home = Home(household=cast.household.pk)
    return Booking.objects.take(slot, cast.child, home, by=cast.mother)


def test_the_family_reads_the_next_meeting_and_answers_there(cast, as_):
    meeting, client = plan_meeting(cast), as_(cast.mother)
    page = progress(client, cast.child)
    for words in ("Winter safety", "18:00", "Room 12", "We come", "We cannot come"):
        assert words in page
    back = reverse("reports:progress", args=[cast.child.pk])
    answer = client.post(
        reverse("visits:meeting-answer", args=[meeting.pk]),
        {"answer": "yes", "people": "3", "next": back},
    )
    assert answer.url == back
    assert "You come, 3 of you." in progress(client, cast.child)
    assert "Winter safety" not in progress(client, cast.sibling)


def test_another_home_reads_no_answer_of_it(cast, as_):
    cast.father.guardianship.restore(by=cast.school_admin)
    meeting = plan_meeting(cast)
    meeting.answer([Home(household=cast.household.pk)], by=cast.mother, coming=True, people=3)
    page = progress(as_(cast.father), cast.child)
    assert "Winter safety" in page
    assert "You come" not in page


@pytest.mark.parametrize("how", ["not invited", "called off", "over"])
def test_what_is_not_ahead_is_not_shown(cast, as_, how):
    meeting = plan_meeting(cast, invite=how != "not invited")
    if how == "called off":
        meeting.call_off(by=cast.adviser)
    if how == "over":
        be_its_day(meeting, days=1)
    assert "Winter safety" not in progress(as_(cast.mother), cast.child)


def test_the_family_reads_that_a_time_is_to_choose_and_then_which_it_has(cast, as_):
    day, client = make_day(cast), as_(cast.mother)
    assert "You have no time yet." in progress(client, cast.child)
    booking = book(cast, day)
    page = progress(client, cast.child)
    assert "Your time at the school" in page
    assert "Daniel Okafor" in page
    assert "You have no time yet." not in page
    booking.cancel(by=cast.mother)
    assert "You have no time yet." in progress(client, cast.child)


def test_a_grown_student_who_granted_less_keeps_its_meetings_to_itself(cast, as_):
    cast.adult.student_row.grants.all().delete()
    cast.adult.student_row.grants.create(guardian=cast.parent, item="basics")
    by = builders.make_staff(cast.college, "counselor")
    plan_meeting(cast, cast.adult.student_row.school_class, by=by)
    assert "Winter safety" in progress(as_(cast.adult), cast.adult.student_row)
    assert "Winter safety" not in progress(as_(cast.parent), cast.adult.student_row)


def test_staff_on_the_family_s_page_reads_no_answer(cast, as_):
    plan_meeting(cast)
    assert "We cannot come" not in progress(as_(cast.counselor), cast.child)


def test_the_own_day_shows_the_next_meeting_and_the_own_table(cast, as_):
    meeting = plan_meeting(cast, by=cast.counselor)
    day = make_day(cast, days=3)
    book(cast, day)
    page = today_of(as_(cast.adviser))
    for words in ("Winter safety", "18:00, Room 12", cast.child.full_name, "Autumn talks"):
        assert words in page
    Meeting.objects.filter(pk=meeting.pk).update(on=meeting.on - 12 * DAY)
    assert "Did it take place?" in today_of(as_(cast.adviser))


def test_it_shows_no_meeting_of_other_classes(cast, as_):
    plan_meeting(cast, by=cast.counselor)
    assert "Winter safety" in today_of(as_(cast.counselor))
    assert "Winter safety" not in today_of(as_(cast.other_teacher))


def test_it_stays_what_it_is_for_many(cast, as_):
    for n in range(5):
        plan_meeting(cast, theme=f"Theme {n}", days=n + 1, start=dt.time(9 + n))
    page = progress(as_(cast.mother), cast.child)
    assert "Theme 2" in page
    assert "Theme 3" not in page
    assert Household.objects.count() == 1
