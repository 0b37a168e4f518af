"""Grades and colleges: the list, their names and codes, and what becomes of an empty one."""

from django.db import IntegrityError
from django.db.models import Count, OuterRef, ProtectedError, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people.actions import divisions
from homeschool.people.forms.divisions import DivisionForm, UniteForm
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Division, School, Student

from .home import posted
from .setting_up import administered, answered

REFUSED = (divisions.NotEmpty, ProtectedError, IntegrityError)


def division_list(request, pk):
    """List the grades or colleges, each with its open classes and its children on roll."""
    school = administered(request.user, School.objects, pk)
    children = Student.objects.active().filter(division=OuterRef("pk")).order_by()
    counted = children.values("division").annotate(n=Count("pk")).values("n")
    rows = school.divisions.annotate(
        open_classes=Count("classes", filter=Q(classes__closed_at=None)),
        children=Coalesce(Subquery(counted), 0),
    ).order_by("code")
    return render(request, "people/division_list.html", {"school": school, "rows": rows})


def division_create(request, pk):
    """Make a grade or college."""
    school = administered(request.user, School.objects, pk)
    return _page(request, DivisionForm(posted(request), school=school), school)


def _division(request, pk):
    return administered(request.user, Division.objects.select_related("school"), pk)


def division_edit(request, pk):
    """Give a grade or college another name or code; an empty one may go from here."""
    division = _division(request, pk)
    form = DivisionForm(posted(request), instance=division)
    return _page(request, form, division.school, _detail(division))


def _detail(division):
    empty = divisions.is_empty(division)
    others = empty and division.school.divisions.exclude(pk=division.pk).exists()
    return {
        "division": division,
        "name": division.name,
        "unused": empty and divisions.is_unused(division),
        "unite": UniteForm(division=division) if others else None,
        "once": OnceForm(),
    }


def _page(request, form, school, more=None):
    def work():
        form.keep(request.user)
        return reverse("people:division-list", args=[school.pk])

    context = {"form": form, "school": school} | (more or {})
    return answered(request, form, work) or render(request, "people/division_form.html", context)


@require_POST
def division_delete(request, pk):
    """Delete a grade or college that nothing names."""
    division = _division(request, pk)
    form = OnceForm(request.POST)
    return _gone(
        request, division, form, lambda: divisions.delete_division(division, by=request.user),
        _("It is deleted."),
    )  # fmt: skip


@require_POST
def division_unite(request, pk):
    """Let an empty grade or college go into another."""
    division = _division(request, pk)
    form = UniteForm(request.POST, division=division)

    def work():
        into = form.cleaned_data["into"]
        divisions.unite_divisions(division, into, by=request.user)

    return _gone(request, division, form, work, _("The two are one now."))


def _gone(request, division, form, work, said):
    """Answer with the list; with the page of the division, and why, where it cannot go."""

    def once():
        work()
        return reverse("people:division-list", args=[division.school_id])

    try:
        done = answered(request, form, once, said)
    except REFUSED:
        done = None
        form.add_error(
            None,
            _("Something still belongs to it. Please look at its classes, roles and caseloads."),
        )
    if done:
        return done
    if not form.errors:
        return redirect("people:division-edit", division.pk)
    context = {"form": DivisionForm(instance=division), "school": division.school}
    context |= _detail(division) | {"errors_of": form}
    return render(request, "people/division_form.html", context)
