"""Appointments as calendar programs read them: invitations that move and are called off, and feeds.

RFC 5545 (iCalendar) and RFC 5546 (REQUEST and CANCEL): the UID of an appointment never changes,
its SEQUENCE grows with each move. A title holds neither a surname nor what it is about.
"""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vText

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"


@dataclass(frozen=True)
class Appointment:
    """One appointment: `key` is the id of its row, `begins` and `ends` are moments with a zone."""

    key: str
    sequence: int
    begins: object
    ends: object
    title: str
    place: str = ""
    words: str = ""
    cancelled: bool = False
    tentative: bool = False
    url: str = ""


def uid(key):
    """Return the UID of the appointment of a row."""
    return f"{key}@{urlsplit(settings.SITE_URL).hostname}"


def _event(one, invited):
    event = Event()
    event.add("uid", uid(one.key))
    event.add("sequence", one.sequence)
    event.add("dtstamp", timezone.now().astimezone(dt.UTC))
    event.add("dtstart", one.begins.astimezone(dt.UTC))
    event.add("dtend", one.ends.astimezone(dt.UTC))
    event.add("summary", one.title)
    state = "CANCELLED" if one.cancelled else "TENTATIVE" if one.tentative else "CONFIRMED"
    event.add("status", state)
    for name, value in (("location", one.place), ("description", one.words), ("url", one.url)):
        if value:
            event.add(name, value)
    if invited is not None:
        organizer = vCalAddress(f"mailto:{settings.DEFAULT_FROM_EMAIL.split('<')[-1].strip('> ')}")
        event.add("organizer", organizer)
    if invited:
        attendee = vCalAddress(f"mailto:{invited}")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee)
    return event


def calendar(appointments, *, method=PUBLISH, name="", invited=None):
    """Return these appointments as the text of an .ics file.

    `invited` is the address of whom a REQUEST or CANCEL is for, empty where there is none; `name` is
    what a feed is called.
    """
    whole = Calendar()
    whole.add("prodid", "-//Home and School//visits//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", method)
    if name:
        whole.add("x-wr-calname", name)
    for one in appointments:
        whole.add_component(_event(one, invited))
    return whole.to_ical().decode()


def file_of(appointment, invited):
    """Return (name, text, type) of the invitation to one appointment, or of its being called off."""
    method = CANCEL if appointment.cancelled else REQUEST
    text = calendar([appointment], method=method, invited=invited)
    return "visit.ics", text, f"text/calendar; method={method}"
