"""Figures of a term that is over: children count where they were as it ended, as far as it is known."""

import datetime as dt

import pytest

from homeschool.people.models import Student
from homeschool.reports.term import Filters, build
from homeschool.reports.term.measures import MEASURES
from homeschool.reports.term.rows import rows_of
from tests import builders

from .terms import meet, visit

THEN = dt.datetime(2025, 11, 5, 9, tzinfo=dt.UTC)
HISTORY = Student.pgh_event_model


@pytest.fixture
def moved(cast):
    """A past term: the child sat in 5C and sits in 3B, the sibling has left since, the classmate came
    after it."""
    cast.past = builders.make_term(cast.school, "2025a", "2025-09-01", "2026-02-01")
    cast.child.move(cast.other_class, by=cast.school_admin)
    HISTORY.objects.exclude(pgh_obj=cast.classmate.pk).update(pgh_created_at=THEN)
    cast.child.move(cast.school_class, by=cast.school_admin)
    Student.objects.filter(pk=cast.sibling.pk).update(status="left")
    visit(cast, cast.child, at=THEN, household=None)
    meet(cast, cast.other_class, on="2025-11-10")
    return cast


def past(cast, **filters):
    students = Student.objects.filter(school=cast.school)
    return build(cast.past, students, filters=Filters(**filters))


def values(snapshot, measure, kind="class"):
    return {f.key: f.value for f in snapshot.figures if (f.measure, f.kind) == (measure, kind)}


def test_children_count_in_the_class_where_they_were(moved):
    found = past(moved)
    assert values(found, "students_reached") == {"5c": 1}
    assert found.total("classes").value == 1
    assert found.total("classes_with_meeting").value == 1


def test_on_roll_is_who_was_when_the_term_ended(moved):
    """Who left since was on roll; who came since was not."""
    assert past(moved).total("students_on_roll").value == 2
    now = build(moved.term, Student.objects.filter(school=moved.school))
    assert now.total("students_on_roll").value == 2
    assert now.before(now.total("students_on_roll")) == 2


def test_filters_mean_where_they_were(moved):
    assert past(moved, school_class="5c").total("students_reached").value == 1
    assert past(moved, school_class="3b").total("students_reached").value == 0


def test_of_a_school_that_is_younger_than_the_term_it_is_as_today(moved):
    HISTORY.objects.update(pgh_created_at=THEN + dt.timedelta(days=300))
    found = past(moved)
    assert found.total("students_on_roll").value == 2
    assert values(found, "students_reached") == {"3b": 1}


def test_the_running_term_asks_no_history(moved, django_assert_max_num_queries):
    with django_assert_max_num_queries(10) as captured:
        build(moved.term, Student.objects.filter(school=moved.school))
    term = builders.make_term(moved.other_school, "2026a")
    with django_assert_max_num_queries(10) as first:
        build(term, Student.objects.filter(school=moved.other_school))
    assert any("studentevent" in query["sql"] for query in captured)  # the term before
    assert not any("studentevent" in query["sql"] for query in first)


@pytest.mark.parametrize("has_history", [True, False])
def test_every_figure_has_as_many_rows_as_it_says(moved, has_history):
    if not has_history:
        HISTORY.objects.update(pgh_created_at=THEN + dt.timedelta(days=300))
    students = Student.objects.filter(school=moved.school)
    for filters in (Filters(), Filters(school_class="5c")):
        for figure in build(moved.past, students, "staff", filters).figures:
            measure = MEASURES[figure.measure]
            if measure.opens:
                _kind, rows = rows_of(moved.past, students, filters, figure)
                assert len(rows) == (figure.value if measure.is_count else figure.n), figure
