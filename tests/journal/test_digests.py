"""One letter in the evening: what is routine, once each, across children and schools."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions, channels, kinds
from homeschool.journal.actions import digests
from homeschool.journal.models import Attempt, Delivery, Notice, Receipt, hours
from homeschool.people.models import Address, User
from tests import builders

from . import live
from .conftest import hand_out
from .test_expand import make_readers

pytestmark = pytest.mark.django_db
SHANGHAI, MADRID = "Asia/Shanghai", "Europe/Madrid"


@pytest.fixture(autouse=True)
def _kinds():
    hours.known_zones()
    long = {"urgency": "routine", "lives_for": dt.timedelta(days=36500)}  # whatever the real day is
    kinds.register(live.make("live.news", label="News", **long))
    kinds.register(live.make("live.all.news", live.readers, **long))


@pytest.fixture
def at(monkeypatch):
    """Return `at(text, zone)`: let it be then."""

    def at(text, zone=SHANGHAI):
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        monkeypatch.setattr(hours, "now", lambda: moment)

    at("2026-11-26 12:00")
    return at


@pytest.fixture
def news(post, at):
    """Return `news(key)`: addressed news to the mother that may wait; gives its mail."""

    def news(key="a", kind="live.news", **more):
        notice = post(kind, dedupe_key=key, **more)
        actions.expand([notice.pk])
        return Delivery.objects.get(receipt__notice=notice, channel="email")

    return news


def evening(at, day="26"):
    """Let it be evening there, gather, send; returns the evening letters so far."""
    at(f"2026-11-{day} 18:00")
    digests.gather()
    actions.deliver(hand_out())
    return letters()


def letters():
    return Delivery.objects.filter(receipt__notice__kind="digest").order_by("pk")


def states(*mails):
    found = dict(Delivery.objects.values_list("pk", "state"))
    return [found[mail.pk] for mail in mails]


# --- waiting --------------------------------------------------------------------------------------------


def test_it_keeps_what_is_routine_for_the_evening(news, at):
    mail = news()
    assert mail.state == "held"
    assert mail.next_at == dt.datetime(2026, 11, 26, 10, tzinfo=dt.UTC)
    assert hand_out() == []
    at("2026-11-26 17:59")
    assert digests.gather() == 0


def test_it_keeps_it_for_the_next_evening_where_this_one_is_over(news, at):
    at("2026-11-26 18:00")
    assert news().next_at == dt.datetime(2026, 11, 27, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("kind", ["live.letter", "live.urgent"])
def test_it_keeps_nothing_else(news, kind):
    assert news(kind=kind).state == "pending"


def test_it_keeps_nothing_for_who_wants_each_letter_by_itself(cast, news):
    Address.objects.filter(user=cast.mother).update(pace="instant")
    assert news().state == "pending"


def test_it_keeps_nothing_that_is_too_late_in_the_evening(post, at):
    kinds.register(live.make("live.today", urgency="routine", lives_for=dt.timedelta(hours=1)))
    at("2026-11-26 12:00")
    notice = post("live.today")
    Notice.objects.filter(pk=notice.pk).update(
        created_at=dt.datetime(2026, 11, 26, 4, tzinfo=dt.UTC)
    )
    actions.expand([notice.pk])
    assert Delivery.objects.get(channel="email").state == "pending"


# --- the letter --------------------------------------------------------------------------------------------


def test_it_sends_one_letter_with_all_of_it(cast, news, at, sink):
    mails = [news("a"), news("b"), news("c")]
    assert [letter.state for letter in evening(at)] == ["sent"]
    assert states(*mails) == ["sent"] * 3
    (message,) = sink.messages
    text = message.get_body(("plain",)).get_content()
    for mail in mails:
        assert channels.letter_token(mail.receipt).split(".")[0] in text
    assert text.count("/m/") == 3 + 2  # each, the letter's own page, and the way to stop it
    assert cast.child.full_name not in message["Subject"]


def test_what_it_carried_stands_as_tried_and_sent(news, at, sink):
    mail = news()
    evening(at)
    mail.refresh_from_db()
    assert mail.sent_at
    assert mail.digest == letters().get()
    assert mail.tries.get().outcome == "sent"


def test_it_sends_none_without_news(cast, at, sink):
    assert not evening(at)
    assert not sink.messages


def test_it_sends_each_news_once_whatever_runs_twice(news, at, sink):
    news("a")
    for _again in range(3):
        evening(at)
    news("b")
    evening(at)
    evening(at, "27")
    evening(at, "27")
    texts = [message.get_body(("plain",)).get_content() for message in sink.messages]
    assert [text.count("\n- ") for text in texts] == [1, 1]
    assert letters().count() == 2


def test_it_holds_children_of_two_schools_in_one_letter(cast, news, at, sink):
    school = builders.make_school("zzz", name="Colegio Sol", time_zone=MADRID)
    child = builders.make_student(builders.make_class(school), "Younger", number="1")
    builders.make_guardian(child, user=cast.mother)
    here, there = news("a"), news("b", school=school, student=child)
    assert here.next_at == there.next_at  # her evening, not that of each school
    evening(at)
    (message,) = sink.messages
    text = message.get_body(("plain",)).get_content()
    assert cast.school.name in text
    assert "Colegio Sol" in text
    assert states(here, there) == ["sent", "sent"]


def test_it_names_the_children_inside_and_nowhere_else(cast, news, at, sink):
    news()
    evening(at)
    (message,) = sink.messages
    assert cast.child.called in message.get_body(("plain",)).get_content()
    assert cast.child.called not in message["Subject"]


def test_it_leaves_no_second_copy_in_the_portal(cast, news, at, sink):
    news()
    evening(at)
    assert Delivery.objects.filter(channel="in_app").count() == 1
    assert Receipt.objects.filter(person=cast.mother).count() == 2  # the news, and the letter's own


def test_it_may_be_stopped_by_one_click_as_any_letter(cast, news, at, sink):
    news()
    evening(at)
    link = sink.messages[0]["List-Unsubscribe"].strip("<> \r\n").replace("\r\n ", "")
    Client().post("/m/" + link.partition("/m/")[2])
    assert Address.objects.get(user=cast.mother, channel="email").opted_out_at


def test_it_can_be_read_behind_its_link(news, at, sink):
    mail = news()
    (letter,) = evening(at)
    page = Client().get(reverse("journal:letter", args=[channels.letter_token(letter.receipt)]))
    assert page.status_code == 200
    assert channels.letter_token(mail.receipt).split(".")[0] in page.text


# --- the right, at the moment of sending ---------------------------------------------------------------------


def test_it_leaves_out_what_the_reader_may_not_see_any_more(cast, news, at, sink):
    sister = builders.make_student(cast.school_class, "Sister", number="777")
    builders.make_guardian(sister, user=cast.mother)
    lost, kept = news("a"), news("b", student=sister)
    at("2026-11-26 18:00")
    digests.gather()
    cast.child.guardianships.filter(guardian=cast.mother).update(may_view=False)
    actions.deliver(hand_out())
    assert states(lost, kept) == ["cancelled", "sent"]
    assert Attempt.objects.get(delivery=lost).reply == actions.NO_RIGHT
    text = sink.messages[0].get_body(("plain",)).get_content()
    assert cast.child.called not in text


def test_it_is_not_sent_where_nothing_of_it_is_left(cast, news, at, sink):
    mail = news()
    Notice.objects.filter(kind="live.news").cancel()
    (letter,) = evening(at)
    assert (letter.state, letter.error) == ("cancelled", actions.NOTHING_NEW)
    assert states(mail) == ["cancelled"]
    assert not sink.messages


def test_its_page_shows_only_what_the_reader_may_see_now(cast, news, at, sink):
    news()
    (letter,) = evening(at)
    cast.child.guardianships.filter(guardian=cast.mother).update(may_view=False)
    page = Client().get(reverse("journal:letter", args=[channels.letter_token(letter.receipt)]))
    assert cast.child.called not in page.text


@pytest.mark.parametrize("change", [{"opted_out_at": timezone.now()}, {"pace": "off"}])
def test_it_is_dropped_where_the_reader_wants_no_letters_by_then(cast, news, at, sink, change):
    mail = news()
    Address.objects.filter(user=cast.mother).update(**change)
    evening(at)
    assert states(mail) == ["cancelled"]
    assert not sink.messages


def test_it_goes_where_the_reader_is_reached_now(cast, news, at, sink):
    news()
    Address.objects.filter(user=cast.mother).update(value="new@example.org")
    evening(at)
    assert sink.envelopes[0].rcpt_tos == ["new@example.org"]


def test_it_is_not_sent_to_an_account_that_was_closed(cast, news, at, sink):
    mail = news()
    User.objects.filter(pk=cast.mother.pk).update(is_active=False)
    evening(at)
    assert states(mail) == ["cancelled"]


# --- what becomes of it ------------------------------------------------------------------------------------------


def test_what_it_carries_waits_with_it_and_fails_with_it(cast, news, at, sink):
    sink.answers[cast.mother.email] = "450 busy"
    mail = news()
    (letter,) = evening(at)
    assert (letter.state, states(mail)) == ("pending", ["merged"])
    sink.answers[cast.mother.email] = "554 spam"
    Delivery.objects.filter(pk=letter.pk).update(next_at=timezone.now())
    actions.deliver(hand_out())
    letter.refresh_from_db()
    assert (letter.state, states(mail)) == ("failed", ["merged"])
    sink.answers.clear()
    letter.try_again(by=cast.school_admin)
    actions.deliver(hand_out())
    assert states(letter, mail) == ["sent", "sent"]


def test_what_it_carries_is_too_late_with_it(news, at):
    mail = news()
    at("2026-11-26 18:00")
    digests.gather()
    letters().update(expires_at=timezone.now())
    actions.sweep()
    assert states(*letters(), mail) == ["expired", "expired"]


def test_what_was_kept_too_long_is_closed(news):
    mail = news()
    Delivery.objects.filter(pk=mail.pk).update(expires_at=timezone.now())
    actions.sweep()
    assert states(mail) == ["expired"]


def test_it_names_news_that_cannot_be_written_by_their_kind(news, at, sink, caplog):
    long = {"urgency": "routine", "lives_for": dt.timedelta(days=36500)}
    kinds.register(live.make("live.broken.news", label="Broken", context=live.broken, **long))
    mail = news("a", "live.broken.news")
    evening(at)
    assert "- Broken" in sink.messages[0].get_body(("plain",)).get_content()
    assert states(mail) == ["sent"]


# --- many -----------------------------------------------------------------------------------------------------------


def test_it_takes_the_same_statements_for_one_reader_and_for_many(post, at):
    make_readers(1)
    at("2026-11-26 12:00")
    actions.expand([post("live.all.news", dedupe_key="first").pk])
    few = many(at, "2026-11-26 18:00")
    make_readers(50, start=1)
    at("2026-11-27 12:00")
    actions.expand([post("live.all.news", dedupe_key="again").pk])
    assert many(at, "2026-11-27 18:00") == few <= 14
    assert letters().count() == 1 + 51


def many(at, text):
    at(text)
    with CaptureQueriesContext(connection) as queries:
        digests.gather()
    return len(queries)


def test_it_goes_on_in_chunks(post, at, monkeypatch):
    make_readers(7)
    at("2026-11-26 12:00")
    actions.expand([post("live.all.news").pk])
    monkeypatch.setattr(digests, "CHUNK", 3)
    at("2026-11-26 18:00")
    assert digests.gather() == 7
    assert letters().count() == 7


def test_it_asks_once_for_the_right_of_all_that_a_batch_carries(post, at):
    make_readers(20)
    at("2026-11-26 12:00")
    for key in "abc":
        actions.expand([post("live.all.news", dedupe_key=key).pk])
    at("2026-11-26 18:00")
    digests.gather()
    batch = actions.Batch(hand_out())
    with CaptureQueriesContext(connection) as queries:
        assert len(batch.still_due()) == 20
    assert len(queries) == 2  # what they carry, and who may see it


@pytest.mark.django_db(transaction=True)
def test_it_is_written_once_where_two_gather_at_once(post, at):
    make_readers(5)
    at("2026-11-26 12:00")
    actions.expand([post("live.all.news").pk])
    at("2026-11-26 18:00")
    go = threading.Barrier(3)
    others = [threading.Thread(target=gather_apart, args=(go,)) for _one in range(2)]
    for other in others:
        other.start()
    gather_apart(go, close=False)
    for other in others:
        other.join()
    assert letters().count() == 5
    assert Delivery.objects.filter(state="merged").count() == 5


def gather_apart(go, *, close=True):
    go.wait(10)
    digests.gather()
    if close:
        connection.close()


# --- clocks ----------------------------------------------------------------------------------------------------------

EVENINGS = [
    # own zone, now (zone, text), when the letter leaves (UTC)
    ("", (SHANGHAI, "2026-11-26 17:59"), "2026-11-26 10:00"),
    ("", (SHANGHAI, "2026-11-26 18:01"), "2026-11-27 10:00"),
    (MADRID, (SHANGHAI, "2026-11-26 18:01"), "2026-11-26 17:00"),
    (MADRID, (MADRID, "2026-03-28 19:00"), "2026-03-29 16:00"),  # clocks go forward that night
    (MADRID, (MADRID, "2026-10-24 19:00"), "2026-10-25 17:00"),  # and back
    ("America/Chicago", ("America/Chicago", "2026-03-08 01:30"), "2026-03-08 23:00"),
    ("Pacific/Kiritimati", (SHANGHAI, "2026-11-26 12:00"), "2026-11-27 04:00"),
    ("", (SHANGHAI, "2028-02-28 19:00"), "2028-02-29 10:00"),
    ("Mars/Olympus", (SHANGHAI, "2026-11-26 12:00"), "2026-11-26 10:00"),
]


@pytest.mark.parametrize(("own", "now", "leaves"), EVENINGS)
def test_it_leaves_at_six_by_the_reader_s_clock(cast, news, at, own, now, leaves):
    zone, text = now
    at(text, zone)
    User.objects.filter(pk=cast.mother.pk).update(time_zone=own)
    assert f"{news().next_at.astimezone(dt.UTC):%Y-%m-%d %H:%M}" == leaves


def test_it_rests_in_quiet_hours_that_hold_the_evening(cast, news, at, sink):
    User.objects.filter(pk=cast.mother.pk).update(quiet_from="17:00", quiet_until="06:00")
    news()
    (letter,) = evening(at)
    assert (letter.state, sink.messages) == ("pending", [])
    assert f"{letter.next_at.astimezone(ZoneInfo(SHANGHAI)):%d %H:%M}" == "27 06:00"
