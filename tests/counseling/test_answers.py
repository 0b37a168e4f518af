"""What a family answers to a plan: in its own words, one answer that stands, read by whom it is for."""

import threading

import pytest
from django.db import InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from counseling.forms.publishing import AnswerForm
from counseling.models import Answer, AtHome, NotThatState, NotTheNewest, Plan
from counseling.reading import publishing
from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people.models import Membership
from tests import builders

from .builders import MONDAY, make_plan
from .versions import plan_to_read, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(cast):
    return publish(plan_to_read(cast), cast.counselor)


@pytest.fixture
def father(cast):
    """A father with sight, in a home of his own."""
    return builders.make_guardian(cast.child, "Second Home", relation="father")


def answer(version, person, by=None, agrees=True, **words):
    return Answer.objects.give(version, by=by or person, person=person, agrees=agrees, **words)


def test_one_answer_stands_for_a_person_and_the_others_are_kept(cast, version):
    first = answer(version, cast.mother, agrees=False, proposals="Less.")
    second = answer(version, cast.mother, words="Good.")
    said = answer(version, None, by=cast.counselor, words="I like the blue one.")
    assert set(Answer.objects.standing()) == {second, said}
    assert second.supersedes == first
    assert said.was_said
    assert not second.was_said
    assert "Less" not in str(list(Entry.objects.values_list("data", flat=True)))
    for act in (lambda: Answer.objects.update(words="x"), second.delete):
        with pytest.raises(InternalError), transaction.atomic():
            act()
    first.be_heard(by=cast.counselor)
    first.be_heard(by=cast.adviser)
    assert first.heard_by == cast.counselor


def test_it_is_asked_of_the_newest_version_of_an_open_plan(cast, version):
    newer = publish(version.plan, cast.counselor)
    with pytest.raises(NotTheNewest) as late:
        answer(version, cast.mother)
    assert late.value.newest == newer
    version.plan.close(by=cast.counselor, outcome="reached")
    with pytest.raises(NotThatState):
        answer(newer, cast.mother)


def test_each_reads_its_own_words_and_staff_all(cast, version, father):
    answer(version, cast.mother, words="Mine.")
    answer(version, father, words="His.")
    answer(version, None, by=cast.counselor, words="Hers.")
    seen = {
        name: set(Answer.objects.visible_to(person).values_list("words", flat=True))
        for name, person in (
            ("mother", cast.mother), ("father", father), ("counselor", cast.counselor),
            ("adviser", cast.adviser), ("other_mother", cast.other_mother),
            ("school_admin", cast.school_admin), ("other_counselor", cast.other_counselor),
        )
    }  # fmt: skip
    everything = {"Mine.", "His.", "Hers."}
    assert seen == {
        "mother": {"Mine."}, "father": {"His."}, "counselor": everything, "adviser": everything,
        "other_mother": set(), "school_admin": set(), "other_counselor": set(),
    }  # fmt: skip
    kept = builders.make_guardian(cast.child, "Kept Account")
    closed = {"is_active": False, "merged_into": kept}
    type(cast.mother).objects.filter(pk=cast.mother.pk).update(**closed)
    assert Answer.objects.visible_to(kept).get().words == "Mine."


def test_it_answers_in_own_words_once_and_may_change_its_mind(cast, as_, version, father):
    url = reverse("counseling:family-answer", args=[version.pk])
    sent = {"agrees": "no", "words": "Too much.", "proposals": "Five minutes."}
    client = as_(cast.mother)
    assert client.post(url, sent | {"agrees": ""}).status_code == 422
    page = client.post(url, sent, follow=True).content.decode()
    assert "Five minutes." in page
    assert "You do not agree" in page
    other = as_(father).get(reverse("counseling:family-plan", args=[version.plan_id]))
    assert "Five minutes." not in other.content.decode()
    staff = as_(cast.counselor)
    page = staff.get(reverse("counseling:plan-detail", args=[version.plan_id])).content.decode()
    assert "Too much." in page
    today = staff.get(reverse("reports:today")).content.decode()
    assert "proposes a change to" in today
    assert "Five minutes." in today
    assert "Five minutes." not in as_(cast.adviser).get(reverse("reports:today")).content.decode()
    row = Answer.objects.get()
    noted = staff.post(reverse("counseling:answer-note", args=[row.pk]), {"next": "/today/"})
    assert noted.url == "/today/"
    assert "Five minutes." not in staff.get(reverse("reports:today")).content.decode()
    client.post(url, {"agrees": "yes"})
    assert Answer.objects.standing().get().agrees
    plan = Plan.objects.get(pk=version.plan_id)
    assert plan.state == "draft", "staff decides whether it is agreed"


def test_words_about_an_older_version_are_given_back_upon_the_newer(cast, as_, version):
    publish(version.plan, cast.counselor, agreed="This is new.")
    url = reverse("counseling:family-answer", args=[version.pk])
    page = as_(cast.mother).post(url, {"agrees": "no", "words": "Too much."})
    assert page.status_code == 409
    assert "This is new." in page.content.decode()
    assert "Too much." in page.content.decode()
    assert not Answer.objects.exists()


def test_what_it_asks_is_said_in_the_language_of_the_reader():
    assert isinstance(AnswerForm.base_fields["words"].label, Promise), "put into words when read"


def test_half_an_answer_to_an_older_version_is_given_back_upon_the_newer(cast, as_, version):
    publish(version.plan, cast.counselor, agreed="This is new.")
    url = reverse("counseling:family-answer", args=[version.pk])
    page = as_(cast.mother).post(url, {"agrees": "", "words": "Too much."})
    assert page.status_code == 409
    assert "This is new." in page.content.decode()
    assert "Too much." in page.content.decode()


def test_staff_writes_down_what_was_said(cast, as_, version, father):
    url = reverse("counseling:answer-record", args=[version.pk])
    client = as_(cast.counselor)
    page = client.get(url).content.decode()
    assert "Second Home" in page
    assert cast.father.full_name not in page, "whose sight was withdrawn is not asked"
    assert client.post(url, {"agrees": "yes"}).status_code == 422
    client.post(url, {"who": "child", "agrees": "yes", "words": "The blue one."})
    client.post(url, {"who": str(father.pk), "agrees": "no"})
    said = {(row.person, row.by, row.agrees) for row in Answer.objects.all()}
    assert said == {(None, cast.counselor, True), (father, cast.counselor, False)}
    page = client.get(reverse("counseling:plan-detail", args=[version.plan_id])).content.decode()
    assert "said to Mei Chen" in page
    mine = as_(father).get(reverse("counseling:family-plan", args=[version.plan_id]))
    assert "Mei Chen wrote down what you said" in mine.content.decode()
    assert "The blue one." not in mine.content.decode()


def test_a_grown_student_answers_itself_and_who_was_granted_reads(cast, as_):
    plan = plan_to_read(cast, cast.adult.student_row)
    version = publish(plan, cast.counselor)
    url = reverse("counseling:family-plan", args=[plan.pk])
    assert as_(cast.parent).get(url).status_code == 404
    grant = cast.adult.student_row.grants.create(guardian=cast.parent, item="plans")
    assert as_(cast.parent).get(url).status_code == 200
    sent = as_(cast.adult).post(
        reverse("counseling:family-answer", args=[version.pk]), {"agrees": "yes"}
    )
    assert sent.status_code == 302
    assert Answer.objects.get().person == cast.adult
    grant.withdraw(by=cast.adult)
    late = reverse("counseling:family-answer", args=[version.pk])
    assert as_(cast.parent).post(late, {"agrees": "no"}).status_code == 404


def test_a_question_is_told_to_whoever_looks_after_the_plan(cast, as_, version):
    url = reverse("counseling:home-question", args=[version.pk])
    client = as_(cast.mother)
    assert client.get(url).status_code == 200
    assert client.post(url, {"words": " "}).status_code == 422
    sent = {"words": "How long?", "submission": "6c1b4ab6-54f9-4c9d-a6d4-62ba4f5e2a12"}
    for _twice in range(2):
        assert client.post(url, sent).status_code == 302
    row = AtHome.objects.get()
    notice = Notice.objects.about(row).get()
    actions.expand([notice.pk])
    receipt = Receipt.objects.get(notice=notice)
    assert receipt.person == cast.counselor
    for form in ("subject.txt", "txt", "html", "page.html"):
        with kinds.speaking_to(receipt):
            link = {"link": "https://a.example/m/1/", "stop_link": "https://a.example/s"}
            words = kinds.words(receipt, form, kinds.context_of(receipt, **link))
        assert "How long?" not in words
        assert cast.child.full_name not in words
    staff = as_(cast.counselor)
    assert "How long?" in staff.get(reverse("reports:today")).content.decode()
    staff.post(reverse("counseling:home-note", args=[row.pk]))
    assert "How long?" not in staff.get(reverse("reports:today")).content.decode()
    assert not kinds.get("plan.asked").alive(notice)


def test_a_question_reaches_whoever_stands_in_for_an_owner_who_left(cast, as_, version):
    """The child's counselors, then its advisers; each finds it on Today, and the others do not."""
    row = AtHome.objects.ask(version, by=cast.mother, words="How long?", monday=MONDAY)
    notice = Notice.objects.about(row).get()

    def asked():
        told = {sight.user for sight in kinds.get("plan.asked").recipients(notice)}
        staff = (cast.counselor, cast.adviser, cast.principal)
        reads = {one for one in staff if publishing.to_do(one, timezone.localdate()).exists()}
        assert told == reads
        return told

    assert asked() == {cast.counselor}
    plan = version.plan
    type(plan).objects.filter(pk=plan.pk).update(owner=cast.other_teacher)
    assert asked() == {cast.counselor}
    Membership.objects.filter(user=cast.counselor).update(until=timezone.now())
    assert asked() == {cast.adviser}
    assert "How long?" in as_(cast.adviser).get(reverse("reports:today")).content.decode()
    Membership.objects.filter(user=cast.adviser).update(until=timezone.now())
    assert asked() == {cast.principal}


def test_a_plan_that_nobody_published_has_no_page_for_the_family(cast, as_):
    plan = make_plan(cast)
    assert (
        as_(cast.mother).get(reverse("counseling:family-plan", args=[plan.pk])).status_code == 404
    )


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_leave_one_that_stands(cast):
    version = publish(plan_to_read(cast), cast.counselor)
    both, failed = threading.Barrier(2), []

    def give(agrees):
        try:
            both.wait(timeout=20)
            answer(version, cast.mother, agrees=agrees)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=[agrees]) for agrees in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Answer.objects.count() == 2
    assert Answer.objects.standing().count() == 1
