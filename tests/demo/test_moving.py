"""What the demo shows of leaving and going on: two who left, and one who waits for an answer."""

import datetime

import pytest

from homeschool.demo import world
from homeschool.people.models import Leaving, Student, Transfer
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 26)


def test_two_have_left_and_are_on_no_roll():
    made = world.load(TODAY)
    assert {row.status for row in made.leavers} == {"left"}
    assert made.jonas in made.leavers
    assert Leaving.objects.filter(ended_at=None).count() == len(made.leavers) == 2
    assert Student.objects.active().filter(school=made.school).count() == 73
    assert made.transfer is None  # there is no other school yet


def test_one_waits_for_the_answer_of_the_college():
    builders.make_school(world.COLLEGE_CODE, kind="university")
    made = world.load(TODAY)
    transfer = Transfer.objects.get()
    assert transfer == made.transfer
    assert transfer.is_open
    assert transfer.to_school.code == world.COLLEGE_CODE
    assert world.load(TODAY).made == 0
