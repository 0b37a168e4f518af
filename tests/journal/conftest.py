"""Real servers and processes for the journal: mail sink, Redis, worker and relay."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.template import engines

from homeschool.journal import actions, channels, kinds
from homeschool.journal.models import Delivery, Notice
from homeschool.journal.relay import LANES
from homeschool.processes import free_port, wait_until
from tests.processes import Redis, database_url, disconnected

from . import live

ROOT = Path(__file__).resolve().parents[2]
LEASE = 5  # seconds, in processes that tests start


@pytest.fixture(autouse=True)
def _kinds_of_tests(monkeypatch):
    """The kinds of `live`, and whatever a test registers, for the length of the test."""
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    monkeypatch.setattr(kinds, "_runners", dict(kinds._runners))
    live.register()
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "dirs", [*engine.dirs, Path(__file__).parent / "templates"])


@pytest.fixture
def post(cast):
    """Return `post(kind)`: a notice about the cast's child, to be read by its mother."""

    def post(kind="live.letter", **more):
        more = {"school": cast.school, "by": cast.counselor, "student": cast.child} | more
        return Notice.post(kind, more.pop("about", cast.child), **more)

    return post


@pytest.fixture
def told(post):
    """Return `told(kind)`: the e-mail delivery to the mother of a notice that was expanded."""

    def told(kind="live.letter", **more):
        notice = post(kind, **more)
        actions.expand([notice.pk])
        return Delivery.objects.get(receipt__notice=notice, channel="email")

    return told


def hand_out():
    """Hand out what is due as the relay does; returns the ids of deliveries."""
    return LANES[1].take()


def links_of(delivery):
    """Return the token to read and the token to stop of a delivery."""
    return channels.letter_token(delivery.receipt), channels.stop_token(delivery)


# --- mail -------------------------------------------------------------------------------------


class Sink:
    """What arrived; `answers` may hold {envelope address or "DATA": what the server says}."""

    def __init__(self):
        self.envelopes, self.answers = [], {}

    @property
    def messages(self):
        return [message_from_bytes(e.content, policy=policy.default) for e in self.envelopes]

    @property
    def keys(self):
        return [message_from_bytes(e.content)["Message-ID"] for e in self.envelopes]


class Door:
    """What aiosmtpd calls: apart from the sink, since it looks at every attribute again and again."""

    def __init__(self, sink):
        self.sink = sink

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.sink.answers:
            return self.sink.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.sink.envelopes.append(envelope)
        return self.sink.answers.get("DATA", "250 OK")


@pytest.fixture
def sink(settings):
    """A real SMTP server on loopback; mail of this process goes there too."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    sink = Sink()
    controller = Controller(
        Door(sink), hostname="127.0.0.1", port=free_port(), server_hostname="localhost"
    )
    controller.start()
    sink.port = controller.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    yield sink
    controller.stop()


# --- processes ----------------------------------------------------------------------------------


@pytest.fixture
def redis_server(tmp_path):
    redis = Redis(tmp_path)
    redis.start()
    yield redis
    redis.stop()


class Processes:
    """Workers and relays as the portal starts them, on the test's database, Redis and sink."""

    def __init__(self, redis, mail_port, folder):
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "LEASE_SECONDS": str(LEASE),
            "DJANGO_SETTINGS_MODULE": "tests.journal.live_settings",
            "PYTHONPATH": str(ROOT),
        }
        self.folder, self.running = folder, []

    def start(self, *arguments):
        with (self.folder / f"process-{len(self.running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        process.log = Path(log.name)
        self.running.append(process)
        return process

    def worker(self, *more):
        flags = ["--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        return self.start("celery", "-A", "homeschool.celery", "worker", *flags, *more)

    def relay(self):
        return self.start("django", "relay")

    @staticmethod
    def kill(process):
        """End a process and all that it started at once, as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def processes(transactional_db, redis_server, sink, tmp_path):
    processes = Processes(redis_server, sink.port, tmp_path)
    with disconnected():
        yield processes
        for process in processes.running:
            processes.kill(process)


def cut_connections():
    """End all connections to the test's database but ours, as a restart of PostgreSQL does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def soon(question, seconds=20):
    """Wait until the answer is true; returns it, and how long it took in `soon.took`."""
    began = time.monotonic()
    answer = wait_until(question, seconds)
    soon.took = time.monotonic() - began
    return answer
