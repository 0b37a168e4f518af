"""Programmes after school as staff reads them: the list, and one of them with its children."""

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Case, IntegerField, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from counseling.models import Draw, Programme, Seat, Session
from counseling.models.programme import KEEPERS, NEED_READERS, READERS
from homeschool.people import sight
from homeschool.people.models.weekday import Weekday

from .seats import clashes_of, numbers_of

SESSIONS_SHOWN = 5
# In this order states stand in a list.
_ORDER = Case(
    When(state=Programme.State.OPEN, then=Value(0)),
    When(state=Programme.State.RUNNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
NOW, OVER = "", "over"


def keeps(user, programme):
    """Whether `user` keeps programmes of this school (one query)."""
    return sight.schools_of(user, KEEPERS).filter(school=programme.school_id).exists()


def time_of(row):
    """Return from when to when a weekly time is, as 16:00–17:00."""
    ends = dt.datetime.combine(dt.date(2000, 1, 1), row.starts) + dt.timedelta(minutes=row.minutes)
    return f"{row.starts:%H:%M}–{ends:%H:%M}"


def pattern_in_words(programme):
    """Return the times of its week in words, one line for each time: “Monday, Wednesday 16:00–17:00”."""
    lines: dict = {}
    for row in programme.pattern.all():
        day = str(Weekday(row.weekday).label)
        lines.setdefault(time_of(row), []).append(day)
    return [
        _("%(days)s %(time)s") % {"days": _(", ").join(days), "time": time}
        for time, days in lines.items()
    ]


def rows_of(user, which=NOW):
    """Return the programmes of a list for staff: those of now, or those that are over."""
    rows = Programme.objects.visible_to(user, roles=READERS).counted().prefetch_related("pattern")
    if which == OVER:
        return rows.filter(state=Programme.State.OVER).select_related("school")
    now = rows.exclude(state=Programme.State.OVER).select_related("school")
    return now.annotate(order=_ORDER).order_by("order", "begins", "name", "pk")


@dataclass
class Row:
    """A programme in the list."""

    programme: Programme
    when: list
    free: int

    @classmethod
    def of(cls, programme):
        free = max(0, programme.capacity - programme.taken - programme.offered)
        return cls(programme, pattern_in_words(programme), free)


@dataclass
class Place:
    """A child's line on the page of a programme; `child` is None where the reader does not see it."""

    seat: Seat
    child: object = None
    number: int | None = None
    group: str = ""
    clashes: list = field(default_factory=list)


class Page:
    """One programme in the eyes of `user`; what costs a query is read when it is asked for."""

    def __init__(self, user, programme):
        self.user, self.programme = user, programme
        self.when = pattern_in_words(programme)

    @cached_property
    def keeps(self):
        return keeps(self.user, self.programme)

    @cached_property
    def sessions(self):
        """The next sessions that take place."""
        rows = Session.objects.filter(programme=self.programme).to_come().order_by("begins")
        return list(rows[:SESSIONS_SHOWN])

    @cached_property
    def places(self):
        """[Place] of all live seats: those taken by name, the waiting list in its order."""
        seats = self.programme.seats.live().select_related("student__school_class")
        seats = list(seats.order_by("need", "line", "asked_at", "pk"))
        seen, known = self._seen(READERS), self._seen(NEED_READERS)
        children = [seat.student for seat in seats if seat.pk in seen]
        clashes = clashes_of(self.user, self.programme, children)
        numbers = numbers_of(seats)
        return [
            Place(
                seat,
                seat.student if seat.pk in seen else None,
                numbers.get(seat.pk),
                self.group_of(seat) if seat.pk in known else "",
                clashes.get(seat.student_id, []) if seat.pk in seen else [],
            )
            for seat in seats
        ]

    def _seen(self, roles):
        """Return the ids of the seats of children whom the reader sees in one of `roles`."""
        rows = Seat.objects.visible_to(self.user, roles=roles).filter(programme=self.programme)
        return set(rows.values_list("pk", flat=True))

    def group_of(self, seat):
        """Return the group of need in words, "" for everybody else."""
        needs = self.programme.needs
        return needs[seat.need] if seat.need < len(needs) else ""

    def _of(self, *states):
        return [place for place in self.places if place.seat.state in states]

    @property
    def taken(self):
        found = self._of(Seat.State.TAKEN)
        return sorted(found, key=lambda p: (p.child is None, p.child.sort_key if p.child else ""))

    @property
    def offered(self):
        return self._of(Seat.State.OFFERED)

    @property
    def waiting(self):
        return self._of(Seat.State.WAITING)

    @property
    def asked(self):
        return self._of(Seat.State.ASKED)

    @property
    def free(self):
        return max(0, self.programme.capacity - len(self._of(*Seat.HOLDING)))

    @cached_property
    def draws(self):
        """The draws in which it was drawn."""
        return list(Draw.objects.visible_to(self.user).filter(programmes=self.programme))

    @property
    def moves(self):
        """[(state, words, icon)] of the states to which it can be moved by a button."""
        words = {
            "open": (_("Let families ask"), "users"),
            "running": (_("It takes place now"), "check"),
            "over": (_("It is over"), "x"),
        }
        return [(to, *words[to]) for to in MOVES[self.programme.state]]

    @property
    def today(self):
        return timezone.localdate(timezone=self.programme.zone)


# From each state, where it may go.
MOVES = {
    "draft": ("open",),
    "open": ("running", "over"),
    "running": ("open", "over"),
    "over": ("running",),
}
