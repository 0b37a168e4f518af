"""What Celery calls. Tasks are safe to run twice, and call one verb."""

from celery import shared_task

from homeschool.people.actions import rostering


@shared_task(name="people.tidy")
def tidy():
    """Throw away the files of rosters whose day is over."""
    rostering.tidy()
