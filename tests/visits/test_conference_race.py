"""Twenty times and two hundred families that tap at once: each time is booked exactly once."""

import datetime as dt
import threading
from collections import Counter

import pytest
from django.db import connection

from homeschool.people.models import Student
from tests import builders
from visits.models import Booking
from visits.models.conference import Taken
from visits.models.home import Home

from .gathering import make_day

pytestmark = pytest.mark.django_db(transaction=True)
RACERS, SLOTS, AT_ONCE = 200, 20, 50


def race(works):
    """Run all of `works` at once; return what each gave. Threads share their connections in turns."""
    gate, found = threading.Barrier(len(works)), [None] * len(works)
    room = threading.BoundedSemaphore(AT_ONCE)

    def run(n, work):
        gate.wait(30)
        with room:
            try:
                found[n] = work()
            except Exception as error:
                found[n] = error
            finally:
                connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


@pytest.fixture
def crowd(cast):
    """A day with twenty times at four tables, and two hundred children with a guardian each."""
    hosts = [cast.adviser, cast.counselor, cast.other_teacher, cast.principal]
    day = make_day(cast, *hosts, begins=dt.time(15), ends=dt.time(16, 15), invite=True)
    adult = builders.make_user("Somebody")
    children = [builders.make_student(cast.school_class, f"Child {n:03}") for n in range(RACERS)]
    assert day.slots.count() == SLOTS
    return day, adult, children


def test_each_time_is_booked_exactly_once(crowd, record_property):
    day, adult, children = crowd
    slots = list(day.slots.order_by("pk"))
    home = Home(person=adult.pk)

    def wish(n):
        return lambda: Booking.objects.take(slots[n % SLOTS], children[n], home, by=adult)

    found = race([wish(n) for n in range(RACERS)])
    kinds = Counter(type(one).__name__ for one in found)
    record_property("found", dict(kinds))
    assert kinds == {"Booking": SLOTS, "Taken": RACERS - SLOTS}
    live = Booking.objects.live()
    assert live.count() == SLOTS
    assert len(set(live.values_list("slot", flat=True))) == SLOTS


def test_those_who_swap_with_each_other_at_once_lose_nothing(crowd):
    """Each has a time and wants another's: whoever moves moves to a free one, the rest stay."""
    day, adult, children = crowd
    slots, home = list(day.slots.order_by("pk")), Home(person=adult.pk)
    for n in range(SLOTS // 2):
        Booking.objects.take(slots[n], children[n], home, by=adult)
    before = Booking.objects.live().count()
    hosts = {slot.host_id: [s for s in slots if s.host_id == slot.host_id] for slot in slots}

    def wish(n, turn):
        mine = hosts[slots[n].host_id]
        return lambda: Booking.objects.take(mine[turn % len(mine)], children[n], home, by=adult)

    found = race([wish(n, turn) for n in range(SLOTS // 2) for turn in range(5)])
    odd = [one for one in found if not isinstance(one, (Booking, Taken))]
    assert not odd
    live = Booking.objects.live()
    assert live.count() == before
    assert len(set(live.values_list("slot", flat=True))) == before
    assert Student.objects.filter(bookings__live=True).distinct().count() == before


def test_one_child_asked_for_at_every_table_at_once_sits_at_one(crowd):
    day, adult, children = crowd
    first = min(slot.starts_at for slot in day.slots.all())
    there, home = list(day.slots.filter(starts_at=first)), Home(person=adult.pk)
    works = [
        lambda slot=slot: Booking.objects.take(slot, children[0], home, by=adult)
        for slot in there * 10
    ]
    found = race(works)
    assert all(isinstance(one, (Booking, Taken)) for one in found)
    assert Booking.objects.live().filter(student=children[0]).count() == 1
