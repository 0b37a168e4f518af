"""The time after lessons as demo families see it: who picks up, an absence, what they think of it."""

import datetime as dt

from counseling.models import Absence, Evaluation, PickUp, Programme, Seat, Session
from counseling.reading.evaluation import evaluation_token

# (child, key of who said it, name, who that is, telephone)
PICK_UPS = (
    ("xiaoyu", "lin_mei", "林梅", "妈妈", ""),
    ("xiaoyu", "lin_mei", "周玉兰", "外婆", "13800000142"),
    ("mateo", "camila_ruiz", "Camila Ruiz", "mamá", ""),
    ("mateo", "camila_ruiz", "Rosa Hernández Ruiz", "hermana mayor", ""),
)
# What six families said: (glad, learned, again, words).
SAID = (
    (4, 4, 4, ""),
    (4, 3, 4, "可以多读一些故事书。"),
    (3, 3, 4, ""),
    (4, 4, 3, "Más tiempo para jugar con las palabras."),
    (2, 3, 3, "It was loud in the room."),
    (4, 3, 4, ""),
)


def load(world):
    """Make the rows, once; an absence where there are sessions to come."""
    _pick_ups(world)
    _absence(world)
    _over(world)


def _pick_ups(world):
    rows = [
        PickUp(
            id=world.id("pick-up", child, name), student=getattr(world, child), name=name,
            relation=relation, phone=phone, said_by=getattr(world, by), said_at=world.at(-40, 18),
        )
        for child, by, name, relation, phone in PICK_UPS
    ]  # fmt: skip
    world.make(rows)


def _absence(world):
    """The mother said this morning that the child cannot come to the session after the next one."""
    seats = Seat.objects.taken().filter(student=world.xiaoyu)
    coming = Session.objects.filter(
        programme__in=seats.values("programme"), state=Session.State.PLANNED,
        begins__gt=world.at(1, 0),
    ).order_by("begins", "pk")[1:2]  # fmt: skip
    rows = [
        Absence(
            id=world.id("absence", "xiaoyu"), student=world.xiaoyu, session=session,
            on=session.on, said_by=world.lin_mei, said_at=world.at(0, 7),
        )
        for session in coming
    ]  # fmt: skip
    world.make(rows)


def _over(world):
    """A week of reading that ended some days ago; one family has not said yet what it thinks."""
    first, last = world.day(-25), world.day(-4)
    programme = Programme(
        id=world.id("programme", "autumn_reading"), school=world.school,
        name="秋日朗读周 Autumn reading aloud", place="图书馆 Library", capacity=12, begins=first,
        ends=last, state=Programme.State.OVER, owner=world.mei_chen, made_by=world.mei_chen,
        made_at=world.at(-40, 10),
    )  # fmt: skip
    world.judged = world.make([programme])[programme.pk]
    others = [child for child in world.students if child.pk != world.xiaoyu.pk]
    children = [world.xiaoyu, *others[: len(SAID)]]
    seats = world.make(_seat(world, child) for child in children)
    if not world.judged.evaluations.exists():
        world.save(list(_answers(world, children[1:])))
    seat = seats[world.id("seat", "autumn_reading", world.xiaoyu.number)]
    world.evaluation_link = evaluation_token(seat.pk, world.lin_mei.pk)


def _seat(world, child):
    return Seat(
        id=world.id("seat", "autumn_reading", child.number), programme=world.judged, student=child,
        asked_by=_guardian(world, child), asked_at=world.at(-38, 18), state=Seat.State.TAKEN,
        taken_at=world.at(-38, 18),
    )  # fmt: skip


def _guardian(world, child):
    tie = child.guardianships.order_by("-primary", "since", "pk").first()
    return tie.guardian if tie else world.mei_chen


def _answers(world, children):
    """Yield what these families said: enough of them for figures."""
    for n, (child, (glad, learned, again, words)) in enumerate(zip(children, SAID, strict=True)):
        yield Evaluation(
            programme=world.judged, student=child, side=Evaluation.Side.FAMILY, glad=glad,
            learned=learned, again=again, words=words, said_by=_guardian(world, child),
            at=world.at(-3, 19) + dt.timedelta(minutes=n),
        )  # fmt: skip
