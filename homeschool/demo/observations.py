"""The learning situation of the demo: one class with marks, attendance and remarks over the term."""

import datetime as dt
import zlib
from decimal import Decimal

from counseling.models import Observation, ObservationImport
from homeschool.journal.models import Entry

Kind = Observation.Kind
WEEKS = 10
# (subject, points that can be reached or None for grades, a week in which the first test is)
TESTS = (("Mathematics 数学", 100, 1), ("Chinese 语文", 100, 2), ("English", 20, 3))
EVERY = 2  # weeks between two tests of a subject
REASONS = ("", "ill", "family", "生病", "")
# (child, days ago, kind, sentence) of what the class teacher wrote
SAID = (
    ("xiaoyu", 3, Kind.REMARK, "小雨今天第一次主动举手，把应用题讲给全班听。"),
    (
        "xiaoyu",
        17,
        Kind.BEHAVIOUR,
        "She waited for Mateo to finish and helped him with the new words.",
    ),
    ("xiaoyu", 38, Kind.REMARK, "读题很认真，计算再检查一遍会更好。"),
    ("mateo", 2, Kind.REMARK, "Mateo leyó su párrafo en voz alta sin detenerse."),
    ("mateo", 12, Kind.BEHAVIOUR, "Preguntó cuando no entendió la tarea: así se aprende."),
    ("mateo", 31, Kind.REMARK, "Las cuentas van bien; el enunciado todavía le cuesta."),
)
# what stands beside a mark of these children, by how many tests ago
BESIDE = {
    ("xiaoyu", 0): "应用题进步很大。",
    ("mateo", 0): "Explicó su camino en la pizarra.",
    ("mateo", 1): "Faltó tiempo para la última página.",
}


def load(world):
    """Make the rows, once, and a sheet that came in by the command line."""
    world.situation_class = world.xiaoyu.school_class
    there = Observation.objects.filter(student__school_class=world.situation_class).exists()
    if not there:
        children = list(world.situation_class.students.active().order_by("number"))
        rows = [*_days(world, children), *_marks(world, children), *_said(world)]
        world.save(rows)
        world.save([_entry(world, row) for row in rows if row.words])
        _sheet(world)
    newest = Observation.objects.filter(student=world.mateo, kind=Kind.MARK).order_by("on")
    world.observation = newest.last()


def _chance(*parts, of):
    """Return a number below `of`, always the same for the same parts."""
    return zlib.crc32("/".join(map(str, parts)).encode()) % of


def _row(world, child, kind, on, **columns):
    return Observation(
        id=world.id("observation", child.number, kind, on, columns.get("subject", "")),
        school=world.school, student=child, kind=kind, on=on, by=world.daniel_okafor,
        at=world.at((on - world.today).days, 15), **columns,
    )  # fmt: skip


def _days(world, children):
    """Yield who was there on the school days of the last weeks."""
    days = [world.day(-n) for n in range(1, WEEKS * 7 + 1)]
    for day in (day for day in days if day.weekday() < 5):
        for child in children:
            luck = _chance(child.number, day, of=40)
            there = Decimal(0) if luck == 0 else Decimal("0.5") if luck == 1 else Decimal(1)
            words = REASONS[_chance(day, child.number, of=len(REASONS))] if there < 1 else ""
            yield _row(
                world, child, Kind.ATTENDANCE, day, value=there, out_of=Decimal(1), words=words
            )


def _marks(world, children):
    monday = world.today - dt.timedelta(days=world.today.weekday())
    keys = {getattr(world, name).pk: name for name in ("xiaoyu", "mateo")}
    for subject, most, first in TESTS:
        weeks = range(first, WEEKS, EVERY)
        for ago, week in enumerate(weeks):
            on = monday - dt.timedelta(weeks=week, days=-2)
            for child in children:
                if _chance(child.number, subject, week, of=15) == 0:
                    continue  # was not there
                base = 48 + _chance(child.number, subject, of=26)
                share = base + (WEEKS - week) + _chance(child.number, week, subject, of=16)
                words = BESIDE.get((keys.get(child.pk), ago), "") if subject == TESTS[0][0] else ""
                yield _row(
                    world, child, Kind.MARK, on, subject=subject,
                    value=Decimal(share * most // 100), out_of=Decimal(most), words=words,
                )  # fmt: skip


def _said(world):
    for child, ago, kind, words in SAID:
        yield _row(world, getattr(world, child), kind, world.day(-ago), words=words)


def _entry(world, row):
    entry = row.entry("observation.entered", world.daniel_okafor)
    entry.at = row.at
    return entry


def _sheet(world):
    """A sheet of the office, as the list of sheets shows it."""
    counts = {"observations": {"new": 28, "changed": 2, "same": 0}}
    at = world.at(-9, 11)
    entry = Entry.objects.create(
        kind=Entry.Kind.CHANGED, verb="observations.imported", actor=world.daniel_okafor,
        school=world.school, about_type="people.school", about_id=str(world.school.pk), at=at,
        data={"counts": counts["observations"], "sheet": "observations"},
    )  # fmt: skip
    world.sheet = ObservationImport(
        id=world.id("sheet"), school=world.school, state=ObservationImport.State.DONE,
        about="observations", file_name="3B-october.csv", asked_by=world.daniel_okafor, asked_at=at,
        entry=entry, counts=counts,
    )  # fmt: skip
    world.save([world.sheet])
