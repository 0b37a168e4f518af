"""Queries that pages ask again and again: built once, planned once, and asked with new values.

For a rich queryset Django spends ten times as long on building SQL, and PostgreSQL as long again on
planning it, as the answer takes. So the queryset is built once from stand-ins, values that stand for
others and occur nowhere; what is kept is its SQL, in which the real values take their places each
time. PostgreSQL keeps its plan too, on each connection (PREPARE), except where the best plan depends
on the values: a span of days, a part of a school (`new_plan`).

Nothing of a person can stay in the kept SQL, since it is built from stand-ins alone: a key, a day or
a moment in it that is none is refused when it is built.
"""

import datetime as dt
import itertools
import re
import uuid
import weakref
from functools import lru_cache, wraps

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection

_MOMENT = dt.datetime(9990, 1, 1, tzinfo=dt.UTC)
_COUNT = itertools.count(1)
_TYPES = {uuid.UUID: "uuid", list: "uuid[]", dt.datetime: "timestamptz", dt.date: "date"}
_STAND_INS = {
    uuid.UUID: lambda _at: uuid.uuid4(),
    list: lambda _at: [uuid.uuid4()],
    dt.datetime: lambda at: at,
    dt.date: lambda at: at.date(),
}
_PLACE = re.compile(r" IN \((%s(?:, %s)*)\)|%s|%%")
# What PostgreSQL holds ready on each of its connections: {connection: {name of the statement}}.
_READY: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
_MOST_READY = 200


def prepared(build, *, new_plan=False):
    """Make `build(*values, **fixed)`, which returns a queryset of `.values()`, a prepared query.

    Called the same way it returns the rows as dicts. `values` are keys, lists of keys, days and
    moments, other ones each time; for each other `fixed` SQL of its own is kept, so these are few.
    A list of keys stands in an `IN`. `.plain` is `build` itself, for what is seldom asked.
    """

    @lru_cache(maxsize=100)
    def statement(types, fixed):
        values = stand_ins(types)
        return Statement(build(*values, **dict(fixed)), values, new_plan=new_plan)

    @wraps(build)
    def ask(*values, **fixed):
        types = tuple(type(value) for value in values)
        return statement(types, tuple(sorted(fixed.items()))).ask(values)

    ask.plain = build
    return ask


def stand_ins(types):
    """Return a value of each of these types, found nowhere else; a list stands for any list."""
    moments = [_MOMENT + dt.timedelta(days=n) for n in range(len(types))]
    return [_STAND_INS[kind](at) for kind, at in zip(types, moments, strict=True)]


class Statement:
    """The SQL of a queryset of `.values()` that was built from these stand-ins."""

    def __init__(self, rows, values, *, new_plan=False):
        self.name, self.new_plan = f"prepared_{next(_COUNT)}", new_plan
        self.many = {value[0] for value in values if isinstance(value, list)}
        ones = [value[0] if isinstance(value, list) else value for value in values]
        self.places = {one: f"v{n}" for n, one in enumerate(ones)}
        self.types = [_TYPES[type(value)] for value in values]
        places = ", ".join(f"%({place})s" for place in self.places.values())
        self.execute = f"EXECUTE {self.name}" + (f"({places})" if places else "")
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:  # whatever is asked, there is nothing
            self.sql = None
            return
        self.sql = self._with_places(sql, iter(values))
        self.columns = list(rows.query.selected)
        self.converters = compiler.get_converters([part[0] for part in compiler.select])

    def ask(self, values):
        """Return the rows, as dicts, with these values in the places of the stand-ins."""
        if self.sql is None:
            return []
        given = dict(zip(self.places.values(), values, strict=True))
        with connection.cursor() as cursor:
            keeps = settings.PREPARED_STATEMENTS and not self.new_plan
            cursor.execute(self._call() if keeps else self.sql, given)
            return [self._row(row) for row in cursor.fetchall()]

    # --- the SQL ---------------------------------------------------------------------------
    def _with_places(self, sql, values):
        """Return the SQL with a named place for each stand-in and everything else written out."""

        def put(found):
            if not found[1]:
                return found[0] if found[0] == "%%" else self._place(next(values))
            taken = list(itertools.islice(values, found[1].count("%s")))
            if not self.many.issuperset(taken):
                return f" IN ({', '.join(map(self._place, taken))})"
            lists = " || ".join(f"%({self.places[value]})s" for value in taken)
            return f" = ANY(({lists})::uuid[])"

        return _PLACE.sub(put, sql)

    def _place(self, value):
        if isinstance(value, (uuid.UUID, dt.date)):  # a moment is a date too
            if value not in self.places or value in self.many:
                raise ValueError(f"{value!r} in a prepared query stands for no value")
            return f"%({self.places[value]})s"
        with connection.cursor() as cursor:
            return cursor.mogrify("%s", [value]).decode().replace("%", "%%")

    # --- the answer ------------------------------------------------------------------------
    def _call(self):
        """Return how PostgreSQL is asked for it, once it is ready on this connection."""
        ready = _READY.setdefault(connection.connection, set())
        if self.name not in ready:
            with connection.wrap_database_errors, connection.connection.cursor() as cursor:
                if len(ready) >= _MOST_READY:
                    cursor.execute("DEALLOCATE ALL")
                    ready.clear()
                if not ready:  # else it plans some of them anew each time, as if values mattered
                    cursor.execute("SET plan_cache_mode = force_generic_plan")
                numbers = {place: f"${n}" for n, place in enumerate(self.places.values(), 1)}
                types = f"({', '.join(self.types)})" if self.types else ""
                cursor.execute(f"PREPARE {self.name}{types} AS {self.sql % numbers}")
            ready.add(self.name)
        return self.execute

    def _row(self, row):
        values = list(row[: len(self.columns)])  # beyond them stands what it is ordered by
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return dict(zip(self.columns, values, strict=True))


def whole(rows, *related, columns=()):
    """Return the queryset as `.values()` of all its columns and of those of the `related` rows, from
    which `instance` makes what `select_related` would. `columns` are single ones of other rows; an
    `id` has to be among those of each row."""
    columns = [*columns, *(field.attname for field in rows.model._meta.concrete_fields)]
    for path in related:
        model = rows.model
        for name in path.split("__"):
            model = model._meta.get_field(name).related_model
        columns += [f"{path}__{field.attname}" for field in model._meta.concrete_fields]
    return rows.values(*columns)


def instance(model, row):
    """Return the row of `model` with these columns, and by `__` the rows that it points at."""
    own = {name: value for name, value in row.items() if "__" not in name}
    found = model.from_db(connection.alias, list(own), list(own.values()))
    for name in dict.fromkeys(name.partition("__")[0] for name in row if "__" in name):
        part = {n.removeprefix(f"{name}__"): v for n, v in row.items() if n.startswith(f"{name}__")}
        there = model._meta.get_field(name).related_model
        setattr(found, name, instance(there, part) if part["id"] else None)
    return found
