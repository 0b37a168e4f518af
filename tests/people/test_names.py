"""Names as keys: by what a child is found, and in which order children stand."""

import pytest
from hypothesis import given, strategies as st

from homeschool import names
from homeschool.people.models import Student
from tests import builders

FOUND = [
    ("林小雨", "小雨"),
    ("林小雨", "林小雨"),
    ("林小雨", "雨"),
    ("林小雨", "linxiaoyu"),
    ("林小雨", "lin"),
    ("林小雨", "li"),
    ("林小雨", "xiaoyu"),
    ("林小雨", "lxy"),
    ("林小雨", "LXY"),
    ("林小雨", "xiaoyu lin"),
    ("María Hernández Ruiz", "maria"),
    ("María Hernández Ruiz", "María"),
    ("María Hernández Ruiz", "hernandez"),
    ("María Hernández Ruiz", "ruiz maria"),
    ("María Hernández Ruiz", "mhr"),
    ("Łukasz Żółć", "lukasz zolc"),
    ("Jürgen Groß", "gross"),
    ("O’Neil, Ann", "ann"),
    ("吕布", "lvbu"),
    ("ＦＵＬＬ Width", "full"),
]
NOT_FOUND = [
    ("林小雨", "王"),
    ("林小雨", "wang"),
    ("林小雨", "lxq"),
    ("María Hernández Ruiz", "marta"),
    ("María Hernández Ruiz", "maria lopez"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "text"), FOUND)
def test_it_finds_a_child_by(cast, name, text):
    child = builders.make_student(cast.school_class, name)
    assert child in Student.objects.found_by(text)


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "text"), NOT_FOUND)
def test_it_does_not_find_a_child_by(cast, name, text):
    child = builders.make_student(cast.school_class, name)
    assert child not in Student.objects.found_by(text)


@pytest.mark.django_db
def test_it_finds_a_child_by_the_name_it_is_called_and_by_its_number(cast):
    child = builders.make_student(
        cast.school_class, "Mateo Ruiz", number="A-77", preferred_name="Zuzu"
    )
    assert list(Student.objects.found_by("zuzu")) == [child]
    assert list(Student.objects.found_by("a-77")) == [child]


@pytest.mark.django_db
def test_it_takes_signs_of_the_query_language_as_plain_letters(cast):
    assert not Student.objects.found_by("%")
    assert not Student.objects.found_by("_")
    assert not Student.objects.found_by("\\")


@pytest.mark.django_db
def test_it_finds_everybody_by_nothing(cast):
    assert Student.objects.found_by("  ").count() == Student.objects.count()


def test_it_sorts_chinese_names_by_pinyin_among_the_others():
    children = ["王伟", "Ana Torres", "李娜", "Zoë", "张敏", "Mei Chen", "Ángel"]
    in_order = ["Ana Torres", "Ángel", "李娜", "Mei Chen", "王伟", "张敏", "Zoë"]
    assert sorted(children, key=names.sort_key) == in_order


@given(st.text(max_size=60))
def test_it_finds_every_name_by_itself(name):
    key = names.search_key(name)
    assert all(word in key for word in names.plain(name).split())


@given(st.text(max_size=60))
def test_it_makes_the_same_plain_text_of_plain_text(name):
    plain = names.plain(name)
    assert names.plain(plain) == plain
    assert plain == plain.strip()
    assert "  " not in plain


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["林", "ß", "한", "ﷺ", "𠮷", "W"])
def test_a_name_of_255_signs_in_any_script_is_kept_and_found(sign):
    name = sign * names.LONGEST
    child = builders.make_student(builders.make_class(builders.make_school()), name)
    assert child.full_name == name
    assert Student.objects.found_by(name[:20]).get() == child


def test_an_accent_without_a_letter_is_no_syllable():
    assert names.sort_key("雨\u0308林") == "yu lin"
    assert names.search_key("雨\u0308林") == names.search_key("雨林")
