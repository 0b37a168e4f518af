"""The learning situation as pages tell it: of a class child by child, of a child subject by subject."""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils import timezone

from counseling.charts import Frame, Scale
from counseling.models import READERS, Observation
from homeschool.people.models import Enrolment, SchoolClass, Student, Term

# How far back a page looks where no term runs.
WITHOUT_A_TERM = dt.timedelta(days=120)
MOST = 300  # observations of one child on its page, the newest
SPARK = Frame(left=6, right=154, top=6, bottom=38)
LEAST_FOR_A_LINE = 3
Kind = Observation.Kind


def today_at(school):
    """Return the day that it is at the school."""
    return timezone.localdate(timezone=ZoneInfo(school.time_zone))


def since(school, today):
    """Return the first day of the term that runs at the school (one query), or 120 days ago."""
    term = Term.objects.filter(school=school).on(today).values_list("start", flat=True).first()
    return term or today - WITHOUT_A_TERM


# --- a class ---------------------------------------------------------------------------------------------


def classes_of(user):
    """Return the open classes in which `user` works with a child, with the number of these (`n`)."""
    mine = Student.objects.visible_to(user, roles=READERS).active()
    here = Exists(mine.filter(school_class=OuterRef("pk")))
    sits = Exists(Enrolment.objects.filter(school_class=OuterRef("pk"), student__in=mine))
    found = SchoolClass.objects.open().filter(
        Q(here) | Q(sits), pk__in=SchoolClass.objects.visible_to(user, roles=READERS)
    )
    return found.select_related("school", "division").order_by(
        "school__name", "division__code", "code"
    )


def children_of(user, school_class):
    """Return the children on roll of a class with whom `user` works, by name."""
    mine = Student.objects.visible_to(user, roles=READERS).active()
    if school_class.kind == SchoolClass.Kind.HOMEROOM:
        return mine.filter(school_class=school_class)
    return mine.filter(pk__in=Enrolment.objects.filter(school_class=school_class).values("student"))


@dataclass
class Line:
    """One child of a class: days missed of those counted, the newest mark, the newest sentence."""

    student: Student
    days: Decimal | None = None
    there: Decimal | None = None
    mark: Observation | None = None
    said: Observation | None = None

    @property
    def missed(self):
        """The days on which the child was not there, None where none is known."""
        return None if self.days is None else self.days - self.there


def lines_of(user, school_class, today):
    """Return ([Line] by name, the day since which attendance counts); five queries."""
    children = list(children_of(user, school_class))
    first = since(school_class.school, today)
    lines = {child.pk: Line(child) for child in children}
    mine = Observation.objects.standing().filter(student__in=lines, on__gte=first)
    counted = mine.filter(kind=Kind.ATTENDANCE).order_by().values("student")
    for row in counted.annotate(days=Sum("out_of"), there=Sum("value")):
        line = lines[row["student"]]
        line.days, line.there = row["days"], row["there"]
    newest = mine.order_by("student_id", "-on", "-at").distinct("student_id")
    for row in newest.filter(kind=Kind.MARK):
        lines[row.student_id].mark = row
    for row in newest.filter(kind__in=Observation.SAID):
        lines[row.student_id].said = row
    return list(lines.values()), first


def subjects_of(school_class):
    """Return the subjects of the class's newest marks, to be chosen again (one query)."""
    rows = Observation.objects.filter(student__school_class=school_class, kind=Kind.MARK).order_by()
    found = rows.values("subject").annotate(n=Count("pk")).order_by("-n", "subject")
    return [row["subject"] for row in found[:20]]


# --- a child -----------------------------------------------------------------------------------------------


@dataclass
class Spark:
    """A small line of marks: the path, its newest dot, and the room that it needs."""

    path: str
    last: tuple
    width: int = SPARK.right + SPARK.left
    height: int = SPARK.bottom + SPARK.top


@dataclass
class Subject:
    """The marks of a child in one subject, the newest first."""

    name: str
    marks: list

    @property
    def spark(self):
        """The line of its marks, None where fewer than three days have one."""
        return spark_of(self.marks)


def spark_of(marks):
    """Return the Spark of marks (the newest first): by their share of what could be reached, or, where
    a mark has no measure, by the marks themselves. None for fewer than three days."""
    days = {mark.on: mark for mark in reversed(marks)}
    rows = [days[day] for day in sorted(days)]
    if len(rows) < LEAST_FOR_A_LINE:
        return None
    shares = all(row.out_of for row in rows)
    values = [Fraction(row.share if shares else row.value) for row in rows]
    low, high = (0, 1) if shares else (min(values), max(values))
    scale = Scale(SPARK, rows[0].on, rows[-1].on, low, high if high > low else low + 1)
    places = [scale.at(row.on, value) for row, value in zip(rows, values, strict=True)]
    return Spark("M" + "L".join(f"{x} {y}" for x, y in places), places[-1])


@dataclass
class Situation:
    """What is known of one child's learning; every part newest first.

    `days` and `there` count attendance since `since`; `missed_on` are the rows of days that it missed.
    """

    student: Student
    since: dt.date
    rows: list
    subjects: list = field(default_factory=list)
    said: list = field(default_factory=list)
    days: Decimal = Decimal(0)
    there: Decimal = Decimal(0)
    missed_on: list = field(default_factory=list)
    helps: list = field(default_factory=list)

    def __post_init__(self):
        marks = [row for row in self.rows if row.kind == Kind.MARK]
        by_name: dict = {}
        for row in marks:
            by_name.setdefault(row.subject.casefold(), []).append(row)
        self.subjects = [Subject(found[0].subject, found) for found in by_name.values()]
        self.said = [row for row in self.rows if row.kind in Observation.SAID]
        counted = [r for r in self.rows if r.kind == Kind.ATTENDANCE and r.on >= self.since]
        self.days = sum((row.out_of for row in counted), Decimal(0))
        self.there = sum((row.value for row in counted), Decimal(0))
        self.missed_on = [row for row in counted if row.value < row.out_of]

    @property
    def missed(self):
        """The days that the child missed since `since`."""
        return self.days - self.there

    @property
    def strengths(self):
        """What the child is good at, a line each; whom it helps to learn counts."""
        lines = (line.strip() for line in self.student.strengths.splitlines())
        return [*filter(None, lines), *self.helps]


def situation_of(user, student, today, *, helps=()):
    """Return the Situation of a child as `user` may read it (two queries); `helps` are the lines of
    `helped_lines`, where the reader may read them."""
    rows = Observation.objects.visible_to(user).standing().filter(student=student).newest()
    return Situation(
        student, since(student.school, today), list(rows.select_related("by")[:MOST]),
        helps=list(helps),
    )  # fmt: skip


def history_of(observation):
    """Return the rows whose place this one took, the newest first."""
    found, row = [], observation
    # a handful at most: each correction is one person's act
    for _n in itertools.repeat(None, 20):
        if row.supersedes_id is None:
            break
        row = Observation.objects.select_related("by").get(pk=row.supersedes_id)
        found.append(row)
    return found
