"""The PDF of a term report: drawn from the frozen figures, for whom the report is for."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool import pdf
from homeschool.journal.models import Entry
from homeschool.reports.models import ReportRun
from homeschool.reports.term.paper import paper_of

from .terms import visit
from .test_report_runs import ask, work


def paper(run, who):
    return who.get(reverse("reports:report-paper", args=[run.pk]))


@pytest.fixture
def drawn(monkeypatch):
    """Return what was handed to be drawn, instead of drawing it."""
    texts = []
    monkeypatch.setattr(pdf, "missing", str)
    monkeypatch.setattr(pdf, "made_of", lambda text, css: texts.append(text) or b"%PDF-")
    return texts


def test_it_says_what_the_snapshot_says(term_of_visits, as_, drawn):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    visit(term_of_visits, term_of_visits.child)  # too late: the figures are frozen
    answer = paper(run, as_(term_of_visits.principal))
    assert answer["Content-Type"] == "application/pdf"
    assert "term-report-demo-a-2026a-staff.pdf" in answer["Content-Disposition"]
    assert run.hash in drawn[0]
    rows = re.findall(r"<tr class=\"whole\">(.*?)</tr>", drawn[0], re.DOTALL)
    cells = [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in rows]
    assert [cell.strip() for cell in cells[0]] == ["3", "3", "2", "1", "100 %"]
    assert [cell.strip() for cell in cells[1]] == ["4", "1", "1", "1", "2", "1"]


def test_taking_it_along_is_written_down(term_of_visits, as_, drawn):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    paper(run, as_(term_of_visits.principal))
    entry = Entry.objects.get(verb="term_report.exported")
    assert (entry.kind, entry.actor, entry.data) == (
        "exported", term_of_visits.principal, {"file": "pdf"},
    )  # fmt: skip


def test_it_is_for_whom_the_report_is_for(term_of_visits, as_, drawn):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    assert paper(run, as_(term_of_visits.counselor)).status_code == 404
    assert paper(run, as_(term_of_visits.district)).status_code == 404
    everybody = work(ask(term_of_visits.school_admin, term_of_visits, audience="public"))
    assert paper(everybody, as_(term_of_visits.district)).status_code == 200
    assert "hidden" in drawn[0]
    assert "What is missing" not in drawn[0]


def test_it_is_there_once_the_files_are_and_gone_with_them(term_of_visits, as_, drawn):
    admin = as_(term_of_visits.school_admin)
    run = ask(term_of_visits.school_admin, term_of_visits)
    assert paper(run, admin).status_code == 404
    work(run)
    assert paper(run, admin).status_code == 200
    ReportRun.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert paper(run, admin).status_code == 404


def test_it_speaks_the_language_of_the_files(term_of_visits, as_, drawn):
    run = work(ask(term_of_visits.school_admin, term_of_visits, language="zh-hans"))
    paper(run, as_(term_of_visits.school_admin))
    assert 'lang="zh-Hans"' in drawn[0]


def test_it_says_what_the_machine_lacks(term_of_visits, as_, monkeypatch):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    monkeypatch.setattr(pdf, "missing", lambda: "It lacks Pango.")
    assert paper(run, as_(term_of_visits.school_admin)).status_code == 302


def test_long_lists_are_for_the_workbook(term_of_visits, monkeypatch):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    monkeypatch.setattr("homeschool.reports.term.paper.MOST_ROWS", 1)
    parts = paper_of(run.figures, timezone.now())["sheets"][0]["parts"]
    of_class = next(part for part in parts if part["kind"] == "class")
    assert of_class["rows"] == []
    assert of_class["left_out"].startswith("2 rows")


@pytest.mark.skipif(bool(pdf.packages_missing()), reason="this machine makes no PDF")
def test_it_is_a_pdf(term_of_visits, as_):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    content = paper(run, as_(term_of_visits.school_admin)).content
    assert content.startswith(b"%PDF-")
