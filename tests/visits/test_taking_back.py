"""A family takes its yes back before the visit: from the link, without a reason, and all are told."""

import pytest
from django.test import Client
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from homeschool.people.models import Guardianship
from tests import builders
from visits.models import Round, Visit
from visits.reading import coverage, rounds

from .campaigns import make_campaign
from .offers import later, link, make_round
from .test_calendar import letter, only

pytestmark = pytest.mark.django_db
Status = Visit.Status


@pytest.fixture
def campaign(cast):
    return make_campaign(cast.principal, cast.school)


@pytest.fixture
def offer(cast, campaign):
    offer = make_round(cast, campaign=campaign).offers.get()
    offer.take(offer.round.times.first().pk, by=cast.mother)
    return offer


def visit_of(offer):
    return Visit.objects.get(pk=offer.visit_id)


def post(name, offer, person, **data):
    return Client().post(link(name, offer, person), data)


def told(offer, kind):
    return Notice.objects.about(offer.visit).filter(kind=kind, cancelled_at=None)


def test_the_page_says_that_a_yes_can_be_taken_back(cast, offer):
    cast.mother.language = "en"
    cast.mother.save()
    page = Client().get(link("offer", offer, cast.mother)).content.decode()
    assert "We cannot: call the visit off" in page
    assert "until the visit begins" in page


def test_its_childs_page_leads_there(cast, as_, offer):
    page = as_(cast.mother).get(f"/progress/{cast.child.pk}/", follow=True).content.decode()
    assert link("offer", offer, cast.mother) in page


def test_it_is_over_for_the_team_at_once_and_leaves_its_calendars(cast, offer):
    planned = visit_of(offer).planned_at
    assert post("offer-decline", offer, cast.mother).status_code == 302
    visit = visit_of(offer)
    assert visit.status == Status.DECLINED
    assert not visit.team.exclude(span=None).exists()
    assert told(offer, "visit.called_off_staff").count() == 1
    for kind, person in (
        ("visit.called_off", cast.mother), ("visit.called_off_staff", cast.adviser),
    ):  # fmt: skip
        ended = letter(visit, kind, person)
        assert ended["method"] == "CANCEL"
        assert only(ended)["dtstart"].dt == planned


def test_another_time_instead_leaves_the_calendars_too(cast, offer):
    planned = visit_of(offer).planned_at
    post("offer-other", offer, cast.mother, answer="other_time", wish="In May")
    visit = visit_of(offer)
    assert (visit.status, visit.planned_at) == (Status.OTHER_TIME, None)
    for kind, person in (
        ("visit.called_off", cast.mother), ("visit.called_off_staff", cast.counselor),
    ):  # fmt: skip
        ended = letter(visit, kind, person)
        assert ended["method"] == "CANCEL"
        assert only(ended)["dtstart"].dt == planned


def test_it_may_be_taken_back_after_the_school_moved_the_visit(cast, offer):
    visit_of(offer).move(by=cast.counselor, planned_at=later(6))
    assert visit_of(offer).status == Status.SCHEDULED
    post("offer-decline", offer, cast.mother)
    assert visit_of(offer).status == Status.DECLINED
    assert told(offer, "visit.called_off_staff").count() == 1


def test_the_colleagues_are_told_of_another_of_the_times(cast, offer):
    second = offer.round.times.order_by("at")[1]
    post("offer-take", offer, cast.mother, time=second.pk)
    assert visit_of(offer).planned_at == second.at
    moved = letter(visit_of(offer), "visit.moved_staff", cast.adviser)
    assert only(moved)["dtstart"].dt == second.at


def test_the_first_yes_writes_to_no_colleague(cast, offer):
    assert not told(offer, "visit.moved_staff").exists()


def test_it_counts_as_asked(cast, campaign, offer):
    post("offer-decline", offer, cast.mother)
    numbers = coverage.counted(campaign, cast.principal).figures.get(kind="").numbers
    assert (numbers["asked"], numbers["declined"], numbers["met"]) == (1, 1, 0)
    assert Entry.objects.filter(verb="visit.declined", student=cast.child).count() == 1


def test_it_cannot_be_taken_back_once_the_visit_began(cast, offer):
    Visit.objects.filter(pk=offer.visit_id).update(planned_at=timezone.now())
    assert post("offer-decline", offer, cast.mother).status_code == 410
    assert visit_of(offer).status == Status.ACCEPTED


def test_the_time_goes_back_to_the_other_families(cast, offer):
    free = offer.round.free().count()
    post("offer-decline", offer, cast.mother)
    assert Round.objects.get().free().count() == free + 1


# --- the right ends between the yes and the visit ------------------------------------------------------


def chip_of(cast, offer):
    rows = rounds.told(cast.counselor, offer.round.offers.all())
    return rounds.shown(rows[0], timezone.get_current_timezone())["chip"][2]


def withdraw(cast):
    tie = Guardianship.objects.get(student=cast.child, guardian=cast.mother)
    tie.withdraw(by=cast.counselor)


def test_a_yes_of_who_may_answer_no_more_is_seen_by_staff(cast, as_, offer):
    assert chip_of(cast, offer) == "Family said yes"
    withdraw(cast)
    assert chip_of(cast, offer) == "Who said yes may not answer any more: ask again"
    page = as_(cast.counselor).get(visit_of(offer).get_absolute_url()).content.decode()
    assert "Who said yes may not answer any more" in page


def test_the_link_of_who_lost_the_right_is_dead(cast, offer):
    withdraw(cast)
    assert post("offer-decline", offer, cast.mother).status_code == 410
    assert visit_of(offer).status == Status.ACCEPTED


def test_whoever_lives_there_now_takes_the_yes_back(cast, offer):
    aunt = builders.make_guardian(cast.child, "周兰", language="en")
    cast.household.guardians.add(aunt)
    withdraw(cast)
    assert post("offer-decline", offer, aunt).status_code == 302
    assert visit_of(offer).status == Status.DECLINED
    assert told(offer, "visit.called_off_staff").count() == 1


def test_a_merged_account_still_says_yes(cast, offer):
    from homeschool.people.actions import merging

    twin = builders.make_guardian(cast.child, "林美", language="en")
    merging.merge(twin, cast.mother, by=cast.school_admin, school=cast.school)
    assert chip_of(cast, offer) == "Family said yes"
