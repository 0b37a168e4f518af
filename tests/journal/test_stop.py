"""Who wants no more letters stops them with one click; the portal keeps every message."""

import pytest
from django.test import Client
from django.urls import reverse

from homeschool.journal import actions, channels
from homeschool.journal.models import Delivery, Entry
from homeschool.people.models import Address

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(told):
    return reverse("journal:stop", args=[channels.stop_token(told())])


def address_of(cast):
    return Address.objects.get(user=cast.mother, channel="email")


def test_it_asks_and_changes_nothing_when_it_is_opened(cast, url):
    page = Client().get(url)
    assert page.status_code == 200
    assert cast.mother.email in page.text
    assert address_of(cast).opted_out_at is None


def test_it_stops_by_one_click_of_a_mail_program(cast, url):
    """RFC 8058: a POST without cookies, session or token of a form."""
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(url, {"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert address_of(cast).opted_out_at
    assert Entry.objects.get(verb="address.opted_out").actor == cast.mother


def test_it_keeps_the_first_time_when_it_is_sent_twice(cast, url):
    Client().post(url)
    first = address_of(cast).opted_out_at
    Client().post(url)
    assert address_of(cast).opted_out_at == first
    assert Entry.objects.filter(verb="address.opted_out").count() == 1


def test_it_says_that_it_is_done_when_it_is_opened_again(url):
    done = Client().post(url).text
    assert Client().get(url).text == done


def test_it_stops_that_address_alone(cast, url):
    other = Address.objects.create(user=cast.mother, channel="email", value="work@example.org")
    Client().post(url)
    other.refresh_from_db()
    assert other.opted_out_at is None


def test_it_leaves_the_message_in_the_portal(cast, url, post):
    Client().post(url)
    actions.expand([post(dedupe_key="next").pk])
    receipts = cast.mother.receipts.filter(notice__dedupe_key="next")
    assert list(
        Delivery.objects.filter(receipt__in=receipts).values_list("channel", flat=True)
    ) == ["in_app"]


def test_it_is_kept_by_nobody(url):
    page = Client().get(url)
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert not page.cookies


@pytest.mark.parametrize("token", ["x", "1.2.3"])
def test_it_is_the_page_of_dead_links_for_a_token_that_is_not_ours(token):
    page = Client().post(reverse("journal:stop", args=[token]))
    assert page.status_code == 404
    assert page.text == Client().get(reverse("journal:letter", args=["x"])).text


def test_it_writes_there_again_when_its_owner_says_so(cast, url):
    Client().post(url)
    again = url.replace("/stop/", "/again/")
    assert again in Client().get(url).text
    assert Client().get(again).status_code == 405
    answer = Client(enforce_csrf_checks=True).post(again)
    assert (answer.status_code, answer.url) == (302, url)
    assert address_of(cast).opted_out_at is None
    Client().post(again)
    assert Entry.objects.filter(verb="address.opted_in").count() == 1


@pytest.mark.parametrize("token", ["x", "1.2.3"])
def test_it_writes_nowhere_again_for_a_token_that_is_not_ours(token):
    page = Client().post(reverse("journal:stop-again", args=[token]))
    assert page.status_code == 404
