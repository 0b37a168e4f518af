"""What waits for staff after school, for Today: sessions of the day, those of which nobody was marked,
volunteers who applied, and checks that run out."""

import datetime as dt

from django.db.models import DateField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Now
from django.urls import reverse

from counseling.models import Clearance, Session, Volunteer
from counseling.models.programme import READERS
from counseling.models.volunteer import DECIDERS

from .publishing import HEARD

# What was not marked for longer is for the term report; a check is told of a month before it ends.
LATELY, SOON = dt.timedelta(days=14), dt.timedelta(days=30)
SESSION, UNMARKED, APPLIED, CHECK = "session", "unmarked", "volunteer", "volunteer_check"
OF_SESSIONS = (SESSION, UNMARKED)
OF_VOLUNTEERS = (APPLIED, CHECK)


def to_do(user, today, since, soon, most):
    """Return the querysets of dicts (`publishing.HEARD`) of what waits for `user`, at most so many of each.

    Sessions that it leads or whose programme it keeps: those of `today`, and those that are over since
    the day `since` and of which nobody was marked. To who decides of volunteers: applications, and checks
    that end by the day `soon` without another one.
    """
    mine = Session.objects.visible_to(user, roles=READERS).filter(
        Q(programme__owner=user.pk) | Q(pk__in=Session.objects.led_by(user).values("pk"))
    )
    of_today = mine.filter(on=today).exclude(state=Session.State.CALLED_OFF)
    unmarked = mine.filter(state=Session.State.PLANNED, on__gte=since, ends__lt=Now())
    here = Volunteer.objects.visible_to(user, roles=DECIDERS)
    applied = here.filter(state=Volunteer.State.APPLIED)
    return [
        _sessions(of_today, SESSION)[:most],
        _sessions(unmarked, UNMARKED)[:most],
        _told(applied, APPLIED, at="applied_at")[:most],
        _told(_running_out(here, today, soon), CHECK, at="applied_at", due="until")[:most],
    ]


def _running_out(here, today, soon):
    """Return those who help and whose last check ends by `soon`, with `until`, when; one that is over
    is told of, too."""
    checks = Clearance.objects.filter(volunteer=OuterRef("pk"), withdrawn_at=None)
    last = checks.order_by("-expires_on").values("expires_on")[:1]
    rows = here.filter(state=Volunteer.State.ACCEPTED).annotate(until=last)
    return rows.filter(Exists(checks), until__lte=soon)


def _sessions(rows, kind):
    return _told(
        rows, kind, plan="programme", title="programme__name", at="begins", who="place", due="on"
    ).order_by("on", "begins", "pk")


def _told(rows, kind, *, plan="school", title="full_name", at, who="", due=""):
    """Return the rows as dicts of HEARD; what is not named is empty."""
    found = rows.order_by().annotate(
        kind=Value(kind), plan=F(plan), title=F(title), child=Value(""), at=F(at),
        who=F(who) if who else Value(""), text=Value(""), proposes=Value(""),
        due=F(due) if due else Cast(None, DateField()),
    )  # fmt: skip
    return found.values(*HEARD)


def in_words(row, zone):
    """Return one row of `to_do` with `url`, and of a session `time`, by the clock of `zone`."""
    at = row["at"].astimezone(zone)
    if row["kind"] in OF_SESSIONS:
        name = "attendance-mark" if row["kind"] == UNMARKED else "session-detail"
        said = {"url": reverse(f"counseling:{name}", args=[row["id"]]), "time": f"{at:%H:%M}"}
    else:
        said = {"url": reverse("counseling:volunteer-detail", args=[row["id"]])}
    return row | said | {"at": at}
