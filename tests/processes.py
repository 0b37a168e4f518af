"""State folders for tests, and finding their processes as a suspicious operator would."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from homeschool import services


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
