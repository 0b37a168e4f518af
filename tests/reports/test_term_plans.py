"""The sheets of the term report on plans: how they stand, their goals, reviews, answers and habits."""

import csv
import datetime as dt
import html
import io
from collections import Counter
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from counseling.models import (
    Answer,
    Goal,
    Habit,
    HabitWeek,
    Phase,
    Plan,
    Point,
    Review,
    Version,
    WeekCount,
    standings,
)
from counseling.models.habit import monday_of
from homeschool.people.models import Student, Term
from homeschool.reports.term import PUBLIC, SHEETS, Filters, build, csv_of, xlsx_of
from homeschool.reports.term.goals import COUNTED_AS, GOALS, count_goals
from homeschool.reports.term.hiding import hidden_of, sums
from homeschool.reports.term.paper import paper_of
from homeschool.reports.term.rows import plans as plan_rows, rows_of
from tests import builders

OF_PLANS = ("plans", "goals", "reviews", "agreement", "habits")
ROWS = "reports:term-rows"
State = Plan.State


def day(n):
    """Return the day `n` days from today, by the school's clock."""
    return timezone.localdate() + dt.timedelta(days=n)


def at(n):
    return timezone.now() + dt.timedelta(days=n)


def plan(cast, student, *, made=-60, **columns):
    """Make a plan that was opened so many days ago."""
    state = columns.get("state", State.DRAFT)
    due = {"next_review_on": day(10)} if state in Plan.AT_WORK else {}
    usual = {"begins": day(-90), "ends": day(60), "made_at": at(made)} | due
    return Plan.objects.create(
        school=student.school, student=student, owner=cast.counselor, made_by=cast.counselor,
        title="Reading", **(usual | columns),
    )  # fmt: skip


def closed(cast, student, days, **columns):
    done = {"closed_at": at(days), "closed_by": cast.counselor, "outcome": "reached"}
    return plan(cast, student, state=State.CLOSED, **(done | columns))


def goal(of, *values, start=-70, **columns):
    """Make a goal from 50 to 90 in 140 days, and write one value a week from a week after its start."""
    usual = {
        "statement": "Reads 90 words", "measure": "words", "baseline": Decimal(50),
        "baseline_on": day(start), "target": Decimal(90), "target_on": day(start + 140),
    }  # fmt: skip
    made = Goal.objects.create(plan=of, **(usual | columns))
    Point.objects.bulk_create(
        Point(goal=made, on=day(start + 7 * n), value=Decimal(value), source="staff")
        for n, value in enumerate(values, 1)
    )
    return made


def review(of, due, held):
    return Review.objects.create(
        plan=of, due_on=day(due), held_on=day(held), decision="continue", reason="x", by=of.owner
    )


def show(of, *answers, number=1):
    """Publish a version; `answers` are (person, agrees, proposals), a second one of a person in place of
    the first."""
    news = "new" if number > 1 else ""
    version = Version.objects.create(
        plan=of, number=number, body={}, language="en", news=news, by=of.owner, published_at=at(-20)
    )
    last: dict = {}
    for n, (person, agrees, *proposals) in enumerate(answers):
        last[person] = Answer.objects.create(
            version=version, person=person, agrees=agrees, proposals="".join(proposals),
            by=person or of.owner, at=at(-19 + n), supersedes=last.get(person),
        )  # fmt: skip
    return version


def habit(of, *shares):
    """Make a habit whose last weeks had these shares in percent."""
    its = goal(of, baseline=Decimal(20), target=Decimal(80), most=Decimal(100))
    made = Habit.objects.create(
        goal=its, what="Reads at home", days=[1, 2], since=day(-70), made_by=of.owner
    )
    this = monday_of(day(0))
    for n, share in enumerate(shares, 1):
        monday = this - dt.timedelta(weeks=n)
        point = Point.objects.create(
            goal=its, on=monday + dt.timedelta(days=6), value=Decimal(share), source="habit"
        )
        HabitWeek.objects.create(habit=made, monday=monday, point=point)
    return made


@pytest.fixture
def term(cast):
    """The term of the cast, from 80 days ago until in 60 days."""
    Term.objects.filter(pk=cast.term.pk).update(start=day(-80), end=day(60))
    cast.term.refresh_from_db()
    return cast.term


@pytest.fixture
def worked(cast, term):
    """Plans in every way: two at work and one that fades, one that is written, one closed in the term,
    one before it, and one of a child elsewhere."""
    first = plan(cast, cast.child, state=State.ACTIVE, next_review_on=day(-3))
    goal(first, 60, 62, 64, 66, 70, 72, 74, 78)
    goal(first, 50, 50, 49, 50, 50, 51, 50, 50)
    goal(first, 50, 50, 50, ended_at=at(-1))
    goal(first, start=5)
    review(first, -60, -60)
    review(first, -31, -25)
    show(first, (cast.mother, False))
    show(first, (cast.mother, False), (cast.mother, True), (None, True, "a shorter text"), number=2)
    habit(first, 100, 40, 50)
    silent = plan(cast, cast.sibling, state=State.REVIEW, made=-100)
    goal(silent, start=-90)
    goal(silent, 60, 70, 80)
    plan(cast, cast.classmate)
    ended = closed(cast, cast.classmate, -5, made=-100)
    goal(ended, 50)
    show(ended)
    fading = plan(cast, cast.classmate, state=State.FADING)
    goal(fading, 60, 70, 75, start=-28)
    show(fading, (cast.other_mother, True), (None, False))
    closed(cast, cast.classmate, -85, made=-200)
    goal(plan(cast, cast.other_child, state=State.ACTIVE))
    plan(cast, cast.sibling, state=State.ACTIVE, begins=day(-1))
    return cast


def everything(cast, audience="staff", filters=None, **how):
    return build(cast.term, Student.objects.filter(school=cast.school), audience, filters, **how)


def told(snapshot, *sheets, breakdown=""):
    """Return {measure: value} of these sheets, or of all, in one part."""
    codes = [code for sheet in sheets or OF_PLANS for code in SHEETS[sheet].measures]
    return {
        f.measure: f.value
        for f in snapshot.figures
        if f.measure in codes and f.breakdown == breakdown
    }


# --- what is counted ---------------------------------------------------------------------------------


def test_it_counts_plans_by_how_they_stand(worked):
    found = everything(worked)
    assert told(found, "plans") == {"plans_in_term": 6, "plans_opened": 4, "plans_closed": 1}
    assert told(found, "plans", breakdown="class=5c") == {
        "plans_in_term": 2, "plans_opened": 1, "plans_closed": 0,
    }  # fmt: skip
    states = {f.key: f.value for f in found.figures if f.kind == "state"}
    assert states == dict.fromkeys(states, 1) | {"agreed": 0, "active": 2}
    outcomes = {f.key: f.value for f in found.figures if f.kind == "outcome"}
    assert outcomes == dict.fromkeys(Plan.Outcome.values, 0) | {"reached": 1}


def test_it_counts_goals_as_the_rules_judge_them(worked):
    """The two of the habit and of the plan that fades have too few points, those of the sibling none of
    late; one has ended, and one has not begun."""
    found = everything(worked)
    assert told(found, "goals") == {
        "goals_followed": 6, "goals_missing": 1, "goals_too_few": 3, "goals_on_track": 1,
        "goals_off_track": 1,
    }  # fmt: skip
    assert told(found, "goals", breakdown="class=5c")["goals_followed"] == 2
    WeekCount.objects.create(
        plan=Plan.objects.get(state="active", student=worked.child),
        monday=monday_of(day(-14)), planned=9, held=1, attended=1,
    )  # fmt: skip
    assert told(everything(worked), "goals") == told(found, "goals")  # not delivered is off track
    followed = Plan.objects.filter(school=worked.school).at_work()
    by_page = standings(followed, timezone.localdate())
    verdicts = Counter(
        COUNTED_AS[one.finding.verdict]
        for goals in by_page.values()
        for one in goals
        if one.goal.baseline_on <= day(0)
    )
    assert verdicts == {
        code: number for code, number in told(found, "goals").items() if code in verdicts
    }


def test_it_names_what_is_missing_first(worked):
    found = {row["code"]: (row["number"], row["parts"]) for row in everything(worked).missing}
    assert found["goals_unmeasured"] == (1, [("Grade 3", 1)])
    assert found["plans_without_goal"] == (1, [("Grade 3", 1)])
    assert found["plans_not_shown"] == (2, [("Grade 3", 2)])


def test_what_is_missing_is_what_the_rules_call_missing(worked):
    """Two roads: the statement counts the days, the rules judge the points."""
    silent = Plan.objects.get(state="review")
    goal(silent, 60, start=-80)
    late = goal(silent, 60, 70, start=-90)
    wrong = Point.objects.create(goal=late, on=day(-3), value=80, source="staff")
    Point.objects.create(goal=late, on=day(-70), value=80, source="staff", supersedes=wrong)
    goal(silent, 60, start=-56 - 7)  # just as long ago as may be
    goal(silent, 60, start=-57 - 7)
    for changed in (None, -80, -70, -57, -56, -30, 4):
        if changed is not None:
            Phase.objects.create(plan=silent, on=day(changed), words="x", by=silent.owner)
        found = everything(worked)
        missing = next((r["number"] for r in found.missing if r["code"] == "goals_unmeasured"), 0)
        assert missing == found.total("goals_missing").value, changed
        assert found.total("goals_followed").value == sum(
            found.total(code).value for code in GOALS - {"goals_followed"}
        )


def test_it_counts_reviews_on_time(worked):
    found = everything(worked)
    assert told(found, "reviews") == {
        "reviews_due": 3, "reviews_on_time": 1, "reviews_late": 1, "reviews_open": 1,
    }  # fmt: skip
    assert found.total("reviews_on_time").share == pytest.approx(1 / 3)


def test_it_counts_what_families_said_last_to_the_newest_version(worked):
    assert told(everything(worked), "agreement") == {
        "plans_shown": 3, "plans_answered": 2, "plans_agreed": 1, "plans_not_agreed": 1,
        "plans_unanswered": 1, "plans_with_wishes": 1,
    }  # fmt: skip


def test_it_counts_the_weeks_of_habits(worked):
    assert told(everything(worked), "habits") == {
        "habits_practised": 1, "habit_weeks": 3, "habit_weeks_kept": 2,
    }  # fmt: skip


def test_filters_narrow_by_class_and_not_by_visits(worked):
    whole = told(everything(worked))
    assert told(everything(worked, filters=Filters(mode="phone"))) == whole
    narrow = told(everything(worked, filters=Filters(school_class="5c")))
    assert (narrow["plans_in_term"], narrow["goals_followed"], narrow["plans_shown"]) == (2, 2, 0)


# --- a term that is over -------------------------------------------------------------------------------


def test_a_term_that_is_over_stands_as_it_ended(worked):
    """At work then, closed since; closed then; written since."""
    past = builders.make_term(worked.school, "past", f"{day(-200)}", f"{day(-82)}")
    ended = Plan.objects.get(state="closed", closed_at__gt=at(-10))
    Plan.objects.filter(pk=ended.pk).update(made_at=at(-180))
    goal(ended, 70, 70, 70, 70, 70, 70, 70, start=-150)
    review(ended, -100, -60)
    students = Student.objects.filter(school=worked.school)
    found = build(past, students)
    states = {f.key: f.value for f in found.figures if f.kind == "state" and f.value}
    assert states == {"active": 1, "review": 1, "closed": 1}
    history = Plan.pgh_event_model.objects
    history.filter(pgh_obj=ended.pk).update(pgh_created_at=at(-180), state="fading")
    found = build(past, students)
    states = {f.key: f.value for f in found.figures if f.kind == "state" and f.value}
    assert states == {"fading": 1, "review": 1, "closed": 1}
    assert told(found, "plans", "goals") == {
        "plans_in_term": 3, "plans_opened": 3, "plans_closed": 1, "goals_followed": 2,
        "goals_missing": 0, "goals_too_few": 1, "goals_on_track": 1, "goals_off_track": 0,
    }  # fmt: skip
    same_as_rows(past, students, found, Filters())
    now = everything(worked)
    assert now.last["code"] == "past"
    assert now.change(now.total("plans_in_term")) == 3
    assert now.change(now.total("goals_followed")) == 4
    assert now.before(now.total("goals_missing")) == 0


# --- rows, page and files ------------------------------------------------------------------------------


def same_as_rows(term, students, snapshot, filters):
    for figure in snapshot.figures:
        if figure.measure in plan_rows.RECORDS:
            _kind, rows = rows_of(term, students, filters, figure)
            assert len(rows) == figure.value, figure
            assert rows.count() == figure.value, figure


@pytest.mark.parametrize("filters", [Filters(), Filters(school_class="3b")])
def test_every_figure_has_as_many_rows_as_it_says(worked, filters):
    students = Student.objects.filter(school=worked.school)
    same_as_rows(worked.term, students, build(worked.term, students, filters=filters), filters)


def test_every_figure_opens_its_rows_for_who_reads_plans(worked, as_):
    reader, opened = as_(worked.principal), 0
    for sheet in OF_PLANS:
        page = reader.get("/reports/term/", {"term": worked.term.pk, "sheet": sheet, "all": 1})
        urls = [cell["url"] for row in page.context["rows"] for cell in row["cells"]]
        for url in filter(None, urls):
            rows = reader.get(url)
            assert rows.status_code == 200, url
            assert [row for row in rows.context["page"] if row["url"].startswith("/plans/")], url
            opened += 1
        assert str(SHEETS[sheet].counted[0].definition) in html.unescape(page.content.decode())
    assert opened > 40
    office = as_(worked.school_admin)
    page = office.get("/reports/term/", {"term": worked.term.pk, "sheet": "goals"})
    cells = [cell for row in page.context["rows"] for cell in row["cells"]]
    assert cells[0]["figure"].value == 6
    assert not any(cell["url"] for cell in cells)
    asked = {"term": worked.term.pk, "measure": "goals_missing"}
    assert office.get(reverse(ROWS), asked).status_code == 403
    mine = as_(worked.adviser).get(reverse(ROWS), asked | {"measure": "plans_in_term"})
    assert mine.context["page"].paginator.count == 4
    unknown = {"measure": "plans_in_term", "breakdown": "state=gone", "term": worked.term.pk}
    assert reader.get(reverse(ROWS), unknown).status_code == 404


def test_page_and_files_say_the_same(worked, as_):
    snapshot = everything(worked)
    text = csv_of(snapshot).decode().removeprefix("\ufeff")
    tidy = {(r["measure"], r["breakdown"]): r["value"] for r in csv.DictReader(io.StringIO(text))}
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(snapshot, timezone.now())))
    paper = {str(sheet["title"]): sheet for sheet in paper_of(snapshot, timezone.now())["sheets"]}
    for code in OF_PLANS:
        page = as_(worked.principal).get(
            "/reports/term/", {"term": worked.term.pk, "sheet": code, "all": 1}
        )
        title = str(SHEETS[code].title)
        drawn = [row["row"].cells for row in page.context["rows"]]
        written = book.get_sheet_by_name(title).to_python()[1:]
        printed = [row.cells for part in paper[title]["parts"] for row in part["rows"]]
        assert drawn == printed
        assert len(drawn) == len(written)
        for cells, line in zip(drawn, written, strict=True):
            for cell, number in zip(cells, line[3:], strict=False):
                assert (number if number != "" else None) == (cell and cell.value)
                assert cell is None or tidy[cell.measure, cell.breakdown] == str(cell.value)


def test_the_public_version_hides_small_groups(worked):
    found = everything(worked, PUBLIC)
    shown = [f for f in found.figures if f.measure in plan_rows.RECORDS and f.value]
    assert not shown
    assert found.total("goals_followed").suppressed
    assert not [f for f in found.figures if f.kind == "class"]
    assert found.missing == []
    for _n in range(12):
        goal(Plan.objects.get(state="fading"), 60)
    public = everything(worked, PUBLIC)
    assert public.total("goals_followed").value == 18
    assert public.total("goals_missing").suppressed
    assert not public.total("goals_too_few").suppressed or public.total("goals_on_track").suppressed


def test_it_asks_the_same_for_one_plan_and_for_twenty(worked, django_assert_num_queries):
    students = Student.objects.filter(school=worked.school)
    count_goals(worked.term, students)  # the term reads its school once
    for _turn in range(2):
        with django_assert_num_queries(5):
            count_goals(worked.term, students)
        for _n in range(20):
            more = plan(worked, worked.child, state=State.ACTIVE)
            goal(more, 50, 60)
            show(more)
    wanted = frozenset(SHEETS["goals"].measures)
    assert everything(worked, measures=wanted).total("goals_followed").value == 46


def test_tables_that_no_sum_binds_are_hidden_one_by_one():
    """What is small in one table hides nothing in another."""
    values = {
        ("goals_followed", "", ""): 30, ("goals_followed", "division", "a"): 3,
        ("goals_followed", "division", "b"): 12, ("goals_followed", "division", "c"): 15,
        ("habits_practised", "", ""): 30, ("habits_practised", "division", "a"): 10,
        ("habits_practised", "division", "b"): 20,
    }  # fmt: skip
    assert hidden_of(values, list(sums(values)), 10) == {
        ("goals_followed", "division", "a"), ("goals_followed", "division", "b"),
    }  # fmt: skip
