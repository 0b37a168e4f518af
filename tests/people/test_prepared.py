"""Prepared queries: whoever asks gets the rows of `visible_to`, those of this moment and of nobody else."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.people import sight
from homeschool.people.asked import child_in_sight, divisions_with_children, siblings_of, ties_of
from homeschool.people.asked.readers import prepared_for
from homeschool.people.models import Guardianship, Student, Term
from homeschool.prepared import instance, prepared, whole
from tests import builders

PEOPLE = (
    "mother", "father", "other_mother", "adult", "parent", "adviser", "other_teacher", "counselor",
    "other_counselor", "principal", "school_admin", "volunteer", "district", "deactivated",
    "other_school_admin",
)  # fmt: skip


@prepared_for
def children_seen(user):
    return Student.objects.visible_to(user).values("id", "full_name")


@prepared
def terms_from(day, schools):
    return Term.objects.filter(start__gte=day, school__in=schools).values("code")


@pytest.fixture(params=[True, False], ids=["kept plans", "plain SQL"])
def ways(request, settings):
    """Both ways: with what PostgreSQL keeps ready, and without, as behind a pooler."""
    settings.PREPARED_STATEMENTS = request.param


@pytest.mark.usefixtures("ways")
@pytest.mark.parametrize("who", PEOPLE)
def test_it_gives_each_reader_the_rows_of_visible_to(cast, who):
    user = getattr(cast, who)
    for _turn in range(2):
        assert children_seen(user) == list(children_seen.plain(user))
        for child in (cast.child, cast.classmate, cast.other_child, cast.adult.student_row):
            for ask in (child_in_sight, ties_of, siblings_of):
                assert ask(user, child.pk) == list(ask.plain(user, child.pk))
        assert divisions_with_children(user) == list(divisions_with_children.plain(user))


def test_it_asks_with_one_statement_for_readers_of_one_kind_and_mixes_nobody(cast):
    mine = {row["full_name"] for row in children_seen(cast.mother)}
    with CaptureQueriesContext(connection) as queries:
        theirs = {row["full_name"] for row in children_seen(cast.other_mother)}
    assert (mine, theirs) == ({"林小雨", "林小晴"}, {"Mateo Hernández Ruiz"})
    assert queries.captured_queries[-1]["sql"].startswith("EXECUTE")


def test_it_forgets_a_right_at_once(cast):
    assert len(children_seen(cast.mother)) == 2
    Guardianship.objects.get(student=cast.child, guardian=cast.mother).withdraw(
        by=cast.school_admin
    )
    assert [row["full_name"] for row in children_seen(cast.mother)] == ["林小晴"]


def test_it_sees_a_new_child_at_once(cast):
    before = len(children_seen(cast.counselor))
    builders.give_caseload(cast.counselor, cast.classmate)
    assert len(children_seen(cast.counselor)) == before + 1


def test_it_reads_sight_as_often_as_ever(cast):
    reader = type(cast.mother).objects.get(pk=cast.mother.pk)
    sight.remember(reader)
    children_seen(reader)
    with CaptureQueriesContext(connection) as queries:
        children_seen(reader)
    assert len(queries) == 1


@pytest.mark.usefixtures("ways")
def test_it_takes_days_and_lists_of_keys(cast):
    today = timezone.localdate()
    assert terms_from(dt.date(2000, 1, 1), [cast.school.pk]) == [{"code": cast.term.code}]
    assert terms_from(today + dt.timedelta(days=999), [cast.school.pk]) == []
    assert terms_from(dt.date(2000, 1, 1), []) == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Student.objects.filter(pk=uuid.uuid4()),
        lambda: Student.objects.filter(birth_date__lt=timezone.localdate()),
        lambda: Guardianship.objects.filter(since__lt=timezone.now()),
        lambda: Student.objects.filter(pk__in=[uuid.uuid4(), uuid.uuid4()]),
    ],
    ids=["a key", "a day", "a moment", "a list"],
)
@pytest.mark.django_db
def test_it_keeps_no_value_that_somebody_might_take_for_the_own(wrong):
    with pytest.raises(ValueError, match="stands for no value"):
        prepared(lambda: wrong().values("id"))()


def test_it_writes_signs_of_a_constant_as_they_are(cast):
    odd = prepared(lambda: Student.objects.exclude(full_name="100% 'so' %s \\ $1").values("id"))
    assert len(odd()) == Student.objects.count()


def test_it_makes_rows_with_what_they_point_at(cast):
    row = whole(Student.objects.filter(pk=cast.child.pk), "school", "school_class").get()
    with CaptureQueriesContext(connection) as queries:
        child = instance(Student, row)
        assert (child, child.school.name) == (cast.child, cast.school.name)
        assert child.school_class.name == cast.school_class.name
    assert not queries
