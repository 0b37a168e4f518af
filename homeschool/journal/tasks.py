"""What Celery calls. Tasks take ids, are safe to run twice, and call one verb."""

from celery import shared_task

from homeschool.journal import actions
from homeschool.journal.actions import digests, weekly
from homeschool.journal.models import Heartbeat, reminding


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


@shared_task(name="journal.remind")
def remind():
    """Tell of what became due by the clock since this ran last."""
    reminding.run_all()


@shared_task(name="journal.digests")
def gather():
    """Write the evening letters of those whose evening it is."""
    digests.gather()


@shared_task(name="journal.week")
def write_week():
    """Write the week's letter of the schools where it is Monday morning."""
    weekly.post_due()
