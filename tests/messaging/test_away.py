"""Who is away and who answers, when somebody usually answers, and nights that stay quiet both ways."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions, kinds
from homeschool.journal.models import Delivery, Entry, Notice, Receipt, hours
from homeschool.people import sight
from homeschool.people.models import School
from messaging.models import Away, OfficeHours, Thread
from messaging.models.away import AWAY_SET, AwayTwice, MayNotStandIn
from messaging.models.message import WRITTEN, readers
from messaging.reading.away import (
    AwayPage,
    of_thread,
    office_in_words,
    present,
    weekdays_in_words,
)
from messaging.reading.quiet import quiet_until, shown_at, shown_read_at
from tests import builders

from .builders import make_thread

pytestmark = pytest.mark.django_db
LIST = "/messages/away/"
DAY = dt.timedelta(days=1)


def announce(cast, person=None, *, begin=0, days=3, substitute=None, by=None, words=""):
    since = builders.today() + begin * DAY
    person = person or cast.counselor
    return Away.objects.announce(
        person, cast.school, since=since, until=since + days * DAY, by=by or person,
        substitute=substitute, words=words,
    )  # fmt: skip


def new_url(cast):
    return reverse("messaging:away-new", args=[cast.school.pk])


def sent(**more):
    today = builders.today()
    given = {"since": today, "until": today + DAY, "submission": builders.new_key()}
    return {name: str(value) for name, value in (given | more).items()}


# --- being away -----------------------------------------------------------------------------------


def test_staff_says_that_it_is_away_and_families_read_it(cast, as_):
    client = as_(cast.counselor)
    data = sent(substitute=cast.adviser.pk, words="Call the office.")
    for _twice in range(2):
        found = client.post(new_url(cast), data)
        assert found.status_code == 302
    row = Away.objects.get()
    assert found.url == reverse("messaging:away-detail", args=[row.pk])
    assert (row.person, row.substitute) == (cast.counselor, cast.adviser)
    assert Entry.objects.get(verb="away.set").actor == cast.counselor
    there = present([cast.counselor.pk], cast.school)[cast.counselor.pk]
    assert there.said.startswith("Mei Chen is away until ")
    assert there.said.endswith("Daniel Okafor answers.")
    assert there.words == "Call the office."
    assert there.said in client.get(found.url).text


def test_leaders_and_admins_say_it_of_a_colleague_and_others_do_not(cast, as_):
    for by in (cast.principal, cast.school_admin):
        assert as_(by).post(new_url(cast), sent(person=cast.counselor.pk)).status_code == 302
        row = Away.objects.get(ended_at=None)
        assert row.person == cast.counselor
        assert as_(by).post(reverse("messaging:away-end", args=[row.pk])).url == LIST
    as_(cast.adviser).post(new_url(cast), sent(person=cast.counselor.pk))
    assert Away.objects.get(ended_at=None).person == cast.adviser


def test_whom_somebody_else_calls_away_is_told(cast):
    announce(cast, cast.adviser)
    assert not Notice.objects.filter(kind=AWAY_SET).exists()
    row = announce(cast, substitute=cast.adviser, by=cast.principal)
    notice = Notice.objects.get(kind=AWAY_SET)
    kind = kinds.get(AWAY_SET)
    assert [one.user_id for one in kind.recipients(notice)] == [cast.counselor.pk]
    assert kind.alive(notice)
    receipt = Receipt.objects.create(notice=notice, person=cast.counselor, why="away")
    for form in ("txt", "html", "page.html"):
        context = kinds.context_of(receipt, link="", stop_link="", site_url="")
        letter = kinds.words(receipt, form, context)
        assert "Ruth Adler wrote this down for you" in letter
        assert "Daniel Okafor answers." in letter
        assert row.get_absolute_url() in letter
    row.end(by=cast.counselor)
    assert not kind.alive(notice)


def test_of_days_to_come_both_are_said(cast):
    row = announce(cast, begin=2)
    said = AwayPage(row, cast.counselor).said
    assert said.startswith("Mei Chen is away from ")
    announce(cast, cast.adviser)
    assert "is away until" in present([cast.adviser.pk], cast.school)[cast.adviser.pk].said


def test_nobody_calls_a_colleague_away_to_read_in_its_place(cast, as_):
    data = sent(person=cast.counselor.pk, substitute=cast.principal.pk)
    page = as_(cast.principal).post(new_url(cast), data)
    assert page.status_code == 422
    assert "Please choose from the list." in page.text
    with pytest.raises(MayNotStandIn):
        announce(cast, substitute=cast.principal, by=cast.principal)
    assert not Away.objects.exists()


def test_an_overlap_is_answered_with_a_sentence_and_nothing_typed_is_lost(cast, as_):
    announce(cast, begin=1)
    data = sent(until=builders.today() + 2 * DAY, words="Typed words")
    page = as_(cast.counselor).post(new_url(cast), data)
    assert page.status_code == 422
    assert "Mei Chen is away already from" in page.text
    assert "Typed words" in page.text
    assert Away.objects.count() == 1
    with pytest.raises(AwayTwice), transaction.atomic():
        announce(cast, begin=2)


def test_who_is_quicker_wins_and_the_other_reads_why(cast, as_, monkeypatch):
    announce(cast)
    monkeypatch.setattr("messaging.forms.away.AwayForm._check_days", lambda *_args: None)
    data = sent()
    page = as_(cast.counselor).post(new_url(cast), data)
    assert page.status_code == 422
    assert "is away already" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "2020-01-01"}, {"since": "x"}, {"until": "2999-01-01"},
        {"substitute": "x"}, {"words": "x" * 301}, {"words": "\0"},
    ],
)  # fmt: skip
def test_it_refuses_days_and_people_that_cannot_be(cast, as_, wrong):
    assert as_(cast.counselor).post(new_url(cast), sent(**wrong)).status_code == 422
    assert not Away.objects.exists()


def test_nobody_stands_in_for_itself_and_only_who_writes_with_families(cast, as_):
    for person in (cast.counselor, cast.volunteer, cast.mother, cast.school_admin):
        page = as_(cast.counselor).post(new_url(cast), sent(substitute=person.pk))
        assert page.status_code == 422, person
    with pytest.raises(MayNotStandIn):
        announce(cast, substitute=cast.volunteer)
    with pytest.raises(IntegrityError), transaction.atomic():
        announce(cast, substitute=cast.counselor)


def test_who_comes_back_earlier_answers_again(cast, as_):
    row = announce(cast, substitute=cast.adviser)
    address = reverse("messaging:away-end", args=[row.pk])
    assert as_(cast.other_teacher).post(address).status_code == 404
    assert as_(cast.adviser).post(address).status_code == 403
    assert as_(cast.counselor).post(address).url == LIST
    row.refresh_from_db()
    assert row.ended_at
    assert not Away.objects.now().exists()
    assert present([cast.counselor.pk], cast.school)[cast.counselor.pk].said == ""
    announce(cast)  # the days are free again


def test_the_day_is_the_schools(cast):
    School.objects.filter(pk=cast.school.pk).update(time_zone="Pacific/Kiritimati")
    there = timezone.localdate(timezone=ZoneInfo("Pacific/Kiritimati"))
    Away.objects.create(school=cast.school, person=cast.counselor, since=there, until=there)
    with timezone.override(ZoneInfo("Pacific/Midway")):  # 25 hours behind
        assert Away.objects.now().exists()


def test_who_reads_the_list(cast, as_):
    announce(cast, substitute=cast.adviser)
    for person, sees in (
        (cast.counselor, True), (cast.adviser, True), (cast.principal, True),
        (cast.school_admin, True), (cast.other_teacher, False),
    ):  # fmt: skip
        page = as_(person).get(LIST)
        rows = [*page.context["own"], *page.context["for_whom"], *page.context["others"]]
        assert bool(rows) == sees, person
    for person in (cast.mother, cast.volunteer, cast.district):
        assert as_(person).get(LIST).status_code == 403


def test_the_list_asks_as_much_for_one_as_for_twenty(cast, as_):
    client = as_(cast.principal)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    announce(cast)
    client.get(LIST)
    one = count()
    for n in range(19):
        announce(cast, builders.make_staff(cast.school, sight.ADVISER, f"Colleague {n}"))
    assert count() == one <= 13


# --- standing in ----------------------------------------------------------------------------------


def test_who_stands_in_is_told_and_reads_where_it_sees_the_child_itself(cast):
    thread = make_thread(cast, by=cast.mother)
    announce(cast, substitute=cast.adviser)
    message = thread.messages.get()
    assert cast.adviser.pk in set(readers(message).values_list("user", flat=True))
    assert Thread.objects.visible_to(cast.adviser).filter(pk=thread.pk).exists()
    thread.messages.write(thread, "I answer for Mei Chen.", by=cast.adviser)


def test_standing_in_opens_no_child_and_the_page_says_which(cast, as_):
    thread = make_thread(cast, by=cast.mother)
    row = announce(cast, substitute=cast.other_teacher)  # teaches the sibling alone
    assert not Thread.objects.visible_to(cast.other_teacher).filter(pk=thread.pk).exists()
    assert cast.other_teacher.pk not in set(
        readers(thread.messages.get()).values_list("user", flat=True)
    )
    page = AwayPage(row, cast.counselor)
    assert page.unseen == ["林小雨"]
    assert "林小雨" in as_(cast.counselor).get(reverse("messaging:away-detail", args=[row.pk])).text
    # who stands in does not learn the name of a child that it does not see
    assert AwayPage(row, cast.other_teacher).unseen == []


def test_of_a_thread_everybody_of_the_school_is_said(cast):
    thread = make_thread(cast, school=[cast.counselor, cast.adviser])
    announce(cast)
    found = {person: there.said for person, there in of_thread(thread)}
    assert found[cast.counselor]
    assert found[cast.adviser] == ""


# --- office hours ---------------------------------------------------------------------------------


def test_words_of_weekdays():
    assert weekdays_in_words([1, 2, 3, 4, 5]) == "Monday to Friday"
    assert weekdays_in_words([3, 1]) == "Monday, Wednesday"
    assert weekdays_in_words([1, 2, 5, 6, 7]) == "Monday, Tuesday, Friday to Sunday"


def test_somebody_sets_when_it_answers_and_the_school_for_all_others(cast, as_):
    mine = reverse("messaging:office-edit", args=[cast.school.pk])
    all_ = reverse("messaging:office-default", args=[cast.school.pk])
    week = {"weekdays": ["1", "2", "3", "4", "5"], "begins": "08:00", "ends": "17:00"}
    assert as_(cast.school_admin).post(all_, week).url == LIST
    assert as_(cast.counselor).post(all_, week).status_code == 403
    assert as_(cast.counselor).post(mine, week | {"weekdays": ["2"]}).url == LIST
    found = present([cast.counselor.pk, cast.adviser.pk], cast.school)
    assert found[cast.adviser.pk].usually == "usually answers Monday to Friday 8:00 to 17:00"
    assert found[cast.counselor.pk].usually == "usually answers Tuesday 8:00 to 17:00"
    assert as_(cast.counselor).post(mine, {}).url == LIST  # none of one's own any more
    assert OfficeHours.objects.get().person is None
    assert office_in_words(None) == ""


@pytest.mark.parametrize(
    "wrong", [{"ends": "07:00"}, {"begins": ""}, {"begins": "x"}, {"weekdays": ["9"]}]
)
def test_it_refuses_hours_that_cannot_be(cast, as_, wrong):
    mine = reverse("messaging:office-edit", args=[cast.school.pk])
    data = {"weekdays": ["1"], "begins": "08:00", "ends": "17:00"} | wrong
    assert as_(cast.counselor).post(mine, data).status_code == 422
    assert not OfficeHours.objects.exists()


# --- nights ---------------------------------------------------------------------------------------

SHANGHAI, CHICAGO, MADRID = map(ZoneInfo, ("Asia/Shanghai", "America/Chicago", "Europe/Madrid"))
TEN, HALF_PAST_SEVEN = dt.time(21), dt.time(7, 30)


@pytest.mark.parametrize(
    ("zone", "text", "begins", "ends", "until"),
    [
        (SHANGHAI, "2026-11-26 22:40", TEN, HALF_PAST_SEVEN, "2026-11-27 07:30"),
        (SHANGHAI, "2026-11-27 03:00", TEN, HALF_PAST_SEVEN, "2026-11-27 07:30"),
        (SHANGHAI, "2026-11-27 07:30", TEN, HALF_PAST_SEVEN, None),
        (SHANGHAI, "2026-11-26 12:00", dt.time(9), dt.time(17), "2026-11-26 17:00"),
        (SHANGHAI, "2026-11-26 12:00", dt.time(0), dt.time(0), None),
        (CHICAGO, "2026-03-08 01:00", TEN, dt.time(2, 30), "2026-03-08 03:30"),
        (CHICAGO, "2026-11-01 00:30", TEN, dt.time(1, 30), "2026-11-01 01:30"),
        (MADRID, "2026-03-29 01:30", TEN, HALF_PAST_SEVEN, "2026-03-29 07:30"),
    ],
)
def test_when_the_quiet_ends(zone, text, begins, ends, until):
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=zone)
    found = quiet_until(moment, zone, begins, ends)
    local = found and f"{found.astimezone(zone):%Y-%m-%d %H:%M}"
    assert local == until


def test_the_second_of_an_hour_that_comes_twice_ends_the_quiet():
    moment = dt.datetime(2026, 11, 1, 0, 30, tzinfo=CHICAGO)
    found = quiet_until(moment, CHICAGO, TEN, dt.time(1, 30))
    assert found == dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.UTC)  # standard time


@pytest.fixture
def at(monkeypatch, cast):
    """Return `at(text)`: let it be then in Shanghai, where the school keeps its night."""
    School.objects.filter(pk=cast.school.pk).update(quiet_from=TEN, quiet_until=HALF_PAST_SEVEN)
    cast.school.refresh_from_db()
    hours.known_zones()

    def at(text):
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
        monkeypatch.setattr(hours, "now", lambda: moment)
        return moment

    return at


def receipt_of(cast, person, read_at):
    notice = Notice.post(WRITTEN, cast.child, school=cast.school, by=None, student=cast.child)
    return Receipt.objects.create(
        notice=notice, person=person, why="guardian", language="en", read_at=read_at
    )


def test_a_parent_who_reads_at_night_is_shown_in_the_morning(cast, at):
    receipt = receipt_of(cast, cast.mother, at("2026-11-26 22:40"))
    assert shown_at(receipt, cast.counselor) is None
    assert shown_read_at([receipt], cast.counselor) == {}
    assert shown_at(receipt, cast.mother) == receipt.read_at  # her own
    at("2026-11-27 07:29")
    assert shown_at(receipt, cast.counselor) is None
    morning = at("2026-11-27 07:30")
    assert shown_read_at([receipt], cast.counselor) == {receipt.pk: morning}


def test_her_own_hours_and_clock_count(cast, at):
    cast.mother.time_zone, cast.mother.quiet_from, cast.mother.quiet_until = (
        "Europe/Madrid", dt.time(15), dt.time(16),
    )  # fmt: skip
    cast.mother.save()
    receipt = receipt_of(cast, cast.mother, at("2026-11-26 22:40"))  # 15:40 in Madrid
    assert shown_at(receipt, cast.counselor) is None
    at("2026-11-26 23:00")
    assert shown_at(receipt, cast.counselor)


def test_by_day_it_is_shown_at_once_and_unread_never(cast, at):
    receipt = receipt_of(cast, cast.mother, at("2026-11-26 12:00"))
    assert shown_at(receipt, cast.counselor) == receipt.read_at
    receipt.read_at = None
    assert shown_at(receipt, cast.counselor) is None


def test_it_asks_no_query_for_a_page_of_receipts(cast, at, django_assert_num_queries):
    receipt_of(cast, cast.mother, at("2026-11-26 12:00"))
    rows = list(Receipt.objects.select_related("person", "notice__school"))
    with django_assert_num_queries(0):
        assert shown_read_at(rows, cast.counselor)


def test_an_answer_written_at_night_leaves_by_letter_in_the_morning_and_stands_at_once(cast, at):
    """The example of the house: the adviser answers at 23:00, the letter leaves at 07:30."""
    at("2026-11-26 23:00")
    thread = make_thread(cast, text="Thank you, I answer tomorrow.")
    notice = Notice.objects.get(kind=WRITTEN)
    actions.expand([notice.pk])
    letter = Delivery.objects.get(receipt__notice=notice, channel="email")
    assert letter.receipt.person == cast.mother
    assert f"{letter.not_before.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == "2026-11-27 07:30"
    # in the portal itself the words stand as soon as they left
    assert thread.messages.visible_to(cast.mother).exists()
