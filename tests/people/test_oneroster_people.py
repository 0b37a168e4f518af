"""Guardians, ties and staff of a OneRoster package: who they are, and what of them is the portal's."""

import pytest
from django.utils import timezone

from homeschool.people.models import Address, Guardianship, Membership, SchoolClass, Student, User
from tests import builders

from .rosters import relationship, role, small_school, user
from .test_oneroster_plan import bring, changing, child, numbers, plan_of, without, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return builders.make_school("mill-lane")


def mother():
    return User.objects.get(email="linmei@example.org")


def tie(number="S1"):
    return Guardianship.objects.get(student__number=number)


def said(*rows):
    """Return the small school with these relationships."""
    return small_school(relationships=list(rows))


# --- guardians -----------------------------------------------------------------------------------------


def test_a_tie_that_stands_on_both_sides_is_one(school):
    bring(school, small_school())
    assert {g.student.number for g in mother().guardianships.all()} == {"S1", "S2"}
    assert Guardianship.objects.count() == 2


@pytest.mark.parametrize("name", ["parent", "guardian", "relative"])
def test_a_guardian_without_a_child_gets_an_account(school, name):
    files = small_school(users=[user("p2", "Ana", "Ruiz")], roles=[role("p2", name)])
    assert numbers(bring(school, files), "guardians") == {"new": 2}
    assert bring(school, files).differences == []


def test_whoever_stands_with_a_child_is_a_guardian(school):
    files = changing("users", "s1", agentSourcedIds="p1,f1")
    plan = bring(school, files)
    assert numbers(plan, "guardians") == {"new": 2}
    teacher = User.objects.get(email="ben@example.org")
    assert teacher.guardianships.get().student == child()
    assert teacher.memberships.get().role == "adviser"


def test_a_guardian_may_have_neither_address_nor_telephone(school):
    files = changing("users", "p1", email="")
    bring(school, files)
    assert User.objects.filter(full_name="林美", email=None).count() == 1
    assert bring(school, files).differences == []


def test_a_telephone_is_added_and_never_taken_away(school):
    bring(school, changing("users", "p1", phone="+86 138 0001", sms="+86 138 0002"))
    plan = bring(school, changing("users", "p1", phone="+86 138 0003"))
    assert numbers(plan, "guardians") == {"changed": 1}
    numbers_of = Address.objects.filter(channel="phone").values_list("value", flat=True)
    assert sorted(numbers_of) == ["+86 138 0001", "+86 138 0002", "+86 138 0003"]


def test_an_account_comes_without_language_and_password(school):
    bring(school, small_school())
    assert mother().language == ""
    assert not mother().has_usable_password()


def test_a_language_that_a_person_chose_stays(school):
    bring(school, small_school())
    User.objects.update(language="es")
    assert bring(school, small_school()).differences == []


def test_a_guardian_of_the_school_is_known_by_the_address(school):
    sister = builders.make_student(builders.make_class(school), number="old")
    known = builders.make_guardian(sister, "林美", email="linmei@example.org")
    plan = bring(school, changing("users", "p1", email="LinMei@example.org"))
    assert numbers(plan, "guardians") == {"same": 1}
    assert known.guardianships.count() == 3


def test_an_address_known_elsewhere_is_refused_and_tells_nothing(school, cast):
    plan = bring(school, changing("users", "p1", email=cast.other_mother.email))
    assert wrong(plan) == [("address", "users.csv", 4, "email")]
    assert cast.other_mother.full_name not in str(plan.as_dict())


def test_two_people_of_one_address_are_refused(school):
    files = small_school(users=[user("p2", "Ana", "Ruiz", email="LINMEI@example.org")], roles=[role("p2", "parent")])  # fmt: skip
    assert wrong(bring(school, files)) == [("one_address", "users.csv", 6, "email")]


def test_a_guardian_without_address_is_known_by_child_and_name(school):
    known = builders.make_student(builders.make_class(school), "林小雨", number="S1")
    grandmother = builders.make_guardian(known, "林美", email="x@example.org")
    User.objects.filter(pk=grandmother.pk).update(email=None)
    plan = bring(school, changing("users", "p1", email=""))
    assert numbers(plan, "guardians") == {"same": 1}
    assert tie().guardian == grandmother


def test_a_name_follows_the_file(school):
    bring(school, small_school())
    plan = bring(school, changing("users", "p1", givenName="丽"))
    assert numbers(plan, "guardians") == {"changed": 1}
    assert (mother().full_name, mother().sort_key) == ("林丽", "lin li")


def test_an_account_that_another_school_knows_keeps_its_name(school):
    bring(school, small_school())
    elsewhere = builders.make_student(builders.make_class(builders.make_school("elm-road")))
    builders.make_guardian(elsewhere, user=mother())
    assert bring(school, changing("users", "p1", givenName="丽")).differences == []


def test_an_address_is_mended_before_the_first_sign_in(school):
    bring(school, small_school())
    before = mother().pk
    bring(school, changing("users", "p1", email="mei@example.org"))
    person = User.objects.get(email="mei@example.org")
    assert person.pk == before
    assert [address.value for address in person.addresses.all()] == ["mei@example.org"]


def test_an_address_in_use_is_not_changed_by_a_file(school):
    bring(school, small_school())
    User.objects.update(last_login=timezone.now())
    plan = bring(school, changing("users", "p1", email="mei@example.org"))
    assert wrong(plan) == [("signs_in", "users.csv", 4, "email")]


def test_the_address_of_somebody_else_is_not_taken(school):
    bring(school, small_school())
    builders.make_user(email="mei@example.org")
    plan = bring(school, changing("users", "p1", email="mei@example.org"))
    assert wrong(plan) == [("address", "users.csv", 4, "email")]


def test_a_guardian_whose_accounts_were_merged_is_the_one_that_stays(school):
    bring(school, small_school())
    stays = builders.make_user("林美", email="stays@example.org")
    Guardianship.objects.update(guardian=stays)
    old = mother()
    User.objects.filter(pk=old.pk).update(email=None, is_active=False, merged_into=stays)
    Address.objects.filter(user=old).update(user=stays, signs_in=True)
    assert bring(school, small_school()).differences == []


def test_people_of_a_trusted_school_are_known_by_their_key(school):
    other = builders.make_school("elm-road")
    files = small_school()
    files["orgs"][0] |= {"identifier": "elm-road"}
    bring(other, files)
    plan = bring(school, small_school(), trusted_schools=[other])
    assert numbers(plan, "guardians") == {"same": 1}
    assert mother().guardianships.count() == 4


def test_the_portals_own_key_of_somebody_unknown_here_is_refused(school):
    stranger = str(builders.make_user().pk)
    files = small_school(users=[user(stranger, "Ana", "Ruiz")], roles=[role(stranger, "parent")])
    assert wrong(bring(school, files)) == [("elsewhere", "users.csv", 6, "sourcedId")]


def test_two_rows_that_are_one_account_are_refused(school):
    bring(school, small_school())
    files = small_school(users=[user(str(mother().pk), "Mei", "Lin")], roles=[role(str(mother().pk), "parent")])  # fmt: skip
    assert wrong(bring(school, files)) == [("one_row", "users.csv", 6, "sourcedId")]


# --- who looks after whom --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "code", "words"),
    [("mother", "mother", ""), ("外婆", "grandmother", "外婆"), ("ext:aunt", "relative", "aunt"), ("guardian", "other", "")],
)  # fmt: skip
def test_the_relation_is_what_relationships_say(school, word, code, words):
    bring(school, said(relationship("s1", "p1", word)))
    assert (tie().relation, tie().relation_said) == (code, words)
    assert bring(school, said(relationship("s1", "p1", word))).differences == []


def test_without_relationships_the_relation_is_other(school):
    bring(school, small_school())
    assert (tie().relation, tie().relation_said) == ("other", "")


def test_a_role_alone_does_not_change_a_relation(school):
    bring(school, small_school())
    Guardianship.objects.update(relation="mother")
    assert bring(school, small_school()).differences == []


def test_a_relation_changes_with_the_file(school):
    bring(school, said(relationship("s1", "p1", "mother")))
    plan = bring(school, said(relationship("s1", "p1", "stepmother")))
    assert numbers(plan, "guardianships") == {"changed": 1, "same": 1}
    assert tie().relation == "stepparent"


def test_relationships_may_name_the_guardian_first(school):
    bring(school, said(relationship("p1", "s1", "mother")))
    assert tie().relation == "mother"


def test_home_and_rights_come_from_relationships(school):
    bring(school, said(relationship("s1", "p1", livesWith="false", legalGuardian="false")))
    assert (tie().lives_with, tie().legal_guardian) == (False, False)
    plan = bring(school, said(relationship("s1", "p1", livesWith="true")))
    assert numbers(plan, "guardianships") == {"changed": 1, "same": 1}
    assert (tie().lives_with, tie().legal_guardian) == (True, False)


TWO = {"users": [user("p2", "强", "林", agentSourcedIds="s1")], "roles": [role("p2", "parent")]}


def test_the_first_guardian_is_the_first_to_be_asked(school):
    bring(school, small_school(**TWO))
    ties = Guardianship.objects.filter(student__number="S1", primary=True)
    assert [g.guardian.full_name for g in ties] == ["林美"]


def test_relationships_say_who_is_the_first_to_be_asked(school):
    bring(school, small_school(**TWO))
    files = small_school(**TWO, relationships=[relationship("s1", "p2", "father", primary="true")])
    bring(school, files)
    ties = Guardianship.objects.filter(student__number="S1", primary=True)
    assert [g.guardian.full_name for g in ties] == ["林强"]
    assert bring(school, files).differences == []


def test_a_tie_made_by_hand_gives_way_to_the_first_to_be_asked(school):
    bring(school, small_school())
    Guardianship.objects.update(primary=False)
    builders.make_guardian(child(), "王芳", primary=True)
    bring(school, said(relationship("s1", "p1", primary="true")))
    ties = Guardianship.objects.filter(student__number="S1", primary=True)
    assert [g.guardian.full_name for g in ties] == ["林美"]


def test_what_a_guardian_may_see_counts_where_the_tie_is_made(school):
    bring(school, said(relationship("s1", "p1", mayView="false", mayReceive="true")))
    assert (tie().may_view, tie().may_receive) == (False, True)


@pytest.mark.parametrize("word", ["true", "false"])
def test_what_a_guardian_may_see_is_the_portals_afterwards(school, word):
    bring(school, small_school())
    Guardianship.objects.update(may_view=word == "false")
    bring(school, said(relationship("s1", "p1", "other", mayView=word, mayReceive=word)))
    assert (tie().may_view, tie().may_receive) == (word == "false", True)


def test_a_withdrawn_or_restricted_tie_is_never_touched(school, cast):
    bring(school, small_school())
    tie().restrict(by=cast.school_admin, reason="A court said so.")
    tie("S2").withdraw(by=cast.school_admin)
    plan = bring(
        school, said(relationship("s1", "p1", livesWith="false"), relationship("s2", "p1"))
    )
    assert numbers(plan, "guardianships") == {"same": 2}
    assert len(plan.kept) == 2
    assert (tie().relation, tie().lives_with, tie().may_view) == ("other", True, False)


def test_a_tie_that_the_portal_ended_stays_ended(school, cast):
    bring(school, small_school())
    tie().end(by=cast.school_admin)
    plan = bring(school, small_school())
    assert numbers(plan, "guardianships") == {"same": 2}
    assert [change.name for change in plan.kept] == ["林小雨 · 林美"]
    assert tie().until


def test_a_tie_made_by_hand_is_the_same(school):
    known = builders.make_student(builders.make_class(school), "林小雨", number="S1")
    builders.make_guardian(known, "林美", email="linmei@example.org")
    plan = bring(school, small_school())
    assert numbers(plan, "guardianships") == {"new": 1, "same": 1}
    assert tie().relation == "mother"


def test_a_child_is_no_guardian_of_another_child(school):
    plan = bring(school, changing("users", "s2", agentSourcedIds="s1"))
    assert numbers(plan, "guardianships") == {"new": 2}
    assert [change.kind for change in plan.kept] == ["guardianships"]


# --- staff ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given"), [("teacher", "adviser"), ("counselor", "counselor"), ("principal", "leader")]
)
def test_a_role_is_given(school, name, given):
    bring(school, small_school(users=[user("f2", "Ada", "Obi", email="ada@example.org")], roles=[role("f2", name)]))  # fmt: skip
    membership = Membership.objects.get(user__email="ada@example.org")
    assert (membership.role, membership.school, membership.division) == (given, school, None)


@pytest.mark.parametrize(
    "name", ["administrator", "siteAdministrator", "aide", "proctor", "sysAdmin"]
)
def test_other_roles_are_given_by_people(school, name):
    files = small_school(users=[user("f2", "Ada", "Obi", email="ada@example.org")], roles=[role("f2", name)])  # fmt: skip
    plan = bring(school, files)
    assert [(change.kind, change.name) for change in plan.kept] == [("staff", "Ada Obi")]
    assert not User.objects.filter(email="ada@example.org").exists()


def test_a_person_of_two_roles_is_one_member_of_staff(school):
    plan = bring(school, small_school(roles=[role("f1", "counselor")]))
    assert numbers(plan, "staff") == {"new": 1}
    assert set(Membership.objects.values_list("role", flat=True)) == {"adviser", "counselor"}


def test_a_further_role_is_told(school):
    bring(school, small_school())
    plan = bring(school, small_school(roles=[role("f1", "counselor")]))
    [change] = plan.differences
    assert (change.kind, change.state) == ("staff", "changed")
    assert change.fields == [("Roles", "class teacher", "class teacher, counselor")]


def test_staff_without_address_are_refused(school):
    assert wrong(bring(school, changing("users", "f1", email=""))) == [("staff_email", "users.csv", 5, "email")]  # fmt: skip


def test_a_member_of_staff_is_known_by_the_address(school):
    known = builders.make_staff(school, "adviser", "Ben Wright", email="ben@example.org")
    plan = bring(school, small_school())
    assert numbers(plan, "staff") == {"same": 1}
    assert SchoolClass.objects.get().adviser == known.membership


def test_a_member_of_staff_of_another_school_is_refused(school):
    builders.make_staff(builders.make_school("elm-road"), "adviser", "Ben Wright", email="ben@example.org")  # fmt: skip
    assert wrong(bring(school, small_school())) == [("address", "users.csv", 5, "email")]


def test_another_name_under_the_address_of_staff_is_refused(school):
    builders.make_staff(school, "adviser", "Olga Orlova", email="ben@example.org")
    assert wrong(bring(school, small_school())) == [("address", "users.csv", 5, "email")]


def test_a_role_that_the_portal_ended_stays_ended(school, cast):
    bring(school, small_school())
    Membership.objects.get(school=school).end(by=cast.school_admin)
    plan = bring(school, small_school())
    assert numbers(plan, "staff") == {"same": 1}
    assert ("staff", "Ben Wright") in [(change.kind, change.name) for change in plan.kept]
    assert not Membership.objects.open().filter(school=school).exists()


def test_the_administrator_of_the_school_is_never_touched(school):
    admin = builders.make_staff(school, "school_admin", "Omar Haddad", email="omar@example.org")
    files = small_school(users=[user("f2", "Omar", "Haddad", email="omar@example.org")], roles=[role("f2", "teacher")])  # fmt: skip
    bring(school, files)
    assert set(admin.memberships.open().values_list("role", flat=True)) == {
        "school_admin",
        "adviser",
    }
    bring(school, small_school())
    assert set(admin.memberships.open().values_list("role", flat=True)) == {"school_admin"}


def test_consents_and_notes_of_a_child_stay(school):
    bring(school, small_school())
    Student.objects.update(strengths="Draws comics", home_language="中文")
    bring(school, changing("users", "s1", givenName="晓雪"))
    assert (child().strengths, child().home_language) == ("Draws comics", "中文")


def test_a_plan_can_be_read_as_the_command_prints_it(school):
    told = plan_of(school, without(small_school(), users=("f1",))).as_dict()
    assert {problem["file"] for problem in told["refused"]} == {"roles.csv", "enrollments.csv"}
    assert set(told["refused"][0]) == {"file", "row", "column", "expected", "found", "problem"}
