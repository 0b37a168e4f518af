"""A volunteer's own pages: groups, next sessions, hours, checks, when it can come; and hours on paper.

No child stands on any of them: who takes part is on the page of attendance, while a session is led.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counseling.forms.volunteers import HoursForm, TimesForm
from counseling.models import Session, Volunteer
from counseling.models.volunteer import RECENT
from counseling.reading.situation import today_at
from counseling.reading.volunteers import VolunteerPage, certificate_of, in_hours
from homeschool import pdf
from homeschool.people import sight
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422


def _own(user):
    """Return the rows of a person that helps: of each school one."""
    rows = Volunteer.objects.visible_to(user).filter(user=user.pk)
    return rows.select_related("school").order_by("school__name", "pk")


@require_safe
def volunteer_home(request):
    """Show a volunteer what it leads, and what the school knows of it."""
    pages = [VolunteerPage(row) for row in _own(request.user)]
    if not pages and sight.VOLUNTEER not in request.user.roles():
        raise PermissionDenied
    now = timezone.now()
    led = Session.objects.led_by(request.user).exclude(state=Session.State.CALLED_OFF)
    recent = led.filter(begins__gt=now - RECENT, begins__lte=now)
    context = {"pages": pages, "recent": recent.select_related("programme").order_by("-begins")}
    with timezone.override(pages[0].zone if pages else None):
        return render(request, "counseling/volunteer_home.html", context)


def volunteer_times(request, pk):
    """Let a volunteer say when it can come."""
    volunteer = get_object_or_404(Volunteer.objects.visible_to(request.user), pk=pk)
    if volunteer.user_id != request.user.pk:
        raise PermissionDenied
    stand = volunteer.availability.values_list("weekday", "starts", "ends")
    form = TimesForm(posted(request), times=list(stand))

    def work():
        volunteer.come_on(form.times, by=request.user)
        return reverse("counseling:volunteer-home")

    done = answered(request, form, work, _("Thank you. The school sees when you can come."))
    if done:
        return done
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/volunteer_times.html", {"form": form}, status=status)


@require_safe
def volunteer_hours(request, pk):
    """Give the hours between two days as a certificate on paper; without days, ask for them."""
    rows = Volunteer.objects.visible_to(request.user).select_related("school")
    volunteer = get_object_or_404(rows, pk=pk)
    page = VolunteerPage(volunteer)
    is_own = volunteer.user_id == request.user.pk
    days = {"since": page.first_day, "until": page.today}
    form = HoursForm(request.GET or None, today=page.today, initial=days)
    if form.is_bound and form.is_valid():
        if missing := pdf.missing():
            messages.error(request, missing)
        else:
            return _paper(request.user, volunteer, **form.cleaned_data)
    back = reverse("counseling:volunteer-home") if is_own else volunteer.get_absolute_url()
    context = {"form": form, "volunteer": volunteer, "back": back, "is_own": is_own}
    status = NOT_WHOLE if form.errors else 200
    return render(request, "counseling/volunteer_hours.html", context, status=status)


def _paper(by, volunteer, since, until):
    certificate = certificate_of(volunteer, since, until)
    certificate.record(by)
    context = {
        "certificate": certificate, "volunteer": volunteer, "school": volunteer.school,
        "hours": in_hours(certificate.minutes), "today": today_at(volunteer.school),
        "language": translation.get_language(),
    }  # fmt: skip
    text = render_to_string("counseling/volunteer_pdf.html", context)
    response = HttpResponse(
        pdf.made_of(text, css="css/plan-paper.css"), content_type="application/pdf"
    )
    response["Content-Disposition"] = f'attachment; filename="hours-{until:%Y-%m-%d}.pdf"'
    return response
