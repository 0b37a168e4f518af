"""Pages of a school's staff: who works here in which role, and who looks after whom."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.db.models.functions import Now
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people import sight
from homeschool.people.actions import handing
from homeschool.people.forms.school import OnceForm
from homeschool.people.forms.staff import CaseloadForm, RoleForm, StaffForm, is_last_admin
from homeschool.people.models import Caseload, Handover, Membership, School
from homeschool.people.signin import asks_again, asks_again_to_send

from .home import posted
from .setting_up import administered, answered

A_PAGE = 50


def staff_list(request, pk):
    """List the roles that hold or are to begin, by name; or those that are past, the last first."""
    school = administered(request.user, School.objects, pk)
    roles = Membership.objects.filter(school=school).select_related("user", "division")
    past = request.GET.get("roles") == "past"
    over = Q(until__lte=Now())
    found = roles.filter(over) if past else roles.exclude(over)
    order = ("-until", "pk") if past else ("user__sort_key", "role", "pk")
    page = Paginator(found.order_by(*order), A_PAGE).get_page(request.GET.get("page"))
    context = {"school": school, "page": page, "past": past}
    return render(request, "people/school_staff_list.html", context)


@asks_again
def staff_add(request, pk):
    """Give a person a role in the school."""
    school = administered(request.user, School.objects, pk)
    form = StaffForm(posted(request), school=school)

    def work():
        membership = form.add(request.user)
        if membership.role == sight.COUNSELOR and not membership.is_over:
            return _page_of(membership)
        return reverse("people:staff-list", args=[school.pk])

    return answered(request, form, work) or render(
        request, "people/school_staff_form.html", {"school": school, "form": form}
    )


def _page_of(membership):
    return reverse("people:staff-detail", args=[membership.pk])


def _membership(user, pk):
    return administered(user, Membership.objects.select_related("user", "school", "division"), pk)


@asks_again
def staff_edit(request, pk):
    """Change the grade or college of a role, and from when to when it holds."""
    membership = _membership(request.user, pk)
    form = None if membership.is_over else RoleForm(posted(request), membership=membership)

    def work():
        membership.change(by=request.user, **form.values())
        return _page_of(membership)

    done = form and answered(request, form, work)
    if form is None:
        return redirect(_page_of(membership))
    context = {"membership": membership, "school": membership.school, "form": form}
    return done or render(request, "people/school_staff_edit.html", context)


@asks_again_to_send
def staff_detail(request, pk):
    """Show a role with its classes and caseload; a counselor's caseload grows here."""
    membership = _membership(request.user, pk)
    form = None
    if membership.role == sight.COUNSELOR and not membership.is_over:
        form = CaseloadForm(posted(request), membership=membership)

    def work():
        membership.look_after(by=request.user, **form.target())
        return _page_of(membership)

    done = form and answered(request, form, work, _("This is on the caseload from now on."))
    return done or render(request, "people/school_staff_detail.html", _detail(membership, form))


def _detail(membership, form):
    rows = list(handing.open_caseloads(membership))
    return {
        "membership": membership,
        "school": membership.school,
        "form": form,
        "caseloads": [(row, OnceForm()) for row in rows],
        "classes": membership.classes.open(),
        "handovers": Handover.objects.filter(
            Q(giver=membership) | Q(taker=membership)
        ).select_related("giver__user", "taker__user"),
        "may_hand_over": bool(rows or membership.classes.open())
        and not membership.is_over
        and membership.role in handing.WITH_CHILDREN,
    }


@asks_again
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


@asks_again
def staff_end(request, pk):
    """Ask, then end a role; the last administrator of a school stays."""
    membership = _membership(request.user, pk)
    form = OnceForm(posted(request))
    last = is_last_admin(membership)
    context = {"membership": membership, "school": membership.school, "form": form, "last": last}
    context["has_children"] = not membership.is_over and handing.has_children(membership)

    def work():
        if not membership.is_over:
            membership.end(by=request.user)
        return reverse("people:staff-list", args=[membership.school_id])

    done = None if last else answered(request, form, work, _("The role has ended."))
    return done or render(request, "people/school_staff_end.html", context)
