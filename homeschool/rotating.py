"""Sealing anew what the database holds encrypted, with the key that writes now.

What is sealed is named by the models themselves (every EncryptedTextField, those of history too) and
by JSON: the secrets of the second factor. Rows are taken in small batches, each its own transaction,
by what they still need; so a run that was stopped is begun again, and nothing is remembered.

Beside running writers: a batch takes the rows that nobody holds (SKIP LOCKED), and waits for none, so
that no request waits for a run that waits for it. Who writes with the old key meanwhile is found by
the next pass. Triggers that refuse changes, or keep history, are passed by on the one table, in the
one UPDATE that sets what was sealed and nothing else.
"""

import contextlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Cast

from homeschool.fields import EncryptedTextField, KeyIsLost, seal, unseal, writing_key

BATCH, PASSES, PAUSE = 200, 20, 0.25  # rows, rounds over a table whose rows somebody holds, seconds
RAW = "raw_"


@dataclass
class Told:
    """What became of one table: rows sealed anew, left because somebody held them, not readable."""

    name: str
    sealed: int = 0
    left: int = 0
    lost: set = field(default_factory=set)


@dataclass(frozen=True)
class Place:
    """A table, and its columns in which sealed text stands: text of its own, or JSON with some in it."""

    model: type[models.Model]
    columns: tuple[str, ...]
    is_json: bool = False

    @property
    def name(self):
        return self.model._meta.label

    def rows(self):
        """Return the rows with each column as the database holds it, as `raw_<column>`."""
        raw = {
            RAW + name: Cast(name, models.JSONField() if self.is_json else models.TextField())
            for name in self.columns
        }
        return self.model._base_manager.order_by("pk").annotate(**raw)

    def waiting(self):
        """Return those of `rows` that hold text which another key sealed."""
        found = Q()
        for name in self.columns:
            found |= self._by_another_key(RAW + name)
        return self.rows().filter(found)

    def _by_another_key(self, name):
        if self.is_json:
            return Q(**{f"{name}__isnull": False})  # few rows: looked at one by one
        sealed = Q(**{f"{name}__gt": ""})
        return sealed & ~Q(**{f"{name}__startswith": f"{writing_key()}:"})

    def anew(self, value):
        """Return `value` sealed with the key that writes. Raises KeyIsLost."""
        if self.is_json:
            return _json_anew(value)
        return _text_anew(value) if value else value

    def put(self, rows):
        """Write [(key, [a value for each column])] of rows that are locked, in one statement that the
        triggers of the table let pass."""
        opts: Any = self.model._meta
        quote = connection.ops.quote_name
        columns = [quote(opts.get_field(name).column) for name in self.columns]
        kind = "jsonb" if self.is_json else "text"
        sets = ", ".join(f"{column} = new.{column}::{kind}" for column in columns)
        texts = ", ".join(["%s::text[]"] * len(columns))
        sql = (
            f"UPDATE {quote(opts.db_table)} AS old SET {sets}"  # noqa: S608 - names of our own models
            f" FROM unnest(%s::{opts.pk.rel_db_type(connection)}[], {texts})"
            f" AS new (key_of_row, {', '.join(columns)})"
            f" WHERE old.{quote(opts.pk.column)} = new.key_of_row"
        )
        written = [[json.dumps(v) if self.is_json else v for v in row] for _pk, row in rows]
        arrays = [list(column) for column in zip(*written, strict=True)]
        with _past_triggers(self.model), connection.cursor() as cursor:
            cursor.execute(sql, [[pk for pk, _row in rows], *arrays])


def _text_anew(value):
    return value if value.startswith(f"{writing_key()}:") else seal(unseal(value))


def _json_anew(value):
    """Return JSON in which every sealed text is sealed anew; what is not sealed stays."""
    if isinstance(value, dict):
        return {key: _json_anew(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_json_anew(part) for part in value]
    return _text_anew(value) if isinstance(value, str) and is_sealed(value) else value


def is_sealed(text):
    """Whether `text` looks like `key id:token`: tokens of Fernet begin with their version, 0x80."""
    key_id, colon, token = text.partition(":")
    return bool(key_id and colon) and token.startswith("gAAAA")


@contextlib.contextmanager
def _past_triggers(model):
    names = [
        f"{owner._meta.label}:{trigger.name}"
        for owner, trigger in pgtrigger.registered()
        if owner is model
    ]
    with pgtrigger.ignore(*names) if names else contextlib.nullcontext():
        yield


def places():
    """Return every Place of the portal, by name; tables of others and views hold none."""
    found = [Place(Authenticator, ("data",), is_json=True)]
    for model in apps.get_models():
        columns = [f.name for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
        if columns and model._meta.managed and not model._meta.proxy:
            found.append(Place(model, tuple(columns)))
    return sorted(found, key=lambda place: place.name)


def rotate(place, *, batch=BATCH, passes=PASSES, pause=PAUSE):
    """Seal what stands at `place` anew; return what became of it as Told.

    It gives up on rows that somebody holds through `passes` rounds, `pause` seconds apart.
    """
    told = Told(place.name)
    for turn in range(passes):
        if turn:
            time.sleep(pause)
        last = None
        while (last := _batch(place, last, batch, told)) is not None:
            pass
        told.left = _left(place, told)
        if not told.left:
            break
    return told


def _batch(place, last, size, told):
    """Seal one batch of the rows after the key `last`; return the last key of it, or None at the end."""
    with transaction.atomic():
        waiting = place.waiting().exclude(pk__in=told.lost).select_for_update(skip_locked=True)
        if last is not None:
            waiting = waiting.filter(pk__gt=last)
        rows = list(waiting.values_list("pk", *(RAW + name for name in place.columns))[:size])
        changed = [
            (pk, new) for pk, *values in rows if (new := _anew(place, pk, values, told)) != values
        ]
        if changed:
            place.put(changed)
    told.sealed += len(changed)  # counted once they are written
    return rows[-1][0] if rows else None


def _anew(place, pk, values, told):
    """Return the values of a row sealed anew; one that no key opens stays as it is, and is noted."""
    found = []
    for value in values:
        try:
            found.append(place.anew(value))
        except KeyIsLost:
            told.lost.add(pk)
            found.append(value)
    return found


def _left(place, told):
    """Return how many rows still wait (those that cannot be read apart)."""
    rows = place.waiting().exclude(pk__in=told.lost)
    if not place.is_json:
        return rows.count()
    values = rows.values_list(*(RAW + name for name in place.columns))
    return sum(any(_waits(value) for value in row) for row in values)


def _waits(value):
    return any(key != writing_key() for key in _keys_in(value))


def _keys_in(value):
    """Yield the ids of the keys that sealed what stands in `value`."""
    if isinstance(value, str) and is_sealed(value):
        yield value.partition(":")[0]
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _keys_in(part)


def counted(place):
    """Return a Counter {key id: texts} of what stands at `place`, without changing anything."""
    found: Counter[str] = Counter()
    names = [RAW + name for name in place.columns]
    for row in place.rows().values_list(*names).iterator(chunk_size=1000):
        for value in row:
            found.update(_keys_in(value))
    return found


def unused(counts):
    """Return the ids of the keys of DATA_KEYS that sealed nothing of `counts` and do not write."""
    return [key for key in settings.DATA_KEYS if not counts[key] and key != writing_key()]
