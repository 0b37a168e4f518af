"""`load_demo`: the same school every time, told in depth, within sight as its stories say."""

import datetime
import io
import time

import pytest
from django.core.management import CommandError, call_command

from homeschool.demo import people, world
from homeschool.people.models import (
    Guardianship,
    Membership,
    School,
    Term,
)
from homeschool.reports.term.counting import span
from tests import builders
from visits.models import Promise, Visit

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 26)


def run(*args):
    out = io.StringIO()
    call_command("load_demo", *args, "--only", world.SCHOOL_CODE, stdout=out)
    return out.getvalue()


def test_it_says_in_one_line_what_it_made_within_five_seconds_of_the_processor():
    """By the processor's clock: the wall's tells how many other tests run at this moment."""
    began = time.process_time()
    said = run()
    assert time.process_time() - began < 5
    assert said.count("\n") == 1
    assert said.startswith("demo-school: 73 children")


def test_loading_again_makes_nothing_and_undoes_nothing():
    world.load(TODAY)
    Guardianship.objects.filter(guardian__email="linmei@demo.example").update(may_view=False)
    again = world.load(TODAY + datetime.timedelta(days=200))
    assert again.made == 0
    assert not Guardianship.objects.get(guardian__email="linmei@demo.example").may_view
    assert Term.objects.count() == 1


def test_the_same_day_gives_the_same_ids():
    first = world.load(TODAY)
    assert first.id("student", "xiaoyu") == first.xiaoyu.pk
    assert str(first.xiaoyu.pk) == "0fe4efa2-d97b-5e67-911e-3612fc7f3f83"


@pytest.mark.parametrize(
    "today",
    [
        "2026-11-21",
        "2026-11-22",
        "2026-11-23",
        "2026-11-26",
        "2027-01-01",
        "2027-02-28",
        "2028-02-29",
    ],
)
def test_it_is_fresh_on_any_day(today):
    today = datetime.date.fromisoformat(today)
    made = world.load(today)
    assert made.term.start <= today < made.term.end
    ages = [(today - child.birth_date).days / 365.25 for child in made.students]
    assert 5.9 < min(ages) < max(ages) < 20.1
    sixteen_visits_lie_in_the_term(made)


def sixteen_visits_lie_in_the_term(made):
    held = Visit.objects.held()
    begin, end = span(made.term)
    assert held.count() == 16
    assert held.filter(happened_at__gte=begin, happened_at__lt=end).count() == 16
    assert {visit.mode for visit in held} == {"home", "video", "phone", "school"}
    for promise in Promise.objects.exclude(done_at=None):
        assert promise.done_at > promise.visit.happened_at, promise.what


def test_the_list_names_them_one_a_line():
    lines = run("--list").splitlines()
    assert len(lines) == len(people.CAST)
    assert "林梅, mother of 林小雨, linmei@demo.example" in lines
    assert not School.objects.exists()


@pytest.mark.parametrize("code", world.PARTS)
def test_it_does_not_touch_a_school_that_has_its_code(code):
    builders.make_school(code)
    with pytest.raises(CommandError, match="Nothing of it was made"):
        call_command("load_demo", "--only", code)
    assert not Membership.objects.exists()
