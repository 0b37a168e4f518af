"""What of the room stands on Today and on the family's page, at no query more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homeschool.journal.models import Notice, Receipt
from homeschool.people.models import Membership
from messaging.models import Away, Suggestion, Unclear
from messaging.models.message import WRITTEN, readers
from tests import builders

from .builders import let_leave, make_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast):
    """Return `told(thread)`: let what was written have left, and let its readers be told."""

    def told(thread):
        let_leave(thread)
        for message in thread.messages.kept():
            notice = Notice.objects.about(message).get(kind=WRITTEN)
            Receipt.objects.bulk_create(
                (
                    Receipt(notice=notice, person_id=key, why="guardian", language="en")
                    for key in set(readers(message).values_list("user", flat=True))
                ),
                ignore_conflicts=True,
            )
        return thread

    return told


def page_of(child):
    return reverse("reports:progress", args=[child.pk])


def letters(client):
    return client.get(reverse("reports:today")).context["page"].letters


def test_today_shows_what_is_not_read(cast, as_, told):
    thread = told(make_thread(cast, by=cast.mother, text="When is the trip?", leaves=False))
    thread.messages.write(thread, "And where?", by=cast.mother)
    told(thread)
    client = as_(cast.counselor)
    page = client.get(reverse("reports:today"))
    (row,) = page.context["page"].letters.threads
    assert (row["many"], row["plan"], row["who"]) == (2, thread.pk, cast.mother.full_name)
    assert "And where?" in page.text
    assert page.context["page"].waiting == 1
    Receipt.objects.filter(person=cast.counselor).update(read_at=Receipt.objects.first().created_at)
    assert letters(client).threads == []
    assert letters(as_(cast.adviser)).threads == []


def test_today_shows_no_message_that_was_taken_back(cast, as_):
    thread = make_thread(cast, by=cast.mother, text="Wrong", leaves=False)
    thread.messages.get().take_back(by=cast.mother)
    assert len(letters(as_(cast.counselor))) == 0


def test_today_shows_what_was_not_understood_to_who_helps(cast, as_, told):
    thread = told(make_thread(cast, text="An odd word."))
    row = Unclear.say(thread.messages.get(), by=cast.mother)
    other = cast.other_counselor
    builders.give_caseload(other, cast.child)
    (found,) = letters(as_(cast.counselor)).unclear
    assert "An odd word." not in as_(cast.counselor).get(reverse("reports:today")).text
    assert letters(as_(other)).unclear == []
    assert found["plan"] == thread.pk
    assert cast.mother.full_name in found["said"]
    assert letters(as_(cast.adviser)).unclear == []
    Membership.objects.get(user=cast.counselor).end(by=cast.school_admin)
    (found,) = letters(as_(other)).unclear
    assert found["plan"] == thread.pk
    row.help(by=other)
    assert letters(as_(other)).unclear == []


def test_today_shows_suggestions_to_leaders(cast, as_):
    row = Suggestion.objects.make(cast.child, "Canary-idea", by=cast.mother, area="food")
    client = as_(cast.principal)
    page = client.get(reverse("reports:today"))
    assert "Canary-idea" in page.text
    assert reverse("messaging:suggestion-detail", args=[row.pk]) in page.text
    assert "Canary-idea" not in as_(cast.counselor).get(reverse("reports:today")).text
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    assert letters(client).ideas == []


def test_a_colleague_who_lost_the_child_reads_nothing(cast, as_, told):
    told(make_thread(cast, by=cast.mother, text="Canary-left", leaves=False))
    cast.counselor.membership.end(by=cast.school_admin)
    builders.make_staff(cast.school, "leader", "x")
    answer = as_(cast.counselor).get(reverse("reports:today"))
    assert b"Canary-left" not in answer.content


def test_who_stood_in_reads_nothing_more_once_the_colleague_is_back(cast, as_, told):
    today = builders.today()
    away = Away.objects.announce(
        cast.counselor, cast.school, since=today, until=today, by=cast.counselor,
        substitute=cast.adviser,
    )  # fmt: skip
    thread = told(make_thread(cast, by=cast.mother, text="Canary-stood-in", leaves=False))
    client = as_(cast.adviser)
    assert [row["plan"] for row in letters(client).threads] == [thread.pk]
    away.end(by=cast.counselor)
    assert letters(client).threads == []
    assert len(letters(as_(cast.counselor)).threads) == 1


def test_a_family_reads_the_newest_words_and_writes(cast, as_, told):
    thread = told(make_thread(cast, text="First", leaves=False))
    for text in ("Second", "Third"):
        thread.messages.write(thread, text, by=cast.counselor)
    told(thread)
    page = as_(cast.mother).get(page_of(cast.child))
    mail = page.context["page"].mail
    assert [row["text"] for row in mail.rows] == ["Third", "Second"]
    assert mail.unread == 3
    assert "Third" in page.text
    assert reverse("messaging:thread-write", args=[cast.child.pk]) in page.text
    assert as_(cast.mother).get(page_of(cast.sibling)).context["page"].mail.rows == []


def test_another_home_and_staff_read_nothing_of_it(cast, as_, told):
    second = builders.make_guardian(cast.child, "Second Parent")
    told(make_thread(cast, text="Canary-mail", leaves=False))
    for person in (second, cast.counselor, cast.adviser, cast.principal):
        page = as_(person).get(page_of(cast.child))
        assert "Canary-mail" not in page.text, person
    assert as_(second).get(page_of(cast.child)).context["page"].mail.unread == 0
    assert as_(cast.counselor).get(page_of(cast.child)).context["page"].mail is None


def test_what_has_not_left_is_not_shown_yet(cast, as_):
    make_thread(cast, text="Canary-early", leaves=False)
    assert "Canary-early" not in as_(cast.mother).get(page_of(cast.child)).text


def test_a_parent_to_whom_messages_were_not_granted_reads_none(cast, as_):
    page = as_(cast.parent).get(page_of(cast.adult.student_row))
    assert page.context["page"].mail is None


@pytest.mark.parametrize("who", ["mother", "counselor"])
def test_it_costs_the_pages_no_query(cast, as_, told, who):
    client = as_(getattr(cast, who))
    address = page_of(cast.child) if who == "mother" else reverse("reports:today")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    count()
    none = count()
    for n in range(5):
        by = cast.counselor if who == "mother" else cast.mother
        told(make_thread(cast, by=by, text=f"Message {n}", leaves=False))
    assert count() == none
