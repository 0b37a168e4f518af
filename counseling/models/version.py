"""What the family reads of a plan: versions, each as it was published, never changed after."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Notice
from homeschool.people import sight

from .plan import ITEM, READERS, Plan

PUBLISHED = "plan.published"


class NothingToRead(Exception):
    """A plan without a goal has nothing that a family could agree to."""


class NotTheNewest(Exception):
    """The family was asked about a version, and a newer one was published; `newest` is that one."""

    def __init__(self, newest):
        super().__init__(str(newest.pk))
        self.newest = newest


def what_stands(plan):
    """Return what of `plan` goes into a version, as it stands now (six queries; only the steps
    are asked for also where they are prefetched).

    {"title", "begins", "ends", "review_weeks", "goals": [{"id", "statement", "matters", "measure",
    "unit", "baseline", "baseline_on", "target", "target_on", "step"}], "changes": [{"on", "words"}],
    "steps": [{"id", "what", "side", "who", "due", "weekly", "at_home"}], "times": [{"weekday",
    "starts", "minutes", "place"}], "materials": [{"title", "pages"}], "team": [{"name", "part"}]}:
    days and numbers as text. Needs, their weight, reviews and what the plan is about for staff are
    not among it.
    """
    return {
        "title": plan.title,
        "begins": str(plan.begins),
        "ends": str(plan.ends),
        "review_weeks": plan.review_weeks,
        "goals": [_goal(goal) for goal in plan.goals.all() if goal.ended_at is None],
        "changes": [{"on": str(row.on), "words": row.words} for row in plan.phases.all()],
        "steps": [_step(task) for task in plan.tasks.select_related("owner")],
        "times": [
            {
                "weekday": slot.weekday,
                "starts": f"{slot.starts:%H:%M}",
                "minutes": slot.minutes,
                "place": slot.place,
            }
            for slot in plan.slots.all()
        ],
        "materials": [{"title": row.title, "pages": row.pages} for row in plan.materials.all()],
        "team": [{"name": row.name, "part": row.part} for row in plan.team.all()],
    }


def _goal(goal):
    names = ("statement", "matters", "measure", "unit")
    numbers = ("baseline", "baseline_on", "target", "target_on", "step")
    return (
        {"id": str(goal.pk)}
        | {name: getattr(goal, name) for name in names}
        | {name: str(getattr(goal, name)) for name in numbers}
    )


def _step(task):
    return {
        "id": task.pk,
        "what": task.what,
        "side": task.side,
        "who": task.owner.full_name if task.owner else task.owner_name,
        "due": str(task.due) if task.due else "",
        "weekly": task.weekly,
        "at_home": task.at_home,
    }


class VersionQuerySet(sight.SightQuerySet):
    student_path = "plan__student"

    def visible_to(self, user, roles=None, item=ITEM):
        """Return the versions that `user` may read.

        adviser: own classes · counselor: caseload · leader: division or school · guardian, in every
        home of the child, and grown student: all that were published, for what was granted ·
        school admin, volunteer, partner, district, anonymous: nothing.
        """
        asked = READERS | sight.FAMILY_ROLES if roles is None else roles
        staff = super().visible_to(user, roles=READERS & asked)
        return staff | super().visible_to(user, roles=sight.FAMILY_ROLES & asked, item=item)

    def newest(self):
        """Return of each plan the version that holds."""
        later = Version.objects.filter(plan=OuterRef("plan"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later))


class VersionManager(models.Manager.from_queryset(VersionQuerySet)):
    def publish(self, plan, *, by, edits, language, strengths="", agreed="", news=""):
        """Let the family read `plan` as it stands, and tell it; return the Version.

        `strengths` and `agreed` are words for the family; `news` says what is new, from the second
        version on. Raises Stale where somebody changed the plan since it was read at `edits`,
        NotThatState for a closed plan, NothingToRead for one without a goal, ValueError without news.
        """
        with transaction.atomic():
            stands = plan.locked(edits)
            body = what_stands(stands) | {"strengths": strengths, "agreed": agreed}
            if not body["goals"]:
                raise NothingToRead
            number = self.filter(plan=stands).count() + 1
            if number > 1 and not news.strip():
                raise ValueError("a later version says what is new")
            version = self.create(
                plan=stands, number=number, body=body, language=language, by=by, news=news
            )
            stands.write("plan.published", by, published_at=version.published_at)
            Notice.post(
                PUBLISHED, version, school=stands.school, student=stands.student, by=by
            )  # fmt: skip
        plan.refresh_from_db()
        return version


class Version(models.Model):
    """A plan as the family reads it, from the day on which it was published.

    `body` is what `what_stands` says, with "strengths" and "agreed": words written for the family.
    What is measured is no part of it: points are shown as they come.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()
    language = models.CharField(_("language in which it is written"), max_length=12)
    news = models.CharField(_("what is new"), max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = VersionManager()

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="a_version_of_a_plan_is_published_once"
            ),
            models.CheckConstraint(
                condition=Q(number=1) | Q(number__gt=1, news__regex=r"\S"),
                name="a_later_version_says_what_is_new",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_published_plan_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self):
        return f"{self.plan_id} v{self.number}"

    def get_absolute_url(self):
        return reverse("counseling:version-detail", args=[self.pk])

    @property
    def at_home(self):
        """The step that the family does at home this week, or None."""
        return next((step for step in self.body["steps"] if step["at_home"]), None)

    def still_asked(self):
        """Return the plan, locked, while this is what the family is asked about.

        Call it in a transaction. Raises NotTheNewest, and NotThatState for a closed plan.
        """
        plan = self.plan.locked()
        newest = plan.versions.order_by("-number").first()
        if newest.pk != self.pk:
            raise NotTheNewest(newest)
        return plan
