"""The rows behind figures of announcements and suggestions: of what was written or read, nobody opens any."""

import zoneinfo

from django.utils import timezone

from homeschool.reports.term.counting import span
from homeschool.reports.term.measures import LEVEL
from messaging.models import Announcement, Suggestion, Told


def announcements(behind):
    """Return the announcements of the term about one of the children."""
    begin, end = span(behind.term)
    about = Told.objects.filter(student__in=behind.students)
    rows = Announcement.objects.filter(
        school=behind.term.school_id, state=Announcement.State.SENT, sent_at__gte=begin,
        sent_at__lt=end, pk__in=about.values("announcement"),
    )  # fmt: skip
    if behind.kind == LEVEL:
        rows = rows.filter(level=behind.key)
    return rows.select_related("made_by").order_by("sent_at", "pk")


def ideas(behind, **how):
    """Return what families suggested in the term, through one of the children."""
    begin, end = span(behind.term)
    rows = Suggestion.objects.filter(
        school=behind.term.school_id, student__in=behind.students, asked_at__gte=begin,
        asked_at__lt=end, **how,
    )  # fmt: skip
    return rows.order_by("asked_at", "pk")


def answered(behind):
    return ideas(behind, answered_at__isnull=False)


def overdue(behind):
    zone = zoneinfo.ZoneInfo(behind.term.school.time_zone)
    return ideas(behind).late(timezone.localdate(timezone=zone))


KINDS = {
    "announcements_sent": ("announcements", announcements),
    "ideas_raised": ("ideas", ideas),
    "ideas_answered": ("ideas", answered),
    "ideas_overdue": ("ideas", overdue),
    "days_to_idea": ("ideas", answered),
}
RECORDS = set(KINDS)
