"""PostgreSQL and Redis of our own, for a machine that has none: for the demo and the tests.

A state folder (`PORTAL_STATE`, default `.portal/`) holds the servers' files. Every command that
uses them holds a shared lock there. The first one starts a keeper: a process that starts both
servers, starts them again on their ports when they die, and ends them when no command holds the
lock any more, however the last one ended. With DATABASE_URL and REDIS_URL set nothing of this runs.
"""

import atexit
import base64
import contextlib
import hashlib
import json
import os
import re
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from homeschool.processes import Lock, clean_environment, wait_until

ROOT = Path(__file__).resolve().parent.parent
URLS = ("DATABASE_URL", "REDIS_URL")
NOWHERE = {
    "DATABASE_URL": "postgres://none:none@127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
}
WITHOUT_SERVERS = (
    "help", "version", "check", "collectstatic", "compilemessages", "diffsettings", "makemessages",
)  # fmt: skip
SWITCH = re.compile(r'(?:\bread\(\s*"\w+",|\brequired\()\s*"([A-Z_]+)"')


class Trouble(Exception):
    """The servers cannot run; the text says why and how to mend it."""


class State:
    """The state folder: where each thing lies, and who uses it."""

    def __init__(self, folder=None):
        self.folder = Path(folder or os.environ.get("PORTAL_STATE") or ROOT / ".portal").absolute()
        self.logs = self.folder / "logs"
        self.mail = self.folder / "mail"
        self.users = Lock(self.folder / "users.lock")  # shared: a command; alone: the keeper leaves
        self.turn = Lock(self.folder / "turn.lock")  # who may start a keeper
        self.keeper = Lock(self.folder / "keeper.lock")
        self.portal = Lock(self.folder / "portal.lock")

    def make(self):
        """Make the folder. Others may pass through it, since PostgreSQL never runs as root."""
        try:
            if not self.folder.exists():
                self.folder.mkdir(parents=True)
                self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            raise Trouble(
                f"{self.folder} cannot be written ({error.strerror}). {OTHER_STATE}"
            ) from error
        if not os.access(self.folder, os.W_OK) or self.folder.stat().st_uid != os.geteuid():
            raise Trouble(f"{self.folder} belongs to another user. {OTHER_STATE}")

    def read(self, name):
        """Return what a JSON file of the folder says; {} where it is missing or torn."""
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def write(self, name, content):
        """Write a JSON file whole or not at all, for our eyes only."""
        handle, path = tempfile.mkstemp(dir=self.folder)  # 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(path).replace(self.folder / name)

    def remove(self, name):
        (self.folder / name).unlink(missing_ok=True)

    def secrets(self):
        """Return the folder's own secrets and ports; made on the first call."""
        known = self.read("secrets.json")
        if not known:
            known = new_secrets()
            self.write("secrets.json", known)
        return known


FOLDERS = ("logs", "mail", "postgres", "redis")
OTHER_STATE = "Name a folder of your own in PORTAL_STATE."


def new_secrets():
    """Return fresh secrets for a state folder."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEYS": f"1:{base64.urlsafe_b64encode(os.urandom(32)).decode()}",
        "postgres": secrets.token_urlsafe(24),
        "redis": secrets.token_urlsafe(24),
    }


# --- for a command that needs the servers --------------------------------------------------------


@contextlib.contextmanager
def for_verb(verb):
    """Give a command its servers and switches, by the environment, for its own time."""
    state = State()
    try:
        if embedded() and not needs_none(verb):
            os.environ.update(join(state) | switches_of(state))
        elif embedded():
            fill(NOWHERE | new_secrets() | state.read("secrets.json"))
    except Trouble as error:
        sys.exit(str(error))
    try:
        yield
    finally:
        state.users.free()


def embedded():
    """Whether at least one server is to be ours."""
    return not all(os.environ.get(name) for name in URLS)


def needs_none(verb):
    """Whether a command does its work without servers."""
    return verb in WITHOUT_SERVERS or verb.startswith("-") or {"-h", "--help"} & set(sys.argv[2:])


def fill(values):
    """Set those switches in the environment that are not set yet; returns their names."""
    given = {n: v for n, v in values.items() if n.isupper() and not os.environ.get(n)}
    os.environ.update(given)
    return list(given)


def switches_of(state):
    """Return what a running portal gave its own processes, or what this state was begun as."""
    given = state.read("portal.json").get("switches", {}) if state.portal.taken else {}
    given = given or {"DEMO_MODE": "1" if state.read("mode.json").get("demo") else "0"}
    return {name: value for name, value in given.items() if name not in os.environ}


def join(state, *, pause=time.sleep, throwaway=False):
    """Use the servers of a state folder, starting them where nobody does.

    Holds the folder's users lock: free `state.users`, or end, and the servers end after the last
    user. Returns the switches that name them and the folder's secrets, less those that the
    environment already has. Raises Trouble.
    """
    state.make()
    if state.users.file is None:
        state.users.take(shared=True)
    with Lock(state.turn.path):
        said = wait_until(lambda: _ready(state), 30 if state.keeper.taken else 0, pause)
        if not said:
            said = _start_keeper(state, pause, throwaway)
    given = said | {name: value for name, value in state.secrets().items() if name.isupper()}
    return {name: value for name, value in given.items() if not os.environ.get(name)}


def _ready(state):
    """Return the addresses of running servers, {} while there are none."""
    return state.read("servers.json") if state.keeper.taken else {}


def _start_keeper(state, pause, throwaway):
    """Start a keeper and wait until both servers answer."""
    command = [sys.executable, "-m", "homeschool.keeper", str(state.folder)]
    command += ["--throwaway"] if throwaway else []
    with (state.logs / "keeper.log").open("ab") as log:
        keeper = subprocess.Popen(
            command,
            cwd=ROOT,
            env=clean_environment(PORTAL_STATE=str(state.folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    _bury_keepers()
    _KEEPERS.append(keeper)
    with keeper.stdout as stream:
        answer = _line(stream, 120, pause)
    if answer != "ready":
        keeper.terminate()
        raise Trouble(answer or f"The servers did not start. See {shown(state.logs)}/keeper.log")
    return state.read("servers.json")


_KEEPERS = []  # ours outlive this command where others use them: nobody waits for them


@atexit.register
def _bury_keepers():
    """Take note of the keepers of ours that have ended, so that none stays a zombie."""
    for keeper in _KEEPERS:
        keeper.poll()


def _line(stream, seconds, pause):
    """Return what a pipe says up to its end or its first whole answer; "" when it says nothing."""
    said, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and not said.endswith(b"\0"):
        if select.select([stream], [], [], 0.05)[0]:
            part = os.read(stream.fileno(), 65536)
            said += part
            if not part:
                break
        pause(0)
    return said.decode(errors="replace").rstrip("\0\n")


@contextlib.contextmanager
def throwaway():
    """Servers for tests: quick, unsafe against power cuts, and gone afterwards. Yields switches."""
    state = State(tempfile.mkdtemp(prefix="homeschool-test-"))
    state.folder.chmod(0o711)
    others = len(_KEEPERS)
    try:
        yield join(state, throwaway=True)
    finally:
        state.users.free()
        wait_until(lambda: not state.folder.exists(), 10)
        for keeper in _KEEPERS[others:]:  # it ends after it removed the folder
            wait_until(lambda keeper=keeper: keeper.poll() is not None, 5)


def wipe(state, patience=5):
    """Remove what the portal keeps in a state folder, and nothing else. Raises Trouble while in use."""
    if not state.folder.exists():
        return
    state.make()
    if not wait_until(lambda: state.users.take(wait=False), patience):
        raise Trouble(f"{shown(state.folder)} is in use by another command: end that one first.")
    try:
        shutil.rmtree(home_of_postgres(state.folder), ignore_errors=True)
        for name in FOLDERS:
            shutil.rmtree(state.folder / name, ignore_errors=True)
        for path in state.folder.glob("*.json"):
            path.unlink()
    finally:
        state.users.free()


def home_of_postgres(folder, *, shut_out=False):
    """Return where a state folder's PostgreSQL keeps its data.

    That is in the folder, or where root's folders shut the server's own user out, in /var/lib.
    """
    away = Path("/var/lib") / f"homeschool-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    return away if shut_out or away.exists() else folder / "postgres"


def switch_names():
    """Return the names that settings.py reads from the environment."""
    return SWITCH.findall((ROOT / "homeschool" / "settings.py").read_text(encoding="utf-8"))


def shown(path):
    """Return a path as people read it: from the checkout when it lies in it."""
    with contextlib.suppress(ValueError):
        return str(Path(path).relative_to(ROOT))
    return str(path)
