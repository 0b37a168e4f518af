"""What Celery calls. Tasks are safe to run twice, and call one verb."""

from celery import shared_task

from messaging.models import Announcement


@shared_task(name="messaging.announce")
def announce():
    """Let announcements leave whose moment is here."""
    Announcement.objects.let_leave()
