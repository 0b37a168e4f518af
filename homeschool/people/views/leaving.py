"""Pages by which a child leaves school, comes back or changes class, and several leave at once."""

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from homeschool.people import sight
from homeschool.people.forms.leaving import LeaveForm, LeaveTogetherForm, ToClassForm
from homeschool.people.models import Leaving, SchoolClass
from homeschool.people.models.leaving import told_of

from .children import visible_child
from .home import posted
from .setting_up import administered, answered


def _child_of_the_office(request, pk):
    """Return a child whose school `request.user` leads or administers: 404, 403 otherwise."""
    student = visible_child(request.user, pk)
    sight.require(request.user, student, sight.FAMILY_EDITORS)
    return student


def child_leave(request, pk):
    """Write down that a child has left school."""
    student = _child_of_the_office(request, pk)
    form = LeaveForm(posted(request))

    def work():
        student.leave(by=request.user, **form.values())
        return student.get_absolute_url()

    context = {"student": student, "form": form, "told": told_of([student.pk])}
    return answered(request, form, work, _("It is written down.")) or render(
        request, "people/leaving_child.html", context
    )


def child_come_back(request, pk):
    """Put a child that left on roll again."""
    student = _child_of_the_office(request, pk)
    form = ToClassForm(posted(request), school=student.school)

    def work():
        student.come_back(form.cleaned_data["school_class"], by=request.user)
        return student.get_absolute_url()

    said = _("The child is on roll again.")
    return answered(request, form, work, said) or render(
        request, "people/leaving_back.html", {"student": student, "form": form}
    )


def child_move(request, pk):
    """Put a child into another class of its school."""
    student = _child_of_the_office(request, pk)
    without = student.school_class_id if request.method != "POST" else None
    form = ToClassForm(posted(request), school=student.school, without=without)

    def work():
        student.move(form.cleaned_data["school_class"], by=request.user)
        return student.get_absolute_url()

    return answered(request, form, work) or render(
        request, "people/leaving_move.html", {"student": student, "form": form}
    )


def class_leave(request, pk):
    """Let several children of a class leave at once."""
    row = administered(request.user, SchoolClass.objects.select_related("school", "division"), pk)
    form = LeaveTogetherForm(posted(request), school_class=row)

    def work():
        children = [student.pk for student in form.cleaned_data["children"]]
        Leaving.objects.begin(children, by=request.user, school=row.school, **form.values())
        return reverse("people:class-list", args=[row.school_id])

    return answered(request, form, work, _("It is written down.")) or render(
        request,
        "people/leaving_class.html",
        {"school_class": row, "school": row.school, "form": form},
    )
