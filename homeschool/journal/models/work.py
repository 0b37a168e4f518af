"""Work that takes longer than a page may: imports, exports, reports."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .clock import HANDED, LOSSES, after, announce, lease_end, pause


class JobQuerySet(models.QuerySet):
    def of(self, user):
        """Return the jobs that `user` asked for; to anonymous, nothing."""
        return self.filter(asked_by_id=user.pk) if user.is_authenticated else self.none()

    def waiting(self):
        """Return those that still have work to do."""
        return self.filter(state__in=[Job.State.PENDING, Job.State.LEASED])

    def lease(self, pk, by):
        """Take a job that the relay handed out and nobody took yet; returns whether it is ours."""
        handed = self.filter(pk=pk, state=Job.State.PENDING, lease_by=HANDED)
        return bool(
            handed.update(
                state=Job.State.LEASED,
                lease_by=by,
                lease_until=lease_end(),
                attempts=F("attempts") + 1,
            )
        )

    def held(self, pk, by):
        """Return the job locked for one chunk, or None where its lease is not ours any more."""
        held = self.filter(pk=pk, state=Job.State.LEASED, lease_by=by)
        return held.select_for_update().first()

    def lost(self):
        """Return those whose lease ended without a checkpoint."""
        return self.filter(state=Job.State.LEASED, lease_until__lt=Now())


class Job(models.Model):
    """A piece of work in checkpointed chunks, each under 60 s, claimed under a lease.

    `arguments` holds what it was asked, `progress` {"done": n, "of": n} and the checkpoint,
    `result` what it made. A crash gives it back when the lease ends. `attempts` counts how often
    it was taken since the last checkpoint; the third that brings none has failed.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        LEASED = "leased", _("at work")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    progress = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease_by = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="leased", lease_until__isnull=False) | ~Q(state="leased"),
                name="a_job_at_work_has_a_lease",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["pending", "leased"]),
                name="jobs_that_wait",
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.state}"

    @classmethod
    def ask(cls, kind, *, by, **arguments):
        """Write down work of a registered kind; the relay hands it on after the commit."""
        with transaction.atomic():
            job = cls.objects.create(kind=kind, arguments=arguments, asked_by=by)
            announce()
        return job

    @property
    def waits(self):
        """Whether it still has work to do."""
        return self.state in (self.State.PENDING, self.State.LEASED)

    def cancel(self):
        """Stop it; a chunk at work is waited for, and what is done already stays done."""
        with transaction.atomic():
            stands = Job.objects.waiting().select_for_update().filter(pk=self.pk).first()
            if stands:
                stands.end(self.State.CANCELLED)

    def end(self, state, error=""):
        """End it in `state` ("failed" says why): no worker takes it up again."""
        self.state, self.error, self.ended_at = state, error[:500], timezone.now()
        self.lease_by, self.lease_until = "", None
        self.save(update_fields=["state", "error", "ended_at", "lease_by", "lease_until"])

    # --- for whoever holds the lease: `held` locked the row, and the chunk's work commits with it

    def checkpoint(self, *, done):
        """Keep what the chunk noted in `progress` and `result`, and renew the lease or end."""
        self.attempts = 0
        self.state = self.State.DONE if done else self.State.LEASED
        self.lease_until = None if done else lease_end()
        self.ended_at = timezone.now() if done else None
        self.save(
            update_fields=["progress", "result", "attempts", "state", "lease_until", "ended_at"]
        )

    def let_go(self):
        """Let it wait, with its checkpoint, for the next worker that is free."""
        self._wait(Now())
        announce()

    def stumble(self, reason, *, at_once=False):
        """Record that a chunk failed or was lost; the third time in a row it has failed for good."""
        self.error = reason[:500]
        if self.attempts < LOSSES:
            return self._wait(Now() if at_once else after(pause(self.attempts)))
        return self.end(self.State.FAILED, reason)

    def _wait(self, next_at):
        self.state, self.lease_by, self.lease_until = self.State.PENDING, "", None
        self.next_at = next_at
        self.save(update_fields=["state", "lease_by", "lease_until", "next_at", "error"])


class JobRun(models.Model):
    """That the work `job` ran for the period that began then: once, whoever starts it.

    `told` says of how many rows it told, `dropped` for how many it came too late.
    """

    job = models.CharField(max_length=60)
    period_start = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    told = models.PositiveIntegerField(default=0, db_default=0)
    dropped = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "period_start"], name="a_period_runs_once")
        ]

    def __str__(self):
        return f"{self.job} {self.period_start:%Y-%m-%d %H:%M}"

    @classmethod
    def claim(cls, job, period_start):
        """Return whether this caller is the one that runs the period."""
        _run, new = cls.objects.get_or_create(job=job, period_start=period_start)
        return new
