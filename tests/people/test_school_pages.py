"""A school's set-up: its start, terms, classes, staff and caseloads."""

import datetime
import uuid

import pytest
from django.urls import reverse

from homeschool.journal.models import Entry
from homeschool.people.models import Caseload, Membership, School, SchoolClass, Student, Term, User
from tests import builders

SCHOOL = {
    "name": "Mill Lane School", "code": "mill-lane", "kind": "primary", "time_zone": "Asia/Shanghai",
    "languages": ["en", "zh-hans"], "letterhead": "1 Mill Lane", "two_staff_at_the_door": "on",
    "quiet_from": "21:00", "quiet_until": "07:30", "smallest_group": "10",
}  # fmt: skip


@pytest.fixture
def first_admin(db):
    return User.objects.create_superuser("first@example.org", full_name="First Admin")


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def post(client, page, /, *args, **data):
    """Post a form with a fresh key; a field without value is left out."""
    return client.post(reverse(f"people:{page}", args=args), {"submission": uuid.uuid4()} | data)


def errors(response):
    assert response.status_code == 200
    return response.context["form"].errors


# --- the start ---------------------------------------------------------------------------------


def test_a_superuser_without_a_school_is_sent_to_make_one(first_admin, as_):
    client = as_(first_admin)
    for page in (reverse("home"), reverse("people:school"), reverse("people:roster")):
        assert client.get(page).url == reverse("people:school-create")


def test_the_first_admin_makes_the_school_and_administers_it(first_admin, as_):
    response = post(as_(first_admin), "school-create", **SCHOOL)
    school = School.objects.get(code="mill-lane")
    assert response.url == reverse("people:school-start", args=[school.pk])
    assert school.languages == ["en", "zh-hans"]
    membership = Membership.objects.get(user=first_admin, school=school)
    assert (membership.role, membership.division) == ("school_admin", None)
    assert set(Entry.objects.filter(school=school).values_list("verb", flat=True)) == {
        "school.made", "membership.begun",
    }  # fmt: skip


def test_a_new_school_begins_with_good_answers(first_admin, as_):
    form = as_(first_admin).get(reverse("people:school-create")).context["form"]
    assert form["languages"].value() == ["en", "zh-hans", "es"]
    assert (form["time_zone"].value(), form["smallest_group"].value()) == ("Asia/Shanghai", 10)
    assert form["two_staff_at_the_door"].value()


def test_making_a_school_twice_with_one_key_makes_one(first_admin, as_):
    client, key = as_(first_admin), uuid.uuid4()
    answers = {post(client, "school-create", submission=key, **SCHOOL).url for _ in range(2)}
    assert len(answers) == 1
    assert School.objects.count() == 1


def test_nobody_else_makes_a_school(cast, admin):
    assert admin.get(reverse("people:school-create")).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 201), ("name", "a\0b"), ("code", "mill lane"),
        ("code", "other-c"), ("kind", "kitchen"), ("time_zone", "Mars/Olympus"), ("languages", ["tlh"]),
        ("quiet_from", "25:00"), ("smallest_group", "2"), ("smallest_group", "many"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_beside_its_field(cast, first_admin, as_, field, value):
    data = SCHOOL | {field: value}
    assert set(errors(post(as_(first_admin), "school-create", **data))) == {field}
    assert not School.objects.filter(code="mill-lane").exists()


def test_the_start_page_counts_the_steps(first_admin, as_):
    client = as_(first_admin)
    start = post(client, "school-create", **SCHOOL).url
    assert client.get(start).context["left"] == 3
    builders.make_term(School.objects.get())
    assert client.get(start).context["left"] == 2


def test_an_admin_of_one_school_goes_straight_to_it(cast, admin):
    assert admin.get(reverse("people:school")).url == reverse(
        "people:school-start", args=[cast.school.pk]
    )


def test_settings_are_changed_with_an_entry(cast, admin):
    post(
        admin, "school-settings", cast.school.pk, **(SCHOOL | {"name": "New Name", "code": "hack"})
    )
    cast.school.refresh_from_db()
    assert (cast.school.name, cast.school.code) == ("New Name", "demo-a")
    assert "name" in Entry.objects.get(verb="school.changed").data["fields"]


# --- who may come in ---------------------------------------------------------------------------

SCHOOL_PAGES = (
    "school-settings", "school-start", "term-list", "term-create", "class-list", "class-create",
    "staff-list", "staff-add", "roster-import", "roster-template",
)  # fmt: skip


@pytest.mark.parametrize("page", SCHOOL_PAGES)
def test_only_the_schools_own_admin_comes_in(cast, as_, page):
    url = reverse(f"people:{page}", args=[cast.school.pk])
    assert as_(cast.school_admin).get(url).status_code == 200
    for colleague in (cast.counselor, cast.adviser, cast.principal):
        assert as_(colleague).get(url).status_code == 403
    for stranger in (cast.other_school_admin, cast.mother, cast.volunteer, cast.district):
        assert as_(stranger).get(url).status_code == 404


def test_rows_of_another_school_are_not_found(cast, as_):
    stranger = as_(cast.other_school_admin)
    caseload = Caseload.objects.filter(membership=cast.counselor.membership).first()
    for name, row in (
        ("term-edit", cast.term), ("class-edit", cast.school_class),
        ("staff-detail", cast.counselor.membership), ("staff-end", cast.counselor.membership),
    ):  # fmt: skip
        assert stranger.get(reverse(f"people:{name}", args=[row.pk])).status_code == 404
        assert post(stranger, name, row.pk).status_code == 404
    assert post(stranger, "caseload-end", caseload.pk).status_code == 404


# --- terms ----------------------------------------------------------------------------------

TERM = {
    "name": "Spring 2027",
    "code": "2027-spring",
    "start": "2027-02-20",
    "last_day": "2027-07-01",
}


def test_a_term_ends_on_its_last_day(cast, admin):
    post(admin, "term-create", cast.school.pk, **TERM)
    term = Term.objects.get(code="2027-spring")
    assert (term.start, term.end) == (datetime.date(2027, 2, 20), datetime.date(2027, 7, 2))
    assert Entry.objects.filter(verb="term.made", about_id=str(term.pk)).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": "2026-12-01"}, "start"),  # another term has these days
        ({"last_day": "2027-01-01"}, "last_day"),  # reversed
        ({"code": "2026a"}, "code"),  # the school has it
        ({"start": "2027-02-30"}, "start"),
        ({"last_day": "9999-12-31"}, "last_day"),
        ({"start": ""}, "start"),
        ({"code": "spring 2027"}, "code"),
    ],
)
def test_a_wrong_term_is_told_beside_its_field(cast, admin, change, field):
    assert set(errors(post(admin, "term-create", cast.school.pk, **(TERM | change)))) == {field}
    assert Term.objects.count() == 1


def test_a_term_of_another_school_may_overlap(cast, as_):
    data = TERM | {"start": "2026-09-01", "last_day": "2027-01-01"}
    post(as_(cast.other_school_admin), "term-create", cast.other_school.pk, **data)
    assert cast.other_school.terms.count() == 1


def test_a_term_is_changed(cast, admin):
    page = admin.get(reverse("people:term-edit", args=[cast.term.pk]))
    assert page.context["form"]["last_day"].value() == datetime.date(2027, 1, 31)
    data = {"name": "Autumn", "code": "2026a", "start": "2026-09-01", "last_day": "2027-01-15"}
    post(admin, "term-edit", cast.term.pk, **data)
    cast.term.refresh_from_db()
    assert (cast.term.name, cast.term.end) == ("Autumn", datetime.date(2027, 1, 16))
    assert Entry.objects.get(verb="term.changed").data["fields"] == ["last_day", "name"]


# --- classes --------------------------------------------------------------------------------


def test_a_class_is_made_in_a_new_grade(cast, admin):
    post(
        admin, "class-create", cast.school.pk,
        name="Class 4A", code="4a", new_division="Grade 4", adviser=cast.other_teacher.membership.pk,
    )  # fmt: skip
    made = SchoolClass.objects.get(code="4a")
    assert (made.division.name, made.adviser.user) == ("Grade 4", cast.other_teacher)
    assert {"division.made", "class.made"} <= set(Entry.objects.values_list("verb", flat=True))


def test_a_grade_that_exists_is_not_made_twice(cast, admin):
    post(admin, "class-create", cast.school.pk, name="3C", code="3c", new_division="grade 3")
    assert cast.school.divisions.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"new_division": ""}, "division"),
        ({"code": "3b"}, "code"),
        ({"adviser": uuid.uuid4()}, "adviser"),
        ({"division": uuid.uuid4()}, "division"),
        ({"name": ""}, "name"),
    ],
)
def test_a_wrong_class_is_told_beside_its_field(cast, admin, change, field):
    data = {"name": "Class 4A", "code": "4a", "new_division": "Grade 4"} | change
    assert field in errors(post(admin, "class-create", cast.school.pk, **data))
    assert not SchoolClass.objects.filter(code="4a").exists()


def test_an_adviser_of_another_school_cannot_be_chosen(cast, admin):
    stranger = builders.make_staff(cast.other_school, "adviser")
    data = {"name": "4A", "code": "4a", "new_division": "G4", "adviser": stranger.membership.pk}
    assert "adviser" in errors(post(admin, "class-create", cast.school.pk, **data))


def test_the_children_go_with_their_class_to_another_grade(cast, admin):
    data = {"name": "Class 3B", "code": "3b", "new_division": "Grade 4"}
    post(admin, "class-edit", cast.school_class.pk, **data)
    cast.child.refresh_from_db()
    assert cast.child.division.name == "Grade 4"


def test_class_list_asks_the_same_at_twenty_classes(cast, admin, django_assert_num_queries):
    url = reverse("people:class-list", args=[cast.school.pk])
    admin.get(url)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        admin.get(url)
    for n in range(20):
        builders.make_class(cast.school, f"x{n}", adviser=cast.adviser.membership)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        admin.get(url)


QUERIES_OF_A_LIST = 6  # session, user, roles, school, administered, the list


# --- staff and caseloads -------------------------------------------------------------------------


def test_a_counselor_is_added_and_gets_a_caseload(cast, admin, as_):
    page = post(
        admin, "staff-add", cast.school.pk,
        full_name="Nia Cole", email="Nia@example.org", role="counselor",
    )  # fmt: skip
    nia = User.objects.get(email="nia@example.org")
    membership = nia.memberships.get()
    assert page.url == reverse("people:staff-detail", args=[membership.pk])
    assert not Student.objects.visible_to(nia).exists()
    post(admin, "staff-detail", membership.pk, group=f"school_class:{cast.school_class.pk}")
    assert set(Student.objects.visible_to(nia)) == {cast.child, cast.classmate}
    assert Entry.objects.filter(verb="caseload.begun").count() == 1


def test_one_child_is_given_by_its_number(cast, admin):
    post(admin, "staff-detail", cast.other_counselor.membership.pk, number=cast.classmate.number)
    assert set(Student.objects.visible_to(cast.other_counselor)) == {cast.classmate}


@pytest.mark.parametrize("number", ["nobody", "", "a\0b", "9" * 61])
def test_a_wrong_child_is_told_beside_its_field(cast, admin, number):
    found = errors(post(admin, "staff-detail", cast.other_counselor.membership.pk, number=number))
    assert set(found) == {"number" if number else "group"}


def test_a_child_of_another_school_is_not_found_for_a_caseload(cast, admin):
    membership = cast.other_counselor.membership.pk
    assert "number" in errors(
        post(admin, "staff-detail", membership, number=cast.other_child.number)
    )


def test_a_child_stands_on_a_caseload_once(cast, admin):
    found = errors(
        post(admin, "staff-detail", cast.counselor.membership.pk, number=cast.child.number)
    )
    assert "number" in found


def test_a_caseload_ends_at_once(cast, admin):
    caseload = Caseload.objects.get(student=cast.child, membership=cast.counselor.membership)
    for _ in range(2):
        post(admin, "caseload-end", caseload.pk)
    assert cast.child not in Student.objects.visible_to(cast.counselor)
    assert Entry.objects.filter(verb="caseload.ended").count() == 1


def test_only_a_counselor_has_a_caseload(cast, admin):
    post(admin, "staff-detail", cast.volunteer.membership.pk, number=cast.child.number)
    assert not Caseload.objects.filter(membership=cast.volunteer.membership).exists()


def test_a_role_ends_at_once(cast, admin):
    assert (
        admin.get(reverse("people:staff-end", args=[cast.counselor.membership.pk])).status_code
        == 200
    )
    post(admin, "staff-end", cast.counselor.membership.pk)
    assert not Student.objects.visible_to(cast.counselor).exists()
    assert Entry.objects.filter(verb="membership.ended").count() == 1


def test_the_last_admin_stays(cast, admin):
    post(admin, "staff-end", cast.school_admin.membership.pk)
    assert Membership.objects.open().filter(pk=cast.school_admin.membership.pk).exists()


def test_a_colleague_gets_a_second_role(cast, admin):
    post(
        admin, "staff-add", cast.school.pk,
        full_name="Mei Chen", email=cast.counselor.email, role="leader",
    )  # fmt: skip
    assert cast.counselor.memberships.count() == 2


def test_an_address_from_elsewhere_tells_nothing(cast, admin):
    data = {"full_name": "Otto Ott", "role": "leader"}
    elsewhere = post(
        admin, "staff-add", cast.school.pk, email=cast.other_school_admin.email, **data
    )
    closed = post(admin, "staff-add", cast.school.pk, email=cast.deactivated.email, **data)
    assert errors(elsewhere)["email"] == errors(closed)["email"]
    assert "Otto" not in str(errors(elsewhere))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "email"), ({"role": "king"}, "role"), ({"full_name": ""}, "full_name"),
        ({"division": uuid.uuid4()}, "division"),
    ],
)  # fmt: skip
def test_a_wrong_member_of_staff_is_told_beside_its_field(cast, admin, change, field):
    data = {"full_name": "Nia Cole", "email": "nia@example.org", "role": "leader"} | change
    assert set(errors(post(admin, "staff-add", cast.school.pk, **data))) == {field}


def test_an_administrator_is_always_of_the_whole_school(cast, admin):
    data = {"full_name": "Nia Cole", "email": "nia@example.org", "role": "school_admin"}
    data["division"] = cast.school_class.division_id
    assert "division" in errors(post(admin, "staff-add", cast.school.pk, **data))


def test_staff_list_asks_the_same_at_twenty(cast, admin, django_assert_num_queries):
    url = reverse("people:staff-list", args=[cast.school.pk])
    admin.get(url)
    with django_assert_num_queries(QUERIES_OF_A_LIST + 1):
        admin.get(url)
    for _ in range(20):
        builders.make_staff(cast.school, "adviser")
    with django_assert_num_queries(QUERIES_OF_A_LIST + 1):
        admin.get(url)


# --- what is missing ----------------------------------------------------------------------------


def test_the_start_page_tells_what_is_missing(cast, admin):
    builders.make_class(cast.school, "9z")
    lonely = builders.make_student(cast.school_class, "Lo Ne")
    page = admin.get(reverse("people:school-start", args=[cast.school.pk]))
    told = " ".join(gap.words for gap in page.context["gaps"])
    assert "1 class has no teacher" in told
    assert "2 children have no counselor" in told
    assert "1 child has no guardian" in told
    lonely.status = "left"
    lonely.save()
    page = admin.get(reverse("people:school-start", args=[cast.school.pk]))
    assert not any("guardian" in gap.words for gap in page.context["gaps"])
