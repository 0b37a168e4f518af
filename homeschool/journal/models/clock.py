"""What work that waits has in common: the clock of the database, leases, and the relay's bell."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

# The relay listens here: a row that waits is announced in the transaction that wrote it.
BELL = "journal"
# Stands in `lease_by` of a waiting row from the relay's hand-out until somebody takes it: a message
# that comes twice, or late, finds it gone.
HANDED = "relay"
LOSSES = 3  # leases that may end without an outcome before a row is given up
FIRST_PAUSE, LONGEST_PAUSE = 30, 3600  # seconds


def announce():
    """Wake the relay when this transaction commits; a relay that sleeps looks by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [BELL])


def after(seconds):
    """Return the moment so many seconds from now, by the clock of the database."""
    return Now() + timedelta(seconds=seconds)


def lease_end():
    """Return when a lease ends that is taken now."""
    return after(settings.LEASE_SECONDS)


def pause(tries):
    """Return the seconds to wait after so many tries: 30 doubled each time, an hour at most, and a
    fifth more or less, so that those who failed together do not come back together."""
    seconds = min(FIRST_PAUSE * 2 ** max(tries - 1, 0), LONGEST_PAUSE)
    return seconds * secrets.SystemRandom().uniform(0.8, 1.2)
