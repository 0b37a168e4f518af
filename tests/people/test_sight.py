"""Sight: who may see whom. The deeper traps are in test_sight_traps.py."""

import pytest
from django.contrib.auth.models import AnonymousUser

from homeschool.people import sight
from homeschool.people.models import Student

SEEN = {
    "mother": {"child", "sibling"},
    "father": set(),
    "other_mother": {"classmate"},
    "adviser": {"child", "classmate"},
    "other_teacher": {"sibling"},
    "counselor": {"child", "sibling"},
    "other_counselor": set(),
    "principal": {"child", "sibling", "classmate"},
    "school_admin": {"child", "sibling", "classmate"},
    "volunteer": set(),
    "district": set(),
    "deactivated": set(),
    "other_school_admin": {"other_child"},
}


@pytest.mark.parametrize("who", SEEN)
def test_it_shows_each_person_of_the_cast_just_their_children(cast, who):
    visible = Student.objects.visible_to(getattr(cast, who))
    assert set(visible) == {getattr(cast, name) for name in SEEN[who]}


def test_it_shows_an_adult_itself_and_its_parent_what_was_granted(cast):
    assert set(Student.objects.visible_to(cast.adult)) == {cast.adult.student_row}
    assert set(Student.objects.visible_to(cast.parent, item="visits")) == {cast.adult.student_row}
    assert not Student.objects.visible_to(cast.parent, item="plans")


def test_it_shows_anonymous_nothing(cast):
    assert not Student.objects.visible_to(AnonymousUser())


def test_it_answers_the_same_from_the_side_of_the_child(cast):
    seen_by = set(sight.watchers([cast.child.pk]).values_list("user_id", flat=True))
    expected = [cast.mother, cast.adviser, cast.counselor, cast.principal, cast.school_admin]
    assert seen_by == {user.pk for user in expected}
