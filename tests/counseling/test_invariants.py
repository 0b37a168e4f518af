"""What must hold of seats, marks and volunteers: each sentence finds what breaks it."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from counseling.models import Clearance, Leading
from homeschool.journal.models import invariants

from .after_school import make_children, make_programme, make_session, make_volunteer

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def broken():
    """Return {name: the ids that are named} of what does not hold."""
    return {verdict["name"]: verdict["rows"] for verdict in invariants.judge() if verdict["broken"]}


def without_triggers(table):
    """Let triggers rest for this test: a database that was mended by hand may lack them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


@pytest.fixture
def club(cast):
    """A child with a seat, an offer that still stands, a mark, and a volunteer who may lead."""
    cast.club = make_programme(cast, capacity=2)
    now = timezone.now()
    cast.seat = cast.club.seats.create(
        student=cast.child, asked_by=cast.mother, state="taken", taken_at=now - 9 * HOUR
    )
    cast.offer = cast.club.seats.create(
        student=cast.sibling, asked_by=cast.mother, state="offered", offered_at=now - 48 * HOUR,
        offered_until=now - HOUR / 2,
    )  # fmt: skip
    cast.mark = make_session(cast.club).attendance.create(
        student=cast.child, mark="present", minutes=60, by=cast.counselor
    )
    today = timezone.localdate()
    cast.vera = make_volunteer(
        cast, since=today - dt.timedelta(days=9), until=today + dt.timedelta(days=90)
    )
    session = make_session(cast.club, now + dt.timedelta(days=3))
    cast.leading = Leading.objects.create(
        session=session, volunteer=cast.vera, span=session.span, on=session.on
    )
    return cast


def test_all_holds_of_what_was_made_by_its_verbs(club):
    assert broken() == {}


def test_it_finds_more_seats_than_places(club):
    without_triggers("counseling_seat")
    club.club.seats.create(
        student=make_children(club, 1)[0], asked_by=club.mother, state="taken",
        taken_at=timezone.now(),
    )  # fmt: skip
    assert broken() == {"seats": [str(club.club.pk)]}


def test_it_finds_a_mark_without_a_seat(club):
    club.club.seats.filter(pk=club.seat.pk).update(
        state="left", ended_at=timezone.now() - 3 * HOUR, ended_by=club.mother
    )
    assert broken() == {"marks": [str(club.mark.pk)]}


def test_it_finds_a_volunteer_who_is_not_checked(club):
    without_triggers("counseling_clearance")
    Clearance.objects.update(withdrawn_at=timezone.now())
    assert broken() == {"cleared": [str(club.leading.pk)]}
    Leading.objects.update(live=False)
    assert broken() == {}


def test_it_finds_an_offer_that_nobody_rolled_on(club):
    club.club.seats.filter(pk=club.offer.pk).update(offered_until=timezone.now() - 2 * HOUR)
    assert broken() == {"offers": [str(club.offer.pk)]}
