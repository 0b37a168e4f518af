"""The sheets of the term report on messaging: announcements, messages, suggestions of families, news."""

import csv
import datetime as dt
import html
import io
import zoneinfo

import pytest
from django.db import connection
from django.utils import timezone
from python_calamine import CalamineWorkbook

from homeschool.journal.models import Delivery, Notice, Receipt
from homeschool.people.models import Guardianship, Student, Term
from homeschool.reports.term import PUBLIC, SHEETS, Filters, build, csv_of, xlsx_of
from homeschool.reports.term.measures import MEASURES
from homeschool.reports.term.paper import paper_of
from homeschool.reports.term.rows import messages as message_rows, rows_of
from messaging.models import (
    Announcement,
    Message,
    News,
    NewsRead,
    Resource,
    ResourceRead,
    Suggestion,
    Telling,
    Thread,
    Unclear,
)
from messaging.reading.board import figures as board
from tests import builders
from tests.messaging.builders import make_announcement, make_thread

pytestmark = pytest.mark.django_db
SHEETS_HERE = ("announcements", "messages", "ideas", "news")
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")


def day(n):
    """Return the day `n` days from today, by the school's clock."""
    return timezone.localdate(timezone=ZONE) + dt.timedelta(days=n)


def at(n):
    """Return its noon."""
    return dt.datetime.combine(day(n), dt.time(12), ZONE)


@pytest.fixture
def term(cast):
    """The term of the cast, from 80 days ago until in 60 days."""
    Term.objects.filter(pk=cast.term.pk).update(start=day(-80), end=day(60))
    cast.term.refresh_from_db()
    return cast.term


# --- what there is ---------------------------------------------------------------------------------------
def letter(receipt, state="sent", channel="email"):
    return Delivery.objects.create(
        receipt=receipt, channel=channel, state=state, expires_at=at(9), address="x@example.org",
        sent_at=at(-1) if state == "sent" else None,
    )  # fmt: skip


def again(announcement, person):
    """Let the person be asked once more; returns the receipt."""
    notice = Notice.post("announcement.again", announcement, school=announcement.school, by=None)
    return Receipt.objects.create(notice=notice, person=person, why="guardianship", language="en")


def write(thread, by, days, *, text="Words", language="en", back=False, **columns):
    """Write a message that left so many days from today."""
    return Message.objects.create(
        thread=thread, author=by, side=thread.side_of(by), text=text, language=language,
        written_at=at(days) - dt.timedelta(minutes=1), leaves_at=at(days),
        taken_back_at=at(days) - dt.timedelta(seconds=20) if back else None, **columns,
    )  # fmt: skip


def conversation(cast, child, home, days, **first):
    """Begin a thread so many days from today, with one message."""
    thread = Thread.objects.create(
        student=child, school=child.school, opened_by=cast.counselor, opened_at=at(days),
        last_at=at(days),
    )  # fmt: skip
    for side, person in (("home", home), ("school", cast.counselor)):
        thread.seats.create(person=person, side=side)
    write(thread, first.pop("by", cast.counselor), days, **first)
    return thread


def idea(cast, child, days, answered=None):
    return Suggestion.objects.create(
        school=child.school, student=child, by=cast.mother, area="food", text="Canary-idea",
        asked_at=at(days), due_on=day(days + 14),
        **{"answered_at": at(answered), "answered_by": cast.principal, "answer": "Yes", "outcome": "taken_up"}
        if answered is not None
        else {},
    )  # fmt: skip


def published(model, cast, since, until=None, **columns):
    return model.objects.create(
        school=cast.school, audience="school", key="x", state="published", made_by=cast.principal,
        published_by=cast.principal, published_at=at(since), since=at(since),
        until=None if until is None else at(until), **columns,
    )  # fmt: skip


@pytest.fixture
def told(cast, term):
    """Three announcements: to both classes, to be signed and asked again, of another term."""
    family = [cast.mother, cast.other_mother]
    trip = make_announcement(
        cast, told=family, about=[cast.child, cast.sibling, cast.classmate], sent_at=at(-30)
    )
    letter(trip.receipts[cast.mother.pk])
    letter(trip.receipts[cast.other_mother.pk], "failed")
    letter(trip.receipts[cast.other_mother.pk], channel="in_app")
    rules = make_announcement(
        cast, told=family, about=[cast.child, cast.classmate], level="sign", sent_at=at(-20)
    )
    rules.receipts[cast.mother.pk].acknowledge()
    again(rules, cast.other_mother).read()
    make_announcement(cast, told=[cast.mother], level="tap", sent_at=at(-90))
    other = make_announcement(cast, told=[cast.other_mother], about=[cast.other_child])
    Announcement.objects.filter(pk=other.pk).update(school=cast.other_school)
    row = make_announcement(cast, told=[cast.mother])
    Announcement.objects.filter(pk=row.pk).update(state="draft", sent_at=None)
    return cast


@pytest.fixture
def written(told):
    """A conversation that was answered, one that was not, one of before the term that goes on."""
    cast = told
    child, classmate, sibling = cast.child, cast.classmate, cast.sibling
    one = conversation(cast, child, cast.mother, -30)
    question = write(one, cast.mother, -29, language="zh-hans")
    write(one, cast.counselor, -28, back=True)
    builders.give_caseload(cast.counselor, classmate)
    conversation(cast, classmate, cast.other_mother, -10, by=cast.other_mother, language="es")
    old = conversation(cast, sibling, cast.mother, -100)
    write(old, cast.mother, -10, text="", tap="yes", language="")
    Thread.objects.filter(pk=old.pk).update(last_at=at(-10))
    make_thread(cast, leaves=False)  # nothing of it has left
    Unclear.objects.create(
        message=one.messages.first(), person=cast.mother, helper=cast.counselor, at=at(-29)
    )
    Unclear.objects.create(
        message=question, person=cast.mother, helper=cast.counselor, at=at(-28), helped_at=at(-27)
    )
    idea(cast, child, -40, answered=-30)
    idea(cast, child, -40, answered=-39)
    idea(cast, sibling, -30)
    idea(cast, child, -2)
    idea(cast, child, -90, answered=-20)
    return cast


@pytest.fixture
def full(written):
    """News and resources beside all that, read by both families."""
    cast = written
    party = published(News, cast, -10, category="life")
    published(News, cast, -200, until=-100, category="life")
    published(News, cast, 3, category="life")
    News.objects.filter(pk=published(News, cast, -10, category="life").pk).update(state="withdrawn")
    paper = published(
        Resource, cast, -100, topic="rules", responsible=cast.principal, look_again_on=day(90)
    )
    NewsRead.objects.create(news=party, person=cast.mother, language="zh-hans", at=at(-9))
    NewsRead.objects.create(news=party, person=cast.other_mother, language="es", at=at(-9))
    for person, first, saved in ((cast.mother, -8, -8), (cast.other_mother, -90, None)):
        ResourceRead.objects.create(
            resource=paper, person=person, language="en", first_at=at(first), last_at=at(-1),
            saved_at=saved and at(saved),
        )  # fmt: skip
    return cast


def everything(cast, audience="staff", filters=None, **how):
    return build(cast.term, Student.objects.filter(school=cast.school), audience, filters, **how)


def said(snapshot, sheet, breakdown=""):
    """Return {measure: value} of what stands on a sheet in one part."""
    wanted = SHEETS[sheet].measures
    return {
        f.measure: f.value
        for f in snapshot.figures
        if f.measure in wanted and f.breakdown == breakdown
    }


# --- what is counted -----------------------------------------------------------------------------------
def test_it_counts_announcements_and_what_became_of_them(told):
    found = everything(told)
    assert said(found, "announcements") == {
        "announcements_sent": 2, "parents_told": 2, "notices_told": 4, "notices_reached": 3,
        "notices_read": 2, "notices_asked": 2, "notices_acknowledged": 1,
    }  # fmt: skip
    assert said(found, "announcements", "class=5c") == {
        "announcements_sent": 1, "parents_told": 1, "notices_told": 1, "notices_reached": 1,
        "notices_read": 0, "notices_asked": 0, "notices_acknowledged": 0,
    }  # fmt: skip
    assert said(found, "announcements", "level=sign") == {
        "announcements_sent": 1, "parents_told": 2, "notices_told": 2, "notices_reached": 2,
        "notices_read": 2, "notices_asked": 2, "notices_acknowledged": 1,
    }  # fmt: skip
    assert said(found, "announcements", "level=tap")["notices_told"] == 0
    assert said(found, "announcements", "language=zh-hans")["notices_told"] == 2
    assert said(found, "announcements", "language=es")["notices_read"] == 1
    assert ("notices_told", "language", "en") not in found.by_place
    assert found.total("notices_read").share == 0.5
    assert found.total("notices_acknowledged").share == 0.5


def test_who_was_told_by_a_person_of_the_school_is_reached(told):
    rules = Announcement.objects.get(school=told.school, level="sign")
    trip = Announcement.objects.get(school=told.school, sent_at=at(-30))
    for row in (rules, trip):
        Telling.objects.done(
            row, told.classmate, told.other_mother, how="met", note="", by=told.counselor
        )
    found = said(everything(told), "announcements")
    assert (found["notices_told"], found["notices_reached"], found["notices_read"]) == (4, 4, 2)


def test_it_counts_conversations_and_messages(written):
    found = everything(written)
    assert said(found, "messages") == {
        "pupils_written": 3, "threads_begun": 2, "threads_answered": 1, "messages_sent": 4,
        "unclear_said": 2, "unclear_explained": 1,
    }  # fmt: skip
    assert said(found, "messages", "wrote=school") == {
        "pupils_written": 1, "threads_begun": 1, "threads_answered": 1, "messages_sent": 1,
    }  # fmt: skip
    assert said(found, "messages", "wrote=home") == {
        "pupils_written": 3, "threads_begun": 1, "threads_answered": 0, "messages_sent": 3,
    }  # fmt: skip
    by_language = {
        f.key: f.value
        for f in found.figures
        if f.measure == "messages_sent" and f.kind == "language"
    }
    assert by_language == {"": 1, "en": 1, "es": 1, "zh-hans": 1}
    assert found.name("language", "") == "not said"
    assert found.name("language", "zh-hans") == "中文"
    assert said(found, "messages", "language=zh-hans")["unclear_explained"] == 1
    assert said(found, "messages", "class=5c")["messages_sent"] == 1


def test_it_counts_suggestions_with_the_median_of_days(written):
    found = everything(written)
    assert said(found, "ideas") == {
        "ideas_raised": 4, "ideas_answered": 2, "ideas_overdue": 1, "days_to_idea": 5.5,
    }  # fmt: skip
    assert said(found, "ideas", "class=5c") == {
        "ideas_raised": 1, "ideas_answered": 0, "ideas_overdue": 1, "days_to_idea": None,
    }  # fmt: skip
    assert "Canary" not in found.canonical


def test_it_counts_news_and_what_parents_opened(full):
    found = everything(full)
    assert said(found, "news") == {
        "news_open": 1, "news_readers": 2, "news_reads": 2, "resources_open": 1,
        "resource_readers": 1, "resource_reads": 1, "resources_saved": 1,
    }  # fmt: skip
    assert said(found, "news", "class=5c") == {
        "news_readers": 1, "news_reads": 1, "resource_readers": 1, "resource_reads": 1,
        "resources_saved": 1,
    }  # fmt: skip
    assert said(found, "news", "language=es")["news_reads"] == 1


def test_a_class_of_its_own_is_counted_alone(full):
    found = everything(full, filters=Filters(school_class="5c"))
    assert said(found, "announcements")["notices_told"] == 1
    assert said(found, "messages")["messages_sent"] == 1
    assert said(found, "ideas")["ideas_raised"] == 1
    assert said(found, "news")["news_readers"] == 1


def test_a_term_that_is_over_is_told_beside_this_one(full):
    past = builders.make_term(full.school, "past", f"{day(-200)}", f"{day(-82)}")
    found = everything(full)
    assert found.before(found.total("announcements_sent")) == 1
    assert found.change(found.total("messages_sent")) == 3
    assert found.change(found.total("ideas_raised")) == 3
    old = build(past, Student.objects.filter(school=full.school))
    assert old.total("resource_readers").value == 1
    assert old.total("news_open").value == 1


# --- by a second road ------------------------------------------------------------------------------------
BY_HAND = {
    "announcements_sent": """
        SELECT count(DISTINCT a.id) FROM messaging_announcement a
        WHERE a.sent_at BETWEEN %(begin)s AND %(end)s AND a.school_id = %(school)s""",
    "notices_told": """
        SELECT count(DISTINCT (n.about_id, r.person_id)) FROM journal_receipt r
        JOIN journal_notice n ON n.id = r.notice_id
        WHERE n.about_id IN (SELECT a.id::text FROM messaging_announcement a
            WHERE a.sent_at BETWEEN %(begin)s AND %(end)s AND a.school_id = %(school)s)""",
    "notices_read": """
        SELECT count(DISTINCT (n.about_id, r.person_id)) FROM journal_receipt r
        JOIN journal_notice n ON n.id = r.notice_id
        WHERE r.read_at IS NOT NULL
            AND n.about_id IN (SELECT a.id::text FROM messaging_announcement a
            WHERE a.sent_at BETWEEN %(begin)s AND %(end)s AND a.school_id = %(school)s)""",
    "messages_sent": """
        SELECT count(*) FROM messaging_message m JOIN messaging_thread t ON t.id = m.thread_id
        WHERE m.taken_back_at IS NULL AND m.leaves_at BETWEEN %(begin)s AND now()
            AND t.school_id = %(school)s""",
    "threads_begun": """
        SELECT count(DISTINCT t.id) FROM messaging_message m
        JOIN messaging_thread t ON t.id = m.thread_id
        WHERE t.opened_at BETWEEN %(begin)s AND %(end)s AND m.leaves_at < now()
            AND t.school_id = %(school)s""",
    "ideas_answered": """
        SELECT count(answered_at) FROM messaging_suggestion
        WHERE asked_at BETWEEN %(begin)s AND %(end)s AND school_id = %(school)s""",
    "news_reads": """
        SELECT count(*) FROM messaging_newsread WHERE at BETWEEN %(begin)s AND %(end)s""",
    "resource_reads": """
        SELECT count(*) FROM messaging_resourceread
        WHERE first_at BETWEEN %(begin)s AND %(end)s""",
}


@pytest.mark.parametrize("measure", BY_HAND)
def test_it_agrees_with_plain_sql(full, measure):
    with connection.cursor() as cursor:
        cursor.execute(
            BY_HAND[measure],
            {"begin": at(-80), "end": at(60), "school": full.school.pk},
        )
        (number,) = cursor.fetchone()
    assert everything(full, measures=frozenset({measure})).total(measure).value == number > 0


def test_it_says_the_same_as_the_boards_of_the_announcements(full):
    found = everything(full)
    rows = Announcement.objects.filter(school=full.school, sent_at__gte=at(-80), state="sent")
    whole = board(rows)["people", "all", ""]
    for code in ("told", "reached", "read"):
        assert found.total(f"notices_{code}").value == getattr(whole, code), code
    assert found.total("notices_acknowledged").value == whole.acknowledged
    for (who, kind, key), numbers in board(rows).items():
        if (who, kind) == ("people", "language"):
            assert found.by_place["notices_read", kind, key].value == numbers.read


# --- who opens what, and what the public reads ------------------------------------------------------------
@pytest.mark.parametrize("filters", [Filters(), Filters(school_class="5c")])
def test_every_figure_that_opens_has_as_many_rows_as_it_says(full, filters):
    students, opened = Student.objects.filter(school=full.school), 0
    for figure in build(full.term, students, filters=filters).figures:
        if figure.measure in message_rows.RECORDS:
            _kind, rows = rows_of(full.term, students, filters, figure)
            wanted = figure.value if figure.unit == "count" else figure.n
            assert len(rows) == (wanted or 0), figure
            opened += bool(wanted)
    assert opened


def test_a_leader_opens_suggestions_and_announcements_and_nobody_what_was_written(full, as_):
    reader, asked = as_(full.principal), {"term": full.term.pk}
    rows = reader.get("/reports/term/rows/", asked | {"measure": "ideas_raised"})
    assert [row["title"] for row in rows.context["page"]].count("Canary-idea") == 4
    rows = reader.get("/reports/term/rows/", asked | {"measure": "announcements_sent"})
    assert all(row["url"] for row in rows.context["page"])
    # an adviser reads that they are there, and not what a leader or a family wrote
    rows = as_(full.counselor).get("/reports/term/rows/", asked | {"measure": "ideas_raised"})
    assert {row["url"] for row in rows.context["page"]} == {""}
    sealed = [code for code, measure in MEASURES.items() if measure.sealed]
    assert {"messages_sent", "pupils_written", "notices_read", "news_readers"} <= set(sealed)
    for code in sealed:
        assert reader.get("/reports/term/rows/", asked | {"measure": code}).status_code == 404
    office = as_(full.school_admin)
    answer = office.get("/reports/term/rows/", asked | {"measure": "ideas_raised"})
    assert answer.status_code == 403


def test_page_and_files_say_the_same(full, as_):
    snapshot = everything(full)
    text = csv_of(snapshot).decode().removeprefix("\ufeff")
    tidy = {(r["measure"], r["breakdown"]): r["value"] for r in csv.DictReader(io.StringIO(text))}
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(snapshot, timezone.now())))
    paper = {str(sheet["title"]): sheet for sheet in paper_of(snapshot, timezone.now())["sheets"]}
    for code in SHEETS_HERE:
        page = as_(full.principal).get(
            "/reports/term/", {"term": full.term.pk, "sheet": code, "all": 1}
        )
        assert str(SHEETS[code].counted[0].definition) in html.unescape(page.content.decode())
        title = str(SHEETS[code].title)
        drawn = [row["row"].cells for row in page.context["rows"]]
        printed = [row.cells for part in paper[title]["parts"] for row in part["rows"]]
        written = book.get_sheet_by_name(title).to_python()[1:]
        assert drawn == printed
        for cells, line in zip(drawn, written, strict=True):
            for cell, number in zip(cells, line[3:], strict=False):
                assert (number if number != "" else None) == (cell and cell.value)
                value = "" if cell is None or cell.value is None else str(cell.value)
                assert cell is None or tidy[cell.measure, cell.breakdown] == value


def test_the_public_version_hides_small_groups(full):
    found = everything(full, PUBLIC)
    people = {f.measure for f in found.figures if f.value and MEASURES[f.measure].is_of_people}
    assert not people & {code for sheet in SHEETS_HERE for code in SHEETS[sheet].measures}
    assert found.total("announcements_sent").value == 2
    assert found.total("notices_told").suppressed
    assert found.total("messages_sent").suppressed
    assert ("notices_told", "language", "es") not in found.by_place
    row = Announcement.objects.filter(school=full.school, sent_at=at(-30)).get()
    notice = Notice.objects.get(about_id=str(row.pk))
    for n in range(12):
        parent = builders.make_guardian(full.child, f"Parent {n}")
        Receipt.objects.create(notice=notice, person=parent, why="guardianship", language="en")
    found = everything(full, PUBLIC)
    assert found.total("parents_told").value == 14
    assert found.total("notices_told").value == 16
    assert found.by_place["parents_told", "language", "zh-hans"].suppressed


def test_it_takes_no_more_statements_and_no_more_for_twenty(full, django_assert_num_queries):
    wanted = frozenset(code for sheet in SHEETS_HERE for code in SHEETS[sheet].measures)
    everything(full, measures=wanted)
    for _turn in range(2):
        with django_assert_num_queries(4):
            everything(full, measures=wanted)
        for n in range(20):
            make_announcement(full, told=[full.mother], sent_at=at(-n))
            conversation(full, full.child, full.mother, -n)


def test_a_guardian_of_another_time_is_still_the_family_that_was_told(full):
    """The tie has ended since; what she was told and read is told of the term as before."""
    before = said(everything(full), "announcements")
    Guardianship.objects.filter(guardian=full.other_mother).update(until=timezone.now())
    assert said(everything(full), "announcements") == before
