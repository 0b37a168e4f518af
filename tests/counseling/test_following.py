"""Sessions follow their programme: what was added, led or asked for is not lost, and who knows is told."""

import datetime as dt

import pytest
from django.utils import timezone

from counseling.models import DayOff, Resource, Seat, Session
from counseling.models.session import Busy
from counseling.rules.pattern import Weekly
from homeschool.journal import kinds
from homeschool.journal.models import Notice

from .after_school import make_programme
from .test_asking import letter

pytestmark = pytest.mark.django_db
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
TUESDAYS = (Weekly(2, dt.time(16), 60),)


@pytest.fixture
def club(cast):
    """A club of three weeks, every Tuesday at four, with its sessions."""
    today = make_programme(cast, name="Clock").today
    programme = make_programme(cast, begins=today, ends=today + 20 * DAY, state="draft")
    programme.move_on("open", by=cast.counselor)
    return programme


def extra(club, cast, day=None):
    """Return a session that somebody added, at ten."""
    day = day or club.today + DAY
    begins = dt.datetime.combine(day, dt.time(10), club.zone)
    return Session.objects.add(club, begins, 60, by=cast.counselor)


def states(club):
    return list(club.sessions.order_by("begins").values_list("state", flat=True))


def closed(cast, first, last=None):
    """Name a day off, or some, of the school."""
    return DayOff.objects.add(
        cast.school, by=cast.principal, name="Feast", on=first, until=last or first
    )


def test_a_session_that_was_added_stays(cast, club):
    session = extra(club, cast)
    session.lead(by=cast.counselor, user=cast.adviser)
    club.move_on("running", by=cast.counselor)
    club.change(by=cast.counselor, weekly=[Weekly(4, dt.time(15), 60)])
    closed(cast, session.on + DAY)
    session.refresh_from_db()
    assert session.is_planned
    assert session.leaders.get().live
    closed(cast, session.on)
    session.refresh_from_db()
    assert (session.is_called_off, session.called_off_because) == (True, "Feast")


def test_a_session_that_lasts_longer_keeps_its_leader_and_its_room(cast, club):
    room = Resource.objects.create(school=cast.school, kind="room", name="Library")
    session = club.sessions.to_come().last()
    session.lead(by=cast.counselor, user=cast.adviser)
    session.use(room, by=cast.counselor)
    keys = set(club.sessions.values_list("pk", flat=True))
    club.change(by=cast.counselor, weekly=[Weekly(2, dt.time(16), 90)])
    assert set(club.sessions.values_list("pk", flat=True)) == keys
    session.refresh_from_db()
    assert (session.minutes, session.ends - session.begins) == (90, 1.5 * HOUR)
    assert session.leaders.get().span.upper == session.bookings.get().span.upper == session.ends


def test_a_session_that_would_meet_another_of_its_leader_is_not_made_longer(cast, club):
    session = club.sessions.to_come().last()
    other = make_programme(cast, name="Choir", ends=club.ends)
    later = Session.objects.add(other, session.ends, 60, by=cast.counselor)
    for one in (session, later):
        one.lead(by=cast.counselor, user=cast.adviser)
    with pytest.raises(Busy):
        club.change(by=cast.counselor, name="Never", weekly=[Weekly(2, dt.time(16), 90)])
    club.refresh_from_db()
    assert (club.name, club.weekly()) == ("Reading club", list(TUESDAYS))


def test_what_is_led_or_has_a_topic_is_called_off_and_told(cast, club):
    first, second, *_others = club.sessions.to_come().order_by("begins")
    first.lead(by=cast.counselor, user=cast.adviser)
    second.describe(by=cast.counselor, topic="Rooks")
    club.change(by=cast.counselor, weekly=[Weekly(4, dt.time(15), 60)])
    off = club.sessions.filter(state="called_off")
    assert set(off) == {first, second}
    assert Notice.objects.filter(kind="session.called_off_team").count() == 2
    assert not first.leaders.get().live


def test_families_of_children_with_a_seat_are_told_and_again_when_it_takes_place(cast, club):
    Seat.objects.ask(club, cast.child, by=cast.mother)
    session = club.sessions.to_come().last()
    session.lead(by=cast.counselor, user=cast.adviser)
    for times in (1, 2):
        row = closed(cast, session.on)
        session.refresh_from_db()
        assert session.is_called_off
        told = Notice.objects.filter(kind="session.called_off", about_id=f"{session.pk}")
        assert told.count() in (1, times)
        row.take_back(by=cast.principal)
        session.refresh_from_db()
        assert (session.is_planned, session.called_off_because) == (True, "")
        assert session.leaders.get().live
        again = Notice.objects.filter(kind="session.moved", about_id=f"{session.pk}")
        assert again.count() == times
        notice = again.order_by("pk").last()
        assert kinds.get("session.moved").alive(notice)
        for form, words in (
            ("txt", "this takes place after all:"), ("page.html", "this takes place after all:"),
            ("html", "this takes place after all:"),
            ("subject.txt", "It takes place after all: after school at Mill Lane School"),
        ):  # fmt: skip
            assert words in letter(notice, cast.mother, form)
    other = club.sessions.to_come().exclude(pk=session.pk).first()
    other.call_off(by=cast.counselor, because="The room is wet")
    closed(cast, other.on).take_back(by=cast.principal)
    other.refresh_from_db()
    assert other.is_called_off  # somebody said so


def test_a_leader_who_is_elsewhere_by_then_does_not_come_back(cast, club):
    session = club.sessions.to_come().last()
    session.lead(by=cast.counselor, user=cast.adviser)
    row = closed(cast, session.on)
    other = make_programme(cast, name="Choir", school=cast.school, ends=club.ends)
    elsewhere = Session.objects.create(
        programme=other, on=session.on, begins=session.begins, ends=session.ends, minutes=60,
        planned_for=session.begins, extra=True,
    )  # fmt: skip
    elsewhere.lead(by=cast.counselor, user=cast.adviser)
    row.take_back(by=cast.principal)
    session.refresh_from_db()
    assert session.is_planned
    assert not session.leaders.exists()


def test_a_session_moved_onto_a_day_that_is_free_later_does_not_take_place(cast, club):
    session = club.sessions.to_come().last()
    session.move(session.begins - DAY, by=cast.counselor)
    row = closed(cast, session.on)
    session.refresh_from_db()
    assert session.is_called_off
    row.take_back(by=cast.principal)
    session.refresh_from_db()
    assert session.is_planned


def test_what_is_over_takes_place_no_more(cast, club):
    Seat.objects.ask(club, cast.child, by=cast.mother)
    added = extra(club, cast)
    club.move_on("over", by=cast.counselor)
    assert not club.sessions.to_come().exists()
    assert set(states(club)) == {"called_off"}
    club.move_on("running", by=cast.counselor)
    added.refresh_from_db()
    assert added.is_planned
    assert set(states(club)) == {"planned"}


def test_naming_holidays_asks_the_database_little(cast, django_assert_max_num_queries):
    today = make_programme(cast, name="Clock").today
    for n in range(3):
        make_programme(
            cast, name=f"Club {n}", begins=today, ends=today + 20 * DAY, state="draft",
            weekly=tuple((day, dt.time(16), 60) for day in range(1, 8)),
        ).move_on("open", by=cast.counselor)  # fmt: skip
    assert Session.objects.filter(begins__gt=timezone.now()).count() >= 60
    with django_assert_max_num_queries(90):
        closed(cast, today + DAY, today + 14 * DAY)
    assert Session.objects.filter(programme__name__startswith="Club").count() == 21
