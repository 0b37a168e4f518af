"""What the families of the demo suggested to the school, what it answered, and what was given.

The rows belong to visits that are held, so they are told together with them (`visits.Telling`).
"""

import datetime as dt
from decimal import Decimal

from django.utils import timezone

from homeschool.answering import DAYS_TO_ANSWER
from visits.models import FurtherAnswer, Gift, Suggestion

LEADER = "ruth_adler"
# visit: [(text, who said it, whether it is kept out, the answer and after how many days, what was added)]
SUGGESTED = {
    "xiaoyu": [("“放学那条路上装一盏灯吧，冬天太黑了。”", "外婆", False, None, ())],
    "xiaoyu-autumn": [
        (
            "“家长会能不能晚一点？我六点才下班。”", "妈妈", False,
            ("从下学期起，家长会改到晚上七点。谢谢您的提醒。", 9),
            (("十二月的家长会已经定在七点。", 30),),
        )
    ],
    "wang": [
        ("“食堂的饭能不能热一点？孩子说常常凉了。”", "", False, None, ()),
        ("“楼道里能不能放几把椅子？老人接孩子站不住。”", "奶奶", False, None, ()),
    ],
    "mateo": [
        (
            "«Que la biblioteca abra también los sábados por la mañana.»", "Rosa", False, None, (),
        )
    ],
    "sofia": [
        (
            "«Que el coro cante también en el barrio, no solo en la escuela.»", "", False,
            ("Me gusta mucho. El coro cantará en la plaza el último viernes del mes.", 6), (),
        )
    ],
    "ethan-mother": [
        ("“Tell us both before a change, not one of us.”", "his mother", True, None, ())
    ],
    "lily": [
        (
            "“Let older children choose whom they read to.”", "Lily", False,
            ("Yes. From Monday the list hangs at the library door.", 3), (),
        )
    ],
}  # fmt: skip
# visit: [(what, worth, from whom, who took it)]
GIVEN = {
    "xiaoyu-autumn": [("阅读灯", "28.00", "校友会", "外婆")],
    # the campaign was made later and counts both visits to this home: more than it gives
    "xiaoyu": [("图画书三本", "24.50", "", "小雨")],
    "mateo": [("Botas de lluvia", "29.90", "Parroquia de San Lucas", "Mateo")],
    "wang": [("冬鞋", None, "家委会", "奶奶")],
    "second-grader": [("Reflective vest", "6.00", "", "")],
    "fifth-grader": [("Revista de bicicletas", "4.20", "", "")],
}


def tell(telling, visit, told):
    """Add what was suggested and given at a visit of `homeschool.demo.visits` to its parts."""
    day = timezone.localdate(visit.happened_at, telling.zone)
    for place, row in enumerate(SUGGESTED.get(told.key, ())):
        _suggest(telling, visit, told, day, place, row)
    gifts = [
        Gift(
            id=telling.world.id("gift", told.key, place), school=visit.school, visit=visit,
            place=place, item=item, value=worth and Decimal(worth), from_whom=giver, received_by=to,
            given_at=visit.happened_at,
        )
        for place, (item, worth, giver, to) in enumerate(GIVEN.get(told.key, ()))
    ]  # fmt: skip
    telling.parts.setdefault(Gift, []).extend(gifts)


def _suggest(telling, visit, told, day, place, row):
    text, said_by, kept_out, answered, added = row
    world, by = telling.world, getattr(telling.world, LEADER)
    suggestion = Suggestion(
        id=world.id("suggestion", told.key, place), school=visit.school, visit=visit, place=place,
        text=text, said_by=said_by, kept_out=kept_out, asked_at=visit.happened_at,
        due_on=day + dt.timedelta(days=DAYS_TO_ANSWER),
    )  # fmt: skip
    telling.parts.setdefault(Suggestion, []).append(suggestion)
    if not answered:
        return
    suggestion.answer, days = answered
    suggestion.answered_by, suggestion.answered_at = by, visit.happened_at + dt.timedelta(days=days)
    for line in told.lines:
        student = getattr(world, line.child)
        telling._note(
            "suggestion.answered", suggestion, suggestion.answered_at, by=by, student=student
        )
    further = [
        FurtherAnswer(
            id=world.id("further answer", told.key, place, n), suggestion=suggestion, text=more,
            by=by, at=visit.happened_at + dt.timedelta(days=later),
        )
        for n, (more, later) in enumerate(added)
    ]  # fmt: skip
    telling.parts.setdefault(FurtherAnswer, []).extend(further)
