"""A round of offers as staff reads it: who was asked, who answered what, what waits."""

from collections import Counter
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from homeschool.people import sight
from homeschool.people.views.seen import listed
from visits.models import Offer, Visit, VisitChild, Visitor
from visits.models.offering import AGREED
from visits.models.record import READERS, WRITERS

from .standing import zone_of

Answer = Offer.Answer
MOST = 100
COLUMNS = (
    "id", "visit_id", "answer", "answered_at", "revoked_at", "expires_at", "wish", "noted_at",
    "asked_at", "visit__status", "visit__mode", "visit__planned_at", "visit__planned_minutes",
    "answered_by__full_name", "children_seen", "reached", "still",
)  # fmt: skip


def told(user, offers):
    """Return `offers` as rows with the children in sight, in one query: `shown` completes them."""
    lines = VisitChild.objects.visible_to(user, roles=READERS).filter(visit=OuterRef("visit"))
    child = JSONObject(id="student_id", name="student__full_name")
    about = VisitChild.objects.filter(visit=OuterRef(OuterRef("visit"))).values("student")
    # who answered, under the own account or one that it was merged into
    answers = Q(user=OuterRef("answered_by")) | Q(user=OuterRef("answered_by__merged_into"))
    return offers.annotate(
        children_seen=ArraySubquery(
            lines.order_by("student__sort_key", "student_id").values(json=child)
        ),
        reached=Exists(sight.receivers(about, "visits")),
        still=Exists(sight.receivers(about, "visits").filter(answers)),
    ).values(*COLUMNS)


def shown(row, zone):
    """Return a row of `told` with its words."""
    at = row["visit__planned_at"]
    mode = Visit.Mode(row["visit__mode"])
    return row | {
        "names": listed(child["name"] for child in row["children_seen"]),
        "at": at and at.astimezone(zone),
        "place": capfirst(mode.label),
        "chip": chip(row, timezone.now()),
        "is_open": not row["answered_at"] and not row["revoked_at"],
        "needs_time": row["visit__status"] == Visit.Status.OTHER_TIME,
        "is_waiting": bool(row["answered_at"]) and not row["noted_at"] and not row["revoked_at"],
        "asks": capfirst(Answer(row["answer"]).label) if row["answer"] else "",
        "answered": row["answered_at"] and row["answered_at"].astimezone(zone),
    }


def chip(row, now):
    """Return (tone, icon, words) of how an offer stands; the first that holds: taken back, a yes of
    somebody who answers no more, answered, nobody may be asked any more, too late, waiting."""
    if row["revoked_at"]:
        return "", "undo-2", _("Taken back")
    if row["answer"] and not row["still"] and row["visit__status"] in AGREED:
        return "rust", "circle-alert", _("Who said yes may not answer any more: ask again")
    if row["answer"]:
        return {
            Answer.NO: ("", "x", _("Not this time")),
            Answer.THIS_TIME: ("good", "check", _("Family said yes")),
        }.get(row["answer"], _other(row))
    if not row["reached"]:
        return "rust", "circle-alert", _("Nobody may be asked any more")
    if row["expires_at"] < now:
        return "", "clock", _("No answer")
    return "", "clock", _("Waiting for an answer")


def _other(row):
    if row["visit__status"] == Visit.Status.OTHER_TIME:
        return "rust", "clock", capfirst(Answer(row["answer"]).label)
    return "good", "check", _("Family said yes")


class RoundPage:
    """One round in the eyes of `user`."""

    def __init__(self, round_, user):
        self.round, self.user = round_, user
        self.zone = zone_of(user, round_.school)

    @cached_property
    def offers(self):
        """The offers in sight, those first that wait for the planner (one query)."""
        rows = Offer.objects.visible_to(self.user).filter(round=self.round)
        rows = rows.order_by(
            F("noted_at").asc(nulls_first=True), F("answered_at").desc(nulls_last=True), "pk"
        )
        return [shown(row, self.zone) for row in told(self.user, rows)[:MOST]]

    @cached_property
    def times(self):
        """The times, in order: [{"at", "is_taken"}] (one query)."""
        rows = self.round.times.order_by("at").values_list("at", "taken_by")
        return [{"at": at.astimezone(self.zone), "is_taken": bool(by)} for at, by in rows]

    @cached_property
    def count(self):
        """How many said what (one query)."""
        return self.counts(self.user, [self.round]).get(self.round.pk, Counter())

    @property
    def free(self):
        return sum(not row["is_taken"] and row["at"] > timezone.now() for row in self.times)

    @cached_property
    def team(self):
        return listed(self.round.visitors.order_by("sort_key").values_list("full_name", flat=True))

    @property
    def may_take_back(self):
        """Whether something waits for an answer that the reader may take back."""
        return self.count["waiting"] > 0 and self.round.made_by_id == self.user.pk

    @staticmethod
    def counts(user, rounds):
        """Return {round: Counter of asked, yes, other, no, waiting, back} of what `user` sees (one
        query)."""
        rows = Offer.objects.visible_to(user).filter(round__in=[row.pk for row in rounds])
        found: dict = {}
        for pk, answer, revoked in rows.values_list("round", "answer", "revoked_at"):
            count = found.setdefault(pk, Counter())
            count["asked"] += 1
            count[_said(answer, revoked)] += 1
        return found


def _said(answer, revoked):
    if revoked:
        return "back"
    if not answer:
        return "waiting"
    return {Answer.THIS_TIME: "yes", Answer.NO: "no"}.get(answer, "other")


def to_answer(user, most):
    """Return the offers of one's own planning that need the reader or wait for a family, as rows of
    `told`: answers that nobody noted first, then what waits (one query)."""
    mine = Exists(Visitor.objects.filter(visit=OuterRef("visit"), user=user.pk))
    rows = Offer.objects.filter(
        mine, revoked_at=None, visit__in=Visit.objects.visible_to(user, roles=WRITERS)
    )
    rows = rows.filter(noted_at=None).exclude(
        answered_at=None, visit__status__in=[s for s in Visit.Status if s != Visit.Status.OFFERED]
    )
    return told(user, rows.order_by(F("answered_at").asc(nulls_last=True), "asked_at", "pk"))[:most]
