"""Reminders: what is due by the clock, told once, whoever starts it and however often.

The rooms register a table of rules. Each minute one worker claims the minute for each rule (JobRun)
and tells of the rows whose moment lies between the last minute that ran and this one: after a time
without beat that is all that was missed. What is too old by then is dropped, with a note.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise

from homeschool.journal.models import hours as clocks

from .ledger import Entry
from .telling import Notice
from .work import JobRun

log = logging.getLogger(__name__)

MINUTE = dt.timedelta(minutes=1)
STALE = dt.timedelta(hours=2)
# How far the clocks of a zone may be put within the days of a lead; two hours is the most known.
CLOCKS_MOVE = dt.timedelta(hours=3)
KEPT = dt.timedelta(days=2)  # how long the minutes that ran stay
STARTS_WITH = "remind:"


# --- when ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lead:
    """How long before (negative) or after something a reminder leaves.

    `days` go by the calendar of the school: the same time on its clocks, though a day may have 23
    or 25 hours. `rest` is time as it passes.
    """

    days: int = 0
    rest: dt.timedelta = dt.timedelta()

    def moment(self, event, zone):
        """Return when the reminder of `event` is due, in UTC.

        A time that the clocks of `zone` leave out is the one as much later, a time that comes twice
        is the first.
        """
        if self.days:
            wall = event.astimezone(zone).replace(tzinfo=None, fold=0)
            event = (wall + dt.timedelta(days=self.days)).replace(tzinfo=zone)
        return event.astimezone(dt.UTC) + self.rest

    def events(self, since, until):
        """Return between which two moments the events lie whose reminders are due then, and some
        around them."""
        whole = dt.timedelta(days=self.days) + self.rest
        return since - whole - CLOCKS_MOVE, until - whole + CLOCKS_MOVE


def days(n):
    """Return a lead of `n` days by the clock of the school."""
    return Lead(days=n)


def hours(n):
    """Return a lead of `n` hours as they pass."""
    return Lead(rest=dt.timedelta(hours=n))


def minutes(n):
    """Return a lead of `n` minutes as they pass."""
    return Lead(rest=dt.timedelta(minutes=n))


# --- the table ------------------------------------------------------------------------------------


def post_notice(rule, row, event):
    """Tell of a row by a notice of the rule's kind: once for the event as it stands."""
    Notice.post(
        rule.kind,
        row,
        school=rule.school(row),
        by=None,
        student=rule.student(row),
        dedupe_key=key_of(row, event),
    )


def key_of(row, event):
    """Return the key of a reminder: of one row and one time; moved, it is another one."""
    return f"{row.pk}:{event.astimezone(dt.UTC).isoformat(timespec='seconds')}"


@dataclass(frozen=True)
class Rule:
    """One line of the table of reminders.

    `rows(since, until)` returns a queryset of rows with something of which to remind between these
    moments, the school at hand; `event(row)` returns when exactly. `kind` is the notice's, whose
    `alive` is asked again at sending. Later than `stale_after` nobody is told any more.
    `marks` says that rows which were reminded are no longer among `rows`: then nothing is missed
    that became due earlier than the last run.
    """

    name: str
    label: str | Promise
    kind: str
    lead: Lead
    rows: Callable
    event: Callable
    tell: Callable = post_notice
    school: Callable = lambda row: row.school
    student: Callable = lambda row: None
    stale_after: dt.timedelta = STALE
    marks: bool = False

    @property
    def job(self):
        """The name under which its minutes are claimed."""
        return f"{STARTS_WITH}{self.name}"

    def due(self, since, until):
        """Yield (row, event, moment) of all that is due after `since` and up to `until`."""
        for row in self.rows(*self.lead.events(since, until)).iterator(chunk_size=500):
            event = self.event(row)
            moment = event and self.lead.moment(event, clocks.zone_of(self.school(row).time_zone))
            if moment and since < moment <= until:
                yield row, event, moment


_rules: dict[str, Rule] = {}


def register(rule):
    """Make a rule known under its name; the last one stands."""
    _rules[rule.name] = rule


def table():
    """Return all rules, by name."""
    return [_rules[name] for name in sorted(_rules)]


# --- each minute ------------------------------------------------------------------------------------


def run_all(now=None):
    """Run every rule for the minute of `now`; one that fails stops no other. Returns {name: told}.

    A rule that failed, or that another worker is running, is caught up in the next minute.
    """
    now, told = now or timezone.now(), {}
    for rule in table():
        try:
            told[rule.name] = run(rule, now)
        except Exception:
            log.exception("reminders: %s could not run", rule.name)
    tidy(now)
    return told


def run(rule, now):
    """Remind of what became due since this rule ran last; returns how many rows.

    One transaction: the minute is claimed and all is told, or neither.
    """
    period = now.astimezone(dt.UTC).replace(second=0, microsecond=0)
    with transaction.atomic():
        if not alone(rule) or not JobRun.claim(rule.job, period):
            return 0
        told = dropped = 0
        for row, event, moment in rule.due(since(rule, period), period):
            if period - moment > rule.stale_after:
                drop(rule, row, moment)
                dropped += 1
            else:
                rule.tell(rule, row, event)
                told += 1
        if told or dropped:
            JobRun.objects.filter(job=rule.job, period_start=period).update(
                told=told, dropped=dropped
            )
    return told


def alone(rule):
    """Whether nobody else runs this rule now; to the end of the transaction nobody will."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [rule.job])
        return cursor.fetchone()[0]


def since(rule, period):
    """Return the minute up to which all is told; the minute before, where the rule never ran."""
    ran = JobRun.objects.filter(job=rule.job, period_start__lt=period)
    last = ran.aggregate(at=Max("period_start"))["at"] or period - MINUTE
    return min(last, period - rule.stale_after) if rule.marks else last


def drop(rule, row, moment):
    """Write down that nobody was reminded of this row: it was too late for it."""
    Entry.record(
        "reminder.dropped",
        row,
        by=None,
        student=rule.student(row),
        school=rule.school(row),
        rule=rule.name,
        due=moment.isoformat(timespec="seconds"),
    )


def tidy(now):
    """Throw away minutes that ran long ago, but for the last one of each rule."""
    if now.minute:
        return
    old = JobRun.objects.filter(job__startswith=STARTS_WITH, period_start__lt=now - KEPT)
    last = JobRun.objects.filter(job__startswith=STARTS_WITH).order_by().values("job")
    kept = {(row["job"], row["at"]) for row in last.annotate(at=Max("period_start"))}
    gone = [
        pk for pk, *key in old.values_list("pk", "job", "period_start") if tuple(key) not in kept
    ]
    JobRun.objects.filter(pk__in=gone).delete()
