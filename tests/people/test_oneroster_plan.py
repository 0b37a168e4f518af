"""A OneRoster package in a school: what it brings in, what it changes, and what it leaves alone."""

import datetime as dt
import json

import pytest
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.importing.oneroster.package import read_package
from homeschool.people.importing.oneroster.plan import OneRosterPlan, schools_of
from homeschool.people.models import (
    Division,
    Enrolment,
    SchoolClass,
    Student,
    Term,
    User,
)
from tests import builders

from .rosters import enrolment, in_1_1, make_zip, relationship, role, small_school, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return builders.make_school("mill-lane")


def plan_of(school, files, *, version="1.2", modes=(), **options):
    return OneRosterPlan(
        school, read_package(make_zip(files, version=version, modes=modes)), **options
    )


def bring(school, files, **options):
    """Import the package, where nothing stands in the way, and return the plan."""
    plan = plan_of(school, files, **{"allow_retire": 100} | options)
    if plan.ok:
        plan.apply(by=None)
    return plan


def numbers(plan, kind):
    return {state: n for state, n in plan.counts[kind].items() if n}


def changing(file, key, **values):
    """Return the small school with these values in one row, known by its sourcedId."""
    files = small_school()
    files[file] = [row | values if row["sourcedId"] == key else row for row in files[file]]
    return files


def without(files, **keys):
    """Return the files without these rows: {file: (sourcedId, ...)}."""
    return files | {
        file: [row for row in files[file] if row["sourcedId"] not in gone] for file, gone in keys.items()
    }  # fmt: skip


def wrong(plan):
    return [(p.kind, p.file, p.row, p.column) for p in plan.problems]


def klass(key, title="3C", **more):
    return {
        "sourcedId": key, "title": title, "courseSourcedId": "k1", "classType": "homeroom",
        "schoolSourcedId": "o1", "termSourcedIds": "t1",
    } | more  # fmt: skip


def child(number="S1"):
    return Student.objects.get(number=number)


# --- what it brings in ------------------------------------------------------------------------------


def test_it_makes_children_guardians_staff_and_classes(school):
    plan = bring(school, small_school())
    assert {kind: numbers(plan, kind) for kind in plan.counts} == {
        "students": {"new": 2}, "guardians": {"new": 1}, "guardianships": {"new": 2},
        "staff": {"new": 1}, "classes": {"new": 1}, "terms": {"new": 1},
    }  # fmt: skip
    assert child().full_name == "林小雨"
    assert (child().school_class.code, child().division.code) == ("3b", "g3")
    assert (
        User.objects.get(email="linmei@example.org").addresses.get().value == "linmei@example.org"
    )


def test_a_child_can_be_found_after_it(school):
    bring(school, small_school())
    assert Student.objects.found_by("lxy").get().number == "S1"


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_it_is_the_same_the_second_time(school, version):
    files = small_school() if version == "1.2" else in_1_1(small_school())
    bring(school, files, version=version)
    plan = bring(school, files, version=version)
    assert plan.differences == []
    assert numbers(plan, "students") == {"same": 2}
    assert numbers(plan, "staff") == {"same": 1}


def test_it_writes_one_entry_with_counts_and_no_names(school):
    plan = bring(school, small_school())
    entry = Entry.objects.get(verb="roster.imported")
    assert entry == plan.applied
    assert entry.data["counts"]["students"]["new"] == 2
    assert "林" not in json.dumps(entry.data, ensure_ascii=False)


def test_it_writes_nothing_before_it_is_applied(school):
    plan = plan_of(school, small_school())
    assert plan.ok
    assert not Student.objects.exists()


def test_it_tells_row_by_row_what_becomes_different(school):
    bring(school, small_school())
    plan = plan_of(school, changing("users", "s1", givenName="晓雪"))
    [change] = [change for change in plan.differences if change.kind == "students"]
    assert (change.state, change.row, change.name) == ("changed", 2, "林晓雪")
    assert change.fields == [("Name", "林小雨", "林晓雪")]


def test_its_digest_knows_what_would_happen(school):
    plans = [plan_of(school, files) for files in (small_school(), small_school())]
    other = plan_of(school, changing("users", "s1", givenName="晓雪"))
    assert plans[0].digest == plans[1].digest != other.digest


def test_the_history_is_kept(school):
    bring(school, small_school())
    assert Student.pgh_event_model.objects.filter(pgh_obj=child()).count() == 1


def test_it_tells_how_far_it_is(school):
    told = []
    bring(school, small_school(), tell=lambda part, done, of: told.append(part))
    assert list(dict.fromkeys(told)) == ["read", "compare", "write"]


# --- whose package it is -----------------------------------------------------------------------------


def test_a_package_of_another_school_is_refused(school):
    other = builders.make_school("elm-road")
    plan = bring(other, small_school(), skip_refused=True)
    assert wrong(plan) == [("school", "orgs.csv", 2, "identifier")]
    assert not plan.ok
    assert not Student.objects.exists()


def test_other_schools_of_a_package_are_left_out(school):
    files = small_school(
        orgs=[{"sourcedId": "o9", "name": "Elm Road", "type": "school", "identifier": "elm-road"}],
        users=[user("s9", "Ken", "Ng", identifier="S9")],
        roles=[role("s9", "student", "o9")],
        classes=[klass("c9", schoolSourcedId="o9")],
        enrollments=[enrolment("c9", "s9", org="o9")],
    )
    plan = bring(school, files)
    assert plan.problems == []
    assert numbers(plan, "students") == {"new": 2}
    assert schools_of(read_package(make_zip(files))) == [
        ("mill-lane", "Mill Lane", "o1"), ("elm-road", "Elm Road", "o9"),
    ]  # fmt: skip


def test_a_school_without_identifier_is_known_by_its_sourced_id():
    school = builders.make_school("o1")
    files = small_school()
    del files["orgs"][0]["identifier"]
    assert bring(school, files).applied


def test_a_row_of_another_school_is_not_taken_over(school):
    elsewhere = builders.make_student(builders.make_class(builders.make_school("elm-road")))
    files = small_school(
        users=[user(str(elsewhere.pk), "Ken", "Ng")], roles=[role(str(elsewhere.pk), "student")],
        enrollments=[enrolment("c1", str(elsewhere.pk))],
    )  # fmt: skip
    assert wrong(bring(school, files)) == [("elsewhere", "users.csv", 6, "sourcedId")]


# --- unknown references ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "row", "column"),
    [
        ("roles", role("nobody", "student"), "userSourcedId"),
        ("roles", role("s1", "student", "nowhere"), "orgSourcedId"),
        ("classes", klass("c2", schoolSourcedId="nowhere"), "schoolSourcedId"),
        ("classes", klass("c2", courseSourcedId="nothing"), "courseSourcedId"),
        ("classes", klass("c2", termSourcedIds="t1,never"), "termSourcedIds"),
        ("enrollments", enrolment("c9", "s1"), "classSourcedId"),
        ("enrollments", enrolment("c1", "nobody"), "userSourcedId"),
        ("enrollments", enrolment("c1", "s1", org="nowhere", sourcedId="e9"), "schoolSourcedId"),
        ("users", user("s3", "Ken", "Ng", agentSourcedIds="p1,nobody"), "agentSourcedIds"),
        ("demographics", {"sourcedId": "nobody", "sex": "female"}, "sourcedId"),
        ("relationships", relationship("s1", "nobody"), "relationshipUserSourcedId"),
        ("relationships", relationship("nobody", "p1"), "userSourcedId"),
    ],
)
def test_an_unknown_reference_is_refused(school, file, row, column):
    if file == "roles":
        row |= {"sourcedId": "r9"}
    plan = bring(school, small_school(**{file: [row]}))
    [problem] = plan.problems
    assert (problem.kind, problem.file, problem.column) == ("reference", f"{file}.csv", column)
    assert problem.found in str(row)
    assert not Student.objects.exists()


def test_what_hangs_on_a_refused_row_is_left_out_without_a_word(school):
    files = changing("classes", "c1", courseSourcedId="nothing")
    plan = bring(school, files, skip_refused=True)
    assert wrong(plan) == [("reference", "classes.csv", 2, "courseSourcedId")]
    assert plan.refused == 1
    assert numbers(plan, "students") == {}


def test_the_other_rows_come_in_where_refused_ones_are_left_out(school):
    files = small_school(
        users=[user("s3", "Ken", "Ng", agentSourcedIds="nobody")], roles=[role("s3", "student")],
        enrollments=[enrolment("c1", "s3")],
    )  # fmt: skip
    assert not plan_of(school, files).ok
    plan = bring(school, files, skip_refused=True)
    assert plan.applied
    assert numbers(plan, "students") == {"new": 2}


# --- terms -------------------------------------------------------------------------------------------


def test_a_term_gets_its_code_and_days(school):
    bring(school, small_school())
    term = Term.objects.get(school=school)
    assert (term.code, term.name) == ("t1", "Autumn")
    assert (term.start, term.end) == (dt.date(2026, 9, 1), dt.date(2027, 1, 20))


def test_a_sourced_id_that_is_no_code_is_made_one(school):
    files = changing("academicSessions", "t1", sourcedId="Autumn 2026 {7}")
    files["classes"][0]["termSourcedIds"] = "Autumn 2026 {7}"
    bring(school, files)
    assert Term.objects.get().code == "autumn-2026-7"


@pytest.mark.parametrize("code", ["t1", "other"])
def test_a_term_of_the_same_code_or_days_is_the_same(school, code):
    builders.make_term(school, code, "2026-09-01", "2027-01-20", name="Autumn")
    assert numbers(bring(school, small_school()), "terms") == {"same": 1}


def test_a_term_moves_with_the_file(school):
    bring(school, small_school())
    plan = bring(school, changing("academicSessions", "t1", endDate="2027-02-01"))
    assert numbers(plan, "terms") == {"changed": 1}
    assert Term.objects.get().end == dt.date(2027, 2, 1)


def test_two_terms_that_change_places_do_so(school):
    spring = {"sourcedId": "t2", "title": "Spring", "type": "term", "startDate": "2027-01-20", "endDate": "2027-07-01", "schoolYear": "2027"}  # fmt: skip
    bring(school, small_school(academicSessions=[spring]))
    files = changing("academicSessions", "t1", endDate="2027-02-01")
    files["academicSessions"].append(spring | {"startDate": "2027-02-01"})
    assert numbers(bring(school, files), "terms") == {"changed": 2}


def test_terms_that_overlap_are_refused(school):
    builders.make_term(school, "own", "2026-12-01", "2027-03-01")
    plan = bring(school, small_school())
    assert wrong(plan) == [("overlap", "academicSessions.csv", 2, "startDate")]


def test_a_term_that_is_missing_stays(school):
    bring(school, small_school())
    files = small_school()
    files["academicSessions"], files["classes"] = (
        [],
        [files["classes"][0] | {"termSourcedIds": "t9"}],
    )
    plan = bring(school, {name: rows for name, rows in files.items() if name != "academicSessions"})
    assert plan.applied
    assert Term.objects.count() == 1


# --- divisions and classes -----------------------------------------------------------------------------


def test_a_department_is_a_division(school):
    bring(school, small_school())
    division = Division.objects.get()
    assert (division.code, division.name) == ("g3", "Grade 3")


def test_a_department_that_is_renamed_renames_the_division(school):
    bring(school, small_school())
    plan = bring(school, changing("orgs", "o2", name="Third grade"))
    assert numbers(plan, "classes") == {"changed": 1}
    assert Division.objects.get().name == "Third grade"


def test_a_class_without_department_stands_in_its_grade(school):
    files = changing("courses", "k1", orgSourcedId="o1")
    files["classes"][0]["grades"] = "03,04"
    bring(school, files)
    assert (Division.objects.get().code, Division.objects.get().name) == ("03", "Grade 3")
    assert bring(school, files).differences == []


def test_a_class_without_grade_stands_in_a_division_of_its_name(school):
    bring(school, changing("courses", "k1", orgSourcedId="o1"))
    assert Division.objects.get().name == "3B"


def test_children_go_along_where_a_class_moves_to_another_division(school):
    bring(school, small_school())
    other = {"sourcedId": "o3", "name": "Grade 4", "type": "department", "identifier": "g4", "parentSourcedId": "o1"}  # fmt: skip
    files = changing("courses", "k1", orgSourcedId="o3") | {
        "orgs": [*small_school()["orgs"], other]
    }
    bring(school, files)
    assert child().division.code == child().school_class.division.code == "g4"


def test_a_class_of_the_same_code_is_the_same(school):
    made = builders.make_class(school, "3b", name="3B")
    plan = bring(school, small_school())
    assert numbers(plan, "classes") == {"changed": 1}  # its class teacher
    assert child().school_class == made


def test_two_classes_of_one_code_are_two(school):
    files = small_school(classes=[klass("c2", "Art", classCode="3b", classType="scheduled")])
    bring(school, files)
    assert set(SchoolClass.objects.values_list("code", flat=True)) == {"3b", "3b-2"}
    assert bring(school, files).differences == []


def test_a_class_that_changes_its_type_is_refused(school):
    bring(school, small_school())
    plan = bring(school, changing("classes", "c1", classType="scheduled"))
    assert ("class_type", "classes.csv", 2, "classType") in wrong(plan)


def test_the_primary_teacher_of_a_homeroom_is_its_adviser(school):
    bring(school, small_school())
    adviser = SchoolClass.objects.get().adviser
    assert (adviser.user.email, adviser.role) == ("ben@example.org", "adviser")


def test_a_class_may_have_no_adviser(school):
    bring(school, without(small_school(), enrollments=("e-c1-f1",)))
    assert SchoolClass.objects.get().adviser is None


def test_an_adviser_without_the_role_of_teacher_is_left_out_and_told(school):
    files = without(small_school(), roles=("r-f1-teacher",))
    plan = bring(school, files | {"roles": [*files["roles"], role("f1", "principal")]})
    assert SchoolClass.objects.get().adviser is None
    assert [(change.kind, change.name) for change in plan.kept] == [("classes", "3B")]


# --- which class a child goes to -------------------------------------------------------------------------


def days(begin="", end=""):
    today = timezone.localdate()
    return {
        "beginDate": str(today + dt.timedelta(days=begin)) if begin != "" else "",
        "endDate": str(today + dt.timedelta(days=end)) if end != "" else "",
    }


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (days(-90, -2), days(-2), "3c"), (days(-90), days(-5), "3c"), (days(-5), days(-90), "3b"),
        (days(-90), days(30), "3b"), (days(30), days(10), "3c"), (days(), days(-5), "3c"),
    ],
)  # fmt: skip
def test_of_several_homerooms_it_is_the_one_that_runs_and_began_last(school, first, second, code):
    files = without(small_school(classes=[klass("c2", classCode="3c")]), enrollments=("e-c1-s1",))
    files["enrollments"] += [enrolment("c1", "s1", **first), enrolment("c2", "s1", **second)]
    bring(school, files)
    assert child().school_class.code == code


def test_a_child_of_no_homeroom_goes_to_the_class_of_its_grade(school):
    files = without(changing("users", "s1", grades="05"), enrollments=("e-c1-s1",))
    plan = bring(school, files)
    assert numbers(plan, "classes") == {"new": 2}
    assert (child().school_class.name, child().division.name) == ("Grade 05", "Grade 5")
    assert bring(school, files).differences == []


def test_a_child_of_no_homeroom_and_no_grade_is_refused(school):
    plan = bring(school, without(small_school(), enrollments=("e-c1-s1",)))
    assert wrong(plan) == [("homeroom", "users.csv", 2, "grades")]


def test_a_child_stays_in_a_class_that_the_school_made(school):
    own = builders.make_class(school, "own")
    builders.make_student(own, "林小雨", number="S1")
    bring(school, without(small_school(), enrollments=("e-c1-s1",)))
    assert child().school_class == own


def test_a_child_moves_to_another_class(school):
    bring(school, small_school())
    files = without(small_school(classes=[klass("c2", classCode="3c")]), enrollments=("e-c1-s1",))
    plan = bring(school, files | {"enrollments": [*files["enrollments"], enrolment("c2", "s1")]})
    assert numbers(plan, "students") == {"changed": 1, "same": 1}
    assert child().school_class.code == "3c"


ART = {
    "classes": [klass("art", "Art", classType="scheduled")],
    "enrollments": [enrolment("art", "s1"), enrolment("art", "s2", **days(-9, -1))],
}


def test_a_scheduled_class_gathers_its_children(school):
    bring(school, small_school(**ART))
    assert [e.student.number for e in Enrolment.objects.all()] == ["S1"]
    assert child().school_class.code == "3b"


def test_a_seat_in_a_course_class_goes_with_the_file(school):
    bring(school, small_school(**ART))
    plan = bring(school, small_school(classes=ART["classes"]))
    [change] = plan.differences
    assert (change.kind, change.fields) == ("students", [("Course classes", "Art", "-")])
    assert not Enrolment.objects.exists()


def test_a_seat_that_the_school_gave_in_a_class_of_its_own_stays(school):
    bring(school, small_school())
    own = builders.make_class(school, "choir", kind="scheduled")
    Enrolment.objects.create(student=child(), school_class=own)
    assert bring(school, small_school()).differences == []


# --- children ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "number"),
    [
        ({"identifier": "A1", "userIds": "{StudentID:B1}"}, "A1"),
        ({"identifier": "", "userIds": "{LDAP:x},{studentId: B1}"}, "B1"),
        ({"identifier": "", "username": "C1"}, "C1"),
    ],
)
def test_the_number_of_a_child_is_what_names_it_best(school, values, number):
    bring(school, changing("users", "s1", **values))
    assert Student.objects.get(full_name="林小雨").number == number


def test_a_child_of_the_same_number_is_the_same(school):
    known = builders.make_student(builders.make_class(school), "林小雨", number="S1")
    plan = bring(school, small_school())
    assert numbers(plan, "students") == {"new": 1, "same": 1}
    assert child() == known


def test_a_child_is_known_by_the_portals_own_key(school):
    known = builders.make_student(builders.make_class(school), "林小雨", number="old")
    files = json.loads(
        json.dumps(small_school()).replace('"s1', f'"{known.pk}').replace("s1,", f"{known.pk},")
    )
    bring(school, files)
    known.refresh_from_db()
    assert known.number == "S1"


def test_a_child_keeps_its_row_where_its_number_changes(school):
    bring(school, small_school())
    before = child().pk
    bring(school, changing("users", "s1", identifier="N7"))
    assert child("N7").pk == before


def test_two_children_may_change_numbers(school):
    bring(school, small_school())
    files = changing("users", "s1", identifier="S2")
    files["users"][1]["identifier"] = "S1"
    plan = bring(school, files)
    assert numbers(plan, "students") == {"changed": 2}
    assert child("S2").full_name == "林小雨"


def test_a_number_that_two_children_have_is_refused(school):
    plan = bring(school, changing("users", "s2", identifier="S1"))
    assert wrong(plan) == [("number_twice", "users.csv", 3, "identifier")]


def test_the_number_of_another_child_of_the_school_is_refused(school):
    bring(school, small_school())
    builders.make_student(SchoolClass.objects.get(), number="S7")
    plan = bring(school, changing("users", "s1", identifier="S7"))
    assert wrong(plan) == [("number_twice", "users.csv", 2, "identifier")]


def test_a_changed_name_is_found_by_its_new_key(school):
    bring(school, small_school())
    bring(school, changing("users", "s1", givenName="晓雪"))
    assert Student.objects.found_by("xiaoxue").exists()


def test_birth_date_and_sex_come_from_demographics(school):
    plan = bring(school, small_school(demographics=[{"sourcedId": "s1", "birthDate": "2017-05-04", "sex": "female"}]))  # fmt: skip
    assert plan.applied
    assert (child().birth_date, child().sex) == (dt.date(2017, 5, 4), "female")


def test_an_empty_cell_changes_nothing(school):
    bring(school, small_school(demographics=[{"sourcedId": "s1", "birthDate": "2017-05-04", "sex": "female"}]))  # fmt: skip
    assert bring(school, small_school(demographics=[{"sourcedId": "s1"}])).differences == []
    assert child().sex == "female"


def test_the_name_to_be_called_by_is_the_portals_after_the_first_time(school):
    bring(school, changing("users", "s1", preferredGivenName="Rainy"))
    assert child().preferred_name.startswith("Rainy")
    Student.objects.update(preferred_name="雨雨")
    bring(school, changing("users", "s1", preferredGivenName="Sunny"))
    assert child().preferred_name == "雨雨"


def test_a_name_has_255_signs(school):
    bring(school, changing("users", "s1", givenName="雨" * 100, familyName="林" * 50))
    assert len(child().full_name) == 150


@pytest.mark.parametrize("status", ["suspected", "dropout"])
def test_a_dropout_is_decided_by_people(school, status):
    bring(school, small_school())
    Student.objects.update(status=status)
    assert bring(school, small_school()).differences == []
    gone = without(
        changing("users", "p1", agentSourcedIds="s2"), users=("s1",), roles=("r-s1-student",),
        enrollments=("e-c1-s1",),
    )  # fmt: skip
    assert numbers(bring(school, gone), "students") == {"same": 1}
    assert child().status == status


def test_an_account_that_is_switched_off_elsewhere_is_named_all_the_same(school):
    bring(school, small_school())
    assert bring(school, changing("users", "s1", enabledUser="false")).differences == []
