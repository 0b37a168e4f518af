"""What must hold at every moment is asked of the rows; each sentence finds what breaks it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.journal import actions
from homeschool.journal.models import (
    Attempt,
    Delivery,
    Entry,
    Heartbeat,
    Job,
    Notice,
    Receipt,
    Submission,
    invariants,
)  # fmt: skip
from homeschool.people.models import Guardianship, Membership, Transfer
from tests import builders
from visits.models import Draft, Visit, Visitor

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(hours=1)


def run(*options):
    """Return (the exit code, what was said)."""
    said = StringIO()
    try:
        call_command("check_invariants", *options, stdout=said)
    except SystemExit as end:
        return end.code, said.getvalue()
    return 0, said.getvalue()


def broken():
    """Return {name: the ids that are named} of what does not hold."""
    return {verdict["name"]: verdict["rows"] for verdict in invariants.judge() if verdict["broken"]}


def without(table, *constraints):
    """Take constraints away for this test: a database that was mended by hand may lack them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else those that wait hold the table
        for name in constraints:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def alive(*names):
    for name in names:
        Heartbeat.beat(name)


def sent(delivery, times=1):
    """Mark a delivery as sent, with so many tries that say so."""
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", sent_at=timezone.now())
    for n in range(times):
        Attempt.objects.create(delivery=delivery, n=n + 1, worker="w", outcome="sent")
    return delivery


# --- the command ----------------------------------------------------------------------------------


def test_it_is_content_with_an_empty_portal_and_says_so():
    code, said = run()
    assert code == 0
    assert said.endswith("Everything holds.\n")
    assert "✗" not in said
    assert said.count("✓") >= 15


def test_it_is_content_with_what_was_told_and_sent(cast, told):
    alive("relay", "worker", "beat")
    sent(told())
    Receipt.objects.get().acknowledge()
    assert broken() == {}


def test_it_names_a_few_rows_and_ends_with_one(told):
    rows = [told(dedupe_key=str(n)) for n in range(7)]
    for row in rows:
        sent(row, times=0)
    code, said = run()
    assert code == 1
    assert "✗ What counts as sent has a try that says so." in said
    named = said.split("sent-told: 7 row(s): ")[1].split("\n")[0]
    assert named.endswith(", …")
    assert len(set(named.split(", ")) & {str(row.pk) for row in rows}) == 5
    assert said.endswith(" do not hold.\n")


def test_it_answers_programs(told):
    row = sent(told(), times=0)
    code, said = run("--json")
    answer = json.loads(said)
    assert (code, answer["holds"]) == (1, False)
    found = {verdict["name"]: verdict for verdict in answer["invariants"]}
    assert found["sent-told"] == {
        "name": "sent-told", "sentence": "What counts as sent has a try that says so.",
        "broken": 1, "rows": [str(row.pk)],
    }  # fmt: skip
    assert json.loads(run("--json")[1])["invariants"] == answer["invariants"]


def test_it_asks_one_question_for_each_sentence_whatever_there_is(told):
    told()
    with CaptureQueriesContext(connection) as few:
        invariants.judge()
    for n in range(20):
        told(dedupe_key=str(n))
    with CaptureQueriesContext(connection) as many:
        assert broken() == {}
    assert len(few) == len(many) == len(invariants.judge())


# --- the journal ----------------------------------------------------------------------------------


def test_it_finds_a_form_without_its_answer_and_one_that_was_taken_twice(cast):
    empty = Submission.objects.create(user=cast.mother, key=builders.new_key())
    assert broken() == {"forms": [str(empty.pk)]}
    empty.delete()
    without("journal_submission", "a_form_is_accepted_once")
    key = builders.new_key()
    rows = [Submission.objects.create(user=cast.mother, key=key, answer="/") for _ in range(2)]
    assert broken() == {"forms": [str(rows[1].pk)]}


def test_it_finds_who_was_told_twice(told):
    receipt = told().receipt
    without("journal_receipt", "a_person_is_told_once")
    twin = Receipt.objects.create(
        notice=receipt.notice, person=receipt.person, why="guardianship", language="en"
    )
    assert broken() == {"receipts": [str(twin.pk)]}


def test_it_finds_a_receipt_that_goes_out_twice_by_a_way(told):
    delivery = told()
    without("journal_delivery", "a_receipt_goes_once_by_a_channel")
    twin = Delivery.objects.create(
        receipt=delivery.receipt, channel="email", expires_at=timezone.now()
    )
    assert broken() == {"deliveries": [str(twin.pk)]}


def test_it_finds_what_was_sent_twice_and_what_would_be(told):
    twice, waits = sent(told(), times=2), sent(told(dedupe_key="waits"))
    Delivery.objects.filter(pk=waits.pk).update(state="pending")
    assert sorted(broken()["sent-once"]) == sorted([str(twice.pk), str(waits.pk)])


def test_it_bears_what_a_person_sent_again(cast, told):
    delivery = sent(told())
    Delivery.objects.filter(pk=delivery.pk).update(state="failed")
    assert Delivery.objects.get(pk=delivery.pk).try_again(by=cast.school_admin)
    assert "sent-once" not in broken()


def test_it_finds_a_lease_that_nobody_takes_back(told):
    delivery = told()
    ended = timezone.now() - LONG_AGO
    Delivery.objects.filter(pk=delivery.pk).update(state="leased", lease_by="w", lease_until=ended)
    job = Job.objects.create(kind="x", state="leased", lease_until=ended)
    assert broken() == {}  # nobody is there who would take it back: that says /readyz
    alive("worker", "beat")
    assert broken() == {"leases": [str(delivery.pk)], "jobs": [str(job.pk)]}


def test_it_finds_a_fact_that_nobody_was_told_of(post):
    notice = post()
    Notice.objects.filter(pk=notice.pk).update(created_at=timezone.now() - timedelta(seconds=61))
    assert broken() == {}
    alive("relay")
    assert broken() == {"told-soon": [str(notice.pk)]}
    actions.expand([notice.pk])
    assert broken() == {}


def test_it_finds_what_an_evening_letter_forgot(told):
    delivery = told()
    late = timezone.now() - LONG_AGO
    Delivery.objects.filter(pk=delivery.pk).update(state="held", next_at=late)
    assert broken() == {}
    alive("worker", "beat")
    assert broken() == {"evenings": [str(delivery.pk)]}


def test_it_finds_a_confirmation_of_which_the_journal_does_not_know(told):
    receipt = told().receipt
    now = timezone.now()
    Receipt.objects.filter(pk=receipt.pk).update(read_at=now, acknowledged_at=now)
    assert broken() == {"confirmed": [str(receipt.pk)]}


# --- people ---------------------------------------------------------------------------------------


def test_it_finds_a_letter_to_a_guardian_whose_right_had_ended(cast, told):
    delivery = sent(told())
    tie = Guardianship.objects.filter(student=cast.child, guardian=cast.mother)
    tie.update(since=timezone.now() - 2 * LONG_AGO, until=timezone.now() + LONG_AGO)
    assert broken() == {}
    tie.update(until=timezone.now() - LONG_AGO)
    assert broken() == {"right": [str(delivery.pk)]}


def test_it_finds_a_letter_to_staff_whose_role_had_ended(cast, told):
    delivery = sent(told())
    Receipt.objects.update(person=cast.counselor, why="caseload")
    assert broken() == {}
    Membership.objects.filter(user=cast.counselor).update(
        since=timezone.now() - 2 * LONG_AGO, until=timezone.now() - LONG_AGO
    )
    assert broken() == {"right": [str(delivery.pk)]}


def test_it_finds_a_record_that_went_away_unwritten(cast):
    transfer = Transfer.objects.create(
        student=cast.child, from_school=cast.school, from_class=cast.school_class,
        to_school=cast.other_school, offered_by=cast.school_admin, answer="accepted",
        answered_by=cast.other_school_admin, answered_at=timezone.now(),
    )  # fmt: skip
    assert broken() == {"disclosed": [str(transfer.pk)]}
    Entry.record(
        "student.transferred", transfer, by=cast.other_school_admin, kind=Entry.Kind.DISCLOSED
    )
    assert broken() == {}


# --- visits ---------------------------------------------------------------------------------------


def test_it_finds_a_draft_that_became_no_visit(cast):
    draft = Draft.objects.begin(by=cast.counselor, children=[cast.child], answers={})
    assert broken() == {}
    draft.close()
    assert broken() == {"drafts": [str(draft.pk)]}


def make_visit(cast, **fields):
    return Visit.objects.create(
        school=cast.school, happened_at=timezone.now(), mode="home", recorded_by=cast.counselor,
        **fields,
    )  # fmt: skip


def test_it_finds_a_visit_that_was_held_twice(cast):
    visit = make_visit(cast)
    visit.lines.create(student=cast.child)
    now = timezone.now()
    Visit.objects.filter(pk=visit.pk).update(status="held", recorded_at=now)
    for _ in range(2):
        assert broken() == {}
        Entry.record("visit.held", visit, by=cast.counselor, student=cast.child)
    assert broken() == {"held-once": [str(visit.pk)]}


def test_it_finds_a_notice_of_a_summary_that_is_none(post):
    notice = post("visit.summary")
    assert broken() == {"summaries": [str(notice.pk)]}


def test_it_finds_a_visitor_at_two_doors(cast):
    without("visits_visitor", "nobody_is_at_two_doors_at_once")
    now = timezone.now()
    rows = [
        Visitor.objects.create(
            visit=make_visit(cast), user=cast.counselor, span=(now, now + LONG_AGO)
        )
        for _ in range(2)
    ]
    assert broken() == {"doors": [str(rows[1].pk)]}
