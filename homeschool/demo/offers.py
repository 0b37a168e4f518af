"""Visits that the demo school has offered to families: in every state, and a day on the road."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from homeschool.journal.models import Notice
from homeschool.people.models import Guardianship, Student
from visits.forms.offering import families_of
from visits.models import Offer, Round, VisitChild

Answer = Offer.Answer
ASKED, ON_THE_ROAD = 7, 6
# What the families of the first round say, in the order in which they were asked.
SAID = ("yes", "wish", "video", "no", "waiting", "waiting", "back")
TOLD = ("visit.offer", "visit.agreed")
WISH = "After 18:00, please. I work until five."


def load(world):
    """Make a round with every answer (`world.round`) and one whose visits fill a day (`world.road`)."""
    key = world.id("round", "every answer")
    world.round = Round.objects.filter(pk=key).first()
    road = Round.objects.filter(pk=world.id("round", "a day on the road")).first()
    if world.round is None:
        families = _families(world)
        if (
            len(families) < ASKED + ON_THE_ROAD
        ):  # a world of days to come, whose roles are not open yet
            world.road = None
            return
        world.round = _offer(
            world, key, families[:ASKED], days=4, words="We bring the reading books."
        )
        _answer(world)
        road = _drive(world, "a day on the road", families[ASKED : ASKED + 3], world.daniel_okafor)
        _drive(world, "the other team", families[ASKED + 3 :][:3], world.zhao_min, world.lucia_vega)
        # what the demo tells of itself does not leave as letters
        told = Notice.objects.filter(school=world.school, kind__in=TOLD, expanded_at=None)
        told.update(expanded_at=timezone.now())
        world.made += 1
    world.road = road


def _drive(world, name, families, *team):
    """Offer visits of one day by `team`, to which every family says yes."""
    road = _offer(world, world.id("round", name), families, days=6, team=team)
    for offer, time in zip(_in_order(road), road.times.order_by("at"), strict=False):
        offer.take(time.pk, by=_guardian(offer))
        offer.note(by=world.mei_chen)
    return road


def _families(world):
    """Return families of Mei Chen's children to whom nobody goes yet, in a fixed order."""
    ahead = VisitChild.objects.filter(student=OuterRef("pk"))
    told = Guardianship.objects.open().filter(
        student=OuterRef("pk"), may_receive=True, guardian__email__isnull=False
    )
    rows = (
        Student.objects.visible_to(world.mei_chen)
        .active()
        .filter(~Exists(ahead), Exists(told), Q(households__guardians__isnull=False))
    )
    children = list(rows.select_related("school").distinct().order_by("sort_key", "pk"))
    found = families_of(children)
    return [family for family in found if family[0] is not None]


def _offer(world, key, families, *, days, words="", team=()):
    """Offer visits of a school day at least `days` ahead, one after the other from two o'clock."""
    first = world.at(days, 14)
    while first.weekday() > 4:
        first += dt.timedelta(days=1)
    return Round.objects.offer(
        families,
        by=world.mei_chen,
        visitors=_team(world, team),
        times=[first + dt.timedelta(minutes=50 * n) for n in range(7)],
        id=key,
        minutes=40,
        answer_by=first - dt.timedelta(days=1),
        words=words,
    )


def _team(world, team):
    """Return who comes: Mei Chen with the class teacher, unless two others do."""
    return list(team) if len(team) > 1 else [world.mei_chen, world.daniel_okafor]


def _in_order(round_):
    return list(round_.offers.select_related("round", "visit__school").order_by("visit"))


def _guardian(offer):
    return offer.receivers().order_by("user").first().user


def _answer(world):
    """Let the families answer, each in its way."""
    times = list(world.round.times.order_by("at"))
    for offer, said in zip(_in_order(world.round), SAID, strict=False):
        by = _guardian(offer)
        if said == "yes":
            offer.take(times[0].pk, by=by)
        elif said == "video":
            offer.take(times[2].pk, by=by, answer=Answer.VIDEO)
        elif said == "wish":
            offer.ask_other(Answer.OTHER_TIME, by=by, wish=WISH)
        elif said == "no":
            offer.decline(by=by)
        elif said == "back":
            offer.take_back(by=world.mei_chen)
