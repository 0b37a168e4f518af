"""A day on the road: visits in person by day and team, what would fit better, and the way's sheet."""

import datetime as dt
import uuid
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Subquery, When
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from homeschool.journal.models import Entry
from homeschool.people.models import Household
from homeschool.people.views.seen import listed
from visits.models import Promise, Visit, VisitChild, Visitor
from visits.models.planning import STEP
from visits.models.record import WRITERS

from .standing import MODE_ICONS

Status = Visit.Status
ON_THE_ROAD = (Status.ACCEPTED, Status.SCHEDULED, Status.UNDER_WAY)
MOST = 200
THE_WAY = dt.timedelta(minutes=15)
COLUMNS = (
    "id", "school_id", "status", "mode", "purpose", "planned_at", "planned_minutes",
    "language_spoken", "interpreter", "household__region__name", "children_seen", "people",
    "adults", "address",
)  # fmt: skip


def visits_on_the_road(user, begin, end):
    """Return the visits in person from `begin` up to `end` whose plan `user` may change, in order;
    the address only where the reader may know it (one query)."""
    seen = VisitChild.objects.visible_to(user, roles=WRITERS).filter(visit=OuterRef("pk"))
    child = JSONObject(
        id="student_id", name="student__full_name", language="student__home_language"
    )
    team = Visitor.objects.filter(visit=OuterRef("pk")).order_by("user__sort_key", "user")
    lives = Household.guardians.through.objects.filter(household=OuterRef("household"))
    homes = Household.objects.visible_to(user).filter(pk=OuterRef("household"))
    return (
        Visit.objects.visible_to(user, roles=WRITERS)
        .planned_between(begin, end)
        .filter(status__in=ON_THE_ROAD, mode__in=Visit.IN_PERSON)
        .annotate(
            children_seen=ArraySubquery(
                seen.order_by("student__sort_key", "student_id").values(json=child)
            ),
            people=ArraySubquery(
                team.values(json=JSONObject(id="user_id", name="user__full_name"))
            ),
            adults=ArraySubquery(lives.order_by("user__sort_key").values("user__full_name")),
            address=Case(When(mode=Visit.Mode.HOME, then=Subquery(homes.values("address")))),
        )
        .order_by("planned_at", "pk")
        .values(*COLUMNS)[:MOST]
    )


class Stop:
    """One visit on the way of a team."""

    def __init__(self, row, zone):
        self.row, self.pk = row, row["id"]
        self.at = row["planned_at"].astimezone(zone)
        self.until = (row["planned_at"] + dt.timedelta(minutes=row["planned_minutes"])).astimezone(
            zone
        )
        self.region = row["household__region__name"] or ""
        self.names = listed(child["name"] for child in row["children_seen"])
        self.team = tuple(person["id"] for person in row["people"])
        self.mode = Visit.Mode(row["mode"])
        # the stop whose team the proposal names, else None
        self.better: Stop | None = None
        self.promises: list[str] = []

    @property
    def team_names(self):
        return listed(person["name"] for person in self.row["people"])

    @property
    def icon(self):
        return MODE_ICONS[self.mode]

    @property
    def place(self):
        return capfirst(self.mode.label)

    @property
    def address(self):
        return self.row["address"] or ""

    @property
    def adults(self):
        return listed(self.row["adults"])

    @property
    def language(self):
        said = self.row["language_spoken"]
        return said or next((c["language"] for c in self.row["children_seen"] if c["language"]), "")

    @property
    def purpose(self):
        return capfirst(Visit.Purpose(self.row["purpose"]).label)

    @property
    def minutes(self):
        return dt.timedelta(minutes=self.row["planned_minutes"])

    def meets(self, at, minutes):
        """Whether it overlaps the time from `at` on."""
        return self.at < at + minutes and at < self.until


class Team:
    """The way of one team on one day."""

    def __init__(self, stops):
        self.stops = stops
        self.key, self.names = stops[0].pk, stops[0].team_names
        self.places = self._places()

    @property
    def regions(self):
        return listed(dict.fromkeys(stop.region for stop in self.stops if stop.region))

    def is_free(self, stop):
        """Whether another stop fits between those of the team, at its own time."""
        return not any(other.meets(stop.at, stop.minutes) for other in self.stops)

    def _places(self):
        """Return the rows of the page: each stop with its earlier and later time, or None."""
        found = []
        for n, stop in enumerate(self.stops):
            before = self.stops[n - 1] if n else None
            after = self.stops[n + 1] if n + 1 < len(self.stops) else None
            earlier, later = stop.at - STEP, stop.at + STEP
            if before and earlier < before.until:
                earlier = before.at
            if after and later + stop.minutes > after.at:
                later = after.at
            found.append(
                {"stop": stop, "earlier": earlier, "later": later, "after": stop.until + THE_WAY}
            )
        return found


def teams_of(stops):
    """Return the stops of one day as [Team], the earliest first."""
    found: dict[tuple, list] = {}
    for stop in stops:
        found.setdefault(stop.team, []).append(stop)
    return [Team(group) for group in found.values()]


def propose(teams):
    """Mark the stops that another team of the day would pass anyway.

    Greedy, by region, then by time: of a region that several teams visit, the team with the most
    stops there takes those for which it is free. Times stay: a family agreed to them.
    """
    regions = sorted({stop.region for team in teams for stop in team.stops if stop.region})
    for region in regions:
        inside = {team: sum(stop.region == region for stop in team.stops) for team in teams}
        most = max(teams, key=lambda team: inside[team])
        others = [team for team in teams if team is not most]
        for stop in sorted(
            (s for team in others for s in team.stops if s.region == region), key=lambda s: s.at
        ):
            if most.is_free(stop):
                stop.better = most.stops[0]


class Road:
    """The days from `day` on, for `user`: one, or the seven of a week."""

    def __init__(self, user, zone, day, *, week=False):
        self.user, self.zone, self.week = user, zone, week
        self.day = day - dt.timedelta(days=day.weekday()) if week else day
        self.length = 7 if week else 1

    def _midnight(self, days):
        return dt.datetime.combine(self.day + dt.timedelta(days=days), dt.time(), self.zone)

    @cached_property
    def stops(self):
        rows = visits_on_the_road(self.user, self._midnight(0), self._midnight(self.length))
        return [Stop(row, self.zone) for row in rows]

    @cached_property
    def days(self):
        """[{"day", "teams"}] of the days on which somebody is on the road."""
        found: dict[dt.date, list] = {}
        for stop in self.stops:
            found.setdefault(stop.at.date(), []).append(stop)
        days = [{"day": day, "teams": teams_of(stops)} for day, stops in found.items()]
        for row in days:
            propose(row["teams"])
            row["others"] = len(row["teams"]) > 1
        return days

    @property
    def before(self):
        return self.day - dt.timedelta(days=self.length)

    @property
    def after(self):
        return self.day + dt.timedelta(days=self.length)

    def team(self, key):
        """Return (day, the team that makes the visit `key`), or None."""
        for row in self.days:
            for team in row["teams"]:
                if any(str(stop.pk) == key for stop in team.stops):
                    return row["day"], team
        return None

    def add_promises(self, team):
        """Give each stop what the school promised and did not do yet: to be brought (one query)."""
        by_child = {
            uuid.UUID(child["id"]): stop
            for stop in team.stops
            for child in stop.row["children_seen"]
        }
        owed = Promise.objects.visible_to(self.user, roles=WRITERS).open()
        owed = owed.filter(side=Promise.Side.SCHOOL, student__in=list(by_child))
        for student, what in owed.order_by("due", "pk").values_list("student", "what"):
            by_child[student].promises.append(what)

    def record_reading(self, team):
        """Write down whose address stands on the sheet: the family can see that."""
        Entry.objects.bulk_create([
            Entry(
                kind=Entry.Kind.VIEWED,
                verb="visit.prepared",
                actor=self.user,
                student_id=child["id"],
                school_id=stop.row["school_id"],
                about_type=Visit._meta.label_lower,
                about_id=str(stop.pk),
                data={"fields": ["address"]},
            )
            for stop in team.stops
            if stop.address
            for child in stop.row["children_seen"]
        ])  # fmt: skip


def change_in_words(stop, at, team_names, zone):
    """Return what a move would change, as [(what, before, after)]."""
    rows = []
    if at != stop.at:
        day, old_day = at.astimezone(zone).date(), stop.at.date()
        if day != old_day:
            rows.append((_("Day"), old_day, day))
        rows.append((_("Time"), f"{stop.at:%H:%M}", f"{at.astimezone(zone):%H:%M}"))
    if team_names != stop.team_names:
        rows.append((_("Team"), stop.team_names, team_names))
    return rows


def next_day(user, zone):
    """Return the first day from today on, within two weeks, on which somebody is on the road; today
    where there is none (one query)."""
    today = timezone.localdate(timezone=zone)
    begin = dt.datetime.combine(today, dt.time(), zone)
    first = visits_on_the_road(user, begin, begin + dt.timedelta(days=14))[:1]
    return next((row["planned_at"].astimezone(zone).date() for row in first), today)
