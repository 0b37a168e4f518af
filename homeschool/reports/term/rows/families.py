"""The rows behind figures of needs, suggestions and gifts."""

import zoneinfo

from django.db.models import Exists, OuterRef
from django.utils import timezone

from homeschool.reports.term.measures import NEED
from visits.models import Gift, Need as Issue, Suggestion


def issues(behind, **how):
    rows = Issue.objects.filter(visit__in=behind.held, student__in=behind.students, **how)
    if behind.kind == NEED:
        rows = rows.filter(kind=behind.key)
    return rows.select_related("student").order_by("noted_at", "pk")


def suggestions(behind, **how):
    rows = Suggestion.objects.filter(visit__in=behind.held, **how)
    return rows.order_by("asked_at", "place", "pk")


def overdue(behind):
    zone = zoneinfo.ZoneInfo(behind.term.school.time_zone)
    return suggestions(behind).late(timezone.localdate(timezone=zone))


def gifts(behind, **how):
    rows = Gift.objects.filter(visit__in=behind.held, **how)
    return rows.order_by("given_at", "place", "pk")


def homes_with_gift(behind):
    """Return {"home", "names"}: a row for each home that was given something."""
    given = Gift.objects.filter(visit=OuterRef("visit"))
    return behind.homes(behind.lines.filter(Exists(given)))


def _with(find, **how):
    return lambda behind: find(behind, **how)


resolved = _with(issues, resolved_at__isnull=False)
answered = _with(suggestions, answered_at__isnull=False)
valued = _with(gifts, value__isnull=False)
KINDS = {
    "issues_raised": ("needs", issues),
    "issues_resolved": ("needs", resolved),
    "days_to_resolve": ("needs", resolved),
    "suggestions_raised": ("suggestions", suggestions),
    "suggestions_answered": ("suggestions", answered),
    "suggestions_overdue": ("suggestions", overdue),
    "days_to_reply": ("suggestions", answered),
    "gifts_given": ("gifts", gifts),
    "gifts_valued": ("gifts", valued),
    "gifts_unvalued": ("gifts", _with(gifts, value=None)),
    "gifts_value": ("gifts", valued),
    "homes_with_gift": ("households", homes_with_gift),
}
RECORDS = set(KINDS)
