"""The relay hands on what waits, and outlives the servers it stands between."""

import base64
import json
import signal
import time
from datetime import timedelta

import pytest
import redis
from django.db import connection, transaction
from django.utils import timezone

from homeschool.journal.models import Delivery, Heartbeat, Job, Notice
from homeschool.journal.relay import LANES, Relay

from .conftest import cut_connections, soon

NOTICES, LETTERS, JOBS = LANES
live_database = pytest.mark.django_db(transaction=True)


def lane(redis_server):
    """Return how many messages lie in each lane in Redis."""
    client = redis.Redis.from_url(redis_server.url)
    try:
        return {name: client.llen(name) for name in ("celery", "email", "work")}
    finally:
        client.close()


# --- handing out, without processes ---------------------------------------------------------------


@pytest.mark.django_db
def test_it_hands_out_what_is_due_once(told, settings):
    delivery = told()
    assert LETTERS.take() == [str(delivery.pk)]
    assert LETTERS.take() == []
    delivery.refresh_from_db()
    pause = (delivery.next_at - timezone.now()).total_seconds()
    assert settings.LEASE_SECONDS - 2 < pause <= settings.LEASE_SECONDS


@pytest.mark.django_db
def test_it_hands_out_at_most_fifty_at_a_time(post):
    for n in range(55):
        post(dedupe_key=str(n))
    assert [len(NOTICES.take()) for _ in range(3)] == [50, 5, 0]


@pytest.mark.django_db
def test_it_gives_back_what_could_not_be_published(told):
    delivery = told()
    LETTERS.untake(LETTERS.take())
    delivery.refresh_from_db()
    assert delivery.lease_by == ""
    assert 3 < (delivery.next_at - timezone.now()).total_seconds() <= 5


@pytest.mark.django_db
def test_it_hands_out_a_job_alone(cast):
    jobs = [Job.ask("live.count", by=cast.counselor, of=1) for _ in range(2)]
    assert sorted(JOBS.take() + JOBS.take()) == sorted(str(job.pk) for job in jobs)
    JOBS.untake([str(jobs[0].pk)])
    assert Job.objects.get(pk=jobs[0].pk).lease_by == ""


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["sent", "uncertain", "failed", "cancelled", "expired"])
def test_it_leaves_alone_what_does_not_wait(told, state):
    delivery = told()
    Delivery.objects.filter(pk=delivery.pk).update(state=state, sent_at=timezone.now())
    assert LETTERS.take() == []


@live_database
def test_it_does_not_hand_out_what_another_relay_has_in_hand(post):
    post()
    with transaction.atomic():
        Notice.objects.select_for_update().get()
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT id FROM journal_notice FOR UPDATE SKIP LOCKED")
                assert cursor.fetchall() == []
        finally:
            other.close()


@pytest.mark.django_db
def test_it_touches_no_row_while_the_broker_is_away(told, settings):
    delivery = told()
    settings.REDIS_URL = "redis://127.0.0.1:1"
    relay = Relay()
    relay.look()
    again = Delivery.objects.get(pk=delivery.pk)
    assert (again.next_at, again.lease_by) == (delivery.next_at, "")


@pytest.mark.django_db
def test_it_keeps_a_small_heap_in_the_broker(post, redis_server, settings, monkeypatch):
    settings.REDIS_URL = redis_server.url
    monkeypatch.setattr("homeschool.journal.relay.BACKLOG", 2)
    monkeypatch.setattr("homeschool.journal.relay.app.conf.broker_url", redis_server.url)
    for n in range(120):
        post(dedupe_key=str(n))
    relay = Relay()
    assert relay.look() is False
    assert lane(redis_server)["celery"] == 2
    assert len(NOTICES.take()) == 20
    relay.forget_broker()


# --- a real relay -----------------------------------------------------------------------------------


def is_heard():
    return Heartbeat.objects.filter(
        name="relay", at__gt=timezone.now() - timedelta(seconds=15)
    ).exists()


@pytest.fixture
def relay(processes):
    process = processes.relay()
    assert soon(lambda: is_heard()), process.log.read_text()
    return process


def test_it_is_woken_by_the_commit_of_a_notice(relay, redis_server, post):
    time.sleep(0.5)  # it sleeps now
    began = time.monotonic()
    post()
    assert soon(lambda: lane(redis_server)["celery"] == 1, 3)
    assert time.monotonic() - began < 1.5


def test_it_ends_quickly_when_it_is_asked_to(relay):
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(4) == 0


def test_it_is_harmless_beside_a_second_relay(relay, processes, redis_server, post):
    second = processes.relay()
    assert soon(lambda: "listening" in second.log.read_text()), second.log.read_text()
    with transaction.atomic():
        for n in range(120):
            post(dedupe_key=str(n))
    assert soon(lambda: not Notice.objects.filter(next_at__lte=timezone.now()).exists(), 4)
    assert soon(lambda: lane(redis_server)["celery"] >= 3, 2)
    client = redis.Redis.from_url(redis_server.url)
    ids = [pk for raw in client.lrange("celery", 0, -1) for pk in ids_in(raw)]
    client.close()
    assert sorted(map(int, ids)) == sorted(Notice.objects.values_list("pk", flat=True))


def ids_in(raw):
    """Return the ids that a Celery message carries."""
    return json.loads(base64.b64decode(json.loads(raw)["body"]))[0][0]


def test_it_survives_a_restart_of_the_database(relay, redis_server, post):
    assert cut_connections() >= 1
    post()
    assert soon(lambda: lane(redis_server)["celery"] == 1, 10), relay.log.read_text()
    assert relay.poll() is None
    assert "the database is away" in relay.log.read_text()


def test_it_goes_on_when_the_broker_was_away(relay, redis_server, post):
    redis_server.stop()
    post()
    time.sleep(1)
    redis_server.start()
    assert soon(lambda: lane(redis_server)["celery"] == 1, 12), relay.log.read_text()


def test_it_is_not_held_up_by_a_frozen_broker(relay, redis_server, post):
    redis_server.freeze()
    for n in range(3):
        post(dedupe_key=str(n))
        time.sleep(1)
    began = timezone.now()
    assert soon(lambda: Heartbeat.objects.get(name="relay").at > began, 20)
    assert soon.took < 17  # ten seconds between two signs, and what Redis cost
    redis_server.thaw()
    assert soon(lambda: lane(redis_server)["celery"] >= 1, 15), relay.log.read_text()
