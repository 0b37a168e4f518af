"""A session of a programme: when, where, who leads it, what is worked on, and what became of it."""

import datetime as dt
import itertools
import uuid

import pghistory
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg2.extras import DateTimeTZRange

from homeschool.journal.models import Notice
from homeschool.people import sight
from homeschool.people.models import Student

from .day_off import DayOff
from .leading import Leading
from .pick_up import ITEM
from .programme import READERS, Programme
from .seat import Seat
from .volunteer import RECENT, Volunteer

MOVED, CALLED_OFF = "session.moved", "session.called_off"
TEAM = "_team"  # the same news for who leads the session
# Who comes early is marked a little before it begins.
BEFORE_IT_BEGINS = dt.timedelta(minutes=15)
TWICE = {
    "a_leader_is_at_one_place",
    "a_volunteer_is_at_one_place",
    "a_thing_is_booked_once",
}


class Busy(Exception):
    """Somebody, or something, is elsewhere at this time; `what` names the constraint that says so."""

    def __init__(self, what):
        super().__init__(what)
        self.what = what


class NotCleared(Exception):
    """The volunteer has no check that holds on the day of the session."""


class NotThatState(Exception):
    """The session has taken place, or was called off."""


class DayIsOff(Exception):
    """There is no school on this day, or the programme makes a pause; `day_off` says what it is."""

    def __init__(self, day_off):
        super().__init__(day_off)
        self.day_off = day_off


class ThenAlready(Exception):
    """Another session of the programme begins then: of another length, or elsewhere."""


class OutsideProgramme(Exception):
    """The day lies before the first or after the last day of the programme."""


def booking(work):
    """Return what `work()` returns, in a transaction; raises Busy or NotCleared where the database
    refuses it."""
    try:
        with transaction.atomic():
            return work()
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
        if name == "a_volunteer_is_cleared":
            raise NotCleared from error
        if name in TWICE:
            raise Busy(name) from error
        raise


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return the sessions that `user` may see.

        adviser, counselor, leader, school admin: those of the own school · guardian, grown student:
        those of programmes in which a child has or had a seat, or asked for one · whoever leads a
        session, volunteers too: that session · partner, district, anonymous: nothing. With `roles`:
        staff in these roles alone.
        """
        if roles is not None or not user.is_authenticated or not user.is_active:
            asked = READERS if roles is None else roles
            return self.filter(programme__school__in=sight.schools_of(user, asked))
        children = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
        seated = Seat.objects.filter(student__in=children).values("programme")
        led = Session.objects.led_by(user).values("pk")
        return self.filter(
            Q(programme__school__in=sight.schools_of(user, READERS))
            | Q(programme__in=seated)
            | Q(pk__in=led)
        )

    def led_by(self, user):
        """Return those that `user` leads, as long as it works at the school; a volunteer as long as it
        may be with children today, and until a week after the session."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        works = Q(volunteer=None, session__programme__school__in=sight.schools_of(user))
        helps = Q(volunteer__in=Volunteer.objects.helping(user).values("pk"))
        helps &= Q(session__begins__gt=Now() - RECENT)
        led = Leading.objects.named().filter(works | helps, user=user.pk)
        return self.filter(pk__in=led.values("session"))

    def between(self, first, last):
        """Return those on these days of the school, the first and the last among them."""
        # by the moment too, which has an index: no clock is more than 14 hours from UTC
        edge = dt.timedelta(hours=14)
        return self.filter(
            on__gte=first, on__lte=last,
            begins__gte=dt.datetime.combine(first, dt.time.min, dt.UTC) - edge,
            begins__lt=dt.datetime.combine(last, dt.time.min, dt.UTC) + dt.timedelta(days=1) + edge,
        )  # fmt: skip

    def to_come(self, now=None):
        """Return those that stand and have not begun."""
        return self.filter(state=Session.State.PLANNED, begins__gt=now or timezone.now())


class SessionManager(models.Manager.from_queryset(SessionQuerySet)):
    def from_pattern(self, programme, *, by, first=None, last=None):
        """Plan the sessions that the pattern asks for and that are not planned yet; returns how many
        are new. What was moved or called off stays so."""
        with transaction.atomic():
            stands = programme.locked()
            known = set(self.filter(programme=stands).values_list("planned_for", flat=True))
            new = [
                Session(
                    programme=stands, on=day, begins=begins, ends=ends, planned_for=begins,
                    minutes=(ends - begins) // dt.timedelta(minutes=1), place=stands.place,
                )
                for day, begins, ends in stands.moments(first, last)
                if begins not in known
            ]  # fmt: skip
            self.bulk_create(new)
            if new:
                stands.record("programme.planned", by, sessions=len(new))
        return len(new)

    def add(self, programme, begins, minutes, *, by, place=""):
        """Plan one session outside the pattern; the same one again is returned as it stands. Raises
        DayIsOff, OutsideProgramme, and ThenAlready where another one begins then."""
        with transaction.atomic():
            stands = programme.locked()
            on = open_day(stands, begins)
            place = place or stands.place
            known = self.filter(programme=stands, begins=begins)
            for session in known.exclude(state=Session.State.CALLED_OFF):
                if (session.minutes, session.place) != (minutes, place):
                    raise ThenAlready
                return session
            session = self.create(
                programme=stands, planned_for=self._free_key(stands, begins), on=on, begins=begins,
                ends=begins + dt.timedelta(minutes=minutes), minutes=minutes, place=place, extra=True,
            )  # fmt: skip
            stands.record("session.added", by, session=str(session.pk))
        return session

    def _free_key(self, programme, begins):
        """Return a moment to be planned for: a microsecond later for each one that was planned for this
        one, and moved or called off since."""
        rows = self.filter(
            programme=programme, planned_for__range=(begins, begins + dt.timedelta(seconds=1))
        )
        known, at = set(rows.values_list("planned_for", flat=True)), begins
        while at in known:
            at += dt.timedelta(microseconds=1)
        return at


def open_day(programme, moment):
    """Return the day that it is at the school at this moment. Raises OutsideProgramme and, on a holiday
    or in a pause of the programme, DayIsOff."""
    on = timezone.localdate(moment, programme.zone)
    if not programme.begins <= on <= programme.ends:
        raise OutsideProgramme(on)
    own = Q(programme=None) | Q(programme=programme.pk)
    off = DayOff.objects.filter(own, school=programme.school_id, on__lte=on, until__gte=on).first()
    if off:
        raise DayIsOff(off)
    return on


@pghistory.track()
class Session(models.Model):
    """One meeting of a programme. `planned_for` is the moment that the pattern gave it."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", _("took place")
        CALLED_OFF = "called_off", _("called off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sessions")
    on = models.DateField(_("day"))
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(editable=False)
    planned_for = models.DateTimeField(editable=False)
    extra = models.BooleanField(
        default=False, db_default=False, editable=False
    )  # outside the pattern
    # called off since the plan asked for it no more: it comes back with the plan
    unplanned = models.BooleanField(default=False, db_default=False, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED, editable=False)
    place = models.CharField(_("where"), max_length=200, blank=True)
    topic = models.CharField(_("topic"), max_length=200, blank=True)
    material = models.CharField(_("book or material"), max_length=200, blank=True)
    pages = models.CharField(_("pages"), max_length=60, blank=True)
    called_off_because = models.CharField(max_length=300, blank=True)
    held_at = models.DateTimeField(null=True, blank=True, editable=False)
    # as it really was, where it was otherwise than planned
    actual_begins = models.DateTimeField(null=True, blank=True)
    actual_ends = models.DateTimeField(null=True, blank=True)

    objects = SessionManager()

    class Meta:
        ordering = ["begins", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins"))
                & Q(ends__lte=F("begins") + dt.timedelta(hours=12)),
                name="a_session_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["programme", "planned_for"], name="a_session_is_planned_once"
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_at__isnull=False)
                | ~Q(state="held") & Q(held_at=None),
                name="a_held_session_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "begins"], name="sessions_of_a_programme"),
            models.Index(fields=["begins"], name="sessions_of_a_week"),
        ]

    def __str__(self):
        return f"{self.programme_id} {self.begins:%Y-%m-%d %H:%M}"

    def get_absolute_url(self):
        return reverse("counseling:session-detail", args=[self.pk])

    @property
    def span(self):
        """When it takes place, as the database compares it."""
        return self.span_from(self.begins)

    def span_from(self, begins):
        """Return when it would take place, did it begin at this moment."""
        return DateTimeTZRange(begins, begins + (self.ends - self.begins))

    @property
    def key_of_move(self):
        """The key of the news that it is at this time now: moved again, here once more, or not called
        off any more, it is another one (one query)."""
        rows = apps.get_model("counseling", "SessionEvent").objects.filter(pgh_obj=self.pk)
        events = rows.order_by("pgh_id").values_list("begins", "state")
        stood = [(at, state == self.State.CALLED_OFF) for at, state in events]
        times = [one for one, _same in itertools.groupby(stood)].count((self.begins, False))
        key = f"{self.pk} {self.begins.astimezone(dt.UTC):%Y%m%d%H%M}"
        return f"{key} {times}" if times > 1 else key

    @property
    def is_planned(self):
        """Whether it stands and nobody was marked yet."""
        return self.state == self.State.PLANNED

    @property
    def is_called_off(self):
        """Whether it does not take place."""
        return self.state == self.State.CALLED_OFF

    @property
    def takes_marks(self):
        """Whether who is there can be marked: it is about to begin, or has begun, and was not called off."""
        return not self.is_called_off and self.begins <= timezone.now() + BEFORE_IT_BEGINS

    def locked(self):
        """Return the row as it stands, locked until the transaction ends; rows about it can be kept
        meanwhile."""
        rows = Session.objects.select_for_update(of=("self",), no_key=True)
        return rows.select_related("programme__school").get(pk=self.pk)

    # --- who and what -----------------------------------------------------------------------------
    def lead(self, *, by, user=None, volunteer=None):
        """Let a member of staff or a volunteer lead it, or write down that it did; leading already,
        nothing happens.

        Raises Busy where that person is elsewhere then, NotCleared for a volunteer who is not checked
        or not accepted on that day, NotThatState for one that was called off.
        """

        def work():
            stands = self._led()
            row, new = stands.leaders.get_or_create(
                user=user or (volunteer and volunteer.user), volunteer=volunteer, live=True,
                defaults={"span": stands.span, "on": stands.on},
            )  # fmt: skip
            if new:
                stands.programme.record("session.led", by, session=str(stands.pk))
            return row

        return booking(work)

    def use(self, resource, *, by):
        """Book a room, a device or books for it; booked already, nothing happens. Raises Busy."""

        def work():
            stands = self._standing()
            row, new = stands.bookings.get_or_create(
                resource=resource, defaults={"span": stands.span}
            )
            if new:
                stands.programme.record("session.booked", by, session=str(stands.pk))
            return row

        return booking(work)

    def let_go(self, leading, *, by):
        """Let somebody lead it no more, or write down that it did not; gone already, nothing happens.
        Raises NotThatState for one that was called off."""
        with transaction.atomic():
            stands = self._led()
            if stands.leaders.filter(pk=leading).delete()[0]:
                stands.programme.record("session.unled", by, session=str(stands.pk))

    def release(self, resource, *, by):
        """Free a room, a device or books; free already, nothing happens. Raises NotThatState."""
        with transaction.atomic():
            stands = self._standing()
            if stands.bookings.filter(resource=resource).delete()[0]:
                stands.programme.record("session.released", by, session=str(stands.pk))

    # --- its way ------------------------------------------------------------------------------------
    def move(self, begins, *, by):
        """Let it begin at another moment; leaders and things go along, families are told. Who said that
        it will not come said so of the day: on another one it holds no more. Raises Busy, NotCleared,
        NotThatState, DayIsOff, OutsideProgramme."""

        def work():
            stands = self._standing()
            if stands.begins == begins:
                return
            before, stands.on = stands.on, open_day(stands.programme, begins)
            stands.begins, stands.ends = begins, begins + (stands.ends - stands.begins)
            stands.save(update_fields=["begins", "ends", "on"])
            stands.leaders.filter(live=True).update(span=stands.span, on=stands.on)
            stands.bookings.filter(live=True).update(span=stands.span)
            if stands.on != before:
                stands.said_absences.live().end(by=by)
            stands.programme.record("session.moved", by, session=str(stands.pk))
            stands.tell(MOVED, by, stands.key_of_move)

        booking(work)
        self.refresh_from_db()

    def call_off(self, *, by, because=""):
        """Call it off: who leads it and what was booked is free again, families are told."""
        with transaction.atomic():
            stands = self.locked()
            if stands.state == self.State.HELD:
                raise NotThatState(stands.state)
            if stands.state == self.State.PLANNED:
                stands.state, stands.called_off_because = self.State.CALLED_OFF, because
                stands.save(update_fields=["state", "called_off_because"])
                stands.leaders.update(live=False)
                stands.bookings.update(live=False)
                stands.programme.record("session.called_off", by, session=str(stands.pk))
                stands.tell(CALLED_OFF, by, str(stands.pk))
                stands.feed()
        self.refresh_from_db()

    def hold(self, *, by, **columns):
        """Write down that it took place, and what was worked on; held before, the columns alone."""
        with transaction.atomic():
            stands = self.locked()
            if stands.state == self.State.CALLED_OFF:
                raise NotThatState(stands.state)
            first = stands.state == self.State.PLANNED
            stands.state, stands.held_at = self.State.HELD, stands.held_at or timezone.now()
            for name, value in columns.items():
                setattr(stands, name, value)
            stands.save(update_fields=["state", "held_at", *columns])
            if first or columns:
                verb = "session.held" if first else "session.changed"
                stands.programme.record(verb, by, session=str(stands.pk), fields=sorted(columns))
            stands.feed()
        self.refresh_from_db()

    def feed(self):
        """Count its week anew in the plans that prescribe its programme."""
        from .feeding import feed_session  # it reads sessions

        feed_session(self)

    def describe(self, *, by, **columns):
        """Write where it is, or what is worked on; the same again, nothing happens."""
        with transaction.atomic():
            stands = self.locked()
            fields = sorted(n for n, value in columns.items() if getattr(stands, n) != value)
            for name in fields:
                setattr(stands, name, columns[name])
            if fields:
                stands.save(update_fields=fields)
                stands.programme.record(
                    "session.changed", by, session=str(stands.pk), fields=fields
                )

    def tell(self, kind, by, key):
        """Tell the families of the children that have a seat, and those who lead it."""
        for name in (kind, f"{kind}{TEAM}"):
            Notice.post(name, self, school=self.programme.school, by=by, dedupe_key=key)

    def _led(self):
        stands = self.locked()
        if stands.is_called_off:
            raise NotThatState(stands.state)
        return stands

    def _standing(self):
        stands = self.locked()
        if stands.state != self.State.PLANNED:
            raise NotThatState(stands.state)
        return stands
