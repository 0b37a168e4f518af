"""What cannot wait: news of an appointment that is near."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from homeschool.journal import kinds
from visits.models import Meeting, Visit

NEAR = timedelta(hours=12)
TWO_DAYS = timedelta(days=2)
SOON = gettext_noop("It is about a meeting in the next hours.")
CLOSED_DOOR = _("Somebody would stand before a closed door.")


def urgency_before(*times):
    """Return how urgent news of an appointment is: within twelve hours of one of `times` (None counts
    for nothing) it waits for nobody's morning."""
    now = timezone.now()
    return kinds.URGENT if any(at and abs(at - now) < NEAR for at in times) else kinds.DIRECT


def visit_urgency(notice):
    """Return how urgent it is that the plan of a visit changed: by its time now, and those before."""
    planned = Visit.objects.filter(pk=notice.about_id).values_list("planned_at", flat=True)
    plans = Visit.pgh_event_model.objects.filter(pgh_obj=notice.about_id).order_by("-pgh_id")
    return urgency_before(*planned, *plans.values_list("planned_at", flat=True)[:3])


def meeting_urgency(notice):
    """Return how urgent it is that a parent meeting is at another time, or at none."""
    return urgency_before(Meeting.objects.get(pk=notice.about_id).starts_at)


def invitation_urgency(notice):
    """Return whether an invitation may wait for the evening letter: two days before it may not."""
    starts = Meeting.objects.select_related("school").get(pk=notice.about_id).starts_at
    return kinds.DIRECT if starts and starts - timezone.now() < TWO_DAYS else kinds.ROUTINE


# For kinds that tell of an appointment which is moved or called off.
IN_TIME = {"because": SOON, "must_arrive": CLOSED_DOOR}
