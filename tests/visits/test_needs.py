"""Needs as rows: noted when a visit is held, answered, opened again, listed and taken along."""

import datetime as dt
import importlib

import pgtrigger
import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight
from tests import builders
from visits.models import Need, VisitChild

from .builders import hold_visit

LIST = "/visits/needs/"


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


@pytest.fixture
def need(cast):
    hold_visit(cast)
    return Need.objects.get(kind="travel")


def url(name, need):
    return reverse(f"visits:need-{name}", args=[need.pk])


def resolve(client, need, outcome="met", words="", **more):
    sent = {"outcome": outcome, "words": words, "submission": builders.new_key()} | more
    return client.post(url("resolve", need), sent, follow=True)


def shown(response):
    return [row["need"] for row in response.context["page"].object_list]


# --- noted --------------------------------------------------------------------------------------------


def test_it_is_noted_for_each_child_and_kind(cast):
    visit = hold_visit(cast, cast.child, cast.sibling)
    noted = {(need.student, need.kind) for need in Need.objects.all()}
    assert noted == {(c, k) for c in (cast.child, cast.sibling) for k in ("reading", "travel")}
    need = Need.objects.first()
    assert (need.visit, need.school, need.noted_at) == (visit, cast.school, visit.happened_at)
    assert need.words == "Ella lee mejor por la tarde."
    assert visit.lines.first().needs == ["reading", "travel"]


def test_nothing_for_now_is_no_need(cast):
    hold_visit(cast, **{f"needs_{cast.child.pk}": ["nothing"]})
    assert not Need.objects.exists()


def test_it_is_noted_once_however_often_the_visit_is_sent(cast):
    visit = hold_visit(cast)
    visit.hold(by=cast.counselor, lines=list(visit.lines.all()), visitors=[])
    assert Need.objects.count() == 2


def test_the_migration_notes_what_was_ticked_before(cast):
    visit = hold_visit(cast, keep_needs="on")
    noted = set(Need.objects.values_list("student", "kind", "words", "kept_out", "noted_at"))
    with pgtrigger.ignore("visits.Need:a_need_is_never_removed"):
        Need.objects.all().delete()
    past = importlib.import_module("visits.migrations.0003_needs")
    with connection.cursor() as cursor:
        cursor.execute(past.NOTED)
    found = Need.objects.filter(visit=visit, school=cast.school, resolved_at=None)
    assert set(found.values_list("student", "kind", "words", "kept_out", "noted_at")) == noted
    assert {row[3] for row in noted} == {True}


def test_the_database_keeps_what_was_noted(cast, need):
    for change in ({"kind": "money"}, {"student": cast.sibling}, {"noted_at": timezone.now()}):
        with pytest.raises(InternalError), transaction.atomic():
            Need.objects.filter(pk=need.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        need.delete()
    twin = {"school": need.school, "student": need.student, "visit": need.visit}
    for kind in (need.kind, VisitChild.Need.NOTHING):
        with pytest.raises(IntegrityError), transaction.atomic():
            Need.objects.create(**twin, kind=kind, noted_at=need.noted_at)


# --- who sees it --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("counselor", True), ("adviser", True), ("principal", True), ("other_teacher", False),
        ("other_counselor", False), ("school_admin", False), ("mother", False), ("adult", False),
        ("volunteer", False), ("other_school_admin", False),
    ],
)  # fmt: skip
def test_it_shows_to_staff_that_reads_the_record(cast, need, who, sees):
    assert Need.objects.visible_to(getattr(cast, who)).filter(pk=need.pk).exists() is sees


def test_what_the_family_kept_out_is_for_the_staff_part_alone(cast):
    hold_visit(cast, keep_needs="on", colleagues=[str(cast.principal.pk)])
    assert Need.objects.visible_to(cast.counselor).count() == 2
    assert Need.objects.visible_to(cast.principal).count() == 2
    assert not Need.objects.visible_to(cast.adviser).exists()


def test_it_is_narrowed_by_role(cast, need):
    assert Need.objects.visible_to(cast.principal, roles={sight.LEADER}).exists()
    assert not Need.objects.visible_to(cast.principal, roles={sight.ADVISER}).exists()


# --- how it ends --------------------------------------------------------------------------------------


def test_it_is_answered_with_an_outcome_and_a_word(cast, client, need):
    text = client.get(url("detail", need)).text
    assert "How did it end?" in text
    assert "Ella lee mejor por la tarde." in text
    answer = resolve(client, need, words="The bus stops at the corner now.")
    assert "The need is answered." in answer.text
    need.refresh_from_db()
    assert (need.outcome, need.resolved_by, need.is_open) == ("met", cast.counselor, False)
    assert "The bus stops at the corner now." in answer.text
    entry = Entry.objects.get(verb="need.resolved")
    assert (entry.student, entry.actor) == (cast.child, cast.counselor)
    assert "bus" not in str(entry.data)


def test_the_first_answer_stands(cast, client, as_, need):
    resolve(client, need)
    answer = resolve(as_(cast.adviser), need, outcome="not_needed")
    assert "before you" in answer.text
    need.refresh_from_db()
    assert (need.outcome, need.resolved_by) == ("met", cast.counselor)
    assert Entry.objects.filter(verb="need.resolved").count() == 1


def test_it_is_answered_once_when_it_is_sent_twice(client, need):
    key = builders.new_key()
    for _n in range(2):
        assert "The need is answered." in resolve(client, need, submission=key).text
    assert Entry.objects.filter(verb="need.resolved").count() == 1


@pytest.mark.parametrize("outcome", ["", "solved"])
def test_it_wants_an_outcome_of_the_list(client, need, outcome):
    answer = client.post(
        url("resolve", need),
        {"outcome": outcome, "words": "A word.", "submission": builders.new_key()},
    )
    assert answer.status_code == 422
    assert "A word." in answer.text
    with pytest.raises(ValueError, match="outcome"):
        need.resolve(by=None, outcome=outcome)
    assert Need.objects.open().filter(pk=need.pk).exists()


def test_it_is_opened_again_and_its_history_keeps_the_outcome(cast, client, need):
    resolve(client, need, outcome="passed_on", words="The town has it.")
    assert "Open it again" in client.get(url("detail", need)).text
    client.post(url("reopen", need))
    client.post(url("reopen", need))
    need.refresh_from_db()
    assert (need.is_open, need.outcome, need.outcome_words) == (True, "", "")
    assert Entry.objects.filter(verb="need.reopened").count() == 1
    kept = Need.pgh_event_model.objects.filter(pgh_obj=need)
    assert "The town has it." in kept.values_list("outcome_words", flat=True)


def test_only_staff_answers_it(cast, as_, need):
    for who, found in (("mother", 404), ("school_admin", 404), ("other_counselor", 404)):
        assert as_(getattr(cast, who)).post(url("resolve", need)).status_code == found, who


# --- the list -----------------------------------------------------------------------------------------


def test_it_lists_the_longest_open_first(cast, client):
    newer = hold_visit(cast)
    day = f"{builders.today() - dt.timedelta(days=9):%Y-%m-%d}"
    older = hold_visit(cast, cast.sibling, day=day)
    found = shown(client.get(LIST))
    assert [need.visit for need in found] == [older, older, newer, newer]
    assert "open for 9 days" in client.get(LIST).text


def test_its_filters_narrow_it(cast, client, need):
    hold_visit(cast, cast.sibling)
    resolve(client, need)
    asked = {
        "": 3, "?state=answered": 1, "?state=all": 4, "?kind=reading": 2, f"?child={cast.child.pk}": 1,
        f"?school_class={cast.other_class.pk}": 2, "?kind=money": 0,
    }  # fmt: skip
    assert {q: len(shown(client.get(LIST + q))) for q in asked} == asked


@pytest.mark.parametrize("query", ["?kind=x", "?state=x", "?child=x", "?school_class=x"])
def test_it_answers_a_wrong_filter_in_words(client, need, query):
    answer = client.get(LIST + query)
    assert shown(answer) == []
    assert "This list cannot be shown" in answer.text


@pytest.mark.parametrize("who", ["mother", "adult", "volunteer", "school_admin", "district"])
def test_it_is_for_who_reads_records(cast, as_, who):
    assert as_(getattr(cast, who)).get(LIST).status_code == 403
    assert as_(getattr(cast, who)).get(f"{LIST}export/").status_code == 403


def test_it_asks_as_much_for_twenty_rows_as_for_one(cast, client, django_assert_num_queries):
    hold_visit(cast, **{f"needs_{cast.child.pk}": ["travel"]})
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        assert len(shown(client.get(LIST))) == 1
    for n in range(19):
        school_class = builders.make_class(cast.school, f"n{n}")
        child = builders.make_student(school_class, f"Child {n}")
        builders.give_caseload(cast.counselor, child)
        one_need = {f"needs_{child.pk}": ["travel"], "present": [str(child.pk)]}
        hold_visit(cast, child, mode="school", colleagues=[], **one_need)
    with django_assert_num_queries(len(one)):
        assert len(shown(client.get(LIST))) == 20
    assert len(one) <= 12


def test_it_is_taken_along_with_a_reason_and_without_words(client, need):
    answer = client.post(f"{LIST}export/?kind=travel", {"submission": builders.new_key()})
    assert answer.status_code == 422
    sent = {"reason": "help", "ending": "csv", "submission": builders.new_key()}
    file = client.post(f"{LIST}export/?kind=travel", sent)
    text = file.content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("林小雨,2026001,Class 3B,Getting to school,")
    assert len(text.strip().splitlines()) == 2
    assert "Ella lee" not in text
    entry = Entry.objects.get(verb="needs.exported")
    assert (entry.kind, entry.data["rows"], entry.data["reason"]) == ("exported", 1, "help")
    book = client.post(f"{LIST}export/", sent | {"ending": "xlsx"})
    assert book.content[:2] == b"PK"


# --- where it shows -----------------------------------------------------------------------------------


def test_the_visit_and_the_child_lead_to_it(cast, client, need):
    text = client.get(need.visit.get_absolute_url()).text
    assert need.get_absolute_url() in text
    assert "open for 1 day" in text
    child = client.get(reverse("people:child-detail", args=[cast.child.pk])).text
    assert f"{LIST}?child={cast.child.pk}" in child
