"""What a family says to a version of its child's plan, and what it does at home."""

import uuid
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Notice
from homeschool.people import sight

from .plan import ITEM, READERS
from .version import Version

ASKED = "plan.asked"


def own(user, name="person"):
    """Return the condition that `user` said it, under this account or one that was merged into it."""
    return Q(**{name: user.pk}) | Q(**{f"{name}__merged_into": user.pk})


class SaidQuerySet(sight.SightQuerySet):
    """What people of a family said about a version."""

    student_path = "version__plan__student"

    def visible_to(self, user, roles=None, item=ITEM):
        """Return what `user` may read of what was said.

        adviser: own classes · counselor: caseload · leader: division or school · guardian and grown
        student: the own words alone, so that separated parents never read each other's ·
        everybody else: nothing.
        """
        asked = READERS | sight.FAMILY_ROLES if roles is None else roles
        staff = super().visible_to(user, roles=READERS & asked)
        family = super().visible_to(user, roles=sight.FAMILY_ROLES & asked, item=item)
        return staff | family.filter(own(user))

    def unheard(self):
        """Return those that nobody of the staff has noted yet."""
        return self.filter(heard_at=None)


class Heard(models.Model):
    """What staff notes once: the first who read it stands."""

    version: Any
    heard_at = models.DateTimeField(null=True, blank=True, editable=False)
    heard_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True

    def be_heard(self, *, by):
        """Note that staff has read it; read before, nothing happens."""
        with transaction.atomic():
            unheard = type(self)._default_manager.filter(pk=self.pk, heard_at=None)
            if unheard.update(heard_at=timezone.now(), heard_by=by):
                self.version.plan.record(
                    "plan.heard", by, **{str(self._meta.model_name): str(self.pk)}
                )
        self.refresh_from_db(fields=["heard_at", "heard_by"])


def says_by_whom(name):
    """Return the constraint that what was heard says who heard it."""
    return models.CheckConstraint(
        condition=Q(heard_at=None, heard_by=None)
        | Q(heard_at__isnull=False, heard_by__isnull=False),
        name=name,
    )


class AnswerQuerySet(SaidQuerySet):
    def standing(self):
        """Return those in whose place no later one stands."""
        return self.filter(~Exists(Answer.objects.filter(supersedes=OuterRef("pk"))))

    def of(self, person):
        """Return the answers of `person`; None is the child, who has no account."""
        return self.filter(own(person) if person else Q(person=None))

    def wanting(self):
        """Return those that want something: a no, or a change that was proposed."""
        return self.filter(Q(agrees=False) | ~Q(proposals=""))


class AnswerManager(models.Manager.from_queryset(AnswerQuerySet)):
    def give(self, version, *, by, person, agrees, words="", proposals=""):
        """Keep what `person` (None: the child itself) answers to `version`; return the Answer.

        `by` is who writes it: the person, or staff that heard it. An earlier answer of the same
        person stays, and no longer stands. Raises NotTheNewest, NotThatState.
        """
        with transaction.atomic():
            plan = version.still_asked()
            before = self.filter(version=version).standing().of(person).order_by("-at").first()
            answer = self.create(
                version=version, person=person, by=by, agrees=agrees, words=words,
                proposals=proposals, supersedes=before,
            )  # fmt: skip
            plan.record("plan.answered", by, answer=str(answer.pk), version=str(version.pk))
            return answer


class Answer(Heard):
    """Whether somebody of the family agrees with a version, in the own words; it never changes.

    `person` is a guardian or a grown student; without one it is the child, whose words staff wrote
    down. `by` is who wrote: somebody else than `person` means that it was said, not written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="answers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    agrees = models.BooleanField(_("agrees"))
    words = models.TextField(_("in your own words"), max_length=2000, blank=True)
    proposals = models.TextField(_("what you would change"), max_length=2000, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    objects = AnswerManager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"],
                condition=Q(supersedes=None, person__isnull=False),
                name="a_person_has_one_answer_to_a_version",
            ),
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(supersedes=None, person=None),
                name="a_child_has_one_answer_to_a_version",
            ),
            says_by_whom("an_answer_that_was_heard_says_by_whom"),
        ]
        indexes = [
            models.Index(
                fields=["version"], condition=Q(heard_at=None), name="answers_not_heard"
            )
        ]  # fmt: skip
        triggers = [
            pgtrigger.ReadOnly(
                name="what_was_answered_stays", exclude=["heard_at", "heard_by"]
            ),
            pgtrigger.Protect(name="an_answer_is_kept", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.version_id} {self.agrees}"

    @property
    def was_said(self):
        """Whether somebody of the staff wrote it down."""
        return self.person_id != self.by_id


class AtHomeManager(models.Manager.from_queryset(SaidQuerySet)):
    def tick(self, version, said, *, by, monday):
        """Keep whether `by` did the thing at home in the week of `monday`; said again, the newer one
        holds, also where the plan was published anew in that week. Raises NotTheNewest, NotThatState,
        ValueError where there is nothing to do at home."""
        if version.at_home is None:
            raise ValueError("nothing is to be done at home")
        with transaction.atomic():
            plan = version.still_asked()
            ticks = self.filter(version__plan=plan, monday=monday, person=by, said__in=AtHome.TICKS)
            row = ticks.order_by("-at").first() or AtHome(person=by, monday=monday)
            new, row.version = row._state.adding, version
            row.said, row.at = AtHome.Said(said), timezone.now()
            row.save()
            plan.record("home.ticked" if new else "home.changed", by, week=str(monday))
            return row

    def ask(self, version, words, *, by, monday):
        """Keep a question of `by` to whoever looks after the plan, and tell them."""
        with transaction.atomic():
            plan = version.plan.locked()
            row = self.create(
                version=version, monday=monday, person=by, said=AtHome.Said.QUESTION, words=words
            )
            plan.record("home.asked", by, question=str(row.pk))
            Notice.post(ASKED, row, school=plan.school, student=plan.student, by=by)
            return row


class AtHome(Heard):
    """What somebody of the family says about the thing to do at home, in a week.

    `monday` is the week's first day. A tick is one per person and week; questions are as many as
    there are.
    """

    class Said(models.TextChoices):
        DID = "did", _("We did it")
        NOT_YET = "not_yet", _("Not yet")
        QUESTION = "question", _("I have a question")

    TICKS = (Said.DID, Said.NOT_YET)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="at_home_rows")
    monday = models.DateField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said = models.CharField(max_length=8, choices=Said)
    words = models.TextField(_("your question"), max_length=2000, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = AtHomeManager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "at home"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "monday", "person"],
                condition=~Q(said="question"),
                name="a_week_at_home_is_ticked_once",
            ),
            models.CheckConstraint(
                condition=~Q(said="question") | Q(words__regex=r"\S"),
                name="a_question_asks_something",
            ),
            models.CheckConstraint(
                condition=Q(monday__iso_week_day=1), name="a_week_at_home_begins_on_monday"
            ),
            says_by_whom("a_question_that_was_heard_says_by_whom"),
        ]
        indexes = [
            models.Index(
                fields=["version"],
                condition=Q(said="question", heard_at=None),
                name="questions_not_heard",
            )
        ]

    def __str__(self):
        return f"{self.monday} {self.said}"
