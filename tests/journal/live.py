"""Kinds of notices and jobs that only tests know; `live_inside` makes them known to real workers."""

import datetime as dt
import os
import time

from django.db.models import F, Value

from homeschool.journal import kinds
from homeschool.journal.models import Heartbeat
from homeschool.people import sight
from homeschool.people.models import Student, User
from homeschool.reports import actions
from homeschool.reports.models import TERM_REPORT

MOMENT = dt.datetime(2026, 12, 3, 4, 0, tzinfo=dt.UTC)  # noon in Shanghai
WORDS = "she reads <b>aloud</b> & well"


def family(notice):
    return sight.receivers(Student.objects.filter(pk=notice.student_id), "visits")


def readers(notice):
    """Everybody whose name begins with Reader: no loop, no sight."""
    found = User.objects.filter(is_active=True, full_name__startswith="Reader")
    return found.annotate(user_id=F("pk"), why=Value("guardianship"))


def context(notice, user):
    return {"words": WORDS, "moment": MOMENT}


def broken(notice, user):
    raise RuntimeError("no words for this")


def make(name, recipients=family, **more):
    more.setdefault("context", context)
    return kinds.Kind(name=name, recipients=recipients, template="live/letter", **more)


def count_to(job):
    """A job of chunks: each adds one to what a heartbeat row counts, and can be slow."""
    done = job.progress.get("done", 0) + 1
    Heartbeat.beat(f"{job.pk} {done}"[:40])
    time.sleep(job.arguments.get("seconds", 0))
    if job.arguments.get("fails_at") == done:
        raise RuntimeError("this chunk cannot be done")
    job.progress = {"done": done, "of": job.arguments["of"]}
    job.result = {"by": os.getpid()}
    return done >= job.arguments["of"]


def make_slowly(job):
    """Make a report as always, each step after a while in which its worker can be killed."""
    time.sleep(0.7)
    return actions.make(job)


def register():
    kinds.register(make("live.letter", label="A letter"))
    kinds.register(make("live.urgent", again_when_uncertain=True))
    kinds.register(make("live.read", asks="read"))
    kinds.register(make("live.all", readers))
    kinds.register(make("live.all.urgent", readers, again_when_uncertain=True))
    kinds.register(make("live.over", alive=lambda notice: False))
    kinds.register(make("live.broken", context=broken))
    kinds.register_job("live.count", count_to)
    kinds.register_job(TERM_REPORT, make_slowly)
