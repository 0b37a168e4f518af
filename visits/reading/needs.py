"""Needs as staff reads them: what, whose, for how long."""

from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from visits.models import Need

ICONS = {
    Need.Kind.READING: "book-open",
    Need.Kind.MONEY: "wallet",
    Need.Kind.TRAVEL: "bus",
    Need.Kind.WELLBEING: "smile",
    Need.Kind.FAMILY: "users",
}


def drawn(needs, zone, *, now=None):
    """Return the needs (a queryset) as rows, days by the calendar of `zone` (one query):
    [{"need", "icon", "child", "school_class", "days", "age", "noted_at", "resolved_at"}]."""
    now = now or timezone.now()
    found = needs.select_related("student__school_class", "resolved_by", "visit")
    return [row(need, zone, now) for need in found]


def row(need, zone, now):
    """Return one row of `drawn`."""
    days = days_of(need, zone, now)
    return {
        "need": need,
        "icon": ICONS[Need.Kind(need.kind)],
        "child": need.student.full_name,
        "school_class": need.student.school_class.name,
        "days": days,
        "age": _age(need, days),
        "noted_at": need.noted_at.astimezone(zone),
        "resolved_at": need.resolved_at and need.resolved_at.astimezone(zone),
    }


def days_of(need, zone, now):
    """Return on which day after it was noted it was answered, or stands now, by the calendar."""
    until = (need.resolved_at or now).astimezone(zone).date()
    return max((until - need.noted_at.astimezone(zone).date()).days, 0)


def _age(need, days):
    """Return in words how long it is open, or after how long it ended, and how."""
    if need.is_open:
        if not days:
            return _("since today")
        return ngettext("open for %(n)s day", "open for %(n)s days", days) % {"n": days}
    after = ngettext("%(outcome)s after %(n)s day", "%(outcome)s after %(n)s days", days)
    return after % {"outcome": need.get_outcome_display(), "n": days}


def table(needs, zone):
    """Return (heading, rows) of the needs (a queryset) for a file: no words of families."""
    head = [
        _("Name"), _("Student number"), _("Class"), _("Need"), _("Noted on"), _("State"),
        _("Answered on"), _("Days"),
    ]  # fmt: skip
    return head, [
        [
            found["child"], found["need"].student.number, found["school_class"],
            found["need"].get_kind_display(), f"{found['noted_at']:%Y-%m-%d}",
            found["need"].get_outcome_display() or _("open"),
            f"{found['resolved_at']:%Y-%m-%d}" if found["resolved_at"] else "", found["days"],
        ]
        for found in drawn(needs, zone)
    ]  # fmt: skip
