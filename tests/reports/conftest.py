"""A term with one visit of each kind, whose figures can be counted on the fingers."""

import datetime as dt

import pytest

from homeschool.people.models import Region
from visits.models import Aspect

from .terms import meet, promise, tell, visit


@pytest.fixture
def area(db):
    """Two districts of one city, and one of another."""
    cities = [Region.objects.create(level="city", name=name) for name in ("沈阳市", "大连市")]
    where = [(cities[0], "和平区"), (cities[0], "沈河区"), (cities[1], "中山区")]
    return [Region.objects.create(level="county", parent=c, name=n) for c, n in where]


@pytest.fixture
def term_of_visits(cast, area):
    """Child at home and by phone, sibling at the same door, classmate by video; one visit before the
    term, and one in its very first minute by the school's clock; an attempt, and a no."""
    Aspect.objects.ship_to(cast.school)
    first = visit(cast, cast.child, cast.sibling, region=area[0], aspects=["mental_health"])
    visit(cast, cast.child, mode="phone", household=None, aspects=["financial_aid"])
    video = visit(cast, cast.classmate, mode="video", household=None, region=area[2])
    first_minute = dt.datetime(2026, 8, 31, 16, 0, tzinfo=dt.UTC)  # midnight in Shanghai
    visit(cast, cast.child, at=first_minute, region=area[1])
    visit(cast, cast.classmate, at=first_minute - dt.timedelta(minutes=1))
    visit(cast, cast.classmate, status="nobody_home")
    visit(cast, cast.classmate, mode="video", status="declined")
    promise(first, cast.child, "school", owner=cast.counselor, done_by=cast.counselor)
    promise(first, cast.child, "family")
    promise(first, cast.sibling, "student", done_by=cast.mother)
    tell(cast, first, cast.mother)
    tell(cast, video)
    meet(cast, cast.school_class, on="2026-10-08")
    meet(cast, cast.school_class, cast.other_class, on="2026-10-09")
    meet(cast, cast.other_class, on="2026-10-10", held=False)
    return cast
