"""The relay: hands what waits in PostgreSQL to Celery. The only one that enqueues, besides beat.

It sleeps until a transaction rings (`announce`) and looks every 5 s by itself. With Redis away rows
wait where they are, and it tries again; with PostgreSQL away it waits for it. A message that is
lost or comes twice is harmless: rows that nobody took are handed again after a lease's time.
"""

import contextlib
import logging
import os
import select
import signal
import time
from dataclasses import dataclass

import kombu.exceptions
import psycopg2
import psycopg2.extensions
import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from homeschool.celery import app
from homeschool.journal.models import Heartbeat
from homeschool.journal.models.clock import BELL, HANDED

log = logging.getLogger(__name__)

LOOK = 5  # seconds between two looks when nobody rings
AGAIN = 5  # seconds after which rows come back that could not be published
SIGN_OF_LIFE = 10  # seconds between two heartbeats
PATIENCE = 2  # seconds for each answer of Redis: a frozen one holds us up for three of them
BACKLOG = 20  # messages of one lane in Redis; more wait in the database, where they cost nothing
SOON = 0.5  # seconds until the next look while more waits than Redis shall hold

NO_BROKER = (kombu.exceptions.KombuError, redis.RedisError, OSError)
NO_DATABASE = (DatabaseError, InterfaceError, psycopg2.Error)


@dataclass(frozen=True)
class Lane:
    """One kind of work on its way to the workers: its own queue, so that none starves another."""

    task: str
    queue: str
    table: str
    due: str
    hand: str = ""
    give_back: str = ""
    key: str = "bigint"
    batch: int = 50

    def take(self):
        """Return the ids of the next batch, which nobody else is handed for a lease's time."""
        return self._run(
            f"""
            UPDATE {self.table}
            SET next_at = statement_timestamp() + %s * interval '1 second' {self.hand}
            WHERE id = ANY(ARRAY(
                SELECT id FROM {self.table} WHERE {self.due} AND next_at <= statement_timestamp()
                ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
            )) RETURNING id
            """,  # noqa: S608 - constants of this file
            [settings.LEASE_SECONDS, self.batch],
        )

    def untake(self, ids):
        """Give back what could not be published."""
        self._run(
            f"""
            UPDATE {self.table}
            SET next_at = statement_timestamp() + %s * interval '1 second' {self.give_back}
            WHERE id = ANY(%s::{self.key}[]) AND {self.due} RETURNING id
            """,  # noqa: S608 - constants of this file
            [AGAIN, ids],
        )

    @staticmethod
    def _run(sql, values):
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [str(pk) for (pk,) in cursor.fetchall()]


def leased_lane(task, queue, table, due, **more):
    """Return a lane of rows that are taken under a lease: they say that they were handed out."""
    hand, give_back = f", lease_by = '{HANDED}'", ", lease_by = ''"
    return Lane(task, queue, table, due, hand, give_back, **more)


LANES = (
    Lane("journal.expand", "celery", "journal_notice", "expanded_at IS NULL"),
    leased_lane(
        "journal.send", "email", "journal_delivery", "state = 'pending' AND channel = 'email'"
    ),
    leased_lane("journal.work", "work", "journal_job", "state = 'pending'", key="uuid", batch=1),
)


class Relay:
    """One relay, from its start to SIGTERM or SIGINT."""

    def __init__(self):
        self.stopping = False
        self.listener = self.publisher = None
        self.broker_is_here = True
        self.beaten = float("-inf")
        self.broker = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
        )

    # --- the loop -----------------------------------------------------------------------------

    def run(self):
        """Relay until somebody asks to stop."""
        with self.woken_by_signals() as waker:
            while not self.stopping:
                try:
                    self.listen()
                    self.beat()
                    all_handed = self.look()
                    self.sleep(waker, LOOK if all_handed else SOON)
                except NO_DATABASE as error:
                    log.warning("the database is away: %s", type(error).__name__)
                    self.forget_database()
                    select.select([waker], [], [], AGAIN / 5)
        self.forget_database()
        self.forget_broker()

    @contextlib.contextmanager
    def woken_by_signals(self):
        """Let SIGTERM and SIGINT end the sleep at once; gives the descriptor to watch."""
        waker, bell = os.pipe()
        os.set_blocking(bell, False)
        old_bell = signal.set_wakeup_fd(bell)
        old = {sign: signal.signal(sign, self.stop) for sign in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield waker
        finally:
            for sign, handler in old.items():
                signal.signal(sign, handler)
            signal.set_wakeup_fd(old_bell)
            os.close(waker)
            os.close(bell)

    def stop(self, *_):
        """End after the step at hand."""
        self.stopping = True

    def sleep(self, waker, seconds):
        """Wait for the bell, a signal, or the time; several rings are one."""
        select.select([self.listener, waker], [], [], seconds)
        self.listener.poll()
        self.listener.notifies.clear()

    # --- PostgreSQL -----------------------------------------------------------------------------

    def listen(self):
        """Listen on a connection of its own; where there is one already, do nothing."""
        close_old_connections()
        if self.listener is None:
            self.listener = psycopg2.connect(**self.address(), application_name="relay")
            self.listener.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
            with self.listener.cursor() as cursor:
                cursor.execute(f"LISTEN {BELL}")
            log.info("listening")

    @staticmethod
    def address():
        """Return where to listen: LISTEN does not survive a transaction pooler, so a direct address
        may be set."""
        if settings.LISTEN_DATABASE_URL:
            return {"dsn": settings.LISTEN_DATABASE_URL, "connect_timeout": AGAIN}
        wanted = ("dbname", "user", "password", "host", "port")
        given = connection.get_connection_params()
        return {name: given[name] for name in wanted if name in given} | {"connect_timeout": AGAIN}

    def forget_database(self):
        """Close what is left of the connections."""
        connection.close()
        if self.listener is not None:
            with contextlib.suppress(psycopg2.Error):
                self.listener.close()
        self.listener = None

    def beat(self):
        """Leave a sign of life, every ten seconds at most."""
        if time.monotonic() - self.beaten >= SIGN_OF_LIFE:
            Heartbeat.beat("relay")
            self.beaten = time.monotonic()

    # --- Redis ----------------------------------------------------------------------------------

    def look(self):
        """Hand on all that is due; returns False where the broker has its fill of it for now."""
        try:
            all_handed = [self.hand(lane) for lane in LANES]  # a full lane keeps no other waiting
        except NO_BROKER as error:
            self.tell(here=False, error=error)
            self.forget_broker()
            return True
        self.tell(here=True)
        return all(all_handed)

    def hand(self, lane):
        """Hand on what is due in one lane; returns whether that was all.

        Asks the broker first: with it away no row is touched.
        """
        while not self.stopping and self.broker.llen(lane.queue) < BACKLOG:
            ids = lane.take()
            if not ids:
                return True
            try:
                self.publish(lane, ids)
            except NO_BROKER:
                lane.untake(ids)
                raise
            self.beat()
        return False

    def publish(self, lane, ids):
        """Give Celery one message, over one connection with short patience."""
        if self.publisher is None:
            options = {
                "socket_timeout": PATIENCE,
                "socket_connect_timeout": PATIENCE,
                "retry_on_timeout": False,
            }
            broker = app.connection_for_write(transport_options=options)
            self.publisher = app.amqp.Producer(broker, auto_declare=False)
        app.send_task(lane.task, args=[ids], queue=lane.queue, producer=self.publisher, retry=False)

    def forget_broker(self):
        """Close what is left of the connection, without waiting for a broker that hangs."""
        if self.publisher is not None:
            with contextlib.suppress(*NO_BROKER):
                self.publisher.connection.collect(socket_timeout=PATIENCE)
        self.publisher = None
        self.broker.connection_pool.disconnect()

    def tell(self, *, here, error=None):
        """Log that the broker went or came back, once."""
        if here != self.broker_is_here:
            log.warning("the broker is %s", "back" if here else f"away: {type(error).__name__}")
        self.broker_is_here = here
