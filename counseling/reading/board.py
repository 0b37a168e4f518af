"""Rows of plans, and the board of reviews: what is due, late, on time, and what waits for a yes.

The board judges the plans of the page at hand alone: the others stand by the day of their review.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import cached_property

from django.db.models import IntegerField, Q, Subquery

from counseling.models import READERS, Plan, standings
from homeschool.people import sight
from homeschool.people.models import User

from . import words

A_PAGE = 50
SOON = dt.timedelta(days=7)
MOST = 999  # more are not counted
WAITING = 20


@dataclass(frozen=True)
class Row:
    """One plan in a list: `chips` [(tone, icon, words)] of how it stands and how its goals do."""

    plan: Plan
    chips: list
    goals: list

    @property
    def first(self):
        """The goal whose result is written down from the list, or None."""
        return self.goals[0].goal if self.goals and self.plan.is_at_work else None


def drawn(plans, today):
    """Return the Rows of these plans (a queryset; five queries, however many plans)."""
    found = list(plans.select_related("student__school_class", "owner"))
    judged = standings(found, today)
    return [Row(plan, _chips(plan, judged[plan.pk], today), judged[plan.pk]) for plan in found]


def _chips(plan, goals, today):
    chips = [words.state_chip(plan), words.review_chip(plan, today)]
    urgent = words.most_urgent(goals)
    if urgent and plan.is_at_work:
        said = words.said(urgent.finding, urgent.goal)
        chips.append((said.tone, said.icon, said.chip))
    return [chip for chip in chips if chip]


class HowMany(Subquery):
    """The number of rows of a query."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class Board:
    """The reviews that `user` answers for on `today`, from the place `after` on (see `cursor`)."""

    def __init__(self, user, today, after=""):
        self.user, self.today = user, today
        self.after = read_cursor(after)
        self.plans = Plan.objects.visible_to(user, roles=READERS).at_work()

    @cached_property
    def figures(self):
        """How many are late, due within a week, later (one query; none counts beyond MOST)."""
        soon = self.today + SOON
        groups = {
            "late": self.plans.filter(next_review_on__lt=self.today),
            "due": self.plans.filter(next_review_on__range=(self.today, soon)),
            "later": self.plans.filter(next_review_on__gt=soon),
        }
        counts = {
            name: HowMany(rows.order_by().values("pk")[: MOST + 1]) for name, rows in groups.items()
        }
        asked = User.objects.filter(pk=self.user.pk).values(**counts).get()
        found = {name: asked[name] or 0 for name in groups}  # nobody in sight: no question
        return [
            {"name": name, "number": f"{MOST}+" if found[name] > MOST else str(found[name])}
            for name in groups
        ]

    @cached_property
    def _found(self):
        rows = self.plans.order_by("next_review_on", "pk")
        if self.after:
            day, pk = self.after
            rows = rows.filter(Q(next_review_on__gt=day) | Q(next_review_on=day, pk__gt=pk))
        return drawn(rows[: A_PAGE + 1], self.today)

    @property
    def groups(self):
        """The rows of the page as [(heading's name, [Row])]: late, due within a week, later."""
        found: dict = {"late": [], "due": [], "later": []}
        for row in self._found[:A_PAGE]:
            found[self._group(row.plan.next_review_on)].append(row)
        return [(name, rows) for name, rows in found.items() if rows]

    def _group(self, day):
        if day < self.today:
            return "late"
        return "due" if day <= self.today + SOON else "later"

    @property
    def following(self):
        """Where the next page begins, "" where there is none."""
        if len(self._found) <= A_PAGE:
            return ""
        last = self._found[A_PAGE - 1].plan
        return f"{last.next_review_on:%Y-%m-%d}_{last.pk}"

    @cached_property
    def waiting(self):
        """Plans that wait for the reader's yes, for leaders alone (one query)."""
        if self.after or sight.LEADER not in self.user.roles():
            return []
        rows = Plan.objects.visible_to(self.user, roles=frozenset({sight.LEADER}))
        states = (Plan.State.DRAFT, Plan.State.AGREED)
        rows = rows.filter(state__in=states, approved_at=None, school__plans_need_approval=True)
        return list(
            rows.select_related("student__school_class", "owner").order_by("made_at")[:WAITING]
        )


def read_cursor(text):
    """Return (day, key) of the last row of the page before, or None where the text says nothing."""
    day, _line, pk = text.partition("_")
    try:
        return dt.date.fromisoformat(day), uuid.UUID(pk)
    except ValueError:
        return None
