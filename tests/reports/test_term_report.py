"""The term report: its page, its file and its command give the same figures."""

import csv
import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Guardianship, Student
from homeschool.reports.figures import term_figures
from tests import builders
from visits.models import Visit, VisitChild

AT = dt.datetime(2026, 10, 5, 9, 0, tzinfo=dt.UTC)


def hold(cast, *children, mode="home", at=AT, household="own"):
    """Make a held visit about these children."""
    visit = Visit.objects.create(
        school=cast.school,
        mode=mode,
        household=cast.household if household == "own" else household,
    )
    for child in children:
        VisitChild.objects.create(visit=visit, student=child)
    Visit.objects.filter(pk=visit.pk).update(
        status="held",
        happened_at=at,
        recorded_at=at,
        received_at=timezone.now(),
        recorded_by=cast.counselor,
    )
    return visit


@pytest.fixture
def term_of_visits(cast):
    """Child at home and by phone, sibling at the same door, classmate by video; one visit before
    the term, and one in its very first minute by the school's clock."""
    hold(cast, cast.child, cast.sibling)
    hold(cast, cast.child, mode="phone", household=None)
    hold(cast, cast.classmate, mode="video", household=None)
    first_minute = dt.datetime(2026, 8, 31, 16, 0, tzinfo=dt.UTC)  # midnight in Shanghai
    hold(cast, cast.child, at=first_minute)
    hold(cast, cast.classmate, mode="home", at=first_minute - dt.timedelta(minutes=1))
    return cast


EXPECTED = {
    ("students_on_roll", ""): 3,
    ("students_reached", ""): 3,
    ("students_reached_in_person", ""): 2,
    ("students_reached_online", ""): 1,
    ("households_visited", ""): 1,
    ("visits_held", ""): 4,
    ("visits_held", "mode=home"): 2,
    ("visits_held", "mode=school"): 0,
    ("visits_held", "mode=elsewhere"): 0,
    ("visits_held", "mode=video"): 1,
    ("visits_held", "mode=phone"): 1,
}


def read(text):
    """Return {(measure, breakdown): value} of the tidy file."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return {(row["measure"], row["breakdown"]): int(row["value"]) for row in rows}


def test_it_counts_by_the_definitions(term_of_visits):
    figures = term_figures(
        term_of_visits.term, Student.objects.filter(school=term_of_visits.school)
    )
    assert {(f.measure, f.breakdown): f.value for f in figures} == EXPECTED


def test_without_households_the_first_guardian_tells_who_lives_together(cast):
    """A roster brings no household in, and its visits at home count all the same."""
    Guardianship.objects.all().delete()
    mother = builders.make_guardian(cast.child, primary=True)
    builders.make_guardian(cast.sibling, user=mother, primary=True)
    for child in (cast.child, cast.sibling, cast.classmate):  # nobody is known of the classmate
        hold(cast, child, household=None)
    figures = term_figures(cast.term, Student.objects.filter(school=cast.school))
    assert {f.measure: f.value for f in figures}["households_visited"] == 2


def test_it_agrees_with_plain_sql(term_of_visits):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS (
                SELECT l.student_id, v.id, v.mode FROM visits_visit v
                JOIN visits_visitchild l ON l.visit_id = v.id
                WHERE v.status = 'held' AND v.school_id = %s
                  AND (v.happened_at AT TIME ZONE 'Asia/Shanghai')::date >= '2026-09-01'
                  AND (v.happened_at AT TIME ZONE 'Asia/Shanghai')::date < '2027-02-01')
            SELECT count(DISTINCT id), count(DISTINCT student_id),
                   count(DISTINCT student_id) FILTER (WHERE mode IN ('home', 'school', 'elsewhere'))
            FROM held
            """,
            [term_of_visits.school.pk],
        )
        held, reached, in_person = cursor.fetchone()
    assert (held, reached, in_person) == (
        EXPECTED["visits_held", ""],
        EXPECTED["students_reached", ""],
        EXPECTED["students_reached_in_person", ""],
    )


def test_its_file_begins_with_a_mark_and_is_written_down(term_of_visits, as_):
    admin = as_(term_of_visits.school_admin)
    answer = admin.post(reverse("reports:term-report-csv"), {"term": term_of_visits.term.pk})
    text = answer.content.decode()
    assert text.startswith("\ufeffperiod,unit,measure,breakdown,value,n,suppressed\r\n")
    assert read(text) == EXPECTED
    entry = Entry.objects.get(verb="term_report.exported")
    assert (entry.kind, entry.actor) == ("exported", term_of_visits.school_admin)


def test_its_command_writes_the_same(term_of_visits, tmp_path):
    out = tmp_path / "term.csv"
    call_command("term_report", school="demo-a", term="2026a", out=out)
    assert read(out.read_text(encoding="utf-8")) == EXPECTED


@pytest.mark.parametrize(("school", "term"), [("nowhere", "2026a"), ("demo-a", "1999x")])
def test_its_command_names_what_there_is(cast, tmp_path, school, term):
    with pytest.raises(CommandError, match=r"There is no .* There are: "):
        call_command("term_report", school=school, term=term, out=tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


def test_its_page_shows_the_figures_of_those_whom_the_reader_sees(term_of_visits, as_):
    page = as_(term_of_visits.counselor).get(reverse("reports:term-report"))
    totals = {figure.measure: figure.value for figure in page.context["totals"]}
    assert totals["students_on_roll"] == 2
    assert totals["students_reached"] == 2
    assert totals["visits_held"] == 3


@pytest.mark.parametrize("who", ["mother", "volunteer", "district"])
def test_it_refuses_others(cast, as_, who):
    assert as_(getattr(cast, who)).get(reverse("reports:term-report")).status_code == 403


@pytest.mark.parametrize("value", ["x", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_it_answers_a_wrong_term_in_words(term_of_visits, as_, value):
    page = as_(term_of_visits.school_admin).get(reverse("reports:term-report"), {"term": value})
    assert page.status_code == 422
    assert page.context["form"].errors["term"]


def test_it_does_not_give_the_term_of_another_school(term_of_visits, as_):
    other = builders.make_term(term_of_visits.other_school)
    page = as_(term_of_visits.school_admin).post(
        reverse("reports:term-report-csv"), {"term": other.pk}
    )
    assert page.status_code == 422


def test_its_page_costs_the_same_with_one_visit_and_with_twenty(
    cast, as_, django_assert_num_queries
):
    admin = as_(cast.school_admin)
    page = reverse("reports:term-report")
    hold(cast, cast.child)
    admin.get(page)
    with django_assert_num_queries(10) as captured:
        admin.get(page)
    for _ in range(19):
        hold(cast, cast.child)
    with django_assert_num_queries(len(captured)):
        admin.get(page)
