"""What Celery calls. Tasks are safe to run twice, and call one verb."""

from celery import shared_task

from counseling.reading.importing import running


@shared_task(name="counseling.tidy")
def tidy():
    """Throw away the sheets whose day is over."""
    running.tidy()
