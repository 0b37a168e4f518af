"""A school's start: making it, the three steps until it is ready, and its first page."""

import zoneinfo
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from homeschool.people import sight
from homeschool.people.forms.school import SchoolForm
from homeschool.people.models import (
    Guardianship,
    Membership,
    School,
    SchoolClass,
    Sight,
    Student,
    Transfer,
)

from .home import posted
from .setting_up import administered, answered


def own_schools(user):
    """Return the schools that `user` administers."""
    return School.objects.visible_to(user, roles={sight.SCHOOL_ADMIN})


def school(request):
    """Send an administrator to the own school, or let them choose; the first admin makes one."""
    return own_school(request, "people:school-start")


def roster(request):
    """Send an administrator to the own school's import."""
    return own_school(request, "people:roster-import")


def own_school(request, name):
    """Send an administrator to the page `name` of the own school, or let them choose a school."""
    schools = list(own_schools(request.user))
    if len(schools) == 1:
        return redirect(name, schools[0].pk)
    if schools:
        rows = [(row, reverse(name, args=[row.pk])) for row in schools]
        return render(request, "people/school_choose.html", {"rows": rows})
    if request.user.is_superuser:
        return redirect("people:school-create")
    raise PermissionDenied


def school_create(request):
    """Let a superuser make a school, and be its first administrator."""
    if not request.user.is_superuser:
        raise PermissionDenied
    form = SchoolForm(posted(request))

    def work():
        return reverse("people:school-start", args=[form.found(request.user).pk])

    said = _("Your school stands.")
    return answered(request, form, work, said) or render(
        request, "people/school_form.html", {"form": form}
    )


@dataclass
class Step:
    """One of the things that a school needs before anybody can work."""

    heading: Promise
    hint: Promise
    icon: str
    url: str
    done: bool


def school_start(request, pk):
    """Show what is still to do, and the way to every part of the set-up."""
    row = administered(request.user, School.objects, pk)
    counts = _counts(row)
    steps = _steps(row, counts)
    context = {"school": row, "counts": counts, "steps": steps, "links": _links(row)}
    context["left"] = sum(not step.done for step in steps)
    context["gaps"] = [] if context["left"] else gaps(row)
    context["asked"] = Transfer.objects.open().filter(to_school=row).count()
    return render(request, "people/school_start.html", context)


def _counts(row):
    staff = Membership.objects.open().filter(school=row)
    guardians = Guardianship.objects.open().filter(student__school=row)
    return {
        "terms": row.terms.count(),
        "classes": row.classes.open().count(),
        "children": row.students.active().count(),
        "staff": staff.aggregate(n=Count("user", distinct=True))["n"],
        "guardians": guardians.aggregate(n=Count("guardian", distinct=True))["n"],
    }


def _steps(row, counts):
    return [
        Step(
            gettext_lazy("A term"),
            gettext_lazy("From when to when children come to school."),
            "calendar-days",
            reverse("people:term-list" if counts["terms"] else "people:term-create", args=[row.pk]),
            bool(counts["terms"]),
        ),
        Step(
            gettext_lazy("The classes"),
            gettext_lazy("Each with its grade or college and its teacher."),
            "users",
            reverse(
                "people:class-list" if counts["classes"] else "people:class-create", args=[row.pk]
            ),
            bool(counts["classes"]),
        ),
        Step(
            gettext_lazy("Children and families"),
            gettext_lazy("From one sheet: who is in which class, and who looks after whom."),
            "upload",
            reverse("people:roster-import", args=[row.pk]),
            bool(counts["children"]),
        ),
    ]


def gaps(row):
    """Return what keeps a school that has begun from looking after every child."""
    children = Student.objects.active().filter(school=row)
    guarded = Guardianship.objects.open().filter(student__school=row).values("student")
    counselled = Sight.objects.filter(role=sight.COUNSELOR, student__school=row).values("student")
    teachers = Membership.objects.open().filter(school=row, role=sight.ADVISER)
    untaught = (
        row.classes.open().filter(kind=SchoolClass.Kind.HOMEROOM).exclude(adviser__in=teachers)
    )
    today = timezone.localdate(timezone=zoneinfo.ZoneInfo(row.time_zone))
    return [
        Gap(icon, why, words(number), reverse(page, args=[row.pk]))
        for number, icon, page, why, words in (
            (
                not row.terms.on(today).exists(),
                "calendar-days",
                "people:term-list",
                _WHY_TERM,
                _no_term,
            ),
            (untaught.count(), "users", "people:class-list", _WHY_TEACHER, _no_teacher),
            (
                children.exclude(pk__in=counselled).count(),
                "heart-handshake",
                "people:staff-list",
                _WHY_COUNSELOR,
                _no_counselor,
            ),
            (
                children.exclude(pk__in=guarded).count(),
                "upload",
                "people:roster-import",
                _WHY_GUARDIAN,
                _no_guardian,
            ),
        )
        if number
    ]


@dataclass
class Gap:
    """Something that is missing, why it matters, and where it is mended."""

    icon: str
    why: str
    words: str
    url: str


_WHY_TERM = gettext_lazy("Visits and figures belong to a term.")
_WHY_TEACHER = gettext_lazy("A class teacher sees the children of the class.")
_WHY_COUNSELOR = gettext_lazy(
    "A counselor sees the children of the caseload. Add one, and give a class or single children."
)
_WHY_GUARDIAN = gettext_lazy("Without a guardian nobody at home can be written to.")


def _no_term(number):
    return _("No term runs today")


def _no_teacher(number):
    return ngettext("%(n)s class has no teacher", "%(n)s classes have no teacher", number) % {
        "n": number
    }


def _no_counselor(number):
    return ngettext("%(n)s child has no counselor", "%(n)s children have no counselor", number) % {
        "n": number
    }


def _no_guardian(number):
    return ngettext("%(n)s child has no guardian", "%(n)s children have no guardian", number) % {
        "n": number
    }


def _links(row):
    parts = (
        ("people:term-list", "calendar-days", _("Terms")),
        ("people:class-list", "school", _("Grades and classes")),
        ("people:division-list", "school", _("Names of grades and colleges")),
        ("people:new-year", "sprout", _("The new year")),
        ("people:transfer-list", "school", _("To and from other schools")),
        ("people:staff-list", "users", _("Staff and caseloads")),
        ("people:person-list", "search", _("Find a person")),
        ("people:roster-import", "upload", _("Bring in children and families")),
        ("people:roster-export", "download", _("Take the roster along")),
        ("people:invitation-list", "qr-code", _("Letters of invitation")),
        ("visits:visits-import", "footprints", _("Bring in past visits")),
        ("counseling:import-list", "book-open", _("Bring in marks and attendance")),
        ("visits:aspect-list", "list-checks", _("What visits are about")),
        ("people:school-settings", "settings", _("Settings of the school")),
    )
    return [
        {"url": reverse(n, args=[row.pk]), "icon": icon, "label": label} for n, icon, label in parts
    ]
