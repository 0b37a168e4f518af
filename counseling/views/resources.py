"""Rooms, devices and books: the list, one more, and who has one of them in a week."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.sessions import ResourceForm
from counseling.models import Resource
from counseling.models.programme import KEEPERS, READERS
from counseling.reading.after_school import places
from counseling.reading.resources import BookedWeek, listed_by_kind
from counseling.reading.sessions import monday_of, school_of, today_of
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

from .sessions import drawn, require_reader

# Who of the school keeps the list of its things: the office, too.
CARETAKERS = KEEPERS | {sight.SCHOOL_ADMIN}


def _kept(request, rows, pk):
    row = get_object_or_404(rows.visible_to(request.user, roles=READERS), pk=pk)
    if not rows.visible_to(request.user, roles=CARETAKERS).filter(pk=pk).exists():
        raise PermissionDenied
    return row


@require_safe
def resource_list(request):
    """List the rooms, devices and books of a school, by kind."""
    require_reader(request)
    school, schools = school_of(request.user, READERS, request.GET.get("school", ""))
    if school is None:
        raise PermissionDenied
    rows = Resource.objects.filter(school=school)
    may = School.objects.visible_to(request.user, roles=CARETAKERS).filter(pk=school.pk).exists()
    context = {
        "school": school, "schools": schools, "kinds": listed_by_kind(rows), "may_keep": may,
        "places": places(request.user, "resource-list"),
    }  # fmt: skip
    return render(request, "counseling/resource_list.html", context)


def resource_add(request, pk):
    """Write down a room, a device or a set of books of a school."""
    school = _kept(request, School.objects, pk)
    form = ResourceForm(posted(request), school=school)

    def work():
        row = Resource.objects.keep(by=request.user, school=school, **form.values())
        return reverse("counseling:resource-detail", args=[row.pk])

    done = answered(request, form, work, _("It is on the list."))
    return done or drawn(request, form, "counseling/resource_form.html", {"school": school})


@require_safe
def resource_detail(request, pk):
    """Show who has a room, a device or books in a week."""
    rows = Resource.objects.visible_to(request.user, roles=READERS).select_related("school")
    thing = get_object_or_404(rows, pk=pk)
    today = today_of(thing.school)
    week = BookedWeek(thing, monday_of(request.GET.get("on", ""), today))
    may = Resource.objects.visible_to(request.user, roles=CARETAKERS).filter(pk=pk).exists()
    context = {"thing": thing, "week": week, "may_keep": may}
    return render(request, "counseling/resource_detail.html", context)


@require_POST
def resource_end(request, pk, back=False):
    """Take a thing out of use, or with `back` into use again."""
    thing = _kept(request, Resource.objects.select_related("school"), pk)
    if back:
        thing.come_back(by=request.user)
        messages.success(request, _("It can be booked again."))
    else:
        thing.end(by=request.user)
        messages.success(request, _("Nobody books it any more. What is booked stays."))
    return redirect("counseling:resource-detail", thing.pk)
