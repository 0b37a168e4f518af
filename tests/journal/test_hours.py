"""No letter disturbs a night: quiet hours by the reader's own clock, on an injected one."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from homeschool.journal import actions, channels, kinds
from homeschool.journal.models import Attempt, Delivery, Notice, hours
from homeschool.journal.models.sending import waiting_since
from homeschool.people.models import Address, School, User
from tests import builders

from . import live
from .conftest import hand_out

pytestmark = pytest.mark.django_db
NIGHT = {"quiet_from": dt.time(21), "quiet_until": dt.time(7, 30)}


@pytest.fixture(autouse=True)
def _zones():
    hours.known_zones()  # asked once a process, and not in the middle of a count


@pytest.fixture
def at(monkeypatch, cast):
    """Return `at(zone, text)`: let it be then, where the school keeps its night."""
    School.objects.filter(pk=cast.school.pk).update(**NIGHT)
    cast.school.refresh_from_db()

    def at(zone, text):
        moment = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
        monkeypatch.setattr(hours, "now", lambda: moment)

    return at


def clock(moment, zone):
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if moment else None


# --- the example of the domain: a mother in UTC+8, and the adviser ----------------------------------


def to_the_team(notice):
    """The letter that follows when a family answers: to the counselor."""
    found = User.objects.filter(full_name=notice.actor.full_name, is_active=True)
    return found.annotate(user_id=live.F("pk"), why=live.Value("visitor"))


def test_what_is_written_at_night_arrives_in_the_morning_both_ways(cast, told, at):
    kinds.register(live.make("live.answer", to_the_team))
    at("Asia/Shanghai", "2026-11-26 22:40")
    to_staff = told("live.answer", by=cast.counselor)
    at("Asia/Shanghai", "2026-11-26 23:00")
    to_mother = told("live.letter")
    assert to_staff.receipt.person == cast.counselor
    assert to_mother.receipt.person == cast.mother
    for letter in (to_staff, to_mother):
        assert letter.state == "pending"
        assert clock(letter.next_at, "Asia/Shanghai") == "2026-11-27 07:30"
        assert letter.not_before == letter.next_at
    assert hand_out() == []


def test_it_leaves_at_once_by_day(told, at):
    at("Asia/Shanghai", "2026-11-26 20:59")
    assert told().not_before is None
    assert len(hand_out()) == 1


# --- many clocks ------------------------------------------------------------------------------------

SHANGHAI, CHICAGO, MADRID = "Asia/Shanghai", "America/Chicago", "Europe/Madrid"
# school's zone, mother's zone ("" as the school), own hours, now (zone, text), until when (her zone)
NIGHTS = [
    (SHANGHAI, "", None, (SHANGHAI, "2026-11-26 20:59"), None),
    (SHANGHAI, "", None, (SHANGHAI, "2026-11-26 21:00"), "2026-11-27 07:30"),
    (SHANGHAI, "", None, (SHANGHAI, "2026-11-27 00:00"), "2026-11-27 07:30"),
    (SHANGHAI, "", None, (SHANGHAI, "2026-11-27 07:29"), "2026-11-27 07:30"),
    (SHANGHAI, "", None, (SHANGHAI, "2026-11-27 07:30"), None),
    (CHICAGO, "", None, (CHICAGO, "2026-11-26 22:00"), "2026-11-27 07:30"),
    (CHICAGO, "", None, (SHANGHAI, "2026-11-26 22:00"), None),  # eight in the morning there
    # a guardian in a third zone: her own night counts, not the school's
    (SHANGHAI, MADRID, None, (SHANGHAI, "2026-11-26 23:00"), None),  # four in the afternoon there
    (SHANGHAI, MADRID, None, (SHANGHAI, "2026-11-27 09:00"), "2026-11-27 07:30"),  # two at night
    (CHICAGO, MADRID, None, (CHICAGO, "2026-11-26 15:00"), "2026-11-27 07:30"),
    # hours of one's own: over midnight, within a day, none
    (SHANGHAI, "", ("22:30", "06:00"), (SHANGHAI, "2026-11-26 22:00"), None),
    (SHANGHAI, "", ("22:30", "06:00"), (SHANGHAI, "2026-11-26 22:30"), "2026-11-27 06:00"),
    (SHANGHAI, "", ("09:00", "17:00"), (SHANGHAI, "2026-11-26 12:00"), "2026-11-26 17:00"),
    (SHANGHAI, "", ("09:00", "17:00"), (SHANGHAI, "2026-11-26 23:00"), None),
    (SHANGHAI, "", ("00:00", "00:00"), (SHANGHAI, "2026-11-26 23:00"), None),
    (SHANGHAI, "", ("00:00", "23:59"), (SHANGHAI, "2026-11-26 00:00"), "2026-11-26 23:59"),
    # the clocks go forward on 8 March 2026 in Chicago, on 29 March in Madrid: a short night
    (CHICAGO, "", None, (CHICAGO, "2026-03-07 23:00"), "2026-03-08 07:30"),
    (SHANGHAI, MADRID, None, (MADRID, "2026-03-29 01:30"), "2026-03-29 07:30"),
    (
        CHICAGO,
        "",
        ("21:00", "02:30"),
        (CHICAGO, "2026-03-08 01:00"),
        "2026-03-08 03:30",
    ),  # left out
    (CHICAGO, "", ("02:15", "07:00"), (CHICAGO, "2026-03-08 03:00"), "2026-03-08 07:00"),
    # and back on 1 November in Chicago, on 25 October in Madrid: a long one
    (CHICAGO, "", None, (CHICAGO, "2026-10-31 23:00"), "2026-11-01 07:30"),
    (SHANGHAI, MADRID, None, (MADRID, "2026-10-25 02:30"), "2026-10-25 07:30"),
    (CHICAGO, "", ("21:00", "01:30"), (CHICAGO, "2026-11-01 00:30"), "2026-11-01 01:30"),
    # leap day, and the turn of the year
    (SHANGHAI, "", None, (SHANGHAI, "2028-02-28 23:00"), "2028-02-29 07:30"),
    (SHANGHAI, "", None, (SHANGHAI, "2028-02-29 23:00"), "2028-03-01 07:30"),
    (SHANGHAI, "", None, (SHANGHAI, "2026-12-31 23:00"), "2027-01-01 07:30"),
    # zones that do not exist are passed over
    (SHANGHAI, "Mars/Olympus", None, (SHANGHAI, "2026-11-26 23:00"), "2026-11-27 07:30"),
    (SHANGHAI, "'; DROP TABLE x; --", None, (SHANGHAI, "2026-11-26 12:00"), None),
]


@pytest.mark.parametrize(("school", "own", "quiet", "now", "until"), NIGHTS)
def test_it_waits_until_the_reader_s_morning(cast, told, at, school, own, quiet, now, until):
    at(*now)
    School.objects.filter(pk=cast.school.pk).update(time_zone=school)
    User.objects.filter(pk=cast.mother.pk).update(time_zone=own)
    if quiet:
        begins, ends = quiet
        User.objects.filter(pk=cast.mother.pk).update(quiet_from=begins, quiet_until=ends)
    zone = own if own in hours.known_zones() else school
    assert clock(told().not_before, zone) == until


def test_the_second_of_an_hour_that_comes_twice_ends_the_night(cast, told, at):
    at(CHICAGO, "2026-11-01 00:30")
    School.objects.filter(pk=cast.school.pk).update(time_zone=CHICAGO)
    User.objects.filter(pk=cast.mother.pk).update(quiet_from="21:00", quiet_until="01:30")
    assert told().not_before == dt.datetime(2026, 11, 1, 7, 30, tzinfo=dt.UTC)  # 01:30, winter time


def test_it_keeps_the_clock_of_the_first_child_where_schools_keep_several(cast, told, at):
    """Who chose no zone lives where its first child goes to school, whichever school writes."""
    first = builders.make_school("aaa", time_zone=MADRID)
    child = builders.make_student(builders.make_class(first), "Elder", number="1")
    builders.make_guardian(child, user=cast.mother)
    at(SHANGHAI, "2026-11-27 09:00")  # two at night in Madrid
    assert clock(told().not_before, MADRID) == "2026-11-27 07:30"


# --- what may not wait --------------------------------------------------------------------------------


def test_what_is_urgent_leaves_at_night_and_says_why(told, at):
    at(SHANGHAI, "2026-11-26 23:00")
    kinds.register(live.make("live.alarm", urgency="urgent", because="Somebody may need help."))
    letter = told("live.alarm")
    notice = letter.receipt.notice
    assert letter.not_before is None
    assert (notice.urgency, notice.urgent_because) == ("urgent", "Somebody may need help.")
    assert "可能有人需要帮助。" in channels.email_for(letter).body


def test_a_sender_says_why_this_one_may_not_wait(told, at):
    at(SHANGHAI, "2026-11-26 23:00")
    letter = told(urgent_because="The school stays closed tomorrow.")
    assert letter.not_before is None
    assert letter.receipt.notice.urgency == "urgent"


def test_a_kind_that_is_urgent_has_to_say_why():
    with pytest.raises(ValueError, match="does not say why"):
        kinds.register(live.make("live.alarm", urgency="urgent"))


def test_a_kind_may_say_for_each_notice_how_urgent_it_is(told, at):
    at(SHANGHAI, "2026-11-26 23:00")
    near = {"urgency": lambda notice: "urgent", "because": "It is near."}
    kinds.register(live.make("live.near", **near))
    assert told("live.near").not_before is None


# --- at the moment of sending ---------------------------------------------------------------------------


def test_it_rests_where_the_night_began_before_it_left(told, at, sink):
    at(SHANGHAI, "2026-11-26 20:59")
    letter = told()
    at(SHANGHAI, "2026-11-26 21:05")
    actions.deliver(hand_out())
    letter.refresh_from_db()
    assert not sink.messages
    assert (letter.state, letter.lease_by, letter.attempts) == ("pending", "", 0)
    assert clock(letter.next_at, SHANGHAI) == "2026-11-27 07:30"
    assert not Attempt.objects.exists()


def test_what_waits_for_the_morning_troubles_no_operator(told, at, monkeypatch):
    monkeypatch.setattr(hours, "now", dt.datetime.now)
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(hours=9)
    letter = told()
    Delivery.objects.filter(pk=letter.pk).update(not_before=tomorrow, next_at=tomorrow)
    assert waiting_since() is None


def test_it_drops_what_is_too_late_in_the_morning(told, at):
    at(SHANGHAI, "2026-11-26 23:00")
    kinds.register(live.make("live.tonight", lives_for=dt.timedelta(seconds=-1)))
    letter = told("live.tonight")
    actions.sweep()
    letter.refresh_from_db()
    assert letter.state == "expired"


# --- the pace of an address --------------------------------------------------------------------------------


def pace(cast, word):
    Address.objects.filter(user=cast.mother).update(pace=word)


def test_an_address_that_wants_only_what_has_to_arrive_gets_that(cast, post):
    pace(cast, "off")
    kinds.register(live.make("live.must", must_arrive="Somebody would wait."))
    for kind in ("live.letter", "live.must"):
        actions.expand([post(kind, dedupe_key=kind).pk])
    mails = Delivery.objects.filter(channel="email")
    assert [mail.receipt.notice.kind for mail in mails] == ["live.must"]
    assert Delivery.objects.filter(channel="in_app").count() == 2


def test_it_is_not_sent_where_the_wish_changed_meanwhile(cast, told, sink):
    letter = told()
    pace(cast, "off")
    actions.deliver(hand_out())
    letter.refresh_from_db()
    assert (letter.state, letter.tries.get().reply) == ("cancelled", actions.NO_WISH)


def test_it_is_pinned_that_addressing_loops_over_nobody(post, django_assert_num_queries):
    """Quiet hours and paces of all readers are worked out in the statement that writes the rows."""
    from .test_expand import make_readers, statements

    make_readers(1)
    few = statements(post("live.all"))
    make_readers(60, start=1)
    Address.objects.filter(value__endswith="7@example.org").update(pace="off")
    assert statements(post("live.all", dedupe_key="again")) == few <= 9
    assert Notice.objects.exclude(urgency="direct").count() == 0
