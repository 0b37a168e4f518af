"""Is the portal alive, and is it ready? For operators, load balancers and the portal's own start."""

import time

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from homeschool.journal.models import Heartbeat
from homeschool.journal.models.sending import waiting_since

PATIENCE = 1  # seconds for each answer of Redis
OLDEST = 30  # seconds after which a sign of life is no sign any more
LATE = 300  # seconds that a message may wait to leave
ALIVE = ("worker", "beat", "relay")


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """Answer that this process serves requests; it asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
@transaction.non_atomic_requests
def readyz(request):
    """Answer 200 when database, broker, worker, beat and relay answer, else 503; within 3 s.

    Each part is {"status": "ok"|"unready", ...}: `seconds` the answer took, or `age` in seconds of
    the last sign of life (null when there never was one). `delivery` tells for how many seconds the
    oldest due message has waited (null: none waits) and is "late" after five minutes, which is for
    people to look at: pages answer all the same. No addresses and no error texts.
    """
    parts = {"database": database(), "broker": broker()}
    seen, delivery = {}, {"status": said(False), "oldest": None}
    if parts["database"]["status"] == "ok":
        seen = dict(Heartbeat.objects.filter(name__in=ALIVE).values_list("name", "at"))
        delivery = wait_of(waiting_since(), timezone.now())
    parts |= signs_of_life(seen, timezone.now())
    ready = all(part["status"] == "ok" for part in parts.values())
    parts["delivery"] = delivery
    answer = JsonResponse({"status": said(ready)} | parts, status=200 if ready else 503)
    answer._has_been_logged = True  # whoever asks every second has its answer; the log need not
    return answer


def said(well):
    """Return the word for a state."""
    return "ok" if well else "unready"


def database():
    """Ask PostgreSQL."""
    began = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        well = True
    except (DatabaseError, InterfaceError):
        connection.close()
        well = False
    return {"status": said(well), "seconds": round(time.monotonic() - began, 3)}


def broker():
    """Ask Redis, and do not wait for one that hangs."""
    began = time.monotonic()
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=None,
    )
    try:
        well = bool(client.ping())
    except (redis.RedisError, OSError):
        well = False
    finally:
        client.close()
    return {"status": said(well), "seconds": round(time.monotonic() - began, 3)}


def signs_of_life(seen, now):
    """Return worker, beat and relay by the age of their last heartbeats."""
    parts = {}
    for name in ALIVE:
        age = (now - seen[name]).total_seconds() if name in seen else None
        parts[name] = {
            "status": said(age is not None and age <= OLDEST),
            "age": None if age is None else round(max(age, 0), 1),
        }
    return parts


def wait_of(since, now):
    """Return how long the oldest due message has waited."""
    if since is None:
        return {"status": "ok", "oldest": None}
    oldest = max((now - since).total_seconds(), 0)
    return {"status": "late" if oldest > LATE else "ok", "oldest": round(oldest, 1)}
