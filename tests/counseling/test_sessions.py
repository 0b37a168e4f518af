"""Sessions: planned by the pattern, moved, called off; nobody and nothing at two places at once."""

import datetime as dt
from threading import Event

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from counseling.models import Absence, Clearance, DayOff, Resource, Session, Volunteer
from counseling.models.session import Busy, NotCleared, NotThatState, ThenAlready
from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice
from tests.visits.test_conference_race import race

from .after_school import TUESDAY, make_programme, make_session, make_volunteer

DAY = dt.timedelta(days=1)


def in_days(n, hour=8):
    return (timezone.now() + n * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def test_the_pattern_is_planned_once_without_holidays(cast):
    programme = make_programme(cast, begins=TUESDAY, ends=TUESDAY + 27 * DAY)
    DayOff.objects.create(
        school=cast.school, on=TUESDAY + 6 * DAY, until=TUESDAY + 8 * DAY, name="Feast"
    )
    plan = lambda: Session.objects.from_pattern(programme, by=cast.counselor)  # noqa: E731
    assert (plan(), plan()) == (3, 0)
    assert [session.on for session in programme.sessions.all()] == [
        TUESDAY, TUESDAY + 14 * DAY, TUESDAY + 21 * DAY,
    ]  # fmt: skip
    programme.sessions.first().call_off(by=cast.counselor, because="The room is wet")
    assert plan() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        DayOff.objects.create(school=cast.school, on=TUESDAY + 8 * DAY, until=TUESDAY + 9 * DAY)


def test_a_session_that_moves_takes_its_leader_and_its_room_along(cast):
    programme = make_programme(cast)
    room = Resource.objects.create(school=cast.school, kind="room", name="Library")
    session, other = make_session(programme, in_days(3)), make_session(programme, in_days(4))
    session.lead(by=cast.counselor, user=cast.adviser)
    session.lead(by=cast.counselor, user=cast.adviser)
    session.use(room, by=cast.counselor)
    other.lead(by=cast.counselor, user=cast.adviser)
    with pytest.raises(Busy) as busy:
        session.move(in_days(4), by=cast.counselor)
    assert busy.value.what == "a_leader_is_at_one_place"
    session.move(in_days(5), by=cast.counselor)
    assert (session.begins, session.on) == (in_days(5), in_days(5).date())
    assert session.leaders.get().span.lower == session.bookings.get().span.lower == in_days(5)
    assert Notice.objects.filter(kind="session.moved").count() == 1


def test_a_session_that_is_called_off_frees_what_it_held(cast):
    programme = make_programme(cast)
    room = Resource.objects.create(school=cast.school, kind="room", name="Library")
    first, second = make_session(programme, in_days(3)), make_session(programme, in_days(3, 9))
    first.use(room, by=cast.counselor)
    assert not Resource.objects.free(first.span).exists()
    assert list(Resource.objects.free(second.span)) == [room]  # the end is left out
    first.call_off(by=cast.counselor)
    first.call_off(by=cast.counselor)
    assert list(Resource.objects.free(first.span)) == [room]
    with pytest.raises(NotThatState):
        first.hold(by=cast.counselor)
    with pytest.raises(NotThatState):
        first.move(in_days(6), by=cast.counselor)
    assert Notice.objects.filter(kind="session.called_off").count() == 1


def test_a_volunteer_leads_only_while_a_check_holds(cast):
    session = make_session(make_programme(cast), in_days(3))
    volunteer = make_volunteer(cast, until=session.on - DAY)
    with pytest.raises(NotCleared):
        session.lead(by=cast.counselor, volunteer=volunteer)
    check = Clearance.objects.create(
        volunteer=volunteer, kind="police", issued_on=session.on - 30 * DAY, expires_on=session.on,
        checked_by=cast.principal,
    )  # fmt: skip
    session.lead(by=cast.counselor, volunteer=volunteer)
    with pytest.raises(NotCleared):
        session.move(in_days(9), by=cast.counselor)
    assert list(Volunteer.objects.cleared_on(session.on)) == [volunteer]
    assert not Volunteer.objects.cleared_on(session.on + DAY).exists()
    Clearance.objects.filter(pk=check.pk).update(withdrawn_at=timezone.now())
    other = make_session(make_programme(cast, name="Chess"), in_days(3, 10))
    with pytest.raises(NotCleared):
        other.lead(by=cast.counselor, volunteer=volunteer)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Clearance.objects.filter(pk=check.pk).update(expires_on=session.on + 90 * DAY)


def test_a_volunteer_who_rests_is_assigned_to_nothing(cast):
    session = make_session(make_programme(cast), in_days(3))
    volunteer = make_volunteer(cast)
    volunteer.rest(by=cast.principal)
    with pytest.raises(NotCleared):
        session.lead(by=cast.counselor, volunteer=volunteer)
    volunteer.come_back(by=cast.principal)
    assert session.lead(by=cast.counselor, volunteer=volunteer).volunteer == volunteer


@pytest.mark.django_db(transaction=True)
def test_of_twenty_sessions_that_want_one_room_and_one_leader_one_gets_each(cast):
    room = Resource.objects.create(school=cast.school, kind="room", name="Library")
    volunteer = make_volunteer(cast)
    programmes = [make_programme(cast, name=f"Club {n}") for n in range(20)]
    sessions = [make_session(programme, in_days(3)) for programme in programmes]
    for want, busy in (
        (lambda one: one.use(room, by=cast.counselor), "a_thing_is_booked_once"),
        (lambda one: one.lead(by=cast.counselor, user=cast.adviser), "a_leader_is_at_one_place"),
        (lambda one: one.lead(by=cast.counselor, volunteer=volunteer), "a_volunteer_is_at_one_place"),
    ):  # fmt: skip
        found = race([lambda one=one, want=want: want(one) for one in sessions])
        lost = [error for error in found if isinstance(error, Busy)]
        assert len(lost) == 19, found
        assert {error.what for error in lost} == {busy}


def test_who_led_is_put_right_after_it_took_place(cast):
    session = make_session(make_programme(cast))
    session.hold(by=cast.counselor)
    leading = session.lead(by=cast.counselor, user=cast.adviser)
    session.let_go(leading.pk, by=cast.counselor)
    assert not session.leaders.exists()
    verbs = Entry.objects.filter(verb__in=["session.led", "session.unled"]).order_by("pk")
    assert [entry.verb for entry in verbs] == ["session.led", "session.unled"]
    volunteer = make_volunteer(cast, until=session.on - DAY)
    with pytest.raises(NotCleared):
        session.lead(by=cast.counselor, volunteer=volunteer)


def test_of_two_at_one_time_the_second_is_refused_and_never_comes_back_by_itself(cast):
    programme = make_programme(cast, ends=in_days(60).date(), begins=in_days(-60).date())
    add = lambda minutes=60: Session.objects.add(  # noqa: E731
        programme, in_days(3), minutes, by=cast.counselor
    )
    first = add()
    assert add() == first
    with pytest.raises(ThenAlready):
        add(90)
    for _time in range(2):
        first.call_off(by=cast.counselor)
        second = add(90)
        assert second != first
        assert (second.minutes, second.is_planned, second.begins) == (90, True, in_days(3))
        first = second


def test_a_time_it_comes_back_to_is_told_anew(cast):
    session = make_session(make_programme(cast), in_days(3))
    for n in (4, 3, 4):
        session.move(in_days(n), by=cast.counselor)
    session.describe(by=cast.counselor, topic="Rhymes")
    notices = Notice.objects.filter(kind="session.moved").order_by("created_at")
    alive = kinds.get("session.moved").alive
    assert [alive(notice) for notice in notices] == [False, False, True]


def test_of_a_session_that_is_gone_nobody_is_told(cast):
    session = make_session(make_programme(cast), in_days(3))
    session.move(in_days(4), by=cast.counselor)
    session.delete()
    for notice in Notice.objects.filter(kind__startswith="session.moved"):
        kind = kinds.get(notice.kind)
        assert not kind.alive(notice)
        assert not kind.recipients(notice).exists()
        assert kind.urgency_of(notice) == ("routine", "")


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_about_a_session_does_not_wait_for_who_changes_it(cast):
    session, ready, kept = make_session(make_programme(cast)), Event(), Event()

    def changes():
        with transaction.atomic():
            session.locked()
            ready.set()
            return kept.wait(5)

    def keeps():
        ready.wait(5)
        Absence.objects.create(
            student=cast.child, session=session, on=session.on, said_by=cast.mother
        )
        kept.set()

    assert race([changes, keeps]) == [True, None]
