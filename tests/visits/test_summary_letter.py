"""The letter about a visit: in the reader's language, and no word too many."""

import re

import pytest
from django.utils import translation

from homeschool.journal import kinds
from homeschool.journal.models import Notice, Receipt
from tests import builders
from visits.models import Summary

from .builders import hold_visit

FORMS = ("subject.txt", "txt", "html", "page.html")


def receipt_of(user, why="guardianship"):
    notice = Notice.objects.get(kind="visit.summary")
    return Receipt.objects.create(notice=notice, person=user, why=why, language=user.language)


def words(user, form, **more):
    receipt = receipt_of(user)
    with kinds.speaking_to(receipt):
        context = kinds.context_of(
            receipt, link="https://a.example/m/1/", stop_link="https://a.example/s", **more
        )
        return kinds.words(receipt, form, context)


def test_it_goes_to_the_family_that_may_receive(cast):
    hold_visit(cast, cast.child, cast.sibling)
    kind = kinds.get("visit.summary")
    rows = kind.recipients(Notice.objects.get())
    assert {row.user_id for row in rows} == {cast.mother.pk}
    assert (kind.asks, kind.again_when_uncertain, kind.lives_for.days) == ("tap", True, 30)


def test_it_goes_to_nobody_who_lost_the_right(cast):
    hold_visit(cast)
    cast.mother.guardianship.end(by=cast.counselor)
    ties = cast.child.guardianships.open().filter(guardian=cast.mother)
    for tie in ties:
        tie.withdraw(by=cast.counselor)
    assert not kinds.get("visit.summary").recipients(Notice.objects.get()).exists()


def test_it_has_a_subject_without_name_and_topic(cast):
    hold_visit(cast)
    cast.mother.language = "en"
    cast.mother.save()
    assert words(cast.mother, "subject.txt") == "A note from Mill Lane School"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["en", "zh-hans", "es"])
def test_it_is_written_in_every_language(cast, form, language):
    hold_visit(cast, cast.child, cast.sibling)
    cast.mother.language = language
    cast.mother.save()
    text = words(cast.mother, form)
    assert text.strip()
    assert "{%" not in text
    if form != "subject.txt":
        assert "林小雨 tells stories." in text
        assert "Hand over the bus pass" in text


@pytest.mark.parametrize("form", ["txt", "html", "page.html"])
def test_it_holds_nothing_that_stays_with_staff(cast, form):
    hold_visit(cast, keep_hopes="on")
    text = words(cast.mother, form)
    for secret in ("works evenings", "She was proud", "reads alone", "14 Mill Lane"):
        assert secret not in text


@pytest.mark.parametrize("form", ["txt", "html", "page.html"])
def test_it_tells_the_other_home_neither_place_nor_people(cast, form):
    other = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    builders.make_household(cast.child, guardians=[other])
    hold_visit(cast, household=str(cast.household.pk))
    text = words(other, form)
    for secret in ("林美", "at home", "reads alone", "Ella lee", "16:30"):
        assert secret not in text
    assert "tells stories" in text


def test_it_marks_the_language_of_what_the_counselor_wrote(cast):
    hold_visit(cast, written_in="zh-hans")
    assert re.search(r'lang="zh-Hans">林小雨 tells stories', words(cast.mother, "html"))


def test_it_escapes_what_people_wrote(cast):
    hold_visit(cast, shared_summary="<script>alert(1)</script> & more")
    assert "<script>alert" not in words(cast.mother, "html")
    receipt = Receipt.objects.get()
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="x", stop_link="y")
        assert "<script>alert" not in kinds.words(receipt, "page.html", context)
        assert "<script>alert(1)</script> & more" in kinds.words(receipt, "txt", context)


def test_it_leads_to_its_page(cast):
    hold_visit(cast)
    assert "https://a.example/m/1/" in words(cast.mother, "html")
    with translation.override("en"):
        assert Summary.objects.count() == 1
