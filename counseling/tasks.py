"""What Celery calls. Tasks are safe to run twice, and call one verb."""

from celery import shared_task

from counseling.models import Programme
from counseling.reading.importing import running


@shared_task(name="counseling.tidy")
def tidy():
    """Throw away the sheets whose day is over."""
    running.tidy()


@shared_task(name="counseling.roll_on")
def roll_on():
    """Offer the places of offers that nobody answered in time to the next ones."""
    Programme.objects.roll_on()
