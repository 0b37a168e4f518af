"""What a family suggests to the school: made with the visit, answered by a leader, told to the home."""

import datetime as dt
import threading

import pgtrigger
import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from homeschool.answering import DAYS_TO_ANSWER
from homeschool.journal import channels, kinds
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people import sight
from homeschool.people.models import User
from tests import builders
from visits.models import FurtherAnswer, Suggestion, Summary, Visit, VisitChild
from visits.models.record import home_of
from visits.models.suggestion import ANSWERED
from visits.reading.suggestions import figures, members_of_home

from .builders import hold_visit, make_whole_draft, page_of, post_step

LIST = "/visits/suggestions/"
WORDS = "Put a light at the gate."
pytestmark = pytest.mark.django_db


def suggest(cast, *children, text=WORDS, share=True, **more):
    """Hold a visit at which this was suggested; return the suggestion."""
    visit = hold_visit(cast, *children, share=share, suggestion_0_text=text, **more)
    return visit.suggestions.get()


def url(suggestion, verb="detail"):
    return reverse(f"visits:suggestion-{verb}", args=[suggestion.pk])


def send(client, suggestion, text="It is ordered.", verb="answer", key=None):
    sent = {"text": text, "submission": key or builders.new_key()}
    return client.post(url(suggestion, verb), sent)


def make_late(suggestion, days=1):
    """Let it wait too long: its visit took place so long ago."""
    due_on = builders.today() - dt.timedelta(days=days)
    with pgtrigger.ignore("visits.Suggestion:what_was_suggested_stays"):
        Suggestion.objects.filter(pk=suggestion.pk).update(due_on=due_on)


def answered_after(suggestion, by, hours=24):
    """Let the leader answer it so many hours after it was said, whatever the clock shows now."""
    with pgtrigger.ignore("visits.Suggestion:what_was_suggested_stays"):
        asked_at = timezone.now() - dt.timedelta(hours=hours)
        Suggestion.objects.filter(pk=suggestion.pk).update(asked_at=asked_at)
    suggestion.refresh_from_db()
    suggestion.reply("Yes", by=by)


# --- made with the visit ----------------------------------------------------------------------------


def test_it_is_made_with_the_visit(cast):
    visit = hold_visit(
        cast,
        suggestion_0_text=" A light at the gate.\nPlease.",
        suggestion_0_by="the grandmother",
        suggestion_2_text="More books",
    )
    first, second = visit.suggestions.order_by("place")
    assert (first.text, first.said_by) == ("A light at the gate.\nPlease.", "the grandmother")
    assert (second.text, second.said_by, second.kept_out) == ("More books", "", False)
    day = timezone.localdate(visit.happened_at, first.zone)
    assert first.due_on == day + dt.timedelta(days=DAYS_TO_ANSWER)
    assert (first.asked_at, first.school) == (visit.happened_at, cast.school)


def test_it_is_made_once_when_the_visit_is_sent_twice(cast, as_):
    draft = make_whole_draft(cast, suggestion_0_text=WORDS)
    client = as_(cast.counselor)
    for _n in range(2):
        client.post(reverse("visits:draft-finish", args=[draft.pk]), page_of(draft))
    assert Suggestion.objects.count() == 1


def test_it_asks_what_a_named_person_suggests(cast, as_):
    draft = make_whole_draft(cast)
    response = post_step(as_(cast.counselor), draft, 2, draft.data | {"suggestion_1_by": "Aunt"})
    assert response.status_code == 422
    assert "suggestion_1_text" in response.context["form"].errors
    assert 'value="Aunt"' in response.text


@pytest.mark.parametrize("text", ["x" * 1001, "\0"])
def test_it_keeps_what_it_refuses(cast, as_, text):
    draft = make_whole_draft(cast)
    response = post_step(as_(cast.counselor), draft, 2, draft.data | {"suggestion_0_text": text})
    assert response.status_code in (302, 422)
    draft.refresh_from_db()
    assert draft.data["suggestion_0_text"] in (text, "\ufffd")


def test_it_stands_folded_until_something_is_written(cast, as_):
    draft = make_whole_draft(cast)
    page = reverse("visits:draft-step", args=[draft.pk, 2])
    client = as_(cast.counselor)
    assert not client.get(page).context["form"].suggests
    draft.data["suggestion_1_text"] = WORDS
    draft.save()
    assert client.get(page).context["form"].suggests


def test_it_is_shown_on_the_closing_step(cast, as_):
    draft = make_whole_draft(cast, suggestion_0_text="<i>Light</i>")
    page = as_(cast.counselor).get(reverse("visits:draft-step", args=[draft.pk, 5]))
    assert "&lt;i&gt;Light&lt;/i&gt;" in page.text


@pytest.mark.parametrize(
    "change", [{"text": "Other"}, {"due_on": "2030-01-01"}, {"kept_out": True}]
)
def test_the_database_lets_nobody_change_what_was_suggested(cast, change):
    suggestion = suggest(cast)
    with pytest.raises(InternalError), transaction.atomic():
        Suggestion.objects.filter(pk=suggestion.pk).update(**change)


def test_the_database_adds_and_removes_none_of_a_held_visit(cast):
    suggestion = suggest(cast)
    with pytest.raises(InternalError), transaction.atomic():
        suggestion.delete()
    with pytest.raises(InternalError), transaction.atomic():
        Suggestion.objects.write(suggestion.visit, [Suggestion(text="Later")])


@pytest.mark.parametrize("text", ["", "  \n"])
def test_the_database_refuses_an_empty_one(cast, text):
    visit = Visit.objects.create(school=cast.school, happened_at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Suggestion.objects.write(visit, [Suggestion(text=text)])


# --- the answer -------------------------------------------------------------------------------------


def test_a_leader_answers_it_once(cast):
    suggestion = suggest(cast)
    assert suggestion.reply("It is ordered.", by=cast.principal)
    assert not suggestion.reply("Another answer", by=cast.principal)
    assert (suggestion.answer, suggestion.answered_by) == ("It is ordered.", cast.principal)
    entry = Entry.objects.get(verb="suggestion.answered")
    assert (entry.student, entry.actor, entry.data) == (cast.child, cast.principal, {})


def test_the_database_lets_an_answer_stand(cast):
    suggestion = suggest(cast)
    suggestion.reply("It is ordered.", by=cast.principal)
    with pytest.raises(InternalError), transaction.atomic():
        Suggestion.objects.update(answer="Never mind")
    added = suggestion.add("It burns.", by=cast.principal)
    with pytest.raises(InternalError), transaction.atomic():
        FurtherAnswer.objects.filter(pk=added.pk).update(text="No")


def test_what_comes_later_is_added(cast):
    suggestion = suggest(cast)
    with pytest.raises(ValueError, match="not given"):
        suggestion.add("It burns.", by=cast.principal)
    suggestion.reply("It is ordered.", by=cast.principal)
    suggestion.add("It burns.", by=cast.principal)
    assert [row.text for row in suggestion.further.all()] == ["It burns."]
    assert Entry.objects.filter(verb="suggestion.added_to").count() == 1
    assert Notice.objects.filter(kind=ANSWERED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_leaders_at_once_give_one_answer(cast):
    suggestion = suggest(cast)
    gate, found = threading.Barrier(2), []

    def answer(text):
        try:
            row = Suggestion.objects.get(pk=suggestion.pk)
            gate.wait(10)
            found.append(row.reply(text, by=cast.principal))
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=(text,)) for text in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [False, True]
    assert Notice.objects.filter(kind=ANSWERED).count() == 1


# --- who reads it -----------------------------------------------------------------------------------
EVERYBODY = (
    "mother", "father", "other_mother", "adult", "adviser", "other_teacher", "counselor",
    "other_counselor", "principal", "school_admin", "volunteer", "district", "deactivated",
    "other_school_admin",
)  # fmt: skip


def readers(cast, suggestion, **more):
    """Return the names of those of the cast who may read it."""
    rows = Suggestion.objects.filter(pk=suggestion.pk)
    return {name for name in EVERYBODY if rows.visible_to(getattr(cast, name), **more).exists()}


def test_staff_reads_what_the_home_suggested(cast):
    suggestion = suggest(cast, share=False)
    assert readers(cast, suggestion) == {"adviser", "counselor", "principal"}
    suggestion.visit.share(by=cast.counselor)
    assert readers(cast, suggestion) == {"adviser", "counselor", "principal", "mother"}
    assert readers(cast, suggestion, roles={sight.LEADER}) == {"principal"}


def test_what_was_kept_out_is_for_the_staff_part(cast):
    suggestion = suggest(cast, keep_suggestions="on", colleagues=[str(cast.principal.pk)])
    assert suggestion.kept_out
    assert readers(cast, suggestion) == {"counselor", "principal"}
    suggestion.reply("It is ordered.", by=cast.principal)
    assert not Notice.objects.filter(kind=ANSWERED).exists()


def test_another_home_of_the_child_reads_nothing(cast):
    visit = hold_visit(cast, suggestion_0_text=WORDS)
    cast.father.guardianship.may_view = True
    cast.father.guardianship.save()
    assert readers(cast, visit.suggestions.get()) >= {"mother"}
    assert "father" not in readers(cast, visit.suggestions.get())


def test_of_a_confidential_visit_nothing_goes_to_the_family(cast):
    suggestion = suggest(cast, confidential="on", colleagues=[str(cast.other_teacher.pk)])
    assert not Summary.objects.exists()
    assert readers(cast, suggestion) == {"counselor", "principal"}
    suggestion.reply("It is ordered.", by=cast.principal)
    assert not Notice.objects.exists()
    assert not suggestion.is_told()


def test_a_leader_of_another_division_neither_reads_nor_answers(cast, as_):
    division = cast.school.divisions.create(code="g9", name="Grade 9")
    leader = builders.make_staff(cast.school, sight.LEADER, division=division)
    suggestion = suggest(cast)
    assert as_(leader).get(url(suggestion)).status_code == 404
    assert send(as_(leader), suggestion).status_code == 404


# --- who is told ------------------------------------------------------------------------------------


def told(suggestion):
    """Return who is told of the answer."""
    notice = Notice.objects.filter(kind=ANSWERED).latest("pk")
    rows = kinds.get(ANSWERED).recipients(notice)
    return set(User.objects.filter(pk__in=rows.values("user_id")))


def test_the_home_that_asked_is_told(cast):
    aunt = builders.make_guardian(cast.child, "Aunt", relation="relative")  # lives elsewhere
    suggestion = suggest(cast)
    suggestion.reply("It is ordered.", by=cast.principal)
    assert told(suggestion) == {cast.mother}
    assert aunt not in told(suggestion)
    cast.mother.guardianship = cast.child.guardianships.get(guardian=cast.mother)
    cast.child.guardianships.filter(guardian=cast.mother).update(may_receive=False)
    cast.sibling.guardianships.filter(guardian=cast.mother).update(may_receive=False)
    assert told(suggestion) == set()


def test_nobody_is_told_of_a_visit_that_was_not_shared(cast):
    suggestion = suggest(cast, share=False)
    suggestion.reply("It is ordered.", by=cast.principal)
    assert not Notice.objects.exists()
    suggestion.visit.share(by=cast.counselor)
    assert not Notice.objects.filter(kind=ANSWERED).exists()


@pytest.mark.parametrize("household", [True, False])
def test_the_home_is_the_same_from_both_ends(cast, household):
    if not household:
        cast.household.students.clear()
        cast.household.guardians.clear()
    builders.make_guardian(cast.child, "Aunt", relation="relative")
    visit = hold_visit(cast)
    assert (visit.household is not None) is household
    home = set(User.objects.filter(pk__in=members_of_home(visit)))
    same = {u for u in User.objects.all() if Visit.objects.filter(home_of(u), pk=visit.pk).exists()}
    assert home == same == {cast.mother}


@pytest.mark.parametrize("language", ["en", "zh-hans", "es"])
def test_the_letter_is_written_whole(cast, language):
    cast.mother.language = language
    cast.mother.save()
    suggestion = suggest(cast, text="<b>Light</b>")
    suggestion.reply("It is <i>ordered</i>.", by=cast.principal)
    suggestion.add("It burns.", by=cast.principal)
    notice = Notice.objects.filter(kind=ANSWERED).latest("pk")
    receipt = Receipt.objects.create(
        notice=notice, person=cast.mother, why="guardianship", language=language
    )
    delivery = Delivery.objects.create(
        receipt=receipt, channel="email", address="m@example.org",
        expires_at=timezone.now() + dt.timedelta(days=1),
    )  # fmt: skip
    mail = channels.email_for(delivery)
    html = mail.alternatives[0][0]
    for text in (mail.body, html):
        assert "It burns." in text
        assert "{{" not in text
        assert cast.school.name in text
    assert "<b>Light" not in html
    assert "<i>ordered" not in html
    assert cast.child.full_name not in mail.subject
    assert WORDS not in mail.subject
    page = Client().get(reverse("journal:letter", args=[channels.letter_token(receipt)]))
    assert page.status_code == 200
    assert "It burns." in page.text


# --- the pages --------------------------------------------------------------------------------------


def test_the_family_reads_it_on_its_page(cast, as_):
    suggestion = suggest(cast, suggestion_0_by="Grandmother Lin")
    page = reverse("reports:progress", args=[cast.child.pk])
    assert WORDS in as_(cast.mother).get(page).text
    suggestion.reply("It is ordered.", by=cast.principal)
    suggestion.add("It burns.", by=cast.principal)
    text = as_(cast.mother).get(page).text
    assert "It is ordered." in text
    assert "It burns." in text
    assert "Grandmother Lin" in text


def test_the_family_is_sent_to_its_page(cast, as_):
    suggestion = suggest(cast)
    found = as_(cast.mother).get(url(suggestion))
    assert found.url.endswith(f"#visit-{suggestion.visit_id}")
    assert send(as_(cast.mother), suggestion).status_code == 403


def test_what_was_kept_out_stands_on_no_page_of_the_family(cast, as_):
    suggest(cast, keep_suggestions="on")
    page = reverse("reports:progress", args=[cast.child.pk])
    assert WORDS not in as_(cast.mother).get(page).text


def test_the_visit_shows_it_with_its_answer(cast, as_):
    suggestion = suggest(cast)
    suggestion.reply("It is ordered.", by=cast.principal)
    for page in ("visit-detail", "visit-print"):
        text = as_(cast.adviser).get(reverse(f"visits:{page}", args=[suggestion.visit_id])).text
        assert WORDS in text
        assert "It is ordered." in text


def test_the_paper_for_the_family_leaves_out_what_was_kept_out(cast, as_):
    suggestion = suggest(cast, keep_suggestions="on")
    page = reverse("visits:visit-print", args=[suggestion.visit_id])
    client = as_(cast.counselor)
    assert WORDS not in client.get(page).text
    assert WORDS in client.get(f"{page}?staff").text


def test_a_leader_answers_on_the_page(cast, as_):
    suggestion, client = suggest(cast), as_(cast.principal)
    key = builders.new_key()
    assert send(client, suggestion, key=key).url == url(suggestion)
    assert send(client, suggestion, key=key).url == url(suggestion)
    suggestion.refresh_from_db()
    assert suggestion.answer == "It is ordered."
    assert Entry.objects.filter(verb="suggestion.answered").count() == 1
    assert send(client, suggestion, "It burns.", verb="add").url == url(suggestion)
    assert "It burns." in client.get(url(suggestion)).text


def test_who_only_reads_it_does_not_answer(cast, as_):
    suggestion = suggest(cast)
    for person in (cast.adviser, cast.counselor):
        page = as_(person).get(url(suggestion))
        assert WORDS in page.text
        assert not page.context["may_answer"]
        assert send(as_(person), suggestion).status_code == 403
        assert send(as_(person), suggestion, verb="add").status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "\0", "x" * 4001])
def test_it_refuses_what_is_no_answer(cast, as_, text):
    suggestion, client = suggest(cast), as_(cast.principal)
    assert send(client, suggestion, text).status_code == 422
    suggestion.refresh_from_db()
    assert suggestion.answered_at is None


def test_who_comes_second_may_add_what_was_typed(cast, as_):
    suggestion = suggest(cast)
    suggestion.reply("It is ordered.", by=cast.principal)
    response = send(as_(cast.principal), suggestion, "We think about it.")
    assert response.status_code == 409
    assert "We think about it." in response.text
    assert url(suggestion, "add") in response.text


def test_nothing_is_added_to_an_answer_that_was_not_given(cast, as_):
    suggestion = suggest(cast)
    assert send(as_(cast.principal), suggestion, verb="add").url == url(suggestion)
    assert not FurtherAnswer.objects.exists()


# --- the list ---------------------------------------------------------------------------------------


def shown(response):
    return [row["text"] for row in response.context["page"].object_list]


def test_it_lists_what_waits_longest_first(cast, as_):
    rows = [suggest(cast, text=f"Suggestion {n}") for n in range(4)]
    make_late(rows[2], 1)
    make_late(rows[1], 5)
    answered_after(rows[0], cast.principal)
    response = as_(cast.principal).get(LIST)
    assert shown(response) == ["Suggestion 1", "Suggestion 2", "Suggestion 3", "Suggestion 0"]
    assert response.context["figures"] == {
        "asked": 4, "answered": 1, "waiting": 3, "late": 2, "days": 1
    }  # fmt: skip


def test_it_lists_only_some(cast, as_):
    rows = [suggest(cast, text=f"Suggestion {n}") for n in range(3)]
    make_late(rows[1])
    rows[2].reply("Yes", by=cast.principal)
    client = as_(cast.principal)
    assert shown(client.get(f"{LIST}?state=late")) == ["Suggestion 1"]
    assert shown(client.get(f"{LIST}?state=open")) == ["Suggestion 1", "Suggestion 0"]
    assert shown(client.get(f"{LIST}?state=answered")) == ["Suggestion 2"]
    assert len(shown(client.get(f"{LIST}?school_class={cast.school_class.pk}"))) == 3
    assert shown(client.get(f"{LIST}?school_class={cast.other_class.pk}")) == []


@pytest.mark.parametrize("query", ["state=x", "school_class=x", "school_class=%00", "page=x"])
def test_it_bears_any_address(cast, as_, query):
    suggest(cast)
    assert as_(cast.principal).get(f"{LIST}?{query}").status_code == 200


def test_of_brothers_and_sisters_it_names_those_in_sight(cast, as_):
    suggest(cast, cast.child, cast.sibling)
    text = as_(cast.adviser).get(LIST).text
    assert "林小雨" in text
    assert "林小晴" not in text


def test_a_school_administrator_reads_figures_alone(cast, as_):
    suggestion = suggest(cast)
    response = as_(cast.school_admin).get(LIST)
    assert response.context["figures"]["waiting"] == 1
    assert WORDS not in response.text
    assert cast.child.full_name not in response.text
    assert as_(cast.school_admin).get(url(suggestion)).status_code == 404
    assert as_(cast.other_school_admin).get(LIST).context["figures"]["asked"] == 0
    assert as_(cast.school_admin).get(f"{LIST}take/").status_code == 403


def test_it_is_taken_along_and_that_is_written_down(cast, as_):
    suggest(cast, text="=1+1").reply("Yes", by=cast.principal)
    client = as_(cast.principal)
    assert client.get(f"{LIST}take/").status_code == 200
    sent = {"reason": "leaders", "ending": "csv", "submission": builders.new_key()}
    file = client.post(f"{LIST}take/", sent)
    text = file.content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert "林小雨" in text
    entry = Entry.objects.get(verb="suggestions.exported")
    assert entry.data == {"reason": "leaders", "rows": 1}
    assert client.post(f"{LIST}take/", sent | {"ending": "xlsx"}).content.startswith(b"PK")
    assert client.post(f"{LIST}take/", {}).status_code == 422


def test_it_asks_as_much_for_one_as_for_twenty(cast, as_):
    client, counts = as_(cast.principal), []
    client.get(LIST)  # the first request of a session writes it down
    for many in (1, 19):
        for n in range(many):
            suggest(cast, text=f"Suggestion {many} {n}").reply("Yes", by=cast.principal)
        with connection.execute_wrapper(counter := Counter()):
            client.get(LIST)
        counts.append(counter.n)
    assert counts[0] == counts[1] <= 15


class Counter:
    """Counts statements."""

    n = 0

    def __call__(self, execute, *args):
        self.n += 1
        return execute(*args)


# --- today ------------------------------------------------------------------------------------------


def test_today_tells_a_leader_what_waits(cast, as_):
    suggestion = suggest(cast)
    text = as_(cast.principal).get(reverse("reports:today")).text
    assert WORDS in text
    assert url(suggestion) in text
    assert WORDS not in as_(cast.counselor).get(reverse("reports:today")).text
    suggestion.reply("Yes", by=cast.principal)
    assert WORDS not in as_(cast.principal).get(reverse("reports:today")).text


def test_it_counts_the_days_until_an_answer(cast):
    answered_after(suggest(cast), cast.principal)
    found = figures(Suggestion.objects.all(), builders.today())
    assert found == {"asked": 1, "answered": 1, "waiting": 0, "late": 0, "days": 1}
    none = figures(Suggestion.objects.none(), builders.today())
    assert none["days"] is None


def test_a_grown_student_is_told_and_its_parent_elsewhere_is_not(cast):
    student = cast.adult.student_row
    by = builders.make_staff(cast.college, sight.COUNSELOR)
    home = builders.make_household(student, address="Room 5")
    visit = Visit(school=cast.college, household=home, happened_at=timezone.now())
    visit.hold(
        by=by, lines=[VisitChild(student=student)], visitors=[by], share=True,
        suggestions=[Suggestion(text=WORDS)],
    )  # fmt: skip
    suggestion = visit.suggestions.get()
    assert suggestion.reply("It is ordered.", by=by)
    assert told(suggestion) == {cast.adult}
    assert Suggestion.objects.visible_to(cast.adult).exists()
    assert not Suggestion.objects.visible_to(cast.parent).exists()
