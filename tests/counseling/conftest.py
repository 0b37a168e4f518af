"""The cast of these tests: its families read English, so that words can be looked for as they are written."""

import pytest

from homeschool.people.models import User


@pytest.fixture
def cast(cast):
    people = (cast.mother, cast.father, cast.other_mother)
    User.objects.filter(pk__in=[person.pk for person in people]).update(language="en")
    for person in people:
        person.language = "en"
    return cast
