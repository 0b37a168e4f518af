"""A term report: its figures with their names, frozen, and the hash by which it is known again."""

import hashlib
import json
from functools import cached_property

from visits.models import Aspect, Visit

from .counting import WAYS, Filters, count
from .hiding import public
from .measures import (
    ASPECT,
    BREAKDOWNS,
    CLASS,
    DIVISION,
    MEASURES,
    MISSING,
    MODE,
    REGION,
    SIDE,
    SIDES,
    Figure,
)

STAFF, PUBLIC = "staff", "public"


def build(term, students, audience=STAFF, filters=None):
    """Return the Snapshot of `term` over the queryset `students` of its school (four queries).

    The public version takes no filters. What it hides is hidden here, once for all formats.
    """
    filters = filters if filters and audience == STAFF else Filters()
    names = _names(term.school)
    numbers = count(term, students, filters)
    keys = _keys(numbers, names, filters)
    figures = _figures(numbers, keys)
    if audience == PUBLIC:
        figures = public(figures, term.school.smallest_group)
    return Snapshot(
        {
            "school": {"code": term.school.code, "name": term.school.name},
            "term": {
                "code": term.code, "name": term.name,
                "start": f"{term.start:%Y-%m-%d}", "end": f"{term.end:%Y-%m-%d}",
            },
            "audience": audience,
            "filters": filters.as_dict(),
            "smallest": term.school.smallest_group,
            "figures": [list(vars(figure).values()) for figure in figures],
            "missing": _missing(numbers) if audience == STAFF else [],
            "names": {kind: {k: names[kind].get(k, k) for k in keys[kind]} for kind in (DIVISION, CLASS, ASPECT)},
            "division_of": {k: names["division_of"].get(k, "") for k in keys[CLASS]} if audience == STAFF else {},
        }
    )  # fmt: skip


def _names(school):
    """Return the names of the parts of a school, by kind and code (three queries)."""
    classes = school.classes.order_by("division__code", "code").values_list(
        "code", "name", "division__code"
    )
    classes = list(classes)
    return {
        DIVISION: dict(school.divisions.order_by("code").values_list("code", "name")),
        CLASS: {code: name for code, name, _division in classes},
        ASPECT: dict(school.aspects.order_by("code").values_list("code", "name")),
        "division_of": {code: division for code, _name, division in classes},
    }


def _name(kind, key, names):
    if kind == MODE:
        return str(Visit.Mode(key).label)
    if kind == SIDE:
        return str(SIDES[key])
    if kind == ASPECT:
        return names.get(key) or str(Aspect.SHIPPED.get(key, key))
    return names.get(key, key)


def _keys(numbers, names, filters):
    """Return the parts that stand in the report, by kind and in order, counted or not."""
    found: dict[str, set] = {kind: set() for kind in BREAKDOWNS}
    for _measure, kind, key in numbers:
        found[kind].add(key)
    order = {kind: {key: n for n, key in enumerate(names[kind])} for kind in (DIVISION, CLASS)}
    keys: dict[str, list] = {
        kind: sorted(found[kind], key=lambda key: order[kind].get(key, -1)) for kind in order
    }
    return keys | {
        "": [""],
        MODE: list(WAYS.get(filters.mode, Visit.Mode.values)),
        ASPECT: [filters.aspect] if filters.aspect else list(names[ASPECT] or Aspect.SHIPPED),
        REGION: sorted(found[REGION]),
        SIDE: list(SIDES),
    }


def _figures(numbers, keys):
    return [
        Figure(
            measure.code,
            f"{kind}={key}" if kind else "",
            numbers.get((measure.code, kind, key), 0),
            numbers.get(measure.n_of(numbers, kind, key), 0),
        )
        for measure in MEASURES.values()
        for kind in ("", *measure.shown)
        for key in keys[kind]
        if kind != REGION or (measure.code, kind, key) in numbers
    ]


def _missing(numbers):
    """Return [[code, number, {division: number}]] of what is missing, without what is not."""
    return [
        [code, total, {
            key: number for (measure, kind, key), number in sorted(numbers.items())
            if measure == code and kind == DIVISION and number
        }]
        for code in MISSING
        if (total := numbers.get((code, "", ""), 0))
    ]  # fmt: skip


class Snapshot:
    """A report as it stood at one moment: `data` is all of it, plain and in JSON."""

    def __init__(self, data):
        self.data = data

    @cached_property
    def canonical(self):
        """The JSON that is hashed: sorted, without spaces, so that equal reports are equal texts."""
        return json.dumps(self.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def hash(self):
        """SHA-256 of the canonical JSON, in hexadecimal. The same figures give the same hash."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @cached_property
    def figures(self):
        """All figures, in order."""
        return [Figure(*row) for row in self.data["figures"]]

    @cached_property
    def by_place(self):
        """The figures by (measure, kind, key)."""
        return {(figure.measure, figure.kind, figure.key): figure for figure in self.figures}

    def total(self, measure):
        """Return the figure of a measure in all."""
        return self.by_place[measure, "", ""]

    @property
    def is_public(self):
        """Whether this is the version for everybody."""
        return self.data["audience"] == PUBLIC

    @property
    def is_empty(self):
        """Whether there is nobody to count: a filter that fits no child, or a school without one."""
        return not any(figure.value or figure.suppressed for figure in self.figures)

    @property
    def missing(self):
        """What the school still owes the report: [{"code", "words", "number", "parts": [(name, number)]}]."""
        return [
            {
                "code": code, "words": MISSING[code], "number": number,
                "parts": sorted((self.name(DIVISION, key), n) for key, n in parts.items()),
            }
            for code, number, parts in self.data["missing"]
        ]  # fmt: skip

    def name(self, kind, key):
        """Return the name of a part of a breakdown, in the reader's language."""
        return _name(kind, key, self.data["names"].get(kind, {}))

    def division_of(self, school_class):
        """Return the name of the division of a class (its code)."""
        code = self.data["division_of"].get(school_class, "")
        return self.name(DIVISION, code) if code else ""
