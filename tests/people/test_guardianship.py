"""Guardians: put beside a child, changed, and sight taken away and given back."""

import pytest
from django.db import connection

from homeschool.journal.models import Entry
from homeschool.people.forms.guardians import NOT_TO_BE_USED, RestrictForm
from homeschool.people.models import Address, Guardianship, Student, User
from tests import builders

NEW = {
    "full_name": "María Fernanda de los Ángeles Castillo-Villanueva",
    "email": "Maria@Example.org",
    "language": "es",
    "relation": "grandmother",
    "relation_said": "abuela",
    "primary": "on",
    "lives_with": "on",
}
TIE = {"relation": "mother", "relation_said": "", "primary": "on", "legal_guardian": "on"}


def add_url(student):
    return f"/children/{student.pk}/guardians/add/"


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


@pytest.fixture
def tie(cast):
    return Guardianship.objects.get(student=cast.child, guardian=cast.mother)


def step(tie, verb):
    return f"/guardianships/{tie.pk}/{verb}/"


# --- add ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["school_admin", "principal"])
def test_it_puts_a_new_person_beside_the_child(cast, as_, who):
    answer = as_(getattr(cast, who)).post(add_url(cast.child), NEW)
    assert answer.status_code == 302
    person = User.objects.get(email="maria@example.org")
    assert (person.full_name, person.language) == (NEW["full_name"], "es")
    assert not person.has_usable_password()
    assert Address.objects.get(user=person).value == "maria@example.org"
    made = Guardianship.objects.get(guardian=person)
    assert (made.student, made.relation, made.legal_guardian) == (cast.child, "grandmother", False)
    entry = Entry.objects.about(made).get()
    assert (entry.verb, entry.actor.called) == ("guardianship.begun", getattr(cast, who).called)
    assert Student.objects.visible_to(person).get() == cast.child


def test_it_lets_one_person_be_asked_first(cast, admin, tie):
    admin.post(add_url(cast.child), NEW)
    tie.refresh_from_db()
    assert not tie.primary


def test_it_takes_a_person_without_email(cast, admin):
    admin.post(add_url(cast.child), NEW | {"email": ""})
    assert User.objects.get(full_name=NEW["full_name"]).email is None
    admin.post(add_url(cast.classmate), NEW | {"email": "", "full_name": "Second Without"})
    assert User.objects.filter(email=None).count() == 2


def test_it_finds_a_guardian_of_the_school_by_the_exact_email(cast, admin):
    data = NEW | {"email": cast.other_mother.email.upper(), "full_name": "carmen ruiz"}
    before = User.objects.count()
    assert admin.post(add_url(cast.child), data).status_code == 302
    assert User.objects.count() == before
    assert Guardianship.objects.filter(student=cast.child, guardian=cast.other_mother).exists()


def test_it_asks_again_where_email_and_name_are_of_two_people(cast, admin):
    answer = admin.post(add_url(cast.child), NEW | {"email": cast.other_mother.email})
    assert "full_name" in answer.context["form"].errors
    assert not Guardianship.objects.filter(student=cast.child, guardian=cast.other_mother).exists()


def test_it_does_not_say_whose_an_email_elsewhere_is(cast, admin):
    elsewhere = builders.make_guardian(cast.other_child, "Secret Name")
    gone = builders.make_user("Nobody Now", is_active=False)
    for account in (elsewhere, cast.other_school_admin, cast.parent, gone):
        answer = admin.post(add_url(cast.child), NEW | {"email": account.email})
        assert answer.context["form"].errors["email"] == [NOT_TO_BE_USED]
        assert account.full_name not in answer.content.decode()


def test_it_does_not_let_a_leader_of_one_grade_look_up_another(cast, as_):
    grade = cast.school.divisions.create(code="g9", name="Grade 9")
    far = builders.make_student(builders.make_class(cast.school, "9a", division=grade), "Far Off")
    guardian = builders.make_guardian(far, "Far Guardian")
    leader = builders.make_staff(
        cast.school, "leader", "Grade Leader", division=cast.school_class.division
    )
    answer = as_(leader).post(add_url(cast.child), NEW | {"email": guardian.email})
    assert answer.context["form"].errors["email"] == [NOT_TO_BE_USED]
    assert "Far Guardian" not in answer.content.decode()


def test_it_puts_nobody_there_twice(cast, admin):
    data = NEW | {"email": cast.mother.email, "full_name": "林美"}
    answer = admin.post(add_url(cast.child), data)
    assert "email" in answer.context["form"].errors


def test_it_adds_once_what_is_sent_twice(cast, admin):
    key = builders.new_key()
    answers = [admin.post(add_url(cast.child), NEW | {"submission": key}) for _ in range(2)]
    assert answers[0].url == answers[1].url == f"/children/{cast.child.pk}/"
    assert User.objects.filter(email="maria@example.org").count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "  "),
        ("full_name", "x" * 256),
        ("full_name", "a\0b"),
        ("email", "not an address"),
        ("email", "a\0@example.org"),
        ("email", "x" * 250 + "@example.org"),
        ("language", "klingon"),
        ("relation", ""),
        ("relation", "owner"),
        ("relation_said", "x" * 61),
    ],
)
def test_it_answers_wrong_input_beside_the_field_and_loses_nothing(cast, admin, field, value):
    before = Guardianship.objects.count()
    answer = admin.post(add_url(cast.child), NEW | {field: value})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert text.index("data-error-summary") < text.index("<form method")
    assert "<title>Error:" in text
    assert ("abuela" if field != "relation_said" else "Castillo-Villanueva") in text
    assert Guardianship.objects.count() == before


# --- who may -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("counselor", 403),
        ("adviser", 403),
        ("mother", 403),
        ("father", 404),
        ("other_mother", 404),
        ("other_teacher", 404),
        ("other_counselor", 404),
        ("volunteer", 404),
        ("district", 404),
        ("other_school_admin", 404),
        ("parent", 404),
    ],
)
def test_it_refuses_everybody_else(cast, as_, tie, who, status):
    client = as_(getattr(cast, who))
    assert client.get(add_url(cast.child)).status_code == status
    assert client.post(add_url(cast.child), NEW).status_code == status
    assert client.get(f"/guardianships/{tie.pk}/").status_code == status
    assert client.post(f"/guardianships/{tie.pk}/", TIE).status_code == status
    for verb in ("withdraw", "restore", "restrict", "end"):
        assert client.get(step(tie, verb)).status_code == status
        assert client.post(step(tie, verb), {"reason": "Because"}).status_code == status
    tie.refresh_from_db()
    assert tie.may_view
    assert tie.until is None


def test_it_is_not_found_by_the_father_whose_sight_was_withdrawn(cast, as_):
    own = Guardianship.objects.get(student=cast.child, guardian=cast.father)
    assert as_(cast.father).get(f"/guardianships/{own.pk}/").status_code == 404


# --- change ------------------------------------------------------------------------------------
def test_it_changes_what_a_guardian_is_to_the_child(cast, admin, tie):
    data = {"relation": "relative", "relation_said": "姨妈", "may_receive": "on"}
    assert admin.post(f"/guardianships/{tie.pk}/", data).status_code == 302
    tie.refresh_from_db()
    assert (tie.relation, tie.relation_said, tie.primary, tie.lives_with) == (
        "relative",
        "姨妈",
        False,
        False,
    )
    assert Entry.objects.about(tie).get().verb == "guardianship.changed"


def test_it_gives_a_first_email_but_changes_none(cast, admin, tie):
    silent = builders.make_guardian(cast.child, "Without Mail", relation="relative")
    User.objects.filter(pk=silent.pk).update(email=None)
    address = f"/guardianships/{silent.guardianship.pk}/"
    refused = admin.post(address, TIE | {"email": cast.other_school_admin.email})
    assert refused.context["form"].errors["email"] == [NOT_TO_BE_USED]
    admin.post(address, TIE | {"email": "New@Example.org"})
    silent.refresh_from_db()
    assert silent.email == "new@example.org"
    assert Entry.objects.about(silent).get().verb == "person.reached_at"
    admin.post(f"/guardianships/{tie.pk}/", TIE | {"email": "thief@example.org"})
    assert not User.objects.filter(email="thief@example.org").exists()


# --- severe steps ------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", ["withdraw", "restore", "restrict", "end"])
def test_it_asks_before_a_severe_step(cast, admin, tie, verb):
    answer = admin.get(step(tie, verb))
    assert answer.status_code == 200
    assert "林美" in answer.content.decode()
    tie.refresh_from_db()
    assert tie.may_view
    assert tie.until is None


def test_it_takes_sight_away_from_the_next_request_on_and_gives_it_back(cast, admin, as_, tie):
    mother, page = as_(cast.mother), f"/children/{cast.child.pk}/"
    assert mother.get(page).status_code == 200
    admin.post(step(tie, "withdraw"))
    assert mother.get(page).status_code == 404
    admin.post(step(tie, "restore"))
    assert mother.get(page).status_code == 200
    verbs = Entry.objects.about(tie).values_list("verb", flat=True)
    assert list(verbs) == ["guardianship.restored", "guardianship.withdrawn"]


def test_it_restricts_with_a_reason_that_only_staff_with_the_right_can_read(cast, admin, as_, tie):
    admin.post(step(tie, "restrict"), {"reason": "Court order 221/26"})
    tie.refresh_from_db()
    assert (tie.may_view, tie.may_receive, tie.restricted_by) == (False, False, cast.school_admin)
    assert tie.restriction_reason == "Court order 221/26"
    with connection.cursor() as cursor:
        cursor.execute("SELECT restriction_reason FROM people_guardianship WHERE id = %s", [tie.pk])
        assert "221" not in cursor.fetchone()[0]
    assert "221" not in str(Entry.objects.about(tie).get().data)
    assert as_(cast.mother).get(f"/children/{cast.child.pk}/").status_code == 404


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001, "a\0b"])
def test_it_restricts_nobody_without_a_good_reason(cast, admin, tie, reason):
    answer = admin.post(step(tie, "restrict"), {"reason": reason})
    assert "reason" in answer.context["form"].errors
    assert "<title>Error:" in answer.content.decode()
    tie.refresh_from_db()
    assert tie.restricted_at is None


def test_its_reason_refuses_half_a_character():
    assert "reason" in RestrictForm({"reason": "a\ud800b"}).errors


def test_it_lifts_a_restriction_with_its_reason(cast, admin, tie):
    tie.restrict(by=cast.school_admin, reason="Court order")
    admin.post(step(tie, "restore"))
    tie.refresh_from_db()
    assert (tie.may_view, tie.restricted_at, tie.restriction_reason) == (True, None, "")


def test_it_ends_once_and_says_so_afterwards(cast, admin, as_, tie):
    key = builders.new_key()
    answers = [admin.post(step(tie, "end"), {"submission": key}) for _ in range(2)]
    assert answers[0].url == answers[1].url == f"/children/{cast.child.pk}/"
    assert Entry.objects.about(tie).filter(verb="guardianship.ended").count() == 1
    assert as_(cast.mother).get(f"/children/{cast.child.pk}/").status_code == 404
    for address in (f"/guardianships/{tie.pk}/", step(tie, "withdraw")):
        assert admin.get(address).status_code == 302
    admin.post(step(tie, "withdraw"))
    tie.refresh_from_db()
    assert tie.may_view


def test_a_person_who_ended_can_be_added_again(cast, admin, tie):
    builders.make_guardian(cast.sibling, "Keeps Known")
    tie.end(by=cast.school_admin)
    data = NEW | {"email": cast.mother.email, "full_name": "林美"}
    assert admin.post(add_url(cast.child), data).status_code == 302
    assert cast.child.guardianships.open().filter(guardian=cast.mother).count() == 1
