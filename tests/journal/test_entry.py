"""An entry: written with the fact, never changed after."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from homeschool.journal.models import Entry, Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(cast):
    return Entry.record(
        "guardianship.looked_at",
        cast.mother.guardianship,
        by=cast.counselor,
        kind=Entry.Kind.VIEWED,
        student=cast.child,
        school=cast.school,
        fields=["may_view"],
    )


def test_it_says_who_did_what_to_which_row(cast, entry):
    entry.refresh_from_db()
    assert (entry.actor, entry.student, entry.school) == (cast.counselor, cast.child, cast.school)
    assert (entry.about_type, entry.about_id) == (
        "people.guardianship",
        str(cast.mother.guardianship.pk),
    )
    assert (entry.kind, entry.data) == ("viewed", {"fields": ["may_view"]})


def test_it_is_found_by_its_row(cast, entry):
    assert list(Entry.objects.about(cast.mother.guardianship)) == [entry]
    assert not Entry.objects.about(cast.father.guardianship)


def test_it_can_be_the_portals_own(cast):
    assert Entry.record("term.began", cast.term, by=None).actor is None


def test_it_refuses_to_be_changed(entry):
    with pytest.raises(DatabaseError, match="an_entry_is_never_changed"), transaction.atomic():
        Entry.objects.update(verb="something.else")


def test_it_refuses_to_be_deleted(entry):
    with pytest.raises(DatabaseError, match="an_entry_is_never_changed"), transaction.atomic():
        entry.delete()


def test_it_goes_with_the_fact_when_the_fact_fails(cast):
    def withdraw_and_fail():
        with transaction.atomic():
            cast.mother.guardianship.withdraw(by=cast.counselor)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        withdraw_and_fail()
    assert not Entry.objects.exists()


def test_it_costs_one_query(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        Entry.record("term.began", cast.term, by=cast.counselor, school=cast.school)


def test_a_heartbeat_stands_once_with_its_last_moment():
    began = timezone.now()
    Heartbeat.beat("worker")
    Heartbeat.beat("worker")
    assert Heartbeat.objects.get().at >= began
