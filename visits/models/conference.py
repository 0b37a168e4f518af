"""Conference days: families book a time with a teacher, and nobody sits at two tables at once."""

import datetime as dt
import uuid
from contextlib import suppress
from zoneinfo import ZoneInfo

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import IntegrityError, OperationalError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Household, School, SchoolClass, Student
from homeschool.people.models.school import SchoolPartQuerySet

from .home import HomeQuerySet, OfAHome, children_in, one_home
from .meeting import ITEM, classes_for

INVITED, CALLED_OFF, SLOT = "conference.invited", "conference.called_off", "conference.slot"
DEADLOCK = "40P01"  # PostgreSQL, appendix A: deadlock_detected
AT_TWO_TABLES = "a_child_sits_at_one_table_at_a_time"


class Taken(Exception):
    """Somebody else has this time, or the teacher is not there then."""


class TwoTables(Taken):
    """The child has another conversation at this time."""


class NotOpen(Exception):
    """Booking is not open: not yet, no more, or the time has come."""


class Booked(Exception):
    """A family has this time: it is not taken away from under it."""


# --- the times of a day -----------------------------------------------------------------------
def moments(day, begins, ends, minutes, breaks, zone):
    """Yield (start, end) of the slots of `day` by the clock on the school's wall, in UTC.

    `breaks` is [(from, until)]. In the night in which clocks go forward the hour that does not exist
    has no slot, and in the one in which they go back the hour that comes twice is used once; a slot
    always lasts `minutes` of real time, and none begins before the last one ended.
    """
    step, real = dt.timedelta(minutes=minutes), dt.timedelta(minutes=minutes)
    wall, last = dt.datetime.combine(day, begins), dt.datetime.combine(day, ends)
    free_from = None
    while wall + step <= last:
        start = wall.replace(tzinfo=zone).astimezone(dt.UTC)
        exists = start.astimezone(zone).replace(tzinfo=None) == wall
        rests = any(wall.time() < until and (wall + step).time() > since for since, until in breaks)
        if exists and not rests and (free_from is None or start >= free_from):
            free_from = start + real
            yield start, free_from
        wall += step


def as_break(text):
    """Return (from, until) of a break written like 12:00-13:00. Raises ValueError."""
    since, until = (dt.time.fromisoformat(part.strip()) for part in text.split("-"))
    if since >= until:
        raise ValueError(text)
    return since, until


class ConferenceQuerySet(SchoolPartQuerySet):
    def kept_by(self, user):
        """Return those that `user` may change: of no other classes than those it may gather."""
        rows = ConferenceDay.classes.through.objects.filter(conferenceday=OuterRef("pk"))
        foreign = rows.exclude(schoolclass__in=classes_for(user))
        return self.filter(Exists(rows), ~Exists(foreign))

    def held_by(self, user):
        """Return those at which `user` sits at a table."""
        return self.filter(Exists(Slot.objects.filter(conference=OuterRef("pk"), host=user.pk)))

    def for_family(self, user):
        """Return those to which the family of `user` was invited: see `Meeting.objects.for_family`."""
        own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM).active()
        classes = SchoolClass.objects.filter(
            Q(pk__in=own.values("school_class")) | Q(enrolments__student__in=own)
        )
        rows = ConferenceDay.classes.through.objects.filter(
            conferenceday=OuterRef("pk"), schoolclass__in=classes.values("pk")
        )
        return self.filter(Exists(rows)).exclude(invited_at=None)


class ConferenceDay(models.Model):
    """A day, or a few, on which families come to talk with teachers, each at a time of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="conference_days")
    name = models.CharField(_("name"), max_length=120)
    classes = models.ManyToManyField(
        SchoolClass, related_name="conference_days", verbose_name=_("classes")
    )
    on = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    begins = models.TimeField(_("begins at"))
    ends = models.TimeField(_("ends at"))
    breaks = ArrayField(models.CharField(max_length=11), default=list, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes for each family"),
        default=15,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    opens_at = models.DateTimeField(_("booking opens"))
    closes_at = models.DateTimeField(_("booking closes"))
    invited_at = models.DateTimeField(null=True, editable=False)
    called_off_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("on")), name="a_conference_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")), name="a_conference_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="booking_closes_after_it_opens"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("visits:conference-detail", args=[self.pk])

    # --- questions ------------------------------------------------------------------------------
    @property
    def zone(self):
        """The time zone of the school, by whose clock the day runs."""
        return ZoneInfo(self.school.time_zone)

    @property
    def takes_bookings(self):
        """Whether families may book now."""
        now = timezone.now()
        open_now = self.opens_at <= now < self.closes_at
        return bool(self.invited_at) and self.called_off_at is None and open_now

    @property
    def may_invite(self):
        """Whether its families can be invited now."""
        return self.called_off_at is None and timezone.now() < self.closes_at

    def children(self):
        """Return the children on roll of its classes (a queryset)."""
        rows = ConferenceDay.classes.through.objects.filter(conferenceday=self.pk)
        return children_in(rows.values("schoolclass"))

    def own_children(self, user):
        """Return those of them as whose family `user` is invited (one query)."""
        own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
        own = own.filter(pk__in=self.children().values("pk")).select_related(
            "school_class__adviser"
        )
        return list(own.order_by("sort_key", "pk"))

    def guests(self):
        """Return the rows of Sight of those who are told of it: whoever may receive at this moment."""
        return sight.receivers(self.children().values("pk"), ITEM)

    # --- verbs ------------------------------------------------------------------------------------
    def open(self, *, by, classes, hosts):
        """Keep this new day with its classes, and a table for each of `hosts` (users) in all its times.

        Raises Taken where one of them sits elsewhere then.
        """
        with transaction.atomic():
            self.school, self.made_by = classes[0].school, by
            self.save(force_insert=True)
            self.classes.set(classes)
            Entry.record("conference.made", self, by=by, school=self.school)
            for host in hosts:
                self.seat(host, by=by)

    def seat(self, host, *, by, room=""):
        """Give `host` a slot at every time of the day; twice is once. Raises Taken."""
        with transaction.atomic():
            if self.slots.filter(host=host).exists():
                return
            try:
                with transaction.atomic():
                    Slot.objects.bulk_create(self._slots(host, room))
            except IntegrityError:
                raise Taken from None
            Entry.record("conference.seated", self, by=by, school=self.school, host=str(host.pk))

    def _slots(self, host, room):
        breaks = [as_break(text) for text in self.breaks]
        for n in range((self.until - self.on).days + 1):
            day = self.on + dt.timedelta(days=n)
            for span in moments(day, self.begins, self.ends, self.minutes, breaks, self.zone):
                yield Slot(conference=self, host=host, room=room, starts_at=span[0], span=span)

    def change(self, *, by, **values):
        """Set name, place, and when booking opens and closes."""
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            Entry.record(
                "conference.changed", self, by=by, school=self.school, fields=sorted(values)
            )

    def invite(self, *, by):
        """Tell the families of its classes; again, those who were not told yet. Raises NotOpen."""
        with transaction.atomic():
            stands = ConferenceDay.objects.select_for_update(no_key=True).get(pk=self.pk)
            if not stands.may_invite:
                raise NotOpen
            self.invited_at = stands.invited_at or timezone.now()
            self.save(update_fields=["invited_at"])
            Entry.record(INVITED, self, by=by, school=self.school)
            told = Notice.objects.about(self).filter(kind=INVITED).count()
            key = f"{self.pk}:{told}"
            Notice.post(INVITED, self, school=self.school, by=by, dedupe_key=key)

    def call_off(self, *, by):
        """Call the day off: all its times and bookings end, and those who were invited are told."""
        with transaction.atomic():
            stands = ConferenceDay.objects.select_for_update().get(pk=self.pk)
            if stands.called_off_at:
                return
            self.called_off_at = timezone.now()
            self.save(update_fields=["called_off_at"])
            self.slots.update(live=False)
            bookings = self.bookings.filter(live=True)
            bookings.update(live=False, ended_at=self.called_off_at, ended_by=by)
            Entry.record(CALLED_OFF, self, by=by, school=self.school)
            Notice.objects.about(self).cancel()
            if stands.invited_at:
                Notice.post(CALLED_OFF, self, school=self.school, by=by)


class SlotQuerySet(models.QuerySet):
    def free(self):
        """Return those that can be booked: to come, not blocked, and nobody has them."""
        taken = Booking.objects.filter(slot=OuterRef("pk"), live=True)
        return self.filter(~Exists(taken), live=True, blocked=False, starts_at__gt=Now())


class Slot(models.Model):
    """A time at the table of one member of staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(ConferenceDay, models.PROTECT, related_name="slots")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    room = models.CharField(_("room"), max_length=60, blank=True)
    starts_at = models.DateTimeField()
    span = DateTimeRangeField()
    blocked = models.BooleanField(default=False)
    live = models.BooleanField(default=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "host", "id"]
        constraints = [
            ExclusionConstraint(
                name="nobody_holds_two_tables_at_once",
                expressions=[("host", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
            )
        ]
        indexes = [models.Index(fields=["conference", "starts_at"], name="slots_of_a_conference")]

    def __str__(self):
        return f"{self.host_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def ends_at(self):
        """When it ends."""
        return self.span.upper

    def block(self, blocked, *, by):
        """Keep the time free of families, or give it back. Raises Booked where a family has it."""
        with transaction.atomic():
            stands = Slot.objects.select_for_update(no_key=True).get(pk=self.pk)
            if stands.blocked == blocked:
                return
            if self.bookings.filter(live=True).exists():
                raise Booked
            self.blocked = blocked
            self.save(update_fields=["blocked"])
            verb = "conference.blocked" if blocked else "conference.unblocked"
            Entry.record(verb, self, by=by, school=self.conference.school)


class BookingQuerySet(HomeQuerySet):
    """Booked times. `visible_to(user)`:

    guardian, grown student: those of the own home, about a child that it sees · adviser, counselor,
    leader, school admin: about the children that they see · who sits at the table: those booked there,
    while the role is open · everybody else: none.
    """

    def visible_to(self, user):
        """Return the booked times of which `user` may know."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        seen = Student.objects.visible_to(user, roles=sight.STAFF_ROLES)
        own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
        lives = Household.objects.filter(Q(guardians=user.pk) | Q(students__user=user.pk))
        at_home = Q(household__in=lives.values("pk")) | Q(person=user.pk)
        here = ConferenceDay.objects.visible_to(user)
        return self.filter(
            Q(student__in=seen.values("pk"))
            | Q(student__in=own.values("pk")) & at_home
            | Q(host=user.pk, conference__in=here.values("pk"))
        )

    def live(self):
        """Return those that stand."""
        return self.filter(live=True)

    def take(self, slot, student, home, *, by, as_staff=False):
        """Book `slot` for `student` by its `home`, or move what it has with this teacher there.

        What was booked before is never lost: it moves by one statement or stays. Asked twice it is
        once. Raises Taken, TwoTables or NotOpen (for families outside the time of booking).
        """
        with suppress(_Deadlock):
            return self._try(slot, student, home, by, as_staff)
        try:
            return self._try(slot, student, home, by, as_staff)
        except _Deadlock:
            raise Taken from None

    def _try(self, slot, student, home, by, as_staff):
        try:
            with transaction.atomic():
                return self._take(slot, student, home, by, as_staff)
        except IntegrityError as error:
            raise (TwoTables if AT_TWO_TABLES in str(error) else Taken) from None
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") == DEADLOCK:
                raise _Deadlock from None
            raise

    def _take(self, slot, student, home, by, as_staff):
        slot = Slot.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "conference__school"
        ).get(pk=slot.pk)  # fmt: skip
        day = slot.conference
        if slot.starts_at <= timezone.now() or not (as_staff or day.takes_bookings):
            raise NotOpen
        # without a join: a row that moved while we waited must be found again
        own = self.live().of([home]).filter(conference=day, student=student, host=slot.host_id)
        own = own.select_for_update().first()
        if own and own.slot_id == slot.pk:
            return own
        if slot.blocked or not slot.live or self.live().filter(slot=slot).exists():
            raise Taken
        if own:
            return own.move(slot, by=by)
        return self._begin(slot, student, home, by)

    def _begin(self, slot, student, home, by):
        booking = Booking(
            slot=slot, conference=slot.conference, host_id=slot.host_id, span=slot.span, student=student,
            household_id=home.household, person_id=home.person, booked_by=by,
        )  # fmt: skip
        booking.save(force_insert=True)
        booking.tell("conference.booked", by)
        return booking


class _Deadlock(Exception):
    """Two who changed at once waited for each other, and the database ended one of them."""


@pghistory.track()
class Booking(OfAHome):
    """A time that a home has with a teacher about one child; what became of it stays in its events.

    `conference`, `host` and `span` are the slot's, so that the database can refuse two at once. `sequence` counts
    the changes that calendars must follow.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    conference = models.ForeignKey(ConferenceDay, models.PROTECT, related_name="bookings")
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    span = DateTimeRangeField()
    student = models.ForeignKey(Student, models.PROTECT, related_name="bookings")
    live = models.BooleanField(default=True)
    sequence = models.PositiveIntegerField(default=0)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    booked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["span", "id"]
        constraints = [
            one_home("a_booking_is_of_a_household_or_a_person"),
            models.UniqueConstraint(
                fields=["slot"], condition=Q(live=True), name="a_slot_is_taken_once"
            ),
            models.UniqueConstraint(
                fields=["conference", "host", "student", "household", "person"],
                condition=Q(live=True),
                nulls_distinct=False,
                name="a_home_has_one_time_with_a_teacher",
            ),
            ExclusionConstraint(
                name="a_teacher_talks_with_one_family_at_a_time",
                expressions=[("host", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
            ),
            ExclusionConstraint(
                name=AT_TWO_TABLES,
                expressions=[("student", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(live=True),
            ),
            models.CheckConstraint(
                condition=Q(live=True, ended_at=None) | Q(live=False, ended_at__isnull=False),
                name="a_booking_that_ended_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.student_id} {self.slot_id}"

    def move(self, slot, *, by):
        """Go to another slot of the same teacher, by one statement: where that fails, it stays."""
        with transaction.atomic():
            self.slot, self.span, self.sequence = slot, slot.span, self.sequence + 1
            self.booked_by, self.booked_at = by, timezone.now()
            self.save(update_fields=["slot", "span", "sequence", "booked_by", "booked_at"])
            self.tell("conference.moved", by)
            return self

    def cancel(self, *, by):
        """Give the time back; given back before, nothing happens. Raises NotOpen once it has come."""
        with transaction.atomic():
            stands = Booking.objects.select_for_update().get(pk=self.pk)
            if not stands.live:
                return
            if stands.span.lower <= timezone.now():
                raise NotOpen
            self.live, self.ended_at, self.ended_by = False, timezone.now(), by
            self.sequence = stands.sequence + 1
            self.save(update_fields=["live", "ended_at", "ended_by", "sequence"])
            self.tell("conference.cancelled", by)

    def tell(self, verb, by):
        """Write it down, and tell the home how it stands now, in place of what it was told before."""
        school = self.slot.conference.school
        Entry.record(verb, self, by=by, student=self.student, school=school)
        Notice.objects.about(self).cancel()
        key = f"{self.pk}:{self.sequence}"
        Notice.post(SLOT, self, school=school, by=by, student=self.student, dedupe_key=key)

    def guests(self):
        """Return the rows of Sight of the people of its home who may receive news of the child."""
        home = Booking.objects.filter(pk=self.pk).members()
        return sight.receivers([self.student_id], ITEM).filter(user_id__in=home)
