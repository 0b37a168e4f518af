"""Reminders: the moments of the table by the clocks of schools, once each, whoever starts them."""

import datetime as dt
import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import DataError, connection, connections, transaction
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from homeschool.journal import actions, channels, kinds
from homeschool.journal.models import Entry, JobRun, Notice, Receipt, reminding
from homeschool.journal.models.reminding import days, hours, minutes
from homeschool.people.models import Guardianship, School
from homeschool.processes import wait_until
from tests import builders
from tests.visits.builders import hold_visit, plan_visit
from tests.visits.gathering import make_day, plan_meeting
from tests.visits.offers import later, make_round
from visits.models import Booking, Outing, Visit
from visits.models.home import Home

UTC = dt.UTC
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SHANGHAI, NEW_YORK, BERLIN = "Asia/Shanghai", "America/New_York", "Europe/Berlin"
KATHMANDU, LORD_HOWE, SYDNEY = "Asia/Kathmandu", "Australia/Lord_Howe", "Australia/Sydney"


def at(text, zone="UTC"):
    """Return the moment at which the clocks of a zone show this; `*` behind it is the second time."""
    fold = text.endswith("*")
    moment = dt.datetime.fromisoformat(text.removesuffix("*"))
    return moment.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


# --- the moments ----------------------------------------------------------------------------------

# (zone of the school, when it is there, lead, when the reminder is due there). Clocks go forward in
# New York on 2027-03-14 at 02:00 and in Berlin on 2027-03-28, and back on 2026-11-01 at 02:00 and
# 2026-10-25 at 03:00; in Sydney back on 2027-04-04 and forward on 2026-10-04; in Lord Howe by half
# an hour (IANA time zone database). Shanghai and Kathmandu keep theirs.
MOMENTS = [
    # a common week
    (SHANGHAI, "2026-12-10T16:00", days(-3), "2026-12-07T16:00"),
    (SHANGHAI, "2026-12-10T16:00", days(-1), "2026-12-09T16:00"),
    (SHANGHAI, "2026-12-10T16:00", hours(-2), "2026-12-10T14:00"),
    (SHANGHAI, "2026-12-10T16:00", hours(24), "2026-12-11T16:00"),
    (SHANGHAI, "2026-12-10T16:00", days(14), "2026-12-24T16:00"),
    (SHANGHAI, "2026-12-10T16:00", minutes(30), "2026-12-10T16:30"),
    (KATHMANDU, "2026-12-10T16:00", days(-1), "2026-12-09T16:00"),
    # over midnight, month and year
    (SHANGHAI, "2026-12-10T01:00", hours(-2), "2026-12-09T23:00"),
    (SHANGHAI, "2027-01-02T09:00", days(-3), "2026-12-30T09:00"),
    (NEW_YORK, "2026-12-25T10:00", days(14), "2027-01-08T10:00"),
    (BERLIN, "2026-12-31T23:45", minutes(30), "2027-01-01T00:15"),
    # the leap day
    (BERLIN, "2028-03-01T10:00", days(-1), "2028-02-29T10:00"),
    (BERLIN, "2027-03-01T10:00", days(-1), "2027-02-28T10:00"),
    (BERLIN, "2028-02-29T10:00", days(-3), "2028-02-26T10:00"),
    (BERLIN, "2028-02-15T10:00", days(14), "2028-02-29T10:00"),
    (SHANGHAI, "2028-03-01T00:30", hours(-2), "2028-02-29T22:30"),
    (SHANGHAI, "2028-02-28T16:00", hours(24), "2028-02-29T16:00"),
    # forward: the days are by the clock on the wall, the hours as they pass
    (NEW_YORK, "2027-03-15T16:00", days(-3), "2027-03-12T16:00"),
    (NEW_YORK, "2027-03-14T16:00", days(-1), "2027-03-13T16:00"),
    (NEW_YORK, "2027-03-14T03:30", hours(-2), "2027-03-14T00:30"),
    (NEW_YORK, "2027-03-13T16:00", hours(24), "2027-03-14T17:00"),
    (NEW_YORK, "2027-03-07T16:00", days(14), "2027-03-21T16:00"),
    (NEW_YORK, "2027-03-14T01:45", minutes(30), "2027-03-14T03:15"),
    # forward, into the hour that does not come: as much after it
    (NEW_YORK, "2027-03-15T02:30", days(-1), "2027-03-14T03:30"),
    (BERLIN, "2027-03-29T02:15", days(-1), "2027-03-28T03:15"),
    (BERLIN, "2027-03-31T02:59", days(-3), "2027-03-28T03:59"),
    (BERLIN, "2027-03-14T02:30", days(14), "2027-03-28T03:30"),
    (LORD_HOWE, "2026-10-05T02:15", days(-1), "2026-10-04T02:45"),
    # back
    (NEW_YORK, "2026-11-02T16:00", days(-3), "2026-10-30T16:00"),
    (NEW_YORK, "2026-11-01T16:00", days(-1), "2026-10-31T16:00"),
    (NEW_YORK, "2026-11-01T03:30", hours(-2), "2026-11-01T01:30*"),
    (NEW_YORK, "2026-10-31T16:00", hours(24), "2026-11-01T15:00"),
    (NEW_YORK, "2026-11-01T01:45", minutes(30), "2026-11-01T01:15*"),
    (BERLIN, "2026-10-18T16:00", days(14), "2026-11-01T16:00"),
    # back, to the hour that comes twice: its first
    (NEW_YORK, "2026-11-02T01:30", days(-1), "2026-11-01T01:30"),
    (BERLIN, "2026-10-28T02:30", days(-3), "2026-10-25T02:30"),
    (BERLIN, "2026-10-11T02:30", days(14), "2026-10-25T02:30"),
    (LORD_HOWE, "2027-04-05T01:45", days(-1), "2027-04-04T01:45"),
    # back, from within the hour that comes twice
    (NEW_YORK, "2026-11-01T01:30*", days(-1), "2026-10-31T01:30"),
    (NEW_YORK, "2026-11-01T01:30*", hours(-2), "2026-11-01T00:30"),
    # the other half of the earth
    (SYDNEY, "2027-04-05T10:00", days(-3), "2027-04-02T10:00"),
    (SYDNEY, "2027-04-04T10:00", days(-1), "2027-04-03T10:00"),
    (SYDNEY, "2026-10-05T02:30", days(-1), "2026-10-04T03:30"),
    (SYDNEY, "2026-10-04T10:00", hours(24), "2026-10-05T10:00"),
]  # fmt: skip


def short(value):
    return str(value).replace("datetime.timedelta", "") if not isinstance(value, str) else value


@pytest.mark.parametrize(("zone", "event", "lead", "due"), MOMENTS, ids=short)
def test_it_is_due_by_the_clock_of_the_school(zone, event, lead, due):
    assert lead.moment(at(event, zone), ZoneInfo(zone)) == at(due, zone)
    since, until = lead.events(at(due, zone) - MINUTE, at(due, zone))
    assert since <= at(event, zone) <= until


def test_it_has_forty_moments_and_more():
    assert len(MOMENTS) >= 40


# --- a clock that tests turn ------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Return `clock(moment)`: sets the portal's clock to it."""

    def turn(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return turn


def run(moment=None):
    """Let beat start the reminders at this moment; returns {rule: how many were told}."""
    return {name: n for name, n in reminding.run_all(moment or timezone.now()).items() if n}


def posted(kind=None):
    """Return (kind, when created) of the notices that reminders wrote."""
    names = {rule.kind for rule in reminding.table()}
    found = Notice.objects.filter(kind__in=names).order_by("pk")
    return [n.kind for n in found if kind in (None, n.kind)]


def ran_until(moment):
    """Say that every rule ran last at this moment."""
    for rule in reminding.table():
        JobRun.objects.get_or_create(job=rule.job, period_start=moment.replace(second=0))


@pytest.fixture
def visit(cast, clock):
    """A planned visit of Thursday 2026-12-10 at 16:00 in Shanghai; it is ten days before."""
    clock(at("2026-11-30T08:00"))
    visit = plan_visit(cast, at=at("2026-12-10T16:00", SHANGHAI))
    ran_until(timezone.now())
    return visit


def everything(clock, begin, end, step=MINUTE):
    """Run beat from `begin` to `end`; returns [(moment, rule)] of what was told."""
    told, now = [], begin
    while now <= end:
        clock(now)
        told += [(now, name) for name in run(now)]
        now += step
    return told


# --- the life of one visit ------------------------------------------------------------------------


def test_it_reminds_family_and_team_of_a_visit_and_of_its_record(visit, clock):
    begin = at("2026-12-07T15:58", SHANGHAI)
    ran_until(begin - MINUTE)
    told = everything(clock, begin, begin + 4 * MINUTE)
    for text in ("2026-12-09T15:59", "2026-12-10T13:59", "2026-12-11T16:44"):
        ran_until(at(text, SHANGHAI) - MINUTE)
        told += everything(clock, at(text, SHANGHAI), at(text, SHANGHAI) + 2 * MINUTE)
    assert told == [
        (at("2026-12-07T16:00", SHANGHAI), "visits.in_three_days"),
        (at("2026-12-09T16:00", SHANGHAI), "visits.tomorrow"),
        (at("2026-12-10T14:00", SHANGHAI), "visits.soon"),
        (at("2026-12-11T16:45", SHANGHAI), "visits.log_due"),
    ]
    assert posted() == [
        "visit.in_three_days", "visit.tomorrow", "visit.soon", "visit.log_due",
    ]  # fmt: skip


def test_it_reminds_who_went_two_weeks_after_a_visit(cast, clock):
    visit = hold_visit(cast, share=False)
    then = visit.happened_at + 14 * DAY
    ran_until(then - MINUTE)
    clock(then + MINUTE)
    assert run() == {"visits.two_weeks_on": 1}
    actions.expand([Notice.objects.get(kind="visit.two_weeks_on").pk])
    assert {r.person for r in Receipt.objects.select_related("person")} == {
        cast.counselor, cast.adviser,
    }  # fmt: skip


def test_a_record_that_nobody_who_went_can_write_is_asked_of_the_counselor(cast, clock):
    visit = plan_visit(cast, at=at("2026-12-10T16:00", SHANGHAI), by=cast.other_teacher)
    due = clock(visit.planned_end + DAY)
    ran_until(due - MINUTE)
    run(due)
    notice = Notice.objects.get(kind="visit.log_due")
    actions.expand([notice.pk])
    assert {r.person for r in notice.receipts.select_related("person")} == {cast.counselor}


def test_it_lets_two_weeks_be_when_somebody_came_since(cast, clock):
    visit = hold_visit(cast, share=False)
    ran_until(visit.happened_at + 14 * DAY - MINUTE)
    plan_visit(cast, at=visit.happened_at + 20 * DAY)
    clock(visit.happened_at + 14 * DAY + MINUTE)
    run()
    notice = Notice.objects.get(kind="visit.two_weeks_on")
    assert not kinds.get(notice.kind).alive(notice)


@pytest.mark.parametrize("status", ["proposed", "offered", "declined", "other_time", "cancelled"])
def test_it_reminds_nobody_of_a_visit_that_is_not_agreed(visit, clock, status):
    Visit.objects.filter(pk=visit.pk).update(status=status)
    clock(at("2026-12-09T16:00", SHANGHAI))
    assert run() == {}


def test_it_reminds_nobody_of_what_was_planned_after_its_moment(cast, clock):
    """Who was just told of a visit in twenty hours needs no reminder that is four hours late."""
    now = clock(at("2026-12-09T20:00", SHANGHAI))
    ran_until(now - MINUTE)
    plan_visit(cast, at=at("2026-12-10T16:00", SHANGHAI))
    assert run() == {}


def test_it_reminds_of_a_meeting_and_of_a_booked_time(cast, clock):
    meeting = plan_meeting(cast, days=7)
    day = make_day(cast, days=7)
    slot = day.slots.order_by("starts_at").first()
    home = Home(household=cast.household.pk, person=None)
    Booking.objects.take(slot, cast.child, home, by=cast.mother)
    for event, rule in (
        (meeting.starts_at, "meetings.tomorrow"), (slot.starts_at, "conferences.tomorrow"),
    ):  # fmt: skip
        due = event.astimezone(UTC) - DAY
        ran_until(due - MINUTE)
        clock(due)
        assert run(due) == {rule: 1}


def test_it_tells_families_of_a_meeting_but_for_those_who_said_no(cast, clock):
    meeting = plan_meeting(cast, days=7)
    homes = meeting.homes_for(cast.mother)
    meeting.answer(homes, by=cast.mother, coming=False)
    due = meeting.starts_at.astimezone(UTC) - DAY
    ran_until(due - MINUTE)
    clock(due)
    run(due)
    notice = Notice.objects.get(kind="meeting.tomorrow")
    actions.expand([notice.pk])
    told = {r.person for r in notice.receipts.select_related("person")}
    assert told == {cast.other_mother}


# --- zones --------------------------------------------------------------------------------------------


def test_two_schools_are_reminded_by_their_own_clocks(cast, clock, as_):
    """Both at 16:00 on the day after New York put its clocks forward; a guardian lives in a third zone."""
    cast.other_school.time_zone = NEW_YORK
    cast.other_school.save(update_fields=["time_zone"])
    reader = builders.make_guardian(
        cast.other_child, "Ola", time_zone="Africa/Lagos", language="en"
    )
    clock(at("2027-03-01T12:00"))
    near = plan_visit(cast, at=at("2027-03-14T16:00", SHANGHAI))
    far = Visit.objects.create(
        school=cast.other_school, planned_at=at("2027-03-14T16:00", NEW_YORK)
    )
    far.lines.create(student=cast.other_child)
    begin = at("2027-03-13T16:00", SHANGHAI)
    ran_until(begin - MINUTE)
    told = everything(clock, begin, begin + 16 * HOUR, step=30 * MINUTE)
    assert [(m, name) for m, name in told if name == "visits.tomorrow"] == [
        (at("2027-03-13T16:00", SHANGHAI), "visits.tomorrow"),
        (at("2027-03-13T16:00", NEW_YORK), "visits.tomorrow"),
    ]
    assert near.planned_at - at("2027-03-13T16:00", SHANGHAI) == DAY
    assert far.planned_at - at("2027-03-13T16:00", NEW_YORK) == 23 * HOUR

    notice = Notice.objects.get(kind="visit.tomorrow", school=cast.other_school)
    actions.expand([notice.pk])
    receipt = notice.receipts.select_related("person", "notice__school").get(person=reader)
    with kinds.speaking_to(receipt):
        text = kinds.words(receipt, "txt", kinds.context_of(receipt, link="", stop_link=""))
    assert "21:00 to 21:45" in text  # Lagos, where it is five hours later
    assert "at the school it is 16:00 then" in text


def test_no_school_has_a_zone_that_does_not_exist(cast):
    with pytest.raises(DataError, match="Mars/Olympus"), transaction.atomic():
        School.objects.filter(pk=cast.school.pk).update(time_zone="Mars/Olympus")


# --- once, whatever happens -----------------------------------------------------------------------------


def test_it_tells_once_in_a_minute_and_once_at_all(visit, clock):
    now = clock(at("2026-12-09T16:00", SHANGHAI))
    ran_until(now - MINUTE)
    assert run(now) == {"visits.tomorrow": 1}
    assert run(now + dt.timedelta(seconds=40)) == {}
    assert run(now + MINUTE) == {}
    JobRun.objects.all().delete()  # even where nobody knows what ran
    ran_until(now - MINUTE)
    run(now)
    assert posted("visit.tomorrow") == ["visit.tomorrow"]


def test_it_catches_up_after_ten_minutes_without_beat(cast, visit, clock):
    for n in range(5):
        hour = at("2026-12-09T16:00", SHANGHAI) + n * 2 * MINUTE
        other = plan_visit(cast, by=builders.make_user(f"Colleague {n}"), at=hour + DAY)
        assert other.planned_at
    last = clock(at("2026-12-09T15:58", SHANGHAI))
    ran_until(last)
    assert run(last + 12 * MINUTE) == {"visits.tomorrow": 6}
    assert run(last + 13 * MINUTE) == {}


def test_it_drops_what_is_too_old_with_a_note(cast, visit, clock):
    due = at("2026-12-09T16:00", SHANGHAI)
    ran_until(due - MINUTE)
    clock(due + 2 * HOUR + MINUTE)
    assert run() == {}
    assert posted() == []
    note = Entry.objects.get(verb="reminder.dropped")
    assert note.about_id == str(visit.pk)
    assert note.school == cast.school
    assert note.data == {"rule": "visits.tomorrow", "due": due.isoformat(timespec="seconds")}
    ran = JobRun.objects.filter(job="remind:visits.tomorrow").latest("period_start")
    assert (ran.told, ran.dropped) == (0, 1)


def test_it_still_tells_what_is_two_hours_old(visit, clock):
    due = at("2026-12-09T16:00", SHANGHAI)
    ran_until(due - MINUTE)
    clock(due + 2 * HOUR)
    assert run() == {"visits.tomorrow": 1}


def test_it_tells_of_visitors_who_are_not_back_however_late(cast, clock):
    """Nobody is dropped who may need help: what ran meanwhile does not matter."""
    visit = plan_visit(cast, at=timezone.now())
    now = timezone.now()
    outing = Outing.objects.create(
        visit=visit, out_by=cast.counselor, out_at=now - 9 * HOUR, due_at=now - 6 * HOUR
    )
    ran_until(now - MINUTE)
    assert run(now)["visits.overdue"] == 1
    outing.refresh_from_db()
    assert outing.alerted_at
    assert run(now + MINUTE) == {}


def test_a_rule_that_breaks_holds_up_no_other_and_is_tried_again(visit, clock, monkeypatch):
    def broken(since, until):
        raise RuntimeError("no rows today")

    monkeypatch.setattr(reminding, "_rules", dict(reminding._rules))
    good = reminding._rules["visits.tomorrow"]
    reminding.register(
        reminding.Rule("a.broken", "Broken", "visit.soon", hours(-2), broken, good.event)
    )
    now = clock(at("2026-12-09T16:00", SHANGHAI))
    ran_until(now - 5 * MINUTE)
    assert run(now) == {"visits.tomorrow": 1}
    assert not JobRun.objects.filter(job="remind:a.broken", period_start=now).exists()
    reminding.register(
        reminding.Rule("a.broken", "Mended", "visit.in_three_days", days(-1), good.rows, good.event)
    )
    assert run(now + MINUTE) == {"a.broken": 1}  # what it missed


@pytest.mark.django_db(transaction=True)
def test_two_beats_double_nothing(cast):
    visits = [
        plan_visit(cast, by=builders.make_user(f"Colleague {n}"), at=timezone.now() + DAY)
        for n in range(10)
    ]
    now = timezone.now().replace(second=0, microsecond=0) + MINUTE
    JobRun.objects.all().delete()
    ran_until(now - 5 * MINUTE)
    barrier, told = threading.Barrier(4), []

    def beat():
        barrier.wait()
        try:
            told.append(reminding.run_all(now)["visits.tomorrow"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=beat) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0, 0, 0, len(visits)]
    assert len(posted("visit.tomorrow")) == len(visits)
    assert wait_until(lambda: Notice.objects.filter(expanded_at=None).count() == len(visits), 1)


def test_it_throws_away_what_ran_long_ago_but_for_the_last(visit, clock):
    JobRun.objects.all().delete()
    full_hour = clock(at("2026-12-01T08:00"))
    rule = reminding._rules["visits.tomorrow"]
    for n in (10, 9, 8):
        JobRun.objects.create(job=rule.job, period_start=full_hour - n * DAY)
    JobRun.objects.create(job="digest:x", period_start=full_hour - 30 * DAY)
    reminding.tidy(full_hour)
    assert JobRun.objects.filter(job=rule.job).count() == 1
    assert JobRun.objects.filter(job="digest:x").exists()


def test_a_quiet_minute_costs_the_same_whatever_lies_ahead(
    cast, clock, django_assert_max_num_queries
):
    rule = reminding._rules["visits.tomorrow"]
    now = timezone.now()
    ran_until(now - 2 * MINUTE)
    for n in range(20):
        plan_visit(cast, by=builders.make_user(f"Colleague {n}"), at=now + 5 * DAY)
    with django_assert_max_num_queries(9):
        reminding.run(rule, now)


# --- whether it still stands ------------------------------------------------------------------------------


def remind_of(visit, clock, before=DAY):
    """Post the reminder of `visit` and expand it; returns the notice."""
    due = clock(visit.planned_at - before)
    ran_until(due - MINUTE)
    run(due)
    notice = Notice.objects.filter(about_id=str(visit.pk)).latest("pk")
    actions.expand([notice.pk])
    return Notice.objects.get(pk=notice.pk)


def stands(notice):
    return kinds.get(notice.kind).alive(notice)


def test_a_visit_that_moves_takes_its_reminder_along(cast, visit, clock):
    first = remind_of(visit, clock)
    assert stands(first)
    visit.move(by=cast.counselor, planned_at=visit.planned_at + 2 * DAY)
    assert not stands(first)
    visit.refresh_from_db()
    second = remind_of(visit, clock)
    assert second.pk != first.pk
    assert stands(second)
    assert posted("visit.tomorrow") == ["visit.tomorrow"] * 2


def test_a_visit_that_is_called_off_takes_its_reminder_along(cast, visit, clock):
    notice = remind_of(visit, clock)
    visit.cancel(by=cast.counselor)
    assert not stands(notice)


def test_a_record_takes_the_reminder_of_it_along(cast, visit, clock):
    clock(visit.planned_end + DAY)
    ran_until(timezone.now() - MINUTE)
    run()
    notice = Notice.objects.get(kind="visit.log_due")
    assert stands(notice)
    visit.nobody_home(by=cast.counselor)
    assert not stands(notice)


def test_a_meeting_that_is_called_off_takes_its_reminder_along(cast, clock):
    meeting = plan_meeting(cast, days=7)
    due = clock(meeting.starts_at.astimezone(UTC) - DAY)
    ran_until(due - MINUTE)
    run(due)
    notice = Notice.objects.get(kind="meeting.tomorrow")
    assert stands(notice)
    meeting.call_off(by=cast.adviser)
    assert not stands(notice)


def test_nobody_is_reminded_who_lost_the_right(cast, visit, clock):
    due = clock(visit.planned_at - DAY)
    ran_until(due - MINUTE)
    run(due)
    Guardianship.objects.filter(guardian=cast.mother).update(may_view=False, may_receive=False)
    notice = Notice.objects.get(kind="visit.tomorrow")
    actions.expand([notice.pk])
    assert cast.mother not in {r.person for r in notice.receipts.select_related("person")}


# --- the letters ----------------------------------------------------------------------------------------


def written(receipt, form="txt"):
    receipt = Receipt.objects.select_related("person", "notice__school").get(pk=receipt.pk)
    more = {"link": "https://x/m/1/", "stop_link": "https://x/m/2/", "token": "t"}
    with kinds.speaking_to(receipt):
        return kinds.words(receipt, form, kinds.context_of(receipt, **more))


def test_a_reminder_names_time_place_and_people_and_no_surname(cast, visit, clock):
    receipt = remind_of(visit, clock).receipts.get(person=cast.mother)
    for text in [written(receipt, form) for form in ("txt", "html", "page.html")]:
        assert "16:00" in text
        assert "Mei Chen" in text
        assert cast.father.full_name not in text
    assert cast.child.full_name not in written(receipt, "subject.txt")
    assert cast.school.name in written(receipt, "subject.txt")


@pytest.mark.parametrize(
    ("sent_at", "words"),
    [("2026-12-09T16:00", "Tomorrow we meet"), ("2026-12-10T07:00", "Today we meet")],
)
def test_a_reminder_that_waited_for_the_morning_says_today(cast, visit, clock, sent_at, words):
    receipt = remind_of(visit, clock).receipts.get(person=cast.mother)
    cast.mother.language = "en"
    cast.mother.save(update_fields=["language"])
    clock(at(sent_at, SHANGHAI))
    assert words in written(receipt, "subject.txt")
    assert words in written(receipt)


def test_a_reminder_brings_the_way_to_move_or_call_off(cast, clock):
    round_ = make_round(cast, times=[later(5)])
    offer = round_.offers.get()
    offer.take(round_.times.get().pk, by=cast.mother)
    visit = offer.visit
    visit.refresh_from_db()
    receipt = remind_of(visit, clock).receipts.get(person=cast.mother)
    assert "/offers/" in written(receipt) or "/o/" in written(receipt)


def test_a_family_without_an_offer_says_by_one_tap_that_something_came_up(
    cast, visit, clock, client
):
    receipt = remind_of(visit, clock).receipts.get(person=cast.mother)
    assert "#came-up" in written(receipt, "html")
    url = reverse("visits:letter-came-up", args=[channels.letter_token(receipt)])
    assert client.get(url).status_code == 405
    page = client.post(url, follow=True)
    client.post(url)
    assert page.status_code == 200
    assert Entry.objects.filter(verb="visit.came_up").count() == 1
    notice = Notice.objects.get(kind="visit.came_up")
    actions.expand([notice.pk])
    told = notice.receipts.get()
    assert told.person == cast.counselor
    assert cast.mother.full_name in written(told)
    assert str(visit.pk) in written(told)
    visit.move(by=cast.counselor, planned_at=visit.planned_at + DAY)
    assert not stands(notice)
    assert not visit.came_up()


@pytest.mark.parametrize(("before", "state"), [(3 * DAY, "held"), (DAY, "pending")])
def test_what_is_three_days_ahead_waits_for_the_evening_letter(cast, before, state):
    now = timezone.now().replace(second=0, microsecond=0)
    plan_visit(cast, at=now + before)
    ran_until(now - MINUTE)
    run(now)
    notice = Notice.objects.get()
    actions.expand([notice.pk])
    receipt = notice.receipts.get(person=cast.mother)
    assert receipt.deliveries.get(channel="email").state == state


def test_a_reminder_brings_the_entry_for_the_calendar(cast, visit, clock, client):
    receipt = remind_of(visit, clock).receipts.get(person=cast.mother)
    ((_name, text, kind),) = kinds.get("visit.tomorrow").attached(receipt.notice, cast.mother)
    assert kind.startswith("text/calendar")
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["DTSTART"].dt == visit.planned_at
    token = channels.letter_token(receipt)
    answer = client.get(reverse("visits:letter-calendar", args=[token]))
    assert answer.status_code == 200
    assert b"BEGIN:VEVENT" in answer.content


def test_the_team_is_reminded_with_the_way_to_the_visit(cast, visit, clock):
    notice = remind_of(visit, clock, before=2 * HOUR)
    assert notice.kind == "visit.soon"
    receipt = notice.receipts.get()
    assert receipt.person == cast.counselor
    assert str(visit.pk) in written(receipt)
    assert cast.child.full_name in written(receipt)


def test_a_colleague_who_does_not_know_the_child_reads_no_name(cast, visit, clock):
    visit.team.create(user=cast.volunteer)
    notice = remind_of(visit, clock, before=2 * HOUR)
    text = written(notice.receipts.get(person=cast.volunteer))
    assert cast.child.full_name not in text
    assert str(visit.pk) not in text


@pytest.mark.parametrize("rule", reminding.table(), ids=lambda rule: rule.name)
def test_every_rule_has_a_kind_that_is_asked_again_at_sending(rule):
    kind = kinds.get(rule.kind)
    assert kind.alive is not kinds.always
    assert kind.lives_for <= dt.timedelta(days=5)
    assert str(rule.label)
    assert connection.vendor == "postgresql"
