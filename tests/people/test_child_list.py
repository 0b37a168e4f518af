"""The children list: who stands in it, and how a child is found."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homeschool import names
from homeschool.people.models import Student
from tests import builders

URL = "/children/"
MOST_QUERIES = 8


def listed(client, **query):
    """Return the names of the page's rows, in order."""
    return [row["full_name"] for row in client.get(URL, query).context["page"].object_list]


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("小雨", "林小雨"),
        ("linxiaoyu", "林小雨"),
        ("xiaoyu", "林小雨"),
        ("LXY", "林小雨"),
        ("2026001", "林小雨"),
        ("hernandez", "Mateo Hernández Ruiz"),
        ("Hernández ma", "Mateo Hernández Ruiz"),
        ("ern", "Mateo Hernández Ruiz"),
        ("  mhr ", "Mateo Hernández Ruiz"),
    ],
)
def test_it_finds_a_child_by_any_part_of_its_name_or_number(admin, typed, found):
    assert listed(admin, q=typed) == [found]


def test_it_finds_her_by_two_keystrokes_before_those_who_hold_them_inside_a_word(cast, admin):
    builders.make_student(cast.school_class, "Alxa Novak")
    assert listed(admin, q="lx") == ["林小晴", "林小雨", "Alxa Novak"]


def test_it_puts_a_whole_word_before_the_beginning_of_one(cast, admin):
    builders.make_student(cast.school_class, "Anabel Cruz")
    builders.make_student(cast.school_class, "Zoe Ana")
    assert listed(admin, q="ana") == ["Zoe Ana", "Anabel Cruz"]


def test_it_takes_a_percent_sign_as_a_sign(admin):
    assert listed(admin, q="%") == []


@pytest.mark.parametrize(
    ("who", "names_"),
    [
        ("adviser", ["林小雨", "Mateo Hernández Ruiz"]),
        ("counselor", ["林小晴", "林小雨"]),
        ("other_counselor", []),
        ("volunteer", []),
        ("mother", ["林小晴", "林小雨"]),
        ("father", []),
        ("other_school_admin", ["Olga Orlova"]),
    ],
)
def test_it_lists_just_the_children_in_sight(cast, as_, who, names_):
    assert listed(as_(getattr(cast, who))) == names_


def test_it_finds_nobody_out_of_sight(cast, as_):
    assert listed(as_(cast.adviser), q="林小晴") == []


def test_it_asks_a_stranger_to_sign_in(client, db):
    answer = client.get(URL)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def test_it_narrows_by_class_and_by_status(cast, admin):
    Student.objects.filter(pk=cast.classmate.pk).update(status="left")
    assert listed(admin, school_class=cast.other_class.pk) == ["林小晴"]
    assert listed(admin, status="left") == ["Mateo Hernández Ruiz"]
    assert listed(admin, status="active", school_class=cast.school_class.pk) == ["林小雨"]
    grade = cast.school_class.division_id
    assert len(listed(admin, division=grade)) == 2
    assert len(listed(admin, division=grade, status="all")) == 3


def test_it_offers_schools_only_to_those_who_have_several(cast, admin, as_):
    cast.other_school.memberships.create(user=cast.principal, role="leader")
    both = as_(cast.principal)
    assert 'id="id_school"' not in admin.get(URL).content.decode()
    assert 'id="id_school"' in both.get(URL).content.decode()
    assert listed(both, school=cast.other_school.pk) == ["Olga Orlova"]


@pytest.mark.parametrize(
    "query",
    [
        {"school_class": "nonsense"},
        {"school_class": "6d7f1c1e-0000-4000-8000-000000000000"},
        {"division": "\0"},
        {"school": "1' OR 1=1"},
        {"status": "gone"},
        {"q": "a\0b"},
        {"q": "x" * 101},
    ],
)
def test_it_says_so_where_a_value_of_the_address_is_wrong(admin, query):
    answer = admin.get(URL, query)
    assert answer.status_code == 200
    assert "data-error-summary" in answer.content.decode()
    assert not answer.context["page"].object_list


def test_it_refuses_the_class_of_another_school_like_one_that_never_was(cast, admin):
    theirs = admin.get(URL, {"school_class": cast.other_child.school_class_id})
    assert theirs.context["form"].errors
    assert not theirs.context["page"].object_list


@pytest.mark.parametrize("page", ["abc", "0", "999999", "-1", "\0"])
def test_it_opens_some_page_whatever_number_is_asked(admin, page):
    assert admin.get(URL, {"page": page}).status_code == 200


def test_it_ignores_parameters_that_it_does_not_name(admin):
    assert len(listed(admin, number__gt="0", search_key__contains="x", order_by="number")) == 3


def test_it_says_on_roll_only_of_those_who_are_not(cast, admin):
    assert "has left" not in admin.get(URL, {"q": "lxy"}).content.decode().split('id="found"')[1]
    Student.objects.filter(pk=cast.child.pk).update(status="left")
    assert "has left" in admin.get(URL, {"q": "lxy"}).content.decode().split('id="found"')[1]


def test_it_answers_a_live_search_with_the_rows_alone(admin):
    page = admin.get(URL, {"q": "lx"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "林小雨" in page
    assert 'id="how-many"' in page


def test_it_is_kind_where_there_is_nobody(cast, as_):
    assert "No children here yet" in as_(cast.other_counselor).get(URL).content.decode()
    assert "Nobody found" in as_(cast.counselor).get(URL, {"q": "qqq"}).content.decode()


def test_it_shows_fifty_a_page_and_keeps_the_search_in_the_links(cast, admin):
    for number in range(60):
        builders.make_student(cast.school_class, f"Tom Page {number:02}")
    answer = admin.get(URL, {"q": "tom"})
    assert len(answer.context["page"].object_list) == 50
    assert "?q=tom&amp;page=2" in answer.content.decode()
    assert len(listed(admin, q="tom", page=2)) == 10


def count(client, **query):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL, query).status_code == 200
    return len(queries)


def test_it_asks_as_much_for_one_row_as_for_twenty(cast, as_):
    admin = as_(cast.other_school_admin)
    admin.get(URL)  # the first page of a session writes the session
    one, one_searched = count(admin), count(admin, q="o")
    for number in range(20):
        school_class = builders.make_class(cast.other_school, f"x{number}")
        builders.make_student(school_class, f"Oda Many {number}")
    assert count(admin) == one <= MOST_QUERIES
    assert count(admin, q="o") == one_searched <= MOST_QUERIES
    filtered = count(admin, q="o", status="active", school_class=school_class.pk)
    assert filtered <= MOST_QUERIES


FAMILY, GIVEN = "林王李张刘陈杨黄赵吴", "小明雨晴子涵思远美强芳伟娜静丽敏"


def generate(school_class, count):
    """Make `count` children at once, with Chinese and Spanish names."""
    rows = []
    for n in range(count):
        name = f"{FAMILY[n % 10]}{GIVEN[n // 10 % 16]}{GIVEN[n // 160 % 16]}"
        if n % 4 == 0:
            name = f"Ana{n % 97} Ruiz{n % 89} Olmo"
        row = Student(full_name=name, number=f"G{n:06}", birth_date="2016-05-04")
        row.join(school_class)
        row.sort_key = names.sort_key(name)
        row.search_key = names.search_key(name, number=row.number)
        rows.append(row)
    Student.objects.bulk_create(rows, batch_size=2000)


def test_it_costs_no_more_queries_in_a_large_school(cast, admin):
    admin.get(URL)
    small = [count(admin), count(admin, q="lx"), count(admin, q="olmo ana1")]
    generate(cast.other_class, 2000)
    assert [count(admin), count(admin, q="lx"), count(admin, q="olmo ana1")] == [small[0]] * 3
    assert max(small) <= MOST_QUERIES


def test_its_rows_lead_to_the_child(cast, admin):
    assert reverse("people:child-detail", args=[cast.child.pk]) in admin.get(URL).content.decode()


def test_it_offers_the_classes_of_the_chosen_grade_where_there_are_very_many(cast, admin):
    for number in range(90):
        school_class = builders.make_class(cast.school, f"n{number}")
        builders.make_student(school_class, f"Nina Number{number}")
    last = f'value="{school_class.pk}"'
    assert last not in admin.get(URL).content.decode()
    assert last in admin.get(URL, {"division": school_class.division_id}).content.decode()
    assert listed(admin, school_class=school_class.pk) == ["Nina Number89"]


def test_it_puts_who_has_left_behind_those_on_roll(cast, admin):
    builders.make_student(cast.school_class, "Liam Xu", status="left")
    assert listed(admin, q="lx") == ["林小晴", "林小雨", "Liam Xu"]
