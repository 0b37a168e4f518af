"""One word of a confidential note, and the whole portal: it is read by its readers and stands nowhere else.

That no page shows such a word to anybody else is tried door by door in tests/test_doors.py
(`records_notes.CANARIES`). Here: what is written, logged, sent, exported and stored.
"""

import io
import logging
import sys
import zipfile

import pytest
from django.core import mail
from django.core.signals import got_request_exception
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.views.debug import ExceptionReporter

from counseling.models.note import Note
from homeschool.journal import actions
from homeschool.journal.models import Notice
from homeschool.journal.relay import LANES
from homeschool.people.models import School
from tests import builders
from tests.api import Program
from tests.people.test_oneroster_export import exported
from tests.records import make_report
from tests.test_api import LISTS

pytestmark = pytest.mark.django_db

WORD = "Zweigelhorn"
SAID = f"{WORD} said so"


@pytest.fixture
def logged(caplog):
    """All that any logger says from here on, SQL with its values among it."""
    for name in ("", "django", "django.server", "django.db.backends", "django.template"):
        caplog.set_level(logging.DEBUG, name or None)
    with CaptureQueriesContext(connection):
        yield caplog


def write_all(cast, client):
    """Write a note of each kind on its pages, by htmx and by hand; sign two and add to one."""
    base = f"/plans/notes/of/{cast.child.pk}/write/"
    for kind, parts in Note.PARTS.items():
        address = client.post(f"{base}{kind}/").url
        sent = dict.fromkeys(parts, SAID) | {"written_on": "2026-11-02"}
        client.post(address, sent | {"edits": 0}, headers={"HX-Request": "true"})
        client.post(address, sent | {"edits": 0, parts[0]: f"{SAID} twice"})  # another window
        if kind != Note.Kind.FREE:
            supervisor = {"edits": 1, "supervisor": cast.other_counselor.pk}
            client.post(address.replace("/write/", "/sign/"), sent | supervisor)
    note = Note.objects.get(kind=Note.Kind.SOAP)
    client.post(f"{note.get_absolute_url()}add/", {"text": SAID})
    return note


def reports_of_an_error(client, note):
    """Let saving break in its middle; return what the reporter of errors would tell of it."""
    told = []

    def report(sender, request, **kwargs):
        reporter = ExceptionReporter(request, *sys.exc_info())
        told.extend([reporter.get_traceback_text(), reporter.get_traceback_html()])

    draft = Note.objects.get(kind=Note.Kind.FREE)
    sent = {"text": f"{SAID} at last", "edits": draft.edits, "written_on": "2026-11-02"}
    got_request_exception.connect(report)
    client.raise_request_exception = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Note, "_put", lambda self, **values: 1 / 0)
        for verb in ("write", "sign"):
            assert client.post(f"{draft.get_absolute_url()}{verb}/", sent).status_code == 500
        patch.setattr(Note, "add", lambda self, text, by: 1 / 0)
        assert client.post(f"{note.get_absolute_url()}add/", {"text": SAID}).status_code == 500
    got_request_exception.disconnect(report)
    assert len(told) == 6
    return told


def sent_letters(cast, as_):
    """Break the glass with the word in its reason, hand a note over, and send what is to be sent."""
    School.objects.update(quiet_from="12:00", quiet_until="12:00")  # whatever the hour is
    as_(cast.principal).post(f"/plans/notes/of/{cast.child.pk}/open/", {"reason": SAID})
    actions.expand(list(Notice.objects.values_list("pk", flat=True)))
    actions.deliver(LANES[1].take())
    assert mail.outbox
    return [str(letter.message()) for letter in mail.outbox]


def files(cast, as_):
    """Return what staff can take along, as text: the roster, lists, the term's report, the API."""
    yield repr(exported(cast.school))
    counselor = as_(cast.counselor)
    answer = counselor.post(reverse("visits:need-export"), {"ending": "xlsx", "reason": "help"})
    assert answer.status_code == 200
    yield as_text(answer.content)
    run = make_report(cast.principal, cast.term)
    for ending in ("csv", "xlsx"):
        run.write(ending)
    yield repr(run.figures)
    yield from (as_text(bytes(file.content)) for file in run.files.all())
    for person in (cast.counselor, cast.principal, cast.school_admin):
        program = Program(person)
        yield from (repr(program.all_rows(path)) for path in LISTS)


def as_text(content):
    """Return a file as text; what is packed is unpacked."""
    if content[:2] != b"PK":
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


def tables_that_hold(word):
    """Return the tables of the database in which any column of any row shows the word, as a dump
    would; bytes are looked through too."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            sql = f'SELECT count(*) FROM "{table}" AS line WHERE line::text ILIKE ANY(%s)'  # noqa: S608
            cursor.execute(sql, [[f"%{word}%", f"%{word.encode().hex()}%"]])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def is_asked_for(line):
    """Whether a line of the log holds the word because this test itself looks for it."""
    own = ("ILIKE ANY", 'INTO "people_schoolclass', 'UPDATE "people_schoolclass', f"q={WORD}")
    return any(words in line for words in own)


def test_its_word_is_read_by_its_readers_and_stands_nowhere_else(cast, as_, logged):
    builders.make_class(cast.school, WORD)  # so that it is found where it stands
    assert tables_that_hold(WORD) == ["people_schoolclass"]
    cast.school.classes.filter(code=WORD).update(code="x", name="x")
    client = as_(cast.counselor)
    note = write_all(cast, client)
    told = reports_of_an_error(client, note)
    told += sent_letters(cast, as_)
    for reader in (cast.counselor, cast.other_counselor, cast.principal):
        assert as_(reader).get(note.get_absolute_url()).text.count(WORD) >= 5
    told += files(cast, as_)
    for person in (cast.counselor, cast.principal, cast.school_admin, cast.mother):
        for page in (
            reverse("people:child-detail", args=[cast.child.pk]),
            f"{reverse('people:child-list')}?q={WORD}",
            reverse("home"),
        ):
            text = as_(person).get(page, follow=True).text
            told.append(text.replace(f"q={WORD}", "").replace(f'value="{WORD}"', ""))
    told += [repr(row) + str(row) for row in Note.objects.all()]
    assert not [text for text in told if WORD in text]
    # with what a traceback says of the error
    lines = [logging.Formatter("%(name)s %(message)s").format(line) for line in logged.records]
    assert any('UPDATE "counseling_note"' in line for line in lines)
    assert not [line[:900] for line in lines if WORD in line and not is_asked_for(line)]
    assert tables_that_hold(WORD) == []
    assert tables_that_hold(str(note.pk))
