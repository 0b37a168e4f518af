"""Volunteers: who applies, what was checked and until when, what they learned, and whom they know."""

import datetime as dt
import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .parts import Slot

# Who sees volunteers, their contact and what was checked of them.
KEEPERS = frozenset({sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})
# Who takes an application and writes down what was checked.
DECIDERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})


class NotThatState(Exception):
    """The volunteer stands where this cannot be done; `state` is where."""

    def __init__(self, state):
        super().__init__(state)
        self.state = state


class VolunteerQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=KEEPERS):
        """Return the volunteers whom `user` may see.

        counselor, leader, school admin: those of the own school · the volunteer: the own row ·
        everybody else: nothing; a family reads the name of who leads a session.
        """
        staff = super().visible_to(user, roles)
        if roles != KEEPERS or not user.is_authenticated or not user.is_active:
            return staff
        return staff | self.filter(user=user.pk)

    def cleared_on(self, day):
        """Return those that are accepted, and of whom a check holds on `day`."""
        checks = Clearance.objects.filter(
            volunteer=OuterRef("pk"), issued_on__lte=day, expires_on__gte=day, withdrawn_at=None
        )
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
        ]
        indexes = [models.Index(fields=["school", "state", "full_name"], name="volunteers_school")]

    def __str__(self):
        return self.full_name

    def clearance_on(self, day):
        """Return the check that holds on `day` and longest, or None."""
        held = self.clearances.filter(issued_on__lte=day, expires_on__gte=day, withdrawn_at=None)
        return held.order_by("-expires_on").first()

    def decide(self, yes, *, by, words=""):
        """Accept or refuse an application, with a word to the person. Raises NotThatState."""
        after = self.State.ACCEPTED if yes else self.State.REFUSED
        self._step({self.State.APPLIED}, after, by, decided_by=by, deciding_words=words)

    def rest(self, *, by):
        """Make a pause: nothing can be assigned meanwhile."""
        self._step({self.State.ACCEPTED}, self.State.RESTING, by)

    def come_back(self, *, by):
        """Help again after a pause."""
        self._step({self.State.RESTING}, self.State.ACCEPTED, by)

    def end(self, *, by):
        """Leave: hours and history stay."""
        self._step({self.State.ACCEPTED, self.State.RESTING}, self.State.ENDED, by)

    def _step(self, before, after, by, **values):
        with transaction.atomic():
            stands = Volunteer.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if stands.state == after:
                return self.refresh_from_db()
            if stands.state not in before:
                raise NotThatState(stands.state)
            values |= {"state": after, "decided_at": timezone.now()}
            for name, value in values.items():
                setattr(stands, name, value)
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
    reference = models.CharField(_("number"), max_length=60, blank=True)
    issued_on = models.DateField(_("holds from"))
    expires_on = models.DateField(_("holds until"))
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

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
                condition=pgtrigger.AnyChange(exclude=["withdrawn_at"]),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.expires_on}"


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
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Slot.Weekday)
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


class PairQuerySet(sight.SightQuerySet):
    student_path = "helped"

    def visible_to(self, user, roles=None, item=None):
        """Return the pairs of which `user` sees both children as staff: adviser, counselor, leader."""
        staff = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
        roles = staff if roles is None else staff & roles
        helped = super().visible_to(user, roles=roles, item=item)
        helper = sight.within(user, "helper", roles, item)
        return helped.filter(helper) if helper is not None else self.none()


class Pair(models.Model):
    """Two children who help each other to learn: proposed, confirmed by the adviser, and kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    helper = models.ForeignKey("people.Student", models.PROTECT, related_name="+")
    helped = models.ForeignKey("people.Student", models.PROTECT, related_name="pairs")
    subject = models.CharField(_("in what"), max_length=60)
    # the figures by which it was proposed, as {"helper": ..., "helped": ...}
    because = models.JSONField(default=dict, blank=True)
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(helper=F("helped")), name="nobody_is_paired_with_itself"
            ),
            models.UniqueConstraint(
                fields=["helped", "subject"],
                condition=Q(ended_at=None),
                name="a_child_is_helped_by_one_in_a_subject",
            ),
        ]

    def __str__(self):
        return f"{self.helper_id} {self.helped_id}"


def hours_of(volunteer, since, until):
    """Return the minutes that a volunteer led sessions that took place between these dates."""
    from .session import Leading

    rows = Leading.objects.filter(
        volunteer=volunteer,
        session__state="held",
        session__on__gte=since,
        session__on__lte=until,
    )
    return rows.aggregate(n=models.Sum("session__minutes"))["n"] or 0
