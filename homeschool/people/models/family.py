"""Children, the people who look after them, and where they live."""

import datetime
import uuid
import zoneinfo

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.fields import EncryptedTextField
from homeschool.journal.models import Entry
from homeschool.people import sight

from .periods import PeriodQuerySet, ends_after_it_begins
from .school import Division, Region, School, SchoolClass


class StudentQuerySet(sight.SightQuerySet):
    """Children. `visible_to(user)`:

    guardian: own children, below the age of own rights, or what the adult child granted ·
    student: self, once the rights are its own · adviser: own classes · counselor: caseload ·
    leader, school admin: division or school · volunteer, partner, district, anonymous: none.
    """

    student_path = ""

    def active(self):
        """Return those who are on roll."""
        return self.filter(status=Student.Status.ACTIVE)

    def found_by(self, text):
        """Return those whose name, pinyin, initials or number holds every word of `text`."""
        found = self
        for word in names.plain(text).split():
            found = found.filter(search_key__contains=word)
        return found


class StudentManager(models.Manager.from_queryset(StudentQuerySet)):
    def enrol(self, *, full_name, school_class, number, **fields):
        """Make the row of a child that joins `school_class`, with its keys."""
        student = Student(full_name=full_name, number=number, **fields)
        student.join(school_class)
        student.set_keys()
        student.save()
        return student


@pghistory.track()
class Student(models.Model):
    """One child for life: a new year never makes a new child."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("on roll")
        LEFT = "left", _("has left")
        TRANSFERRED = "transferred", _("moved to another school")
        SUSPECTED = "suspected", _("may have dropped out")
        DROPOUT = "dropout", _("has dropped out")

    class Sex(models.TextChoices):
        FEMALE = "female", _("girl")
        MALE = "male", _("boy")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="student"
    )
    school = models.ForeignKey(School, models.PROTECT, related_name="students")
    division = models.ForeignKey(Division, models.PROTECT, related_name="students")
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, related_name="students", verbose_name=_("class")
    )
    number = models.CharField(_("student number"), max_length=60)
    full_name = models.CharField(_("name"), max_length=names.LONGEST)
    preferred_name = models.CharField(
        _("name to be called by"), max_length=names.LONGEST, blank=True
    )
    sort_key = models.CharField(max_length=names.LONGEST_SORT_KEY, editable=False)
    search_key = models.TextField(editable=False)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, blank=True)
    home_language = models.CharField(_("language at home"), max_length=60, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    strengths = models.TextField(
        _("strengths"),
        blank=True,
        max_length=2000,
        help_text=_("One a line. The family reads them, and they stand beside every concern."),
    )

    objects = StudentManager()

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "number"], name="a_student_number_stands_once_in_a_school"
            ),
            models.CheckConstraint(condition=~Q(search_key=""), name="a_student_can_be_found"),
        ]
        indexes = [
            models.Index(fields=["school", "sort_key", "id"], name="students_of_a_school"),
            models.Index(fields=["division", "sort_key", "id"], name="students_of_a_division"),
            models.Index(fields=["school_class", "sort_key", "id"], name="students_of_a_class"),
            models.Index(fields=["sort_key", "id"], name="students_in_order"),
            GinIndex(
                fields=["search_key"], opclasses=["gin_trgm_ops"], name="students_by_search_key"
            ),
        ]

    def __str__(self):
        return self.full_name

    def get_absolute_url(self):
        return reverse("people:child-detail", args=[self.pk])

    @property
    def called(self):
        """The name by which the child is spoken of at home and at school."""
        return self.preferred_name or self.full_name

    @property
    def adult_on(self):
        """The eighteenth birthday, or None where the birth date is not known.

        A child of 29 February comes of age on 28 February, as PostgreSQL's intervals count.
        """
        if not self.birth_date:
            return None
        year = self.birth_date.year + 18
        try:
            return self.birth_date.replace(year=year)
        except ValueError:
            return datetime.date(year, 2, 28)

    @property
    def holds_own_rights(self):
        """Whether the rights are the student's own: 18 or older, or in post-secondary (34 CFR 99.3, 99.5)."""
        if self.school.is_post_secondary:
            return True
        today = timezone.localdate(timezone=self.school_zone)
        return self.adult_on is not None and self.adult_on <= today

    @property
    def school_zone(self):
        """The time zone of the school, in which birthdays are counted."""
        return zoneinfo.ZoneInfo(self.school.time_zone)

    def join(self, school_class):
        """Put the child into `school_class`, its division and its school (unsaved)."""
        self.school_class = school_class
        self.division_id = school_class.division_id
        self.school_id = school_class.school_id

    def set_keys(self):
        """Set the keys by which the child is sorted and found (unsaved)."""
        self.sort_key = names.sort_key(self.full_name)
        self.search_key = names.search_key(self.full_name, self.preferred_name, number=self.number)

    def change(self, *, by, **values):
        """Set these fields, and the keys that follow from the names."""
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            self.set_keys()
            self.save(update_fields=[*values, "sort_key", "search_key"])
            Entry.record(
                "child.changed",
                self,
                by=by,
                student=self,
                school=self.school,
                fields=sorted(values),
            )

    def leave(self, *, by, on, where, note=""):
        """Leave school on the day `on`: caseloads, letters and plans that name the child end. Left
        before, nothing happens. `where` is one of Leaving.Where."""
        from .leaving import Leaving

        Leaving.objects.begin([self.pk], by=by, school=self.school, on=on, where=where, note=note)
        self.refresh_from_db(fields=["status"])

    def come_back(self, school_class, *, by):
        """Be on roll again, in `school_class`; on roll already, nothing happens."""
        from .leaving import come_back

        come_back(self, school_class, by=by)

    def move(self, school_class, *, by):
        """Change to another class of the school; in it already, nothing happens."""
        from .leaving import move

        move(self, school_class, by=by)


class Enrolment(models.Model):
    """A student in a scheduled class; the homeroom stands on the student itself."""

    student = models.ForeignKey(Student, models.PROTECT, related_name="enrolments")
    school_class = models.ForeignKey(SchoolClass, models.PROTECT, related_name="enrolments")

    objects = sight.SightQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "school_class"], name="a_student_sits_in_a_class_once"
            )
        ]

    def __str__(self):
        return f"{self.student} · {self.school_class}"


class HouseholdQuerySet(models.QuerySet):
    """Homes. `visible_to(user)`:

    counselor: caseload · leader, school admin: division or school · adviser, guardian,
    student and everybody else: none, since a separated parent must not find the other's door.
    """

    MAY_READ = sight.STAFF_ROLES - {sight.ADVISER}

    def visible_to(self, user, roles=MAY_READ):
        """Return the homes of the children that `user` sees in one of `roles`."""
        children = Student.objects.visible_to(user, roles=self.MAY_READ & set(roles))
        homes = Household.students.through.objects.filter(student__in=children)
        return self.filter(pk__in=homes.values("household"))


@pghistory.track()
class Household(models.Model):
    """Where a family lives. A child may belong to two."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="households")
    address = models.TextField(_("address"), max_length=500, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    students = models.ManyToManyField(Student, related_name="households")
    guardians = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="households")

    objects = HouseholdQuerySet.as_manager()

    def __str__(self):
        return self.address or str(self.pk)


class GuardianshipQuerySet(PeriodQuerySet, sight.SightQuerySet):
    """Who looks after whom, and what they may see. `visible_to(user)`:

    adviser: own classes · counselor: caseload · leader, school admin: division or school ·
    guardian: the own row alone, so that separated parents never see each other · others: none.
    """

    def visible_to(self, user, roles=None, item=None):
        """Return the rows of the children that staff may see, and a guardian's own rows."""
        staff = super().visible_to(user, roles=(roles or sight.STAFF_ROLES) & sight.STAFF_ROLES)
        if roles is not None and sight.GUARDIAN not in roles:
            return staff
        return staff | self.filter(guardian_id=user.pk)


class GuardianshipManager(models.Manager.from_queryset(GuardianshipQuerySet)):
    def begin(self, *, student, guardian, by, **fields):
        """Put `guardian` beside `student` from now on."""
        with transaction.atomic():
            guardianship = self.create(student=student, guardian=guardian, **fields)
            guardianship.be_asked_alone()
            Entry.record(
                "guardianship.begun", guardianship, by=by, student=student, school=student.school
            )
            return guardianship


@pghistory.track()
class Guardianship(models.Model):
    """A person who looks after a child."""

    class Relation(models.TextChoices):
        MOTHER = "mother", _("mother")
        FATHER = "father", _("father")
        GRANDMOTHER = "grandmother", _("grandmother")
        GRANDFATHER = "grandfather", _("grandfather")
        STEPPARENT = "stepparent", _("step-parent")
        SIBLING = "sibling", _("brother or sister")
        RELATIVE = "relative", _("relative")
        FOSTER = "foster", _("foster parent")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="guardianships")
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="guardianships"
    )
    relation = models.CharField(
        _("relation"), max_length=12, choices=Relation, default=Relation.OTHER
    )
    relation_said = models.CharField(
        _("as the family says it"),
        max_length=60,
        blank=True,
        help_text=_("Only where the word differs, like “aunt on her mother’s side”."),
    )
    primary = models.BooleanField(_("first to be asked"), default=False)
    lives_with = models.BooleanField(_("the child lives with this person"), default=True)
    legal_guardian = models.BooleanField(_("legal guardian"), default=True)
    may_view = models.BooleanField(_("may see the child’s pages"), default=True)
    may_receive = models.BooleanField(_("receives the school’s messages"), default=True)
    restricted_at = models.DateTimeField(null=True, blank=True, editable=False)
    restricted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    restriction_reason = EncryptedTextField(
        _("reason of the restriction"), blank=True, max_length=2000
    )
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = GuardianshipManager()

    class Meta:
        ordering = ["-primary", "since"]
        constraints = [
            ends_after_it_begins("a_guardianship_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["student", "guardian"],
                condition=Q(until=None),
                name="a_guardian_stands_once_with_a_child",
            ),
            models.CheckConstraint(
                condition=Q(restricted_at=None, restricted_by=None, restriction_reason="")
                | Q(restricted_at__isnull=False, restricted_by__isnull=False)
                & ~Q(restriction_reason=""),
                name="a_restriction_has_author_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(restricted_at=None) | Q(may_view=False, may_receive=False),
                name="a_restricted_guardian_sees_and_receives_nothing",
            ),
        ]

    def __str__(self):
        return f"{self.guardian} · {self.relation_words}"

    @property
    def relation_words(self):
        """The relation as the family says it, else by its code in the reader's language."""
        return self.relation_said or self.get_relation_display()

    def change(self, *, by, **values):
        """Set what is known of this person and the child."""
        with transaction.atomic():
            self._set(by, "guardianship.changed", **values)
            self.be_asked_alone()

    def be_asked_alone(self):
        """Where this person is the first to be asked, let no other be it too."""
        if self.primary:
            others = Guardianship.objects.filter(student=self.student_id, primary=True)
            others.exclude(pk=self.pk).update(primary=False)

    def withdraw(self, *, by):
        """Take sight and messages away from the next request on."""
        self._set(by, "guardianship.withdrawn", may_view=False, may_receive=False)

    def restore(self, *, by):
        """Give sight and messages back, and lift a restriction."""
        self._set(
            by,
            "guardianship.restored",
            may_view=True,
            may_receive=True,
            restricted_at=None,
            restricted_by=None,
            restriction_reason="",
        )

    def restrict(self, *, by, reason):
        """Record that this person must not be in contact, and take all sight away."""
        self._set(
            by,
            "guardianship.restricted",
            may_view=False,
            may_receive=False,
            restricted_at=timezone.now(),
            restricted_by=by,
            restriction_reason=reason,
        )

    def end(self, *, by):
        """End the guardianship now."""
        self._set(by, "guardianship.ended", until=timezone.now())

    def _set(self, by, verb, **values):
        with transaction.atomic():
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            Entry.record(
                verb,
                self,
                by=by,
                student=self.student,
                school=self.student.school,
                fields=sorted(values),
            )


class GrantQuerySet(PeriodQuerySet, sight.SightQuerySet):
    """What grown students let their guardians see; whose child is visible, its grants are."""


class GrantManager(models.Manager.from_queryset(GrantQuerySet)):
    def give(self, *, student, guardian, item, by):
        """Let `guardian` see `item` of `student` from now on; given before, it stays given."""
        with transaction.atomic():
            grant, new = self.get_or_create(
                student=student, guardian=guardian, item=item, until=None
            )
            if new:
                Entry.record(
                    "grant.given", grant, by=by, student=student, school=student.school, item=item
                )
            return grant


@pghistory.track()
class Grant(models.Model):
    """What a student who holds its own rights lets a guardian see."""

    class Item(models.TextChoices):
        BASICS = "basics", _("name, class and teachers")
        VISITS = "visits", _("visits and promises")
        PLANS = "plans", _("counselling plans")
        SESSIONS = "sessions", _("after-school sessions")
        MESSAGES = "messages", _("messages")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="grants")
    guardian = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants")
    item = models.CharField(max_length=10, choices=Item)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = GrantManager()

    class Meta:
        constraints = [
            ends_after_it_begins("a_grant_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["student", "guardian", "item"],
                condition=Q(until=None),
                name="a_thing_is_granted_once",
            ),
        ]

    def __str__(self):
        return f"{self.guardian} · {self.get_item_display()}"

    def withdraw(self, *, by):
        """Take this back now; taken back before, nothing happens."""
        if self.until is not None:
            return
        with transaction.atomic():
            self.until = timezone.now()
            self.save(update_fields=["until"])
            Entry.record(
                "grant.withdrawn",
                self,
                by=by,
                student=self.student,
                school=self.student.school,
                item=self.item,
            )
