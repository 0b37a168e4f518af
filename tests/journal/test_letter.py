"""The page behind a letter's link: it shows one message to whoever holds the link and has the right."""

import re
from datetime import timedelta

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import channels
from homeschool.journal.models import Entry, Notice, Receipt

from .conftest import links_of
from .test_send import withdraw_sight

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(told):
    return told().receipt


def opened(receipt_or_token, client=None, **more):
    token = receipt_or_token
    if isinstance(token, Receipt):
        token = channels.letter_token(token)
    return (client or Client()).get(reverse("journal:letter", args=[token]), **more)


def confirm(token, client=None, **more):
    return (client or Client()).post(reverse("journal:letter-confirm", args=[token]), **more)


def expired(receipt, monkeypatch):
    """Return a token of 31 days ago."""
    long_ago = (timezone.now() - timedelta(days=31)).timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.signing.time.time", lambda: long_ago)
        return channels.letter_token(receipt)


def test_it_shows_the_message_in_the_reader_s_language_without_signing_in(receipt):
    page = opened(receipt)
    assert page.status_code == 200
    assert 'lang="zh-Hans"' in page.text
    assert "she reads &lt;b&gt;aloud&lt;/b&gt; &amp; well" in page.text


def test_it_records_nothing_when_it_is_opened(receipt):
    before = Entry.objects.count()
    for _scanner in range(3):
        opened(receipt)
        Client().head(reverse("journal:letter", args=[channels.letter_token(receipt)]))
    receipt.refresh_from_db()
    assert (receipt.read_at, receipt.acknowledged_at) == (None, None)
    assert Entry.objects.count() == before


def test_it_is_kept_by_nobody_and_found_by_nobody(receipt):
    page = opened(receipt)
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert page["Referrer-Policy"] == "no-referrer"
    assert not page.cookies


def test_it_shows_nothing_of_whoever_is_signed_in(cast, receipt, as_):
    page = opened(receipt, as_(cast.counselor))
    assert cast.counselor.full_name not in page.text
    assert "sidenav" not in page.text
    assert "tabbar" not in page.text
    assert without_moment(page.text) == without_moment(opened(receipt).text)


def without_moment(text):
    """Take out the token of the page's own address, which says in which second it was made."""
    return re.sub(r"/m/[^/]+/", "/m/", text)


def test_it_is_confirmed_by_a_post_and_says_so(receipt):
    token = channels.letter_token(receipt)
    answer = confirm(token)
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("journal:letter", args=[token]),
    )
    receipt.refresh_from_db()
    assert receipt.acknowledged_at
    assert "confirm/" not in opened(token).text


def test_it_keeps_the_first_time_when_it_is_confirmed_twice(receipt):
    token = channels.letter_token(receipt)
    confirm(token)
    receipt.refresh_from_db()
    first = receipt.acknowledged_at
    assert confirm(token).status_code == 302
    receipt.refresh_from_db()
    assert receipt.acknowledged_at == first


def test_it_needs_no_token_of_a_form_since_the_link_is_one(receipt):
    """With no-referrer browsers say `Origin: null`; a page elsewhere does not know the link."""
    strict = Client(enforce_csrf_checks=True)
    assert (
        confirm(channels.letter_token(receipt), strict, headers={"origin": "null"}).status_code
        == 302
    )


def test_it_asks_for_nothing_where_the_kind_asks_for_nothing(told):
    assert "confirm/" not in opened(told("live.read").receipt).text


def test_it_changes_nothing_by_get(receipt):
    token = channels.letter_token(receipt)
    assert Client().get(reverse("journal:letter-confirm", args=[token])).status_code == 405
    assert Client().post(reverse("journal:letter", args=[token])).status_code == 405


def test_it_is_one_page_for_every_link_that_opens_nothing(cast, receipt, monkeypatch):
    alive = channels.letter_token(receipt)
    assert opened(alive).status_code == 200
    gone = [opened(expired(receipt, monkeypatch))]
    gone.append(opened(TimestampSigner(salt="journal.letter", sep=".").sign("99999999")))
    withdraw_sight(cast)
    gone.append(opened(alive))
    gone.append(confirm(alive))
    assert {page.status_code for page in gone} == {410}
    garbled = [
        opened(alive[:-1] + ("A" if alive[-1] != "A" else "B")),
        opened("x"),
        opened("1.1:2"),
        opened("%00"),
        opened("é.è.ê"),
    ]
    assert {page.status_code for page in garbled} == {404}
    assert len({page.content for page in gone + garbled}) == 1
    receipt.refresh_from_db()
    assert receipt.acknowledged_at is None


def test_it_opens_nothing_with_a_link_of_another_purpose(told):
    delivery = told()
    letter_token, stop_token = links_of(delivery)
    assert opened(stop_token).status_code == 404
    assert Client().get(reverse("journal:stop", args=[letter_token])).status_code == 404


def test_it_is_closed_when_the_notice_is_taken_back(receipt):
    token = channels.letter_token(receipt)
    Notice.objects.all().cancel()
    assert opened(token).status_code == 410
    assert confirm(token).status_code == 410


def test_it_asks_the_database_nothing_for_a_link_that_is_not_ours(django_assert_num_queries):
    with django_assert_num_queries(0):
        opened("1.1xUujY.KZiTkHh7T7tY1xVJEQSlBPHxbctf-9MC0Li_Dshuwdo")


def test_it_says_how_to_sign_in_when_a_link_is_dead():
    assert reverse("account_login") in opened("x").text
