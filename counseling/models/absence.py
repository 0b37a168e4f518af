"""What a family said before: the child will not come to a session, or on a whole day."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student

from .attendance import Attendance
from .pick_up import ITEM
from .programme import READERS
from .seat import Seat
from .session import Session


class TooLate(Exception):
    """The session was called off, is over, or who was there is written down already."""


class AbsenceQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return what was said of children whom `user` may see; who leads a session sees what was said
        of that session and of its day.

        adviser: own classes · counselor: caseload · leader, school admin: school · guardian and grown
        student: own · partner, district, anonymous: nothing.
        """
        asked = READERS | sight.FAMILY_ROLES if roles is None else roles
        seen = super().visible_to(user, roles=asked, item=item)
        if roles is not None or not user.is_authenticated or not user.is_active:
            return seen
        led = Session.objects.led_by(user)
        return seen | self.filter(pk__in=Absence.objects.of_sessions(led).values("pk"))

    def live(self):
        """Return those that were not taken back."""
        return self.filter(taken_back_at=None)

    def end(self, *, by):
        """Take these back, each with its Entry; returns how many."""
        rows: list = list(self.select_for_update(of=("self",)))
        for row in rows:
            row.taken_back_at = timezone.now()
            row.save(update_fields=["taken_back_at"])
            row.record("absence.taken_back", by)
        return len(rows)

    def of_session(self, session):
        """Return what was said of this session, or of its whole day, by whoever has a seat in it."""
        seated = Seat.objects.filter(programme=session.programme_id).values("student")
        about = Q(session=session.pk) | Q(session=None, on=session.on)
        return self.live().filter(about, student__in=seated)

    def of_sessions(self, sessions):
        """Return what was said of these sessions (a queryset), or of the days of them, by those with a
        seat in their programmes."""
        same_day = sessions.filter(
            on=models.OuterRef("on"), programme__seats__student=models.OuterRef("student")
        )
        whole = Q(models.Exists(same_day), session=None)
        return self.filter(Q(session__in=sessions.values("pk")) | whole)


class AbsenceManager(models.Manager.from_queryset(AbsenceQuerySet)):
    def say(self, session, student, *, by):
        """Write that the child will not come to this session; said before, it stands. Raises TooLate."""
        with transaction.atomic():
            stands = _still_to_say(session, student)
            row, new = self.get_or_create(
                student=student, session=stands, taken_back_at=None,
                defaults={"on": stands.on, "said_by": by},
            )  # fmt: skip
            if new:
                row.record("absence.said", by)
        return row

    def say_day(self, on, student, *, by):
        """Write that the child will not come on a day; said before, it stands. Raises TooLate where no
        session of the child is still to come on it."""
        with transaction.atomic():
            seats = Seat.objects.taken().filter(student=student).values("programme")
            to_come = Session.objects.filter(
                programme__in=seats, on=on, state=Session.State.PLANNED, ends__gt=timezone.now()
            )
            if not to_come.exists():
                raise TooLate
            row, new = self.get_or_create(
                student=student, on=on, session=None, taken_back_at=None, defaults={"said_by": by}
            )
            if new:
                row.record("absence.said", by)
        return row

    def take_back(self, session, student, *, by):
        """Write that the child comes after all; never said, nothing happens. Returns how many rows ended.

        What was said of the whole day ends with it. Raises TooLate.
        """
        with transaction.atomic():
            stands = _still_to_say(session, student)
            about = Q(session=stands) | Q(session=None, on=stands.on)
            return self.live().filter(about, student=student).end(by=by)


def _still_to_say(session, student):
    """Return the session as it stands, locked: marks and words queue here. Raises TooLate."""
    stands = session.locked()
    marked = Attendance.objects.filter(session=stands, student=student).exists()
    if stands.state == Session.State.CALLED_OFF or stands.ends <= timezone.now() or marked:
        raise TooLate
    return stands


class Absence(models.Model):
    """What a family said of one session, or of a whole day where `session` is empty."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="said_absences")
    on = models.DateField()
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="said_absences"
    )
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = AbsenceManager()

    class Meta:
        ordering = ["on", "said_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "session"],
                condition=Q(taken_back_at=None, session__isnull=False),
                name="an_absence_is_said_once",
            ),
            models.UniqueConstraint(
                fields=["student", "on"],
                condition=Q(taken_back_at=None, session=None),
                name="a_day_of_absence_is_said_once",
            ),
        ]
        indexes = [models.Index(fields=["student", "on"], name="absences_of_a_child")]

    def __str__(self):
        return f"{self.student_id} {self.on}"

    def record(self, verb, by):
        """Write an Entry about it."""
        student = self.student
        Entry.record(
            verb,
            self,
            by=by,
            student=student,
            school=student.school,
            session=str(self.session_id or ""),
        )
