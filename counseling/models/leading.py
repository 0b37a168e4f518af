"""Who leads a session and what is booked for it: nobody and nothing is at two places at once."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q

from .resource import Resource
from .volunteer import Volunteer


class LeadingQuerySet(models.QuerySet):
    def named(self):
        """Return those that stand, and those who led a session until it was called off."""
        return self.filter(Q(live=True) | Q(freed_at=None, session__state="called_off"))


class Leading(models.Model):
    """Who leads a session: staff or a volunteer, at one place at a time."""

    session = models.ForeignKey("counseling.Session", models.CASCADE, related_name="leaders")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    volunteer = models.ForeignKey(
        Volunteer, models.PROTECT, null=True, blank=True, related_name="leadings"
    )
    on = models.DateField(editable=False)
    span = DateTimeRangeField(editable=False)
    live = models.BooleanField(default=True, editable=False)
    # it was taken off, since it helps no more or no check holds: volunteer.py
    freed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LeadingQuerySet.as_manager()

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
                    -- first the lock, for which a check that is withdrawn meanwhile waits, or is
                    -- waited for; the second statement reads what was committed until then
                    PERFORM 1 FROM counseling_volunteer WHERE id = NEW.volunteer_id FOR KEY SHARE;
                    PERFORM 1 FROM counseling_volunteer v
                        JOIN counseling_clearance c ON c.volunteer_id = v.id
                        WHERE v.id = NEW.volunteer_id AND v.state = 'accepted'
                            AND c.withdrawn_at IS NULL
                            AND c.kind IN ('police', 'register')
                            AND NEW.on BETWEEN c.issued_on AND c.expires_on;
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

    session = models.ForeignKey("counseling.Session", models.CASCADE, related_name="bookings")
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
