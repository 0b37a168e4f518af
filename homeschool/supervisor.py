"""Runs the whole portal on one machine: servers, web, worker, beat, relay and, in the demo, mail.

It imports no Django: what needs Django it starts as a child, so that it stays small and sure.
"""

import contextlib
import http.client
import json
import os
import signal
import socket
import sys
import time

from homeschool import services
from homeschool.processes import Child, bindable, clean_environment, free_port, stop, wait_until
from homeschool.services import ROOT, Trouble, shown

LOOPBACK = ("127.0.0.1", "::1", "localhost")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104
NAMES = ["localhost", "127.0.0.1"]
PATIENCE = 90  # seconds for the portal to become ready
LOG_LIMIT = 5_000_000  # bytes of a log that the next start puts aside


class Stopped(Exception):
    """Somebody asked the portal to stop."""


class Checklist:
    """Steps as people like to read them: a mark, what it was, what came of it, and its time."""

    def __init__(self, out=None):
        self.out = out or sys.stdout
        self.tty = self.out.isatty()
        with contextlib.suppress(AttributeError, ValueError):
            self.out.reconfigure(errors="replace")

    @contextlib.contextmanager
    def step(self, name):
        """Time a step; the caller may set `.note`. A failure is marked, and goes on as it was raised."""
        self.note = ""
        began = time.monotonic()
        if self.tty:
            self.write(f"  … {name}")
        try:
            yield self
        except BaseException:
            self._mark("✗", name, began)
            raise
        self._mark("✓", name, began)

    def done(self, name, seconds, note=""):
        """Tell of a step that was timed elsewhere."""
        self.write(f"  ✓ {name:<12} {note:<50} {seconds:5.1f} s\n")

    def _mark(self, mark, name, began):
        seconds = time.monotonic() - began
        clear = "\r\033[K" if self.tty else ""
        self.write(f"{clear}  {mark} {name:<12} {self.note:<50} {seconds:5.1f} s\n")

    def say(self, text=""):
        self.write(f"{text}\n")

    def write(self, text):
        """Write at once; a terminal that is gone is no reason to stop."""
        with contextlib.suppress(OSError):
            self.out.write(text)
            self.out.flush()


class Portal:
    """One run of `manage.py portal`, from the first check to the last process ended."""

    def __init__(self, *, port=8000, bind="127.0.0.1", fresh=False, empty=False, admin_email=""):
        self.port, self.bind, self.fresh, self.empty = port, bind, fresh, empty
        self.admin_email = admin_email
        self.state = services.State()
        self.steps = Checklist()
        self.children = []
        self.asked, self.began = 0, time.monotonic()

    @property
    def address(self):
        return f"http://localhost:{self.port}"

    def run(self):
        """Run until somebody stops it; returns the exit code."""
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._ask)
        try:
            self.claim()
            self.begin()
            self.watch()
        except Stopped:
            return 0
        except Trouble as error:
            self.steps.say(str(error))
            return 1
        finally:
            self.end()

    def _ask(self, *_):
        self.asked += 1

    def pause(self, seconds):
        """Sleep, and raise Stopped as soon as somebody asks for it."""
        if not self.asked:
            time.sleep(seconds)
        if self.asked:
            raise Stopped

    # --- before anything runs -----------------------------------------------------------------

    def claim(self):
        """Make sure that this portal is the only one here, and its port free."""
        self.state.make()
        if not self.state.portal.take(wait=False):
            raise Trouble(self.who_runs())
        if not bindable(self.bind, self.port):
            raise Trouble(
                f"Port {self.port} is taken. Choose another: python3 manage.py portal --port {self.port + 1}"
            )
        if self.fresh:
            self.steps.say(
                f"Starting afresh: all that the portal kept in {shown(self.state.folder)} is removed."
            )
            services.wipe(self.state)
            self.state.make()
        self._settle_mode()

    def who_runs(self):
        """Say which portal holds this state folder."""
        other = self.state.read("portal.json")
        return (
            f"A portal runs already on {shown(self.state.folder)}: process {other.get('pid', 'unknown')},"
            f" {other.get('address', 'still starting')}. Stop that one, or name another folder in PORTAL_STATE."
        )

    def _settle_mode(self):
        """Decide once per state folder between the demo and a real school's start."""
        self.state.write("portal.json", {"pid": os.getpid(), "address": self.address})
        mode = self.state.read("mode.json")
        if self.empty and mode.get("demo"):
            raise Trouble(
                f"{shown(self.state.folder)} holds the demo. Begin anew with --fresh --empty,"
                " or name another folder in PORTAL_STATE."
            )
        self.empty = self.empty or mode.get("demo") is False
        if self.empty and not (self.admin_email or mode.get("admin")):
            self.admin_email = self._ask_for_admin()
        self.state.write("mode.json", {"demo": not self.empty} | mode)

    def _ask_for_admin(self):
        if not sys.stdin.isatty():
            raise Trouble(
                "Who is the first admin? Give the address: --empty --admin-email NAME@SCHOOL"
            )
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return input("The first admin's e-mail address: ").strip()
        except (KeyboardInterrupt, EOFError):
            raise Stopped from None
        finally:
            signal.signal(signal.SIGINT, self._ask)

    # --- starting -----------------------------------------------------------------------------

    def begin(self):
        """Start everything and say where it is."""
        self.steps.say(f"Starting the portal ({'a school of your own' if self.empty else 'demo'})")
        version = ".".join(str(part) for part in sys.version_info[:3])
        self.steps.done(
            "environment", time.monotonic() - self.began, f"Python {version}, {shown(sys.prefix)}"
        )
        with self.steps.step("database") as step:
            own = services.embedded()
            urls = services.join(self.state, pause=self.pause) if own else {}
            step.note = f"PostgreSQL and Redis in {shown(self.state.folder)}" if own else "yours"
        self.urls = urls
        self.mail_port = self._mail_port()
        prepared = self.prepare()
        self._start_children(prepared)
        self._await_ready()
        self._welcome(prepared)

    def environment(self):
        """Return what every process of the portal gets."""
        return clean_environment(
            **self.urls, **self.switches(), PORTAL_STATE=str(self.state.folder)
        )

    def switches(self):
        """Return the switches that follow from how the portal was started, where nobody set them."""
        values = {
            "SITE_URL": self.address,
            "DEMO_MODE": "0" if self.empty else "1",
            "ALLOWED_HOSTS": ",".join(NAMES + self._more_names()),
        }
        if self.mail_port:
            values |= {
                "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
                "DEMO_MAILDIR": str(self.state.mail),
            }
        return {name: os.environ.get(name) or value for name, value in values.items()}

    def _more_names(self):
        """Return the names under which others on the network reach a portal that listens widely."""
        if self.bind in LOOPBACK:
            return []
        return [socket.gethostname(), own_address() if self.bind in EVERYWHERE else self.bind]

    def _mail_port(self):
        """Return the mail sink's port; None where the operator named a mail server."""
        if os.environ.get("EMAIL_URL"):
            return None
        known = self.state.secrets()
        port = free_port(known.get("mail_port"))
        self.state.write("secrets.json", known | {"mail_port": port})
        return port

    def prepare(self):
        """Migrate and load, in a child that has Django. Returns what it found."""
        mode = self.state.read("mode.json")
        command = [sys.executable, str(ROOT / "manage.py"), "portal", "--prepare"]
        command += [] if self.empty or mode.get("loaded") else ["--load"]
        command += ["--admin-email", self.admin_email] if self.admin_email else []
        child = Child("preparation", command, environment=self.environment(), log=None, cwd=ROOT)
        self.children = [child]
        child.start()
        while child.running:
            self.pause(0.05)
        if child.process.returncode:
            raise Trouble("The portal could not be prepared: see above.")
        self.children = []
        prepared = self.state.read("prepared.json")
        self.state.write("mode.json", mode | prepared.get("mode", {}))
        return prepared

    def _start_children(self, prepared):
        environment = self.environment()
        for name, command in self._commands(prepared):
            log = self.state.logs / f"{name}.log"
            if log.exists() and log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))
            child = Child(
                name, [sys.executable, *command], environment=environment, log=log, cwd=ROOT
            )
            if name == "web":
                child.orphaned_by = (
                    signal.SIGTERM
                )  # its master ends its workers, who are tied to it
            self.children.append(child)
            child.start()

    def _commands(self, prepared):
        """Yield (name, arguments of Python) for each process of the portal."""
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        web = [
            "gunicorn",
            "--config",
            "python:homeschool.gunicorn",
            "--bind",
            f"{host}:{self.port}",
        ]
        yield "web", ["-m", *web, "homeschool.wsgi"]
        celery = ["-m", "celery", "-A", "homeschool.celery"]
        worker = [
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "INFO",
            "--without-gossip",
            "--without-mingle",
        ]
        yield "worker", [*celery, *worker]
        yield "beat", [*celery, "beat", "--loglevel", "INFO"]
        if "relay" in prepared.get("commands", ()):
            yield "relay", [str(ROOT / "manage.py"), "relay"]
        if self.mail_port:
            sink = ["-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.mail_port}"]
            yield "mail", [*sink, "-c", "aiosmtpd.handlers.Mailbox", str(self.state.mail)]

    def _await_ready(self):
        """Wait until /readyz says ok; tell of each part as it comes."""
        began, told = time.monotonic(), set()
        while time.monotonic() - began < PATIENCE:
            self._fail_if_hopeless()
            said = ask_ready(self.bind, self.port, self.switches()["ALLOWED_HOSTS"])
            for name, note in self._come(said):
                if name not in told:
                    told.add(name)
                    self.steps.done(name, time.monotonic() - began, note)
            if said.get("status") == "ok":
                return
            self.pause(0.1)
        raise Trouble(
            f"The portal is not ready after {PATIENCE} s. Its logs: {shown(self.state.logs)}"
        )

    def _come(self, said):
        """Yield (part, note) for every part that answers."""
        if not said:
            return
        yield "web", "gunicorn"
        for name in ("worker", "beat", "relay"):
            if said.get(name, {}).get("status") == "ok":
                yield name, "answers through the database"
        for child in self.children:
            if child.name == "mail" and child.running:
                yield "mail", "caught here: none leaves this machine"

    def _fail_if_hopeless(self):
        """Revive what fell, but not what falls again and again at the start."""
        for child in self.children:
            child.revive()
            if child.crashes >= 3:
                raise Trouble(f"{child.name} does not start. Its last words:\n{child.last_words()}")

    def _welcome(self, prepared):
        own = {"pid": os.getpid(), "address": self.address, "switches": self.switches()}
        self.state.write("portal.json", own)
        say = self.steps.say
        say(f"\nReady in {time.monotonic() - self.began:.1f} s:  {self.address}\n")
        if prepared.get("people"):
            say(prepared["people"].rstrip() + "\n")
        if self.bind not in LOOPBACK:
            say(
                "Others reach it by the names in ALLOWED_HOSTS: " + self.switches()["ALLOWED_HOSTS"]
            )
        if self.mail_port:
            say(f"Mails: {shown(self.state.mail)}/")
        say(f"Logs:  {shown(self.state.logs)}/")
        say(f"Stop:  Ctrl-C (here), or kill {os.getpid()}")

    # --- running, and ending ------------------------------------------------------------------

    def watch(self):
        """Keep every process running until somebody asks to stop."""
        looked = time.monotonic()
        while True:
            self.pause(0.25)
            for child in self.children:
                if told := child.revive():
                    self.steps.say(f"{time.strftime('%H:%M:%S')} {told}")
            if time.monotonic() - looked >= 1:
                looked = time.monotonic()
                self._mind_keeper()

    def _mind_keeper(self):
        """Start the keeper of our servers again when it was killed."""
        if not self.urls or self.state.keeper.taken:
            return
        self.steps.say(
            f"{time.strftime('%H:%M:%S')} PostgreSQL and Redis were stopped; they start again"
        )
        urls = services.join(self.state, pause=self.pause)
        if urls != self.urls:  # their ports were taken meanwhile
            self.urls = urls
            stop(self.children, 5)
            for child in self.children:
                child.environment = self.environment()
                child.start()

    def end(self):
        """End every process: ours first, then the servers, unless another command uses them."""
        if self.state.portal.file is None:
            return
        began = time.monotonic()
        if self.children:
            self.steps.say("\nStopping")
        stop(self.children, 5)
        self.state.users.free()
        if self.children:
            left = not wait_until(lambda: not self.state.keeper.taken, 4)
            self.steps.say(
                f"Stopped in {time.monotonic() - began:.1f} s"
                + (". PostgreSQL and Redis go on: another command uses them." if left else ".")
            )
        self.state.remove("portal.json")
        self.state.portal.free()


def own_address():
    """Return this machine's address on its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, contextlib.suppress(OSError):
        line.connect(("192.0.2.1", 9))
        return line.getsockname()[0]
    return "127.0.0.1"


def ask_ready(host, port, names):
    """Return what /readyz says, {} while nobody answers."""
    host = "127.0.0.1" if host in (*EVERYWHERE, "localhost") else host
    name = names.split(",")[0].strip().lstrip(".").replace("*", "localhost")
    line = http.client.HTTPConnection(host, port, timeout=4)
    try:
        line.request("GET", "/readyz", headers={"Host": name})
        return json.loads(line.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        line.close()
