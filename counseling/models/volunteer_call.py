"""The address at which people apply to help: open to whoever has it, guessed by nobody."""

import secrets

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .volunteer import DECIDERS, Availability, Volunteer


def make_key():
    """Return a fresh key of an address: 96 random bits."""
    return secrets.token_urlsafe(12)


class CallQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=DECIDERS):
        """Return those of the schools in which `user` takes applications: leader, school admin."""
        return super().visible_to(user, roles)

    def live(self):
        """Return those that are open."""
        return self.filter(ended_at=None)


class CallManager(models.Manager.from_queryset(CallQuerySet)):
    def renew(self, school, *, by):
        """Open an address for applications; the one before opens nothing any more. Returns the Call."""
        with transaction.atomic():
            School.objects.select_for_update(no_key=True).get(pk=school.pk)
            self.live().filter(school=school).update(ended_at=timezone.now())
            call = self.create(school=school, key=make_key(), made_by=by)
            Entry.record("volunteer_call.opened", call, by=by, school=school)
        return call

    def close(self, school, *, by):
        """Take no applications any more; closed before, nothing happens."""
        with transaction.atomic():
            call = self.live().select_for_update().filter(school=school).first()
            if call:
                call.ended_at = timezone.now()
                call.save(update_fields=["ended_at"])
                Entry.record("volunteer_call.closed", call, by=by, school=school)


class VolunteerCall(models.Model):
    """A school that asks for help, and its address. The key is no secret: it hangs on the wall."""

    school = models.ForeignKey(School, models.PROTECT, related_name="volunteer_calls")
    key = models.CharField(max_length=24, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = CallManager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(ended_at=None),
                name="a_school_has_one_open_address",
            )
        ]

    def __str__(self):
        return f"{self.school_id} {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("counseling:volunteer-apply", args=[self.key])

    def apply(self, *, sent_as, times=(), **columns):
        """Write an application down, once for a form and an address; whoever helps already, or makes
        a pause, is there already. Says nothing of what was there: the page must not, either."""
        email = columns["email"] = columns.get("email", "").strip().lower()
        there = Volunteer.objects.filter(school=self.school).exclude(state__in=Volunteer.GONE)
        if email and there.filter(email__iexact=email).exists():
            return
        try:
            with transaction.atomic():
                volunteer = Volunteer.objects.create(school=self.school, sent_as=sent_as, **columns)
                volunteer.availability.bulk_create(
                    Availability(volunteer=volunteer, weekday=day, starts=starts, ends=ends)
                    for day, starts, ends in times
                )
                Entry.record("volunteer.applied", volunteer, by=None, school=self.school)
        except IntegrityError as error:
            name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
            if name != "one_application_of_an_address_waits" and "sent_as" not in name:
                raise
