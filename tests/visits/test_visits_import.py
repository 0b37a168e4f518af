"""Past visits from a spreadsheet: what comes in, what is the same, and what is refused."""

import datetime as dt
import json
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people.models import Guardianship, Region
from tests import builders
from tests.cast import make_cast
from visits.importing import Unreadable, import_visits, read_visits
from visits.models import Aspect, Participant, Promise, Summary, Visit, VisitChild

from .sheets import HEADER, as_csv, as_xlsx, bring, kinds, line, whole

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def the_visit():
    return Visit.objects.get(source=Visit.Source.IMPORTED)


def footprint():
    """Return how many rows there are of everything that an import writes."""
    models = (Visit, VisitChild, Promise, Summary, Participant, Entry, Region, Aspect)
    return [model.objects.count() for model in models]


# --- what comes in -----------------------------------------------------------------------------------


def test_it_writes_a_held_visit(cast):
    visits = bring(cast.school, whole(cast))
    assert visits.counts == {"visits": {"new": 1, "same": 0}}
    visit = the_visit()
    assert (visit.status, visit.mode, visit.school) == ("held", "home", cast.school)
    assert visit.hopes == "希望孩子多读书。"
    assert visit.situation == "妈妈上夜班。"
    assert visit.explained == "国家助学金"
    assert visit.shared_summary == "谢谢您的热茶。\n下次再见！"
    assert visit.staff_note == "孩子很懂事。"
    assert [row.student for row in visit.lines.all()] == [cast.child]


def test_it_lays_the_visit_on_noon_in_the_schools_zone(cast):
    bring(cast.school, whole(cast))
    visit = the_visit()
    assert visit.happened_at == dt.datetime(2026, 1, 15, 12, tzinfo=SHANGHAI)
    assert visit.ended_at - visit.happened_at == dt.timedelta(minutes=45)
    assert timezone.now() - visit.recorded_at < dt.timedelta(minutes=1)


def test_it_takes_a_visit_of_today_at_any_hour(cast):
    today = timezone.localdate(timezone=SHANGHAI)
    bring(cast.school, line(cast, happened_on=str(today), minutes="90"))
    visit = the_visit()
    assert visit.happened_at <= visit.received_at
    assert visit.happened_at.astimezone(SHANGHAI).date() == today


def test_the_first_visitor_has_recorded_it_unless_somebody_imports_it(cast):
    bring(cast.school, whole(cast))
    assert the_visit().recorded_by == cast.counselor
    assert set(the_visit().visitors.all()) == {cast.counselor, cast.adviser}
    bring(cast.school, line(cast, happened_on="2026-01-16"), by=cast.school_admin)
    assert Visit.objects.filter(recorded_by=cast.school_admin).count() == 1


def test_it_writes_the_promises_of_both_sides(cast):
    bring(cast.school, whole(cast))
    rows = Promise.objects.filter(visit=the_visit()).order_by("side", "what")
    assert [(p.side, p.what, p.owner) for p in rows] == [
        ("family", "每天一起读书", None),
        ("school", "帮助申请助学金", cast.counselor),
        ("school", "联系班主任", cast.counselor),
    ]
    assert {p.student for p in rows} == {cast.child}


def test_it_knows_a_guardian_by_name_and_leaves_others_as_names(cast):
    bring(cast.school, whole(cast))
    rows = the_visit().participants.order_by("pk")
    assert [(p.name, p.relation, p.guardian) for p in rows] == [
        ("林美", "mother", cast.mother),
        ("李奶奶", "邻居", None),
    ]


def test_it_decides_between_no_two_guardians_of_one_name(cast):
    builders.make_guardian(cast.child, "林美", relation="relative")
    bring(cast.school, whole(cast, persons_met="林美"))
    assert the_visit().participants.get().guardian is None


def test_it_knows_the_child_itself(cast):
    bring(cast.school, whole(cast, persons_met="林小雨"))
    assert the_visit().participants.get().student == cast.child


def test_it_finds_aspects_by_code_and_by_name_in_any_language(cast):
    Aspect.objects.ship_to(cast.school)
    Aspect.objects.create(school=cast.school, code="reading", name="Lesen & Vorlesen")
    words = ["mental_health", "Financial aid", "lesen & vorlesen"]
    for code, language in (("job_placement", "zh-hans"), ("career_planning", "es")):
        with translation.override(language):
            words.append(str(Aspect.SHIPPED[code]))
    bring(cast.school, whole(cast, aspects=";".join(words)))
    assert {aspect.code for aspect in the_visit().aspects.all()} == {
        "mental_health", "financial_aid", "reading", "job_placement", "career_planning",
    }  # fmt: skip


def test_it_gives_a_school_without_a_list_the_shipped_aspects(cast):
    assert not Aspect.objects.filter(school=cast.school).exists()
    bring(cast.school, whole(cast))
    assert {a.code for a in the_visit().aspects.all()} == {"mental_health", "financial_aid"}


def test_a_visit_at_home_names_the_only_home_of_the_child(cast):
    bring(cast.school, whole(cast))
    assert the_visit().household == cast.household


@pytest.mark.parametrize("mode", ["school", "elsewhere", "video", "phone"])
def test_a_visit_elsewhere_names_no_home(cast, mode):
    bring(cast.school, whole(cast, mode=mode))
    assert the_visit().household is None


def test_a_child_of_two_homes_leaves_the_home_open(cast):
    builders.make_household(cast.child, address="Second home")
    bring(cast.school, whole(cast))
    assert the_visit().household is None


# --- the family ---------------------------------------------------------------------------------------


def test_families_are_not_told(cast):
    bring(cast.school, whole(cast))
    assert not Notice.objects.exists()
    assert not Receipt.objects.exists()
    assert not Delivery.objects.exists()


def test_the_family_finds_the_summary_on_its_page(cast, as_):
    bring(cast.school, whole(cast))
    summary = Summary.objects.get(visit=the_visit())
    assert Visit.objects.visible_to(cast.mother).get() == the_visit()
    assert summary.read_by(cast.mother)["words"].startswith("谢谢您的热茶。")
    page = as_(cast.mother).get(reverse("reports:progress", args=[cast.child.pk])).content.decode()
    assert "谢谢您的热茶。" in page
    assert "妈妈上夜班" not in page
    assert "孩子很懂事" not in page


def test_without_a_shared_summary_the_family_reads_nothing(cast):
    bring(cast.school, whole(cast, shared_summary=""))
    assert not Summary.objects.exists()
    assert not Visit.objects.visible_to(cast.mother).exists()


def test_the_child_journal_says_that_the_visit_was_brought_in(cast):
    bring(cast.school, whole(cast), by=cast.school_admin)
    entry = Entry.objects.get(verb="visit.imported")
    assert (entry.student, entry.actor, entry.school) == (
        cast.child,
        cast.school_admin,
        cast.school,
    )
    assert Entry.objects.about(the_visit()).get() == entry


def test_it_writes_one_entry_with_counts_and_no_names(cast):
    bring(cast.school, whole(cast))
    entry = Entry.objects.get(verb="visits.imported")
    assert entry.data["counts"] == {"visits": {"new": 1, "same": 0}, "refused": 0}
    assert "林" not in json.dumps(entry.data, ensure_ascii=False)


def test_its_history_stands_where_that_of_other_visits_stands(cast):
    bring(cast.school, whole(cast))
    told = [(event.pgh_label, event.status) for event in the_visit().events.order_by("pgh_id")]
    assert told == [("insert", "under_way"), ("update", "held")]


def test_staff_reads_that_it_came_from_a_spreadsheet(cast, as_):
    bring(cast.school, whole(cast), by=cast.school_admin)
    page = as_(cast.counselor).get(the_visit().get_absolute_url()).content.decode()
    assert "Omar Haddad brought the record in from a spreadsheet" in page
    assert "45 minutes" in page
    assert "12:00" not in page


# --- the same, and what stands --------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(cast):
    lines = [whole(cast), line(cast), line(cast, student_number=cast.sibling.number)]
    assert bring(cast.school, *lines).counts["visits"] == {"new": 3, "same": 0}
    before = footprint()
    visits = bring(cast.school, *lines)
    assert visits.counts["visits"] == {"new": 0, "same": 3}
    assert not visits.problems
    assert footprint() == before


def test_it_is_the_same_from_a_workbook_in_another_order(cast):
    bring(cast.school, whole(cast), line(cast))
    told = whole(
        cast, minutes=45, happened_on=dt.date(2026, 1, 15), aspects="Financial aid;mental_health"
    )
    visits = bring(cast.school, raw=as_xlsx(line(cast), told))
    assert (visits.counts["visits"], kinds(visits)) == ({"new": 0, "same": 2}, [])


def test_it_is_the_same_after_an_address_changed(cast):
    bring(cast.school, line(cast))
    cast.counselor.be_reached_at("mei.new@example.org", by=cast.counselor)
    assert bring(cast.school, line(cast)).counts["visits"] == {"new": 0, "same": 1}


def test_a_new_line_in_the_file_is_the_only_one_written(cast):
    bring(cast.school, whole(cast))
    visits = bring(cast.school, whole(cast), line(cast, happened_on="2026-01-20"))
    assert visits.counts["visits"] == {"new": 1, "same": 1}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("happened_on", "2026-01-16"), ("mode", "school"), ("minutes", "50"), ("minutes", ""),
        ("aspects", "mental_health"), ("region", "沈阳市/浑南区"), ("persons_met", "林美"),
        ("wishes", "别的"), ("difficulties", "别的"), ("policies", ""), ("promises_school", "别的"),
        ("promises_family", ""), ("shared_summary", "别的"), ("staff_note", "别的"),
    ],
)  # fmt: skip
def test_a_visit_that_stands_with_other_content_is_refused_by_column(cast, column, cell):
    bring(cast.school, whole(cast))
    before = footprint()
    visits = bring(cast.school, whole(cast, **{column: cell}))
    assert kinds(visits) == [("stands", 2, column)]
    assert visits.counts["visits"] == {"new": 0, "same": 0}
    assert footprint() == before


def test_it_tells_nothing_of_what_stands(cast):
    bring(cast.school, whole(cast))
    visits = bring(cast.school, whole(cast, staff_note="别的"))
    assert "懂事" not in json.dumps(visits.as_dict(), ensure_ascii=False)


def test_a_child_more_or_less_is_other_content(cast):
    bring(cast.school, whole(cast))
    sibling = whole(cast, student_number=cast.sibling.number)
    visits = bring(cast.school, whole(cast), sibling)
    assert kinds(visits) == [("stands", 2, "student_number"), ("stands", 3, "student_number")]


# --- one visit, several children -----------------------------------------------------------------------


def test_rows_of_one_reference_are_one_visit(cast):
    sibling = line(
        cast, student_number=cast.sibling.number, mode="home", promises_family="一起做饭",
        visitors=f"{cast.adviser.email};{cast.counselor.email}", visit_ref="V-1",
    )  # fmt: skip
    visits = bring(cast.school, whole(cast), sibling)
    assert visits.counts["visits"] == {"new": 1, "same": 0}
    visit = the_visit()
    assert {row.student for row in visit.lines.all()} == {cast.child, cast.sibling}
    assert visit.household == cast.household
    assert visit.promises.get(what="一起做饭").student == cast.sibling
    assert Entry.objects.filter(verb="visit.imported").count() == 2
    assert set(visit.summaries.get().body["children"]) == {str(cast.child.pk), str(cast.sibling.pk)}
    assert bring(cast.school, whole(cast), sibling).counts["visits"] == {"new": 0, "same": 1}


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("happened_on", "2026-01-16"), ("mode", "school"), ("minutes", "50"),
        ("visitors", "ADVISER"), ("aspects", "mental_health"), ("region", "沈阳市/浑南区"),
        ("wishes", "别的"), ("difficulties", "别的"), ("policies", "别的"),
        ("shared_summary", "别的"), ("staff_note", "别的"),
    ],
)  # fmt: skip
def test_rows_of_one_visit_must_agree(cast, column, cell):
    cell = cast.adviser.email if cell == "ADVISER" else cell
    sibling = whole(cast, student_number=cast.sibling.number, **{column: cell})
    visits = bring(cast.school, whole(cast), sibling)
    assert ("agree", 3, column) in kinds(visits)
    agree = next(problem for problem in visits.problems if problem.kind == "agree")
    assert "row 2" in agree.expected
    assert not Visit.objects.exists()


def test_a_refused_row_takes_the_others_of_its_visit_with_it(cast):
    stranger = whole(cast, student_number="nobody")
    visits = bring(cast.school, whole(cast), stranger, line(cast), skip_refused=True)
    assert kinds(visits) == [("together", 2, "visit_ref"), ("student", 3, "student_number")]
    assert visits.counts["visits"] == {"new": 1, "same": 0}
    assert the_visit().mode == "phone"


def test_a_child_stands_once_in_a_visit(cast):
    visits = bring(cast.school, whole(cast), whole(cast))
    assert ("twice", 3, "visit_ref") in kinds(visits)


def test_two_lines_of_one_key_are_told(cast):
    visits = bring(cast.school, line(cast), line(cast, minutes="5"))
    assert ("twice", 3, "student_number") in kinds(visits)
    assert "row 2" in next(p for p in visits.problems if p.kind == "twice").expected


def test_two_calls_of_one_day_take_two_references(cast):
    visits = bring(cast.school, line(cast, visit_ref="1"), line(cast, visit_ref="2"))
    assert visits.counts["visits"] == {"new": 2, "same": 0}


# --- all or nothing ---------------------------------------------------------------------------------------


def test_one_refused_row_keeps_the_file_out(cast):
    before = footprint()
    visits = bring(cast.school, line(cast), line(cast, happened_on="yesterday"))
    assert (visits.kept_out, visits.counts["visits"]["new"]) == (True, 0)
    assert footprint() == before


def test_the_right_rows_come_in_where_that_is_wished(cast):
    visits = bring(cast.school, line(cast), line(cast, happened_on="yesterday"), skip_refused=True)
    assert visits.counts["visits"] == {"new": 1, "same": 0}
    assert [problem.row for problem in visits.problems] == [3]
    assert Entry.objects.get(verb="visits.imported").data["counts"]["refused"] == 1


def test_a_dry_run_writes_nothing(cast):
    before = footprint()
    assert bring(cast.school, whole(cast), dry_run=True).counts["visits"]["new"] == 1
    assert footprint() == before


def test_a_preview_that_is_no_longer_true_is_not_written(cast):
    seen = bring(cast.school, whole(cast), dry_run=True).digest
    bring(cast.school, whole(cast))
    assert bring(cast.school, whole(cast), line(cast), expected=seen).applied is None
    assert Visit.objects.count() == 1


# --- another school -----------------------------------------------------------------------------------------


def test_the_file_of_another_school_is_told_as_such(cast):
    number = cast.other_child.number
    visits = bring(cast.school, line(cast, student_number=number), line(cast, student_number="x"))
    assert {kind for kind, _row, _column in kinds(visits)} == {"foreign"}
    assert cast.other_child.full_name not in json.dumps(visits.as_dict(), ensure_ascii=False)


def test_a_number_that_is_another_schools_is_unknown(cast):
    visits = bring(cast.school, line(cast), line(cast, student_number=cast.other_child.number))
    assert kinds(visits) == [("student", 3, "student_number")]


def test_the_staff_of_another_school_is_unknown(cast):
    visits = bring(cast.school, line(cast, visitors=cast.other_school_admin.email))
    assert kinds(visits) == [("visitor", 2, "visitors")]


def test_a_parent_is_no_visitor(cast):
    assert kinds(bring(cast.school, line(cast, visitors=cast.mother.email)))[0][0] == "visitor"


def test_whoever_worked_here_may_have_visited(cast):
    cast.other_counselor.membership.end(by=cast.school_admin)
    visits = bring(cast.school, line(cast, visitors=cast.other_counselor.email.upper()))
    assert visits.counts["visits"]["new"] == 1


def test_an_aspect_of_another_school_is_unknown(cast):
    Aspect.objects.create(school=cast.other_school, code="riding")
    assert kinds(bring(cast.school, line(cast, aspects="riding"))) == [("aspect", 2, "aspects")]


def test_two_schools_may_have_the_same_references(cast):
    staff = builders.make_staff(cast.other_school, "counselor")
    bring(cast.school, line(cast, visit_ref="1"))
    there = line(cast, student_number=cast.other_child.number, visitors=staff.email, visit_ref="1")
    assert bring(cast.other_school, there).counts["visits"] == {"new": 1, "same": 0}


# --- bad cells ------------------------------------------------------------------------------------------------


def tomorrow():
    return str(timezone.localdate(timezone=SHANGHAI) + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("column", "cell", "kind"),
    [
        ("student_number", "", "empty"), ("student_number", "9" * 61, "long"),
        ("happened_on", "", "empty"), ("happened_on", "15.01.2026", "day"),
        ("happened_on", "2026-02-30", "day"), ("happened_on", "46037", "day"),
        ("happened_on", "1989-12-31", "early"), ("happened_on", "TOMORROW", "future"),
        ("mode", "", "empty"), ("mode", "by boat", "mode"),
        ("minutes", "0", "minutes"), ("minutes", "1441", "minutes"), ("minutes", "1.5", "minutes"),
        ("minutes", "-5", "minutes"), ("minutes", "an hour", "minutes"),
        ("visitors", "", "empty"), ("visitors", " ; ;", "empty"), ("visitors", "nobody@example.org", "visitor"),
        ("aspects", "mental_health;astrology", "aspect"),
        ("region", "沈阳", "region"), ("region", "a/b/c/d", "region"), ("region", "沈阳市//", "region"),
        ("region", f"{'x' * 121}/y", "long"), ("persons_met", "x" * 256, "long"),
        ("promises_school", f"ok;{'x' * 301}", "long"), ("promises_family", "x" * 301, "long"),
        ("shared_summary", "x" * 4001, "long"), ("visit_ref", "x" * 101, "long"),
        ("staff_note", "a\0b", "sign"), ("wishes", "a\x07b", "sign"), ("visit_ref", "a\x1bb", "sign"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_by_row_and_column(cast, column, cell, kind):
    cell = tomorrow() if cell == "TOMORROW" else cell
    visits = bring(cast.school, line(cast, happened_on="2026-01-10"), line(cast, **{column: cell}))
    assert kinds(visits) == [(kind, 3, column)]
    [problem] = visits.as_dict()["refused"]
    assert set(problem) == {"file", "row", "column", "expected", "found", "problem"}
    assert (problem["file"], problem["row"]) == ("past.csv", 3)
    assert not Visit.objects.exists()


def test_more_cells_than_columns_are_told(cast):
    raw = as_csv(line(cast)).replace(b"\r\n", b",,,\r\n") + b"1,2,3," + b"," * 20 + b"x\r\n"
    header, rest = raw.split(b"\r\n", 1)
    visits = bring(cast.school, raw=header.rstrip(b",") + b"\r\n" + rest)
    assert kinds(visits) == [("cells", 3, "")]


@pytest.mark.parametrize(
    "day", ["2026-01-15", "2026/1/15", "2026.01.15", "2026年1月15日", "2026-01-15 14:30", "2026-01-15T09:00"],
)  # fmt: skip
def test_days_may_be_written_the_year_first(cast, day):
    bring(cast.school, line(cast, happened_on=day))
    assert the_visit().happened_at == dt.datetime(2026, 1, 15, 12, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("word", "mode"), [("Home", "home"), ("家访", None), ("视频", "video"), ("电话", "phone"), ("teléfono", "phone"), ("EN CASA", "home")],
)  # fmt: skip
def test_ways_of_meeting_are_known_in_three_languages(cast, word, mode):
    visits = bring(cast.school, line(cast, mode=word))
    assert [past.said("mode") for past in visits.new] == ([mode] if mode else [])


def test_a_formula_stays_text(cast):
    bring(cast.school, whole(cast, staff_note='=HYPERLINK("x")', persons_met="@SUM(A1)"))
    visit = the_visit()
    assert visit.staff_note == '=HYPERLINK("x")'
    table = read_visits(as_csv(line(cast, mode="=1+1")))
    refused = list(import_visits(cast.school, table).refused_rows(table))
    assert "'=1+1" in refused[1]
    assert refused[0][-1] == "Problem"


def test_words_with_tabs_and_backslashes_come_in_as_they_are(cast):
    bring(cast.school, whole(cast, staff_note="C:\\temp\\new\n\\N \\."))
    assert the_visit().staff_note == "C:\\temp\\new\n\\N \\."


# --- the header, and files of other kinds -------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Student Number,Date,How,Staff",
        "学号,家访日期,方式,走访教师",
        "matrícula;fecha;modo;docentes",
    ],
)
def test_headings_may_be_written_as_schools_do(cast, header):
    parted = ";" if ";" in header else ","
    cells = parted.join([cast.child.number, "2026-01-15", "phone", cast.counselor.email])
    visits = bring(cast.school, raw=f"{header}\n{cells}\n".encode())
    assert visits.counts["visits"]["new"] == 1


def refusal(raw):
    with pytest.raises(Unreadable) as caught:
        read_visits(raw, "past.csv")
    return caught.value.problem


@pytest.mark.parametrize("column", ["student_number", "happened_on", "mode", "visitors"])
def test_a_missing_column_is_named(cast, column):
    problem = refusal(as_csv(line(cast), header=[name for name in HEADER if name != column]))
    assert (problem.kind, problem.column, problem.file) == ("columns", column, "past.csv")


def test_a_slip_in_a_heading_is_told_before_its_cells_are_lost(cast):
    header = ["shared_sumary" if name == "shared_summary" else name for name in HEADER]
    problem = refusal(as_csv(line(cast), header=header))
    assert (problem.column, problem.found) == ("shared_summary", "shared_sumary")


def test_further_columns_are_ignored_and_named(cast):
    table = read_visits(as_csv(line(cast), header=[*HEADER, "weather"]))
    assert table.ignored == ["weather"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_reads_the_encodings_of_schools(cast, encoding, delimiter):
    told = whole(cast, wishes="他想学Python编程，用app读书。")
    bring(cast.school, raw=as_csv(told, encoding=encoding, delimiter=delimiter))
    assert the_visit().hopes == "他想学Python编程，用app读书。"


@pytest.mark.parametrize("date_1904", [False, True])
def test_it_reads_workbooks_of_both_calendars(cast, date_1904):
    told = whole(cast, happened_on=dt.date(2026, 1, 15), minutes=45)
    bring(cast.school, raw=as_xlsx(told, date_1904=date_1904))
    visit = the_visit()
    assert visit.happened_at == dt.datetime(2026, 1, 15, 12, tzinfo=SHANGHAI)
    assert visit.shared_summary == "谢谢您的热茶。\n下次再见！"


def test_a_number_in_a_workbook_is_the_number_that_it_shows(cast):
    told = line(cast, student_number=int(cast.child.number), visit_ref=7)
    visits = bring(cast.school, raw=as_xlsx(told))
    assert visits.counts["visits"]["new"] == 1
    assert bring(cast.school, line(cast, visit_ref="7")).counts["visits"]["same"] == 1


# --- regions ----------------------------------------------------------------------------------------------------


def places():
    """Return the names of all regions with their parents, as `province/city/county`."""
    found = []
    for region in Region.objects.select_related("parent__parent").order_by("name"):
        path, up = [region.name], region.parent
        while up:
            path.insert(0, up.name)
            up = up.parent
        found.append("/".join(path))
    return sorted(found)


def test_a_region_is_made_once(cast):
    bring(cast.school, line(cast, region="沈阳市/和平区"))
    bring(cast.school, line(cast, happened_on="2026-01-16", region=" 沈阳市 / 和平区 "))
    assert places() == ["沈阳市", "沈阳市/和平区"]


def test_a_province_is_made_with_its_city(cast):
    bring(cast.school, line(cast, region="辽宁省/沈阳市/和平区"))
    assert places() == ["辽宁省", "辽宁省/沈阳市", "辽宁省/沈阳市/和平区"]
    assert the_visit().region.level == "county"


def test_a_city_named_with_and_without_its_province_is_one(cast):
    bring(
        cast.school,
        line(cast, region="沈阳市/和平区"),
        line(cast, happened_on="2026-01-16", region="辽宁省/沈阳市/浑南区"),
    )
    assert places() == ["辽宁省", "辽宁省/沈阳市", "辽宁省/沈阳市/和平区", "辽宁省/沈阳市/浑南区"]


def test_towns_of_one_name_in_two_provinces_are_two(cast):
    bring(
        cast.school,
        line(cast, region="Illinois/Springfield/Center"),
        line(cast, happened_on="2026-01-16", region="Ohio/Springfield/Center"),
    )
    assert Region.objects.filter(name="Springfield").count() == 2
    visits = bring(cast.school, line(cast, happened_on="2026-01-17", region="Springfield/Center"))
    assert visits.counts["visits"]["new"] == 1
    assert Region.objects.get(name="Springfield", parent=None)


def test_a_dry_run_makes_no_region_and_names_it(cast):
    visits = bring(cast.school, line(cast, region="沈阳市/和平区"), dry_run=True)
    assert visits.places == [("沈阳市", "和平区")]
    assert not Region.objects.exists()


# --- many, and at once -------------------------------------------------------------------------------------------


def queries_of(cast, days, django_assert_num_queries, number):
    lines = [
        whole(cast, happened_on=f"2025-{month:02}-{day:02}", visit_ref=f"{month}-{day}")
        for month, day in days
    ]
    with django_assert_num_queries(number):
        assert bring(cast.school, *lines).counts["visits"]["new"] == len(lines)


def test_its_queries_do_not_depend_on_the_rows(cast, django_assert_num_queries):
    bring(cast.school, whole(cast, visit_ref="first"))
    for days in ([(1, 1)], [(2, day) for day in range(1, 21)]):
        queries_of(cast, days, django_assert_num_queries, 26)


def test_two_thousand_rows_take_few_queries(cast, django_assert_max_num_queries):
    lines = [
        whole(cast, happened_on=f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}", visit_ref=f"R{n}")
        for n in range(2000)
    ]
    table = read_visits(as_csv(*lines))
    with django_assert_max_num_queries(35):
        assert import_visits(cast.school, table).counts["visits"]["new"] == 2000
    assert import_visits(cast.school, table).counts["visits"] == {"new": 0, "same": 2000}


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_write_it_once():
    cast, answers = make_cast(), []
    table = read_visits(as_csv(*(line(cast, visit_ref=str(n)) for n in range(20))))

    def bring_in():
        answers.append(import_visits(cast.school, table).counts["visits"])
        connection.close()

    both = [threading.Thread(target=bring_in) for _n in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(answers, key=str) == [{"new": 0, "same": 20}, {"new": 20, "same": 0}]
    assert Visit.objects.count() == 20


def test_guardianships_that_ended_since_still_tell_who_was_met(cast):
    Guardianship.objects.get(student=cast.child, guardian=cast.mother).end(by=cast.school_admin)
    bring(cast.school, whole(cast, persons_met="林美"))
    assert the_visit().participants.get().guardian == cast.mother
