"""Saved lists: children whom somebody often speaks to together, found by name or class and ticked."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people.actions.speaking import classes
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from messaging.forms.announcements import SavedListForm
from messaging.models import SavedList
from messaging.models.announcing import SPEAKERS
from messaging.models.saved_list import NameTaken
from messaging.reading.ways import places

from .announcements import answer, schools_of, speaker

MOST_FOUND, A_PAGE = 60, 100
LIST = "messaging:saved-list-list"


def _taken():
    return _("Another list has this name. Please choose one that tells them apart.")


@require_safe
def list_list(request):
    """List the saved lists that the reader may use, with how many of the children it sees."""
    speaker(request)
    rows = SavedList.objects.visible_to(request.user).open()
    rows = list(rows.select_related("school", "made_by"))
    through = SavedList.students.through.objects.filter(
        savedlist__in=[row.pk for row in rows], student__in=_seen(request.user)
    )
    counted: dict = {}
    for key in through.values_list("savedlist", flat=True):
        counted[key] = counted.get(key, 0) + 1
    for row in rows:
        row.number = counted.get(row.pk, 0)
    context = {"lists": rows, "places": places(request.user, "announcement-list")}
    return render(request, "messaging/saved_list_list.html", context)


def _seen(user):
    return Student.objects.visible_to(user, roles=SPEAKERS).active()


def list_new(request):
    """Begin a list; its children come on the next page."""
    speaker(request)
    schools = schools_of(request.user)
    form = SavedListForm(posted(request), schools=schools)

    def work():
        name = form.cleaned_data["name"]
        row = SavedList.objects.begin(form.chosen_school, name, by=request.user)
        return reverse("messaging:saved-list-detail", args=[row.pk])

    done = _named(request, form, work, _("The list is kept. Now choose the children."))
    return done or answer(request, form, "messaging/saved_list_form.html", {"list": None})


def _named(request, form, work, said):
    try:
        return answered(request, form, work, said)
    except NameTaken:
        form.add_error("name", _taken())
        return None


def _list(request, pk):
    rows = SavedList.objects.visible_to(request.user).open().select_related("school")
    return get_object_or_404(rows, pk=pk)


@require_safe
def list_detail(request, pk):
    """Show the children of a list whom the reader sees, and find more by name (`?q=`) or class."""
    row = _list(request, pk)
    seen = _seen(request.user).select_related("school_class")
    on_it = seen.filter(pk__in=row.students.values("pk")).order_by("sort_key", "pk")
    page = Paginator(on_it, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.get("q", "").replace("\0", "")[:100]
    chosen = _key(request.GET.get("class"))
    found = None
    if query.strip() or chosen:
        found = seen.filter(school=row.school_id).exclude(pk__in=row.students.values("pk"))
        found = found.filter(school_class=chosen) if chosen else found
        found = list(found.found_by(query).order_by("sort_key", "pk")[: MOST_FOUND + 1])
    context = {
        "list": row, "page": page, "query": query, "chosen": chosen, "once": OnceForm(),
        "found": found and found[:MOST_FOUND], "more": bool(found) and len(found) > MOST_FOUND,
        "asked": found is not None,
        "classes": classes(request.user).filter(school=row.school_id),
        "hidden": row.students.count() - page.paginator.count,
    }  # fmt: skip
    return render(request, "messaging/saved_list_detail.html", context)


def _key(text):
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def list_name(request, pk):
    """Give a list another name."""
    row = _list(request, pk)
    initial = {"name": row.name}
    form = SavedListForm(posted(request), schools=[row.school], initial=initial)

    def work():
        row.rename(form.cleaned_data["name"], by=request.user)
        return reverse("messaging:saved-list-detail", args=[row.pk])

    done = _named(request, form, work, _("The list has its new name."))
    return done or answer(request, form, "messaging/saved_list_form.html", {"list": row})


def _ticked(request):
    keys = filter(None, map(_key, request.POST.getlist("child")[:1000]))
    return _seen(request.user).filter(pk__in=list(keys))


@require_POST
def list_add(request, pk):
    """Put the ticked children on the list, those whom the reader sees."""
    row, children = _list(request, pk), _ticked(request)
    if children.exists():
        row.add(children, by=request.user)
    else:
        messages.info(request, _("No child was ticked."))
    return redirect("messaging:saved-list-detail", row.pk)


@require_POST
def list_take_off(request, pk):
    """Take the ticked children off the list."""
    row, children = _list(request, pk), _ticked(request)
    if children.exists():
        row.take_off(children, by=request.user)
    else:
        messages.info(request, _("No child was ticked."))
    return redirect("messaging:saved-list-detail", row.pk)


@require_POST
def list_end(request, pk):
    """End a list; what was sent by it stays."""
    _list(request, pk).end(by=request.user)
    messages.success(request, _("The list is ended."))
    return redirect(LIST)
