"""Voices: what a family answers after a visit, in one tap: was it listened to, is the child at home.

Single answers are the family's own. Nobody at the school reads them: reports and boards show means
of many (visits/reading/voices.py).
"""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight

from .record import VisitChild, home_of
from .visit import Visit

# How long after its summary was published a visit may be answered for, and an answer changed: long
# enough for a letter to be found, short enough that the visit is what is answered for.
OPEN_FOR = dt.timedelta(days=14)


class Over(ValueError):
    """The time to answer is over, or the visit is no longer this person's to answer for."""


class VoiceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the voices that `user` may read: the own ones, of visits that the family still reads.

        adviser, counselor, leader, school admin: none, not even those of their own visits · another
        guardian of the same home: none · everybody else: none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        mine = Visit.objects.visible_to(user, roles=sight.FAMILY_ROLES)
        return self.filter(person=user.pk, visit__in=mine)

    def about(self, visits):
        """Return what was answered about `visits` (a queryset), to be counted and never shown: a person
        of two accounts that became one counts once."""
        return self.filter(visit__in=visits.values("pk"), person__merged_into=None)


class VoiceManager(models.Manager.from_queryset(VoiceQuerySet)):
    def say(self, summary, question, answer, *, by):
        """Keep what `by` answers to one question about the visit of `summary`; return the voice.

        One voice stands for a person and a visit: said again, the newer answer holds. Raises Over
        once the time is over, or where `by` is not of the home that was visited (`may_be_asked`).
        """
        question, answer = Voice.Question(question), Voice.Answer(answer)
        with transaction.atomic():
            if not is_open(summary) or not may_be_asked(by, summary.visit):
                raise Over
            now = timezone.now()
            voice, new = self.update_or_create(
                visit=summary.visit, person=by, defaults={question.value: answer, "changed_at": now}
            )
            # who said what is nobody's business: neither child nor answer stands in the journal
            verb = "voice.given" if new else "voice.changed"
            Entry.record(verb, voice, by=by, school=summary.visit.school, fields=[question.value])
            return voice


class Voice(models.Model):
    """What one person of the visited home answers about one visit, each question on its own.

    A scale of three with a word and a face at each point: very short labelled scales are answered
    by people who read little, and by those in a hurry. 3 is the best, so that more is better.
    """

    class Question(models.TextChoices):
        LISTENED = "listened", _("Were you listened to?")
        AT_HOME = "at_home", _("Does your child feel at home at school?")

    class Answer(models.IntegerChoices):
        YES = 3, _("Yes")
        PARTLY = 2, _("Partly")
        NO = 1, _("No")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    listened = models.PositiveSmallIntegerField(choices=Answer, null=True, blank=True)
    at_home = models.PositiveSmallIntegerField(choices=Answer, null=True, blank=True)
    said_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = VoiceManager()

    class Meta:
        ordering = ["said_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "person"], name="a_person_has_one_voice_about_a_visit"
            ),
            models.CheckConstraint(
                condition=Q(listened__isnull=False) | Q(at_home__isnull=False),
                name="a_voice_says_something",
            ),
            models.CheckConstraint(
                condition=(Q(listened=None) | Q(listened__range=(1, 3)))
                & (Q(at_home=None) | Q(at_home__range=(1, 3))),
                name="a_voice_is_between_1_and_3",
            ),
        ]

    def __str__(self):
        return f"{self.visit_id} {self.said_at:%Y-%m-%d}"


def closes_at(summary):
    """Return until when the visit of `summary` may be answered for."""
    return summary.published_at + OPEN_FOR


def is_open(summary):
    """Whether the visit of `summary` may be answered for at this moment."""
    return timezone.now() < closes_at(summary)


def may_be_asked(user, visit):
    """Whether `user` answers for `visit`: of the home that was visited, and still with sight of one
    of its children (two queries). Another home was not there."""
    lines = VisitChild.objects.filter(visit=OuterRef("pk"))
    seen = Exists(lines.visible_to(user, roles=sight.FAMILY_ROLES, item="visits"))
    return Visit.objects.filter(home_of(user), seen, pk=visit.pk).exists()
