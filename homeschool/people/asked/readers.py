"""Prepared queries (homeschool.prepared) whose rows depend on who reads.

The queryset is built by `visible_to` like any other, but for a reader who is nobody: one with the
same kinds of reach (guardian of children, counselor of a division), in which stand-ins are the ids.
Whoever has these kinds of reach is asked with the same SQL and the own ids, as they are at this request.
"""

import uuid
from functools import lru_cache, partial, wraps

from homeschool.people import sight
from homeschool.prepared import Statement, stand_ins


class Nobody:
    """A reader with these kinds of reach, each a (role, item, target), and one id for each."""

    is_authenticated = is_active = True

    def __init__(self, kinds, ids):
        self.pk = uuid.uuid4()
        nowhere = {"why": "", "why_id": None} | dict.fromkeys(sight.TARGETS)
        self._reach = [
            nowhere | {"role": role, "item": item, target: one}
            for (role, item, target), one in zip(kinds, ids, strict=True)
        ]


def reach_by_kind(user):
    """Return {(role, item, target): [id]} of what `user` reaches today."""
    found = {}
    for row in sight.reach_of(user):
        for target in sight.TARGETS:
            if row[target]:
                found.setdefault((row["role"], row["item"], target), []).append(row[target])
    return dict(sorted(found.items()))


def prepared_for(build=None, *, new_plan=False):
    """Make `build(user, *values, **fixed)` a prepared query: see homeschool.prepared.prepared.

    Of the reader it knows the key and what `visible_to` asks, and nothing else. To whoever may not
    come in it answers nothing.
    """
    if build is None:
        return partial(prepared_for, new_plan=new_plan)

    @lru_cache(maxsize=200)
    def statement(kinds, types, fixed):
        ids, values = stand_ins([list] * len(kinds)), stand_ins(types)
        nobody = Nobody(kinds, [one for (one,) in ids])
        rows = build(nobody, *values, **dict(fixed))
        return Statement(rows, [nobody.pk, *values, *ids], new_plan=new_plan)

    @wraps(build)
    def ask(user, *values, **fixed):
        if not user.is_authenticated or not user.is_active:
            return []
        reach = reach_by_kind(user)
        types = tuple(type(value) for value in values)
        found = statement(tuple(reach), types, tuple(sorted(fixed.items())))
        return found.ask([user.pk, *values, *reach.values()])

    ask.plain = build
    return ask
