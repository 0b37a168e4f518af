"""Plans of the demo: one in each state, with results week by week: reading, coming to school, sleep."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from counseling.models import (
    Domain,
    Goal,
    Material,
    Member,
    Phase,
    Plan,
    PlanNeed,
    Point,
    Review,
    Slot,
    Task,
    WeekCount,
)

State, Side, Source = Plan.State, Task.Side, Point.Source
WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True)
class Told:
    """One plan as it is told: weeks count from its first day, results stand a week apart.

    `goals` (statement, why, measure, unit, baseline, target, most, step, results); `steps` (what,
    side, who, due in days from today or None for every week, whether at home, whether done);
    `change` (week, words, reason); `weeks` [(planned, held, attended)], the last one this week's.
    """

    key: str
    owner: str
    child: str
    title: str
    state: State
    began: int  # weeks ago
    lasts: int
    about: str
    need: tuple
    goals: tuple = ()
    steps: tuple = ()
    team: tuple = ()
    slots: tuple = ()
    materials: tuple = ()
    change: tuple | None = None
    weeks: tuple = ()
    review_in: int = 7  # days from today
    outcome: str = ""
    closing: str = ""
    template: str = ""


TOLD = (
    Told(
        "mateo-reading", "mei_chen", "mateo", "Reading plan", State.ACTIVE, 11, 15,
        "Mateo tells whole stories and reads word by word.", (Domain.LEARNING, 4, "«Quiero leer yo solo los planos.»"),
        goals=((
            "Mateo reads 90 words correctly in one minute", "He wants to read the building plans himself.",
            "words read correctly in a minute", "words", 52, 90, 250, 1,
            (54, 55, 55, 57, 60, 63, 66, 69, 71, 74, 77),
        ),),
        steps=(
            ("Move the group from 8:00 to 15:30, so that the bus is no hindrance", Side.TEACHER, "daniel_okafor", -3, False, False),
            ("Read ten minutes together, Tuesday and Saturday", Side.GUARDIAN, "Rosa", None, True, False),
            ("Lend two picture books about building, Spanish and English", Side.TEACHER, "amara_nwosu", 4, False, False),
            ("Choose the next story himself", Side.STUDENT, "", 8, False, False),
            ("Read the first book to his sister", Side.STUDENT, "", -20, False, True),
        ),
        team=(("Rosa Hernández Ruiz", "sister, reads with Mateo"), ("daniel_okafor", "class teacher, leads the group"), ("mei_chen", "")),
        slots=((1, "08:00", 30, "Library"), (3, "08:00", 30, "Library"), (5, "08:00", 30, "Library")),
        materials=(("The house that Juan built", "1 to 24"), ("Reading ladder, level 3", "12 to 40")),
        change=(5, "A small group, three times a week", "The class alone moved him one word a week."),
        weeks=((3, 3, 3), (3, 3, 2), (3, 2, 2), (3, 3, 2), (3, 3, 2), (3, 2, 1), (3, 3, 3)),
        review_in=0, template="reading",
    ),
    Told(
        "xiaoyu-reading", "mei_chen", "xiaoyu", "每天读一会儿书", State.ACTIVE, 9, 16,
        "小雨喜欢听故事，自己读题时容易急。", (Domain.LEARNING, 3, "“我想自己读懂题目。”"),
        goals=((
            "每周读书一百分钟", "她想自己读懂数学题。", "一周读书的分钟数", "分钟", 30, 100, 600, 5,
            (40, 45, 55, 60, 75, 80, 85, 90, 95),
        ),),
        steps=(
            ("晚饭后一起读十分钟，读完打勾", Side.GUARDIAN, "外婆", None, True, False),
            ("每周三听她读一页", Side.TEACHER, "daniel_okafor", None, False, False),
        ),
        team=(("周玉兰", "外婆，陪她读"), ("mei_chen", "")),
        materials=(("《草房子》", "第 1 至 60 页"),), review_in=5, template="reading",
    ),
    Told(
        "ziang-school", "mei_chen", "ziang", "Coming to school", State.ACTIVE, 8, 14,
        "Misses Mondays most: his father comes home on Sundays.", (Domain.ATTENDANCE, 4, ""),
        goals=((
            "子昂 misses at most one day in two weeks", "He does not want to be the one who asks what the lesson was.",
            "days missed in a week", "days", 3, 0, 5, 1, (3, 2, 3, 2, 2, 1, 1, 1),
        ),),
        steps=(
            ("Call the grandmother on the first morning of an absence", Side.TEACHER, "mei_chen", None, False, False),
            ("Put the bag at the door on Sunday evening", Side.GUARDIAN, "奶奶", None, True, False),
        ),
        team=(("赵秀英", "grandmother"), ("mei_chen", "")), review_in=-6, template="attendance",
    ),
    Told(
        "ethan-sleep", "mei_chen", "ethan", "Sleep, in both homes", State.FADING, 12, 16,
        "The same hour in both homes.", (Domain.HEALTH, 3, "“I am tired at school.”"),
        goals=((
            "Ethan sleeps long enough on six nights", "He wants to stay awake in the afternoon.",
            "nights with enough sleep in a week", "nights", 2, 6, 7, 1, (2, 3, 4, 4, 5, 5, 6, 6, 6, 7, 6),
        ),),
        steps=(("Lights out at half past eight", Side.GUARDIAN, "both homes", None, True, False),),
        team=(("Karen Whitfield", "mother"), ("Steven Brooks", "father"), ("mei_chen", "")),
        review_in=16, template="sleep",
    ),
    Told(
        "aisha-language", "mei_chen", "aisha", "New words", State.REVIEW, 14, 18,
        "Understands nearly everything and says little.", (Domain.LEARNING, 2, ""),
        goals=((
            "Aisha uses fifteen new words in a week", "", "new words used correctly in a week", "words", 5, 15, 100,
            1, (6, 7, 7, 8),
        ),),
        steps=(("Tell a short story each week", Side.STUDENT, "", None, False, False),),
        team=(("mei_chen", ""),), review_in=-12, template="language",
    ),
    Told(
        "fernanda-homework", "lucia_vega", "maria_fernanda", "La tarea a la misma hora", State.AGREED, 1, 14, "",
        (Domain.LEARNING, 2, "«En la cocina hay mucho ruido.»"),
        goals=((
            "María Fernanda entrega cuatro tareas a la semana", "", "tareas entregadas en una semana", "tareas", 1, 4, 10, 1, (),
        ),),
        steps=(("Empezar a las cinco en la mesa del cuarto", Side.STUDENT, "", None, False, False),),
        team=(("Guadalupe Villanueva de Castillo", "mamá"), ("lucia_vega", "")), template="homework",
    ),
    Told(
        "sofia-mathematics", "mei_chen", "sofia", "Mathematics", State.DRAFT, 0, 14,
        "Short practice several times a week.", (Domain.LEARNING, 3, ""),
        steps=(("Practise ten minutes, three times a week", Side.STUDENT, "", None, False, False),),
        team=(("mei_chen", ""),), template="mathematics",
    ),
    Told(
        "lily-friends", "lucia_vega", "lily", "Saying what she needs", State.CLOSED, 20, 14, "",
        (Domain.BEHAVIOUR, 3, "“I say nothing, then I shout.”"),
        goals=((
            "Lily says what she needs on four days of the week", "She wants to be asked again.",
            "days on which it was kept, in a week", "days", 1, 4, 5, 1, (1, 2, 2, 3, 2, 3, 4, 4, 4, 5),
        ),),
        team=(("Hannah Carter", "mother"), ("lucia_vega", "")), outcome="reached",
        closing="She asks for a break by herself now. The class noticed it first.", template="values",
    ),
)  # fmt: skip


def load(world):
    """Make the plans, once; what somebody wrote while trying stays."""
    keys = {told.key: world.id("plan", told.key) for told in TOLD}
    there = Plan.objects.in_bulk(keys.values())
    for told in TOLD:
        if keys[told.key] not in there:
            _Telling(world, told).tell()
    world.save_notes()
    found = Plan.objects.in_bulk(keys.values())
    world.plans = {key: found[pk] for key, pk in keys.items()}
    world.plan = world.plans["mateo-reading"]
    world.plan_ahead, world.plan_draft = (
        world.plans["xiaoyu-reading"],
        world.plans["sofia-mathematics"],
    )
    world.goal = world.plan.goals.first()


class _Telling:
    """Makes one plan with everything in it."""

    def __init__(self, world, told):
        self.world, self.told = world, told
        self.owner = getattr(world, told.owner)
        self.student = getattr(world, told.child)
        monday = world.today - dt.timedelta(days=world.today.weekday())
        self.monday = monday
        self.begins = monday - told.began * WEEK

    def at(self, day, hour=15):
        """Return a moment of a day by the school's clock."""
        return self.world.at((day - self.world.today).days, hour)

    def tell(self):
        plan = self.plan = self._plan()
        self.world.save([plan])
        domain, weight, words = self.told.need
        self.world.save([PlanNeed(plan=plan, domain=domain, weight=weight, words=words)])
        self.world.save(
            [Member(plan=plan, part=part, **self._person(who)) for who, part in self.told.team]
        )
        self.world.save([self._task(step) for step in self.told.steps])
        self.world.save([
            Slot(plan=plan, weekday=day, starts=starts, minutes=minutes, place=place)
            for day, starts, minutes, place in self.told.slots
        ])  # fmt: skip
        self.world.save(
            [Material(plan=plan, title=t, pages=pages) for t, pages in self.told.materials]
        )
        for place, goal in enumerate(self.told.goals):
            self._goal(place, goal)
        self._changed()
        self._weeks()
        self._way()

    def _plan(self):
        told, at_work = self.told, self.told.state in Plan.AT_WORK
        closed = {}
        if told.outcome:
            day = self.begins + told.lasts * WEEK
            closed = {
                "outcome": told.outcome, "closing_words": told.closing, "closed_at": self.at(day),
                "closed_by": self.owner,
            }  # fmt: skip
        return Plan(
            id=self.world.id("plan", told.key), school=self.world.school, student=self.student,
            owner=self.owner, made_by=self.owner, made_at=self.at(self.begins, 10), title=told.title,
            about=told.about, state=told.state, begins=self.begins, ends=self.begins + told.lasts * WEEK,
            next_review_on=self.world.day(told.review_in) if at_work else None, template=told.template,
            is_fading=told.state == State.FADING, edits=1, **closed,
        )  # fmt: skip

    def _person(self, who):
        user = getattr(self.world, who, None)
        return {"user": user, "name": user.full_name} if user else {"user": None, "name": who}

    def _task(self, step):
        what, side, who, due, at_home, done = step
        user = getattr(self.world, who, None) if who else None
        finished = {"done_at": self.at(self.world.day(due)), "done_by": self.owner} if done else {}
        return Task(
            plan=self.plan, what=what, side=side, owner=user, owner_name="" if user else who,
            due=None if due is None else self.world.day(due), weekly=due is None, at_home=at_home,
            **finished,
        )  # fmt: skip

    def _goal(self, place, told):
        statement, matters, measure, unit, baseline, target, most, step, results = told
        goal = Goal(
            id=self.world.id("goal", self.told.key, place), plan=self.plan, place=place,
            statement=statement, matters=matters, measure=measure, unit=unit,
            baseline=Decimal(baseline), baseline_on=self.begins, target=Decimal(target),
            target_on=self.plan.ends, most=Decimal(most), step=Decimal(step),
        )  # fmt: skip
        self.world.save([goal])
        days = [self.begins + (n + 1) * WEEK for n in range(len(results))]
        self.world.save([
            Point(
                id=self.world.id("point", self.told.key, place, n), goal=goal, on=day,
                value=Decimal(value), source=Source.STAFF, by=self.owner, at=self.at(day),
            )
            for n, (day, value) in enumerate(zip(days, results, strict=True))
            if day <= self.world.today
        ])  # fmt: skip

    def _changed(self):
        """Let the help change in one week, by a review with its reason."""
        if not self.told.change:
            return
        week, words, reason = self.told.change
        day = self.begins + week * WEEK
        self.world.save(
            [Phase(plan=self.plan, on=day, words=words, by=self.owner, at=self.at(day))]
        )
        self.world.save([
            Review(
                plan=self.plan, due_on=day, held_on=day, decision=Review.Decision.CHANGE, reason=reason,
                by=self.owner, at=self.at(day),
            )
        ])  # fmt: skip

    def _weeks(self):
        first = self.monday - (len(self.told.weeks) - 1) * WEEK
        self.world.save([
            WeekCount(
                plan=self.plan, monday=first + n * WEEK, planned=planned, held=held,
                attended=attended, by=self.owner, at=self.at(min(first + n * WEEK, self.world.today)),
            )
            for n, (planned, held, attended) in enumerate(self.told.weeks)
        ])  # fmt: skip

    def _way(self):
        """Write down how the plan came where it stands."""
        state, day = self.told.state, self.begins
        self._note("plan.made", self.at(day, 10))
        if state != State.DRAFT:
            self._note("plan.agreed", self.at(day, 11))
        if state not in (State.DRAFT, State.AGREED):
            self._note("plan.begun", self.at(day, 12))
        if state == State.CLOSED:
            self._note("plan.closed", self.plan.closed_at)

    def _note(self, verb, at):
        self.world.note(verb, self.plan, at, by_id=self.owner.pk, student=self.student)
