"""Sessions feed plans: marked, corrected, sent twice, called off, left; counted by hand beside it."""

import datetime as dt

import pytest
from django.utils import timezone

from counseling.models import (
    Attendance,
    DayOff,
    NotThatState,
    Plan,
    PrescribedTwice,
    Prescription,
    Seat,
)
from counseling.models.feeding import feed_school
from tests.visits.test_conference_race import race

from .after_school import make_programme, make_session
from .builders import make_plan

MON = dt.date(2026, 10, 5)  # the Monday of the week that is looked at
WEEKLY = tuple((day, dt.time(16), 60) for day in (1, 3, 5))


@pytest.fixture
def clock(monkeypatch):
    """It is Sunday of that week; called with a moment, it is that one."""

    def be(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    be(dt.datetime(2026, 10, 11, 9, tzinfo=dt.UTC))
    return be


@pytest.fixture
def club(cast, clock):
    """A club on Monday, Wednesday and Friday, in which the child has a seat since September."""
    club = make_programme(cast, weekly=WEEKLY)
    Seat.objects.ask(club, cast.child, by=cast.counselor)
    Seat.objects.update(taken_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    return club


@pytest.fixture
def plan(cast, club):
    plan = make_plan(cast, state=Plan.State.ACTIVE)
    prescribe(plan, club, by=cast.counselor)
    return plan


def prescribe(plan, club, *, by, **columns):
    usual = {"times": 3, "minutes": 45, "since": MON, "until": MON + dt.timedelta(weeks=10)}
    return Prescription.objects.prescribe(plan, by=by, programme=club, **(usual | columns))


def session_on(club, day):
    return make_session(club, dt.datetime.combine(MON + dt.timedelta(days=day), dt.time(8), dt.UTC))


def mark(cast, session, said="present", child=None):
    child = child or cast.child
    return Attendance.objects.mark(session, {child.pk: {"mark": said}}, by=cast.counselor)


def numbers(plan, monday=MON):
    row = plan.weeks.filter(monday=monday).first()
    return row and row.numbers


def next_monday(clock):
    clock(dt.datetime(2026, 10, 12, 3, tzinfo=dt.UTC))


def test_a_mark_counts_in_the_plan_and_the_same_again_writes_nothing(cast, club, plan):
    session = session_on(club, 0)
    mark(cast, session)
    assert numbers(plan) == (1, 1, 1)
    row = plan.weeks.get()
    assert (row.by_hand, row.by) == (False, None)
    mark(cast, session)
    mark(cast, session)
    assert numbers(plan) == (1, 1, 1)
    assert not row.events.exists()


def test_a_correction_is_counted_anew_with_its_history(cast, club, plan):
    session = session_on(club, 0)
    mark(cast, session)
    mark(cast, session, "absent")
    assert numbers(plan) == (1, 1, 0)
    mark(cast, session, "late")
    assert numbers(plan) == (1, 1, 1)
    assert plan.weeks.get().events.count() == 2


def test_of_the_week_that_runs_only_what_has_begun_is_due_and_afterwards_all_of_it(
    cast, club, plan, clock
):
    mark(cast, session_on(club, 0))
    session_on(club, 2)  # nobody wrote down that it took place
    feed_school(cast.school, MON)
    assert numbers(plan) == (1, 1, 1)
    next_monday(clock)
    assert feed_school(cast.school, timezone.localdate()) == 1
    assert numbers(plan) == (3, 1, 1)
    assert feed_school(cast.school, timezone.localdate()) == 0


def test_a_week_in_which_nothing_took_place_counts_and_a_holiday_does_not(cast, club, plan, clock):
    DayOff.objects.create(
        school=cast.school, on=MON, until=MON + dt.timedelta(days=1), name="Feast"
    )
    next_monday(clock)
    feed_school(cast.school, timezone.localdate())
    assert numbers(plan) == (2, 0, 0)
    clock(dt.datetime(2026, 10, 19, 3, tzinfo=dt.UTC))
    week = MON + dt.timedelta(weeks=1)
    DayOff.objects.create(
        school=cast.school, on=week, until=week + dt.timedelta(days=6), name="Autumn"
    )
    feed_school(cast.school, timezone.localdate())
    assert numbers(plan, week) is None


def test_a_session_called_off_was_planned_and_not_held(cast, club, plan):
    mark(cast, session_on(club, 0))
    session_on(club, 2).call_off(by=cast.counselor)
    assert numbers(plan) == (2, 1, 1)


def test_after_a_child_left_its_plan_goes_on_to_ask_for_the_help(cast, club, plan, clock):
    mark(cast, session_on(club, 0))
    seat = Seat.objects.get(student=cast.child)
    Seat.objects.filter(pk=seat.pk).update(
        ended_at=timezone.now() - dt.timedelta(days=5), state="left"
    )
    Seat.objects.ask(club, cast.classmate, by=cast.counselor)
    Seat.objects.filter(student=cast.classmate).update(
        taken_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    )
    mark(cast, session_on(club, 4), child=cast.classmate)
    next_monday(clock)
    feed_school(cast.school, timezone.localdate())
    assert numbers(plan) == (3, 1, 1)


def test_what_was_counted_by_hand_stands_and_what_sessions_say_stands_beside_it(cast, club, plan):
    plan.count_week(MON, by=cast.adviser, planned=3, held=3, attended=2)
    mark(cast, session_on(club, 0))
    row = plan.weeks.get()
    assert (row.numbers, row.by, row.by_hand) == ((3, 3, 2), cast.adviser, True)
    assert (row.session_planned, row.session_held, row.session_attended) == (1, 1, 1)
    assert row.says_otherwise
    row.let_sessions_count(by=cast.counselor)
    assert (numbers(plan), row.by_hand) == ((1, 1, 1), False)
    plan.count_week(MON, by=cast.adviser, planned=1, held=1, attended=0)
    assert numbers(plan) == (1, 1, 0)
    assert row.events.count() == 3


def test_two_programmes_of_a_plan_are_counted_together_and_none_twice(cast, club, plan):
    other = make_programme(cast, name="Mathematics", weekly=((2, dt.time(16), 60),))
    Seat.objects.ask(other, cast.child, by=cast.counselor)
    Seat.objects.filter(programme=other).update(taken_at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    prescribe(plan, other, by=cast.counselor, times=1)
    mark(cast, session_on(club, 0))
    mark(cast, session_on(other, 1), "excused")
    assert numbers(plan) == (2, 2, 1)
    with pytest.raises(PrescribedTwice):
        prescribe(plan, club, by=cast.counselor, since=MON + dt.timedelta(weeks=2))


def test_prescribing_later_counts_the_weeks_before_and_dropping_takes_them_away(cast, club):
    plan = make_plan(cast, state=Plan.State.ACTIVE)
    mark(cast, session_on(club, 0))
    assert numbers(plan) is None
    row = prescribe(plan, club, by=cast.counselor)
    assert numbers(plan) == (1, 1, 1)
    row.change(by=cast.counselor, times=2, since=MON + dt.timedelta(days=1))
    assert numbers(plan) is None
    row.change(by=cast.counselor, since=MON)
    row.drop(by=cast.counselor)
    row.drop(by=cast.counselor)
    assert not plan.weeks.exists()
    assert row.events.count() == 4


def test_a_child_without_a_plan_and_a_plan_that_is_closed_or_not_begun_are_left_alone(cast, club):
    draft = make_plan(cast)
    prescribe(draft, club, by=cast.counselor)
    closed = make_plan(cast, state=Plan.State.ACTIVE, title="Old")
    prescribe(closed, club, by=cast.counselor)
    closed.close(by=cast.counselor, outcome="reached")
    assert mark(cast, session_on(club, 0)) == 1
    assert not draft.weeks.exists()
    assert not closed.weeks.exists()
    with pytest.raises(NotThatState):
        prescribe(closed, club, by=cast.counselor)


@pytest.mark.django_db(transaction=True)
def test_sessions_of_one_week_marked_at_the_same_moment_are_all_counted(cast, club, plan):
    sessions = [session_on(club, day) for day in (0, 2, 4)]
    race([lambda one=one: mark(cast, one) for one in sessions])
    assert numbers(plan) == (3, 3, 3)


def test_a_prescription_that_changes_within_a_week_asks_for_no_more_than_the_larger(
    cast, club, clock
):
    plan = make_plan(cast, state=Plan.State.ACTIVE)
    wednesday = MON + dt.timedelta(days=2)
    prescribe(plan, club, by=cast.counselor, times=2, until=wednesday)
    prescribe(plan, club, by=cast.counselor, times=2, since=wednesday + dt.timedelta(days=1))
    next_monday(clock)
    feed_school(cast.school, timezone.localdate())
    assert numbers(plan) == (2, 0, 0)
