"""Habits of the demo: three children of two families, six weeks of ticks, and a week that waits for home."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from counseling.models import (
    CheckIn,
    Goal,
    Habit,
    HabitWeek,
    Plan,
    Point,
    Side,
    Tick,
    Version,
)
from counseling.models.check_in import end_of
from counseling.models.shares import in_percent, monday_of, said_of, week_share
from counseling.models.version import what_stands
from counseling.reading.check_in import check_in_token

WEEKS = 6
WEEK = dt.timedelta(weeks=1)
SCHOOL_DAYS = [1, 2, 3, 4, 5]
STATES = {"d": "done", "p": "partly", "n": "not"}


@dataclass(frozen=True)
class Told:
    """One habit: `home` is [days of a week] as home ticked them, the oldest week first, `school` the
    same with the days of this week at the end. d is done, p partly, n not, - is nothing said. `place` is
    the home, or "" for a person who answers alone: the father lives far away."""

    child: str
    title: str
    what: str
    side: str
    at_home: str  # key of the person who ticks, and of the home
    place: str
    home: tuple
    school: tuple = ()
    adviser: str = ""


TOLD = (
    Told(
        "xiaoyu", "每天一小步", "每晚自己读十分钟书", Habit.Sides.BOTH, "lin_mei", "xiaoyu/0",
        ("npn--", "dpnpd", "ddpnd", "ddpdd", "dpddd", "ddddp"),
        ("nnpdn", "pdpdp", "dpddp", "ddddp", "dpdddp", "ddddd", "ddpdd"), "daniel_okafor",
    ),
    Told(
        "zihan", "和爸爸在一起", "睡前打电话，给爸爸讲一件学校的事", Habit.Sides.HOME, "wang_haitao", "",
        ("dnpnd", "pdpnd", "-----", "ddpdd", "ddnpd", "ddpdd"),
    ),
    Told(
        "ziang", "先作业后玩", "先写完作业，再去玩", Habit.Sides.BOTH, "wang_haitao", "",
        ("nnpnp", "pnpdp", "dnpdd", "ddpdn", "dpddd", "ddpdd"),
        ("npnpn", "pdpnp", "dpdpd", "ddddp", "pddnd", "ddddd", "dpddd"), "sun_lihua",
    ),
)  # fmt: skip


def load(world):
    """Make the habits with their plans, once, and ask the homes about this week."""
    world.monday = monday_of(world.today)
    if not Habit.objects.filter(pk=world.id("habit", TOLD[0].child)).exists():
        for told in TOLD:
            _tell(world, told)
        world.save_notes()
    _ask(world)


def _tell(world, told):
    first = world.monday - WEEKS * WEEK
    plan, goal = _plan(world, told, first)
    habit = Habit(
        id=world.id("habit", told.child), goal=goal, what=told.what, side=told.side,
        days=SCHOOL_DAYS, since=first, made_by=world.mei_chen, made_at=_at(world, first, 9),
    )  # fmt: skip
    world.save([habit])
    ticks = [*_ticks(world, told, habit, Side.HOME), *_ticks(world, told, habit, Side.SCHOOL)]
    world.save(ticks)
    _count(world, habit, ticks)
    version = Version(
        id=world.id("version", "habit", told.child), plan=plan, number=1, language="zh-hans",
        body=what_stands(plan) | {"strengths": "", "agreed": ""}, by=world.mei_chen,
        published_at=plan.published_at,
    )  # fmt: skip
    world.save([version])
    world.note("habit.begun", plan, habit.made_at, by_id=world.mei_chen.pk, student=plan.student)


def _at(world, day, hour):
    return dt.datetime.combine(day, dt.time(hour), world.zone)


def _plan(world, told, first):
    """Return a plan of this habit alone, that the family reads, and its goal."""
    student = getattr(world, told.child)
    plan = Plan(
        id=world.id("plan", "habit", told.child), school=world.school, student=student,
        owner=world.mei_chen, made_by=world.mei_chen, made_at=_at(world, first, 8), title=told.title,
        state=Plan.State.ACTIVE, begins=first, ends=first + 16 * WEEK,
        next_review_on=world.day(9), published_at=_at(world, first, 10),
    )  # fmt: skip
    goal = Goal(
        id=world.id("goal", "habit", told.child), plan=plan, statement=told.what, measure="一周的",
        unit="%", baseline=Decimal(20), baseline_on=first, target=Decimal(80),
        target_on=plan.ends, most=Decimal(100),
    )  # fmt: skip
    world.save([plan])
    world.save([goal])
    return plan, goal


def _ticks(world, told, habit, side):
    """Return the ticks of one side; nothing of a day to come."""
    weeks = told.home if side == Side.HOME else told.school
    by = getattr(world, told.at_home if side == Side.HOME else told.adviser or "mei_chen")
    where = {}
    if side == Side.HOME:
        where = {"household": world.homes[told.place]} if told.place else {"person": by}
    return [
        Tick(
            id=world.id("tick", told.child, side, day), habit=habit, day=day, side=side,
            state=STATES[state], via=Tick.Via.LINK if where else Tick.Via.PAGE, by=by,
            at=_at(world, _said_on(day, side), 18), **where,
        )
        for n, week in enumerate(weeks)
        for day, state in _days(habit, n, week)
        if state in STATES and day < world.today
    ]  # fmt: skip


def _days(habit, n, week):
    return zip(habit.days_of(habit.since + n * WEEK), week, strict=False)


def _said_on(day, side):
    """Home answers on Sunday for its week, school on the day itself."""
    return monday_of(day) + dt.timedelta(days=6) if side == Side.HOME else day


def _count(world, habit, ticks):
    """Let each finished week be a point."""
    points, weeks = [], []
    for n in range(WEEKS):
        monday = habit.since + n * WEEK
        mine = [tick for tick in ticks if monday <= tick.day < monday + WEEK]
        share = week_share(habit.days_of(monday), said_of(mine, world.school))
        if share is None:
            continue
        point = Point(
            id=world.id("point", habit.pk, monday), goal=habit.goal, value=in_percent(share),
            on=monday + dt.timedelta(days=6), source=Point.Source.HABIT,
            at=_at(world, monday + WEEK, 0),
        )  # fmt: skip
        points.append(point)
        weeks.append(HabitWeek(habit=habit, monday=monday, point=point))
    world.save(points)
    world.save(weeks)


def _ask(world):
    """Ask the home of the first child about the week in which the demo was made: there is a link to try.

    What comes after it is the clock's to ask."""
    row = CheckIn(
        id=world.id("check-in", world.monday), school=world.school, monday=world.monday,
        household=world.homes[TOLD[0].place], closes_at=end_of(world.monday, world.school),
        asked_at=_at(world, world.monday, 8),
    )  # fmt: skip
    there = CheckIn.objects.filter(household=row.household).order_by("-monday").first()
    if there is None:
        world.save([row])
    world.check_in_link = check_in_token((there or row).pk, world.lin_mei.pk)
    world.habit = Habit.objects.get(pk=world.id("habit", TOLD[0].child))
