"""A child that goes to another school of the portal, with its record."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.fields import EncryptedTextField
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight

from .family import Guardianship, Household, Student
from .leaving import Leaving, goes_along, is_unfinished, let_go
from .rostering import RosterKey
from .school import School, SchoolClass
from .staff import Membership

GOES_TO_BOTH = frozenset({sight.SCHOOL_ADMIN})


class AnsweredAlready(ValueError):
    """The offer was answered or taken back before, or the child is in another school by now."""


class StillWritten(ValueError):
    """Somebody of the old school has begun a record about the child and not finished it."""


class TransferQuerySet(models.QuerySet):
    """Offers between two schools. `visible_to(user)`: school admin of either school: the offer, and
    of the child what `names_child_to_asked` allows · everybody else: none."""

    def visible_to(self, user, roles=GOES_TO_BOTH):
        """Return the offers of the schools where `user` has one of `roles`."""
        schools = sight.schools_of(user, roles)
        return self.filter(Q(from_school__in=schools) | Q(to_school__in=schools))

    def open(self):
        """Return those that wait for an answer."""
        return self.filter(answer="")


class TransferManager(models.Manager.from_queryset(TransferQuerySet)):
    def offer(self, student, to_school, *, by, message=""):
        """Offer a child with its record to another school; offered there already, that offer stands."""
        with transaction.atomic():
            Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
            stands = self.open().filter(student=student).first()
            if stands:
                return stands
            transfer = self.create(
                student=student, to_school=to_school, from_school=student.school,
                from_class=student.school_class, class_name=student.school_class.name,
                number=student.number,
                message=message, offered_by=by,
            )  # fmt: skip
            transfer.record("transfer.offered", by, school=student.school, to=str(to_school.pk))
            return transfer


class Transfer(models.Model):
    """One offer of a child's record by its school to another one, and the answer.

    `from_class`, `class_name` and `number` are what they were when it was offered.
    """

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="transfers")
    from_school = models.ForeignKey(School, models.PROTECT, related_name="+")
    from_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="+")
    class_name = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    to_school = models.ForeignKey(School, models.PROTECT, related_name="+")
    message = EncryptedTextField(_("a word to the other school"), blank=True, max_length=1000)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=9, choices=Answer, blank=True)
    words = EncryptedTextField(_("a word back"), blank=True, max_length=1000)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = TransferManager()

    class Meta:
        ordering = ["-offered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=Q(answer=""), name="a_child_is_offered_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(from_school=F("to_school")), name="a_transfer_is_to_another_school"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None, answered_at=None)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="an_answer_says_by_whom_and_when",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def is_open(self):
        """Whether it waits for an answer."""
        return self.answer == ""

    @property
    def names_child_to_asked(self):
        """Whether the school that is asked may know who the child is: not after it said no."""
        return self.answer in ("", self.Answer.ACCEPTED)

    def record(self, verb, by, *, school, kind=Entry.Kind.CHANGED, **data):
        """Write what happened to the offer into the journal."""
        Entry.record(verb, self, by=by, kind=kind, student=self.student, school=school, **data)

    def decline(self, *, by, words=""):
        """Say no, with a word; the record stays where it is. Raises AnsweredAlready."""
        with transaction.atomic():
            self._answer(self.Answer.DECLINED, by, words)
            self.record("transfer.declined", by, school=self.to_school)

    def withdraw(self, *, by):
        """Take the offer back. Raises AnsweredAlready."""
        with transaction.atomic():
            self._answer(self.Answer.WITHDRAWN, by)
            self.record("transfer.withdrawn", by, school=self.from_school)

    def accept(self, school_class, number, *, by):
        """Take the child into `school_class` of the school that was asked, with its whole record.

        What the old school does for the child ends; its guardians stay with their sight, and are
        told (34 CFR 99.34); the journal of the old school says what went to whom (34 CFR
        99.31(a)(2), 99.32). Raises AnsweredAlready, StillWritten; IntegrityError where the number is
        taken.
        """
        with transaction.atomic():
            self._answer(self.Answer.ACCEPTED, by)
            student = self._held()
            if is_unfinished(student.pk):
                raise StillWritten
            let_go([student.pk], by=by, school=self.from_school)
            self._forget_keys(student)
            self._take_homes(student)
            student.join(school_class)
            student.number, student.status = number, Student.Status.ACTIVE
            student.set_keys()
            student.save()
            Leaving.objects.end([student.pk])
            self.student = student
            self._tell(by)

    def _answer(self, answer, by, words=""):
        stands = Transfer.objects.select_for_update().filter(pk=self.pk, answer="").first()
        if stands is None:
            raise AnsweredAlready
        self.answer, self.answered_by, self.answered_at = answer, by, timezone.now()
        self.words = words
        self.save(update_fields=["answer", "answered_by", "answered_at", "words"])

    def _held(self):
        """Return the child, locked. Raises AnsweredAlready where it is in another school by now."""
        rows = Student.objects.select_for_update(of=("self",)).select_related("school")
        student = rows.get(pk=self.student_id)
        if student.school_id != self.from_school_id:
            raise AnsweredAlready
        return student

    def _forget_keys(self, student):
        """Drop the keys under which rosters of the old school name the child, its ties, and those of
        its family whom nothing else ties to that school: no roster of it reaches them any more."""
        ties = Guardianship.objects.filter(student=student)
        people = set(ties.values_list("guardian", flat=True))
        others = Guardianship.objects.filter(guardian__in=people, student__school=self.from_school)
        stay = set(others.exclude(student=student).values_list("guardian", flat=True))
        roles = Membership.objects.filter(user__in=people, school=self.from_school)
        stay |= set(roles.values_list("user", flat=True))
        kinds = RosterKey.Kind
        keys = RosterKey.objects.filter(school=self.from_school)
        keys.filter(
            Q(kind=kinds.STUDENT, row=student.pk)
            | Q(kind=kinds.GUARDIANSHIP, row__in=list(ties.values_list("pk", flat=True)))
            | Q(kind=kinds.PERSON, row__in=list(people - stay))
        ).delete()

    def _take_homes(self, student):
        """Let the homes go along in which no other child of the old school lives."""
        lives = Household.students.through.objects.filter(household=models.OuterRef("pk"))
        others = lives.filter(student__school=self.from_school).exclude(student=student)
        homes = Household.objects.filter(students=student, school=self.from_school)
        own = list(homes.filter(~models.Exists(others)).values_list("pk", flat=True))
        Household.objects.filter(pk__in=own).update(school=self.to_school)

    def _tell(self, by):
        """Write down what went to whom, and let the family know."""
        self.record(
            "student.transferred",
            by,
            school=self.from_school,
            kind=Entry.Kind.DISCLOSED,
            to=str(self.to_school_id),
            what=goes_along(),
            basis="34 CFR 99.31(a)(2)",
        )
        self.record("student.joined", by, school=self.to_school, of=str(self.from_school_id))
        Notice.post(
            "people.transferred", self, school=self.from_school, by=by, student=self.student
        )
