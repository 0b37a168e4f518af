"""Whether two things of a child's week fall upon each other. Pure functions over the wall clock."""

import datetime as dt

DAY = 24 * 60


def _from(weekly):
    start = weekly.starts.hour * 60 + weekly.starts.minute
    return start, start + weekly.minutes


def _meet(one, other):
    return one[0] < other[1] and other[0] < one[1]


def weeks_meet(one, other):
    """Return the ISO weekdays, in order, on which times of two weekly patterns overlap.

    `one` and `other` are lists of rules.pattern.Weekly of one school; what begins when the other ends
    does not overlap. A time that runs past midnight counts for the day on which it begins.
    """
    return sorted({
        a.weekday for a in one for b in other
        if a.weekday == b.weekday and _meet(_from(a), _from(b))
    })  # fmt: skip


def spans_meet(one, other):
    """Whether two spans of dates (first, last), both inclusive, share a day."""
    return one[0] <= other[1] and other[0] <= one[1]


def falls_upon(weekly, begins, ends, *, first, last, days_off=frozenset()):
    """Whether something from `begins` to `ends` (moments by the school's clock) falls upon a session.

    Sessions take place from `first` to `last` inclusive, but on `days_off`.
    """
    day = begins.date()
    if not first <= day <= last or day in days_off:
        return False
    start = begins.hour * 60 + begins.minute
    length = max(1, int((ends - begins) / dt.timedelta(minutes=1)))
    mine = (start, min(start + length, DAY))
    return any(w.weekday == day.isoweekday() and _meet(_from(w), mine) for w in weekly)
