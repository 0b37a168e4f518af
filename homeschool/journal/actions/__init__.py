"""Verbs over many rows: address a notice, send a batch, work on a job, and clean up after the dead.

The tasks call them with ids; each is safe to run twice, and at once with itself.
"""

import logging
import os
import socket
import time
import uuid
from collections import deque

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from homeschool.journal import channels, kinds
from homeschool.journal.actions import digests
from homeschool.journal.actions.standing import (
    NO_ADDRESS,
    NO_RIGHT,
    NO_WISH,
    NOT_DUE,
    NOT_WRITTEN,
    Standing,
    compiled,
    usable_by,
)
from homeschool.journal.models import (
    Delivery,
    Heartbeat,
    Job,
    Notice,
    Receipt,
    again,
    bouncing,
    hours,
)
from homeschool.journal.models.clock import announce
from homeschool.journal.models.sending import LEASE_LOST, TOO_LATE

# why a letter is not sent, and who can be written to: for others
__all__ = ["NOT_DUE", "NO_ADDRESS", "NO_RIGHT", "NO_WISH", "usable_by"]

log = logging.getLogger(__name__)

LONGEST_BATCH = 60  # seconds; the rest is given back
LONGEST_WORK = 30  # seconds after which a job lets others have the worker
SIGN_OF_LIFE = 10  # seconds between those that long work leaves
AT_ONCE = 20  # rows that are taken back from the dead in one transaction

NOTHING_NEW = gettext_noop("Nothing of what it held is still for the reader.")


def worker_name():
    """Return who works here: machine and process."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def lease_name():
    """Return who holds a lease: the worker and a sign of this one time, so that no other's ends it."""
    return f"{worker_name()} {uuid.uuid4().hex[:8]}"


class SignsOfLife:
    """Leaves the worker's sign of life during long work, as its heartbeat task would."""

    def __init__(self):
        self.left = time.monotonic()

    def leave(self):
        if time.monotonic() - self.left >= SIGN_OF_LIFE:
            Heartbeat.beat("worker")
            self.left = time.monotonic()


# --- expand -----------------------------------------------------------------------------------


def expand(ids):
    """Write the receipts and deliveries of these notices, each in a transaction of its own.

    A notice that cannot be addressed waits and holds up no other.
    """
    for pk in ids:
        try:
            with transaction.atomic():
                unaddressed = Notice.objects.filter(pk=pk, expanded_at=None)
                notice = unaddressed.select_for_update(skip_locked=True).first()
                if notice is not None:
                    address(notice)
        except Exception:
            log.exception("notice %s could not be addressed", pk)
            Notice.objects.get(pk=pk).put_off()


def address(notice):
    """Give each person with the right a receipt, and each receipt its deliveries; no loop over people.

    Call it in a transaction, with the notice locked.
    """
    kind = kinds.get(notice.kind)
    if notice.cancelled_at is None and not kind.alive(notice):
        notice.cancelled_at = timezone.now()
    notice.urgency, notice.urgent_because = kind.urgency_of(notice)
    if notice.cancelled_at is None and write_receipts(notice, recipients_of(kind, notice)):
        write_deliveries(notice, expires_at=notice.created_at + kind.lives_for)
        announce()
    notice.expanded_at = timezone.now()
    notice.save(update_fields=["expanded_at", "cancelled_at", "urgency", "urgent_because"])


def recipients_of(kind, notice):
    """Return who is told of a notice; who has done what it asks again for is not asked."""
    found = kind.recipients(notice)
    if kind.repeats:
        found = found.filter(user_id__in=again.still_open(notice).values("person"))
    return found


def write_receipts(notice, recipients):
    """Write one receipt a person, in the language of this moment; returns how many are new."""
    told = compiled(recipients, "user_id", "why")
    if told is None:
        return 0
    people = Receipt._meta.get_field("person").related_model._meta.db_table
    fallback = next(iter(notice.school.languages), settings.LANGUAGE_CODE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO journal_receipt (notice_id, person_id, why, language, created_at, signed)
            SELECT DISTINCT ON (told.user_id)
                %s, told.user_id, left(told.why, 14), coalesce(nullif(person.language, ''), %s),
                statement_timestamp(), ''
            FROM ({told[0]}) AS told (user_id, why)
            JOIN {people} AS person ON person.id = told.user_id
            ORDER BY told.user_id, told.why
            ON CONFLICT DO NOTHING
            """,  # noqa: S608 - compiled by Django, its parameters apart
            [notice.pk, fallback, *told[1]],
        )
        return cursor.rowcount


IN_APP = """
    INSERT INTO journal_delivery (
        receipt_id, channel, address, state, attempts, losses, next_at, lease_by, key,
        provider_id, error, created_at, sent_at, expires_at
    )
    SELECT receipt.id, 'in_app', '', 'sent', 0, 0, statement_timestamp(), '', gen_random_uuid(),
        '', '', statement_timestamp(), statement_timestamp(), %s
    FROM journal_receipt AS receipt WHERE receipt.notice_id = %s
    ON CONFLICT DO NOTHING
"""

BY_A_WAY = """
    INSERT INTO journal_delivery (
        receipt_id, channel, address, state, attempts, losses, next_at, not_before, lease_by, key,
        provider_id, error, created_at, expires_at
    )
    SELECT receipt.id, %s, way.value, leave.state, 0, 0, coalesce(leave.at, statement_timestamp()),
        leave.at, '', gen_random_uuid(), '', '', statement_timestamp(), %s
    FROM journal_receipt AS receipt
    JOIN journal_notice AS notice ON notice.id = receipt.notice_id
    JOIN {schools} AS school ON school.id = notice.school_id
    CROSS JOIN LATERAL ({best}) AS way
    {clock}
    CROSS JOIN LATERAL (SELECT {evening}) AS next (evening)
    CROSS JOIN LATERAL (
        SELECT %s = 'routine' AND way.pace = 'digest' AND next.evening < %s
    ) AS can (wait)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN can.wait THEN 'held' ELSE 'pending' END,
            CASE WHEN can.wait THEN next.evening WHEN %s <> 'urgent' THEN {quiet_until} END
    ) AS leave (state, at)
    WHERE receipt.notice_id = %s AND (way.pace <> 'off' OR %s)
    ON CONFLICT DO NOTHING
"""


def write_deliveries(notice, expires_at):
    """Write the copy in the portal, which has arrived with the receipt, and one for each way out.

    What may not leave yet says when: at the end of the reader's quiet hours, or in the evening.
    """
    with connection.cursor() as cursor:
        cursor.execute(IN_APP, [expires_at, notice.pk])
        for channel in channels.WAYS:
            used = again.used(notice) if kinds.get(notice.kind).repeats else None
            best = channels.best(channel, "receipt.person_id", used)
            if best is not None:
                must, urgency = bool(kinds.get(notice.kind).must_arrive), notice.urgency
                after = [urgency, expires_at, urgency, notice.pk, must]
                cursor.execute(_by_a_way(best[0]), [channel, expires_at, *best[1], *after])


def _by_a_way(best):
    """Return the statement for a way of which `best` (SQL) has each person's address and wishes."""
    return BY_A_WAY.format(
        best=best,
        schools=Notice._meta.get_field("school").related_model._meta.db_table,
        clock=hours.clock("way", "school"),
        evening=hours.next_evening(),
        quiet_until=hours.QUIET_UNTIL,
    )


# --- send -------------------------------------------------------------------------------------


def deliver(ids):
    """Send those of these deliveries that nobody has in hand."""
    batch = Batch(ids)
    if batch.deliveries:
        batch.run()


class Batch:
    """Deliveries of one channel, leased together and sent over one connection."""

    def __init__(self, ids):
        self.by = lease_name()
        self.over_at = time.monotonic() + LONGEST_BATCH
        self.renew_at = time.monotonic() + settings.LEASE_SECONDS / 2
        self.signs = SignsOfLife()
        taken = Delivery.objects.lease(ids, self.by)
        rows = Delivery.objects.filter(pk__in=taken).select_related(
            "receipt__person", "receipt__notice__school"
        )
        self.deliveries = list(rows.order_by("pk"))

    def run(self):
        """Drop what has no right any more, send the rest, and give back what time does not allow."""
        left = deque(self.still_due())
        try:
            if left:
                self.send_all(left, channels.WAYS[left[0].channel])
        except channels.Away as away:
            log.warning("%s takes nothing now: %s", left[0].channel, away.reply)
            for delivery in [row for row in left if row.begun] or [left[0]]:
                delivery.postpone(self.by, away.reply, uses_up=False)
            Delivery.objects.set_aside([delivery.pk for delivery in left], self.by, away.reply)
            self.signs.leave()
        else:
            if left:
                Delivery.objects.give_back([delivery.pk for delivery in left], self.by)

    def still_due(self):
        """Return the deliveries that may go to their reader at this moment; drop the others, or let
        them rest until the reader's morning."""
        items = digests.items_of(self.deliveries)
        standing = Standing(self.deliveries + [item for row in items.values() for item in row])
        due = []
        for delivery in self.deliveries:
            if error := standing.broken.get(delivery.receipt.notice_id):
                delivery.postpone(self.by, error)
            elif reason := standing.against(delivery):
                delivery.drop(self.by, reason)
            elif delivery.expires_at <= timezone.now():
                delivery.drop(self.by, TOO_LATE, Delivery.State.EXPIRED)
            elif morning := standing.rests_until(delivery):
                delivery.rest(self.by, morning)
            elif delivery.pk not in items or self.carries(delivery, items[delivery.pk], standing):
                due.append(delivery)
        return due

    def carries(self, delivery, items, standing):
        """Whether an evening letter still holds anything for its reader; an empty one is not sent."""
        left = delivery.receipt.notice.carries = digests.settle(items, standing, self.by)
        if not left:
            delivery.drop(self.by, NOTHING_NEW)
        return bool(left)

    def send_all(self, left, way):
        """Send from the head of `left`, taking off what is done. Raises Away."""
        with way() as post:
            letters = self.write(left, post)
            begun = False  # whether the head of `left` was begun with the end of the one before it
            while begun or (left and left[0].pk in letters and time.monotonic() < self.over_at):
                delivery, follower = left[0], left[1] if len(left) > 1 else None
                post.recover()
                then = follower if follower is not None and follower.pk in letters else None
                begun = self.send(delivery, letters[delivery.pk], post, begun=begun, then=then)
                left.popleft()
                self.keep(left)

    def write(self, left, post):
        """Write the letters, and take off `left` what cannot be written: a crash in here sent nothing.

        Returns {delivery id: message}; what time does not allow is not among them.
        """
        kinds.meet([delivery.receipt.person for delivery in left])
        letters = {}
        for delivery in list(left):
            if time.monotonic() >= self.over_at:
                break
            try:
                letters[delivery.pk] = post.message_for(delivery)
            except channels.Refused as trouble:
                self.refuse(delivery, trouble)
                left.remove(delivery)
            except Exception as error:
                log.exception("delivery %s could not be written", delivery.pk)
                delivery.postpone(self.by, NOT_WRITTEN.format(type(error).__name__))
                left.remove(delivery)
            self.keep(left)
        return letters

    def keep(self, left):
        """Leave a sign of life, and renew the lease of what has to wait for its turn."""
        self.signs.leave()
        if time.monotonic() >= self.renew_at:
            Delivery.objects.renew([delivery.pk for delivery in left], self.by)
            self.renew_at = time.monotonic() + settings.LEASE_SECONDS / 2

    def send(self, delivery, message, post, *, begun, then):
        """Let one letter leave, if it is still ours; returns whether `then` was begun with its end."""
        if begun or delivery.begin(self.by):
            return self._hand_over(delivery, message, post, then)
        return False

    def refuse(self, delivery, trouble):
        """Give up a letter that nobody will ever take; where it is for its address, say so."""
        delivery.give_up(self.by, trouble.reply)
        if isinstance(trouble, channels.NoSuchAddress):
            bouncing.refused_at_the_door(delivery, trouble.reply)

    def _hand_over(self, delivery, message, post, then):
        try:
            reply = post.send(message)
        except channels.Later as trouble:
            delivery.postpone(self.by, trouble.reply)
        except channels.Refused as trouble:
            self.refuse(delivery, trouble)
        else:
            delivery.mark_sent(self.by, reply, then if time.monotonic() < self.over_at else None)
            return then is not None and then.begun
        return False


# --- after the dead -----------------------------------------------------------------------------


def sweep():
    """Close what is too late, and take back what a worker held that ended without an outcome."""
    while Delivery.objects.expire(worker_name()):
        pass
    while Delivery.objects.let_go():
        pass
    found = take_back(Delivery.objects.lost(), "receipt__notice", lose_delivery)
    found += take_back(Job.objects.lost(), None, lose_job)
    if found:
        log.warning("%s leases ended without an outcome", found)


def take_back(lost, related, lose):
    """Call `lose` on each locked row of `lost`, a few at a time, since whoever takes back may be
    killed too; returns how many."""
    rows = lost.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    rows = rows.select_related(related) if related else rows
    found = 0
    while True:
        with transaction.atomic():
            some = list(rows[:AT_ONCE])
            for row in some:
                lose(row)
            if some:
                announce()
        found += len(some)
        if len(some) < AT_ONCE:
            return found


def lose_delivery(delivery):
    """Take back a delivery; what its kind says decides whether it may be sent again."""
    delivery.lose_lease(may_repeat=kinds.may_repeat(delivery.receipt.notice.kind))


def lose_job(job):
    """Take back a job; its last checkpoint stands."""
    job.stumble(LEASE_LOST, at_once=True)


# --- jobs ---------------------------------------------------------------------------------------


def work(pk):
    """Do chunks of a job, half a minute at most, and let others have the worker."""
    by, signs, end = lease_name(), SignsOfLife(), time.monotonic() + LONGEST_WORK
    if not Job.objects.lease(pk, by):
        return
    while (goes_on := chunk(pk, by)) and time.monotonic() < end:
        signs.leave()
    if goes_on:
        with transaction.atomic():
            if job := Job.objects.held(pk, by):
                job.let_go()


def chunk(pk, by):
    """Do one chunk of a job, with its checkpoint in one transaction; returns whether more is to do."""
    try:
        with transaction.atomic():
            job = Job.objects.held(pk, by)
            if job is None:  # its lease was lost, or somebody cancelled it
                return False
            done = bool(kinds.runner(job.kind)(job))
            job.checkpoint(done=done)
            return not done
    except kinds.GiveUp as reason:
        with transaction.atomic():
            if job := Job.objects.held(pk, by):
                job.end(Job.State.FAILED, str(reason))
        return False
    except Exception as error:
        log.exception("job %s failed in a chunk", pk)
        with transaction.atomic():
            if job := Job.objects.held(pk, by):
                job.stumble(type(error).__name__)
        return False
