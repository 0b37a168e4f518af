"""The term report: its figures on a page, and as a file."""

import io

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student, Term
from homeschool.reports.figures import term_figures, write_csv

# An adviser and a counselor see the figures of their own children, the others of the school.
READERS = sight.STAFF_ROLES


class TermForm(forms.Form):
    """Which term: of a school where the reader works."""

    term = forms.ModelChoiceField(Term.objects.none(), label=_("Term"), empty_label=None)

    def __init__(self, *args, terms, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["term"].queryset = terms


def _terms(user):
    if not user.roles() & READERS:
        raise PermissionDenied
    return Term.objects.visible_to(user, READERS).select_related("school").order_by("-start")


def _report(user, data):
    """Return (form, term, figures): of the term that `data` names, else of the newest begun."""
    terms = _terms(user)
    form = TermForm(data or None, terms=terms)
    if not form.is_bound:
        term = terms.first()
        form.initial["term"] = term
    else:
        term = form.cleaned_data["term"] if form.is_valid() else None
    if term is None:
        return form, None, []
    students = Student.objects.visible_to(user, roles=READERS).filter(school=term.school)
    return form, term, term_figures(term, students)


def term_report(request):
    """Show the figures of a term over the children whom the reader may see."""
    form, term, figures = _report(request.user, request.GET)
    context = {
        "form": form,
        "term": term,
        "totals": [figure for figure in figures if not figure.breakdown],
        "modes": [figure for figure in figures if figure.breakdown],
        "whole_school": bool(request.user.roles() & {sight.LEADER, sight.SCHOOL_ADMIN}),
    }
    return render(
        request,
        "reports/term_report.html",
        context,
        status=200 if term or not form.is_bound else 422,
    )


@require_POST
def term_report_csv(request):
    """Send the figures as a CSV file, and write down that they were exported."""
    form, term, figures = _report(request.user, request.POST)
    if not form.is_bound or term is None:
        return render(request, "reports/term_report.html", {"form": form}, status=422)
    Entry.record(
        "term_report.exported", term, by=request.user, school=term.school, kind=Entry.Kind.EXPORTED
    )
    file = io.StringIO()
    write_csv(figures, file)
    answer = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"term-report-{term.school.code}-{term.code}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
