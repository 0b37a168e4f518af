"""Who has the right at this moment, may be written to, and is not asleep: one query for a batch."""

import logging

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.translation import gettext_noop

from homeschool.journal import channels, kinds
from homeschool.journal.models import Notice, again, hours

log = logging.getLogger(__name__)

NO_RIGHT = gettext_noop("The reader may not see this any more.")
NO_ADDRESS = gettext_noop("The reader wants no more letters to this address.")
NO_WISH = gettext_noop("The reader wants only what has to arrive at this address.")
DONE = gettext_noop("The reader has done meanwhile what it asks.")
NOT_DUE = gettext_noop("It was taken back.")
NOT_WRITTEN = "The letter could not be written: {}"


def compiled(queryset, *columns):
    """Return (SQL, parameters) of these columns of a queryset; None where it can have no row."""
    try:
        return queryset.order_by().values_list(*columns).query.sql_with_params()
    except EmptyResultSet:
        return None


class Standing:
    """Who of a batch has the right at this moment, and may be written to: one query for all.

    `quiet` holds {delivery id: when the reader's quiet hours end} of those who have them now.
    """

    def __init__(self, deliveries):
        self.broken, self.taken_back, self.may = {}, set(), set()
        self.pace, self.quiet = {}, {}
        self.done = set()  # (notice, person): nobody is asked once more for what is done
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
            if kind.repeats:
                did = again.done(notice).filter(person__in=people).values_list("person", flat=True)
                self.done |= {(notice.pk, person) for person in did}
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
        way, way_values = usable or (NOBODY, [])
        schools = Notice._meta.get_field("school").related_model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT delivery.id, {may}, way.pace, {hours.QUIET_UNTIL}
                FROM journal_delivery AS delivery
                JOIN journal_receipt AS receipt ON receipt.id = delivery.receipt_id
                JOIN journal_notice AS notice ON notice.id = receipt.notice_id
                JOIN {schools} AS school ON school.id = notice.school_id
                LEFT JOIN ({way})
                    AS way (user_id, channel, value, pace, zone, quiet_from, quiet_until)
                    ON (way.user_id, way.channel, way.value)
                        = (receipt.person_id, delivery.channel, delivery.address)
                {hours.clock("way", "school")}
                WHERE delivery.id = ANY(%s)
                """,  # noqa: S608 - compiled by Django, its parameters apart
                [*may_values, *way_values, ids],
            )
            for pk, has_right, pace, quiet in cursor.fetchall():
                self.may |= {pk} if has_right else set()
                if pace is not None:
                    self.pace[pk] = pace
                if quiet is not None:
                    self.quiet[pk] = quiet

    def lost(self, delivery):
        """Return why nobody may be told of it any more, whatever the way, or None."""
        if delivery.receipt.notice_id in self.taken_back:
            return NOT_DUE
        if (delivery.receipt.notice_id, delivery.receipt.person_id) in self.done:
            return DONE
        return None if delivery.pk in self.may else NO_RIGHT

    def against(self, delivery):
        """Return why the delivery is not to be sent any more, or None."""
        if reason := self.lost(delivery):
            return reason
        pace = self.pace.get(delivery.pk)
        if pace is None:
            return NO_ADDRESS
        if pace == channels.OFF and not kinds.get(delivery.receipt.notice.kind).must_arrive:
            return NO_WISH
        return None

    def rests_until(self, delivery):
        """Return when the reader's quiet hours end, or None where the letter may leave now."""
        if delivery.receipt.notice.urgency == Notice.Urgency.URGENT:
            return None
        return self.quiet.get(delivery.pk)


NOBODY = "SELECT NULL::uuid, '', '', '', '', NULL::time, NULL::time WHERE FALSE"


def usable_by(people):
    """Return the compiled query for the usable addresses of the people of {notice: ids}, or None."""
    addresses = channels.usable()
    if addresses is None:
        return None
    ids = {person for group in people.values() for person in group}
    columns = ("user_id", "channel", "value", *channels.WISHES)
    return compiled(addresses.filter(user_id__in=ids), *columns)


def among(columns, queries):
    """Return (SQL, parameters) of the question whether `columns` are among the rows of `queries`."""
    if not queries:
        return "FALSE", []
    sql = " UNION ALL ".join(query for query, _values in queries)
    return f"{columns} IN ({sql})", [value for _query, values in queries for value in values]
