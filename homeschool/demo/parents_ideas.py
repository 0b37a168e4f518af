"""What the families of the demo suggested to the school of their own accord, and what it answered."""

import datetime as dt

from homeschool.answering import due_on
from messaging.models import FurtherWord, Suggestion

Area, Outcome = Suggestion.Area, Suggestion.Outcome
LEADER = "ruth_adler"
# (key, who, child, days ago, area, language, text, (outcome, days until the answer, answer), added)
IDEAS = (
    ("gate", "lin_mei", "xiaoyu", 6, Area.WAY, "zh-hans",
     "校门口放学时车太多，能不能请一位老师或家长志愿者帮忙看一下路？我每周二可以来。", None, ()),
    ("yard", "wang_haitao", "ziang", 18, Area.BUILDINGS, "zh-hans",
     "操场边能不能放几把椅子？奶奶接孩子时站不住。", None, ()),
    ("menu", "camila_ruiz", "mateo", 40, Area.FOOD, "es",
     "¿Podrían mandar el menú de la semana los domingos? Mateo tiene alergia a las nueces.",
     (Outcome.TAKEN_UP, 5,
      "Sí. Desde el lunes el menú está en “Para padres”, con los alérgenos de cada plato."),
     ((20, "El menú sale ahora cada viernes por la tarde."),)),
    ("homework", "karen_brooks", "ethan", 30, Area.LESSONS, "en",
     "Could the homework for the week come on Monday? Ethan is with his father on Wednesdays.",
     (Outcome.NOT_NOW, 12,
      "Not now, because our third grade tries it first until the winter holidays. We look at it in "
      "January, and I write to you then."), ()),
    ("choir", "javier_morales", "sofia", 55, Area.TOGETHER, "es",
     "¿Puede el coro ensayar una canción en chino y otra en español?",
     (Outcome.ALREADY_SO, 3,
      "Ya lo hacen: los martes cantan en chino y los jueves en español. Venga a escuchar."), ()),
    ("library", "hannah_carter", "lily", 2, Area.OTHER, "en",
     "A shelf where families leave books for each other. We would bring the first thirty.", None, ()),
)  # fmt: skip


def load(world):
    """Make the rows, once; `world.idea` is one that waits."""
    key = world.id("idea", "gate")
    if not Suggestion.objects.filter(pk=key).exists():
        _make(world)
    world.idea = Suggestion.objects.get(pk=key)


def _make(world):
    ideas, further = [], []
    for key, who, child, ago, area, language, text, answered, added in IDEAS:
        by, student = getattr(world, who), getattr(world, child)
        asked_at = world.at(-ago, 20, 15)
        row = Suggestion(
            id=world.id("idea", key), school=world.school, student=student, by=by, area=area,
            text=text, language=language, asked_at=asked_at,
            due_on=due_on(asked_at, world.school.time_zone),
        )  # fmt: skip
        ideas.append(row)
        world.note("suggestion.made", row, asked_at, by_id=by.pk, student=student)
        if answered:
            _answer(world, row, *answered)
        further += [
            FurtherWord(
                id=world.id("idea word", key, n), suggestion=row, text=more,
                by=getattr(world, LEADER), at=asked_at + dt.timedelta(days=days),
            )
            for n, (days, more) in enumerate(added)
        ]  # fmt: skip
    world.save(ideas)
    world.save(further)
    world.save_notes()


def _answer(world, row, outcome, days, answer):
    by = getattr(world, LEADER)
    row.outcome, row.answer, row.answered_by = outcome, answer, by
    row.answered_at = row.asked_at + dt.timedelta(days=days, hours=-6)
    world.note(
        "suggestion.answered", row, row.answered_at, by_id=by.pk, student=row.student
    )  # fmt: skip
