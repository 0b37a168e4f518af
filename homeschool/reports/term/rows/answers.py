"""The rows behind figures of work, meetings, offers and campaigns."""

import datetime as dt
import zoneinfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Coalesce, TruncDate

from homeschool.people import sight
from homeschool.people.models import Membership, Student, User
from homeschool.reports.term.counting import campaigns_of, span
from visits.models import Meeting, MeetingHome, Visit, Visitor
from visits.models.offering import Offer
from visits.reading import campaign, coverage, coverage_rows

ONE_DAY = dt.timedelta(days=1)
Presence, Answer = MeetingHome.Presence, Offer.Answer


# --- meetings ------------------------------------------------------------------------------------
def homes_noted(behind):
    """Return {"whose", "names"}: a row for each home of which was noted whether it came."""
    return _homes(behind, ~Q(presence=""))


def homes_present(behind):
    """Return {"whose", "names"}: a row for each home that came."""
    return _homes(behind, Q(presence=Presence.CAME))


def _homes(behind, noted):
    """Return the homes of which this was noted at a meeting of a class of their child."""
    of_home = Q(households=OuterRef("household")) | Q(user=OuterRef("person")) | Q(
        guardianships__guardian=OuterRef("person")
    )  # fmt: skip
    children = behind.here.filter(of_home)
    invited = Meeting.classes.through.objects.filter(meeting=OuterRef(OuterRef("meeting")))
    names = children.order_by("full_name").values("full_name").distinct()
    rows = MeetingHome.objects.filter(
        noted, Exists(children.filter(then_class__in=invited.values("schoolclass"))),
        meeting__in=behind.meetings().order_by().values("pk"),
    ).annotate(
        whose=Coalesce(Cast("household", CharField()), Cast("person", CharField())),
        names=ArraySubquery(names),
    )  # fmt: skip
    return rows.values("whose", "names").distinct().order_by("names", "whose")


# --- visits --------------------------------------------------------------------------------------
def in_person(behind):
    return behind.held.filter(mode__in=Visit.IN_PERSON).order_by("happened_at", "pk")


def by_two(behind):
    return in_person(behind).annotate(people=Count("team")).filter(people__gte=2)


def logged(behind):
    rows = behind.held.filter(source=Visit.Source.LOGGED)
    return rows.order_by("happened_at", "pk")


def logged_within_a_day(behind):
    zone = zoneinfo.ZoneInfo(behind.term.school.time_zone)
    ended = Coalesce("ended_at", "happened_at")
    rows = logged(behind).alias(
        over=TruncDate(ended, tzinfo=zone), written=TruncDate("recorded_at", tzinfo=zone)
    )
    return rows.filter(written__lte=F("over") + ONE_DAY)


def staff(behind):
    return _people(Visitor.objects.filter(visit__in=behind.held))


def leaders(behind):
    at = OuterRef("visit__happened_at")
    roles = Membership.objects.filter(
        Q(until=None) | Q(until__gt=at), user=OuterRef("user"), school=behind.term.school_id,
        role=sight.LEADER, since__lte=at,
    )  # fmt: skip
    return _people(Visitor.objects.filter(Exists(roles), visit__in=behind.held))


def _people(visitors):
    return User.objects.filter(pk__in=visitors.values("user")).order_by("sort_key", "pk")


# --- offers --------------------------------------------------------------------------------------
def offers(behind, **answer):
    """Return the offers of the term to these children, those with this answer."""
    begin, end = span(behind.term)
    rows = Offer.objects.filter(
        Q(revoked_at=None) | Q(answered_at__isnull=False), visit__in=behind.visits,
        asked_at__gte=begin, asked_at__lt=end, **answer,
    )  # fmt: skip
    return rows.select_related("visit").order_by("asked_at", "pk")


def _offers(**answer):
    return lambda behind: offers(behind, **answer)


# --- campaigns -----------------------------------------------------------------------------------
def _of_campaign(measure):
    """Return (kind of row, how they are found) of what the board of a campaign counts as `measure`."""
    what, _find = coverage_rows.ROWS[measure]

    def find(behind):
        campaign = campaigns_of(behind.term).filter(name=behind.key).first()
        if campaign is None:
            return Student.objects.none()
        students = behind.filters.narrow(behind.in_sight)
        return coverage_rows.rows_of(campaign, students, measure)[1]

    return {coverage_rows.HOMES: "households"}.get(what, what), find


CAMPAIGN_MEASURES = (
    "targets", "asked", "accepted", "other_time", "declined", "tried", "met", "families",
    "families_met", "visits_held",
)  # fmt: skip
OFFERS, VISITS, STAFF, HOMES = "offers", "visits", "staff", "households"
KINDS = {
    "homes_noted": (HOMES, homes_noted),
    "homes_present": (HOMES, homes_present),
    "visits_in_person": (VISITS, in_person),
    "visits_by_two": (VISITS, by_two),
    "staff_taking_part": (STAFF, staff),
    "leaders_taking_part": (STAFF, leaders),
    "visits_logged": (VISITS, logged),
    "logged_within_a_day": (VISITS, logged_within_a_day),
    "days_to_log": (VISITS, logged),
    "offers_sent": (OFFERS, offers),
    "offers_answered": (OFFERS, _offers(answered_at__isnull=False)),
    "offers_accepted": (OFFERS, _offers(answer__in=coverage.YES)),
    "offers_other_time": (OFFERS, _offers(answer=Answer.OTHER_TIME)),
    "offers_declined": (OFFERS, _offers(answer=Answer.NO)),
    "offers_unanswered": (OFFERS, _offers(answered_at=None)),
    "days_to_answer": (OFFERS, _offers(answered_at__isnull=False)),
} | {f"campaign_{name}": _of_campaign(name) for name in CAMPAIGN_MEASURES}
# Figures of records: their rows are for those who read records.
RECORDS = {code for code, (kind, _find) in KINDS.items() if kind in (OFFERS, VISITS)} | {
    f"campaign_{name}" for name in campaign.RECORDS & set(CAMPAIGN_MEASURES)
}
