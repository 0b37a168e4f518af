"""The sessions of a programme by its weekly pattern: which days, and at which moments.

A session stands on the school's wall clock. In the night in which clocks go forward, one that would begin
in the hour that does not exist begins an hour later by the wall; in the one in which they go back,
one in the hour that comes twice takes place the first time. It always lasts its real minutes.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Weekly:
    """A time of the week: ISO weekday (1 Monday ... 7 Sunday), from when, how many minutes."""

    weekday: int
    starts: dt.time
    minutes: int


def moment(day, at, zone):
    """Return the moment at which the clock on the wall of `zone` shows `at` on `day`, in UTC.

    PEP 495: with fold=0 an hour that does not exist is read by the offset before it, which is as much
    later as clocks were put forward, and of an hour that comes twice the first is meant.
    """
    return dt.datetime.combine(day, at, tzinfo=zone).astimezone(dt.UTC)


def sessions(weekly, first, last, zone, *, days_off=frozenset()):
    """Yield (day, begins, ends) from `first` to `last` inclusive, in order; moments are in UTC.

    Two times that the clock of a night brings to one moment are one session, as the first says.
    `days_off` are dates without school: holidays, and days on which the programme makes a pause.
    """
    for n in range((last - first).days + 1):
        day = first + dt.timedelta(days=n)
        if day in days_off:
            continue
        begun = set()
        for one in sorted(weekly, key=lambda one: one.starts):
            begins = moment(day, one.starts, zone)
            if one.weekday == day.isoweekday() and begins not in begun:
                begun.add(begins)
                yield day, begins, begins + dt.timedelta(minutes=one.minutes)
