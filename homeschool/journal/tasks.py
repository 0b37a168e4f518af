"""What Celery calls. Tasks take ids, are safe to run twice, and call one verb."""

from celery import shared_task

from homeschool.journal import actions
from homeschool.journal.models import Heartbeat


@shared_task(name="journal.heartbeat")
def heartbeat():
    """Leave the worker's sign of life, from inside its pool: it takes work and does it."""
    Heartbeat.beat("worker")


@shared_task(name="journal.expand")
def expand(ids):
    """Write receipts and deliveries of these notices."""
    actions.expand(ids)


@shared_task(name="journal.send")
def send(ids):
    """Send these deliveries."""
    actions.deliver(ids)


@shared_task(name="journal.work")
def work(ids):
    """Go on with these jobs."""
    for pk in ids:
        actions.work(pk)


@shared_task(name="journal.sweep")
def sweep():
    """Close what is too late, and take back what was lost."""
    actions.sweep()
