"""A session of a programme: when, where, who leads it, what is worked on, and what became of it."""

import datetime as dt
import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg2.extras import DateTimeTZRange

from homeschool.journal.models import Notice
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .programme import READERS, Programme
from .volunteer import Volunteer

MOVED, CALLED_OFF = "session.moved", "session.called_off"
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


class ResourceQuerySet(SchoolPartQuerySet):
    def free(self, span):
        """Return those that nobody has booked in this span of time."""
        return self.exclude(bookings__live=True, bookings__span__overlap=span)


class Resource(models.Model):
    """A room, a device or a set of books, of the school or of a partner."""

    class Kind(models.TextChoices):
        ROOM = "room", _("room")
        DEVICE = "device", _("device")
        BOOK = "book", _("books")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="resources")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    partner = models.CharField(_("whose it is"), max_length=200, blank=True)
    # how many children find a place in the room; 0 is not said
    places = models.PositiveSmallIntegerField(_("places"), default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "kind", "name"], name="a_resource_stands_once"
            )
        ]

    def __str__(self):
        return self.name


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user, roles=READERS):
        """Return the sessions of the programmes that `user` may see; a volunteer's are those it leads."""
        seen = Programme.objects.visible_to(user, roles).values("pk")
        return self.filter(programme__in=seen)

    def led_by(self, user):
        """Return those that `user` leads."""
        return self.filter(leaders__user=user.pk) if user.is_authenticated else self.none()

    def to_come(self, now=None):
        """Return those that stand and have not begun."""
        return self.filter(state=Session.State.PLANNED, begins__gt=now or timezone.now())


class SessionManager(models.Manager.from_queryset(SessionQuerySet)):
    def from_pattern(self, programme, *, by, first=None, last=None):
        """Plan the sessions that the pattern asks for and that are not planned yet, with the leaders
        and things named; returns how many are new. What was moved or called off stays so."""
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
        indexes = [models.Index(fields=["programme", "begins"], name="sessions_of_a_programme")]

    def __str__(self):
        return f"{self.programme_id} {self.begins:%Y-%m-%d %H:%M}"

    @property
    def span(self):
        """When it takes place, as the database compares it."""
        return DateTimeTZRange(self.begins, self.ends)

    def locked(self):
        """Return the row as it stands, locked until the transaction ends."""
        rows = Session.objects.select_for_update(of=("self",))
        return rows.select_related("programme__school").get(pk=self.pk)

    # --- who and what -----------------------------------------------------------------------------
    def lead(self, *, by, user=None, volunteer=None):
        """Let a member of staff or a volunteer lead it; leading already, nothing happens.

        Raises Busy where that person is elsewhere then, NotCleared for a volunteer who is not checked
        or not accepted on that day.
        """

        def work():
            stands = self._standing()
            row, new = stands.leaders.get_or_create(
                user=user or (volunteer and volunteer.user), volunteer=volunteer,
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

    # --- its way ------------------------------------------------------------------------------------
    def move(self, begins, *, by):
        """Let it begin at another moment; leaders and things go along, families are told. Raises Busy,
        NotCleared, NotThatState."""

        def work():
            stands = self._standing()
            if stands.begins == begins:
                return
            stands.begins, stands.ends = begins, begins + (stands.ends - stands.begins)
            stands.on = timezone.localdate(begins, stands.programme.zone)
            stands.save(update_fields=["begins", "ends", "on"])
            stands.leaders.update(span=stands.span, on=stands.on)
            stands.bookings.update(span=stands.span)
            stands.programme.record("session.moved", by, session=str(stands.pk))
            stands.tell(MOVED, by, f"{stands.pk} {begins:%Y%m%d%H%M}")

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
        self.refresh_from_db()

    def tell(self, kind, by, key):
        """Tell the families of the children that have a seat."""
        Notice.post(kind, self, school=self.programme.school, by=by, dedupe_key=key)

    def _standing(self):
        stands = self.locked()
        if stands.state != self.State.PLANNED:
            raise NotThatState(stands.state)
        return stands


class Leading(models.Model):
    """Who leads a session: staff or a volunteer, at one place at a time."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="leaders")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="leadings"
    )
    on = models.DateField(editable=False)
    span = DateTimeRangeField(editable=False)
    live = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(volunteer__isnull=False),
                name="somebody_leads",
            ),
            ExclusionConstraint(
                name="a_leader_is_at_one_place",
                expressions=[("user", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(live=True, user__isnull=False),
            ),
            ExclusionConstraint(
                name="a_volunteer_is_at_one_place",
                expressions=[
                    ("volunteer", RangeOperators.EQUAL),
                    ("span", RangeOperators.OVERLAPS),
                ],
                condition=Q(live=True, volunteer__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_volunteer_is_cleared",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("on", "volunteer_id", "live"),
                condition=pgtrigger.Q(new__volunteer__isnull=False, new__live=True),
                func="""
                    PERFORM 1 FROM counseling_volunteer v
                        JOIN counseling_clearance c ON c.volunteer_id = v.id
                        WHERE v.id = NEW.volunteer_id AND v.state = 'accepted'
                            AND c.withdrawn_at IS NULL
                            AND NEW.on BETWEEN c.issued_on AND c.expires_on
                        FOR KEY SHARE OF v;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'volunteer % is not cleared on %', NEW.volunteer_id, NEW.on
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'a_volunteer_is_cleared';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.volunteer_id or self.user_id}"


class Reserved(models.Model):
    """A room, a device or books, booked for a session."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="bookings")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="bookings")
    span = DateTimeRangeField(editable=False)
    live = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "resource"], name="a_session_books_a_thing_once"
            ),
            ExclusionConstraint(
                name="a_thing_is_booked_once",
                expressions=[("resource", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
            ),
        ]

    def __str__(self):
        return f"{self.resource_id} {self.session_id}"
