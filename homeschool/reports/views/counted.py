"""How the rows behind a figure are drawn: what stands in a line, and where it leads."""

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from homeschool.people.views.seen import listed
from visits.reading.standing import names_by_visit


def drawn_rows(user, code, rows):
    """Return [{"title", "detail", "url"}] of rows of the kind `code` (at most one query more)."""
    return DRAWN[code](user, rows)


def _students(user, rows):
    return [
        {
            "title": student.full_name,
            "detail": f"{student.school_class} · {student.number}",
            "url": reverse("people:child-detail", args=[student.pk]),
        }
        for student in rows
    ]


def _visits(user, rows):
    rows = list(rows)
    names = names_by_visit(rows, user)
    return [
        {
            "title": listed(names.get(visit.pk, [])),
            "detail": f"{_day(visit.at)} · {visit.get_mode_display()}",
            "url": visit.get_absolute_url(),
        }
        for visit in rows
    ]


def _day(moment):
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""


def _promises(user, rows):
    return [
        {
            "title": promise.what,
            "detail": " · ".join(filter(None, [promise.student.full_name, _until(promise)])),
            "url": reverse("visits:visit-detail", args=[promise.visit_id]),
        }
        for promise in rows
    ]


def _until(promise):
    if promise.done_at:
        return _("kept on %(day)s") % {"day": _day(promise.done_at)}
    return _("due on %(day)s") % {"day": date_format(promise.due)} if promise.due else ""


def _households(user, rows):
    return [{"title": listed(row["names"]), "detail": "", "url": ""} for row in rows]


def _regions(user, rows):
    return [
        {"title": region.name, "detail": " · ".join(_above(region)), "url": ""} for region in rows
    ]


def _above(region):
    while region := region.parent:
        yield region.name


def _meetings(user, rows):
    return [{"title": row.theme, "detail": date_format(row.on), "url": ""} for row in rows]


def _classes(user, rows):
    return [{"title": row.name, "detail": row.division.name, "url": ""} for row in rows]


DRAWN = {
    "students": _students,
    "visits": _visits,
    "promises": _promises,
    "households": _households,
    "regions": _regions,
    "meetings": _meetings,
    "classes": _classes,
}
