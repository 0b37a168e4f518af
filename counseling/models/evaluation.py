"""What children and families think of a programme, in three questions."""

import datetime as dt
from dataclasses import dataclass

import pghistory
from django.conf import settings
from django.db import models, transaction
from django.db.models import Avg, Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student

from .pick_up import ITEM
from .programme import KEEPERS, Programme

ASKED = "evaluation.asked"
BEFORE, AFTER = dt.timedelta(days=3), dt.timedelta(days=14)
# So many answers there are at least, and so many come at once, before anybody at school reads a figure
# or a word of them.
FEWEST = 5
QUESTIONS = ("glad", "learned", "again")


class Over(Exception):
    """The time in which a programme is judged has not begun, or is over."""


def is_open(programme, today=None):
    """Whether families can say what they think: three days before the last day (or from the moment on
    at which it was ended) until a fortnight after it, by the clock of the school."""
    today = today or timezone.localdate(timezone=programme.zone)
    begun = today >= programme.ends - BEFORE or programme.is_over
    return begun and today <= programme.ends + AFTER


@dataclass(frozen=True)
class Figures:
    """What the answers of one side come to: how many, and the mean of each question, 1 ... 4."""

    side: str
    number: int
    glad: float
    learned: float
    again: float


class EvaluationQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return the answers that `user` may read: guardian, grown student: of the own child ·
        everybody else: nothing; the school reads figures (`figures`) and words without a name."""
        roles = sight.FAMILY_ROLES if roles is None else roles & sight.FAMILY_ROLES
        return super().visible_to(user, roles=roles, item=item)

    def told(self, programmes):
        """Return the answers that the school may know of: of each side the first five, ten, fifteen ...

        What comes after them waits, else the sixth answer would be what the figures moved by.
        """
        side = ["programme", "side"]
        rows = self.filter(programme__in=programmes).annotate(
            place=Window(RowNumber(), partition_by=side, order_by=["at", "pk"]),
            number=Window(Count("pk"), partition_by=side),
        )
        return self.filter(
            pk__in=rows.filter(place__lte=F("number") - F("number") % FEWEST).values("pk")
        )

    def figures(self, programmes):
        """Return {programme id: [Figures]}, for each side with answers enough (one query)."""
        means = {name: Avg(name) for name in QUESTIONS}
        rows = self.told(programmes).order_by().values("programme", "side")
        rows = rows.annotate(number=Count("pk"), **means)
        found: dict = {}
        for row in rows.order_by("side"):
            found.setdefault(row.pop("programme"), []).append(Figures(**row))
        return found

    def words_of(self, programme):
        """Return what was written about a programme, without who and when, in the order of the letters;
        of a side with few answers nothing (one query)."""
        rows = self.told([programme]).exclude(words="")
        return sorted(rows.order_by().values_list("words", flat=True))


class EvaluationManager(models.Manager.from_queryset(EvaluationQuerySet)):
    def answer(self, programme, student, side, *, by, **values):
        """Keep what a side thinks; the same again changes nothing, another answer takes the place of the
        one before, which stays in the history. Raises Over."""
        if not is_open(programme):
            raise Over
        with transaction.atomic():
            row, new = self.get_or_create(
                programme=programme, student=student, side=side,
                defaults=values | {"said_by": by},
            )  # fmt: skip
            if not new:
                row = self.select_for_update().get(pk=row.pk)
                if all(getattr(row, name) == value for name, value in values.items()):
                    return row
                for name, value in (values | {"said_by": by, "at": timezone.now()}).items():
                    setattr(row, name, value)
                row.save()
            Entry.record(
                "evaluation.answered", row, by=by, student=student, school=programme.school,
                side=side,
            )  # fmt: skip
        return row


def reads_figures(user, programme):
    """Whether `user` reads what the answers come to: counselor and leader of the school."""
    return Programme.objects.visible_to(user, roles=KEEPERS).filter(pk=programme.pk).exists()


@pghistory.track()
class Evaluation(models.Model):
    """What a child, or its family, thinks of a programme: three questions, 1 no ... 4 yes."""

    class Side(models.TextChoices):
        CHILD = "child", _("the child")
        FAMILY = "family", _("the family")

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="evaluations")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=Side)
    glad = models.PositiveSmallIntegerField(_("I like to go there"))
    learned = models.PositiveSmallIntegerField(_("I learn something there"))
    again = models.PositiveSmallIntegerField(_("I would go again"))
    words = models.TextField(_("what could be better"), max_length=1000, blank=True)
    at = models.DateTimeField(default=timezone.now)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = EvaluationManager()

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "student", "side"], name="a_programme_is_judged_once_a_side"
            ),
            models.CheckConstraint(
                condition=Q(
                    glad__gte=1,
                    glad__lte=4,
                    learned__gte=1,
                    learned__lte=4,
                    again__gte=1,
                    again__lte=4,
                ),
                name="an_answer_is_one_to_four",
            ),
        ]

    def __str__(self):
        return f"{self.programme_id} {self.side}"
