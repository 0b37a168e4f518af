"""How a plan goes to the family, what is new in it, and what staff hears back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.publishing import HeardForm, PublishForm
from counseling.models import (
    READERS,
    WRITERS,
    Answer,
    AtHome,
    NothingToRead,
    NotThatState,
    NotTheNewest,
    Plan,
    Stale,
    Version,
)
from counseling.models.plan import ITEM
from counseling.reading.version import changed, compared, preview, versions_of
from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.models import User
from homeschool.people.views.home import posted
from visits.views.family import way_back

NOT_WHOLE, CONFLICT = 422, 409


def _plan(request, pk, roles=READERS):
    """Return the plan for staff: 404 out of sight, 403 for the family."""
    rows = Plan.objects.visible_to(request.user).select_related("student__school", "owner")
    plan = get_object_or_404(rows, pk=pk)
    sight.require(request.user, plan.student, roles)
    return plan


def _version(request, pk, roles=READERS):
    rows = Version.objects.visible_to(request.user).select_related("plan__student__school", "by")
    version = get_object_or_404(rows, pk=pk)
    sight.require(request.user, version.plan.student, roles)
    return version


def _page_of(plan):
    return reverse("counseling:plan-detail", args=[plan.pk])


# --- to publish -------------------------------------------------------------------------------------------
def version_publish(request, pk):
    """Show what would be new for the family, and publish it with words for it."""
    plan = _plan(request, pk, WRITERS)
    before = plan.versions.order_by("-number").first()
    form = PublishForm(
        posted(request), is_first=before is None, initial=_initial(request, plan, before)
    )
    if request.method == "POST" and form.is_valid():
        try:
            Submission.once(
                request.user,
                form.cleaned_data["submission"],
                lambda: str(_publish(plan, form, request.user).pk),
            )
        except Stale as stale:
            messages.warning(
                request,
                _("Somebody changed the plan since you opened this page. Look again what is new."),
            )
            return _publish_page(request, stale.plan, before, _again(form, stale.plan), CONFLICT)
        except NothingToRead:
            messages.warning(request, _("Write a goal first: the family needs something to read."))
            return redirect(_page_of(plan))
        except NotThatState:
            messages.warning(request, _("The plan is closed. Nothing of it changes any more."))
            return redirect(_page_of(plan))
        messages.success(request, _("Published. The family gets a letter."))
        return redirect(_page_of(plan))
    if form.is_bound and Submission.first_answer(request.user, form.cleaned_data["submission"]):
        return redirect(_page_of(plan))  # sent twice: it asks for news since the first time
    return _publish_page(request, plan, before, form, NOT_WHOLE if form.is_bound else 200)


def _publish(plan, form, by):
    told = {name: form.cleaned_data.get(name, "") for name in ("strengths", "agreed", "news")}
    return Version.objects.publish(
        plan,
        by=by,
        edits=form.cleaned_data["edits"],
        language=form.cleaned_data["language"],
        **told,
    )


def _initial(request, plan, before):
    told = before.body if before else {"strengths": plan.student.strengths, "agreed": ""}
    return {
        "edits": plan.edits,
        "language": before.language if before else request.LANGUAGE_CODE,
        "strengths": told["strengths"],
        "agreed": told["agreed"],
    }


def _again(form, plan):
    """Return the form as it was filled in, upon the plan as it stands now."""
    names = ("language", "strengths", "agreed", "news")
    kept = {name: form.data.get(name, "") for name in names} | {"edits": plan.edits}
    return PublishForm(initial=kept, is_first="news" not in form.fields)


def _publish_page(request, plan, before, form, status=200):
    value = {name: form[name].value() or "" for name in ("strengths", "agreed")}
    body = preview(plan, **value)
    parts = changed(before and before.body, body, plan.student)
    context = {"plan": plan, "before": before, "form": form, "parts": parts}
    context["has_goals"] = bool(body["goals"])
    with timezone.override(plan.student.school_zone):
        return render(request, "counseling/version_publish.html", context, status=status)


# --- to look back -----------------------------------------------------------------------------------------
@require_safe
def version_list(request, pk):
    """List the versions of a plan with what was answered to each, the history of answers too."""
    plan = _plan(request, pk)
    plan.record_reading(request.user)
    context = {"plan": plan, "versions": versions_of(plan)}
    context["may_publish"] = not plan.is_closed
    with timezone.override(plan.student.school_zone):
        return render(request, "counseling/version_list.html", context)


@require_safe
def version_compare(request, pk):
    """Show a version beside the one before, part by part."""
    version = _version(request, pk)
    version.plan.record_reading(request.user)
    before = version.plan.versions.filter(number=version.number - 1).first()
    parts = compared(before and before.body, version.body, version.plan.student)
    context = {"version": version, "before": before, "plan": version.plan, "parts": parts}
    with timezone.override(version.plan.student.school_zone):
        return render(request, "counseling/version_compare.html", context)


# --- what was heard ---------------------------------------------------------------------------------------
def answer_record(request, pk):
    """Write down what somebody of the family said about the version."""
    version = _version(request, pk, WRITERS)
    plan = version.plan
    form = HeardForm(posted(request), people=_guardians(plan.student), child=plan.student)
    if request.method == "POST" and form.is_valid():
        try:
            Submission.once(
                request.user,
                form.cleaned_data["submission"],
                lambda: str(_hear(version, form, request.user).pk),
            )
        except NotTheNewest as newer:
            messages.warning(request, _("There is a newer version. Please ask about that one."))
            return redirect("counseling:answer-record", newer.newest.pk)
        except NotThatState:
            messages.warning(request, _("The plan is closed. Nothing of it changes any more."))
        else:
            messages.success(request, _("Noted what was said."))
        return redirect(_page_of(plan))
    context = {"version": version, "plan": plan, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/version_heard.html", context, status=status)


def _guardians(student):
    """Return the users of the family who may read the plan (one query)."""
    seen = sight.watchers([student], sight.FAMILY_ROLES, ITEM)
    return User.objects.filter(pk__in=seen.values("user")).order_by("sort_key", "pk")


def _hear(version, form, by):
    return Answer.objects.give(version, by=by, person=form.person, **form.said)


def _note(request, model, pk):
    rows = model.objects.visible_to(request.user).select_related("version__plan__student__school")
    row = get_object_or_404(rows, pk=pk)
    if not model.objects.visible_to(request.user, roles=READERS).filter(pk=pk).exists():
        raise PermissionDenied
    row.be_heard(by=request.user)
    messages.success(request, _("Noted: you have read it."))
    return way_back(request, _page_of(row.version.plan))


@require_POST
def answer_note(request, pk):
    """Note that staff has read an answer; the first reader stands."""
    return _note(request, Answer, pk)


@require_POST
def home_note(request, pk):
    """Note that staff has read what a family asked; the first reader stands."""
    return _note(request, AtHome, pk)
