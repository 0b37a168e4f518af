"""How quick letters are sent, one by one, to a mail server."""

import contextlib
import subprocess
import sys
import time

from django.core import mail
from django.db import connection, transaction
from django.test.utils import override_settings

from homeschool.bench.harness import Rounds
from homeschool.processes import free_port

LETTERS = 200  # in a round
BATCH = 50

# The letters of the demo's summaries, as the relay hands them out.
HANDED = """
    INSERT INTO journal_delivery (receipt_id, channel, address, state, attempts, losses, next_at,
        lease_by, key, provider_id, error, created_at, expires_at)
    SELECT receipt.id, 'email', address.value, 'pending', 0, 0, statement_timestamp(), 'relay',
        gen_random_uuid(), '', '', statement_timestamp(), statement_timestamp() + interval '1 day'
    FROM journal_receipt AS receipt
    JOIN people_address AS address
        ON address.user_id = receipt.person_id AND address.channel = 'email'
    ORDER BY receipt.id LIMIT %s
    RETURNING id
"""


# --- the drain ------------------------------------------------------------------------------------


@contextlib.contextmanager
def mail_server():
    """Let mail of this process go to a server of its own, which takes everything."""
    port = free_port()
    command = [sys.executable, "-m", "homeschool.bench.sink", str(port)]
    sink = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sink.stdout.readline()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    try:
        with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
            yield
    finally:
        sink.stdin.close()
        sink.wait()


def drain(stage):
    """Measure letters a second with leases, the question for the right, and marks, against Django
    that writes and sends the same letters over one connection."""
    pairs, written = _drained(stage)
    return Rounds(
        [(ours, plain) for ours, plain, _sent in pairs],
        unit="letters/s",
        notes=[f"letters that are written already: {written:.0f} a second by Django"],
    )


def drain_of_written(stage):
    """Measure the same against letters that only have to be sent: their words are ready."""
    pairs, _written = _drained(stage)
    return Rounds([(ours, sent) for ours, _plain, sent in pairs], unit="letters/s")


def _drained(stage):
    """Return ([(ours, written and sent, only sent)], the last of it) in letters a second."""
    from homeschool.people.models import School

    School.objects.update(quiet_from="00:00", quiet_until="00:00")  # it may be night
    pairs = []
    with mail_server():
        _drain_once()
        for _round in range(stage.rounds):
            plain, messages = _plainly()
            pairs.append((_a_second(_drain_once), plain, _only_sent(messages)))
    return pairs, pairs[-1][2]


def _a_second(work):
    began = time.perf_counter()
    work()
    return LETTERS / (time.perf_counter() - began - _drain_once.apart)


def _drain_once():
    from homeschool.journal import actions

    began = time.perf_counter()
    ids = _handed()
    _drain_once.apart = time.perf_counter() - began
    for at in range(0, len(ids), BATCH):
        actions.deliver(ids[at : at + BATCH])


_drain_once.apart = 0.0  # seconds of its last call in which the letters were made ready to leave


def _handed():
    """Return the ids of letters that were handed out, new each time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE journal_delivery, journal_attempt CASCADE")
        cursor.execute(HANDED, [LETTERS])
        return [pk for (pk,) in cursor.fetchall()]


def _plainly():
    """Return (letters a second that Django writes and sends, the messages)."""
    from homeschool.journal import channels
    from homeschool.journal.models import Delivery

    related = ("receipt__person", "receipt__notice__school")
    rows = list(Delivery.objects.filter(pk__in=_handed()).select_related(*related).order_by("pk"))
    messages = []
    began = time.perf_counter()
    with mail.get_connection() as line:
        for row in rows:
            messages.append(channels.email_for(row))
            line.send_messages([messages[-1]])
    return LETTERS / (time.perf_counter() - began), messages


def _only_sent(messages):
    began = time.perf_counter()
    with mail.get_connection() as line:
        for message in messages:
            line.send_messages([message])
    return LETTERS / (time.perf_counter() - began)
