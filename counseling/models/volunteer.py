"""Volunteers: who applies, what was checked and until when, what they learned, and whom they know."""

import contextlib
import datetime as dt
import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Cast, Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.fields import EncryptedTextField
from homeschool.journal.models import Entry, Job, Notice
from homeschool.people import sight
from homeschool.people.actions.school import add_staff
from homeschool.people.models import Membership, School, User
from homeschool.people.models.school import SchoolPartQuerySet
from homeschool.people.models.weekday import Weekday

# Who sees volunteers, their contact and what was checked of them.
KEEPERS = frozenset({sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})
# Who takes an application and writes down what was checked.
DECIDERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})
# Kinds of notices: the yes of the school, sessions that have lost their leader, a check that runs out.
TAKEN, FREED, RUNS_OUT = "volunteer.accepted", "volunteer.freed", "volunteer.check_ends"
# The job that writes to somebody who was not accepted and has no account to be told by.
REFUSAL = "volunteer.refusal"
# What is asked for before somebody is with children; other checks are kept beside it. The triggers of
# leading.py and of Clearance say the same.
CLEARING = ("police", "register")
# Nobody younger is with children alone.
YOUNGEST = 16
# So long after a session a volunteer who led it reads and corrects who was there.
RECENT = dt.timedelta(days=7)


class NotThatState(Exception):
    """The volunteer stands where this cannot be done; `state` is where."""

    def __init__(self, state):
        super().__init__(state)
        self.state = state


class VolunteerQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=KEEPERS):
        """Return the volunteers whom `user` may see.

        counselor, leader, school admin: those of the own school · the volunteer, as long as it
        helps: the own row · everybody else: nothing; a family reads the name of who leads a session.
        """
        staff = super().visible_to(user, roles)
        if roles != KEEPERS or not user.is_authenticated or not user.is_active:
            return staff
        helps = [Volunteer.State.ACCEPTED, Volunteer.State.RESTING]
        still = sight.schools_of(user, {sight.VOLUNTEER})
        return staff | self.filter(user=user.pk, state__in=helps, school__in=still)

    def helping(self, user):
        """Return the rows of `user` by which it may be with children today: accepted, the role still
        held, and a check that holds by the day of the school."""
        local = Func("school__time_zone", Now(), function="timezone",
                     output_field=models.DateTimeField())  # fmt: skip
        checks = Clearance.objects.filter(
            volunteer=OuterRef("pk"), issued_on__lte=OuterRef("today"),
            expires_on__gte=OuterRef("today"), withdrawn_at=None, kind__in=CLEARING,
        )  # fmt: skip
        rows = self.annotate(today=Cast(local, models.DateField())).filter(
            Exists(checks), user=user.pk, state=Volunteer.State.ACCEPTED
        )
        return rows.filter(school__in=sight.schools_of(user, {sight.VOLUNTEER}))

    def cleared_on(self, day):
        """Return those that are accepted, and of whom a check holds on `day`."""
        checks = Clearance.objects.filter(
            volunteer=OuterRef("pk"), issued_on__lte=day, expires_on__gte=day, withdrawn_at=None,
            kind__in=CLEARING,
        )  # fmt: skip
        return self.filter(Exists(checks), state=Volunteer.State.ACCEPTED)


@pghistory.track()
class Volunteer(models.Model):
    """Somebody who helps without being staff."""

    class State(models.TextChoices):
        APPLIED = "applied", _("has applied")
        ACCEPTED = "accepted", _("helps")
        RESTING = "resting", _("makes a pause")
        REFUSED = "refused", _("was not accepted")
        ENDED = "ended", _("has left")

    GONE = (State.REFUSED, State.ENDED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="volunteers")
    # an account comes with the yes of the school, never before
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="volunteering"
    )
    full_name = models.CharField(_("full name"), max_length=255)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    born_on = models.DateField(_("birthday"), null=True, blank=True)
    organisation = models.CharField(_("sent by"), max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    # in which language it applied, and is written to
    language = models.CharField(max_length=12, default="en", db_default="en", editable=False)
    # the key of the form, so that one sent twice is one
    sent_as = models.UUIDField(null=True, unique=True, editable=False)
    good_at = models.TextField(_("what you would like to do, and are good at"), max_length=2000)
    state = models.CharField(max_length=8, choices=State, default=State.APPLIED, editable=False)
    applied_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    deciding_words = models.CharField(max_length=500, blank=True)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        ordering = ["full_name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user"],
                condition=~Q(state__in=["refused", "ended"]),
                name="a_person_volunteers_once_at_a_school",
            ),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""), name="a_volunteer_can_be_reached"
            ),
            models.UniqueConstraint(
                "school",
                Lower("email"),
                condition=Q(state="applied") & ~Q(email=""),
                name="one_application_of_an_address_waits",
            ),
        ]
        indexes = [models.Index(fields=["school", "state", "full_name"], name="volunteers_school")]
        triggers = [
            pgtrigger.Trigger(
                name="who_stops_helping_leads_nothing",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("state"),
                condition=~pgtrigger.Q(new__state="accepted"),
                func="""
                    UPDATE counseling_leading SET live = false, freed_at = now()
                        WHERE volunteer_id = NEW.id AND live AND lower(span) > now();
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self):
        return self.full_name

    def get_absolute_url(self):
        return reverse("counseling:volunteer-detail", args=[self.pk])

    def clearance_on(self, day):
        """Return the check that holds on `day` and longest, of those that are asked for, or None."""
        held = self.clearances.filter(issued_on__lte=day, expires_on__gte=day, withdrawn_at=None)
        held = held.filter(kind__in=CLEARING)
        return held.order_by("-expires_on").first()

    def to_come(self):
        """Return what this volunteer leads from now on."""
        return self.leadings.filter(
            live=True, session__state="planned", session__begins__gt=timezone.now()
        )

    # --- changes --------------------------------------------------------------------------------
    def accept(self, *, by, words="", user=None, email=""):
        """Say yes to an application: with an e-mail the person gets an account, the role of a
        volunteer, and a letter. Raises NotThatState.

        `user` is an account of the portal that staff says is this person's; without one a new one is
        made. `email` is one that staff heard of, where the application named none.
        """
        with transaction.atomic():
            stands = self._locked()
            email = stands.email or email.strip().lower()
            found = {"email": email, "user": user or stands.user}
            self._step({self.State.APPLIED}, self.State.ACCEPTED, by,
                       decided_by=by, deciding_words=words, **found)  # fmt: skip
            if (user or email) and stands.state == self.State.APPLIED:
                self._let_in(by)
        self.refresh_from_db()

    def _let_in(self, by):
        """Give the person the role, on an account; has it already, nothing happens."""
        roles = Membership.objects.open().filter(school=self.school_id, role=sight.VOLUNTEER)
        if self.user is None or not roles.filter(user=self.user_id).exists():
            membership = add_staff(
                self.school, by=by, role=sight.VOLUNTEER, full_name=self.full_name,
                email=self.email, user=self.user,
            )  # fmt: skip
            self.user = membership.user
            Volunteer.objects.filter(pk=self.pk).update(user=self.user)
            User.objects.filter(pk=self.user_id, language="").update(language=self.language)
        Notice.post(TAKEN, self, school=self.school, by=by)

    def refuse(self, *, by, words=""):
        """Say no to an application, with a word to the person: by mail, where it named an e-mail.
        Raises NotThatState."""
        with transaction.atomic():
            first = self._locked().state == self.State.APPLIED
            self._step({self.State.APPLIED}, self.State.REFUSED, by,
                       decided_by=by, deciding_words=words)  # fmt: skip
            if first and self.email:
                Job.ask(REFUSAL, by=by, volunteer=str(self.pk))

    def rest(self, *, by):
        """Make a pause: nothing can be assigned meanwhile, and sessions to come have no leader."""
        self._step({self.State.ACCEPTED}, self.State.RESTING, by)

    def come_back(self, *, by):
        """Help again after a pause."""
        self._step({self.State.RESTING}, self.State.ACCEPTED, by)

    def end(self, *, by):
        """Leave: the role ends, sessions to come have no leader; hours and history stay."""
        with transaction.atomic():
            self._step({self.State.ACCEPTED, self.State.RESTING}, self.State.ENDED, by)
            held = Membership.objects.open().filter(role=sight.VOLUNTEER, user=self.user_id)
            for membership in held.filter(school=self.school_id).select_related("school"):
                membership.end(by=by)

    def come_on(self, times, *, by):
        """Write down when it can come, in the place of what was said before: [(day, from, until)]."""
        with transaction.atomic():
            self._locked()
            self.availability.all().delete()
            self.availability.bulk_create(
                Availability(volunteer=self, weekday=day, starts=starts, ends=ends)
                for day, starts, ends in times
            )
            Entry.record("volunteer.times", self, by=by, school=self.school)

    def clear(self, *, by, **columns):
        """Write down what was checked, and until when it holds; returns the Clearance."""
        with transaction.atomic():
            check = Clearance.objects.create(volunteer=self, checked_by=by, **columns)
            self.record_check("cleared", check, by)
        return check

    def record_check(self, verb, check, by):
        """Write an Entry about a check; what it says stays with the check."""
        Entry.record(f"volunteer.{verb}", self, by=by, school=self.school, check=check.pk)

    def _locked(self):
        """Return the row locked until the transaction ends, after the sessions to come: whoever
        assigns somebody, or names days off, locks in this order, too."""
        from .session import Session

        keys = list(self.to_come().values_list("session", flat=True))
        rows = Session.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
        list(rows.order_by("programme_id", "begins", "pk"))
        rows = Volunteer.objects.select_for_update(of=("self",)).select_related("school", "user")
        return rows.get(pk=self.pk)

    @contextlib.contextmanager
    def telling(self, by):
        """Tell the keepers of the programmes whose sessions lose this leader by what is done inside."""
        from .programme import Programme

        before = dict(self.to_come().values_list("pk", "session__programme"))
        yield
        gone = set(before) - set(self.to_come().values_list("pk", flat=True))
        if not gone:
            return
        entry = Entry.record("volunteer.freed", self, by=by, school=self.school, sessions=len(gone))
        for programme in Programme.objects.filter(pk__in={before[pk] for pk in gone}):
            key = f"{programme.pk}:{entry.pk}"
            Notice.post(FREED, programme, school=self.school, by=by, dedupe_key=key)

    def _step(self, before, after, by, **values):
        with transaction.atomic():
            stands = self._locked()
            if stands.state == after:
                return self.refresh_from_db()
            if stands.state not in before:
                raise NotThatState(stands.state)
            values |= {"state": after}
            if stands.state == self.State.APPLIED:
                values["decided_at"] = timezone.now()
            for name, value in values.items():
                setattr(stands, name, value)
            with stands.telling(by):
                stands.save(update_fields=[*values])
            Entry.record(f"volunteer.{after.value}", stands, by=by, school=stands.school)
        return self.refresh_from_db()


class Clearance(models.Model):
    """What was checked of a volunteer before it may be with children, and until when that holds."""

    class Kind(models.TextChoices):
        POLICE = "police", _("police record")
        REGISTER = "register", _("register of people who may not work with children")
        HEALTH = "health", _("health check")
        REFERENCE = "reference", _("word of somebody who knows the person")

    volunteer = models.ForeignKey(Volunteer, models.PROTECT, related_name="clearances")
    kind = models.CharField(_("what was checked"), max_length=9, choices=Kind)
    # sealed: with it somebody could ask for the record itself
    reference = EncryptedTextField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("holds from"))
    expires_on = models.DateField(_("holds until"))
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_because = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-expires_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="a_clearance_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__lte=F("issued_on") + dt.timedelta(days=366 * 5)),
                name="a_clearance_ends_within_five_years",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="a_clearance_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_clearance_says_what_it_said",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    exclude=["withdrawn_at", "withdrawn_by", "withdrawn_because"]
                ),
            ),
            # the lock is the one for which whoever assigns this volunteer waits
            pgtrigger.Trigger(
                name="without_a_check_nobody_leads",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("withdrawn_at"),
                condition=pgtrigger.Q(new__withdrawn_at__isnull=False),
                func="""
                    PERFORM 1 FROM counseling_volunteer WHERE id = NEW.volunteer_id FOR UPDATE;
                    UPDATE counseling_leading l SET live = false, freed_at = now()
                        WHERE l.volunteer_id = NEW.volunteer_id AND l.live
                            AND lower(l.span) > now()
                            AND NOT EXISTS (SELECT 1 FROM counseling_clearance c
                                WHERE c.volunteer_id = l.volunteer_id AND c.withdrawn_at IS NULL
                                    AND c.kind IN ('police', 'register')
                                    AND l.on BETWEEN c.issued_on AND c.expires_on);
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.expires_on}"

    def withdraw(self, *, by, because):
        """Say that it holds no longer: sessions to come on days that no other check covers have no
        leader from this moment, and their keepers are told. Withdrawn before, nothing happens."""
        with transaction.atomic():
            volunteer = self.volunteer._locked()
            stands = Clearance.objects.filter(pk=self.pk, withdrawn_at=None)
            with volunteer.telling(by):
                values = {"withdrawn_by": by, "withdrawn_because": because}
                if stands.update(withdrawn_at=timezone.now(), **values):
                    volunteer.record_check("check_withdrawn", self, by)
        self.refresh_from_db()


class Training(models.Model):
    """What a volunteer learned for the work."""

    volunteer = models.ForeignKey(Volunteer, models.CASCADE, related_name="trainings")
    what = models.CharField(_("what"), max_length=200)
    on = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)

    class Meta:
        ordering = ["-on", "id"]

    def __str__(self):
        return self.what


class Availability(models.Model):
    """A time of the week at which a volunteer can come."""

    volunteer = models.ForeignKey(Volunteer, models.CASCADE, related_name="availability")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts"), weekday__gte=1, weekday__lte=7),
                name="an_availability_ends_after_it_begins",
            )
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.starts:%H:%M}"


def led(since, until):
    """Return the rows of who led what took place between these dates, both included."""
    from .leading import Leading

    return Leading.objects.filter(
        live=True,
        volunteer__isnull=False,
        session__state="held",
        session__on__gte=since,
        session__on__lte=until,
    )


def hours_of(volunteer, since, until):
    """Return the minutes that a volunteer led sessions that took place between these dates."""
    rows = led(since, until).filter(volunteer=volunteer)
    return rows.aggregate(n=models.Sum("session__minutes"))["n"] or 0


def hours_by_programme(school, since, until):
    """Return {programme id: (volunteers, sessions, minutes)} of what volunteers led at a school
    between these dates (one query). A session that two of them led counts for each of them."""
    rows = led(since, until).filter(volunteer__school=school).values("session__programme")
    found = rows.order_by().annotate(
        people=models.Count("volunteer", distinct=True),
        times=models.Count("session", distinct=True),
        minutes=models.Sum("session__minutes"),
    )
    return {
        row["session__programme"]: (row["people"], row["times"], row["minutes"]) for row in found
    }
