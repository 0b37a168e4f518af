"""The visits of a member of staff in a calendar program: a secret address, made, renewed, ended."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from visits import reading
from visits.models import Feed, Visit
from visits.models.draft import COLLEAGUES
from visits.models.planning import sequences
from visits.reading import calendar
from visits.reading.offers import appointment_of

BACK, AHEAD, MOST = dt.timedelta(days=30), dt.timedelta(days=366), 1000


def _of_staff(request):
    """Return the live feed of the reader, who may make visits, or None. Raises PermissionDenied."""
    if not sight.schools_of(request.user, COLLEAGUES).exists():
        raise PermissionDenied
    return Feed.objects.filter(user=request.user.pk, revoked_at=None).first()


@require_safe
def feed(request):
    """Show whether a calendar reads one's visits, and since when."""
    context = {"feed": _of_staff(request)}
    with timezone.override(reading.zone_of(request.user)):
        return render(request, "visits/feed.html", context)


@require_POST
def feed_renew(request):
    """Make a new address and show it this once; the one before is dead."""
    _of_staff(request)
    made, text = Feed.objects.renew(request.user)
    address = request.build_absolute_uri(reverse("visits:feed-read", args=[text]))
    with timezone.override(reading.zone_of(request.user)):
        return render(request, "visits/feed.html", {"feed": made, "address": address})


@require_POST
def feed_revoke(request):
    """End the address."""
    found = _of_staff(request)
    if found:
        found.revoke(by=request.user)
    messages.success(request, _("The address is dead. No calendar reads your visits any more."))
    return redirect("visits:feed")


@require_safe
@login_not_required
@cache_control(no_store=True)
def feed_read(request, text):
    """Give a calendar program the visits of the person of this address; names stand in none."""
    found = Feed.objects.of_text(text)
    if found is None:
        raise Http404
    found.be_read()
    user = found.user
    with translation.override(user.language or "en"):
        name = _("Home visits")
        text = calendar.calendar(_appointments(user), name=name)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _appointments(user):
    """Return the visits that `user` makes in schools where the role is open (two queries)."""
    now = timezone.now()
    visits = Visit.objects.planned_between(now - BACK, now + AHEAD).filter(
        team__user=user.pk, status__in=Visit.BUSY, school__in=sight.schools_of(user, COLLEAGUES)
    )
    found = list(visits.order_by("planned_at", "pk")[:MOST])
    counts = sequences(found)
    return [appointment_of(row, sequence=counts[row.pk], for_staff=True) for row in found]
