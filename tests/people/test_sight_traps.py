"""The traps of sight, each a test (docs/decisions/0002-sight.md)."""

import contextlib
import datetime
import random

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies as st

from homeschool.people import sight
from homeschool.people.models import (
    Caseload,
    Division,
    Enrolment,
    Grant,
    Guardianship,
    Membership,
    Reach,
    School,
    SchoolClass,
    Sight,
    Student,
    User,
)
from tests import builders

pytestmark = pytest.mark.django_db


# --- 1. parity: both views and the Python OR say the same ---------------------------------------

REACH_RESOLVED = """
    SELECT r.user_id, r.role, r.why, r.why_id, r.item, s.id AS student_id
    FROM people_reach r JOIN people_student s ON s.id = r.student_id
      OR s.school_class_id = r.school_class_id OR s.division_id = r.division_id
      OR s.school_id = r.school_id
"""
SIGHT_ROWS = "SELECT user_id, role, why, why_id, item, student_id FROM people_sight"


def lacking(left, right):
    """Return the rows of one query that the other lacks, each as often as it lacks it."""
    with connection.cursor() as cursor:
        cursor.execute(f"({left}) EXCEPT ALL ({right})")
        return cursor.fetchall()


class RandomSchools:
    """Two schools with a few of everything, as `rng` throws it: right, ended, crossed, odd."""

    DAY = datetime.timedelta(days=1)
    BIRTHDAYS = (None, "2016-05-04", "2001-02-03", "2008-02-29")

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311
        self.now = timezone.now()
        self.users = self.make(User, 7, lambda n: {"full_name": f"P{n}", "email": f"p{n}@x.org"})
        self.schools = self.make(School, 2, self.a_school)
        self.divisions = self.make(Division, 4, self.a_part)
        self.memberships = self.make(Membership, 10, self.a_membership)
        self.classes = self.make(SchoolClass, 7, self.a_class)
        self.students = self.make(Student, 9, self.a_student)
        self.make(Enrolment, 12, lambda n: self.tied(school_class=self.one(self.classes)))
        self.guardianships = self.make(Guardianship, 8, self.a_guardianship)
        self.make(Grant, 6, self.a_grant)
        self.make(Caseload, 7, self.a_caseload)

    def make(self, model, count, fields):
        rows, keys = [], set()
        for number in range(self.rng.randint(2, count)):
            values = fields(number)
            key = values.pop("once", number)
            if key not in keys:
                keys.add(key)
                rows.append(model(**values))
        return model.objects.bulk_create(rows)

    def one(self, rows):
        return self.rng.choice(rows)

    def often(self, chance=0.75):
        return self.rng.random() < chance

    def period(self):
        now, day = self.now, self.DAY
        open_, closed = (now - day, None), (now - 2 * day, now - day)
        shut_soon, to_come = (now - day, now + day), (now + day, None)
        since, until = self.one([open_, open_, open_, shut_soon, closed, to_come])
        return {"since": since, "until": until}

    def a_school(self, number):
        zone = self.one(["Asia/Shanghai", "Pacific/Kiritimati", "America/Los_Angeles"])
        kind = self.one(["primary", "secondary", "university"])
        return {"code": f"s{number}", "name": "S", "kind": kind, "time_zone": zone}

    def a_part(self, number):
        # each school gets at least one
        school = self.schools[number] if number < 2 else self.one(self.schools)
        return {"school": school, "code": f"d{number}", "name": "D"}

    def divisions_of(self, school):
        return [division for division in self.divisions if division.school_id == school.pk]

    def a_membership(self, number):
        user, school = self.one(self.users), self.one(self.schools)
        role = self.one([*Membership.Role.values, "adviser", "adviser", "counselor"])
        division = None if self.often(0.6) else self.one(self.divisions_of(school))
        once = (user.pk, school.pk, role, division)
        return {
            "user": user, "school": school, "role": role, "division": division, "once": once,
        } | self.period()  # fmt: skip

    def a_class(self, number):
        division = self.divisions[number % len(self.divisions)]
        return {
            "school_id": division.school_id,
            "division": division,
            "code": f"c{number}",
            "name": "C",
            "kind": "scheduled" if self.often(0.4) else "homeroom",
            "adviser": self.an_adviser(division.school_id),
        }

    def an_adviser(self, school):
        """Mostly somebody who can be one there; else whoever comes, or nobody."""
        fit = [m for m in self.memberships if (m.role, m.school_id) == ("adviser", school)]
        return self.one(fit) if fit and self.often(0.6) else self.one([None, *self.memberships])

    def a_student(self, number):
        student = Student(full_name=f"C{number}", number=str(number))
        student.join(self.one(self.classes))
        user = self.users[number] if number < len(self.users) and self.often(0.4) else None
        return {
            "user": user,
            "school_id": student.school_id,
            "division_id": student.division_id,
            "school_class": student.school_class,
            "number": str(number),
            "full_name": f"C{number}",
            "sort_key": "c",
            "search_key": " c",
            "birth_date": self.one(self.BIRTHDAYS),
        }

    def tied(self, **other):
        student = self.one(self.students)
        return {"student": student, "once": (student.pk, *other.values())} | other

    def a_guardianship(self, number):
        return self.tied(guardian=self.one(self.users)) | self.period() | {"may_view": self.often()}

    def a_grant(self, number):
        tie, item = self.one(self.guardianships), self.one(Grant.Item.values)
        student = tie.student if self.often() else self.one(self.students)
        once = (student.pk, tie.guardian_id, item)
        return {
            "student": student, "guardian": tie.guardian, "item": item, "once": once,
        } | self.period()  # fmt: skip

    def a_caseload(self, number):
        target = self.one(["student", "school_class", "division"])
        rows = {"student": self.students, "school_class": self.classes, "division": self.divisions}
        return {
            "membership": self.one(self.memberships), target: self.one(rows[target])
        } | self.period()  # fmt: skip


@contextlib.contextmanager
def undone():
    """Undo what is done inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def by_python():
    """Return {(user, role, student)} as `visible_to` shows them."""
    return {
        (user.pk, role, student)
        for user in User.objects.all()
        for role in [*Membership.Role.values, *sight.FAMILY_ROLES]
        for student in Student.objects.visible_to(user, roles={role}).values_list("pk", flat=True)
    }


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 10**9))
def test_it_says_the_same_from_both_ends_and_in_python(seed):
    with undone():
        RandomSchools(seed)
        connection.check_constraints()
        assert not lacking(REACH_RESOLVED, SIGHT_ROWS), "Reach has rows that Sight lacks"
        assert not lacking(SIGHT_ROWS, REACH_RESOLVED), "Sight has rows that Reach lacks"
        rows = set(Sight.objects.values_list("user_id", "role", "student_id"))
        assert by_python() == rows


def test_it_throws_schools_in_which_every_reason_stands():
    """The property above is worth what its schools hold: over the seeds each branch has rows."""
    reasons = set()
    for seed in range(40):
        with undone():
            RandomSchools(seed)
            reasons |= set(Sight.objects.values_list("role", "why").distinct())
    expected = {("guardian", "guardianship"), ("guardian", "grant"), ("student", "self")}
    expected |= {("adviser", "adviser"), ("counselor", "caseload")}
    expected |= {("leader", "membership"), ("school_admin", "membership")}
    assert expected <= reasons


# --- 2. the clock ---------------------------------------------------------------------------------


def test_it_counts_a_row_that_was_stamped_later_in_the_same_transaction(cast):
    """SQL's now() stands still from the first statement on; the portal's clock does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() < clock_timestamp()")
        assert cursor.fetchone()[0]
    builders.make_guardian(cast.child, user=cast.other_mother, since=timezone.now())
    assert cast.child in Student.objects.visible_to(cast.other_mother)


def test_it_never_asks_the_clock_of_the_transaction():
    with connection.cursor() as cursor:
        for view in ("people_reach", "people_sight"):
            cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [view])
            text = cursor.fetchone()[0].lower()
            assert "statement_timestamp()" in text
            assert " now()" not in text
            assert "current_timestamp" not in text
            assert "current_date" not in text
    assert "STATEMENT_TIMESTAMP()" in str(Membership.objects.filter(since__lte=Now()).query)


@pytest.fixture
def at(monkeypatch):
    """Return `at(moment)`: sight, in SQL and in Python, as of that moment."""

    def freeze(text):
        moment = datetime.datetime.fromisoformat(text)
        with connection.cursor() as cursor:
            for view in ("people_reach", "people_sight"):
                cursor.execute("SELECT pg_get_viewdef(%s::regclass)", [f"public.{view}"])
                body = cursor.fetchone()[0].replace(
                    "statement_timestamp()", f"timestamptz '{text}'"
                )
                # a temporary view stands before the one of the same name
                cursor.execute(f"CREATE OR REPLACE TEMPORARY VIEW {view} AS {body}")
        monkeypatch.setattr(timezone, "now", lambda: moment)

    yield freeze
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW IF EXISTS pg_temp.people_reach, pg_temp.people_sight")


def a_child_with_its_parent(zone, birth_date):
    school = builders.make_school(time_zone=zone)
    child = builders.make_student(
        builders.make_class(school), user=builders.make_user("Grown"), birth_date=birth_date
    )
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    parent = builders.make_guardian(child, since=long_ago)
    return child, parent


@pytest.mark.parametrize(
    ("zone", "is_grown"), [("Pacific/Kiritimati", True), ("America/Los_Angeles", False)]
)
def test_it_counts_a_birthday_in_the_zone_of_the_school(at, zone, is_grown):
    # half past midnight of 2 June on Kiritimati, half past three of 1 June in Los Angeles
    child, parent = a_child_with_its_parent(zone, "2008-06-02")
    at("2026-06-01T10:30:00+00:00")
    seen = {"parent": parent, "self": child.user}
    seen = {name for name, user in seen.items() if Student.objects.visible_to(user)}
    assert seen == ({"self"} if is_grown else {"parent"})
    assert child.holds_own_rights is is_grown


@pytest.mark.parametrize(
    ("moment", "is_grown"),
    [("2026-02-27T12:00:00+08:00", False), ("2026-02-28T12:00:00+08:00", True)],
)
def test_it_lets_a_child_of_29_february_come_of_age_on_the_28th(at, moment, is_grown):
    child, parent = a_child_with_its_parent("Asia/Shanghai", "2008-02-29")
    at(moment)
    assert Student.objects.visible_to(parent).exists() is not is_grown
    assert Student.objects.visible_to(child.user).exists() is is_grown
    assert child.holds_own_rights is is_grown


def test_it_counts_eighteen_years_alike_in_sql_and_in_python(cast):
    for day in ("2008-02-29", "2004-02-29", "2007-03-01", "2007-02-28", "2007-12-31"):
        cast.child.birth_date = datetime.date.fromisoformat(day)
        with connection.cursor() as cursor:
            cursor.execute("SELECT (%s::date + interval '18 years')::date", [day])
            assert cursor.fetchone()[0] == cast.child.adult_on


def test_it_leaves_rights_with_the_guardian_where_no_birth_date_is_known(cast):
    Student.objects.filter(pk=cast.child.pk).update(birth_date=None)
    assert cast.child in Student.objects.visible_to(cast.mother)


# --- 3. no sub-select inside the OR ----------------------------------------------------------------

EVERYBODY_WITH_SIGHT = (
    "mother", "other_mother", "adviser", "other_teacher", "counselor", "principal",
    "school_admin", "adult", "parent",
)  # fmt: skip


@pytest.mark.parametrize("who", EVERYBODY_WITH_SIGHT)
@pytest.mark.parametrize("model", [Student, Guardianship, Enrolment])
def test_it_writes_literal_ids_and_no_sub_select(cast, who, model):
    text = str(model.objects.visible_to(getattr(cast, who)).query).upper()
    assert text.count("SELECT") == 1


@pytest.mark.parametrize("who", [*EVERYBODY_WITH_SIGHT, "father", "volunteer", "deactivated"])
def test_it_asks_once_for_the_person_and_once_for_the_list(
    cast, who, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        list(Student.objects.visible_to(getattr(cast, who)))


def test_it_brings_the_classes_of_a_course_as_ids_of_children(cast):
    course = builders.make_class(
        cast.school, "art", kind="scheduled", adviser=cast.other_teacher.membership
    )
    Enrolment.objects.create(student=cast.classmate, school_class=course)
    rows = Reach.objects.filter(user=cast.other_teacher, student__isnull=False)
    assert [row.student_id for row in rows] == [cast.classmate.pk]
    assert cast.classmate in Student.objects.visible_to(cast.other_teacher)


# --- 4. several reasons, one row --------------------------------------------------------------------


@pytest.fixture
def many_reasons(cast):
    """The counselor is also leader, adviser, guardian of the child, and has it thrice at hand."""
    user = cast.counselor
    Membership.objects.create(user=user, school=cast.school, role=sight.LEADER)
    adviser = Membership.objects.create(user=user, school=cast.school, role=sight.ADVISER)
    SchoolClass.objects.filter(pk=cast.school_class.pk).update(adviser=adviser)
    course = builders.make_class(cast.school, "art", kind="scheduled", adviser=adviser)
    Enrolment.objects.create(student=cast.child, school_class=course)
    builders.give_caseload(user, school_class=cast.school_class)
    builders.give_caseload(user, division=cast.child.division)
    builders.make_guardian(cast.child, user=user, relation="relative")
    return user


def test_it_lists_a_child_once_whatever_the_reasons(cast, many_reasons):
    assert list(Student.objects.visible_to(many_reasons)).count(cast.child) == 1
    rows = list(Guardianship.objects.visible_to(many_reasons).filter(student=cast.child))
    assert len(rows) == len(set(rows)) == 3


def test_it_gives_watchers_a_row_for_each_reason(cast, many_reasons):
    rows = sight.watchers([cast.child.pk]).filter(user=many_reasons)
    assert rows.count() == 7
    assert set(rows.values_list("role", flat=True)) == sight.roles_for(many_reasons, cast.child)


# --- 5. rights finer than the row ---------------------------------------------------------------------


def test_it_decides_by_row_and_role(cast):
    """One person is guardian of one child and adviser of another: neither lends to the other."""
    builders.make_guardian(cast.sibling, user=cast.adviser, relation="relative")
    assert sight.roles_for(cast.adviser, cast.sibling) == {sight.GUARDIAN}
    assert sight.roles_for(cast.adviser, cast.child) == {sight.ADVISER}
    as_adviser = Student.objects.visible_to(cast.adviser, roles={sight.ADVISER})
    assert set(as_adviser) == {cast.child, cast.classmate}
    assert list(Student.objects.visible_to(cast.adviser, roles={sight.GUARDIAN})) == [cast.sibling]


def test_it_gives_a_parent_of_an_adult_the_granted_thing_alone(cast):
    see = {item for item in Grant.Item.values if Student.objects.visible_to(cast.parent, item=item)}
    assert see == {"visits"}
    assert sight.roles_for(cast.parent, cast.adult.student_row, item="visits") == {sight.GUARDIAN}
    assert not sight.roles_for(cast.parent, cast.adult.student_row, item="plans")


def test_it_gives_staff_every_item(cast):
    assert cast.child in Student.objects.visible_to(cast.counselor, item="plans")


def test_it_finds_watchers_by_role_and_item(cast):
    grown = [cast.adult.student_row.pk]
    assert {row.user_id for row in sight.watchers(grown, item="visits")} == {
        cast.adult.pk,
        cast.parent.pk,
    }
    assert {row.user_id for row in sight.watchers(grown, item="plans")} == {cast.adult.pk}
    guardians = sight.watchers([cast.child.pk], roles={sight.GUARDIAN})
    assert {row.user_id for row in guardians} == {cast.mother.pk}


def test_it_sends_nothing_to_people_who_were_put_out(cast):
    assert cast.deactivated.pk in set(
        Sight.objects.filter(student=cast.child).values_list("user_id", flat=True)
    )
    assert cast.deactivated.pk not in set(
        sight.watchers([cast.child.pk]).values_list("user_id", flat=True)
    )


# --- 6. what ends, and what that closes ------------------------------------------------------------------


def test_it_closes_the_class_when_the_role_ends(cast):
    cast.adviser.membership.end(by=cast.school_admin)
    assert not Student.objects.visible_to(cast.adviser)


def test_it_closes_the_caseload_when_the_role_ends(cast):
    builders.give_caseload(cast.counselor, school_class=cast.school_class)
    builders.give_caseload(cast.counselor, division=cast.child.division)
    cast.counselor.membership.end(by=cast.school_admin)
    assert not Student.objects.visible_to(cast.counselor)


@pytest.mark.parametrize("who", ["principal", "school_admin"])
def test_it_closes_the_school_when_the_role_ends(cast, who):
    getattr(cast, who).membership.end(by=cast.school_admin)
    assert not Student.objects.visible_to(getattr(cast, who))


def test_it_lets_a_leader_of_a_division_see_no_other(cast):
    other = Division.objects.create(school=cast.school, code="g9", name="Grade 9")
    leader = builders.make_staff(cast.school, sight.LEADER, division=other)
    child = builders.make_student(builders.make_class(cast.school, "9a", division=other))
    assert list(Student.objects.visible_to(leader)) == [child]


@pytest.mark.parametrize("target", ["student", "school_class", "division"])
def test_it_takes_a_transferred_child_off_the_old_schools_caseload(cast, target):
    value = {
        "student": cast.classmate,
        "school_class": cast.school_class,
        "division": cast.child.division,
    }[target]
    builders.give_caseload(cast.other_counselor, **{target: value})
    assert cast.classmate in Student.objects.visible_to(cast.other_counselor)
    cast.classmate.join(cast.other_child.school_class)
    cast.classmate.save()
    assert cast.classmate not in Student.objects.visible_to(cast.other_counselor)


def test_it_takes_a_transferred_child_out_of_the_old_schools_course(cast):
    course = builders.make_class(
        cast.school, "art", kind="scheduled", adviser=cast.other_teacher.membership
    )
    Enrolment.objects.create(student=cast.classmate, school_class=course)
    cast.classmate.join(cast.other_child.school_class)
    cast.classmate.save()
    assert cast.classmate not in Student.objects.visible_to(cast.other_teacher)


def test_it_turns_guardianship_into_grant_on_the_18th_birthday(cast):
    Student.objects.filter(pk=cast.child.pk).update(birth_date="2000-01-01")
    assert cast.child not in Student.objects.visible_to(cast.mother)
    cast.child.grants.create(guardian=cast.mother, item="basics")
    assert cast.child in Student.objects.visible_to(cast.mother, item="basics")
    assert cast.child not in Student.objects.visible_to(cast.mother, item="visits")


def test_it_gives_a_grant_nothing_without_an_open_guardianship(cast):
    cast.parent.guardianship.withdraw(by=cast.adult)
    assert not Student.objects.visible_to(cast.parent, item="visits")


def test_it_gives_a_grant_nothing_before_the_rights_are_the_childs_own(cast):
    cast.child.grants.create(guardian=cast.other_mother, item="visits")
    assert cast.child not in Student.objects.visible_to(cast.other_mother)


def test_it_shows_the_one_of_two_siblings_who_is_theirs(cast):
    at_home = cast.household.students.all()
    assert set(at_home.visible_to(cast.mother)) == {cast.child, cast.sibling}
    assert list(at_home.visible_to(cast.adviser)) == [cast.child]


@pytest.mark.parametrize("verb", ["withdraw", "end"])
def test_it_shows_nothing_on_the_next_request_after_sight_was_taken(cast, as_, verb):
    client = as_(cast.mother)
    assert client.get(cast.child.get_absolute_url()).status_code == 200
    getattr(cast.mother.guardianships.get(student=cast.child), verb)(by=cast.school_admin)
    assert client.get(cast.child.get_absolute_url()).status_code == 404
    assert client.get(cast.sibling.get_absolute_url()).status_code == 200


def test_it_shows_staff_nothing_on_the_next_request_after_the_role_ended(cast, as_):
    client = as_(cast.counselor)
    assert client.get(cast.child.get_absolute_url()).status_code == 200
    cast.counselor.membership.end(by=cast.school_admin)
    assert client.get(cast.child.get_absolute_url()).status_code == 404


# --- 7. what is kept, and for how long ----------------------------------------------------------------------


def test_it_keeps_what_it_read_for_one_request_and_no_longer(cast, django_assert_num_queries):
    user = User.objects.get(pk=cast.mother.pk)
    sight.remember(user)
    list(Student.objects.visible_to(user))
    with django_assert_num_queries(1):
        list(Student.objects.visible_to(user))
    cast.mother.guardianships.get(student=cast.child).withdraw(by=cast.school_admin)
    next_request = User.objects.get(pk=cast.mother.pk)
    sight.remember(next_request)
    assert list(Student.objects.visible_to(next_request)) == [cast.sibling]


def test_it_keeps_nothing_where_nobody_asked_it_to(cast):
    user = User.objects.get(pk=cast.mother.pk)
    list(Student.objects.visible_to(user))
    cast.mother.guardianships.get(student=cast.child).withdraw(by=cast.school_admin)
    assert list(Student.objects.visible_to(user)) == [cast.sibling]
