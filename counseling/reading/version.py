"""A version of a plan: as the family reads it, as staff compares it, and what was answered to it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext

from counseling import rules
from counseling.models import READERS, Answer, AtHome, Point, Task, Version
from counseling.models.plan import ITEM
from counseling.models.shares import WEEK, monday_of
from counseling.models.version import what_stands
from homeschool.people import sight
from homeschool.templatetags.look import lang_tag

from . import words
from .progress import GoalTold, Measured

SIDE_ICONS = {
    Task.Side.STUDENT: "user", Task.Side.GUARDIAN: "house", Task.Side.TEACHER: "school",
    Task.Side.VOLUNTEER: "heart-handshake", Task.Side.PARTNER: "users",
}  # fmt: skip
WEEKS_AT_HOME = 4


# --- parts of a version in words --------------------------------------------------------------------------
def time_in_words(row):
    """Return a time of the week: "Monday 15:30, 30 minutes, library"."""
    start = time_format(dt.time.fromisoformat(row["starts"]), "H:i")
    minutes = ngettext("%(n)s minute", "%(n)s minutes", row["minutes"]) % {"n": row["minutes"]}
    parts = [f"{WEEKDAYS[row['weekday'] - 1]} {start}", minutes, row["place"]]
    return ", ".join(str(part) for part in parts if part)


def material_in_words(row):
    """Return a book and its pages."""
    return _("%(title)s, %(pages)s") % row if row["pages"] else row["title"]


def member_in_words(row):
    """Return who it is and what this person does."""
    return _("%(name)s: %(part)s") % row if row["part"] else row["name"]


def whose(step, child):
    """Return who does a step: its side, and the name where one was written."""
    side = child.called if step["side"] == Task.Side.STUDENT else Task.Side(step["side"]).label
    side = capfirst(str(side))
    return _("%(side)s: %(name)s") % {"side": side, "name": step["who"]} if step["who"] else side


def until_when(step):
    """Return by when a step is done, or that it is done every week."""
    if step["weekly"]:
        return _("every week")
    if step["due"]:
        return _("by %(day)s") % {"day": words.day(dt.date.fromisoformat(step["due"]))}
    return ""


def goal_in_words(row):
    """Return a goal with its figures, on a line of its own each."""
    goal = Figures(row["unit"])
    found = {
        "measure": row["measure"],
        "first": words.measured(goal, Decimal(row["baseline"])),
        "target": words.measured(goal, Decimal(row["target"])),
        "day": words.day(dt.date.fromisoformat(row["target_on"])),
    }
    figures = _("%(measure)s: from %(first)s to %(target)s by %(day)s") % found
    return "\n".join(filter(None, [row["statement"], row["matters"], figures]))


@dataclass(frozen=True)
class Figures:
    """What `words.measured` asks of a goal."""

    unit: str


# --- two versions side by side ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """One part of a plan in two versions: rows of (before, after, "same" | "new" | "gone" | "changed")."""

    title: str
    rows: list

    @property
    def is_changed(self):
        return any(state != "same" for _before, _after, state in self.rows)


def compared(before, after, child):
    """Return the Parts of two bodies side by side; `before` may be None, for the first version."""
    return [
        Part(title, _paired(read(before) if before else [], read(after)))
        for title, read in _parts(child)
    ]


def changed(before, after, child):
    """Return the Parts that differ."""
    return [part for part in compared(before, after, child) if part.is_changed]


def _parts(child):
    """Return [(title, function of a body that returns [(key, words)])], in the order of the page."""
    return [
        (_("The plan"), lambda body: [("plan", _frame(body))]),
        (_("What goes well"), lambda body: _text(body, "strengths")),
        (_("What we agreed"), lambda body: _text(body, "agreed")),
        (_("Goals"), lambda body: [(row["id"], goal_in_words(row)) for row in body["goals"]]),
        (_("Steps"), lambda body: [(row["id"], _step(row, child)) for row in body["steps"]]),
        (_("Times"), lambda body: _lines(body["times"], time_in_words)),
        (_("Books and materials"), lambda body: _lines(body["materials"], material_in_words)),
        (_("The team"), lambda body: _lines(body["team"], member_in_words)),
        (_("Changes of the help"), lambda body: _lines(body["changes"], _change)),
    ]


def _frame(body):
    days = {name: _date(body[name]) for name in ("begins", "ends")}
    weeks = ngettext(
        "a review every week", "a review every %(n)s weeks", body["review_weeks"]
    ) % {"n": body["review_weeks"]}  # fmt: skip
    lasts = _("%(begins)s to %(ends)s, %(weeks)s") % (days | {"weeks": weeks})
    return f"{body['title']}\n{lasts}"


def _date(text):
    return date_format(dt.date.fromisoformat(text), "DATE_FORMAT")


def _text(body, name):
    return [(name, body[name])] if body.get(name) else []


def _step(row, child):
    at_home = _("the thing to do at home") if row["at_home"] else ""
    return "\n".join(
        filter(None, [row["what"], whose(row, child), until_when(row), at_home])
    )  # fmt: skip


def _change(row):
    return f"{_date(row['on'])}: {row['words']}"


def _lines(rows, said):
    return [(text, text) for text in map(said, rows)]


def _paired(before, after):
    """Return rows of (before, after, state): what stands first, what is gone last."""
    old, new = dict(before), dict(after)
    rows = []
    for key, text in after:
        if key not in old:
            rows.append(("", text, "new"))
        else:
            rows.append((old[key], text, "same" if old[key] == text else "changed"))
    return rows + [(text, "", "gone") for key, text in before if key not in new]


def preview(plan, **told):
    """Return the body that would be published now, with the words `told` for the family."""
    return what_stands(plan) | {"strengths": "", "agreed": ""} | told


# --- what the family reads -------------------------------------------------------------------------------
class FamilyPlan:
    """A version as `user` reads it: the family, or staff to see what the family sees.

    Five queries beside the version's own row (with plan, student, school and by).
    """

    def __init__(self, user, version, newest=None):
        self.user, self.version, self.plan = user, version, version.plan
        self.child, self.body = self.plan.student, version.body
        self.newest = newest or version
        self.roles = sight.roles_for(user, self.child, ITEM)
        self.as_family = bool(self.roles & sight.FAMILY_ROLES)
        self.as_staff = bool(self.roles & READERS)
        self.zone = ZoneInfo(user.time_zone or self.child.school.time_zone)
        self.today = timezone.localdate(timezone=self.child.school_zone)
        self.lang = lang_tag(version.language)

    @property
    def is_newest(self):
        return self.newest.pk == self.version.pk

    @property
    def is_asked(self):
        """Whether the reader answers here."""
        return self.as_family and self.is_newest and not self.plan.is_closed

    @property
    def published_on(self):
        return self.version.published_at.astimezone(self.zone)

    @property
    def closed_on(self):
        return self.plan.closed_at and self.plan.closed_at.astimezone(self.zone)

    @property
    def strengths(self):
        """Lines about what goes well, as they were published."""
        lines = (line.strip() for line in self.body["strengths"].splitlines())
        return [line for line in lines if line]

    @cached_property
    def measured(self):
        """What was measured for the goals up to now, without what another home answered (two queries)."""
        ids = [goal["id"] for goal in self.body["goals"]]
        points: dict = {}
        rows = Point.objects.standing().filter(goal__in=ids)
        rows = rows if self.as_staff else rows.shown_to(self.user)
        for point in rows.order_by("on", "at"):
            points.setdefault(str(point.goal_id), []).append(rules.Point(point.on, point.value))
        return Measured(points, list(self.plan.weeks.all()))

    @cached_property
    def goals(self):
        return [
            GoalTold(goal, self.body, self.measured, self.today) for goal in self.body["goals"]
        ]  # fmt: skip

    @cached_property
    def steps(self):
        """Steps in the order of the version, each {what, icon, who, when, done_on} (one query)."""
        done = dict(self.plan.tasks.exclude(done_at=None).values_list("pk", "done_at"))
        return [
            {
                "what": step["what"],
                "icon": SIDE_ICONS[Task.Side(step["side"])],
                "who": whose(step, self.child),
                "when": until_when(step),
                "done_on": done[step["id"]].astimezone(self.zone) if step["id"] in done else None,
                "at_home": step["at_home"],
            }
            for step in self.body["steps"]
        ]

    @property
    def times(self):
        return [time_in_words(row) for row in self.body["times"]]

    @property
    def materials(self):
        return [material_in_words(row) for row in self.body["materials"]]

    @property
    def team(self):
        return [member_in_words(row) for row in self.body["team"]]

    @property
    def begins(self):
        return dt.date.fromisoformat(self.body["begins"])

    @property
    def ends(self):
        return dt.date.fromisoformat(self.body["ends"])

    @cached_property
    def answer(self):
        """The answer of this reader that stands, for the family alone (one query)."""
        if not self.as_family:
            return None
        found = Answer.objects.visible_to(self.user, roles=sight.FAMILY_ROLES).standing()
        rows = found.of(self.user).filter(version=self.version).select_related("by")
        answer = rows.order_by("-at").first()
        if answer:
            answer.here = answer.at.astimezone(self.zone)
        return answer

    @cached_property
    def others(self):
        """The other versions, newest first (one query)."""
        rows = self.plan.versions.exclude(pk=self.version.pk).order_by("-number")
        return [(row, row.published_at.astimezone(self.zone)) for row in rows]


# --- what staff reads of the answers --------------------------------------------------------------------
ANSWER = JSONObject(
    id="pk", person="person", name="person__full_name", by="by", by_name="by__full_name", at="at",
    agrees="agrees", words="words", proposals="proposals", heard_by="heard_by__full_name",
)  # fmt: skip
SAID = JSONObject(
    id="pk", name="person__full_name", at="at", said="said", words="words", monday="monday"
)


def version_told():
    """Return the expression by which a plan carries its newest version and what was said to it, as
    JSON: {id, number, at, answers, said}, or None. For staff alone. A week more than is shown:
    `told_of` knows the school's clock."""
    since = monday_of(timezone.now().date()) - WEEKS_AT_HOME * WEEK
    answers = Answer.objects.standing().filter(version=OuterRef("pk")).order_by("-at")
    ticks = Q(monday__gte=since, said__in=AtHome.TICKS)
    rows = AtHome.objects.filter(ticks | Q(said=AtHome.Said.QUESTION, heard_at=None))
    rows = rows.filter(version__plan=OuterRef("plan")).order_by("-at")
    newest = Version.objects.filter(plan=OuterRef("pk")).order_by("-number").annotate(
        answered=ArraySubquery(answers.values(found=ANSWER)),
        said=ArraySubquery(rows.values(found=SAID)),
    )  # fmt: skip
    told = JSONObject(
        id="pk", number="number", at="published_at", answers="answered", said="said"
    )  # fmt: skip
    return Subquery(newest.values(found=told)[:1])


@dataclass(frozen=True)
class Told:
    """What stands of a plan with the family: `version` {id, number, here} or None, the answers to it
    (as `answer_row`), open questions and what was done at home in the last weeks."""

    version: dict | None
    answers: list
    questions: list
    ticks: list


def told_of(plan):
    """Return Told of a plan that carries `version_told` as `told`; without a query."""
    found, zone = plan.told, plan.student.school_zone
    if found is None:
        return Told(None, [], [], [])
    said = [
        row
        | {
            "here": _moment(row["at"], zone),
            "monday": dt.date.fromisoformat(row["monday"]),
            "words": row["words"] or AtHome.Said(row["said"]).label,
        }
        for row in found["said"]
    ]
    since = monday_of(timezone.localdate(timezone=zone)) - (WEEKS_AT_HOME - 1) * WEEK
    return Told(
        {"id": found["id"], "number": found["number"], "here": _moment(found["at"], zone)},
        [answer_row(row, plan.student, zone) for row in found["answers"]],
        [row for row in said if row["said"] == AtHome.Said.QUESTION],
        [r for r in said if r["said"] != AtHome.Said.QUESTION and r["monday"] >= since],
    )


def answer_row(row, student, zone, *, stands=True):
    """Return an answer (a dict of `ANSWER`) with who gave it, to whom it was said, and when."""
    said_to = _("said to %(name)s") % {"name": row["by_name"]}
    return row | {
        "who": row["name"] or student.called,
        "is_child": row["person"] is None,
        "by_whom": said_to if row["person"] != row["by"] else "",
        "here": _moment(row["at"], zone),
        "stands": stands,
        "wants": stands and (not row["agrees"] or bool(row["proposals"])),
    }


def _moment(text, zone):
    return dt.datetime.fromisoformat(text).astimezone(zone)


def versions_of(plan):
    """Return [(version, its answers, newest first, those that hold no more too)] of a plan whose
    student is there, newest version first (one query)."""
    answers = Answer.objects.filter(version=OuterRef("pk")).order_by("-at")
    later = Answer.objects.filter(supersedes=OuterRef("pk"))
    rows = answers.annotate(over=Exists(later))
    found = rows.values(found=JSONObject(row=ANSWER, over="over"))
    versions = plan.versions.select_related("by").annotate(told=ArraySubquery(found))
    zone, student = plan.student.school_zone, plan.student
    return [
        (
            version,
            [
                answer_row(told["row"], student, zone, stands=not told["over"])
                for told in version.told
            ],
        )
        for version in versions.order_by("-number")
    ]
