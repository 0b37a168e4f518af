"""Plans of children, for the stage of tests/doors.py."""

import datetime as dt

from django.utils import timezone

from counseling.models import CheckIn, Plan, Template
from counseling.models.shares import monday_of
from counseling.reading.check_in import check_in_token
from homeschool.journal.models.hours import zone_of
from homeschool.people.sight import ADVISER, COUNSELOR, GUARDIAN, LEADER, STUDENT
from tests.counseling.builders import make_plan, measure
from tests.counseling.practising import ask, make_habit
from visits.reading.voices import voice_token

STAFF = {"adviser": {ADVISER}, "counselor": {COUNSELOR}, "principal": {LEADER}}
# one that the family reads too, one that is being written, one of a grown student
SHOWN, WRITTEN, GROWN = "the child's, published", "one being written", "a grown student's"
LONE, ELSEWHERE = "one of another child of the school", "one of another school"

PLANS = {
    SHOWN: STAFF | {"mother": {GUARDIAN}},
    WRITTEN: STAFF,
    GROWN: {"adult": {STUDENT}},
    LONE: {"principal": {LEADER}},
    ELSEWHERE: {},
}
# what is within a plan shows to staff alone
PARTS = {SHOWN: STAFF, WRITTEN: STAFF, LONE: {"principal": {LEADER}}, ELSEWHERE: {}}
MOTHERS, NOT_ASKED, OTHER_LINK = (
    "the mother's week", "a father's, who is not asked", "a link of another purpose",
)  # fmt: skip
THINGS = {
    "plan": PLANS,
    "habit": PLANS,
    "check-in link": {MOTHERS: {}, NOT_ASKED: {}, OTHER_LINK: {}},
    "goal": PARTS,
    "point": PARTS,
    "task": PARTS,
    "plan template": {
        "one of the school": STAFF | {"other_teacher": {ADVISER}, "other_counselor": {COUNSELOR}},
        "one of another school": {},
    },
}
CANARIES = {
    "Canary-habit 1": {*STAFF, "mother"},
    "Canary-habit 2": {*STAFF},
    "Canary-habit 3": {"adult"},
    "Canary-habit 4": {"principal"},
    "Canary-habit 5": set(),
    "Canary-plan 1": {*STAFF},
    "Canary-plan 2": {*STAFF},
    "Canary-plan 3": set(),
    "Canary-plan 4": {"principal"},
    "Canary-plan 5": set(),
}
SHOWN_AT = [("counseling:plan-detail", thing) for thing in (SHOWN, WRITTEN, LONE)]
SHOWN_AT += [("counseling:habit-family", "")]
SHOWN_AT += [("counseling:habit-detail", thing) for thing in (SHOWN, WRITTEN, LONE)]


class Plans:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        elsewhere = stage.other_role.user
        published = {"state": Plan.State.ACTIVE, "published_at": timezone.now()}
        self.plans = [
            self.plan(c, c.child, c.counselor, 1, **published),
            self.plan(c, c.child, c.counselor, 2),
            self.plan(c, c.adult.student_row, elsewhere, 3, **published),
            self.plan(c, stage.lone_child, c.principal, 4),
            self.plan(c, c.other_child, elsewhere, 5),
        ]
        self.templates = [
            Template.objects.keep(school, "Reading aloud", {}, by=by)
            for school, by in ((c.school, c.counselor), (c.other_school, elsewhere))
        ]

        self.practise(c)

    def practise(self, c):
        """Let each plan have a habit and a question, and ask the homes about this week."""
        today = timezone.localdate()
        self.habits = [
            make_habit(
                plan, f"Canary-habit {n}", since=today - dt.timedelta(days=14),
                days=[1, 2, 3, 4, 5, 6, 7],
            )
            for n, plan in enumerate(self.plans, 1)
        ]  # fmt: skip
        for plan in self.plans:
            ask(plan.goals.first())
        monday = monday_of(timezone.localdate(timezone=zone_of(c.school.time_zone)))
        CheckIn.objects.ask(c.school, monday)
        check_in = CheckIn.objects.get(household=c.household)
        self.other_link = voice_token(check_in.pk, c.mother.pk)
        self.weeks = [check_in_token(check_in.pk, who.pk) for who in (c.mother, c.father)]

    def plan(self, c, child, by, number, **columns):
        """Return a plan with one goal, one point and one step, and a word that few may read."""
        day = timezone.localdate()
        days = {"begins": day - dt.timedelta(days=60), "ends": day + dt.timedelta(days=60)}
        plan = make_plan(c, child, by=by, about=f"Canary-plan {number}", **(days | columns))
        measure(plan.goals.get(), 55, by=by)
        plan.tasks.create(what="Read aloud", side="teacher")
        return plan

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        inner = [plan for plan in self.plans if plan is not self.plans[2]]
        goals = [plan.goals.first() for plan in inner]
        return {
            "plan": [plan.pk for plan in self.plans],
            "habit": [habit.pk for habit in self.habits],
            # the last one is signed, and of another purpose
            "check-in link": [*self.weeks, self.other_link],
            "goal": [goal.pk for goal in goals],
            "point": [goal.points.get().pk for goal in goals],
            "task": [plan.tasks.get().pk for plan in inner],
            "plan template": [template.pk for template in self.templates],
        }
