"""Attendance: in one go, corrected with its history, harmless on retry, and told the same evening."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from counseling.models import Attendance, Seat
from counseling.models.attendance import NoSeat, TooEarly, seats_in
from counseling.models.session import NotThatState
from homeschool.journal.models import Entry, Notice

from .after_school import make_programme, make_session, make_volunteer


@pytest.fixture
def session(cast):
    programme = make_programme(cast)
    for child in (cast.child, cast.classmate):
        Seat.objects.ask(programme, child, by=cast.counselor)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=30))
    return make_session(programme)


def test_it_marks_all_at_once_and_the_same_again_changes_nothing(cast, session):
    marks = {cast.child.pk: {"mark": "present"}, cast.classmate.pk: {"mark": "absent"}}
    assert Attendance.objects.mark(session, marks, by=cast.counselor) == 2
    assert Attendance.objects.mark(session, marks, by=cast.counselor) == 0
    session.refresh_from_db()
    assert session.state == "held"
    lines = {line.student_id: line for line in session.attendance.all()}
    assert (lines[cast.child.pk].minutes, lines[cast.classmate.pk].minutes) == (60, 0)
    assert not Notice.objects.filter(
        kind="session.not_there"
    ).exists()  # the family is told in the evening
    assert Entry.objects.filter(verb="attendance.marked").count() == 2


def test_a_correction_keeps_what_was(cast, session):
    Attendance.objects.mark(session, {cast.child.pk: {"mark": "absent"}}, by=cast.counselor)
    late = {"mark": "late", "minutes": 40, "engagement": 3}
    Attendance.objects.mark(session, {cast.child.pk: late}, by=cast.adviser)
    line = session.attendance.get()
    assert (line.mark, line.minutes, line.by) == ("late", 40, cast.adviser)
    assert [event.mark for event in line.events.order_by("pgh_id")] == ["absent", "late"]


def test_a_line_that_contradicts_itself_is_refused(cast, session):
    with pytest.raises(IntegrityError, match="no_minutes"), transaction.atomic():
        Attendance.objects.mark(
            session, {cast.child.pk: {"mark": "absent", "minutes": 5}}, by=cast.counselor
        )


def test_it_refuses_a_child_without_a_seat_and_a_session_to_come(cast, session):
    with pytest.raises(NoSeat) as refused:
        Attendance.objects.mark(session, {cast.sibling.pk: {"mark": "present"}}, by=cast.counselor)
    assert refused.value.students == [cast.sibling.pk]
    ahead = make_session(session.programme, timezone.now() + dt.timedelta(hours=2))
    with pytest.raises(TooEarly):
        Attendance.objects.mark(ahead, {cast.child.pk: {"mark": "present"}}, by=cast.counselor)
    session.call_off(by=cast.counselor)
    with pytest.raises(NotThatState):
        Attendance.objects.mark(session, {cast.child.pk: {"mark": "present"}}, by=cast.counselor)
    assert not Attendance.objects.exists()


def test_who_left_since_can_still_be_marked_for_the_sessions_before(cast, session):
    Seat.objects.get(student=cast.child).leave(by=cast.mother)
    assert (
        Attendance.objects.mark(session, {cast.child.pk: {"mark": "present"}}, by=cast.counselor)
        == 1
    )


def test_who_sees_the_lines(cast, session):
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    Attendance.objects.mark(session, {cast.child.pk: {"mark": "present"}}, by=cast.counselor)
    seen = Attendance.objects.visible_to
    for person in (cast.adviser, cast.counselor, cast.principal, cast.mother):
        assert seen(person).count() == 1
    for person in (
        cast.father,
        cast.other_mother,
        cast.school_admin,
        cast.volunteer,
        cast.district,
    ):
        assert not seen(person).exists()
    later = make_session(session.programme, timezone.now() + dt.timedelta(hours=3))
    later.lead(by=cast.counselor, volunteer=volunteer)
    assert not seen(cast.volunteer).exists()
    session.leaders.create(
        volunteer=volunteer, user=cast.volunteer, on=session.on, span=session.span
    )
    assert seen(cast.volunteer).count() == 1
    volunteer.end(by=cast.principal)
    assert not seen(cast.volunteer).exists()


def test_what_a_colleague_marked_a_moment_ago_is_left_as_it_is(cast, session):
    late = {cast.child.pk: {"mark": "late", "minutes": 40, "engagement": 3}}
    Attendance.objects.mark(session, late, by=cast.adviser)
    marks = {pk: {"mark": "present"} for pk in (cast.child.pk, cast.classmate.pk)}
    assert Attendance.objects.mark(session, marks, by=cast.counselor, only_new=True) == 1
    assert session.attendance.get(student=cast.child).mark == "late"


def test_who_was_not_there_did_not_work(cast, session):
    mark = {cast.child.pk: {"mark": "present", "engagement": 3}}
    Attendance.objects.mark(session, mark, by=cast.counselor)
    for n in (1, 0):
        gone = {cast.child.pk: {"mark": "excused"}}
        assert Attendance.objects.mark(session, gone, by=cast.counselor) == n
    assert session.attendance.get().engagement is None


def test_whoever_stands_in_the_list_can_be_marked(cast, session):
    """A seat taken while the session ran, and left since."""
    seat = Seat.objects.filter(student=cast.child)
    seat.update(taken_at=session.begins + dt.timedelta(minutes=9))
    seat.get().leave(by=cast.mother)
    assert seats_in(session).filter(student=cast.child).exists()
    marks = {pk: {"mark": "present"} for pk in (cast.child.pk, cast.classmate.pk)}
    assert Attendance.objects.mark(session, marks, by=cast.counselor, only_new=True) == 2
