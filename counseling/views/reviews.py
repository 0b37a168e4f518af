"""Reviews: the decision about one plan, and many plans at the end of a term."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST

from counseling.forms.reviews import ClosingForm
from counseling.models import WRITERS, NotThatState, Plan, Review, Stale
from counseling.reading.plan import PlanPage, plans_to_read
from homeschool.people import sight
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

from .plans import CONFLICT, NOT_WHOLE, edited, review_form, show, today_of

MOST = 50
SOON = dt.timedelta(days=14)


@require_POST
def review_hold(request, pk):
    """Keep what was decided about a plan at work, and do it."""
    plan = get_object_or_404(plans_to_read(request.user), pk=pk)
    sight.require(request.user, plan.student, WRITERS)
    zone, today = today_of(request.user, plan.school)
    page = PlanPage(plan, request.user, today)
    if not plan.is_at_work:
        messages.warning(request, _("This plan is not at work: there is nothing to decide."))
        return redirect(plan)
    with timezone.override(zone):
        form = review_form(page, request.POST)

        def work():
            Review.objects.hold(
                plan, by=request.user, today=today, edits=form.edits, **form.values()
            )
            return plan.get_absolute_url()

        said = _("Your decision is kept.")
        return edited(request, plan, form, work, said) or show(request, page, form, NOT_WHOLE)


class ManyStale(Exception):
    """Somebody changed `plans` since they were read; they stand here as they are now."""

    def __init__(self, plans):
        super().__init__()
        self.plans = plans


def plan_close_many(request):
    """Close plans whose last day is near or over, each with what came of it and why."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    zone, today = today_of(request.user)
    rows = Plan.objects.visible_to(request.user, roles=WRITERS).open()
    if sight.LEADER not in request.user.roles():
        rows = rows.filter(owner=request.user.pk)
    rows = rows.filter(ends__lte=today + SOON).select_related("student__school_class", "owner")
    plans = list(rows.order_by("ends", "pk")[:MOST])
    form = ClosingForm(posted(request), plans=plans)
    status = NOT_WHOLE if form.is_bound else 200
    try:
        if answer := answered(request, form, lambda: _close(request, form), _("Kept.")):
            return answer
    except ManyStale as stale:
        form, status = form.again(stale.plans), CONFLICT
    context = {"form": form, "plans": plans, "is_full": len(plans) == MOST}
    with timezone.override(zone):
        return render(request, "counseling/board_close.html", context, status=status)


def _close(request, form):
    """Close the chosen plans; one that somebody closed meanwhile stays as it is.

    Raises ManyStale, and then none is closed, where somebody changed one since it was read.
    """
    closed, others, changed = 0, 0, []
    for plan, outcome, reason, edits in form.chosen():
        try:
            with transaction.atomic():
                plan.close(by=request.user, outcome=outcome, words=reason, edits=edits)
            closed += 1
        except Stale as stale:
            others += stale.plan.is_closed
            changed += [] if stale.plan.is_closed else [stale.plan]
        except NotThatState:
            others += 1
    if changed:
        raise ManyStale(changed)
    said = ngettext("%(n)s plan is closed.", "%(n)s plans are closed.", closed)
    messages.success(request, said % {"n": closed})
    if others:
        said = ngettext(
            "Somebody closed %(n)s plan before you: it stays as it is.",
            "Somebody closed %(n)s plans before you: they stay as they are.",
            others,
        )
        messages.warning(request, said % {"n": others})
    return request.path
