"""Needs that were noted at visits: the list, one need, and how it ended."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Entry, Submission
from homeschool.people import sight
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from visits import reading
from visits.forms.need_list import NeedExportForm, NeedFilter, OutcomeForm
from visits.models import Need
from visits.models.record import READERS, WRITERS
from visits.reading import needs

from .files import as_file, note_export

A_PAGE, MOST_ROWS, NOT_WHOLE = 50, 20_000, 422


def _filter(request):
    """Return the filter of the URL; 403 for whoever reads no records."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    return NeedFilter(request.GET, request.user)


@require_safe
def need_list(request):
    """List the needs in sight, the open ones first, the longest open on top."""
    form = _filter(request)
    zone = reading.zone_of(request.user)
    page = Paginator(form.needs(), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = needs.drawn(page.object_list, zone)
    context = {"form": form, "page": page, "query": request.GET.urlencode()}
    with timezone.override(zone):
        return render(request, "visits/need_list.html", context)


# --- one need ----------------------------------------------------------------------------------------
def _need(request, pk):
    rows = Need.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("student__school_class", "school", "visit"), pk=pk)


def _page(request, need, form, status=200):
    zone = reading.zone_of(request.user, need.school)
    context = {"need": need, "form": form, "row": needs.row(need, zone, timezone.now())}
    context["may_answer"] = bool(sight.roles_for(request.user, need.student) & WRITERS)
    with timezone.override(zone):
        return render(request, "visits/need_detail.html", context, status=status)


@require_safe
def need_detail(request, pk):
    """Show a need with the way back to its visit, and ask how it ended; the reading is written down."""
    need = _need(request, pk)
    Entry.record(
        "need.viewed", need, by=request.user, kind=Entry.Kind.VIEWED, student=need.student,
        school=need.school,
    )  # fmt: skip
    return _page(request, need, OutcomeForm())


@require_POST
def need_resolve(request, pk):
    """Write how a need ended; answered meanwhile, the first answer stands."""
    need = _need(request, pk)
    sight.require(request.user, need.student, WRITERS)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _page(request, need, form, NOT_WHOLE)
    answer = {"outcome": form.cleaned_data["outcome"], "words": form.cleaned_data["words"]}
    done = Submission.once(
        request.user,
        form.cleaned_data["submission"],
        lambda: "written" if need.resolve(by=request.user, **answer) else "stood",
    )
    if done == "written":
        messages.success(request, _("Noted. The need is answered."))
    else:
        messages.warning(
            request, _("A colleague answered it before you. Please look how it stands.")
        )
    return redirect(need)


@require_POST
def need_reopen(request, pk):
    """Take the outcome back: the need waits again."""
    need = _need(request, pk)
    sight.require(request.user, need.student, WRITERS)
    if need.reopen(by=request.user):
        messages.success(request, _("The need is open again."))
    return redirect(need)


# --- a file of them ----------------------------------------------------------------------------------
@asks_again
def need_export(request):
    """Take the needs of the list along; asked what for, and written down."""
    chosen = _filter(request)
    form = NeedExportForm(posted(request))
    if request.method == "POST" and form.is_valid() and chosen.is_valid():
        head, lines = needs.table(chosen.needs()[:MOST_ROWS], reading.zone_of(request.user))
        schools = chosen.needs().order_by().values("school").distinct()
        note_export(request.user, "needs.exported", schools, form.cleaned_data, lines)
        return as_file(head, lines, form.cleaned_data["ending"], "needs", _("Needs noted"))
    context = {"form": form, "chosen": chosen, "query": request.GET.urlencode()}
    context |= {"rows": chosen.needs().count(), "forms": [form, chosen]}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/need_export.html", context, status=status)
