"""The demo's voices and stories: enough that means show, one story told and one that waits."""

import pytest

from homeschool.demo import world
from homeschool.journal.models import Notice
from visits.models import Story, Visit, Voice
from visits.reading import voices

pytestmark = pytest.mark.django_db


def test_it_has_voices_of_which_the_means_show_and_two_stories():
    made = world.load()
    visits = Visit.objects.filter(school=made.school)
    shown = voices.shown(visits, made.school.smallest_group)
    assert all(row.mean and row.n >= 10 for row in shown)
    assert not Voice.objects.filter(person=made.camila_ruiz).exists()
    told, asked = Story.objects.published().get(), Story.objects.get(state=Story.State.ASKED)
    assert told.stands
    assert asked.is_decided_by(made.camila_ruiz)
    assert not Notice.objects.filter(expanded_at=None, kind__startswith="visit.story").exists()
    count = Voice.objects.count()
    world.load()
    assert (Voice.objects.count(), Story.objects.count()) == (count, 2)
