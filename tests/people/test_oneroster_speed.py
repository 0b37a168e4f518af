"""A large package goes in set by set: as many statements for many children as for few."""

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from homeschool.people.importing.oneroster.package import read_package
from homeschool.people.importing.oneroster.plan import OneRosterPlan
from homeschool.people.models import Student, User
from tests import builders

from .rosters import big_district

pytestmark = pytest.mark.django_db


def statements(students, times):
    """Return how many statements the last of so many imports of a school took."""
    school = builders.make_school(f"school-of-{students}")
    raw = big_district(students, school=school.code, per_class=students)
    for _time in range(times):
        with CaptureQueriesContext(connection) as captured:
            OneRosterPlan(school, read_package(raw)).apply(by=None)
    assert Student.objects.filter(school=school).count() == students
    User.objects.update(email=Concat(Value("of-another-school-"), F("email")))
    # once so many rows are new, the tables are counted anew
    return sum(not query["sql"].startswith("ANALYZE people_") for query in captured)


@pytest.mark.parametrize("times", [1, 2])
def test_it_takes_as_many_statements_for_many_children_as_for_few(times):
    assert statements(200, times) == statements(8, times)
