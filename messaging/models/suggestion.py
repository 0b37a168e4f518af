"""What a family suggests to the school of its own accord, and what the school's leaders answer.

What is said at a visit is a suggestion of that room (visits); the days for an answer are the same.
"""

import uuid
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.answering import due_on, state_of
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import School, Student

from .thread import ITEM, staff_within

MADE, DUE, ANSWERED = "suggestion.made", "suggestion.due", "suggestion.answered"
ANSWERING = frozenset({sight.LEADER})
COUNTING = frozenset({sight.SCHOOL_ADMIN})
LONGEST, LONGEST_ANSWER = 2000, 4000


class IdeaQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return the suggestions that `user` may read.

        guardian, grown student: the own ones, as long as they see the child · leader: those of
        children that they lead and are, or were, no guardian of · everybody else, another parent of
        the child too: nothing. `roles` narrows to sight by one of these roles: `ANSWERING` are those
        that `user` may answer.
        """
        if not user.is_authenticated:
            return self.none()
        wanted = sight.FAMILY_ROLES | ANSWERING
        wanted = wanted if roles is None else wanted & roles
        own = sight.within(user, "student", wanted & sight.FAMILY_ROLES, ITEM)
        led = staff_within(user, "student", wanted & ANSWERING)
        if own is None and led is None:
            return self.none()
        found = led or Q(pk__in=[])
        return self.filter(found if own is None else found | Q(own, by=user.pk))

    def counted_for(self, user):
        """Return those that `user` may count, without their words and names: as a leader, those that
        it reads; as a school administrator, those of the school."""
        if not user.is_authenticated:
            return self.none()
        led = staff_within(user, "student", ANSWERING)
        schools = Q(school__in=sight.schools_of(user, COUNTING))
        return self.filter(schools if led is None else schools | led)

    def waiting(self):
        """Return those that nobody has answered."""
        return self.filter(answered_at=None)

    def late(self, today):
        """Return those that should have been answered before `today`."""
        return self.waiting().filter(due_on__lt=today)

    def by_need(self):
        """Return those that wait first, the longest overdue on top, then the newest answers."""
        return self.order_by(F("answered_at").desc(nulls_first=True), "due_on", "asked_at", "pk")


class IdeaManager(models.Manager.from_queryset(IdeaQuerySet)):
    def make(self, student, text, *, by, area, language=""):
        """Write down what `by`, of the child's family, suggests to its school; returns the row.

        Its leaders are told. Raises PermissionError for who is not of the family.
        """
        if not sight.roles_for(by, student, ITEM) & sight.FAMILY_ROLES:
            raise PermissionError("not of the family")
        at = timezone.now()
        with transaction.atomic():
            row = self.create(
                school=student.school, student=student, by=by, area=area, text=text,
                language=language, asked_at=at, due_on=due_on(at, student.school.time_zone),
            )  # fmt: skip
            row.note("suggestion.made", by)
            Notice.post(MADE, row, school=row.school, by=by, student=student)
        return row


class Suggestion(models.Model):
    """What a parent, or a grown student, suggests to the school: a leader answers by a day.

    What was suggested never changes. The answer is given once and stands, because the family has
    read it; what comes later is added below it (`FurtherWord`).
    """

    class Area(models.TextChoices):
        LESSONS = "lessons", _("lessons and homework")
        FOOD = "food", _("food")
        WAY = "way", _("the way to school")
        BUILDINGS = "buildings", _("buildings and things")
        TOGETHER = "together", _("living and learning together")
        OTHER = "other", pgettext_lazy("an area of suggestions", "something else")

    class Outcome(models.TextChoices):
        TAKEN_UP = "taken_up", _("taken up")
        NOT_NOW = "not_now", _("not now")
        ALREADY_SO = "already_so", _("already so")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    # the child through whom the family belongs to the school; its leaders answer
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    area = models.CharField(_("what it is about"), max_length=10, choices=Area)
    text = models.TextField(_("what you suggest"), max_length=LONGEST)
    language = models.CharField(max_length=12, blank=True)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    due_on = models.DateField(editable=False)
    outcome = models.CharField(_("what becomes of it"), max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(_("answer"), max_length=LONGEST_ANSWER, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = IdeaManager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(text__regex=r"\S"), name="an_idea_of_a_family_says_something"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="", outcome="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, answer__regex=r"\S")
                & ~Q(outcome=""),
                name="an_idea_is_answered_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "due_on"],
                condition=Q(answered_at=None),
                name="ideas_that_wait",
            ),
            models.Index(fields=["student", "-asked_at"], name="ideas_of_a_child"),
        ]
        triggers = [
            pgtrigger.Protect(name="an_idea_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="an_idea_says_what_it_said",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "school", "student", "area", "text", "language", "asked_at", "due_on"
                ),
            ),
            pgtrigger.Protect(
                name="an_answer_to_an_idea_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False)
                & (
                    pgtrigger.Q(old__answer__df=pgtrigger.F("new__answer"))
                    | pgtrigger.Q(old__outcome__df=pgtrigger.F("new__outcome"))
                    | pgtrigger.Q(old__answered_at__df=pgtrigger.F("new__answered_at"))
                    | pgtrigger.Q(old__answered_by__df=pgtrigger.F("new__answered_by"))
                ),
            ),
        ]

    def __str__(self):
        return str(self.pk)

    def get_absolute_url(self):
        return reverse("messaging:suggestion-detail", args=[self.pk])

    @property
    def zone(self):
        """The time zone of the school, by whose calendar it is late."""
        return ZoneInfo(self.school.time_zone)

    def state(self, today):
        """Return "answered", "late" or "open", as it stands on `today`."""
        return state_of(self.answered_at, self.due_on, today)

    def reply(self, text, *, outcome, by):
        """Answer it; return whether this answer stands: of two at once, the first one does.

        Who suggested it is told.
        """
        with transaction.atomic():
            stands = Suggestion.objects.filter(pk=self.pk, answered_at=None).update(
                answer=text, outcome=outcome, answered_at=timezone.now(), answered_by=by
            )
            if stands:
                self._tell("suggestion.answered", by, str(self.pk))
        self.refresh_from_db(fields=["answer", "outcome", "answered_at", "answered_by"])
        return bool(stands)

    def add(self, text, *, by):
        """Add something to its answer and return it; who suggested it is told again.

        Raises ValueError where nobody has answered.
        """
        with transaction.atomic():
            if not Suggestion.objects.filter(pk=self.pk, answered_at__isnull=False).exists():
                raise ValueError("an answer that was not given has nothing below it")
            added = FurtherWord.objects.create(suggestion=self, text=text, by=by)
            self._tell("suggestion.added_to", by, f"{self.pk}/{added.pk}")
            return added

    def _tell(self, verb, by, key):
        self.note(verb, by)
        Notice.post(ANSWERED, self, school=self.school, by=by, student=self.student, dedupe_key=key)

    def note(self, verb, by):
        """Write an Entry about the suggestion."""
        Entry.record(verb, self, by=by, student=self.student, school=self.school)


class FurtherWordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return what was added to suggestions that `user` may read."""
        return self.filter(suggestion__in=Suggestion.objects.visible_to(user))


class FurtherWord(models.Model):
    """What a leader adds to an answer later; it never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="further")
    text = models.TextField(max_length=LONGEST_ANSWER)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FurtherWordQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="a_further_word_is_one")
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_further_word_stands", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return str(self.pk)
