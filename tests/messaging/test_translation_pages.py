"""Messages in other languages as people meet them: the job, the pages, the labels, and what is unclear."""

import pytest
from django.urls import reverse
from django.utils import translation

from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Job, Notice
from homeschool.people.models import Membership
from messaging.models import Away, Message, Term, Thread, Translation, Unclear
from messaging.models.thread import Seat
from messaging.reading import translating
from tests import builders

from . import translator
from .builders import let_leave, make_thread, tell

pytestmark = pytest.mark.django_db

NO, GONE, WRONG = 403, 404, 422


def speak(person, language):
    person.language = language
    person.save(update_fields=["language"])


@pytest.fixture
def spanish(cast):
    """The mother reads Spanish."""
    speak(cast.mother, "es")
    return cast.mother


@pytest.fixture
def message(cast, spanish):
    return make_thread(cast, text="See you on Friday", language="en").messages.get()


def url(name, *args):
    return reverse(f"messaging:{name}", args=args)


def work():
    """Do the jobs that wait, as the relay and a worker would."""
    for job in Job.objects.filter(kind="messages.translate", state="pending"):
        Job.objects.filter(pk=job.pk).update(lease_by="relay")
        actions.work(job.pk)


def met(message, reader, side, language="en"):
    """Return the message as its page has it."""
    row = translating.with_words(Message.objects.filter(pk=message.pk)).get()
    with translation.override(language):
        translating.meet([row], reader, side)
        row.name = row.words.original_name
    return row


# --- the machine --------------------------------------------------------------------------------------


def test_a_message_is_translated_before_it_leaves(cast, spanish, machine):
    thread = make_thread(cast, text="See you", language="en", leaves=False)
    message = thread.messages.get()
    assert not Translation.objects.exists()
    work()
    row = Translation.objects.get()
    assert (row.message, row.language, row.text) == (message, "es", "EES UOY")
    assert row.is_of_a_machine
    assert Job.objects.get().state == "done"
    # of a message that has not left nobody else sees a word
    assert not Translation.objects.visible_to(cast.mother).exists()
    let_leave(thread)
    assert Translation.objects.visible_to(cast.mother).exists()


def test_the_family_is_translated_for_the_school(cast, spanish, machine):
    speak(cast.counselor, "en")
    machine.guess = {"confidence": 90.0, "language": "es"}
    thread = make_thread(cast, by=spanish, text="Hola", language="")
    assert [job.arguments["languages"] for job in Job.objects.all()] == [["en"]]
    work()
    assert thread.messages.get().translations.get().language == "en"


@pytest.mark.parametrize(("text", "language"), [("See you", "es"), ("", "en")])
def test_nothing_is_asked_where_nothing_is_to_do(cast, spanish, machine, text, language):
    make_thread(cast, text=text, language=language, tap="" if text else "yes")
    assert not Job.objects.exists()


def test_without_a_machine_nothing_is_asked(cast, spanish, settings):
    settings.TRANSLATION_URL = ""
    make_thread(cast, text="See you", language="en")
    assert not Job.objects.exists()


def test_what_was_taken_back_is_not_translated(cast, spanish, machine):
    message = make_thread(cast, text="See you", language="en", leaves=False).messages.get()
    message.take_back(by=cast.counselor)
    work()
    assert not machine.asked
    assert not Translation.objects.exists()
    assert Job.objects.get().state == "done"


def test_what_is_in_the_language_already_gets_no_translation(cast, spanish, machine):
    machine.guess = {"confidence": 90.0, "language": "es"}
    make_thread(cast, text="Hola", language="")
    work()
    assert not Translation.objects.exists()


def test_a_machine_that_is_away_is_asked_again(cast, spanish, machine):
    message = make_thread(cast, text="See you", language="en").messages.get()
    machine.troubles = [False, translator.status(503)]
    work()
    job = Job.objects.get()
    assert (job.state, job.error) == ("pending", "Unavailable")
    work()
    assert message.translations.exists()


def test_a_machine_that_refuses_is_not_asked_again(cast, spanish, machine, caplog):
    make_thread(cast, text="See you", language="en")
    machine.key = "another"
    work()
    assert Job.objects.get().state == "failed"
    assert "refused" in caplog.text
    assert "See you" not in caplog.text


def test_one_language_that_it_does_not_know_keeps_no_other_back(cast, message, machine):
    Translation.objects.ask_for(message, by=cast.mother, languages=["es", "zh-hans"])
    machine.languages = [{"code": "en", "name": "English", "targets": ["zh"]}, {"code": "zh"}]
    work()
    assert [row.language for row in Translation.objects.all()] == ["zh-hans"]
    assert Job.objects.get().state == "done"


def test_what_waits_already_is_not_asked_twice(cast, message, machine):
    ask = Translation.objects.ask_for
    assert ask(message, by=cast.mother, languages=["es"])
    assert ask(message, by=cast.mother, languages=["es"]) is None
    work()
    assert ask(message, by=cast.mother, languages=["es"]) is None


# --- the words of a message ---------------------------------------------------------------------------


def test_who_reads_another_language_reads_it_first_with_the_original_beside(cast, message):
    row = Translation.objects.keep(message, "es", "Hasta el viernes", provider="LibreTranslate")
    told = met(message, cast.mother, Seat.Side.HOME, "es")
    assert (told.words.shown, told.words.language) == ("Hasta el viernes", "es")
    assert (told.words.original, told.name) == ("See you on Friday", "Inglés")
    english = met(message, cast.mother, Seat.Side.HOME)
    assert (english.words.shown, english.words.original) == ("See you on Friday", "")
    assert met(message, cast.counselor, Seat.Side.SCHOOL, "es").words.shown == "See you on Friday"
    assert "machine" in translating.label(row)


def test_labels_say_whose_words_they_are(cast, message):
    row = Translation.objects.keep(message, "es", "Hasta el viernes", provider="LibreTranslate")
    assert translating.label(row) == "Translated by a machine, nobody checked it"
    row.check_by(cast.counselor)
    assert translating.label(row) == f"Translation checked by {cast.counselor}"
    row = Translation.objects.keep(message, "es", "El viernes", by=cast.adviser)
    assert translating.label(row) == f"Translated by {cast.adviser}"


def test_the_words_of_many_messages_cost_no_query_each(cast, message, django_assert_num_queries):
    for n in range(3):
        message.thread.messages.write(message.thread, f"Word {n}", by=cast.counselor, language="en")
    with django_assert_num_queries(4):
        rows = list(translating.with_words(message.thread.messages.all()))
        translating.meet(rows, cast.mother, Seat.Side.HOME)
    assert len(rows) == 4


def test_the_page_of_a_thread_shows_words_labels_and_the_ways_to_them(cast, message, as_):
    thread = message.thread
    second = thread.messages.write(thread, "Bring an umbrella", by=cast.counselor, language="en")
    let_leave(thread)
    Translation.objects.keep(message, "es", "Hasta el viernes", provider="LibreTranslate")
    row = Unclear.say(second, by=cast.mother)
    family = as_(cast.mother).get(thread.get_absolute_url()).content.decode()
    for words in ("Hasta el viernes", "See you on Friday", "Original (Inglés)"):
        assert words in family
    assert url("unclear-say", message.pk) in family
    assert url("unclear-say", second.pk) not in family
    assert "data-read-aloud" in family
    assert url("translation-write", message.pk, "es") not in family
    staff = as_(cast.counselor).get(thread.get_absolute_url()).content.decode()
    for message_of in (message, second):
        assert url("translation-write", message_of.pk, "es") in staff
        assert url("translation-write", message_of.pk, "zh-hans") not in staff
    assert url("unclear-help", row.pk) in staff
    assert "by machine, not checked" in staff


def test_a_letter_holds_both_or_says_that_there_is_one_alone(cast, message):
    (receipt,) = tell(message, cast.mother)

    def letter():
        receipt.refresh_from_db()
        with kinds.speaking_to(receipt):
            context = kinds.context_of(receipt, link="", stop_link="", site_url="")
            return kinds.words(receipt, "txt", context)

    assert "See you on Friday" in letter()
    assert "Nadie lo ha" in letter()
    Translation.objects.keep(message, "es", "Hasta el viernes", provider="LibreTranslate")
    told = letter()
    assert told.index("Hasta el viernes") < told.index("See you on Friday")
    assert "Nadie lo ha" not in told


# --- staff writes and checks --------------------------------------------------------------------------


def test_staff_writes_the_words_beside_the_original(cast, message, as_):
    page = url("translation-write", message.pk, "es")
    shown = as_(cast.counselor).get(page)
    assert "See you on Friday" in shown.content.decode()
    # another home's list of who looked at the child does not tell of it
    assert Entry.objects.filter(verb="translation.opened", student=None).count() == 1
    answer = as_(cast.counselor).post(page, {"text": "Hasta el viernes"})
    assert answer.status_code == 302
    row = Translation.objects.get()
    assert (row.text, row.by, row.provider) == ("Hasta el viernes", cast.counselor, "")


def test_staff_finds_the_words_of_a_machine_right_or_mends_them(cast, message, as_):
    row = Translation.objects.keep(message, "es", "Hasta\nel viernes", provider="LibreTranslate")
    page = url("translation-write", message.pk, "es")
    assert "nobody checked it" in as_(cast.counselor).get(page).content.decode()
    as_(cast.counselor).post(page, {"text": "Hasta\r\nel viernes"})
    row.refresh_from_db()
    assert (row.checked_by, row.by, row.provider) == (cast.counselor, None, "LibreTranslate")
    as_(cast.counselor).post(page, {"text": "Nos vemos el viernes"})
    row.refresh_from_db()
    assert (row.by, row.text, row.checked_by) == (cast.counselor, "Nos vemos el viernes", None)


@pytest.mark.parametrize("text", ["", "A\0B", "x" * 20_001])
def test_words_that_are_none_are_refused_and_kept_on_the_page(cast, message, as_, text):
    answer = as_(cast.counselor).post(url("translation-write", message.pk, "es"), {"text": text})
    assert answer.status_code == WRONG
    assert not Translation.objects.exists()


def test_html_is_text(cast, message, as_):
    text = "<script>alert(1)</script>\u202eabc"
    as_(cast.counselor).post(url("translation-write", message.pk, "es"), {"text": text})
    shown = as_(cast.counselor).get(url("translation-write", message.pk, "es")).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_who_translates(cast, message, as_):
    page = url("translation-write", message.pk, "es")
    row = Translation.objects.keep(message, "es", "Hasta el viernes", provider="LibreTranslate")
    check = url("translation-check", row.pk)
    assert as_(cast.mother).get(page).status_code == NO
    assert as_(cast.mother).post(check).status_code == NO
    for person in (cast.adviser, cast.other_mother, cast.school_admin):
        assert as_(person).get(page).status_code == GONE
        assert as_(person).post(check).status_code == GONE
    assert as_(cast.counselor).get(url("translation-write", message.pk, "fr")).status_code == GONE
    assert as_(cast.counselor).post(check).status_code == 302
    row.refresh_from_db()
    assert row.checked_by == cast.counselor


def test_a_reader_asks_the_machine(cast, message, machine, as_):
    speak(cast.mother, "zh-hans")
    as_(cast.mother).post(url("translation-ask", message.pk), {"language": "zh-hans"})
    work()
    assert Translation.objects.get().language == "zh-hans"
    bad = as_(cast.mother).post(url("translation-ask", message.pk), {"language": "xx"})
    assert bad.status_code == GONE


def test_without_a_machine_who_asks_is_told_so(cast, message, settings, as_):
    settings.TRANSLATION_URL = ""
    answer = as_(cast.mother).post(url("translation-ask", message.pk), {"language": "es"})
    assert answer.status_code == 302
    assert not Job.objects.exists()


# --- “I did not understand” ---------------------------------------------------------------------------


def test_who_did_not_understand_is_answered_by_a_named_person(cast, message, as_):
    for _twice in range(2):
        as_(cast.mother).post(url("unclear-say", message.pk))
    row = Unclear.objects.get()
    assert row.helper == cast.counselor
    notice = Notice.objects.get(kind="message.unclear")
    kind = kinds.get("message.unclear")
    assert list(kind.recipients(notice).values_list("user", flat=True)) == [cast.counselor.pk]
    assert kind.alive(notice)
    waits = as_(cast.counselor).get(url("unclear-list")).content.decode()
    assert str(cast.mother) in waits
    assert met(message, cast.mother, Seat.Side.HOME).unclear_rows == [row]
    as_(cast.counselor).post(url("unclear-help", row.pk), {"back": "list"})
    assert not Unclear.objects.waiting().exists()
    assert not kind.alive(notice)
    empty = as_(cast.counselor).get(url("unclear-list")).content.decode()
    assert "Everything is understood" in empty


def test_who_is_away_does_not_explain(cast, message):
    today = builders.today()
    Away.objects.create(
        school=cast.school, person=cast.counselor, substitute=cast.adviser, since=today, until=today
    )
    assert Unclear.say(message, by=cast.mother).helper == cast.adviser


@pytest.mark.parametrize("substitute", ["nobody", "who does not see the child"])
def test_where_nobody_stands_in_somebody_else_of_the_thread_explains(cast, spanish, substitute):
    today = builders.today()
    away = {"school": cast.school, "since": today, "until": today}
    stands_in = None if substitute == "nobody" else cast.other_counselor
    Away.objects.create(person=cast.counselor, substitute=stands_in, **away)
    thread = make_thread(cast, school=[cast.counselor, cast.adviser], text="Hello")
    assert Unclear.say(thread.messages.get(), by=cast.mother).helper == cast.adviser
    alone = make_thread(cast, text="Hello").messages.get()
    assert Unclear.say(alone, by=cast.mother).helper == cast.counselor


def test_where_the_writer_left_somebody_else_of_the_thread_explains(cast, spanish):
    thread = make_thread(cast, school=[cast.counselor, cast.adviser], text="Hello")
    Membership.objects.get(user=cast.counselor).end(by=cast.school_admin)
    assert Unclear.say(thread.messages.get(), by=cast.mother).helper == cast.adviser


def test_what_waits_for_somebody_who_is_gone_or_away_waits_for_others(cast, spanish):
    thread = make_thread(cast, school=[cast.counselor, cast.adviser], text="Hello")
    row = Unclear.say(thread.messages.get(), by=cast.mother)
    assert list(translating.waiting_for(cast.counselor)) == [row]
    for person in (cast.adviser, cast.mother, cast.principal):
        assert not translating.waiting_for(person).exists()
    today = builders.today()
    away = Away.objects.create(
        school=cast.school, person=cast.counselor, substitute=cast.adviser, since=today, until=today
    )
    assert translating.waiting_for(cast.adviser).exists()
    away.end(by=cast.counselor)
    assert not translating.waiting_for(cast.adviser).exists()
    Membership.objects.get(user=cast.counselor).end(by=cast.school_admin)
    assert list(translating.waiting_for(cast.adviser)) == [row]
    assert not translating.waiting_for(cast.mother).exists()


def test_what_waits_for_somebody_who_sees_the_child_no_more_waits_for_others(cast, spanish):
    thread = make_thread(cast, by=cast.adviser, school=[cast.adviser], text="Hello")
    row = Unclear.say(thread.messages.get(), by=cast.mother)
    assert row.helper == cast.adviser
    assert not translating.waiting_for(cast.counselor).exists()
    type(cast.school_class).objects.filter(pk=cast.school_class.pk).update(
        adviser=cast.other_teacher.membership
    )
    assert not translating.waiting_for(cast.adviser).exists()
    assert list(translating.waiting_for(cast.counselor)) == [row]


def test_who_says_so(cast, message, as_):
    say = url("unclear-say", message.pk)
    assert as_(cast.counselor).post(say).status_code == NO
    assert as_(cast.other_mother).post(say).status_code == GONE
    own = message.thread.messages.write(message.thread, "Yes", by=cast.mother)
    assert as_(cast.mother).post(url("unclear-say", own.pk)).status_code == NO
    assert not Unclear.objects.exists()


def test_one_parent_does_not_see_that_the_other_did_not_understand(cast, message):
    second = builders.make_guardian(cast.child, "Second Parent")
    Seat.objects.create(thread=message.thread, person=second, side=Seat.Side.HOME)
    row = Unclear.say(message, by=cast.mother)
    assert met(message, second, Seat.Side.HOME).unclear_rows == []
    assert met(message, second, Seat.Side.HOME).may_say_unclear
    assert met(message, cast.counselor, Seat.Side.SCHOOL).unclear_rows == [row]


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_of_what_is_unclear_is_read_at_once(
    cast, spanish, as_, rows, django_assert_max_num_queries
):
    for _n in range(rows):
        Unclear.say(make_thread(cast, text="Hello").messages.get(), by=cast.mother)
    client = as_(cast.counselor)
    client.get(url("unclear-list"))
    with django_assert_max_num_queries(12):
        client.get(url("unclear-list"))


# --- words of the school ------------------------------------------------------------------------------


WORD = {"source": "en", "word": "home visit", "language": "es", "said": "visita al hogar"}


def test_a_word_is_added_changed_and_thrown_away(cast, as_):
    client = as_(cast.counselor)
    added = client.post(url("term-add", cast.school.pk), WORD | {"word": "  home   visit "})
    assert added.status_code == 302
    term = Term.objects.get()
    assert (term.word, term.school) == ("home visit", cast.school)
    client.post(url("term-change", term.pk), WORD | {"said": "visita familiar"})
    assert "visita familiar" in client.get(url("term-list")).content.decode()
    client.post(url("term-remove", term.pk))
    assert not Term.objects.exists()
    verbs = Entry.objects.filter(about_type="messaging.term").values_list("verb", flat=True)
    assert sorted(verbs) == ["term.added", "term.changed", "term.removed"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"word": ""}, "Please fill this in"),
        ({"said": "  "}, "Please fill this in"),
        ({"language": "en"}, "one and the same language"),
        ({"word": "HOME visit"}, "in the list already"),
        ({"word": "x" * 121}, "at most 120"),
        ({"word": "a\0b"}, "cannot be kept"),
        ({"source": "fr"}, "valid choice"),
    ],
)
def test_a_word_that_does_not_fit_is_told(cast, as_, change, words):
    Term.objects.create(school=cast.school, **WORD)
    answer = as_(cast.counselor).post(url("term-add", cast.school.pk), WORD | change)
    assert answer.status_code == WRONG
    assert words in answer.content.decode()
    assert Term.objects.count() == 1


def test_who_keeps_the_words(cast, as_):
    term = Term.objects.create(school=cast.school, **WORD)
    for person in (cast.counselor, cast.principal, cast.school_admin):
        assert as_(person).get(url("term-change", term.pk)).status_code == 200
    assert as_(cast.adviser).get(url("term-list")).status_code == 200
    assert as_(cast.adviser).get(url("term-change", term.pk)).status_code == NO
    assert as_(cast.adviser).get(url("term-add", cast.school.pk)).status_code == NO
    assert as_(cast.mother).get(url("term-list")).status_code == NO
    for person in (cast.mother, cast.other_school_admin):
        assert as_(person).get(url("term-change", term.pk)).status_code == GONE
    assert "home visit" not in as_(cast.other_school_admin).get(url("term-list")).content.decode()


def test_words_are_searched(cast, as_):
    Term.objects.create(school=cast.school, **WORD)
    page = as_(cast.counselor).get(url("term-list"), {"q": "HOGAR\0"}).content.decode()
    assert "visita al hogar" in page
    assert (
        "No word of that kind"
        in as_(cast.counselor).get(url("term-list"), {"q": "x"}).content.decode()
    )


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_of_words_is_read_at_once(cast, as_, rows, django_assert_max_num_queries):
    for n in range(rows):
        Term.objects.create(school=cast.school, **WORD | {"word": f"word {n}"})
    client = as_(cast.counselor)
    client.get(url("term-list"))
    with django_assert_max_num_queries(12):
        client.get(url("term-list"))


def test_threads_are_read_in_three_languages(cast, spanish):
    """What the page shows to each of three readers of one thread is in the own language."""
    speak(cast.counselor, "zh-hans")
    thread = make_thread(cast, text="星期五见", language="zh-hans")
    message = thread.messages.get()
    keep = Translation.objects.keep
    keep(message, "es", "Hasta el viernes", by=cast.adviser)
    keep(message, "en", "See you on Friday", provider="LibreTranslate")
    for language, words in (
        ("es", "Hasta el viernes"),
        ("en", "See you on Friday"),
        ("zh-hans", "星期五见"),
    ):
        assert met(message, cast.mother, Seat.Side.HOME, language).words.shown == words
    assert Thread.objects.visible_to(cast.mother).count() == 1
