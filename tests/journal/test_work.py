"""A job is done in chunks, each with its checkpoint in one transaction, under a lease."""

from datetime import timedelta

import pytest
from django.utils import timezone

from homeschool.journal import actions
from homeschool.journal.models import Heartbeat, Job
from homeschool.journal.relay import LANES

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(cast):
    """Return `ask(...)`: a job that counts."""
    return lambda **arguments: Job.ask("live.count", by=cast.counselor, **arguments)


def work(job):
    """Hand it out as the relay does, and work on it."""
    Job.objects.filter(pk=job.pk).update(next_at=timezone.now())
    for pk in LANES[2].take():
        actions.work(pk)
    job.refresh_from_db()
    return job


def test_it_works_until_all_is_done(ask):
    job = work(ask(of=3))
    assert (job.state, job.progress, job.attempts) == ("done", {"done": 3, "of": 3}, 0)
    assert job.ended_at


def test_it_lets_others_have_the_worker_and_goes_on_later(ask, monkeypatch):
    monkeypatch.setattr(actions, "LONGEST_WORK", 0)
    job = work(ask(of=2))
    assert (job.state, job.progress["done"], job.lease_by) == ("pending", 1, "")
    assert work(job).state == "done"


def test_it_keeps_nothing_of_a_chunk_that_failed(ask):
    job = work(ask(of=3, fails_at=2))
    assert (job.state, job.progress["done"], job.error) == ("pending", 1, "RuntimeError")
    assert not Heartbeat.objects.filter(name__endswith=" 2").exists()
    assert job.next_at > timezone.now()


def test_it_has_failed_when_three_tries_bring_no_checkpoint(ask):
    job = ask(of=3, fails_at=1)
    states = [work(job).state for _ in range(3)]
    assert states == ["pending", "pending", "failed"]
    assert job.ended_at


def test_it_is_not_worked_on_by_two(ask):
    job = ask(of=1)
    LANES[2].take()
    assert Job.objects.lease(job.pk, "one")
    assert not Job.objects.lease(job.pk, "two")


def test_it_stops_when_somebody_cancels_it(ask, monkeypatch):
    job = ask(of=5)
    LANES[2].take()
    Job.objects.lease(job.pk, "one")
    Job.objects.filter(pk=job.pk).update(state="cancelled")
    assert actions.chunk(job.pk, "one") is False
    job.refresh_from_db()
    assert (job.state, job.progress) == ("cancelled", {})


@pytest.mark.parametrize(("attempts", "state"), [(1, "pending"), (3, "failed")])
def test_it_is_taken_back_from_a_worker_that_ended(ask, attempts, state):
    job = ask(of=5)
    past = timezone.now() - timedelta(seconds=1)
    Job.objects.update(state="leased", lease_by="gone", lease_until=past, attempts=attempts)
    actions.sweep()
    job.refresh_from_db()
    assert job.state == state


def test_it_fails_in_words_where_no_room_knows_the_kind(cast):
    job = work(Job.ask("live.unknown", by=cast.counselor))
    assert (job.state, job.error) == ("pending", "KeyError")
