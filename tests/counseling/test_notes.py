"""Confidential notes: whose they are, signing and adding, two windows, handing over, a lost key."""

import datetime as dt
import logging

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from counseling.models.note import (
    IsSigned,
    Note,
    NoteAddendum,
    NoteHanding,
    NothingWritten,
    NotSigned,
    Overtaken,
)
from homeschool.journal.models import Entry
from homeschool.people import actions
from tests import builders

pytestmark = pytest.mark.django_db

SECRET = "She is afraid of the stairs"


def write(cast, text=SECRET, *, by=None, student=None, kind=Note.Kind.FREE, **columns):
    """Return a note of `by`, signed where the columns say so."""
    student = student or cast.child
    part = Note.PARTS[kind][0]
    return Note.objects.create(
        school=student.school, student=student, author=by or cast.counselor, kind=kind,
        written_on=dt.date(2026, 11, 2), edits=1, **({part: text} | columns),
    )  # fmt: skip


def signed(cast, **columns):
    return write(cast, signed_at=timezone.now(), **columns)


def verbs(note):
    return list(Entry.objects.about(note).order_by("pk").values_list("verb", flat=True))


def readers(cast, *notes):
    """Return {person: how many of these notes he or she reads}, less those who read none."""
    found = {}
    for name, person in vars(cast).items():
        if hasattr(person, "is_authenticated"):
            seen = Note.objects.visible_to(person).filter(pk__in=[n.pk for n in notes]).count()
            found |= {name: seen} if seen else {}
    return found


# --- sight ----------------------------------------------------------------------------------------
def test_it_is_read_by_its_author_and_once_signed_by_its_supervisor(cast):
    note = write(cast, supervisor=cast.other_counselor)
    assert readers(cast, note) == {"counselor": 1}
    note.sign(by=cast.counselor, edits=1)
    assert readers(cast, note) == {"counselor": 1, "other_counselor": 1}
    # who left reads nothing; the supervisor still does
    cast.counselor.membership.end(by=cast.school_admin)
    assert readers(cast, note) == {"other_counselor": 1}


def test_it_never_goes_along_with_a_caseload(cast):
    note = signed(cast)
    giver, taker = cast.counselor.membership, cast.other_counselor.membership
    actions.hand_over(giver, taker, by=cast.school_admin, caseloads=list(giver.caseloads.all()))
    assert readers(cast, note) == {"counselor": 1}
    note.hand_to(cast.other_counselor, by=cast.counselor)
    note.hand_to(cast.other_counselor, by=cast.counselor)
    assert readers(cast, note) == {"counselor": 1, "other_counselor": 1}
    assert verbs(note) == ["note.handed"]
    # as long as the child is looked after
    taker.caseloads.update(until=timezone.now())
    assert readers(cast, note) == {"counselor": 1}


def test_it_is_handed_on_the_page_to_who_looks_after_the_child_alone(cast, as_):
    note, client = signed(cast), as_(cast.counselor)
    page = client.get(f"{note.get_absolute_url()}hand/").text
    assert "nobody to hand it to" in page
    assert "Lucía Vega" not in page.split("<main", 1)[1]
    builders.give_caseload(cast.other_counselor, cast.child)
    answer = client.post(f"{note.get_absolute_url()}hand/", {"taker": cast.other_counselor.pk})
    assert answer.url == note.get_absolute_url()
    assert NoteHanding.objects.get().taker == cast.other_counselor
    assert "Lucía Vega" in client.get(answer.url).text
    assert SECRET in as_(cast.other_counselor).get(answer.url).text


# --- writing --------------------------------------------------------------------------------------
def test_it_is_begun_saved_and_signed_on_its_pages(cast, as_):
    client, base = as_(cast.counselor), f"/plans/notes/of/{cast.child.pk}/"
    address = client.post(f"{base}write/soap/").url
    assert client.post(f"{base}write/soap/").url == address  # still empty: the same one
    page = client.get(address)
    assert "Only you read this draft" in page.text
    assert page.text.index("Who can read this") < page.text.index("<textarea")
    assert 'autocomplete="off"' in page.text
    assert "no-store" in page["Cache-Control"]
    sent = {"edits": 0, "written_on": "2026-11-02", "subjective": SECRET, "supervisor": ""}
    assert "This day has not come" in client.post(address, sent | {"written_on": "2036-01-01"}).text
    by_htmx = client.post(address, sent, headers={"HX-Request": "true"})
    assert 'name="edits" value="1"' in by_htmx.text
    assert SECRET not in by_htmx.text
    note = Note.objects.get()
    assert (note.subjective, note.edits, note.kind) == (SECRET, 1, "soap")
    sign = address.replace("/write/", "/sign/")
    sent |= {"edits": 1, "supervisor": cast.other_counselor.pk, "steps": "Again on Tuesday"}
    assert client.post(sign, sent).url == note.get_absolute_url()
    assert client.post(sign, sent).url == note.get_absolute_url()
    assert client.get(address).url == note.get_absolute_url()
    note.refresh_from_db()
    assert note.is_locked
    assert verbs(note) == ["note.begun", "note.signed"]
    page = client.get(note.get_absolute_url()).text
    assert SECRET in page
    assert "Again on Tuesday" in page
    assert "Mei Chen, Lucía Vega" in page
    assert verbs(note)[-1] == "note.viewed"
    seen = Entry.objects.about(note).first()
    assert (seen.kind, seen.actor, seen.student) == (Entry.Kind.VIEWED, cast.counselor, None)


def test_an_empty_draft_that_is_taken_again_is_of_the_new_day_and_the_same_school(cast):
    days = [dt.date(2026, 11, day) for day in (2, 9, 10)]
    first, second = (
        Note.objects.begin(cast.child, "free", by=cast.counselor, on=day) for day in days[:2]
    )
    assert (second.pk, second.written_on) == (first.pk, days[1])
    first.refresh_from_db()
    assert first.written_on == days[1]
    Note.objects.filter(pk=first.pk).update(school=cast.other_school)
    third = Note.objects.begin(cast.child, "free", by=cast.counselor, on=days[2])
    assert (third.pk == first.pk, third.school) == (False, cast.school)


def test_it_is_not_signed_empty_and_a_draft_can_be_thrown_away(cast, as_):
    note, client = write(cast, ""), as_(cast.counselor)
    with pytest.raises(NothingWritten):
        note.sign(by=cast.counselor, edits=1)
    sent = {"edits": 1, "written_on": "2026-11-02", "text": "  "}
    answer = client.post(f"{note.get_absolute_url()}sign/", sent)
    assert answer.status_code == 422
    assert "Please write something before you sign" in answer.text
    assert client.post(f"{note.get_absolute_url()}discard/").url == "/plans/notes/"
    assert not Note.objects.exists()


def test_two_windows_lose_no_text(cast, as_):
    note, client = write(cast, "before"), as_(cast.counselor)
    address = f"{note.get_absolute_url()}write/"
    sent = {"written_on": "2026-11-02", "edits": 1}
    client.post(address, sent | {"text": "from the phone"})
    answer = client.post(address, sent | {"text": "from the desk"})
    assert answer.status_code == 409
    assert "from the phone" in answer.text
    assert "from the desk" in answer.text
    by_htmx = client.post(address, sent | {"text": "typed on"}, headers={"HX-Request": "true"})
    assert "in another window" in by_htmx.text
    assert Note.objects.get().text == "from the phone"
    # sent again, having seen both, it takes its place; the same text twice is no conflict
    assert client.post(address, sent | {"text": "from the desk", "edits": 2}).status_code == 302
    assert client.post(address, sent | {"text": "from the desk", "edits": 2}).status_code == 302
    assert Note.objects.get().text == "from the desk"
    with pytest.raises(Overtaken):
        note.sign(by=cast.counselor, edits=1, text="x")


# --- the lock -------------------------------------------------------------------------------------
def refuses(work):
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        work()


def test_what_is_signed_is_never_changed(cast):
    note = write(cast)
    with pytest.raises(NotSigned):
        note.add("More", by=cast.counselor)
    with pytest.raises(NotSigned):
        note.hand_to(cast.other_counselor, by=cast.counselor)
    note.sign(by=cast.counselor, edits=1)
    rows = Note.objects.filter(pk=note.pk)
    refuses(lambda: rows.update(text="other"))
    refuses(lambda: rows.update(supervisor=cast.other_counselor))
    refuses(lambda: rows.update(signed_at=None))
    refuses(rows.delete)
    for change in (
        lambda: note.write(edits=1, text="x"),
        lambda: note.sign(by=cast.counselor, edits=1),
        lambda: note.discard(by=cast.counselor),
    ):
        with pytest.raises(IsSigned):
            change()
    added = note.add("More", by=cast.counselor)
    note.hand_to(cast.other_counselor, by=cast.counselor)
    for rows in (NoteAddendum.objects, NoteHanding.objects):
        refuses(lambda rows=rows: rows.update(at=timezone.now()))
        refuses(rows.all().delete)
    assert str(added) == str(added.pk)


def test_it_is_added_to_once_and_not_through_broken_glass(cast, as_):
    note = signed(cast, supervisor=cast.other_counselor)
    client = as_(cast.other_counselor)
    sent = {"text": "Talked it over", "submission": "10000000-0000-4000-8000-000000000000"}
    for _twice in range(2):
        client.post(f"{note.get_absolute_url()}add/", sent)
    assert NoteAddendum.objects.get().author == cast.other_counselor
    assert "Talked it over" in as_(cast.counselor).get(note.get_absolute_url()).text
    # a supervisor who does not look after the child is not told its name
    page = client.get(note.get_absolute_url()).text
    assert SECRET in page
    assert cast.child.full_name not in page
    assert cast.child.full_name not in client.get("/plans/notes/").text


# --- where the text is not ----------------------------------------------------------------------------
def test_its_words_stay_sealed_in_the_database_the_logs_and_what_it_calls_itself(cast, caplog):
    caplog.set_level(logging.DEBUG)
    with CaptureQueriesContext(connection) as queries:
        note = write(cast, kind=Note.Kind.SOAP, steps=SECRET)
        with connection.cursor() as cursor:
            cursor.execute("SELECT subjective, steps FROM counseling_note")
            (stored,) = cursor.fetchall()
    assert all(value.startswith("k1:gAAAA") or ":gAAAA" in value for value in stored)
    assert SECRET not in str(queries.captured_queries) + caplog.text + repr(note) + str(note)


def test_a_session_that_ended_keeps_no_word_of_it(cast, as_, client):
    note = write(cast, "")
    page = as_(cast.counselor).get(f"{note.get_absolute_url()}write/").text
    assert 'name="writer"' not in page
    sent = {"text": SECRET, "edits": 1, "written_on": "2026-11-02"}
    assert client.post(f"{note.get_absolute_url()}write/", sent).status_code == 302
    assert "kept_text" not in client.session


# --- a key that is lost -----------------------------------------------------------------------------
def test_it_says_that_a_text_cannot_be_read_and_keeps_it(cast, as_, settings):
    note = write(cast)
    done = signed(cast)
    done.add(SECRET, by=cast.counselor)
    settings.DATA_KEYS, before = {"k9": Fernet.generate_key().decode()}, settings.DATA_KEYS
    client = as_(cast.counselor)
    for row in (note, done):
        page = client.get(row.get_absolute_url())
        assert page.status_code == 200
        assert "cannot be read: its key is missing" in page.text
    # nothing is written over it: not on its page, and not by saving the row
    sent = {"text": "new", "edits": 1, "written_on": "2026-11-02"}
    for verb in ("write", "sign"):
        assert client.post(f"{note.get_absolute_url()}{verb}/", sent).status_code == 302
    for row in Note.objects.filter(signed_at=None):
        row.save()
    settings.DATA_KEYS = before
    assert Note.objects.get(pk=note.pk).text == SECRET


# --- lists ------------------------------------------------------------------------------------------
def test_its_lists_cost_the_same_for_one_note_and_for_twenty(cast, as_):
    client, pages = as_(cast.counselor), ("/plans/notes/", f"/plans/notes/of/{cast.child.pk}/")

    def costs():
        found = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        return found

    signed(cast)
    costs()
    one = costs()
    for n in range(19):
        row = signed(cast) if n % 2 else write(cast)
        if row.is_locked:
            row.add("More", by=cast.counselor)
    assert costs() == one
    assert max(one) <= 14
    page = client.get(pages[1]).text
    assert page.count("1 addition") == 9
    assert SECRET not in page
