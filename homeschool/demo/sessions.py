"""Sessions of the demo: the weeks before and after today, who was there, rooms, and one that was called off."""

import datetime as dt
import zlib

from psycopg2.extras import DateTimeTZRange

from counseling.models import Attendance, Leading, Reserved, Resource, Seat, Session
from counseling.rules import pattern

Mark, State = Attendance.Mark, Session.State
AHEAD = 28  # days
# (key, kind, name, whose it is, places)
THINGS = (
    ("library", "room", "图书馆 Library", "", 30),
    ("room_204", "room", "204", "", 12),
    (
        "centre",
        "room",
        "一楼活动室 Ground floor hall",
        "阳光社区中心 Sunshine Community Centre",
        25,
    ),
    ("tablets", "device", "平板电脑 Tablets, 12 pieces", "", 0),
    ("books", "book", "《夏洛的网》 Charlotte’s Web, 15 copies", "", 0),
)
# Programme: (who leads it, the room, what is worked on, the book)
LED = {
    "reading_club": (
        "daniel_okafor",
        "library",
        "一起朗读，一人一段 Reading aloud in turns",
        "books",
    ),
    "maths": ("mei_chen", "room_204", "分数 Fractions", ""),
    "caring_class": ("", "centre", "", ""),
}
# Session of the reading club so many back from the newest: mark of the child.
XIAOYU = {1: Mark.LATE, 4: Mark.EXCUSED}
NOTE = "今天读得很有感情。"
GRANDMOTHER = "周玉兰"


def load(world):
    """Make the rows, once; whoever tried something out keeps it."""
    rows = [
        Resource(
            id=world.id("resource", key), school=world.school, kind=kind, name=name, partner=partner,
            places=places,
        )
        for key, kind, name, partner, places in THINGS
    ]  # fmt: skip
    made = world.make(rows)
    world.resource = made[world.id("resource", "library")]
    there = Session.objects.filter(programme=world.reading_club).exists()
    if not there:
        for key in LED:
            _programme(world, key, getattr(world, key))
    club = Session.objects.filter(programme=world.reading_club)
    world.session_held = club.filter(state=State.HELD).order_by("begins").last()
    world.session_ahead = club.filter(state=State.PLANNED, begins__gt=world.at(1, 0)).first()


def _programme(world, key, programme):
    sessions = list(_sessions(world, key, programme))
    world.save(sessions)
    leader, room, _topic, book = LED[key]
    live = [row for row in sessions if row.state != State.CALLED_OFF]
    if leader:
        world.save([_leading(row, getattr(world, leader)) for row in live])
    for thing in filter(None, (room, book)):
        world.save([_reserved(world, row, thing) for row in live])
    held = [row for row in sessions if row.state == State.HELD]
    world.save(list(_lines(world, key, programme, held)))


def _sessions(world, key, programme):
    """Yield the sessions of the weeks before and after today; one of the reading club is called off."""
    weekly = [
        pattern.Weekly(row.weekday, row.starts, row.minutes) for row in programme.pattern.all()
    ]
    first, last = programme.begins, min(programme.ends, world.day(AHEAD))
    off = programme.days_off(first, last)
    moments = list(pattern.sessions(weekly, first, last, world.zone, days_off=off))
    ahead = [begins for on, begins, _ends in moments if on > world.day(1)]
    for on, begins, ends in moments:
        row = Session(
            id=world.id("session", key, begins.isoformat()), programme=programme, on=on,
            begins=begins, ends=ends, minutes=(ends - begins) // dt.timedelta(minutes=1),
            planned_for=begins, place=programme.place, topic=LED[key][2],
        )  # fmt: skip
        if on < world.today:
            row.state, row.held_at = State.HELD, ends
        elif key == "reading_club" and begins in ahead[2:3]:
            row.state, row.called_off_because = State.CALLED_OFF, "The library is being painted."
        if key == "reading_club":
            row.material = "《夏洛的网》 Charlotte’s Web"
            row.pages = (
                f"{(on - programme.begins).days * 2 + 1}-{(on - programme.begins).days * 2 + 8}"
            )
        yield row


def _span(row):
    return DateTimeTZRange(row.begins, row.ends)


def _leading(row, user):
    return Leading(session=row, user=user, on=row.on, span=_span(row))


def _reserved(world, row, thing):
    return Reserved(session=row, resource_id=world.id("resource", thing), span=_span(row))


def _lines(world, key, programme, held):
    """Yield who was at the sessions that took place."""
    by = getattr(world, LED[key][0] or "mei_chen")
    children = [seat.student for seat in _seats(programme)]
    for back, row in enumerate(reversed(held)):
        for child in children:
            yield _line(world, row, child, _mark(world, key, back, row, child), by)


def _seats(programme):
    rows = Seat.objects.taken().filter(programme=programme)
    return rows.select_related("student").order_by("student__number")


def _mark(world, key, back, row, child):
    if child.pk == world.xiaoyu.pk and key == "reading_club":
        return XIAOYU.get(back, Mark.PRESENT)
    luck = zlib.crc32(f"{child.number}/{row.on}/{key}".encode()) % 20
    return {0: Mark.ABSENT, 1: Mark.EXCUSED, 2: Mark.LATE}.get(luck, Mark.PRESENT)


def _line(world, row, child, mark, by):
    there = mark in Attendance.THERE
    mine = child.pk == world.xiaoyu.pk
    return Attendance(
        id=world.id("attendance", row.pk, child.number), session=row, student=child, mark=mark,
        minutes=(row.minutes - (10 if mark == Mark.LATE else 0)) if there else 0,
        engagement=(3 if mine else 2) if there else None, by=by, at=row.ends,
        note=NOTE if mine and there else "", picked_up_by=GRANDMOTHER if mine and there else "",
        picked_up_at=row.ends if mine and there else None,
    )  # fmt: skip
