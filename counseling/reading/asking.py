"""What a family reads of seats: what its child can ask for, how its wishes stand, the link of an offer."""

import datetime as dt
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counseling.models import Programme, Seat
from counseling.models.programme import ITEM
from counseling.models.seat import GIVEN, NOT_GIVEN, OFFERED
from homeschool.journal import kinds
from homeschool.people import sight
from homeschool.people.models.signed_link import SignedLink
from visits.models.story import decides

from .programmes import pattern_in_words
from .seats import clashes_of, lines_of, may_decide, moment_in_words, why_in_words

# So long a wish that ended stands on the page of the family.
ENDED_SHOWN = dt.timedelta(days=60)
State = Seat.State


class Wished:
    """One seat or wish in the eyes of the family."""

    def __init__(self, seat, line=None, clashes=()):
        self.seat, self.programme = seat, seat.programme
        self.line, self.clashes = line, clashes
        self.when = pattern_in_words(self.programme)

    @property
    def why(self):
        return why_in_words(self.seat, self.line)

    @property
    def is_offer(self):
        """Whether the family can answer now."""
        return self.seat.is_offered

    @property
    def tone(self):
        return {State.TAKEN: "good", State.OFFERED: "rust", State.WAITING: "teal"}.get(
            self.seat.state, ""
        )

    @property
    def until(self):
        """Until when an offer is open, by the school's clock."""
        return moment_in_words(self.seat.offered_until, self.programme.zone)


class Offer:
    """A programme that the child can ask for."""

    def __init__(self, programme, clashes=()):
        self.programme, self.clashes = programme, clashes
        self.when = pattern_in_words(programme)

    @property
    def is_drawn(self):
        """Whether its seats wait for a draw."""
        drawn = self.programme.giving == Programme.Giving.DRAW
        return drawn and self.programme.drawn_at is None


class Asking:
    """What of the time after lessons is about one child; speak the reader's language."""

    def __init__(self, user, child):
        self.user, self.child = user, child

    @cached_property
    def may_decide(self):
        return may_decide(self.user, self.child)

    @cached_property
    def seats(self):
        """The wishes that stand and those that ended lately, the newest of each programme."""
        rows = Seat.objects.visible_to(self.user, roles=sight.FAMILY_ROLES)
        rows = rows.filter(student=self.child).exclude(programme__state=Programme.State.OVER)
        rows = rows.select_related("programme__school", "student").order_by("-asked_at", "-pk")
        newest: dict = {}
        for seat in rows.prefetch_related("programme__pattern"):
            newest.setdefault(seat.programme_id, seat)
        lately = timezone.now() - ENDED_SHOWN
        seats = [s for s in newest.values() if s.is_live or s.ended_at >= lately]
        lines = lines_of(seats)
        return [Wished(seat, lines.get(seat.pk)) for seat in seats]

    @property
    def offers(self):
        return [row for row in self.seats if row.is_offer]

    @property
    def standing(self):
        """What the child has, waits for, or wished for; what ended comes last."""
        rest = [row for row in self.seats if not row.is_offer]
        order = [State.TAKEN, State.WAITING, State.ASKED, State.OFFERED]
        return sorted(
            rest,
            key=lambda row: (
                order.index(row.seat.state) if row.seat.state in order else len(order),
                row.programme.name,
            ),
        )

    @cached_property
    def open(self):
        """[Offer] of what the child can ask for now."""
        live = [row.programme.pk for row in self.seats if row.seat.is_live]
        rows = Programme.objects.visible_to(self.user).taking_wishes().for_child(self.child)
        rows = rows.exclude(pk__in=live).select_related("school").prefetch_related("pattern")
        return [Offer(row) for row in rows.order_by("name", "pk")]

    @property
    def at_once(self):
        return [row for row in self.open if not row.is_drawn]

    @cached_property
    def drawn(self):
        """[Offer] of what is drawn, those too for which the child has a wish."""
        rows = Programme.objects.visible_to(self.user).taking_wishes().for_child(self.child)
        rows = rows.filter(giving=Programme.Giving.DRAW, drawn_at=None)
        rows = rows.select_related("school").prefetch_related("pattern")
        return [Offer(row) for row in rows.order_by("name", "pk")]

    @property
    def wished_for(self):
        """What the child asked for and is not drawn yet."""
        return [row for row in self.seats if row.seat.state == State.ASKED]

    @property
    def fixed(self):
        """Its wishes that wait for their draw, whose time to be changed is over."""
        shown = {row.programme.pk for row in self.drawn}
        return [row for row in self.wished_for if row.programme.pk not in shown]

    def wished(self, seat):
        """Return one seat with its number and what it falls upon."""
        clashes = clashes_of(self.user, seat.programme, [self.child], for_family=True)
        line = lines_of([seat]).get(seat.pk)
        return Wished(seat, line, clashes.get(self.child.pk, []) if seat.is_live else [])

    def offer(self, programme):
        """Return one programme with what it falls upon."""
        clashes = clashes_of(self.user, programme, [self.child], for_family=True)
        return Offer(programme, clashes.get(self.child.pk, []))


# --- the link -------------------------------------------------------------------------------------


def _made_at(seat):
    return f"{seat.offered_at:%Y%m%d%H%M%S}"


def seat_token(seat, user_id):
    """Return the token by which this one person answers this one offer, without an account; a later
    offer of the same seat has another."""
    return _LINK.token(seat.pk, user_id, _made_at(seat))


def open_seat_token(token):
    """Return (seat, person) of a token of ours for the offer that the seat had last, or None."""
    seat, person, at = _LINK.open(token) or (None, None, None)
    return (seat, person) if seat and seat.offered_at and _made_at(seat) == at else None


def _seats():
    rows = Seat.objects.select_related("programme__school", "student__school")
    return rows.prefetch_related("programme__pattern")


_LINK = SignedLink("counseling.seat", _seats)


class Offered(Wished):
    """An offer in the eyes of `reader`, who holds its link; speak the reader's language."""

    def __init__(self, seat, reader):
        super().__init__(seat, lines_of([seat]).get(seat.pk))
        self.reader, self.child, self.school = reader, seat.student, seat.programme.school
        self.token = seat_token(seat, reader.pk)

    @property
    def link(self):
        return settings.SITE_URL + reverse("counseling:seat-offer", args=[self.token])

    @cached_property
    def clashes_then(self):
        found = clashes_of(self.reader, self.programme, [self.child], for_family=True)
        return found.get(self.child.pk, [])


# --- the letters ----------------------------------------------------------------------------------


def _seat(notice):
    return _seats().get(pk=notice.about_id)


def _who_decide(notice):
    """Return the rows of Sight of those who may answer the offer and receive the school's letters."""
    seats = Seat.objects.filter(pk=notice.about_id)
    return sight.receivers(seats.values("student"), "").filter(decides())


def _family(notice):
    seats = Seat.objects.filter(pk=notice.about_id)
    return sight.receivers(seats.values("student"), ITEM)


def _is_open(notice):
    """Whether this very offer can still be answered."""
    seat = _seat(notice)
    return seat.is_offered and notice.dedupe_key == seat.key_of_offer


def _has_a_seat(notice):
    return Seat.objects.taken().filter(pk=notice.about_id).exists()


def _waits(notice):
    return Seat.objects.waiting().filter(pk=notice.about_id).exists()


def _words_of_offer(notice, user):
    return {"offered": Offered(_seat(notice), user)}


def _words_of_seat(notice, user):
    seat = _seat(notice)
    page = settings.SITE_URL + reverse("counseling:seat-family", args=[seat.pk])
    wished = Wished(seat, lines_of([seat]).get(seat.pk))
    return {"wished": wished, "child": seat.student, "page": page, "others": _others(seat)}


def _others(seat):
    """Return the other lists on which the child waits since the same draw, with its number there."""
    if not seat.programme.drawn_at:
        return []
    rows = _seats().waiting().filter(
        student=seat.student_id, programme__drawn_at=seat.programme.drawn_at
    )  # fmt: skip
    rows = list(rows.exclude(pk=seat.pk))
    lines = lines_of(rows)
    return [Wished(row, lines.get(row.pk)) for row in rows]


def register_seats():
    """Tell the journal of the letters about seats."""
    letters = (
        (OFFERED, _("A place is free"), _who_decide, "seat_offered", _words_of_offer, _is_open, 2),
        (GIVEN, _("A seat is given"), _family, "seat_given", _words_of_seat, _has_a_seat, 7),
        (NOT_GIVEN, _("No seat yet"), _family, "seat_not_given", _words_of_seat, _waits, 7),
    )
    for name, label, whom, template, words, alive, days in letters:
        kinds.register(
            kinds.Kind(
                name=name,
                label=label,
                recipients=whom,
                template=f"counseling/letters/{template}",
                context=words,
                alive=alive,
                lives_for=dt.timedelta(days=days),
                again_when_uncertain=True,
                asks="read",
            )
        )
