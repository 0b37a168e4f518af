"""What the API says of visits and promises: to staff by their roles, to families what was shared."""

import datetime as dt

import pytest
from django.utils import timezone

from homeschool.journal.models import Entry
from tests import builders
from tests.api import Program
from tests.records import hold, owed
from visits.models import Addendum, Visit, VisitChild

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(cast):
    """A visit of the counselor at home, shared, with one question kept out."""
    return hold(
        VisitChild(
            student=cast.child, going_well="Reads aloud", needs=["reading"], needs_words="A lamp"
        ),
        by=cast.counselor,
        household=cast.household,
        hopes="A scholarship",
        kept_out=["hopes"],
        explained="The new timetable",
        shared_summary="Thank you for the tea",
        situation="Grandmother is ill",
        staff_note="Went well",
        promises=[owed(cast.child, "Read each evening"), owed(cast.child, "A book", cast.adviser)],
        guests=["Aunt Li"],
    )


def read(person, visit):
    return Program(person).read(f"visits/{visit.pk}/")


# --- to staff ----------------------------------------------------------------------------------------


def test_it_tells_those_who_made_the_visit_all_of_it(cast, visit):
    row = read(cast.counselor, visit)
    assert row["as_staff"] is True
    assert (row["situation"], row["staff_note"]) == ("Grandmother is ill", "Went well")
    assert (row["hopes"], row["kept_out"]) == ("A scholarship", ["hopes"])
    assert row["children"] == [
        {
            "id": str(cast.child.pk),
            "name": "林小雨",
            "going_well": "Reads aloud",
            "needs": ["reading"],
            "needs_words": "A lamp",
        }
    ]
    assert row["present"] == [{"name": "Aunt Li", "relation": ""}]
    assert row["visitors"] == ["Mei Chen"]


def test_it_keeps_the_staff_part_from_a_teacher_who_was_not_there(cast, visit):
    row = read(cast.adviser, visit)
    assert row["situation"] is row["staff_note"] is row["kept_out"] is None
    assert row["hopes"] == ""
    assert row["explained"] == "The new timetable"


def test_it_tells_a_school_administrator_no_records(cast, visit):
    program = Program(cast.school_admin)
    assert program.rows("visits/") == program.rows("promises/") == []
    assert program.get(f"visits/{visit.pk}/").status_code == 404


def test_it_writes_down_that_staff_read_it(cast, visit):
    program = Program(cast.counselor)
    program.rows("visits/")
    assert not Entry.objects.filter(kind=Entry.Kind.VIEWED).exists()
    program.read(f"visits/{visit.pk}/")
    entry = Entry.objects.get(kind=Entry.Kind.VIEWED)
    assert (entry.verb, entry.actor, entry.student) == ("visit.viewed", cast.counselor, cast.child)
    assert entry.data == {"fields": ["staff_part"]}


def test_it_writes_down_no_address_since_it_tells_none(cast):
    planned = Visit(school=cast.school, household=cast.household, planned_at=timezone.now())
    planned.schedule(by=cast.counselor, children=[cast.child], visitors=[cast.counselor])
    answer = Program(cast.counselor).get(f"visits/{planned.pk}/")
    assert "Mill Lane" not in answer.content.decode().replace("Mill Lane School", "")
    assert Entry.objects.get(kind=Entry.Kind.VIEWED).data == {"fields": ["staff_part"]}


def test_it_names_only_the_children_in_sight(cast):
    lines = [VisitChild(student=cast.child), VisitChild(student=cast.sibling)]
    visit = hold(*lines, by=cast.counselor)
    assert [row["name"] for row in read(cast.adviser, visit)["children"]] == ["林小雨"]
    listed = Program(cast.adviser).rows("visits/")[0]
    assert [row["name"] for row in listed["children"]] == ["林小雨"]
    assert Program(cast.adviser).rows("visits/", student=cast.sibling.pk) == []


# --- to families ---------------------------------------------------------------------------------------


def test_it_tells_a_family_what_was_shared(cast, visit):
    row = read(cast.mother, visit)
    assert row["as_staff"] is False
    assert (row["mode"], row["closing_words"]) == ("home", "Thank you for the tea")
    assert row["children"][0]["needs"] == ["reading"]
    assert row["hopes"] == ""
    hidden = ("situation", "staff_note", "kept_out", "visitors", "purpose", "recorded_by")
    assert [row[name] for name in hidden] == [None] * len(hidden)
    assert not Entry.objects.filter(kind=Entry.Kind.VIEWED).exists()


def test_it_tells_a_family_nothing_that_was_not_shared(cast):
    visit = hold(VisitChild(student=cast.child), by=cast.counselor, share=False)
    assert Program(cast.mother).rows("visits/") == []
    assert Program(cast.mother).get(f"visits/{visit.pk}/").status_code == 404


def test_it_tells_another_home_neither_place_nor_answers(cast, visit):
    other = builders.make_guardian(cast.child, "Second Home", relation="father")
    row = read(other, visit)
    assert row["mode"] is None
    assert row["present"] == []
    assert row["children"][0]["needs"] == []
    listed = Program(other).rows("visits/")[0]
    assert listed["mode"] is None
    assert Program(other).rows("visits/", mode="home") == []
    assert [row["what"] for row in Program(other).rows("promises/")] == ["A book"]


def test_it_names_no_child_that_the_family_does_not_see(cast):
    lines = [VisitChild(student=cast.child), VisitChild(student=cast.classmate)]
    visit = hold(*lines, by=cast.principal, household=cast.household)
    assert [row["name"] for row in read(cast.mother, visit)["children"]] == ["林小雨"]


def test_it_tells_each_side_the_additions_that_are_for_it(cast, visit):
    pin = Addendum.objects.pin
    pin(visit, "For the family", by=cast.counselor, shared=True)
    pin(visit, "For staff", by=cast.counselor)
    pin(visit, "From home", by=cast.mother, student=cast.child, from_family=True, shared=True)
    texts = [row["text"] for row in read(cast.mother, visit)["additions"]]
    assert texts == ["For the family", "From home"]
    assert len(read(cast.counselor, visit)["additions"]) == 3
    other = builders.make_guardian(cast.child, "Second Home", relation="father")
    assert [row["text"] for row in read(other, visit)["additions"]] == ["For the family"]


# --- the list ------------------------------------------------------------------------------------------


def test_it_lists_the_newest_first_and_by_time(cast, visit):
    soon = timezone.now() + dt.timedelta(days=3)
    planned = Visit(school=cast.school, planned_at=soon)
    planned.schedule(by=cast.counselor, children=[cast.child], visitors=[cast.counselor])
    program = Program(cast.counselor)
    assert [row["id"] for row in program.rows("visits/")] == [str(planned.pk), str(visit.pk)]
    now = timezone.now().isoformat()
    assert [row["id"] for row in program.rows("visits/", since=now)] == [str(planned.pk)]
    assert [row["id"] for row in program.rows("visits/", before=now)] == [str(visit.pk)]
    assert [row["id"] for row in program.rows("visits/", status="held")] == [str(visit.pk)]


def test_it_gives_every_visit_once_in_pages(cast):
    for _n in range(7):
        hold(VisitChild(student=cast.child), by=cast.counselor)
    rows = Program(cast.counselor).all_rows("visits/", page_size=2)
    assert len({row["id"] for row in rows}) == len(rows) == 7


def test_it_writes_moments_in_utc(cast, visit):
    row = read(cast.counselor, visit)
    happened = dt.datetime.fromisoformat(row["happened_at"])
    assert row["happened_at"].endswith("Z")
    assert happened == visit.happened_at


# --- promises ------------------------------------------------------------------------------------------


def promises(person, **query):
    return {row["what"]: row for row in Program(person).rows("promises/", **query)}


def test_it_tells_both_sides_the_same_promises(cast, visit):
    assert (
        set(promises(cast.mother)) == set(promises(cast.adviser)) == {"Read each evening", "A book"}
    )


def test_it_tells_who_owes_it(cast, visit):
    assert promises(cast.mother)["A book"]["owner"] == "Daniel Okafor"
    assert promises(cast.mother)["Read each evening"]["owner"] is None


def test_it_tells_how_it_stands(cast, visit):
    book = visit.promises.get(what="A book")
    book.due = dt.date(2020, 1, 1)
    book.save()
    assert promises(cast.adviser)["A book"]["state"] == "late"
    book.keep(by=cast.adviser)
    assert promises(cast.adviser)["A book"]["state"] == "done"
    assert set(promises(cast.adviser, done="true")) == {"A book"}
    assert set(promises(cast.adviser, done="false")) == {"Read each evening"}
    assert set(promises(cast.adviser, due_until="2020-01-01")) == {"A book"}


def test_it_tells_none_of_a_visit_that_was_not_shared(cast):
    hold(
        VisitChild(student=cast.child),
        by=cast.counselor,
        share=False,
        promises=[owed(cast.child, "Later")],
    )
    assert promises(cast.mother) == {}
    assert set(promises(cast.adviser)) == {"Later"}


def test_it_tells_none_that_was_let_go(cast, visit):
    visit.promises.update(dropped_at=timezone.now())
    assert promises(cast.adviser) == {}
