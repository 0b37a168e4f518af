"""/healthz and /readyz: alive, and ready; for anybody, quickly, and without secrets."""

import datetime
import socket
import time

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError
from django.utils import timezone

from homeschool import health
from homeschool.celery import BeatScheduler, app, is_news
from homeschool.journal.models import Heartbeat, Notice
from homeschool.journal.tasks import heartbeat


@pytest.fixture
def alive(db):
    Heartbeat.beat("worker")
    Heartbeat.beat("beat")
    Heartbeat.beat("relay")


@pytest.fixture
def frozen():
    """The port of a server that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def parts(response):
    """Return {part: status} of an answer of /readyz."""
    return {name: part["status"] for name, part in response.json().items() if name != "status"}


def test_healthz_answers_anybody_without_the_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_is_ok_only_when_every_part_answers(client, alive):
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert set(parts(response)) == {"database", "broker", "worker", "beat", "relay", "delivery"}
    assert set(parts(response).values()) == {"ok"}
    assert response.json()["worker"]["age"] < 5


def test_readyz_is_unready_before_the_first_sign_of_life(client, db):
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "unready")
    assert response.json()["worker"] == {"status": "unready", "age": None}


@pytest.mark.parametrize("name", ["worker", "beat", "relay"])
def test_readyz_does_not_trust_an_old_sign_of_life(client, alive, name):
    old = timezone.now() - datetime.timedelta(seconds=health.OLDEST + 1)
    Heartbeat.objects.filter(name=name).update(at=old)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert [part for part, status in parts(response).items() if status != "ok"] == [name]


def test_readyz_tells_of_a_broker_that_is_away(client, alive, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:9/0"
    response = client.get("/readyz")
    assert (response.status_code, parts(response)["broker"]) == (503, "unready")


def test_readyz_answers_within_three_seconds_when_the_broker_hangs(client, alive, settings, frozen):
    settings.REDIS_URL = f"redis://127.0.0.1:{frozen}/0"
    began = time.monotonic()
    response = client.get("/readyz")
    assert time.monotonic() - began < 3
    assert (response.status_code, parts(response)["broker"]) == (503, "unready")


def test_readyz_answers_without_the_database(client, monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("connection to 10.0.0.7 failed: password secret")

        def close(self):
            pass

    monkeypatch.setattr(health, "connection", Away())
    response = client.get("/readyz")
    assert response.status_code == 503
    assert parts(response) == {
        "database": "unready",
        "broker": "ok",
        "worker": "unready",
        "beat": "unready",
        "relay": "unready",
        "delivery": "unready",
    }
    assert b"secret" not in response.content


def test_readyz_tells_no_secrets(client, alive):
    said = client.get("/readyz").content.decode()
    database = django_settings.DATABASES["default"]
    for secret in (
        database["PASSWORD"],
        str(database["PORT"]),
        django_settings.SECRET_KEY,
        "redis:",
    ):
        assert secret not in said


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_never_cached_and_only_read(client, db, path):
    assert "no-store" in client.get(path)["Cache-Control"]
    assert client.post(path).status_code == 405


def test_the_heartbeat_task_leaves_the_workers_sign(db):
    heartbeat()
    assert timezone.now() - Heartbeat.objects.get(name="worker").at < datetime.timedelta(seconds=5)


def test_beat_leaves_its_sign_and_sends_the_first_heartbeat_at_once(db, monkeypatch):
    sent = []
    scheduler = BeatScheduler(app)
    monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_: sent.append(entry.task))
    scheduler.tick()
    scheduler.tick()
    assert sent == ["journal.heartbeat"]
    assert Heartbeat.objects.filter(name="beat").exists()


def test_beat_goes_on_without_the_database(monkeypatch):
    def away(name):
        raise OperationalError("away")

    monkeypatch.setattr(Heartbeat, "beat", away)
    scheduler = BeatScheduler(app)
    monkeypatch.setattr(scheduler, "apply_async", lambda entry, **_: None)
    assert scheduler.tick() == 0


def test_every_task_of_the_beat_table_exists():
    app.loader.import_default_modules()
    assert {row["task"] for row in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_the_log_leaves_out_heartbeats_that_went_well():
    import logging

    def record(level, text):
        return logging.LogRecord("celery", level, __file__, 1, text, (), None)

    assert not is_news(record(logging.INFO, "Task journal.heartbeat[1] received"))
    assert is_news(record(logging.INFO, "Task journal.expand[1] received"))
    assert is_news(record(logging.ERROR, "Task journal.heartbeat[1] raised"))


def test_readyz_tells_how_long_the_oldest_message_waits(client, alive, cast):
    assert client.get("/readyz").json()["delivery"] == {"status": "ok", "oldest": None}
    post = {"school": cast.school, "by": cast.counselor, "student": cast.child}
    Notice.post("visit.summary", cast.child, **post)
    assert client.get("/readyz").json()["delivery"]["oldest"] < 10
    Notice.objects.update(created_at=timezone.now() - datetime.timedelta(minutes=6))
    response = client.get("/readyz")
    assert response.json()["delivery"]["status"] == "late"
    assert response.status_code == 200  # for people to look at: pages answer all the same
