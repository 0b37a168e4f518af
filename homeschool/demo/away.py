"""Who of the demo is away and who answers, and when somebody of the school usually answers."""

import datetime as dt

from messaging.models import Away, OfficeHours

WEEK, EIGHT, FIVE = [1, 2, 3, 4, 5], dt.time(8), dt.time(17)
# (who, days from today on which it begins and ends, who answers, what families read)
AWAY = (
    ("sun_lihua", -2, 4, "lucia_vega", "我感冒了。急事请打学校电话。"),
    ("daniel_okafor", 20, 27, "mei_chen", "I am on a training. Please write, Mei Chen reads it."),
    ("amara_nwosu", -40, -34, "", ""),
)
# (who, or nobody for the whole school, weekdays, from, until)
OFFICE = (
    ("", WEEK, EIGHT, FIVE),
    ("mei_chen", [1, 2, 3, 4], dt.time(9), dt.time(18)),
    ("zhao_min", WEEK, dt.time(7, 30), dt.time(16)),
)


def load(world):
    """Make the rows, once."""
    if not OfficeHours.objects.filter(school=world.school).exists():
        _make(world)


def _make(world):
    rows = []
    for who, since, until, substitute, words in AWAY:
        rows.append(
            Away(
                school=world.school, person=getattr(world, who), since=world.day(since),
                until=world.day(until), words=words,
                substitute=getattr(world, substitute) if substitute else None,
            )
        )  # fmt: skip
    world.save(rows)
    for row in rows:
        began = dt.datetime.combine(row.since, EIGHT, world.zone)
        at = min(began, world.at(0)) - dt.timedelta(days=1)
        world.note("away.set", row, at, by_id=row.person_id)
    world.save(
        [
            OfficeHours(
                school=world.school, person=getattr(world, who) if who else None,
                weekdays=weekdays, begins=begins, ends=ends,
            )
            for who, weekdays, begins, ends in OFFICE
        ]
    )  # fmt: skip
    world.save_notes()
