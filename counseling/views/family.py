"""A plan as the family reads it, what it answers, and what it does at home."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.family import QuestionForm
from counseling.forms.publishing import NO, YES, AnswerForm
from counseling.models import Answer, AtHome, NotThatState, NotTheNewest, Version
from counseling.models.plan import ITEM
from counseling.models.shares import monday_of
from counseling.reading.version import FamilyPlan
from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.views.home import page_of, posted
from visits.views.family import way_back

NOT_WHOLE, CONFLICT = 422, 409


def _versions(user):
    rows = Version.objects.visible_to(user)
    return rows.select_related("plan__student__school", "plan__student__school_class", "by")


def _version(request, pk):
    """Return the version for who answers as the family; 403 for staff."""
    version = get_object_or_404(_versions(request.user), pk=pk)
    sight.require(request.user, version.plan.student, sight.FAMILY_ROLES, ITEM)
    return version


def address_of(plan):
    """Return where the family reads the newest version of a plan (its id)."""
    return reverse("counseling:family-plan", args=[plan])


# --- to read ----------------------------------------------------------------------------------------------
@require_safe
def family_plan(request, pk):
    """Show the newest version of a plan."""
    version = get_object_or_404(_versions(request.user).newest(), plan=pk)
    return _page(request, FamilyPlan(request.user, version))


@require_safe
def version_detail(request, pk):
    """Show one version, also one that holds no more."""
    version = get_object_or_404(_versions(request.user), pk=pk)
    return _page(request, FamilyPlan(request.user, version, _newest(version)))


def _newest(version):
    return version.plan.versions.order_by("-number").first()


@require_safe
def family_print(request, pk):
    """Show the newest version of a plan as one sheet of paper."""
    version = get_object_or_404(_versions(request.user).newest(), plan=pk)
    page = FamilyPlan(request.user, version)
    _note_reading(request, page, "plan.printed")
    with timezone.override(page.zone):
        return render(request, "counseling/family_print.html", {"page": page})


def _note_reading(request, page, verb="plan.viewed"):
    """Write down that staff read what the family reads."""
    if page.as_staff and not page.as_family:
        page.plan.record_reading(request.user, verb)


def _page(request, page, form=None, status=200):
    _note_reading(request, page)
    context = {"page": page, "student": page.child}
    if page.is_asked:
        context["form"] = form or AnswerForm(initial=_standing(page.answer))
    with timezone.override(page.zone):
        return render(request, "counseling/family_plan.html", context, status=status)


def _standing(answer):
    """Return what a form begins with, where somebody answered before."""
    if answer is None:
        return {}
    words = {"words": answer.words, "proposals": answer.proposals}
    return words | {"agrees": YES if answer.agrees else NO}


# --- to answer --------------------------------------------------------------------------------------------
@require_POST
def family_answer(request, pk):
    """Keep whether the reader agrees with the version, in the own words."""
    version = _version(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        newest = _newest(version)
        if newest.pk != version.pk:
            return _newer(request, newest, form)
        return _page(request, FamilyPlan(request.user, version), form, NOT_WHOLE)
    try:
        Submission.once(
            request.user,
            form.cleaned_data["submission"],
            lambda: str(_answer(version, form, request.user).pk),
        )
    except NotTheNewest as newer:
        return _newer(request, newer.newest, form)
    except NotThatState:
        messages.warning(request, _("This plan has ended. Your words were not kept."))
        return redirect(address_of(version.plan_id))
    messages.success(request, _("Thank you. The school reads your answer."))
    return redirect(address_of(version.plan_id))


def _answer(version, form, by):
    return Answer.objects.give(version, by=by, person=by, **form.said)


def _newer(request, newest, form):
    """Show the newest version, with what was typed about an earlier one."""
    messages.warning(
        request, _("There is a newer version of this plan. Please read it, then send your answer.")
    )
    version = get_object_or_404(_versions(request.user), pk=newest.pk)
    kept = {name: form.data.get(name, "") for name in ("agrees", "words", "proposals")}
    page = FamilyPlan(request.user, version)
    return _page(request, page, AnswerForm(initial=kept), CONFLICT)


# --- at home ----------------------------------------------------------------------------------------------
def _monday(version):
    return monday_of(timezone.localdate(timezone=version.plan.student.school_zone))


@require_POST
def home_tick(request, pk, said):
    """Keep that the family did the thing at home this week, or did not yet."""
    version = _version(request, pk)
    try:
        AtHome.objects.tick(version, said, by=request.user, monday=_monday(version))
    except NotTheNewest:
        messages.warning(
            request, _("The plan is new since you opened the page. Please look again.")
        )
    except (NotThatState, ValueError):
        messages.warning(request, _("There is nothing to do at home in this plan any more."))
    else:
        did = said == AtHome.Said.DID
        messages.success(
            request,
            _("Thank you. The school sees that you did it.")
            if did
            else _("That is fine. Thank you."),
        )
    return way_back(request, page_of(version.plan.student_id))


def home_question(request, pk):
    """Ask the person who looks after the plan; the question is told to this person."""
    version = _version(request, pk)
    form = QuestionForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            Submission.once(
                request.user,
                form.cleaned_data["submission"],
                lambda: str(_ask(version, form, request.user).pk),
            )
        except NotThatState:
            messages.warning(request, _("This plan has ended. Your words were not kept."))
        else:
            messages.success(request, _("Your question is on its way to the school."))
        return redirect(page_of(version.plan.student_id))
    context = {"version": version, "plan": version.plan, "form": form}
    context["student"] = version.plan.student
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/family_question.html", context, status=status)


def _ask(version, form, by):
    words = form.cleaned_data["words"]
    return AtHome.objects.ask(version, words, by=by, monday=_monday(version))
