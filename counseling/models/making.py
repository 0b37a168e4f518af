"""How a plan begins: from nothing, from a template, from a need of a visit, from last term's plan."""

import datetime as dt

from django.db import transaction

from .goal import Goal
from .judging import standings
from .parts import Material, Member, PlanNeed, Slot, Task
from .plan import Plan

USUAL = dt.timedelta(weeks=15)


def end_of_plan(school, begins):
    """Return the last day of a plan that begins then: that of the term, else fifteen weeks on."""
    term = school.terms.on(begins).first()
    last = term and term.last_day
    return last if last and last > begins + dt.timedelta(weeks=2) else begins + USUAL


def make_plan(student, body=None, *, by, begins, ends, template="", need=None, **columns):
    """Make a plan for the child out of `body` (a `reading.templates.Body`, or None for an empty
    sheet) and return it. `template` names where the body came from, `need` the need of a visit.

    The goals of a template are no rows: somebody measures first.
    """
    values = (
        {"title": body.title, "about": body.about, "review_weeks": body.review_weeks}
        if body
        else {}
    )
    with transaction.atomic():
        plan = Plan.objects.create(
            school=student.school, student=student, owner=by, made_by=by, begins=begins, ends=ends,
            template=template, need=need, **(values | columns),
        )  # fmt: skip
        Member.objects.create(plan=plan, user=by, name=by.full_name)
        if body:
            _fill(plan, body)
        plan.record("plan.made", by)
    return plan


def _fill(plan, body):
    PlanNeed.objects.bulk_create(PlanNeed(plan=plan, **row) for row in body.needs)
    Task.objects.bulk_create(Task(plan=plan, **row) for row in _with_one_at_home(body.tasks))
    Slot.objects.bulk_create(Slot(plan=plan, **row) for row in body.slots)
    Material.objects.bulk_create(Material(plan=plan, **row) for row in body.materials)


def _with_one_at_home(tasks):
    """Return the steps with one thing to do at home at most."""
    first = next((row for row in tasks if row.get("at_home")), None)
    return [row | {"at_home": row is first} for row in tasks]


def note_need(plan, need, domain, *, words=""):
    """Write a need of a visit down as the reason of the plan."""
    plan.needs.filter(domain=domain, need=None).delete()
    return plan.needs.create(domain=domain, weight=3, words=words, need=need)


def go_on_from(before, *, by, begins, ends):
    """Make a plan that goes on from `before`, and return (plan, goals that were reached, goals of habits).

    Needs, times, materials, team and open steps come along; so does each other goal, with its last
    result as the new baseline. Steps of one day lose it. A habit is begun anew by a person.
    """
    with transaction.atomic():
        plan = Plan.objects.create(
            school=before.student.school, student=before.student, owner=by, made_by=by, begins=begins,
            ends=ends, title=before.title, about=before.about, review_weeks=before.review_weeks,
            after=before, template=before.template,
        )  # fmt: skip
        _copy(plan, before.needs.all(), "domain", "weight", "words", "need", "observation")
        _copy(plan, before.slots.all(), "weekday", "starts", "minutes", "place")
        _copy(plan, before.materials.all(), "title", "pages")
        _copy(plan, before.team.all(), "user", "name", "part")
        open_ = before.tasks.filter(done_at=None)
        _copy(plan, open_, "what", "side", "owner", "owner_name", "weekly", "at_home")
        reached, practised = _copy_goals(plan, before)
        plan.record("plan.made", by, after=str(before.pk))
    return plan, reached, practised


def _copy(plan, rows, *names):
    model = rows.model
    model.objects.bulk_create(
        model(plan=plan, **{name: getattr(row, name) for name in names}) for row in rows
    )


def _copy_goals(plan, before):
    """Copy the goals of `before`; return those that were reached, and those of habits: without its
    ticks such a goal would be measured by nobody."""
    reached, practised = [], []
    of_habits = set(before.goals.exclude(habit=None).values_list("pk", flat=True))
    for standing in standings([before], plan.begins)[before.pk]:
        goal = standing.goal
        last = standing.points[-1].value if standing.points else goal.baseline
        if goal.aim.is_reached(last):
            reached.append(goal)
            continue
        if goal.pk in of_habits:
            practised.append(goal)
            continue
        same = (
            "place", "statement", "matters", "measure", "unit", "target", "least", "most", "step",
        )  # fmt: skip
        Goal.objects.create(
            plan=plan, baseline=_within(goal, last), baseline_on=plan.begins, target_on=plan.ends,
            **{name: getattr(goal, name) for name in same},
        )  # fmt: skip
    return reached, practised


def _within(goal, value):
    """Return `value` within what the goal measures now: its bounds may be narrower than they were."""
    value = max(value, goal.least)
    return value if goal.most is None else min(value, goal.most)
