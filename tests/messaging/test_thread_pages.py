"""The pages of conversations: the inbox, one conversation, and what is done in it."""

from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry, Receipt
from messaging.models import Away, Draft, Remark, Seat, Translation
from messaging.reading.threads import MESSAGES, Inbox, ThreadPage, anything_new, threads_of
from tests import builders
from tests.cast import sign_in
from tests.visits.pictures import paper, upload

from .builders import let_leave, make_thread, tell

pytestmark = pytest.mark.django_db

MOST = 12  # queries of a page, whatever it holds


def at(name, row, **query):
    return reverse(f"messaging:{name}", args=[row.pk], query=query or None)


def page(person, thread, **query):
    return sign_in(person).get(at("thread-detail", thread, **query))


def answer(person, thread, text="Thank you", **more):
    return sign_in(person).post(at("thread-detail", thread), {"text": text, **more})


def say(thread, by, texts, **message):
    for text in texts:
        thread.messages.write(thread, text, by=by, **message)
    let_leave(thread)


@pytest.fixture(autouse=True)
def in_english(cast):
    """What is looked for stands in English, whatever is translated one day."""
    speak(cast.mother, "en")


def speak(person, language):
    person.language = language
    person.save(update_fields=["language"])


@pytest.fixture
def second_parent(cast):
    """A parent of another home, who sees the child as the mother does."""
    return builders.make_guardian(cast.child, "Second Parent")


@pytest.fixture
def thread(cast):
    return make_thread(cast, text="The bus pass comes on Friday.", language="en")


# --- the inbox ----------------------------------------------------------------------------------------


def test_both_sides_find_their_conversation(cast, thread):
    for person in (cast.mother, cast.counselor):
        shown = sign_in(person).get(reverse("messaging:thread-list")).content.decode()
        assert "The bus pass comes on Friday." in shown
        assert thread.get_absolute_url() in shown


def test_what_is_not_read_stands_first(cast, thread):
    say(make_thread(cast, text="Newer"), cast.counselor, ["Newest"])
    tell(thread.messages.get(), cast.mother)
    inbox = Inbox(cast.mother)
    assert [row.thread for row in inbox.top] == [thread]
    assert [row.said for row in inbox.rows] == ["Newest"]
    assert [row.thread for row in Inbox(cast.mother, state="unread").rows] == [thread]
    assert inbox.top[0].unread == 1
    page(cast.mother, thread)
    assert not Inbox(cast.mother).top


def test_the_newest_words_stand_in_the_readers_language(cast, thread):
    Translation.objects.keep(
        thread.messages.get(), "zh-hans", "公交卡星期五到。", provider="Tester"
    )
    speak(cast.mother, "zh-hans")
    shown = sign_in(cast.mother).get(reverse("messaging:thread-list"))
    assert "公交卡星期五到。" in shown.content.decode()


@pytest.mark.parametrize("words", ["bus pass", "FRIDAY", "林小雨", "linxiaoyu", "林美", "公交卡"])
def test_it_is_found_by_words_and_names(cast, thread, words):
    make_thread(cast, by=cast.adviser, school=[cast.adviser], home=[cast.mother], text="Else")
    Translation.objects.keep(
        thread.messages.get(), "zh-hans", "公交卡星期五到。", provider="Tester"
    )
    assert thread in [row.thread for row in Inbox(cast.counselor, words=words).rows]


def test_a_search_finds_nothing_beyond_what_is_read(cast, second_parent, thread):
    thread.messages.write(thread, "Not yet sent: pelican", by=cast.mother)
    Remark.write(thread, "A heron", by=cast.counselor)
    for person, words in (
        (second_parent, "bus pass"), (cast.counselor, "pelican"), (cast.mother, "heron"),
        (cast.counselor, "%"), (cast.other_mother, "a"),
    ):  # fmt: skip
        assert not Inbox(person, words=words).rows, words


def test_of_a_caseload_the_inbox_tells_no_words_of_others(cast):
    thread = make_thread(cast, by=cast.adviser, school=[cast.adviser], text="A swan", language="en")
    Translation.objects.keep(thread.messages.get(), "zh-hans", "天鹅", provider="Tester")
    assert [row.said for row in Inbox(cast.counselor).rows] == [""]
    for words in ("swan", "天鹅"):
        assert not Inbox(cast.counselor, words=words).rows
    assert [row.thread for row in Inbox(cast.counselor, words="林小雨").rows] == [thread]
    away = Away.objects.create(
        school=cast.school, person=cast.adviser, substitute=cast.counselor,
        since=there(cast), until=there(cast),
    )  # fmt: skip
    assert [row.said for row in Inbox(cast.counselor, words="swan").rows] == ["A swan"]
    away.delete()
    say(thread, cast.counselor, ["Her own heron"])
    assert [row.said for row in Inbox(cast.counselor, words="heron").rows] == ["Her own heron"]
    assert not Inbox(cast.counselor, words="swan").rows


def there(cast):
    """Return the day that it is at the school."""
    return timezone.localdate(timezone=ZoneInfo(cast.school.time_zone))


def test_the_inbox_is_narrowed(cast, thread):
    other = make_thread(cast, text="Closed one")
    other.close(by=cast.counselor)
    assert [row.thread for row in Inbox(cast.mother, state="closed").rows] == [other]
    assert [row.thread for row in Inbox(cast.mother, state="open").rows] == [thread]
    assert not Inbox(cast.mother, child=cast.sibling.pk).rows
    assert len(Inbox(cast.mother, child=cast.child.pk).rows) == 2


def test_pages_of_the_inbox_follow_each_other(cast):
    threads = [make_thread(cast, text=f"{n}") for n in range(33)]
    first = Inbox(cast.counselor)
    second = Inbox(cast.counselor, before=first.older)
    assert [len(first.rows), len(second.rows), second.older] == [30, 3, ""]
    assert {row.thread for row in (*first.rows, *second.rows)} == set(threads)


@pytest.mark.parametrize(
    "address", ["?before=x", "?before=1e400_x", "?child=1", "?state=x", "?q=%00"]
)
def test_an_address_that_makes_no_sense_is_passed_over(cast, thread, address):
    shown = sign_in(cast.mother).get(reverse("messaging:thread-list") + address)
    assert shown.status_code == 200


def test_what_was_taken_back_leaves_no_row(cast):
    thread = make_thread(cast, leaves=False)
    thread.messages.get().take_back(by=cast.counselor)
    assert not Inbox(cast.counselor).rows


@pytest.mark.parametrize("n", [1, 20])
def test_the_inbox_costs_the_same_for_any_size(cast, n, django_assert_max_num_queries):
    for number in range(n):
        thread = make_thread(cast, text=f"{number}")
        tell(thread.messages.get(), cast.mother)
    for person in (cast.mother, cast.counselor):
        client = sign_in(person)
        client.get(
            reverse("messaging:thread-list")
        )  # the first page of a session writes the session
        with django_assert_max_num_queries(MOST - 2):
            client.get(reverse("messaging:thread-list"))


# --- a conversation --------------------------------------------------------------------------------------


def test_a_page_says_about_whom_and_who_reads(cast, thread):
    family = page(cast.mother, thread).content.decode()
    assert cast.child.called in family
    assert "Mei Chen" in family
    staff = page(cast.counselor, thread).content.decode()
    assert "林美 (mother)" in staff


def test_reading_is_noted_once_for_who_was_told(cast, thread):
    message = thread.messages.get()
    (receipt,) = tell(message, cast.mother)
    page(cast.counselor, thread)
    receipt.refresh_from_db()
    assert receipt.read_at is None
    sign_in(cast.mother).get(at("thread-detail", thread), headers={"Sec-Purpose": "prefetch"})
    receipt.refresh_from_db()
    assert receipt.read_at is None
    page(cast.mother, thread)
    receipt.refresh_from_db()
    assert receipt.read_at
    Receipt.objects.filter(pk=receipt.pk).update(read_at=timezone.now() - timezone.timedelta(1))
    assert "林美 read it on" in page(cast.counselor, thread).content.decode()


def test_read_by_names_the_other_side_alone(cast):
    thread = make_thread(cast, text="To home")
    from_home = thread.messages.write(thread, "To school", by=cast.mother)
    let_leave(thread)
    told = {
        thread.messages.first(): [cast.mother, cast.adviser],  # the adviser stood in for a day
        from_home: [cast.counselor, cast.adviser],
    }
    for message, people in told.items():
        for receipt in tell(message, *people):
            receipt.read()
    for person, readers in (
        (cast.counselor, {cast.mother}), (cast.mother, {cast.counselor, cast.adviser}),
    ):  # fmt: skip
        found = ThreadPage(person, threads_of(person).get()).messages
        (own,) = [message for message in found if message.is_mine]
        assert {one for one, _at in own.seen} == readers


def test_staff_that_takes_no_part_leaves_an_entry_that_tells_no_home(cast):
    thread = make_thread(cast, by=cast.adviser, school=[cast.adviser])
    page(cast.counselor, thread)
    entry = Entry.objects.get(verb="thread.viewed")
    assert entry.actor == cast.counselor
    assert entry.student is None
    page(cast.adviser, thread)
    assert Entry.objects.filter(verb="thread.viewed").count() == 1


def test_earlier_messages_stand_on_earlier_pages(cast, thread):
    say(thread, cast.counselor, [f"Number {n}" for n in range(MESSAGES + 5)])
    newest = ThreadPage(cast.mother, threads_of(cast.mother).get())
    assert newest.messages[-1].text == f"Number {MESSAGES + 4}"
    earlier = ThreadPage(cast.mother, threads_of(cast.mother).get(), before=newest.earlier)
    assert len(earlier.messages) == 6
    assert not earlier.earlier
    assert "Number 0" in page(cast.mother, thread, before=newest.earlier).content.decode()


@pytest.mark.parametrize("n", [1, 60])
def test_a_page_costs_the_same_for_any_length(cast, thread, n, django_assert_max_num_queries):
    say(thread, cast.counselor, [f"Number {m}" for m in range(n)], asks=True)
    for message in thread.messages.all():
        tell(message, cast.mother)
    for person in (cast.mother, cast.counselor):
        client = sign_in(person)
        client.get(at("thread-detail", thread))
        with django_assert_max_num_queries(MOST):
            client.get(at("thread-detail", thread))


# --- writing -----------------------------------------------------------------------------------------------


def test_an_answer_leaves_in_a_minute_and_ends_the_draft(cast, thread):
    Draft.objects.keep(cast.mother, "Than", thread=thread)
    assert "Than</textarea>" in page(cast.mother, thread).content.decode()
    gone = answer(cast.mother, thread, language="zh-hans")
    message = thread.messages.order_by("-written_at").first()
    assert gone.url.endswith(f"#m-{message.pk}")
    assert (message.text, message.language, message.side) == (
        "Thank you",
        "zh-hans",
        Seat.Side.HOME,
    )
    assert not Draft.objects.exists()
    assert "Thank you" not in page(cast.counselor, thread).content.decode()
    shown = page(cast.mother, thread).content.decode()
    until = timezone.localtime(message.leaves_at, timezone.zoneinfo.ZoneInfo(cast.school.time_zone))
    assert f"You can take it back until {until:%H:%M:%S}." in shown


def test_sent_twice_it_is_written_once(cast, thread):
    key = builders.new_key()
    first = answer(cast.mother, thread, submission=key)
    assert answer(cast.mother, thread, submission=key).url == first.url
    assert thread.messages.count() == 2


BAD = {
    "a million signs": ("x" * 1_000_000, "This is too long: 1000000 characters."),
    "nothing": ("   ", "Please write something."),
    "nothing to see": ("\u200b\u200f\u2060", "Please write something."),
    "NUL": ("a\0b", "cannot be kept"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_sent_comes_back_with_a_sentence(cast, thread, case):
    text, sentence = BAD[case]
    shown = answer(cast.mother, thread, text)
    assert shown.status_code == 422
    assert sentence in shown.content.decode()
    assert text.replace("\0", "\ufffd") in shown.content.decode()
    assert thread.messages.count() == 1
    kept = sign_in(cast.mother).post(at("thread-draft", thread), {"text": text})
    assert kept.status_code == (422 if case in ("a million signs", "NUL") else 302)


def test_text_stands_as_text(cast, thread):
    text = "<script>alert(1)</script> <b>bold</b> {{ 7|add:7 }} \u202eevil"
    answer(cast.counselor, thread, text)
    let_leave(thread)
    shown = page(cast.mother, thread).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &lt;b&gt;bold&lt;/b&gt; {{ 7|add:7 }}" in shown
    assert (
        "<script>alert"
        not in sign_in(cast.mother).get(reverse("messaging:thread-list")).content.decode()
    )


def test_an_answer_to_a_closed_conversation_is_kept(cast, thread):
    thread.close(by=cast.counselor)
    shown = answer(cast.mother, thread, "Too late")
    assert shown.status_code == 409
    assert "Mei Chen closed this conversation" in shown.content.decode()
    assert "Too late</textarea>" in shown.content.decode()
    assert Draft.objects.get().student == cast.child
    assert thread.messages.count() == 1
    assert (
        "Too late</textarea>"
        in sign_in(cast.mother).get(at("thread-write", cast.child)).content.decode()
    )


def test_what_is_not_sent_is_kept_beside_the_draft_of_a_new_conversation(cast, thread):
    Draft.objects.keep(cast.mother, "Begun before", student=cast.child)
    thread.close(by=cast.counselor)
    for _twice in range(2):
        shown = answer(cast.mother, thread, "Too late").content.decode()
        assert "Your words are kept for a new conversation." in shown
    assert Draft.objects.get(student=cast.child).text == "Begun before\n\nToo late"


def test_who_lost_sight_meanwhile_sends_nothing(cast, thread):
    client = sign_in(cast.mother)
    client.get(at("thread-detail", thread))
    cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.school_admin)
    assert client.post(at("thread-detail", thread), {"text": "Hello"}).status_code == 404
    shown = answer(cast.counselor, thread, "Anybody there?")
    assert shown.status_code == 422
    assert "nobody on the other side" in shown.content.decode()
    assert "Anybody there?</textarea>" in shown.content.decode()
    assert thread.messages.count() == 1


def test_who_looks_for_nobody_of_the_school_is_told(cast, thread):
    cast.counselor.membership.end(by=cast.school_admin)
    assert answer(cast.mother, thread).status_code == 422


# --- taking back, one tap ------------------------------------------------------------------------------------


def test_what_is_taken_back_becomes_a_draft(cast, thread):
    answer(cast.mother, thread, "Oh no")
    message = thread.messages.order_by("-written_at").first()
    assert sign_in(cast.counselor).post(at("message-take-back", message)).status_code == 404
    client = sign_in(cast.mother)
    for _twice in range(2):
        assert client.post(at("message-take-back", message)).url.endswith("#answer")
    assert Draft.objects.get(thread=thread).text == "Oh no"
    assert "taken back" in client.get(at("thread-detail", thread)).content.decode().lower()


def test_what_is_taken_back_stands_beside_what_was_typed_since(cast, thread):
    answer(cast.mother, thread, "Oh no")
    Draft.objects.keep(cast.mother, "And one more thing", thread=thread)
    message = thread.messages.order_by("-written_at").first()
    client = sign_in(cast.mother)
    for _twice in range(2):
        client.post(at("message-take-back", message))
    assert Draft.objects.get(thread=thread).text == "And one more thing\n\nOh no"


def test_files_of_what_is_taken_back_are_to_be_chosen_again(cast, thread):
    client = sign_in(cast.mother)
    for files, said in (({"files": [upload(paper(), "a.png")]}, True), ({}, False)):
        answer(cast.mother, thread, "Oh no", **files)
        message = thread.messages.order_by("-written_at").first()
        assert message.attachments.exists() == said
        shown = client.post(at("message-take-back", message), follow=True).content.decode()
        assert ("choose its files once more" in shown) == said


def test_a_draft_is_read_where_a_conversation_was_closed(cast, thread):
    Draft.objects.keep(cast.mother, "Oh no", thread=thread)
    assert "not-sent" not in page(cast.counselor, thread).content.decode()
    thread.close(by=cast.counselor)
    shown = page(cast.mother, thread).content.decode()
    assert "readonly" in shown
    assert "Oh no</textarea>" in shown
    assert "not-sent" not in page(cast.counselor, thread).content.decode()


def test_after_its_minute_nothing_is_taken_back(cast, thread):
    message = thread.messages.get()
    shown = sign_in(cast.counselor).post(at("message-take-back", message), follow=True)
    assert "It has left already" in shown.content.decode()
    assert sign_in(cast.mother).post(at("message-take-back", message)).status_code == 403


def test_the_first_message_taken_back_leads_to_a_new_one(cast):
    thread = make_thread(cast, leaves=False)
    gone = sign_in(cast.counselor).post(at("message-take-back", thread.messages.get()), follow=True)
    assert gone.redirect_chain[-1][0] == at("thread-write", cast.child)
    assert "Hello</textarea>" in gone.content.decode()


def test_one_tap_answers_once(cast):
    thread = make_thread(cast, asks=True, text="Thursday at four?")
    question = thread.messages.get()
    shown = page(cast.mother, thread).content.decode()
    assert "asks for an answer" in shown
    assert "asks for an answer" not in page(cast.counselor, thread).content.decode()
    client = sign_in(cast.mother)
    for _twice in range(2):
        assert client.post(at("message-tap", question), {"tap": "yes"}).status_code == 302
    tapped = thread.messages.get(answers=question)
    assert (tapped.tap, tapped.author) == ("yes", cast.mother)
    assert "asks for an answer" not in page(cast.mother, thread).content.decode()
    let_leave(thread)
    shown = page(cast.counselor, thread).content.decode()
    assert "Thursday at four?" in shown.split("thread-quote")[1]


@pytest.mark.parametrize("tap", ["", "no", "<b>"])
def test_no_other_tap_is_taken(cast, tap):
    question = make_thread(cast, asks=True).messages.get()
    assert sign_in(cast.mother).post(at("message-tap", question), {"tap": tap}).status_code == 403


def test_a_message_that_asks_nothing_is_not_tapped(cast, thread):
    for person in (cast.mother, cast.counselor):
        tapped = sign_in(person).post(at("message-tap", thread.messages.get()), {"tap": "yes"})
        assert tapped.status_code == 403


# --- staff ------------------------------------------------------------------------------------------------------


def test_staff_closes_and_opens(cast, thread):
    assert sign_in(cast.mother).post(at("thread-close", thread)).status_code == 403
    sign_in(cast.counselor).post(at("thread-close", thread))
    thread.refresh_from_db()
    assert thread.closed_by == cast.counselor
    sign_in(cast.counselor).post(at("thread-reopen", thread))
    thread.refresh_from_db()
    assert thread.closed_at is None


def test_a_colleague_joins(cast, thread):
    client = sign_in(cast.counselor)
    assert "Daniel Okafor" in client.get(at("thread-join", thread)).content.decode()
    sent = client.post(at("thread-join", thread), {"person": str(cast.other_counselor.pk)})
    assert sent.status_code == 422
    client.post(at("thread-join", thread), {"person": str(cast.adviser.pk)})
    assert page(cast.adviser, thread).status_code == 200


def test_remarks_stand_on_no_page_of_a_family(cast, thread):
    client = sign_in(cast.counselor)
    client.post(at("remark-list", thread), {"text": "Ask the adviser first"})
    assert Remark.objects.get().author == cast.counselor
    part = client.get(at("remark-list", thread), headers={"HX-Request": "true"}).content.decode()
    assert "Ask the adviser first" in part
    assert "<html" not in part
    assert "Ask the adviser first" not in page(cast.counselor, thread).content.decode()
    assert "remarks" not in page(cast.mother, thread).content.decode().lower()
    assert sign_in(cast.mother).get(at("remark-list", thread)).status_code == 403
    assert client.post(at("remark-list", thread), {"text": "x" * 2001}).status_code == 422


def test_staff_that_is_a_parent_here_has_no_tools_of_staff(cast):
    builders.make_guardian(cast.child, user=cast.adviser)
    thread = make_thread(cast, home=[cast.adviser])
    shown = page(cast.adviser, thread).content.decode()
    assert "remarks" not in shown.lower()
    assert sign_in(cast.adviser).get(at("remark-list", thread)).status_code == 403
    assert sign_in(cast.adviser).post(at("thread-close", thread)).status_code == 403


# --- what is new ---------------------------------------------------------------------------------------------------


def test_nothing_new_costs_one_query(cast, thread, django_assert_num_queries):
    user = cast.counselor
    user.roles()
    now = timezone.now()
    from homeschool.people import sight

    sight.remember(user)
    sight.reach_of(user)
    with django_assert_num_queries(1):
        assert anything_new(user, thread.pk, now) is False
    since = f"{now.timestamp():.6f}"
    quiet = sign_in(user).get(at("thread-news", thread, since=since))
    assert (quiet.status_code, quiet.content) == (204, b"")
    assert (
        sign_in(cast.other_counselor).get(at("thread-news", thread, since=since)).status_code == 404
    )


def test_what_left_meanwhile_comes_by_itself(cast, thread):
    since = f"{timezone.now().timestamp() - 300:.6f}"
    thread.messages.write(thread, "I answer", by=cast.mother)
    let_leave(thread)
    (receipt,) = tell(thread.messages.get(text="I answer"), cast.counselor)
    shown = sign_in(cast.counselor).get(at("thread-news", thread, since=since)).content.decode()
    assert "I answer" in shown
    assert "bus pass" not in shown
    assert "thread-live" in shown
    receipt.refresh_from_db()
    assert receipt.read_at


def test_what_comes_by_itself_is_said_aloud(cast, thread):
    shown = page(cast.counselor, thread).content.decode()
    assert '<ol class="thread mt-3" aria-live="polite">' in shown
    assert "aria-live" not in page(cast.mother, thread).content.decode().split("<ol")[1]


@pytest.mark.parametrize("since", ["", "x", "1e400", "nan", "-1e18"])
def test_a_moment_that_makes_no_sense_is_now(cast, thread, since):
    assert sign_in(cast.counselor).get(at("thread-news", thread, since=since)).status_code == 204


def test_a_draft_of_staff_is_kept_while_it_types(cast, thread):
    client, htmx = sign_in(cast.counselor), {"HX-Request": "true"}
    said = client.post(at("thread-draft", thread), {"text": "Dear"}, headers=htmx)
    assert "Draft kept" in said.content.decode()
    said = client.post(at("thread-draft", thread), {"text": "x" * 10_001}, headers=htmx)
    assert "too long" in said.content.decode()
    assert Draft.objects.get().text == "Dear"


# --- three languages -------------------------------------------------------------------------------------------------


def test_three_languages_in_one_conversation(cast):
    """The mother writes Chinese, the adviser English, the counselor Spanish: each reads its own first, and
    the original beside it."""
    people = {"zh-hans": cast.mother, "en": cast.adviser, "es": cast.counselor}
    said = {"zh-hans": "星期四可以吗？", "en": "Thursday is fine.", "es": "Yo voy también."}
    thread = make_thread(cast, by=cast.mother, school=[cast.adviser, cast.counselor], text=said["zh-hans"], language="zh-hans")  # fmt: skip
    for language in ("en", "es"):
        thread.messages.write(thread, said[language], by=people[language], language=language)
    let_leave(thread)
    for message in thread.messages.all():
        for language in set(said) - {message.language}:
            Translation.objects.keep(
                message, language, f"<{message.language} in {language}>", provider="Tester"
            )
    for language, person in people.items():
        speak(person, language)
        html = page(person, thread).content.decode()
        for other in set(said) - {language}:
            # staff reads what colleagues wrote as it was written
            if person == cast.mother or other == "zh-hans":
                assert f"&lt;{other} in {language}&gt;" in html
            assert said[other] in html
        assert said[language] in html
