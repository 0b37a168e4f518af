"""Who was at a session, for how long, and who picked the child up; corrected with its history."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Student

from .pick_up import HELD, ITEM, STAFF, PickUp, folded, kept_apart
from .seat import Seat
from .session import BEFORE_IT_BEGINS, Session


class NoSeat(Exception):
    """The child has no seat in the programme; `students` are the keys of such children."""

    def __init__(self, students):
        super().__init__(students)
        self.students = students


class TooEarly(Exception):
    """The session has not begun."""


def seats_in(session):
    """Return the seats of children that belong to a session: taken before it ended, not left before it
    began."""
    here = Q(state=Seat.State.TAKEN) | Q(ended_at__gt=session.begins)
    return Seat.objects.filter(here, programme=session.programme_id, taken_at__lte=session.ends)


class AttendanceQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return the lines of children whom `user` may see; who leads a session sees its lines, too.

        adviser: own classes · counselor: caseload · leader: school · guardian, grown student: own ·
        school admin, partner, district: nothing.
        """
        asked = STAFF | sight.FAMILY_ROLES
        seen = super().visible_to(user, roles=asked if roles is None else roles, item=item)
        if roles is not None or not user.is_authenticated or not user.is_active:
            return seen
        return seen | self.filter(session__in=Session.objects.led_by(user).values("pk"))

    def picked_up_by_held(self):
        """Return the lines of children who went with a person that bears the name of somebody whom a
        contact restriction keeps away, or of one who is held back on the child's list."""
        rows = self.exclude(picked_up_by="").annotate(folded=folded("picked_up_by"))
        listed = PickUp.objects.standing().filter(student=OuterRef("student"), is_held=True)
        same = {"folded": OuterRef("folded")}
        return rows.filter(Exists(kept_apart().filter(**same)) | Exists(listed.filter(**same)))


class AttendanceManager(models.Manager.from_queryset(AttendanceQuerySet)):
    def mark(self, session, marks, *, by, only_new=False):
        """Write the marks of a session: {student id: {"mark": ..., "minutes": ..., ...}}; return how
        many lines are new or changed.

        The same again changes nothing; what changed keeps its history. With `only_new` a child that
        somebody marked already, be it a moment ago, is left as it is. The family of a child that is
        absent without excuse is told in the evening: counseling/reading/session_letters.py. Of a child
        that went with somebody who is held back the school is told at once. Raises NoSeat, TooEarly,
        `session.NotThatState`.
        """
        with transaction.atomic():
            stands = session.locked()
            if stands.begins > timezone.now() + BEFORE_IT_BEGINS:
                raise TooEarly
            known = {row.student_id: row for row in self.filter(session=stands)}
            if only_new:
                marks = {pk: values for pk, values in marks.items() if pk not in known}
            self._check(stands, marks)
            changed = [
                pk
                for pk, values in marks.items()
                if self._write(stands, known.get(pk), pk, values, by)
            ]
            if changed:
                stands.hold(by=by)
                self._note(stands, changed, by)
        return len(changed)

    def _check(self, session, marks):
        seated = seats_in(session).filter(student__in=marks)
        missing = set(marks) - set(seated.values_list("student", flat=True))
        if missing:
            raise NoSeat(sorted(missing, key=str))

    def _write(self, session, row, student, values, by):
        """Write one line; returns whether anything is different now."""
        row = row or Attendance(session=session, student_id=student)
        was_there = row.is_there
        if values.get("mark", row.mark) not in Attendance.THERE:
            values = values | {"engagement": None}
        before = None if row._state.adding else {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        if before == values:
            return False
        if "minutes" not in values and (before is None or row.is_there != was_there):
            row.minutes = session.minutes if row.is_there else 0
        row.by, row.at = by, timezone.now()
        row.save()
        return True

    def _note(self, session, changed, by):
        for line in self.filter(session=session, student__in=changed).select_related("student"):
            Entry.record(
                "attendance.marked", line, by=by, student=line.student,
                school=session.programme.school,
            )  # fmt: skip
        for line in self.filter(session=session, student__in=changed).picked_up_by_held():
            school, child = session.programme.school, line.student
            Notice.post(HELD, line, school=school, by=by, student=child)


@pghistory.track()
class Attendance(models.Model):
    """One child at one session."""

    class Mark(models.TextChoices):
        PRESENT = "present", _("there")
        LATE = "late", _("came late")
        EXCUSED = "excused", _("excused")
        ABSENT = "absent", _("not there")

    THERE = (Mark.PRESENT, Mark.LATE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance")
    student = models.ForeignKey(Student, models.PROTECT, related_name="attendance")
    mark = models.CharField(max_length=7, choices=Mark)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    # 1: had to be brought along ... 3: worked by itself
    engagement = models.PositiveSmallIntegerField(
        _("how it worked"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    picked_up_by = models.CharField(_("picked up by"), max_length=255, blank=True)
    picked_up_at = models.DateTimeField(null=True, blank=True)
    # not on the list of those who may pick the child up: somebody answered for it
    pick_up_because = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = AttendanceManager()

    class Meta:
        ordering = ["session", "student"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "student"], name="a_child_is_marked_once_in_a_session"
            ),
            models.CheckConstraint(
                condition=Q(mark__in=["present", "late"], minutes__lte=720)
                | Q(mark__in=["excused", "absent"], minutes=0, engagement=None),
                name="who_was_not_there_has_no_minutes",
            ),
            models.CheckConstraint(
                condition=Q(engagement=None) | Q(engagement__gte=1, engagement__lte=3),
                name="engagement_is_one_to_three",
            ),
        ]
        indexes = [models.Index(fields=["student", "session"], name="attendance_of_a_child")]
        triggers = [pgtrigger.Protect(name="attendance_is_kept", operation=pgtrigger.Delete)]

    def __str__(self):
        return f"{self.student_id} {self.mark}"

    @property
    def is_there(self):
        """Whether the child was at the session."""
        return self.mark in self.THERE
