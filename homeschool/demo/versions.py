"""What families of the demo read of their plans, what they answered, and what they did at home."""

import datetime as dt
from dataclasses import dataclass

from counseling.models import Answer, AtHome, Plan, Version
from counseling.models.habit import monday_of
from counseling.models.version import what_stands

WEEK = dt.timedelta(weeks=1)
CHILD = ""


@dataclass(frozen=True)
class Said:
    """Who answered (a key of the world, or the child), agreeing or not, in which words; `to` is who of
    the staff heard it, `days` how many days ago, `heard` whether somebody noted it."""

    who: str
    agrees: bool
    words: str = ""
    proposals: str = ""
    to: str = ""
    days: int = 10
    heard: bool = False


@dataclass(frozen=True)
class Told:
    """The newest version of a plan; `before` says what its first version was about, where the help
    changed since; `weeks` what home did in the last weeks, the newest first."""

    key: str
    language: str
    strengths: str
    agreed: str
    answers: tuple = ()
    before: str = ""
    at_home: str = ""
    weeks: tuple = ()
    question: str = ""


TOLD = (
    Told(
        "xiaoyu-reading", "zh-hans", "会照顾新同学。\n画的漫画全班都等着看。",
        "每天晚饭后一起读十分钟，读什么由小雨自己挑。读错了不打断。",
        (
            Said("lin_mei", True, "她现在会自己拿书来找外婆。"),
            Said(CHILD, True, "我想读画多一点的书。", to="mei_chen", days=12, heard=True),
        ),
        at_home="lin_mei", weeks=("", "did", "did", "not_yet"),
    ),
    Told(
        "mateo-reading", "en", "Tells whole stories and never loses the thread.\nBuilds bridges out of anything.",
        "We read together twice a week, and nobody corrects him in the middle of a page.",
        (
            Said(
                "camila_ruiz", True, "Está bien así. A Mateo le gusta leer con su hermana.",
                "El sábado trabajo hasta tarde: ¿puede ser el domingo?", days=2,
            ),
        ),
        before="Daniel Okafor reads with the whole class; at home ten minutes on Tuesday and Saturday.",
        at_home="camila_ruiz", weeks=("not_yet", "did"),
        question="¿Qué hacemos si se cansa después de una página?",
    ),
    Told(
        "ethan-sleep", "en", "Asks good questions, also about himself.",
        "The same hour in both homes, and the phone sleeps in the kitchen.",
        (
            Said("karen_brooks", True, "It works.", days=40, heard=True),
            Said(
                "steven_brooks", False, "Half past eight is too early on Fridays.",
                "Nine on Fridays, half past eight on all other days.", days=39, heard=True,
            ),
        ),
        at_home="karen_brooks", weeks=("did", "did", "did"),
    ),
    Told(
        "ziang-school", "en", "Knows every bus of the city.",
        "Whoever sees first that a morning goes wrong calls the other.",
        (Said("wang_haitao", True, "周日我早点走。", to="mei_chen", days=20, heard=True),),
    ),
)  # fmt: skip


def load(world):
    """Publish these plans, let their families answer, and keep one of each for the pictures."""
    for told in TOLD:
        plan = Plan.objects.select_related("owner", "student").get(pk=world.id("plan", told.key))
        if not plan.versions.exists():
            _publish(world, told, plan)
    world.shared_plan = Plan.objects.get(pk=world.id("plan", "mateo-reading"))
    world.family_plan = Plan.objects.get(pk=world.id("plan", "xiaoyu-reading"))
    world.shared_version = Version.objects.get(pk=world.id("version", "mateo-reading", 2))


def _publish(world, told, plan):
    begun = _moment(world, plan.begins + dt.timedelta(days=1))
    body = what_stands(plan) | {"strengths": told.strengths, "agreed": told.agreed}
    first, number, published = body, 1, begun
    versions = []
    if told.before:
        (changed,) = body["changes"]
        first = body | {"agreed": told.before, "changes": [], "strengths": ""}
        first["steps"] = body["steps"][1:]
        published, number = _moment(world, dt.date.fromisoformat(changed["on"]) + WEEK), 2
        versions.append(_version(world, told, plan, 1, first, begun, ""))
    news = "A small group at school, and books to take home." if told.before else ""
    newest = _version(world, told, plan, number, body, published, news)
    world.save([*versions, newest])
    Plan.objects.filter(pk=plan.pk).update(published_at=published)
    for version in (*versions, newest):
        at = version.published_at
        world.note("plan.published", plan, at, by_id=plan.owner.pk, student=plan.student)
    _answered(world, told, newest)
    _at_home(world, told, newest)


def _version(world, told, plan, number, body, at, news):
    return Version(
        id=world.id("version", told.key, number), plan=plan, number=number, body=body,
        language=told.language, news=news, published_at=at, by=plan.owner,
    )  # fmt: skip


def _answered(world, told, version):
    rows = []
    for n, said in enumerate(told.answers):
        person = getattr(world, said.who) if said.who else None
        by = getattr(world, said.to) if said.to else person
        at = world.at(-said.days, 20, 15)
        heard = {"heard_at": at + dt.timedelta(hours=14), "heard_by": version.by}
        rows.append(
            Answer(
                id=world.id("answer", told.key, n),
                version=version,
                person=person,
                by=by,
                at=at,
                agrees=said.agrees,
                words=said.words,
                proposals=said.proposals,
                **(heard if said.heard else {}),
            )
        )
        student = version.plan.student
        world.note("plan.answered", version.plan, at, by_id=by.pk, student=student)
    world.save(rows)


def _at_home(world, told, version):
    """Write what home did: this week first, then the weeks before."""
    if not told.at_home:
        return
    person, monday = getattr(world, told.at_home), monday_of(world.today)
    rows = [
        AtHome(
            id=world.id("at-home", told.key, n), version=version, person=person, said=said,
            monday=monday - n * WEEK, at=_moment(world, min(monday - n * WEEK, world.today)),
        )
        for n, said in enumerate(told.weeks)
        if said
    ]  # fmt: skip
    if told.question:
        rows.append(
            AtHome(
                id=world.id("at-home", told.key, "question"),
                version=version,
                person=person,
                said=AtHome.Said.QUESTION,
                words=told.question,
                monday=monday,
                at=world.at(-1, 21),
            )
        )
    world.save(rows)


def _moment(world, day):
    return dt.datetime.combine(day, dt.time(18), world.zone)
