"""Sealing everything anew: all fields, signed notes, history, second factors; stopped, beside writers, lost."""

import io
import json
import threading

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import InternalError
from django.utils import timezone

from counseling.models.glass import Glass
from counseling.models.note import Note, NoteAddendum
from homeschool import rotating
from homeschool.fields import Unreadable, seal
from homeschool.people.models import Guardianship
from homeschool.people.signin.adapters import MFAAdapter
from tests.records_notes import note

OLD, NEW = ({name: Fernet.generate_key().decode()} for name in ("old", "new"))
TEXT = "Canary-confided 9"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.DATA_KEYS = dict(OLD)
    return settings


def run(**options):
    out = io.StringIO()
    call_command("rotate_data_keys", json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def fill(cast, notes=7):
    """Write sealed text into every kind of place."""
    rows = [note(cast.child, cast.counselor, 9, signed_at=timezone.now()) for _n in range(notes)]
    draft = note(cast.child, cast.counselor, 9)
    rows[0].add("More", by=cast.counselor)
    cast.father.guardianship.restrict(by=cast.counselor, reason="By order of a court")
    Glass.objects.break_for(cast.child, "Nobody can be asked", by=cast.principal)
    data = {"secret": seal("totp"), "migrated_codes": [seal("one"), seal("two")], "mask": 3}
    Authenticator.objects.create(user=cast.counselor, type="totp", data=data)
    return rows, draft


def history():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_guardianshipevent")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_it_seals_everything_anew_and_the_old_key_can_go(cast, keys):
    rows, draft = fill(cast)
    events = history()
    keys.DATA_KEYS = NEW | OLD
    assert run(check=True)["texts_by_key"].keys() == {"old"}
    told = run(batch=2)
    assert told["tables"]["counseling.Note"] == {"sealed": 8, "left": 0, "lost": 0}
    # history keeps the text sealed, and a rotation is no history
    assert told["tables"]["people.GuardianshipEvent"]["sealed"] >= 1
    assert history() == events
    assert told["unused"] == ["old"]
    assert told["texts_by_key"].keys() == {"new"}
    assert sum(table["sealed"] for table in run()["tables"].values()) == 0
    # without the old key all is read
    keys.DATA_KEYS = dict(NEW)
    assert {row.text for row in Note.objects.all()} == {TEXT}
    assert NoteAddendum.objects.get().text == "More"
    assert Glass.objects.get().reason == "Nobody can be asked"
    tie = Guardianship.objects.get(pk=cast.father.guardianship.pk)
    assert tie.restriction_reason == "By order of a court"
    data = Authenticator.objects.get().data
    sealed = [data["secret"], *data["migrated_codes"]]
    assert [MFAAdapter().decrypt(text) for text in sealed] == ["totp", "one", "two"]
    assert data["mask"] == 3
    # a draft is written on, and what is signed refuses every change again
    draft.refresh_from_db()
    draft.write(edits=1, text="new words")
    with pytest.raises(InternalError), transaction.atomic():
        Note.objects.filter(pk=rows[0].pk).update(text="other")


@pytest.mark.django_db
def test_stopped_in_the_middle_it_goes_on(cast, keys, monkeypatch):
    fill(cast)
    keys.DATA_KEYS = NEW | OLD
    put, done = rotating.Place.put, []

    def stop(self, rows):
        if len(done) == 4:
            put(self, rows)
            raise KeyboardInterrupt
        done.append(rows)
        put(self, rows)

    monkeypatch.setattr(rotating.Place, "put", stop)
    with pytest.raises(KeyboardInterrupt):
        run(batch=2)
    monkeypatch.undo()
    keys.DATA_KEYS = NEW | OLD
    half = run(check=True)["texts_by_key"]
    assert half["new"] >= 4
    assert half["old"] >= 4
    # either key reads its own meanwhile
    assert {row.text for row in Note.objects.all()} == {TEXT}
    assert run()["texts_by_key"].keys() == {"new"}


@pytest.mark.django_db
def test_what_no_key_opens_is_told_and_kept(cast, keys):
    fill(cast, notes=2)
    before = set(Note.objects.values_list("pk", flat=True))
    keys.DATA_KEYS = dict(NEW)
    lone = note(cast.child, cast.counselor, 9)
    with pytest.raises(CommandError, match="rows cannot be read"):
        run()
    found = {row.pk: row.text for row in Note.objects.all()}
    assert found.pop(lone.pk) == TEXT
    assert all(isinstance(text, Unreadable) for text in found.values())
    keys.DATA_KEYS = NEW | OLD
    run()
    keys.DATA_KEYS = dict(NEW)
    assert {row.text for row in Note.objects.filter(pk__in=before)} == {TEXT}


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [0, -1])
def test_a_batch_of_no_rows_is_refused(batch):
    with pytest.raises(CommandError, match="--batch"):
        run(batch=batch)


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_no_writer_and_overwrites_none(mould, keys, monkeypatch):
    """A request holds a draft that it changes; the run passes it by, and takes it up afterwards."""
    cast = mould.cast()
    _rows, draft = fill(cast, notes=3)
    keys.DATA_KEYS = NEW | OLD
    holds, may_end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            row = Note.objects.select_for_update().get(pk=draft.pk)
            holds.set()
            may_end.wait(10)
            keys.DATA_KEYS = dict(OLD)  # a server that was not restarted yet
            row.write(edits=1, text="words of the writer")
            keys.DATA_KEYS = NEW | OLD
        connection.close()

    writer = threading.Thread(target=hold)
    writer.start()
    assert holds.wait(10)
    place = next(place for place in rotating.places() if place.model is Note)
    told = rotating.rotate(place, passes=2, pause=0)
    assert (told.sealed, told.left) == (3, 1)
    may_end.set()
    writer.join(10)
    told = rotating.rotate(place)
    assert (told.sealed, told.left) == (1, 0)
    keys.DATA_KEYS = dict(NEW)
    assert Note.objects.get(pk=draft.pk).text == "words of the writer"
