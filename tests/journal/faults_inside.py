"""What tests of faults put into the portal's own processes: shorter pauses, two kinds of letters, and
a death by request."""

import os
import signal

from django.db.models import F, Value

from homeschool.celery import app
from homeschool.journal import kinds
from homeschool.journal.models import clock
from homeschool.people.models import User

from . import live

if "FAULTS_PAUSE" in os.environ:  # a bounded run sees the second try too
    clock.FIRST_PAUSE = float(os.environ["FAULTS_PAUSE"])
if "FAULTS_SWEEP" in os.environ:
    app.conf.beat_schedule["sweep"]["schedule"] = float(os.environ["FAULTS_SWEEP"])


def readers(notice):
    """Everybody whose name begins with Reader, by no right that anybody could lose."""
    found = User.objects.filter(is_active=True, full_name__startswith="Reader")
    return found.annotate(user_id=F("pk"), why=Value("reader"))


kinds.register(live.make("faults.urgent", readers, again_when_uncertain=True))
kinds.register(live.make("faults.routine", readers))


def dies_before_it_answers(get_response):
    """Kill the web server's process when the work is committed and the answer did not leave."""

    def answer(request):
        response = get_response(request)
        if "X-Test-Die" in request.headers:
            os.kill(os.getpid(), signal.SIGKILL)
        return response

    return answer
