"""What a plan prescribes, how much help a child got, and the results that a session brought."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.dosage import PrescriptionForm, Refused, ResultsForm
from counseling.models import (
    READERS,
    NotThatState,
    Pair,
    PrescribedTwice,
    Prescription,
    Session,
    WeekCount,
)
from counseling.reading.dosage import HelpOfChild, result_lines
from counseling.reading.pairs import pairs_of
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.views.children import visible_child
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

from .plans import NOT_WHOLE, closed_words, edited, in_hand, today_of

# --- what a plan prescribes ----------------------------------------------------------------------------


def _prescribed(request, plan, form, verb):
    """Do `verb` with what a form says and return the redirect; None where the form is wrong."""

    def work():
        verb(by=request.user, edits=form.edits, **form.values())
        return f"{plan.get_absolute_url()}#help"

    try:
        return edited(request, plan, form, work)
    except PrescribedTwice:
        form.refuse_twice()
        return None


def _page(request, plan, form, zone, row=None):
    context = {"plan": plan, "student": plan.student, "form": form, "row": row}
    if row:
        context["before"] = row.events.order_by("-pgh_id").select_related("programme")[1:11]
    status = NOT_WHOLE if form.is_bound else 200
    with timezone.override(zone):
        return render(request, "counseling/dosage_form.html", context, status=status)


def prescription_add(request, pk):
    """Let the plan ask for a programme."""
    plan = in_hand(request, pk)
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    zone, today = today_of(request.user, plan.school)
    form = PrescriptionForm(
        posted(request), plan=plan, reader=request.user, edits=plan.edits,
        initial={"since": max(plan.begins, today), "until": plan.ends, "times": 3, "minutes": 30},
    )  # fmt: skip

    def verb(edits, **values):  # one more stands beside whatever else was changed
        return Prescription.objects.prescribe(plan, **values)

    if answer := _prescribed(request, plan, form, verb):
        return answer
    return _page(request, plan, form, zone)


def _prescription(request, pk):
    rows = Prescription.objects.visible_to(request.user).counting()
    rows = rows.select_related("plan__school", "plan__student__school_class", "programme")
    return get_object_or_404(rows, pk=pk)


def prescription_edit(request, pk):
    """Change what is prescribed; what it said before stays readable."""
    row = _prescription(request, pk)
    plan = row.plan
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    zone, _today = today_of(request.user, plan.school)
    form = PrescriptionForm(
        posted(request), instance=row, plan=plan, reader=request.user, edits=plan.edits
    )
    if answer := _prescribed(request, plan, form, row.change):
        return answer
    plan.record_reading(request.user)
    return _page(request, plan, form, zone, row)


@require_POST
def prescription_drop(request, pk):
    """Take back what was prescribed by mistake."""
    row = get_object_or_404(Prescription.objects.visible_to(request.user), pk=pk)
    try:
        row.drop(by=request.user)
        messages.success(request, _("Taken back. Its weeks count no more."))
    except NotThatState:
        messages.warning(request, closed_words())
    return redirect(f"{row.plan.get_absolute_url()}#help")


@require_POST
def week_by_sessions(request, pk):
    """Let the numbers of the sessions stand again where a week was counted by hand."""
    week = get_object_or_404(WeekCount.objects.visible_to(request.user), pk=pk)
    try:
        week.let_sessions_count(by=request.user)
        messages.success(request, _("The week is counted by its sessions again."))
    except NotThatState:
        messages.warning(request, closed_words())
    return redirect("counseling:week-count", week.plan_id)


# --- a child -------------------------------------------------------------------------------------------


@require_safe
def dosage_child(request, pk):
    """Show how much help a child got this term, what was prescribed, and with whom it learns."""
    child = visible_child(request.user, pk)
    sight.require(request.user, child, READERS)
    zone, today = today_of(request.user, child.school)
    Entry.record(
        "help.viewed", child, by=request.user, student=child, school=child.school,
        kind=Entry.Kind.VIEWED,
    )  # fmt: skip
    found = HelpOfChild(child, request.user, today)
    pairs = pairs_of(Pair.objects.visible_to(request.user), child)
    context = {"child": child, "help": found, "pairs": pairs}
    with timezone.override(zone):
        return render(request, "counseling/dosage_child.html", context)


# --- results that a session brought ----------------------------------------------------------------------


def session_results(request, pk):
    """Write the results of a session for the goals of its children: one page, one button."""
    rows = Session.objects.visible_to(request.user).select_related("programme__school")
    session = get_object_or_404(rows, pk=pk)
    if not Session.objects.visible_to(request.user, roles=READERS).filter(pk=pk).exists():
        raise PermissionDenied
    zone, today = today_of(request.user, session.programme.school)
    form = ResultsForm(posted(request), lines=result_lines(session, request.user))

    def work():
        form.keep(session, by=request.user, today=today)
        return reverse("counseling:session-results", args=[session.pk])

    try:
        if answer := answered(request, form, work, _("The results are kept.")):
            return answer
    except Refused as refused:
        form.refuse(refused)
    except NotThatState:
        messages.warning(request, closed_words())
        return redirect("counseling:session-results", session.pk)
    if request.method == "GET":
        for plan in {line.goal.plan.pk: line.goal.plan for line in form.lines}.values():
            plan.record_reading(request.user)
    status = NOT_WHOLE if form.is_bound else 200
    with timezone.override(zone):
        context = {"session": session, "form": form}
        return render(request, "counseling/dosage_session.html", context, status=status)
