"""The family card: what was hoped and promised, on one side, for the home that was visited."""

import pytest
from django.urls import reverse

from homeschool import pdf
from homeschool.journal.models import Entry
from tests import builders
from visits.models import Promise
from visits.reading.card import Card, cut, language_of_home, width

from .builders import hold_visit

pytestmark = pytest.mark.django_db
LONG = "她说她想读更多的书，也想把画的连环画给全班看。" * 40


def read(client, visit, query=""):
    return client.get(reverse("visits:card", args=[visit.pk]) + query)


def text_of(client, visit, query=""):
    return read(client, visit, query).content.decode()


def test_the_family_keeps_what_was_heard_and_promised(cast, as_):
    visit = hold_visit(cast)
    page = text_of(as_(cast.mother), visit, "?lang=en")
    for told in ("林小雨", "That she reads alone.", "林小雨 tells stories.", "Hand over the bus pass",
                 "Daniel Okafor", "Mei Chen", "Hopes we heard"):  # fmt: skip
        assert told in page


def test_it_holds_nothing_that_stays_with_staff_or_was_kept_out(cast, as_):
    visit = hold_visit(cast, keep_hopes="on")
    for person in (cast.mother, cast.counselor):
        page = text_of(as_(person), visit)
        for secret in ("works evenings", "She was proud", "That she reads alone"):
            assert secret not in page


def test_staff_gets_it_in_the_language_of_the_family(cast, as_):
    visit = hold_visit(cast)  # its mother reads Chinese
    assert language_of_home(visit) == "zh-hans"
    page = text_of(as_(cast.counselor), visit)
    assert 'class="card-paper roomy" lang="zh-Hans"' in page
    assert "card/pdf/?lang=zh-hans" in page
    assert '<a href="?lang=zh-hans" lang="zh-Hans" aria-current="true">' in page
    assert 'lang="es"' in text_of(as_(cast.counselor), visit, "?lang=es")
    assert 'lang="zh-Hans"' in text_of(as_(cast.counselor), visit, "?lang=xx")


def test_the_reading_of_staff_is_written_down(cast, as_):
    visit = hold_visit(cast)
    read(as_(cast.mother), visit)
    assert not Entry.objects.filter(verb="visit.card").exists()
    read(as_(cast.adviser), visit)
    entry = Entry.objects.get(verb="visit.card")
    assert (entry.kind, entry.student, entry.actor) == ("viewed", cast.child, cast.adviser)


def test_another_home_of_the_child_gets_none(cast, as_):
    visit = hold_visit(cast)
    other = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    assert read(as_(other), visit).status_code == 403


def test_nobody_else_finds_it(cast, as_):
    visit = hold_visit(cast)
    for person in (cast.father, cast.other_mother, cast.other_teacher, cast.school_admin):
        assert read(as_(person), visit).status_code == 404


def test_of_brothers_and_sisters_staff_prints_only_whom_it_sees(cast, as_):
    visit = hold_visit(cast, cast.child, cast.sibling)
    page = text_of(as_(cast.other_teacher), visit, "?lang=en")
    assert "林小晴" in page
    assert "林小雨" not in page
    assert "Hand over the bus pass" not in page  # promised about the other child


def test_without_a_summary_there_is_no_card(cast, as_):
    visit = hold_visit(cast, share=False)
    assert read(as_(cast.counselor), visit).url == visit.get_absolute_url()


def test_a_promise_that_was_dropped_is_not_kept(cast, as_):
    visit = hold_visit(cast)
    Promise.objects.filter(visit=visit).update(dropped_at=visit.happened_at)
    assert "bus pass" not in text_of(as_(cast.mother), visit)


def test_what_is_too_long_is_cut_at_a_word():
    assert cut("one two three", 40) == "one two three"
    assert cut("one two  three four", 12) == "one two…"
    assert cut("many\n lines", 40) == "many lines"
    assert width("小雨 a") == 6
    assert width(cut(LONG, 300)) <= 302


@pytest.mark.skipif(bool(pdf.packages_missing()), reason="no PDF on this machine")
@pytest.mark.parametrize("many", [False, True])
def test_it_stands_on_one_side_however_much_there_is(cast, as_, many):
    more = {}
    if many:
        more = {"hopes": LONG} | {f"going_well_{c.pk}": LONG for c in (cast.child, cast.sibling)}
        for n in range(4):
            more |= {
                f"promise_{n}_side": "school", f"promise_{n}_what": LONG[:300],
                f"promise_{n}_owner": str(cast.adviser.pk), f"promise_{n}_due": "2030-01-02",
                f"promise_{n}_child": str(cast.child.pk),
            }  # fmt: skip
    visit = hold_visit(cast, cast.child, cast.sibling, **more)
    if many:
        assert Card(visit.summaries.get(), cast.mother).size == "tight"
    answer = as_(cast.mother).get(reverse("visits:card-pdf", args=[visit.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert pages_of(answer.content) == 1


def pages_of(content):
    """Return how many pages a PDF of WeasyPrint has."""
    import re
    import zlib

    plain = content
    for part in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        try:
            plain += zlib.decompress(part)
        except zlib.error:
            continue
    tree = next(part for part in re.findall(rb"<<[^<>]*>>", plain) if b"/Type /Pages" in part)
    return int(re.search(rb"/Count (\d+)", tree)[1])


@pytest.mark.parametrize("children", [1, 20])
def test_it_asks_the_same_for_few_and_many_promises(
    cast, as_, children, django_assert_max_num_queries
):
    visit = hold_visit(cast)
    rows = [Promise(visit=visit, student=cast.child, what=f"{n}", owner=cast.adviser, side="school")
            for n in range(children)]  # fmt: skip
    Promise.objects.bulk_create(rows)
    client = as_(cast.mother)
    read(client, visit)
    with django_assert_max_num_queries(22):
        assert read(client, visit).status_code == 200
