"""A hundred thousand guardians are told of one fact, and each asks what is unread."""

import contextlib
import datetime as dt
import time
import uuid
from statistics import median

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.bench.copying import copy_in
from homeschool.bench.data import ZONE, uid
from homeschool.bench.harness import Rounds
from homeschool.journal import actions, kinds
from homeschool.journal.models import Delivery, Notice, Receipt
from homeschool.people import sight
from homeschool.people.models import (
    Address,
    Division,
    Guardianship,
    School,
    SchoolClass,
    Student,
    User,
)

KIND = "bench.announcement"
# So many times as many guardians, and receipts, as the bench has children: 100,000 and 2,000,000.
GUARDIANS, RECEIPTS = 5, 100
EACH = 20  # notices that each guardian was told of, one of them unread
ROUNDS = 5

# What the rows cost in themselves: the same ones, in the same tables, and nothing asked.
PLAIN = (
    """
    INSERT INTO journal_receipt (notice_id, person_id, why, language, created_at, signed)
    SELECT %(notice)s, tie.guardian_id, 'guardianship', 'en', statement_timestamp(), ''
    FROM people_guardianship AS tie JOIN people_student AS child ON child.id = tie.student_id
    WHERE child.school_id = %(school)s AND tie.may_view AND tie.may_receive AND tie.until IS NULL
    """,
    """
    INSERT INTO journal_delivery (
        receipt_id, channel, address, state, attempts, losses, next_at, lease_by, key,
        provider_id, error, created_at, sent_at, expires_at
    )
    SELECT receipt.id, way.channel, way.address, way.state, 0, 0, statement_timestamp(), '',
        gen_random_uuid(), '', '', statement_timestamp(), way.sent_at, statement_timestamp()
    FROM journal_receipt AS receipt
    JOIN people_address AS home ON home.user_id = receipt.person_id
    CROSS JOIN LATERAL (VALUES
        ('in_app', '', 'sent', statement_timestamp()), ('email', home.value, 'pending', NULL)
    ) AS way (channel, address, state, sent_at)
    WHERE receipt.notice_id = %(notice)s
    """,
)


def expansion(stage):
    """Measure a notice to all guardians of a school, as a worker expands it, against two plain
    INSERT ... SELECT of the same rows. Both are taken back."""
    with crowd(stage.students * GUARDIANS) as school, announcement():
        notice = Notice.post(KIND, school, school=school, by=None)
        pairs, counted = [], set()
        for _round in range(1 + min(stage.rounds, ROUNDS)):
            measure, rows = written(lambda: actions.address(notice))
            floor, same = written(lambda: plain(notice))
            pairs.append((measure, floor))
            counted |= {rows, same}
        Notice.objects.filter(pk=notice.pk).delete()
    whole = counted == {(stage.students * GUARDIANS, stage.students * GUARDIANS * 2)}
    notes = [f"{rows[0]:,} receipts, {rows[1]:,} deliveries" for rows in sorted(counted)]
    return Rounds(pairs[1:], unit="s", also="the same rows", holds=whole, notes=notes)


def written(work):
    """Return (seconds, (receipts, deliveries)) of what `work` writes, its keys checked; it is taken back."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM journal_receipt, journal_delivery")
        cursor.execute("CHECKPOINT")
        receipts, deliveries = Receipt.objects.count(), Delivery.objects.count()
        with transaction.atomic():
            began = time.perf_counter()
            work()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - began
            rows = Receipt.objects.count() - receipts, Delivery.objects.count() - deliveries
            transaction.set_rollback(True)
    return seconds, rows


def plain(notice):
    """Write the rows by hand."""
    with connection.cursor() as cursor:
        for statement in PLAIN:
            cursor.execute(statement, {"notice": notice.pk, "school": notice.school_id})


@contextlib.contextmanager
def announcement():
    """Make a kind of notice known that goes to every family of its school."""

    def families(notice):
        return sight.receivers(Student.objects.filter(school=notice.school_id), "visits")

    kinds.register(kinds.Kind(KIND, families, "bench", lambda notice, user: {}))
    try:
        yield
    finally:
        kinds._kinds.pop(KIND)


@contextlib.contextmanager
def crowd(guardians):
    """Yield a school with so many guardians, two for each child; it is gone afterwards."""
    since, children = timezone.now() - dt.timedelta(days=400), guardians // 2
    school = School(
        pk=uid("crowd"), code="crowd", name="Crowd", kind="secondary", time_zone=ZONE.key
    )
    users = [
        {
            "id": uid("crowd-adult", n), "email": f"crowd{n}@bench.example", "full_name": f"Adult {n}",
            "sort_key": f"adult{n}", "language": "en", "time_zone": "", "date_joined": since,
            "password": f"{UNUSABLE_PASSWORD_PREFIX}bench",
        }
        for n in range(guardians)
    ]  # fmt: skip
    with resting():
        school.save()
        division = Division.objects.create(school=school, code="all", name="All")
        SchoolClass.objects.create(
            pk=uid("crowd-class"), school=school, division=division, code="all", name="All"
        )
        copy_in(User, users)
        copy_in(Address, (
            {
                "id": uuid.uuid5(user["id"], "address"), "user_id": user["id"], "channel": "email",
                "value": user["email"], "verified_at": since,
            }
            for user in users
        ))  # fmt: skip
        copy_in(Student, (
            {
                "id": uid("crowd-child", n), "school_id": school.pk, "number": f"C{n}",
                "full_name": f"Child {n}", "school_class_id": uid("crowd-class"),
                "division_id": division.pk,
                "sort_key": f"child{n}", "search_key": f"child{n}",
            }
            for n in range(children)
        ))  # fmt: skip
        copy_in(Guardianship, (
            {
                "id": uuid.uuid5(user["id"], "tie"), "student_id": uid("crowd-child", n % children),
                "guardian_id": user["id"], "relation": "mother", "since": since,
            }
            for n, user in enumerate(users)
        ))  # fmt: skip
    _analyze()
    try:
        yield school
    finally:
        with resting() as cursor:
            for table, rows in _OF_THE_CROWD:
                cursor.execute(f"DELETE FROM {table} WHERE {rows}", [school.pk])  # noqa: S608
        _analyze()


_CHILDREN = "(SELECT id FROM people_student WHERE school_id = %s)"
_CROWD = "email LIKE 'crowd%%@bench.example' AND %s IS NOT NULL"
_OF_THE_CROWD = (
    ("people_guardianship", f"student_id IN {_CHILDREN}"),
    ("people_student", "school_id = %s"),
    ("people_address", f"user_id IN (SELECT id FROM people_user WHERE {_CROWD})"),  # noqa: S608
    ("people_user", _CROWD),
    ("people_schoolclass", "school_id = %s"),
    ("people_division", "school_id = %s"),
    ("people_school", "id = %s"),
)


@contextlib.contextmanager
def resting():
    """Let triggers rest for a transaction, as they do while the school is made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


def _analyze():
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# --- what is unread -------------------------------------------------------------------------------


def unread(stage):
    """Measure how long it takes to count what somebody has not read, among two million receipts,
    against one receipt found by its key. It must be one query, and an index must answer it."""
    wanted = stage.students * RECEIPTS
    people = list(
        User.objects.filter(email__startswith="adult").order_by("pk").values_list("pk", flat=True)
    )
    with many_receipts(wanted, len(people)) as last:
        users = [User(pk=pk) for pk in people[:: max(len(people) // 200, 1)]]
        with CaptureQueriesContext(connection) as queries:
            Receipt.objects.of(users[0]).unread().count()
        plan = Receipt.objects.of(users[0]).unread().explain()
        pairs = []
        for _round in range(stage.rounds):
            counted = median(
                took(lambda u=u: Receipt.objects.of(u).unread().count()) for u in users
            )
            found = median(took(lambda: Receipt.objects.filter(pk=last).count()) for _u in users)
            pairs.append((counted * 1000, found * 1000))
        number = Receipt.objects.count()
    indexed = "receipts_unread" in plan and "Seq Scan" not in plan
    return Rounds(
        pairs, also="one query, by its index", holds=len(queries) == 1 and indexed,
        notes=[f"{number:,} receipts; {len(queries)} query, {'by its index' if indexed else plan}"],
    )  # fmt: skip


def took(work):
    """Return seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextlib.contextmanager
def many_receipts(wanted, people):
    """Write so many receipts, of which each person has read all but one in twenty; yields the id of
    one. They are gone afterwards."""
    notices = -(-wanted // people)
    with resting() as cursor:
        cursor.execute(
            "INSERT INTO journal_notice (school_id, kind, about_type, about_id, dedupe_key, created_at,"
            " next_at, expanded_at) SELECT %s, %s, 'people.school', '', n::text, now(), now(), now()"
            " FROM generate_series(1, %s) AS n",
            [uid("school"), KIND, notices],
        )
        cursor.execute(
            "INSERT INTO journal_receipt (notice_id, person_id, why, language, created_at, signed, read_at)"
            " SELECT notice.id, person.id, 'guardianship', 'en', now(), '',"
            " CASE WHEN notice.id %% %s > 0 THEN now() END"
            " FROM journal_notice AS notice, people_user AS person"
            " WHERE notice.kind = %s AND person.email LIKE 'adult%%' RETURNING id",
            [EACH, KIND],
        )
        last = cursor.fetchone()[0]
    _analyze()
    try:
        yield last
    finally:
        with resting() as cursor:
            told = "(SELECT id FROM journal_notice WHERE kind = %s)"
            cursor.execute(f"DELETE FROM journal_receipt WHERE notice_id IN {told}", [KIND])  # noqa: S608
            cursor.execute("DELETE FROM journal_notice WHERE kind = %s", [KIND])
        _analyze()
