"""The pages of the new year: the table, one grade of it, who stays behind, the check, and doing it."""

import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people.actions import new_year
from homeschool.people.actions.next_steps import Plan
from homeschool.people.forms.new_year import BehindForm, CheckedForm, GradeForm
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Division, School, SchoolClass

from .home import posted
from .setting_up import administered, answered

# Classes whose form is one page: six fields each, and a request may have a thousand.
A_PAGE = 60
# So long after a roll-over nobody looks for the next one.
A_WHILE = datetime.timedelta(days=120)


def _table(school):
    return reverse("people:new-year", args=[school.pk])


def the_new_year(request, pk):
    """Show grade by grade what every class does next, and the year that was done last."""
    school = administered(request.user, School.objects, pk)
    plan, last = Plan(school), new_year.last_done(school)
    context = {
        "school": school,
        "plan": plan,
        "once": OnceForm(),
        "last": last,
        "has_begun": bool(last) and not plan.year and timezone.now() - last.done_at < A_WHILE,
        "can_be_taken_back": bool(last) and new_year.can_be_taken_back(last),
    }
    return render(request, "people/new_year.html", context)


def grade(request, pk):
    """Choose what the classes of one grade or college do next; kept in the draft."""
    division = administered(request.user, Division.objects.select_related("school"), pk)
    plan = Plan(division.school)
    steps = [step for step in plan.steps if step.row.division_id == division.pk]
    page = Paginator(steps, A_PAGE).get_page(request.GET.get("page"))
    form = GradeForm(posted(request), plan=plan, steps=page.object_list)

    def work():
        new_year.keep_steps(division.school, form.chosen, by=request.user)
        return _table(division.school)

    said = _("Your choice is kept. Nothing has changed for the children yet.")
    return answered(request, form, work, said) or render(
        request,
        "people/new_year_grade.html",
        {
            "school": division.school,
            "division": division,
            "page": page,
            "form": form,
            "forms": form.parts,
        },
    )


def behind(request, pk):
    """Choose which children of a class do not go along with it; kept in the draft."""
    row = administered(request.user, SchoolClass.objects.select_related("school"), pk)
    plan = Plan(row.school)
    step = plan.by_key.get(str(row.pk))
    if step is None:  # a course class, or one that is closed: it has no next step
        return redirect(_table(row.school))
    form = BehindForm(posted(request), plan=plan, step=step)

    def work():
        form.keep(row, request.user)
        return _table(row.school)

    said = _("Your choice is kept. Nothing has changed for the children yet.")
    return answered(request, form, work, said) or render(
        request,
        "people/new_year_behind.html",
        {"school": row.school, "step": step, "form": form},
    )


def check(request, pk):
    """Show what would be, and what is in the way; nothing is written."""
    school = administered(request.user, School.objects, pk)
    plan = Plan(school)
    form = CheckedForm(initial={"digest": plan.digest})
    return render(
        request, "people/new_year_check.html", {"school": school, "plan": plan, "form": form}
    )


@require_POST
def confirm(request, pk):
    """Carry out what was checked; where something is another thing by now, check again."""
    school = administered(request.user, School.objects, pk)
    form = CheckedForm(request.POST)

    def work():
        new_year.roll_over(school, form.cleaned_data["digest"], by=request.user)
        return _table(school)

    try:
        done = answered(request, form, work, _("The new year has begun."))
    except new_year.RosterChanged:
        messages.warning(
            request,
            _(
                "Classes, children or your plan have changed since you looked, so nothing was done. "
                "Please look again."
            ),
        )
        done = None
    return done or redirect("people:new-year-check", school.pk)


@require_POST
def take_back(request, pk):
    """Take the year back that was rolled over today, where nothing was changed since."""
    school = administered(request.user, School.objects, pk)
    year = new_year.last_done(school)

    def work():
        if year:
            new_year.take_back(year, by=request.user)
        return _table(school)

    try:
        done = answered(request, OnceForm(request.POST), work, _("All classes are as they were."))
    except new_year.NotTakenBack:
        messages.warning(
            request,
            _("This cannot be taken back any more: its day is over, or something was changed."),
        )
        done = None
    return done or redirect(_table(school))


@require_POST
def forget(request, pk):
    """Throw the draft away."""
    school = administered(request.user, School.objects, pk)

    def work():
        new_year.forget(school)
        return _table(school)

    said = _("Your choices are gone. What is proposed stands again.")
    return answered(request, OnceForm(request.POST), work, said) or redirect(_table(school))
