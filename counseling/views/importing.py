"""Sheets of observations and points: choose a file, look at what it brings, confirm, take back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.importing import SheetForm
from counseling.models import ObservationImport
from counseling.models.observation_import import NOTES
from counseling.reading.importing import COLUMN_NAMES, HEADINGS, OBSERVATIONS, POINTS, REQUIRED
from homeschool.journal.models import Job, Submission
from homeschool.people.forms.roster import RosterConfirmForm
from homeschool.people.models import School
from homeschool.people.sight import STAFF_ROLES
from homeschool.people.views.home import posted
from homeschool.people.views.roster_run import (
    HEADINGS as AT_WORK,
    MOVED_ON,
    NO_LONGER,
    as_it_stands,
    asked_back,
    refused_file,
)
from homeschool.people.views.setting_up import download

A_PAGE, ROWS_OF_A_PAGE = 20, 100
NOT_WHOLE = 422
State = ObservationImport.State
EXAMPLES = {
    OBSERVATIONS: (
        (
            "2026001",
            "mark",
            "语文",
            "85",
            "100",
            "2026-10-12",
            "读得很清楚。",
            "daniel.okafor@example.org",
        ),
        ("2026002", "attendance", "", "absent", "", "2026-10-12", "", ""),
        ("2026002", "behaviour", "", "", "", "2026-10-14", "Ayudó a un compañero nuevo.", ""),
        ("2026003", "attendance", "", "18/20", "", "2026-10-31", "", ""),
    ),
    POINTS: (("2026001", "words in a minute", "2026-10-12", "64", ""),),
}
TONES = {State.DONE: "good", State.FAILED: "bad", State.CHECKED: "rust"}


@require_safe
def import_start(request):
    """Send staff to the sheets of their school, or let them choose one."""
    schools = list(School.objects.visible_to(request.user, roles=STAFF_ROLES))
    if not schools:
        raise PermissionDenied
    if len(schools) == 1:
        return redirect("counseling:import-list", schools[0].pk)
    rows = [(row, reverse("counseling:import-list", args=[row.pk])) for row in schools]
    return render(request, "people/school_choose.html", {"rows": rows})


def import_list(request, pk):
    """Take a sheet, let it be read, and go on to its page; below, the sheets that one sent before."""
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    form = SheetForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return redirect(_ask(request, school, form.cleaned_data))
    earlier = ObservationImport.objects.visible_to(request.user).filter(school=school).listed()
    page = Paginator(earlier, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "school": school, "form": form, "page": page,
        "imports": [_drawn(row) for row in page.object_list],
        "sheets": [_columns(about) for about in (OBSERVATIONS, POINTS)],
    }  # fmt: skip
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/import_list.html", context, status=status)


def _ask(request, school, data):
    name, content = data["file"]

    def work():
        row = ObservationImport.objects.ask(
            school, by=request.user, file_name=name, content=content,
            language=translation.get_language(),
        )  # fmt: skip
        return row.get_absolute_url()

    return Submission.once(request.user, data["submission"], work)


def _columns(about):
    columns = [
        {"code": code, "name": COLUMN_NAMES[code], "required": code in REQUIRED[about]}
        for code in HEADINGS[about]
    ]
    return {"about": about, "columns": columns}


def _drawn(row):
    return {
        "row": row, "state": row.stands.label, "tone": TONES.get(row.stands, "teal" if row.at_work else ""),
        "counted": row.counts.get(row.about) if row.stands in (State.DONE, State.UNDONE) else None,
        "note": row.said if row.note in NOTES else "",
    }  # fmt: skip


@require_safe
def import_template(request, pk, about):
    """Return an example sheet, in the encoding that spreadsheet programs open rightly."""
    get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    return download(f"{about}.csv", [tuple(HEADINGS[about]), *EXAMPLES[about]])


def _row(request, pk):
    """Return a sheet that the reader may see, without what is large."""
    return get_object_or_404(ObservationImport.objects.visible_to(request.user).listed(), pk=pk)


@require_safe
def import_detail(request, pk):
    """Show a sheet as it stands: at work, waiting for a word, or over."""
    row = _row(request, pk)
    if row.at_work:
        return render(request, "counseling/import_at_work.html", _at_work(row))
    if row.stands == State.CHECKED:
        form = RosterConfirmForm(plan=row.plan, initial={"digest": row.digest})
        return _show_plan(request, row, form)
    context = {"row": row, "school": row.school, "plan": row.plan, "counts": row.counts}
    return render(request, "counseling/import_over.html", context)


def _at_work(row):
    waits = row.job.state == Job.State.PENDING
    words = _("Waiting for its turn …") if waits else _("Reading and comparing …")
    return {"row": row, "school": row.school, "heading": _HEADINGS[row.stands], "status": words}


_HEADINGS = AT_WORK | {State.CHECKING: gettext_lazy("Your sheet is being read")}


@require_safe
def import_progress(request, pk):
    """Return the part of the page that says that it is at work; once it is over, the page anew."""
    row = _row(request, pk)
    if not row.at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "counseling/import_progress.html", _at_work(row))


def _show_plan(request, row, form, status=200):
    plan = row.plan
    page = Paginator(plan["differences"], ROWS_OF_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row, "school": row.school, "plan": plan, "page": page, "form": form,
        "counts": row.counts, "is_sheet": True,
        "refused_url": reverse("counseling:import-refused", args=[row.pk]),
    }  # fmt: skip
    return render(request, "counseling/import_plan.html", context, status=status)


@require_POST
def import_confirm(request, pk):
    """Let a sheet come in as it was shown; where it moved on meanwhile, show how it stands."""
    row = _row(request, pk)
    if row.stands != State.CHECKED:
        return as_it_stands(request, row)
    form = RosterConfirmForm(request.POST, plan=row.plan)
    if not form.is_valid():
        return _show_plan(request, row, form, NOT_WHOLE)
    if form.cleaned_data["digest"] != row.digest:
        return as_it_stands(request, row)

    def work():
        row.confirm(by=request.user, skip_refused=form.cleaned_data.get("skip_refused", False))
        return row.get_absolute_url()

    return redirect(Submission.once(request.user, form.cleaned_data["submission"], work))


@require_POST
def import_leave(request, pk):
    """Throw a sheet away that waits for a word."""
    row = _row(request, pk)
    if not row.leave(by=request.user):
        messages.info(request, MOVED_ON)
    return redirect(row)


@require_safe
def import_refused(request, pk):
    """Send the refused rows as a file, with what is wrong beside each."""
    row = _row(request, pk)
    if row.refused is None:
        messages.info(request, NO_LONGER)
        return redirect(row)
    return refused_file(bytes(row.refused))


def import_take_back(request, pk):
    """Ask whether a sheet is to be taken back, and let it."""
    return asked_back(request, _row(request, pk), "counseling/import_take_back.html")
