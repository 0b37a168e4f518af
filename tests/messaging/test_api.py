"""Threads, messages and announcements through the API: with the sight of the pages, and to read alone."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.journal.models import Entry
from messaging.api.threads import NEWEST
from messaging.models import Announcement, Draft, Message, Remark, Translation, Wording
from tests import builders
from tests.api import Program

from .builders import let_leave, make_announcement, make_thread, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_parent(cast):
    """A parent of another home, who sees the child as the mother does."""
    return builders.make_guardian(cast.child, "Second Parent")


def ids(rows):
    return {str(row.pk) for row in rows}


@pytest.mark.parametrize(
    ("person", "finds"),
    [
        ("counselor", True), ("mother", True), ("adviser", False), ("principal", False),
        ("other_counselor", False), ("school_admin", False), ("father", False),
        ("other_mother", False), ("volunteer", False), ("district", False),
        ("other_school_admin", False), ("adult", False), ("parent", False),
    ],
)  # fmt: skip
def test_it_tells_threads_to_who_takes_part(cast, person, finds):
    thread = make_thread(cast)
    message = thread.messages.get()
    program = Program(getattr(cast, person))
    assert [row["id"] for row in program.rows("threads/")] == [str(thread.pk)] * finds
    assert [row["id"] for row in program.rows("messages/")] == [str(message.pk)] * finds
    found = 200 if finds else 404
    assert program.get(f"threads/{thread.pk}/").status_code == found
    assert program.get(f"messages/{message.pk}/").status_code == found


def test_another_home_of_the_child_finds_none_of_it(cast, second_parent):
    thread = make_thread(cast)
    program = Program(second_parent)
    assert program.rows("threads/") == program.rows("messages/") == []
    assert program.rows("messages/", thread=thread.pk) == []
    assert program.rows("messages/", student=cast.child.pk) == []
    assert program.get(f"threads/{thread.pk}/").status_code == 404


def test_it_tells_a_conversation_with_its_words(cast):
    thread = make_thread(cast, text="See you on Friday", language="en", asks=True)
    question = thread.messages.get()
    Translation.objects.keep(question, "es", "Nos vemos el viernes", provider="LibreTranslate")
    tell(question, cast.mother)
    told = Program(cast.mother).read(f"threads/{thread.pk}/")
    assert told["student"] == {"id": str(cast.child.pk), "name": "林小雨"}
    assert (told["side"], told["home"], told["staff"]) == ("home", ["林美"], ["Mei Chen"])
    assert (told["unread"], told["closed_at"], told["has_earlier"]) == (1, None, False)
    (message,) = told["messages"]
    assert (message["text"], message["author"], message["side"]) == (
        "See you on Friday", "Mei Chen", "school",
    )  # fmt: skip
    assert (message["asks"], message["tap"], message["unread"]) == (True, "", True)
    assert message["translations"] == [
        {"language": "es", "text": "Nos vemos el viernes", "of_a_machine": True}
    ]
    of_counselor = Program(cast.counselor).read(f"threads/{thread.pk}/")
    assert (of_counselor["side"], of_counselor["unread"]) == ("school", 0)
    assert [one["sent_at"] for one in of_counselor["messages"]] == [message["sent_at"]]


def test_a_message_stays_unread_for_who_lets_a_program_read(cast):
    thread = make_thread(cast)
    (receipt,) = tell(thread.messages.get(), cast.mother)
    program = Program(cast.mother)
    program.read(f"threads/{thread.pk}/")
    receipt.refresh_from_db()
    assert receipt.read_at is None
    assert program.rows("messages/", unread="true")
    receipt.read()
    assert program.rows("messages/", unread="true") == []
    assert program.rows("threads/")[0]["unread"] == 0


def test_that_somebody_read_who_takes_no_part_is_written_down(cast):
    """The counselor of the caseload, and not who takes part; no child is named, as another home looks."""
    thread = make_thread(cast, by=cast.adviser, school=[cast.adviser])
    message = thread.messages.get()
    for person in (cast.mother, cast.adviser, cast.counselor):
        program = Program(person)
        for path in (f"threads/{thread.pk}/", "messages/", f"messages/{message.pk}/"):
            program.read(path)
    rows = Entry.objects.filter(verb="thread.viewed")
    assert [(row.actor, row.student, row.about_id) for row in rows] == [
        (cast.counselor, None, str(thread.pk))
    ] * 3


def test_it_tells_no_words_that_are_for_pages(cast):
    """Neither remarks and drafts, nor what was taken back or has not left: not even to who wrote it."""
    thread = make_thread(cast)
    Remark.write(thread, "Canary-remark", by=cast.counselor)
    Draft.objects.keep(cast.counselor, "Canary-draft", thread=thread)
    thread.messages.write(thread, "Canary-back", by=cast.counselor).take_back(by=cast.counselor)
    waits = thread.messages.write(thread, "Canary-waits", by=cast.counselor)
    program = Program(cast.counselor)
    paths = ("threads/", f"threads/{thread.pk}/", "messages/", f"messages/{waits.pk}/")
    text = b"".join(program.get(path).content for path in paths)
    assert b"Canary" not in text
    assert program.get(paths[-1]).status_code == 404
    let_leave(thread)
    assert program.read(paths[-1])["text"] == "Canary-waits"


def test_it_tells_the_newest_of_a_long_conversation(cast):
    thread = make_thread(cast)
    at = timezone.now() - dt.timedelta(days=1)
    Message.objects.bulk_create(
        Message(
            thread=thread, author=cast.mother, side="home", text=f"{n}", written_at=at,
            leaves_at=at + dt.timedelta(seconds=n),
        )
        for n in range(NEWEST + 5)
    )  # fmt: skip
    program = Program(cast.mother)
    told = program.read(f"threads/{thread.pk}/")
    assert told["has_earlier"] is True
    assert len(told["messages"]) == NEWEST
    assert told["messages"][-1]["text"] == "Hello"
    every = program.all_rows("messages/", thread=thread.pk, page_size=20)
    assert [row["text"] for row in every] == [f"{n}" for n in range(NEWEST + 5)] + ["Hello"]
    assert every[-NEWEST:] == told["messages"]


def test_it_narrows_threads_and_messages(cast):
    one = make_thread(cast)
    other = make_thread(cast, home=[cast.mother], text="Closed")
    other.messages.write(other, "From home", by=cast.mother)
    let_leave(other)
    other.close(by=cast.counselor)
    program = Program(cast.counselor)

    def found(path, **query):
        return {row["id"] for row in program.all_rows(path, page_size=1, **query)}

    assert found("threads/") == found("threads/", student=cast.child.pk) == ids([one, other])
    assert found("threads/", open="true") == ids([one])
    assert found("threads/", open="false") == ids([other])
    assert found("threads/", school_class=cast.school_class.pk) == ids([one, other])
    assert found("threads/", school=cast.other_school.pk) == set()
    assert found("messages/", thread=other.pk) == ids(other.messages.all())
    assert found("messages/", side="home") == ids(other.messages.filter(side="home"))
    later = (timezone.now() + dt.timedelta(days=1)).isoformat()
    for path in ("threads/", "messages/"):
        assert found(path, since=later) == set()
        assert found(path, before=later) == found(path)


@pytest.mark.parametrize("path", ["threads/", "messages/", "announcements/", "one"])
def test_it_asks_the_same_for_one_row_and_for_twenty(cast, path):
    thread, counts = make_thread(cast), []
    make_announcement(cast, by=cast.counselor, told=[cast.counselor])
    program = Program(cast.counselor)
    for _turn in range(2):
        with CaptureQueriesContext(connection) as seen:
            program.read(f"threads/{thread.pk}/" if path == "one" else path, page_size=100)
        counts.append(len(seen))
        for _n in range(19):
            tell(make_thread(cast).messages.get(), cast.counselor)
            make_announcement(cast, by=cast.counselor, told=[cast.counselor])
            answer = thread.messages.write(thread, "More", by=cast.mother)
            Translation.objects.keep(answer, "es", "Más", by=cast.counselor)
        let_leave(thread)
    assert counts[0] == counts[1] <= 12


# --- announcements -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "finds", "was_told"),
    [
        ("adviser", True, False), ("principal", True, False), ("school_admin", True, False),
        ("mother", True, True), ("other_mother", False, False), ("counselor", False, False),
        ("father", False, False), ("volunteer", False, False), ("other_school_admin", False, False),
    ],
)  # fmt: skip
def test_it_tells_announcements_to_who_was_told_and_who_speaks(cast, person, finds, was_told):
    row = make_announcement(cast, told=[cast.mother])
    program = Program(getattr(cast, person))
    found = program.rows("announcements/")
    assert [one["id"] for one in found] == [str(row.pk)] * finds
    assert [one["mine"] is not None for one in found] == [was_told] * finds
    answer = program.get(f"announcements/{row.pk}/")
    assert answer.status_code == (200 if finds else 404)
    if finds:
        one = answer.json()
        board = one.pop("board")
        assert one == found[0]
        if was_told:
            assert board is None
        else:
            assert (board["people"]["told"], board["children"]["told"]) == (1, 1)
            assert board["people"]["read"] == 0


def test_it_tells_what_was_said_and_what_the_person_did(cast):
    row = make_announcement(
        cast, told=[cast.mother, cast.other_mother], about=[cast.child, cast.classmate], level="tap"
    )
    row.receipts[cast.mother.pk].acknowledge()
    (told,) = Program(cast.mother).rows("announcements/")
    assert (told["audience"], told["level"], told["answer_by"]) == ("class", "tap", None)
    assert told["words"] == [
        {"language": "en", "title": "Trip", "text": "We go to the museum.", "of_a_machine": False}
    ]
    assert told["mine"]["acknowledged_at"]
    assert told["mine"]["language"] == "zh-hans"
    (other,) = Program(cast.other_mother).rows("announcements/")
    assert other["mine"]["read_at"] is None


def test_what_has_not_left_is_on_pages_alone(cast):
    for state, when in (("draft", {}), ("scheduled", {"sends_at": timezone.now()})):
        row = Announcement.objects.create(
            school=cast.school, audience="class", key="x", made_by=cast.adviser, state=state, **when
        )
        Wording.objects.put(row, "en", "Canary-title", "Canary-text", by=cast.adviser)
    Announcement.objects.filter(state="draft").update(state="called_off")
    for person in (cast.adviser, cast.principal):
        assert Program(person).rows("announcements/") == []
        assert Program(person).get(f"announcements/{row.pk}/").status_code == 404


def test_it_narrows_announcements(cast):
    long_ago = timezone.now() - dt.timedelta(days=30)
    old = make_announcement(cast, sent_at=long_ago)
    new = make_announcement(cast, level="sign")
    program = Program(cast.principal)

    def found(**query):
        return [row["id"] for row in program.all_rows("announcements/", page_size=1, **query)]

    assert found() == [str(new.pk), str(old.pk)]
    assert found(level="sign") == found(since=(timezone.now() - dt.timedelta(days=1)).isoformat())
    assert found(level="sign") == [str(new.pk)]
    assert found(before=(long_ago + dt.timedelta(days=1)).isoformat()) == [str(old.pk)]
    assert found(school=cast.other_school.pk) == []
