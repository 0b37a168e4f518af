"""The term report: choosing what it shows, its preview, and the rows behind a figure."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from counseling.models import Plan, Programme
from homeschool.journal.models import Entry
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Student
from homeschool.reports.models import WHOLE_SCHOOL, counted_for, scope_of
from homeschool.reports.term import SHEETS, STAFF, build
from homeschool.reports.term.counting import campaigns_of
from homeschool.reports.term.files import LAST_TERM
from homeschool.reports.term.measures import (
    ASPECT,
    CAMPAIGNS,
    CLASS,
    DIVISION,
    FORMAT,
    LEVEL,
    MEASURES,
    MODE,
    NEED,
    OUTCOME,
    PROVIDER,
    REGION,
    SIDE,
    SIDES,
    STATE,
    Figure,
)
from homeschool.reports.term.rows import RECORDS, rows_of
from messaging.models import Announcement
from visits.models import Need
from visits.models.record import READERS

from .counted import drawn_rows
from .runs import asked_form, runs_of

PREVIEW = 20
A_PAGE = 50
ROWS_ADDRESS = "reports:term-rows"
# Parts that no form offers: their names by key.
CHOICES = {
    SIDE: SIDES,
    LEVEL: dict(Announcement.Level.choices),
    NEED: dict(Need.Kind.choices),
    STATE: dict(Plan.State.choices),
    OUTCOME: dict(Plan.Outcome.choices),
    FORMAT: dict(Programme.Format.choices),
    PROVIDER: dict(Programme.Provider.choices),
}
# The field of the form that offers the parts of a breakdown.
FIELDS = {DIVISION: "division", CLASS: "school_class", MODE: "mode", ASPECT: "aspect"}


@require_safe
def term_report(request):
    """Show the figures of a term over the children whom the reader may see, and what was made of it."""
    form = asked_form(request, request.GET)
    if form.chosen is None and "term" not in request.GET:
        return render(request, "reports/term_report.html", {"form": form, "no_term": True})
    context = {"form": form, "once": OnceForm()}
    if form.chosen:
        context |= {"term": form.chosen, "runs": runs_of(request.user, form.chosen.school)}
    if form.is_valid():
        context |= _shown(request, form)
    return render(
        request, "reports/term_report.html", context, status=200 if form.is_valid() else 422
    )


def _shown(request, form):
    """Return what the page shows of a valid form: the figures, and the rows of the chosen sheet."""
    audience = form.cleaned_data["audience"]
    students = counted_for(request.user, form.chosen, audience)
    sheet = SHEETS[form.cleaned_data["sheet"]]
    measures = sheet.needed | SHEETS["reach"].needed  # these say whether there is anybody at all
    snapshot = build(form.chosen, students, audience, form.filters, measures=measures)
    rows = list(sheet.rows(snapshot))
    opens = Links(request.user, form) if audience == STAFF else None
    shown = rows if "all" in request.GET else rows[:PREVIEW]
    return {
        "snapshot": snapshot,
        "sheet": sheet,
        "columns": sheet.columns(short=True),
        "width": len(sheet.columns()) + 1,
        "rows": [_drawn(row, opens) for row in shown],
        "number_of_rows": len(rows),
        "totals": [_cell(cell, opens, snapshot) for cell in _whole(rows)],
        "last_term": LAST_TERM,
        "measures": sheet.counted,
        "all_rows": f"{urlencode(form.wishes | {'sheet': sheet.code})}&all=1",
        "own_children": audience == STAFF
        and scope_of(request.user, form.chosen.school) != WHOLE_SCHOOL,
    }


def _drawn(row, opens):
    return {"row": row, "cells": [_cell(cell, opens) for cell in row.cells], "share": row.share}


def _whole(rows):
    """Return the figures of the whole school, none where a sheet has only parts (campaigns)."""
    return [cell for cell in rows[0].cells if cell] if rows and not rows[0].kind else []


def has_rows(figure):
    """Whether something stands behind a figure: a median of nought days has rows too."""
    return bool(figure.value) if MEASURES[figure.measure].is_count else figure.value is not None


def _cell(figure, opens, snapshot=None):
    """Return a figure as it is drawn: with the address of its rows, and of a total the change."""
    url = opens[figure] if figure and opens and has_rows(figure) else ""
    before = snapshot.before(figure) if snapshot else None
    return {
        "figure": figure,
        "url": url,
        "before": before,
        "change": snapshot and snapshot.change(figure),
    }


class Links:
    """The addresses of the rows behind figures, for who may open them."""

    def __init__(self, user, form):
        self.closed = set() if user.roles() & READERS else RECORDS
        self.base = f"{reverse(ROWS_ADDRESS)}?{urlencode(form.wishes)}"

    def __getitem__(self, figure):
        if figure.measure in self.closed or not MEASURES[figure.measure].opens:
            return ""
        asked = urlencode({"measure": figure.measure, "breakdown": figure.breakdown})
        return f"{self.base}&{asked}"


@require_safe
def term_rows(request):
    """Show the rows that a figure of the staff report counts; opening them is written down."""
    form = asked_form(request, request.GET)
    figure = _asked_figure(request.GET)
    if not form.is_valid() or figure is None or form.cleaned_data["audience"] != STAFF:
        raise Http404
    if figure.measure in RECORDS and not request.user.roles() & READERS:
        raise PermissionDenied
    term, filters = form.chosen, form.filters
    part = _part(form, figure)
    code, rows = rows_of(term, _students(request.user, term, figure), filters, figure)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = drawn_rows(request.user, code, page.object_list)
    Entry.record(
        "term_report.rows_opened", term, by=request.user, kind=Entry.Kind.VIEWED, school=term.school,
        measure=figure.measure,
    )  # fmt: skip
    return render(
        request,
        "reports/term_rows.html",
        {
            "term": term,
            "figure": figure,
            "measure": MEASURES[figure.measure],
            "part": part,
            "page": page,
            "back": f"{reverse('reports:term-report')}?{urlencode(form.wishes)}",
        },
    )


def _students(user, term, figure):
    """Return over whom the rows are listed: records of those children whose records `user` reads."""
    students = counted_for(user, term, STAFF)
    if figure.measure not in RECORDS:
        return students
    return students & Student.objects.visible_to(user, roles=READERS)


def _part(form, figure):
    """Return the name of the part that a figure is of, "" for the whole; 404 for an unknown one."""
    if figure.kind in ("", REGION):
        return figure.key
    if figure.kind in FIELDS:
        parts = dict(form.fields[FIELDS[figure.kind]].choices)
    elif figure.kind in CAMPAIGNS:
        parts = {campaign.name: campaign.name for campaign in campaigns_of(form.chosen)}
    else:
        parts = CHOICES[figure.kind]
    if not figure.key or figure.key not in parts:
        raise Http404
    return parts[figure.key]


def _asked_figure(data):
    """Return the Figure that the address names, without its value, or None where there is none such."""
    measure = MEASURES.get(data.get("measure", ""))
    kind, _equals, key = data.get("breakdown", "").partition("=")
    if (
        measure is None
        or not measure.opens
        or kind not in measure.kinds
        or len(key) > 400
        or "\0" in key
    ):
        return None
    return Figure(measure.code, f"{kind}={key}" if kind else "", None, None)
