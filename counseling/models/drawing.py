"""A draw of seats as it was made: who asked for what, the seed, and the line that came of it.

Kept whole, so that it can be reckoned again with the same seed, and never changed.
"""

import secrets
import uuid
from dataclasses import asdict

import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from counseling.rules import draw as rule
from homeschool.people.models import School
from homeschool.people.models.school import SchoolPartQuerySet

from .programme import READERS, Programme
from .seat import GIVEN, NOT_GIVEN, Seat


class DrawnAlready(Exception):
    """The seats of one of these programmes have been drawn."""


class NotToBeDrawn(Exception):
    """One of these programmes gives its seats otherwise, or is not open."""


class DifferentNeeds(Exception):
    """The programmes are of several schools, or do not put the same children first."""


class DrawQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=READERS):
        """Return the draws of the schools of staff; names stand only where the child may be seen.

        adviser, counselor, leader, school admin: own school · everybody else: nothing.
        """
        return super().visible_to(user, roles)


class DrawManager(models.Manager.from_queryset(DrawQuerySet)):
    def make(self, programmes, *, by, seed=None):
        """Draw the seats of these programmes among all that asked, each child in the order of its
        choices; returns the Draw. The same wishes and the same seed draw the same.

        A child gets one seat of those drawn together and waits for what it wanted more; its other
        wishes end. Raises DrawnAlready, NotToBeDrawn, DifferentNeeds.
        """
        seed = seed or secrets.token_hex(16)
        with transaction.atomic():
            rows = Programme.objects.select_for_update(of=("self",)).select_related("school")
            stands = list(rows.filter(pk__in=[p.pk for p in programmes]).order_by("pk"))
            check_drawn_together(stands)
            seats = seats_asked(stands)
            wishes = wishes_of(seats)
            places = {str(row.pk): row.free() for row in stands}
            found = rule.draw(wishes, places, seed)
            draw = self.create(
                school=stands[0].school, seed=seed, by=by, places=places, needs=stands[0].needs,
                wishes=[asdict(wish) for wish in wishes], found=[asdict(one) for one in found],
            )  # fmt: skip
            draw.programmes.set(stands)
            for row in stands:
                row.seed, row.drawn_at = seed, draw.made_at
                row.save(update_fields=["seed", "drawn_at"])
                row.record("programme.drawn", by, children=len(found))
            _carry_out(found, seats, {wish.student: wish.need for wish in wishes}, by)
        return draw


def check_drawn_together(programmes):
    """Raise what keeps these programmes from being drawn together."""
    if any(row.drawn_at for row in programmes):
        raise DrawnAlready
    if not programmes or any(
        row.giving != Programme.Giving.DRAW or not row.gives_seats for row in programmes
    ):
        raise NotToBeDrawn
    if len({(row.school_id, *row.needs) for row in programmes}) > 1:
        raise DifferentNeeds


def seats_asked(programmes):
    """Return the wishes for these programmes, a child's in the order of its choices."""
    rows = Seat.objects.filter(programme__in=programmes, state=Seat.State.ASKED)
    rows = rows.select_related("student", "programme__school")
    return list(rows.order_by("student", "choice", "asked_at", "id"))


def wishes_of(seats):
    """Return [rules.draw.Wish] of these seats, which stand in the order of `seats_asked`."""
    by_child: dict = {}
    for seat in seats:
        by_child.setdefault(str(seat.student_id), []).append(seat)
    return [
        rule.Wish(
            student=student,
            choices=tuple(str(seat.programme_id) for seat in own),
            need=min(seat.need for seat in own),
        )
        for student, own in by_child.items()
    ]


def _carry_out(found, seats, needs, by):
    """Write what the draw gave into the seats, and tell each family once.

    `needs` is {child: group of need with which it was drawn}: in it the child waits everywhere.
    """
    by_child: dict = {}
    for seat in seats:
        by_child.setdefault(str(seat.student_id), []).append(seat)
    for drawn in found:
        own = by_child[drawn.student]
        for seat in own:
            seat.line, seat.need = drawn.number, needs[drawn.student]
            seat.why = {
                "number": drawn.number, "of": drawn.of, "ahead": drawn.ahead,
                "choice": drawn.choice,
            }  # fmt: skip
            programme = str(seat.programme_id)
            if programme == drawn.got:
                seat.set(Seat.State.TAKEN, "seat.taken", by, "line", "need", "why")
                seat.tell(GIVEN, by)
            elif programme in drawn.waiting:
                seat.set(Seat.State.WAITING, "seat.waits", by, "line", "need", "why")
            else:
                seat.set(Seat.State.NOT_NEEDED, "seat.not_needed", by, "line", "need", "why")
        if drawn.got is None:
            own[0].tell(NOT_GIVEN, by)


class Draw(models.Model):
    """One draw, of one programme or of several together.

    `wishes` are those of rules.draw.Wish, `places` {programme: free seats}, `found` those of
    rules.draw.Drawn in the order of the line; programmes and children by their ids as text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    programmes = models.ManyToManyField(Programme, related_name="draws")
    seed = models.CharField(max_length=64)
    # the groups of need as they stood in order
    needs = models.JSONField(default=list)
    wishes = models.JSONField()
    places = models.JSONField()
    found = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = DrawManager()

    class Meta:
        ordering = ["-made_at"]
        triggers = [
            pgtrigger.Protect(
                name="a_draw_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.school_id} {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("counseling:draw-detail", args=[self.pk])

    def line(self):
        """Return [rules.draw.Drawn] as it was drawn."""
        return [rule.Drawn(**one) for one in self.found]

    def again(self):
        """Reckon it again from what was asked and the seed; returns [rules.draw.Drawn]."""
        wishes = [rule.Wish(**wish | {"choices": tuple(wish["choices"])}) for wish in self.wishes]
        return rule.draw(wishes, self.places, self.seed)
