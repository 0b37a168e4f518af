"""A letter leaves once, in the reader's words, while the right holds; and what becomes of failures."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.journal import actions, channels, kinds
from homeschool.journal.models import Attempt, Delivery, Heartbeat, Notice
from homeschool.people.models import Address, User

from . import live
from .conftest import hand_out
from .test_expand import make_readers

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(told):
    """Return `send(kind)`: hand out and send the delivery to the mother, and return it."""

    def send(kind="live.letter", delivery=None, **more):
        delivery = delivery or told(kind, **more)
        Delivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
        actions.deliver(hand_out())
        delivery.refresh_from_db()
        return delivery

    return send


# --- the mail ---------------------------------------------------------------------------------


def test_it_arrives_as_text_and_html_in_the_reader_s_words(cast, send, sink):
    delivery = send()
    (message,) = sink.messages
    text, html = message.iter_parts()
    assert delivery.state == "sent"
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert live.WORDS in text.get_content()  # nothing is escaped in text
    assert "she reads &lt;b&gt;aloud&lt;/b&gt; &amp; well" in html.get_content()
    assert 'lang="zh-Hans" dir="ltr"' in html.get_content()
    assert "12:00" in text.get_content()  # the school's noon: the mother chose no zone


def test_it_keeps_the_reader_s_own_time(cast, send, sink):
    User.objects.filter(pk=cast.mother.pk).update(time_zone="Europe/Madrid")
    send()
    assert "05:00" in sink.messages[0].get_body(("plain",)).get_content()


def test_it_has_the_headers_of_a_letter_that_a_machine_wrote(cast, send, sink, settings):
    settings.SITE_URL = "https://portal.example.org"
    User.objects.filter(pk=cast.mother.pk).update(full_name='林 "Mei", 美')
    delivery = send()
    (message,) = sink.messages
    assert message["Message-ID"] == f"<{delivery.key}@portal.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "zh-Hans"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = channels.stop_token(delivery).split(".")[0]
    stop = message["List-Unsubscribe"].strip()  # a long header is folded
    assert stop.startswith(f"<https://portal.example.org/m/{token}.")
    assert stop.endswith("/stop/>")
    assert message["To"].addresses[0].display_name == '林 "Mei", 美'
    assert message["To"].addresses[0].addr_spec == cast.mother.email
    assert settings.DEFAULT_FROM_EMAIL.endswith(f"<{message['From'].addresses[0].addr_spec}>")


def test_it_never_lets_words_make_a_header(cast, send, sink):
    cast.school.name = "Hill\r\nBcc: thief@example.org"
    cast.school.save()
    User.objects.filter(pk=cast.mother.pk).update(full_name="Mei\r\nBcc: thief@example.org")
    send()
    (message,) = sink.messages
    assert message["Bcc"] is None
    assert sink.envelopes[0].rcpt_tos == [cast.mother.email]
    assert message["Subject"].endswith("Hill Bcc: thief@example.org")


def test_it_names_no_child_in_the_subject_or_any_header(cast, send, sink):
    send()
    headers = " ".join(str(value) for _name, value in sink.messages[0].items())
    assert cast.child.full_name not in headers
    assert live.WORDS not in headers


# --- the right, at this moment -----------------------------------------------------------------


def dropped(delivery):
    attempt = Attempt.objects.get(delivery=delivery)
    return (delivery.state, attempt.outcome, attempt.reply)


def withdraw_sight(cast):
    cast.child.guardianships.filter(guardian=cast.mother).update(may_view=False)


def test_it_is_not_sent_to_whoever_lost_the_right(cast, told, send, sink):
    delivery = told()
    withdraw_sight(cast)
    assert dropped(send(delivery=delivery)) == ("cancelled", "dropped", actions.NO_RIGHT)
    assert not sink.messages


def test_it_is_not_sent_to_an_account_that_was_closed(cast, told, send, sink):
    delivery = told()
    User.objects.filter(pk=cast.mother.pk).update(is_active=False)
    assert send(delivery=delivery).state == "cancelled"
    assert not sink.messages


def test_it_is_not_sent_to_an_address_that_opted_out(told, send, sink):
    delivery = told()
    Address.objects.update(opted_out_at=timezone.now())
    assert dropped(send(delivery=delivery)) == ("cancelled", "dropped", actions.NO_ADDRESS)
    assert not sink.messages


def test_it_is_not_sent_when_the_notice_was_taken_back(told, send, sink):
    delivery = told()
    Notice.objects.all().cancel()
    assert dropped(send(delivery=delivery)) == ("cancelled", "dropped", actions.NOT_DUE)


def test_it_is_not_sent_when_it_is_too_late(told, send, sink):
    delivery = told()
    Delivery.objects.filter(pk=delivery.pk).update(expires_at=timezone.now())
    assert send(delivery=delivery).state == "expired"
    assert not sink.messages


def test_it_asks_for_the_right_of_a_whole_batch_in_one_query(post):
    make_readers(20)
    for key in ("a", "b", "c"):
        actions.expand([post("live.all", dedupe_key=key).pk])
    ids = hand_out()
    deliveries = list(Delivery.objects.filter(pk__in=ids).select_related("receipt__notice"))
    with CaptureQueriesContext(connection) as queries:
        standing = actions.Standing(deliveries)
    assert len(queries) == 1
    assert len(standing.may) == len(ids) == 50


# --- failures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "outcome"),
    [
        ("450 4.2.1 try later", "pending", "later"),
        ("550 5.1.1 no such person", "failed", "refused"),
    ],
)
def test_it_waits_or_fails_as_the_server_says(cast, send, sink, answer, state, outcome):
    sink.answers[cast.mother.email] = answer
    delivery = send()
    assert (delivery.state, delivery.error) == (state, answer)
    assert delivery.tries.get().outcome == outcome
    assert (delivery.started_at, delivery.lease_until, delivery.lease_by) == (None, None, "")


@pytest.mark.parametrize(("answer", "state"), [("451 later", "pending"), ("554 spam", "failed")])
def test_it_hears_the_server_after_the_words_too(send, sink, answer, state):
    sink.answers["DATA"] = answer
    assert send().state == state


def test_it_keeps_addresses_out_of_what_operators_read(cast, send, sink):
    sink.answers[cast.mother.email] = f"550 <{cast.mother.email}> is unknown here"
    assert send().error == "550 … is unknown here"


@pytest.mark.parametrize(("tries", "seconds"), [(1, 30), (2, 60), (5, 480), (9, 3600)])
def test_it_waits_longer_each_time(cast, told, send, sink, tries, seconds):
    sink.answers[cast.mother.email] = "450 busy"
    delivery = told()
    Delivery.objects.filter(pk=delivery.pk).update(attempts=tries - 1)
    pause = (send(delivery=delivery).next_at - timezone.now()).total_seconds()
    assert seconds * 0.75 < pause < seconds * 1.21


def test_it_fails_after_ten_tries(cast, told, send, sink):
    sink.answers[cast.mother.email] = "450 busy"
    delivery = told()
    Delivery.objects.filter(pk=delivery.pk).update(attempts=9)
    assert send(delivery=delivery).state == "failed"
    assert delivery.tries.get().n == 10


def test_it_holds_up_nobody_when_one_address_is_refused(cast, post, sink):
    make_readers(5)
    sink.answers["reader2@example.org"] = "550 no"
    actions.expand([post("live.all").pk])
    actions.deliver(hand_out())
    states = Delivery.objects.filter(channel="email").values_list("address", "state")
    assert {a: s for a, s in states if s != "sent"} == {"reader2@example.org": "failed"}
    assert len(sink.messages) == 4


def test_it_waits_with_the_whole_batch_while_no_server_answers(post, settings, sink):
    settings.EMAIL_PORT = 1
    make_readers(3)
    actions.expand([post("live.all").pk])
    Delivery.objects.update(attempts=9)  # a server that is away takes nobody's last try
    actions.deliver(hand_out())
    rows = Delivery.objects.filter(channel="email")
    assert set(rows.values_list("state", "attempts")) == {("pending", 9)}
    assert "Connection refused" in rows[0].error


class Broken:
    """A mail backend that fails with what the test says."""

    error = None

    def __init__(self, *args, **kwargs):
        self.connection = None

    def open(self):
        raise self.error

    def close(self):
        pass


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPAuthenticationError(535, b"no"),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("x"),
    ],
)
def test_it_waits_when_the_server_wants_nothing_of_us(send, settings, error, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    monkeypatch.setattr(Broken, "error", error)
    assert send().state == "pending"


def test_it_opens_the_connection_again_when_a_letter_broke_it(post, sink):
    make_readers(3)
    actions.expand([post("live.all").pk])
    sink.answers["reader1@example.org"] = "421 good bye"
    actions.deliver(hand_out())
    states = Delivery.objects.filter(channel="email").values_list("state", flat=True)
    assert sorted(states) == ["pending", "sent", "sent"]


def test_it_sends_a_batch_over_one_connection(post, sink, monkeypatch):
    opened = []
    real = channels.Email._open
    monkeypatch.setattr(channels.Email, "_open", lambda self: opened.append(1) or real(self))
    make_readers(30)
    actions.expand([post("live.all").pk])
    actions.deliver(hand_out())
    assert (len(sink.messages), len(opened)) == (30, 1)


def test_it_tries_again_what_cannot_be_written_and_sends_the_rest(cast, told, send, sink):
    broken, good = told("live.broken"), told("live.letter", dedupe_key="other")
    actions.deliver(hand_out())
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, broken.attempts, good.state) == ("pending", 1, "sent")
    assert broken.error == "The letter could not be written: RuntimeError"


def test_it_waits_for_a_room_that_no_longer_registers_the_kind(told, send, sink, monkeypatch):
    delivery = told()
    monkeypatch.delitem(kinds._kinds, "live.letter")
    assert send(delivery=delivery).state == "pending"


# --- leases -------------------------------------------------------------------------------------


def test_it_leaves_once_when_the_message_comes_twice(told, sink):
    told()
    ids = hand_out()
    actions.deliver(ids)
    actions.deliver(ids)
    assert len(sink.messages) == 1


def test_it_does_not_jump_the_pause_when_an_old_message_comes_late(cast, told, sink):
    sink.answers[cast.mother.email] = "450 busy"
    told()
    ids = hand_out()
    actions.deliver(ids)
    actions.deliver(ids)
    assert Attempt.objects.count() == 1


def leased(delivery, **fields):
    """Let a worker hold the delivery whose lease is over."""
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(pk=delivery.pk).update(
        state="leased", lease_by="gone", lease_until=past, **fields
    )
    actions.sweep()
    delivery.refresh_from_db()
    return delivery


def test_it_waits_again_when_a_worker_ended_before_it_began(told):
    delivery = leased(told())
    assert (delivery.state, delivery.losses, delivery.lease_by) == ("pending", 1, "")


def test_it_is_uncertain_when_a_worker_ended_while_it_sent(told):
    delivery = leased(told(), started_at=timezone.now())
    assert (delivery.state, delivery.tries.get().outcome) == ("uncertain", "uncertain")


def test_it_is_sent_again_under_its_key_where_twice_is_better_than_never(told, send, sink):
    delivery = leased(told("live.urgent"), started_at=timezone.now())
    key = delivery.key
    assert delivery.state == "pending"
    assert send(delivery=delivery).state == "sent"
    assert sink.keys == [f"<{key}@localhost>"]


@pytest.mark.parametrize("started_at", [None, timezone.now()])
def test_it_fails_when_the_third_lease_ends_without_an_outcome(told, started_at):
    delivery = leased(told("live.urgent"), losses=2, started_at=started_at)
    assert delivery.state == "failed"


def test_it_believes_a_sender_that_comes_back_with_the_answer(told):
    delivery = leased(told(), started_at=timezone.now())
    assert delivery.mark_sent("gone")
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_it_is_not_begun_by_a_sender_whose_lease_was_given_away(told):
    delivery = told()
    hand_out()
    Delivery.objects.lease([delivery.pk], "one")
    Delivery.objects.filter(pk=delivery.pk).update(lease_by="another")
    assert not delivery.begin("one")
    assert not delivery.mark_sent("one")
    assert not Attempt.objects.exists()


def test_it_closes_what_is_too_late_in_the_sweep(told):
    delivery = told()
    Delivery.objects.filter(pk=delivery.pk).update(expires_at=timezone.now())
    actions.sweep()
    delivery.refresh_from_db()
    assert dropped(delivery) == ("expired", "dropped", actions.TOO_LATE)


def test_it_gives_back_what_the_time_of_a_batch_does_not_allow(post, sink, monkeypatch):
    make_readers(3)
    actions.expand([post("live.all").pk])
    monkeypatch.setattr(actions, "LONGEST_BATCH", 0)
    actions.deliver(hand_out())
    assert set(Delivery.objects.filter(channel="email").values_list("state", "losses")) == {
        ("pending", 0)
    }
    assert not Attempt.objects.exists()


def test_it_keeps_the_lease_of_what_waits_for_its_turn(post, sink, monkeypatch):
    make_readers(2)
    actions.expand([post("live.all").pk])
    batch = actions.Batch(hand_out())
    long_ago = timezone.now() - timedelta(minutes=1)
    Delivery.objects.filter(state="leased").update(lease_until=long_ago)
    batch.renew_at = 0
    batch.keep(batch.deliveries)
    assert not Delivery.objects.lost().exists()


def test_it_leaves_a_sign_of_life_during_a_long_batch(post, sink, monkeypatch):
    make_readers(2)
    actions.expand([post("live.all").pk])
    monkeypatch.setattr(actions, "SIGN_OF_LIFE", 0)
    actions.deliver(hand_out())
    assert Heartbeat.objects.filter(name="worker").exists()


def test_it_is_given_up_at_once_where_no_header_can_hold_the_address(cast, told, send, sink):
    delivery = told()
    Address.objects.filter(user=cast.mother).update(value="not an address")
    Delivery.objects.filter(pk=delivery.pk).update(address="not an address")
    assert send(delivery=delivery).state == "failed"


def test_it_needs_no_server_of_its_own_in_tests_of_other_rooms(send):
    send()
    assert len(mail.outbox) == 1


# --- what a letter costs --------------------------------------------------------------------------


def statements_for(post, sink, key, letters):
    """Return how many statements it takes to send so many letters of one notice in one batch."""
    actions.expand([post("live.all", dedupe_key=key).pk])
    ids = hand_out()
    assert len(ids) == letters
    with CaptureQueriesContext(connection) as queries:
        actions.deliver(ids)
    return len(queries)


def test_it_takes_one_statement_for_each_letter_more(post, sink):
    """The mark of one letter begins the next: all else is asked once for a batch."""
    make_readers(2)
    few = statements_for(post, sink, "few", 2)
    make_readers(20, start=2)
    assert statements_for(post, sink, "many", 22) == few + 20
    assert len(sink.messages) == 24


def test_it_does_not_begin_the_next_letter_when_its_lease_was_given_away(told):
    first, following = told(), told(dedupe_key="next")
    hand_out()
    Delivery.objects.lease([first.pk, following.pk], "one")
    first.begin("one")
    Delivery.objects.filter(pk=following.pk).update(lease_by="another")
    assert first.mark_sent("one", then=following)
    following.refresh_from_db()
    assert not following.begun
    assert (following.lease_by, following.started_at, following.attempts) == ("another", None, 0)


def test_it_begins_the_next_letter_also_where_its_own_lease_was_lost(told):
    first, following = told(), told(dedupe_key="next")
    hand_out()
    Delivery.objects.lease([first.pk, following.pk], "one")
    first.begin("one")
    Delivery.objects.filter(pk=first.pk).update(lease_by="another")
    assert not first.mark_sent("one", then=following)
    following.refresh_from_db()
    assert following.begun
    assert (following.attempts, following.tries.count()) == (1, 0)
    assert following.started_at


def test_it_writes_all_letters_before_the_first_leaves(post, sink, monkeypatch):
    """A crash in the writing sent nothing, so that nothing is uncertain."""
    make_readers(3)
    actions.expand([post("live.all").pk])
    sent_by_then = []
    real = channels.email_for

    def write(delivery):
        sent_by_then.append(len(sink.messages))
        return real(delivery)

    monkeypatch.setattr(channels.Email, "message_for", staticmethod(write))
    actions.deliver(hand_out())
    assert (sent_by_then, len(sink.messages)) == ([0, 0, 0], 3)
