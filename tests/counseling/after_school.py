"""Programmes, volunteers and sessions for tests: a reading club of the school, on Tuesdays at four."""

import datetime as dt

from django.utils import timezone

from counseling.models import Clearance, Programme, Session, Volunteer
from tests import builders

TUESDAY = dt.date(2026, 9, 8)


def make_programme(cast, *, capacity=12, weekly=((2, dt.time(16), 60),), **columns):
    """Return a programme of the school that takes wishes, from 8 September to the end of the year
    or longer: it goes on."""
    usual = {
        "school": cast.school, "name": "Reading club", "capacity": capacity, "begins": TUESDAY,
        "ends": max(dt.date(2026, 12, 31), timezone.localdate() + dt.timedelta(days=28)),
        "owner": cast.counselor, "made_by": cast.counselor,
        "state": Programme.State.OPEN,
    }  # fmt: skip
    programme = Programme.objects.create(**(usual | columns))
    for weekday, starts, minutes in weekly:
        programme.pattern.create(weekday=weekday, starts=starts, minutes=minutes)
    return programme


def make_session(programme, begins=None, minutes=60):
    """Return a session of the programme; without a moment it began an hour ago."""
    begins = begins or timezone.now() - dt.timedelta(hours=1)
    return Session.objects.create(
        programme=programme, begins=begins, ends=begins + dt.timedelta(minutes=minutes),
        on=timezone.localdate(begins, programme.zone), minutes=minutes, planned_for=begins,
    )  # fmt: skip


def make_volunteer(cast, name="Vera Volkov", *, since=TUESDAY, until=dt.date(2028, 9, 1)):
    """Return a volunteer who helps, checked between these dates."""
    volunteer = Volunteer.objects.create(
        school=cast.school, full_name=name, email="vera@example.org", good_at="Reading",
        state=Volunteer.State.ACCEPTED,
    )  # fmt: skip
    Clearance.objects.create(
        volunteer=volunteer, kind="police", issued_on=since, expires_on=until,
        checked_by=cast.principal,
    )  # fmt: skip
    return volunteer


def make_children(cast, number):
    """Return so many children of the cast's class."""
    return [
        builders.make_student(cast.school_class, f"Child {n}", number=f"P{n:03}")
        for n in range(number)
    ]
