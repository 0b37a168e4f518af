"""What must hold of threads, announcements and signatures: each sentence finds what breaks it."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from homeschool.journal.models import Notice, invariants
from homeschool.people.actions.merging import merge
from homeschool.people.models import Membership
from messaging.models import (
    Announcement,
    Draft,
    Message,
    Seat,
    Signature,
    Thread,
    Unclear,
    Wording,
)
from tests import builders

from .builders import let_leave, make_announcement, make_thread

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def broken():
    """Return {name: the ids that are named} of what does not hold."""
    return {verdict["name"]: verdict["rows"] for verdict in invariants.judge() if verdict["broken"]}


def without_triggers(table):
    """Let triggers rest for this test: a database that was mended by hand may lack them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


@pytest.fixture
def thread(cast):
    """A thread with an answer from home, and one that was taken back."""
    Membership.objects.update(since=timezone.now() - dt.timedelta(days=9))
    thread = make_thread(cast)
    thread.messages.write(thread, "From home", by=cast.mother)
    let_leave(thread)
    Thread.objects.filter(pk=thread.pk).update(last_at=_newest(thread))
    thread.messages.write(thread, "Oh no", by=cast.mother).take_back(by=cast.mother)
    return thread


def _newest(thread):
    return max(row.leaves_at for row in thread.messages.kept())


def test_all_holds_of_what_was_made_by_its_verbs(cast, thread):
    row = make_announcement(cast, told=[cast.mother], level="sign")
    words = row.wordings.get()
    Signature.objects.sign(row.receipts[cast.mother.pk], words, cast.mother.full_name)
    Thread.objects.begin(
        cast.child, by=cast.counselor, home=[cast.mother], school=[cast.counselor], text="Not yet"
    )
    Draft.objects.keep(cast.mother, "Dear", thread=thread)
    assert broken() == {}


def test_it_finds_a_message_of_somebody_who_takes_no_part(cast, thread):
    row = Message.objects.create(
        thread=thread, author=cast.other_mother, side="home", text="Who am I?",
        written_at=thread.opened_at, leaves_at=thread.opened_at - HOUR,
    )  # fmt: skip
    assert broken() == {"authors": [str(row.pk)]}


def test_it_finds_a_message_of_staff_that_did_not_work_there(cast, thread):
    """An adviser who took no seat writes for the school as long as she works there, and not before."""
    let = {
        "thread": thread,
        "side": "school",
        "text": "Hello",
        "leaves_at": thread.opened_at - HOUR,
    }
    Message.objects.create(author=cast.adviser, written_at=thread.opened_at, **let)
    assert broken() == {}
    Membership.objects.filter(user=cast.adviser).update(since=timezone.now())
    assert list(broken()) == ["authors"]


def test_it_finds_two_homes_in_one_thread(cast, thread):
    father = builders.make_guardian(cast.child, "A second home")
    seat = Seat.objects.create(thread=thread, person=father, side="home")
    assert broken() == {}  # nobody wrote down where he lives
    home = builders.make_household(cast.child, guardians=[father], address="9 Elm Road")
    assert broken() == {"homes": [str(thread.pk)]}
    home.guardians.add(cast.mother)
    assert broken() == {}
    home.guardians.remove(cast.mother)
    Seat.objects.filter(pk=seat.pk).update(left_at=timezone.now())
    assert broken() == {}


def test_it_finds_a_thread_that_stands_elsewhere_in_the_inbox(thread):
    Thread.objects.filter(pk=thread.pk).update(last_at=timezone.now())
    assert broken() == {"inboxes": [str(thread.pk)]}


def test_it_finds_a_signature_for_other_words(cast):
    row = make_announcement(cast, told=[cast.mother], level="sign", text="Grüße, 你好\nand more")
    signed = Signature.objects.sign(
        row.receipts[cast.mother.pk], row.wordings.get(), cast.mother.full_name
    )
    assert broken() == {}
    without_triggers("messaging_wording")
    Wording.objects.update(text="We go to the zoo.")
    assert broken() == {"signatures": [str(signed.pk)]}


def test_it_finds_what_left_and_was_not_told(cast):
    row = make_announcement(cast)
    Notice.objects.all().delete()
    assert broken() == {"announced": [str(row.pk)]}


def test_it_finds_what_was_told_and_did_not_leave(cast):
    row = make_announcement(cast)
    Announcement.objects.update(state="draft", sent_at=None)
    assert broken() == {"announced": [str(row.pk)]}


def test_it_finds_a_draft_of_an_account_that_became_another_one(cast, thread):
    draft = Draft.objects.keep(cast.other_mother, "Dear", thread=thread)
    cast.other_mother.is_active, cast.other_mother.merged_into = False, cast.mother
    cast.other_mother.save()
    assert broken() == {"typed": [str(draft.pk)]}


def test_two_accounts_that_become_one_leave_no_draft(cast, thread):
    other = builders.make_guardian(cast.sibling, "林美", email="second@example.org")
    Draft.objects.keep(cast.mother, "Dear", thread=thread)
    for place in ({"thread": thread}, {"student": cast.sibling}):
        Draft.objects.keep(other, "teacher", **place)
    merge(cast.mother, other, by=cast.school_admin, school=cast.school)
    kept = set(Draft.objects.values_list("person", "text"))
    assert kept == {(cast.mother.pk, "Dear\n\nteacher"), (cast.mother.pk, "teacher")}
    assert "typed" not in broken()


def test_what_either_account_did_not_understand_the_one_does_not_understand_once(cast, thread):
    other = builders.make_guardian(cast.child, "林美", email="second@example.org")
    Seat.objects.create(thread=thread, person=other, side=Seat.Side.HOME)
    first = thread.messages.first()
    second = thread.messages.write(thread, "And again", by=cast.counselor)
    kept, twice = (Unclear.say(first, by=person) for person in (cast.mother, other))
    moved = Unclear.say(second, by=other)
    merge(cast.mother, other, by=cast.school_admin, school=cast.school)
    assert set(Unclear.objects.filter(person=cast.mother)) == {kept, moved}
    assert not Unclear.objects.filter(person=other).exists()
    assert Notice.objects.about(twice).get().cancelled_at
    assert Notice.objects.about(moved).get().cancelled_at is None
