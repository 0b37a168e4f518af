"""Volunteers, for the stage of tests/doors.py: one who leads a group, one who applied, one elsewhere."""

import datetime as dt

from django.utils import timezone

from counseling.models import Programme, Session, Volunteer, VolunteerCall
from homeschool.people.sight import COUNSELOR, LEADER, SCHOOL_ADMIN, VOLUNTEER

HELPING, APPLIED = "one who helps", "one who applied"
KEEPERS = {
    "counselor": {COUNSELOR}, "other_counselor": {COUNSELOR}, "principal": {LEADER},
    "school_admin": {SCHOOL_ADMIN},
}  # fmt: skip
THINGS = {
    "volunteer": {
        HELPING: KEEPERS | {"volunteer": {VOLUNTEER}},
        APPLIED: KEEPERS,
        "one of another school": {"other_school_admin": {SCHOOL_ADMIN}},
    },
}
CANARIES = {
    "canary-helps@example.org": set(KEEPERS),
    "Canary-good-at 1": set(KEEPERS),
    "canary-applied@example.org": set(KEEPERS),
    "Canary-good-at 2": set(KEEPERS),
    # the number of a check is for those who write them down
    "Canary-check 1": {"principal", "school_admin"},
    "Canary-withdrawn 1": set(KEEPERS),
    "canary-elsewhere@example.org": {"other_school_admin"},
}
SHOWN_AT = [
    ("counseling:volunteer-detail", HELPING),
    ("counseling:volunteer-detail", APPLIED),
    ("counseling:volunteer-detail", "one of another school"),
]


class Volunteers:
    """The rows behind THINGS, made on `stage` among its cast `c`."""

    def __init__(self, stage, c):
        self.call = VolunteerCall.objects.renew(c.school, by=c.principal)
        self.volunteers = [
            Volunteer.objects.create(
                school=school, user=user, full_name=f"Helper {n}", state=state, good_at=good_at,
                email=email,
            )
            for n, (school, user, state, email, good_at) in enumerate((
                (c.school, c.volunteer, "accepted", "canary-helps@example.org", "Canary-good-at 1"),
                (c.school, None, "applied", "canary-applied@example.org", "Canary-good-at 2"),
                (c.other_school, None, "accepted", "canary-elsewhere@example.org", "Chess"),
            ), 1)
        ]  # fmt: skip
        today = timezone.localdate()
        year = dt.timedelta(days=365)
        helper = self.volunteers[0]
        self.check, gone = [
            helper.clear(
                by=c.principal, kind=kind, reference="Canary-check 1", issued_on=today - year,
                expires_on=today + year,
            )
            for kind in ("police", "health")
        ]  # fmt: skip
        gone.withdraw(by=c.principal, because="Canary-withdrawn 1")
        self.session = self.lead(c, helper)

    def lead(self, c, helper):
        """Return a session of the cast's school that the volunteer led yesterday."""
        begins = timezone.now() - dt.timedelta(days=1)
        programme = Programme.objects.create(
            school=c.school, name="Reading by volunteers", capacity=12, owner=c.counselor,
            made_by=c.counselor, begins=begins.date(), ends=begins.date() + dt.timedelta(days=90),
            state=Programme.State.OPEN,
        )  # fmt: skip
        session = Session.objects.create(
            programme=programme, begins=begins, ends=begins + dt.timedelta(hours=1),
            on=begins.date(), minutes=60, planned_for=begins,
        )  # fmt: skip
        session.lead(by=c.counselor, volunteer=helper)
        return session

    def keys(self):
        """Return {kind: [key]} in the order of THINGS."""
        return {"volunteer": [row.pk for row in self.volunteers]}
