"""The people of the demo: each within the sight that its story tells. The demo is loaded once for all."""

import datetime

import pytest
from django.db import transaction

from homeschool.demo import people, world
from homeschool.people.models import Address, Guardianship, Household, Student, User

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 26)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """The demo school; whatever a test does to it is undone, and at the end the school too."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.load(TODAY)
        transaction.set_rollback(True)


def seen_by(email):
    user = User.objects.get(email=email)
    return {student.full_name for student in Student.objects.visible_to(user)}


def test_everybody_of_the_cast_has_an_account_and_an_address(made):
    for person in (person for person in people.CAST if person.group != "college"):
        user = User.objects.get(email=person.email)
        assert user.full_name == person.name
        assert Address.objects.filter(user=user, value=person.email).exists()
        assert not user.has_usable_password()


@pytest.mark.parametrize(
    ("email", "children"),
    [
        ("linmei@demo.example", {"林小雨"}),
        ("wanghaitao@demo.example", {"王子涵", "王子昂"}),
        ("karenwhitfield@demo.example", {"Ethan Brooks"}),
        ("stevenbrooks@demo.example", {"Ethan Brooks"}),
        ("markdoyle@demo.example", set()),
        ("noralindgren@demo.example", {"Nora Lindgren"}),
        ("eriklindgren@demo.example", {"Nora Lindgren"}),
        ("astridlindgren@demo.example", set()),
        ("veralindqvist@demo.example", set()),
    ],
)
def test_families_see_what_their_story_says(made, email, children):
    assert seen_by(email) == children


def test_the_grown_student_granted_her_father_a_part(made):
    assert made.nora.holds_own_rights
    visits = Student.objects.visible_to(made.erik_lindgren, item="visits")
    assert made.nora in visits
    assert made.nora not in Student.objects.visible_to(made.erik_lindgren, item="plans")


def test_staff_see_what_their_story_says(made):
    assert {s.school_class for s in Student.objects.visible_to(made.daniel_okafor)} == {
        made.classes["3b"]
    }
    caseload = set(Student.objects.visible_to(made.mei_chen))
    assert {made.xiaoyu, made.zihan, made.ziang, made.mateo, made.aisha, made.ethan} <= caseload
    assert made.nora not in caseload
    assert Student.objects.visible_to(made.ruth_adler).count() == len(made.students)


def test_every_child_is_looked_after_by_a_counselor(made):
    both = Student.objects.visible_to(made.mei_chen) | Student.objects.visible_to(made.lucia_vega)
    assert both.distinct().count() == len(made.students)


def test_separated_parents_share_no_home(made):
    homes = Household.objects.filter(students=made.ethan)
    assert homes.count() == 2
    assert [home.guardians.count() for home in homes] == [1, 1]


def test_the_home_of_a_restricted_father_is_not_the_childs(made):
    assert list(Household.objects.filter(students=made.lily)) == [made.homes["lily/0"]]
    row = Guardianship.objects.get(guardian=made.mark_doyle)
    assert row.restricted_by == made.omar_haddad
    assert not (row.may_view)
    assert not (row.may_receive)


def test_one_mother_has_two_accounts_and_one_counselor_handed_two_children_over(made):
    twins = {made.nadia_rahman, made.nadia_once_more}
    assert len({user.full_name for user in twins}) == 1
    assert twins <= {tie.guardian for tie in made.aisha.guardianships.all()}
    assert (made.handover.giver.user, made.handover.taker.user) == (made.lucia_vega, made.mei_chen)


def test_one_grandmother_looks_after_two_and_has_no_address(made):
    assert made.zhao_xiuying.email is None
    assert {g.student for g in made.zhao_xiuying.guardianships.all()} == {made.zihan, made.ziang}


def test_every_place_lies_in_a_county_of_a_city_of_a_province(made):
    for home in Household.objects.select_related("region__parent__parent"):
        assert home.region.level == "county"
        assert home.region.parent.parent.level == "province"
