"""Pages of a school's staff: who works here in which role, and who looks after whom."""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people import sight
from homeschool.people.forms.school import CaseloadForm, OnceForm, StaffForm
from homeschool.people.models import Caseload, Membership, School

from .home import posted
from .setting_up import administered, answered

A_PAGE = 50


def staff_list(request, pk):
    """List the open roles, by name."""
    school = administered(request.user, School.objects, pk)
    roles = Membership.objects.open().filter(school=school).select_related("user", "division")
    page = Paginator(roles.order_by("user__sort_key", "role", "pk"), A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "people/school_staff_list.html", {"school": school, "page": page})


def staff_add(request, pk):
    """Give a person a role in the school."""
    school = administered(request.user, School.objects, pk)
    form = StaffForm(posted(request), school=school)

    def work():
        membership = form.add(request.user)
        if membership.role == sight.COUNSELOR:
            return _page_of(membership)
        return reverse("people:staff-list", args=[school.pk])

    return answered(request, form, work) or render(
        request, "people/school_staff_form.html", {"school": school, "form": form}
    )


def _page_of(membership):
    return reverse("people:staff-detail", args=[membership.pk])


def _membership(user, pk):
    return administered(user, Membership.objects.select_related("user", "school", "division"), pk)


def staff_detail(request, pk):
    """Show a role with its classes and caseload; a counselor's caseload grows here."""
    membership = _membership(request.user, pk)
    form = None
    if membership.role == sight.COUNSELOR and membership.until is None:
        form = CaseloadForm(posted(request), membership=membership)

    def work():
        membership.look_after(by=request.user, **form.target())
        return _page_of(membership)

    done = form and answered(request, form, work, _("This is on the caseload from now on."))
    return done or render(request, "people/school_staff_detail.html", _detail(membership, form))


def _detail(membership, form):
    caseloads = Caseload.objects.open().filter(membership=membership)
    rows = caseloads.select_related("student__school_class", "school_class", "division").order_by(
        "division__code", "school_class__code", "student__sort_key"
    )
    return {
        "membership": membership,
        "school": membership.school,
        "form": form,
        "caseloads": [(row, OnceForm()) for row in rows],
        "classes": membership.classes.all(),
    }


@require_POST
def caseload_end(request, pk):
    """Take a child, class or grade off a caseload."""
    rows = Caseload.objects.select_related("membership__school", "student")
    caseload = administered(request.user, rows, pk)

    def work():
        caseload.end(by=request.user)
        return _page_of(caseload.membership)

    said = _("This is off the caseload from now on.")
    return answered(request, OnceForm(request.POST), work, said) or redirect(
        _page_of(caseload.membership)
    )


def staff_end(request, pk):
    """Ask, then end a role; the last administrator of a school stays."""
    membership = _membership(request.user, pk)
    form = OnceForm(posted(request))
    last = _is_last_admin(membership)
    context = {"membership": membership, "school": membership.school, "form": form, "last": last}

    def work():
        if membership.until is None:
            membership.end(by=request.user)
        return reverse("people:staff-list", args=[membership.school_id])

    done = None if last else answered(request, form, work, _("The role has ended."))
    return done or render(request, "people/school_staff_end.html", context)


def _is_last_admin(membership):
    if membership.role != sight.SCHOOL_ADMIN or membership.until is not None:
        return False
    others = Membership.objects.open().filter(school=membership.school_id, role=sight.SCHOOL_ADMIN)
    return not others.exclude(pk=membership.pk).filter(user__is_active=True).exists()
