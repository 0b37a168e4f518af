"""`manage.py portal` as a newcomer meets it: real processes, real signals, on a state of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import types
import urllib.error
import urllib.request

import pytest

from homeschool import services
from homeschool.processes import clean_environment, free_port, wait_until
from homeschool.services import ROOT

from .processes import left, of_state, state_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
ENDS = 10  # seconds within which everything is gone


def environment(folder):
    """Return a newcomer's environment: nothing of the test run's."""
    names = {*services.switch_names(), "PORTAL_STATE"}
    plain = {name: value for name, value in clean_environment().items() if name not in names}
    return plain | {"PORTAL_STATE": str(folder)}


def manage(folder, *arguments):
    """Run a command to its end; returns it with its code and words."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Running:
    """A portal that runs on a state folder."""

    def __init__(self, folder, *arguments):
        self.folder, self.port, self.said = folder, free_port(), folder / "said.txt"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "portal", "--port", str(self.port), *arguments],
                cwd=ROOT,
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def get(self, path):
        """Return (status, body); (0, "") while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    @property
    def ready(self):
        return self.get("/readyz")[0] == 200

    @property
    def words(self):
        return self.said.read_text(encoding="utf-8")

    def await_welcome(self):
        wait_until(lambda: "Stop:" in self.words or self.process.poll() is not None, 180)
        assert "Stop:" in self.words, self.words

    def end(self, sign):
        """Send a signal; returns the seconds until it and all that is of it have gone."""
        began = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(timeout=2 * ENDS)
        wait_until(lambda: left(self.folder) == [], ENDS)
        assert left(self.folder) == []
        return time.monotonic() - began


@pytest.fixture(scope="module")
def folder():
    """A state folder for the portal of this module."""
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def portal(folder):
    """One portal for the tests that leave it as it was."""
    running = Running(folder)
    try:
        running.await_welcome()
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGTERM)


def test_it_says_what_it_did_and_where_it_is(portal):
    for step in ("environment", "database", "migrations", "web", "worker", "beat", "mail"):
        assert f"✓ {step}" in portal.words
    assert f"http://localhost:{portal.port}" in portal.words
    assert portal.get("/healthz") == (200, "ok\n")
    status, body = portal.get("/readyz")
    assert (status, json.loads(body)["status"]) == (200, "ok")


def test_a_second_one_says_who_runs(portal):
    second = manage(portal.folder, "portal", "--port", str(free_port()))
    assert second.returncode == 1
    assert f"process {portal.process.pid}" in second.stdout
    assert f"http://localhost:{portal.port}" in second.stdout
    assert portal.ready


def test_a_taken_port_is_named(portal, tmp_path):
    other = manage(tmp_path / "other", "portal", "--port", str(portal.port))
    assert other.returncode == 1
    assert f"Port {portal.port} is taken" in other.stdout


def test_another_command_uses_its_servers_and_leaves_them(portal):
    before = of_state(portal.folder, "homeschool.keeper")
    done = manage(portal.folder, "showmigrations", "journal")
    assert "[X] 0001_entries_and_jobs" in done.stdout, done.stderr
    assert of_state(portal.folder, "homeschool.keeper") == before
    assert portal.ready


def test_a_demo_state_does_not_turn_into_a_schools_own(folder, tmp_path):
    state = services.State(tmp_path / "state")
    state.make()
    state.write("mode.json", {"demo": True})
    done = manage(
        state.folder,
        "portal",
        "--port",
        str(free_port()),
        "--empty",
        "--admin-email",
        "a@b.example",
    )
    assert done.returncode == 1
    assert "--fresh --empty" in done.stdout


def test_an_empty_portal_asks_for_the_first_admin(tmp_path):
    done = manage(tmp_path / "state", "portal", "--port", str(free_port()), "--empty")
    assert done.returncode == 1
    assert "--admin-email" in done.stdout


def test_a_killed_worker_is_started_again(portal):
    killed = of_state(portal.folder, "celery -A homeschool.celery worker")
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: "worker ended (SIGKILL)" in portal.words, 5)

    def again():
        with contextlib.suppress(ValueError):
            return of_state(portal.folder, "celery -A homeschool.celery worker") != killed

    assert wait_until(again, 10)


def test_a_killed_database_comes_back(portal):
    data = services.home_of_postgres(portal.folder)
    os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    assert wait_until(lambda: not portal.ready, 5)
    assert wait_until(lambda: portal.ready, 60)


def test_a_frozen_broker_makes_it_unready_and_delays_nobody(portal):
    broker = of_state(portal.folder, "redis-server")
    os.kill(broker, signal.SIGSTOP)
    try:
        began = time.monotonic()
        status, body = portal.get("/readyz")
        assert time.monotonic() - began < 3
    finally:
        os.kill(broker, signal.SIGCONT)
    assert (status, json.loads(body)["broker"]["status"]) == (503, "unready")
    assert wait_until(lambda: portal.ready, 30)


def test_a_killed_keeper_comes_back_with_its_servers(portal):
    os.kill(of_state(portal.folder, "homeschool.keeper"), signal.SIGKILL)
    assert wait_until(lambda: "they start again" in portal.words, 10)
    assert wait_until(lambda: portal.ready, 30)


def test_the_tests_environment_does_not_reach_its_processes(portal):
    for pid, command in left(portal.folder):
        with open(f"/proc/{pid}/environ", "rb") as file:
            assert b"PYTEST_CURRENT_TEST" not in file.read(), command


def test_ctrl_c_ends_all_within_ten_seconds(portal):
    assert portal.end(signal.SIGINT) < ENDS
    assert portal.process.returncode == 0
    assert "Stopped in" in portal.words


def test_kill_9_leaves_no_process(folder, portal):
    running = Running(folder)
    try:
        running.await_welcome()
        parts = " ".join(command for _, command in left(folder))
        for part in ("gunicorn", "celery", "aiosmtpd", "postgres", "redis", "homeschool.keeper"):
            assert part in parts
    finally:
        seconds = running.end(signal.SIGKILL)
    assert seconds < ENDS


def test_a_start_that_is_broken_off_leaves_nothing(folder, portal):
    running = Running(folder)
    assert wait_until(lambda: "✓ database" in running.words, 20)
    assert running.end(signal.SIGTERM) < ENDS
    assert running.process.returncode == 0


def test_the_test_command_gives_pytest_servers_of_its_own(monkeypatch):
    from homeschool.management.commands import test

    for name in ("DEMO_MODE", "EMAIL_URL", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.setenv(name, "the portal's")
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    test.forget_switches()
    given = types.SimpleNamespace(**test.environment({"SECRET_KEY": "its own"}))
    assert not hasattr(given, "DEMO_MODE")
    assert not hasattr(given, "EMAIL_URL")
    assert (given.DATABASE_URL, given.SECRET_KEY, given.REQUIRE_BROWSER) == (
        "the portal's",
        "its own",
        "1",
    )


def test_doctor_finds_all_that_is_essential():
    with state_folder() as folder:
        done = manage(folder, "doctor")
        wait_until(lambda: left(folder) == [], ENDS)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in (
        "Python",
        "PostgreSQL",
        "Redis",
        "Chromium",
        "SECRET_KEY",
        "extensions",
        "migrations",
    ):
        assert part in done.stdout


def test_doctor_names_what_is_missing_and_the_mend(monkeypatch, tmp_path):
    given = {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    monkeypatch.setattr(
        sys.modules[__name__], "environment", lambda folder: clean_environment(**given)
    )
    for name in ("SECRET_KEY", "DATA_KEYS"):
        monkeypatch.delenv(name, raising=False)
    done = manage(tmp_path, "doctor")
    assert done.returncode == 1
    assert "SECRET_KEY" in done.stdout
    assert ".env.example" in done.stdout


def test_doctor_makes_a_key_that_the_settings_take(tmp_path):
    from homeschool.settings import data_keys

    assert list(data_keys(manage(tmp_path, "doctor", "--new-key").stdout.strip())) == ["1"]
