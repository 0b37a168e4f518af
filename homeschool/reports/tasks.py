"""What Celery calls. Tasks are safe to run twice, and call one verb."""

from celery import shared_task

from homeschool.reports import actions


@shared_task(name="reports.tidy")
def tidy():
    """Throw away reports whose time is over."""
    actions.tidy()
