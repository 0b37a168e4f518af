"""Schools, their parts and their terms."""

import datetime
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.people import sight

from .user import valid_time_zone

code_validator = RegexValidator(
    r"^[\w.-]+$", _("Use letters, digits, dot, hyphen and underscore, without spaces.")
)

# a moment by the clock of the row's zone
AT_A_MOMENT = Func(
    F("time_zone"),
    Value(datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)),
    function="timezone",
    output_field=models.DateTimeField(),
)


class DateRange(Func):
    """A span of dates from two columns, the end left out."""

    function = "DATERANGE"
    output_field = DateRangeField()


def all_languages():
    """Return the codes of all languages of the portal."""
    return [code for code, _name in settings.LANGUAGES]


class SchoolPartQuerySet(models.QuerySet):
    """Rows that belong to one school."""

    school_path = "school"

    def visible_to(self, user, roles=sight.STAFF_ROLES):
        """Return the rows of the schools in which `user` has one of `roles` today.

        guardian, student: nothing · adviser, counselor, leader, school admin: own school ·
        everybody else: nothing. Pass `roles` for what only some of them may see.
        """
        return self.filter(**{f"{self.school_path}__in": sight.schools_of(user, roles)})


class SchoolQuerySet(SchoolPartQuerySet):
    school_path = "pk"


class School(models.Model):
    """A school or a college."""

    class Kind(models.TextChoices):
        PRIMARY = "primary", _("primary school")
        SECONDARY = "secondary", _("secondary school")
        UNIVERSITY = "university", _("university or college")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(
        _("code"),
        max_length=60,
        unique=True,
        validators=[code_validator],
        help_text=_("The short name that files and commands use, like “demo-school”."),
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PRIMARY)
    time_zone = models.CharField(
        _("time zone"),
        max_length=60,
        default="Asia/Shanghai",
        validators=[valid_time_zone],
        help_text=_("Like Asia/Shanghai or America/Chicago."),
    )
    languages = ArrayField(
        models.CharField(max_length=12, choices=settings.LANGUAGES),
        default=all_languages,
        verbose_name=_("languages of the families"),
    )
    letterhead = models.TextField(_("letterhead"), blank=True, max_length=1000)
    quiet_from = models.TimeField(_("quiet from"), default="21:00")
    quiet_until = models.TimeField(_("quiet until"), default="07:30")
    two_staff_at_the_door = models.BooleanField(
        _("a home visit needs two members of staff"), default=True
    )
    smallest_group = models.PositiveSmallIntegerField(
        _("smallest group shown in public figures"), default=10, validators=[MinValueValidator(3)]
    )

    plans_need_approval = models.BooleanField(
        _("a leader says yes before a plan begins"), default=False, db_default=False
    )
    photos = models.BooleanField(_("photos of visits may be kept"), default=False, db_default=False)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            # whose right begins or ends today is asked by this clock: SQL that cannot read it would
            # answer nobody (PostgreSQL raises "time zone not recognized" while it checks)
            models.CheckConstraint(
                condition=IsNull(AT_A_MOMENT, False),
                name="a_school_has_a_clock",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_post_secondary(self):
        """Whether students hold their own rights whatever their age (34 CFR 99.3)."""
        return self.kind == self.Kind.UNIVERSITY


class Division(models.Model):
    """A grade of a school or a college of a university."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="divisions")
    code = models.CharField(_("code"), max_length=60, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)

    objects = SchoolPartQuerySet.as_manager()

    class Meta:
        ordering = ["school", "code"]
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="a_division_code_stands_once"),
            # what a student's row points at, so that the division is of the student's school
            models.UniqueConstraint(fields=["id", "school"], name="division_and_its_school"),
        ]

    def __str__(self):
        return self.name


class SchoolClassQuerySet(SchoolPartQuerySet):
    def open(self):
        """Return the classes that children go to: not those that were closed."""
        return self.filter(closed_at=None)


class SchoolClass(models.Model):
    """A homeroom class, or a scheduled one that gathers students of several classes.

    A class that left school, or that the roster no longer names, is closed and kept.
    """

    class Kind(models.TextChoices):
        HOMEROOM = "homeroom", _("homeroom class")
        SCHEDULED = "scheduled", _("course class")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="classes")
    division = models.ForeignKey(Division, models.PROTECT, related_name="classes")
    code = models.CharField(_("code"), max_length=60, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.HOMEROOM)
    adviser = models.ForeignKey(
        "people.Membership",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="classes",
        verbose_name=_("class adviser"),
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)

    objects = SchoolClassQuerySet.as_manager()

    class Meta:
        ordering = ["school", "code"]
        verbose_name_plural = "school classes"
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="a_class_code_stands_once"),
            models.UniqueConstraint(fields=["id", "division"], name="class_and_its_division"),
        ]

    def __str__(self):
        return self.name


class TermQuerySet(SchoolPartQuerySet):
    def on(self, day):
        """Return the terms that hold `day`."""
        return self.filter(start__lte=day, end__gt=day)


class Term(models.Model):
    """A stretch of school; `end` is the first day that no longer belongs to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="terms")
    code = models.CharField(_("code"), max_length=60, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    start = models.DateField(_("first day"))
    end = models.DateField(_("day after the last day"))

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["school", "-start"]
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="a_term_code_stands_once"),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="a_term_ends_after_it_begins",
                violation_error_message=_("The term must end after it begins."),
            ),
            ExclusionConstraint(
                name="terms_of_a_school_never_overlap",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    (DateRange("start", "end", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another term of this school has some of these days."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def last_day(self):
        """The last day that belongs to the term."""
        return self.end - datetime.timedelta(days=1)

    @property
    def is_running(self):
        """Whether today, by the current time zone, belongs to the term."""
        return self.start <= timezone.localdate() < self.end


class Region(models.Model):
    """A place of the official list: province, city, county. A parent may be missing."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        CITY = "city", _("city")
        COUNTY = "county", _("county")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    level = models.CharField(max_length=8, choices=Level)
    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["level", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "level", "name"],
                nulls_distinct=False,
                name="a_region_stands_once_under_its_parent",
            )
        ]

    def __str__(self):
        return self.name
