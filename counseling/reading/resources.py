"""Rooms, devices and books of a school, and who has one of them in a week."""

import datetime as dt

from counseling.models import Reserved

from .sessions import A_DAY, A_WEEK, clock_of, when


def listed_by_kind(rows):
    """Return [(kind in words, [Resource])], those in use first (one query)."""
    groups: dict = {}
    for row in sorted(rows, key=lambda row: row.ended_at is not None):
        groups.setdefault(row.kind, []).append(row)
    return [(found[0].get_kind_display(), found) for _kind, found in sorted(groups.items())]


class BookedWeek:
    """The bookings of one thing from Monday to Sunday, by the clock of its school."""

    def __init__(self, thing, monday):
        self.thing, self.monday, self.sunday = thing, monday, monday + 6 * A_DAY
        self.before, self.after = monday - A_WEEK, monday + A_WEEK

    @property
    def lines(self):
        """[(when, session)] in the order of time (one query)."""
        zone = clock_of(self.thing.school)
        begins = dt.datetime.combine(self.monday, dt.time.min, zone)
        ends = dt.datetime.combine(self.after, dt.time.min, zone)
        rows = Reserved.objects.filter(
            resource=self.thing, live=True, session__begins__lt=ends, session__ends__gt=begins
        ).select_related("session__programme")
        return [
            (when(row.session.begins, row.session.ends, zone), row.session)
            for row in rows.order_by("session__begins")
        ]
