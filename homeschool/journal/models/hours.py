"""When a letter may arrive: quiet hours, and the hour of the evening letter, by the reader's clock.

The sums are done in SQL, by the zones of PostgreSQL, so that a letter to a hundred thousand people
needs no loop. Two rules for the nights in which clocks are changed: an hour that is left out counts
as the hour after it, and of an hour that comes twice the second ends the quiet.
"""

import re
import zoneinfo
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.utils import timezone

EVENING = "18:00"
_NAME = re.compile(r"[A-Za-z0-9_+/-]+")


def now():
    """Return this moment; tests put their own clock here."""
    return timezone.now()


@lru_cache(maxsize=1)
def known_zones():
    """Return the names of time zones that PostgreSQL and Python both know: once a process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        there = {name for (name,) in cursor.fetchall() if _NAME.fullmatch(name)}
    return frozenset(there & zoneinfo.available_timezones())


@lru_cache(maxsize=1)
def _zones():
    """Return the names as a constant of SQL: PostgreSQL raises an error for a zone it does not know."""
    return "'{" + ",".join(sorted(known_zones())) + "}'::text[]"


def zone_of(*names):
    """Return the zone of the first of these names that exists, else that of the portal."""
    for name in filter(None, names):
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def clock(way, school):
    """Return SQL that joins `clock`: `zone`, `begins`, `ends` and `local` of each row.

    `way` names a row with `zone`, `quiet_from`, `quiet_until` of the person (NULL or "" where the
    person chose none), `school` one with `time_zone`, `quiet_from` and `quiet_until`. The text needs
    no parameters; the moment is `now()`.
    """
    return f"""
    CROSS JOIN LATERAL (
        SELECT CASE WHEN {way}.zone = ANY({_zones()}) THEN {way}.zone
                    WHEN {school}.time_zone = ANY({_zones()}) THEN {school}.time_zone
                    ELSE '{zone_of().key}' END,
            coalesce({way}.quiet_from, {school}.quiet_from),
            coalesce({way}.quiet_until, {school}.quiet_until)
    ) AS hours (zone, begins, ends)
    CROSS JOIN LATERAL (
        SELECT hours.zone, hours.begins, hours.ends, {_moment()} AT TIME ZONE hours.zone
    ) AS clock (zone, begins, ends, local)
    """


def _moment():
    return f"timestamptz '{now().isoformat()}'"


QUIET_UNTIL = """CASE
    WHEN clock.begins < clock.ends AND clock.local::time >= clock.begins AND clock.local::time < clock.ends
        OR clock.begins > clock.ends AND clock.local::time < clock.ends
    THEN (clock.local::date + clock.ends) AT TIME ZONE clock.zone
    WHEN clock.begins > clock.ends AND clock.local::time >= clock.begins
    THEN (clock.local::date + 1 + clock.ends) AT TIME ZONE clock.zone
END"""


def next_evening():
    """Return SQL of the next time, after `now()`, at which the evening letter leaves."""
    today = f"(clock.local::date + time '{EVENING}') AT TIME ZONE clock.zone"
    tomorrow = f"(clock.local::date + 1 + time '{EVENING}') AT TIME ZONE clock.zone"
    return f"CASE WHEN {today} > {_moment()} THEN {today} ELSE {tomorrow} END"
