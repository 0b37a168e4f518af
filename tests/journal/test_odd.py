"""Letters that never break: names that want to be headers, addresses that are lists, words that are
missing, people who are gone."""

import pytest
from django.conf import settings as the_settings
from django.db.models import ProtectedError
from django.utils.translation.trans_real import translation

from homeschool.journal import actions, channels, kinds
from homeschool.journal.actions import wording
from homeschool.journal.models import Delivery
from homeschool.people.models import Address, School, User

from .conftest import hand_out

pytestmark = pytest.mark.django_db

# --- names --------------------------------------------------------------------------------------------

NAMES = [
    "Mei\r\nBcc: thief@example.org",
    "Mei\nBcc: thief@example.org\n\nBody",
    "Mei\x0b\x0cBcc: thief@example.org",
    "Mei\u2028Bcc: thief@example.org",
    'Mei" <thief@example.org>, "x',
    "Mei, thief@example.org",
    "<thief@example.org>",
    "=?utf-8?q?Mei=0D=0ABcc=3A_thief?=",
    "林梅" * 60,
    "\u202eiem",
    '\\"',
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_no_header_and_no_second_reader(cast, told, sink, name):
    User.objects.filter(pk=cast.mother.pk).update(full_name=name, preferred_name="")
    School.objects.filter(pk=cast.school.pk).update(name=name[:200])
    told()
    actions.deliver(hand_out())
    (envelope,), (message,) = sink.envelopes, sink.messages
    assert envelope.rcpt_tos == [cast.mother.email]
    assert [address.addr_spec for address in message["To"].addresses] == [cast.mother.email]
    assert (message["Bcc"], message["Cc"]) == (None, None)
    assert message.get_body(("html",)) is not None


# --- addresses ------------------------------------------------------------------------------------------

LISTS = [
    "a@example.org, b@example.org",
    "a@example.org,b@example.org",
    "a@example.org;b@example.org",
    "a@example.org b@example.org",
    "Mei <a@example.org>",
    "<a@example.org>",
    "a@example.org\r\nRCPT TO:<b@example.org>",
    "a@b@example.org",
    "group:a@example.org,b@example.org;",
    "a(b@example.org)",
    "@example.org",
    "a@",
    "",
]


@pytest.mark.parametrize("value", LISTS)
def test_what_is_not_one_address_gets_no_letter_and_holds_up_nobody(cast, told, sink, value):
    bad, good = told(), told(dedupe_key="other")
    Address.objects.create(user=cast.mother, channel="email", value=value)
    Delivery.objects.filter(pk=bad.pk).update(address=value)
    actions.deliver(hand_out())
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert (states[bad.pk], states[good.pk]) == ("failed", "sent")
    assert [envelope.rcpt_tos for envelope in sink.envelopes] == [[cast.mother.email]]


def test_an_address_that_is_a_list_is_taken_out_of_use(cast, told, sink):
    letter = told()
    Address.objects.filter(user=cast.mother).update(value=LISTS[0])
    Delivery.objects.filter(pk=letter.pk).update(address=LISTS[0])
    actions.deliver(hand_out())
    assert Address.objects.get(user=cast.mother, channel="email").failed_at
    assert "@" not in Delivery.objects.get(pk=letter.pk).error


@pytest.mark.parametrize("value", ["o'neil+x@sub.example.org", "梅@example.org", "a_b.c@例子.cn"])
def test_an_unusual_address_is_one_all_the_same(told, value):
    letter = told()
    letter.address = value
    assert channels.email_for(letter).to[0].endswith(f"<{value}>")


# --- people who are gone -------------------------------------------------------------------------------------


def test_a_reader_who_was_closed_after_the_addressing_gets_nothing(cast, told, sink):
    letter = told()
    User.objects.filter(pk=cast.mother.pk).update(is_active=False)
    actions.deliver(hand_out())
    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("cancelled", actions.NO_RIGHT)


def test_a_reader_cannot_be_deleted_from_under_a_letter(cast, told):
    told()
    with pytest.raises(ProtectedError):
        User.objects.get(pk=cast.mother.pk).delete()


def test_a_reader_whose_address_was_deleted_gets_nothing(cast, told, sink):
    letter = told()
    Address.objects.filter(user=cast.mother).delete()
    actions.deliver(hand_out())
    letter.refresh_from_db()
    assert (letter.state, letter.error) == ("cancelled", actions.NO_ADDRESS)


# --- words --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _looked_at_anew():
    wording.missing.cache_clear()
    yield
    wording.missing.cache_clear()


def forget(monkeypatch, sentence, language="zh-hans"):
    """Let the catalog of a language have no words for a sentence."""
    catalog = translation(language)._catalog
    for part in catalog._catalogs:
        if sentence in part:
            monkeypatch.delitem(part, sentence)


READ_IT = "Read it, and tell us that you did"


def test_a_sentence_without_words_leaves_in_english(told, monkeypatch):
    letter = told()
    assert READ_IT not in channels.email_for(letter).alternatives[0][0]
    forget(monkeypatch, READ_IT)
    mail = channels.email_for(letter)
    assert READ_IT in mail.alternatives[0][0]
    assert mail.extra_headers["Content-Language"] == "zh-Hans"


def test_the_operators_are_told_of_it(cast, as_, monkeypatch, caplog):
    forget(monkeypatch, READ_IT)
    assert READ_IT in wording.missing("live/letter", "zh-hans")
    assert "live/letter has" in caplog.text
    page = as_(cast.school_admin).get("/operations/").text
    assert "Letters without all their words" in page
    assert "A letter" in page


def test_nothing_is_missing_in_the_language_that_is_written_here():
    assert not any(wording.missing(kind.template, "en") for kind in kinds.registered())


def test_it_finds_what_letters_build_on_and_in_several(monkeypatch):
    forget(monkeypatch, "Write to me no more at this address")  # in mail/base.html
    assert "Write to me no more at this address" in wording.missing(
        "visits/letters/summary", "zh-hans"
    )


@pytest.mark.parametrize("language", ["xx", "", "zh", "fr"])
def test_a_language_that_is_not_spoken_here_is_the_portal_s(cast, told, language):
    letter = told()
    User.objects.filter(pk=cast.mother.pk).update(language=language)
    letter.receipt.language = language or "xx"
    letter.receipt.person.language = language
    code = the_settings.LANGUAGE_CODE.partition("-")[0]
    assert channels.email_for(letter).extra_headers["Content-Language"] == code


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "America", "\x01", "x" * 60])
def test_a_zone_that_does_not_exist_is_passed_over(cast, told, zone):
    letter = told()
    User.objects.filter(pk=cast.mother.pk).update(time_zone=zone)
    letter.receipt.person.time_zone = zone
    assert "12:00" in channels.email_for(letter).body  # the school's noon
