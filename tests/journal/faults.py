"""Real parts that can be killed, frozen and starved, and the judge who counts what became of it.

A fault is told as a row of the table in docs/reliability.md: how much was on its way, what was lost,
what came twice, and how long it took until all was as if nothing had been.
"""

import asyncio
import contextlib
import datetime as dt
import http.client
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from statistics import quantiles

from aiosmtpd.controller import Controller
from django.conf import settings

from homeschool.journal.models import Attempt, Delivery, Notice, invariants
from homeschool.processes import free_port, wait_until
from homeschool.services import ROOT
from tests.processes import Redis, answers, database_url, environment

TABLE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: written by the run -->", "<!-- end of faults -->"
MARK = "m" * 32  # a CSRF token: the cookie and the form say the same


# --- the mail server ------------------------------------------------------------------------------


class Mail:
    """An SMTP server that can be away, slow, choosy, and hang up after it took a letter."""

    def __init__(self):
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self.port, self.envelopes, self.controller = free_port(), [], None
        self.slow = 0.0  # seconds for each letter
        self.refuses = lambda address: False
        self.hangs_up = False  # the first time that it sees a letter
        self.hung_up = set()

    @property
    def arrived(self):
        """How often each letter arrived, by Message-ID."""
        return Counter(message_from_bytes(e.content)["Message-ID"] for e in list(self.envelopes))

    def start(self):
        self.controller = Controller(
            Door(self), hostname="127.0.0.1", port=self.port, server_hostname="localhost"
        )
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def be_well(self):
        """Forget what arrived, and every bad manner."""
        self.envelopes.clear()
        self.hung_up.clear()
        self.slow, self.hangs_up, self.refuses = 0.0, False, lambda address: False
        if self.controller is None:
            self.start()


class Door:
    """What aiosmtpd calls."""

    def __init__(self, mail):
        self.mail = mail

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if self.mail.refuses(address):
            return "550 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.mail.slow)
        self.mail.envelopes.append(envelope)
        key = message_from_bytes(envelope.content)["Message-ID"]
        if self.mail.hangs_up and key not in self.mail.hung_up:
            self.mail.hung_up.add(key)
            server.transport.abort()
        return "250 OK"


# --- the web server -------------------------------------------------------------------------------


class Web:
    """The portal's web server on a port of its own, as it is served to people."""

    def __init__(self, folder, **switches):
        self.port = free_port()
        self.log = Path(folder) / f"web-{self.port}.log"
        self.switches = switches | {
            "SITE_URL": f"http://localhost:{self.port}",
            "DJANGO_SETTINGS_MODULE": "tests.journal.faults_settings",
            "PYTHONPATH": str(ROOT),
        }
        self.process = None

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "--config", "python:homeschool.gunicorn"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{self.port}", "homeschool.wsgi"],
                cwd=ROOT, env=environment(**self.switches), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        where = f"http://127.0.0.1:{self.port}/healthz"
        assert wait_until(lambda: answers(where), 60), self.log.read_text()
        return self

    def stop(self, sign=signal.SIGTERM):
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign) if sign == signal.SIGKILL else os.kill(
                    self.process.pid, sign
                )
            self.process.wait(20)
            self.process = None

    def ask(self, path, cookies, data=None, **headers):
        """Return (status, headers, text) of one answer, redirects as they are. Raises OSError where
        there was none."""
        cookies = {settings.CSRF_COOKIE_NAME: MARK} | cookies
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if data is not None:
            data = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": MARK}, doseq=True)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET" if data is None else "POST", path, data, headers)
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            line.close()


# --- all parts together ---------------------------------------------------------------------------


class Stack:
    """Redis, mail, relay, workers, beat and web as the portal starts them, on one database.

    A bounded run has shorter leases and pauses, so that it sees the end of them; in full they are
    those of a school.
    """

    HURRIED = {"LEASE_SECONDS": "4", "FAULTS_PAUSE": "2", "FAULTS_SWEEP": "1"}

    def __init__(self, folder, *, in_full, database=None):
        self.folder, self.in_full, self.running = Path(folder), in_full, []
        self.redis, self.mail = Redis(folder), Mail()
        self.database = database or database_url()

    @property
    def switches(self):
        return {
            "DATABASE_URL": self.database,
            "REDIS_URL": self.redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail.port}",
        } | ({} if self.in_full else self.HURRIED)

    def start(self, *, workers=2):
        """Start all parts but the web, and wait until they are there."""
        self.redis.start()
        self.mail.start()
        self.forking = self._forking()
        self.relay = self.new("relay")
        self.workers = [self.new_worker() for _ in range(workers)]
        self.beat = self.new_beat()
        assert wait_until(lambda: self.is_up(self.relay, "listening"), 60), said(self.relay)
        for worker in self.workers:
            assert wait_until(lambda w=worker: self.is_up(w, " ready."), 60), said(worker)
        return self

    def _forking(self):
        own = {"DJANGO_SETTINGS_MODULE": "tests.journal.faults_settings", "PYTHONPATH": str(ROOT)}
        with (self.folder / "forking.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.journal.faults_forking"],
                cwd=ROOT, env=os.environ | self.switches | own, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        answer = process.stdout.readline()
        assert answer == "ready\n", (self.folder / "forking.log").read_text()
        return process

    @staticmethod
    def is_up(process, word):
        return word in process.log.read_text()

    def new(self, *words):
        """Start a part in the background; returns it."""
        log = self.folder / f"process-{len(self.running)}.log"
        log.touch()
        print(json.dumps([str(log), *words]), file=self.forking.stdin, flush=True)
        self.running.append(Part(int(self.forking.stdout.readline()), log))
        return self.running[-1]

    def new_worker(self):
        flags = ["--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        return self.new("worker", *flags, "--hostname", f"w{len(self.running)}@%h")

    def new_beat(self):
        return self.new("beat", "--loglevel", "INFO")

    def new_relay(self):
        return self.new("relay")

    def web(self):
        return Web(self.folder, **self.switches)

    def replace(self, number, sign=signal.SIGKILL):
        """End a worker and start another in its place."""
        end(self.workers[number], sign)
        self.workers[number] = self.new_worker()

    def stop(self):
        for process in self.running:
            end(process, signal.SIGKILL)
        self.forking.stdin.close()
        self.forking.wait(10)
        self.forking.stdout.close()
        self.redis.stop()
        self.mail.stop()


@dataclass
class Part:
    """A part in the background, with its log."""

    pid: int
    log: Path

    @property
    def is_alive(self):
        return Path(f"/proc/{self.pid}").exists()


def end(part, sign=signal.SIGKILL):
    """Send a sign to a part: SIGKILL to all that it started too, as a power cut does."""
    with contextlib.suppress(ProcessLookupError):
        if sign == signal.SIGKILL:
            os.killpg(part.pid, sign)
        else:
            os.kill(part.pid, sign)
    assert wait_until(lambda: not part.is_alive, 30), f"{part} goes on"


def said(process):
    """Return the last words of a process."""
    return process.log.read_text()[-4000:]


def children(process):
    """Return the pids of what a process started itself."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with contextlib.suppress(OSError):
        return [int(pid) for pid in listed.read_text().split()]
    return []


# --- the judge ------------------------------------------------------------------------------------


@dataclass
class Fault:
    """What became of a fault: a row of the table."""

    name: str
    amount: str = ""
    lost: int | None = None  # None: nobody judged it to its end
    doubled: int | None = None
    again: int = 0  # copies of a letter under one key, of which mail programs show one
    seconds: float | None = None
    notes: list = field(default_factory=list)

    @property
    def cells(self):
        took = "" if self.seconds is None else f"{self.seconds:.1f}"
        day = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
        return [
            self.name, self.amount, str(self.lost), str(self.doubled), str(self.again), took,
            "; ".join(self.notes), day,
        ]  # fmt: skip


def emails():
    return Delivery.objects.filter(channel="email")


def sent():
    return emails().filter(state="sent").count()


def is_waiting():
    """Whether anything is still on its way."""
    waits = Notice.objects.filter(expanded_at=None).exists() or Delivery.objects.waiting().exists()
    return waits


def catch_up(fault, seconds=60):
    """Wait until nothing is on its way any more; how long it took is the recovery."""
    began = time.monotonic()
    done = wait_until(lambda: not is_waiting(), seconds, step=0.1)
    fault.seconds = time.monotonic() - began
    assert done, f"{fault.name}: {Counter(emails().values_list('state', flat=True))}"


def judge(fault, mail, *, wanted, refused=0, dropped=0):
    """Count what was lost and what came twice of `wanted` letters, and ask the invariants.

    So many were rightly `refused` by the server, and `dropped` since their address is known as bad.
    """
    states = dict(emails().values_list("key", "state"))
    arrived = mail.arrived
    known = {f"<{key}@localhost>": state for key, state in states.items()}
    gone = [
        key for key, state in known.items()
        if state not in ("uncertain", "failed", "cancelled") and not (state == "sent" and arrived[key])
    ]  # fmt: skip
    by_state = Counter(states.values())
    fault.lost = max(wanted - len(states), 0) + len(gone) + max(by_state["failed"] - refused, 0)
    fault.lost += max(by_state["cancelled"] - dropped, 0)
    twice = Attempt.objects.filter(outcome="sent").values("delivery").distinct().count()
    fault.doubled = Attempt.objects.filter(outcome="sent").count() - twice
    fault.doubled += len(set(arrived) - set(known)) + max(len(states) - wanted, 0)
    fault.again = sum(arrived.values()) - len(arrived)
    if by_state["uncertain"]:
        fault.notes.append(f"{by_state['uncertain']} uncertain, for a person to decide")
    assert_holds(fault)
    assert (fault.lost, fault.doubled) == (0, 0), (fault, by_state)


def assert_holds(fault):
    """Ask all invariants."""
    broken = [verdict for verdict in invariants.judge() if verdict["broken"]]
    assert not broken, (fault.name, broken)


def p95(seconds):
    """Return the time within which 95 of 100 were answered."""
    return quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]


# --- the table ------------------------------------------------------------------------------------

HEADER = ["fault", "amount", "lost", "twice", "again under one key", "caught up, s", "", "date"]


def write(faults, path=TABLE):
    """Put the rows of these faults into the table of the page; other rows stay."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in _rows(table)}
    rows |= {fault.name: f"| {' | '.join(fault.cells)} |" for fault in faults}
    lines = [f"| {' | '.join(HEADER)} |", "|" + " --- |" * len(HEADER), *rows.values()]
    text = "\n".join([before + BEGIN, *lines, END + after])
    path.write_text(text, encoding="utf-8")


def _rows(table):
    return [line for line in table.strip().splitlines()[2:] if re.match(r"\| \w", line)]
