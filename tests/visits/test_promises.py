"""Promises that were kept."""

import pytest
from django.urls import reverse

from homeschool.journal.models import Entry
from tests import builders
from visits.models import Promise

from .builders import hold_visit


@pytest.fixture
def visit(cast):
    return hold_visit(
        cast,
        promise_1_side="family", promise_1_what="Read together", promise_1_name="林美",
        promise_1_child=str(cast.child.pk), promise_2_side="student", promise_2_what="Pack the bag",
        promise_2_child=str(cast.child.pk),
    )  # fmt: skip


def keep(client, promise, **data):
    return client.post(reverse("visits:promise-keep", args=[promise.pk]), data)


def of(visit, side):
    return visit.promises.get(side=side)


def test_the_school_keeps_its_own(cast, as_, visit):
    promise = of(visit, "school")
    assert keep(as_(cast.adviser), promise).url == visit.get_absolute_url()
    promise.refresh_from_db()
    assert promise.done_by == cast.adviser
    entry = Entry.objects.get(verb="promise.kept")
    assert (entry.actor, entry.student) == (cast.adviser, cast.child)


def test_the_first_time_stands(cast, as_, visit):
    promise = of(visit, "school")
    keep(as_(cast.adviser), promise)
    keep(as_(cast.counselor), promise)
    promise.refresh_from_db()
    assert promise.done_by == cast.adviser
    assert Entry.objects.filter(verb="promise.kept").count() == 1


@pytest.mark.parametrize("side", ["family", "student"])
def test_the_family_keeps_its_own(cast, as_, visit, side):
    answer = keep(as_(cast.mother), of(visit, side))
    assert answer.url == reverse("reports:progress", args=[cast.child.pk])
    assert of(visit, side).done_by == cast.mother


def test_staff_notes_what_the_family_told(cast, as_, visit):
    keep(as_(cast.counselor), of(visit, "family"), next="/today/")
    assert of(visit, "family").done_by == cast.counselor


def test_the_family_does_not_keep_the_promises_of_the_school(cast, as_, visit):
    assert keep(as_(cast.mother), of(visit, "school")).status_code == 403
    assert not Promise.objects.exclude(done_at=None).exists()


def test_another_home_does_not_answer_for_the_first(cast, as_, visit):
    away = builders.make_guardian(cast.child, "Papa", relation="father")
    assert keep(as_(away), of(visit, "family")).status_code == 403
    assert keep(as_(away), of(visit, "student")).status_code == 302


@pytest.mark.parametrize(
    "who", ["father", "other_mother", "other_teacher", "school_admin", "volunteer", "adult"]
)
def test_it_is_not_found_by_others(cast, as_, visit, who):
    for promise in visit.promises.all():
        assert keep(as_(getattr(cast, who)), promise).status_code == 404


def test_it_never_changes_on_a_get(cast, as_, visit):
    url = reverse("visits:promise-keep", args=[of(visit, "school").pk])
    assert as_(cast.counselor).get(url).status_code == 405
