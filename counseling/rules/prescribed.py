"""What a plan prescribes, week by week: how often help was due, and over how many weeks it is judged.

Pure functions over dates. A programme has `pattern` times a week; some of them are `lost` in a week,
since they fall on a day without school or beyond the days for which the help is prescribed.
"""

import datetime as dt
from dataclasses import dataclass

WEEK = dt.timedelta(days=7)
SCHOOL_DAYS = 5  # Monday to Friday, where a programme has no weekly times of its own


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`, both within."""

    first: dt.date
    last: dt.date

    def __contains__(self, day):
        return self.first <= day <= self.last


def days_of(monday):
    """Return the seven dates of the week of `monday`."""
    return [monday + dt.timedelta(days=n) for n in range(7)]


def left(weekdays, monday, days_off, *spans):
    """Return (times that the pattern asks for in the week, how many of them are lost).

    `weekdays` holds an ISO weekday for each weekly time; a time is lost on a day off, and on a day that
    lies outside of one of `spans`. Without weekly times, Monday to Friday count as one each.
    """
    wanted = list(weekdays) or list(range(1, SCHOOL_DAYS + 1))
    open_days = {
        day.isoweekday()
        for day in days_of(monday)
        if day not in days_off and all(day in span for span in spans)
    }
    return len(wanted), sum(weekday not in open_days for weekday in wanted)


def due(times, pattern, lost):
    """Return how often the help is due in a week: as often as prescribed, less what the week lost.

    A programme that meets more often than prescribed loses its spare times first; one that meets less
    often owes the difference, which is what "was it delivered" asks.
    """
    return min(times, max(0, max(times, pattern) - lost))


def together(parts):
    """Return (due, held, attended) of a week in which one programme is prescribed in `parts`, one after
    another: [(times, (due, held, attended))]. No more is due than where the most was prescribed."""
    due, held, attended = map(sum, zip(*(counts for _times, counts in parts), strict=True))
    return min(due, max(times for times, _counts in parts)), held, attended


def mondays(first, last):
    """Return the Mondays of the weeks from `first` to `last`, in order; none where `last` is before."""
    found, monday = [], first - dt.timedelta(days=first.weekday())
    while monday <= last:
        found.append(monday)
        monday += WEEK
    return found if first <= last else []


def judged_until(since, today):
    """Return the day up to which a prescription is judged: the last Sunday, so that a week that has just
    begun does not count as one with too little; in the first week, today."""
    sunday = today - dt.timedelta(days=today.isoweekday() % 7)
    return sunday if sunday >= since else today


def school_weeks(weekdays, first, last, days_off, *spans):
    """Return in how many of the weeks from `first` to `last` the programme could take place."""
    spans = (*spans, Span(first, last))
    found = (left(weekdays, monday, days_off, *spans) for monday in mondays(first, last))
    return sum(lost < pattern for pattern, lost in found)
