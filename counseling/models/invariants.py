"""What must hold of programmes, seats, sessions and volunteers, for `manage.py check_invariants`."""

from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Now

from homeschool.journal.models.invariants import register

from .attendance import Attendance
from .leading import Leading
from .programme import Programme
from .seat import Seat
from .volunteer import CLEARING, Clearance, Volunteer

# beat looks every few minutes; what stands an hour after its time nobody looked at
TO_ROLL_ON = timedelta(hours=1)


def oversold():
    """Programmes in which more children have a seat, or are offered one, than there are places."""
    held = Count("seats", Q(seats__state__in=Seat.HOLDING))
    return Programme.objects.annotate(held=held).filter(held__gt=F("capacity"))


def marked_without_a_seat():
    """Lines of children that never had a seat in the programme, or not until the session was over."""
    seats = Seat.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=OuterRef("session__begins")),
        programme=OuterRef("session__programme"), student=OuterRef("student"), taken_at__isnull=False,
    )  # fmt: skip
    return Attendance.objects.filter(~Exists(seats))


def led_uncleared():
    """Volunteers named for a session to come on whose day they are not accepted or no check holds."""
    checks = Clearance.objects.filter(
        volunteer=OuterRef("volunteer"), issued_on__lte=OuterRef("on"),
        expires_on__gte=OuterRef("on"), withdrawn_at=None, kind__in=CLEARING,
    )  # fmt: skip
    accepted = Q(volunteer__state=Volunteer.State.ACCEPTED)
    to_come = Leading.objects.filter(live=True, volunteer__isnull=False, session__begins__gt=Now())
    return to_come.filter(~Exists(checks) | ~accepted)


def offered_too_long():
    """Offers whose time was over an hour ago."""
    return Seat.objects.expired(Now() - TO_ROLL_ON)


def register_invariants():
    """Say what the rows of programmes hold."""
    register("seats", "No programme has more seats given than places.", oversold)
    register("marks", "Who was marked in a session had a seat.", marked_without_a_seat)
    register(
        "cleared", "No session to come is led by a volunteer who is not checked.", led_uncleared
    )
    register("offers", "No offer of a seat stands an hour after its time.", offered_too_long)
