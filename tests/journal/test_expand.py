"""A notice becomes receipts and deliveries: once a person, by what the database knows."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.journal import actions, kinds
from homeschool.journal.models import Delivery, Notice, Receipt
from homeschool.people.models import Address, User
from tests import builders

from . import live

pytestmark = pytest.mark.django_db


def test_it_tells_whoever_has_the_right_once_each(cast, post):
    actions.expand([post().pk])
    receipt = Receipt.objects.get()
    assert (receipt.person, receipt.why, receipt.language) == (
        cast.mother,
        "guardianship",
        "zh-hans",
    )
    assert receipt.read_at is None


def test_it_holds_the_copy_in_the_portal_as_sent_and_the_mail_as_waiting(cast, post):
    notice = post()
    actions.expand([notice.pk])
    rows = {row.channel: row for row in Delivery.objects.all()}
    assert (rows["in_app"].state, rows["email"].state) == ("sent", "pending")
    assert rows["in_app"].sent_at is not None
    assert rows["email"].address == cast.mother.email
    assert rows["email"].expires_at == notice.created_at + timedelta(days=14)
    assert rows["email"].key != rows["in_app"].key


def test_it_is_harmless_when_it_runs_twice(post):
    notice = post()
    actions.expand([notice.pk, notice.pk])
    Notice.objects.update(expanded_at=None)
    actions.expand([notice.pk])
    assert (Receipt.objects.count(), Delivery.objects.count()) == (1, 2)


def test_it_has_one_receipt_for_a_person_with_several_reasons(cast, post):
    builders.make_guardian(cast.child, user=cast.counselor, relation="aunt")
    notice = post("live.everybody_about_the_child")
    kinds.register(
        live.make(
            "live.everybody_about_the_child",
            lambda n: live.sight.watchers(live.Student.objects.filter(pk=n.student_id)),
        )
    )
    actions.expand([notice.pk])
    assert Receipt.objects.filter(person=cast.counselor).count() == 1


def test_it_speaks_the_school_s_first_language_to_whoever_chose_none(cast, post):
    cast.school.languages = ["es", "en"]
    cast.school.save()
    User.objects.filter(pk=cast.mother.pk).update(language="")
    actions.expand([post().pk])
    assert Receipt.objects.get().language == "es"


def test_it_writes_to_the_verified_address_first(cast, post):
    Address.objects.create(
        user=cast.mother, channel="email", value="verified@example.org", verified_at=timezone.now()
    )
    actions.expand([post().pk])
    assert Delivery.objects.get(channel="email").address == "verified@example.org"


@pytest.mark.parametrize("field", ["opted_out_at", "failed_at"])
def test_it_keeps_the_copy_in_the_portal_where_no_address_is_usable(cast, post, field):
    Address.objects.update(**{field: timezone.now()})
    actions.expand([post().pk])
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["in_app"]


@pytest.mark.parametrize("kind", ["live.over", "live.letter"])
def test_it_tells_nobody_what_is_not_due_any_more(post, kind):
    notice = post(kind)
    if kind == "live.letter":
        Notice.objects.filter(pk=notice.pk).cancel()
    actions.expand([notice.pk])
    notice.refresh_from_db()
    assert notice.expanded_at
    assert notice.cancelled_at
    assert not Receipt.objects.exists()


def test_it_is_held_up_by_no_notice_that_cannot_be_addressed(post):
    stray = post("live.nobody_registered_this")
    actions.expand([stray.pk, post().pk])
    stray.refresh_from_db()
    assert stray.expanded_at is None
    assert stray.next_at > timezone.now() + timedelta(seconds=20)
    assert Receipt.objects.count() == 1


def test_it_takes_the_same_statements_for_one_reader_and_for_fifty(post):
    make_readers(1)
    few = statements(post("live.all"))
    make_readers(49, start=1)
    assert statements(post("live.all", dedupe_key="again")) == few <= 9
    assert Delivery.objects.filter(channel="email").count() == 51


def statements(notice):
    """Return how many statements it takes to expand a notice."""
    with CaptureQueriesContext(connection) as queries:
        actions.expand([notice.pk])
    return len(queries)


def make_readers(count, start=0):
    """Make people whom the kinds `live.all` tell, each with an address."""
    users = [
        User(full_name=f"Reader {n}", email=f"reader{n}@example.org", sort_key=str(n), password="!")
        for n in range(start, start + count)
    ]
    User.objects.bulk_create(users)
    Address.objects.bulk_create(
        Address(user=user, channel="email", value=user.email) for user in users
    )


@pytest.mark.django_db(transaction=True)
def test_it_leaves_alone_what_another_worker_addresses(cast, post):
    notice, seen = post(), threading.Event()

    def slow(n):
        seen.set()
        other.join()
        return live.family(n)

    kinds.register(live.make("live.letter", slow))
    other = threading.Thread(target=expand_apart, args=(notice.pk, seen))
    other.start()
    actions.expand([notice.pk])
    assert Receipt.objects.count() == 1


def expand_apart(pk, seen):
    assert seen.wait(5)
    actions.expand([pk])
    connection.close()
