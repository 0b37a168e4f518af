"""What the API says of schools, children and who looks after them: as much as the reader's own page."""

import pytest

from homeschool.people.models import Guardianship, Student
from tests import builders
from tests.api import Program

pytestmark = pytest.mark.django_db

OF_A_CHILD = {
    "id", "full_name", "preferred_name", "number", "status", "school", "division", "school_class",
    "birth_date", "home_language", "strengths", "contact_restriction",
}  # fmt: skip


@pytest.fixture
def child(cast):
    """The child with every field filled in."""
    Student.objects.filter(pk=cast.child.pk).update(
        preferred_name="小雨",
        home_language="Wu",
        strengths="Draws\n\n Asks good questions ",
        sex="female",
    )
    return cast.child


def told(program, student):
    """Return the fields of a child that are not null."""
    row = program.read(f"students/{student.pk}/")
    assert set(row) == OF_A_CHILD
    return {name: value for name, value in row.items() if value is not None}


def names(rows):
    return sorted(row["full_name"] for row in rows)


# --- children ----------------------------------------------------------------------------------------


def test_it_tells_staff_what_their_page_says(cast, child):
    row = told(Program(cast.adviser), child)
    assert row == {
        "id": str(child.pk),
        "full_name": "林小雨",
        "preferred_name": "小雨",
        "number": "2026001",
        "status": "active",
        "school": {"id": str(cast.school.pk), "name": "Mill Lane School"},
        "division": {"id": str(child.division_id), "name": "Grade 3"},
        "school_class": {"id": str(cast.school_class.pk), "name": "Class 3B"},
        "birth_date": "2016-05-04",
        "home_language": "Wu",
        "strengths": ["Draws", "Asks good questions"],
        "contact_restriction": False,
    }


def test_it_tells_a_family_no_more_than_its_page(cast, child):
    row = told(Program(cast.mother), child)
    assert OF_A_CHILD - set(row) == {"birth_date", "contact_restriction"}


def test_it_tells_a_grown_student_of_itself(cast):
    row = told(Program(cast.adult), cast.adult.student_row)
    assert OF_A_CHILD - set(row) == {"birth_date", "contact_restriction"}


def test_it_tells_the_name_alone_where_the_grown_child_granted_something_else(cast):
    row = told(Program(cast.parent), cast.adult.student_row)
    assert set(row) == {"id", "full_name"}


def test_it_tells_the_rest_once_the_basics_are_granted(cast):
    cast.adult.student_row.grants.create(guardian=cast.parent, item="basics")
    assert "number" in told(Program(cast.parent), cast.adult.student_row)


@pytest.mark.parametrize("query", ["number", "school_class", "school", "division", "status", "q"])
def test_it_lets_nobody_guess_by_filters_what_it_does_not_tell(cast, query):
    student = cast.adult.student_row
    value = {"q": "Chen", "status": "active"}.get(query) or getattr(
        student, f"{query}_id", getattr(student, query, None)
    )
    assert Program(cast.adult).rows("students/", **{query: value})
    assert Program(cast.parent).rows("students/")
    assert Program(cast.parent).rows("students/", **{query: value}) == []


def test_it_tells_staff_that_somebody_must_not_be_in_contact(cast, child):
    cast.father.guardianship.restrict(by=cast.counselor, reason="A court order")
    assert told(Program(cast.adviser), child)["contact_restriction"] is True
    assert "A court order" not in Program(cast.counselor).get("guardianships/").content.decode()


def test_it_tells_a_teacher_who_is_a_mother_each_child_in_its_role(cast):
    own = builders.make_student(cast.other_class, "Own Child")
    builders.make_guardian(own, user=cast.adviser)
    program = Program(cast.adviser)
    assert "birth_date" in told(program, cast.child)
    assert "birth_date" not in told(program, own)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "xiaoyu"}, ["林小雨"]),
        ({"number": "2026003"}, ["Mateo Hernández Ruiz"]),
        ({"status": "left"}, []),
        ({"q": "nobody"}, []),
    ],
)
def test_it_narrows_the_list(cast, query, found):
    assert names(Program(cast.adviser).rows("students/", **query)) == found


def test_it_narrows_to_a_class(cast):
    rows = Program(cast.principal).rows("students/", school_class=cast.other_class.pk)
    assert names(rows) == ["林小晴"]


# --- who looks after them ------------------------------------------------------------------------------


def ties(person, **query):
    return {row["guardian"]["name"]: row for row in Program(person).rows("guardianships/", **query)}


def test_it_tells_the_office_how_they_stand_to_the_child(cast):
    row = ties(cast.counselor, student=cast.child.pk)["林美"]
    assert row["relation"] == "mother"
    assert row["primary"] is True
    assert row["guardian"]["language"] == "zh-hans"


def test_it_tells_a_class_teacher_names_and_relations(cast):
    row = ties(cast.adviser, student=cast.child.pk)["林美"]
    assert row["relation"] == "mother"
    assert row["primary"] is row["lives_with"] is row["legal_guardian"] is None
    assert row["guardian"]["language"] is None


def test_it_tells_a_mother_of_herself_and_of_no_other(cast):
    builders.make_guardian(cast.child, "Second Home", relation="father")
    assert set(ties(cast.mother)) == {"林美"}


def test_it_tells_a_father_nothing_whose_sight_was_withdrawn(cast):
    assert ties(cast.father) == {}


def test_it_tells_of_nobody_whose_time_is_over(cast):
    cast.mother.guardianship.end(by=cast.school_admin)
    student = Guardianship.objects.get(pk=cast.mother.guardianship.pk).student_id
    assert "林美" not in ties(cast.counselor, student=student)


def test_it_tells_nobody_an_address(cast):
    for person in (cast.school_admin, cast.principal, cast.counselor, cast.mother):
        answer = Program(person).get("guardianships/").content.decode()
        assert "@" not in answer
        assert "Mill Lane," not in answer


# --- schools and their parts ---------------------------------------------------------------------------


def test_it_tells_staff_their_school(cast):
    row = Program(cast.counselor).rows("schools/")[0]
    assert (row["code"], row["time_zone"]) == ("demo-a", "Asia/Shanghai")


def test_it_tells_the_days_of_a_term_both_within(cast):
    row = Program(cast.counselor).rows("terms/", on="2026-10-01")[0]
    assert (row["first_day"], row["last_day"]) == ("2026-09-01", "2027-01-31")
    assert Program(cast.counselor).rows("terms/", on="2027-02-01") == []


def test_it_tells_who_teaches_a_class(cast):
    rows = Program(cast.counselor).rows("classes/", code="3b")
    assert [row["adviser"] for row in rows] == ["Daniel Okafor"]


@pytest.mark.parametrize("path", ["schools/", "divisions/", "classes/", "terms/"])
@pytest.mark.parametrize("who", ["mother", "adult", "volunteer", "district"])
def test_it_tells_the_parts_of_a_school_to_its_staff_alone(cast, who, path):
    assert Program(getattr(cast, who)).rows(path) == []


@pytest.mark.parametrize("path", ["divisions/", "classes/", "terms/", "students/"])
def test_it_tells_of_the_own_school_alone(cast, path):
    rows = Program(cast.other_school_admin).all_rows(path)
    schools = {row["school"] if path != "students/" else row["school"]["id"] for row in rows}
    assert schools <= {str(cast.other_school.pk)}
