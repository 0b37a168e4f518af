"""A campaign as staff read it: the sentence, the bars, the table, and the words of each number."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.functional import Promise as Lazy, cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.people.models import Division, Region, SchoolClass, Student
from visits.models import Aspect, Visit
from visits.models.record import READERS

from . import coverage
from .coverage import AREA, ASPECT, CLASS, DIVISION, MODE, OF_CHILDREN, REGION

A_PAGE = 15
FEW_NEXT = 5


@dataclass(frozen=True)
class Measure:
    """A number of a campaign: `heading` stands over its column, `definition` says what counts."""

    code: str
    heading: Lazy
    definition: Lazy


MEASURES = {
    measure.code: measure
    for measure in (
        Measure("targets", _("Meant"), _("Children on roll whom the campaign means.")),
        Measure("goal", _("Goal"), _(
            "How many of them are to be met: everybody, or the share that was set, rounded up.")),
        Measure("asked", _("Asked"), _(
            "Children whose family was offered a visit, or for whom one was planned. Who said no was asked too.")),
        Measure("not_asked", _("Not asked yet"), _("Children who are meant and were not asked.")),
        Measure("accepted", _("Said yes"), _(
            "Children whose family said yes, or who were visited.")),
        Measure("other_time", _("Other time"), _("Children whose family asked for another time.")),
        Measure("declined", _("Declined"), _(
            "Children whose family said no. It needs no reason, and it is no failure.")),
        Measure("tried", _("Tried"), _("Children to whom somebody came, or called, and met nobody.")),
        Measure("in_person", _("In person"), _(
            "Children who were met at home, at school or elsewhere. Who was met both ways counts here.")),
        Measure("online", _("Online"), _("Children who were met by video or phone alone.")),
        Measure("reached", _("Reached"), _("Children who were met, in person or online; each once.")),
        Measure("besides", _("Reached besides"), _("Children who were met and whom the campaign did not mean.")),
        Measure("met", _("Meant and reached"), _("Children whom the campaign means and who were met.")),
        Measure("ahead", _("Planned"), _("Children not met yet, whose visit is planned or agreed.")),
        Measure("waiting", _("Waiting"), _(
            "Children not met yet, whose family was asked and has not agreed on a time.")),
        Measure("declined_now", _("Declined, nothing planned"), _("Children not met, whose family said no.")),
        Measure("tried_now", _("Tried, nothing planned"), _("Children not met; somebody came and met nobody.")),
        Measure("families", _("Families meant"), _("Homes of the children who are meant, each once.")),
        Measure("families_met", _("Families met"), _("Homes of which a meant child was met, each once.")),
        Measure("households_visited", _("Homes visited"), _("Homes in which a visit took place, each once.")),
        Measure("visits_held", _("Visits held"), _("Visits of the campaign that took place.")),
    )
}  # fmt: skip
# Numbers that tell what one family answered, or lead to records: for those who read records.
RECORDS = {
    "declined", "other_time", "tried", "waiting", "declined_now", "tried_now", "visits_held",
}  # fmt: skip
BY = {
    DIVISION: _("By grade or college"),
    CLASS: _("By class"),
    AREA: _("By area of the home"),
    MODE: _("How we met"),
    ASPECT: _("What it was about"),
    REGION: _("Where we met in person"),
}
FIRST_COLUMN = {
    DIVISION: _("Grade or college"),
    CLASS: _("Class"),
    AREA: _("Area"),
    MODE: pgettext_lazy("how people met", "Way"),
    ASPECT: _("Aspect"),
    REGION: _("Place"),
}
COLUMNS = {
    **dict.fromkeys(
        OF_CHILDREN,
        ("targets", "reached", "in_person", "online", "asked", "accepted", "other_time", "declined",
         "tried", "not_asked"),
    ),
    MODE: ("reached", "visits_held"),
    ASPECT: ("reached", "in_person", "visits_held"),
    REGION: ("in_person", "households_visited", "visits_held"),
}  # fmt: skip
# Class of the bar, and what is counted: how the children who are meant stand, each once.
STANDS = (
    ("p", "met", _("reached")),
    ("o", "ahead", _("planned")),
    ("w", "waiting", _("waiting for an answer")),
    ("d", "declined_now", _("declined")),
    ("r", "tried_now", _("tried")),
)
GAP = 0.35


def names_of(kind, keys):
    """Return {key: (name, what it lies within)} of parts (one query, for ways of meeting none)."""
    if kind == MODE:
        return {mode.value: (capfirst(mode.label), "") for mode in Visit.Mode}
    keys = [key for key in keys if key]
    if kind == ASPECT:
        return {str(a.pk): (capfirst(str(a)), "") for a in Aspect.objects.filter(pk__in=keys)}
    if kind in (AREA, REGION):
        rows = Region.objects.filter(pk__in=keys).select_related("parent__parent")
        return {str(row.pk): (row.name, _above(row)) for row in rows}
    if kind == CLASS:
        rows = SchoolClass.objects.filter(pk__in=keys).select_related("division")
        return {str(row.pk): (row.name, row.division.name) for row in rows}
    return {str(row.pk): (row.name, "") for row in Division.objects.filter(pk__in=keys)}


def _above(region):
    return " · ".join(place.name for place in _parents(region))


def _parents(region):
    while region := region.parent:
        yield region


def bar(numbers):
    """Return the segments of the bar of `numbers`: [{"css", "x", "width"}] in a hundred parts."""
    targets, at, found = numbers.get("targets", 0), 0.0, []
    for css, measure, _words in STANDS:
        share = 100 * numbers.get(measure, 0) / targets if targets else 0
        if share:
            width = max(share - GAP, 0.5)
            found.append({"css": css, "x": f"{at:.2f}", "width": f"{width:.2f}"})
        at += share
    return found


class Board:
    """The board of a campaign over the children whom `user` sees, its table by one kind of part."""

    def __init__(self, campaign, user, *, by="", page=None):
        self.campaign, self.user = campaign, user
        self.by = by if by in BY else DIVISION
        self.count = coverage.counted(campaign, user)
        self.number = page
        self.base = reverse("visits:campaign-rows", args=[campaign.pk])

    @cached_property
    def closed(self):
        """The measures whose rows the reader does not open."""
        return set() if self.user.roles() & READERS else RECORDS

    @cached_property
    def total(self):
        """The numbers of all together."""
        return self.count.figures.get(kind="").numbers

    @property
    def is_whole_school(self):
        return self.count.scope == coverage.WHOLE_SCHOOL

    @property
    def has_goal(self):
        """Whether fewer are to be met than are meant."""
        return self.total["goal"] != self.total["targets"]

    @property
    def bar(self):
        return bar(self.total)

    @property
    def keys(self):
        """The key of the bars: class of the colour, words, number."""
        return [(css, words, self.total.get(code, 0)) for css, code, words in STANDS]

    def link(self, measure, kind="", key="", numbers=None):
        """Return the address of the rows of a number, "" where there are none to be opened."""
        numbers = self.total if numbers is None else numbers
        if measure in self.closed or measure == "goal" or not numbers.get(measure):
            return ""
        asked = {"measure": measure} | ({"by": kind, "key": key} if kind else {})
        return f"{self.base}?{urlencode(asked)}"

    def cell(self, measure, kind="", key="", numbers=None):
        numbers = self.total if numbers is None else numbers
        return {
            "number": numbers.get(measure, 0),
            "url": self.link(measure, kind, key, numbers),
            "words": MEASURES[measure].heading,
        }

    @property
    def figures(self):
        """The numbers that stand on top."""
        return [self.cell(name) for name in ("asked", "reached", "declined", "tried")]

    # --- the table ----------------------------------------------------------------------------------
    @property
    def heading(self):
        return BY[self.by]

    @property
    def first_column(self):
        return FIRST_COLUMN[self.by]

    @property
    def columns(self):
        return [MEASURES[name] for name in COLUMNS[self.by]]

    @property
    def counts_children(self):
        """Whether each part has children who are meant, and so a share."""
        return self.by in OF_CHILDREN

    @cached_property
    def page(self):
        """A Paginator page of the parts, drawn (three queries)."""
        found = self.count.figures.filter(kind=self.by).order_by("place")
        page = Paginator(found, A_PAGE).get_page(self.number)
        parts = list(page.object_list)
        names = names_of(self.by, [part.key for part in parts])
        page.object_list = [self._drawn(part.key, part.numbers, names) for part in parts]
        return page

    def _drawn(self, key, numbers, names):
        name, within = names.get(key, (_("not known"), ""))
        return {
            "name": name,
            "within": within,
            "bar": bar(numbers),
            "share": share(numbers),
            "cells": [self.cell(code, self.by, key, numbers) for code in COLUMNS[self.by]],
        }

    @property
    def whole(self):
        """The row of all together, as it stands under the table."""
        return {
            "bar": self.bar,
            "share": share(self.total),
            "cells": [self.cell(code) for code in COLUMNS[self.by]],
        }

    # --- who next -----------------------------------------------------------------------------------
    @property
    def next_few(self):
        return who_next(self.user, self.count.longest[:FEW_NEXT])

    @property
    def others_next(self):
        """How many are meant and not met."""
        return self.total["targets"] - self.total["met"]


def share(numbers):
    """Return what part of a hundred of those who are meant was met, None where nobody is."""
    targets = numbers.get("targets", 0)
    return 100 * numbers["met"] / targets if targets else None


def who_next(user, longest):
    """Return the children of [[id, day or None]] whom `user` sees, in that order, as
    {"pk", "name", "detail", "last"} (one query)."""
    days = dict(map(tuple, longest))
    rows = Student.objects.visible_to(user).filter(pk__in=days)
    told = {
        str(row["pk"]): row
        for row in rows.values("pk", "full_name", "number", "school_class__name")
    }
    return [next_row(told[key], day) for key, day in days.items() if key in told]


def next_row(row, day):
    """Return a child as the list of who is next draws it."""
    return {
        "pk": row["pk"],
        "name": row["full_name"],
        "detail": f"{row['school_class__name']} · {row['number']}",
        "last": day and dt.date.fromisoformat(day),
    }
