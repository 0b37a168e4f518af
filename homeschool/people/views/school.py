"""Pages of a school's set-up: settings, terms, grades and classes."""

import datetime as dt
import zoneinfo

from django.db.models import Count, Q
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from homeschool.people.forms.school import ClassForm, SchoolForm, TermForm
from homeschool.people.models import School, SchoolClass, Term
from homeschool.people.models.invitation import DAYS

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


def letterhead_preview(request, pk):
    """Show a letter as it is printed, to a family that does not exist, with the school's letterhead."""
    school = administered(request.user, School.objects, pk)
    today = timezone.localdate(timezone=zoneinfo.ZoneInfo(school.time_zone))
    invitee = {"name": _("A family"), "student": {"called": _("your child")}}
    letter = {
        "invitee": invitee,
        "language": request.LANGUAGE_CODE,
        "address": request.build_absolute_uri(reverse("account_letter")).split("://")[1],
        "code": "ABCD-EFGH-JKMN",
        "invitation": {"last_day": today + dt.timedelta(days=DAYS), "is_for_the_student": False},
    }
    context = {"school": school, "letters": [letter], "today": today, "languages": ()}
    return render(request, "people/school_letterhead.html", context)


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
        school.classes.open()
        .select_related("division", "adviser__user")
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
