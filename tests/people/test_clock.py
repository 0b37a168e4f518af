"""The clock by which a person reads."""

import pytest
from django.urls import reverse
from django.utils import timezone


@pytest.mark.parametrize(
    ("chosen", "expected"), [("", "Asia/Shanghai"), ("Europe/Madrid", "Europe/Madrid")]
)
def test_it_is_the_zone_one_chose_else_that_of_the_school(cast, as_, monkeypatch, chosen, expected):
    cast.mother.time_zone = chosen
    cast.mother.save()
    seen = []
    monkeypatch.setattr(timezone, "activate", seen.append)
    as_(cast.mother).get(reverse("people:me"))
    assert seen == [expected]


def test_it_follows_the_school_of_an_adult_student_too(cast):
    assert cast.adult.school_zone() == "Asia/Shanghai"
    assert cast.counselor.school_zone() == "Asia/Shanghai"
