"""Visits to come: planned, moved, called off; nobody of the staff stands at two doors at once.

The database keeps the last rule: `Visitor.span` holds the time of a visit as long as it lies
ahead, and an exclusion constraint refuses two of one person that overlap.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, OperationalError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from psycopg2.errors import DeadlockDetected, ExclusionViolation

from homeschool.journal.models import Entry, Notice
from homeschool.journal.models.reminding import key_of

from .record import VisitChild, Visitor

STEP = dt.timedelta(minutes=15)
DAY_BEGINS, DAY_ENDS = dt.time(8), dt.time(20)
DAYS_SEARCHED = 14
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class NotPlanned(ValueError):
    """The visit is not planned any more: it was held, called off, or nobody was met."""


class BeingWritten(ValueError):
    """Somebody has begun the record of this visit."""


class TooEarly(ValueError):
    """The day of the visit has not come yet."""


class Taken(ValueError):
    """Somebody was quicker: this time, or one of these people, is taken."""


class NoSuchTime(ValueError):
    """The clocks are put forward over this time: that night has no such hour."""


# --- times ---------------------------------------------------------------------------------------
def moment(day, time, zone):
    """Return when the clocks of `zone` show `time` on `day`.

    In the night in which an hour comes twice it is the first one. Raises NoSuchTime where that
    hour does not come at all.
    """
    at = dt.datetime.combine(day, time, zone)
    shown = at.astimezone(dt.UTC).astimezone(zone)
    if shown.replace(tzinfo=None) != at.replace(tzinfo=None):
        raise NoSuchTime
    return at


def span_of(at, minutes):
    """Return the time from `at` on, for so many minutes, the end left out."""
    at = at.astimezone(dt.UTC)  # by the clock of a zone, an hour that comes twice would be lost
    return DateTimeTZRange(at, at + dt.timedelta(minutes=minutes))


def free_times(users, at, minutes, zone, *, count=3, but=None):
    """Return the next times from `at` on at which all of `users` are free (one query).

    Quarters of an hour, by day, in `zone`, within two weeks. The visit `but` does not count.
    """
    end = at + dt.timedelta(days=DAYS_SEARCHED)
    rows = Visitor.objects.busy(users, DateTimeTZRange(at, end), but=but)
    spans = [span for span in rows.values_list("span", flat=True) if span]
    found: list[dt.datetime] = []
    start = _quarter(max(at, timezone.now())).astimezone(zone)
    while len(found) < count and start < end:
        over = start + dt.timedelta(minutes=minutes)
        if _by_day(start, over.astimezone(zone)) and not any(
            span.lower < over and start < span.upper for span in spans
        ):
            found.append(start)
        start = (start.astimezone(dt.UTC) + STEP).astimezone(zone)
    return found


def _quarter(at):
    """Return `at`, or the quarter of an hour that follows."""
    return at + -(at - EPOCH) % STEP


def _by_day(start, over):
    return start.time() >= DAY_BEGINS and over.date() == start.date() and over.time() <= DAY_ENDS


# --- taking --------------------------------------------------------------------------------------
def taking(work):
    """Return what `work()` returns, done in a transaction of its own.

    Raises Taken where the database refuses a second one for the same time. A deadlock, which two
    who want each other's times can make, is tried once more.
    """
    try:
        return _taking(work)
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
    try:
        return _taking(work)
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        raise Taken from error


def _taking(work):
    try:
        with transaction.atomic():
            return work()
    except IntegrityError as error:
        if isinstance(error.__cause__, ExclusionViolation):
            raise Taken from error
        raise


class Planning:
    """What is done with a visit until it is held: the verbs of `Visit` about its plan."""

    if TYPE_CHECKING:  # fields, states and questions are those of Visit

        def __getattr__(self, name: str) -> Any: ...

    @property
    def planned_end(self):
        """When it is planned to end, or None."""
        return self.planned_at and span_of(self.planned_at, self.planned_minutes).upper

    @property
    def plan_span(self):
        """The time for which its visitors are busy: its plan, while somebody is to come."""
        if not self.planned_at or self.status not in self.BUSY:
            return None
        return span_of(self.planned_at, self.planned_minutes)

    def schedule(self, *, by, children, visitors):
        """Keep this new visit as planned: to `children` of its school, made by `visitors`.

        Raises Taken where one of them is at another door then.
        """
        return taking(lambda: self._schedule(by, children, visitors))

    def _schedule(self, by, children, visitors):
        self.status = self.Status.SCHEDULED
        self.save(force_insert=True)
        lines = [VisitChild(visit=self, student=child) for child in children]
        VisitChild.objects.bulk_create(lines)
        self._send(visitors)
        self._record("visit.planned", lines, by)
        return self

    def move(self, *, by, planned_at, minutes=None, mode=None, visitors=None):
        """Plan it for another time, place or team, and tell the family and the colleagues.

        What is None stays. Where nothing changes, nobody is told. What the family wished (another
        time, another place) is answered by it. Raises Taken where one of the visitors is at another
        door then, NotPlanned and BeingWritten as `cancel` does.
        """
        return taking(lambda: self._move(by, planned_at, minutes, mode, visitors))

    def _move(self, by, planned_at, minutes, mode, visitors):
        stands = self._stand(by)
        people = list(stands.visitors.all() if visitors is None else visitors)
        left = list(stands.visitors.exclude(pk__in=[user.pk for user in people]))
        self.planned_at, self.planned_minutes = planned_at, minutes or stands.planned_minutes
        self.mode = mode or stands.mode
        self.status = self._status_after(stands)
        if self._plan() == stands._plan() and not left and len(people) == stands.visitors.count():
            return self
        self.save(update_fields=["planned_at", "planned_minutes", "mode", "status"])
        self._send(people)
        self._settle_offers(by)
        self._record("visit.moved", self._lines(), by, left=[str(user.pk) for user in left])
        self._tell("visit.moved", by)
        return self

    def _status_after(self, stands):
        """Return the state after a move: what the family said holds for the time and place that it
        said it of, and for no other."""
        same = (self.planned_at, self.mode) == (stands.planned_at, stands.mode)
        settled = (self.Status.ACCEPTED, self.Status.SCHEDULED, self.Status.UNDER_WAY)
        return stands.status if same and stands.status in settled else self.Status.SCHEDULED

    def cancel(self, *, by):
        """Call a planned visit off and tell the family and the colleagues; called off before,
        nothing happens.

        Raises NotPlanned once it ended in another way, BeingWritten where its record was begun.
        """
        with transaction.atomic():
            told = self.planned_at and self.status in self.BUSY
            if self._give_up("visit.cancelled", by, status=self.Status.CANCELLED) and told:
                self._tell("visit.called_off", by)

    def nobody_home(self, *, by):
        """Record that the visitors came, or called, and met nobody: an attempt that took place now.

        Raises TooEarly before its day, NotPlanned and BeingWritten as `cancel` does.
        """
        now, zone = timezone.now(), ZoneInfo(self.school.time_zone)
        today = timezone.localdate(now, zone)
        if self.planned_at and timezone.localdate(self.planned_at, zone) > today:
            raise TooEarly
        self._give_up(
            "visit.nobody_home",
            by,
            status=self.Status.NOBODY_HOME,
            happened_at=now,
            recorded_at=now,
            received_at=now,
            recorded_by=by,
        )

    def plan_before(self):
        """Return (moment, minutes) of the last plan that it had, or (None, 0) (one query).

        A family that takes its yes back and asks for another time leaves it without one; what stood
        in the calendars is still to be called off.
        """
        rows = self.events.filter(planned_at__isnull=False).order_by("-pgh_id")
        return rows.values_list("planned_at", "planned_minutes").first() or (None, 0)

    def hear_came_up(self, *, by):
        """Tell who makes this visit that something came up at the family's, as `by` of it says; said
        before for this time, or too late for it, nothing happens."""
        with transaction.atomic():
            stands = self._meta.default_manager.select_for_update().get(pk=self.pk)
            ahead = stands.planned_at and stands.planned_at > timezone.now()
            if stands.status in self.OPEN and ahead and not stands.came_up():
                stands._record(CAME_UP, stands._lines(), by)
                key = key_of(stands, stands.planned_at)
                Notice.post(CAME_UP, stands, school=stands.school, by=by, dedupe_key=key)

    def came_up(self):
        """Whether the family said that something came up at the time that is planned (one query)."""
        told = Notice.objects.about(self).filter(kind=CAME_UP)
        return told.filter(dedupe_key=key_of(self, self.planned_at)).exists()

    # --- the parts -------------------------------------------------------------------------------
    def _plan(self):
        return self.planned_at, self.planned_minutes, self.mode, self.status

    def _lines(self):
        return self.lines.select_related("student")

    def _send(self, visitors):
        """Let `visitors` make the visit, and nobody else; rows are written in the order of ids, so
        that two who write at once wait for each other and not in a circle."""
        rows = {row.user_id: row for row in Visitor.objects.filter(visit=self)}
        wanted = sorted({user.pk for user in visitors}, key=str)
        Visitor.objects.filter(visit=self).exclude(user__in=wanted).delete()
        for pk in wanted:
            row = rows.get(pk) or Visitor(visit=self, user_id=pk)
            row.span = self.plan_span
            row.save()

    def _stand(self, by, ended=None):
        """Return the row as it stands, locked; a record that was begun and left empty goes.

        Raises NotPlanned for one that ended otherwise than `ended`, BeingWritten where something
        is written.
        """
        draft = self._open_drafts().select_for_update().first()
        stands = self._meta.default_manager.select_for_update().get(pk=self.pk)
        if ended and stands.status == ended:
            return stands
        if stands.status not in self.OPEN:
            raise NotPlanned
        if (draft and draft.version > 1) or (not draft and self._open_drafts().exists()):
            raise BeingWritten
        if draft:
            draft.discard(by=by)
        return stands

    def _give_up(self, verb, by, **values):
        """End a planned visit that was not held; returns whether it had not ended so before."""
        with transaction.atomic():
            stands = self._stand(by, values["status"])
            if stands.status == values["status"]:
                return False
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            Visitor.objects.filter(visit=self).exclude(span=None).update(span=None)
            self._settle_offers(by, over=True)
            self._record(verb, self._lines(), by)
            return True

    def _open_drafts(self):
        from .draft import Draft

        return Draft.objects.open().filter(pk=self.pk)

    def _settle_offers(self, by, *, over=False):
        """What the family answered is answered by what the school did; a time that it had taken is
        its own no more. With `over` an offer that waits for an answer is taken back."""
        from .offering import Offer
        from .times import OfferedTime

        offers, now = Offer.objects.filter(visit=self, revoked_at=None), timezone.now()
        offers.filter(answered_at__isnull=False, noted_at=None).update(noted_at=now, noted_by=by)
        times = OfferedTime.objects.filter(taken_by=self)
        (times if over else times.exclude(at=self.planned_at)).update(taken_by=None)
        if over:
            waiting = list(offers.filter(answered_at=None))
            offers.filter(answered_at=None).update(revoked_at=now)
            for offer in waiting:
                Notice.objects.about(offer).cancel()

    def _tell_answer(self, agreed, by, *, again=False):
        """Tell the whole home what one of it answered: agreed, or not as agreed before.

        Where something was agreed before (`again`), the colleagues are told of the new time too: it
        stands in their calendars.
        """
        if agreed:
            Notice.objects.about(self).filter(kind__in=TOLD).cancel()
            key = f"{self.pk}:{sequence_of(self)}"
            Notice.post("visit.agreed", self, school=self.school, by=by, dedupe_key=key)
            if again:
                Notice.post("visit.moved_staff", self, school=self.school, by=by, dedupe_key=key)
        else:
            self._tell("visit.called_off", by)

    def _tell(self, kind, by):
        """Tell the family and the colleagues how the plan stands; what was told before is over."""
        Notice.objects.about(self).filter(kind__in=TOLD).cancel()
        key = f"{self.pk}:{sequence_of(self)}"
        for name in (kind, f"{kind}_staff"):
            Notice.post(name, self, school=self.school, by=by, dedupe_key=key)


# The notices about the plan of a visit, of which only the newest holds.
TOLD = ("visit.agreed", "visit.moved", "visit.moved_staff")
# The family says that it cannot, without an offer by which it could choose another time itself.
CAME_UP = "visit.came_up"
# What changes the entry of a visit in a calendar.
CHANGES = (
    "visit.agreed", "visit.moved", "visit.cancelled", "visit.declined", "visit.other_asked",
    "visit.nobody_home",
)  # fmt: skip


def sequences(visits):
    """Return {id of a visit: how often the journal says that its plan changed} (one query).

    The number that calendars know as SEQUENCE (RFC 5545, 3.8.7.4): it only ever grows.
    """
    ids = [str(visit.pk) for visit in visits]
    about = visits[0]._meta.label_lower if ids else ""
    rows = Entry.objects.filter(about_type=about, about_id__in=ids, verb__in=CHANGES)
    found = dict.fromkeys(ids, 0)
    for about_id in rows.order_by().values_list("about_id", flat=True):
        found[about_id] += 1
    return {visit.pk: found[str(visit.pk)] for visit in visits}


def sequence_of(visit):
    """Return the number of `sequences` of one visit (one query)."""
    return sequences([visit])[visit.pk]
