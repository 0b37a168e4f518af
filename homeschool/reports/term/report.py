"""A term report: its figures with their names, frozen, and the hash by which it is known again."""

import hashlib
import json
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from counseling.models import Plan, Programme
from messaging.models import Announcement, Seat
from visits.models import Aspect, Need, Visit, Voice
from visits.models.need import KINDS

from .counting import WAYS, Filters, count, count_campaigns
from .evaluations import QUESTIONS, count_evaluations
from .goals import GOALS, count_goals
from .hiding import anonymous, public
from .measures import (
    AS_COUNTED,
    ASPECT,
    BREAKDOWNS,
    CAMPAIGNS,
    CLASS,
    DIVISION,
    EVALUATED,
    FORMAT,
    LANGUAGE,
    LEVEL,
    MEASURES,
    MISSING,
    MODE,
    NEED,
    OUTCOME,
    PROVIDER,
    QUESTION,
    REGION,
    SIDE,
    SIDES,
    STATE,
    WROTE,
    Figure,
)
from .voices import count_voices

STAFF, PUBLIC = "staff", "public"


def build(term, students, audience=STAFF, filters=None, *, measures=None):
    """Return the Snapshot of `term` over the queryset `students` of its school (seven queries, one for
    each campaign, and what `count_goals` takes for the goals of plans).

    The public version takes no filters. What it hides is hidden here, once for all formats.
    `measures`, a frozenset of codes, asks of the staff version for these alone, and for what is missing.
    """
    if audience == PUBLIC:
        filters, measures = Filters(), None
    filters = filters or Filters()
    names = _names(term.school)
    last = last_term(term)
    # what the public reads of the term before is counted by itself, since it is hidden by itself
    of_last = None if audience == PUBLIC else last
    numbers, before = _count(term, students, filters, measures, of_last)
    keys = _keys(numbers, names, filters)
    figures = anonymous(_figures(numbers, keys, measures), term.school.smallest_group)
    if audience == PUBLIC:
        figures = public(figures, term.school.smallest_group)
        before = _public_before(last, students, names) if last else {}
    return Snapshot(
        {
            "school": {"code": term.school.code, "name": term.school.name},
            "term": _told(term),
            "last": _told(last) | {"values": before} if last else None,
            "audience": audience,
            "filters": filters.as_dict(),
            "smallest": term.school.smallest_group,
            "figures": [list(vars(figure).values()) for figure in figures],
            "missing": _missing(numbers) if audience == STAFF else [],
            "names": {kind: {k: names[kind].get(k, k) for k in keys[kind]} for kind in (DIVISION, CLASS, ASPECT)},
            "division_of": {k: names["division_of"].get(k, "") for k in keys[CLASS]} if audience == STAFF else {},
        }
    )  # fmt: skip


def last_term(term):
    """Return the term of the school that ended before this one began, or None (one query)."""
    return term.school.terms.filter(end__lte=term.start).order_by("-end").first()


def _told(term):
    return {
        "code": term.code, "name": term.name,
        "start": f"{term.start:%Y-%m-%d}", "end": f"{term.end:%Y-%m-%d}",
    }  # fmt: skip


def _count(term, students, filters, measures, last):
    """Return the numbers of the term, and {measure: number} of the term before."""
    wanted = None
    if measures is not None:
        wanted = frozenset(measures | {MEASURES[code].of for code in measures} | MISSING.keys())
    numbers, before = count(term, students, filters, measures=wanted, last=last)
    if measures is None or any(MEASURES[code].shown == CAMPAIGNS for code in measures):
        numbers |= count_campaigns(term, students, filters)
    if not filters.as_dict() and (measures is None or "voices_said" in measures):
        numbers |= count_voices(term, students)
    if not filters.as_dict() and (measures is None or "evaluations_said" in measures):
        numbers |= count_evaluations(term, students)
    if measures is None or measures & GOALS:
        numbers |= count_goals(term, students, filters)
        before |= _goals_before(last, students, filters) if last else {}
    return numbers, {code: before[code] for code in MEASURES if code in before}


def _goals_before(last, students, filters):
    found = count_goals(last, students, filters)
    return {code: found.get((code, "", ""), 0) for code in GOALS}


def _public_before(last, students, names):
    """Return {measure: number} of the term before as its own public version shows it."""
    numbers, _before = _count(last, students, Filters(), None, None)
    figures = _figures(numbers, _keys(numbers, names, Filters()), None)
    shown = public(figures, last.school.smallest_group)
    return {f.measure: f.value for f in shown if not f.kind and f.value is not None}


def _names(school):
    """Return the names of the parts of a school, by kind and code (two queries)."""
    columns = ("code", "name", "classes__code", "classes__name")
    parts = list(school.divisions.order_by("code", "classes__code").values_list(*columns))
    classes = [(code, name, division) for division, _name, code, name in parts if code]
    return {
        DIVISION: {code: name for code, name, *_class in parts},
        CLASS: {code: name for code, name, _division in classes},
        ASPECT: dict(school.aspects.order_by("code").values_list("code", "name")),
        "division_of": {code: division for code, _name, division in classes},
    }


# Parts that are a choice of a model: their names are in the reader's language.
OF_CHOICES = {
    MODE: Visit.Mode, NEED: Need.Kind, QUESTION: Voice.Question,
    STATE: Plan.State, OUTCOME: Plan.Outcome, FORMAT: Programme.Format, PROVIDER: Programme.Provider,
    WROTE: Seat.Side, LEVEL: Announcement.Level,
}  # fmt: skip


def _language(code):
    """Return the name of a language as it calls itself; the code of one that the portal does not speak."""
    return dict(settings.LANGUAGES).get(code) or code or _("not said")


def _name(kind, key, names):
    if kind == SIDE:
        return str(SIDES[key])
    if kind == EVALUATED:
        return str(QUESTIONS[key])
    if kind == LANGUAGE:
        return str(_language(key))
    if kind in OF_CHOICES:
        return str(OF_CHOICES[kind](key).label)
    if kind == ASPECT:
        return names.get(key) or str(Aspect.SHIPPED.get(key, key))
    return names.get(key, key)


def _keys(numbers, names, filters):
    """Return the parts that stand in the report, by kind and in order, counted or not."""
    found: dict[str, dict] = {kind: {} for kind in BREAKDOWNS}
    for _measure, kind, key in numbers:
        found[kind][key] = True
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
        NEED: KINDS,
        QUESTION: Voice.Question.values,
        STATE: Plan.State.values,
        OUTCOME: Plan.Outcome.values,
        FORMAT: Programme.Format.values,
        PROVIDER: Programme.Provider.values,
        EVALUATED: list(QUESTIONS),
        WROTE: Seat.Side.values,
        LANGUAGE: sorted(found[LANGUAGE]),
        LEVEL: Announcement.Level.values,
        **{kind: list(found[kind]) for kind in CAMPAIGNS},
    }


def _figures(numbers, keys, measures):
    return [
        Figure(
            measure.code,
            f"{kind}={key}" if kind else "",
            numbers.get((measure.code, kind, key), 0 if measure.is_count else None),
            numbers.get(measure.n_of(numbers, kind, key), 0),
        )
        for measure in MEASURES.values()
        if measures is None or measure.code in measures
        for kind in measure.kinds
        for key in keys[kind]
        if kind not in AS_COUNTED or (measure.code, kind, key) in numbers
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

    @property
    def last(self):
        """The term before, {"code", "name", "start", "end", "values": {measure: number}}, or None."""
        return self.data.get("last")

    def before(self, figure):
        """Return the number that stood in the place of a total in the term before, or None."""
        return self.last["values"].get(figure.measure) if self.last and not figure.kind else None

    def change(self, figure):
        """Return how much more a total is than in the term before, None where one is not told."""
        before = self.before(figure)
        if before is None or figure.value is None:
            return None
        return round(figure.value - before, 2)

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
