"""A conference day as families and staff read it: whose table has which times, and who has them."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from django.db.models import Prefetch

from homeschool.people.models import Household, Student, User
from homeschool.people.views.seen import listed
from visits.models import Booking, Slot
from visits.models.home import Home, homes_of

from .meeting import clock, elsewhere
from .telling import day_in_words


def key_of(child, home):
    """Return what a form sends for a child and its home."""
    return f"{child}:h{home.household}" if home.household else f"{child}:p{home.person}"


def time_in_words(slot, zone):
    """Return {"day", "time", "yours"} of a slot, by the clock of the school."""
    start = slot.starts_at.astimezone(zone)
    return {"day": day_in_words(start.date()), "time": clock(start), "yours": elsewhere(start)}


@dataclass
class Table:
    """What one child's home has and can have with one teacher."""

    host: User
    is_adviser: bool = False
    booking: Booking | None = None
    when: dict = field(default_factory=dict)
    days: list = field(default_factory=list)


class ForFamily:
    """The day of the family of `user`: for each of its children every table (five queries).

    What other homes have booked is only not there any more.
    """

    def __init__(self, conference, user, child=None):
        self.conference, self.user, self.only = conference, user, child
        self.zone = conference.zone

    @cached_property
    def children(self):
        """The children who are invited."""
        found = self.conference.own_children(self.user)
        return [child for child in found if self.only in (None, child.pk)]

    @cached_property
    def homes(self):
        """{child: {Home}}."""
        return homes_of(self.user, self.children)

    def home_of(self, child):
        """Return the one home for which `user` books for this child."""
        return sorted(self.homes[child.pk], key=str)[0]

    @cached_property
    def bookings(self):
        """What these homes have booked: {(child, host): Booking}."""
        homes = set().union(*self.homes.values()) if self.homes else set()
        rows = Booking.objects.live().of(homes).filter(conference=self.conference)
        rows = rows.filter(student__in=self.children).select_related(
            "slot__host", "slot__conference"
        )
        return {(row.student_id, row.host_id): row for row in rows.order_by("-span")}

    @cached_property
    def free(self):
        """{host: [free slots]}, in order."""
        rows = self.conference.slots.free().select_related("host").order_by("starts_at", "pk")
        found = {}
        for slot in rows:
            found.setdefault(slot.host, []).append(slot)
        return found

    @cached_property
    def rows(self):
        """[(child, [Table])]: the child's own class teacher first."""
        return [(child, self._tables(child)) for child in self.children]

    def _tables(self, child):
        adviser = child.school_class.adviser
        hosts = {host.pk: host for host in self.free}
        for (student, _host), booking in self.bookings.items():
            if student == child.pk:
                hosts.setdefault(booking.host_id, booking.slot.host)
        tables = [
            self._table(child, host, bool(adviser) and adviser.user_id == host.pk)
            for host in hosts.values()
        ]
        return sorted(tables, key=lambda t: (not t.is_adviser, t.host.sort_key, str(t.host.pk)))

    def _table(self, child, host, is_adviser):
        booking = self.bookings.get((child.pk, host.pk))
        when = time_in_words(booking.slot, self.zone) if booking else {}
        slots = next((slots for who, slots in self.free.items() if who.pk == host.pk), [])
        return Table(host, is_adviser, booking, when, self._by_day(slots))

    def _by_day(self, slots):
        """Return [(day in words, [(slot, time)])]."""
        local = [(slot.starts_at.astimezone(self.zone), slot) for slot in slots]
        return [
            (day_in_words(day), [(slot, clock(start)) for start, slot in rows])
            for day, rows in groupby(local, key=lambda pair: pair[0].date())
        ]


def next_free(slot, count=6):
    """Return [(slot, words)] of the next free times at the same table, the nearest first."""
    free = Slot.objects.free().filter(conference=slot.conference_id, host=slot.host_id)
    near = sorted(free, key=lambda other: abs(other.starts_at - slot.starts_at))[:count]
    zone = slot.conference.zone
    return [
        (other, time_in_words(other, zone)) for other in sorted(near, key=lambda s: s.starts_at)
    ]


class Plan:
    """The day as staff reads it: every table with its times (four queries).

    A child is named to those who see it, and to whom its family comes; to others the time is taken.
    """

    def __init__(self, conference, user, host=None):
        self.conference, self.user, self.host = conference, user, host
        self.zone = conference.zone

    @cached_property
    def seen(self):
        """The ids of the children of the day whom the reader sees."""
        rows = Student.objects.visible_to(self.user)
        ids = self.conference.children().values("pk")
        return set(rows.filter(pk__in=ids).values_list("pk", flat=True))

    @cached_property
    def slots(self):
        """All times in order, with who has them."""
        live = Booking.objects.live().select_related("student__school_class", "person")
        rows = self.conference.slots.select_related("host")
        if self.host:
            rows = rows.filter(host=self.host)
        rows = rows.prefetch_related(Prefetch("bookings", live, to_attr="taken"))
        return list(rows.order_by("host__sort_key", "host", "starts_at"))

    @cached_property
    def tables(self):
        """[{host, mine, days: [(day, [row])], booked, free}], the reader's own table first."""
        found = []
        for host, of_host in groupby(self.slots, key=lambda slot: slot.host):
            rows = [self._row(slot) for slot in of_host]
            days = [(day, list(part)) for day, part in groupby(rows, key=lambda row: row["day"])]
            booked = sum(row["booking"] is not None for row in rows)
            found.append(
                {
                    "host": host,
                    "mine": host.pk == self.user.pk,
                    "days": days,
                    "booked": booked,
                    "free": sum(row["is_free"] for row in rows),
                    "room": rows[0]["slot"].room,
                }
            )
        return sorted(found, key=lambda table: not table["mine"])

    def _row(self, slot):
        booking = slot.taken[0] if slot.taken else None
        start = slot.starts_at.astimezone(self.zone)
        names = booking and (slot.host_id == self.user.pk or booking.student_id in self.seen)
        return {
            "slot": slot,
            "day": day_in_words(start.date()),
            "time": clock(start),
            "until": clock(slot.ends_at.astimezone(self.zone)),
            "booking": booking,
            "child": booking.student if names else None,
            "is_free": booking is None and not slot.blocked and slot.live,
        }

    @property
    def counts(self):
        """How many times there are, how many are booked, free and blocked."""
        rows = [row for table in self.tables for _day, part in table["days"] for row in part]
        return {
            "all": len(rows),
            "booked": sum(row["booking"] is not None for row in rows),
            "free": sum(row["is_free"] for row in rows),
        }


def families(conference, user):
    """Return {key: (child, home, words)} of the homes for which `user` of the staff may book (four queries)."""
    children = Student.objects.visible_to(user).filter(pk__in=conference.children().values("pk"))
    children = list(children.select_related("school_class").order_by("sort_key", "pk"))
    ties = Household.students.through.objects.filter(student__in=children)
    of_child: dict = {}
    for household, child in ties.values_list("household", "student"):
        of_child.setdefault(child, []).append(household)
    guardians = _guardians(children)
    inside: dict = {}
    within = Household.guardians.through.objects.filter(
        household__in={home for homes in of_child.values() for home in homes}
    )
    for household, adult in within.values_list("household", "user"):
        inside.setdefault(household, set()).add(adult)
    found = {}
    for child in children:
        adults = guardians.get(child.pk, [])
        homes = [
            (Home(household=home), [a.full_name for a in adults if a.pk in inside.get(home, ())])
            for home in sorted(of_child.get(child.pk, []), key=str)
        ] or [(Home(person=adult.pk), [adult.full_name]) for adult in adults[:1]]
        for home, names in homes:
            words = f"{child.full_name} · {child.school_class.name}"
            found[key_of(child.pk, home)] = (
                child,
                home,
                f"{words} · {listed(names)}" if names else words,
            )
    return found


def _guardians(children):
    from homeschool.people.models import Guardianship

    rows = Guardianship.objects.open().filter(student__in=children, may_receive=True)
    found: dict = {}
    for row in rows.select_related("guardian").order_by("-primary", "since", "pk"):
        found.setdefault(row.student_id, []).append(row.guardian)
    return found
