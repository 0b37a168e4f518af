"""Volunteers for staff: the list, one of them, the decision, checks and trainings, and the address at
which people apply."""

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.volunteers import (
    CheckForm,
    DecideForm,
    FilterForm,
    TrainingForm,
    WithdrawForm,
)
from counseling.models import Volunteer, VolunteerCall
from counseling.models.volunteer import DECIDERS, KEEPERS, NotThatState
from counseling.reading.after_school import places
from counseling.reading.situation import today_at
from counseling.reading.volunteers import VolunteerPage, listed_for
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.signin import asks_again_to_send
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

A_PAGE, NOT_WHOLE = 50, 422
State = Volunteer.State
ELSEWHERE = gettext_lazy("Somebody else changed this meanwhile. This is how it stands now.")


def _volunteer(request, pk, roles=DECIDERS):
    """Return a volunteer of a school where the reader has one of `roles`: 404 beyond, 403 without."""
    rows = Volunteer.objects.select_related("school", "user", "decided_by")
    row = get_object_or_404(rows.visible_to(request.user), pk=pk)
    if row.school_id not in sight.schools_of(request.user, roles).values_list("school", flat=True):
        raise PermissionDenied
    return row


def _drawn(request, template, context):
    form = context.get("form")
    status = NOT_WHOLE if form is not None and form.is_bound else 200
    context |= {"places": places(request.user, "volunteer-list")}
    return render(request, f"counseling/volunteer_{template}.html", context, status=status)


# --- the list -----------------------------------------------------------------------------------
@require_safe
def volunteer_list(request):
    """List the volunteers of the reader's schools."""
    if not request.user.roles() & KEEPERS:
        raise PermissionDenied
    form = FilterForm(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    schools = list(School.objects.visible_to(request.user, roles=KEEPERS))
    decides = list(School.objects.visible_to(request.user, roles=DECIDERS))
    rows = Volunteer.objects.filter(school__in=[school.pk for school in schools])
    today = today_at(schools[0]) if schools else timezone.localdate()
    rows = listed_for(rows, asked.get("which", ""), asked.get("q", "").strip(), today)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form, "page": page, "decides": decides, "several": len(schools) > 1,
        "waiting": rows.filter(state=State.APPLIED).count() if not asked.get("which") else 0,
        "is_asked": any(asked.values()), "today": today,
        "places": places(request.user, "volunteer-list"),
    }  # fmt: skip
    return render(request, "counseling/volunteer_list.html", context)


@require_safe
def volunteer_detail(request, pk):
    """Show one volunteer to staff: how it is reached, what was checked, what it leads, its hours."""
    volunteer = _volunteer(request, pk, KEEPERS)
    decides = Volunteer.objects.visible_to(request.user, roles=DECIDERS).filter(pk=pk).exists()
    page = VolunteerPage(volunteer)
    context = {"volunteer": volunteer, "page": page, "decides": decides}
    with timezone.override(page.zone):
        return _drawn(request, "detail", context)


# --- the decision ---------------------------------------------------------------------------------
@asks_again_to_send
def volunteer_decide(request, pk):
    """Take an application, or not, with words for the person; a yes gives an account and its role."""
    volunteer = _volunteer(request, pk)
    form = DecideForm(posted(request), volunteer=volunteer, today=today_at(volunteer.school))

    def work():
        form.decide(request.user)
        return volunteer.get_absolute_url()

    done = _stepped(request, volunteer, form, work, _("It is decided, and the person is told."))
    if done:
        return done
    if volunteer.state != State.APPLIED:
        messages.info(request, ELSEWHERE)
        return redirect(volunteer)
    context = {"volunteer": volunteer, "form": form, "page": VolunteerPage(volunteer)}
    return _drawn(request, "decide", context)


def _stepped(request, volunteer, form, work, said):
    """Answer as `answered` does; where the volunteer stands elsewhere meanwhile, say so on its page."""
    try:
        return answered(request, form, work, said)
    except NotThatState:
        messages.info(request, ELSEWHERE)
        return redirect(volunteer)


def _step(request, pk, step):
    volunteer = _volunteer(request, pk)
    verb, before, said = STEPS[step]
    form = OnceForm(posted(request))

    def work():
        getattr(volunteer, verb)(by=request.user)
        return volunteer.get_absolute_url()

    done = _stepped(request, volunteer, form, work, said)
    if done:
        return done
    if volunteer.state not in before:
        messages.info(request, ELSEWHERE)
        return redirect(volunteer)
    context = {"volunteer": volunteer, "form": form, "step": step}
    return _drawn(request, "step", context | {"sessions": volunteer.to_come().count()})


# What is done: the verb, from which states, and what is said after it.
STEPS = {
    "rest": ("rest", {State.ACCEPTED}, gettext_lazy("The pause begins now.")),
    "return": ("come_back", {State.RESTING}, gettext_lazy("Welcome back.")),
    "end": (
        "end", {State.ACCEPTED, State.RESTING},
        gettext_lazy("It has ended. The hours stay, and can be certified."),
    ),
}  # fmt: skip


def volunteer_rest(request, pk):
    """Ask, then begin a pause."""
    return _step(request, pk, "rest")


def volunteer_return(request, pk):
    """Ask, then end a pause."""
    return _step(request, pk, "return")


@asks_again_to_send
def volunteer_end(request, pk):
    """Ask, then end the help: the role ends, and the sessions to come have no leader."""
    return _step(request, pk, "end")


# --- checks and trainings -------------------------------------------------------------------------
def check_add(request, pk):
    """Write down what was checked, and until when it holds."""
    volunteer = _volunteer(request, pk)
    form = CheckForm(posted(request), today=today_at(volunteer.school))

    def work():
        volunteer.clear(by=request.user, **form.columns())
        return volunteer.get_absolute_url()

    done = answered(request, form, work, _("The check is written down."))
    return done or _drawn(request, "check", {"volunteer": volunteer, "form": form})


def check_withdraw(request, pk, check):
    """Say that a check holds no longer, and why: sessions that no other check covers lose the leader."""
    volunteer = _volunteer(request, pk)
    row = get_object_or_404(volunteer.clearances, pk=check)
    form = WithdrawForm(posted(request), today=today_at(volunteer.school))

    def work():
        before = volunteer.to_come().count()
        row.withdraw(by=request.user, because=form.cleaned_data["because"])
        if gone := before - volunteer.to_come().count():
            words = ngettext(
                "%(n)d session has no leader now. Who keeps the programme is told.",
                "%(n)d sessions have no leader now. Who keeps the programmes is told.", gone,
            )  # fmt: skip
            messages.warning(request, words % {"n": gone})
        return volunteer.get_absolute_url()

    done = answered(request, form, work, _("The check holds no longer."))
    if done:
        return done
    if row.withdrawn_at:
        return redirect(volunteer)
    return _drawn(request, "withdraw", {"volunteer": volunteer, "form": form, "check": row})


def training_add(request, pk):
    """Write down what a volunteer learned."""
    volunteer = _volunteer(request, pk)
    form = TrainingForm(posted(request), today=today_at(volunteer.school))

    def work():
        training = form.add(volunteer)
        Entry.record(
            "volunteer.trained", volunteer, by=request.user, school=volunteer.school,
            training=training.pk,
        )  # fmt: skip
        return volunteer.get_absolute_url()

    done = answered(request, form, work, _("The training is written down."))
    return done or _drawn(request, "training", {"volunteer": volunteer, "form": form})


# --- the address at which people apply --------------------------------------------------------------
def _school(request, pk):
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    if not School.objects.visible_to(request.user, roles=DECIDERS).filter(pk=pk).exists():
        raise PermissionDenied
    return school


def _square(address):
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, svgclass="qr-square", lineclass=None, border=2, dark="#000", light="#fff"
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by us, from our own address


def volunteer_call(request, pk):
    """Show the address at which people apply to help, open it, or make it anew."""
    school = _school(request, pk)
    form = OnceForm(posted(request))
    here = reverse("counseling:volunteer-call", args=[school.pk])

    def work():
        VolunteerCall.objects.renew(school, by=request.user)
        return here

    done = answered(request, form, work, _("The new address is open."))
    if done:
        return done
    call = VolunteerCall.objects.live().filter(school=school).first()
    address = settings.SITE_URL + call.get_absolute_url() if call else ""
    context = {"school": school, "call": call, "address": address, "form": form}
    context |= {"square": _square(address) if call else "", "once": OnceForm()}
    return _drawn(request, "call", context)


@require_POST
def volunteer_call_close(request, pk):
    """Take no applications any more."""
    school = _school(request, pk)
    here = reverse("counseling:volunteer-call", args=[school.pk])

    def work():
        VolunteerCall.objects.close(school, by=request.user)
        return here

    said = _("The address is closed.")
    return answered(request, OnceForm(request.POST), work, said) or redirect(here)
