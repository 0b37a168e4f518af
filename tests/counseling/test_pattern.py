"""Sessions by a weekly pattern (counseling/rules/pattern.py): holidays, and nights of changed clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

from counseling.rules.pattern import Weekly, sessions

MADRID = ZoneInfo("Europe/Madrid")


def local(found, zone=MADRID):
    return [
        (day.isoformat(), f"{begins.astimezone(zone):%H:%M}", f"{ends.astimezone(zone):%H:%M}")
        for day, begins, ends in found
    ]


def test_it_stands_on_the_wall_clock_across_the_change():
    weekly = [Weekly(2, dt.time(16), 60), Weekly(4, dt.time(15, 30), 90)]
    found = sessions(weekly, dt.date(2026, 10, 20), dt.date(2026, 10, 29), MADRID)
    assert local(found) == [
        ("2026-10-20", "16:00", "17:00"), ("2026-10-22", "15:30", "17:00"),
        ("2026-10-27", "16:00", "17:00"), ("2026-10-29", "15:30", "17:00"),
    ]  # fmt: skip


def test_holidays_have_none():
    off = {dt.date(2026, 10, 1) + dt.timedelta(days=n) for n in range(8)}
    found = sessions(
        [Weekly(4, dt.time(16), 45)], dt.date(2026, 9, 24), dt.date(2026, 10, 15),
        ZoneInfo("Asia/Shanghai"), days_off=off,
    )  # fmt: skip
    assert [day.isoformat() for day, _b, _e in found] == ["2026-09-24", "2026-10-15"]


def test_an_hour_that_does_not_exist_comes_an_hour_later():
    night = [Weekly(7, dt.time(2, 30), 60)]
    found = sessions(night, dt.date(2026, 3, 29), dt.date(2026, 3, 29), MADRID)
    assert local(found) == [("2026-03-29", "03:30", "04:30")]


def test_an_hour_that_comes_twice_is_used_once():
    night = [Weekly(7, dt.time(2, 30), 60)]
    ((_day, begins, ends),) = sessions(night, dt.date(2026, 10, 25), dt.date(2026, 10, 25), MADRID)
    assert begins == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert ends - begins == dt.timedelta(hours=1)


def test_two_times_that_fall_on_one_moment_are_one_session():
    night = [Weekly(7, dt.time(2, 30), 60), Weekly(7, dt.time(3, 30), 90)]
    found = sessions(night, dt.date(2026, 3, 29), dt.date(2026, 3, 29), MADRID)
    assert local(found) == [("2026-03-29", "03:30", "04:30")]
