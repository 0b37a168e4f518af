"""Results: written in two taps, corrected without losing the first, and the help of a week counted."""

from decimal import Decimal

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.forms.points import SOURCE, PointForm, WeekForm, stepped
from counseling.models import NotAPoint, NotThatState, Point
from counseling.reading import words
from counseling.reading.plan import plain
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

from .goals import goal_in_hand
from .plans import NOT_WHOLE, closed_words, in_hand, today_of

STEPS = {"less": -1, "more": 1}
TOO_LARGE = 10**7  # a result has seven digits before the point


def _measured(request, goal, form, today, supersedes=None):
    """Write the result of a form down and return the redirect; None where the form is wrong."""

    def work():
        goal.measured(
            by=request.user, source=SOURCE, today=today, supersedes=supersedes, **form.values()
        )
        return f"{goal.plan.get_absolute_url()}#goal-{goal.pk}"

    try:
        return answered(request, form, work, _("The result is kept."))
    except NotAPoint as refused:
        form.refuse(refused.reason)
    except NotThatState:
        messages.warning(request, closed_words())
        return redirect(goal.plan)
    return None


def point_add(request, pk):
    """Write a result: the field holds the last one, and its two buttons move it by a step, also
    without script."""
    goal = goal_in_hand(request, pk)
    zone, today = today_of(request.user, goal.plan.school)
    last = goal.points.standing().order_by("on", "at").last()
    form = PointForm(
        posted(request), goal=goal, today=today, initial={"value": _first(request, goal, last)}
    )
    if answer := _measured(request, goal, form, today):
        return answer
    return _page(request, "counseling/goal_point.html", goal, form, zone, last=last)


def _first(request, goal, last):
    """Return what the field holds: the last result, moved by the button that was pressed."""
    start = last.value if last else goal.baseline
    sent = request.GET.get("value", "")
    try:
        asked = Decimal(sent.replace(",", ".")) if len(sent) < 12 else start
    except ArithmeticError:
        asked = start
    start = asked if sent and asked.is_finite() and abs(asked) < TOO_LARGE else start
    by = STEPS.get(request.GET.get("by", ""), 0)
    value = stepped(goal, start, by) if by else start
    return plain(value)


def _page(request, template, goal, form, zone, **more):
    context = {"goal": goal, "plan": goal.plan, "student": goal.plan.student, "form": form}
    if more.get("last"):
        more["last_words"] = words.measured(goal, more["last"].value)
    status = NOT_WHOLE if form.is_bound else 200
    with timezone.override(zone):
        return render(request, template, context | more, status=status)


def point_correct(request, pk):
    """Put a result in the place of a wrong one; both stay readable."""
    rows = Point.objects.visible_to(request.user).select_related("by")
    point = get_object_or_404(rows, pk=pk)
    goal = goal_in_hand(request, point.goal_id)
    zone, today = today_of(request.user, goal.plan.school)
    first = {"value": plain(point.value), "on": point.on, "words": point.words}
    form = PointForm(posted(request), goal=goal, today=today, initial=first)
    if answer := _measured(request, goal, form, today, supersedes=point):
        return answer
    context = {"point": point, "lines": _lines(goal, point)}
    context["is_replaced"] = Point.objects.filter(supersedes=point).exists()
    return _page(request, "counseling/goal_correct.html", goal, form, zone, **context)


def _lines(goal, point):
    """Return the results that this one replaced, the newest first, itself on top."""
    rows = {row.pk: row for row in goal.points.select_related("by")}
    found = []
    row = rows[point.pk]
    while row:
        found.append(
            {"point": row, "value": words.measured(goal, row.value), "day": words.day(row.on)}
        )
        row = rows.get(row.supersedes_id)
    return found


def week_count(request, pk):
    """Count the help of a week; counted before, the new numbers stand."""
    plan = in_hand(request, pk)
    zone, today = today_of(request.user, plan.school)
    form = WeekForm(posted(request), today=today)

    def work():
        monday, counts = form.values()
        plan.count_week(monday, by=request.user, **counts)
        return plan.get_absolute_url()

    try:
        if answer := answered(request, form, work, _("The week is counted.")):
            return answer
    except NotThatState:
        messages.warning(request, closed_words())
        return redirect(plan)
    context = {
        "plan": plan,
        "student": plan.student,
        "form": form,
        "weeks": plan.weeks.order_by("-monday")[:60],
    }
    status = NOT_WHOLE if form.is_bound else 200
    with timezone.override(zone):
        return render(request, "counseling/plan_weeks.html", context, status=status)
