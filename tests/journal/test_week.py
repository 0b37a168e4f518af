"""The week's letter: Monday morning, once a school, and only what its reader may see."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homeschool.journal import actions, channels
from homeschool.journal.actions import weekly
from homeschool.journal.models import Delivery, Notice, hours
from homeschool.people.models import Address, School
from tests import builders

from .conftest import hand_out

pytestmark = pytest.mark.django_db
SHANGHAI, CHICAGO = "Asia/Shanghai", "America/Chicago"


@pytest.fixture
def at(monkeypatch):
    def at(text, zone=SHANGHAI):
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        monkeypatch.setattr(hours, "now", lambda: moment)

    return at


def told(school):
    return list(
        Notice.objects.filter(kind="week", school=school).values_list("dedupe_key", flat=True)
    )


MONDAYS = [
    ((SHANGHAI, "2026-11-23 07:29"), []),
    ((SHANGHAI, "2026-11-23 07:30"), ["2026-W48"]),
    ((SHANGHAI, "2026-11-23 17:59"), ["2026-W48"]),
    ((SHANGHAI, "2026-11-23 18:00"), []),
    ((SHANGHAI, "2026-11-24 07:30"), []),
    ((CHICAGO, "2026-11-23 07:30"), []),  # evening at the school
    ((CHICAGO, "2026-11-22 18:00"), ["2026-W48"]),  # Monday, eight in the morning there
    ((SHANGHAI, "2027-01-04 08:00"), ["2027-W01"]),
    ((SHANGHAI, "2026-12-28 08:00"), ["2026-W53"]),
]


@pytest.mark.parametrize(("now", "keys"), MONDAYS)
def test_it_is_written_on_monday_morning_at_the_school(cast, at, now, keys):
    zone, text = now
    at(text, zone)
    weekly.post_due()
    assert told(cast.school) == keys


def test_each_school_has_its_own_monday(cast, at):
    School.objects.filter(pk=cast.other_school.pk).update(time_zone=CHICAGO)
    at("2026-11-23 08:00")
    weekly.post_due()
    assert (told(cast.school), told(cast.other_school)) == (["2026-W48"], [])
    at("2026-11-23 08:00", CHICAGO)
    weekly.post_due()
    assert (told(cast.school), told(cast.other_school)) == (["2026-W48"], ["2026-W48"])


def test_it_is_written_once_whoever_looks_again(cast, at):
    at("2026-11-23 08:00")
    assert weekly.post_due() == School.objects.count()
    assert weekly.post_due() == 0


def test_its_days_are_those_of_the_school_also_when_clocks_change(cast):
    school = School(time_zone=CHICAGO)
    week = weekly.Week(school, dt.date(2026, 3, 9))
    assert week.until - week.since == dt.timedelta(days=7)  # by the wall
    passed = week.until.astimezone(dt.UTC) - week.since.astimezone(dt.UTC)
    assert passed == dt.timedelta(days=7, hours=-1)


@pytest.fixture
def mail(cast, at):
    """Return `mail()`: the letter of this Monday to the principal, as it is written now."""

    def mail():
        at("2026-11-23 08:00")
        weekly.post_due()
        actions.expand(
            Notice.objects.filter(school=cast.school, kind="week").values_list("pk", flat=True)
        )
        return channels.email_for(
            Delivery.objects.get(channel="email", receipt__person=cast.principal)
        )

    return mail


def test_it_goes_to_who_leads_and_to_nobody_else(cast, mail):
    mail()
    people = Delivery.objects.filter(channel="email").values_list("receipt__person", flat=True)
    assert list(people) == [cast.principal.pk]


def test_it_says_that_nothing_written_is_not_nothing_done(mail):
    text = mail().body
    assert "0 visits were held" in text
    assert "Nothing written down does not say that nothing was done." in text


def test_it_counts_the_families_whom_no_letter_reaches(cast, mail):
    before = weekly.lines_of(cast.principal, weekly.Week(cast.school, dt.date(2026, 11, 23)))
    Address.objects.filter(user=cast.mother).update(
        failed_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    )
    after = weekly.lines_of(cast.principal, weekly.Week(cast.school, dt.date(2026, 11, 23)))
    assert after[-1]["number"] > before[-1]["number"]
    assert "a letter reaches" in mail().body


def test_it_counts_nothing_of_another_school(cast):
    week = weekly.Week(cast.school, dt.date(2026, 11, 23))
    assert {line["number"] for line in weekly.lines_of(cast.other_school_admin, week)} == {0}


def test_it_names_no_child(cast, mail):
    letter = mail()
    for child in (cast.child, cast.other_child):
        assert child.full_name not in letter.body + letter.subject


def test_it_is_sent_as_any_letter(cast, mail, sink):
    mail()
    actions.deliver(hand_out())
    assert [envelope.rcpt_tos for envelope in sink.envelopes] == [[cast.principal.email]]


def test_lines_take_as_many_statements_for_one_child_as_for_many(cast):
    few = statements(cast)
    for n in range(20):
        builders.make_student(cast.school_class, f"Child {n}", number=f"9{n}")
    assert statements(cast) == few <= 31


def statements(cast):
    with CaptureQueriesContext(connection) as queries:
        weekly.lines_of(cast.principal, weekly.Week(cast.school, dt.date(2026, 11, 23)))
    return len(queries)
