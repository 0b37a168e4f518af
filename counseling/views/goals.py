"""Goals of a plan: a new one, a change, an end."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counseling.forms.goals import GoalForm
from counseling.models import Goal, NotThatState
from counseling.reading import templates
from homeschool.people.views.home import posted

from .plans import NOT_WHOLE, closed_words, edited, in_hand, today_of


def goal_in_hand(request, pk):
    """Return the goal for staff that works on its plan; 404 for everybody else."""
    rows = Goal.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("plan__school", "plan__student__school_class"), pk=pk
    )


def _proposed(request, plan):
    """Return what a new goal begins with: its days, and what the template proposes at `?proposed=`."""
    first = {
        "baseline_on": max(plan.begins, today_of(request.user, plan.school)[1]),
        "target_on": plan.ends,
    }
    if first["baseline_on"] >= plan.ends:
        first["baseline_on"] = plan.begins
    body = templates.body_of(plan.template, [plan.school_id])
    number = request.GET.get("proposed", "")
    if body and number.isascii() and number.isdigit() and int(number[:3]) < len(body.goals):
        goal = body.goals[int(number[:3])]
        names = ("statement", "measure", "unit", "target", "most", "step")
        first |= {name: goal[name] for name in names if goal.get(name)}
    return first


def goal_create(request, pk):
    """Write a goal; the first one of a template stands proposed, without where the child stands."""
    plan = in_hand(request, pk)
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    form = GoalForm(posted(request), initial=_proposed(request, plan), edits=plan.edits)

    def work():
        goal = plan.add_goal(by=request.user, **form.values())
        return f"{plan.get_absolute_url()}#goal-{goal.pk}"

    if answer := edited(request, plan, form, work, _("The goal is kept.")):
        return answer
    return _page(request, plan, form, _("A goal"))


def goal_edit(request, pk):
    """Change a goal."""
    goal = goal_in_hand(request, pk)
    plan = goal.plan
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    form = GoalForm(posted(request), instance=goal, edits=plan.edits)

    def work():
        goal.change(by=request.user, edits=form.edits, **form.values())
        return f"{plan.get_absolute_url()}#goal-{goal.pk}"

    if answer := edited(request, plan, form, work):
        return answer
    return _page(request, plan, form, _("Change the goal"), goal)


def _page(request, plan, form, heading, goal=None):
    context = {
        "plan": plan,
        "student": plan.student,
        "form": form,
        "heading": heading,
        "goal": goal,
    }
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/goal_form.html", context, status=status)


@require_POST
def goal_end(request, pk):
    """Follow a goal no more."""
    goal = goal_in_hand(request, pk)
    try:
        goal.end(by=request.user)
        messages.success(request, _("The goal is not followed any more. Its results are kept."))
    except NotThatState:
        messages.warning(request, closed_words())
    return redirect(goal.plan)
