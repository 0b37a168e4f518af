"""What the family reads of a visit, and who of it."""

import pytest
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from tests import builders
from visits.models import Addendum, Participant, Summary, Visit

from .builders import hold_visit


def test_it_publishes_only_what_was_not_kept_out(cast):
    hold_visit(cast, keep_hopes="on", keep_needs="on")
    body = Summary.objects.get().body
    told = body["children"][str(cast.child.pk)]
    assert (body["hopes"], told["needs"], told["needs_words"]) == ("", [], "")
    assert (body["explained"], body["words"]) == ("The reading group.", "Thank you for the tea.")
    assert told["going_well"].endswith("tells stories.")


def test_it_never_publishes_what_stays_with_staff(cast):
    hold_visit(cast)
    text = str(Summary.objects.get().body)
    assert "evenings" not in text
    assert "proud" not in text


def test_it_shares_later_and_once(cast):
    visit = hold_visit(cast, share=False)
    assert not Notice.objects.exists()
    first = visit.share(by=cast.adviser)
    assert visit.share(by=cast.counselor) == first
    assert Notice.objects.filter(kind="visit.summary").count() == 1
    assert Entry.objects.filter(verb="visit.shared", student=cast.child).count() == 1


def test_it_shares_no_visit_that_was_not_held(cast):
    visit = Visit.objects.create(school=cast.school, planned_at=timezone.now())
    with pytest.raises(ValueError, match="held"):
        visit.share(by=cast.counselor)


def test_it_lets_the_home_read_everything_that_was_shared(cast):
    hold_visit(cast, cast.child, cast.sibling)
    told = Summary.objects.get().read_by(cast.mother)
    assert {row["student"] for row in told["children"]} == {cast.child, cast.sibling}
    assert told["children"][0]["needs"] == ["Reading and homework", "Getting to school"]
    assert told["home"] is True
    assert [person.name for person in told["participants"]] == ["林美"]
    assert told["hopes"]
    assert [promise.what for promise in told["promises"]] == ["Hand over the bus pass"]


def test_it_names_only_the_children_whom_the_reader_may_see(cast):
    aunt = builders.make_guardian(cast.sibling, "林丽", relation="relative")
    cast.household.guardians.add(aunt)
    hold_visit(cast, cast.child, cast.sibling)
    told = Summary.objects.get().read_by(aunt)
    assert [row["student"] for row in told["children"]] == [cast.sibling]
    assert told["promises"] == []


def test_it_keeps_place_people_and_answers_from_the_other_home(cast):
    other = builders.make_guardian(cast.child, "林刚", relation="father")
    flat = builders.make_household(cast.child, guardians=[other])
    assert flat
    hold_visit(
        cast,
        household=str(cast.household.pk),
        promise_1_side="family",
        promise_1_what="Mother reads with her",
        promise_1_child=str(cast.child.pk),
    )
    told = Summary.objects.get().read_by(other)
    assert told["home"] is False
    assert told["participants"] == []
    assert told["hopes"] == ""
    assert told["children"][0]["needs_words"] == ""
    assert told["children"][0]["going_well"]
    assert [promise.what for promise in told["promises"]] == ["Hand over the bus pass"]
    assert not Participant.objects.visible_to(other).exists()
    assert Participant.objects.visible_to(cast.mother).exists()


@pytest.mark.parametrize("who", ["father", "other_mother", "school_admin", "adult", "district"])
def test_it_tells_nothing_to_others(cast, who):
    hold_visit(cast)
    user = getattr(cast, who)
    told = Summary.objects.get().read_by(user)
    assert (told["children"], told["promises"], told["participants"]) == ([], [], [])
    assert not Visit.objects.visible_to(user).exists()
    assert not Participant.objects.visible_to(user).exists()


def test_it_shows_what_was_added_to_whom_it_concerns(cast):
    visit = hold_visit(cast)
    aunt = builders.make_guardian(cast.child, "林丽", relation="relative")
    mine = Addendum.objects.create(visit=visit, by=cast.mother, from_family=True, text="mine")
    note = Addendum.objects.create(visit=visit, by=cast.counselor, text="for staff")
    news = Addendum.objects.create(visit=visit, by=cast.counselor, shared=True, text="for all")

    def seen(user):
        return set(Addendum.objects.visible_to(user))

    assert seen(cast.counselor) == seen(cast.adviser) == {mine, note, news}
    assert seen(cast.mother) == {mine, news}
    assert seen(aunt) == {news}
    assert seen(cast.father) == seen(cast.school_admin) == seen(cast.other_mother) == set()
