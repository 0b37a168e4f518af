"""What was given at visits: by campaign and home with sums, on the visit's page, and for the family."""

from django.contrib.postgres.aggregates import JSONBAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Max, OuterRef, Q, Subquery, Sum, UUIDField, Value, When
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _, ngettext

from homeschool.people import sight
from homeschool.people.views.seen import listed
from visits.forms.gifts import NO_CAMPAIGN, money
from visits.models import Campaign, Gift, Team, VisitChild
from visits.models.record import READERS

CAMPAIGN = "visit__campaign"
OF_CAMPAIGN = (
    CAMPAIGN, f"{CAMPAIGN}__name", f"{CAMPAIGN}__starts", f"{CAMPAIGN}__gift_number",
    f"{CAMPAIGN}__gift_value",
)  # fmt: skip


def leads_a_team(user):
    """Whether `user` leads a team of a campaign of a school where it works (one query)."""
    return Campaign.objects.visible_to(user).filter(teams__lead=user.pk).exists()


def in_sight(user):
    """Return the gifts that the list shows `user`: a leader those of every visit that it reads, who
    leads a team of a campaign those of that campaign."""
    found = Gift.objects.visible_to(user, roles=READERS)
    if sight.LEADER in user.roles():
        return found
    led = Team.objects.visible_to(user).filter(lead=user.pk)
    return found.filter(visit__campaign__in=led.values("campaign"))


def of_school_admin(user):
    """Return the gifts of the schools that `user` administers: for figures alone, of which a
    confidential visit is part too."""
    return Gift.objects.filter(school__in=sight.schools_of(user, {sight.SCHOOL_ADMIN}))


def of_campaign(gifts, chosen):
    """Return those of the campaign `chosen` (an id; "" for all, NO_CAMPAIGN for none)."""
    if chosen == NO_CAMPAIGN:
        return gifts.filter(visit__campaign=None)
    return gifts.filter(visit__campaign=chosen) if chosen else gifts


def with_home(gifts):
    """Add `home`, one key for each home: its household, or where none is written down the first
    child of the visit. (The cap asks further: `GiftQuerySet.of_home`.)"""
    lines = VisitChild.objects.filter(visit=OuterRef("visit")).order_by("student")
    first = Subquery(lines.values("student")[:1])
    return gifts.annotate(home=Coalesce(F("visit__household"), first, output_field=UUIDField()))


SUMS = {
    "number": Count("pk"),
    "worth": Sum("value"),
    "unknown": Count("pk", filter=Q(value=None)),
}


def totals(gifts):
    """Return {"number", "homes", "worth", "unknown": how many of unknown value} (one query)."""
    return with_home(gifts).order_by().aggregate(homes=Count("home", distinct=True), **SUMS)


def by_campaign(gifts):
    """Return the sums of each campaign, the newest first, gifts for no campaign last (one query)."""
    rows = with_home(gifts).order_by().values(*OF_CAMPAIGN)
    rows = rows.annotate(homes=Count("home", distinct=True), **SUMS)
    return [
        _named(row)
        for row in rows.order_by(F(f"{CAMPAIGN}__starts").desc(nulls_last=True), CAMPAIGN)
    ]


def _named(row):
    cap = row[f"{CAMPAIGN}__gift_number"], row[f"{CAMPAIGN}__gift_value"]
    return row | {
        "campaign": row[f"{CAMPAIGN}__name"] or _("For no campaign"),
        "worth": None if row["worth"] is None else money(row["worth"]),
        "cap": cap_in_words(*cap) if row[CAMPAIGN] else "",
    }


def cap_in_words(number, value):
    """Return what a campaign gives one household at most, or that it has no limit."""
    words = []
    if number is not None:
        words.append(ngettext("%(n)d gift", "%(n)d gifts", number) % {"n": number})
    if value is not None:
        words.append(_("worth %(value)s") % {"value": money(value)})
    if not words:
        return _("without a limit")
    return _("at most %(cap)s for a household") % {"cap": ", ".join(words)}


def by_home(gifts, *, only_over=False):
    """Return the gifts of each home in each campaign as a queryset of dicts: those that got more than
    the campaign gives on top, then the latest. `drawn` completes them."""
    gift = JSONObject(item="item", value="value", at="given_at", visit="visit_id",
                      giver="from_whom", to="received_by")  # fmt: skip
    more = Q(number__gt=F(f"{CAMPAIGN}__gift_number")) | Q(worth__gt=F(f"{CAMPAIGN}__gift_value"))
    rows = (
        with_home(gifts)
        .order_by()
        .values(*OF_CAMPAIGN, "home")
        .annotate(
            **SUMS,
            last=Max("given_at"),
            gifts=JSONBAgg(gift, order_by=("given_at", "place", "pk")),
        )
        .annotate(over=Case(When(more, then=Value(1)), default=Value(0)))
    )
    if only_over:
        rows = rows.filter(over=1)
    return rows.order_by("-over", "-last", "home")


def drawn(rows, user, zone):
    """Return rows of `by_home` with their words (one query more): of brothers and sisters those are
    named whom `user` sees."""
    rows = list(rows)
    visits = {gift["visit"] for row in rows for gift in row["gifts"]}
    names: dict = {}
    lines = VisitChild.objects.visible_to(user, roles=READERS).filter(visit__in=visits)
    for visit, *child in lines.order_by("student__sort_key", "student").values_list(
        "visit", "student__full_name", "student__school_class__name"
    ):
        names.setdefault(str(visit), []).append(tuple(child))
    return [_drawn(row, names, zone) for row in rows]


def _drawn(row, names, zone):
    gifts = [_gift(gift, zone) for gift in row["gifts"]]
    children = dict.fromkeys(child for gift in gifts for child in names.get(gift["visit"], ()))
    return _named(row) | {
        "gifts": gifts,
        "names": listed(name for name, _class in children),
        "classes": listed(dict.fromkeys(school_class for _name, school_class in children)),
    }


def _gift(gift, zone):
    at = gift["at"]
    moment = parse_datetime(at) if isinstance(at, str) else at
    return gift | {
        "on": timezone.localdate(moment, zone),
        "worth": None if gift["value"] is None else money(gift["value"]),
    }


def of_visit(visit, user, zone):
    """Return what was given at a visit as `user` reads it, in the order in which it was written (one
    query): [{"item", "worth", "giver", "to"}]."""
    rows = Gift.objects.visible_to(user, roles=READERS).filter(visit=visit).order_by("place")
    found = rows.values(
        "item", "value", at=F("given_at"), giver=F("from_whom"), to=F("received_by")
    )
    return [_gift(row, zone) for row in found]


def for_the_home(**which):
    """Return what was given at a visit for the family's page, as an array of JSON: what, from whom
    and who took it, and not what it is worth. Only the home that was visited is shown it."""
    words = JSONObject(item="item", giver="from_whom", to="received_by")
    return ArraySubquery(Gift.objects.filter(**which).order_by("place").values(json=words))


def table(rows, user, zone):
    """Return (heading, lines) for a file: a line for each gift of rows of `by_home`."""
    head = [
        _("Campaign"), _("Children"), _("Class"), _("Day"), _("What was given"), _("Worth"),
        _("From whom"), _("Who took it"), _("More than the campaign gives"),
    ]  # fmt: skip
    return head, [
        [
            row["campaign"], row["names"], row["classes"], f"{gift['on']:%Y-%m-%d}", gift["item"],
            gift["value"] and float(gift["value"]), gift["giver"], gift["to"],
            _("yes") if row["over"] else _("no"),
        ]
        for row in drawn(rows, user, zone)
        for gift in row["gifts"]
    ]  # fmt: skip
