"""What a family suggests to the school at a visit, and what the school's leaders answer."""

import uuid
from zoneinfo import ZoneInfo

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.answering import due_on, state_of
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import School

from .record import READERS, home_of, part_of_a_held_visit, staff_part_for

ANSWERED = "visit.suggestion_answered"


class SuggestionQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return the suggestions that `user` may read.

        adviser, counselor, leader: of visits whose record they read; what the family wished to
        keep out only with the staff part (who made the visit, the counselor, the leader) · the home
        that was visited: once the summary is published, unless it was kept out · another home of the
        child, school admin (figures alone) and everybody else: nothing. `roles` narrows to sight
        by one of these roles: `{LEADER}` are those that `user` may answer.
        """
        if not user.is_authenticated:
            return self.none()
        visits = apps.get_model("visits", "Visit").objects
        there = {"pk": OuterRef("visit")}
        staff = visits.visible_to(user, roles=READERS if roles is None else READERS & roles)
        found = Q(Q(kept_out=False) | staff_part_for(user), Exists(staff.filter(**there)))
        if roles is None or roles & sight.FAMILY_ROLES:
            family = visits.visible_to(user, roles=sight.FAMILY_ROLES).filter(**there)
            found |= Q(home_of(user, "visit__"), Exists(family), kept_out=False)
        return self.filter(found)

    def waiting(self):
        """Return those that nobody has answered."""
        return self.filter(answered_at=None)

    def late(self, today):
        """Return those that should have been answered before `today`."""
        return self.waiting().filter(due_on__lt=today)

    def by_need(self):
        """Return those that wait first, the longest overdue on top, then the newest answers."""
        return self.order_by(F("answered_at").desc(nulls_first=True), "due_on", "place", "pk")


class SuggestionManager(models.Manager.from_queryset(SuggestionQuerySet)):
    def write(self, visit, suggestions):
        """Write down these suggestions (unsaved rows) of `visit`, which is being held."""
        rows = list(suggestions)
        if not rows:
            return
        for place, row in enumerate(rows):
            row.visit, row.school_id, row.place = visit, visit.school_id, place
            row.asked_at = visit.happened_at
            row.due_on = due_on(row.asked_at, visit.school.time_zone)
        self.bulk_create(rows)


class Suggestion(models.Model):
    """What one home suggests to the school: a leader answers, and the home is told.

    It is written with the record of a visit and never changes after. The answer is given once and
    stands, because the family has read it; what comes later (“it is built now”, or a correction)
    is added below (`FurtherAnswer`), so that nobody has to find out which version a family read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="suggestions")
    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="suggestions")
    place = models.PositiveSmallIntegerField(default=0, editable=False)
    text = models.TextField(max_length=1000)
    said_by = models.CharField(max_length=255, blank=True)
    # the family wishes that only staff reads it
    kept_out = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SuggestionManager()

    class Meta:
        ordering = ["due_on", "place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(text__regex=r"\S"), name="a_suggestion_says_something"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, answer__regex=r"\S"),
                name="an_answer_says_what_and_by_whom",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "due_on"],
                condition=Q(answered_at=None),
                name="suggestions_that_wait",
            )
        ]
        triggers = [
            part_of_a_held_visit(
                "a_suggestion_comes_with_its_visit", pgtrigger.Insert | pgtrigger.Delete
            ),
            pgtrigger.Protect(
                name="what_was_suggested_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "school", "visit", "place", "text", "said_by", "kept_out", "asked_at", "due_on"
                ),
            ),
            pgtrigger.Protect(
                name="an_answer_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.text

    def get_absolute_url(self):
        return reverse("visits:suggestion-detail", args=[self.pk])

    @property
    def zone(self):
        """The time zone of the school, by whose calendar it is late."""
        return ZoneInfo(self.school.time_zone)

    def state(self, today):
        """Return "answered", "late" or "open", as it stands on `today`."""
        return state_of(self.answered_at, self.due_on, today)

    def is_told(self):
        """Whether the home that suggested it is told of answers (one query): its summary was
        published, and it did not wish that only staff reads it."""
        return not self.kept_out and self.visit.summaries.exists()

    def reply(self, text, *, by):
        """Answer it; return whether this answer stands: of two at once, the first one does.

        The home that suggested it is told.
        """
        with transaction.atomic():
            stands = bool(
                Suggestion.objects.filter(pk=self.pk, answered_at=None).update(
                    answer=text, answered_at=timezone.now(), answered_by=by
                )
            )
            if stands:
                self._tell("suggestion.answered", by, str(self.pk))
        self.refresh_from_db(fields=["answer", "answered_at", "answered_by"])
        return stands

    def add(self, text, *, by):
        """Add something to its answer and return it; the home is told again.

        Raises ValueError where nobody has answered.
        """
        with transaction.atomic():
            if not Suggestion.objects.filter(pk=self.pk, answered_at__isnull=False).exists():
                raise ValueError("an answer that was not given has nothing below it")
            added = self.further.create(text=text, by=by)
            self._tell("suggestion.added_to", by, f"{self.pk}/{added.pk}")
            return added

    def _tell(self, verb, by, key):
        """Write down that `by` answered, and tell the home."""
        lines = list(self.visit.lines.select_related("student"))
        for line in lines:
            Entry.record(verb, self, by=by, student=line.student, school=self.school)
        if self.is_told():
            only = lines[0].student if len(lines) == 1 else None
            Notice.post(ANSWERED, self, school=self.school, by=by, student=only, dedupe_key=key)


class FurtherAnswerQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return what was added to the answers of suggestions that `user` may read."""
        seen = Suggestion.objects.visible_to(user, roles=roles).filter(pk=OuterRef("suggestion"))
        return self.filter(Exists(seen))


class FurtherAnswer(models.Model):
    """What a leader adds to an answer later; it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="further")
    text = models.TextField(max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = FurtherAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(text__regex=r"\S"), name="a_further_answer_says_something"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_further_answer_stands", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return self.text
