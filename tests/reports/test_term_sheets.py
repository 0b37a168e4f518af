"""The sheets of the term report on campaigns, offers, work, issues, suggestions, gifts and voices."""

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from homeschool.people.models import Membership, Student
from homeschool.reports.term import PUBLIC, SHEETS, Filters, build, csv_of, xlsx_of
from homeschool.reports.term.measures import MEASURES
from homeschool.reports.term.rows import rows_of
from tests import builders
from tests.visits.campaigns import make_campaign, make_visit
from visits.models import Need, Suggestion
from visits.reading import coverage

from .terms import AT, figures, meet, note, offer, speak, visit

URL, DAY = "/reports/term/", dt.timedelta(days=1)


def counted(cast, *codes, breakdown="", **filters):
    """Return what these measures are in one part."""
    found = figures(cast, **filters)
    return [found[code, breakdown] for code in codes]


def everything(cast, audience="staff", filters=None):
    students = Student.objects.filter(school=cast.school)
    return build(cast.term, students, audience, filters)


@pytest.fixture
def busy(cast, area):
    """A term with something on every sheet."""
    Membership.objects.filter(user=cast.principal).update(since=AT - DAY)
    both = [cast.counselor, cast.principal]
    first = visit(
        cast, cast.child, cast.sibling, region=area[0], team=both, written=AT + 3 * DAY,
        gifts={"a coat": "120.50", "a book": None}, suggestions=["A bench", "Warm water"],
        needs=["reading", "money"],
    )  # fmt: skip
    visit(cast, cast.classmate, mode="phone", household=None, team=[cast.counselor])
    visit(cast, cast.classmate, household=None, team=[cast.adviser], gifts={"a pen": 2})
    visit(cast, cast.child, mode="video", household=None, source="imported", written=AT + 40 * DAY)
    Need.objects.get(kind="money").resolve(by=cast.counselor, outcome="met")
    Need.objects.filter(kind="money").update(resolved_at=AT + 6 * DAY)
    Suggestion.objects.get(text="A bench").reply("Yes, in spring.", by=cast.principal)
    offer(cast, cast.child, cast.sibling, answer="this_time", days=1)
    offer(cast, cast.classmate, answer="no", days=4)
    offer(cast, cast.classmate, answer="other_time", days=2)
    offer(cast, cast.classmate)
    offer(cast, cast.classmate, revoked_at=AT)
    meeting = meet(cast, cast.school_class, cast.other_class, on="2026-10-08")
    note(cast, meeting, "came", household=cast.household)
    note(cast, meeting, "absent", person=cast.other_mother)
    speak(first, 3, 3, 2, 1, 3, 3, 3, 3, 3, 3, 1)
    campaign = make_campaign(cast.principal, cast.school)
    make_visit(campaign, cast.child)
    make_visit(campaign, cast.classmate, status="declined")
    aid = make_campaign(cast.principal, cast.school, name="Aid", purpose="targeted")
    make_visit(aid, cast.sibling, purpose="targeted")
    make_campaign(cast.principal, cast.school, name="Nothing yet", opened=False)
    return cast


# --- what is counted ---------------------------------------------------------------------------------


def test_it_counts_who_went(busy):
    codes = "visits_in_person", "visits_by_two", "staff_taking_part", "leaders_taking_part"
    assert counted(busy, *codes, mode="home") == [4, 1, 3, 1]
    assert counted(busy, *codes, breakdown="class=5c", mode="home") == [2, 1, 2, 1]


def test_a_leader_counts_who_led_on_that_day(busy):
    Membership.objects.filter(user=busy.principal).update(since=AT + DAY)
    assert counted(busy, "leaders_taking_part", mode="home") == [0]


def test_it_counts_when_visits_were_written_down(busy):
    codes = "visits_logged", "logged_within_a_day", "days_to_log"
    assert counted(busy, *codes, mode="home") == [4, 3, 0]
    assert counted(busy, *codes, breakdown="class=5c", mode="home") == [2, 1, 1.5]
    assert counted(busy, *codes, mode="school") == [0, 0, None]


def test_the_day_of_a_visit_is_that_of_the_school(cast):
    """21:00 and 25 minutes to midnight in Shanghai, and the first minute of the day after next."""
    late = dt.datetime(2026, 10, 5, 13, 0, tzinfo=dt.UTC)
    visit(cast, cast.child, at=late, written=late + dt.timedelta(hours=26, minutes=35))
    visit(cast, cast.child, at=late, written=late + dt.timedelta(hours=27))
    assert counted(cast, "logged_within_a_day", "days_to_log") == [1, 1.5]


def test_it_counts_homes_that_came(busy):
    assert counted(busy, "homes_noted", "homes_present") == [2, 1]
    assert counted(busy, "homes_noted", "homes_present", breakdown="class=5c") == [1, 1]
    assert counted(busy, "homes_noted", "homes_present", breakdown="class=3b") == [2, 1]


def test_a_no_was_asked_too(busy):
    codes = [code for code in MEASURES if code.startswith("offers_")]
    assert dict(zip(codes, counted(busy, *codes), strict=True)) == {
        "offers_sent": 4, "offers_answered": 3, "offers_accepted": 1, "offers_other_time": 1,
        "offers_declined": 1, "offers_unanswered": 1,
    }  # fmt: skip
    assert counted(busy, "days_to_answer") == [2]
    assert counted(busy, "offers_sent", "days_to_answer", breakdown="class=5c") == [1, 1]


def test_it_counts_issues_until_they_are_resolved(busy):
    codes = "issues_raised", "issues_resolved", "days_to_resolve"
    assert counted(busy, *codes) == [2, 1, 6]
    assert counted(busy, *codes, breakdown="need=reading") == [1, 0, None]
    assert counted(busy, *codes, breakdown="need=travel") == [0, 0, None]


def test_it_counts_suggestions_that_wait_too_long(busy):
    codes = "suggestions_raised", "suggestions_answered", "suggestions_overdue"
    assert counted(busy, *codes) == [2, 1, 1]
    asked = timezone.localdate(AT)
    answered = timezone.localdate(Suggestion.objects.get(text="A bench").answered_at)
    assert counted(busy, "days_to_reply") == [pytest.approx((answered - asked).days, abs=1)]


def test_a_gift_to_brothers_and_sisters_is_one_gift(busy):
    codes = "gifts_given", "homes_with_gift", "gifts_valued", "gifts_unvalued", "gifts_value"
    assert counted(busy, *codes) == [3, 2, 2, 1, 122.5]
    assert counted(busy, *codes, breakdown="class=5c") == [2, 1, 1, 1, 120.5]
    assert counted(busy, *codes, mode="phone") == [0, 0, 0, 0, None]


def test_a_campaign_reads_as_its_board_does(busy):
    found = everything(busy)
    students = Student.objects.filter(school=busy.school)
    for campaign, kind in [("Winter visits", "campaign"), ("Aid", "targeted_campaign")]:
        board = coverage.count(busy.term.campaigns.get(name=campaign), students)["", ""]
        for figure in found.figures:
            if (figure.kind, figure.key) == (kind, campaign):
                assert figure.value == board[figure.measure.removeprefix("campaign_")]
    assert found.by_place["campaign_met", "campaign", "Winter visits"].share == pytest.approx(1 / 3)


def test_two_purposes_never_stand_in_one_figure(busy):
    found = [figure for figure in everything(busy).figures if "campaign" in figure.measure]
    assert {(figure.kind, figure.key) for figure in found} == {
        ("campaign", "Winter visits"), ("targeted_campaign", "Aid"),
    }  # fmt: skip


# --- voices ----------------------------------------------------------------------------------------------


def voices(cast, audience="staff", question="listened", filters=None):
    found = everything(cast, audience, filters).by_place
    codes = "voices_said", "voices_mean", "voices_yes", "voices_partly", "voices_no"
    return [found[code, "question", question] for code in codes]


def test_voices_are_counted_in_whole_groups(busy):
    """Ten of eleven: the last one, a no, would tell what one family said."""
    assert [f.value for f in voices(busy)] == [10, 2.7, 8, 1, 1]
    assert voices(busy)[2].share == 0.8


@pytest.mark.parametrize("audience", ["staff", "public"])
def test_few_voices_are_hidden_in_both_versions(cast, audience):
    speak(visit(cast, cast.child), *[3] * 9)
    found = voices(cast, audience)
    assert all((f.value, f.n, f.suppressed) == (None, None, 1) for f in found)
    nobody = voices(cast, audience, question="at_home")
    assert [f.value for f in nobody] == [0, None, 0, 0, 0]


def test_filters_do_not_narrow_voices_to_one_family(busy):
    found = voices(busy, filters=Filters(school_class="3b"))
    assert [f.value for f in found] == [0, None, 0, 0, 0]


def test_nobody_opens_voices(busy, as_):
    reader = as_(busy.principal)
    page = reader.get(URL, {"sheet": "voices"})
    assert not any(cell["url"] for row in page.context["rows"] for cell in row["cells"])
    asked = {"measure": "voices_yes", "breakdown": "question=listened"}
    assert reader.get(reverse("reports:term-rows"), asked).status_code == 404


# --- rows, page and files ------------------------------------------------------------------------------


def test_every_figure_has_as_many_rows_as_it_says(busy):
    students = Student.objects.filter(school=busy.school)
    for filters in (Filters(), Filters(mode="home"), Filters(school_class="3b")):
        for figure in build(busy.term, students, "staff", filters).figures:
            measure = MEASURES[figure.measure]
            if measure.opens:
                _kind, rows = rows_of(busy.term, students, filters, figure)
                assert len(rows) == (figure.value if measure.is_count else figure.n), figure


def test_the_figures_of_every_sheet_open_their_rows(busy, as_):
    reader = as_(busy.principal)
    for sheet in SHEETS:
        page = reader.get(URL, {"sheet": sheet})
        row = page.context["rows"][0]
        for cell in row["cells"]:
            if cell["url"]:
                opened = reader.get(cell["url"])
                assert opened.status_code == 200, cell["url"]
                assert opened.context["page"].paginator.count


def test_page_and_files_say_the_same(busy, as_):
    snapshot = everything(busy)
    text = csv_of(snapshot).decode().removeprefix("\ufeff")
    told = {(r["measure"], r["breakdown"]): r["value"] for r in csv.DictReader(io.StringIO(text))}
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(snapshot, timezone.now())))
    for code, sheet in SHEETS.items():
        page = as_(busy.principal).get(URL, {"sheet": code, "all": 1})
        drawn = page.context["rows"]
        written = book.get_sheet_by_name(str(sheet.title)).to_python()[1:]
        assert len(drawn) == len(written)
        for row, line in zip(drawn, written, strict=True):
            for cell, number in zip(row["row"].cells, line[3:], strict=False):
                value = cell.value if cell else None
                assert (number if number != "" else None) == value
                if cell:
                    told_here = told[cell.measure, cell.breakdown]
                    assert told_here == ("" if value is None else str(value))


def test_the_page_counts_no_more_than_its_sheet_needs(busy, as_):
    page = as_(busy.principal).get(URL, {"sheet": "gifts"})
    found = {figure.measure for figure in page.context["snapshot"].figures}
    assert found == SHEETS["gifts"].needed | SHEETS["reach"].needed


def test_what_a_gift_is_worth_is_told_of_the_whole_alone_in_public(busy):
    found = everything(busy, PUBLIC)
    values = [f for f in found.figures if f.measure == "gifts_value"]
    assert [(f.breakdown, f.value, f.suppressed) for f in values] == [("", None, 1)]


def test_a_median_is_hidden_with_those_of_whom_it_is(busy):
    found = everything(busy, PUBLIC)
    assert found.total("visits_logged").suppressed
    assert (found.total("days_to_log").value, found.total("days_to_log").suppressed) == (None, 1)


def test_rows_of_a_confidential_visit_do_not_open(busy, as_):
    kept = visit(
        busy, busy.classmate, household=None, team=[busy.counselor], gifts={"a lamp": 5},
        suggestions=["Quiet"], needs=["family"],
    )  # fmt: skip
    kept.refresh_from_db()
    kept.keep_in_confidence(by=busy.counselor)
    adviser = as_(busy.adviser)
    for measure in ("gifts_given", "issues_raised", "suggestions_raised", "visits_in_person"):
        page = adviser.get(reverse("reports:term-rows"), {"measure": measure})
        text = page.content.decode()
        assert page.context["page"].paginator.count
        assert "Kept in confidence" in text, measure
        assert str(kept.pk) not in text
        assert "a lamp" not in text


def test_a_sheet_costs_a_query_for_each_campaign_and_one_for_voices_and_goals(
    busy, as_, django_assert_max_num_queries
):
    reader, most = as_(busy.principal), 15
    reader.get(URL)
    for sheet in SHEETS:
        more = {"campaigns": 1 + 2, "voices": 1, "goals": 1, "evaluation": 1}.get(sheet, 0)
        with django_assert_max_num_queries(most + more):
            reader.get(URL, {"sheet": sheet})


# --- the term before ---------------------------------------------------------------------------------------


def test_it_names_the_change_since_last_term(busy, as_):
    last = builders.make_term(busy.school, "2026s", "2026-02-15", "2026-07-15")
    visit(busy, busy.child, at=dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), household=None)
    snapshot = everything(busy)
    figure = snapshot.total("visits_held")
    assert (snapshot.before(figure), snapshot.change(figure)) == (1, figure.value - 1)
    assert snapshot.last["code"] == last.code
    page = as_(busy.principal).get(URL, {"sheet": "visits"})
    assert "last term 1" in " ".join(page.content.decode().split())
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(snapshot, timezone.now())))
    rows = {r[1]: r[2:] for r in book.get_sheet_by_name("Change since last term").to_python()}
    assert rows["visits_held"] == [figure.value, 1, figure.value - 1]
    text = csv_of(snapshot).decode().removeprefix("\ufeff")
    told = {
        r["measure"]: r["last_term"]
        for r in csv.DictReader(io.StringIO(text))
        if not r["breakdown"]
    }
    assert told["visits_held"] == "1"
    assert told["days_to_answer"] == ""


def test_the_change_tells_no_more_than_the_last_report_for_everybody(busy):
    builders.make_term(busy.school, "2026s", "2026-02-15", "2026-07-15")
    visit(busy, busy.child, at=dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC), household=None)
    snapshot = everything(busy, PUBLIC)
    assert "visits_held" not in snapshot.last["values"]
    assert snapshot.last["values"]["meetings_held"] == 0


def test_a_first_term_has_no_change(busy):
    assert everything(busy).last is None
