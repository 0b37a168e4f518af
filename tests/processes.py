"""Real servers and processes for tests, and finding them as a suspicious operator would."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from homeschool import services
from homeschool.keeper import find_redis
from homeschool.processes import clean_environment, free_port, tied, wait_until
from homeschool.services import ROOT

# --- state folders --------------------------------------------------------------------------------


@contextlib.contextmanager
def state_folder():
    """Yield a folder for a state that every user may pass through, as PostgreSQL's must.

    Not one of pytest's: each run of pytest closes their common folder to other users again.
    """
    base = Path(tempfile.mkdtemp(prefix="homeschool-state-"))
    base.chmod(0o711)
    (base / "state").mkdir(mode=0o711)
    try:
        yield base / "state"
    finally:
        shutil.rmtree(services.home_of_postgres(base / "state"), ignore_errors=True)
        shutil.rmtree(base)


def _words(process, name):
    try:
        return (process / name).read_bytes().split(b"\0")
    except OSError:
        return []


def _belongs(process, folder):
    try:
        if str((process / "cwd").readlink()).startswith(folder):
            return True
    except OSError:
        pass
    spoken = _words(process, "environ") + _words(process, "cmdline")
    return any(folder.encode() in word for word in spoken)


def left(folder):
    """Return [(pid, command)] of every process that runs in a state folder or was told of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name.isdigit() and _belongs(process, str(folder)):
            found.append((int(process.name), b" ".join(_words(process, "cmdline")).decode()))
    return found


def of_state(folder, part):
    """Return the pid of the oldest process of a state folder with `part` in its command."""
    return min(pid for pid, command in left(folder) if part in command)


# --- on the database of the tests -----------------------------------------------------------------


def database_url():
    """Return the address of the database of the tests."""
    at = connection.settings_dict
    login = f"{quote(at['USER'])}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}"
    return f"postgres://{login}/{at['NAME']}"


def backends():
    """Return the pids of the server's processes for connections of others to the tests' database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


@contextlib.contextmanager
def disconnected():
    """At the end wait for the connections that were opened meanwhile: they lock the tests' tables."""
    before = backends()
    try:
        yield
    finally:
        wait_until(lambda: backends() <= before, 10)


class Redis:
    """A real redis-server that can be frozen, ended and started again on its port."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = [str(find_redis()), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--dir", str(self.folder)]
        log = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=log)
        assert wait_until(self.answers, 5), "redis-server did not start"

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process:
            self.thaw()
            self.process.terminate()
            self.process.wait(10)
            self.process = None


def environment(**switches):
    """Return the environment of the portal's processes, on the database of the tests."""
    return clean_environment(**{"DATABASE_URL": database_url(), "WEB_WORKERS": "1"} | switches)


@contextlib.contextmanager
def serve(folder, **switches):
    """Serve the portal on a free port as it is served to people; yields its address.

    It uses the database of the tests unless a switch names another. Fails where it met an error.
    """
    port = free_port()
    address = switches.setdefault("SITE_URL", f"http://localhost:{port}")
    log = Path(folder) / f"gunicorn-{port}.log"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:homeschool.gunicorn"]
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "homeschool.wsgi"],
            cwd=ROOT,
            env=environment(**switches),
            stdout=said,
            stderr=subprocess.STDOUT,
            preexec_fn=tied(signal.SIGTERM),
        )
    try:
        assert wait_until(lambda: answers(f"{address}/healthz"), 30), log.read_text()
        yield address
    finally:
        server.send_signal(signal.SIGQUIT)  # at once: nobody is served any more
        server.wait(15)
    assert "Traceback" not in log.read_text(), log.read_text()


def answers(url):
    """Whether something answers there with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
            return response.status == 200
    except OSError:
        time.sleep(0.1)
        return False
