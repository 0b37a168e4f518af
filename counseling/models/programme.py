"""What a school offers after lessons: programmes, when they take place, and what they need."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Cast, Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counseling.rules import draw, pattern
from homeschool.journal.models import Entry, hours
from homeschool.people import sight
from homeschool.people.models import Division, School, SchoolClass, Student
from homeschool.people.models.school import SchoolPartQuerySet
from homeschool.people.models.weekday import Weekday

# Who of the staff sees and keeps programmes; figures of them are for the school admin, too.
KEEPERS = frozenset({sight.COUNSELOR, sight.LEADER})
READERS = KEEPERS | {sight.ADVISER, sight.SCHOOL_ADMIN}
# Who reads in which group of need a child stands.
NEED_READERS = KEEPERS | {sight.ADVISER}
ITEM = "sessions"  # what a grown student grants


class FewerThanTaken(Exception):
    """The programme would have fewer places than children that have a seat; `taken` says how many."""

    def __init__(self, taken):
        super().__init__(taken)
        self.taken = taken


class SeatsAskedFor(Exception):
    """Children have seats or ask for them: how seats are given stays as it is."""


class ProgrammeQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=None):
        """Return the programmes that `user` may see; with `roles` as staff alone.

        adviser, counselor, leader, school admin: those of the own school · guardian, grown student:
        those that the school of a child offers, or in which it has or had a seat · volunteer: those
        of which they lead a session · partner, district, anonymous: nothing.
        """
        staff = super().visible_to(user, READERS if roles is None else roles)
        if roles is not None:
            return staff
        children = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
        offered = Q(state=Programme.State.OPEN, school__in=children.active().values("school"))
        led = Q(sessions__leaders__user=user.pk) if user.is_authenticated else Q(pk=None)
        seated = Q(seats__student__in=children)
        own = self.filter(offered | seated | led).values("pk")
        return staff | self.filter(pk__in=own)

    def open(self):
        """Return those that families can ask for."""
        return self.filter(state=Programme.State.OPEN)

    def for_child(self, student):
        """Return those that are for this child, as `is_for` asks of one."""
        if student.status != Student.Status.ACTIVE:
            return self.none()
        everybody = Q(classes=None, divisions=None)
        named = Q(classes=student.school_class_id) | Q(divisions=student.division_id)
        fits = Programme.objects.filter(everybody | named, school=student.school_id)
        return self.filter(pk__in=fits.values("pk"))

    def taking_wishes(self, now=None):
        """Return those that families can ask for at this moment."""
        now = now or timezone.now()
        in_time = Q(asks_until=None) | Q(asks_until__gte=now)
        return self.open().going_on().filter(in_time)

    def going_on(self):
        """Return those whose last day has not passed at their school."""
        local = Func("school__time_zone", Now(), function="timezone",
                     output_field=models.DateTimeField())  # fmt: skip
        return self.filter(ends__gte=Cast(local, models.DateField()))

    def counted(self):
        """Add how many children have a seat (`taken`), an offer, a place in the line (`waits`), and how
        many wait for a draw (`wish`)."""
        return self.annotate(
            **{
                name: models.Count("seats", filter=Q(seats__state=state), distinct=True)
                for name, state in (
                    ("taken", "taken"), ("offered", "offered"), ("waits", "waiting"),
                    ("wish", "asked"),
                )
            }
        )  # fmt: skip

    def roll_on(self, now=None):
        """Let the offers that nobody answered in time, and places that stand free, go to the next ones;
        returns how many offers ended."""
        from .seat import Seat  # it reads programmes

        own = Seat.objects.filter(programme=OuterRef("pk"))
        held = own.filter(state__in=["offered", "taken"]).order_by().values("programme")
        held = models.Subquery(held.annotate(n=models.Count("pk")).values("n"))
        free = Q(Exists(own.filter(state="waiting")), capacity__gt=Coalesce(held, 0))
        free &= Q(pk__in=self.going_on().exclude(state=Programme.State.OVER).values("pk"))
        rows = self.filter(Exists(own.expired(now)) | free)
        rows = Programme.objects.filter(pk__in=rows.values("pk")).order_by("pk")
        return sum(programme.roll_on(now) for programme in rows)


class ProgrammeManager(models.Manager.from_queryset(ProgrammeQuerySet)):
    def begin(self, school, values, *, by, weekly, classes=(), divisions=()):
        """Keep a new programme, being prepared by `by`, with its times of the week; returns it."""
        with transaction.atomic():
            programme = self.create(school=school, owner=by, made_by=by, **values)
            programme._write_lists(weekly, classes=classes, divisions=divisions)
            programme.record("programme.begun", by)
        return programme


@pghistory.track()
class Programme(models.Model):
    """Something that takes place week after week for a number of children."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        OPEN = "open", _("families can ask for a seat")
        RUNNING = "running", _("takes place")
        OVER = "over", _("over")

    class Provider(models.TextChoices):
        SCHOOL = "school", _("the school")
        VOLUNTEER = "volunteer", _("volunteers")
        PARTNER = "partner", _("a partner of the school")

    class Format(models.TextChoices):
        ONE_TO_ONE = "one_to_one", _("one to one")
        GROUP = "group", _("a small group")
        COLLECTIVE = "collective", _("all together")
        CARING = "caring", _("a caring class")

    class Giving(models.TextChoices):
        FIRST_COME = "first_come", _("who asks first")
        DRAW = "draw", _("a fair draw")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="programmes")
    name = models.CharField(_("name"), max_length=120)
    about = models.TextField(_("what happens there"), max_length=2000, blank=True)
    provider = models.CharField(
        _("who offers it"), max_length=9, choices=Provider, default=Provider.SCHOOL
    )
    partner = models.CharField(_("name of the partner"), max_length=200, blank=True)
    format = models.CharField(_("how"), max_length=10, choices=Format, default=Format.GROUP)
    place = models.CharField(_("where"), max_length=200, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("places"), validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    # whom it is for: nothing named is everybody
    classes = models.ManyToManyField(
        SchoolClass, blank=True, related_name="+", verbose_name=_("for these classes")
    )
    divisions = models.ManyToManyField(
        Division, blank=True, related_name="+", verbose_name=_("for these grades")
    )
    whom = models.CharField(_("whom it is for"), max_length=300, blank=True)
    # groups of need in words, in the order in which the school puts children first; no family reads them
    needs = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        verbose_name=_("who comes first"),
    )
    # what a family says yes to before its child takes part; "" asks for nothing
    consent = models.TextField(_("what the family says yes to"), max_length=1000, blank=True)
    giving = models.CharField(
        _("how seats are given"), max_length=10, choices=Giving, default=Giving.FIRST_COME
    )
    asks_until = models.DateTimeField(_("families ask until"), null=True, blank=True)
    begins = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT, editable=False)
    # what the draw was made with; kept so that it can be reckoned again
    seed = models.CharField(max_length=64, blank=True, editable=False)
    drawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProgrammeManager()

    class Meta:
        ordering = ["-begins", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")), name="a_programme_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=1000), name="a_programme_has_places"
            ),
            models.CheckConstraint(
                condition=~Q(provider="partner") | ~Q(partner=""),
                name="a_partner_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at=None, seed="") | Q(drawn_at__isnull=False) & ~Q(seed=""),
                name="a_draw_keeps_its_seed",
            ),
        ]
        indexes = [models.Index(fields=["school", "state", "-begins"], name="programmes_of_school")]
        triggers = [
            pgtrigger.Trigger(
                name="no_fewer_places_than_seats",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("capacity"),
                condition=pgtrigger.Q(new__capacity__lt=pgtrigger.F("old__capacity")),
                func="""
                    IF NEW.capacity < (SELECT count(*) FROM counseling_seat
                        WHERE programme_id = NEW.id AND state IN ('offered', 'taken')) THEN
                        RAISE EXCEPTION 'fewer places than seats in %', NEW.id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'no_fewer_places_than_seats';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("counseling:programme-detail", args=[self.pk])

    @property
    def takes_wishes(self):
        """Whether a family can ask for a seat at this moment."""
        in_time = self.asks_until is None or timezone.now() <= self.asks_until
        return self.gives_seats and in_time

    @property
    def gives_seats(self):
        """Whether it is open or takes place, and its last day has not passed."""
        stands = self.state in (self.State.OPEN, self.State.RUNNING)
        return stands and self.today <= self.ends

    @property
    def zone(self):
        """The clock on the wall of the school."""
        return hours.zone_of(self.school.time_zone)

    @property
    def today(self):
        """The day that it is at the school."""
        return timezone.localdate(timezone=self.zone)

    @property
    def is_over(self):
        """Whether it has taken place."""
        return self.state == self.State.OVER

    def is_for(self, student):
        """Whether the child is one of those whom it is for."""
        if student.school_id != self.school_id or student.status != Student.Status.ACTIVE:
            return False
        classes = set(self.classes.values_list("pk", flat=True))
        divisions = set(self.divisions.values_list("pk", flat=True))
        if not classes and not divisions:
            return True
        return student.school_class_id in classes or student.division_id in divisions

    # --- changes --------------------------------------------------------------------------------
    def locked(self):
        """Return the row as it stands, locked until the transaction ends: who gives seats queues here."""
        rows = Programme.objects.select_for_update(of=("self",), no_key=True)
        rows = rows.select_related("school")
        return rows.get(pk=self.pk)

    def change(self, *, by, weekly=None, classes=None, divisions=None, **values):
        """Write these columns, the times of the week and whom it is for (None: as they are).

        Sessions to come follow the pattern. Raises FewerThanTaken where there would be fewer places
        than seats given, SeatsAskedFor where seats would be given otherwise after somebody asked, Busy
        as `following.follow` does.
        """
        with transaction.atomic():
            stands = self.locked()
            ended = stands.let_pass()
            if (
                values.get("giving", stands.giving) != stands.giving
                and stands.seats.live().exists()
            ):
                raise SeatsAskedFor
            taken = stands.seats.holding_a_place().count()
            if values.get("capacity", stands.capacity) < taken:
                raise FewerThanTaken(taken)
            fields = stands._write(values)
            fields += stands._write_lists(weekly, classes=classes, divisions=divisions)
            if fields:
                stands.record("programme.changed", by, fields=sorted(fields))
            if fields or ended:
                stands.offer_free_places(by=by)  # there may be more places now
            if {"begins", "ends", "pattern"} & set(fields):
                stands.follow_pattern(by=by)
        self.refresh_from_db()

    def _write(self, values):
        fields = sorted(n for n, value in values.items() if getattr(self, n) != value)
        before = {name: getattr(self, name) for name in fields}
        for name in fields:
            setattr(self, name, values[name])
        if fields:
            self.save(update_fields=fields)
        if "needs" in fields:
            self._number_needs_anew(before["needs"])
        if "place" in fields:
            self.sessions.to_come().filter(place=before["place"]).update(place=self.place)
        return fields

    def _number_needs_anew(self, before):
        """Let the children who wait stay in the group of need in which the school put them."""
        moved = draw.renumbered(before, self.needs)
        whens = [models.When(need=old, then=new) for old, new in moved.items() if old != new]
        if whens:
            waiting = self.seats.filter(state__in=["asked", "waiting"])
            waiting.update(
                need=models.Case(*whens, default=F("need"), output_field=models.IntegerField())
            )

    def _write_lists(self, weekly, **chosen):
        fields = []
        for name, rows in chosen.items():
            relation = getattr(self, name)
            if rows is not None and set(relation.all()) != set(rows):
                relation.set(rows)
                fields.append(name)
        if weekly is not None and set(weekly) != set(self.weekly()):
            self.pattern.all().delete()
            self.pattern.bulk_create(
                Weekly(programme=self, weekday=w.weekday, starts=w.starts, minutes=w.minutes)
                for w in sorted(set(weekly), key=lambda w: (w.weekday, w.starts))
            )
            fields.append("pattern")
        return fields

    def move_on(self, state, *, by):
        """Let it stand in this state; it stood there before, nothing happens."""
        with transaction.atomic():
            stands = self.locked()
            if stands.state != state:
                stands.state = state
                stands.save(update_fields=["state"])
                stands.record(f"programme.{self.State(state).value}", by)
                stands.follow_pattern(by=by)
                if stands.is_over:
                    stands.end_waiting(by=by)
        self.refresh_from_db()

    def record(self, verb, by, student=None, **data):
        """Write an Entry about this programme."""
        Entry.record(verb, self, by=by, school=self.school, student=student, **data)

    # --- its seats ------------------------------------------------------------------------------
    def free(self):
        """Return how many places nobody has and to nobody are offered."""
        return max(0, self.capacity - self.seats.holding_a_place().count())

    def offer_free_places(self, *, by):
        """Offer what is free to the next on the waiting list; the row is locked. Returns how many."""
        if not self.gives_seats:
            return 0
        found = list(self.seats.waiting().select_related("student")[: self.free()])
        for seat in found:
            seat.programme = self
            seat.offer(by=by)
        return len(found)

    def end_waiting(self, *, by):
        """End what is no seat yet: offers, places in the line, wishes; the row is locked."""
        for seat in self.seats.live().exclude(state="taken").select_related("student"):
            seat.programme = self
            offered = seat.state == seat.State.OFFERED
            seat.end(seat.State.EXPIRED if offered else seat.State.LEFT, by)

    def let_pass(self, now=None):
        """End the offers that nobody answered in time; the row is locked. Returns how many."""
        late = list(self.seats.expired(now).select_related("student"))
        for seat in late:
            seat.programme = self
            seat.end(seat.State.EXPIRED, None)
        return len(late)

    def roll_on(self, now=None):
        """End the offers that nobody answered in time, and offer their places to the next ones.

        Whoever calls it, and as often: each offer ends once. Returns how many ended.
        """
        with transaction.atomic():
            stands = self.locked()
            late = stands.let_pass(now)
            stands.offer_free_places(by=None)
        return late

    # --- when it takes place ------------------------------------------------------------------------
    def days_off(self, first, last):
        """Return {date: name} of the days between these without a session: holidays of the school, own
        pauses."""
        rows = self.school.days_off.filter(on__lte=last, until__gte=first)
        return {
            day: row.name
            for row in rows.filter(Q(programme=None) | Q(programme=self.pk))
            for day in row.days()
        }

    def moments(self, first=None, last=None):
        """Yield (day, begins, ends) of the sessions that the pattern asks for, as rules.pattern does."""
        first, last = max(first or self.begins, self.begins), min(last or self.ends, self.ends)
        days_off = self.days_off(first, last)
        return pattern.sessions(self.weekly(), first, last, self.zone, days_off=days_off)

    def weekly(self):
        """Return the times of the week as rules.pattern reads them."""
        return [pattern.Weekly(row.weekday, row.starts, row.minutes) for row in self.pattern.all()]

    def follow_pattern(self, *, by):
        """Let the sessions to come be those that the plan asks for: `following.follow`."""
        from .following import follow  # it reads sessions

        follow(self, by=by)


class Weekly(models.Model):
    """A time of the week at which a programme takes place."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="pattern")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(5), MaxValueValidator(600)]
    )

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "weekday", "starts"], name="a_time_of_the_week_stands_once"
            ),
            models.CheckConstraint(
                condition=Q(weekday__gte=1, weekday__lte=7, minutes__gte=5, minutes__lte=600),
                name="a_weekly_time_lies_within_a_week",
            ),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts:%H:%M}"
