"""Two questions after a visit: one tap without an account, and nobody at the school reads the answer."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people.actions import merging
from tests import builders
from visits.models import Summary, Visit, Voice
from visits.reading import voices
from visits.reading.voices import voice_token

from .builders import hold_visit

pytestmark = pytest.mark.django_db
LISTENED, AT_HOME = Voice.Question.LISTENED, Voice.Question.AT_HOME


@pytest.fixture
def visit(cast):
    cast.mother.language = "en"
    cast.mother.save()
    return hold_visit(cast)


def answered(visits, question):
    """Return what was answered to a question about `visits`, as it is counted (one query)."""
    said = Voice.objects.about(visits).exclude(**{question: None})
    return list(said.values_list(question, flat=True))


def link(visit, person, name="voice"):
    return reverse(f"visits:{name}", args=[voice_token(visit.pk, person.pk)])


def say(client, visit, person, answer=3, question=LISTENED):
    return client.post(link(visit, person, "voice-say"), {"question": question, "answer": answer})


def words(visit, person, form):
    notice = Notice.objects.get(kind="visit.summary", about_id=str(visit.summaries.get().pk))
    receipt, _new = Receipt.objects.get_or_create(
        notice=notice, person=person, defaults={"why": "guardianship", "language": person.language}
    )
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="https://a.example", stop_link="https://a.example")
        return kinds.words(receipt, form, context)


def close(visit, days=14):
    """Let the summary have been published so long ago."""
    at = timezone.now() - dt.timedelta(days=days, minutes=1)
    row = Summary.objects.get(visit=visit)
    with transaction.atomic():
        import pgtrigger

        with pgtrigger.ignore("visits.Summary:a_published_summary_is_never_changed"):
            Summary.objects.filter(pk=row.pk).update(published_at=at)


# --- the letter -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["txt", "html"])
def test_the_letter_has_a_link_for_each_face(cast, visit, form):
    text = words(visit, cast.mother, form)
    assert "Were you listened to?" in text
    assert "Does 林小雨 feel at home at school?" in text
    for question in Voice.Question.values:
        for answer in Voice.Answer.values:
            assert f"{link(visit, cast.mother)}?{question}={answer}#{question}" in text


def test_its_page_has_the_faces_themselves(cast, visit):
    text = words(visit, cast.mother, "page.html")
    assert text.count('class="face-button"') == 6
    assert link(visit, cast.mother, "voice-say") in text


@pytest.mark.parametrize("form", ["txt", "html", "page.html"])
def test_another_home_of_the_child_is_not_asked(cast, visit, form):
    other = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    assert "listened" not in words(visit, other, form)
    assert Client().get(link(visit, other)).status_code == 410


def test_it_is_not_asked_any_more_once_the_time_is_over(cast, visit):
    close(visit)
    assert "listened" not in words(visit, cast.mother, "txt")


def test_brothers_and_sisters_are_asked_about_together(cast):
    cast.mother.language = "en"
    cast.mother.save()
    both = hold_visit(cast, cast.child, cast.sibling)
    text = words(both, cast.mother, "txt")
    names = [row.student.called for row in both.children_for(cast.mother)]
    assert f"Do {names[0]}, {names[1]} feel at home at school?" in text


# --- the link ---------------------------------------------------------------------------------------


def test_a_get_marks_the_answer_and_writes_nothing(cast, visit):
    page = Client().get(link(visit, cast.mother) + "?listened=1")
    assert page.status_code == 200
    assert "Send: No" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not Voice.objects.exists()


@pytest.mark.parametrize("query", ["?listened=4", "?listened=", "?at_home=%00", "?other=3"])
def test_a_get_with_nonsense_marks_nothing(cast, visit, query):
    page = Client().get(link(visit, cast.mother) + query).content.decode()
    assert "Send:" not in page


def test_one_tap_answers_without_an_account(cast, visit):
    answer = say(Client(enforce_csrf_checks=True), visit, cast.mother)
    assert answer.status_code == 302
    voice = Voice.objects.get()
    assert (voice.listened, voice.at_home, voice.person) == (3, None, cast.mother)
    page = Client().get(answer.url).content.decode()
    assert 'class="face-button mine" aria-pressed="true"' in page
    assert "There is one question more" in page


def test_it_thanks_after_both(cast, visit):
    for question in (LISTENED, AT_HOME):
        say(Client(), visit, cast.mother, 2, question)
    assert Voice.objects.count() == 1
    assert "Thank you, 林美" in Client().get(link(visit, cast.mother)).content.decode()


def test_an_answer_may_be_changed(cast, visit):
    for answer in (3, 1):
        say(Client(), visit, cast.mother, answer)
    assert Voice.objects.get().listened == 1
    told = Entry.objects.filter(verb__startswith="voice.").order_by("at")
    assert [entry.verb for entry in told] == ["voice.given", "voice.changed"]


def test_the_journal_knows_neither_answer_nor_child(cast, visit):
    say(Client(), visit, cast.mother)
    entry = Entry.objects.get(verb="voice.given")
    assert (entry.student, entry.data) == (None, {"fields": ["listened"]})


@pytest.mark.parametrize(
    "sent", [{}, {"question": "other", "answer": 3}, {"question": "listened", "answer": 4},
             {"question": "listened", "answer": "3; drop"}, {"question": "person", "answer": 1}]
)  # fmt: skip
def test_nonsense_is_sent_back_to_the_page(cast, visit, sent):
    answer = Client().post(link(visit, cast.mother, "voice-say"), sent)
    assert answer.url == link(visit, cast.mother)
    assert not Voice.objects.exists()


def test_it_closes_kindly_after_two_weeks(cast, visit):
    say(Client(), visit, cast.mother, 2)
    close(visit, days=13)
    assert say(Client(), visit, cast.mother, 3).status_code == 302
    close(visit)
    page = Client().get(link(visit, cast.mother))
    assert page.status_code == 410
    assert "what you answered counts" in page.content.decode()
    assert say(Client(), visit, cast.mother, 1).status_code == 410
    assert Voice.objects.get().listened == 3


def test_it_is_dead_once_the_right_is_lost(cast, visit):
    cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.counselor)
    assert Client().get(link(visit, cast.mother)).status_code == 410
    assert say(Client(), visit, cast.mother).status_code == 410
    assert not Voice.objects.exists()


@pytest.mark.parametrize("token", ["x", "a.b", "..", "%00"])
def test_a_wrong_link_opens_nothing(cast, visit, token):
    assert Client().get(f"/visits/v/{token}/").status_code == 404
    offers = reverse("visits:voice", args=[voice_token(visit.pk, cast.mother.pk)[:-1] + "x"])
    assert Client().get(offers).status_code == 404


def test_a_visit_that_is_not_shared_has_no_questions(cast):
    kept = hold_visit(cast, share=False)
    assert Client().get(link(kept, cast.mother)).status_code == 404


def test_a_grown_student_is_asked_about_itself(cast):
    row = cast.adult.student_row
    voice = voices.Voices(_summary_of(cast, row), cast.adult, [row])
    with translation.override("en"):
        assert voice.questions[1]["words"] == "Do you feel at home at school?"


def _summary_of(cast, student):
    visit = Visit.objects.create(school=student.school, status="under_way")
    return Summary(visit=visit, body={}, published_by=cast.counselor)


# --- who reads --------------------------------------------------------------------------------------


def test_only_the_person_itself_reads_it(cast, visit):
    say(Client(), visit, cast.mother)
    assert Voice.objects.visible_to(cast.mother).exists()
    others = (
        cast.counselor, cast.adviser, cast.principal, cast.school_admin, cast.father,
        cast.other_mother, cast.deactivated,
    )  # fmt: skip
    for person in others:
        assert not Voice.objects.visible_to(person).exists()


def test_the_record_says_nothing_of_it(cast, as_, visit):
    before = as_(cast.principal).get(visit.get_absolute_url()).content.decode()
    say(Client(), visit, cast.mother, 1)
    after = as_(cast.principal).get(visit.get_absolute_url()).content.decode()
    assert "listened" not in after
    assert before.count("did something") == after.count("did something")


def test_the_database_keeps_one_voice_for_a_person_and_a_visit(cast, visit):
    Voice.objects.create(visit=visit, person=cast.mother, listened=3)
    for wrong in ({"listened": 1}, {"person": cast.father}, {"person": cast.father, "listened": 4}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Voice.objects.create(**{"visit": visit, "person": cast.mother} | wrong)


def test_two_accounts_that_become_one_have_one_voice(cast, visit):
    twin = builders.make_guardian(cast.child, "林美", language="en")
    Voice.objects.create(visit=visit, person=twin, listened=1)
    Voice.objects.create(visit=visit, person=cast.mother, listened=3)
    other = hold_visit(cast)
    Voice.objects.create(visit=other, person=twin, at_home=2)
    merging.merge(cast.mother, twin, by=cast.school_admin, school=cast.school)
    assert Voice.objects.filter(person=cast.mother).count() == 2
    assert answered(Visit.objects.all(), "listened") == [3]
    assert len(answered(Visit.objects.all(), "at_home")) == 1


# --- figures ----------------------------------------------------------------------------------------


def give(cast, visit, *answers):
    start = Voice.objects.count()
    for n, answer in enumerate(answers):
        person = builders.make_user(f"Somebody {start + n}")
        Voice.objects.create(visit=visit, person=person, listened=answer)


def test_it_counts_and_averages(cast, visit, django_assert_num_queries):
    give(cast, visit, 3, 3, 2, 1)
    other = hold_visit(cast)
    give(cast, other, 1)
    there = Visit.objects.filter(pk=visit.pk)
    with django_assert_num_queries(1):
        found = answered(there, "listened")
    each = [found.count(answer) for answer in (3, 2, 1)]
    assert (len(found), sum(found) / len(found), *each) == (4, 2.25, 2, 1, 1)
    assert answered(there, "at_home") == []


def test_a_live_page_shows_no_mean_of_few(cast, visit, django_assert_num_queries):
    give(cast, visit, *[3] * 9)
    with django_assert_num_queries(2):
        few = voices.shown(Visit.objects.all(), 10)
    assert [(row.n, row.mean) for row in few] == [(0, None), (0, None)]
    give(cast, visit, 1)
    first, _second = voices.shown(Visit.objects.all(), 10)
    assert (first.n, first.mean) == (10, 2.8)


def test_one_more_answer_does_not_move_the_mean(cast, visit):
    give(cast, visit, *[3] * 10)
    for answer in (1, 1, 1):
        give(cast, visit, answer)
        assert voices.shown(Visit.objects.all(), 10)[0].mean == 3
