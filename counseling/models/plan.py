"""A plan for one child: what it needs, who does what, and how far it has come."""

import datetime as dt
import uuid

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School, Student

# Who among the staff works on plans; a school admin reads figures, not plans.
READERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
WRITERS = READERS
ITEM = "plans"  # what a grown student grants


class NotThatState(Exception):
    """The plan stands where this cannot be done; `state` is where it stands."""

    def __init__(self, state):
        super().__init__(state)
        self.state = state


class Stale(Exception):
    """Somebody else changed the plan since it was read; `plan` is the row as it stands."""

    def __init__(self, plan):
        super().__init__(str(plan.pk))
        self.plan = plan


class NotApproved(Exception):
    """The school wants a leader's yes before a plan begins."""


class PlanQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return the plans that `user` may see.

        adviser: own classes · counselor: caseload · leader: division or school · guardian and grown
        student: once it is published, for what was granted · school admin, volunteer, partner,
        district, anonymous: nothing.
        """
        staff = super().visible_to(user, roles=READERS if roles is None else READERS & roles)
        if roles is not None and not roles & sight.FAMILY_ROLES:
            return staff
        family = super().visible_to(user, roles=sight.FAMILY_ROLES, item=item)
        return staff | family.filter(published_at__isnull=False)

    def open(self):
        """Return those that are not closed."""
        return self.exclude(state=Plan.State.CLOSED)

    def shown(self):
        """Return those open ones that their families read."""
        return self.open().exclude(published_at=None)

    def at_work(self):
        """Return those by which something happens now: points are measured, reviews fall due."""
        return self.filter(state__in=Plan.AT_WORK)

    def review_due(self, today):
        """Return those whose review is due on `today` or was before."""
        return self.at_work().filter(next_review_on__lte=today)


@pghistory.track()
class Plan(models.Model):
    """What a child needs and wants to reach, and what home and school do for it.

    `edits` counts the changes: whoever saves hands back the count that was read, and a second
    writer is told of it instead of losing a text (`Stale`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        AGREED = "agreed", _("agreed")
        ACTIVE = "active", pgettext_lazy("state of a plan", "at work")
        REVIEW = "review", _("under review")
        FADING = "fading", _("help is fading out")
        CLOSED = "closed", _("closed")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("the goals were reached")
        PARTLY = "partly", _("partly reached")
        NOT_REACHED = "not_reached", _("not reached")
        NOT_NEEDED = "not_needed", _("no longer needed")
        MOVED = "moved", _("the child left")

    AT_WORK = (State.ACTIVE, State.REVIEW, State.FADING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="plans")
    student = models.ForeignKey(Student, models.PROTECT, related_name="plans")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    title = models.CharField(_("name of the plan"), max_length=120)
    about = models.TextField(_("what it is about"), max_length=4000, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    begins = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    review_weeks = models.PositiveSmallIntegerField(
        _("weeks between two reviews"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(26)],
    )
    next_review_on = models.DateField(null=True, blank=True)
    # where it came from
    need = models.ForeignKey(
        "visits.Need", models.PROTECT, null=True, blank=True, related_name="plans"
    )
    after = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    template = models.CharField(max_length=60, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    edits = models.PositiveIntegerField(default=0, editable=False)
    # whether it goes back to fading after a review
    is_fading = models.BooleanField(default=False, editable=False)
    # the leader's yes, where the school asks for it
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # a roster takes children off the roll without a name
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    closing_words = models.TextField(max_length=2000, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")), name="a_plan_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(review_weeks__gte=1, review_weeks__lte=26),
                name="a_plan_is_looked_at_within_half_a_year",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at=None, closed_by=None, outcome=""),
                name="a_closed_plan_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="an_approved_plan_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "review", "fading"])
                | Q(next_review_on__isnull=False),
                name="a_plan_at_work_has_a_next_review",
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "next_review_on"],
                condition=~Q(state="closed"),
                name="plans_by_review",
            ),
            models.Index(fields=["student", "-made_at"], name="plans_of_a_child"),
            models.Index(
                fields=["owner", "next_review_on"],
                condition=~Q(state="closed"),
                name="plans_of_an_owner",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("counseling:plan-detail", args=[self.pk])

    @property
    def is_at_work(self):
        """Whether points are measured and reviews fall due."""
        return self.state in self.AT_WORK

    @property
    def is_closed(self):
        """Whether nothing in it changes any more."""
        return self.state == self.State.CLOSED

    @property
    def review_days(self):
        """Days between two reviews."""
        return 7 * self.review_weeks

    # --- changes --------------------------------------------------------------------------------
    def locked(self, edits=None):
        """Return the row as it stands, locked until the transaction ends.

        Raises Stale where `edits` is given and somebody changed the plan since, NotThatState for a
        closed plan.
        """
        rows = Plan.objects.select_for_update(of=("self",)).select_related("student", "school")
        stands = rows.get(pk=self.pk)
        if edits is not None and stands.edits != edits:
            raise Stale(stands)
        if stands.is_closed:
            raise NotThatState(stands.state)
        return stands

    def change(self, *, by, edits, **values):
        """Write these columns, by somebody who read the plan at `edits`. Raises Stale, NotThatState."""
        with transaction.atomic():
            stands = self.locked(edits)
            changed = sorted(n for n, value in values.items() if getattr(stands, n) != value)
            if changed:
                stands.write("plan.changed", by, fields=changed, **{n: values[n] for n in changed})
        self.refresh_from_db()

    def touch(self, verb, by, **data):
        """Count an edit of something in the plan and write it down; the row is locked already."""
        Plan.objects.filter(pk=self.pk).update(edits=F("edits") + 1)
        self.record(verb, by, **data)

    def write(self, verb, by, *, fields=None, **values):
        """Save these columns and an Entry under `verb`; the row is locked already."""
        for name, value in values.items():
            setattr(self, name, value)
        self.edits += 1
        self.save(update_fields=[*values, "edits"])
        self.record(verb, by, **({"fields": fields} if fields else {}))

    def record(self, verb, by, **data):
        """Write an Entry about this plan."""
        Entry.record(verb, self, by=by, student=self.student, school=self.school, **data)

    def record_reading(self, by, verb="plan.viewed"):
        """Write down that staff read it, or printed it ("plan.printed"); the family can see that."""
        self.record(verb, by, kind=Entry.Kind.VIEWED)

    # --- its way --------------------------------------------------------------------------------
    def approve(self, *, by):
        """Write a leader's yes down; the first one stands."""
        with transaction.atomic():
            stands = self.locked()
            if stands.approved_at is None:
                stands.write("plan.approved", by, approved_at=timezone.now(), approved_by=by)
        self.refresh_from_db()

    def agree(self, *, by):
        """Record that home and school agreed on it; agreed before, nothing happens."""
        self._step({self.State.DRAFT}, self.State.AGREED, "plan.agreed", by)

    def begin(self, *, by, on):
        """Put an agreed plan to work from the day `on`; at work, nothing happens. Raises NotApproved."""
        with transaction.atomic():
            stands = self.locked()
            if stands.state == self.State.AGREED:
                if stands.school.plans_need_approval and stands.approved_at is None:
                    raise NotApproved
                stands.write(
                    "plan.begun",
                    by,
                    state=self.State.ACTIVE,
                    next_review_on=stands.review_after(on),
                )
            elif not stands.is_at_work:
                raise NotThatState(stands.state)
        self.refresh_from_db()

    def look_again(self, *, by):
        """Begin a review; under review already, nothing happens."""
        self._step({self.State.ACTIVE, self.State.FADING}, self.State.REVIEW, "plan.reviewing", by)

    def close(self, *, by, outcome, words="", edits=None):
        """End it for good, with what came of it. Raises NotThatState where it is closed already, Stale
        where `edits` is given and somebody changed it since."""
        with transaction.atomic():
            self.locked(edits).write(
                "plan.closed",
                by,
                state=self.State.CLOSED,
                outcome=self.Outcome(outcome),
                closing_words=words,
                closed_at=timezone.now(),
                closed_by=by,
            )
        self.refresh_from_db()

    def add_goal(self, *, by, **values):
        """Write a goal after the others and return it. Raises NotThatState for a closed plan."""
        with transaction.atomic():
            stands = self.locked()
            goal = stands.goals.create(place=stands.goals.count(), **values)
            stands.touch("goal.made", by, goal=str(goal.pk))
        return goal

    def count_week(self, monday, *, by, **counts):
        """Write down how much of the help was planned in the week of `monday`, took place, and was
        attended; counted again, the new numbers stand, also over those of sessions. Raises NotThatState
        for a closed plan."""
        with transaction.atomic():
            stands = self.locked()
            stands.weeks.update_or_create(
                monday=monday, defaults=counts | {"by_hand": True, "by": by, "at": timezone.now()}
            )
            stands.record("plan.week_counted", by, monday=monday.isoformat())

    def hand_to(self, owner, *, by):
        """Let `owner` look after it from now on."""
        with transaction.atomic():
            stands = self.locked()
            if stands.owner_id != owner.pk:
                stands.write("plan.handed_over", by, owner=owner)
        self.refresh_from_db()

    def review_after(self, day):
        """Return the day of the review after `day`."""
        return day + dt.timedelta(weeks=self.review_weeks)

    def _step(self, before, after, verb, by):
        with transaction.atomic():
            stands = self.locked()
            if stands.state in before:
                stands.write(verb, by, state=after)
            elif stands.state != after:
                raise NotThatState(stands.state)
        self.refresh_from_db()
