"""The demo's world: rows with fixed ids and dates around today, each made once."""

import datetime
import types
import uuid
import zoneinfo
from importlib import import_module

from django.db import transaction
from django.utils import timezone

# What the world is made of, in order: each module has a function `load(world)`.
PARTS = ("homeschool.demo.people", "homeschool.demo.visits")
SCHOOL_CODE = "demo-school"
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.example")


class World(types.SimpleNamespace):
    """Made rows by name (`world.xiaoyu`, `world.mei_chen`), and today as the demo sees it.

    The same day gives the same world, id by id. Loading again makes what is missing and
    leaves what is there as it is, so nobody's trying out is undone.
    """

    def __init__(self, today):
        super().__init__(today=today, zone=ZONE, made=0)

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

    def tie(self, relation, pairs):
        """Add pairs of ids to a many-to-many table, each once."""
        through = relation.through
        source, target = (f.attname for f in through._meta.get_fields() if f.many_to_one)
        rows = [through(**{source: one, target: other}) for one, other in pairs]
        through.objects.bulk_create(rows, ignore_conflicts=True)


def load(today=None):
    """Make the demo's world as it stands on `today` (a date), all or nothing, and return it."""
    world = World(today or timezone.localdate(timezone=ZONE))
    with transaction.atomic():
        for name in PARTS:
            import_module(name).load(world)
    return world
