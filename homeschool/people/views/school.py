"""Pages of a school's set-up: settings, terms, grades and classes."""

from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from homeschool.people.forms.school import ClassForm, SchoolForm, TermForm
from homeschool.people.models import School, SchoolClass, Term

from .home import posted
from .setting_up import administered, answered


def school_settings(request, pk):
    """Change what the school says of itself and how it works."""
    school = administered(request.user, School.objects, pk)
    name = school.name
    form = SchoolForm(posted(request), instance=school)

    def work():
        form.keep(request.user)
        return reverse("people:school-start", args=[school.pk])

    return answered(request, form, work) or render(
        request, "people/school_form.html", {"form": form, "school": school, "name": name}
    )


def term_list(request, pk):
    """List the terms, the running one marked."""
    school = administered(request.user, School.objects, pk)
    context = {"school": school, "terms": school.terms.all(), "today": timezone.localdate()}
    return render(request, "people/term_list.html", context)


def term_create(request, pk):
    """Make a term."""
    school = administered(request.user, School.objects, pk)
    return _term(request, TermForm(posted(request), school=school), school)


def term_edit(request, pk):
    """Change a term."""
    term = administered(request.user, Term.objects.select_related("school"), pk)
    return _term(request, TermForm(posted(request), instance=term), term.school, term.name)


def _term(request, form, school, name=""):
    def work():
        form.keep(request.user)
        return reverse("people:term-list", args=[school.pk])

    context = {"form": form, "school": school, "name": name}
    return answered(request, form, work) or render(request, "people/term_form.html", context)


def class_list(request, pk):
    """List the classes by grade or college, each with its teacher and its number of children."""
    school = administered(request.user, School.objects, pk)
    classes = (
        school.classes.select_related("division", "adviser__user")
        .annotate(children=Count("students", filter=Q(students__status="active")))
        .order_by("division__code", "code")
    )
    return render(request, "people/class_list.html", {"school": school, "classes": classes})


def class_create(request, pk):
    """Make a class."""
    school = administered(request.user, School.objects, pk)
    return _class(request, ClassForm(posted(request), school=school), school)


def class_edit(request, pk):
    """Change a class; its children go with it to another grade."""
    row = administered(request.user, SchoolClass.objects.select_related("school"), pk)
    return _class(request, ClassForm(posted(request), instance=row), row.school, row.name)


def _class(request, form, school, name=""):
    def work():
        form.keep(request.user)
        return reverse("people:class-list", args=[school.pk])

    context = {"form": form, "school": school, "name": name}
    return answered(request, form, work) or render(request, "people/class_form.html", context)
