"""The record on a sheet of paper."""

import pytest
from django.urls import reverse

from homeschool.journal.models import Entry
from tests import builders
from visits.models import Addendum

from .builders import hold_visit, plan_visit


def sheet(client, visit, query=""):
    return client.get(reverse("visits:visit-print", args=[visit.pk]) + query)


def test_it_shows_what_the_home_reads(cast, as_):
    visit = hold_visit(cast, keep_hopes="on")
    text = sheet(as_(cast.counselor), visit).text
    for words in ("林小雨", "The reading group.", "Hand over the bus pass", "For the family"):
        assert words in text
    for words in ("The mother works evenings.", "She was proud.", "That she reads alone."):
        assert words not in text


def test_it_shows_the_staff_part_when_asked(cast, as_):
    visit = hold_visit(cast, keep_hopes="on")
    text = sheet(as_(cast.counselor), visit, "?staff").text
    for words in ("not for the family", "The mother works evenings.", "That she reads alone."):
        assert words in text


def test_it_refuses_the_staff_part_to_who_may_not_read_it(cast, as_):
    visit = hold_visit(cast, colleagues=[str(cast.principal.pk)])
    assert sheet(as_(cast.adviser), visit).status_code == 200
    assert sheet(as_(cast.adviser), visit, "?staff").status_code == 403


def test_it_holds_what_was_added_but_not_the_words_of_another_home(cast, as_):
    visit = hold_visit(cast)
    away = builders.make_guardian(cast.child, "Papa Lin", relation="father")
    pin = Addendum.objects.pin
    pin(visit, "Words of home", by=cast.mother, student=cast.child, from_family=True)
    pin(visit, "Words of another home", by=away, student=cast.child, from_family=True)
    pin(visit, "Among ourselves", by=cast.counselor)
    client = as_(cast.counselor)
    text = sheet(client, visit).text
    assert "Words of home" in text
    assert "Words of another home" not in text
    assert "Among ourselves" not in text
    whole = sheet(client, visit, "?staff").text
    assert "Words of another home" in whole
    assert "Among ourselves" in whole


def test_it_is_written_down(cast, as_):
    visit = hold_visit(cast)
    sheet(as_(cast.counselor), visit)
    entry = Entry.objects.get(verb="visit.printed")
    assert (entry.actor, entry.student, entry.kind) == (cast.counselor, cast.child, "viewed")


def test_it_prints_a_plan_too(cast, as_):
    assert "Planned" in sheet(as_(cast.counselor), plan_visit(cast)).text


@pytest.mark.parametrize("who", ["other_teacher", "other_mother", "school_admin"])
def test_it_is_not_found_by_others(cast, as_, who):
    assert sheet(as_(getattr(cast, who)), hold_visit(cast)).status_code == 404


def test_it_sends_the_family_to_its_own_page(cast, as_):
    visit = hold_visit(cast)
    assert sheet(as_(cast.mother), visit, "?staff").url.endswith(f"#visit-{visit.pk}")
