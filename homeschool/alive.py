"""For health checks: `python -m homeschool.alive web|worker|beat|relay`, exit 0 when it is, else 1.

web is asked on this machine, at port 8000; the others leave signs of life in the database. It loads
no Django, since it runs twice a minute for each part.
"""

import contextlib
import os
import sys

import psycopg2

from homeschool.supervisor import ask_ready

OLDEST = 30  # seconds, as in health.py
SIGN = "SELECT extract(epoch FROM clock_timestamp() - at) FROM journal_heartbeat WHERE name = %s"


def web(port):
    """Return whether the web server of this machine answers, and reaches its database."""
    said = ask_ready("127.0.0.1", int(port), os.environ.get("ALLOWED_HOSTS", ""))
    return said.get("database", {}).get("status") == "ok"


def sign_of(name):
    """Return whether a part, on whichever machine, left a sign of life a short while ago."""
    address = os.environ.get("DATABASE_URL", "")
    with (
        contextlib.closing(psycopg2.connect(address, connect_timeout=3)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(SIGN, [name])
        found = cursor.fetchone()
    return found is not None and found[0] <= OLDEST


def main(name, port=8000):
    """Return what to say of a part and to exit with: None when it is alive."""
    try:
        alive = web(port) if name == "web" else sign_of(name)
    except psycopg2.Error as error:
        return f"{name}: the database does not answer: {' '.join(str(error).split())}"
    return None if alive else f"{name}: no sign of life"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
