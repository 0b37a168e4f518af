"""Being on the way to a family: setting out, coming back, and who is out now."""

import contextlib
import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people.forms.school import OnceForm
from homeschool.people.views.setting_up import answered
from visits import reading
from visits.forms.outing import OutingForm
from visits.models import Outing
from visits.models.outing import WATCHERS, Alone, NotToday, set_out
from visits.models.record import WRITERS
from visits.reading import outings

from .visits import in_hand

HALF_AN_HOUR = dt.timedelta(minutes=30)
NOT_WHOLE = 422


@require_safe
def outing_list(request):
    """List who is out now and who came back today, those first who are late."""
    if not request.user.roles() & (WATCHERS | WRITERS):
        raise PermissionDenied
    zone = reading.zone_of(request.user)
    with timezone.override(zone):
        context = outings.now_out(request.user, zone)
        return render(request, "visits/outing_list.html", context)


def outing_begin(request, pk):
    """Let the visitors of a visit set out; a GET shows the form alone, where scripts are off."""
    visit = in_hand(request, pk)
    if not visit.team.filter(user=request.user).exists():
        raise PermissionDenied
    form = OutingForm(request.POST if request.method == "POST" else None, visit=visit)
    said = _("You are on your way. Tell us when you are back.")
    try:
        done = answered(request, form, lambda: _set_out(request, visit, form), said)
    except Alone:
        messages.warning(
            request, _("Your school sends two people to a home. Please add who comes with you.")
        )
        return redirect("visits:visit-move", visit.pk)
    except NotToday:
        messages.warning(request, _("Nobody goes out for this visit now. Please look at its plan."))
        return redirect(visit)
    status = NOT_WHOLE if form.is_bound else 200
    context = {"visit": visit, "form": form}
    return done or render(request, "visits/outing_form.html", context, status=status)


def _set_out(request, visit, form):
    set_out(visit, by=request.user, due_at=form.due_at)
    return visit.get_absolute_url()


def _outing(request, pk):
    rows = Outing.objects.visible_to(request.user).select_related("visit__school")
    return get_object_or_404(rows, visit=pk)


@require_POST
def outing_back(request, pk):
    """Record that the visitors are back."""
    outing = _outing(request, pk)

    def work():
        outing.come_back(by=request.user)
        return _back_to(request, outing)

    said = _("Good that you are back.")
    return answered(request, OnceForm(request.POST), work, said) or redirect("visits:outing-list")


@require_POST
def outing_put_off(request, pk):
    """Mean to be back half an hour later."""
    outing = _outing(request, pk)

    def work():
        with contextlib.suppress(NotToday):  # they came back in the meantime
            outing.put_off(max(outing.due_at, timezone.now()) + HALF_AN_HOUR, by=request.user)
        return _back_to(request, outing)

    said = _("Half an hour more.")
    return answered(request, OnceForm(request.POST), work, said) or redirect("visits:outing-list")


def _back_to(request, outing):
    """Return where the reader goes on: to the visit, who may read it; else to who is out."""
    if outings.may_open(request.user, outing):
        return outing.visit.get_absolute_url()
    return outings.list_url()
