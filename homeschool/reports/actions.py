"""Verbs of no single report: making one step by step, and throwing old ones away."""

from django.utils import timezone

from homeschool.reports.models import ReportRun

# What making a report consists of; each step is one chunk of the job.
STEPS = (
    ReportRun.freeze,
    lambda run: run.write("csv"),
    lambda run: run.write("xlsx"),
)


def make(job):
    """Do the next step of a report that was asked for; return whether it was the last one."""
    runs = ReportRun.objects.select_related("term__school", "school", "asked_by")
    done = job.progress.get("done", 0)
    STEPS[done](runs.get(pk=job.arguments["run"]))
    job.progress = {"done": done + 1, "of": len(STEPS)}
    return done + 1 == len(STEPS)


def tidy():
    """Throw away the reports whose time is over, with their figures and files."""
    ReportRun.objects.filter(expires_at__lte=timezone.now()).delete()
