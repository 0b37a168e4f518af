"""The new year: what is proposed, what the check says, and rolling over, once and back again."""

import threading
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.actions import new_year
from homeschool.people.actions.next_steps import LEAVE, OPEN, STAY, UP, Plan
from homeschool.people.actions.raising import raised
from homeschool.people.models import Caseload, Division, Leaving, NewYear, SchoolClass, Student
from tests import builders

pytestmark = pytest.mark.django_db


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "then"),
    [
        ("3B", "4B"),
        ("3b", "4b"),
        ("Class 3B", "Class 4B"),
        ("9c", "10c"),
        ("09", "10"),
        ("Grade 3", "Grade 4"),
        ("1st Grade", "2nd Grade"),
        ("2nd grade", "3rd grade"),
        ("3rd grade", "4th grade"),
        ("10th grade", "11th grade"),
        ("三年级2班", "四年级2班"),
        ("十年级1班", "十一年级1班"),
        ("三（2）班", "四（2）班"),
        ("高一3班", "高二3班"),
        ("初二(1)班", "初三(1)班"),
        ("3年级2班", "4年级2班"),
        ("3º A", "4º A"),
    ],
)
def test_it_raises_the_number_of_the_grade(name, then):
    assert raised(name).text == then


@pytest.mark.parametrize(
    "name", ["2024级机电1班", "Class of 2027", "Sunflowers", "机电2班", "机电2401", "", "一班"]
)
def test_it_leaves_years_and_numbers_of_classes_alone(name):
    assert raised(name) is None


@pytest.mark.parametrize("name", ["高三2班", "初三2班", "十二年级"])
def test_it_knows_where_a_stage_of_school_ends(name):
    assert raised(name).text is None


# --- a school with four grades ---------------------------------------------------------------------


@pytest.fixture
def school(db):
    """A primary school: 1A, 2A, 2B, 3B and 6A, with two children in each."""
    school = builders.make_school("mill", name="Mill Lane School")
    for grade, code in ((1, "1a"), (2, "2a"), (2, "2b"), (3, "3b"), (6, "6a")):
        division, _new = Division.objects.get_or_create(
            school=school, code=f"g{grade}", defaults={"name": f"Grade {grade}"}
        )
        row = builders.make_class(school, code, division)
        builders.make_student(row, f"First {code}")
        builders.make_student(row, f"Second {code}")
    school.admin = builders.make_staff(school, sight.SCHOOL_ADMIN)
    return school


def of(school, code):
    return school.classes.get(code=code)


def step(school, code):
    return Plan(school).by_key[str(of(school, code).pk)]


def roll(school):
    return new_year.roll_over(school, Plan(school).digest, by=school.admin)


def state(school):
    """Return {code: (name, grade, open, children on roll)}."""
    return {
        row.code: (
            row.name, row.division.name, row.closed_at is None, row.students.active().count(),
        )
        for row in school.classes.select_related("division")
    }  # fmt: skip


def test_it_proposes_a_step_for_every_class(school):
    plan = Plan(school)
    assert [(s.row.code, s.step, s.name_then, s.grade_then) for s in plan.steps] == [
        ("6a", LEAVE, "Class 6A", "Grade 6"),
        ("3b", UP, "Class 4B", "Grade 4"),
        ("2a", UP, "Class 3A", "Grade 3"),
        ("2b", UP, "Class 3B", "Grade 3"),
        ("1a", UP, "Class 2A", "Grade 2"),
    ]
    assert step(school, "3b").new_division == "Grade 4"
    assert step(school, "2b").division == str(school.divisions.get(code="g3").pk)
    assert not plan.problems


def test_a_class_named_for_its_year_stays(school):
    SchoolClass.objects.filter(pk=of(school, "3b").pk).update(name="2024级3班", code="2024-3")
    Division.objects.filter(school=school, code="g3").update(name="机电工程学院", code="eng")
    found = step(school, "2024-3")
    assert (found.step, found.name_then, found.code_then) == (STAY, "2024级3班", "2024-3")


def test_nobody_knows_what_a_class_without_number_does_next(school):
    division = Division.objects.create(school=school, code="kg", name="Kindergarten")
    builders.make_class(school, "sun", division, name="Sunflowers")
    assert step(school, "sun").step == OPEN
    assert Plan(school).problems == ["Sunflowers has no next step yet."]
    with pytest.raises(new_year.RosterChanged):
        roll(school)


def test_codes_change_hands_in_one_moment(school):
    """3B becomes 4B while 2B becomes 3B, under a code that is never held twice."""
    third, second = of(school, "3b"), of(school, "2b")
    roll(school)
    third.refresh_from_db()
    second.refresh_from_db()
    assert (third.code, third.name, second.code, second.name) == (
        "4b",
        "Class 4B",
        "3b",
        "Class 3B",
    )
    year = Leaving.objects.first().on.year
    assert state(school) == {
        "2a": ("Class 2A", "Grade 2", True, 2),
        "3a": ("Class 3A", "Grade 3", True, 2),
        "3b": ("Class 3B", "Grade 3", True, 2),
        "4b": ("Class 4B", "Grade 4", True, 2),
        f"6a-{year}": ("Class 6A", "Grade 6", False, 0),
    }


def test_two_classes_change_names_with_each_other(school):
    a, b = of(school, "2a"), of(school, "2b")
    grade = str(a.division_id)
    rest = {"division": grade, "new_division": "", "teacher": "same", "step": UP}
    swapped = {
        str(a.pk): rest | {"name": "Class 2B", "code": "2b"},
        str(b.pk): rest | {"name": "Class 2A", "code": "2a"},
    }
    stay = {s.key: s.choices | {"step": STAY} for s in Plan(school).steps if s.key not in swapped}
    new_year.keep_steps(school, swapped | stay, by=school.admin)
    roll(school)
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.code, b.code) == ("2b", "2a")


def test_children_follow_their_class_into_its_grade(school):
    roll(school)
    child = Student.objects.get(full_name="First 3b")
    assert (child.division.name, child.school_class.code) == ("Grade 4", "4b")


def test_children_of_the_last_class_have_left_with_the_day(school):
    left = of(school, "6a")
    year = roll(school)
    assert set(left.students.values_list("status", flat=True)) == {"left"}
    leaving = Leaving.objects.filter(school_class=left).first()
    assert (leaving.where, leaving.class_name, leaving.ended_at) == ("finished", "Class 6A", None)
    assert year.counts == {
        "up": 4, "stay": 0, "leave": 1, "children_up": 8, "leavers": 2, "behind": 0,
    }  # fmt: skip


def test_it_writes_an_entry_for_every_class_and_every_leaver(school):
    roll(school)
    verbs = list(Entry.objects.filter(school=school).values_list("verb", flat=True))
    assert verbs.count("class.moved_up") == 4
    assert verbs.count("class.closed") == 1
    assert verbs.count("student.left") == 2
    assert verbs.count("new_year.done") == 1
    assert verbs.count("division.made") == 1
    left = Entry.objects.filter(verb="student.left").first()
    assert left.student.status == "left"
    assert left.data == {"where": "finished"}


def test_it_takes_as_many_queries_for_many_classes_and_children(school):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            roll(school)
        return len(seen)

    few = queries()
    new_year.take_back(new_year.last_done(school), by=school.admin)
    for code in ("5a", "5b", "5c", "5d"):
        row = builders.make_class(school, code, school.divisions.get(code="g6"))
        for _n in range(5):
            builders.make_student(row)
    assert queries() <= few + 2


def test_who_stays_down_goes_to_the_class_that_comes_after(school):
    child = Student.objects.get(full_name="First 3b")
    new_year.keep_behind(of(school, "3b"), [child.pk], of(school, "2b"), by=school.admin)
    second = of(school, "2b")
    roll(school)
    child.refresh_from_db()
    assert child.school_class_id == second.pk
    assert (child.school_class.name, child.division.name) == ("Class 3B", "Grade 3")
    assert Entry.objects.get(verb="student.moved").student == child


def test_who_does_not_leave_with_the_class_stays_on_roll(school):
    child = Student.objects.get(full_name="First 6a")
    new_year.keep_behind(of(school, "6a"), [child.pk], of(school, "3b"), by=school.admin)
    roll(school)
    child.refresh_from_db()
    assert (child.status, child.school_class.code) == ("active", "4b")
    assert Leaving.objects.count() == 1


def test_nobody_goes_to_a_class_that_leaves(school):
    child = Student.objects.get(full_name="First 3b")
    new_year.keep_behind(of(school, "3b"), [child.pk], of(school, "6a"), by=school.admin)
    assert Plan(school).problems == ["Children are to go to Class 6A, which is not there then."]


def test_two_classes_with_one_code_are_a_clash(school):
    chosen = step(school, "2a").choices | {"name": "Class 3B", "code": "3b"}
    new_year.keep_steps(school, {step(school, "2a").key: chosen}, by=school.admin)
    plan = Plan(school)
    assert plan.problems == ["Two classes would have the code “3b”: Class 2A, Class 2B."]
    assert plan.remarks == ["Two classes of one grade would be called “Class 3B”."]


def test_the_code_of_a_course_class_is_taken_too(school):
    builders.make_class(school, "4b", kind="scheduled", division=school.divisions.get(code="g3"))
    assert Plan(school).problems == ["Two classes would have the code “4b”: Class 3B."]


def test_a_caseload_on_a_class_that_leaves_is_named_and_ends(school):
    counselor = builders.make_staff(school, sight.COUNSELOR, "Mei Chen")
    caseload = builders.give_caseload(counselor, school_class=of(school, "6a"))
    assert Plan(school).remarks == [
        "1 class that leaves is on a caseload, which ends with it: Mei Chen."
    ]
    roll(school)
    caseload.refresh_from_db()
    assert caseload.until is not None


def test_the_teacher_goes_along_or_another_comes_or_nobody(school):
    teachers = [builders.make_staff(school, sight.ADVISER).membership for _n in range(3)]
    third, second, first = of(school, "3b"), of(school, "2b"), of(school, "1a")
    for row, teacher in zip((third, second, first), teachers, strict=True):
        row.adviser = teacher
        row.save()
    new_year.keep_steps(
        school,
        {
            str(second.pk): step(school, "2b").choices | {"teacher": str(teachers[2].pk)},
            str(first.pk): step(school, "1a").choices | {"teacher": "nobody"},
        },
        by=school.admin,
    )
    roll(school)
    for row in (third, second, first):
        row.refresh_from_db()
    assert third.adviser == teachers[0]
    assert second.adviser == teachers[2]
    assert first.adviser is None


def test_a_teacher_who_left_is_told_in_words(school):
    teacher = builders.make_staff(school, sight.ADVISER).membership
    chosen = {step(school, "3b").key: step(school, "3b").choices | {"teacher": str(teacher.pk)}}
    new_year.keep_steps(school, chosen, by=school.admin)
    teacher.end(by=school.admin)
    assert Plan(school).problems == ["The new teacher of Class 3B does not teach here any more."]


@pytest.mark.parametrize("change", ["moved", "enrolled", "renamed", "chosen"])
def test_it_is_refused_where_something_changed_since_the_check(school, change):
    digest = Plan(school).digest
    if change == "moved":
        Student.objects.get(full_name="First 3b").move(of(school, "2a"), by=school.admin)
    elif change == "enrolled":
        builders.make_student(of(school, "3b"))
    elif change == "renamed":
        SchoolClass.objects.filter(code="3b").update(name="Class 3C")
    else:
        new_year.keep_steps(school, {step(school, "3b").key: {"step": STAY}}, by=school.admin)
    before = state(school)
    with pytest.raises(new_year.RosterChanged):
        new_year.roll_over(school, digest, by=school.admin)
    assert state(school) == before
    assert not NewYear.objects.filter(done_at__isnull=False).exists()


# --- taking it back --------------------------------------------------------------------------------


def test_it_can_be_taken_back_the_same_day(school):
    counselor = builders.make_staff(school, sight.COUNSELOR)
    caseload = builders.give_caseload(counselor, Student.objects.get(full_name="First 6a"))
    of_class = builders.give_caseload(counselor, school_class=of(school, "6a"))
    child = Student.objects.get(full_name="First 3b")
    new_year.keep_behind(of(school, "3b"), [child.pk], of(school, "2b"), by=school.admin)
    before = state(school)
    year = roll(school)
    assert new_year.can_be_taken_back(year)
    new_year.take_back(year, by=school.admin)
    assert state(school) == before
    assert not Caseload.objects.filter(pk__in=[caseload.pk, of_class.pk]).exclude(until=None)
    assert not Leaving.objects.filter(ended_at=None).exists()
    assert not Division.objects.filter(school=school, name="Grade 4").exists()
    assert new_year.last_done(school) is None
    assert Plan(school).staying == {
        str(child.pk): str(of(school, "2b").pk)
    }  # the plan stands again
    new_year.take_back(year, by=school.admin)  # twice is once
    assert Entry.objects.filter(verb="new_year.taken_back").count() == 1


def test_it_is_not_taken_back_once_something_was_changed(school):
    year = roll(school)
    Student.objects.get(full_name="First 3b").move(of(school, "3a"), by=school.admin)
    with pytest.raises(new_year.NotTakenBack):
        new_year.take_back(year, by=school.admin)


def test_it_is_not_taken_back_on_the_next_day(school, monkeypatch):
    year = roll(school)
    NewYear.objects.filter(pk=year.pk).update(done_at=year.done_at.replace(year=2020))
    assert not new_year.can_be_taken_back(new_year.last_done(school))


# --- the pages ---------------------------------------------------------------------------------------


def post(client, page, /, *args, **data):
    return client.post(reverse(f"people:{page}", args=args), {"submission": uuid.uuid4()} | data)


@pytest.fixture
def admin(school, as_):
    return as_(school.admin)


def fields(client, division):
    """Return what the form of a grade sends as it is drawn."""
    form = client.get(reverse("people:new-year-grade", args=[division.pk])).context["form"]
    return {field.html_name: field.value() or "" for part in form.parts for field in part}


def test_the_table_shows_every_class_with_its_step(school, admin):
    page = admin.get(reverse("people:new-year", args=[school.pk])).content.decode()
    assert "Class 3B → Class 4B" in page
    assert "leaves school; the class is closed" in page
    assert not NewYear.objects.exists()  # looking writes nothing


def test_a_choice_is_kept_in_the_draft_and_shown_again(school, admin):
    grade, third = school.divisions.get(code="g3"), of(school, "3b")
    sent = fields(admin, grade) | {f"{third.pk}-name": "Class 4C", f"{third.pk}-code": "4c"}
    answer = post(admin, "new-year-grade", grade.pk, **sent)
    assert answer.url == reverse("people:new-year", args=[school.pk])
    assert "Class 3B → Class 4C" in admin.get(answer.url).content.decode()
    assert of(school, "3b").name == "Class 3B"
    post(admin, "new-year-forget", school.pk)
    assert step(school, "3b").name == "Class 4B"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("code", "4 b"), ("division", "nonsense"), ("teacher", "me"), ("step", "down")],
)
def test_a_wrong_choice_is_told_beside_its_field(school, admin, field, value):
    grade, third = school.divisions.get(code="g3"), of(school, "3b")
    sent = fields(admin, grade) | {f"{third.pk}-{field}": value}
    answer = post(admin, "new-year-grade", grade.pk, **sent)
    assert answer.status_code == 200
    assert field in answer.context["form"].parts[0].errors
    assert "data-error-summary" in answer.content.decode()
    assert not NewYear.objects.exists()


def test_a_college_of_many_classes_has_several_pages(school, admin):
    grade = school.divisions.get(code="g3")
    for n in range(70):
        builders.make_class(school, f"y{n:03}", grade, name=f"Year 3-{n}")
    url = reverse("people:new-year-grade", args=[grade.pk])
    first, second = (len(admin.get(url, {"page": n}).context["form"].parts) for n in (1, 2))
    assert (first, second) == (60, 11)
    parts = admin.get(url, {"page": 2}).context["form"].parts
    sent = {field.html_name: field.value() or "" for part in parts for field in part}
    sent |= {f"{part.of.key}-step": "stay" for part in parts}
    answer = admin.post(f"{url}?page=2", sent | {"submission": uuid.uuid4()})
    assert answer.status_code == 302
    assert len(NewYear.objects.get().plan["classes"]) == 11


def test_children_who_do_not_go_along_are_chosen_on_a_page(school, admin):
    third, child = of(school, "3b"), Student.objects.get(full_name="First 3b")
    answer = post(admin, "new-year-behind", third.pk, children=[child.pk])
    assert set(answer.context["form"].errors) == {"target"}
    post(admin, "new-year-behind", third.pk, children=[child.pk], target=of(school, "2b").pk)
    assert Plan(school).staying == {str(child.pk): str(of(school, "2b").pk)}
    post(admin, "new-year-behind", third.pk)
    assert Plan(school).staying == {}


def test_it_begins_once_however_often_the_button_is_pressed(school, admin):
    digest = admin.get(reverse("people:new-year-check", args=[school.pk])).context["plan"].digest
    key = uuid.uuid4()
    for _n in range(2):
        answer = post(admin, "new-year-confirm", school.pk, submission=key, digest=digest)
        assert answer.url == reverse("people:new-year", args=[school.pk])
    again = post(admin, "new-year-confirm", school.pk, digest=digest)
    assert again.url == reverse("people:new-year-check", args=[school.pk])
    assert NewYear.objects.exclude(done_at=None).count() == 1
    assert of(school, "4b").name == "Class 4B"


def test_the_check_says_what_is_in_the_way_and_offers_no_button(school, admin):
    new_year.keep_steps(school, {step(school, "3b").key: {"step": OPEN}}, by=school.admin)
    page = admin.get(reverse("people:new-year-check", args=[school.pk])).content.decode()
    assert "Class 3B has no next step yet." in page
    assert "Yes, begin the new year" not in page


def test_it_is_taken_back_by_a_button_on_the_day(school, admin):
    roll(school)
    assert (
        "Take it back" in admin.get(reverse("people:new-year", args=[school.pk])).content.decode()
    )
    post(admin, "new-year-take-back", school.pk)
    assert of(school, "3b").name == "Class 3B"


def test_a_broken_draft_or_number_is_no_fault(school, admin):
    assert post(admin, "new-year-confirm", school.pk, digest="x").status_code == 302
    assert post(admin, "new-year-take-back", school.pk).status_code == 302


@pytest.mark.parametrize("page", ["new-year", "new-year-check"])
def test_the_pages_ask_as_much_for_one_class_as_for_twenty(school, admin, page):
    url = reverse(f"people:{page}", args=[school.pk])
    admin.get(url)
    with CaptureQueriesContext(connection) as few:
        admin.get(url)
    for n in range(20):
        row = builders.make_class(school, f"x{n}", school.divisions.get(code="g3"), name=f"X 3-{n}")
        builders.make_student(row)
    with CaptureQueriesContext(connection) as many:
        admin.get(url)
    assert len(many) == len(few) <= 20


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_the_button_at_once_one_begins_the_year(school):
    digest, said = Plan(school).digest, []

    def press():
        try:
            new_year.roll_over(school, digest, by=school.admin)
            said.append("done")
        except new_year.RosterChanged:
            said.append("refused")
        finally:
            connection.close()

    both = [threading.Thread(target=press) for _n in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(said) == ["done", "refused"]
    assert of(school, "4b").name == "Class 4B"
    assert NewYear.objects.exclude(done_at=None).count() == 1
