"""What the lines are measured on: the school at its full size and at a tenth, each in a database of
its own behind a web server of its own, and the sessions of the people who look."""

import contextlib
import datetime as dt
import os
import time
import urllib.parse
from dataclasses import dataclass, field

from homeschool.bench.server import SETTINGS, Client, serve
from homeschool.bench.telling import about_run

LARGE, SMALL = "default", "small"
# Who looks, and whether the second factor has to be shown.
PEOPLE = {
    "mother": ("adult", 0),
    "counselor": ("counselor", 0),
    "adviser": ("adviser", 0),
    "leader": ("leader", 0),
    "admin": ("admin", 0),
}


@dataclass
class Stage:
    """The measured schools: `ports` by database, `sessions` by (database, who), and how often each
    line asks."""

    students: int
    rounds: int
    times: int
    ports: dict = field(default_factory=dict)
    sessions: dict = field(default_factory=dict)
    switches: dict = field(default_factory=dict)

    def client(self, who, using=LARGE):
        """Return a new browser of `who`."""
        return Client(self.ports[using], self.sessions[using, who])

    def about(self):
        """Return what a reader must know of this run, as telling.page takes it."""
        from django.db import connection
        from django.utils import timezone

        from homeschool.bench.data import VISITS_EACH, World

        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            postgres = cursor.fetchone()[0].split()[0]
        world = World(self.students)
        return about_run(f"{timezone.now():%Y-%m-%d}", self.rounds, postgres) | {
            "students": world.students,
            "classes": world.classes,
            "adults": world.adults,
            "visits": world.students * VISITS_EACH,
        }

    @property
    def has_both(self):
        """Whether there is a small school beside the large one."""
        return SMALL in self.ports


@contextlib.contextmanager
def raised(switches, *, students, both, rounds, times, say):
    """Raise the stage on the servers that `switches` name; everything of it is gone afterwards."""
    name = f"bench_{os.getpid()}"
    url = urllib.parse.urlsplit(switches["DATABASE_URL"])
    switches = switches | {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}
    stage = Stage(students, rounds, times, switches=switches)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_databases(url.geturl(), name, both))
        os.environ.update(switches | {"DJANGO_SETTINGS_MODULE": SETTINGS})
        _fill(stage, both, say)
        for using in (LARGE, SMALL)[: 1 + both]:
            path = f"/{name}_small" if using == SMALL else f"/{name}"
            own = switches | {"DATABASE_URL": url._replace(path=path).geturl()}
            stage.ports[using] = stack.enter_context(serve(own))
        stack.callback(_close)
        yield stage


@contextlib.contextmanager
def _databases(url, name, both):
    """Make the databases, empty; take them away in the end."""
    import psycopg2

    names = [name, f"{name}_small"][: 1 + both]
    with contextlib.closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield
        finally:
            for one in names:
                cursor.execute(f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)')


def _close():
    from django.db import connections

    connections.close_all()


def _fill(stage, both, say):
    """Migrate, copy the empty database, and write a school into each."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if both:
        _copy_of_empty()
    from homeschool.bench.data import World

    for using in (LARGE, SMALL)[: 1 + both]:
        began = time.monotonic()
        world = World(stage.students if using == LARGE else stage.students // 10, using)
        world.make()
        for who, key in PEOPLE.items():
            stage.sessions[using, who] = _session(key, using)
        say(
            f"{world.students:,} children, {world.adults:,} guardians: {time.monotonic() - began:.0f} s"
        )


def _copy_of_empty():
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}_small" TEMPLATE "{name}"')


def _session(key, using):
    """Return the key of a session in which everything was shown that the door asks for."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from homeschool.bench.data import ZONE, uid
    from homeschool.people.models import User
    from homeschool.people.signin import proof

    user = User.objects.using(using).get(pk=uid(*key))
    family = key[0] == "adult"
    held = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        proof.ZONE: ZONE.key,
    } | ({} if family else {proof.SECOND_FACTOR: proof.MFA})
    session = Session(
        session_key=uid("session", *key).hex,
        session_data=SessionStore().encode(held),
        expire_date=timezone.now() + dt.timedelta(days=1),
    )
    session.save(using=using)
    return session.session_key
