"""Makes the virtualenv that every command runs in, from nothing but python3 with venv and pip.

Stdlib only, and importable by old Pythons, so that they too get a sentence instead of a traceback.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORTAL, DEMO = "requirements.txt", "homeschool/demo/requirements.txt"
TESTS = "tests/requirements.txt"
NEEDS_TESTS = ("test", "lint", "screenshots", "bench")
STAMP = "portal-stamp.json"
OLDEST = (3, 11)
CFG_VERSION = re.compile(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", re.M)
PIN = re.compile(
    r"^(?P<name>[\w.-]+)(\[[^]]*\])?==(?P<version>[^;\s]+)"
    r"(\s*;\s*python_version\s*(?P<sign><|>=)\s*[\"'](?P<than>[\d.]+)[\"'])?$"
)


class Unfit(Exception):
    """The environment cannot be made; the text says why and how to mend it."""


def ensure(verb):
    """Return when the running Python has all that `verb` needs; else hand over to one that has.

    The virtualenv is `PORTAL_VENV`, or `.venv` beside manage.py. It is made, or brought up to
    date, where it is missing or stale. Exits with a sentence when that fails.
    """
    try:
        if sys.version_info < OLDEST:
            raise Unfit(f"The portal needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        python = interpreter(lists_for(verb))
    except Unfit as error:
        sys.exit(str(error))
    if python is not None:
        sys.stdout.flush()
        os.execv(python, [str(python), *sys.argv])  # noqa: S606 - our own interpreter, no shell


def lists_for(verb):
    """Return the requirements files that a command needs.

    The demo's, with PostgreSQL and Redis, unless both are the operator's or it needs neither.
    """
    from homeschool import services  # not above: an old Python could not read it

    if verb in NEEDS_TESTS:
        return [PORTAL, DEMO, TESTS]
    needs_demo = verb == "portal" or (services.embedded() and not services.needs_none(verb))
    return [PORTAL, DEMO] if needs_demo else [PORTAL]


def interpreter(wanted):
    """Return the Python to hand over to, made ready; None when this one will do."""
    folder = Path(os.environ.get("PORTAL_VENV") or ROOT / ".venv").absolute()
    here = Path(sys.prefix).resolve() == folder.resolve()
    if not here and not os.environ.get("PORTAL_VENV") and satisfied(wanted):
        return None
    old = stale(folder, wanted)
    if old:
        make(folder, wanted)
    return None if here and not old else folder / "bin" / "python"


# --- what is there ---------------------------------------------------------------------------


def pins(name):
    """Yield (package, version) of a requirements file, for the running Python."""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        line = line.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        found = PIN.match(line)
        if found is None:
            raise Unfit(f"{name}: {line!r} is not of the form package==version.")
        if _applies(found["sign"], found["than"]):
            yield found["name"], found["version"]


def _applies(sign, than):
    """Return whether a `python_version` marker holds for the running Python."""
    if sign is None:
        return True
    older = sys.version_info[:2] < tuple(int(part) for part in than.split("."))
    return older if sign == "<" else not older


def satisfied(wanted):
    """Return whether the running Python itself has every pinned package."""
    import importlib.metadata  # Python 3.7 and older have none, and come no further than `ensure`

    try:
        return all(
            importlib.metadata.version(package) == version
            for name in wanted
            for package, version in pins(name)
        )
    except importlib.metadata.PackageNotFoundError:
        return False


def fingerprint(name, version):
    """Return the hash of a requirements file and of the Python that it is installed for."""
    text = f"{version}\n".encode() + (ROOT / name).read_bytes()
    return hashlib.sha256(text).hexdigest()


def stale(folder, wanted):
    """Return whether `folder` is no virtualenv, or lacks what `wanted` asks for today."""
    version, stamp = version_of(folder), _stamp(folder)
    return version is None or any(stamp.get(name) != fingerprint(name, version) for name in wanted)


def version_of(folder):
    """Return the virtualenv's Python as "3.11"; None where it is none, or no longer stands.

    A system upgrade breaks its links, or quietly turns them to a newer Python without packages.
    """
    with contextlib.suppress(OSError):
        found = CFG_VERSION.search((folder / "pyvenv.cfg").read_text(encoding="utf-8"))
        python = (folder / "bin" / "python").resolve()
        named = re.search(r"(\d+\.\d+)$", python.name)
        if found and os.access(python, os.X_OK) and (not named or named[1] == found[1]):
            return found[1]
    return None


def _stamp(folder):
    try:
        return json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


# --- making it ---------------------------------------------------------------------------------


def make(folder, wanted):
    """Make `folder` a virtualenv with what `wanted` lists; one process at a time."""
    began = time.monotonic()
    with _locked(folder):
        if not stale(folder, wanted):  # another process was quicker
            return
        if version_of(folder) is None:
            say(f"Making {shown(folder)} with Python {sys.version.split()[0]}")
            _create(folder)
        version, stamp = version_of(folder), _stamp(folder)
        if tuple(int(part) for part in version.split(".")) < OLDEST:
            raise Unfit(f"{shown(folder)} holds Python {version}; the portal needs 3.11 or newer.")
        names = [name for name in wanted if stamp.get(name) != fingerprint(name, version)]
        (folder / STAMP).unlink(missing_ok=True)
        install(folder, names)
        stamp |= {name: fingerprint(name, version) for name in names}
        (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    say(f"Environment ready in {time.monotonic() - began:.0f} s")


@contextlib.contextmanager
def _locked(folder):
    """Hold the virtualenv's lock; says so where another process holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "portal-lock").open("w")
    except OSError as error:
        raise Unfit(
            f"{shown(folder)} cannot be written ({error.strerror}). Give this user the folder,"
            " or name another one in PORTAL_VENV."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another command is making {shown(folder)}: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(folder):
    """Make an empty virtualenv in `folder`, from the Python that runs now.

    Clears what an older virtualenv left there, and touches no folder that never was one.
    """
    content = [old for old in folder.iterdir() if old.name != "portal-lock"]
    if content and not (folder / "pyvenv.cfg").exists():
        raise Unfit(f"{shown(folder)} is not a virtualenv and not empty: name another PORTAL_VENV.")
    for old in sorted(content, key=lambda old: old.name == "pyvenv.cfg"):
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    base = getattr(sys, "_base_executable", None) or sys.executable
    done = subprocess.run(
        [base, "-m", "venv", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unfit(
            f"{done.stdout}{done.stderr}\nThe virtualenv {shown(folder)} could not be made. On Debian and"
            " Ubuntu its parts are in one package: apt-get install python3-venv"
        )


def install(folder, names):
    """Install requirements files; one line of progress, and everything pip said if it fails."""
    python = str(folder / "bin" / "python")
    if not list(folder.glob("lib/python*/site-packages/pip")):  # made without, or interrupted
        subprocess.run([python, "-m", "ensurepip"], capture_output=True, check=False)
    command = [python, "-m", "pip", "install", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off"]
    command += [part for name in names for part in ("-r", str(ROOT / name))]
    said, progress = [], Progress()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout:
            said.append(line)
            progress.see(line)
    progress.end()
    if pip.returncode:
        raise Unfit(
            f"{''.join(said)}\nThe parts of {' and '.join(names)} could not be installed; pip's words are"
            " above. Mostly the package index is out of reach: see that this machine reaches it"
            " (PIP_INDEX_URL names a mirror), then run the command again."
        )


class Progress:
    """One line that grows on a terminal; elsewhere a line every few seconds."""

    def __init__(self):
        self.tty = sys.stderr.isatty()
        self.count, self.spoke = 0, time.monotonic()

    def see(self, line):
        """Take one line of pip's output."""
        if line.startswith("Collecting "):
            self.count += 1
            self._tell(f"fetching {line.split()[1].split('==')[0]} ({self.count})")
        elif line.startswith("Installing collected"):
            self.spoke = 0
            self._tell(f"installing {self.count} packages")

    def _tell(self, text):
        if self.tty:
            sys.stderr.write(f"\r\033[K  {text}")
            sys.stderr.flush()
        elif time.monotonic() - self.spoke >= 5:
            self.spoke = time.monotonic()
            say(f"  {text}")

    def end(self):
        """Clear the growing line."""
        if self.tty:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def say(text):
    """Print progress apart from a command's own output."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def shown(path):
    """Return a path as people read it: from here when it lies below."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)
