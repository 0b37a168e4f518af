"""An absence that a family says before: one row, taken back in one tap, too late once marks stand."""

import datetime as dt

import pytest
from django.utils import timezone

from counseling.models import Absence, Attendance, Seat
from counseling.models.absence import TooLate
from homeschool.journal.models import Entry

from .after_school import make_programme, make_session, make_volunteer


@pytest.fixture
def session(cast):
    programme = make_programme(cast)
    Seat.objects.ask(programme, cast.child, by=cast.mother)
    Seat.objects.update(taken_at=timezone.now() - dt.timedelta(days=30))
    return make_session(programme, timezone.now() + dt.timedelta(hours=3))


def test_it_is_said_once_and_taken_back_once(cast, session):
    first = Absence.objects.say(session, cast.child, by=cast.mother)
    assert Absence.objects.say(session, cast.child, by=cast.mother) == first
    assert Absence.objects.of_session(session).get() == first
    assert Absence.objects.take_back(session, cast.child, by=cast.mother) == 1
    assert Absence.objects.take_back(session, cast.child, by=cast.mother) == 0
    assert not Absence.objects.of_session(session).exists()
    verbs = Entry.objects.filter(verb__startswith="absence.").order_by("pk")
    assert [entry.verb for entry in verbs] == ["absence.said", "absence.taken_back"]


def test_a_whole_day_holds_for_each_session_of_it(cast, session):
    Absence.objects.say_day(session.on, cast.child, by=cast.mother)
    assert Absence.objects.of_session(session).count() == 1
    Absence.objects.take_back(session, cast.child, by=cast.mother)
    assert not Absence.objects.of_session(session).exists()
    with pytest.raises(TooLate):
        Absence.objects.say_day(session.on + dt.timedelta(days=1), cast.child, by=cast.mother)


def test_it_is_too_late_once_marks_stand_or_the_session_is_over_or_off(cast, session):
    session.begins = timezone.now() - dt.timedelta(minutes=10)
    session.save(update_fields=["begins"])
    Attendance.objects.mark(session, {cast.child.pk: {"mark": "present"}}, by=cast.counselor)
    off = make_session(session.programme, timezone.now() + dt.timedelta(days=1))
    off.call_off(by=cast.counselor)
    over = make_session(session.programme, timezone.now() - dt.timedelta(days=1))
    for one in (session, off, over):
        with pytest.raises(TooLate):
            Absence.objects.say(one, cast.child, by=cast.mother)
    assert not Absence.objects.exists()


def test_who_sees_what_was_said(cast, session):
    Absence.objects.say(session, cast.child, by=cast.mother)
    seen = Absence.objects.visible_to
    for person in (cast.adviser, cast.counselor, cast.principal, cast.school_admin, cast.mother):
        assert seen(person).count() == 1
    for person in (cast.father, cast.other_mother, cast.volunteer, cast.district):
        assert not seen(person).exists()
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    session.lead(by=cast.counselor, volunteer=volunteer)
    assert seen(cast.volunteer).count() == 1


def test_a_volunteer_reads_of_a_day_only_who_has_a_seat(cast, session):
    volunteer = make_volunteer(cast)
    volunteer.user = cast.volunteer
    volunteer.save(update_fields=["user"])
    session.lead(by=cast.counselor, volunteer=volunteer)
    row = Absence.objects.create(student=cast.classmate, on=session.on, said_by=cast.other_mother)
    assert not Absence.objects.visible_to(cast.volunteer).filter(pk=row.pk).exists()
    assert not Absence.objects.of_session(session).exists()


def test_on_another_day_it_holds_no_more_and_at_another_hour_it_does(cast, session):
    said = Absence.objects.say(session, cast.child, by=cast.mother)
    session.move(session.begins + dt.timedelta(minutes=5), by=cast.counselor)
    assert Absence.objects.of_session(session).get() == said
    session.move(session.begins + dt.timedelta(days=2), by=cast.counselor)
    assert not Absence.objects.of_session(session).exists()
    assert Entry.objects.filter(verb="absence.taken_back").count() == 1
