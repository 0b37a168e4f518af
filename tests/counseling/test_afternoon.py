"""The family's page after school: two weeks, one tap for an absence, and the block on the home page."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from counseling.models import Absence, Attendance, PickUp, Seat
from homeschool.people.models import Grant
from tests import builders

from .after_school import make_programme, make_session, make_volunteer


@pytest.fixture
def programme(cast):
    programme = make_programme(cast, place="Room 7", begins=dt.date(2020, 1, 1))
    Seat.objects.ask(programme, cast.child, by=cast.mother)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=90))
    return programme


@pytest.fixture
def session(programme):
    """A session at noon of the Wednesday of next week, which is always within the two weeks."""
    today = timezone.localdate(timezone=programme.zone)
    day = today + dt.timedelta(days=9 - today.weekday())
    return make_session(programme, dt.datetime.combine(day, dt.time(12), programme.zone))


def page_of(child):
    return reverse("counseling:afternoon", args=[child.pk])


def test_it_says_what_when_where_and_who(cast, as_, session):
    session.place = "Room 7"
    session.save(update_fields=["place"])
    session.lead(by=cast.counselor, user=cast.counselor)
    session.lead(by=cast.counselor, volunteer=make_volunteer(cast, since=dt.date(2025, 1, 1)))
    page = as_(cast.mother).get(page_of(cast.child)).text
    for words in ("Reading club", "12:00", "Room 7", "Mei Chen, Vera Volkov", "Wednesday"):
        assert words in page
    assert "vera@example.org" not in page


def test_an_absence_is_one_tap_and_taken_back_in_one(cast, as_, session):
    mother = as_(cast.mother)
    say = reverse("counseling:absence-say", args=[cast.child.pk, session.pk])
    assert say in mother.get(page_of(cast.child)).text
    for _ in range(2):
        assert mother.post(say).status_code == 302
    assert Absence.objects.live().count() == 1
    page = mother.get(page_of(cast.child)).text
    back = reverse("counseling:absence-take-back", args=[cast.child.pk, session.pk])
    assert "Does not come" in page
    assert back in page
    mother.post(back)
    assert not Absence.objects.live().exists()


def test_a_day_with_two_sessions_is_said_in_one_tap(cast, as_, session):
    make_session(session.programme, session.begins + dt.timedelta(hours=2))
    mother, day = as_(cast.mother), session.on.isoformat()
    url = reverse("counseling:absence-day", args=[cast.child.pk, day])
    assert url in mother.get(page_of(cast.child)).text
    mother.post(url)
    assert mother.get(page_of(cast.child)).text.count("Comes after all") == 2
    wrong = reverse("counseling:absence-day", args=[cast.child.pk, "tomorrow"])
    assert mother.post(wrong).status_code == 404


def test_too_late_is_said_kindly(cast, as_, programme):
    session = make_session(programme)
    say = reverse("counseling:absence-say", args=[cast.child.pk, session.pk])
    page = as_(cast.mother).post(say, follow=True)
    assert "Please ring the school." in page.text
    assert not Absence.objects.exists()


def test_attendance_is_a_kind_sentence(cast, as_, programme):
    mother = as_(cast.mother)
    for n, mark in enumerate(("present", "late", "absent"), 1):
        session = make_session(programme, timezone.now() - dt.timedelta(days=30 * n))
        Attendance.objects.mark(session, {cast.child.pk: {"mark": mark}}, by=cast.counselor)
    assert "was there 2 of 3 times" in mother.get(page_of(cast.child)).text


def test_another_session_or_child_is_not_found(cast, as_, programme):
    other = make_session(make_programme(cast, name="Choir"), timezone.now() + dt.timedelta(days=1))
    mother = as_(cast.mother)
    assert mother.post(
        reverse("counseling:absence-say", args=[cast.child.pk, other.pk])
    ).status_code == 404  # fmt: skip
    assert as_(cast.father).get(page_of(cast.child)).status_code == 404
    assert as_(cast.counselor).get(page_of(cast.child)).status_code == 403


def test_a_grown_student_grants_its_sessions(cast, as_):
    child = cast.adult.student_row
    assert as_(cast.parent).get(page_of(child)).status_code == 403
    child.grants.create(guardian=cast.parent, item=Grant.Item.SESSIONS)
    assert as_(cast.parent).get(page_of(child)).status_code == 200
    assert as_(cast.adult).get(page_of(child)).status_code == 200


def test_an_offer_stands_on_top(cast, as_, programme):
    seat = Seat.objects.get()
    now = timezone.now()
    Seat.objects.filter(pk=seat.pk).update(
        state="offered", offered_at=now, offered_until=now + dt.timedelta(hours=5), taken_at=None
    )
    assert "A seat is kept for you" in as_(cast.mother).get(page_of(cast.child)).text


def test_it_asks_the_same_for_one_session_and_for_twenty(
    cast, as_, session, django_assert_num_queries
):
    mother = as_(cast.mother)
    mother.get(page_of(cast.child))
    with django_assert_num_queries(11):
        mother.get(page_of(cast.child))
    for n in range(1, 20):
        make_session(session.programme, session.begins + dt.timedelta(minutes=n))
        PickUp.objects.add(cast.child, name=f"Aunt {n}", relation="aunt", by=cast.mother)
    with django_assert_num_queries(11):
        page = mother.get(page_of(cast.child))
    assert len(page.content) < 60_000


def test_the_progress_page_and_the_chooser_lead_there(cast, as_, session):
    page = as_(cast.mother).get(reverse("reports:progress", args=[cast.child.pk])).text
    assert page_of(cast.child) in page
    assert "Reading club" in page
    assert reverse("counseling:afternoon-home") in as_(cast.mother).get("/").text
    chooser = as_(cast.mother).get(reverse("counseling:afternoon-home")).text
    assert page_of(cast.child) in chooser
    assert as_(cast.other_mother).get(reverse("counseling:afternoon-home")).status_code == 302
    builders.make_guardian(cast.sibling, user=cast.other_mother)
    assert as_(cast.other_mother).get(reverse("counseling:afternoon-home")).status_code == 200
    assert as_(cast.counselor).get(reverse("counseling:afternoon-home")).status_code == 403


def test_who_was_granted_sessions_reads_and_writes_nothing(cast, as_, programme):
    child = cast.adult.student_row
    child.grants.create(guardian=cast.parent, item=Grant.Item.SESSIONS)
    Seat.objects.filter(programme=programme).update(student=child)
    today = timezone.localdate(timezone=programme.zone)
    noon = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(12), programme.zone)
    session = make_session(programme, noon)
    say = reverse("counseling:absence-say", args=[child.pk, session.pk])
    day = reverse("counseling:absence-day", args=[child.pk, session.on.isoformat()])
    add = reverse("counseling:pick-up-add", args=[child.pk])
    page = as_(cast.parent).get(page_of(child)).text
    assert "Reading club" in page
    for address in (say, day, add):
        assert address not in page
        assert as_(cast.parent).post(address).status_code == 403
    assert say in as_(cast.adult).get(page_of(child)).text
    assert as_(cast.adult).post(say).status_code == 302
    assert Absence.objects.get().said_by == cast.adult
