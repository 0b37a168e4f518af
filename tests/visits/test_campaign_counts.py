"""Counting a campaign: the statement and the rows agree, and what is kept is never old."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homeschool.people.models import Student
from tests import builders
from visits.models import CampaignChange, CampaignCount, TargetRule, Visit, VisitChild
from visits.reading import coverage, coverage_rows

from .campaigns import EVERYONE, Many, make_campaign, make_visit

pytestmark = pytest.mark.django_db
SEERS = ("leader", "admin", "division_leader", "counselor", "adviser")


def total(campaign, user):
    """Return the numbers of the whole."""
    return coverage.counted(campaign, user).figures.get(kind="").numbers


def some_of(found):
    """Return the whole, and of each kind the first two parts and what is not known."""
    kinds = coverage.in_order(found)
    return [
        ((kind, key), numbers)
        for kind, parts in kinds.items()
        for n, (key, numbers) in enumerate(parts)
        if n < 2 or not key
    ]


# --- two roads ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_has_as_many_rows(seed):
    many = Many(seed)
    checked = 0
    for seer in SEERS:
        students = coverage.in_sight(getattr(many, seer), many.campaign)
        for (kind, key), numbers in some_of(coverage.count(many.campaign, students)):
            for measure, number in numbers.items():
                if measure == "goal":
                    continue
                _what, rows = coverage_rows.rows_of(many.campaign, students, measure, kind, key)
                assert rows.count() == number, (seer, kind, key, measure)
                checked += number
    assert checked > 300


def test_it_says_how_everybody_who_is_meant_stands():
    many = Many(4)
    numbers = total(many.campaign, many.leader)
    stands = ("met", "ahead", "waiting", "declined_now", "tried_now")
    assert 0 < sum(numbers[name] for name in stands) <= numbers["targets"]
    assert numbers["in_person"] + numbers["online"] == numbers["reached"]
    assert numbers["met"] + numbers["besides"] == numbers["reached"]


def test_it_adds_up_over_the_classes():
    many = Many(5)
    found = coverage.count(many.campaign, Student.objects.all())
    for measure in ("targets", "asked", "reached", "in_person"):
        parts = [n[measure] for (kind, _key), n in found.items() if kind == "class"]
        assert sum(parts) == found["", ""][measure]


# --- what counts as what -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("declined", {"asked": 1, "declined": 1, "reached": 0, "not_asked": 0}),
        ("other_time", {"asked": 1, "other_time": 1, "waiting": 1}),
        ("offered", {"asked": 1, "accepted": 0, "waiting": 1}),
        ("accepted", {"asked": 1, "accepted": 1, "ahead": 1}),
        ("scheduled", {"asked": 1, "accepted": 0, "ahead": 1}),
        ("nobody_home", {"asked": 1, "tried": 1, "tried_now": 1, "reached": 0}),
        ("held", {"asked": 1, "accepted": 1, "reached": 1, "met": 1, "in_person": 1}),
        ("proposed", {"asked": 0, "not_asked": 1}),
        ("cancelled", {"asked": 0, "not_asked": 1}),
    ],
)
def test_it_counts_a_visit_by_its_state(cast, status, counts):
    campaign = make_campaign(cast.principal, cast.school)
    make_visit(campaign, cast.child, status=status)
    numbers = total(campaign, cast.adviser)
    one = {name: min(numbers[name], 1) if name == "not_asked" else numbers[name] for name in counts}
    if status in ("proposed", "cancelled"):
        assert numbers["not_asked"] == 2  # and the classmate
    else:
        counts = {**counts, "not_asked": 1}
        one["not_asked"] = numbers["not_asked"]
    assert one == counts


def test_who_was_met_both_ways_counts_once_as_in_person(cast):
    campaign = make_campaign(cast.principal, cast.school)
    make_visit(campaign, cast.child, mode="video")
    make_visit(campaign, cast.child, mode="home")
    numbers = total(campaign, cast.principal)
    assert (numbers["reached"], numbers["in_person"], numbers["online"]) == (1, 1, 0)


def test_a_family_counts_once_beside_its_children(cast):
    campaign = make_campaign(cast.principal, cast.school)
    make_visit(campaign, cast.child, cast.sibling, household=cast.household)
    numbers = total(campaign, cast.principal)
    assert (numbers["targets"], numbers["families"]) == (3, 2)
    assert (numbers["reached"], numbers["families_met"], numbers["households_visited"]) == (2, 1, 1)


def test_a_share_is_a_number_rounded_up(cast):
    division = cast.school_class.division_id
    rules = {division: (TargetRule.Kind.PERCENT, 34)}
    campaign = make_campaign(cast.principal, cast.school, rules=rules)
    numbers = total(campaign, cast.principal)
    assert (numbers["targets"], numbers["goal"]) == (3, 2)  # 34 percent of 3 is 1.02


def test_a_visit_without_the_campaign_does_not_count(cast):
    campaign = make_campaign(cast.principal, cast.school)
    make_visit(None, cast.child, by=cast.counselor)
    assert total(campaign, cast.principal)["reached"] == 0


# --- who stands first ----------------------------------------------------------------------------------
def test_who_was_not_seen_for_longest_stands_first(cast):
    campaign = make_campaign(cast.principal, cast.school)
    make_visit(None, cast.classmate, by=cast.counselor, days=400)
    make_visit(None, cast.child, by=cast.counselor, days=30)
    order = coverage.longest_unseen(campaign, coverage.in_sight(cast.principal, campaign))
    assert list(order) == [cast.sibling, cast.classmate, cast.child]
    make_visit(campaign, cast.sibling)
    assert list(order.all()) == [cast.classmate, cast.child]


# --- what is kept ----------------------------------------------------------------------------------------
def test_it_keeps_what_was_counted_for_each_sight(cast, django_assert_num_queries):
    campaign = make_campaign(cast.principal, cast.school)
    assert total(campaign, cast.principal)["targets"] == 3
    assert total(campaign, cast.adviser)["targets"] == 2
    assert total(campaign, cast.other_counselor)["targets"] == 0
    assert CampaignCount.objects.count() == 3
    with CaptureQueriesContext(connection) as seen:
        total(campaign, cast.principal)
    assert not [q for q in seen if "WITH seen" in q["sql"]]


def changes(cast):
    """Yield what changes the figures, one by one, with the numbers that follow."""
    visit = make_visit(None, cast.child, status="scheduled", by=cast.counselor)
    campaign = make_campaign(cast.principal, cast.school)
    yield campaign, "reached", 0
    Visit.objects.filter(pk=visit.pk).update(campaign=campaign)
    yield campaign, "ahead", 1
    VisitChild.objects.create(visit=visit, student=cast.sibling)
    yield campaign, "ahead", 2
    visit.refresh_from_db()
    visit.cancel(by=cast.counselor)
    yield campaign, "ahead", 0
    builders.make_student(cast.other_class)
    yield campaign, "targets", 4
    Student.objects.filter(pk=cast.classmate.pk).update(status="left")
    yield campaign, "targets", 3
    yield campaign, "families", 2
    cast.household.students.remove(cast.sibling)
    cast.sibling.guardianships.all().delete()
    yield campaign, "families", 3
    campaign.set_rules({}, by=cast.principal)
    yield campaign, "targets", 0
    campaign.add_children(Student.objects.filter(pk=cast.child.pk), by=cast.principal)
    yield campaign, "targets", 1


def test_it_counts_anew_after_every_change(cast):
    for campaign, measure, number in changes(cast):
        assert total(campaign, cast.principal)[measure] == number, measure


def test_a_child_that_gets_another_name_changes_no_figure(cast):
    campaign = make_campaign(cast.principal, cast.school)
    total(campaign, cast.principal)
    cast.child.change(by=cast.school_admin, preferred_name="Yu")
    assert not CampaignChange.objects.exists()


def test_a_school_without_a_campaign_notes_nothing(cast):
    make_visit(None, cast.child, by=cast.counselor)
    assert not CampaignChange.objects.exists()


def test_the_command_finds_what_is_not_true(cast, capsys):
    campaign = make_campaign(
        cast.principal, cast.school, rules={cast.school_class.division_id: EVERYONE}
    )
    total(campaign, cast.principal)
    call_command("recount_campaigns")
    assert "0 differ" in capsys.readouterr().out
    figure = coverage.counted(campaign, cast.principal).figures.get(kind="")
    figure.numbers["reached"] += 1
    figure.save()
    call_command("recount_campaigns")
    assert "1 differs" in capsys.readouterr().out
    assert total(campaign, cast.principal)["reached"] == 0
