"""Files of messages: made anew, sent within the minute, read with the message, erased with what is taken back."""

import pytest
from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from homeschool.journal.models import Entry
from homeschool.uploads import JPEG, Checked, checked
from messaging.forms.attachments import AttachMixin
from messaging.models import Attachment
from messaging.models.attachment import MOST_FILES, Enough, clean_title
from messaging.models.message import TooLate
from tests import builders
from tests.visits.pictures import CANARY, full_of_tricks, halves, paper, upload

from .builders import let_leave, make_thread

pytestmark = pytest.mark.django_db

NO, GONE = 403, 404


class Composer(AttachMixin, forms.Form):
    text = forms.CharField()


def filled(*files, text="Here it is"):
    return Composer({"text": text}, MultiValueDict({"files": list(files)}))


@pytest.fixture(scope="module")
def made():
    return checked(upload(paper(full_of_tricks)))


@pytest.fixture
def message(cast):
    return make_thread(cast, leaves=False).messages.get()


@pytest.fixture
def attachment(cast, message, made):
    row = Attachment.objects.add(message, made, by=cast.counselor, title="Plan.pdf")
    let_leave(message.thread)
    return row


def url(name, row):
    return reverse(f"messaging:attachment-{name}", args=[row.pk])


# --- in a form ----------------------------------------------------------------------------------------


def test_files_come_in_made_anew(cast, message):
    form = filled(
        upload(paper(full_of_tricks, Author=CANARY), "..\\Zeugnis von Xiaoyu.pdf"),
        upload(halves("PNG"), "a.png"),
    )
    assert form.is_valid(), form.errors
    form.save_files(message)
    rows = list(Attachment.objects.defer(None))
    assert [(row.title, row.kind) for row in rows] == [("Zeugnis von Xiaoyu", "pdf"), ("a", JPEG)]
    assert all(CANARY.encode() not in bytes(row.content) for row in rows)
    assert all(row.message == message for row in rows)
    assert Entry.objects.filter(verb="attachment.added", student=cast.child).count() == 2


def test_each_file_that_is_refused_is_named_with_its_reason():
    form = filled(
        upload(halves("PNG"), "good.png"), upload(b"MZ\x90\0", "virus.exe"), upload(b"", "a.pdf")
    )
    assert not form.is_valid()
    said = form.errors["files"]
    assert len(said) == 2
    assert said[0].startswith("virus: This file cannot be kept")
    assert said[1].startswith("a: This file is empty")
    assert form["text"].value() == "Here it is"
    shown = render_to_string("messaging/attach_fields.html", {"form": form})
    assert "choose them once more" in shown
    assert "virus: " in shown


def test_what_breaks_only_when_it_is_made_anew_is_named(cast):
    form = filled(upload(paper()[:-300], "half.pdf"))
    assert not form.is_valid()
    assert form.errors["files"][0].startswith("half: This file cannot be read to its end")


def test_no_file_is_made_anew_where_the_text_is_wrong(monkeypatch):
    monkeypatch.setattr("messaging.forms.attachments.checked", None)
    assert not filled(upload(halves("PNG")), text="").is_valid()


def test_six_files_are_too_many():
    form = filled(*[upload(halves("PNG")) for _n in range(MOST_FILES + 1)])
    assert "5 files at most. You chose 6" in form.errors["files"][0]


def test_a_form_without_files_is_whole(message):
    form = Composer({"text": "Hello"})
    assert form.is_valid()
    form.save_files(message)
    assert not Attachment.objects.exists()
    assert "multiple" in str(form["files"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\Mei\\Plan.pdf", "Plan"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "a gpj"),
        ("\u200b\u2066.pdf", ""),
        ("x" * 200 + ".pdf", "x" * 80),
        ("two  words.tar.gz", "two words.tar"),
        ("<b>.png", "<b>"),
        ("作业.jpeg", "作业"),
    ],
)
def test_a_name_is_shown_harmlessly(name, shown):
    assert clean_title(name) == shown


def test_an_answer_carries_files_or_comes_back_with_its_words(cast, message, as_):
    let_leave(message.thread)
    cast.mother.language = "en"
    cast.mother.save(update_fields=["language"])
    page, client = message.thread.get_absolute_url(), as_(cast.mother)
    sent = {"text": "Here is her drawing", "files": [upload(b"MZ\x90\0", "drawing.exe")]}
    refused = client.post(page, sent)
    assert refused.status_code == 422
    for words in ("Here is her drawing", "drawing: This file cannot be kept", "once more"):
        assert words in refused.content.decode()
    assert not Attachment.objects.exists()
    sent["files"] = [upload(halves("PNG"), "drawing.png"), upload(paper(), "list.pdf")]
    assert client.post(page, sent).status_code == 302
    rows = Attachment.objects.select_related("message")
    assert {(row.title, row.message.text) for row in rows} == {
        ("drawing", "Here is her drawing"),
        ("list", "Here is her drawing"),
    }
    shown = client.get(page).content.decode()
    assert all(row.get_absolute_url() in shown for row in rows)


# --- with its message ---------------------------------------------------------------------------------


def test_a_message_that_has_left_takes_no_file(cast, message, made):
    add = Attachment.objects.add
    with pytest.raises(PermissionError):
        add(message, made, by=cast.mother)
    for _n in range(MOST_FILES):
        add(message, made, by=cast.counselor)
    with pytest.raises(Enough):
        add(message, made, by=cast.counselor)
    let_leave(message.thread)
    with pytest.raises(TooLate):
        add(message, made, by=cast.counselor)


def test_who_reads_the_message_gets_the_file(cast, attachment, as_):
    answer = as_(cast.mother).get(url("file", attachment))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="attachment-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Plan" not in answer["Content-Disposition"]
    second = builders.make_guardian(cast.child, "Second Parent")
    for person in (second, cast.father, cast.adviser, cast.school_admin, cast.other_mother):
        assert as_(person).get(url("file", attachment)).status_code == GONE


def test_of_what_is_read_no_page_of_the_child_tells(cast, attachment, as_):
    as_(cast.mother).get(url("file", attachment))
    as_(cast.counselor).get(url("file", attachment))
    rows = Entry.objects.filter(verb="attachment.saved")
    assert {(row.actor, row.student) for row in rows} == {
        (cast.mother, None),
        (cast.counselor, None),
    }


def test_what_is_taken_back_is_erased(cast, message, made, as_):
    row = Attachment.objects.add(message, made, by=cast.counselor, title="Plan.pdf")
    message.take_back(by=cast.counselor)
    row = Attachment.objects.defer(None).get(pk=row.pk)
    assert (row.content, row.size, row.title, row.erased_by) == (None, 0, "", cast.counselor)
    assert as_(cast.counselor).get(url("file", row)).status_code == GONE


def test_who_sent_a_file_erases_it_at_any_time(cast, attachment, as_):
    assert as_(cast.mother).post(url("erase", attachment)).status_code == NO
    with pytest.raises(PermissionError):
        attachment.erase(by=cast.mother)
    attachment.erase(by=cast.counselor)
    attachment.erase(by=cast.counselor)
    assert Entry.objects.filter(verb="attachment.erased").count() == 1
    assert as_(cast.mother).get(url("file", attachment)).status_code == GONE
    with translation.override("en"):
        shown = render_to_string("messaging/attached.html", {"files": Attachment.objects.all()})
    assert "was erased" in shown


def test_nobody_has_the_bytes_before_the_message_leaves(cast, message, made, as_):
    row = Attachment.objects.add(message, made, by=cast.counselor)
    assert as_(cast.mother).get(url("file", row)).status_code == GONE
    assert as_(cast.counselor).get(url("file", row)).status_code == 200


def test_a_name_that_tries_to_be_html_is_text(cast, message):
    file = Checked(JPEG, b"bytes", b"small", 4, 3)
    row = Attachment.objects.add(message, file, by=cast.counselor, title="<script>x</script>.jpg")
    shown = render_to_string("messaging/attached.html", {"files": [row], "own": True})
    assert "<script>x" not in shown
    assert "&lt;script&gt;" in shown or "script" in shown
