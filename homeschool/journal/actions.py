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
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from homeschool.journal import channels, kinds
from homeschool.journal.models import Delivery, Heartbeat, Job, Notice, Receipt
from homeschool.journal.models.clock import announce
from homeschool.journal.models.sending import LEASE_LOST, TOO_LATE

log = logging.getLogger(__name__)

LONGEST_BATCH = 60  # seconds; the rest is given back
LONGEST_WORK = 30  # seconds after which a job lets others have the worker
SIGN_OF_LIFE = 10  # seconds between those that long work leaves

NO_RIGHT = gettext_noop("The reader may not see this any more.")
NO_ADDRESS = gettext_noop("The reader wants no more letters to this address.")
NOT_DUE = gettext_noop("It was taken back.")
NOT_WRITTEN = "The letter could not be written: {}"


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
    if notice.cancelled_at is None and write_receipts(notice, kind.recipients(notice)):
        write_deliveries(notice, expires_at=notice.created_at + kind.lives_for)
        announce()
    notice.expanded_at = timezone.now()
    notice.save(update_fields=["expanded_at", "cancelled_at"])


def compiled(queryset, *columns):
    """Return (SQL, parameters) of these columns of a queryset; None where it can have no row."""
    try:
        return queryset.order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return None


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


DELIVERIES = """
    INSERT INTO journal_delivery (
        receipt_id, channel, address, state, attempts, losses, next_at, lease_by, key,
        provider_id, error, created_at, sent_at, expires_at
    )
    SELECT receipt.id, %s, {address}, %s, 0, 0, statement_timestamp(), '', gen_random_uuid(),
        '', '', statement_timestamp(), {sent_at}, %s
    FROM journal_receipt AS receipt {ways} WHERE receipt.notice_id = %s
    ON CONFLICT DO NOTHING
"""


def write_deliveries(notice, expires_at):
    """Write the copy in the portal, which has arrived with the receipt, and one for each way out."""
    with connection.cursor() as cursor:
        in_app = DELIVERIES.format(address="''", sent_at="statement_timestamp()", ways="")
        cursor.execute(in_app, ["in_app", "sent", expires_at, notice.pk])
        for channel in channels.WAYS:
            people = Receipt.objects.filter(notice=notice).values("person_id")
            best = channels.best(channel, people)
            found = None if best is None else best.query.sql_with_params()
            if found is not None:
                ways = f"JOIN ({found[0]}) AS best (user_id, value) ON best.user_id = receipt.person_id"
                sql = DELIVERIES.format(address="best.value", sent_at="NULL", ways=ways)
                cursor.execute(sql, [channel, "pending", expires_at, *found[1], notice.pk])


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
            for delivery in left:
                delivery.postpone(self.by, away.reply, uses_up=False)
            self.signs.leave()
        else:
            if left:
                Delivery.objects.give_back([delivery.pk for delivery in left], self.by)

    def still_due(self):
        """Return the deliveries whose reader has the right at this moment; drop the others."""
        standing = Standing(self.deliveries)
        due = []
        for delivery in self.deliveries:
            if error := standing.broken.get(delivery.receipt.notice_id):
                delivery.postpone(self.by, error)
            elif reason := standing.against(delivery):
                delivery.drop(self.by, reason)
            elif delivery.expires_at <= timezone.now():
                delivery.drop(self.by, TOO_LATE, Delivery.State.EXPIRED)
            else:
                due.append(delivery)
        return due

    def send_all(self, left, way):
        """Send from the head of `left`, taking off what is done. Raises Away."""
        with way() as post:
            while left and time.monotonic() < self.over_at:
                post.recover()
                self.send(left[0], post)
                left.popleft()
                self.keep(left)

    def keep(self, left):
        """Leave a sign of life, and renew the lease of what has to wait for its turn."""
        self.signs.leave()
        if time.monotonic() >= self.renew_at:
            Delivery.objects.renew([delivery.pk for delivery in left], self.by)
            self.renew_at = time.monotonic() + settings.LEASE_SECONDS / 2

    def send(self, delivery, post):
        """Write one letter, and only then begin: a crash in the writing sent nothing. Raises Away."""
        try:
            message = post.message_for(delivery)
        except Exception as error:
            log.exception("delivery %s could not be written", delivery.pk)
            delivery.postpone(self.by, NOT_WRITTEN.format(type(error).__name__))
            return
        if delivery.begin(self.by):
            self._hand_over(delivery, post, message)

    def _hand_over(self, delivery, post, message):
        try:
            reply = post.send(message)
        except channels.Later as trouble:
            delivery.postpone(self.by, trouble.reply)
        except channels.Refused as trouble:
            delivery.give_up(self.by, trouble.reply)
        else:
            delivery.mark_sent(self.by, reply)


class Standing:
    """Who of a batch has the right at this moment, and may be written to: one query for all."""

    def __init__(self, deliveries):
        self.broken, self.taken_back, self.may, self.reachable = {}, set(), set(), set()
        people: dict[Notice, list] = {}
        for delivery in deliveries:
            people.setdefault(delivery.receipt.notice, []).append(delivery.receipt.person_id)
        told = [part for notice, ids in people.items() if (part := self._told(notice, ids))]
        self._ask([delivery.pk for delivery in deliveries], told, usable_by(people))

    def _told(self, notice, people):
        """Return the compiled query for those of `people` who have the right, or None."""
        try:
            kind = kinds.get(notice.kind)
            if notice.cancelled_at is not None or not kind.alive(notice):
                self.taken_back.add(notice.pk)
                return None
            found = compiled(kind.recipients(notice).filter(user_id__in=people), "user_id")
        except Exception as error:
            log.exception("notice %s: nobody can say who has the right", notice.pk)
            self.broken[notice.pk] = NOT_WRITTEN.format(type(error).__name__)
            return None
        if found is None:
            return None
        sql = f"SELECT %s::bigint, user_id FROM ({found[0]}) AS told (user_id)"  # noqa: S608
        return sql, [notice.pk, *found[1]]

    def _ask(self, ids, told, usable):
        may, may_values = among("(receipt.notice_id, receipt.person_id)", told)
        can, can_values = among(
            "(receipt.person_id, delivery.channel, delivery.address)", [usable] if usable else []
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT delivery.id, {may}, {can}
                FROM journal_delivery AS delivery
                JOIN journal_receipt AS receipt ON receipt.id = delivery.receipt_id
                WHERE delivery.id = ANY(%s)
                """,  # noqa: S608 - compiled by Django, its parameters apart
                [*may_values, *can_values, ids],
            )
            for pk, has_right, has_address in cursor.fetchall():
                self.may |= {pk} if has_right else set()
                self.reachable |= {pk} if has_address else set()

    def against(self, delivery):
        """Return why the delivery is not to be sent any more, or None."""
        if delivery.receipt.notice_id in self.taken_back:
            return NOT_DUE
        if delivery.pk not in self.may:
            return NO_RIGHT
        return None if delivery.pk in self.reachable else NO_ADDRESS


def usable_by(people):
    """Return the compiled query for the usable addresses of the people of {notice: ids}, or None."""
    addresses = channels.usable()
    if addresses is None:
        return None
    ids = {person for group in people.values() for person in group}
    return compiled(addresses.filter(user_id__in=ids), "user_id", "channel", "value")


def among(columns, queries):
    """Return (SQL, parameters) of the question whether `columns` are among the rows of `queries`."""
    if not queries:
        return "FALSE", []
    sql = " UNION ALL ".join(query for query, _values in queries)
    return f"{columns} IN ({sql})", [value for _query, values in queries for value in values]


# --- after the dead -----------------------------------------------------------------------------


def sweep():
    """Close what is too late, and take back what a worker held that ended without an outcome."""
    while Delivery.objects.expire(worker_name()):
        pass
    found = take_back(Delivery.objects.lost(), "receipt__notice", lose_delivery)
    found += take_back(Job.objects.lost(), None, lose_job)
    if found:
        log.warning("%s leases ended without an outcome", found)


def take_back(lost, related, lose):
    """Call `lose` on each locked row of `lost`; returns how many."""
    with transaction.atomic():
        rows = lost.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        rows = list(rows.select_related(related) if related else rows)
        for row in rows:
            lose(row)
        announce()
    return len(rows)


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
