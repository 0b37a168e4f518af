"""Taking an import back: all of it, while nothing was built on it."""

import datetime as dt

import pytest
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.importing.oneroster.plan import NotTakenBack, take_back, undo_bytes
from homeschool.people.models import (
    Address,
    Division,
    Enrolment,
    Guardianship,
    Membership,
    RosterKey,
    SchoolClass,
    Student,
    Term,
    User,
)
from tests import builders

from .rosters import enrolment, relationship, role, small_school, user
from .test_oneroster_plan import bring, changing, child, klass, without

pytestmark = pytest.mark.django_db
TABLES = (
    User, Address, Student, Guardianship, Membership, SchoolClass, Division, Term, RosterKey,
    Enrolment,
)  # fmt: skip


@pytest.fixture
def school():
    return builders.make_school("mill-lane")


def everything():
    """Return every row of what an import writes, each as its values."""
    return {model: list(model.objects.order_by("pk").values()) for model in TABLES}


def test_what_an_import_made_is_gone(school):
    before = everything()
    plan = bring(school, small_school())
    take_back(school, plan.undo, by=None)
    assert everything() == before
    assert not Student.pgh_event_model.objects.exists()


CHANGED = small_school(
    users=[
        user("s3", "Ken", "Ng", identifier="S3", agentSourcedIds="p1"),
        user("f2", "Ada", "Obi", email="ada@example.org"),
    ],
    roles=[role("s3", "student"), role("f1", "counselor"), role("f2", "teacher")],
    enrollments=[enrolment("c1", "s3"), enrolment("art", "s3")],
    classes=[klass("art", "Art", classType="scheduled")],
    relationships=[relationship("s1", "p1", "mother", livesWith="false")],
    demographics=[{"sourcedId": "s1", "birthDate": "2017-05-04"}],
)


@pytest.mark.parametrize(
    "files",
    [
        CHANGED,
        changing("users", "s1", givenName="晓雪", identifier="N7"),
        changing("users", "p1", email="mei@example.org", givenName="丽", phone="+86 138"),
        changing("academicSessions", "t1", endDate="2027-03-01"),
        changing("orgs", "o2", name="Third grade"),
        changing("courses", "k1", orgSourcedId="o3")
        | {
            "orgs": [
                *small_school()["orgs"],
                {
                    "sourcedId": "o3",
                    "name": "Grade 4",
                    "type": "department",
                    "parentSourcedId": "o1",
                },
            ]
        },
        without(small_school(), users=("f1",), roles=("r-f1-teacher",), enrollments=("e-c1-f1",)),
        without(small_school(), users=("s2",), roles=("r-s2-student",), enrollments=("e-c1-s2",))
        | {"users": [user("s1", "小雨", "林", identifier="S1", agentSourcedIds="p1")]},
    ],
)
def test_what_an_import_changed_is_as_it_was(school, files):
    bring(school, small_school())
    before = everything()
    plan = bring(school, files, skip_refused=True)
    assert plan.differences
    take_back(school, plan.undo, by=None)
    assert everything() == before


def test_what_came_back_leaves_again(school):
    art = {"classes": [klass("art", "Art", classType="scheduled")]}
    bring(school, small_school(**art, enrollments=[enrolment("art", "s1")]))
    bring(school, without(small_school(), enrollments=("e-c1-s2",)), skip_refused=True)
    before = everything()
    plan = bring(school, small_school(**art, enrollments=[enrolment("art", "s1")]))
    take_back(school, plan.undo, by=None)
    assert everything() == before


def test_a_seat_that_was_taken_away_is_there_again(school):
    art = {"classes": [klass("art", "Art", classType="scheduled")]}
    bring(school, small_school(**art, enrollments=[enrolment("art", "s1")]))
    plan = bring(school, small_school(**art))
    take_back(school, plan.undo, by=None)
    assert Enrolment.objects.get().student == child()


def test_it_writes_an_entry(school, cast):
    plan = bring(school, small_school())
    entry = take_back(school, plan.undo, by=cast.school_admin)
    assert entry == Entry.objects.get(verb="roster.taken_back")
    assert (entry.actor, entry.school) == (cast.school_admin, school)
    assert entry.data["made"]["student"] == 2


def refusal(school, plan):
    before = everything()
    with pytest.raises(NotTakenBack) as caught:
        take_back(school, plan.undo, by=None)
    assert everything() == before
    return str(caught.value)


def test_it_is_refused_where_a_changed_row_was_changed_again(school):
    bring(school, small_school())
    plan = bring(school, changing("users", "s1", givenName="晓雪"))
    Student.objects.filter(number="S1").update(full_name="林雪")
    assert "changed again" in refusal(school, plan)


def test_it_is_refused_where_somebody_signed_in(school):
    plan = bring(school, small_school())
    User.objects.filter(email="linmei@example.org").update(last_login=timezone.now())
    assert "signed in" in refusal(school, plan)


def test_it_is_refused_where_a_row_is_gone(school):
    plan = bring(school, small_school())
    Guardianship.objects.filter(student=child()).delete()
    assert "gone" in refusal(school, plan)


def caseload(school):
    builders.give_caseload(builders.make_staff(school, "counselor"), child())


def guardian(school):
    builders.make_guardian(child(), "王芳")


def classmate(school):
    builders.make_student(SchoolClass.objects.get())


def letter(school):
    mother = User.objects.get(email="linmei@example.org")
    builders.make_letter(child(), mother, builders.make_staff(school, "school_admin"))


def household(school):
    builders.make_household(child())


def reading(school):
    Entry.record("child.viewed", child(), by=None, student=child(), school=school)


@pytest.mark.parametrize("build", [caseload, guardian, classmate, letter, household, reading])
def test_it_is_refused_where_something_was_built_on_it(school, build):
    plan = bring(school, small_school())
    build(school)
    assert "built on" in refusal(school, plan)


def test_rows_of_any_import_can_be_taken_back(school):
    student = builders.make_student(builders.make_class(school), "林小雨", number="S1")
    made = builders.make_student(student.school_class, "王子涵", number="S2")
    before = {"full_name": student.full_name, "birth_date": dt.date(2016, 5, 4)}
    student.full_name = "林晓雪"
    student.save()
    address = Address.objects.create(user=builders.make_user(), channel="phone", value="138")
    removed = Address.objects.get(pk=address.pk)
    address.delete()
    undo = undo_bytes(made=[made], changed={student: before}, removed=[removed])
    take_back(school, undo, by=None)
    student.refresh_from_db()
    assert student.full_name == "林小雨"
    assert not Student.objects.filter(pk=made.pk).exists()
    assert Address.objects.get(pk=removed.pk).value == "138"
