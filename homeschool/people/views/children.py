"""Pages about children: the list, the child's own page, and mending what it says."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Count, Window
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from homeschool.journal.models import Submission
from homeschool.people import asked, sight
from homeschool.people.forms.children import ChildForm, StrengthsForm, StudentFilter
from homeschool.people.models import Student
from homeschool.prepared import instance
from homeschool.templatetags.look import address

from .home import posted
from .seen import Seen

A_PAGE = 50
COLUMNS = ("pk", "full_name", "number", "status", "school_class__name", "school__name")
LOOKS_ON_THE_PAGE = 5
LOOKS_OF_A_TERM = 500


def child_list(request):
    """List the children in sight: found by name or number, narrowed by the filters of the URL."""
    whole = not request.htmx or request.htmx.boosted
    visible = Student.objects.visible_to(request.user)
    narrowed = StudentFilter(request.GET, visible, request.user, whole=whole)
    found, number = narrowed.rows(), request.GET.get("page")
    page = _page(found, number) if whole or number else _first_page(found)
    statuses = dict(Student.Status.choices) | {Student.Status.ACTIVE: ""}
    for row in page.object_list:
        place = narrowed.of_school(row["school_class__name"], row)
        row["detail"] = f"{place} · {row['number']}"
        row["url"] = address("people:child-detail", row["pk"])
        row["absent"] = statuses[row["status"]]
    template = "people/child_list.html" if whole else "people/child_list.html#found"
    context = {"filter": narrowed, "form": narrowed.form, "page": page}
    context["mends"] = whole and bool(request.user.roles() & sight.CONTACT_ROLES)
    return render(request, template, context)


def _page(found, number):
    pages = Paginator(found.values(*COLUMNS), A_PAGE)
    pages.count = found.order_by().count()
    return pages.get_page(number)


def _first_page(found):
    """Return the first page of a live search: all children are looked through once, since the rows
    bring their number with them."""
    rows = found.values(*COLUMNS).annotate(number_of_rows=Window(Count("pk")))
    pages, first = Paginator(rows, A_PAGE), list(rows[:A_PAGE])
    pages.count = first[0]["number_of_rows"] if first else 0
    return Page(first, 1, pages)


def visible_child(user, pk):
    """Return the child with its class and school, or answer 404."""
    found = asked.child_in_sight(user, pk)
    if not found:
        raise Http404
    return instance(Student, found[0])


def child_detail(request, pk):
    """Show the child as far as the reader may see it; reading contacts is written down."""
    seen = Seen(request.user, visible_child(request.user, pk))
    seen.record_reading()
    looks = seen.looks(LOOKS_ON_THE_PAGE) if seen.may_read_looks else []
    return render(
        request,
        "people/child_detail.html",
        {"seen": seen, "student": seen.student, "looks": looks},
    )


def child_looks(request, pk):
    """Show the family everybody who opened the child's record this term."""
    seen = Seen(request.user, visible_child(request.user, pk))
    if not seen.may_read_looks:
        raise PermissionDenied
    context = {"seen": seen, "student": seen.student, "looks": seen.looks(LOOKS_OF_A_TERM)}
    return render(request, "people/child_looks.html", context)


def child_edit(request, pk):
    """Mend the child's basics: the school administrator."""
    student = visible_child(request.user, pk)
    sight.require(request.user, student, {sight.SCHOOL_ADMIN})
    return _mend(request, student, ChildForm, _("Change what we know"))


def child_strengths(request, pk):
    """Write down what the child is good at: class teacher, counselor, school administrator."""
    student = visible_child(request.user, pk)
    sight.require(request.user, student, sight.DESCRIBERS)
    return _mend(request, student, StrengthsForm, _("What goes well"))


def _mend(request, student, form_class, heading):
    name = student.full_name
    form = form_class(posted(request), instance=student)
    if request.method == "POST" and form.is_valid():
        answer = Submission.once(
            request.user, form.cleaned_data["submission"], lambda: _change(form, request.user)
        )
        messages.success(request, _("Your changes are kept."))
        return redirect(answer)
    context = {"form": form, "student": student, "name": name, "heading": heading}
    return render(request, "people/child_form.html", context)


def _change(form, user):
    student, values = form.instance, form.values()
    if values:
        student.change(by=user, **values)
    return student.get_absolute_url()
