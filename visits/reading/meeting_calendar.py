"""Meetings and booked times as entries for people's calendars.

One that moves keeps its UID and counts its SEQUENCE up. They hold no name of a child: a calendar is
often shared.
"""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from .calendar import CANCEL, PUBLISH, Appointment, calendar


def of_meeting(meeting):
    """Return the appointment of one meeting, which must have a time."""
    return Appointment(
        key=f"meeting-{meeting.pk}",
        sequence=meeting.sequence,
        begins=meeting.starts_at,
        ends=meeting.ends_at,
        title=_("Parent meeting: %(theme)s") % {"theme": meeting.theme},
        place=meeting.place or meeting.online_link,
        words=meeting.agenda,
        cancelled=meeting.called_off_at is not None,
        url=meeting.online_link,
    )


def of_booking(booking):
    """Return the appointment of one booked time."""
    slot = booking.slot
    return Appointment(
        key=f"time-{booking.pk}",
        sequence=booking.sequence,
        begins=booking.span.lower,
        ends=booking.span.upper,
        title=_("Conversation with %(name)s") % {"name": slot.host.full_name},
        place=", ".join(part for part in (slot.conference.place, slot.room) if part),
        cancelled=not booking.live,
    )


def as_response(appointment, name):
    """Return an appointment as a file that phones open with their calendar; called off, it takes the
    entry out."""
    method = CANCEL if appointment.cancelled else PUBLISH
    text = calendar([appointment], method=method)
    kind = f"text/calendar; charset=utf-8; method={method}"
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response
