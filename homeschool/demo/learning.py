"""What a plan of the demo prescribes, a result from a session, and children who learn together."""

from decimal import Decimal

from django.db.models import Avg, Count, F

from counseling.models import Observation, Pair, Point, Prescription
from counseling.models.feeding import feed_all

SUBJECT = "Mathematics 数学"


def load(world):
    """Make the rows, once."""
    plan, club = world.plans["xiaoyu-reading"], world.reading_club
    pk = world.id("prescription", "xiaoyu-reading")
    if not Prescription.objects.filter(pk=pk).exists():
        _prescribe(world, pk, plan, club)
    world.prescription = Prescription.objects.get(pk=pk)
    _measured(world, plan)
    world.pair, world.pair_proposed = _pairs(world)


def _prescribe(world, pk, plan, club):
    """Three times a week, three quarters of an hour; the weeks so far count by their sessions."""
    world.save([
        Prescription(
            id=pk, plan=plan, programme=club, times=3, minutes=45, since=club.begins,
            until=plan.ends, made_by=plan.owner, made_at=world.at(-29, 11),
        )
    ])  # fmt: skip
    feed_all(plan, now=world.at(0, 12))
    plan.weeks.filter(by_hand=False).update(at=world.at(0, 12))


def _measured(world, plan):
    """A result that the newest session of the club brought."""
    session, goal = world.session_held, plan.goals.first()
    world.make([
        Point(
            id=world.id("point", "session"), goal=goal, on=session.on, value=Decimal(100),
            source=Point.Source.SESSION, session=session, by=world.daniel_okafor, at=session.ends,
        )
    ])  # fmt: skip


def _pairs(world):
    """Return a pair that learns together, its families agreed, and one that waits for a yes."""
    daniel = world.daniel_okafor
    one, two, because = _by_marks(world)
    pairs = [
        Pair(
            id=world.id("pair", 1), helper=world.xiaoyu, helped=world.mateo, subject="Reading 阅读",
            proposed_at=world.at(-24, 11), proposed_by=daniel, confirmed_at=world.at(-24, 15),
            confirmed_by=daniel, helper_agreed=True, helped_agreed=True,
        ),
        Pair(
            id=world.id("pair", 2), helper=one, helped=two, subject=SUBJECT,
            proposed_at=world.at(-1, 11), proposed_by=daniel,
            because=because,
        ),
    ]  # fmt: skip
    made = world.make(pairs)
    return [made[pair.pk] for pair in pairs]


def _by_marks(world):
    """Return (helper, helped, the figures): the highest and the lowest share of the class's marks."""
    children = world.situation_class.students.active()
    others = children.exclude(pk__in=[world.xiaoyu.pk, world.mateo.pk])
    marks = Observation.objects.standing().filter(
        student__in=others, kind=Observation.Kind.MARK, subject=SUBJECT, out_of__isnull=False
    )
    rows = marks.order_by().values_list("student")
    rows = rows.annotate(share=Avg(F("value") / F("out_of")), n=Count("pk"))
    found = sorted(rows, key=lambda row: (row[1], str(row[0])))
    by_pk = others.in_bulk()
    (low, *_few), (high, *_many) = found[0], found[-1]
    figures = [{"share": round(100 * share), "marks": n} for _pk, share, n in (found[-1], found[0])]
    because = {"helper": figures[0], "helped": figures[1], "days": [2, 4]}
    return by_pk[high], by_pk[low], because
