"""A new conversation: about which child, to whom, and the letter that tells of it."""

import pytest
from django.urls import reverse

from homeschool.journal import kinds
from homeschool.journal.models import Notice, Receipt
from messaging.models import Draft, Message, Remark, Thread, Translation
from messaging.models.message import WRITTEN
from messaging.reading.homes import Sides
from tests import builders
from tests.cast import sign_in

from .builders import let_leave, make_thread, tell
from .test_thread_pages import answer, at, speak

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english(cast):
    speak(cast.mother, "en")


@pytest.fixture
def second_parent(cast):
    parent = builders.make_guardian(cast.child, "Second Parent", relation="father")
    builders.make_household(cast.child, guardians=[parent], address="Far away")
    return parent


def write(person, child, *to, text="Hello", **more):
    sent = {"to": to, "text": text, **more}
    return sign_in(person).post(at("thread-write", child), sent)


def keys(cast):
    return [home.key for home in Sides(cast.child).homes]


# --- homes ------------------------------------------------------------------------------------------------


def test_homes_stand_by_themselves(cast, second_parent):
    grandmother = builders.make_guardian(cast.child, "周玉兰", relation="grandmother")
    cast.household.guardians.add(grandmother)
    alone = builders.make_guardian(cast.child, "Aunt Ann", relation="relative")
    found = [{one.full_name for one in home.people} for home in Sides(cast.child).homes]
    assert found[0] == {"林美", "周玉兰"}
    assert sorted(found[1:], key=str) == [{"Aunt Ann"}, {"Second Parent"}]
    assert cast.father not in [one for home in Sides(cast.child).homes for one in home.people]
    assert Sides(cast.child).home_of(alone) == [alone]
    assert "Far away" not in str([home.words for home in Sides(cast.child).homes])


def test_a_grown_student_is_a_home_by_itself(cast):
    student = cast.adult.student_row
    student.grants.create(guardian=cast.parent, item="messages")
    builders.make_household(student, guardians=[cast.parent, cast.adult])
    homes = [home.people for home in Sides(student).homes]
    assert sorted(homes, key=str) == sorted([[cast.adult], [cast.parent]], key=str)


# --- who writes ---------------------------------------------------------------------------------------------


def test_staff_writes_to_both_homes_and_neither_reads_of_the_other(cast, second_parent):
    shown = sign_in(cast.counselor).get(at("thread-write", cast.child)).content.decode()
    assert "more than one home" in shown
    sent = write(cast.counselor, cast.child, *keys(cast), asks="on")
    assert sent.url.endswith(f"?child={cast.child.pk}")
    mine, theirs = Thread.objects.order_by("pk")
    for thread in (mine, theirs):
        let_leave(thread)
        assert thread.messages.get().asks
    pages = {}
    for parent in (cast.mother, second_parent):
        client = sign_in(parent)
        own = Thread.objects.visible_to(parent).get()
        listed = client.get(reverse("messaging:thread-list")).content.decode()
        pages[parent] = listed + client.get(own.get_absolute_url()).content.decode()
        other = mine if own == theirs else theirs
        assert client.get(other.get_absolute_url()).status_code == 404
    assert "Second Parent" not in pages[cast.mother]
    assert "林美" not in pages[second_parent]


def test_a_family_writes_to_whom_it_chooses(cast):
    cast.household.guardians.add(builders.make_guardian(cast.child, "周玉兰"))
    shown = sign_in(cast.mother).get(at("thread-write", cast.child)).content.decode()
    assert "Daniel Okafor" in shown
    assert "Mei Chen" in shown
    assert "Class adviser" in shown
    assert "周玉兰" in shown
    write(cast.mother, cast.child, str(cast.adviser.pk), text="我想问", language="zh-hans")
    thread = Thread.objects.get()
    assert {s.person.full_name for s in thread.seats.all()} == {"林美", "周玉兰", "Daniel Okafor"}
    assert thread.messages.get().language == "zh-hans"


def test_nobody_and_somebody_else_are_refused(cast):
    for to in ((), (str(cast.volunteer.pk),), ("x",)):
        shown = write(cast.mother, cast.child, *to, text="Kept words")
        assert shown.status_code == 422
        assert "Kept words</textarea>" in shown.content.decode()
    assert write(cast.counselor, cast.child, text="Kept words").status_code == 422
    assert not Thread.objects.exists()


def test_a_home_that_lost_the_right_meanwhile_is_refused(cast, second_parent):
    chosen = keys(cast)
    cast.child.guardianships.get(guardian=second_parent).withdraw(by=cast.school_admin)
    shown = write(cast.counselor, cast.child, *chosen, text="Kept words")
    assert shown.status_code == 422
    assert "Kept words</textarea>" in shown.content.decode()
    assert not Thread.objects.exists()


def test_sent_twice_it_begins_once(cast):
    key = builders.new_key()
    urls = {write(cast.counselor, cast.child, *keys(cast), submission=key).url for _n in range(2)}
    assert len(urls) == 1
    assert Thread.objects.count() == 1


def test_a_draft_is_kept_for_each_child(cast):
    client = sign_in(cast.mother)
    client.post(at("thread-write-draft", cast.child), {"text": "Dear teacher"})
    assert "Dear teacher</textarea>" in client.get(at("thread-write", cast.child)).content.decode()
    assert "Dear teacher" not in client.get(at("thread-write", cast.sibling)).content.decode()
    write(cast.mother, cast.child, str(cast.adviser.pk))
    assert not Draft.objects.exists()


# --- what was not sent -------------------------------------------------------------------------------------


def take_back(person, thread):
    message = thread.messages.order_by("-written_at").first()
    return sign_in(person).post(at("message-take-back", message)).url


def drafts(person):
    """{whether it stands in a thread: its words}."""
    rows = Draft.objects.filter(person=person)
    return {row.thread_id is not None: row.text for row in rows}


def test_a_short_message_taken_back_is_no_part_of_a_word(cast):
    thread = make_thread(cast)
    answer(cast.mother, thread, "Yes")
    Draft.objects.keep(cast.mother, "Yesterday we called.", thread=thread)
    take_back(cast.mother, thread)
    assert drafts(cast.mother) == {True: "Yesterday we called.\n\nYes"}
    assert Draft.objects.get().holds("Yes")


def test_words_for_one_home_are_not_put_beside_those_for_another(cast, second_parent):
    closed, first = make_thread(cast), make_thread(cast, leaves=False)
    closed.close(by=cast.counselor)
    Draft.objects.keep(cast.counselor, "To the other home", student=cast.child)
    for _twice in range(2):
        shown = answer(cast.counselor, closed, "Too late").content.decode()
        assert "Your draft is kept. Only you read it." in shown
        assert drafts(cast.counselor) == {False: "To the other home", True: "Too late"}
    Draft.objects.keep(cast.counselor, "", thread=closed)
    for _twice in range(2):
        assert take_back(cast.counselor, first).startswith(first.get_absolute_url())
        assert drafts(cast.counselor) == {False: "To the other home", True: "Hello"}


def test_words_to_a_closed_conversation_go_along_to_a_new_one(cast):
    taken, typed = make_thread(cast), make_thread(cast)
    answer(cast.mother, taken, "Oh no")
    Draft.objects.keep(cast.mother, "Too l", thread=typed)
    for thread in (taken, typed):
        thread.close(by=cast.counselor)
    for _twice in range(2):
        assert take_back(cast.mother, taken) == at("thread-write", cast.child)
    answer(cast.mother, typed, "Too late")
    assert drafts(cast.mother) == {False: "Oh no\n\nToo late"}


def test_words_about_a_child_who_has_left_stay_where_they_are(cast):
    thread = make_thread(cast)
    answer(cast.mother, thread, "Oh no")
    thread.close(by=cast.counselor)
    type(cast.child).objects.filter(pk=cast.child.pk).update(status="left")
    assert take_back(cast.mother, thread).startswith(thread.get_absolute_url())
    assert drafts(cast.mother) == {True: "Oh no"}


def test_who_is_a_parent_too_finds_as_staff_no_child_of_its_own(cast):
    builders.make_guardian(cast.child, user=cast.adviser).guardianship.withdraw(
        by=cast.school_admin
    )
    found = sign_in(cast.adviser).get(reverse("messaging:thread-new"), {"q": "xiaoyu"})
    assert at("thread-write", cast.child) not in found.content.decode()
    found = sign_in(cast.adviser).get(reverse("messaging:thread-new"), {"q": "mateo"})
    assert at("thread-write", cast.classmate) in found.content.decode()


def test_the_way_to_a_child(cast):
    client = sign_in(cast.mother)
    shown = client.get(reverse("messaging:thread-new")).content.decode()
    assert at("thread-write", cast.sibling) in shown
    assert client.get(reverse("messaging:thread-new"), {"child": cast.child.pk}).url == at("thread-write", cast.child)  # fmt: skip
    assert sign_in(cast.other_mother).get(reverse("messaging:thread-new")).url == at("thread-write", cast.classmate)  # fmt: skip
    found = sign_in(cast.counselor).get(reverse("messaging:thread-new"), {"q": "xiaoyu"})
    assert at("thread-write", cast.child) in found.content.decode()
    found = sign_in(cast.counselor).get(reverse("messaging:thread-new"), {"q": "mateo"})
    assert at("thread-write", cast.classmate) not in found.content.decode()


def test_who_has_left_is_not_written_about(cast):
    cast.child.status = "left"
    cast.child.save()
    assert sign_in(cast.counselor).get(at("thread-write", cast.child)).status_code == 403


# --- the letter -----------------------------------------------------------------------------------------------


def letter_to(person, message, forms=("subject.txt", "txt", "html", "page.html")):
    receipt = Receipt.objects.filter(
        person=person, notice=Notice.objects.about(message).get()
    ).first()
    receipt = receipt or tell(message, person)[0]
    with kinds.speaking_to(receipt):
        more = {"link": "https://x/", "stop_link": "https://y/", "site_url": "https://z"}
        context = kinds.context_of(receipt, **more)
        return {form: kinds.words(receipt, form, context) for form in forms}


def test_a_family_reads_the_words_in_its_language_beside_the_original(cast):
    speak(cast.mother, "zh-hans")
    message = make_thread(cast, text="The bus pass <b>comes</b>.", language="en").messages.get()
    Translation.objects.keep(message, "zh-hans", "公交卡到了。", provider="Tester")
    Remark.write(message.thread, "A heron", by=cast.counselor)
    letter = letter_to(cast.mother, message)
    for form in ("txt", "html", "page.html"):
        assert "公交卡到了。" in letter[form]
        assert "heron" not in letter[form]
        assert message.thread.get_absolute_url() in letter[form]
    assert "<b>comes</b>" in letter["txt"]
    assert "&lt;b&gt;comes&lt;/b&gt;" in letter["html"]
    assert "<b>comes</b>" not in letter["html"] + letter["page.html"]


def test_the_subject_holds_no_name_and_stays_one_line(cast):
    cast.counselor.full_name = "Mei\r\nBcc: all@example.org"
    cast.counselor.save()
    subject = letter_to(cast.mother, make_thread(cast).messages.get())["subject.txt"]
    assert "Bcc" not in subject
    assert "林" not in subject
    assert len(subject.strip().splitlines()) == 1


def test_staff_reads_behind_its_own_sign_in(cast):
    thread = make_thread(cast)
    thread.messages.write(thread, "My secret", by=cast.mother)
    let_leave(thread)
    letter = letter_to(cast.counselor, thread.messages.get(text="My secret"))
    assert "My secret" not in "".join(letter.values())
    assert thread.get_absolute_url() in letter["txt"]


def test_it_is_told_as_long_as_it_stands(cast):
    thread = make_thread(cast, leaves=False)
    notice, kind = Notice.objects.get(kind=WRITTEN), kinds.get(WRITTEN)
    assert kind.alive(notice)
    assert [row.user_id for row in kind.recipients(notice)] == [cast.mother.pk]
    Message.objects.get().take_back(by=cast.counselor)
    assert not kind.alive(notice)
    assert not kind.recipients(notice).exists()
    assert thread.closed_at is None
