"""The child's page: which parts each reader sees, and what the reading leaves behind."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.forms.children import ChildForm
from homeschool.people.models import Grant, Guardianship
from tests import builders

MOST_QUERIES = 16
REASON = "Court order of 3 March, file 221/26"


def url(student):
    return f"/children/{student.pk}/"


def page(client, student):
    answer = client.get(url(student))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def restricted(cast):
    tie = Guardianship.objects.get(student=cast.child, guardian=cast.father)
    tie.restrict(by=cast.school_admin, reason=REASON)
    return tie


@pytest.mark.parametrize(
    "who",
    [
        "other_teacher",
        "other_mother",
        "father",
        "other_school_admin",
        "other_counselor",
        "volunteer",
        "district",
        "adult",
    ],
)
def test_it_is_not_found_out_of_sight(cast, as_, who):
    assert as_(getattr(cast, who)).get(url(cast.child)).status_code == 404


@pytest.mark.parametrize("who", ["counselor", "principal", "school_admin"])
def test_it_shows_contacts_and_restrictions_to_those_who_need_them(cast, as_, restricted, who):
    text = page(as_(getattr(cast, who)), cast.child)
    assert cast.mother.email in text
    assert "14 Mill Lane" in text
    assert REASON in text
    assert "no contact" in text


def test_it_tells_the_class_teacher_names_and_that_there_is_a_restriction(cast, as_, restricted):
    text = page(as_(cast.adviser), cast.child)
    assert "林美" in text
    assert "There is a contact restriction" in text
    for secret in (cast.mother.email, cast.father.email, "14 Mill Lane", REASON, "no contact"):
        assert secret not in text


def test_it_shows_a_guardian_herself_among_the_adults_and_the_teachers(cast, as_, restricted):
    text = page(as_(cast.mother), cast.child)
    assert "林美" in text
    assert "Daniel Okafor" in text
    assert "Mei Chen" in text
    for secret in ("林强", cast.father.email, "14 Mill Lane", REASON, "2016"):
        assert secret not in text


def test_it_gives_staff_the_birth_date_and_everybody_the_strengths_as_a_list(cast, as_):
    cast.child.change(by=cast.adviser, strengths="Draws comics\n\n  Helps new children ")
    assert "4 May 2016" in page(as_(cast.adviser), cast.child)
    for who in (cast.adviser, cast.mother):
        text = page(as_(who), cast.child)
        assert text.count('class="item"') >= 2
        assert ">Draws comics<" in text
        assert ">Helps new children<" in text


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("adviser", "You are the class teacher of Class 3B."),
        ("counselor", "林小雨 is on your caseload."),
        ("principal", "You lead Mill Lane School."),
        ("school_admin", "You keep the records of Mill Lane School."),
    ],
)
def test_it_says_in_words_why_the_reader_sees_it(cast, as_, who, why):
    assert why in page(as_(getattr(cast, who)), cast.child)


def test_it_says_why_to_a_mother_a_student_and_a_parent_by_grant(cast, as_):
    cast.mother.language = "en"
    cast.mother.save(update_fields=["language"])
    assert "You are 林小雨’s mother." in page(as_(cast.mother), cast.child)
    assert "This is your own page." in page(as_(cast.adult), cast.adult.student_row)
    by_grant = page(as_(cast.parent), cast.adult.student_row)
    assert "Chen Yu lets you see: visits and promises." in by_grant


def test_it_names_class_caseload_division_and_course_as_reasons(cast, as_):
    course = builders.make_class(
        cast.school, "art", adviser=cast.adviser.membership, kind="scheduled", name="Art on Monday"
    )
    course.enrolments.create(student=cast.sibling)
    assert "You are the class teacher of Art on Monday." in page(as_(cast.adviser), cast.sibling)
    builders.give_caseload(cast.other_counselor, school_class=cast.school_class)
    assert "Class 3B is on your caseload." in page(as_(cast.other_counselor), cast.child)


def test_it_shows_siblings_in_sight_alone(cast, as_):
    assert "林小晴" in page(as_(cast.counselor), cast.child)
    assert "林小晴" in page(as_(cast.mother), cast.child)
    assert "林小晴" not in page(as_(cast.adviser), cast.child)


def test_it_hides_a_child_of_the_other_parent_alone(cast, as_):
    half = builders.make_student(cast.other_class, "林半")
    builders.make_guardian(half, user=cast.father)
    assert "林半" not in page(as_(cast.mother), cast.child)


def test_it_shows_a_guardian_by_grant_just_what_was_granted(cast, as_):
    student, parent = cast.adult.student_row, as_(cast.parent)
    text = page(parent, student)
    assert "Class C1" not in text
    assert student.number not in text
    assert "Who looked at" not in text
    Grant.objects.give(student=student, guardian=cast.parent, item="basics", by=cast.adult)
    assert "Class C1" in page(parent, student)


def test_it_is_not_found_by_a_guardian_without_any_grant(cast, as_):
    cast.adult.student_row.grants.get().withdraw(by=cast.adult)
    assert as_(cast.parent).get(url(cast.adult.student_row)).status_code == 404


def test_it_tells_staff_who_holds_the_rights(cast, as_):
    leader = builders.make_staff(cast.college, "leader", "Rui Costa")
    text = page(as_(leader), cast.adult.student_row)
    assert "as every student of a college does" in text
    grown = builders.make_student(cast.school_class, "Grown Up", birth_date="2006-02-28")
    text = page(as_(cast.principal), grown)
    assert "since 28 February 2024, the eighteenth birthday" in text
    assert "decides alone" not in page(as_(cast.principal), cast.child)


def looked_at(child):
    return Entry.objects.filter(kind=Entry.Kind.VIEWED, verb="child.viewed", student=child)


def test_it_writes_each_reading_of_contacts_down(cast, as_):
    counselor = as_(cast.counselor)
    page(counselor, cast.child)
    page(counselor, cast.child)
    entries = looked_at(cast.child)
    assert entries.count() == 2
    assert entries[0].actor == cast.counselor
    assert entries[0].data == {
        "role": "counselor",
        "why": "caseload",
        "fields": ["addresses", "restrictions"],
    }


@pytest.mark.parametrize("who", ["adviser", "mother"])
def test_it_writes_nothing_where_no_contacts_are_shown(cast, as_, who):
    page(as_(getattr(cast, who)), cast.child)
    assert not looked_at(cast.child).exists()


def test_it_tells_the_mother_who_looked_once_for_a_person_and_a_day(cast, as_):
    counselor = as_(cast.counselor)
    for _ in range(3):
        page(counselor, cast.child)
    looks = as_(cast.mother).get(url(cast.child)).context["looks"]
    assert [(look["who"], look["times"]) for look in looks] == [("Mei Chen", 3)]


def test_it_names_staff_of_the_school_and_nobody_else(cast, as_):
    for who in (cast.volunteer, cast.other_school_admin):
        Entry.record("child.viewed", cast.child, by=who, kind="viewed", student=cast.child)
    looks = as_(cast.mother).get(f"{url(cast.child)}who-looked/").context["looks"]
    assert [look["who"] for look in looks] == ["", ""]


def test_it_leaves_out_what_was_before_this_term(cast, as_):
    cast.term.start = timezone.localdate()
    cast.term.save(update_fields=["start"])
    before = timezone.now() - datetime.timedelta(days=3)
    Entry.objects.create(
        kind="viewed",
        verb="child.viewed",
        actor=cast.counselor,
        student=cast.child,
        about_type="people.student",
        about_id=str(cast.child.pk),
        at=before,
    )
    assert as_(cast.mother).get(url(cast.child)).context["looks"] == []


def test_its_whole_list_of_looks_is_for_the_family(cast, as_):
    address = f"{url(cast.child)}who-looked/"
    assert as_(cast.mother).get(address).status_code == 200
    assert as_(cast.school_admin).get(address).status_code == 403
    assert as_(cast.other_mother).get(address).status_code == 404
    assert as_(cast.parent).get(f"{url(cast.adult.student_row)}who-looked/").status_code == 403


def count(client, student):
    client.get(url(student))
    with CaptureQueriesContext(connection) as queries:
        page(client, student)
    return len(queries)


@pytest.mark.parametrize("who", ["counselor", "mother", "adviser", "principal"])
def test_it_asks_as_much_for_a_large_family_as_for_a_small_one(cast, as_, who):
    client = as_(getattr(cast, who))
    before = count(client, cast.child)
    for number in range(5):
        guardian = builders.make_guardian(cast.child, f"Aunt {number}", relation="relative")
        sister = builders.make_student(cast.other_class, f"Sister {number}")
        builders.make_guardian(sister, user=cast.mother)
        builders.give_caseload(cast.counselor, sister)
        builders.make_household(cast.child, sister, guardians=[guardian, cast.mother])
    assert count(client, cast.child) == before <= MOST_QUERIES


def test_it_shows_text_of_people_as_text(cast, as_):
    cast.child.change(by=cast.adviser, strengths="<script>x</script>{{ 7 }}")
    assert "&lt;script&gt;x&lt;/script&gt;{{ 7 }}" in page(as_(cast.adviser), cast.child)


# --- mending -----------------------------------------------------------------------------------
BASICS = {
    "full_name": "林小宇",
    "preferred_name": "宇",
    "birth_date": "2016-06-01",
    "sex": "male",
    "home_language": "中文",
    "strengths": "Runs fast",
}


def test_it_lets_the_administrator_mend_the_basics(cast, as_):
    client = as_(cast.school_admin)
    answer = client.post(f"{url(cast.child)}edit/", BASICS)
    assert answer.status_code == 302
    cast.child.refresh_from_db()
    assert cast.child.full_name == "林小宇"
    assert "linxiaoyu" in cast.child.search_key
    entry = Entry.objects.get(verb="child.changed")
    assert entry.actor == cast.school_admin
    assert "birth_date" in entry.data["fields"]
    assert "Runs fast" not in str(entry.data)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("adviser", 403),
        ("counselor", 403),
        ("principal", 403),
        ("mother", 403),
        ("other_teacher", 404),
        ("other_school_admin", 404),
    ],
)
def test_it_lets_nobody_else_mend_the_basics(cast, as_, who, status):
    assert as_(getattr(cast, who)).post(f"{url(cast.child)}edit/", BASICS).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("adviser", 302),
        ("counselor", 302),
        ("school_admin", 302),
        ("principal", 403),
        ("mother", 403),
        ("other_teacher", 404),
    ],
)
def test_it_lets_those_who_know_the_child_write_its_strengths(cast, as_, who, status):
    client = as_(getattr(cast, who))
    assert client.post(f"{url(cast.child)}strengths/", {"strengths": "Sings"}).status_code == status
    cast.child.refresh_from_db()
    assert cast.child.strengths == ("Sings" if status == 302 else "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "x" * 256),
        ("full_name", "a\0b"),
        ("birth_date", "2016-02-31"),
        ("birth_date", "yesterday"),
        ("birth_date", "2999-01-01"),
        ("birth_date", "1066-10-14"),
        ("sex", "nonsense"),
        ("strengths", "x" * 2001),
    ],
)
def test_it_answers_wrong_input_beside_the_field_and_loses_nothing(cast, as_, field, value):
    typed = BASICS | {field: value, "home_language": "Kept words"}
    answer = as_(cast.school_admin).post(f"{url(cast.child)}edit/", typed)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert "<title>Error:" in text
    assert "Kept words" in text
    cast.child.refresh_from_db()
    assert cast.child.full_name == "林小雨"


@pytest.mark.parametrize("field", ["full_name", "preferred_name", "home_language", "strengths"])
def test_it_refuses_half_a_character(cast, field):
    form = ChildForm(BASICS | {field: "a\ud800b"}, instance=cast.child)
    assert list(form.errors) == [field]


def test_it_gives_the_first_answer_to_a_form_sent_twice(cast, as_):
    client, key = as_(cast.adviser), builders.new_key()
    for words in ("Sings", "Sings again"):
        answer = client.post(
            f"{url(cast.child)}strengths/", {"strengths": words, "submission": key}
        )
        assert answer.url == url(cast.child)
    cast.child.refresh_from_db()
    assert cast.child.strengths == "Sings"


# --- grants ------------------------------------------------------------------------------------
def test_it_lets_the_grown_student_give_and_take_back(cast, as_):
    student, client = cast.adult.student_row, as_(cast.adult)
    assert "What I share with my family" in page(client, student)
    client.post(f"{url(student)}grants/give/", {"guardian": cast.parent.pk, "item": "plans"})
    grant = student.grants.get(item="plans")
    assert grant.guardian == cast.parent
    assert Entry.objects.about(grant).get().verb == "grant.given"
    client.post(f"/grants/{grant.pk}/withdraw/")
    grant.refresh_from_db()
    assert grant.until is not None
    assert Entry.objects.about(grant).count() == 2


def test_it_gives_the_same_thing_once(cast, as_):
    student, client = cast.adult.student_row, as_(cast.adult)
    for _ in range(2):
        client.post(f"{url(student)}grants/give/", {"guardian": cast.parent.pk, "item": "visits"})
    assert student.grants.filter(item="visits").count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"guardian": "x", "item": "plans"}, {"item": "everything"}, {"guardian": "\0"}]
)
def test_it_shares_nothing_by_a_broken_form(cast, as_, data):
    student = cast.adult.student_row
    data = {"guardian": cast.parent.pk, "item": "plans"} | data if data else {}
    assert as_(cast.adult).post(f"{url(student)}grants/give/", data).status_code == 302
    assert student.grants.count() == 1


def test_it_shares_with_none_but_own_guardians(cast, as_):
    student = cast.adult.student_row
    data = {"guardian": cast.mother.pk, "item": "plans"}
    as_(cast.adult).post(f"{url(student)}grants/give/", data)
    assert student.grants.count() == 1


@pytest.mark.parametrize(("who", "status"), [("parent", 403), ("mother", 404), ("principal", 404)])
def test_it_lets_nobody_else_decide_what_is_shared(cast, as_, who, status):
    student, client = cast.adult.student_row, as_(getattr(cast, who))
    data = {"guardian": cast.parent.pk, "item": "plans"}
    assert client.post(f"{url(student)}grants/give/", data).status_code == status
    grant = student.grants.get()
    assert client.post(f"/grants/{grant.pk}/withdraw/").status_code == status
    assert client.get(f"/grants/{grant.pk}/withdraw/").status_code == 405


def test_it_hides_the_grant_of_one_guardian_from_the_other(cast, as_):
    student = cast.adult.student_row
    other = builders.make_guardian(student, "Chen Guo", relation="father")
    Grant.objects.give(student=student, guardian=other, item="visits", by=cast.adult)
    grant = student.grants.get(guardian=cast.parent)
    assert as_(other).post(f"/grants/{grant.pk}/withdraw/").status_code == 404
