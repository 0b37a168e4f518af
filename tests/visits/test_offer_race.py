"""Two hundred families answer at once, and there are twenty times: each is taken once."""

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from homeschool.journal.models import Notice
from homeschool.people.models import Student
from tests import builders
from visits.models import Offer, Round, Visit, Visitor

from .offers import later, link, make_round

FAMILIES, TIMES = 200, 20
AT_ONCE = 100  # connections: two such races may share one server of three hundred

pytestmark = pytest.mark.django_db(transaction=True)


def make_families(cast):
    """Return (child, guardian) of two hundred families."""
    found = []
    for n in range(FAMILIES):
        child = builders.make_student(cast.school_class, f"Child {n}", number=f"R{n:04}")
        found.append((child, builders.make_guardian(child, f"Guardian {n}")))
    return found


def race(work, racers):
    """Do `work(racer)` in a thread for each, all let go at the same moment; return the results."""
    gate, seats = threading.Barrier(len(racers)), threading.BoundedSemaphore(AT_ONCE)

    def run(racer):
        gate.wait(60)
        with seats:
            try:
                return work(racer)
            finally:
                connection.close()

    with ThreadPoolExecutor(len(racers)) as pool:
        return list(pool.map(run, racers))


def test_each_time_is_taken_once_and_nobody_is_lost(cast):
    begun = timezone.now()
    families = make_families(cast)
    times = [later(3 + n // 10, n % 10) for n in range(TIMES)]
    offered = make_round(cast, *[(None, [child]) for child, _who in families], times=times)
    guardians = {child.pk: who for child, who in families}
    slots = list(offered.times.order_by("at"))
    racers = [
        (offer, guardians[offer.visit.lines.get().student_id], slots[n % TIMES])
        for n, offer in enumerate(offered.offers.select_related("visit"))
    ]

    def answer(racer):
        offer, who, slot = racer
        return Client().post(link("offer-take", offer, who), {"time": str(slot.pk)}).status_code

    assert Counter(race(answer, racers)) == {302: TIMES, 409: FAMILIES - TIMES}
    taken = list(offered.times.values_list("taken_by", flat=True))
    agreed = Visit.objects.filter(status=Visit.Status.ACCEPTED)
    assert sorted(map(str, taken)) == sorted(str(visit.pk) for visit in agreed)
    assert len({visit.planned_at for visit in agreed}) == TIMES
    assert Visitor.objects.exclude(span=None).count() == 2 * TIMES
    assert Offer.objects.filter(answered_at=None).count() == FAMILIES - TIMES
    assert Notice.objects.filter(kind="visit.agreed").count() == TIMES
    assert Student.objects.filter(visits__in=agreed).distinct().count() == TIMES
    assert timezone.now() - begun < dt.timedelta(seconds=60)


def test_families_that_want_each_others_times_lose_none(cast):
    """Each of ten has a time and wants the next one's: whatever happens, each keeps just one."""
    children = [builders.make_student(cast.school_class, f"Child {n}") for n in range(10)]
    guardians = [builders.make_guardian(child, f"Guardian {child.pk}") for child in children]
    times = [later(3, n) for n in range(10)]
    offered = make_round(cast, *[(None, [child]) for child in children], times=times)
    slots = list(offered.times.order_by("at"))
    by_child = {offer.visit.lines.get().student_id: offer for offer in offered.offers.all()}
    offers = [by_child[child.pk] for child in children]
    for offer, who, slot in zip(offers, guardians, slots, strict=True):
        offer.take(slot.pk, by=who)

    def swap(n):
        url = link("offer-take", offers[n], guardians[n])
        return Client().post(url, {"time": str(slots[(n + 1) % 10].pk)}).status_code

    assert set(race(swap, list(range(10)))) <= {302, 409}
    held = Visit.objects.filter(status=Visit.Status.ACCEPTED)
    assert held.count() == 10
    assert len({visit.planned_at for visit in held}) == 10


def test_two_planners_who_want_the_same_colleague_get_one_visit(cast):
    at = later()

    def plan(child):
        visit = Visit(school=cast.school, planned_at=at)
        try:
            visit.schedule(by=cast.counselor, children=[child], visitors=[cast.adviser])
        except ValueError as refused:
            return type(refused).__name__
        return "planned"

    found = Counter(race(plan, [cast.child, cast.sibling, cast.classmate]))
    assert found == {"planned": 1, "Taken": 2}
    assert not Round.objects.exists()
