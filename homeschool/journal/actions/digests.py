"""One letter in the evening for each person: the routine news of the day, across children and schools.

A routine delivery waits as `held` until 18:00 by its reader's clock. `gather` then writes one notice,
receipt and delivery for each person whose hour has come, and ties what waits to it (`merged`), in one
statement: whoever runs it again finds nothing that is held. What becomes of the letter becomes of
what it carries. Why so: docs/decisions/0017-digests.md.
"""

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from homeschool.journal import channels, kinds
from homeschool.journal.actions.standing import NO_ADDRESS, Standing
from homeschool.journal.models import Attempt, Delivery, Receipt, again, hours
from homeschool.journal.models.clock import announce
from homeschool.journal.models.sending import DIGEST, TOO_LATE

KIND = DIGEST
LIVES = "2 days"  # how long an evening letter may wait; after that it is yesterday's news
CHUNK = 500  # people for whom one transaction writes

# Whose evening it is and who can be written to; who has no address any more is not among them.
PEOPLE = """
    SELECT due.person_id
    FROM (
        SELECT DISTINCT receipt.person_id
        FROM journal_delivery AS delivery
        JOIN journal_receipt AS receipt ON receipt.id = delivery.receipt_id
        WHERE delivery.state = 'held' AND delivery.channel = %s AND delivery.next_at <= %s
    ) AS due
    CROSS JOIN LATERAL ({best}) AS best
    LIMIT %s
"""
GATHER = """
    WITH item AS MATERIALIZED (
        SELECT delivery.id, receipt.person_id, receipt.language, notice.school_id
        FROM journal_delivery AS delivery
        JOIN journal_receipt AS receipt ON receipt.id = delivery.receipt_id
        JOIN journal_notice AS notice ON notice.id = receipt.notice_id
        WHERE delivery.state = 'held' AND delivery.channel = %s AND receipt.person_id = ANY(%s::uuid[])
    ),
    letter AS MATERIALIZED (
        SELECT first.*, best.value AS address
        FROM (SELECT DISTINCT ON (person_id) * FROM item ORDER BY person_id, id) AS first
        CROSS JOIN LATERAL ({best}) AS best
    ),
    written AS (
        INSERT INTO journal_notice (
            school_id, kind, about_type, about_id, dedupe_key, created_at, next_at, expanded_at, urgency
        )
        SELECT school_id, %s, 'people.user', person_id::text, 'from ' || id, statement_timestamp(),
            statement_timestamp(), statement_timestamp(), 'direct'
        FROM letter
        RETURNING id, about_id
    ),
    received AS (
        INSERT INTO journal_receipt (notice_id, person_id, why, language, created_at, signed)
        SELECT written.id, letter.person_id, 'digest', letter.language, statement_timestamp(), ''
        FROM written JOIN letter ON letter.person_id = written.about_id::uuid
        RETURNING id, person_id
    ),
    leaving AS (
        INSERT INTO journal_delivery (
            receipt_id, channel, address, state, attempts, losses, next_at, lease_by, key,
            provider_id, error, created_at, expires_at
        )
        SELECT received.id, %s, letter.address, 'pending', 0, 0, statement_timestamp(), '',
            gen_random_uuid(), '', '', statement_timestamp(), statement_timestamp() + interval '{lives}'
        FROM received JOIN letter ON letter.person_id = received.person_id
        RETURNING id, receipt_id
    )
    UPDATE journal_delivery AS delivery SET state = 'merged', digest_id = leaving.id
    FROM item
    JOIN received ON received.person_id = item.person_id
    JOIN leaving ON leaving.receipt_id = received.id
    WHERE delivery.id = item.id
"""


def gather():
    """Write the evening letter of everybody whose hour has come; returns how many news.

    Twice, and at once with itself, it writes each once: only one gathers at a time.
    """
    news = 0
    for channel in channels.WAYS:
        while done := _gather(channel):
            news += done
    return news


def _gather(channel):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal.digests'))")
        at = hours.now()
        done = _write(cursor, channel, at)
        if done:
            announce()
        else:  # whoever is left has no address any more
            left = Delivery.objects.held_until(channel, at)
            left.update(state=Delivery.State.CANCELLED, error=NO_ADDRESS)
    return done


def _write(cursor, channel, at):
    """Write the letters of at most CHUNK people; returns how many news they carry."""
    best = channels.best(channel, "due.person_id")
    if best is None:
        return 0
    cursor.execute(PEOPLE.format(best=best[0]), [channel, at, *best[1], CHUNK])
    people = [person for (person,) in cursor.fetchall()]
    if not people:
        return 0
    found, values = channels.best(channel, "first.person_id")
    sql = GATHER.format(best=found, lives=LIVES)
    cursor.execute(sql, [channel, people, *values, KIND, channel])
    return cursor.rowcount


# --- what a letter carries ------------------------------------------------------------------------


def items_of(deliveries):
    """Return {id of an evening letter: what it carries}, for those among `deliveries` (one query)."""
    carriers = [row.pk for row in deliveries if row.receipt.notice.kind == KIND]
    found: dict[int, list] = {pk: [] for pk in carriers}
    if carriers:
        for item in _with_facts(Delivery.objects.filter(digest__in=carriers, state="merged")):
            found[item.digest_id].append(item)
    return found


def _with_facts(rows):
    related = ("receipt__person", "receipt__notice__school", "receipt__notice__student")
    return rows.select_related(*related).order_by("pk")


def settle(items, standing, by):
    """Return those of `items` whose reader still has the right; the others are closed."""
    due: list = []
    over: dict[str, list] = {}
    for item in items:
        notice = item.receipt.notice
        if reason := standing.broken.get(notice.pk) or standing.lost(item):
            over.setdefault(reason, []).append(item)
        elif item.expires_at > timezone.now():
            due.append(item)
        else:
            over.setdefault(TOO_LATE, []).append(item)
    for reason, rows in over.items():
        _close(rows, reason, by)
    return due


def _close(rows, reason, by):
    with transaction.atomic():
        held = Delivery.objects.filter(pk__in=[row.pk for row in rows], state="merged")
        held.update(state=Delivery.State.CANCELLED, error=reason)
        outcome = Attempt.Outcome.DROPPED
        Attempt.objects.bulk_create(
            Attempt(delivery=row, n=row.attempts, worker=by, outcome=outcome, reply=reason)
            for row in rows
        )


def carried(notice):
    """Return what the letter of `notice` holds for its reader at this moment: for its page."""
    rows = Delivery.objects.filter(digest__receipt__notice=notice, state__in=["merged", "sent"])
    items = list(_with_facts(rows))
    if not items:
        return []
    standing = Standing(items)
    whole = [item for item in items if item.receipt.notice_id not in standing.broken]
    return [item for item in whole if not standing.lost(item)]


# --- its words --------------------------------------------------------------------------------------


def words_of(notice, user):
    """Return what an evening letter holds: its news, by school, each with the link to read it."""
    items = getattr(notice, "carries", None)
    letters = [in_short(item) for item in (carried(notice) if items is None else items)]
    schools = list(dict.fromkeys(letter["school"] for letter in letters))
    return {
        "groups": [(name, [row for row in letters if row["school"] == name]) for name in schools],
        "senders": ", ".join(schools),
        "number": len(letters),
    }


def in_short(item):
    """Return one line of the evening letter: what it is, about whom, and the link that opens it.

    It is named by its kind, and not by the subject of its own mail: that tells less, and could fail.
    """
    receipt = item.receipt
    child = receipt.notice.student
    return {
        "title": kinds.label(receipt.notice.kind),
        "child": child.called if child else "",
        "school": receipt.notice.school.name,
        "day": date_format(timezone.localtime(receipt.notice.created_at), "MONTH_DAY_FORMAT"),
        "link": channels.absolute("letter", channels.letter_token(again.first_copy(receipt))),
        "asks": kinds.get(receipt.notice.kind).asks_of(receipt.notice),
    }


def its_reader(notice):
    """Return the receipt of an evening letter, with `user_id` and `why`, while its reader is here."""
    here = Receipt.objects.filter(notice=notice, person__is_active=True)
    return here.annotate(user_id=F("person_id"))


def register_kind():
    """Make the evening letter known as a kind of notice."""
    kinds.register(
        kinds.Kind(
            name=KIND,
            label=_("Evening letter"),
            recipients=its_reader,
            template="journal/letters/digest",
            context=words_of,
            asks="read",
        )
    )
