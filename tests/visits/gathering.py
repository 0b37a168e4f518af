"""Meetings and conference days for tests, and what their letters open."""

import datetime as dt

from django.utils import timezone

from homeschool.journal import actions, channels
from homeschool.journal.models import Notice, Receipt
from visits.models import ConferenceDay, Meeting

DAY = dt.timedelta(days=1)


def today(cast):
    return timezone.localdate(timezone=cast.child.school_zone)


def plan_meeting(cast, *classes, days=7, by=None, invite=True, **values):
    """Plan a meeting of these classes (the child's) in so many days at 18:00, and invite."""
    values = {"theme": "Winter safety", "start": dt.time(18), "place": "Room 12"} | values
    meeting = Meeting(on=today(cast) + days * DAY, **values)
    by = by or cast.adviser
    meeting.write_down(by=by, classes=list(classes or [cast.school_class]))
    if invite:
        meeting.invite(by=by)
    return Meeting.objects.get(pk=meeting.pk)


def be_its_day(meeting, days=0):
    """Let the meeting be today, or so many days ago; nobody is told."""
    day = timezone.localdate(timezone=meeting.zone) - days * DAY
    Meeting.objects.filter(pk=meeting.pk).update(on=day, start=dt.time(0, 0))
    meeting.refresh_from_db()
    return meeting


def expand():
    """Address every notice that waits, as the worker does."""
    waiting = Notice.objects.filter(expanded_at=None).order_by("pk")
    actions.expand(list(waiting.values_list("pk", flat=True)))


def told(row, kind):
    """Return the names of those who were told of `row` by this kind, after all was addressed."""
    expand()
    receipts = Receipt.objects.about(row).filter(notice__kind=kind)
    return {receipt.person for receipt in receipts.select_related("person")}


def letter(row, person, kind=None):
    """Return the token of the newest letter about `row` to `person`."""
    expand()
    receipts = Receipt.objects.about(row).filter(person=person)
    if kind:
        receipts = receipts.filter(notice__kind=kind)
    return channels.letter_token(receipts.latest("pk"))


def make_day(cast, *hosts, classes=None, days=7, invite=True, by=None, **values):
    """Open a conference day for the child's class with tables for `hosts` (the adviser), 16 to 17."""
    on, now = today(cast) + days * DAY, timezone.now()
    values = {
        "name": "Autumn talks", "on": on, "until": on, "begins": dt.time(16), "ends": dt.time(17),
        "minutes": 15, "opens_at": now - DAY, "closes_at": now + 6 * DAY,
    } | values  # fmt: skip
    day = ConferenceDay(**values)
    by = by or cast.adviser
    day.open(by=by, classes=classes or [cast.school_class], hosts=hosts or [cast.adviser])
    if invite:
        day.invite(by=by)
    return ConferenceDay.objects.get(pk=day.pk)
