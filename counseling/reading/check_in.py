"""The weekly check-in as a family is asked it: the link, the letter, and when it leaves.

| line | who | when | by |
|---|---|---|---|
| weekly check-in | each home with a habit or a question | Friday, 16:00 | the school's calendar |
| the week is counted | nobody: ticks become points | Monday, 00:00 | the school's calendar |
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db.models import DateTimeField, Exists, OuterRef, Value
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from counseling.models import CheckIn, Plan, Side, Tick
from counseling.models.check_in import KIND
from counseling.models.habit import count_weeks
from counseling.models.shares import WEEK, monday_of
from homeschool.journal import kinds
from homeschool.journal.models import hours, reminding
from homeschool.journal.models.reminding import Rule, minutes
from homeschool.people.models import School, Student
from homeschool.people.models.signed_link import SignedLink
from homeschool.people.views.seen import listed
from visits.reading.telling import day_in_words

FRIDAY, AT_FOUR = 5, dt.time(16)
MONDAY, MIDNIGHT = 1, dt.time()

# --- the link -------------------------------------------------------------------------------------


def _check_ins():
    return CheckIn.objects.select_related("school")


# One person answers for one home and week.
_LINK = SignedLink("counseling.check_in", _check_ins)
check_in_token, open_check_in_token = _LINK.token, _LINK.open


# --- as a family is asked ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ChildAsked:
    """A child with what its home is asked about it."""

    student: Student
    habits: list
    questions: list


class Asked:
    """One check-in in the eyes of `reader`, of the home that is asked; speak the reader's language."""

    def __init__(self, check_in, reader):
        self.check_in, self.reader, self.school = check_in, reader, check_in.school
        self.token = check_in_token(check_in.pk, reader.pk)
        self.is_alive = check_in.is_alive()
        self.is_answered = check_in.answered_at is not None

    @property
    def link(self):
        return settings.SITE_URL + reverse("counseling:check-in", args=[self.token])

    @cached_property
    def students(self):
        """The children whom the reader answers for here."""
        return self.check_in.children_for(self.reader)

    @cached_property
    def children(self):
        """What is asked about each of them: [ChildAsked]."""
        habits, questions = self.habits, self.questions
        rows = [
            ChildAsked(
                child,
                [habit for habit in habits if habit.student.pk == child.pk],
                [row for row in questions if row.goal.plan.student_id == child.pk],
            )
            for child in self.students
        ]
        return [row for row in rows if row.habits or row.questions]

    @cached_property
    def habits(self):
        """The habits that have had a day this week."""
        return [h for h in self.check_in.habits(self.students) if self.days(h)]

    @cached_property
    def questions(self):
        return self.check_in.questions(self.students)

    def days(self, habit):
        """Return the days of this week that may be ticked, the first on top."""
        today = self.check_in.today
        return [day for day in habit.days_of(self.check_in.monday) if day <= today]

    @cached_property
    def ticks(self):
        """{(habit id, day): Tick} as this home said it."""
        rows = Tick.objects.standing().filter(habit__in=self.habits, side=Side.HOME)
        rows = rows.of([self.check_in.home]).in_week(self.check_in.monday)
        return {(tick.habit_id, tick.day): tick for tick in rows}

    @cached_property
    def numbers(self):
        """{goal id: number} as this home said it."""
        given = self.check_in.answers(self.questions)
        return {goal: point.value for goal, point in given.items()}

    @property
    def names(self):
        return listed(child.called for child in self.students)

    @property
    def week(self):
        """The first and the last day, in words."""
        first, last = self.check_in.monday, self.check_in.monday + WEEK - dt.timedelta(days=1)
        return f"{date_format(first, 'MONTH_DAY_FORMAT')} – {date_format(last, 'MONTH_DAY_FORMAT')}"

    @property
    def until(self):
        """The last day on which it may be answered, in words."""
        return day_in_words(self.check_in.monday + WEEK - dt.timedelta(days=1))


# --- the letter -------------------------------------------------------------------------------------


def _check_in(notice):
    return CheckIn.objects.select_related("school").get(pk=notice.about_id)


def _is_open(notice):
    """Whether the week still runs and nobody of the home has answered."""
    check_in = _check_in(notice)
    return check_in.is_alive() and check_in.answered_at is None


def _words(notice, user):
    return {"asked": Asked(_check_in(notice), user)}


# --- when -------------------------------------------------------------------------------------------


def schools_at_work(since, until):
    """Return the schools with plans at work; each knows up to when it is asked."""
    plans = Plan.objects.at_work().filter(school=OuterRef("pk"))
    asked = Value(until, output_field=DateTimeField())
    return School.objects.filter(Exists(plans)).annotate(asked_until=asked).order_by("pk")


def last_moment(school, weekday, at):
    """Return the last moment up to `school.asked_until` at which it was that weekday (1 is Monday) and
    time by the school's clock."""
    zone = hours.zone_of(school.time_zone)
    local = school.asked_until.astimezone(zone)
    day = local.date() - dt.timedelta(days=(local.isoweekday() - weekday) % 7)
    moment = dt.datetime.combine(day, at, zone)
    return moment if moment <= local else moment - WEEK


def _ask(_rule, school, event):
    day = event.astimezone(hours.zone_of(school.time_zone)).date()
    CheckIn.objects.ask(school, monday_of(day))


def _count(_rule, school, event):
    count_weeks(school, event.astimezone(hours.zone_of(school.time_zone)).date())


def register_check_in():
    """Tell the journal of the weekly letter, and of the two moments of the week."""
    kinds.register(
        kinds.Kind(
            name=KIND,
            label=_("How the week went at home"),
            recipients=lambda notice: _check_in(notice).receivers(),
            template="counseling/letters/check_in",
            context=_words,
            alive=_is_open,
            lives_for=dt.timedelta(days=2),
            asks="read",
        )
    )
    reminding.register(
        Rule("habits.check_in", _("How the week went at home"), KIND, minutes(0), rows=schools_at_work,
             event=lambda school: last_moment(school, FRIDAY, AT_FOUR), tell=_ask,
             school=lambda school: school, stale_after=dt.timedelta(hours=24))
    )  # fmt: skip
    reminding.register(
        Rule("habits.week", _("The week of the habits is counted"), KIND, minutes(0), rows=schools_at_work,
             event=lambda school: last_moment(school, MONDAY, MIDNIGHT), tell=_count,
             school=lambda school: school, stale_after=WEEK)
    )  # fmt: skip
