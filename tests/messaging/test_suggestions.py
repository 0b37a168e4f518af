"""What a family suggests of its own accord: who reads it, a leader's answer by a day, its letters."""

import datetime as dt
from zoneinfo import ZoneInfo

import pgtrigger
import pytest
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.answering import DAYS_TO_ANSWER, figures
from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Notice, Receipt, Submission, reminding
from homeschool.people import sight
from messaging.models import FurtherWord, Suggestion
from messaging.models.suggestion import ANSWERED, ANSWERING, DUE, MADE
from messaging.reading.suggestions import answered_figures, drawn, who_answers, who_suggested
from tests import builders

LIST, OWN, NEW = "/suggestions/", "/suggestions/mine/", "/suggestions/new/"
WORDS = "Please put a light at the gate."
pytestmark = pytest.mark.django_db


def suggest(cast, text=WORDS, *, by=None, child=None, area="way", waited=0):
    """Return a suggestion of the mother, made so many days ago."""
    row = Suggestion.objects.make(child or cast.child, text, by=by or cast.mother, area=area)
    if waited:
        past = dt.timedelta(days=waited)
        with pgtrigger.ignore("messaging.Suggestion:an_idea_says_what_it_said"):
            Suggestion.objects.filter(pk=row.pk).update(
                asked_at=row.asked_at - past, due_on=row.due_on - past
            )
        row.refresh_from_db()
    return row


def url(row, verb="detail"):
    return reverse(f"messaging:suggestion-{verb}", args=[row.pk])


def reply(client, row, text="It is ordered.", outcome="taken_up", key=None):
    sent = {"text": text, "outcome": outcome, "submission": key or builders.new_key()}
    return client.post(url(row, "answer"), sent)


# --- who reads it ---------------------------------------------------------------------------------


def test_who_reads_it(cast):
    row = suggest(cast)
    second = builders.make_guardian(cast.child, "Second Parent")

    def reads(person):
        return Suggestion.objects.visible_to(person).exists()

    assert reads(cast.mother)
    assert reads(cast.principal)
    for person in (
        second, cast.father, cast.other_mother, cast.adviser, cast.counselor, cast.school_admin,
        cast.other_school_admin, cast.volunteer, cast.district,
    ):  # fmt: skip
        assert not reads(person), person
    assert row.by == cast.mother


def test_a_leader_who_is_a_parent_of_the_child_reads_and_answers_none_of_the_other_home(cast):
    row, own = suggest(cast), builders.make_staff(cast.school, sight.LEADER, "Leader And Parent")
    builders.make_guardian(cast.child, user=own)
    assert not Suggestion.objects.visible_to(own).exists()
    assert not Suggestion.objects.counted_for(own).exists()
    told = {one.user_id for one in who_answers(Notice.objects.about(row).get())}
    assert told == {cast.principal.pk}
    suggest(cast, by=own)
    assert Suggestion.objects.visible_to(own).get().by == own
    assert not Suggestion.objects.visible_to(own, roles=ANSWERING).exists()


def test_it_is_gone_with_the_sight_of_the_child(cast):
    row = suggest(cast)
    tie = cast.mother.guardianships.get(student=cast.child)
    type(tie).objects.filter(pk=tie.pk).update(until=timezone.now())
    assert not Suggestion.objects.visible_to(
        type(cast.mother).objects.get(pk=cast.mother.pk)
    ).exists()
    assert row.due_on


def test_a_stranger_to_the_child_suggests_nothing(cast):
    with pytest.raises(PermissionError):
        Suggestion.objects.make(cast.child, WORDS, by=cast.other_mother, area="way")


# --- suggesting -----------------------------------------------------------------------------------


def sent(cast, **more):
    given = {
        "child": cast.child.pk,
        "area": "food",
        "text": WORDS,
        "submission": builders.new_key(),
    }
    return given | more


def test_a_family_suggests_something(cast, as_):
    client = as_(cast.mother)
    assert client.get(NEW).status_code == 200
    key = builders.new_key()
    for _twice in range(2):
        assert client.post(NEW, sent(cast, submission=key)).url == OWN
    row = Suggestion.objects.get()
    assert (row.text, row.area, row.language) == (WORDS, "food", "zh-hans")
    assert row.due_on == builders.today() + dt.timedelta(days=DAYS_TO_ANSWER)
    assert WORDS in client.get(OWN).text
    assert Entry.objects.get(verb="suggestion.made").student == cast.child
    assert Notice.objects.get(kind=MADE).student == cast.child


@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"text": "\0"}, {"text": "x" * 1_000_000}, {"area": "x"}, {"child": "x"}],
)
def test_it_refuses_what_is_no_suggestion_and_keeps_the_words(cast, as_, wrong):
    response = as_(cast.mother).post(NEW, sent(cast, **wrong))
    assert response.status_code == 422
    assert not Suggestion.objects.exists()
    assert WORDS in response.text or "text" in wrong


def test_it_takes_no_child_of_others(cast, as_):
    response = as_(cast.mother).post(NEW, sent(cast, child=cast.classmate.pk))
    assert response.status_code == 422
    assert not Suggestion.objects.exists()


def test_words_are_shown_as_text(cast, as_):
    row = suggest(cast, "<script>x</script>")
    for person in (cast.mother, cast.principal):
        text = as_(person).get(url(row)).text
        assert "<script>x" not in text
        assert "&lt;script&gt;x" in text


def test_staff_without_a_family_suggests_nothing(cast, as_):
    assert as_(cast.adviser).get(NEW).status_code == 403
    assert as_(cast.adviser).get(LIST).status_code == 403
    assert as_(cast.mother).get(LIST).url == OWN


# --- the answer -----------------------------------------------------------------------------------


def test_a_leader_answers_and_the_family_reads_it(cast, as_):
    row, client = suggest(cast), as_(cast.principal)
    assert WORDS in client.get(url(row)).text
    # another home's list of who looked at the child does not tell of it
    assert Entry.objects.get(verb="suggestion.viewed").student is None
    assert reply(client, row).url == url(row)
    row.refresh_from_db()
    assert (row.answer, row.outcome, row.answered_by) == (
        "It is ordered.", "taken_up", cast.principal,
    )  # fmt: skip
    page = as_(cast.mother).get(OWN).text
    assert "It is ordered." in page
    assert Entry.objects.get(verb="suggestion.answered").actor == cast.principal
    assert Notice.objects.get(kind=ANSWERED).student == cast.child
    added = {"text": "It burns.", "submission": builders.new_key()}
    assert client.post(url(row, "add"), added).url == url(row)
    assert "It burns." in as_(cast.mother).get(OWN).text
    assert Notice.objects.filter(kind=ANSWERED).count() == 2


def test_an_answer_wants_words_and_what_becomes_of_it(cast, as_):
    row, client = suggest(cast), as_(cast.principal)
    assert reply(client, row, "").status_code == 422
    refused = reply(client, row, "Typed", outcome="")
    assert refused.status_code == 422
    assert "Typed" in refused.text
    assert not Suggestion.objects.exclude(answered_at=None).exists()


def test_of_two_leaders_the_first_answers_and_nothing_is_lost(cast, as_):
    row = suggest(cast)
    row.reply("No.", outcome="not_now", by=cast.principal)
    second = reply(as_(cast.principal), row, "We think about it.")
    assert second.status_code == 409
    assert "We think about it." in second.text
    assert url(row, "add") in second.text


def test_sent_twice_it_is_answered_once(cast, as_):
    row, client, key = suggest(cast), as_(cast.principal), builders.new_key()
    assert reply(client, row, key=key).status_code == 302
    assert reply(client, row, key=key).status_code == 302
    assert Notice.objects.filter(kind=ANSWERED).count() == 1
    assert Submission.objects.filter(key=key).count() == 1


def test_the_family_answers_nothing_itself(cast, as_):
    row, client = suggest(cast), as_(cast.mother)
    assert reply(client, row).status_code == 403
    assert client.post(url(row, "add"), {"text": "x"}).status_code == 403
    assert reply(as_(cast.school_admin), row).status_code == 404


def test_what_was_said_stands(cast):
    row = suggest(cast)
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    word = row.add("More.", by=cast.principal)
    for work in (
        lambda: Suggestion.objects.filter(pk=row.pk).update(text="Other"),
        lambda: Suggestion.objects.filter(pk=row.pk).update(answer="Other"),
        lambda: FurtherWord.objects.filter(pk=word.pk).update(text="Other"),
        lambda: suggest(cast).delete(),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            work()
    with pytest.raises(ValueError, match="nothing below"):
        suggest(cast).add("More.", by=cast.principal)


# --- the list -------------------------------------------------------------------------------------


def shown(response):
    return [line.row.text for line in response.context["page"].object_list]


def test_leaders_list_what_waits_longest_first(cast, as_):
    suggest(cast, "Third")
    suggest(cast, "First", waited=30, area="food")
    suggest(cast, "Second", waited=16)
    answered = suggest(cast, "Last", waited=3)
    answered.reply("Yes.", outcome="already_so", by=cast.principal)
    client = as_(cast.principal)
    page = client.get(LIST)
    assert shown(page) == ["First", "Second", "Third", "Last"]
    assert page.context["figures"] == {
        "asked": 4, "answered": 1, "waiting": 3, "late": 2, "days": 3
    }  # fmt: skip
    assert shown(client.get(LIST, {"state": "late"})) == ["First", "Second"]
    assert shown(client.get(LIST, {"state": "open", "area": "food"})) == ["First"]
    assert shown(client.get(LIST, {"state": "answered"})) == ["Last"]
    assert shown(client.get(LIST, {"state": "x\0"})) == []


def test_a_school_administrator_counts_without_words_and_names(cast, as_):
    row = suggest(cast)
    row.reply("Answered words.", outcome="taken_up", by=cast.principal)
    page = as_(cast.school_admin).get(LIST)
    assert page.context["figures"]["answered"] == 1
    for text in (WORDS, "Answered words.", cast.mother.full_name, cast.child.full_name):
        assert text not in page.text
    assert as_(cast.school_admin).get(url(row)).status_code == 404
    assert as_(cast.other_school_admin).get(LIST).context["figures"]["asked"] == 0


def count(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(("who", "address", "most"), [("principal", LIST, 11), ("mother", OWN, 9)])
def test_it_asks_as_much_for_one_as_for_twenty(cast, as_, who, address, most):
    client = as_(getattr(cast, who))
    first = suggest(cast)
    first.reply("Yes.", outcome="taken_up", by=cast.principal)
    first.add("More.", by=cast.principal)
    client.get(address)
    one = count(client, address)
    for n in range(19):
        row = suggest(cast, f"Suggestion {n}")
        row.reply("Yes.", outcome="taken_up", by=cast.principal)
        row.add("More.", by=cast.principal)
    assert count(client, address) == one <= most


def test_figures_of_a_term(cast):
    row = suggest(cast, waited=2)
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    suggest(cast)
    rows = answered_figures(cast.school, cast.term)
    found = figures(rows, builders.today())
    assert (found["asked"], found["answered"], found["days"]) == (2, 1, 2)


def test_days_are_those_of_the_schools_calendar(cast):
    row = suggest(cast)
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    evening = dt.datetime(2026, 3, 2, 23, 30, tzinfo=row.zone)
    answered = evening + dt.timedelta(hours=1)
    kept = ("an_idea_says_what_it_said", "an_answer_to_an_idea_stands")
    with pgtrigger.ignore(*(f"messaging.Suggestion:{name}" for name in kept)):
        Suggestion.objects.filter(pk=row.pk).update(asked_at=evening, answered_at=answered)
    assert figures(Suggestion.objects.all(), builders.today())["days"] == 1
    assert drawn(Suggestion.objects.all())[0].days == 1


# --- the letters ----------------------------------------------------------------------------------


def test_who_is_told(cast):
    builders.make_guardian(cast.child, "Second Parent")
    row = suggest(cast)
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    answered, made = Notice.objects.get(kind=ANSWERED), Notice.objects.get(kind=MADE)
    assert {found.user for found in who_suggested(answered)} == {cast.mother}
    assert {found.user for found in who_answers(made)} == {cast.principal}
    assert not kinds.get(MADE).alive(made)  # it is answered


def test_the_letter_holds_the_answer_in_the_readers_language(
    cast, django_capture_on_commit_callbacks
):
    row = suggest(cast)
    row.reply("It is ordered.", outcome="taken_up", by=cast.principal)
    notice = Notice.objects.get(kind=ANSWERED)
    actions.expand([notice.pk])
    receipt = Receipt.objects.get(notice=notice)
    assert receipt.person == cast.mother
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="https://x.example/l")
        for form in ("txt", "html", "page.html"):
            words = kinds.words(receipt, form, context)
            assert WORDS in words
            assert "It is ordered." in words
        subject = kinds.words(receipt, "subject.txt", context)
    assert cast.mother.full_name not in subject
    assert "\n" not in subject


def remind(at):
    return {
        name: reminding.run(rule, at)
        for name in ("suggestions.due", "suggestions.late")
        for rule in reminding.table()
        if rule.name == name
    }


def test_a_leader_is_reminded_before_and_after_it_is_due_and_once(cast):
    row = suggest(cast)
    zone = ZoneInfo(cast.school.time_zone)
    due = dt.datetime.combine(row.due_on, dt.time(8), zone)
    before, after = due - dt.timedelta(days=3), due + dt.timedelta(days=1)
    assert remind(before) == {"suggestions.due": 1, "suggestions.late": 0}
    assert remind(before + dt.timedelta(minutes=1)) == {"suggestions.due": 0, "suggestions.late": 0}
    assert remind(after)["suggestions.late"] == 1
    assert Notice.objects.filter(kind=DUE).count() == 2
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    assert not kinds.get(DUE).alive(Notice.objects.filter(kind=DUE).first())


def test_what_is_answered_reminds_nobody(cast):
    row = suggest(cast)
    row.reply("Yes.", outcome="taken_up", by=cast.principal)
    due = dt.datetime.combine(row.due_on, dt.time(8), ZoneInfo(cast.school.time_zone))
    assert set(remind(due - dt.timedelta(days=3)).values()) == {0}
