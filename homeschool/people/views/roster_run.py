"""One file that was sent: how far it is, what it would change, and the word that it may."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Job, Submission
from homeschool.people.forms.roster import ColumnsForm, RosterConfirmForm
from homeschool.people.forms.school import OnceForm
from homeschool.people.importing import COLUMN_NAMES
from homeschool.people.importing.told import changes_of
from homeschool.people.models import RosterImport

from .home import posted
from .setting_up import administered

A_PAGE = 100
NOT_WHOLE = 422
State = RosterImport.State
MOVED_ON = gettext_lazy("This import has moved on meanwhile. This is how it stands now.")
NO_LONGER = gettext_lazy("The refused rows of this import are no longer kept.")
# What a chunk does, by the names that it tells: a share of the bar for each.
PARTS = {
    "read": (gettext_lazy("Reading the file …"), 0, 20),
    "compare": (gettext_lazy("Comparing it with the school …"), 20, 60),
    "write": (gettext_lazy("Writing …"), 60, 100),
}
HEADINGS = {
    State.CHECKING: gettext_lazy("Your file is being read"),
    State.WRITING: gettext_lazy("It is being brought in"),
    State.UNDOING: gettext_lazy("It is being taken back"),
}


def _row(request, pk):
    """Return an import of a school that the reader administers, without what is large."""
    return administered(request.user, RosterImport.objects.listed(), pk)


@require_safe
def roster_detail(request, pk):
    """Show an import as it stands: at work, waiting for an answer, or over."""
    row = _row(request, pk)
    if row.at_work:
        return render(request, "people/roster_at_work.html", _at_work(row))
    if row.stands == State.COLUMNS:
        return redirect("people:roster-columns", row.pk)
    if row.stands == State.CHECKED:
        return _show_plan(
            request, row, RosterConfirmForm(plan=row.plan, initial={"digest": row.digest})
        )
    context = {"row": row, "school": row.school, "plan": row.plan, "counts": row.counts}
    done = row.stands in (State.DONE, State.UNDONE)
    return render(request, f"people/roster_{'done' if done else 'over'}.html", context)


def _at_work(row):
    words, begin, end = PARTS.get(row.progress.get("part"), PARTS["compare"])
    waits = row.job.state == Job.State.PENDING or not row.progress
    share = row.progress.get("done", 0) / max(row.progress.get("of", 1), 1)
    return {
        "row": row, "school": row.school, "heading": HEADINGS[row.stands],
        "value": 0 if waits else int(begin + (end - begin) * share),
        "status": _("Waiting for its turn …") if waits else words,
        "stops": row.stop_asked_at is not None,
        "may_stop": row.stands != State.UNDOING and row.stop_asked_at is None,
    }  # fmt: skip


@require_safe
def roster_progress(request, pk):
    """Return the part of the page that says how far it is; once it is over, the page anew."""
    row = _row(request, pk)
    if not row.at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "people/_roster_progress.html", _at_work(row))


def _show_plan(request, row, form, status=200):
    plan = row.plan
    changes = changes_of(plan["differences"])
    page = Paginator(changes, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row, "school": row.school, "plan": plan, "page": page, "form": form,
        "kept": changes_of(plan["kept"]), "is_sheet": plan["kind"] == "sheet",
        "shown": len(changes), "brakes": [_brake(brake) for brake in plan["brakes"]],
    }  # fmt: skip
    return render(request, "people/roster_plan.html", context, status=status)


BRAKES = {
    "students": gettext_lazy("This file would take %(retired)s of %(of)s children off the roll."),
    "guardians": gettext_lazy("This file would take %(retired)s of %(of)s guardians off the roll."),
    "staff": gettext_lazy(
        "This file would end the role of %(retired)s of %(of)s members of staff."
    ),
}
OTHER_BRAKE = gettext_lazy("This file would end %(retired)s of %(of)s rows.")


def _brake(brake):
    """Return in words how many would leave, of how many."""
    return BRAKES.get(brake["kind"], OTHER_BRAKE) % brake


@require_POST
def roster_confirm(request, pk):
    """Let an import come in as it was shown; where it moved on meanwhile, show how it stands."""
    row = _row(request, pk)
    if row.stands != State.CHECKED:
        return as_it_stands(request, row)
    form = RosterConfirmForm(request.POST, plan=row.plan)
    if not form.is_valid():
        return _show_plan(request, row, form, NOT_WHOLE)
    if form.cleaned_data["digest"] != row.digest:
        return as_it_stands(request, row)

    def work():
        row.confirm(
            by=request.user, skip_refused=form.cleaned_data.get("skip_refused", False),
            allow_retire=form.allow_retire,
        )  # fmt: skip
        return row.get_absolute_url()

    return redirect(Submission.once(request.user, form.cleaned_data["submission"], work))


def as_it_stands(request, row):
    """Go to the page of an import; say so where the form was not the one that brought it there."""
    once = OnceForm(request.POST)
    once.is_valid()
    if not Submission.first_answer(request.user, once.cleaned_data["submission"]):
        messages.info(request, MOVED_ON)
    return redirect(row)


@require_POST
def roster_stop(request, pk):
    """Stop an import, or leave it."""
    row = _row(request, pk)
    if not row.stop(by=request.user):
        messages.info(request, MOVED_ON)
    return redirect(row)


def roster_columns(request, pk):
    """Ask which heading of a sheet is which column, and remember it for the school."""
    row = _row(request, pk)
    if row.stands != State.COLUMNS:
        return as_it_stands(request, row) if request.method == "POST" else redirect(row)
    form = ColumnsForm(posted(request), question=row.plan)
    if request.method == "POST" and form.is_valid():

        def work():
            row.name_columns(form.meanings, form.without, by=request.user)
            return row.get_absolute_url()

        return redirect(Submission.once(request.user, form.cleaned_data["submission"], work))
    known = [
        {"heading": heading, "name": COLUMN_NAMES.get(column, ""), "cells": form.examples(place)}
        for place, (heading, column) in enumerate(
            zip(form.header, form.question["columns"], strict=True)
        )
        if heading
    ]
    context = {"row": row, "school": row.school, "form": form, "known": known}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "people/roster_columns.html", context, status=status)


@require_safe
def roster_refused(request, pk):
    """Send the refused rows as a file, with what is wrong beside each."""
    row = _row(request, pk)
    if row.refused is None:
        messages.info(request, NO_LONGER)
        return redirect(row)
    return refused_file(bytes(row.refused))


def refused_file(content):
    """Return the answer that is kept as a file of refused rows: a CSV, or a ZIP of several."""
    ending, kind = ("zip", "application/zip") if content.startswith(b"PK") else ("csv", "text/csv")
    answer = HttpResponse(
        content, content_type=f"{kind}; charset=utf-8" if ending == "csv" else kind
    )
    answer["Content-Disposition"] = f'attachment; filename="refused.{ending}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def roster_take_back(request, pk):
    """Ask whether an import is to be taken back, and let it."""
    return asked_back(request, _row(request, pk), "people/roster_take_back.html")


def asked_back(request, row, template):
    """Ask on the page `template` whether what a file brought is to be taken back, and let it."""
    if row.stands != row.State.DONE or not row.may_be_undone:
        return as_it_stands(request, row) if request.method == "POST" else redirect(row)
    form = OnceForm(posted(request))
    if request.method == "POST":
        form.is_valid()

        def work():
            row.take_back(by=request.user)
            return row.get_absolute_url()

        return redirect(Submission.once(request.user, form.cleaned_data["submission"], work))
    context = {"row": row, "school": row.school, "counts": row.counts, "form": form}
    return render(request, template, context)
