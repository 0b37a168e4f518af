"""Looking at a plan together: what was found, what the rules suggest, what a person decides."""

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .goal import Phase
from .judging import standings
from .parts import PartQuerySet
from .plan import NotThatState, Plan


class ReviewManager(models.Manager.from_queryset(PartQuerySet)):
    def hold(self, plan, *, by, decision, reason, today, edits=None, change="", outcome=""):
        """Write down what is decided about a plan at work, and do it; return the Review.

        `change` says what is different from today on, for CHANGE; `outcome` how the plan ended, for
        CLOSE. The next review is due `review_weeks` later. Raises ValueError where one of them is
        missing, NotThatState for a plan that is not at work, Stale as `Plan.change` does.
        """
        decision = Review.Decision(decision)
        if decision == Review.Decision.CHANGE and not change.strip():
            raise ValueError("a change says what is different")
        if decision == Review.Decision.CLOSE and outcome not in Plan.Outcome.values:
            raise ValueError("a plan is closed with what came of it")
        with transaction.atomic():
            stands = plan.locked(edits)
            if not stands.is_at_work:
                raise NotThatState(stands.state)
            review = self.create(
                plan=stands, due_on=stands.next_review_on, held_on=today, decision=decision,
                reason=reason, by=by, findings=self._found(stands, today),
            )  # fmt: skip
            if decision == Review.Decision.CHANGE:
                Phase.objects.update_or_create(
                    plan=stands, on=today, defaults={"words": change.strip(), "by": by}
                )
            self._carry_out(stands, decision, by, today)
            if decision == Review.Decision.CLOSE:
                stands.close(by=by, outcome=outcome, words=reason)
        plan.refresh_from_db()
        return review

    def _carry_out(self, plan, decision, by, today):
        state = {
            Review.Decision.FADE: Plan.State.FADING,
            Review.Decision.CHANGE: Plan.State.ACTIVE,
        }.get(decision, Plan.State.FADING if plan.is_fading else Plan.State.ACTIVE)
        plan.write(
            "plan.reviewed", by, state=state, next_review_on=plan.review_after(today),
            is_fading=state == Plan.State.FADING,
        )  # fmt: skip

    def _found(self, plan, today):
        return [
            {
                "goal": str(standing.goal.pk),
                "verdict": standing.finding.verdict,
                "why": standing.finding.why,
                "points": len(standing.finding.points),
                "last": str(standing.finding.last.value) if standing.finding.last else None,
            }
            for standing in standings([plan], today)[plan.pk]
        ]


class Review(models.Model):
    """What a review found, what the rules suggested, and what a person decided and why.

    `findings` is [{"goal", "verdict", "why", "points": number, "last": value or None}] as the rules
    said it that day.
    """

    class Decision(models.TextChoices):
        CONTINUE = "continue", _("go on as it is")
        MEND = "mend", _("see to it that it takes place, and look again")
        CHANGE = "change", _("change the help")
        FADE = "fade", _("let the help fade out")
        CLOSE = "close", _("close the plan")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    held_on = models.DateField()
    findings = models.JSONField(default=list)
    decision = models.CharField(max_length=8, choices=Decision)
    reason = models.TextField(_("your reason"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = ReviewManager()

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="a_decision_has_a_reason")
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_review_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.held_on} {self.decision}"

    @property
    def was_on_time(self):
        """Whether it was held by the day on which it was due."""
        return self.held_on <= self.due_on
