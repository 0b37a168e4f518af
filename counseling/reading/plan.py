"""A plan as staff reads it: its goals with chart and suggestion, who does what, and what happened.

Twelve queries with those of the session and the reader, however many goals and results it has.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Q, TextField, Value, When
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext, pgettext

from counseling import charts, rules
from counseling.models import (
    READERS,
    WRITERS,
    Domain,
    Goal,
    Material,
    Member,
    Plan,
    PlanNeed,
    Review,
    Slot,
    Task,
    standings,
)
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models.weekday import Weekday
from visits.models import Need

from . import words
from .dosage import prescription_rows
from .habits import habit_rows
from .version import told_of, version_told

ROWS_OF_A_TABLE = 24  # the newest results of a goal that stand on the page
DAY_ROOM = 92  # between two days below the chart of a phone
AIM_ROOM, SIGN = 170, 8.5  # what the words of the aim take of a chart's head, and a sign of others
HAPPENED = 25  # lines of history
# What of a plan is told without its own row: verb of an Entry.
TOLD = (
    "plan.made", "plan.agreed", "plan.begun", "plan.approved", "plan.reviewing",
    "plan.handed_over", "plan.closed",
)  # fmt: skip


def _parts(model, **fields):
    rows = model.objects.filter(plan=OuterRef("pk")).order_by(*model._meta.ordering)
    return ArraySubquery(rows.values(found=JSONObject(**fields)))


def read_by(user):
    """Return the Q of the needs that `user` reads in a plan: none of a visit which it does not read,
    since that was taken into confidence."""
    return Q(need=None) | Q(need__in=Need.objects.visible_to(user).values("pk"))


def plans_to_read(user):
    """Return the plans that `user` sees, with the rows and small parts that the page shows."""
    plans = Plan.objects.visible_to(user)
    if plans.query.is_empty():  # what follows takes longer to build than to answer
        return plans
    read = Case(When(read_by(user), then=F("words")), default=Value(""), output_field=TextField())
    return (
        plans.select_related("school", "student__school", "student__school_class", "owner")
        .annotate(
            need_rows=_parts(
                PlanNeed, domain="domain", weight="weight", words=read, seen="observation"
            ),
            team_rows=_parts(Member, name="name", part="part"),
            slot_rows=_parts(Slot, weekday="weekday", starts="starts", minutes="minutes", place="place"),
            material_rows=_parts(Material, title="title", pages="pages"),
            told=version_told(),
            habit_rows=habit_rows(),
            prescription_rows=prescription_rows(),
            sees_need=Exists(Need.objects.visible_to(user).filter(pk=OuterRef("need"))),
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """A chart with the words that stand in it; `kind` is "lg" or "sm"."""

    kind: str
    chart: charts.Chart
    label: str
    aim_text: str
    cell = charts.CELL

    @property
    def lines(self):
        """The lines across as (y, y of the words, words); the lowest is the axis."""
        return [(y, _down(y, 5), words.number(value)) for y, value in self.chart.lines]

    @property
    def days(self):
        """(x, words) below the axis; on a phone fewer, since the words are larger there."""
        if self.kind == "lg":
            return [(x, words.short_day(day, named)) for x, day, named in self.chart.days]
        shown: list = []
        for x, day, _named in self.chart.days:
            if not shown or float(x) - float(shown[-1][0]) >= DAY_ROOM:
                shown.append((x, words.short_day(day)))
        return shown

    @property
    def below(self):
        """Where the words of the days stand."""
        return self.chart.frame.bottom + (23 if self.kind == "lg" else 28)

    @property
    def dots(self):
        """All results as one path: dots are the round ends of lines without length."""
        return "".join(f"M{x} {y}h0" for x, y, _point in self.chart.dots[:-1])

    @property
    def last(self):
        """(x, y, y of the words, words) of the newest result, or None; it stands away from the aim."""
        if not self.chart.last:
            return None
        x, y, point = self.chart.last
        _x1, _y1, _x2, aim_end = self.chart.aim
        under = float(y) > float(aim_end) and float(y) < self.chart.frame.bottom - 40
        return x, y, _down(y, 30 if under else -14), words.number(point.value)

    @property
    def dot(self):
        """How thick a dot is: thinner where there are many."""
        return 10 if len(self.chart.dots) < 40 else 6

    @property
    def aim_words(self):
        """(x, y) of the words of the aim: they end over its own end."""
        x, y = map(float, self.chart.goal)
        x1, y1, *_end = map(float, self.chart.aim)
        falls = max(y - y1, 0) / (x - x1) * AIM_ROOM  # how far above its end the line is there
        return charts.place(x + 6), charts.place(y - 14 - falls)

    @property
    def phases(self):
        """(x, x of the words, words) of each change; on a phone the words stand below the chart."""
        shown = self.kind == "lg" and len(self.chart.phases) < 3
        return [
            (x, _down(x, 8), _short(after, self._room(x)) if shown else "")
            for x, _before, after in self.chart.phases
        ]

    def _room(self, x):
        """Return how many signs fit between a phase line and the words of the aim."""
        return max(int((self.chart.frame.right - float(x) - AIM_ROOM) / SIGN), 0)

    @property
    def phase_top(self):
        return self.chart.frame.top - 34

    @property
    def foot(self):
        """Where a phase line ends."""
        return self.chart.height - 6 if self.chart.strip else self.chart.frame.bottom

    @property
    def strip(self):
        """Rows of the strip: (name, words, y, y of the box, cells, sum in words, is low)."""
        total = self.chart.strip[0][3] if self.chart.strip else 0
        return [
            {
                "words": _strip_words()[name], "name": name, "box": y, "y": _down(y, 17), "low": low,
                "cells": [{"x": x, "box": _down(x, -19), "n": n, "low": is_low} for x, n, is_low in cells],
                "sum": _of_planned(name, count, total),
            }
            for name, y, cells, count, low in self.chart.strip
        ]  # fmt: skip

    @property
    def strip_x(self):
        """Where the names of the rows of the strip end."""
        return self.chart.frame.left - 20

    @property
    def sum_x(self):
        """Where the sums of the strip stand."""
        cells = self.chart.strip[0][2]
        return _down(cells[-1][0], 30)


def _down(place, by):
    return charts.place(float(place) + by)


def _strip_words():
    return {"planned": _("planned"), "held": _("took place"), "attended": _("attended")}


def _of_planned(name, count, total):
    if name == "planned":
        return _("%(n)s in all") % {"n": count}
    return _("%(n)s of %(of)s") % {"n": count, "of": total}


class GoalView:
    """One goal as the page shows it."""

    def __init__(self, standing, plan):
        self.standing, self.plan = standing, plan
        self.goal, self.finding = standing.goal, standing.finding

    @cached_property
    def said(self):
        return words.said(self.finding, self.goal)

    @property
    def last(self):
        """The newest point that stands, or None."""
        return self.standing.points[-1] if self.standing.points else None

    @property
    def now(self):
        """What the field of a new result holds: the last one, as a number field reads it."""
        value = self.last.value if self.last else self.goal.baseline
        return plain(value)

    @property
    def sentence(self):
        return words.where_it_stands(self.goal, self.last)

    @property
    def phases(self):
        return [p for p in self.plan.phases.all() if self.goal.baseline_on <= p.on]

    def drawing(self, frame, kind):
        """Return the chart in this frame."""
        points = [rules.Point(point.on, point.value) for point in self.standing.points]
        if points and points[0].on > self.goal.baseline_on:  # where it began was measured too
            points.insert(0, rules.Point(self.goal.baseline_on, self.goal.baseline))
        phases = [(row.on, "", row.words) for row in self.phases]
        drawn = charts.chart(
            self.goal.aim, points, phases=phases, trend=self.finding.trend, frame=frame,
            weeks=self._weeks(frame) if kind == "lg" else (),
        )  # fmt: skip
        aim = _("Aim: %(value)s on %(day)s") % {
            "value": words.number(self.goal.target), "day": words.short_day(self.goal.target_on),
        }  # fmt: skip
        label = words.drawn(self.goal, self.last, self.phases)
        return Drawing(kind, drawn, label, aim)

    @cached_property
    def wide(self):
        return self.drawing(charts.Frame(), "lg")

    @cached_property
    def narrow(self):
        return self.drawing(charts.NARROW, "sm")

    def _weeks(self, frame):
        """Return the weeks of the strip: none where their cells would lie one upon the other."""
        rows = [
            row for row in self.plan.weeks.all()
            if self.goal.baseline_on <= row.monday <= self.goal.target_on
        ]  # fmt: skip
        last = max([self.goal.target_on, *(point.on for point in self.standing.points[-1:])])
        days = (last - self.goal.baseline_on).days
        if not rows or frame.width * 7 / days < charts.CELL:
            return ()
        return [charts.Week(row.monday, row.planned, row.held, row.attended) for row in rows]

    @property
    def rows(self):
        """The newest results as [{"point", "value", "aim", "who"}], the last one on top."""
        return [
            {
                "point": point,
                "value": words.number(point.value),
                "aim": words.number(words.tenth(self.goal.aim.at(point.on))),
                "who": point.get_source_display(),
            }
            for point in reversed(self.standing.points[-ROWS_OF_A_TABLE:])
        ]

    @property
    def more(self):
        """How many older results do not stand in the table."""
        return max(len(self.standing.points) - ROWS_OF_A_TABLE, 0)

    @property
    def is_reached(self):
        return self.last is not None and self.goal.aim.is_reached(self.last.value)


def plain(value):
    """Return a Decimal as a number field reads it: 52.50 as 52.5."""
    return f"{value.quantize(words.Decimal('0.01')).normalize():f}"


def _short(text, room):
    return text if len(text) <= room else f"{text[: max(room - 1, 0)].rstrip()}…"


class PlanPage:
    """A plan of `plans_to_read` for `user` on `today`."""

    def __init__(self, plan, user, today):
        self.plan, self.user, self.today = plan, user, today
        self.student = plan.student

    @cached_property
    def roles(self):
        return sight.roles_for(self.user, self.student)

    @property
    def as_staff(self):
        return bool(self.roles & READERS)

    @property
    def may_write(self):
        return bool(self.roles & WRITERS) and not self.plan.is_closed

    @property
    def waits_for_yes(self):
        """Whether a leader of the school has to say yes before it begins."""
        before = self.plan.state in (Plan.State.DRAFT, Plan.State.AGREED)
        return before and self.plan.school.plans_need_approval and self.plan.approved_at is None

    @property
    def may_approve(self):
        return self.waits_for_yes and sight.LEADER in self.roles

    @property
    def may_begin(self):
        return self.plan.state == Plan.State.AGREED and not self.waits_for_yes

    @cached_property
    def standings(self):
        """The goals that have not ended, judged (four queries)."""
        return standings([self.plan], self.today)[self.plan.pk]

    @cached_property
    def goals(self):
        return [GoalView(standing, self.plan) for standing in self.standings]

    @cached_property
    def urgent(self):
        """The goal that speaks for the plan, or None."""
        found = words.most_urgent(self.standings)
        return next((view for view in self.goals if view.standing is found), None)

    @property
    def chips(self):
        found = [words.state_chip(self.plan), words.review_chip(self.plan, self.today)]
        return [chip for chip in found if chip]

    @property
    def told(self):
        """What stands with the family."""
        return told_of(self.plan)

    # --- what it is made of -------------------------------------------------------------------
    @property
    def needs(self):
        return [
            row | {"name": Domain(row["domain"]).label, "weighs": weighs(row["weight"])}
            for row in self.plan.need_rows
        ]

    @property
    def team(self):
        return self.plan.team_rows

    @property
    def slots(self):
        return [
            row | {"day": Weekday(row["weekday"]).label, "starts": row["starts"][:5]}
            for row in self.plan.slot_rows
        ]

    @property
    def materials(self):
        return self.plan.material_rows

    @cached_property
    def steps(self):
        """The steps with who and how they stand (one query), open ones first."""
        rows = self.plan.tasks.select_related("owner").order_by(
            F("done_at").asc(nulls_first=True), F("due").asc(nulls_last=True), "pk"
        )
        return [self._step(task) for task in rows]

    def _step(self, task):
        state = task.state(self.today)
        who = task.owner.full_name if task.owner else task.owner_name
        return {
            "task": task, "state": state, "chip": _step_chip(task, state, self.today),
            "who": who or self._side(task.side),
        }  # fmt: skip

    def _side(self, side):
        return self.student.called if side == Task.Side.STUDENT else Task.Side(side).label

    @cached_property
    def weeks(self):
        """The weeks that were counted since the help last changed; the goals are read before."""
        self.standings  # noqa: B018 - it reads the phases and weeks of the plan
        since = max(
            (p.on for p in self.plan.phases.all() if p.on <= self.today), default=dt.date.min
        )
        return [row for row in self.plan.weeks.all() if row.monday + dt.timedelta(days=6) >= since]

    @property
    def delivery(self):
        """How much was planned, took place and was attended: [(words, share of the planned, n, low)]."""
        planned = sum(row.planned for row in self.weeks)
        if not planned:
            return []
        counts = {name: sum(getattr(row, name) for row in self.weeks) for name in _strip_words()}
        low = charts.is_low(counts["attended"], planned)
        return [
            {
                "name": name, "words": text, "n": counts[name], "low": low and name == "attended",
                "width": charts.place(min(100 * counts[name] / planned, 100)),
            }
            for name, text in _strip_words().items()
        ]  # fmt: skip

    # --- what happened --------------------------------------------------------------------------
    @cached_property
    def reviews(self):
        return list(self.plan.reviews.select_related("by"))

    @cached_property
    def history(self):
        """What happened, the newest first, as [{"day", "words", "who", "reason"}] (two queries)."""
        entries = Entry.objects.about(self.plan).filter(verb__in=TOLD).select_related("actor")
        lines = [
            {
                "at": row.at, "day": timezone.localdate(row.at), "words": _told()[row.verb],
                "who": row.actor.full_name if row.actor else "", "reason": "",
            }
            for row in entries[:HAPPENED]
        ]  # fmt: skip
        lines += [self._review_line(row) for row in self.reviews]
        return sorted(lines, key=lambda row: row["at"], reverse=True)[:HAPPENED]

    def _review_line(self, review):
        new = next((p.words for p in self.plan.phases.all() if p.on == review.held_on), "")
        said = _("Review: %(decision)s") % {"decision": review.get_decision_display()}
        if review.decision == Review.Decision.CHANGE and new:
            said = _("Review: %(decision)s: %(words)s") % {
                "decision": review.get_decision_display(), "words": new,
            }  # fmt: skip
        return {
            "at": review.at, "day": review.held_on, "words": said, "who": review.by.full_name,
            "reason": review.reason,
        }  # fmt: skip

    def record_reading(self, verb="plan.viewed"):
        """Write down that this plan was read; the family can see that."""
        self.plan.record_reading(self.user, verb)


def weighs(weight):
    """Return how much a need weighs, in words."""
    return {
        1: _("a little"), 2: _("somewhat"), 3: _("clearly"), 4: _("a lot"),
        5: _("it stands in the way of everything else"),
    }[weight]  # fmt: skip


def _step_chip(task, state, today):
    """Return (tone, icon, words) of how a step stands."""
    if state == "done":
        return "good", "check", _("Done")
    if state == "late":
        n = (today - task.due).days
        return "rust", "clock", ngettext("%(n)s day late", "%(n)s days late", n) % {"n": n}
    return "", "", _("every week") if state == "weekly" else pgettext("step of a plan", "Open")


def _told():
    return {
        "plan.made": _("The plan was begun"),
        "plan.agreed": _("Agreed on"),
        "plan.begun": _("Put to work"),
        "plan.approved": _("Approved"),
        "plan.reviewing": _("Review begun"),
        "plan.handed_over": _("Handed over"),
        "plan.closed": _("Closed"),
    }


def suggested_goals(plan, body):
    """Return the goals that the plan's template proposes and the plan has not, as [(number, goal)]."""
    if body is None:
        return []
    there = set(Goal.objects.filter(plan=plan).values_list("measure", flat=True))
    return [(n, goal) for n, goal in enumerate(body.goals) if goal["measure"] not in there]
