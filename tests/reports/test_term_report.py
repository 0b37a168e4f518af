"""The term report: its page, its file, its command and plain SQL give the same figures."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse

from homeschool.journal.models import Entry
from homeschool.people.models import Guardianship, Student
from homeschool.reports.term import Filters, build, csv_of
from homeschool.reports.term.measures import MEASURES
from homeschool.reports.term.rows import rows_of
from tests import builders
from visits.models import Visit

from .terms import AT, figures, read, visit

URL = "/reports/term/"


EXPECTED = {
    ("students_on_roll", ""): 3,
    ("students_on_roll", "class=3b"): 2,
    ("students_reached", ""): 3,
    ("students_reached", "mode=home"): 2,
    ("students_reached", "mode=video"): 1,
    ("students_reached", "aspect=mental_health"): 2,
    ("students_reached", "aspect=financial_aid"): 1,
    ("students_reached", "aspect=job_placement"): 0,
    ("students_reached", "class=5c"): 1,
    ("students_reached", "region=沈阳市/和平区"): 2,
    ("students_reached_in_person", ""): 2,
    ("students_reached_in_person", "class=3b"): 1,
    ("students_reached_in_person", "aspect=financial_aid"): 0,
    ("students_reached_online", ""): 1,
    ("students_reached_online", "class=3b"): 1,
    ("students_reached_online", "aspect=financial_aid"): 1,
    ("households_visited", ""): 1,
    ("households_visited", "region=沈阳市/沈河区"): 1,
    ("visits_held", ""): 4,
    ("visits_held", "mode=home"): 2,
    ("visits_held", "mode=school"): 0,
    ("visits_held", "mode=elsewhere"): 0,
    ("visits_held", "mode=video"): 1,
    ("visits_held", "mode=phone"): 1,
    ("visits_held", "division=g3"): 4,
    ("visits_held", "class=5c"): 1,
    ("regions_visited", ""): 2,
    ("cities_visited", ""): 1,
    ("visits_nobody_home", ""): 1,
    ("visits_nobody_home", "mode=home"): 1,
    ("visits_declined", ""): 1,
    ("visits_declined", "mode=video"): 1,
    ("meetings_held", ""): 2,
    ("meetings_held", "class=5c"): 1,
    ("classes", ""): 2,
    ("classes_with_meeting", ""): 2,
    ("promises_made", ""): 3,
    ("promises_made", "by=school"): 1,
    ("promises_made", "by=family"): 2,
    ("promises_kept", ""): 2,
    ("promises_kept", "by=school"): 1,
    ("promises_kept", "by=family"): 1,
    ("summaries_sent", ""): 2,
    ("summaries_confirmed", ""): 1,
    ("summaries_confirmed", "class=3b"): 1,
}


# --- what is counted ---------------------------------------------------------------------------------


def test_it_counts_by_the_definitions(term_of_visits):
    found = figures(term_of_visits)
    assert {key: found.get(key) for key in EXPECTED} == EXPECTED
    assert not any(key.startswith("region=大连市") for _measure, key in found)  # online only


def test_every_part_reconciles_with_the_whole(term_of_visits):
    found = figures(term_of_visits)
    parts = {breakdown for measure, breakdown in found if measure == "students_reached_online"}
    for part in parts:
        assert (
            found["students_reached_in_person", part] + found["students_reached_online", part]
            == found["students_reached", part]
        )
    for measure in ("students_on_roll", "students_reached", "promises_made", "classes"):
        divisions = [v for (m, b), v in found.items() if m == measure and b.startswith("division=")]
        assert sum(divisions) == found[measure, ""]


def test_it_says_of_how_many(term_of_visits):
    students = Student.objects.filter(school=term_of_visits.school)
    by_key = {(f.measure, f.breakdown): f.n for f in build(term_of_visits.term, students).figures}
    assert by_key["students_reached", "class=3b"] == 2
    assert by_key["students_reached", "mode=home"] == 3
    assert by_key["promises_kept", "by=family"] == 2
    assert by_key["classes_with_meeting", ""] == 2
    assert by_key["visits_held", "mode=home"] == 4


def test_a_child_who_left_was_reached_all_the_same(term_of_visits):
    Student.objects.filter(pk=term_of_visits.child.pk).update(status="left")
    found = figures(term_of_visits)
    assert (found["students_on_roll", ""], found["students_reached", ""]) == (2, 3)


def test_without_households_the_first_guardian_tells_who_lives_together(cast):
    """A roster brings no household in, and its visits at home count all the same."""
    Guardianship.objects.all().delete()
    mother = builders.make_guardian(cast.child, primary=True)
    builders.make_guardian(cast.sibling, user=mother, primary=True)
    for child in (cast.child, cast.sibling, cast.classmate):  # nobody is known of the classmate
        visit(cast, child, household=None)
    assert figures(cast)["households_visited", ""] == 2


@pytest.mark.parametrize(
    ("filters", "measure", "value"),
    [
        ({"school_class": "5c"}, "students_on_roll", 1),
        ({"school_class": "5c"}, "visits_held", 1),
        ({"school_class": "5c"}, "meetings_held", 1),
        ({"mode": "online"}, "students_reached", 2),
        ({"mode": "online"}, "students_reached_in_person", 0),
        ({"mode": "home"}, "students_reached", 2),
        ({"mode": "home"}, "students_on_roll", 3),
        ({"aspect": "mental_health"}, "visits_held", 1),
        ({"aspect": "mental_health"}, "promises_made", 3),
        ({"aspect": "job_placement"}, "students_reached", 0),
        ({"division": "nowhere"}, "students_on_roll", 0),
    ],
)
def test_it_counts_what_the_filters_leave(term_of_visits, filters, measure, value):
    assert figures(term_of_visits, **filters)[measure, ""] == value


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


def test_every_figure_has_as_many_rows_as_it_says(term_of_visits):
    students = Student.objects.filter(school=term_of_visits.school)
    for filters in (Filters(), Filters(mode="in_person"), Filters(school_class="3b")):
        for figure in build(term_of_visits.term, students, "staff", filters).figures:
            if not MEASURES[figure.measure].opens:
                continue
            _kind, rows = rows_of(term_of_visits.term, students, filters, figure)
            is_count = MEASURES[figure.measure].is_count
            assert len(rows) == (figure.value if is_count else figure.n), (filters, figure)


def test_the_same_figures_have_the_same_hash(term_of_visits):
    students = Student.objects.filter(school=term_of_visits.school)
    first = build(term_of_visits.term, students)
    assert build(term_of_visits.term, students).hash == first.hash
    visit(term_of_visits, term_of_visits.child)
    assert build(term_of_visits.term, students).hash != first.hash


def test_it_names_what_is_missing(term_of_visits):
    visit(term_of_visits, term_of_visits.child, status="scheduled", at=AT)
    students = Student.objects.filter(school=term_of_visits.school)
    missing = {row["code"]: row["number"] for row in build(term_of_visits.term, students).missing}
    assert missing == {
        "visits_without_record": 1,
        "visits_without_aspect": 2,
        "visits_without_summary": 2,
        "promises_without_day": 3,
    }


# --- the command ---------------------------------------------------------------------------------------


def test_its_command_writes_the_same(term_of_visits, tmp_path):
    out = tmp_path / "term.csv"
    call_command("term_report", school="demo-a", term="2026a", out=out)
    raw = out.read_bytes()
    assert raw.startswith(
        b"\xef\xbb\xbfperiod,unit,measure,breakdown,value,n,suppressed,last_term\r\n"
    )
    found = read(raw.decode())
    assert found == figures(term_of_visits)
    assert Entry.objects.get(verb="term_report.exported").kind == "exported"


@pytest.mark.parametrize(("school", "term"), [("nowhere", "2026a"), ("demo-a", "1999x")])
def test_its_command_names_what_there_is(cast, tmp_path, school, term):
    with pytest.raises(CommandError, match=r"There is no .* There are: "):
        call_command("term_report", school=school, term=term, out=tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


def test_its_command_leaves_no_half_file_on_a_full_disk(cast, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    out = tmp_path / "term.csv"
    out.write_text("the last one")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("term_report", school="demo-a", term="2026a", out=out)
    assert [file.name for file in tmp_path.iterdir()] == ["term.csv"]
    assert out.read_text() == "the last one"


def test_no_cell_of_the_csv_is_a_formula(cast):
    for sign in "=+-@":
        builders.make_school(f"x{sign}", name="x")
    Student.objects.filter(school=cast.school).update(full_name="=1+1")
    cast.term.code = "=cmd"
    text = csv_of(build(cast.term, Student.objects.filter(school=cast.school))).decode()
    assert "\r\n'=cmd," in text
    assert "\r\n=" not in text


# --- the page ------------------------------------------------------------------------------------------


def totals(page):
    return {cell["figure"].measure: cell["figure"].value for cell in page.context["totals"]}


@pytest.mark.parametrize(
    "sheet", ["reach", "visits", "meetings", "promises", "confirmations", "teams", "records"]
)
def test_its_page_shows_the_same_figures(term_of_visits, as_, sheet):
    page = as_(term_of_visits.school_admin).get(URL, {"sheet": sheet})
    expected = figures(term_of_visits)
    assert totals(page)
    for measure, value in totals(page).items():
        assert value == expected[measure, ""], measure


def test_its_page_counts_those_whom_the_reader_sees(term_of_visits, as_):
    page = as_(term_of_visits.counselor).get(URL)
    assert totals(page) == {
        "students_on_roll": 2,
        "students_reached": 2,
        "students_reached_in_person": 2,
        "students_reached_online": 0,
    }
    assert page.context["own_children"]


def test_its_figures_lead_to_their_rows(term_of_visits, as_):
    reader = as_(term_of_visits.principal)
    page = reader.get(URL, {"sheet": "promises"})
    links = [cell["url"] for row in page.context["rows"] for cell in row["cells"] if cell["url"]]
    assert links
    for link in links:
        assert reader.get(link).status_code == 200, link
    assert Entry.objects.filter(verb="term_report.rows_opened").count() == len(links)


def test_rows_of_records_are_not_for_who_reads_figures_alone(term_of_visits, as_):
    admin, rows = as_(term_of_visits.school_admin), reverse("reports:term-rows")
    asked = {"term": term_of_visits.term.pk, "measure": "visits_held"}
    assert admin.get(rows, asked).status_code == 403
    children = admin.get(rows, asked | {"measure": "students_reached"})
    assert children.context["page"].paginator.count == 3
    page = admin.get(URL, {"sheet": "visits"})
    urls = {c["figure"].measure: c["url"] for c in page.context["totals"]}
    assert not urls["visits_held"]
    assert urls["households_visited"]


@pytest.mark.parametrize(
    "asked",
    [
        {"measure": "nothing"},
        {"measure": "visits_held", "breakdown": "by=school"},
        {"measure": "visits_held", "breakdown": "class=nowhere"},
        {"measure": "visits_held", "breakdown": "region=\0"},
        {"measure": "visits_held", "audience": "public"},
        {},
    ],
)
def test_rows_of_nothing_are_not_found(term_of_visits, as_, asked):
    page = as_(term_of_visits.principal).get(reverse("reports:term-rows"), asked)
    assert page.status_code == 404


@pytest.mark.parametrize("who", ["mother", "volunteer"])
def test_it_refuses_others(cast, as_, who):
    assert as_(getattr(cast, who)).get(URL).status_code == 403


def test_a_district_officer_has_the_public_version_alone(term_of_visits, as_):
    page = as_(term_of_visits.district).get(URL, {"audience": "staff"})
    assert page.status_code == 422
    page = as_(term_of_visits.district).get(URL)
    assert page.context["snapshot"].is_public
    assert not any(cell["url"] for cell in page.context["totals"])


@pytest.mark.parametrize("value", ["x", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_it_answers_a_wrong_term_in_words(term_of_visits, as_, value):
    page = as_(term_of_visits.school_admin).get(URL, {"term": value})
    assert page.status_code == 422
    assert page.context["form"].errors["term"]


@pytest.mark.parametrize(
    "name", ["sheet", "division", "school_class", "mode", "aspect", "audience"]
)
def test_it_answers_a_wrong_filter_in_words(term_of_visits, as_, name):
    page = as_(term_of_visits.school_admin).get(URL, {name: "x\0"})
    assert page.status_code == 422
    assert page.context["form"].errors[name]


def test_it_says_that_a_filter_fits_nobody(term_of_visits, as_):
    Student.objects.filter(school_class=term_of_visits.other_class).update(status="left")
    Visit.objects.none()
    page = as_(term_of_visits.adviser).get(URL, {"aspect": "job_placement", "school_class": "3b"})
    assert page.status_code == 200
    empty = as_(term_of_visits.other_counselor).get(URL)
    assert empty.context["snapshot"].is_empty


def test_it_says_what_to_do_where_there_is_no_term(cast, as_):
    page = as_(cast.other_school_admin).get(URL)
    assert page.status_code == 200
    assert page.context["no_term"]


def test_it_does_not_show_the_term_of_another_school(term_of_visits, as_):
    other = builders.make_term(term_of_visits.other_school)
    assert as_(term_of_visits.school_admin).get(URL, {"term": other.pk}).status_code == 422


def test_its_page_costs_the_same_with_one_visit_and_with_twenty(
    cast, as_, django_assert_num_queries
):
    admin = as_(cast.school_admin)
    visit(cast, cast.child)
    admin.get(URL)
    with django_assert_num_queries(15) as captured:
        admin.get(URL)
    for _ in range(19):
        visit(cast, cast.child)
    with django_assert_num_queries(len(captured)):
        admin.get(URL)


@pytest.mark.parametrize("measure", [m.code for m in MEASURES.values() if m.in_all and m.opens])
def test_rows_cost_the_same_with_one_visit_and_with_twenty(
    term_of_visits, as_, measure, django_assert_max_num_queries
):
    principal = as_(term_of_visits.principal)
    asked = {"term": term_of_visits.term.pk, "measure": measure}
    for _ in range(19):
        visit(term_of_visits, term_of_visits.child)
    with django_assert_max_num_queries(15):
        principal.get(reverse("reports:term-rows"), asked)
