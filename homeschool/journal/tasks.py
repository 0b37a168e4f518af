from celery import shared_task

from homeschool.journal.models import Heartbeat


@shared_task(name="journal.heartbeat")
def heartbeat():
    """Leave the worker's sign of life, from inside its pool: it takes work and does it."""
    Heartbeat.beat("worker")
