"""The demo's world: rows with fixed ids and dates around today, each made once."""

import datetime
import types
import uuid
import zoneinfo
from importlib import import_module

from django.db import connection, transaction
from django.utils import timezone

from homeschool.journal.models import Entry

SCHOOL_CODE, COLLEGE_CODE = "demo-school", "demo-college"
# What the world of each is made of, in order: each module has a function `load(world)`.
PARTS = {
    SCHOOL_CODE: (
        "homeschool.demo.people",
        "homeschool.demo.wishes",
        "homeschool.demo.visits",
        "homeschool.demo.needs",
        "homeschool.demo.observations",
        "homeschool.demo.offers",
        "homeschool.demo.meetings",
        "homeschool.demo.files",
        "homeschool.demo.campaigns",
        "homeschool.demo.voices",
        "homeschool.demo.reports",
        "homeschool.demo.moving",
        "homeschool.demo.returned",
        "homeschool.demo.plans",
        "homeschool.demo.versions",
        "homeschool.demo.habits",
        "homeschool.demo.notes",
        "homeschool.demo.programmes",
        "homeschool.demo.sessions",
        "homeschool.demo.volunteers",
        "homeschool.demo.afternoons",
        "homeschool.demo.learning",
        "homeschool.demo.threads",
        "homeschool.demo.away",
        "homeschool.demo.parents_ideas",
        "homeschool.demo.translations",
        "homeschool.demo.announcements",
        "homeschool.demo.announced",
        "homeschool.demo.news",
    ),
    COLLEGE_CODE: (
        "homeschool.demo.college.people",
        "homeschool.demo.college.families",
        "homeschool.demo.college.visits",
        "homeschool.demo.college.meetings",
        "homeschool.demo.campaigns",
        "homeschool.demo.moving",
    ),
}
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.example")


class DoesNotFit(Exception):
    """An import refused what the demo brings: it meets other people, or days that have not come."""


class World(types.SimpleNamespace):
    """Made rows by name (`world.xiaoyu`, `world.mei_chen`), and today as the demo sees it.

    The same day gives the same world, id by id. Loading again makes what is missing and
    leaves what is there as it is, so nobody's trying out is undone.
    """

    def __init__(self, today):
        super().__init__(today=today, zone=ZONE, made=0, entries=[])

    def id(self, *names):
        """Return the id of the thing that has these names, always the same."""
        return uuid.uuid5(_IDS, "/".join(str(name) for name in names))

    def day(self, days):
        """Return the date `days` after today (before, where negative)."""
        return self.today + datetime.timedelta(days=days)

    def at(self, days, hour=9, minute=0):
        """Return a moment by the school's clock, `days` after today."""
        return datetime.datetime.combine(self.day(days), datetime.time(hour, minute), ZONE)

    def born(self, age, month, day):
        """Return the birth date of somebody who is `age` today."""
        year = self.today.year - age
        if (month, day) > (self.today.month, self.today.day):
            year -= 1
        return datetime.date(year, month, day)

    def make(self, rows):
        """Save those of `rows` (one model, with ids) that are not there yet; return all, by id."""
        rows = list(rows)
        if not rows:
            return {}
        model = type(rows[0])
        there = model.objects.in_bulk([row.pk for row in rows])
        missing = [row for row in rows if row.pk not in there]
        self.made += len(model.objects.bulk_create(missing))
        return {row.pk: there.get(row.pk, row) for row in rows}

    def save(self, rows):
        """Save new rows of one model, many at a time."""
        if rows:
            self.made += len(type(rows[0]).objects.bulk_create(rows, 1000))

    def note(self, verb, about, at, *, by_id, student=None):
        """Keep what the journal shall say of `about` for `save_notes`."""
        self.entries.append(
            Entry(
                kind=Entry.Kind.CHANGED,
                verb=verb,
                actor_id=by_id,
                student=student,
                school=self.school,
                about_type=about._meta.label_lower,
                about_id=str(about.pk),
                at=at,
            )
        )

    def save_notes(self):
        """Write down what was noted."""
        self.save(self.entries)
        self.entries = []

    def count_rows(self, *models):
        """Let the database see how many rows there are now: what follows is planned by that, and
        inside the transaction that made them nobody else can count them."""
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")

    def tie(self, relation, pairs):
        """Add pairs of ids to a many-to-many table, each once."""
        through = relation.through
        source, target = (f.attname for f in through._meta.get_fields() if f.many_to_one)
        rows = [through(**{source: one, target: other}) for one, other in pairs]
        through.objects.bulk_create(rows, ignore_conflicts=True)


def load(today=None, code=SCHOOL_CODE):
    """Make one world of the demo as it stands on `today` (a date), all or nothing, and return it."""
    world = World(today or timezone.localdate(timezone=ZONE))
    with transaction.atomic():
        _let_triggers_be_quick()
        for name in PARTS[code]:
            import_module(name).load(world)
    return world


def _let_triggers_be_quick():
    """Say that no trigger is to be ignored: not said, every trigger of every row asks, and catches an
    error (django-pgtrigger, _pgtrigger_should_ignore). Thousands of rows take a tenth of the time."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL pgtrigger.ignore = '{}'")
