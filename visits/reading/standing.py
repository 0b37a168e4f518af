"""How a visit stands: one rule makes the chips of the list and of the page, and the list's rows."""

import datetime as dt
import zoneinfo
from itertools import groupby

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _, pgettext

from homeschool.journal.models import Receipt
from homeschool.people.models import School
from homeschool.people.views.seen import listed
from visits.models import Confidence, Draft, Summary, Visit, VisitChild, Visitor
from visits.models.record import READERS

Status = Visit.Status
STANDING = ("status", "at", "over_at", "has_draft", "summary", "told", "read", "confidential")
MINUTE = Value(dt.timedelta(minutes=1))
MODE_ICONS = {
    Visit.Mode.HOME: "house",
    Visit.Mode.SCHOOL: "school",
    Visit.Mode.ELSEWHERE: "map-pin",
    Visit.Mode.VIDEO: "video",
    Visit.Mode.PHONE: "phone",
}


def zone_of(user, school=None):
    """Return the time zone in which `user` reads: the own one, else the school's (the first school
    of the user where none is given: one query)."""
    if user.time_zone:
        return zoneinfo.ZoneInfo(user.time_zone)
    if school is None:
        school = School.objects.visible_to(user).first()
    return zoneinfo.ZoneInfo(school.time_zone if school else "UTC")


# --- the state ---------------------------------------------------------------------------------------
def chips(status, *, at, now, has_draft=False, shared=False, told=0, read=0, confidential=False):
    """Return the chips of a visit as [(tone, icon, words)]. The rule, first that holds:

    held: confidential · not shared yet · nobody gets letters · read by all who were told · by some · by nobody yet.
    planned: its record is begun · its time is over (`at`) and nothing is written · what the family
    said. Else: nobody at home, not this time, called off.
    """
    if status == Status.HELD and confidential:
        return [("", "lock", _("Confidential"))]
    if status == Status.HELD:
        return [_of_the_reading(shared, told, read)]
    if status in Visit.OPEN:
        return [_of_the_plan(status, at, now, has_draft)]
    return [
        {
            Status.NOBODY_HOME: ("rust", "house", _("Nobody at home")),
            Status.CANCELLED: ("", "x", _("Called off")),
            Status.DECLINED: ("", "x", _("Not this time")),
        }[status]
    ]


def _of_the_reading(shared, told, read):
    if not shared:
        return "rust", "eye", _("Not shared yet")
    if not told:
        return "", "eye", pgettext("a summary", "Shared")
    if not read:
        return "", "mail", _("Not read yet")
    if read < told:
        return "teal", "check", _("Read by %(n)d of %(of)d") % {"n": read, "of": told}
    return "good", "check", _("Read by the family")


def _of_the_plan(status, at, now, has_draft):
    if has_draft:
        return "rust", "pencil", _("Record begun")
    if at and at < now:
        return "rust", "clock", _("Not written down yet")
    return {
        Status.ACCEPTED: ("good", "check", _("Family said yes")),
        Status.OTHER_TIME: ("rust", "clock", _("Other time asked")),
        Status.OFFERED: ("", "clock", _("Waiting for an answer")),
        Status.PROPOSED: ("", "clock", _("Proposed")),
        Status.UNDER_WAY: ("teal", "clock", _("Under way")),
    }.get(status, ("teal", "calendar-days", _("Planned")))


def _receipts(summary):
    """Return the receipts of the notice about the summary whose id stands at `summary`: of those who
    have an e-mail, since nobody else can open it."""
    return Receipt.objects.filter(
        person__email__isnull=False,
        notice__about_type=Summary._meta.label_lower,
        notice__about_id=Cast(OuterRef(summary), CharField()),
    )


def _count(rows):
    return Coalesce(
        Subquery(rows.order_by().values("notice__about_type").annotate(n=Count("pk")).values("n")),
        0,
    )


def with_standing(visits):
    """Add what the chips of each visit need, in the same query."""
    newest = Summary.objects.filter(visit=OuterRef("pk")).order_by("-version")
    told = _receipts("summary")
    planned = ExpressionWrapper(F("planned_minutes") * MINUTE, DurationField())
    return visits.annotate(
        at=Coalesce("happened_at", "planned_at"),
        over_at=ExpressionWrapper(F("planned_at") + planned, DateTimeField()),
        has_draft=Exists(Draft.objects.open().filter(pk=OuterRef("pk"))),
        summary=Subquery(newest.values("pk")[:1]),
        confidential=Exists(Confidence.objects.open().filter(visit=OuterRef("pk"))),
        told=_count(told),
        read=_count(told.filter(acknowledged_at__isnull=False)),
    )


def standing(row, now):
    """Return the chips of a row with the columns STANDING of `with_standing`."""
    return chips(
        row["status"],
        at=row["over_at"],
        now=now,
        has_draft=row["has_draft"],
        shared=row["summary"] is not None,
        told=row["told"],
        read=row["read"],
        confidential=row["confidential"],
    )


# --- the list ----------------------------------------------------------------------------------------
def rows(visits, user):
    """Return `visits` as what a line of the list says, newest first: a queryset of dicts that
    `told_row` completes."""
    lines = VisitChild.objects.visible_to(user, roles=READERS).filter(visit=OuterRef("pk"))
    child = JSONObject(name="student__full_name", school_class="student__school_class__name")
    team = Visitor.objects.filter(visit=OuterRef("pk")).order_by("user__sort_key", "user")
    return (
        with_standing(visits)
        .annotate(
            seen=ArraySubquery(lines.order_by("student__sort_key", "student").values(json=child)),
            staff=ArraySubquery(team.values("user__full_name")),
        )
        .order_by(F("at").desc(nulls_last=True), "pk")
        .values(*STANDING, "id", "mode", "seen", "staff")
    )


def told_row(row, zone, now):
    """Return a row of `rows` with its words."""
    mode = Visit.Mode(row["mode"])
    return row | {
        "at": row["at"] and row["at"].astimezone(zone),
        "names": listed(child["name"] for child in row["seen"]),
        "classes": listed(dict.fromkeys(child["school_class"] for child in row["seen"])),
        "place": capfirst(mode.label),
        "icon": MODE_ICONS[mode],
        "staff": listed(row["staff"]),
        "is_ahead": row["status"] in Visit.OPEN and bool(row["at"]) and row["at"] > now,
        "chips": standing(row, now),
    }


def by_month(told):
    """Return the rows as [(a day of the month or None, [row])], in the order in which they come."""
    return [
        (group[0]["at"], group)
        for _key, rows_ in groupby(
            told, lambda row: row["at"] and (row["at"].year, row["at"].month)
        )
        if (group := list(rows_))
    ]


def in_confidence():
    """Return the row behind a figure of what is kept from the reader in confidence: it is counted,
    says nothing, and does not open."""
    return {"title": _("Kept in confidence"), "detail": "", "url": ""}


def names_by_visit(visits, user):
    """Return {id of a visit: [names]} of the children whom `user` sees as staff, in order (one query)."""
    names: dict = {}
    lines = VisitChild.objects.visible_to(user, roles=READERS).filter(visit__in=visits)
    for visit, name in lines.order_by("student__sort_key").values_list(
        "visit", "student__full_name"
    ):
        names.setdefault(visit, []).append(name)
    return names
