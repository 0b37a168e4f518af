"""A worker that ended held a batch: what it was at work on is suspected, what only waited is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeschool.journal import actions
from homeschool.journal.models import Attempt, Delivery

from .conftest import hand_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(told):
    """The deliveries of one batch, in the order in which they are sent."""
    return [told(dedupe_key=str(n)).pk for n in range(4)]


def die(batch, began=None):
    """Let a worker take all that waits, begin one letter, and end; then sweep."""
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    hand_out()
    Delivery.objects.lease(batch, "a worker")
    ended = timezone.now() - timedelta(seconds=1)
    leased = Delivery.objects.filter(state="leased")
    leased.update(lease_until=ended)
    leased.filter(pk=began).update(started_at=ended)
    actions.sweep()


def rows(batch, *fields):
    found = {
        pk: rest for pk, *rest in Delivery.objects.filter(pk__in=batch).values_list("pk", *fields)
    }
    return [tuple(found[pk]) for pk in batch]


def test_only_what_was_at_hand_counts_as_a_loss(batch):
    die(batch)
    assert rows(batch, "state", "losses", "lease_by") == [
        ("pending", 1, ""),
        *[("pending", 0, "")] * 3,
    ]
    assert list(Attempt.objects.values_list("delivery", "outcome")) == [(batch[0], "later")]


def test_what_workers_die_of_is_given_up_alone(batch):
    for _ in range(3):
        die(batch)
    assert rows(batch, "state") == [("failed",), ("pending",), ("pending",), ("pending",)]


def test_what_was_begun_is_not_certain_and_the_rest_waits_again(batch):
    die(batch, began=batch[0])
    assert rows(batch, "state", "losses") == [("uncertain", 1), *[("pending", 0)] * 3]


def test_it_takes_back_more_than_a_few_in_small_steps(told, monkeypatch):
    """Each by a worker of its own: all at once would be undone where the sweep is killed too."""
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    batch = [told(dedupe_key=str(n)).pk for n in range(5)]
    hand_out()
    for pk in batch:
        Delivery.objects.lease([pk], f"worker {pk}")
    Delivery.objects.filter(state="leased").update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    actions.sweep()
    assert rows(batch, "state", "losses") == [("pending", 1)] * 5
