"""The weekly check-in behind the link of a letter: GET shows, POST writes.

The link names one person, one home and one week; whether that person still answers for it is looked
up each time.
"""

from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.check_in import CheckInForm, QuestionForm
from counseling.models import (
    WRITERS,
    Goal,
    Habit,
    NotAPoint,
    NotATick,
    NotThatState,
    WeeklyQuestion,
)
from counseling.models.check_in import Over
from counseling.reading.check_in import Asked, open_check_in_token
from counseling.reading.habits import page_of_plan
from homeschool.journal.models import hours
from homeschool.journal.views import GONE, NOT_FOUND, dead_link, opened_by_link, plain
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422


def behind_check_in(view):
    """Let `view(request, asked)` run for a link whose person may answer, in the language and time of
    that person; else say kindly why not."""

    @opened_by_link
    @wraps(view)
    def page(request, token):
        found = open_check_in_token(token)
        if found is None:
            return dead_link(NOT_FOUND)
        asked = Asked(*found)
        if not asked.students:
            return dead_link(GONE)
        language = asked.reader.language or translation.get_language() or "en"
        zone = hours.zone_of(asked.reader.time_zone, asked.school.time_zone)
        with translation.override(language), timezone.override(zone):
            return view(request, asked) if asked.is_alive and asked.children else _over(asked)

    return page


def _over(asked):
    context = {"asked": asked, "school": asked.school}
    return plain("counseling/check_in_over.html", context, status=GONE)


def _page(asked, form, status=200):
    context = {"asked": asked, "school": asked.school, "form": form}
    return plain("counseling/check_in_page.html", context, status=status)


@require_safe
@behind_check_in
def check_in(request, asked):
    """Show the week of one home. It records nothing: mail scanners open every link."""
    return _page(asked, CheckInForm(asked=asked))


@require_POST
@behind_check_in
def check_in_send(request, asked):
    """Keep what a home says of its week; sent twice it is once, said otherwise it is a correction."""
    form = CheckInForm(request.POST, asked=asked)
    if not form.is_valid():
        return _page(asked, form, NOT_WHOLE)
    try:
        asked.check_in.answer(
            by=asked.reader, ticks=form.ticks, weeks=form.weeks, numbers=form.numbers
        )
    except Over:
        return _over(asked)
    except (NotATick, NotAPoint):
        form.add_error(None, _("Something changed just now. Please look at it and send it again."))
        return _page(asked, form, NOT_WHOLE)
    return redirect("counseling:check-in", asked.token)


# --- staff: what the family is asked ----------------------------------------------------------------


def _goal(request, pk):
    rows = Goal.objects.visible_to(request.user).select_related("plan__student", "plan__school")
    goal = get_object_or_404(rows, pk=pk)
    sight.require(request.user, goal.plan.student, WRITERS)
    return goal


def check_in_question(request, pk):
    """Ask the family about a goal every week, in words of one's own."""
    goal = _goal(request, pk)
    stands = WeeklyQuestion.objects.filter(goal=goal).first()
    form = QuestionForm(posted(request), initial={"words": stands.words if stands else ""})
    back = page_of_plan(goal.plan)

    def work():
        WeeklyQuestion.objects.begin(goal, form.cleaned_data["words"], by=request.user)
        return back

    said = _("The family is asked every Friday, once the plan is published again.")
    try:
        done = answered(request, form, work, said)
    except (ValueError, NotThatState):
        form.add_error(None, _("This goal is not asked for: it is a habit, or its plan has ended."))
        done = None
    context = {
        "form": form, "goal": goal, "student": goal.plan.student, "back": back,
        "is_habit": Habit.objects.filter(goal=goal).exists(), "once": OnceForm(),
        "stands": stands if stands and stands.ended_at is None else None,
    }  # fmt: skip
    status = NOT_WHOLE if form.is_bound else 200
    return done or render(request, "counseling/check_in_question.html", context, status=status)


@require_POST
def check_in_question_end(request, pk):
    """Ask the family about this goal no more."""
    goal = _goal(request, pk)
    question = get_object_or_404(WeeklyQuestion.objects.select_related("goal__plan"), goal=goal)
    back = page_of_plan(goal.plan)

    def work():
        question.end(by=request.user)
        return back

    try:
        done = answered(
            request, OnceForm(request.POST), work, _("The family is not asked any more.")
        )
    except NotThatState:
        messages.error(request, _("This plan has ended. Nothing was changed."))
        done = None
    return done or redirect(back)
