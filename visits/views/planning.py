"""Planning a visit."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from homeschool.forms import readable
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits import recording
from visits.forms.planning import PlanForm
from visits.models.planning import Taken
from visits.models.record import WRITERS

NOT_WHOLE = 422
MOST_FOUND = 20


def visit_plan(request):
    """Plan a visit to the children `child`, of one family; without one, find the child first."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    asked = list(filter(None, request.GET.getlist("child"))) or request.POST.getlist("child")
    if not asked:
        return _find(request)
    chosen = chosen_children(request.user, asked)
    offered = recording.family_of(chosen, request.user, WRITERS)
    form = PlanForm(
        posted(request), offered=offered, chosen=chosen, by=request.user,
        campaign=request.GET.get("campaign", ""),
    )  # fmt: skip
    try:
        answer = answered(
            request, form, lambda: form.schedule().get_absolute_url(), _("The visit is planned.")
        )
    except Taken:  # somebody was quicker by a moment: now it is seen
        form.check_free(form.cleaned_data)
        answer = None
    if answer:
        return answer
    form.show_near()
    context = {"form": form, "offered": offered, "child": chosen[0]}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/visit_plan.html", context, status=status)


def chosen_children(user, asked):
    """Return the children whom the address names; 404 where the reader may not visit one of them."""
    try:
        keys = {uuid.UUID(text) for text in asked}
    except ValueError:
        raise Http404 from None
    rows = Student.objects.visible_to(user).select_related("school")
    children = list(rows.filter(pk__in=keys).order_by("sort_key", "pk"))
    if len(children) != len(keys) or len({child.school_id for child in children}) > 1:
        raise Http404
    for child in children:
        sight.require(user, child, WRITERS)
    return children


def _find(request):
    """Let the reader find the child whom the visit is about."""
    text = readable(request.GET.get("q", ""))[:100].strip()
    found = Student.objects.visible_to(request.user, roles=WRITERS).active()
    found = found.found_by(text) if text else found
    rows = found.values("pk", "full_name", "number", "school_class__name")[: MOST_FOUND + 1]
    context = {"text": text, "children": rows[:MOST_FOUND], "is_more": len(rows) > MOST_FOUND}
    return render(request, "visits/visit_plan_whom.html", context)
