"""How long the school may take to answer what a family suggests, and how that is said and counted.

One rule for all rooms, whether it was said at a visit or written in the portal.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Q,
)
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

# The school answers within two weeks: long enough for a meeting of its leaders, short enough that
# the family still knows what it asked.
DAYS_TO_ANSWER = 14


def due_on(asked_at, zone):
    """Return the last day for an answer by the calendar of the school, whose zone has this name."""
    return timezone.localdate(asked_at, ZoneInfo(zone)) + dt.timedelta(days=DAYS_TO_ANSWER)


def state_of(answered_at, due, today):
    """Return "answered", "late" or "open", as it stands on `today`."""
    if answered_at:
        return "answered"
    return "late" if due < today else "open"


def standing(state, due, today):
    """Return in words how long it may wait, or waits too long."""
    if state == "answered":
        return _("answered")
    days = abs((due - today).days)
    if state == "late":
        return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}
    if not days:
        return _("to be answered today")
    return ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}


class Median(Aggregate):
    """The middle one of these values; None where there is none."""

    function = "PERCENTILE_DISC"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


class DayAt(Func):
    """The day of a moment by the clock of this zone."""

    template = "(%(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()


def _day(moment):
    return DayAt(F(moment), F("school__time_zone"))


TOOK = ExpressionWrapper(_day("answered_at") - _day("asked_at"), DurationField())


def figures(suggestions, today):
    """Return {"asked", "answered", "waiting", "late", "days": the median of days until an
    answer by the calendar of the school, or None} of rows with `school`, `asked_at`, `answered_at` and
    `due_on` (one query)."""
    waits = Q(answered_at=None)
    found = suggestions.order_by().aggregate(
        asked=Count("pk"),
        answered=Count("pk", filter=~waits),
        waiting=Count("pk", filter=waits),
        late=Count("pk", filter=waits & Q(due_on__lt=today)),
        days=Median(TOOK),
    )
    return found | {"days": found["days"].days if found["days"] is not None else None}
