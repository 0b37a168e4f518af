"""The operators' page: what waits, what was given up and who lives; nothing about a child."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Delivery, Entry, Heartbeat, Job, Notice
from homeschool.journal.models.sending import waiting_since
from homeschool.people.models import User
from tests import builders

pytestmark = pytest.mark.django_db
URL = "/operations/"


@pytest.fixture
def failed(told):
    """Return `failed()`: a delivery that was given up."""

    def failed(state="failed", **more):
        delivery = told(**more)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, error="550 … is unknown", attempts=3
        )
        return delivery

    return failed


@pytest.fixture
def elsewhere(cast, failed):
    """A delivery that was given up in the other school."""
    builders.make_guardian(cast.other_child, "Olga's mother")
    notice = {"school": cast.other_school, "student": cast.other_child, "about": cast.other_child}
    return failed(**notice)


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.org", full_name="Root")


def retry(pk):
    return reverse("journal:delivery-retry", args=[pk])


def test_it_shows_a_school_admin_what_was_given_up_in_its_school(cast, failed, elsewhere, as_):
    failed()
    page = as_(cast.school_admin).get(URL)
    assert page.status_code == 200
    assert cast.mother.full_name in page.text
    assert "550 … is unknown" in page.text
    assert "A letter" in page.text
    assert "Olga" not in page.text


def test_it_shows_a_superuser_every_school(failed, elsewhere, superuser, as_):
    failed()
    page = as_(superuser).get(URL)
    assert "Olga&#x27;s mother" in page.text
    assert "林美" in page.text


def test_it_says_nothing_about_a_child(cast, failed, as_):
    failed()
    page = as_(cast.school_admin).get(URL).text
    assert cast.child.full_name not in page
    assert cast.mother.email not in page
    assert "she reads" not in page


@pytest.mark.parametrize(
    "person", ["mother", "adviser", "counselor", "principal", "volunteer", "adult"]
)
def test_it_is_refused_to_everybody_else(cast, failed, as_, person):
    client, delivery = as_(getattr(cast, person)), failed()
    assert client.get(URL).status_code == 403
    assert client.post(retry(delivery.pk)).status_code == 404
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_it_sends_a_stranger_to_the_door():
    answer = Client().get(URL)
    assert answer.status_code == 302
    assert reverse("account_login") in answer["Location"]


def test_it_counts_what_waits(cast, told, post, superuser, as_):
    told()
    post(dedupe_key="new")
    Job.ask("live.count", by=superuser, of=1)
    queues = {row["name"]: row for row in as_(superuser).get(URL).context["queues"]}
    assert [row["waiting"] for row in queues.values()] == [1, 1, 1]
    own = as_(cast.school_admin).get(URL).context["queues"]
    assert [row["waiting"] for row in own] == [1, 1]
    other = as_(cast.other_school_admin).get(URL).context["queues"]
    assert [row["waiting"] for row in other] == [0, 0]


def test_it_tells_who_is_at_work_and_who_is_silent(cast, as_):
    Heartbeat.beat("worker")
    Heartbeat.objects.create(name="relay", at=timezone.now() - timedelta(minutes=2))
    signs = as_(cast.school_admin).get(URL).context["signs"]
    assert {sign["name"]: sign["lives"] for sign in signs} == {
        "worker": True,
        "beat": False,
        "relay": False,
    }


def queries_of_the_page(client):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).status_code == 200
    return len(queries)


def test_it_takes_at_most_twelve_queries_whatever_it_shows(cast, failed, as_):
    client = as_(cast.school_admin)
    failed()
    client.get(URL)  # the first request of a session keeps more
    one = queries_of_the_page(client)
    for n in range(20):
        failed(dedupe_key=str(n))
    assert queries_of_the_page(client) == one <= 12


# --- try again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_it_lets_a_delivery_leave_again_under_its_key(cast, failed, as_, state):
    delivery = failed(state)
    Delivery.objects.update(expires_at=timezone.now() - timedelta(days=1))
    answer = as_(cast.school_admin).post(retry(delivery.pk))
    assert answer["Location"] == URL
    again = Delivery.objects.get(pk=delivery.pk)
    assert (again.state, again.attempts, again.key) == ("pending", 0, delivery.key)
    assert again.expires_at > timezone.now()
    entry = Entry.objects.get(verb="delivery.tried_again")
    assert (entry.actor, entry.school) == (cast.school_admin, cast.school)


def test_it_leaves_again_once_when_the_button_is_pressed_twice(cast, failed, as_):
    delivery, client = failed(), as_(cast.school_admin)
    client.post(retry(delivery.pk))
    client.post(retry(delivery.pk))
    assert Entry.objects.filter(verb="delivery.tried_again").count() == 1


def test_it_leaves_alone_what_was_sent(cast, failed, as_):
    delivery = failed()
    Delivery.objects.filter(pk=delivery.pk).update(state="sent", sent_at=timezone.now())
    as_(cast.school_admin).post(retry(delivery.pk))
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_it_does_not_find_a_delivery_of_another_school(cast, elsewhere, as_):
    client = as_(cast.school_admin)
    assert client.post(retry(elsewhere.pk)).status_code == 404
    assert client.post(retry(99999999)).status_code == 404


# --- since when something waits -------------------------------------------------------------------


def test_it_waits_since_the_oldest_notice_or_delivery(told, post):
    assert waiting_since() is None
    delivery = told()
    assert waiting_since() == delivery.created_at
    Delivery.objects.update(attempts=2, next_at=timezone.now() + timedelta(minutes=5))
    assert waiting_since() is None
    notice = post(dedupe_key="late")
    Notice.objects.filter(pk=notice.pk).update(created_at=timezone.now() - timedelta(hours=1))
    assert (timezone.now() - waiting_since()).total_seconds() > 3599
