"""The Celery app and the beat table. Settings: CELERY_* in settings.py.

No page and no verb calls Celery: the relay and beat are the only ones that enqueue.
"""

import logging
import os
import time

from celery import Celery
from celery.beat import Scheduler
from celery.signals import setup_logging
from django.db import DatabaseError, InterfaceError, connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "homeschool.settings")

log = logging.getLogger(__name__)

HEARTBEAT = 10  # seconds between two signs of life of worker and beat
SWEEP = 10  # seconds between two looks for what a dead worker held
EVENING = 60  # seconds between two looks for whom it is evening
MONDAY = 300  # seconds between two looks for where it is Monday morning
ANNOUNCE = 30  # seconds between two looks for announcements whose moment is here
REMIND = 60  # seconds between two looks at the table of reminders
ROLL_ON = 300  # seconds between two looks for offers of seats that nobody answered in time
TIDY = 3600  # seconds between two looks for what is kept no longer

app = Celery("homeschool")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Reviewed here like any code; there is no second table in a database.
app.conf.beat_schedule = {
    "heartbeat": {
        "task": "journal.heartbeat",
        "schedule": HEARTBEAT,
        # An old sign of life proves nothing: a worker that comes back throws it away.
        "options": {"expires": 3 * HEARTBEAT},
    },
    # Returns what a dead worker held, and closes what is too late.
    "sweep": {"task": "journal.sweep", "schedule": SWEEP, "options": {"expires": SWEEP}},
    # Throws away reports whose week is over.
    "tidy": {"task": "reports.tidy", "schedule": TIDY, "options": {"expires": TIDY}},
    # Throws away the files of rosters after their day.
    "tidy-rosters": {"task": "people.tidy", "schedule": TIDY, "options": {"expires": TIDY}},
    # Throws away sheets of marks, attendance and points after their day.
    "tidy-sheets": {"task": "counseling.tidy", "schedule": TIDY, "options": {"expires": TIDY}},
    # Ends offers of seats after their two days, and offers the places to the next in the line.
    "roll-on": {"task": "counseling.roll_on", "schedule": ROLL_ON, "options": {"expires": ROLL_ON}},
    # Writes the evening letters of those whose evening it is (docs/decisions/0017-digests.md).
    "digests": {"task": "journal.digests", "schedule": EVENING, "options": {"expires": EVENING}},
    # Writes to those who lead a school what the week was, on Monday morning.
    "week": {"task": "journal.week", "schedule": MONDAY, "options": {"expires": MONDAY}},
    # Lets announcements leave whose moment is here; which these are stands in their rows.
    "announce": {
        "task": "messaging.announce",
        "schedule": ANNOUNCE,
        "options": {"expires": ANNOUNCE},
    },
    # Tells of what is due by the clock; which rules there are, each room says (visits/reading/reminders.py).
    "remind": {"task": "journal.remind", "schedule": REMIND, "options": {"expires": REMIND}},
}


class BeatScheduler(Scheduler):
    """Celery's scheduler without a file, which says in the database that it lives.

    Nothing is lost with the file: what runs once per period is a row in the journal.
    """

    max_interval = HEARTBEAT / 2

    def setup_schedule(self):
        self.install_default_entries(self.schedule)
        self.update_from_dict(self.app.conf.beat_schedule)
        heartbeat = self.schedule["heartbeat"]  # at once, instead of one period after the start
        heartbeat.last_run_at = heartbeat.last_run_at - heartbeat.schedule.run_every
        self.beaten = None

    def tick(self, *args, **kwargs):
        if self.beaten is None or time.monotonic() - self.beaten >= HEARTBEAT:
            self.beaten = time.monotonic()
            self.beat()
        return super().tick(*args, **kwargs)

    def beat(self):
        """Leave beat's sign of life. With the database away beat goes on: it is not its work."""
        from homeschool.journal.models import Heartbeat

        try:
            Heartbeat.beat("beat")
        except (DatabaseError, InterfaceError) as error:
            connection.close()  # the next sign tries a new one
            log.warning("beat: no sign of life could be left: %s", error)


app.conf.beat_scheduler = f"{__name__}:BeatScheduler"


@setup_logging.connect
def keep_our_logging(**_):
    """Let settings.LOGGING alone say what is logged, less a line for every heartbeat."""
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).addFilter(is_news)


def is_news(record):
    """Whether a log record says more than that a heartbeat went well."""
    return record.levelno > logging.INFO or "heartbeat" not in record.getMessage()
