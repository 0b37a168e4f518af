"""Asking once more: who is asked, by which address, once, and never who has answered meanwhile."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions, kinds
from homeschool.journal.actions.standing import DONE
from homeschool.journal.models import Delivery, Notice, Receipt, reminding
from homeschool.journal.models.clock import HANDED
from homeschool.people.models import Address, Guardianship
from messaging.models import Announcement
from messaging.models.announcing import ANNOUNCED
from messaging.models.chasing import (
    ASKED_AGAIN,
    AskedBefore,
    NobodyLeft,
    NotOutYet,
    ask_again,
    due_at,
)
from messaging.reading.board import Board
from messaging.reading.followed import Asked, Listing
from tests import builders

from . import announced

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def told(cast):
    """An announcement of the class that asks for a tap; its letters have left."""
    row = announced.send(announced.announce(cast, level="tap"))
    Delivery.objects.filter(channel="email").update(state="sent", sent_at=timezone.now())
    return row


def first_of(row, person):
    return Receipt.objects.get(notice__kind=ANNOUNCED, notice__about_id=str(row.pk), person=person)


def asked(row):
    """Write the second letters, as the relay would; returns {person: address}."""
    notice = Notice.objects.get(kind=ASKED_AGAIN)
    actions.expand([notice.pk])
    letters = Delivery.objects.filter(receipt__notice=notice, channel="email")
    return dict(letters.values_list("receipt__person", "address"))


def let_leave():
    """Let what waits leave now, as worker and relay would."""
    waits = Delivery.objects.filter(channel="email", state="pending")
    waits.update(lease_by=HANDED, next_at=timezone.now(), not_before=None)
    actions.deliver(list(waits.values_list("pk", flat=True)))


def second_address(person, **columns):
    return Address.objects.create(
        user=person, channel="email", value=f"second-{person.email}", **columns
    )


def test_who_has_not_answered_is_asked_by_another_address(cast, told):
    second_address(cast.mother)
    second_address(cast.other_mother)
    first_of(told, cast.other_mother).acknowledge()
    ask_again(told, by=cast.adviser)
    assert asked(told) == {cast.mother.pk: f"second-{cast.mother.email}"}
    assert told.chased_at
    (row,) = Listing(Board(told, cast.adviser), Asked("open")).rows
    assert any("asked again by another address" in words for _icon, words in row.facts)


def test_without_another_address_it_goes_to_the_same_and_the_list_says_so(cast, told):
    ask_again(told, by=cast.adviser)
    assert asked(told)[cast.mother.pk] == cast.mother.email
    (row,) = [r for r in Listing(Board(told, cast.adviser), Asked("open")).rows
              if r.pk == cast.mother.pk]  # fmt: skip
    assert any("the same address" in words and "no other" in words for _icon, words in row.facts)


@pytest.mark.parametrize("unfit", [{"opted_out_at": 1}, {"failed_at": 1}, {"pace": "off"}])
def test_an_address_that_is_not_to_be_used_is_no_other_address(cast, told, unfit):
    now = timezone.now()
    second_address(
        cast.mother, **{key: now if value == 1 else value for key, value in unfit.items()}
    )
    ask_again(told, by=cast.adviser)
    assert asked(told)[cast.mother.pk] == cast.mother.email


def test_each_is_asked_again_once_and_the_database_refuses_more(cast, told):
    ask_again(told, by=cast.adviser)
    asked(told)
    with pytest.raises(AskedBefore):
        ask_again(told, by=cast.adviser)
    notice = Notice.objects.get(kind=ASKED_AGAIN)
    receipt = notice.receipts.get(person=cast.mother)
    twice = Notice(
        school=notice.school, kind=notice.kind, about_type=notice.about_type,
        about_id=notice.about_id, dedupe_key=notice.dedupe_key,
    )  # fmt: skip
    receipt.pk = None
    for row in (twice, receipt):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_who_answers_before_the_letter_leaves_does_not_get_it(cast, told):
    ask_again(told, by=cast.adviser)
    asked(told)
    first_of(told, cast.mother).acknowledge()
    mail.outbox.clear()
    let_leave()
    assert [m.to[0].endswith(f"<{cast.other_mother.email}>") for m in mail.outbox] == [True]
    dropped = Delivery.objects.get(
        receipt__notice__kind=ASKED_AGAIN, receipt__person=cast.mother, channel="email"
    )
    assert (dropped.state, dropped.error) == ("cancelled", DONE)


def test_the_second_letter_opens_the_first_copy(cast, told, client):
    ask_again(told, by=cast.adviser)
    asked(told)
    mail.outbox.clear()
    let_leave()
    letter = next(m for m in mail.outbox if cast.mother.email in m.to[0])
    assert "once more" in letter.body.lower() or "再" in letter.body
    link = next(w for w in letter.body.split() if "/m/" in w and "stop" not in w)
    path = link[link.index("/m/") :]
    assert client.get(path).status_code == 200
    client.post(f"{path.rstrip('/')}/confirm/")
    first = first_of(told, cast.mother)
    assert first.acknowledged_at
    assert client.get(path).status_code == 200  # it stays open for who has answered
    board = Board(told, cast.adviser)
    assert (board.people.told, board.people.acknowledged) == (2, 1)


def test_it_waits_for_the_readers_morning(cast, told):
    now = timezone.localtime(timezone=dt.UTC)
    begins = (now - dt.timedelta(hours=1)).time().replace(microsecond=0)
    ends = (now + dt.timedelta(hours=2)).time().replace(microsecond=0)
    type(cast.mother).objects.filter(pk=cast.mother.pk).update(
        time_zone="UTC", quiet_from=begins, quiet_until=ends
    )
    ask_again(told, by=cast.adviser)
    asked(told)
    letter = Delivery.objects.get(
        receipt__notice__kind=ASKED_AGAIN, receipt__person=cast.mother, channel="email"
    )
    assert letter.not_before
    assert letter.not_before > timezone.now()


def test_who_lost_the_right_is_not_asked(cast, told):
    Guardianship.objects.filter(guardian=cast.mother, student=cast.child).update(may_receive=False)
    ask_again(told, by=cast.adviser)
    assert cast.mother.pk not in asked(told)


# --- by the clock -----------------------------------------------------------------------------------


def rule():
    return next(row for row in reminding.table() if row.name == "announcement.ask_again")


def at(row, sent_at, answer_by=None):
    Announcement.objects.filter(pk=row.pk).update(sent_at=sent_at, answer_by=answer_by)
    row.refresh_from_db()


def test_it_happens_by_itself_after_the_day_it_named(cast, told):
    now = timezone.now()
    at(told, now - 2 * DAY, now + dt.timedelta(hours=1))
    assert due_at(told) == told.answer_by
    assert reminding.run(rule(), now) == 0
    assert not Notice.objects.filter(kind=ASKED_AGAIN).exists()
    assert reminding.run(rule(), now + dt.timedelta(hours=1, minutes=1)) == 1
    assert reminding.run(rule(), now + dt.timedelta(hours=1, minutes=2)) == 0
    assert Notice.objects.filter(kind=ASKED_AGAIN).count() == 1


def test_without_a_day_it_is_three_days_after_by_the_clock_of_the_school(cast, told):
    at(told, dt.datetime(2026, 3, 6, 15, tzinfo=dt.UTC))
    type(cast.school).objects.filter(pk=cast.school.pk).update(time_zone="America/New_York")
    told = Announcement.objects.get(pk=told.pk)
    assert due_at(told) == dt.datetime(2026, 3, 9, 14, tzinfo=dt.UTC)  # summer time began between
    assert reminding.run(rule(), dt.datetime(2026, 3, 9, 13, 59, tzinfo=dt.UTC)) == 0
    assert reminding.run(rule(), dt.datetime(2026, 3, 9, 14, 1, tzinfo=dt.UTC)) == 1


def test_a_portal_that_stood_still_asks_when_it_is_back(cast, told):
    now = timezone.now()
    at(told, now - 8 * DAY, now - 4 * DAY)
    assert reminding.run(rule(), now) == 1


def test_nobody_is_asked_twice_on_one_day(cast, told):
    now = timezone.now()
    at(told, now, now + dt.timedelta(hours=1))
    assert due_at(told) == told.sent_at + DAY


# --- by the button ----------------------------------------------------------------------------------


def press(client, row):
    address = reverse("messaging:announcement-chase", args=[row.pk])
    return client.post(address, {"submission": builders.new_key()})


def test_the_button_asks_now_and_a_second_one_says_so(cast, told, as_):
    client = as_(cast.adviser)
    page = client.get(reverse("messaging:announcement-chase", args=[told.pk])).text
    assert "2 people have not answered." in page
    assert press(client, told).status_code == 302
    again = press(client, told)
    assert again.status_code == 422
    assert "asked again before" in again.text
    assert Notice.objects.filter(kind=ASKED_AGAIN).count() == 1


def test_what_is_not_written_yet_or_answered_by_all_is_said(cast, as_):
    row = announced.announce(cast)
    row.send(by=cast.adviser)
    with pytest.raises(NotOutYet):
        ask_again(row)
    assert press(as_(cast.adviser), row).status_code == 422
    announced.tell(row)
    for receipt in Receipt.objects.all():
        receipt.read()
    with pytest.raises(NobodyLeft):
        ask_again(row, by=cast.adviser)
    assert "Everybody has answered" in press(as_(cast.adviser), row).text


def test_only_what_repeats_looks_for_a_first_copy():
    repeating = [kind.name for kind in kinds.registered() if kind.repeats]
    assert repeating == [ASKED_AGAIN]
