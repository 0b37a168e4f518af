"""What a child needs, as it was noted at a visit: a row that help can point at."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School, Student

from .record import READERS, VisitChild, open_to, staff_part_for
from .visit import Visit

Kind = VisitChild.Need
# “Nothing for now” is an answer, and no need.
KINDS = [code for code in Kind.values if code != Kind.NOTHING]


class NeedQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=None):
        """Return the needs whose record `user` reads as staff.

        adviser: own classes · counselor: caseload · leader: division or school · what the family
        wished to keep out of its summary: only who reads the staff part of that visit · of a
        confidential visit: only who reads it · guardian, grown student: nothing here, they read
        what they said in the summary, and how it ended stands in words of staff · others: nothing.
        """
        staff = READERS if roles is None else READERS & roles
        seen = super().visible_to(user, roles=staff, item=item)
        if seen.query.is_empty():
            return seen
        return seen.filter(open_to(user), Q(kept_out=False) | staff_part_for(user))

    def open(self):
        """Return those that wait for an outcome."""
        return self.filter(resolved_at=None)

    def by_age(self):
        """Return those that wait first, the longest on top, then the newest answers."""
        return self.order_by(F("resolved_at").desc(nulls_first=True), "noted_at", "pk")


class NeedManager(models.Manager.from_queryset(NeedQuerySet)):
    def note(self, visit, lines):
        """Write the needs that were ticked for the children of a held visit (one statement)."""
        kept_out = "needs" in visit.kept_out
        self.bulk_create(
            Need(
                school_id=visit.school_id,
                student_id=line.student_id,
                visit=visit,
                kind=code,
                words=line.needs_words,
                kept_out=kept_out,
                noted_at=visit.happened_at,
            )
            for line in lines
            for code in KINDS
            if code in line.needs
        )


@pghistory.track(pghistory.UpdateEvent())
class Need(models.Model):
    """One thing that one child needs, noted at one visit, until somebody writes how it ended.

    Plans, seats and aid that answer a need point at this row, and it leads back to the visit
    (`get_absolute_url` is the page on which it is answered). `VisitChild.needs` stays as it was
    answered: this row is the work that came of it. What was noted never changes; only the outcome
    is written, and taken back by `reopen`.
    """

    Kind = VisitChild.Need

    class Outcome(models.TextChoices):
        MET = "met", _("met")
        PASSED_ON = "passed_on", _("passed on")
        NOT_NEEDED = "not_needed", _("no longer needed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="needs")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="needs_noted")
    kind = models.CharField(max_length=12, choices=Kind)
    words = models.TextField(blank=True)
    # whether the family wished it kept out of its summary
    kept_out = models.BooleanField(default=False)
    noted_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_words = models.CharField(max_length=500, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = NeedManager()

    class Meta:
        ordering = ["noted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "student", "kind"], name="a_need_is_noted_once_in_a_visit"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="a_need_is_not_nothing"),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None, outcome="", outcome_words="")
                | Q(
                    resolved_at__isnull=False,
                    resolved_by__isnull=False,
                    outcome__in=["met", "passed_on", "not_needed"],
                ),
                name="an_answered_need_says_how_and_by_whom",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "noted_at"], condition=Q(resolved_at=None), name="needs_open"
            ),
            models.Index(fields=["student", "noted_at"], name="needs_of_a_child"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_was_noted_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "school", "student", "visit", "kind", "words", "kept_out", "noted_at"
                ),
            ),
            pgtrigger.Protect(name="a_need_is_never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return str(self.get_kind_display())

    def get_absolute_url(self):
        return reverse("visits:need-detail", args=[self.pk])

    @property
    def is_open(self):
        """Whether it waits for an outcome."""
        return self.resolved_at is None

    def resolve(self, *, by, outcome, words=""):
        """Write how it ended; answered before, the first answer stands. Return whether it was
        written. Raises ValueError for an outcome that there is not."""
        if outcome not in self.Outcome.values:
            raise ValueError("no such outcome")
        answer = {"outcome": outcome, "outcome_words": words}
        return self._turn("need.resolved", by, resolved_at=None)(
            resolved_at=timezone.now(), resolved_by=by, **answer
        )

    def reopen(self, *, by):
        """Take the outcome back: it waits again; what was written stays in the history of the row.
        Return whether there was an outcome."""
        return self._turn("need.reopened", by, resolved_at__isnull=False)(
            resolved_at=None, resolved_by=None, outcome="", outcome_words=""
        )

    def _turn(self, verb, by, **stands):
        """Return the function that writes columns where the row still `stands` so, with an Entry."""

        def write(**columns):
            with transaction.atomic():
                rows = Need.objects.filter(pk=self.pk, **stands)
                written = bool(rows.update(**columns))
                if written:
                    Entry.record(verb, self, by=by, student=self.student, school=self.school)
            self.refresh_from_db()
            return written

        return write
