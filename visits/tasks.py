"""What Celery calls. Tasks are safe to run twice, and call one verb."""

from celery import shared_task

from visits.models import outing


@shared_task(name="visits.overdue")
def overdue():
    """Tell those who lead of visitors who should be back."""
    outing.tell_of_overdue()
