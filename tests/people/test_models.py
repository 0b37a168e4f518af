"""What the database itself refuses, and what the verbs of a row leave behind."""

import datetime

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import (
    Caseload,
    Division,
    Enrolment,
    Grant,
    Guardianship,
    Household,
    Membership,
    Region,
    Student,
    Term,
    User,
)
from tests import builders

pytestmark = pytest.mark.django_db


class refused:
    """Expect the constraint called `name` to refuse what is done inside."""

    def __init__(self, name):
        self.raises = pytest.raises(IntegrityError, match=name)

    def __enter__(self):
        self.raises.__enter__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def __exit__(self, *error):
        if error[0] is None:
            # what is checked at the end of a transaction is checked now
            try:
                connection.check_constraints()
            except IntegrityError as late:
                error = (IntegrityError, late, late.__traceback__)
        self.savepoint.__exit__(*error)
        return self.raises.__exit__(*error)


HOUR = datetime.timedelta(hours=1)


def test_it_keeps_an_e_mail_in_small_letters():
    with refused("an_email_is_kept_in_small_letters"):
        User.objects.create(email="Ana@example.org", full_name="Ana")


def test_it_makes_accounts_in_small_letters_and_without_a_usable_password():
    user = User.objects.create_user(" Ana@Example.org ", full_name="Ána Torres")
    assert user.email == "ana@example.org"
    assert user.sort_key == "ana torres"
    assert not user.has_usable_password()


def test_it_lets_many_people_have_no_address_at_all():
    User.objects.create_user(None, full_name="Ana")
    User.objects.create_user(None, full_name="Bo")


def test_it_refuses_the_same_address_twice_with_a_person():
    user = builders.make_user(email="ana@example.org")
    with refused("an_address_stands_once_with_a_person"):
        user.addresses.create(channel="email", value="ANA@example.org")


def test_it_refuses_a_student_number_twice_in_a_school(cast):
    with refused("a_student_number_stands_once_in_a_school"):
        builders.make_student(cast.school_class, number=cast.child.number)


def test_it_takes_the_same_student_number_in_another_school(cast):
    other = builders.make_class(cast.other_school, "9z")
    assert builders.make_student(other, number=cast.child.number).pk


def test_it_refuses_a_student_that_cannot_be_found(cast):
    with refused("a_student_can_be_found"):
        Student.objects.filter(pk=cast.child.pk).update(search_key="")


def test_it_holds_a_class_in_a_division_of_its_own_school(cast):
    foreign = cast.other_child.division
    with refused("a_class_division_is_of_its_school"):
        builders.make_class(cast.school, "x", division=foreign)


def test_it_holds_a_student_in_the_division_of_its_class(cast):
    other = Division.objects.create(school=cast.school, code="g9", name="Grade 9")
    with refused("a_students_class_is_of_its_division"):
        Student.objects.filter(pk=cast.child.pk).update(division=other)


def test_it_holds_a_student_in_the_school_of_its_division(cast):
    with refused("a_students_division_is_of_its_school"):
        Student.objects.filter(pk=cast.child.pk).update(school=cast.other_school)


def test_it_moves_a_student_with_class_division_and_school_at_once(cast):
    cast.child.join(cast.other_child.school_class)
    cast.child.save()
    connection.check_constraints()
    assert cast.child.school_id == cast.other_school.pk


def test_it_refuses_a_student_twice_in_a_course(cast):
    course = builders.make_class(cast.school, "art", kind="scheduled")
    Enrolment.objects.create(student=cast.child, school_class=course)
    with refused("a_student_sits_in_a_class_once"):
        Enrolment.objects.create(student=cast.child, school_class=course)


def test_it_refuses_terms_that_share_a_day(cast):
    with refused("terms_of_a_school_never_overlap"):
        builders.make_term(cast.school, "2026b", start="2027-01-31", end="2027-07-01")


def test_it_takes_a_term_that_begins_when_the_last_ended(cast):
    assert builders.make_term(cast.school, "2026b", start="2027-02-01", end="2027-07-01").pk


def test_it_takes_the_same_days_for_another_school(cast):
    assert builders.make_term(cast.other_school).pk


def test_it_refuses_a_term_that_ends_before_it_begins(cast):
    with refused("a_term_ends_after_it_begins"):
        builders.make_term(cast.school, "x", start="2028-02-01", end="2028-02-01")


def test_it_finds_the_term_of_a_day_with_the_last_day_left_out(cast):
    terms = Term.objects.filter(school=cast.school)
    assert terms.on(datetime.date(2027, 1, 31)).exists()
    assert not terms.on(datetime.date(2027, 2, 1)).exists()


def test_it_refuses_a_region_twice_under_no_parent():
    Region.objects.create(level="province", name="云南")
    with refused("a_region_stands_once_under_its_parent"):
        Region.objects.create(level="province", name="云南")


def test_it_refuses_the_same_role_twice_at_a_time(cast):
    with refused("a_role_is_held_once_at_a_time"):
        Membership.objects.create(user=cast.counselor, school=cast.school, role=sight.COUNSELOR)


def test_it_takes_a_role_again_after_it_ended(cast):
    cast.counselor.membership.end(by=cast.school_admin)
    again = Membership(user=cast.counselor, school=cast.school, role=sight.COUNSELOR)
    again.since = cast.counselor.membership.until
    again.save()
    assert Membership.objects.open().filter(user=cast.counselor).get() == again


def test_it_takes_one_role_in_two_divisions(cast):
    for code in ("g8", "g9"):
        division = Division.objects.create(school=cast.school, code=code, name=code)
        Membership.objects.create(
            user=cast.volunteer, school=cast.school, role=sight.LEADER, division=division
        )


def test_it_refuses_a_caseload_of_two_things(cast):
    with refused("a_caseload_names_one_child_class_or_division"):
        builders.give_caseload(cast.counselor, cast.child, school_class=cast.school_class)


def test_it_refuses_a_caseload_of_nothing(cast):
    with refused("a_caseload_names_one_child_class_or_division"):
        builders.give_caseload(cast.counselor)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Membership, "a_role_ends_after_it_begins"),
        (Caseload, "a_caseload_ends_after_it_begins"),
        (Guardianship, "a_guardianship_ends_after_it_begins"),
        (Grant, "a_grant_ends_after_it_begins"),
    ],
)
def test_it_refuses_an_end_before_the_beginning(cast, model, name):
    row = model.objects.first()
    row.until = row.since - HOUR
    with refused(name):
        row.save()


def test_it_refuses_a_guardian_twice_with_a_child(cast):
    with refused("a_guardian_stands_once_with_a_child"):
        builders.make_guardian(cast.child, user=cast.mother)


def test_it_takes_a_guardian_again_after_the_first_time_ended(cast):
    cast.mother.guardianships.get(student=cast.child).end(by=cast.school_admin)
    assert builders.make_guardian(cast.child, user=cast.mother).guardianship.until is None


def test_it_refuses_a_thing_granted_twice(cast):
    with refused("a_thing_is_granted_once"):
        cast.adult.student_row.grants.create(guardian=cast.parent, item="visits")


def test_it_refuses_a_restriction_without_a_reason(cast):
    cast.father.guardianship.restricted_at = timezone.now()
    cast.father.guardianship.restricted_by = cast.counselor
    with refused("a_restriction_has_author_and_reason"):
        cast.father.guardianship.save()


def test_it_refuses_a_restricted_guardian_who_still_sees(cast):
    row = cast.father.guardianship
    row.restrict(by=cast.counselor, reason="an order of the court")
    row.may_view = True
    with refused("a_restricted_guardian_sees_and_receives_nothing"):
        row.save()


def test_it_writes_the_reason_of_a_restriction_encrypted(cast):
    row = cast.father.guardianship
    row.restrict(by=cast.counselor, reason="an order of the court")
    with connection.cursor() as cursor:
        cursor.execute("SELECT restriction_reason FROM people_guardianship WHERE id = %s", [row.pk])
        kept = cursor.fetchone()[0]
    row.refresh_from_db()
    assert "court" not in kept
    assert row.restriction_reason == "an order of the court"


VERBS = [
    ("withdraw", {}, {"may_view": False, "may_receive": False}, "withdrawn"),
    ("restrict", {"reason": "a court"}, {"may_view": False, "may_receive": False}, "restricted"),
    ("restore", {}, {"may_view": True, "may_receive": True, "restricted_at": None}, "restored"),
]


@pytest.mark.parametrize(("verb", "extra", "values", "past"), VERBS, ids=[v[0] for v in VERBS])
def test_it_records_who_changed_what_a_guardian_sees(cast, verb, extra, values, past):
    row = cast.father.guardianship
    getattr(row, verb)(by=cast.counselor, **extra)
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in values} == values
    entry = Entry.objects.about(row).get()
    assert (entry.verb, entry.actor, entry.student) == (
        f"guardianship.{past}",
        cast.counselor,
        cast.child,
    )


def test_it_records_that_a_guardianship_ended(cast):
    row = cast.mother.guardianship
    row.end(by=cast.school_admin)
    assert not Guardianship.objects.open().filter(pk=row.pk)
    assert Entry.objects.about(row).get().verb == "guardianship.ended"


def test_it_records_that_a_role_ended(cast):
    row = cast.counselor.membership
    row.end(by=cast.school_admin)
    assert Entry.objects.about(row).get().school == cast.school


def test_it_puts_no_text_about_a_child_into_an_entry(cast):
    cast.father.guardianship.restrict(by=cast.counselor, reason="an order of the court")
    assert "court" not in str(Entry.objects.values_list())


TRACKED = {
    Student: {"strengths": "patient"},
    Household: {"address": "2 Hill Road"},
    Guardianship: {"relation_said": "aunt"},
    Grant: {"item": "plans"},
    Membership: {"role": "partner"},
    Caseload: {"since": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)},
}


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_it_keeps_the_history_of_a_row_about_a_child(cast, model):
    event = apps.get_model("people", f"{model.__name__}Event")
    row = model.objects.first()
    model.objects.filter(pk=row.pk).update(**TRACKED[model])
    kept = event.objects.filter(pgh_obj=row.pk).order_by("pgh_id")
    assert [event.pgh_label for event in kept] == ["insert", "update"]


def test_it_keeps_history_by_one_trigger_a_statement():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE 'pgtrigger_%%_insert_%%' AND (t.tgtype & 1) = 1"
        )
        by_row = cursor.fetchall()
    assert not by_row, f"history is written once a statement (PGHISTORY_LEVEL): {by_row}"


@pytest.mark.parametrize(
    ("who", "homes"),
    [("counselor", 1), ("principal", 1), ("school_admin", 1), ("adviser", 0), ("mother", 0)]
    + [(name, 0) for name in ("father", "other_mother", "other_counselor", "other_school_admin")],
)
def test_it_shows_a_home_to_the_staff_who_may_read_addresses(cast, who, homes):
    assert Household.objects.visible_to(getattr(cast, who)).count() == homes


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("mother", {"林美"}),
        ("father", {"林强"}),
        ("adviser", {"林美", "林强", "Carmen Ruiz"}),
        ("counselor", {"林美", "林强"}),
        ("other_counselor", set()),
        ("other_school_admin", set()),
    ],
)
def test_it_never_shows_one_parent_the_row_of_the_other(cast, who, names):
    rows = Guardianship.objects.visible_to(getattr(cast, who))
    assert {row.guardian.full_name for row in rows} == names
