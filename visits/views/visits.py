"""Visits: the list, one visit with its history, its printed record, and what is done with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from homeschool.people.views.home import page_of
from visits import reading
from visits.forms.addendum import StaffAddendumForm
from visits.forms.listing import VisitFilter
from visits.models import Visit
from visits.models.record import READERS, WRITERS
from visits.models.visit import BeingWritten, NotPlanned, TooEarly
from visits.reading import Record, outings
from visits.reading.photos import Photos

A_PAGE = 50


@require_safe
def visit_list(request):
    """List the visits in sight, newest first, narrowed by the filters of the URL.

    A school administrator reads figures, not records, and is sent to the meetings.
    """
    roles = request.user.roles()
    if not roles & READERS:
        if sight.SCHOOL_ADMIN in roles:
            return redirect("visits:meeting-list")
        raise PermissionDenied
    zone, now = reading.zone_of(request.user), timezone.now()
    form = VisitFilter(request.GET, request.user)
    rows = reading.rows(form.visits(zone), request.user)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    told = [reading.told_row(row, zone, now) for row in page.object_list]
    context = {"form": form, "page": page, "months": reading.by_month(told)}
    context["may_import"] = sight.SCHOOL_ADMIN in roles
    with timezone.override(zone):
        return render(request, "visits/visit_list.html", context)


# --- one visit ---------------------------------------------------------------------------------------
def _visit(request, pk):
    visits = Visit.objects.visible_to(request.user).select_related("school", "recorded_by")
    return get_object_or_404(visits, pk=pk)


def _family_page(request, visit):
    """Send the family to the visit on its own page: it reads the version that was shared with it."""
    line = visit.children_for(request.user, roles=sight.FAMILY_ROLES).first()
    if line is None:
        raise Http404
    return redirect(f"{page_of(line.student_id)}#visit-{visit.pk}")


@require_safe
def visit_detail(request, pk):
    """Show staff the visit with all that hangs on it; the reading is written down."""
    record = Record(_visit(request, pk), request.user)
    if not record.lines:
        return _family_page(request, record.visit)
    record.record_reading()
    form = StaffAddendumForm(visit=record.visit.pk) if record.visit.is_held else None
    context = {"record": record, "visit": record.visit, "form": form}
    context["outing"] = outings.outing_for(record.visit, request.user, record.team)
    if record.visit.is_held and record.keeps_staff_part:
        made = request.user in record.team
        context["photos"] = Photos(
            record.visit, request.user, record.zone, as_staff=True, made_by=made
        )
    with timezone.override(record.zone):
        return render(request, "visits/visit_detail.html", context)


@require_safe
def visit_print(request, pk):
    """Show the record as a sheet of paper, with `?staff` also what stays with staff."""
    record = Record(_visit(request, pk), request.user)
    if not record.lines:
        return _family_page(request, record.visit)
    whole = "staff" in request.GET
    if whole and not record.keeps_staff_part:
        raise PermissionDenied
    record.record_reading("printed")
    context = {"record": record, "visit": record.visit, "whole": whole}
    context["additions"] = record.printed_additions(whole)
    with timezone.override(record.zone):
        return render(request, "visits/visit_print.html", context)


# --- what is done with it ------------------------------------------------------------------------------
def in_hand(request, pk):
    """Return the visit for staff that writes visits to one of its children; 403 for its family."""
    visit = _visit(request, pk)
    if not Visit.objects.visible_to(request.user, roles=WRITERS).filter(pk=pk).exists():
        raise PermissionDenied
    return visit


@require_POST
def visit_cancel(request, pk):
    """Call a planned visit off."""
    visit = in_hand(request, pk)
    if _done(request, visit.cancel):
        messages.success(request, _("The visit is called off."))
    return redirect(visit)


@require_POST
def visit_nobody_home(request, pk):
    """Record that the visitors met nobody: an attempt, at this moment."""
    visit = in_hand(request, pk)
    if _done(request, visit.nobody_home):
        messages.success(request, _("Noted: nobody was met. The attempt stands in the record."))
    return redirect(visit)


def _done(request, verb):
    """Do what `verb` does and return True; else say why it cannot be done any more, or not yet."""
    try:
        verb(by=request.user)
    except NotPlanned:
        words = _("This visit is not planned any more. Please look how it stands now.")
    except BeingWritten:
        words = _(
            "The record of this visit is begun. Please finish it, or throw the draft away first."
        )
    except TooEarly:
        words = _("The day of this visit has not come yet.")
    else:
        return True
    messages.warning(request, words)
    return False


@require_POST
def visit_share(request, pk):
    """Share the summary of a held visit with the family; shared before, it stays as it was shared."""
    visit = in_hand(request, pk)
    if not visit.is_held:
        messages.warning(request, _("Only a visit that took place can be shared."))
        return redirect(visit)
    if not Record(visit, request.user).keeps_staff_part:
        raise PermissionDenied
    if visit.is_confidential():
        messages.warning(
            request, _("This visit is confidential: nothing of it goes to the family.")
        )
        return redirect(visit)
    visit.share(by=request.user)
    messages.success(request, _("Shared. The family gets its summary now."))
    return redirect(visit)


# --- in confidence -------------------------------------------------------------------------------------
def _to_confide(request, pk):
    """Return the held visit for whoever says that it is confidential, or is not any more."""
    visit = in_hand(request, pk)
    if not Record(visit, request.user).may_confide:
        raise PermissionDenied
    return visit


@require_POST
def visit_confide(request, pk):
    """Make a held visit confidential, unless the family has read it already."""
    visit = _to_confide(request, pk)
    try:
        visit.keep_in_confidence(by=request.user)
    except ValueError:
        words = _("The family has read the summary already: this visit cannot be confidential.")
        messages.warning(request, words)
    else:
        messages.success(request, _("This visit is confidential from now on."))
    return redirect(visit)


@require_POST
def visit_unseal(request, pk):
    """Let whoever works with its children read the visit again."""
    visit = _to_confide(request, pk)
    visit.lift_confidence(by=request.user)
    messages.success(request, _("Everybody who works with the child reads this visit again."))
    return redirect(visit)
