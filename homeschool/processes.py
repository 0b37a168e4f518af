"""Child processes that never outlive their parent, and locks that end with their holder."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# What a test runner, a shell or another server may have left in the environment and that would
# bend our servers without anyone having asked for it.
FOREIGN = (
    "PYTEST_", "COVERAGE_", "COV_CORE_", "DJANGO_", "CELERY_", "FORKED_BY_", "GUNICORN_", "WEB_CONCURRENCY",
    "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONINSPECT", "REQUIRE_BROWSER",
    "VIRTUAL_ENV", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASS", "PGSERVICE", "PGOPTIONS", "PGSSL",
)  # fmt: skip


def clean_environment(**extra):
    """Return the environment for a child: ours without what is foreign to it, and `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | extra


def tied(sign):
    """Return a preexec_fn that sends the child `sign` when its parent is no more (Linux).

    It works for the thread that forks: call it from the main thread. Elsewhere it does nothing,
    and only the supervisor's own end stops the children.
    """
    parent = os.getpid()

    def tie():
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(sign))
            if os.getppid() != parent:  # it died before we were tied to it
                os._exit(1)

    return tie


class Child:
    """A process that is kept running: its log, how it is stopped, and the pause before it starts again."""

    LONGEST_PAUSE = 30
    LONG_ENOUGH = 30  # seconds of life after which a crash counts as the first again

    def __init__(self, name, command, *, environment, log, **how):
        self.name, self.command, self.environment = name, command, environment
        self.log = Path(log) if log else None  # None: it speaks where we do
        self.stop_by = how.pop("stop_by", signal.SIGTERM)
        self.orphaned_by = how.pop("orphaned_by", signal.SIGKILL)
        self.how = how
        self.process, self.crashes, self.began, self.again_at = None, 0, 0, None

    def start(self):
        """Start it, in a session of its own: a Ctrl-C in the terminal is its parent's to handle."""
        how = {"stdin": subprocess.DEVNULL} | self.how
        with self.log.open("ab") if self.log else contextlib.nullcontext() as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT if self.log else None,
                start_new_session=True,
                preexec_fn=tied(self.orphaned_by),
                **how,
            )
        self.began, self.again_at = time.monotonic(), None

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def revive(self, start=None):
        """Start it again (by `start`) when it ended by itself, after a pause that doubles.

        Returns a sentence when there is something to tell, else None.
        """
        if self.running:
            return None
        if self.again_at is None:
            pause = self._pause()
            self.again_at = time.monotonic() + pause
            return (
                f"{self.name} ended ({self.ending}); it starts again in {pause:g} s. See {self.log}"
            )
        if time.monotonic() >= self.again_at:
            (start or self.start)()
        return None

    def _pause(self):
        if time.monotonic() - self.began > self.LONG_ENOUGH:
            self.crashes = 0
        self.crashes += 1
        return min(0.5 * 2 ** (self.crashes - 1), self.LONGEST_PAUSE)

    @property
    def ending(self):
        """How it ended, in words."""
        code = self.process.returncode
        return signal.Signals(-code).name if code < 0 else f"exit {code}"

    def ask_to_stop(self):
        """Send its stop signal."""
        if self.running:
            self.process.send_signal(self.stop_by)

    def kill(self):
        """End it, and what it started in its session, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self, count=15):
        """Return the last lines of its log."""
        with contextlib.suppress(OSError, AttributeError):
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n".join(lines[-count:])
        return ""


def stop(children, seconds):
    """Ask all to stop, wait up to `seconds` for all of them together, then kill the rest."""
    for child in children:
        child.ask_to_stop()
    wait_until(lambda: not any(child.running for child in children), seconds)
    for child in children:
        child.kill()


def wait_until(question, seconds, pause=time.sleep, step=0.05):
    """Ask until the answer is true or the time is over; returns the last answer."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        pause(step)
    return answer


class Lock:
    """A file lock that the kernel gives back when its holder ends, however it ends.

    A held lock is not passed on to programs that we start.
    """

    def __init__(self, path):
        self.path, self.file = Path(path), None

    def take(self, *, shared=False, wait=True):
        """Take it; returns False, without `wait`, where somebody else holds it."""
        how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
        try:
            fcntl.flock(file, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self.file = file
        return True

    def free(self):
        """Give it back."""
        if self.file is not None:
            self.file.close()
            self.file = None

    @property
    def taken(self):
        """Whether somebody holds it alone."""
        if not self.path.exists():
            return False
        probe = Lock(self.path)
        if not probe.take(shared=True, wait=False):
            return True
        probe.free()
        return False

    def __enter__(self):
        self.take()
        return self

    def __exit__(self, *_):
        self.free()


def free_port(preferred=None, host="127.0.0.1"):
    """Return a port that nobody listens on: the preferred one where it is free."""
    for port in (preferred, 0):
        if port is not None and (found := bindable(host, port)):
            return found
    raise OSError(f"no free port on {host}")


def bindable(host, port):
    """Return the port when it can be listened on now, else None."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return None
        return probe.getsockname()[1]
