"""Grades and colleges: named, united and deleted, as long as nobody is in them."""

import uuid

import pytest
from django.urls import reverse

from homeschool.journal.models import Entry
from homeschool.people.models import Division, RosterKey, SchoolClass
from tests import builders


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


@pytest.fixture
def empty(cast):
    return Division.objects.create(school=cast.school, code="g9", name="Grade 9")


@pytest.fixture
def grade(cast):
    return cast.school_class.division


def post(client, page, /, *args, **data):
    return client.post(reverse(f"people:{page}", args=args), {"submission": uuid.uuid4()} | data)


def test_the_list_counts_open_classes_and_children_on_roll(cast, admin, empty, grade):
    builders.make_class(cast.school, "old", closed_at="2026-01-01T00:00Z")
    builders.make_student(cast.school_class, status="left")
    rows = admin.get(reverse("people:division-list", args=[cast.school.pk])).context["rows"]
    assert {(r.name, r.open_classes, r.children) for r in rows} == {
        ("Grade 3", 2, 3), ("Grade 9", 0, 0),
    }  # fmt: skip


def test_the_list_asks_the_same_at_twenty(cast, admin, django_assert_num_queries):
    url = reverse("people:division-list", args=[cast.school.pk])
    admin.get(url)
    with django_assert_num_queries(6):
        admin.get(url)
    for n in range(20):
        Division.objects.create(school=cast.school, code=f"x{n}", name=str(n))
    with django_assert_num_queries(6):
        admin.get(url)


def test_one_is_made_and_renamed(cast, admin, grade):
    post(admin, "division-create", cast.school.pk, name="一年级", code="g1")
    post(admin, "division-edit", grade.pk, name="Grade three", code="third")
    grade.refresh_from_db()
    assert (grade.name, grade.code) == ("Grade three", "third")
    verbs = set(Entry.objects.filter(school=cast.school).values_list("verb", flat=True))
    assert {"division.made", "division.changed"} <= verbs


@pytest.mark.parametrize(
    ("change", "field"),
    [({"code": "g3"}, "code"), ({"code": "a b"}, "code"), ({"name": ""}, "name")],
)
def test_a_wrong_name_or_code_is_told_beside_its_field(cast, admin, empty, change, field):
    data = {"name": "Grade 9", "code": "g9"} | change
    answer = post(admin, "division-edit", empty.pk, **data)
    assert set(answer.context["form"].errors) == {field}


def test_an_unused_one_is_deleted(cast, admin, empty):
    RosterKey.objects.create(school=cast.school, kind="division", key="x", row=empty.pk)
    assert b"Delete it" in admin.get(reverse("people:division-edit", args=[empty.pk])).content
    assert post(admin, "division-delete", empty.pk).status_code == 302
    assert not Division.objects.filter(pk=empty.pk).exists()
    assert not RosterKey.objects.filter(key="x").exists()
    assert Entry.objects.filter(verb="division.deleted", about_id=str(empty.pk)).exists()


def test_one_with_children_is_neither_deleted_nor_united(cast, admin, grade, empty):
    for page, data in (("division-delete", {}), ("division-unite", {"into": empty.pk})):
        answer = post(admin, page, grade.pk, **data)
        assert b"Something still belongs to it" in answer.content
    assert Division.objects.filter(pk=grade.pk).exists()
    page = admin.get(reverse("people:division-edit", args=[grade.pk])).context
    assert page["unite"] is None
    assert not page["unused"]


def test_one_that_a_role_names_is_not_deleted(cast, admin, empty):
    builders.make_staff(cast.school, "leader", division=empty)
    assert post(admin, "division-delete", empty.pk).status_code == 200
    assert Division.objects.filter(pk=empty.pk).exists()


def test_an_empty_one_goes_into_another_with_what_is_left(cast, admin, empty, grade):
    old = builders.make_class(cast.school, "old", division=empty)
    leader = builders.make_staff(cast.school, "leader", division=empty)
    RosterKey.objects.create(school=cast.school, kind="division", key="x", row=empty.pk)
    post(admin, "division-unite", empty.pk, into=grade.pk)
    assert SchoolClass.objects.get(pk=old.pk).division == grade
    assert leader.memberships.get().division == grade
    assert RosterKey.objects.get(key="x").row == grade.pk
    assert Entry.objects.get(verb="division.united").data == {"gone": str(empty.pk)}


def test_where_somebody_has_one_role_in_both_nothing_is_united(cast, admin, empty, grade):
    leader = builders.make_staff(cast.school, "leader", division=empty)
    leader.memberships.create(school=cast.school, role="leader", division=grade)
    assert post(admin, "division-unite", empty.pk, into=grade.pk).status_code == 200
    assert Division.objects.filter(pk=empty.pk).exists()


def test_one_of_another_school_cannot_be_chosen(cast, admin, empty):
    answer = post(admin, "division-unite", empty.pk, into=cast.other_child.division_id)
    assert "into" in answer.context["errors_of"].errors


def test_sent_twice_it_is_done_once(cast, admin, empty, grade):
    key = uuid.uuid4()
    first = post(admin, "division-unite", empty.pk, into=grade.pk, submission=key)
    assert first.status_code == 302
    assert post(admin, "division-unite", empty.pk, into=grade.pk, submission=key).status_code == 404
