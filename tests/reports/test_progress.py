"""The family's page: what stands in it for whom, what it answers, and what it costs."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people.models import Membership
from tests import builders
from tests.reports.builders import DAY, at_home, hold, owed, plan
from visits.models import Addendum, Promise, Visit

MOST_QUERIES = 8


def url(child):
    return reverse("reports:progress", args=[child.pk])


@pytest.fixture
def read(cast, as_):
    """Return `read(person, child)`: the page in words."""
    cast.mother.language = "en"
    cast.mother.save()

    def opened(person, child=None, **query):
        answer = as_(person).get(url(child or cast.child), query)
        assert answer.status_code == 200
        return answer.content.decode()

    return opened


@pytest.fixture
def second_home(cast):
    """A father with sight who lives elsewhere, with the child on some days."""
    father = builders.make_guardian(cast.child, "Second Home", relation="father")
    builders.make_household(cast.child, guardians=[father], address="9 Hill Street")
    return father


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("mother", 200), ("father", 404), ("other_mother", 404), ("adult", 404),
        ("adviser", 200), ("counselor", 200), ("principal", 200), ("school_admin", 403),
        ("other_teacher", 404), ("other_counselor", 404), ("other_school_admin", 404),
        ("volunteer", 404), ("district", 404),
    ],
)  # fmt: skip
def test_it_opens_to_the_family_and_to_those_who_read_visits(cast, as_, who, status):
    assert as_(getattr(cast, who)).get(url(cast.child)).status_code == status


def test_it_takes_no_post(cast, as_):
    assert as_(cast.mother).post(url(cast.child)).status_code == 405


def test_it_shows_staff_what_the_family_sees_without_a_way_to_answer(cast, read):
    hold(cast, promises=[at_home()])
    page = read(cast.counselor)
    assert "Thank you for the tea." in page
    assert "I have read it" not in page
    assert "We did it" not in page
    assert "I want to add" not in page
    assert (
        Entry.objects.filter(verb="progress.viewed", student=cast.child, kind="viewed").count() == 1
    )


def test_it_leaves_no_entry_when_the_family_reads(cast, read):
    hold(cast)
    before = Entry.objects.count()
    read(cast.mother)
    assert Entry.objects.count() == before
    assert not Receipt.objects.filter(read_at__isnull=False).exists()


def test_it_names_the_class_and_the_teacher_of_today(cast, read):
    assert "Class teacher Daniel Okafor" in read(cast.mother)
    Membership.objects.filter(pk=cast.adviser.membership.pk).update(
        since=timezone.now() - 2 * DAY, until=timezone.now() - DAY
    )
    assert "Class teacher" not in read(cast.mother)


# --- several children ----------------------------------------------------------------------------


def test_it_links_to_the_other_child_and_mixes_nothing(cast, read):
    hold(cast, cast.child, shared_summary="About the elder.")
    hold(cast, cast.sibling, shared_summary="About the younger.")
    page = read(cast.mother)
    assert url(cast.sibling) in page
    assert "About the elder." in page
    assert "About the younger." not in page


def test_it_shows_of_a_visit_to_both_only_what_is_about_this_one(cast, read):
    visit = Visit(school=cast.school, household=cast.household, happened_at=timezone.now() - DAY)
    lines = [
        visit.lines.model(student=cast.child, going_well="She draws."),
        visit.lines.model(student=cast.sibling, going_well="He sings."),
    ]
    visit.hold(by=cast.counselor, lines=lines, visitors=[cast.counselor], share=True)
    assert "She draws." in read(cast.mother)
    assert "He sings." not in read(cast.mother)
    assert "He sings." in read(cast.mother, cast.sibling)


def test_it_offers_no_other_child_to_staff(cast, read):
    assert url(cast.sibling) not in read(cast.counselor)


# --- the one sentence ------------------------------------------------------------------------------


def sentence(as_, cast, person=None):
    return as_(person or cast.mother).get(url(cast.child)).context["page"].sentence


def test_it_begins_with_a_welcome(cast, read, as_):
    assert sentence(as_, cast) == "We look forward to getting to know you."
    assert "Our table is laid" in read(cast.mother)


def test_it_says_first_what_the_school_owes(cast, read, as_):
    plan(cast)
    hold(cast, promises=[owed(cast), owed(cast, "Ask about the bus", days=-5)])
    assert sentence(as_, cast) == "We are late with 2 promises, and we have not forgotten them."


def test_it_says_that_there_is_something_to_read_until_it_was_read(cast, read, as_):
    visit = hold(cast)
    assert sentence(as_, cast) == "What we talked about is ready for you to read."
    visit.summaries.get().confirm(by=cast.mother, student=cast.child)
    assert sentence(as_, cast).startswith("We met on ")


def test_it_says_when_we_meet_soon_before_what_was_kept(cast, read, as_):
    visit = hold(cast, promises=[owed(cast), at_home()])
    visit.summaries.get().confirm(by=cast.mother, student=cast.child)
    for promise in visit.promises.all():
        promise.keep(by=cast.mother)
    assert sentence(as_, cast) == "We have kept 2 promises to each other."
    plan(cast, at=timezone.now() + dt.timedelta(minutes=1))
    assert sentence(as_, cast) in (
        "We look forward to meeting you today.", "We look forward to meeting you tomorrow.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("side", "words"),
    [
        ("school", "The school has kept the first promise."),
        ("family", "You have kept a promise: thank you."),
    ],
)
def test_it_says_who_kept_a_promise(cast, read, as_, side, words):
    visit = hold(cast, promises=[owed(cast) if side == "school" else at_home()])
    visit.summaries.get().confirm(by=cast.mother, student=cast.child)
    visit.promises.get().keep(by=cast.mother)
    assert sentence(as_, cast) == words


def test_it_says_that_we_work_on_something(cast, read, as_):
    visit = hold(cast, promises=[owed(cast, days=9)])
    visit.summaries.get().confirm(by=cast.mother, student=cast.child)
    assert sentence(as_, cast) == "We are working on one thing together."


# --- strengths, the next visit ---------------------------------------------------------------------


def test_it_shows_strengths_before_everything_else(cast, read):
    cast.child.strengths = "Draws comics\nHelps others"
    cast.child.save()
    hold(cast, going_well="Reads aloud.", promises=[owed(cast)])
    page = read(cast.mother)
    places = [page.index(words) for words in ("Draws comics", "Reads aloud.", "Lend two books")]
    assert places == sorted(places)


def test_it_shows_the_next_visit_in_the_readers_time(cast, read):
    cast.mother.time_zone = "America/Chicago"
    cast.mother.save()
    at = (timezone.now() + 3 * DAY).replace(hour=8, minute=30, second=0, microsecond=0)
    plan(cast, at=at, team=[cast.counselor, cast.adviser], planned_minutes=40)
    page = read(cast.mother)
    assert "about 40 minutes, at your home" in page
    assert "At the school it is then 16:30." in page
    assert "With Daniel Okafor, Mei Chen." in page


def test_it_takes_the_schools_time_where_the_reader_has_none(cast, read):
    at = (timezone.now() + 3 * DAY).replace(hour=8, minute=30, second=0, microsecond=0)
    plan(cast, at=at)
    page = read(cast.mother)
    assert "16:30, about 45 minutes" in page
    assert "In your time" not in page


@pytest.mark.parametrize("status", ["proposed", "declined", "cancelled", "nobody_home"])
def test_it_announces_no_visit_that_is_not_planned(cast, read, status):
    plan(cast, status=status)
    assert "When we meet next" not in read(cast.mother)


def test_it_does_not_announce_a_visit_that_is_over(cast, read):
    plan(cast, at=timezone.now() - dt.timedelta(minutes=46))
    assert "When we meet next" not in read(cast.mother)
    plan(cast, at=timezone.now() - dt.timedelta(minutes=44))
    assert "When we meet next" in read(cast.mother)


# --- promises ----------------------------------------------------------------------------------------


def test_it_shows_what_the_school_owes_first_and_late_ones_on_top(cast, read):
    hold(cast, promises=[at_home(), owed(cast, "Bus pass", days=3), owed(cast, "Two books")])
    page = read(cast.mother)
    places = [page.index(words) for words in ("Two books", "Bus pass", "Read together")]
    assert places == sorted(places)
    assert "1 day late" in page


def test_it_lets_the_family_say_that_it_did_it(cast, read, as_):
    promise = hold(cast, promises=[at_home()]).promises.get()
    action = reverse("visits:promise-keep", args=[promise.pk])
    assert action in read(cast.mother)
    answer = as_(cast.mother).post(action, {"child": cast.child.pk}, follow=True)
    assert answer.redirect_chain == [(url(cast.child), 302)]
    assert "Thank you." in answer.content.decode()
    promise.refresh_from_db()
    assert promise.done_by == cast.mother
    assert action not in answer.content.decode()


def test_it_does_not_let_the_family_keep_the_schools_promise(cast, as_):
    promise = hold(cast, promises=[owed(cast)]).promises.get()
    answer = as_(cast.mother).post(reverse("visits:promise-keep", args=[promise.pk]))
    assert answer.status_code == 403


@pytest.mark.parametrize("who", ["other_mother", "father", "other_teacher", "school_admin"])
def test_it_lets_nobody_else_keep_the_familys_promise(cast, as_, who):
    promise = hold(cast, promises=[at_home()]).promises.get()
    answer = as_(getattr(cast, who)).post(reverse("visits:promise-keep", args=[promise.pk]))
    assert answer.status_code == 404
    assert not Promise.objects.filter(done_at__isnull=False).exists()


def test_it_shows_nothing_of_a_visit_that_is_not_shared_yet(cast, read):
    hold(cast, share=False, promises=[owed(cast, "Secret books")], going_well="Hidden.")
    page = read(cast.mother)
    assert "Secret books" not in page
    assert "Hidden." not in page
    assert "Thank you for the tea." not in page


def test_it_shows_no_word_that_stays_with_staff(cast, read):
    hold(cast, situation="Canary situation", staff_note="Canary note")
    assert "Canary" not in read(cast.mother)


# --- summaries ---------------------------------------------------------------------------------------


def confirm(client, visit, **data):
    return client.post(reverse("visits:summary-confirm", args=[visit.pk]), data, follow=True)


def test_it_confirms_once_and_says_thank_you(cast, read, as_):
    visit = hold(cast)
    client = as_(cast.mother)
    answer = confirm(client, visit, child=cast.child.pk)
    assert answer.redirect_chain == [(url(cast.child), 302)]
    page = answer.content.decode()
    assert "Thank you." in page
    assert "You read it on" in page
    assert "I have read it" not in page
    first = Receipt.objects.get(person=cast.mother)
    confirm(client, visit, child=cast.child.pk)
    assert Receipt.objects.get(person=cast.mother).acknowledged_at == first.acknowledged_at


def test_it_confirms_before_any_letter_left_and_keeps_one_notice(cast, as_):
    visit = hold(cast)
    confirm(as_(cast.mother), visit)
    assert Notice.objects.filter(kind="visit.summary").count() == 1
    assert Receipt.objects.get().why == "guardianship"


@pytest.mark.parametrize(
    ("who", "status"),
    [("counselor", 403), ("school_admin", 404), ("other_mother", 404), ("father", 404)],
)
def test_it_lets_nobody_confirm_for_the_family(cast, as_, who, status):
    visit = hold(cast)
    assert confirm(as_(getattr(cast, who)), visit).status_code == status
    assert not Receipt.objects.exists()


def test_it_comes_back_to_the_child_whose_page_it_was(cast, as_):
    visit = hold(cast, cast.child, cast.sibling)
    for child in (cast.child, cast.sibling):
        answer = confirm(as_(cast.mother), visit, child=child.pk)
        assert answer.redirect_chain == [(url(child), 302)]


@pytest.mark.parametrize("child", ["", "x", "\0", "00000000-0000-4000-8000-000000000000"])
def test_it_does_not_mix_in_a_child_of_another_family(cast, as_, child):
    answer = confirm(as_(cast.mother), hold(cast), child=child or cast.classmate.pk)
    assert answer.status_code == 404
    assert not Receipt.objects.exists()


def test_it_shows_three_summaries_and_the_earlier_ones_by_page(cast, read):
    for n in range(5):
        hold(cast, days=n + 1, shared_summary=f"Summary {n} of ours")
    page, later = read(cast.mother), read(cast.mother, page=2)
    assert [n for n in range(5) if f"Summary {n} of ours" in page] == [0, 1, 2]
    assert [n for n in range(5) if f"Summary {n} of ours" in later] == [3, 4]
    assert "?page=2" in page


def test_it_folds_what_was_read_before(cast, as_, read):
    old, _new = hold(cast, days=9), hold(cast, days=2)
    page = as_(cast.mother).get(url(cast.child)).context["page"]
    assert len(page.shown) == 2
    old.summaries.get().confirm(by=cast.mother, student=cast.child)
    page = as_(cast.mother).get(url(cast.child)).context["page"]
    assert (len(page.shown), len(page.folded)) == (1, 1)


@pytest.mark.parametrize("page", ["0", "-1", "x", "\0", "99999999999", "٣", "7"])
def test_it_opens_whatever_page_is_asked(cast, read, page):
    hold(cast)
    assert cast.child.full_name in read(cast.mother, page=page)


# --- what the family adds ------------------------------------------------------------------------------


def add(client, visit, text, **data):
    return client.post(
        reverse("visits:addendum-add", args=[visit.pk]), {"text": text} | data, follow=True
    )


def test_it_pins_what_the_family_adds_below_the_summary(cast, read, as_):
    visit = hold(cast)
    answer = add(as_(cast.mother), visit, "奶奶也想一起读。", child=cast.child.pk)
    assert answer.redirect_chain == [(url(cast.child), 302)]
    page = answer.content.decode()
    assert "You added on" in page
    assert page.index("Thank you for the tea.") < page.index("奶奶也想一起读。")
    row = Addendum.objects.get()
    assert (row.by, row.from_family, row.student) == (cast.mother, True, cast.child)
    assert Entry.objects.filter(verb="visit.added", student=cast.child).exists()


def test_it_pins_the_same_sending_once(cast, as_):
    visit, key = hold(cast), builders.new_key()
    for _ in range(2):
        add(as_(cast.mother), visit, "Once.", submission=key)
    assert Addendum.objects.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "a\0b", "x" * 4001])
def test_it_gives_the_text_back_where_it_cannot_be_kept(cast, read, as_, text):
    client, visit = as_(cast.mother), hold(cast)
    body = f"child={cast.child.pk}&text=" + "".join(
        f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass")
    )
    answer = client.post(
        reverse("visits:addendum-add", args=[visit.pk]),
        body,
        content_type="application/x-www-form-urlencoded",
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "data-error-summary" in page
    assert "x" * 4000 in page or len(text) < 4000
    assert not Addendum.objects.exists()


def test_it_does_not_show_one_adults_words_to_the_other(cast, read, as_, second_home):
    visit = hold(cast)
    add(as_(cast.mother), visit, "Between us.")
    assert "Between us." not in read(second_home)
    assert "Between us." in read(cast.counselor)


def test_it_does_not_show_words_about_one_child_on_the_others_page(cast, read, as_):
    visit = hold(cast, cast.child, cast.sibling)
    add(as_(cast.mother), visit, "Only about her.", child=cast.child.pk)
    assert "Only about her." in read(cast.mother)
    assert "Only about her." not in read(cast.mother, cast.sibling)


def test_it_shows_what_staff_added_for_the_family_alone(cast, read):
    visit = hold(cast)
    Addendum.objects.pin(visit, "The bus pass is here.", by=cast.counselor, shared=True)
    Addendum.objects.pin(visit, "Canary for colleagues.", by=cast.counselor)
    for reader in (cast.mother, cast.adviser):
        page = read(reader)
        assert "The bus pass is here." in page
        assert "Canary for colleagues." not in page


@pytest.mark.parametrize(
    ("who", "status"), [("other_mother", 404), ("father", 404), ("school_admin", 404)]
)
def test_it_lets_no_stranger_add(cast, as_, who, status):
    assert add(as_(getattr(cast, who)), hold(cast), "x").status_code == status
    assert not Addendum.objects.exists()


def test_it_brings_back_what_was_typed_while_the_session_ended(cast, as_, read):
    first, visit = hold(cast, days=3), hold(cast)
    client = as_(cast.mother)
    forms = {
        row["visit"]: row["form"] for row in client.get(url(cast.child)).context["page"].summaries
    }
    writer = forms[visit.pk].initial["writer"]
    client.logout()
    client.post(
        reverse("visits:addendum-add", args=[visit.pk]),
        {"text": "Typed for long.", "writer": writer},
    )
    client.force_login(cast.mother, backend="django.contrib.auth.backends.ModelBackend")
    forms = {
        row["visit"]: row["form"] for row in client.get(url(cast.child)).context["page"].summaries
    }
    assert forms[visit.pk].initial["text"] == "Typed for long."
    assert not forms[first.pk].initial.get("text")


# --- the other home, the grown student ---------------------------------------------------------------


def test_it_keeps_from_the_other_home_where_who_and_what_was_answered(cast, read, second_home):
    hold(
        cast, present=[cast.mother], hopes="Canary hope", needs=["reading"], needs_words="Canary words",
        explained="The reading group.", promises=[at_home("Canary at home"), owed(cast)],
    )  # fmt: skip
    mine, theirs = read(cast.mother), read(second_home)
    assert "At your home, with 林美 (mother)" in mine
    for canary in ("Canary hope", "Canary words", "Canary at home"):
        assert canary in mine
        assert canary not in theirs
    assert "林美" not in theirs
    assert "t your home" not in theirs
    assert "The reading group." in theirs
    assert "Lend two books" in theirs


def test_it_does_not_tell_one_home_of_a_visit_to_the_other(cast, read, second_home):
    plan(cast)
    assert "When we meet next" in read(cast.mother)
    assert "When we meet next" not in read(second_home)


def test_it_does_not_let_the_other_home_keep_this_homes_promise(cast, as_, second_home):
    promise = hold(cast, promises=[at_home()]).promises.get()
    answer = as_(second_home).post(reverse("visits:promise-keep", args=[promise.pk]))
    assert answer.status_code == 403


def test_it_takes_whoever_was_there_for_the_home_that_nobody_wrote_down(cast, read, second_home):
    hold(
        cast,
        home=False,
        present=[cast.mother],
        hopes="Canary hope",
        promises=[at_home("Canary at home")],
    )
    for canary in ("Canary hope", "Canary at home"):
        assert canary in read(cast.mother)
        assert canary not in read(second_home)


def grown(cast, **columns):
    student = cast.adult.student_row
    return hold(cast, student, home=False, shared_summary="About your studies.", **columns)


def test_it_is_the_grown_students_own_page(cast, read):
    grown(cast)
    page = read(cast.adult, cast.adult.student_row)
    assert "About your studies." in page
    assert "what I share with my family" in page


def test_it_shows_a_parent_the_visits_that_were_granted_and_no_more(cast, read):
    student = cast.adult.student_row
    student.strengths = "Canary strength"
    student.save()
    grown(cast)
    page = read(cast.parent, student)
    assert "About your studies." in page
    assert "Canary strength" not in page
    assert "Class C1" not in page
    assert "Who looked" not in page


def test_it_shows_a_parent_without_that_grant_no_visit(cast, read):
    student = cast.adult.student_row
    student.grants.update(item="basics")
    grown(cast, promises=[owed(cast)])
    plan(cast, student, home=False)
    page = read(cast.parent, student)
    assert "Class C1" in page
    assert "Chen Yu decides what you see here." in page
    for words in ("About your studies.", "Lend two books", "When we meet next"):
        assert words not in page


# --- who looked, cost, words -----------------------------------------------------------------------------


def test_it_says_who_looked(cast, read):
    read(cast.adviser)
    page = read(cast.mother)
    assert "Daniel Okafor, class teacher" in page
    assert "read what the family sees" in page
    assert reverse("people:child-looks", args=[cast.child.pk]) in page


def test_it_leads_home_to_the_page_of_an_only_child(cast, as_):
    answer = as_(cast.other_mother).get("/")
    assert answer.url == url(cast.classmate)
    assert as_(cast.other_mother).get(reverse("reports:progress-home")).url == url(cast.classmate)
    assert (
        url(cast.sibling) in as_(cast.mother).get(reverse("reports:progress-home")).content.decode()
    )


def test_it_shows_what_people_wrote_as_text(cast, read):
    hold(
        cast, shared_summary="<b>bold</b>", going_well="<i>x</i>", promises=[owed(cast, "<u>y</u>")]
    )
    page = read(cast.mother)
    for tag in ("<b>bold", "<i>x", "<u>y"):
        assert tag not in page


def test_it_marks_the_language_in_which_a_text_was_written(cast, read):
    hold(cast, written_in="zh-hans", shared_summary="谢谢您的茶。")
    assert '<p dir="auto" lang="zh-Hans">谢谢您的茶。</p>' in read(cast.mother)


def count(client, child, **query):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url(child), query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("who", ["mother", "counselor"])
def test_it_asks_as_much_for_one_row_as_for_a_hundred(cast, as_, who):
    client = as_(getattr(cast, who))
    plan(cast)
    hold(cast, promises=[owed(cast), at_home()])
    client.get(url(cast.child))  # the first page of a session writes the session
    one = count(client, cast.child)
    for n in range(33):
        plan(cast, at=timezone.now() + (n + 2) * DAY)
        visit = hold(cast, days=n + 2, present=[cast.mother], promises=[owed(cast), at_home()])
        Addendum.objects.pin(visit, "More.", by=cast.mother, from_family=True, shared=True)
        Entry.record(
            "child.viewed", cast.child, by=cast.counselor, kind="viewed", student=cast.child
        )
    assert count(client, cast.child) == one <= MOST_QUERIES
    assert count(client, cast.child, page=2) <= MOST_QUERIES


def test_it_asks_as_much_for_one_child_as_for_four(cast, as_):
    client = as_(cast.mother)
    client.get(url(cast.child))
    one = count(client, cast.child)
    for n in range(3):
        builders.make_guardian(
            builders.make_student(cast.other_class, f"Child {n}"), user=cast.mother
        )
    assert count(client, cast.child) == one
