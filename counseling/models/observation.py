"""The learning situation: what a teacher saw or counted of a child on a day, in numbers and a sentence."""

import datetime as dt
import uuid
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School, Student

from .plan import ITEM, READERS

OLDEST = dt.date(1900, 1, 1)
LONGEST_SUBJECT, LONGEST_WORDS = 80, 1000
LARGEST = Decimal("9999.99")


class Replaced(Exception):
    """Somebody corrected the observation already."""


class ObservationQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return the observations that `user` may read.

        adviser: own classes · counselor: caseload · leader: division or school · guardian: own
        child; of a grown one where plans were granted, since marks are more than name and class ·
        grown student: self · school admin (figures only), volunteer, partner, district,
        anonymous: nothing.
        """
        readers = READERS | sight.FAMILY_ROLES
        return super().visible_to(user, readers if roles is None else readers & roles, item)

    def standing(self):
        """Return those that hold: not corrected since, and not taken back."""
        later = Observation.objects.filter(supersedes=OuterRef("pk"))
        return self.filter(~Exists(later), is_void=False)

    def newest(self):
        """Return them from the newest day on."""
        return self.order_by("-on", "-at", "pk")


class ObservationManager(models.Manager.from_queryset(ObservationQuerySet)):
    def enter(self, rows, *, by):
        """Write new observations with an Entry each (two statements); `rows` are unsaved."""
        rows = list(rows)
        with transaction.atomic():
            self.bulk_create(rows)
            Entry.objects.bulk_create(row.entry("observation.entered", by) for row in rows)
        return rows


class Observation(models.Model):
    """One fact about a child's learning, and the teacher's sentence that goes with it.

    A mark is `value`, mostly of `out_of` points, in a `subject`. Attendance is `value` of `out_of`
    days on which the child was there: 0 of 1 is a day that it missed, 18 of 20 a month.
    Behaviour and remark are sentences. The family reads every one of them as it stands here: notes
    that it is not to read are another model. A row never changes: a correction takes its place
    (`supersedes`), and one that is void only says that the other was a mistake.
    """

    class Kind(models.TextChoices):
        MARK = "mark", _("mark")
        ATTENDANCE = "attendance", _("attendance")
        BEHAVIOUR = "behaviour", _("behaviour")
        REMARK = "remark", _("remark")

    class Source(models.TextChoices):
        ENTERED = "entered", _("entered")
        IMPORTED = "imported", _("imported")

    COUNTED = (Kind.MARK, Kind.ATTENDANCE)
    SAID = (Kind.BEHAVIOUR, Kind.REMARK)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="observations")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT, blank=True)
    value = models.DecimalField(
        _("points"), max_digits=9, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    out_of = models.DecimalField(
        _("out of"), max_digits=9, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )  # fmt: skip
    words = models.TextField(_("your sentence"), max_length=LONGEST_WORDS, blank=True)
    on = models.DateField(_("day"))
    # whose observation it is; nobody is named where a sheet names nobody
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=8, choices=Source, default=Source.ENTERED)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    is_void = models.BooleanField(default=False)

    objects = ObservationManager()

    class Meta:
        ordering = ["-on", "-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__gte=0), name="an_observation_counts_from_nothing"
            ),
            models.CheckConstraint(
                condition=Q(out_of=None) | Q(out_of__gt=0, value__lte=F("out_of")),
                name="an_observation_lies_within_its_measure",
            ),
            models.CheckConstraint(
                condition=Q(is_void=True)
                | Q(kind="mark", value__isnull=False) & ~Q(subject="")
                | Q(kind="attendance", value__isnull=False, out_of__isnull=False)
                | Q(kind__in=["behaviour", "remark"], value=None, out_of=None)
                & Q(words__regex=r"\S"),
                name="an_observation_says_what_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(supersedes__isnull=False),
                name="what_is_void_takes_something_back",
            ),
            models.CheckConstraint(
                condition=Q(on__gte=OLDEST), name="an_observation_has_a_likely_day"
            ),
        ]
        indexes = [models.Index(fields=["student", "-on"], name="observations_of_a_child")]
        triggers = [
            pgtrigger.Protect(
                name="an_observation_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self):
        return f"{self.on} {self.kind}"

    @property
    def share(self):
        """The value as a share of `out_of` (0 to 1), None where there is no measure."""
        return self.value / self.out_of if self.value is not None and self.out_of else None

    @property
    def is_imported(self):
        """Whether a sheet brought it."""
        return self.source == self.Source.IMPORTED

    def entry(self, verb, by, **data):
        """Return the unsaved Entry that `by` did `verb` to it."""
        return Entry(
            kind=Entry.Kind.CHANGED, verb=verb, actor=by, student_id=self.student_id,
            school_id=self.school_id, about_type=self._meta.label_lower, about_id=str(self.pk),
            data={"kind": str(self.kind)} | data,
        )  # fmt: skip

    def correct(self, *, by, **values):
        """Put a row with these values in its place and return it. Raises Replaced."""
        return self._replace("observation.corrected", by, **values)

    def take_back(self, *, by):
        """Say that it was a mistake: nobody reads it any more. Raises Replaced."""
        return self._replace("observation.taken_back", by, is_void=True)

    def _replace(self, verb, by, **values):
        same = ("school_id", "student_id", "kind", "subject", "value", "out_of", "words", "on")
        kept = {name: getattr(self, name) for name in same}
        with transaction.atomic():
            # one after the other: the second finds the first one's row
            Observation.objects.select_for_update().get(pk=self.pk)
            if self.is_void or Observation.objects.filter(supersedes=self.pk).exists():
                raise Replaced
            new = Observation.objects.create(supersedes=self, **(kept | {"by": by} | values))
            new.entry(verb, by, supersedes=str(self.pk)).save()
        return new
