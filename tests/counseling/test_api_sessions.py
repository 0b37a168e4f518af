"""Programmes, sessions and marks through the API: to staff, and nothing that is for pages alone."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counseling.models import Attendance, Leading
from tests import builders
from tests.api import Program

from .after_school import make_programme, make_session, make_volunteer

pytestmark = pytest.mark.django_db
WHO = (
    ("counselor", 1, 1), ("adviser", 1, 1), ("principal", 1, 1), ("other_teacher", 1, 0),
    ("other_counselor", 1, 0), ("school_admin", 1, 0), ("volunteer", 0, 0), ("district", 0, 0),
    ("mother", 0, 0), ("other_mother", 0, 0), ("other_school_admin", 0, 0), ("adult", 0, 0),
)  # fmt: skip


def make_children(cast, number):
    return [builders.make_student(cast.school_class) for _n in range(number)]


def seat(programme, child, state="taken", **columns):
    taken = timezone.now() - dt.timedelta(days=9) if state == "taken" else None
    return programme.seats.create(
        student=child, asked_by=programme.owner, state=state, taken_at=taken, **columns
    )


def mark(session, child, word="present", minutes=60, **columns):
    return session.attendance.create(
        student=child, mark=word, minutes=minutes, by=session.programme.owner, **columns
    )


@pytest.fixture
def club(cast):
    """A club in which the child has a seat and the volunteer leads; a child of each home was marked."""
    programme = cast.club = make_programme(cast)
    cast.session = make_session(programme)
    cast.vera = make_volunteer(cast)
    cast.vera.user = cast.volunteer
    cast.vera.save()
    Leading.objects.create(
        session=cast.session, volunteer=cast.vera, user=cast.volunteer, span=cast.session.span,
        on=cast.session.on,
    )  # fmt: skip
    seat(programme, cast.child)
    cast.line = mark(cast.session, cast.child)
    return cast


@pytest.mark.parametrize(("person", "programmes", "marks"), WHO)
def test_it_tells_staff_what_takes_place_and_who_was_there(club, person, programmes, marks):
    program = Program(getattr(club, person))
    assert [row["id"] for row in program.rows("programmes/")] == [str(club.club.pk)] * programmes
    assert [row["id"] for row in program.rows("sessions/")] == [str(club.session.pk)] * programmes
    assert [row["id"] for row in program.rows("attendance/")] == [str(club.line.pk)] * marks
    found = 200 if programmes else 404
    assert program.get(f"programmes/{club.club.pk}/").status_code == found
    assert program.get(f"sessions/{club.session.pk}/").status_code == found
    line = program.get(f"attendance/{club.line.pk}/")
    assert line.status_code == (200 if marks else 404)


def test_it_tells_seats_leaders_and_marks(club):
    make = make_children(club, 3)
    seat(club.club, make[0], "waiting")
    seat(club.club, make[1], "left", ended_at=timezone.now(), ended_by=club.principal)
    now = timezone.now()
    seat(club.club, make[2], "offered", offered_at=now, offered_until=now + dt.timedelta(days=2))
    program = Program(club.principal)
    (row,) = program.rows("programmes/")
    assert (row["seats_taken"], row["seats_offered"], row["seats_waited"]) == (1, 1, 1)
    assert row["capacity"] == 12
    (row,) = program.rows("sessions/")
    assert (row["leaders"], row["state"]) == (["Vera Volkov"], "planned")
    Leading.objects.update(live=False)
    assert program.rows("sessions/")[0]["leaders"] == []
    (row,) = program.rows("attendance/")
    assert (row["mark"], row["minutes"], row["engagement"]) == ("present", 60, None)
    assert row["student"] == {"id": str(club.child.pk), "name": "林小雨"}


def test_it_tells_no_words_that_are_for_pages(club):
    """Neither notes nor who picked up, needs and reasons, what a family was asked, or how to reach whom."""
    club.club.about = club.club.whom = "Canary-about"
    club.club.save()
    club.session.call_off(by=club.principal, because="Canary-why")
    Attendance.objects.update(
        note="Canary-note", picked_up_by="Canary-aunt", pick_up_because="Canary-reason"
    )
    club.vera.email, club.vera.phone = "canary-vera@example.org", "Canary-phone"
    club.vera.good_at = club.vera.deciding_words = "Canary-good"
    club.vera.save()
    seat(club.club, club.sibling, "left", leaving_words="Canary-left", ended_at=timezone.now())
    program = Program(club.principal)
    paths = ("programmes", "sessions", "attendance")
    keys = (club.club.pk, club.session.pk, club.line.pk)
    text = b"".join(
        program.get(f"{path}/").content + program.get(f"{path}/{key}/").content
        for path, key in zip(paths, keys, strict=True)
    )
    assert b"anary" not in text
    assert str(club.child.pk).encode() in text


def test_it_narrows_and_pages(club):
    other = make_programme(
        club, name="Chess", state="running", format="collective", provider="volunteer"
    )
    later = make_session(other, timezone.now() + dt.timedelta(days=30))
    line = mark(later, club.sibling, "absent", 0)
    program = Program(club.principal)

    def found(path, **query):
        return {row["id"] for row in program.all_rows(path, page_size=1, **query)}

    both = {str(club.club.pk), str(other.pk)}
    assert found("programmes/") == found("programmes/", school=club.school.pk) == both
    for query in ({"state": "running"}, {"format": "collective"}, {"provider": "volunteer"}):
        assert found("programmes/", **query) == {str(other.pk)}
    assert found("programmes/", school=club.other_school.pk) == set()
    day = f"{timezone.localdate() + dt.timedelta(days=9)}"
    for query in ({"programme": other.pk}, {"on_from": day}):
        assert found("sessions/", **query) == {str(later.pk)}
        assert found("attendance/", **query) == {str(line.pk)}
    assert found("sessions/", on_until=day) == {str(club.session.pk)}
    for query in ({"student": club.child.pk}, {"mark": "present"}, {"session": club.session.pk},
                  {"school_class": club.school_class.pk}, {"on_until": day}):  # fmt: skip
        assert found("attendance/", **query) == {str(club.line.pk)}


@pytest.mark.parametrize("path", ["programmes/", "sessions/", "attendance/"])
def test_it_asks_the_same_for_one_row_and_for_twenty(club, path):
    program, counts = Program(club.principal), []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as seen:
            program.read(path, page_size=100)
        counts.append(len(seen))
        for n, child in enumerate(make_children(club, 19)):
            session = make_session(make_programme(club, name=f"Club {n}"))
            Leading.objects.create(
                session=session, user=club.principal, span=session.span, on=session.on, live=False
            )
            mark(session, child)
    assert counts[0] == counts[1] <= 9
