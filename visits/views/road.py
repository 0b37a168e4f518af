"""A day on the road: who goes where, moved by hand, and the sheet for the way."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from homeschool import pdf
from homeschool.people.views.seen import listed
from homeschool.people.views.setting_up import answered
from visits import reading
from visits.forms.road import RoadForm
from visits.models import Visit
from visits.models.planning import BeingWritten, NotPlanned, Taken
from visits.models.record import WRITERS
from visits.reading.road import Road, Stop, change_in_words, next_day, visits_on_the_road
from visits.views.visits import in_hand

NOT_WHOLE = 422


def _road(request):
    """Return the road of the day, or week, that the address asks for; without one, of the next day
    on which somebody is on the road."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    zone = reading.zone_of(request.user)
    try:
        day = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year < 2100:
        day = next_day(request.user, zone)
    return Road(request.user, zone, day, week="week" in request.GET)


@require_safe
def road(request):
    """Show who is on the road on a day, or in a week, by team."""
    page = _road(request)
    with timezone.override(page.zone):
        return render(request, "visits/road.html", {"page": page})


def _way(request):
    """Return (road, day, team) of the sheet that the address asks for; 404 where there is none."""
    page = _road(request)
    found = page.team(request.GET.get("team", ""))
    if found is None:
        raise Http404
    page.add_promises(found[1])
    page.record_reading(found[1])
    return page, *found


@require_safe
def road_print(request):
    """Show the way of one team as a sheet of paper; whose address stands on it is written down."""
    page, day, team = _way(request)
    context = {"page": page, "day": day, "team": team, "now": timezone.now()}
    with timezone.override(page.zone):
        return render(request, "visits/road_print.html", context)


@require_safe
def road_pdf(request):
    """Give the same sheet as a PDF."""
    if missing := pdf.missing():
        messages.error(request, missing)
        return redirect("visits:road")
    page, day, team = _way(request)
    context = {"page": page, "day": day, "team": team, "now": timezone.now()}
    with timezone.override(page.zone):
        text = render_to_string("visits/road_pdf.html", context, request)
    response = HttpResponse(
        pdf.made_of(text, css="css/letters.css"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="visits-{day}.pdf"'
    return response


def road_move(request, pk):
    """Ask before a visit is moved on the day's page, since its family is told; a POST moves it."""
    visit = in_hand(request, pk)
    zone = reading.zone_of(request.user, visit.school)
    if visit.status not in Visit.OPEN or not visit.planned_at:
        messages.warning(request, _("This visit is not planned any more."))
        return redirect(visit)
    form = RoadForm(
        request.POST if request.method == "POST" else request.GET,
        visit=visit, by=request.user, zone=zone,
    )  # fmt: skip
    valid = form.is_valid()
    answer = _moved(request, form, visit) if request.method == "POST" and valid else None
    if answer:
        return answer
    status = NOT_WHOLE if request.method == "POST" else 200
    with timezone.override(zone):
        context = _asked(form, visit, request.user, zone)
        return render(request, "visits/road_move.html", context, status=status)


def _asked(form, visit, user, zone):
    at = form.cleaned_data.get("at") or visit.planned_at
    team = form.cleaned_data.get("team") or list(visit.visitors.all())
    end = visit.planned_at + dt.timedelta(minutes=1)
    rows = visits_on_the_road(user, visit.planned_at, end)
    stop = next((Stop(row, zone) for row in rows if row["id"] == visit.pk), None)
    names = listed(user.full_name for user in team)
    changes = change_in_words(stop, at, names, zone) if stop else []
    return {
        "form": form, "visit": visit, "stop": stop, "changes": changes,
        "at": at.isoformat(), "team": form.data.get("team", ""), "back": _page_of(visit, zone),
    }  # fmt: skip


def _page_of(visit, zone):
    return f"{reverse('visits:road')}?day={visit.planned_at.astimezone(zone):%Y-%m-%d}"


def _moved(request, form, visit):
    zone, back = form.zone, _page_of(visit, form.zone)

    def work():
        return _page_of(form.move(), zone)

    try:
        return answered(request, form, work, _("Moved. The family and the colleagues are told."))
    except Taken:
        form.check_free(form.cleaned_data)
        return None
    except (NotPlanned, BeingWritten):
        messages.warning(
            request, _("This visit is over, or its record is begun. Please look how it stands now.")
        )
        return redirect(back)
