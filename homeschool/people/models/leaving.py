"""Children who leave school, or come back: when, where to, and what ends with it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.fields import EncryptedTextField
from homeschool.journal.models import Entry
from homeschool.people import sight

from .family import Enrolment, Student
from .invitation import Invitation
from .school import School, SchoolClass
from .staff import Caseload


@dataclass(frozen=True)
class Held:
    """What a room above keeps of children, told once in its `AppConfig.ready()` (`on_leaving`).

    `names` name its rows in the journal, where they go to another school. `told(students)` returns
    sentences for whoever is about to let these children go (a list of ids): what ends, what had
    better be finished first. `end(students, by)` ends it, in the transaction in which they go.
    `unfinished(students)` says whether somebody still writes about them: no record goes to another
    school in the middle of a sentence.
    """

    names: tuple
    told: Callable
    end: Callable
    unfinished: Callable


_held: dict[tuple, Held] = {}


def on_leaving(held):
    """Make known what a room keeps of children; the last one of the same names stands."""
    _held[held.names] = held


def told_of(students):
    """Return the sentences of all rooms about these children (ids) going."""
    students = list(students)
    return [words for held in _held.values() for words in held.told(students)] if students else []


def is_unfinished(student):
    """Whether somebody of a room above still writes about this child (id)."""
    return any(held.unfinished([student]) for held in _held.values())


def goes_along():
    """Return the names of what follows a child to another school."""
    return ["student", "guardianships", "households", *(n for names in _held for n in names)]


def noted(verb, rows, *, by, school, student=None, **data):
    """Write one Entry for each of `rows` at once; `student(row)` is the child that it is about."""
    Entry.objects.bulk_create(
        [
            Entry(
                kind=Entry.Kind.CHANGED,
                verb=verb,
                actor=by,
                student_id=student(row) if student else None,
                school=school,
                about_type=row._meta.label_lower,
                about_id=str(row.pk),
                data=data,
            )
            for row in rows
        ],
        1000,
    )


def let_go(students, *, by, school):
    """End what the school does for these children (ids) one by one: caseloads that name them, seats
    in course classes, open letters, and what the rooms above have planned.

    Returns {"caseloads": [id], "enrolments": [[student, class]]} of what ended.
    """
    for held in _held.values():
        held.end(students, by)
    caseloads = list(Caseload.objects.filter(student__in=students, until=None))
    Caseload.objects.filter(pk__in=[row.pk for row in caseloads]).update(until=timezone.now())
    noted("caseload.ended", caseloads, by=by, school=school, student=lambda row: row.student_id)
    seats = Enrolment.objects.filter(student__in=students, school_class__school=school)
    ended = [[str(pk) for pk in pair] for pair in seats.values_list("student", "school_class")]
    seats.delete()
    letters = list(Invitation.objects.open().filter(student__in=students, school=school))
    Invitation.objects.filter(pk__in=[row.pk for row in letters]).update(
        outcome=Invitation.Outcome.REVOKED, ended_at=timezone.now()
    )
    noted("invitation.revoked", letters, by=by, school=school, student=lambda row: row.student_id)
    return {"caseloads": [str(row.pk) for row in caseloads], "enrolments": ended}


class LeavingManager(models.Manager.from_queryset(sight.SightQuerySet)):
    def begin(self, students, *, by, school, on, where, note=""):
        """Let `students` (ids) of one school leave on the day `on`, all or none.

        Who has left already stays as it is. Returns the new rows and what ended (`let_go`).
        """
        with transaction.atomic():
            rows = Student.objects.select_for_update(of=("self",)).filter(
                pk__in=list(students), school=school
            )
            rows = rows.exclude(status=Student.Status.LEFT).order_by("pk")
            going = list(rows.select_related("school_class"))
            ids = [row.pk for row in going]
            ended = let_go(ids, by=by, school=school)
            self.filter(student__in=ids, ended_at=None).update(ended_at=timezone.now())
            leavings = self.bulk_create(
                [
                    Leaving(
                        student=row, school=school, school_class=row.school_class,
                        class_name=row.school_class.name, on=on, where=where, note=note, by=by,
                    )
                    for row in going
                ],
                1000,
            )  # fmt: skip
            Student.objects.filter(pk__in=ids).update(status=Student.Status.LEFT)
            noted(
                "student.left", going, by=by, school=school, student=lambda row: row.pk, where=where
            )
            return leavings, ended

    def end(self, students):
        """End the leaving of these children (ids), who are on roll again."""
        self.filter(student__in=list(students), ended_at=None).update(ended_at=timezone.now())


class Leaving(models.Model):
    """That a child left a school: `visible_to` as the child is; the note is for its office alone.

    `class_name` is the name of the class on that day: the class itself goes on, or its name does.
    """

    class Where(models.TextChoices):
        SCHOOL = "school", _("another school")
        AWAY = "away", _("moved away")
        FINISHED = "finished", _("finished school")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="leavings")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    class_name = models.CharField(max_length=120)
    on = models.DateField(_("last day"))
    where = models.CharField(_("where to"), max_length=8, choices=Where)
    note = EncryptedTextField(_("note for the office"), blank=True, max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LeavingManager()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(ended_at=None), name="a_child_leaves_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("at")),
                name="a_leaving_ends_after_it_began",
            ),
        ]

    def __str__(self):
        return f"{self.student_id} {self.on}"


def come_back(student, school_class, *, by):
    """Put a child that left on roll again, in `school_class`; on roll already, nothing happens.

    Caseloads and letters do not come back: who looks after the child now is decided now.
    """
    with transaction.atomic():
        held = Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
        if held.status == Student.Status.ACTIVE:
            return
        student.join(school_class)
        student.status = Student.Status.ACTIVE
        student.save(update_fields=["school", "division", "school_class", "status"])
        Leaving.objects.end([student.pk])
        Entry.record(
            "student.came_back",
            student,
            by=by,
            student=student,
            school=school_class.school,
            school_class=str(school_class.pk),
        )


def move(student, school_class, *, by):
    """Put a child into another class of its school; in that class already, nothing happens."""
    with transaction.atomic():
        held = Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
        if held.school_class_id == school_class.pk:
            return
        student.join(school_class)
        student.save(update_fields=["school", "division", "school_class"])
        Entry.record(
            "student.moved",
            student,
            by=by,
            student=student,
            school=school_class.school,
            of=str(held.school_class_id),
            to=str(school_class.pk),
        )
