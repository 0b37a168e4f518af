"""Programmes of the demo: a reading club that was drawn, mathematics one to one, and a caring class."""

import datetime as dt
from dataclasses import asdict

from counseling.models import DayOff, Draw, Programme, Seat, Weekly
from counseling.reading.asking import seat_token
from counseling.rules import draw as rule

Format, Giving, Provider, State = (
    Programme.Format, Programme.Giving, Programme.Provider, Seat.State,
)  # fmt: skip
ALONE, BELOW = "住在外祖父母家 · lives with grandparents", "阅读未达年级水平 · reads below grade"
SEED = (
    "0000000000000007"  # with it the child that the demo offers a place to is the next in the line
)
WISHES, PLACES = 18, 12
# (key, name, what stands about it, format, provider, partner, place, places, first day, last day)
TOLD = (
    ("reading_club", "阅读俱乐部 Reading club",
     "每周三次，一起读一本书，每次四十五分钟。Three times a week we read one book together.",
     Format.GROUP, Provider.SCHOOL, "", "图书馆 Library", PLACES, -28, 70),
    ("maths", "数学一对一 Mathematics, one to one",
     "每次三十分钟，一位老师陪一个孩子。Half an hour, one teacher and one child.",
     Format.ONE_TO_ONE, Provider.VOLUNTEER, "", "204", 8, 7, 90),
    ("caring_class", "爱心班 Caring class",
     "做作业、吃点心、等家人来接。Homework, a bite to eat, and somebody to wait with.",
     Format.CARING, Provider.PARTNER, "阳光社区中心 Sunshine Community Centre", "一楼 Ground floor",
     20, -28, 90),
)  # fmt: skip
# key: [(weekday, from, minutes)]
WEEKS = {
    "reading_club": [(1, 16, 45), (3, 16, 45), (5, 16, 45)],
    "maths": [(2, 16, 30), (4, 16, 30)],
    "caring_class": [(day, 17, 60) for day in range(1, 6)],
}
CONSENT = (
    "放学后孩子留在学校到六点，由名单上的人接走。"
    "After lessons the child stays at school until six, and goes home with a person on the list."
)
CARED_FOR = ("zihan", "ziang", "sofia", "aisha")
TAUGHT = ("sofia", "lily")


def load(world):
    """Make the rows, once."""
    made = {row.pk: row for row in world.make(_row(world, *told) for told in TOLD).values()}
    fresh = not Weekly.objects.filter(programme__in=made).exists()
    for told in TOLD:
        setattr(world, told[0], made[world.id("programme", told[0])])
    world.programme = world.reading_club
    if fresh:
        _weeks(world)
        _holiday(world)
        _drawn(world)
        _at_once(world)
        world.save_notes()
    world.draw = world.reading_club.draws.first()
    world.seat = Seat.objects.filter(student=world.xiaoyu, programme=world.reading_club).first()
    offered = Seat.objects.filter(programme=world.reading_club, student=world.mateo).first()
    world.seat_link = offered and seat_token(offered, world.camila_ruiz.pk)


def _row(world, key, name, about, kind, provider, partner, place, capacity, first, last):
    is_drawn = key == "reading_club"
    state = Programme.State.OPEN if key == "maths" else Programme.State.RUNNING
    return Programme(
        id=world.id("programme", key), school=world.school, name=name, about=about, format=kind,
        provider=provider, partner=partner, place=place, capacity=capacity,
        begins=world.day(first), ends=world.day(last), state=state, owner=world.mei_chen,
        made_by=world.mei_chen, made_at=world.at(-50, 10),
        giving=Giving.DRAW if is_drawn else Giving.FIRST_COME,
        needs=[ALONE, BELOW] if is_drawn else [],
        consent=CONSENT if key == "caring_class" else "",
        seed=SEED if is_drawn else "", drawn_at=world.at(-32, 12) if is_drawn else None,
    )  # fmt: skip


def _weeks(world):
    world.save([
        Weekly(programme=getattr(world, key), weekday=day, starts=dt.time(hour), minutes=minutes)
        for key, times in WEEKS.items() for day, hour, minutes in times
    ])  # fmt: skip


def _holiday(world):
    """Two days of the school without anything, in three weeks."""
    world.save([
        DayOff(
            school=world.school, on=world.day(21), until=world.day(22), name="运动会 Sports days"
        )
    ])  # fmt: skip


def _seat(world, key, child, asked_at, **columns):
    programme = getattr(world, key)
    tie = child.guardianships.order_by("-primary", "since", "pk").first()
    by = tie.guardian if tie else world.mei_chen
    how = Seat.How.PORTAL if tie else Seat.How.PAPER
    seat = Seat(
        id=world.id("seat", key, child.number), programme=programme, student=child, asked_by=by,
        asked_at=asked_at, how=how, **columns,
    )  # fmt: skip
    if programme.consent:
        seat.consent_words, seat.consent_by, seat.consent_at = programme.consent, by, asked_at
    world.note("seat.asked", seat, asked_at, by_id=by.pk, student=child)
    return seat


def _readers(world):
    """Return {child id as text: (child, group of need)} of those who asked for the reading club."""
    named = [world.xiaoyu, world.mateo, world.zihan, world.ziang]
    others = [
        child
        for child in world.students
        if child not in named and child.status == child.Status.ACTIVE
    ]
    groups = {world.zihan.pk: 0, world.ziang.pk: 0, world.xiaoyu.pk: 1}
    children = [*named, *others][:WISHES]
    return {str(child.pk): (child, groups.get(child.pk, 2)) for child in children}


def _drawn(world):
    """The reading club was drawn; one child left since, and its place is offered to the next one."""
    asked, club = _readers(world), world.reading_club
    wishes = [rule.Wish(key, (str(club.pk),), need) for key, (_child, need) in asked.items()]
    places = {str(club.pk): club.capacity}
    line = rule.draw(wishes, places, SEED)
    world.save([
        Draw(
            id=world.id("draw"), school=world.school, seed=SEED, needs=club.needs, places=places,
            wishes=[asdict(wish) for wish in wishes], found=[asdict(one) for one in line],
            by=world.mei_chen, made_at=club.drawn_at,
        )
    ])  # fmt: skip
    Draw.objects.get(pk=world.id("draw")).programmes.set([club])
    world.save([_after_the_draw(world, n, one, *asked[one.student]) for n, one in enumerate(line)])
    world.note("programme.drawn", club, club.drawn_at, by_id=world.mei_chen.pk)


def _after_the_draw(world, n, one, child, need):
    seat = _seat(
        world, "reading_club", child, world.at(-45 + n % 10, 18, n), need=need, line=one.number,
        why={"number": one.number, "of": one.of, "ahead": one.ahead, "choice": one.choice},
    )  # fmt: skip
    if one.number == PLACES + 1:
        seat.state, seat.offered_at = State.OFFERED, world.at(0, 0)
        seat.offered_until = seat.offered_at + dt.timedelta(hours=48)
    elif one.number == PLACES:
        seat.state, seat.taken_at = State.LEFT, world.reading_club.drawn_at
        seat.ended_at, seat.ended_by = world.at(0, 0), seat.asked_by
        seat.leaving_words = "Swimming is on the same day."
    else:
        seat.state = State.TAKEN if one.got else State.WAITING
        seat.taken_at = world.reading_club.drawn_at if one.got else None
    return seat


def _at_once(world):
    """Seats of the others, given to who asked first."""
    rows = [
        _seat(world, key, getattr(world, name), at, state=State.TAKEN, taken_at=at)
        for key, names, days in (("caring_class", CARED_FOR, -40), ("maths", TAUGHT, -5))
        for n, name in enumerate(names)
        if hasattr(world, name)
        for at in [world.at(days, 19, n)]
    ]
    world.save(rows)
