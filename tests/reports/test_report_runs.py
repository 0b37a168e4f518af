"""A report is made once, in the background, whole or not at all, and given to whom it is for."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from homeschool.journal import actions as journal
from homeschool.journal.models import Entry, Job
from homeschool.journal.relay import LANES
from homeschool.people.models import Student
from homeschool.reports import actions
from homeschool.reports.models import ReportFile, ReportRun
from homeschool.reports.term import SHEETS, Filters, build, xlsx_of
from tests import builders

from .terms import figures, read, visit

MAKE, PAGE = "/reports/term/make/", "/reports/term/"


def ask(by, cast, audience="staff", language="en", **filters):
    return ReportRun.objects.ask(
        by=by, term=cast.term, audience=audience, filters=Filters(**filters), language=language
    )


def work(run):
    """Hand the job out as the relay does, and work on it."""
    Job.objects.filter(pk=run.job_id).update(next_at=timezone.now())
    for pk in LANES[2].take():
        journal.work(pk)
    run.refresh_from_db()
    run.job.refresh_from_db()
    return run


def file_of(run, ending):
    return run.files.get(ending=ending)


# --- making it -------------------------------------------------------------------------------------


def test_it_is_made_of_one_snapshot(term_of_visits):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    assert (run.job.state, run.job.progress) == ("done", {"done": 3, "of": 3})
    assert run.hash == run.figures.hash
    assert read(bytes(file_of(run, "csv").content).decode()) == figures(term_of_visits)
    visit(term_of_visits, term_of_visits.child)
    students = Student.objects.filter(school=term_of_visits.school)
    assert build(term_of_visits.term, students).hash != run.hash


def test_a_worker_that_dies_between_the_steps_changes_nothing_of_it(term_of_visits, monkeypatch):
    run = ask(term_of_visits.school_admin, term_of_visits)
    monkeypatch.setattr(journal, "LONGEST_WORK", 0)
    first = work(run).hash
    assert first
    assert not run.files.exists()
    visit(term_of_visits, term_of_visits.child)  # the figures are frozen: this one is too late
    Job.objects.filter(pk=run.job_id).update(
        state="leased", lease_by="a dead worker", lease_until=timezone.now() - timedelta(seconds=1)
    )
    journal.sweep()
    monkeypatch.undo()
    assert (work(run).job.state, run.hash) == ("done", first)
    assert read(bytes(file_of(run, "csv").content).decode())["visits_held", ""] == 4


def test_two_people_who_start_the_same_get_one_job(term_of_visits):
    first = ask(term_of_visits.school_admin, term_of_visits)
    assert ask(term_of_visits.principal, term_of_visits) == first
    assert Job.objects.count() == 1
    work(first)
    assert ask(term_of_visits.principal, term_of_visits) != first  # asked anew, counted anew


@pytest.mark.parametrize(
    "other",
    [{"audience": "public"}, {"language": "es"}, {"mode": "home"}],
)
def test_another_report_is_another_job(term_of_visits, other):
    first = ask(term_of_visits.school_admin, term_of_visits)
    assert ask(term_of_visits.school_admin, term_of_visits, **other) != first


def test_who_sees_other_children_gets_a_report_of_their_own(term_of_visits):
    first = work(ask(term_of_visits.school_admin, term_of_visits))
    own = work(ask(term_of_visits.adviser, term_of_visits))
    assert own != first
    assert own.figures.total("students_on_roll").value == 2


def test_a_full_disk_offers_no_half_file(term_of_visits, as_, monkeypatch):
    def full(*_args, **_more):
        raise DatabaseError("could not extend file: No space left on device")

    run = ask(term_of_visits.school_admin, term_of_visits)
    monkeypatch.setattr(ReportRun, "write", full)
    states = [work(run).job.state for _ in range(4)]
    assert states[-1] == "failed"
    assert not ReportFile.objects.exists()
    page = as_(term_of_visits.school_admin).get(PAGE)
    assert "Could not be made" in page.content.decode()


def test_who_lost_the_right_gets_no_figures(term_of_visits):
    run = ask(term_of_visits.adviser, term_of_visits)
    term_of_visits.adviser.membership.end(by=term_of_visits.school_admin)
    assert work(run).job.state == "failed"
    assert "withdrawn" in run.job.error
    assert run.snapshot is None


def test_it_is_thrown_away_after_a_week(term_of_visits):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    actions.tidy()
    assert ReportRun.objects.filter(pk=run.pk).exists()
    ReportRun.objects.update(expires_at=timezone.now())
    actions.tidy()
    assert not ReportRun.objects.exists()
    assert not ReportFile.objects.exists()


# --- the page --------------------------------------------------------------------------------------


def make(client, **wishes):
    sent = {"submission": builders.new_key()} | wishes
    return client.post(MAKE, sent), sent


def test_the_page_starts_it_once_for_each_sending(term_of_visits, as_):
    admin = as_(term_of_visits.school_admin)
    answer, sent = make(admin, term=term_of_visits.term.pk, mode="home", sheet="visits")
    assert answer.url.startswith(PAGE)
    assert "mode=home" in answer.url
    work(ReportRun.objects.get())
    assert admin.post(MAKE, sent).url == answer.url
    assert ReportRun.objects.count() == 1


def test_the_page_says_what_is_wrong_with_a_wish(term_of_visits, as_):
    answer, _sent = make(as_(term_of_visits.school_admin), term=term_of_visits.term.pk, mode="x")
    assert answer.status_code == 422
    assert not ReportRun.objects.exists()


def test_it_shows_how_far_it_is_and_then_the_files(term_of_visits, as_):
    admin = as_(term_of_visits.school_admin)
    run = ask(term_of_visits.school_admin, term_of_visits)
    page = admin.get(PAGE).content.decode()
    assert "every 2s" in page
    assert "<progress" in page
    work(run)
    part = admin.get(reverse("reports:report-runs", args=[term_of_visits.school.pk]))
    text = part.content.decode()
    assert "every 2s" not in text
    for ending in ("csv", "xlsx"):
        assert reverse("reports:report-file", args=[file_of(run, ending).pk]) in text


def test_only_who_asked_stops_it(term_of_visits, as_):
    run = ask(term_of_visits.school_admin, term_of_visits)
    stop = reverse("reports:report-stop", args=[run.pk])
    assert as_(term_of_visits.principal).post(stop).status_code == 403
    assert as_(term_of_visits.school_admin).post(stop).status_code == 302
    assert work(run).job.state == "cancelled"
    assert run.snapshot is None
    assert Entry.objects.filter(verb="term_report.stopped").count() == 1
    as_(term_of_visits.school_admin).post(stop)
    assert work(run).job.state == "cancelled"


def test_stopping_what_is_done_takes_nothing_away(term_of_visits, as_):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    as_(term_of_visits.school_admin).post(reverse("reports:report-stop", args=[run.pk]))
    run.job.refresh_from_db()
    assert run.job.state == "done"


def test_a_file_that_is_taken_along_is_written_down(term_of_visits, as_):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    answer = as_(term_of_visits.principal).get(
        reverse("reports:report-file", args=[file_of(run, "csv").pk])
    )
    assert read(answer.content.decode()) == figures(term_of_visits)
    assert "term-report-demo-a-2026a-staff.csv" in answer["Content-Disposition"]
    entry = Entry.objects.get(verb="term_report.exported")
    assert (entry.kind, entry.actor) == ("exported", term_of_visits.principal)


def test_a_file_is_not_there_before_all_are_made_nor_after_its_time(
    term_of_visits, as_, monkeypatch
):
    admin = as_(term_of_visits.school_admin)
    run = ask(term_of_visits.school_admin, term_of_visits)
    monkeypatch.setattr(journal, "LONGEST_WORK", 0)
    work(work(run))
    url = reverse("reports:report-file", args=[file_of(run, "csv").pk])
    assert admin.get(url).status_code == 404
    work(run)
    assert admin.get(url).status_code == 200
    ReportRun.objects.update(expires_at=timezone.now())
    assert admin.get(url).status_code == 404


def test_the_page_costs_the_same_with_one_report_and_with_twenty(
    term_of_visits, as_, django_assert_num_queries
):
    admin = as_(term_of_visits.school_admin)
    work(ask(term_of_visits.school_admin, term_of_visits))
    part = reverse("reports:report-runs", args=[term_of_visits.school.pk])
    admin.get(part)
    with django_assert_num_queries(6):
        admin.get(part)
    for _ in range(19):
        run = ask(term_of_visits.school_admin, term_of_visits)
        run.job.end("done")
    with django_assert_num_queries(6):
        admin.get(part)


# --- the workbook ------------------------------------------------------------------------------------


def sheets_of(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_holds_numbers_under_a_frozen_header(term_of_visits):
    content = bytes(file_of(work(ask(term_of_visits.school_admin, term_of_visits)), "xlsx").content)
    sheets = sheets_of(content)
    titles = [str(sheet.title) for sheet in SHEETS.values()]
    assert list(sheets) == [*titles, "Missing data", "Definitions"]
    header, total = sheets["Reach"][:2]
    assert header[3:] == [
        "children on roll", "children reached", "of them in person", "of them online", "Share",
    ]  # fmt: skip
    assert total[3:] == [3, 3, 2, 1, 1]
    assert all(isinstance(cell, (int, float)) for cell in total[3:])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for number in range(1, len(sheets) + 1):
            sheet = book.read(f"xl/worksheets/sheet{number}.xml").decode()
            assert 'state="frozen"' in sheet
            assert "<f>" not in sheet


def test_the_workbook_and_the_csv_say_the_same(term_of_visits):
    run = work(ask(term_of_visits.school_admin, term_of_visits))
    sheets = sheets_of(bytes(file_of(run, "xlsx").content))
    expected = read(bytes(file_of(run, "csv").content).decode())
    of_3b = next(row for row in sheets["Reach"] if row[1] == "Class 3B")
    assert of_3b[3:7] == [
        expected[measure, "class=3b"]
        for measure in ("students_on_roll", "students_reached", "students_reached_in_person",
                        "students_reached_online")
    ]  # fmt: skip
    assert run.hash in str(sheets["Definitions"])


@pytest.mark.parametrize("sign", [*"=+-@＝\t\r"])
def test_no_text_of_the_workbook_is_a_formula(cast, sign):
    name = f"{sign}HYPERLINK(1)"
    cast.school_class.name = name
    cast.school_class.save()
    content = xlsx_of(build(cast.term, Student.objects.filter(school=cast.school)), timezone.now())
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not any("<f>" in book.read(f).decode() for f in book.namelist() if "sheet" in f)
    assert any("HYPERLINK" in str(row[1]) for row in sheets_of(content)["Reach"])


def test_its_language_is_that_of_who_asked(term_of_visits):
    run = work(ask(term_of_visits.school_admin, term_of_visits, language="zh-hans"))
    first = next(iter(sheets_of(bytes(file_of(run, "xlsx").content)).values()))
    assert "children reached" not in first[0]


def test_the_public_version_is_the_same_in_every_format(term_of_visits, as_):
    run = work(ask(term_of_visits.school_admin, term_of_visits, audience="public"))
    text = bytes(file_of(run, "csv").content).decode()
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    hidden = {(row["measure"], row["breakdown"]) for row in rows if row["suppressed"] == "1"}
    assert hidden
    assert all(row["value"] == "" for row in rows if row["suppressed"] == "1")
    reach = sheets_of(bytes(file_of(run, "xlsx").content))["Reach"]
    assert ("students_reached", "") in hidden
    assert reach[1][4] == "hidden"
    page = as_(term_of_visits.school_admin).get(PAGE, {"audience": "public"})
    assert page.context["snapshot"].hash == run.hash
    assert "missing" not in page.content.decode().lower()
