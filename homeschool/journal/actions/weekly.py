"""The week in one letter: what those who lead a school read on Monday morning.

Rooms register lines; the journal knows none. A line counts only what its reader may see, and says
what it does not know: that nothing was written down does not say that nothing was done.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from homeschool.journal.models import Notice, hours

KIND = "week"
MORNING = dt.time(7, 30)
LATEST = dt.time(18)  # after that the letter of this week is not begun any more


@dataclass(frozen=True)
class Week:
    """The seven days before a Monday, by the clock of the school; `until` is exclusive."""

    school: Any
    monday: dt.date

    @property
    def until(self):
        """The first moment of the Monday on which the letter leaves."""
        return dt.datetime.combine(self.monday, dt.time(), hours.zone_of(self.school.time_zone))

    @property
    def since(self):
        """The first moment of the week that is told of."""
        first = self.monday - dt.timedelta(days=7)
        return dt.datetime.combine(first, dt.time(), hours.zone_of(self.school.time_zone))


@dataclass(frozen=True)
class Line:
    """One line: `count(user, week)` returns a number, or None where the line is not for this reader;
    `words(number)` says it in the reader's language, as (sentence, remark or "")."""

    name: str
    order: int
    count: Callable
    words: Callable


_lines: dict[str, Line] = {}


def register_line(line):
    """Add a line to the letter; the last one of a name stands."""
    _lines[line.name] = line


def lines_of(user, week):
    """Return [{"number", "words", "remark"}] for one reader; speak the reader's language."""
    told = []
    for line in sorted(_lines.values(), key=lambda line: (line.order, line.name)):
        number = line.count(user, week)
        if number is not None:
            words, remark = line.words(number)
            told.append({"number": number, "words": words, "remark": remark})
    return told


def post_due():
    """Write the letter of each school where it is Monday morning; returns how many schools.

    Again and at once with itself it writes each once: a school and a week are one notice.
    """
    School: Any = Notice._meta.get_field("school").related_model
    due = {}
    for school in School.objects.all():
        local = hours.now().astimezone(hours.zone_of(school.time_zone))
        if local.isoweekday() == 1 and MORNING <= local.time() < LATEST:
            due[school.pk] = (school, key_of(local.date()))
    told = set(Notice.objects.filter(kind=KIND, school__in=due).values_list("school", "dedupe_key"))
    left = {pk: row for pk, row in due.items() if (pk, row[1]) not in told}
    for school, key in left.values():
        Notice.post(KIND, school, school=school, by=None, dedupe_key=key)
    return len(left)


def key_of(monday):
    """Return the name of the week that begins on `monday`, as ISO 8601 writes it."""
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02}"


def week_of(notice):
    """Return the Week that a notice tells of."""
    year, week = notice.dedupe_key.split("-W")
    return Week(notice.school, dt.date.fromisocalendar(int(year), int(week), 1))


def words_of(notice, user):
    """Return what the letter holds for `user`."""
    week = week_of(notice)
    last = week.monday - dt.timedelta(days=1)
    return {
        "lines": lines_of(user, week),
        "first": date_format(week.since, "MONTH_DAY_FORMAT"),
        "last": date_format(last, "MONTH_DAY_FORMAT"),
    }
