"""A term report on paper: a PDF drawn from the frozen figures of a report, in the language of who asked."""

import zoneinfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from homeschool import pdf
from homeschool.journal.models import Entry, Job
from homeschool.reports.models import ReportRun
from homeschool.reports.term.files import file_name
from homeschool.reports.term.paper import paper_of


@require_safe
def report_paper(request, pk):
    """Send a report that was made as a PDF, and write down who took it along.

    It is drawn when it is asked for: the figures are frozen, so that it says what the other files say.
    """
    runs = ReportRun.objects.visible_to(request.user).filter(expires_at__gt=timezone.now())
    run = get_object_or_404(runs.select_related("school", "term", "job"), pk=pk)
    if run.job.state != Job.State.DONE:
        raise Http404
    if missing := pdf.missing():
        messages.error(request, missing)
        return redirect(run)
    snapshot, zone = run.figures, zoneinfo.ZoneInfo(run.school.time_zone)
    with translation.override(run.language), timezone.override(zone):
        paper = paper_of(snapshot, timezone.localtime(run.frozen_at, zone))
        text = render_to_string("reports/term_paper.html", paper)
    content = pdf.made_of(text, css="css/term-paper.css")
    Entry.record(
        "term_report.exported", run, by=request.user, school=run.school,
        kind=Entry.Kind.EXPORTED, file="pdf",
    )  # fmt: skip
    answer = HttpResponse(content, content_type="application/pdf")
    name = file_name(snapshot, "pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
