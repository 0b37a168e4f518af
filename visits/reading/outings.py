"""Who is out, as those who go and those who lead read it: no child stands there."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from homeschool.journal import kinds
from homeschool.people.models import Address, Household
from homeschool.people.views.seen import listed
from visits.models import Outing, Visit, Visitor
from visits.models.outing import may_open, may_set_out, watchers_of
from visits.models.record import READERS

__all__ = ["list_url", "may_open", "now_out", "outing_for", "register_outings"]

MOST = 100


def list_url():
    """Return where those who are out stand."""
    return reverse("visits:outing-list")


def outing_for(visit, user, team):
    """Return {"outing", "may_begin", "may_end"} of a visit for `user`; `team` are its visitors."""
    outing = Outing.objects.filter(visit=visit).first()
    goes = user in team
    return {
        "outing": outing,
        "may_begin": outing is None and goes and may_set_out(visit),
        "may_end": outing is not None and outing.back_at is None,
    }


def now_out(user, zone):
    """Return {"out": […], "back": […]}: who is out, the latest first, and who came back today.

    Three queries, however many there are. The address stands there for who may know it.
    """
    midnight = dt.datetime.combine(timezone.localdate(timezone=zone), dt.time(), zone)
    rows = list(_rows(user).filter(Q(back_at=None) | Q(back_at__gte=midnight))[:MOST])
    told = [_told(row) for row in rows]
    return {
        "out": [row for row in told if not row["back_at"]],
        "back": [row for row in told if row["back_at"]],
    }


def _rows(user):
    people = Visitor.objects.filter(visit=OuterRef("visit")).order_by("user__sort_key")
    phones = Address.objects.filter(
        channel=Address.Channel.PHONE, user__in=Visitor.objects.filter(visit=OuterRef(OuterRef("visit"))).values("user")
    )  # fmt: skip
    homes = Household.objects.visible_to(user).filter(pk=OuterRef("visit__household"))
    readable = Visit.objects.visible_to(user, roles=READERS).filter(pk=OuterRef("visit"))
    return (
        Outing.objects.visible_to(user)
        .select_related("visit__region", "visit__school")
        .annotate(
            people=ArraySubquery(people.values("user__full_name")),
            phones=ArraySubquery(phones.order_by("value").values("value")),
            address=ArraySubquery(homes.values("address")),
            opens=Exists(readable),
        )
        .order_by("back_at", "due_at")
    )


def _told(row):
    at_home = row.visit.mode == Visit.Mode.HOME
    return {
        "visit": row.visit_id,
        "names": listed(row.people),
        "phones": row.phones,
        "out_at": row.out_at,
        "due_at": row.due_at,
        "back_at": row.back_at,
        "is_late": row.is_late,
        "region": row.visit.region,
        "place": row.visit.get_mode_display(),
        "address": row.address[0] if row.address and at_home else "",
        "url": row.visit.get_absolute_url() if row.opens else "",
    }


# --- who is told that somebody is late ---------------------------------------------------------------


def _outing_of(notice):
    """Return the Outing that a notice tells of."""
    return Outing.objects.select_related("visit__school").get(pk=notice.about_id)


def _is_still_out(notice):
    return Outing.objects.out().filter(pk=notice.about_id).exists()


def _words(notice, user):
    """Return what a letter about visitors who are late holds: who, since when, and their phones."""
    outing = _outing_of(notice)
    team = outing.visit.team.order_by("user__sort_key")
    phones = Address.objects.filter(channel=Address.Channel.PHONE, user__in=team.values("user"))
    return {
        "names": listed(team.values_list("user__full_name", flat=True)),
        "due": timezone.localtime(outing.due_at),
        "phones": list(phones.order_by("value").values_list("value", flat=True)),
        "page": settings.SITE_URL + list_url(),
    }


def register_outings():
    """Tell the journal of the notice that visitors are not back; better twice than never."""
    kinds.register(
        kinds.Kind(
            name="visit.overdue",
            label=_("Visitors who are not back"),
            recipients=lambda notice: watchers_of(notice.about_id),
            template="visits/letters/overdue",
            context=_words,
            alive=_is_still_out,
            lives_for=dt.timedelta(hours=12),
            again_when_uncertain=True,
            asks="tap",
            urgency=kinds.URGENT,
            because=gettext_noop("Somebody may need help."),
            must_arrive=_("Somebody may need help."),
            for_staff=True,
        )
    )
