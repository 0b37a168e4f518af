"""What a OneRoster package takes away and gives back: whole files, deltas, and the brake."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeschool.people import sight
from homeschool.people.importing.oneroster.plan import take_back
from homeschool.people.models import (
    Caseload,
    Enrolment,
    Guardianship,
    Membership,
    RosterKey,
    SchoolClass,
    Student,
    User,
)
from tests import builders
from visits.models import Visit

from .rosters import enrolment, relationship, role, small_school, user
from .test_oneroster_plan import bring, changing, child, klass, numbers, plan_of, without, wrong

pytestmark = pytest.mark.django_db
NOW = "2026-10-01T08:00:00Z"


@pytest.fixture
def school():
    school = builders.make_school("mill-lane")
    bring(school, small_school())
    return school


def gone_child():
    """Return the small school without its first child."""
    files = without(small_school(), users=("s1", "p1"), roles=("r-s1-student",), enrollments=("e-c1-s1",))  # fmt: skip
    files["users"].append(user("p1", "美", "林", email="linmei@example.org", agentSourcedIds="s2"))
    return files


def gone_mother():
    files = without(small_school(), users=("p1", "s1"), roles=("r-p1-parent",))
    files["users"].append(user("s1", "小雨", "林", identifier="S1"))
    return files


def gone_teacher():
    return without(small_school(), users=("f1",), roles=("r-f1-teacher",), enrollments=("e-c1-f1",))


def delta(school, status="active", **files):
    """Bring a delta of these rows."""
    marked = {
        file: [{"status": status, "dateLastModified": NOW} | row for row in rows]
        for file, rows in files.items()
    }
    return bring(school, marked, modes=dict.fromkeys(files, "delta"))


# --- whole files ---------------------------------------------------------------------------------------


def test_a_child_that_is_missing_has_left(school):
    plan = bring(school, gone_child())
    assert numbers(plan, "students") == {"same": 1, "retired": 1}
    assert child().status == "left"


def test_what_the_school_does_for_a_child_ends_with_its_leaving(school):
    counselor = builders.make_staff(school, sight.COUNSELOR, "Mei Chen")
    left, stays = Student.objects.get(number="S1"), Student.objects.get(number="S2")
    for student in (left, stays):
        builders.give_caseload(counselor, student)
    visit = Visit.objects.create(school=school, planned_at=timezone.now() + timedelta(days=3))
    visit.lines.create(student=left)
    bring(school, gone_child())
    visit.refresh_from_db()
    assert visit.status == Visit.Status.CANCELLED
    assert not Caseload.objects.filter(student=left, until=None).exists()
    assert Caseload.objects.filter(student=stays, until=None).count() == 1
    assert not left.enrolments.exists()


def test_taken_back_a_child_is_on_its_caseload_again(school):
    counselor = builders.make_staff(school, sight.COUNSELOR, "Mei Chen")
    left = Student.objects.get(number="S1")
    builders.give_caseload(counselor, left)
    seats = left.enrolments.count()
    plan = bring(school, gone_child())
    take_back(school, plan.undo, by=counselor)
    left.refresh_from_db()
    assert left.status == Student.Status.ACTIVE
    assert Caseload.objects.filter(student=left, until=None).count() == 1
    assert left.enrolments.count() == seats


def test_the_family_of_a_child_that_left_goes_on_reading(school):
    plan = bring(school, gone_child())
    assert numbers(plan, "guardianships") == {"same": 1}
    mother = User.objects.get(email="linmei@example.org")
    assert Student.objects.visible_to(mother).filter(pk=child().pk).exists()


def test_a_child_that_is_missing_twice_leaves_once(school):
    bring(school, gone_child())
    assert bring(school, gone_child()).differences == []


def test_a_child_that_is_named_again_comes_back(school):
    bring(school, gone_child())
    plan = bring(school, small_school())
    assert numbers(plan, "students") == {"same": 1, "returned": 1}
    assert numbers(plan, "guardianships") == {"same": 2}
    assert child().status == "active"
    assert Guardianship.objects.open().filter(student=child()).exists()
    assert bring(school, small_school()).differences == []


def test_a_child_that_was_made_by_hand_stays(school):
    own = builders.make_student(SchoolClass.objects.get(), number="own")
    assert bring(school, small_school()).differences == []
    own.refresh_from_db()
    assert own.status == "active"


def test_a_guardian_that_is_missing_sees_no_child(school):
    plan = bring(school, gone_mother())
    assert numbers(plan, "guardians") == {"retired": 1}
    assert numbers(plan, "guardianships") == {"retired": 2}
    assert not Student.objects.visible_to(User.objects.get(email="linmei@example.org")).exists()
    assert bring(school, gone_mother()).differences == []


def test_a_guardian_that_is_named_again_comes_back(school):
    bring(school, gone_mother())
    plan = bring(school, small_school())
    assert numbers(plan, "guardians") == {"returned": 1}
    assert numbers(plan, "guardianships") == {"returned": 2}
    assert Guardianship.objects.count() == 2


def test_a_tie_that_was_made_by_hand_stays(school):
    Guardianship.objects.all().delete()
    RosterKey.objects.filter(kind="guardianship").delete()
    mother = User.objects.get(email="linmei@example.org")
    builders.make_guardian(child(), user=mother)
    assert numbers(bring(school, gone_mother()), "guardianships") == {}
    assert Guardianship.objects.open().count() == 1


def test_a_tie_that_is_missing_ends(school):
    files = changing("users", "s1", agentSourcedIds="")
    files["users"] = [row | {"agentSourcedIds": "s2"} if row["sourcedId"] == "p1" else row for row in files["users"]]  # fmt: skip
    plan = bring(school, files)
    assert numbers(plan, "guardianships") == {"same": 1, "retired": 1}
    assert numbers(plan, "guardians") == {"same": 1}


def test_a_file_without_any_tie_says_nothing_of_ties(school):
    files = small_school()
    files["users"] = [row | {"agentSourcedIds": ""} for row in files["users"]]
    assert numbers(bring(school, files), "guardianships") == {}
    assert Guardianship.objects.open().count() == 2


def test_a_restricted_tie_is_not_ended_by_a_file(school, cast):
    tie = Guardianship.objects.get(student=child())
    tie.restrict(by=cast.school_admin, reason="A court said so.")
    assert numbers(bring(school, gone_mother()), "guardianships") == {"retired": 1}
    tie.refresh_from_db()
    assert tie.until is None


def test_a_member_of_staff_that_is_missing_has_no_role(school):
    plan = bring(school, gone_teacher())
    assert numbers(plan, "staff") == {"retired": 1}
    assert not Membership.objects.open().filter(school=school).exists()
    assert bring(school, gone_teacher()).differences == []


def test_a_member_of_staff_that_is_named_again_comes_back(school):
    bring(school, gone_teacher())
    plan = bring(school, small_school())
    assert numbers(plan, "staff") == {"returned": 1}
    assert Membership.objects.open().filter(school=school).count() == 1


def test_a_role_that_is_missing_ends_and_the_other_stays(school):
    bring(school, small_school(roles=[role("f1", "counselor")]))
    plan = bring(school, small_school())
    assert numbers(plan, "staff") == {"changed": 1}
    assert [m.role for m in Membership.objects.open().filter(school=school)] == ["adviser"]


def test_a_teacher_who_is_a_guardian_no_more_stays_a_teacher(school):
    bring(school, changing("users", "s1", agentSourcedIds="p1,f1"))
    plan = bring(school, small_school())
    assert numbers(plan, "guardians") == {"same": 1, "retired": 1}
    assert numbers(plan, "staff") == {"same": 1}
    assert bring(school, small_school()).differences == []


def test_a_role_that_was_given_by_hand_stays(school):
    by_hand = builders.make_staff(school, "counselor")
    assert bring(school, small_school()).differences == []
    assert by_hand.memberships.open().exists()


def test_a_class_that_is_missing_is_closed_and_opened_again(school):
    with_art = small_school(classes=[klass("art", "Art", classType="scheduled")])
    bring(school, with_art)
    assert numbers(bring(school, small_school()), "classes") == {"same": 1, "retired": 1}
    assert SchoolClass.objects.get(name="Art").closed_at
    assert numbers(bring(school, with_art), "classes") == {"same": 1, "returned": 1}
    assert SchoolClass.objects.get(name="Art").closed_at is None


def test_a_class_that_was_made_by_hand_stays_open(school):
    own = builders.make_class(school, "own")
    bring(school, small_school())
    own.refresh_from_db()
    assert own.closed_at is None


def test_a_role_that_has_ended_is_not_named(school):
    files = changing("roles", "r-s1-student", endDate="2020-01-01")
    files["users"] = gone_child()["users"] + small_school()["users"][:1]
    assert numbers(bring(school, files), "students") == {"same": 1, "retired": 1}


# --- refused rows take nothing away --------------------------------------------------------------------------


def test_nothing_is_retired_because_its_row_was_refused(school):
    files = changing("users", "s1", agentSourcedIds="p1,nobody")
    plan = bring(school, files, skip_refused=True)
    assert plan.applied
    assert plan.differences == []


def test_nothing_is_retired_because_the_file_refused_its_row(school):
    files = changing("users", "p1", email="no address")
    plan = bring(school, files, skip_refused=True)
    assert wrong(plan) == [("email", "users.csv", 4, "email")]
    assert plan.differences == []


def test_nobody_is_retired_where_a_row_of_roles_was_refused(school):
    plan = bring(school, changing("roles", "r-f1-teacher", role="wizard"), skip_refused=True)
    assert plan.applied
    assert plan.differences == []


def test_a_class_is_not_closed_because_its_row_was_refused(school):
    plan = bring(school, changing("classes", "c1", courseSourcedId="nothing"), skip_refused=True)
    assert plan.applied
    assert plan.differences == []


def test_no_seat_is_taken_where_its_row_was_refused(school):
    art = {"classes": [klass("art", "Art", classType="scheduled")]}
    bring(school, small_school(**art, enrollments=[enrolment("art", "s1")]))
    seat = enrolment("art", "s1", beginDate="soon")
    assert bring(school, small_school(**art, enrollments=[seat]), skip_refused=True).applied
    assert Enrolment.objects.count() == 1


# --- the brake -----------------------------------------------------------------------------------------


def test_a_file_that_takes_too_many_away_stops(school):
    plan = bring(school, gone_child(), allow_retire=10)
    assert plan.brakes == [{"kind": "students", "retired": 1, "of": 2}]
    assert not plan.ok
    assert child().status == "active"


def test_it_goes_on_where_as_many_are_allowed(school):
    assert plan_of(school, gone_child(), allow_retire=50).ok
    assert not plan_of(school, gone_child(), allow_retire=49).ok


@pytest.mark.parametrize(("files", "kind"), [(gone_mother, "guardians"), (gone_teacher, "staff")])
def test_each_role_has_its_brake(school, files, kind):
    plan = plan_of(school, files())
    assert plan.brakes == [{"kind": kind, "retired": 1, "of": 1}]


def test_the_brake_counts_whom_a_roster_brought_alone(school):
    for number in range(20):
        builders.make_student(SchoolClass.objects.get(), number=f"own-{number}")
    assert plan_of(school, gone_child()).brakes[0]["of"] == 2


# --- deltas --------------------------------------------------------------------------------------------


def test_a_delta_touches_nobody_else(school):
    plan = delta(school, users=[user("s1", "晓雪", "林", identifier="S1")])
    assert numbers(plan, "students") == {"changed": 1}
    assert numbers(plan, "guardianships") == {}
    assert Student.objects.active().count() == 2
    assert child().full_name == "林晓雪"


def test_a_delta_brings_a_new_child(school):
    plan = delta(
        school, users=[user("s3", "Ken", "Ng", identifier="S3", agentSourcedIds="p1")],
        roles=[role("s3", "student")], enrollments=[enrolment("c1", "s3")],
    )  # fmt: skip
    assert numbers(plan, "students") == {"new": 1}
    assert child("S3").guardianships.get().guardian.email == "linmei@example.org"


def test_a_delta_without_orgs_knows_the_school_of_before(school):
    plan = delta(school, classes=[klass("c2", classCode="3c")])
    assert plan.problems == []
    assert numbers(plan, "classes") == {"new": 1}


def test_a_delta_deletes_a_child(school):
    plan = delta(school, "tobedeleted", users=[{"sourcedId": "s1"}])
    assert numbers(plan, "students") == {"retired": 1}
    assert child().status == "left"


def test_a_delta_deletes_a_guardian(school):
    plan = delta(school, "tobedeleted", users=[{"sourcedId": "p1"}])
    assert numbers(plan, "guardians") == {"retired": 1}
    assert numbers(plan, "guardianships") == {"retired": 2}


def test_a_delta_deletes_a_member_of_staff(school):
    plan = delta(school, "tobedeleted", users=[{"sourcedId": "f1"}])
    assert numbers(plan, "staff") == {"retired": 1}
    assert not Membership.objects.open().filter(school=school).exists()


def test_a_delta_deletes_a_role(school):
    plan = delta(school, "tobedeleted", roles=[role("f1", "teacher")])
    assert numbers(plan, "staff") == {"retired": 1}


def test_a_delta_deletes_a_class(school):
    plan = delta(school, "tobedeleted", classes=[{"sourcedId": "c1"}])
    assert numbers(plan, "classes") == {"retired": 1}
    assert SchoolClass.objects.get().closed_at


def test_a_delta_takes_a_seat_away(school):
    files = small_school(classes=[klass("art", "Art", classType="scheduled")], enrollments=[enrolment("art", "s1")])  # fmt: skip
    bring(school, files)
    plan = delta(school, "tobedeleted", enrollments=[enrolment("art", "s1")])
    assert numbers(plan, "students") == {"changed": 1}
    assert not Enrolment.objects.exists()


def test_a_delta_ends_a_tie(school):
    bring(school, small_school(relationships=[relationship("s1", "p1")]))
    row = relationship("s1", "p1") | {"sourcedId": "x"}
    plan = delta(school, "tobedeleted", relationships=[row])
    assert numbers(plan, "guardianships") == {"retired": 1}
    assert Guardianship.objects.get(student=child()).until


@pytest.mark.parametrize(
    ("file", "row"),
    [("users", {"sourcedId": "nobody"}), ("classes", {"sourcedId": "nothing"})],
)
def test_a_delta_of_an_unknown_row_is_refused(school, file, row):
    plan = delta(school, "tobedeleted", **{file: [row]})
    assert wrong(plan) == [("unknown", f"{file}.csv", 2, "sourcedId")]


def test_a_delta_that_says_not_whose_role_it_deletes_is_refused(school):
    plan = delta(school, "tobedeleted", roles=[{"sourcedId": "r-f1-teacher"}])
    assert ("empty", "roles.csv", 2, "userSourcedId") in wrong(plan)


def test_a_delta_stops_at_the_brake_too(school):
    row = {"sourcedId": "s1", "status": "tobedeleted", "dateLastModified": NOW}
    plan = plan_of(school, {"users": [row]}, modes={"users": "delta"})
    assert plan.brakes == [{"kind": "students", "retired": 1, "of": 2}]
