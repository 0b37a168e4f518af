"""The campaigns of the demo: every state of a visit, and the college's winter programme to the last one."""

import pytest

from homeschool.demo import world
from visits.reading import coverage

pytestmark = pytest.mark.django_db
STATES = ("met", "ahead", "waiting", "declined", "tried", "not_asked", "other_time")


def test_the_school_shows_every_state_of_a_visit():
    made = world.load()
    numbers = coverage.counted(made.campaign, made.ruth_adler).figures.get(kind="").numbers
    assert all(numbers[name] for name in STATES), numbers
    assert numbers["goal"] < numbers["targets"]
    assert world.load().made == 0
