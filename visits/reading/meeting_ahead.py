"""What lies ahead for a family and for a member of staff: meetings of parents, and booked times.

The expressions stand in queries that the pages ask anyway, or in prepared ones; the words are made here.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import JSONObject, Now
from django.utils import timezone

from homeschool.people.models import Enrolment, Household
from visits.models import Booking, ConferenceDay, Meeting, MeetingHome

from .meeting import clock, elsewhere
from .telling import day_in_words

MOST = 3
SOON, LATELY = dt.timedelta(days=14), dt.timedelta(days=30)
A_DAY = dt.timedelta(days=1)


# --- for a family: parts of the query for its children -------------------------------------------
def _homes(user, child):
    """Return the households in which `user` stands with `child` (an expression), as a subquery.

    As `visits.models.home.homes_of`, but for a grown student with two households.
    """
    homes = Household.objects.filter(students=child)
    return homes.filter(Q(guardians=user.pk) | Q(students__user=user.pk)).values("pk")


def meetings_ahead(user):
    """Return the next meetings of a child of the outer query, each with the answer of the home."""
    courses = Enrolment.objects.filter(student=OuterRef(OuterRef("pk"))).values("school_class")
    ties = Meeting.classes.through.objects.filter(meeting=OuterRef("pk")).filter(
        Q(schoolclass=OuterRef(OuterRef("school_class"))) | Q(schoolclass__in=courses)
    )
    rows = Meeting.objects.filter(Exists(ties), called_off_at=None, start__isnull=False)
    rows = rows.exclude(invited_at=None).filter(on__gte=Now() - A_DAY)
    mine = _homes(user, OuterRef(OuterRef(OuterRef("pk"))))
    said = MeetingHome.objects.filter(
        Q(household__in=mine) | Q(person=user.pk), meeting=OuterRef("pk")
    ).exclude(answer="")
    answer = JSONObject(answer="answer", people="people")
    row = JSONObject(
        id="id", theme="theme", on="on", start="start", duration="duration", place="place",
        link="online_link", said=Subquery(said.order_by("-answered_at").values(json=answer)[:1]),
    )  # fmt: skip
    return ArraySubquery(rows.order_by("on", "start", "pk").values(json=row)[:MOST])


def times_ahead(user):
    """Return the next booked times of the home of `user` about a child of the outer query."""
    mine = _homes(user, OuterRef(OuterRef("pk")))
    rows = Booking.objects.live().filter(
        Q(household__in=mine) | Q(person=user.pk), student=OuterRef("pk")
    )
    row = JSONObject(
        day="conference", at="slot__starts_at", host="host__full_name", room="slot__room",
        place="conference__place", name="conference__name",
    )  # fmt: skip
    ahead = rows.filter(slot__starts_at__gt=Now() - dt.timedelta(minutes=30))
    return ArraySubquery(ahead.order_by("slot__starts_at", "pk").values(json=row)[:MOST])


def days_ahead(user):
    """Return the conference days on which a child of the outer query has no time yet."""
    ties = ConferenceDay.classes.through.objects.filter(
        conferenceday=OuterRef("pk"), schoolclass=OuterRef(OuterRef("school_class"))
    )
    mine = _homes(user, OuterRef(OuterRef(OuterRef("pk"))))
    booked = Booking.objects.live().filter(
        Q(household__in=mine) | Q(person=user.pk),
        conference=OuterRef("pk"), student=OuterRef(OuterRef("pk")),
    )  # fmt: skip
    rows = ConferenceDay.objects.filter(
        Exists(ties), ~Exists(booked), called_off_at=None, opens_at__lte=Now(), closes_at__gt=Now()
    ).exclude(invited_at=None)
    row = JSONObject(id="id", name="name", on="on", place="place")
    return ArraySubquery(rows.order_by("on", "pk").values(json=row)[:MOST])


AHEAD = {
    "meetings_ahead": meetings_ahead,
    "times_ahead": times_ahead,
    "days_ahead": days_ahead,
}


class Ahead:
    """What lies ahead for the family of a child, from the rows of `AHEAD`; its own clock is current."""

    def __init__(self, row, zone):
        self.row, self.zone = row, zone

    @property
    def meetings(self):
        """The meetings to come: {id, theme, on, day, time, yours, place, link, said, comes, people}."""
        found = []
        for row in self.row["meetings_ahead"]:
            on, start = dt.date.fromisoformat(row["on"]), dt.time.fromisoformat(row["start"])
            at = dt.datetime.combine(on, start, self.zone)
            if at > timezone.now():
                found.append(row | _when(at) | _answered(row["said"]))
        return found

    @property
    def times(self):
        """The booked times: {day_id, host, on, day, time, yours, where}."""
        return [
            row
            | _when(dt.datetime.fromisoformat(row["at"]).astimezone(self.zone))
            | {"day_id": row["day"], "where": _listed(row["place"], row["room"])}
            for row in self.row["times_ahead"]
        ]

    @property
    def days(self):
        """The conference days on which a time is still to choose: {id, name, on, day, place}."""
        rows = [row | {"on": dt.date.fromisoformat(row["on"])} for row in self.row["days_ahead"]]
        return [row | {"day": day_in_words(row["on"])} for row in rows]

    def __bool__(self):
        return bool(self.meetings or self.times or self.days)


def _when(at):
    return {
        "on": at.date(),
        "words": day_in_words(at.date()),
        "time": clock(at),
        "yours": elsewhere(at),
    }


def _answered(said):
    comes = bool(said) and said["answer"] == MeetingHome.Answer.YES
    return {"comes": comes, "people": said["people"] if comes else 1, "how_many": range(1, 10)}


def _listed(*parts):
    return ", ".join(part for part in parts if part)


# --- for staff -----------------------------------------------------------------------------------
def meetings_of(user, first, last):
    """Return the meetings of `user`'s own between these days: those it wrote down, and those of the
    classes whose adviser it is; each with what families answered."""
    own = Meeting.classes.through.objects.filter(
        meeting=OuterRef("pk"), schoolclass__adviser__user=user.pk
    )
    yes = Q(homes__answer=MeetingHome.Answer.YES)
    rows = Meeting.objects.visible_to(user).filter(
        Q(recorded_by=user.pk) | Q(Exists(own)), called_off_at=None, on__gte=first, on__lte=last
    )
    return (
        rows.filter(Q(on__gte=Now() - A_DAY) | Q(held=False))
        .annotate(
            yes=Count("homes", filter=yes),
            people=Sum("homes__people", filter=yes, default=0),
            answered=Count("homes", filter=~Q(homes__answer="")),
            zone=F("school__time_zone"),
        )
        .order_by("on", "start", "pk")
        .values(
            "id", "theme", "on", "start", "place", "online_link", "held", "invited_at", "yes",
            "people", "answered", "zone",
        )[: 2 * MOST]
    )  # fmt: skip


def times_of(user):
    """Return the next booked times at `user`'s own table, of the next day that has any first."""
    rows = Booking.objects.live().filter(host=user.pk, slot__starts_at__gt=Now() - A_DAY / 48)
    return rows.order_by("slot__starts_at", "pk").values(
        "conference", "conference__name", "conference__place", "slot__starts_at", "slot__room",
        "student__full_name", "conference__school__time_zone",
    )[: 2 * MOST]  # fmt: skip


def meeting_card(row, today):
    """Return how a meeting of `meetings_of` stands on `today`: what it needs first."""
    return row | {
        "words": day_in_words(row["on"]),
        "time": clock(row["start"]) if row["start"] else "",
        "where": row["place"] or ("" if not row["online_link"] else row["online_link"]),
        "is_over": row["on"] < today and not row["held"],
        "is_today": row["on"] == today,
    }


def time_card(row):
    """Return how a booked time stands: when by the school's clock, with whom, where."""
    at = row["slot__starts_at"].astimezone(ZoneInfo(row["conference__school__time_zone"]))
    return row | _when(at) | {
        "where": _listed(row["conference__place"], row["slot__room"]),
        "child": row["student__full_name"],
    }  # fmt: skip
