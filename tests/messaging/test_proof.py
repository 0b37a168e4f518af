"""The proof of a signature: end to end, on paper, compared with the words, and shown to whom."""

import io

import pytest
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from homeschool import pdf
from homeschool.journal import channels
from homeschool.journal.models import Entry
from homeschool.people.models import SchoolClass
from messaging.models import Signature
from messaging.reading.proof import hidden_in, on_paper

from . import announced

pytestmark = pytest.mark.django_db


def url(name, row, *more):
    return reverse(f"messaging:announcement-{name}", args=[row.pk, *more])


@pytest.fixture
def signed(cast, client):
    """An announcement that both mothers signed: one signed in, one by the link of her letter."""
    row = announced.send(announced.announce(cast, level="sign", words=("en", "es", "zh-hans")))
    receipt = announced.receipt_of(row, cast.mother)
    Signature.objects.sign(receipt, row.words_for("zh-hans"), cast.mother.full_name)
    token = channels.letter_token(announced.receipt_of(row, cast.other_mother))
    spanish = row.wordings.get(language="es")
    by_letter = reverse("messaging:announcement-sign-by-letter", args=[token])
    answer = client.post(by_letter, {"name": "carmen  ruiz", "wording": spanish.pk})
    assert answer.status_code == 302
    return row


def signature_of(person):
    return Signature.objects.get(receipt__person=person)


def test_the_proof_says_words_name_moment_and_way(cast, signed, as_):
    row = signature_of(cast.other_mother)
    page = as_(cast.adviser).get(url("proof", signed, row.pk)).text
    for words in ("Excursión", "Vamos al museo.", "carmen  ruiz", "Carmen Ruiz", row.digest,
                  "by the link of the own letter", "Mateo Hernández Ruiz", "e-mail",
                  "The words above are the words that were signed."):  # fmt: skip
        assert words.replace("  ", " ") in page, words
    assert "We go to the museum." not in page
    assert Entry.objects.filter(
        verb="announcement.proof", actor=cast.adviser, student=None, kind="viewed"
    ).exists()


def test_the_moment_is_by_the_clock_of_the_school(cast, signed, as_):
    type(cast.school).objects.filter(pk=cast.school.pk).update(time_zone="Asia/Shanghai")
    page = as_(cast.adviser).get(url("proof", signed, signature_of(cast.mother).pk)).text
    assert "Asia/Shanghai" in page


def test_words_that_were_changed_behind_the_portal_do_not_match(cast, signed, as_):
    row = signature_of(cast.other_mother)
    client = as_(cast.adviser)
    assert "They match." in client.get(url("proof-check", signed, row.pk)).text
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE messaging_wording SET text = 'Something else' WHERE id = %s", [row.wording_id]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    page = client.get(url("proof-check", signed, row.pk)).text
    assert "They do not match." in page
    assert row.digest in page
    assert "does not match" in client.get(url("proofs", signed)).text


def test_the_list_goes_class_by_class(cast, signed, as_):
    client = as_(cast.adviser)
    page = client.get(url("proofs", signed)).text
    assert "2 people have signed." in page
    assert "carmen" in page
    assert "林美" in page
    other = SchoolClass.objects.get(pk=cast.other_class.pk)
    assert "Nobody has signed yet." in client.get(f"{url('proofs', signed)}?class={other.pk}").text
    assert client.get(f"{url('proofs', signed)}?class=x").status_code == 200


def test_who_does_not_see_the_child_reads_no_proof(cast, signed, as_):
    key = signature_of(cast.mother).pk
    other = announced.send(announced.announce(cast, level="sign", by=cast.principal))
    for name in ("proof", "proof-check", "proof-pdf"):
        assert as_(cast.counselor).get(url(name, signed, key)).status_code == 404
        assert as_(cast.mother).get(url(name, signed, key)).status_code == 403
        assert as_(cast.principal).get(url(name, other, key)).status_code == 404
        assert as_(cast.principal).get(url(name, signed, key)).status_code == 200
    only_read = announced.send(announced.announce(cast))
    assert as_(cast.adviser).get(url("proofs", only_read)).status_code == 404


def test_names_on_paper_hold_no_hidden_signs():
    name = "Lei\u200bla \u202eazriM\u202c\u2066 \nal-Amin"
    assert on_paper(name) == "Leila azriM al-Amin"
    assert hidden_in(name) == ["U+200B", "U+202E", "U+202C", "U+2066"]
    persian = "می\u200cخواهم"
    assert on_paper(persian) == persian


@pytest.mark.skipif(bool(pdf.packages_missing()), reason="no PDF on this machine")
def test_the_paper_holds_a_name_that_would_turn_the_line_around(cast, as_):
    name = "Leila \u202eazriM\u202c ليلى"
    type(cast.mother).objects.filter(pk=cast.mother.pk).update(full_name=name)
    row = announced.send(announced.announce(cast, level="sign"))
    receipt = announced.receipt_of(row, cast.mother)
    signature = Signature.objects.sign(receipt, row.words_for("en"), name)
    client = as_(cast.adviser)
    page = client.get(url("proof", row, signature.pk)).text
    assert "\u202e" not in page
    assert "with signs that are not seen: U+202E, U+202C" in page
    answer = client.get(url("proof-pdf", row, signature.pk))
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = "".join(part.extract_text() for part in reader.pages)
    assert "Leila azriM" in " ".join(text.split())
    assert "We go to the museum." in text
    assert len(reader.pages) == 1
    listed = client.get(url("proofs-pdf", row))
    assert listed.content.startswith(b"%PDF-")
