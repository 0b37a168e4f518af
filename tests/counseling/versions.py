"""Published plans for tests."""

import datetime as dt

from django.utils import timezone

from counseling.models import Version

from .builders import make_plan


def plan_to_read(cast, student=None, **columns):
    """Return a plan with one of each part, and words that stay with staff."""
    plan = make_plan(cast, student, about="Only staff reads this.", **columns)
    plan.needs.create(domain="family", weight=5, words="Only staff reads this too.")
    plan.tasks.create(what="Read one page aloud", side="guardian", at_home=True)
    plan.slots.create(weekday=1, starts="15:30", minutes=30, place="library")
    plan.materials.create(title="Blue reader", pages="12-20")
    plan.team.create(name="Mei Chen", part="looks after the plan")
    return plan


def publish(plan, by, **told):
    """Publish the plan as it stands now."""
    plan.refresh_from_db()
    told = {"language": "en"} | told
    if plan.versions.exists():
        told.setdefault("news", "A new step.")
    return Version.objects.publish(plan, by=by, edits=plan.edits, **told)


def recently(plan, weeks=8):
    """Let the plan and its goals begin so many weeks ago, so that they are judged today."""
    began = timezone.localdate() - dt.timedelta(weeks=weeks)
    ends = began + dt.timedelta(weeks=20)
    plan.goals.update(baseline_on=began, target_on=ends)
    type(plan).objects.filter(pk=plan.pk).update(begins=began, ends=ends)
    plan.refresh_from_db()
    return began
