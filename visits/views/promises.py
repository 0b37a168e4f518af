"""Promises: noting that one was kept."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people import sight
from homeschool.people.views.home import page_of
from visits.models import Promise
from visits.models.record import WRITERS

from .family import way_back


@require_POST
def promise_keep(request, pk):
    """Record that a promise was kept: the family its own, staff those of the school.

    Staff may also note what the family told them: a family that does not sign in keeps its word too.
    """
    rows = Promise.objects.visible_to(request.user).select_related("student__school", "visit")
    promise = get_object_or_404(rows, pk=pk)
    if _may_keep_as_family(promise, request.user):
        promise.keep(by=request.user)
        messages.success(request, _("Thank you. Well done, all of you."))
        return redirect(page_of(promise.student_id))
    sight.require(request.user, promise.student, WRITERS)
    promise.keep(by=request.user)
    messages.success(request, _("Kept. The family sees it on its page."))
    return way_back(request, promise.visit)


def _may_keep_as_family(promise, user):
    """Whether `user` keeps it as one of the family: its own promise, or the child's.

    Another home of the child does not answer for the first one.
    """
    roles = sight.roles_for(user, promise.student, "visits")
    if promise.is_school_side or not roles & sight.FAMILY_ROLES:
        return False
    if promise.side == Promise.Side.FAMILY and not promise.visit.is_home_of(user):
        if not roles & WRITERS:
            raise PermissionDenied
        return False
    return True
