"""Counting a term: one statement, so that all figures are of the same moment and reconcile.

`visible_to` gives the children, as everywhere; the statement counts over them and nothing else. Lines
of visits are read once and counted in every way from there. The term before is counted along with it.
Campaigns are counted where their board is (`visits.reading.coverage`), so that both say the same.
"""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from visits.models import Campaign, Visit
from visits.reading import coverage

from .measures import FOR_RELATIONSHIP, MEASURES, TARGETED
from .statement import followed, statement

IN_PERSON, ONLINE = "in_person", "online"
# What the filter "how people met" takes, beside each single way.
WAYS = {IN_PERSON: Visit.IN_PERSON, ONLINE: Visit.ONLINE} | {mode: (mode,) for mode in Visit.Mode}
WAYS_IN_WORDS = {IN_PERSON: _("in person"), ONLINE: _("online")} | dict(Visit.Mode.choices)


@dataclass(frozen=True)
class Filters:
    """What narrows a staff report: codes as they stand in its address; empty ones narrow nothing.

    Division and class narrow the children; mode and aspect the visits and what came of them (promises,
    summaries, offers, needs, suggestions, gifts), but neither the roll nor meetings, campaigns and plans.
    Voices of families are told of everybody alone: with a filter there are none.
    """

    division: str = ""
    school_class: str = ""
    mode: str = ""
    aspect: str = ""

    def as_dict(self):
        """Return the filters that are set."""
        return {name: value for name, value in vars(self).items() if value}

    def narrow(self, students):
        """Return those of the queryset `students` that are meant, by where they are today."""
        if self.division:
            students = students.filter(division__code=self.division)
        if self.school_class:
            students = students.filter(school_class__code=self.school_class)
        return students


def span(term):
    """Return the moments at which the term begins and ends, in the zone of its school."""
    zone = zoneinfo.ZoneInfo(term.school.time_zone)
    begin, end = (dt.datetime.combine(day, dt.time(), zone) for day in (term.start, term.end))
    return begin, end


def is_past(term):
    """Whether the term is over by the calendar of its school."""
    return term.end <= _today(term)


def day_of(term):
    """Return the day as of which plans are told: today, of a term that is over its last day."""
    return min(_today(term), term.end - dt.timedelta(days=1))


def _today(term):
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(term.school.time_zone))


def count(term, students, filters=None, *, measures=None, last=None):
    """Return ({(measure, kind, key): number} of `term`, {measure: number} of the term `last`) over
    `students` of their school: one query.

    `kind` is one of `measures.BREAKDOWNS`; what nobody counted has no entry. `measures`, a frozenset
    of codes, asks for these and what is counted along with them; without it, for all.
    """
    filters = filters or Filters()
    try:
        seen, values = _compiled(students.filter(school=term.school_id))
    except EmptyResultSet:
        return {}, {}
    values |= _said(term, filters)
    sql = statement(measures=measures, past=is_past(term))
    asked = f"SELECT false, now.* FROM ({sql}) now"  # noqa: S608
    if last:
        before = statement(measures=measures, whole=True, past=True)
        for name in OF_TERM:
            before = before.replace(f"%({name})s", f"%(before_{name})s")
            values[f"before_{name}"] = _days(last)[name]
        asked += f" UNION ALL SELECT true, before.* FROM ({before}) before"  # noqa: S608
    numbers: dict = {}
    of_last: dict = {}
    with connection.cursor() as cursor:
        cursor.execute(asked.replace("<seen>", seen), values)
        for is_last, measure, kind, key, number in cursor.fetchall():
            if is_last:
                of_last[measure] = plain(number)
            else:
                numbers[measure, kind, key] = plain(number)
    return numbers, of_last


def followed_goals(term, students, filters=None):
    """Return [(goal, code of the division, code of the class)] of the goals whose standing the report of
    a term tells (one query)."""
    filters = filters or Filters()
    try:
        seen, values = _compiled(students.filter(school=term.school_id))
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        sql = followed(past=is_past(term)).replace("<seen>", seen)
        cursor.execute(sql, values | _said(term, filters))
        return cursor.fetchall()


OF_TERM = ("begin", "end", "first_day", "last_day", "day")


def _days(term):
    begin, end = span(term)
    return {
        "begin": begin, "end": end, "first_day": term.start, "last_day": term.end,
        "day": day_of(term),
    }  # fmt: skip


def _said(term, filters):
    """Return what the statement is told by name, the children apart."""
    return _days(term) | {
        "school": term.school_id,
        "zone": term.school.time_zone,
        "modes": list(map(str, WAYS.get(filters.mode, Visit.Mode.values))),
        "in_person": list(map(str, Visit.IN_PERSON)),
        "open": list(map(str, Visit.OPEN)),
        "aspect": filters.aspect,
        "of_division": filters.division,
        "of_class": filters.school_class,
    }


def _compiled(students):
    """Return the SQL of the children with named parameters, and their values."""
    rows = students.order_by().values("id", "school_class_id", "division_id", "status")
    sql, values = rows.query.sql_with_params()
    names = tuple(f"%(seen_{n})s" for n in range(len(values)))
    return sql % names, {f"seen_{n}": value for n, value in enumerate(values)}


def plain(number):
    """Return a number of the database as JSON holds it: whole where it is whole."""
    return int(number) if number == int(number) else float(number)


def count_campaigns(term, students, filters=None):
    """Return {(measure, kind, key): number} of the campaigns of a term that were opened: as their boards
    count them today, over `students` (one query, and one for each campaign).

    The key is the name of the campaign; the kind tells its purpose, so that the two are never mixed.
    """
    students = (filters or Filters()).narrow(students.filter(school=term.school_id))
    numbers = {}
    for campaign in campaigns_of(term):
        kind = FOR_RELATIONSHIP if campaign.purpose == Visit.Purpose.RELATIONSHIP else TARGETED
        told = coverage.count(campaign, students)["", ""]
        for code, measure in MEASURES.items():
            if kind in measure.shown:
                name = code.removeprefix("campaign_")
                numbers[code, kind, campaign.name] = told.get(name, 0)
    return numbers


def campaigns_of(term):
    """Return the campaigns of a term that were opened, in the order of their names."""
    return (
        Campaign.objects.filter(term=term.pk).exclude(state=Campaign.State.DRAFT).order_by("name")
    )
