"""Plans: the list, one plan on the page and on paper, a new one, what it says, and its way."""

import datetime as dt
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.parts import PARTS, PartForms
from counseling.forms.plans import AFTER, BLANK, NewPlanForm, PlanFilter, PlanForm, TemplateForm
from counseling.forms.reviews import CloseForm, ReviewForm
from counseling.models import (
    READERS,
    WRITERS,
    NotApproved,
    NotThatState,
    Plan,
    Stale,
    Task,
    Template,
)
from counseling.models.making import end_of_plan, go_on_from, make_plan, note_need
from counseling.reading import templates, words
from counseling.reading.board import drawn
from counseling.reading.dosage import meters_of
from counseling.reading.plan import PlanPage, plans_to_read, suggested_goals
from counseling.reading.situation import today_at
from homeschool import pdf
from homeschool.forms import readable
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits import reading
from visits.models import Need

A_PAGE, NOT_WHOLE, CONFLICT, MOST_FOUND = 50, 422, 409, 20


def today_of(user, school=None):
    """Return (time zone in which `user` reads, the day at `school`; without one the day by that zone)."""
    zone = reading.zone_of(user, school)
    return zone, today_at(school) if school else timezone.localdate(timezone=zone)


def closed_words():
    return _("This plan is closed: nothing in it changes any more.")


# --- the list ----------------------------------------------------------------------------------------


@require_safe
def plan_list(request):
    """List the plans in sight, the review that is due first on top."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    zone, today = today_of(request.user)
    form = PlanFilter(request.GET, request.user)
    page = Paginator(form.plans(today), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = drawn(page.object_list, today)
    context = {"form": form, "page": page}
    with timezone.override(zone):
        return render(request, "counseling/plan_list.html", context)


# --- one plan ----------------------------------------------------------------------------------------


def _read(request, pk, verb="plan.viewed"):
    """Return (time zone, PlanPage) for staff; (None, its key) for its family."""
    plan = get_object_or_404(plans_to_read(request.user), pk=pk)
    zone, today = today_of(request.user, plan.school)
    page = PlanPage(plan, request.user, today)
    if not page.as_staff:
        return None, plan.pk
    page.record_reading(verb)
    return zone, page


def in_hand(request, pk):
    """Return the plan for staff that works on it; 403 for its family, 404 for everybody else."""
    plans = Plan.objects.visible_to(request.user).select_related("school", "student__school_class")
    plan = get_object_or_404(plans, pk=pk)
    sight.require(request.user, plan.student, WRITERS)
    return plan


@require_safe
def plan_detail(request, pk):
    """Show staff the plan with all that it is made of; the reading is written down."""
    zone, page = _read(request, pk)
    if zone is None:
        return redirect("counseling:family-plan", page)
    with timezone.override(zone):
        return show(request, page)


def show(request, page, review=None, status=200):
    """Draw the page of a plan; `review` is the form of a decision that came back with errors."""
    context = {"page": page, "plan": page.plan, "student": page.student, "review": None}
    context["meters"] = meters_of(page.plan.prescription_rows, page.today)
    if page.plan.is_at_work and page.may_write:
        context["review"] = review or review_form(page)
    context["form"] = review
    if not page.goals and page.may_write:
        body = templates.body_of(page.plan.template, [page.plan.school_id])
        context["suggested"] = suggested_goals(page.plan, body)
    return render(request, "counseling/plan_detail.html", context, status=status)


def review_form(page, data=None):
    """Return the form of a decision, with what the rules suggest chosen."""
    after = words.day(page.plan.review_after(page.today))
    suggested = page.urgent.said.decision if page.urgent else ""
    return ReviewForm(
        data, suggested=suggested, edits=page.plan.edits,
        next_on=_("next review on %(day)s") % {"day": after},
    )  # fmt: skip


@require_safe
def plan_print(request, pk):
    """Show the plan as a sheet of paper."""
    zone, page = _read(request, pk, "plan.printed")
    if zone is None:
        return redirect("counseling:family-plan", page)
    with timezone.override(zone):
        return render(request, "counseling/plan_print.html", {"page": page, "plan": page.plan})


@require_safe
def plan_pdf(request, pk):
    """Give the same sheet as a PDF."""
    zone, page = _read(request, pk, "plan.printed")
    if zone is None:
        return redirect("counseling:family-plan", page)
    if missing := pdf.missing():
        messages.error(request, missing)
        return redirect("counseling:plan-print", pk)
    with timezone.override(zone):
        context = {"page": page, "plan": page.plan, "language": translation.get_language()}
        text = render_to_string("counseling/plan_pdf.html", context)
    response = HttpResponse(
        pdf.made_of(text, css="css/plan-paper.css"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="plan-{page.today:%Y-%m-%d}.pdf"'
    return response


# --- a new one ---------------------------------------------------------------------------------------


def plan_new(request):
    """Begin a plan for the child `child`; without one, find the child first."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    if not request.GET.get("child"):
        return _find(request)
    child = _child(request.user, request.GET["child"])
    _zone, today = today_of(request.user, child.school)
    form = NewPlanForm(
        posted(request), student=child, begins=today, ends=end_of_plan(child.school, today),
        first=request.GET.get("source", BLANK),
    )  # fmt: skip
    answer = answered(request, form, lambda: _make(request, form), _("The plan is begun."))
    if answer:
        return answer
    needs = Need.objects.visible_to(request.user).open().filter(student=child).order_by("noted_at")
    context = {"form": form, "child": child, "needs": needs}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/plan_new.html", context, status=status)


def _child(user, text):
    """Return the child that the address names, if `user` works on its plans; else 404 or 403."""
    try:
        pk = uuid.UUID(text)
    except ValueError:
        raise Http404 from None
    rows = Student.objects.visible_to(user).select_related("school", "school_class")
    child = get_object_or_404(rows, pk=pk)
    sight.require(user, child, WRITERS)
    return child


def _make(request, form):
    """Make the plan that a valid form asks for, and return its address."""
    data, student = form.cleaned_data, form.student
    source, days = data["source"], {name: data[name] for name in ("begins", "ends")}
    title = {"title": data["title"]} if data["title"] else {}
    if source.startswith(AFTER):
        before = form.before[source]
        plan, reached, practised = go_on_from(before, by=request.user, **days, **title)
        if reached:
            messages.info(request, _("Goals that were reached did not come along."))
        if practised:
            said = _("Habits did not come along. Begin those anew that are still practised.")
            messages.info(request, said)
        return plan.get_absolute_url()
    body = templates.body_of(source, [student.school_id])
    template = "" if source == BLANK else source
    plan = make_plan(student, body, by=request.user, template=template, **days, **title)
    return plan.get_absolute_url()


def _find(request):
    """Let the reader find the child for whom the plan is."""
    text = readable(request.GET.get("q", ""))[:100].strip()
    found = Student.objects.visible_to(request.user, roles=WRITERS).active()
    found = found.found_by(text) if text else found
    rows = found.values("pk", "full_name", "number", "school_class__name")[: MOST_FOUND + 1]
    context = {"text": text, "children": rows[:MOST_FOUND], "is_more": len(rows) > MOST_FOUND}
    return render(request, "counseling/plan_whom.html", context)


@require_POST
def plan_from_need(request, pk):
    """Begin a plan from what was noted at a visit; where there is one already, show it."""
    rows = Need.objects.visible_to(request.user).select_related("student__school", "visit")
    need = get_object_or_404(rows, pk=pk)
    sight.require(request.user, need.student, WRITERS)
    with transaction.atomic():
        Need.objects.select_for_update(of=("self",)).get(pk=pk)
        plan = Plan.objects.open().filter(need=need).first()
        if plan is None:
            plan = _plan_of(need, request.user)
            messages.success(request, _("The plan is begun. The need stands in it."))
    return redirect(plan)


def _plan_of(need, user):
    """Make the plan of a need. Of what the family kept out, or said in confidence, nothing but the link
    comes along, not even its kind: whoever reads the plan need not read that visit."""
    is_open = not need.kept_out and not need.visit.is_confidential()
    template, domain = templates.OF_A_NEED[need.kind] if is_open else ("", "")
    title = need.get_kind_display() if is_open else _("Plan")
    body = templates.shipped(template) if template else templates.Body(title=title)
    _zone, today = today_of(user, need.school)
    plan = make_plan(
        need.student, body, by=user, begins=today, ends=end_of_plan(need.school, today),
        template=template, need=need,
    )  # fmt: skip
    if is_open:
        note_need(plan, need, domain, words=need.words[:1000])
    return plan


# --- what it says -------------------------------------------------------------------------------------


def edited(request, plan, form, work, said=""):
    """Do `work` once for a valid form over a plan and return the redirect; None where the form is
    wrong. Whoever read an older state sees both texts and sends again, knowingly."""
    try:
        return answered(request, form, work, said)
    except NotThatState:
        messages.warning(request, closed_words())
        return redirect(plan)
    except Stale as stale:
        return _both(request, stale.plan, form)


def _both(request, stands, form):
    """Show what the other writer wrote beside what was just sent (409)."""
    rows = form.both(stands) if hasattr(form, "both") else both_of(form, stands)
    context = {"plan": stands, "rows": rows, "edits": stands.edits, "sent": _sent_again(request)}
    return render(request, "counseling/plan_stale.html", context, status=CONFLICT)


def _sent_again(request):
    """Return [(name, value)] of what was sent, without what a page carries of itself."""
    carried = {"csrfmiddlewaretoken", "edits", "submission", "writer"}
    return [
        (name, readable(value))
        for name, values in request.POST.lists()
        if name not in carried
        for value in values
    ]


def both_of(form, stands):
    """Return [(label, text of the other writer, own text)] of the fields that differ."""
    row = (
        stands
        if isinstance(form.instance, Plan)
        else type(form.instance).objects.get(pk=form.instance.pk)
    )
    found = []
    for name, mine in form.values().items():
        theirs = getattr(row, name)
        if theirs != mine:
            found.append((form.fields[name].label, _shown(theirs), _shown(mine)))
    return found


def _shown(value):
    if isinstance(value, dt.date):
        return words.day(value)
    if isinstance(value, words.Decimal):
        return words.number(value)
    return "" if value is None else str(value)


def plan_edit(request, pk):
    """Change what the plan says of itself."""
    plan = in_hand(request, pk)
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    form = PlanForm(posted(request), instance=plan, edits=plan.edits)

    def work():
        plan.change(by=request.user, edits=form.edits, **form.values())
        return plan.get_absolute_url()

    if answer := edited(request, plan, form, work):
        return answer
    return _form(request, plan, form, _("What the plan says"))


def _form(request, plan, form, heading):
    context = {"plan": plan, "student": plan.student, "form": form, "heading": heading}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/plan_form.html", context, status=status)


def plan_part(request, pk, part):
    """Change one part of the plan, its rows together."""
    if part not in PARTS:
        raise Http404
    plan = in_hand(request, pk)
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    forms = PartForms(part, plan, posted(request), reader=request.user)
    if answer := edited(request, plan, forms, lambda: forms.keep(request.user)):
        return answer
    plan.record_reading(request.user)
    context = {"plan": plan, "student": plan.student, "forms": forms, "part": forms.part}
    status = NOT_WHOLE if request.method == "POST" else 200
    return render(request, "counseling/plan_part.html", context, status=status)


@require_POST
def task_done(request, pk):
    """Write down that a step was done."""
    rows = Task.objects.visible_to(request.user).select_related("plan")
    task = get_object_or_404(rows, pk=pk)
    try:
        task.finish(by=request.user)
    except NotThatState:
        messages.warning(request, closed_words())
    return redirect(f"{task.plan.get_absolute_url()}#steps")


# --- its way -------------------------------------------------------------------------------------------

# verb of the address: what is done
WAYS = {
    "agree": lambda plan, user, today: plan.agree(by=user),
    "begin": lambda plan, user, today: plan.begin(by=user, on=today),
    "look-again": lambda plan, user, today: plan.look_again(by=user),
}


@require_POST
def plan_move(request, pk, way):
    """Let the plan go one step on its way: agree, begin, look-again."""
    if way not in WAYS:
        raise Http404
    plan = in_hand(request, pk)
    try:
        WAYS[way](plan, request.user, today_of(request.user, plan.school)[1])
    except NotThatState:
        messages.warning(request, _("Somebody moved this plan on. Please look how it stands now."))
    except NotApproved:
        messages.warning(request, _("A leader of the school says yes first."))
    return redirect(plan)


@require_POST
def plan_approve(request, pk):
    """Write a leader's yes down."""
    plan = in_hand(request, pk)
    sight.require(request.user, plan.student, {sight.LEADER})
    try:
        plan.approve(by=request.user)
        messages.success(request, _("Approved. The plan can begin."))
    except NotThatState:
        messages.warning(request, closed_words())
    return redirect(plan)


def plan_close(request, pk):
    """End the plan, with what came of it and why."""
    plan = in_hand(request, pk)
    if plan.is_closed:
        messages.warning(request, closed_words())
        return redirect(plan)
    form = CloseForm(posted(request))

    def work():
        data = form.cleaned_data
        plan.close(by=request.user, outcome=data["outcome"], words=data["reason"])
        return plan.get_absolute_url()

    if answer := edited(request, plan, form, work, _("The plan is closed.")):
        return answer
    return _form(request, plan, form, _("Close the plan"))


# --- templates -----------------------------------------------------------------------------------------


def plan_keep(request, pk):
    """Keep the plan as a template of the school, without the child."""
    plan = in_hand(request, pk)
    body = templates.taken_from(plan)
    form = TemplateForm(posted(request), initial={"name": plan.title})

    def work():
        Template.objects.keep(
            plan.student.school, form.cleaned_data["name"], body.as_json(), by=request.user
        )
        return plan.get_absolute_url()

    if answer := answered(request, form, work, _("Kept. New plans can begin from it.")):
        return answer
    own = Template.objects.visible_to(request.user).standing().filter(school=plan.student.school)
    context = {"plan": plan, "student": plan.student, "form": form, "body": body, "own": own}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/plan_keep.html", context, status=status)


@require_POST
def template_retire(request, pk):
    """Offer a template of the school no more."""
    rows = Template.objects.visible_to(request.user)
    get_object_or_404(rows, pk=pk).retire(by=request.user)
    messages.success(request, _("New plans do not begin from it any more."))
    return redirect("counseling:plan-list")
