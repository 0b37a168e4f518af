"""Threads: who reads them, what is written and taken back, and what stays with the school."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from homeschool.journal.models import Notice
from homeschool.people import sight
from homeschool.people.models import Membership
from messaging.models import Away, Draft, Message, Remark, Seat, Thread
from messaging.models.message import TooLate, readers
from messaging.models.thread import Closed, MayNotTakePart, NobodyThere
from messaging.reading.homes import Sides
from messaging.reading.message_letters import words_of_message
from tests import builders

from .builders import let_leave, make_thread

pytestmark = pytest.mark.django_db


def reads(person, thread):
    return Thread.objects.visible_to(person).filter(pk=thread.pk).exists()


@pytest.fixture
def second_parent(cast):
    """A parent of another home, who sees the child as the mother does."""
    return builders.make_guardian(cast.child, "Second Parent")


# --- who reads ----------------------------------------------------------------------------------------


def test_who_reads_a_thread(cast, second_parent):
    thread = make_thread(cast)
    assert reads(cast.mother, thread)
    assert reads(cast.counselor, thread)
    for person in (
        second_parent, cast.father, cast.other_mother, cast.adult, cast.parent, cast.adviser,
        cast.other_counselor, cast.principal, cast.school_admin, cast.other_school_admin,
        cast.volunteer, cast.district,
    ):  # fmt: skip
        assert not reads(person, thread), person


def test_the_counselor_of_the_child_reads_what_the_adviser_writes(cast):
    thread = make_thread(cast, by=cast.adviser, school=[cast.adviser])
    assert reads(cast.adviser, thread)
    assert reads(cast.counselor, thread)
    assert not reads(cast.principal, thread)


def test_who_lost_the_right_reads_no_more(cast):
    thread = make_thread(cast)
    tie = cast.child.guardianships.get(guardian=cast.mother)
    tie.end(by=cast.school_admin)
    assert not reads(cast.mother, thread)
    Membership.objects.get(user=cast.counselor).end(by=cast.school_admin)
    assert not reads(cast.counselor, thread)


def test_nothing_is_seen_before_the_first_message_has_left(cast):
    thread = make_thread(cast, leaves=False)
    assert reads(cast.counselor, thread)
    assert not reads(cast.mother, thread)
    assert not Message.objects.visible_to(cast.mother).exists()
    let_leave(thread)
    assert reads(cast.mother, thread)
    assert Message.objects.visible_to(cast.mother).count() == 1


def test_separated_homes_have_threads_of_their_own(cast, second_parent):
    threads = Thread.objects.begin_for_each(
        cast.child, by=cast.counselor, homes=[[cast.mother], [second_parent]],
        school=[cast.counselor], text="The same for both",
    )  # fmt: skip
    for thread in threads:
        let_leave(thread)
    mine, theirs = threads
    assert mine.copies == theirs.copies
    assert reads(cast.mother, mine)
    assert not reads(cast.mother, theirs)
    assert reads(second_parent, theirs)
    assert not reads(second_parent, mine)
    mine.messages.write(mine, "For the school alone", by=cast.mother)
    let_leave(mine)
    assert Message.objects.visible_to(second_parent).count() == 1


def test_who_may_not_take_part_is_refused(cast):
    begin = {"by": cast.counselor, "school": [cast.counselor], "text": "Hello"}
    with pytest.raises(MayNotTakePart) as refused:
        Thread.objects.begin(cast.child, home=[cast.other_mother], **begin)
    assert refused.value.people == [cast.other_mother.pk]
    with pytest.raises(MayNotTakePart):
        Thread.objects.begin(
            cast.child, home=[cast.mother], by=cast.mother, school=[cast.volunteer], text="Hello"
        )
    with pytest.raises(NobodyThere):
        Thread.objects.begin(cast.child, home=[], **begin)
    assert not Thread.objects.exists()


def test_one_home_more_that_may_not_take_part_opens_none(cast):
    with pytest.raises(MayNotTakePart):
        Thread.objects.begin_for_each(
            cast.child, by=cast.counselor, homes=[[cast.mother], [cast.other_mother]],
            school=[cast.counselor], text="Hello",
        )  # fmt: skip
    assert not Thread.objects.exists()


# --- staff that is a parent of the child ---------------------------------------------------------------


@pytest.fixture(params=["sees", "ended", "restricted"])
def parent_of_staff(request, cast):
    """A parent of another home who works at the school: leads it and looks after the child's caseload."""
    person = builders.make_staff(cast.school, sight.COUNSELOR, "Colleague And Parent")
    builders.give_caseload(person, cast.child)
    Membership.objects.create(user=person, school=cast.school, role=sight.LEADER)
    builders.make_guardian(cast.child, user=person)
    tie = cast.child.guardianships.get(guardian=person)
    if request.param == "ended":
        tie.end(by=cast.school_admin)
    if request.param == "restricted":
        tie.restrict(reason="An order of the court.", by=cast.school_admin)
    return person


def test_a_colleague_who_is_a_parent_reads_no_thread_of_the_other_home(cast, parent_of_staff):
    thread = make_thread(cast)
    Remark.write(thread, "For colleagues", by=cast.counselor)
    away(cast, cast.counselor, parent_of_staff)
    assert not reads(parent_of_staff, thread)
    assert not Remark.objects.visible_to(parent_of_staff).exists()
    assert thread.side_of(parent_of_staff) == ""
    message = thread.messages.write(thread, "Only for the school", by=cast.mother)
    assert set(readers(message).values_list("user", flat=True)) == {cast.counselor.pk}


def test_a_colleague_who_is_a_parent_takes_no_part_as_staff(cast, parent_of_staff):
    thread = make_thread(cast)
    with pytest.raises(MayNotTakePart):
        thread.join(parent_of_staff, by=cast.counselor)
    with pytest.raises(MayNotTakePart):
        make_thread(cast, by=cast.mother, school=[parent_of_staff])
    assert parent_of_staff.pk not in Sides(cast.child).staff


def test_a_parent_whose_sight_was_withdrawn_is_told_nothing_as_staff(cast):
    person = builders.make_staff(cast.school, sight.LEADER, "Colleague And Parent")
    builders.make_guardian(cast.child, user=person)
    thread = make_thread(cast, home=[cast.mother, person])
    message = thread.messages.write(thread, "For this home", by=cast.counselor)
    assert set(readers(message).values_list("user", flat=True)) == {cast.mother.pk, person.pk}
    notice = Notice.objects.about(message).get()
    assert "words" in words_of_message(notice, person)
    tie = cast.child.guardianships.get(guardian=person)
    tie.restrict(reason="An order of the court.", by=cast.school_admin)
    assert set(readers(message).values_list("user", flat=True)) == {cast.mother.pk}
    assert "words" not in words_of_message(notice, person)
    assert not reads(person, thread)


# --- while somebody is away --------------------------------------------------------------------------


def away(cast, person, substitute, since=0, until=3):
    today = timezone.localdate()
    return Away.objects.create(
        school=cast.school, person=person, substitute=substitute,
        since=today + dt.timedelta(days=since), until=today + dt.timedelta(days=until),
    )  # fmt: skip


def test_a_substitute_reads_and_answers(cast):
    thread = make_thread(cast)
    row = away(cast, cast.counselor, cast.adviser)
    assert reads(cast.adviser, thread)
    assert thread.side_of(cast.adviser) == Seat.Side.SCHOOL
    answer = thread.messages.write(thread, "I stand in", by=cast.mother)
    assert set(readers(answer).values_list("user", flat=True)) == {
        cast.counselor.pk,
        cast.adviser.pk,
    }
    row.end(by=cast.counselor)
    assert not reads(cast.adviser, thread)


def test_standing_in_gives_no_sight_of_its_own(cast):
    thread = make_thread(cast)
    away(cast, cast.counselor, cast.other_counselor)
    assert not reads(cast.other_counselor, thread)
    assert not readers(thread.messages.get()).filter(user=cast.other_counselor).exists()


def test_nobody_is_away_twice(cast):
    away(cast, cast.counselor, cast.adviser)
    with pytest.raises(IntegrityError, match="a_person_is_away_once"), transaction.atomic():
        away(cast, cast.counselor, None, since=2, until=9)
    away(cast, cast.counselor, None, since=4, until=9)


# --- writing -------------------------------------------------------------------------------------------


def test_a_message_is_told_in_a_minute(cast):
    thread = make_thread(cast, leaves=False)
    message = thread.messages.get()
    notice = Notice.objects.get(about_id=str(message.pk))
    assert notice.next_at == message.leaves_at == message.written_at + dt.timedelta(seconds=60)
    assert list(readers(message).values_list("user", flat=True)) == [cast.mother.pk]


def test_it_is_taken_back_within_the_minute(cast):
    thread = make_thread(cast)
    answer = thread.messages.write(thread, "Oh no", by=cast.mother)
    answer.take_back(by=cast.mother)
    answer.take_back(by=cast.mother)
    let_leave(thread)
    assert not Message.objects.visible_to(cast.counselor).filter(pk=answer.pk).exists()
    assert Notice.objects.get(about_id=str(answer.pk)).cancelled_at
    thread.refresh_from_db()
    assert thread.last_at != answer.leaves_at


def test_what_has_left_is_not_taken_back(cast):
    message = make_thread(cast).messages.get()
    with pytest.raises(TooLate):
        message.take_back(by=cast.counselor)
    with (
        pytest.raises(IntegrityError, match="what_has_left_is_not_taken_back"),
        transaction.atomic(),
    ):
        Message.objects.filter(pk=message.pk).update(taken_back_at=timezone.now())


def test_nobody_takes_back_what_another_wrote(cast):
    message = make_thread(cast, leaves=False).messages.get()
    with pytest.raises(PermissionError):
        message.take_back(by=cast.mother)


def test_the_database_keeps_what_was_written(cast):
    message = make_thread(cast).messages.get()
    for change in (
        lambda: Message.objects.filter(pk=message.pk).update(text="something else"),
        lambda: message.delete(),
        lambda: Thread.objects.all().delete(),
    ):
        with pytest.raises(Exception, match=r"pgtrigger|Cannot|protect"), transaction.atomic():
            change()


def test_a_closed_thread_is_read_and_not_answered(cast):
    thread = make_thread(cast)
    thread.close(by=cast.counselor)
    with pytest.raises(Closed):
        thread.messages.write(thread, "Too late", by=cast.mother)
    assert reads(cast.mother, thread)
    thread.reopen(by=cast.counselor)
    thread.messages.write(thread, "Again", by=cast.mother)


def test_who_takes_no_part_writes_nothing(cast, second_parent):
    thread = make_thread(cast)
    for person in (second_parent, cast.school_admin, cast.volunteer):
        with pytest.raises(PermissionError):
            thread.messages.write(thread, "Let me in", by=person)


def test_one_tap_is_an_answer_and_stands_once(cast):
    thread = make_thread(cast, asks=True)
    question = thread.messages.get()
    thread.messages.write(thread, by=cast.mother, tap=Message.Tap.YES, answers=question)
    with pytest.raises(IntegrityError, match="a_person_taps_once"), transaction.atomic():
        thread.messages.write(thread, by=cast.mother, tap=Message.Tap.QUESTION, answers=question)


def test_a_message_without_a_word_is_refused(cast):
    with pytest.raises(IntegrityError, match="a_message_says_something"), transaction.atomic():
        make_thread(cast, text="")


# --- for staff alone --------------------------------------------------------------------------------------


def test_a_remark_is_read_by_staff_alone(cast):
    thread = make_thread(cast)
    remark = Remark.write(thread, "Ask the adviser first", by=cast.counselor)
    assert Remark.objects.visible_to(cast.counselor).get() == remark
    for person in (cast.mother, cast.father, cast.adviser, cast.school_admin, cast.volunteer):
        assert not Remark.objects.visible_to(person).exists()
    with pytest.raises(PermissionError):
        Remark.write(thread, "From home", by=cast.mother)


def test_staff_who_is_a_parent_in_a_thread_reads_no_remark_of_it(cast):
    """A colleague whose own child it is: adviser of the class, and parent in this thread."""
    builders.make_guardian(cast.child, user=cast.adviser)
    thread = make_thread(cast, home=[cast.adviser])
    Remark.write(thread, "For the counselor", by=cast.counselor)
    assert reads(cast.adviser, thread)
    assert not Remark.objects.visible_to(cast.adviser).exists()


# --- drafts ----------------------------------------------------------------------------------------------


def test_a_draft_is_kept_until_nothing_is_left_of_it(cast):
    thread = make_thread(cast)
    Draft.objects.keep(cast.mother, "Dear", thread=thread)
    Draft.objects.keep(cast.mother, "Dear teacher", thread=thread)
    Draft.objects.keep(cast.mother, "A new one", student=cast.child)
    assert Draft.objects.get(thread=thread).text == "Dear teacher"
    Draft.objects.keep(cast.mother, "", thread=thread)
    assert Draft.objects.get().student == cast.child


# --- the size of it -----------------------------------------------------------------------------------------


def test_the_pages_of_an_inbox_need_no_counting(cast):
    threads = [make_thread(cast, text=f"{n}") for n in range(5)]
    rows = Thread.objects.visible_to(cast.counselor).newest_first()
    first = list(rows[:2])
    rest = list(rows.before(first[-1].last_at, first[-1].pk))
    assert {row.pk for row in [*first, *rest]} == {row.pk for row in threads}
    assert len(rest) == 3
