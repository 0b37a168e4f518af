"""Sheets of observations and points: what is read, what is refused, what is written once."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from counseling.models import Observation, ObservationImport, Plan, Point
from counseling.reading.importing import HEADINGS, SheetFile, Unreadable
from homeschool.journal.models import Entry
from homeschool.people.models import Student
from tests.visits.sheets import as_csv, as_xlsx

from .builders import MONDAY, make_plan, measure

pytestmark = pytest.mark.django_db
HEADER, OF_POINTS = tuple(HEADINGS["observations"]), tuple(HEADINGS["points"])


def line(cast, **cells):
    """Return the cells of a mark of the child, with these cells changed."""
    usual = {
        "student_number": cast.child.number, "kind": "mark", "subject": "Mathematics",
        "value": "85", "out_of": "100", "date": "2026-10-12", "words": "Reads the task well.",
    }  # fmt: skip
    return usual | cells


def point(cast, **cells):
    usual = {
        "student_number": cast.child.number, "goal": "words in a minute", "date": "2026-09-21",
        "value": "58",
    }  # fmt: skip
    return usual | cells


def brought(cast, *lines, header=HEADER, by=None, name="sheet.csv", raw=None, **how):
    """Bring lines in as the command line does, or as `by`; return what came of it."""
    file = SheetFile(raw or as_csv(*lines, header=header), name)
    return file.bring_in(cast.school, by=by, **how)


def wrong(cast, *lines, **how):
    """Return [(row, column, kind)] of what is refused of these lines."""
    return [(p.row, p.column, p.kind) for p in brought(cast, *lines, **how).problems]


# --- what a sheet writes -------------------------------------------------------------------------------


def test_a_sheet_writes_every_kind_with_an_entry_each(cast):
    coming = brought(
        cast,
        line(cast, teacher=cast.adviser.email.upper()),
        line(cast, value="90/100", out_of="", date="2026/10/13"),
        line(cast, value="85,5", date="2026年10月14日"),
        line(cast, value="７５％", out_of="", date="2026-10-15"),
        line(cast, value="2", out_of="", date="2026-10-16"),
        line(cast, kind="出勤", value="absent", subject="", out_of="", words=""),
        line(
            cast,
            kind="attendance",
            value="迟到",
            subject="",
            out_of="",
            words="",
            date="2026-10-13",
        ),
        line(
            cast,
            kind="asistencia",
            value="18/20",
            subject="",
            out_of="",
            words="",
            date="2026-10-31",
        ),
        line(
            cast, kind="Behavior", value="", out_of="", subject="", words="=) helps a new child"[2:]
        ),
        line(cast, kind="评语", value="", out_of="", subject="", words="说得很好。\n继续加油！"),
    )
    assert coming.problems == []
    assert coming.counts == {"observations": {"new": 10, "changed": 0, "same": 0}}
    rows = Observation.objects.filter(kind="mark").order_by("on")
    assert [(row.value, row.out_of) for row in rows] == [
        (Decimal(85), Decimal(100)), (Decimal(90), Decimal(100)), (Decimal("85.5"), Decimal(100)),
        (Decimal(75), Decimal(100)), (Decimal(2), None),
    ]  # fmt: skip
    assert rows[0].by == cast.adviser
    days = Observation.objects.filter(kind="attendance").order_by("on")
    assert [(row.value, row.out_of, row.words) for row in days] == [
        (0, 1, ""), (1, 1, "迟到"), (18, 20, ""),
    ]  # fmt: skip
    assert set(Observation.objects.values_list("source", "school")) == {
        ("imported", cast.school.pk)
    }
    entries = Entry.objects.filter(verb="observation.imported", student=cast.child)
    assert entries.count() == 10
    assert "task" not in json.dumps(list(entries.values_list("data", flat=True)))
    counts = Entry.objects.get(verb="observations.imported").data["counts"]
    assert counts == {"new": 10, "changed": 0, "same": 0}


def test_the_same_sheet_writes_nothing_twice_and_a_later_one_corrects(cast):
    brought(cast, line(cast), line(cast, kind="remark", value="", out_of="", words="Kind."))
    again = brought(cast, line(cast), line(cast, kind="remark", value="", out_of="", words="Kind."))
    assert again.counts["observations"] == {"new": 0, "changed": 0, "same": 2}
    later = brought(cast, line(cast, value="88"))
    assert later.counts["observations"] == {"new": 0, "changed": 1, "same": 0}
    mark = Observation.objects.standing().get(kind="mark")
    assert (mark.value, mark.supersedes.value) == (88, 85)
    # what somebody wrote by hand since is left alone
    mark.correct(by=cast.adviser, value=Decimal(91))
    assert wrong(cast, line(cast, value="88")) == [(2, "value", "stands")]
    assert brought(cast, line(cast, value="91")).same == 1


def test_gb18030_and_workbooks_are_read_with_headings_of_three_languages(cast):
    head = ("学号", "类别", "科目", "得分", "满分", "日期", "评语", "教师")
    cells = (
        cast.child.number,
        "成绩",
        "语文",
        "85",
        "100",
        "2026年10月12日",
        "读得很清楚，再慢一点。",
        "",
    )
    text = io.StringIO()
    csv.writer(text).writerows([head, cells])
    brought(cast, raw=text.getvalue().encode("gb18030"))
    assert Observation.objects.get().words == "读得很清楚，再慢一点。"
    row = line(cast, subject="Art", value=7.5, out_of=10, date=dt.date(2026, 10, 20))
    brought(cast, raw=as_xlsx(row, header=HEADER), name="a.xlsx")
    assert Observation.objects.get(subject="Art").on == dt.date(2026, 10, 20)


# --- what is refused ------------------------------------------------------------------------------------


def test_every_wrong_cell_is_told_and_nothing_is_written(cast):
    tomorrow = timezone.localdate() + dt.timedelta(days=2)
    lines = [
        (line(cast, student_number="nobody"), ("student_number", "student")),
        (line(cast, student_number=cast.other_child.number), ("student_number", "student")),
        (line(cast, student_number=""), ("student_number", "empty")),
        (line(cast, kind="rumour"), ("kind", "kind")),
        (line(cast, subject=""), ("subject", "empty")),
        (line(cast, date="1899-12-31"), ("date", "early")),
        (line(cast, date=str(tomorrow)), ("date", "future")),
        (line(cast, date="12.10.2026"), ("date", "day")),
        (line(cast, date="2026-02-30"), ("date", "day")),
        (line(cast, value=""), ("value", "empty")),
        (line(cast, value="101"), ("value", "outside")),
        (line(cast, value="-3"), ("value", "outside")),
        (line(cast, value="1,234"), ("value", "number")),
        (line(cast, value="B+"), ("value", "number")),
        (line(cast, value="absent"), ("value", "number")),
        (line(cast, value="=SUM(A1:A3)"), ("value", "formula")),
        (line(cast, words="=HYPERLINK(1)"), ("words", "formula")),
        (line(cast, value="90/50", out_of=""), ("value", "outside")),
        (line(cast, value="90/100", out_of="50"), ("value", "measure")),
        (line(cast, out_of="0"), ("value", "outside")),
        (line(cast, kind="attendance", value="18", out_of=""), ("value", "measure")),
        (line(cast, kind="behaviour"), ("value", "needless")),
        (line(cast, kind="remark", value="", out_of="", words=""), ("words", "empty")),
        (line(cast, words="a" * 1001), ("words", "long")),
        (line(cast, words="a\x07b"), ("words", "sign")),
        (line(cast, teacher="nobody@example.org"), ("teacher", "teacher")),
    ]  # fmt: skip
    right = line(cast, subject="History")
    found = wrong(cast, right, *(cells for cells, _said in lines))
    assert found == [(row, *said) for row, (_cells, said) in enumerate(lines, 3)]
    assert not Observation.objects.exists()
    coming = brought(cast, right, *(cells for cells, _said in lines), skip_refused=True)
    assert (Observation.objects.get().subject, coming.refused) == ("History", len(lines))


def test_a_row_that_stands_twice_is_refused_whatever_it_says(cast):
    lines = [line(cast), line(cast), line(cast, value="70"), line(cast, subject="Mathemátics ")]
    assert wrong(cast, *lines) == [(3, "", "twice"), (4, "", "twice"), (5, "", "twice")]


def test_a_row_without_a_teacher_beside_one_with_a_teacher_is_said_twice(cast):
    named = line(cast, teacher=cast.adviser.email)
    another = line(cast, teacher=cast.counselor.email, value="60")
    nobody = line(cast, value="70")
    brought(cast, named)
    for lines, refused in (
        ((named, nobody), [3]), ((nobody, named), [3]), ((named, another, nobody), [4]),
        ((nobody, named, another), [3, 4]), ((named, another), []),
    ):  # fmt: skip
        assert wrong(cast, *lines, dry_run=True) == [(row, "", "twice") for row in refused]
    again = brought(
        cast, line(cast, teacher=cast.adviser.email, value="90"), nobody, skip_refused=True
    )
    assert again.counts["observations"] == {"new": 0, "changed": 1, "same": 0}
    assert Observation.objects.standing().get().value == 90


def test_a_sheet_of_another_school_is_recognised_and_a_file_that_is_no_sheet(cast):
    assert wrong(cast, line(cast, student_number="x1"), line(cast, student_number="x2")) == [
        (2, "student_number", "foreign"), (3, "student_number", "foreign"),
    ]  # fmt: skip
    for raw in (b"", b"%PDF-1.4", b"student_number,kind\n1,mark\n", b"a,b\n1,2\n"):
        with pytest.raises(Unreadable):
            SheetFile(raw, "x.csv")


def test_somebody_brings_in_what_is_about_the_own_children_only(cast):
    lines = [line(cast), line(cast, student_number=cast.sibling.number)]
    assert wrong(cast, *lines, by=cast.adviser) == [(3, "student_number", "student")]
    assert wrong(cast, *lines, by=cast.other_teacher) == [(2, "student_number", "student")]
    assert wrong(cast, *lines, by=cast.mother) == [
        (2, "student_number", "foreign"), (3, "student_number", "foreign"),
    ]  # fmt: skip
    assert brought(cast, *lines, by=cast.school_admin).problems == []
    assert set(Observation.objects.values_list("by", flat=True)) == {cast.school_admin.pk}


def test_a_colleagues_name_is_taken_from_leaders_and_the_office_alone(cast):
    theirs = line(cast, kind="remark", value="", out_of="", teacher=cast.counselor.email)
    own = line(cast, teacher=cast.adviser.email.upper())
    assert wrong(cast, theirs, own, by=cast.adviser, dry_run=True) == [(2, "teacher", "anothers")]
    for person in (cast.principal, cast.school_admin, None):
        assert wrong(cast, theirs, own, by=person, dry_run=True) == [], person


# --- points of goals --------------------------------------------------------------------------------------


def test_points_come_in_by_the_measure_or_the_words_of_the_goal(cast):
    plan = make_plan(cast, state=Plan.State.ACTIVE)
    goal = plan.goals.get()
    coming = brought(
        cast, point(cast), point(cast, goal=goal.statement.upper(), date="2026-09-28", value="61,5"),
        header=OF_POINTS, by=cast.counselor,
    )  # fmt: skip
    assert coming.counts == {"points": {"new": 2, "changed": 0, "same": 0}}
    points = Point.objects.standing().filter(goal=goal)
    assert [(p.value, p.source, p.by) for p in points.order_by("on")] == [
        (58, "imported", cast.counselor), (Decimal("61.5"), "imported", cast.counselor),
    ]  # fmt: skip
    assert Entry.objects.filter(verb="point.imported", student=cast.child).count() == 2
    later = brought(cast, point(cast), point(cast, date="2026-09-28", value="62"), header=OF_POINTS)
    assert later.counts["points"] == {"new": 0, "changed": 1, "same": 1}
    assert Point.objects.standing().filter(goal=goal).count() == 2


def test_points_that_cannot_be_are_refused(cast):
    plan = make_plan(cast, state=Plan.State.ACTIVE)
    plan.goals.update(most=Decimal(200))
    measure(plan.goals.get(), 55, start=3)
    by_hand = str(MONDAY + dt.timedelta(weeks=3))
    lines = [
        (point(cast, goal="sleep"), ("goal", "goal")),
        (point(cast, date="2026-09-06"), ("date", "before")),
        (point(cast, date="2199-01-01"), ("date", "future")),
        (point(cast, value="201"), ("value", "outside")),
        (point(cast, value="90/50"), ("value", "number")),
        (point(cast, date=by_hand, value="60"), ("value", "stands")),
        (point(cast, student_number=cast.classmate.number), ("goal", "goal")),
    ]
    found = wrong(cast, *(cells for cells, _said in lines), header=OF_POINTS, by=cast.principal)
    assert found == [(row, *said) for row, (_cells, said) in enumerate(lines, 2)]
    # the office sees no plans, and finds no goals; a closed plan takes nothing any more
    assert wrong(cast, point(cast), header=OF_POINTS, by=cast.school_admin) == [(2, "goal", "goal")]
    plan.close(by=cast.counselor, outcome=Plan.Outcome.REACHED)
    assert wrong(cast, point(cast), header=OF_POINTS) == [(2, "goal", "goal")]


# --- the command --------------------------------------------------------------------------------------------


def run(cast, path, *options, school=None):
    """Return (exit status, output) of the command."""
    out, status = io.StringIO(), 0
    try:
        call_command(
            "import_observations", str(path), "--school", school or cast.school.code, *options,
            stdout=out, stderr=out,
        )  # fmt: skip
    except SystemExit as stopped:
        status = stopped.code
    return status, out.getvalue()


def test_the_command_brings_in_says_what_it_did_and_keeps_what_takes_it_back(cast, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(as_csv(line(cast), header=HEADER))
    bad.write_bytes(as_csv(line(cast, subject="Art"), line(cast, value="x"), header=HEADER))
    status, out = run(cast, good, "--dry-run")
    assert (status, Observation.objects.count()) == (0, 0)
    assert "dry run" in out
    status, out = run(cast, good, "--json")
    assert (status, json.loads(out)) == (
        0, {"observations": {"new": 1, "changed": 0, "same": 0}, "applied": True, "refused": []},
    )  # fmt: skip
    sheet = ObservationImport.objects.get()
    assert (sheet.state, sheet.asked_by, bool(sheet.undo)) == ("done", None, True)
    status, out = run(cast, bad, "--json")
    [refused] = json.loads(out)["refused"]
    assert (status, refused["row"], refused["column"], refused["found"]) == (1, 3, "value", "x")
    assert Observation.objects.count() == 1
    assert run(cast, bad, "--skip-refused")[0] == 0
    assert Observation.objects.count() == 2
    with pytest.raises(CommandError):
        run(cast, good, school="no-such")
    with pytest.raises(CommandError):
        run(cast, tmp_path / "none.csv")


def test_a_thousand_rows_take_few_queries(cast, django_assert_max_num_queries):
    Student.objects.bulk_create(
        Student(
            school=cast.school, division=cast.child.division, school_class=cast.school_class,
            number=f"B{n}", full_name=f"Child {n}", sort_key=f"child {n}", search_key=f" b{n}",
        )
        for n in range(100)
    )  # fmt: skip
    lines = [
        line(cast, student_number=f"B{n % 100}", date=f"2026-10-{n // 100 + 1:02}")
        for n in range(1000)
    ]
    raw = as_csv(*lines, header=HEADER)
    with django_assert_max_num_queries(20):
        coming = brought(cast, raw=raw)
    assert coming.counts["observations"]["new"] == 1000
