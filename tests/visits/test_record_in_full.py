"""The folded questions of the record, who was told or absent, and difficulties in codes."""

import pytest
from django.urls import reverse

from homeschool.journal.models import Notice
from homeschool.people import sight
from tests import builders
from tests.api import Program
from visits.models import Draft, Participant, Summary, Visit
from visits.reading.telling import words_of_summary

from .builders import hold_visit, make_draft, make_whole_draft, page_of, post_step

MORE = {
    "wishes": "Que la llamen por la tarde.",
    "worries": "The way home in the dark.",
    "learning": "She reads to her brother.",
    "difficulties": ["money", "way"],
}
TEXTS = [MORE[name] for name in ("wishes", "worries", "learning")]


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


def step(client, draft, number):
    return client.get(reverse("visits:draft-step", args=[draft.pk, number])).text


def details(text, summary):
    """Return the opening tag of the disclosure with this summary."""
    before = text[: text.index(summary)]
    return before[before.rindex("<details") :]


# --- while it is written ------------------------------------------------------------------------------


def test_a_first_visit_meets_them_folded(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    text = step(client, draft, 2)
    for summary in ("More to note", "Difficulties to note"):
        assert " open" not in details(text, summary)
    assert " open" not in details(
        step(client, draft, 1), "Somebody was told, or could not be there"
    )


def test_what_was_typed_opens_them(cast, client):
    draft = make_draft(
        cast.counselor, cast.child, worries="The way home.", difficulties=["way"],
        away=[f"absent:{cast.mother.pk}"],
    )  # fmt: skip
    text = step(client, draft, 2)
    for summary in ("More to note", "Difficulties to note"):
        assert " open" in details(text, summary)
    assert " open" in details(step(client, draft, 1), "Somebody was told, or could not be there")


@pytest.mark.parametrize("number", [1, 2, 5])
def test_what_is_left_empty_is_no_fault(cast, client, number):
    draft = make_whole_draft(cast, aspects=[])
    url = reverse("visits:draft-step", args=[draft.pk, number])
    assert not client.get(url + "?check").context["form"].errors


def test_nothing_of_it_is_asked_for(cast):
    visit = hold_visit(cast)
    assert (visit.wishes, visit.worries, visit.learning, visit.difficulties) == ("", "", "", [])


def test_they_are_saved_as_they_are_typed(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    save = reverse("visits:draft-save", args=[draft.pk])
    assert (
        client.post(save, page_of(draft, MORE | {"keep_wishes": "on"}, step=2)).status_code == 200
    )
    away = {"step": 1, "away": f"notified:{cast.mother.pk}", "children": str(cast.child.pk)}
    draft.refresh_from_db()
    assert client.post(save, page_of(draft, away)).status_code == 200
    kept = Draft.objects.get().data
    assert {name: kept[name] for name in MORE} == MORE
    assert (kept["keep_wishes"], kept["away"]) == ("on", [f"notified:{cast.mother.pk}"])


@pytest.mark.parametrize(
    ("number", "name", "theirs", "mine", "says"),
    [
        (2, "wishes", "Theirs.", "Mine.", "Theirs."),
        (2, "difficulties", ["money"], ["health"], "Money"),
        (5, "confidential", "on", "", "yes"),
    ],
)
def test_two_writers_see_both_answers(cast, client, as_, number, name, theirs, mine, says):
    first = "" if mine else "on"
    draft = make_draft(cast.counselor, cast.child, **({name: first} if name == "x" else {}))
    draft.writers.add(cast.adviser)
    url = reverse("visits:draft-step", args=[draft.pk, number])
    form = as_(cast.adviser).get(url).context["form"]
    seen = {"seen": form["seen"].value(), "version": form["version"].value()}
    other = {name: mine or "x"}
    as_(cast.adviser).post(url, {name: theirs, "submission": builders.new_key()} | seen)
    answer = client.post(url, other | {"submission": builders.new_key()} | seen)
    assert answer.status_code == 409
    assert says in answer.text
    assert Draft.objects.get().data[name] == theirs


@pytest.mark.parametrize("name", ["wishes", "worries", "learning"])
def test_a_text_that_is_too_long_is_refused_and_kept(cast, client, name):
    draft = make_whole_draft(cast)
    answer = post_step(client, draft, 2, draft.data | {name: "x" * 4001})
    assert answer.status_code == 422
    assert "4,001" in answer.text
    assert Draft.objects.get().data[name] == "x" * 4001


def test_a_difficulty_that_there_is_not_is_refused(cast, client):
    draft = make_whole_draft(cast)
    answer = post_step(client, draft, 2, draft.data | {"difficulties": ["poverty"]})
    assert answer.status_code == 422
    assert "choose from the list" in answer.text


# --- who was there ------------------------------------------------------------------------------------


def people(visit):
    return {row.name: row.presence for row in visit.participants.all()}


def test_it_records_who_was_told_and_who_was_absent(cast, client):
    aunt = builders.make_guardian(cast.child, "林丽", relation="relative")
    visit = hold_visit(cast, away=[f"notified:{aunt.pk}"])
    assert people(visit) == {"林美": "present", "林丽": "notified"}
    text = client.get(visit.get_absolute_url()).text
    assert "told, and not there: 林丽" in text
    told = Summary.objects.get().read_by(cast.mother)
    assert [row.name for row in told["participants"]] == ["林美"]
    assert [
        row["name"] for row in Program(cast.counselor).read(f"visits/{visit.pk}/")["present"]
    ] == ["林美"]
    assert "林丽" not in client.get(reverse("visits:visit-print", args=[visit.pk])).text
    assert "林丽" in client.get(reverse("visits:visit-print", args=[visit.pk]) + "?staff").text


@pytest.mark.parametrize(
    "away", [["absent:{0}"], ["notified:{1}", "absent:{1}"]], ids=["there too", "told and absent"]
)
def test_of_each_person_one_thing_is_noted(cast, client, away):
    aunt = builders.make_guardian(cast.child, "林丽", relation="relative")
    draft = make_whole_draft(cast)
    noted = [one.format(cast.mother.pk, aunt.pk) for one in away]
    answer = post_step(client, draft, 1, draft.data | {"away": noted})
    assert answer.status_code == 422
    assert "is named twice" in answer.text


@pytest.mark.parametrize("away", ["absent:x", "x", "absent:", "gone:{}"])
def test_who_is_none_of_the_adults_is_refused(cast, client, away):
    draft = make_whole_draft(cast, present=[str(cast.child.pk)])
    answer = post_step(client, draft, 1, draft.data | {"away": [away.format(cast.mother.pk)]})
    assert answer.status_code == 422


def test_nobody_met_is_no_visit(cast, client):
    draft = make_whole_draft(cast, present=[])
    answer = post_step(client, draft, 1, draft.data | {"away": [f"absent:{cast.mother.pk}"]})
    assert "Please name whom of the family you met." in answer.text


def test_another_home_reads_neither_who_was_absent(cast):
    builders.make_guardian(cast.child, "林丽", relation="relative")
    other = builders.make_guardian(cast.child, "林远", relation="father")
    visit = hold_visit(cast, away=[f"absent:{other.pk}"])
    assert not Participant.objects.visible_to(other).filter(visit=visit).exists()


# --- who reads it -------------------------------------------------------------------------------------


def test_it_shows_staff_and_prints_all_of_it(cast, client):
    visit = hold_visit(cast, **MORE)
    for url in (
        visit.get_absolute_url(),
        reverse("visits:visit-print", args=[visit.pk]) + "?staff",
    ):
        text = client.get(url).text
        for words in (*TEXTS, "getting to school, money"):
            assert words in text, (url, words)


def test_the_home_reads_it_and_another_home_does_not(cast, as_):
    other = builders.make_guardian(cast.child, "林远", relation="father")
    hold_visit(cast, **MORE)
    page = reverse("reports:progress", args=[cast.child.pk])
    mothers, fathers = as_(cast.mother).get(page).text, as_(other).get(page).text
    for words in TEXTS:
        assert words in mothers
        assert words not in fathers
    assert "getting to school" not in mothers
    told = Summary.objects.get().read_by(other)
    assert (told["wishes"], told["worries"], told["learning"], told["hopes"]) == ("", "", "", "")
    assert told["children"][0]["going_well"]


def test_the_letter_tells_it(cast):
    hold_visit(cast, **MORE, keep_worries="on")
    notice = Notice.objects.get(kind="visit.summary")
    told = words_of_summary(notice, cast.mother)
    assert (told["wishes"], told["learning"], told["worries"]) == (TEXTS[0], TEXTS[2], "")


def test_what_is_kept_out_stays_with_the_staff_part(cast, as_, client):
    kept = {f"keep_{name}": "on" for name in ("wishes", "worries", "learning")}
    visit = hold_visit(cast, colleagues=[str(cast.principal.pk)], **MORE, **kept)
    body = Summary.objects.get().body
    assert [body[name] for name in ("wishes", "worries", "learning")] == ["", "", ""]
    assert visit.kept_out == ["learning", "wishes", "worries"]
    mine, theirs = (
        client.get(visit.get_absolute_url()).text,
        as_(cast.adviser).get(visit.get_absolute_url()).text,
    )
    for words in TEXTS:
        assert words in mine
        assert words not in theirs
    assert "getting to school, money" not in theirs


def test_the_api_tells_it_with_the_same_sight(cast):
    visit = hold_visit(cast, colleagues=[str(cast.principal.pk)], **MORE, keep_wishes="on")
    read = {
        who: Program(getattr(cast, who)).read(f"visits/{visit.pk}/")
        for who in ("counselor", "adviser", "mother")
    }
    assert [read[who]["wishes"] for who in read] == [TEXTS[0], "", ""]
    assert [read[who]["worries"] for who in read] == [TEXTS[1]] * 3
    assert [read[who]["difficulties"] for who in read] == [["money", "way"], None, None]


def test_a_summary_of_before_reads_as_it_did(cast):
    visit = hold_visit(cast, share=False)
    body = visit.shared_body(list(visit.lines.all()))
    for name in ("wishes", "worries", "learning"):
        del body[name]
    summary = visit.summaries.create(body=body, published_by=cast.counselor)
    told = summary.read_by(cast.mother)
    assert (told["wishes"], told["worries"], told["learning"]) == ("", "", "")


def test_the_closing_page_shows_only_what_was_written(cast, client):
    bare = step(client, make_whole_draft(cast), 5)
    full = step(client, make_whole_draft(cast, **MORE), 5)
    assert "Worries of the family" not in bare
    for words in (*TEXTS, "Worries of the family", "Difficulties"):
        assert words in full


def test_a_leader_of_the_division_reads_the_staff_part_of_an_open_visit(cast, as_):
    leader = builders.make_staff(cast.school, sight.LEADER, division=cast.school_class.division)
    visit = hold_visit(cast, **MORE)
    assert "getting to school, money" in as_(leader).get(visit.get_absolute_url()).text
    assert Visit.objects.visible_to(leader).get() == visit
