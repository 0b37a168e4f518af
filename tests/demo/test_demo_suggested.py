"""What the families of the demo suggested and were given: answered, waiting, late, and over a cap."""

import pytest
from django.utils import timezone

from homeschool.demo import world
from homeschool.journal.models import Notice
from visits.models import Gift, Suggestion
from visits.models.suggestion import ANSWERED
from visits.reading.gifts import by_home

pytestmark = pytest.mark.django_db


def test_it_has_suggestions_in_every_state_and_gifts_near_the_cap():
    made = world.load()
    found = Suggestion.objects.visible_to(made.ruth_adler)
    states = [row.state(timezone.localdate()) for row in found]
    assert {"answered", "late", "open"} == set(states)
    assert found.filter(kept_out=True).exists()
    assert found.filter(further__isnull=False).exists()
    assert not Notice.objects.filter(kind=ANSWERED).exists()
    homes = list(by_home(Gift.objects.visible_to(made.ruth_adler)))
    assert [row["over"] for row in homes].count(1) == 1
    assert any(29 < (row["worth"] or 0) <= 30 for row in homes)
    count = Suggestion.objects.count(), Gift.objects.count()
    world.load()
    assert (Suggestion.objects.count(), Gift.objects.count()) == count
