"""What of a child's plans stands on the family's page: how each goal goes, and one thing to do at home."""

import datetime as dt
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse

from counseling import rules
from counseling.models import READERS, Answer, AtHome, Plan, Point, Version, WeekCount
from counseling.models.answer import own
from homeschool.templatetags.look import lang_tag

from .progress import GoalTold, Measured

COLUMNS = (
    "id", "plan_id", "body", "language", "points", "weeks", "said", "agrees",
)  # fmt: skip


def versions_told(user, child, monday, roles):
    """Return the newest versions of the open plans of `child` for `user` in these roles, each with what
    was measured (to the family without what another home answered), and what this reader answered and said of the week of `monday` (a queryset of dicts)."""
    same_plan = {"plan": OuterRef("plan")}
    points = Point.objects.standing().filter(goal__plan=OuterRef("plan")).order_by("on", "at")
    if not roles & READERS:
        points = points.shown_to(user)
    weeks = WeekCount.objects.filter(**same_plan).order_by("monday")
    week = JSONObject(monday="monday", planned="planned", attended="attended")
    point = JSONObject(goal="goal_id", on="on", value=Cast("value", CharField()))
    ticks = AtHome.objects.filter(
        own(user), version__plan=OuterRef("plan"), monday=monday, said__in=AtHome.TICKS
    )
    answers = Answer.objects.filter(own(user), version=OuterRef("pk")).standing()
    rows = Version.objects.visible_to(user, roles=roles).newest().filter(plan__student=child)
    return (
        rows.exclude(plan__state=Plan.State.CLOSED)
        .annotate(
            points=ArraySubquery(points.values(json=point)),
            weeks=ArraySubquery(weeks.values(json=week)),
            said=Subquery(ticks.order_by("-at").values("said")[:1]),
            agrees=Subquery(answers.order_by("-at").values("agrees")[:1]),
        )
        .order_by("plan__made_at", "pk")
        .values(*COLUMNS)
    )


def _day(text):
    return dt.date.fromisoformat(text)


class PlanAtHome:
    """One plan on the family's page; `row` is one of `versions_told`."""

    def __init__(self, row, today):
        self.id, self.body, self.said = row["id"], row["body"], row["said"]
        self.lang = lang_tag(row["language"])
        self.is_new = row["agrees"] is None
        self.url = reverse("counseling:family-plan", args=[row["plan_id"]])
        measured = _measured(row)
        self.goals = [GoalTold(goal, self.body, measured, today) for goal in self.body["goals"]]

    @property
    def title(self):
        return self.body["title"]

    @property
    def at_home(self):
        """The one thing to do at home, or None."""
        return next((step for step in self.body["steps"] if step["at_home"]), None)


def _measured(row):
    points: dict = {}
    for point in row["points"]:
        found = rules.Point(_day(point["on"]), Decimal(point["value"]))
        points.setdefault(point["goal"], []).append(found)
    weeks = [
        WeekCount(monday=_day(w["monday"]), planned=w["planned"], attended=w["attended"])
        for w in row["weeks"]
    ]
    return Measured(points, weeks)
