"""The day of a member of staff."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from homeschool.people import sight
from homeschool.reports.today import Today
from visits.models.record import READERS


def asked_day(request):
    """Return the day that the address asks for, or None: missing, wrong, or beyond the calendar."""
    try:
        day = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None
    return day if 2000 <= day.year < 2100 else None


@require_safe
def today(request):
    """Show the visits of a day and what needs the reader; who reads no visits goes to the figures."""
    roles = request.user.roles()
    if not roles & READERS:
        if sight.SCHOOL_ADMIN in roles:
            return redirect("reports:term-report")
        raise PermissionDenied
    zone = timezone.get_current_timezone()  # the reader's own, else that of the school
    page = Today(request.user, zone, asked_day(request))
    page.record_reading()
    with timezone.override(zone):
        return render(request, "reports/today.html", {"page": page})
