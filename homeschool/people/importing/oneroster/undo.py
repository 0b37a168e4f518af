"""Taking an import back, while nothing was built on it."""

import datetime as dt
import json
import uuid
import zlib

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people.models import School

CHUNK = 5000
# What goes first, and what comes back last: a row before those that it hangs on.
ORDER = (
    "people.rosterkey", "people.address", "people.enrolment", "people.guardianship", "people.student",
    "people.schoolclass", "people.membership", "people.division", "people.user", "people.term",
)  # fmt: skip
CHANGED_SINCE = _("Something that this import changed was changed again since.")
BUILT_ON = _(
    "Something was built on what this import brought: a visit, a message, a letter, a caseload."
)
SIGNED_IN = _("Somebody whom this import brought has signed in since.")
GONE = _("Something that this import brought is gone.")


class NotTakenBack(Exception):
    """An import cannot be taken back; `reason` says why, in the reader's language."""

    def __init__(self, reason):
        super().__init__(str(reason))
        self.reason = reason


class Done:
    """What an import did: rows `made`, `changed` and `removed`, by model label.

    `made` {label: [key]}, `changed` {label: {key: [{field: before}, {field: after}]}}, `removed`
    {label: [{field: value}]}.
    """

    def __init__(self):
        self.made, self.changed, self.removed = {}, {}, {}

    def make(self, model, keys):
        """Note new rows of a model."""
        self.made.setdefault(model._meta.label_lower, []).extend(map(_plain, keys))

    def remove(self, model, rows):
        """Note rows, as {field: value}, that were deleted."""
        told = ({name: _plain(value) for name, value in row.items()} for row in rows)
        self.removed.setdefault(model._meta.label_lower, []).extend(told)

    def change(self, model, before, after):
        """Note fields of rows before and after: {key: {field: value}} each."""
        rows = self.changed.setdefault(model._meta.label_lower, {})
        for key, values in before.items():
            differ = [name for name in values if values[name] != after[key][name]]
            if not differ:
                continue
            was, becomes = rows.setdefault(str(key), [{}, {}])
            for name in differ:
                was.setdefault(name, _plain(values[name]))
                becomes[name] = _plain(after[key][name])

    def packed(self):
        """Return it as bytes."""
        told = {"made": self.made, "changed": self.changed, "removed": self.removed}
        return zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 6)


def undo_bytes(made=(), changed=(), removed=()):
    """Return what `take_back` needs, from rows as the ORM holds them once they are written.

    `made` and `removed` are rows; `changed` is {row: {field: value before}}, or pairs of these.
    """
    done = Done()
    for row in made:
        done.make(type(row), [row.pk])
    pairs = changed.items() if isinstance(changed, dict) else changed
    for row, before in pairs:
        after = {name: getattr(row, name) for name in before}
        done.change(type(row), {row.pk: before}, {row.pk: after})
    for row in removed:
        done.remove(
            type(row), [{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}]
        )
    return done.packed()


def take_back(school, undo, *, by, verb="roster.taken_back"):
    """Delete what an import made, restore what it changed, and write an Entry, in one transaction.

    Raises NotTakenBack, with nothing changed, where a row was changed again since, where somebody
    signed in, or where anything hangs on a row that was made.
    """
    told = json.loads(zlib.decompress(bytes(undo)))
    try:
        with transaction.atomic():
            School.objects.select_for_update(no_key=True).get(pk=school.pk)
            _defer()
            _check_changed(told["changed"])
            _check_made(told["made"])
            counts = _delete(told["made"])
            _restore(told["changed"], told["removed"])
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _defer()
            return Entry.record(verb, school, by=by, school=school, made=counts)
    except IntegrityError:
        raise NotTakenBack(BUILT_ON) from None


def _defer():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _in_order(told):
    """Yield (model, what is told of it), what hangs on others first."""
    labels = [*(label for label in told if label not in ORDER), *ORDER]
    for label in labels:
        if told.get(label):
            yield apps.get_model(label), told[label]


def _chunks(keys):
    keys = list(keys)
    return (keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK))


def _check_changed(changed):
    for model, rows in _in_order(changed):
        for keys in _chunks(rows):
            found = {str(row.pk): row for row in model._default_manager.filter(pk__in=keys)}
            for key in keys:
                after = rows[key][1]
                row = found.get(key)
                if row is None or any(_plain(getattr(row, n)) != after[n] for n in after):
                    raise NotTakenBack(CHANGED_SINCE)


def _check_made(made):
    for model, keys in _in_order(made):
        rows = model._default_manager.all()
        found = sum(rows.filter(pk__in=some).count() for some in _chunks(keys))
        if found != len(keys):
            raise NotTakenBack(GONE)
        if hasattr(model, "last_login") and any(
            rows.filter(pk__in=some).exclude(last_login=None).exists() for some in _chunks(keys)
        ):
            raise NotTakenBack(SIGNED_IN)


def _delete(made):
    """Delete rows without asking what hangs on them: the database's own keys do."""
    counts = {}
    for model, keys in _in_order(made):
        counts[model._meta.model_name] = len(keys)
        for some in _chunks(keys):
            rows = model._base_manager.filter(pk__in=some)
            rows._raw_delete(rows.db)
            _forget(model, some)
    return counts


def _forget(model, keys):
    """Delete the history of rows that are to have never been."""
    event = getattr(model, "pgh_event_model", None)
    if event is not None:
        events = event._base_manager.filter(pgh_obj_id__in=keys)
        events._raw_delete(events.db)


def _restore(changed, removed):
    for model, rows in reversed(list(_in_order(changed))):
        for keys in _chunks(rows):
            found = list(model._default_manager.filter(pk__in=keys))
            names = {name for key in keys for name in rows[key][0]}
            for row in found:
                for name, value in rows[str(row.pk)][0].items():
                    setattr(row, name, _field(model, name).to_python(value))
            model._default_manager.bulk_update(found, names, 500)
    for model, rows in reversed(list(_in_order(removed))):
        back = [
            model(**{name: _field(model, name).to_python(value) for name, value in row.items()})
            for row in rows
        ]
        model._default_manager.bulk_create(back, 500)


def _field(model, name):
    """Return the field that keeps `name`, of a foreign key the one that it points at."""
    field = next(f for f in model._meta.concrete_fields if name in (f.name, f.attname))
    return field.target_field if field.is_relation else field


def _plain(value):
    """Return a value as JSON keeps it, to the microsecond."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, (dt.date, uuid.UUID)):
        return str(value)
    return value
