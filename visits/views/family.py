"""What a family answers to a visit, and what home and school add and keep afterwards.

Every form carries the child of the page that it came from; the answer leads back to that page.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.views.home import page_of
from visits.forms.addendum import AddendumForm, StaffAddendumForm
from visits.models import Addendum, Visit
from visits.models.record import READERS

NOT_WHOLE = 422


def _visit(request, pk):
    """Return the visit, and the line of the child as whose family the reader asks.

    None in its place for staff, and for staff with a child of its own that writes on the staff's
    page. A child that is not the reader's, or not of this visit, is not found.
    """
    visit = get_object_or_404(Visit.objects.visible_to(request.user).held(), pk=pk)
    of_family = Visit.objects.visible_to(request.user, roles=sight.FAMILY_ROLES).filter(pk=pk)
    if not of_family.exists() or (_writes_as_staff(request) and _reads_as_staff(request, pk)):
        return visit, None
    lines = list(visit.children_for(request.user, roles=sight.FAMILY_ROLES))
    asked = request.POST.get("child")
    named = [line for line in lines if not asked or str(line.student_id) == asked]
    if not named:
        raise Http404
    return visit, named[0]


def _writes_as_staff(request):
    return request.POST.get("side") == "staff"


def _reads_as_staff(request, pk):
    return Visit.objects.visible_to(request.user, roles=READERS).filter(pk=pk).exists()


def way_back(request, otherwise):
    """Return the way back to the page of our own that the form names, else `otherwise`."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return redirect(wanted if safe else otherwise)


@require_POST
def summary_confirm(request, pk):
    """Record that this reader of the family has read the summary, however often it is sent."""
    visit, line = _visit(request, pk)
    if line is None:
        raise PermissionDenied
    visit.summaries.first().confirm(by=request.user, student=line.student)
    messages.success(request, _("Thank you. The school sees that you have read it."))
    return redirect(page_of(line.student_id))


@require_POST
def addendum_add(request, pk):
    """Pin what the family adds below its summary, or what staff adds to the record."""
    visit, line = _visit(request, pk)
    form = (AddendumForm if line else StaffAddendumForm)(request.POST, visit=visit.pk)
    back = page_of(line.student_id) if line else visit.get_absolute_url()
    if not form.is_valid():
        context = {"form": form, "visit": visit, "student": line and line.student, "back": back}
        return render(request, "visits/addendum.html", context, status=NOT_WHOLE)
    Submission.once(
        request.user,
        form.cleaned_data["submission"],
        lambda: _add(visit, line, form, request.user) and back,
    )
    messages.success(
        request,
        _("Thank you. What you added stands below the summary.")
        if line
        else _("What you added is pinned to the record."),
    )
    return redirect(back)


def _add(visit, line, form, user):
    shared = True if line else form.cleaned_data["shared"]
    student = line.student if line else None
    return Addendum.objects.pin(
        visit, form.cleaned_data["text"], by=user, student=student, from_family=bool(line),
        shared=shared,
    )  # fmt: skip


@require_POST
def addendum_seen(request, pk):
    """Record that staff has read what a family added; the first reader stands."""
    addendum = get_object_or_404(Addendum.objects.visible_to(request.user), pk=pk)
    if not addendum.from_family or not _reads_as_staff(request, addendum.visit_id):
        raise PermissionDenied
    addendum.be_seen(by=request.user)
    messages.success(request, _("Noted: you have read it."))
    return way_back(request, addendum.visit)
