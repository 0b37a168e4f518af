"""On the way to a family: who left when, by when they mean to be back, and whether they are."""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight

from .record import READERS, VisitChild, Visitor
from .visit import Visit

# How late somebody may be before those who lead are told (domain.md, visits).
GRACE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
# Who is told of visitors that are not back, and sees who is out: nothing of the child stands there.
WATCHERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})


class Alone(ValueError):
    """The school sends two people to a home, and one alone was named for this visit."""


class NotToday(ValueError):
    """This visit is not one to which anybody goes today."""


class OutingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the outings that `user` may watch.

        who goes along: the own · leader, school admin: the school's, a leader of a division those
        to its children · everybody else: none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        goes = Exists(Visitor.objects.filter(visit=OuterRef("visit"), user=user.pk))
        rows = [row for row in sight.reach_of(user) if row["role"] in WATCHERS]
        schools = [row["school_id"] for row in rows if row["school_id"]]
        parts = [row["division_id"] for row in rows if row["division_id"]]
        there = VisitChild.objects.filter(visit=OuterRef("visit"), student__division__in=parts)
        return self.filter(Q(goes) | Q(visit__school__in=schools) | Q(Exists(there)))

    def out(self):
        """Return those whose visitors are not back."""
        return self.filter(back_at=None)

    def overdue(self, now):
        """Return those who should have been back half an hour ago, and of whom nobody was told."""
        return self.out().filter(alerted_at=None, due_at__lte=now - GRACE)


class Outing(models.Model):
    """That the visitors of a planned visit left for it, and came back.

    `due_at` is when they mean to be back; it can be put off. Half an hour after it, once, those who
    lead the school are told.
    """

    visit = models.OneToOneField(Visit, models.PROTECT, related_name="outing")
    out_at = models.DateTimeField(default=timezone.now)
    out_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True, blank=True)
    back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    alerted_at = models.DateTimeField(null=True, blank=True)

    objects = OutingQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gt=F("out_at")), name="an_outing_is_due_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(back_at=None, back_by=None)
                | Q(back_at__gte=F("out_at"), back_by__isnull=False),
                name="who_is_back_left_before",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(back_at=None), name="outings_not_back")
        ]

    def __str__(self):
        return f"{self.visit} {self.out_at:%H:%M}"

    @property
    def is_late(self):
        """Whether they should be back by now and are not."""
        return self.back_at is None and self.due_at <= timezone.now()

    def come_back(self, *, by):
        """Record that the visitors are back; told before, nothing happens."""
        with transaction.atomic():
            now = timezone.now()
            if Outing.objects.out().filter(pk=self.pk).update(back_at=now, back_by=by):
                self._record("outing.back", by)
                Notice.objects.about(self).cancel()

    def put_off(self, due_at, *, by):
        """Mean to be back later: nobody is told before. Raises NotToday once they are back."""
        with transaction.atomic():
            if not Outing.objects.out().filter(pk=self.pk).update(due_at=due_at, alerted_at=None):
                raise NotToday
            self.due_at = due_at
            self._record("outing.put_off", by)
            Notice.objects.about(self).cancel()

    def _record(self, verb, by):
        Entry.record(verb, self, by=by, school=self.visit.school)


def set_out(visit, *, by, due_at):
    """Record that the visitors of `visit` leave now; sent twice, the first one stands.

    Raises Alone where the school sends two people to a home, NotToday for a visit that is over,
    held online, or not planned for a day near.
    """
    with transaction.atomic():
        stands = Visit.objects.select_for_update(of=("self",)).select_related("school")
        visit = stands.get(pk=visit.pk)
        found = Outing.objects.filter(visit=visit).first()
        if found:
            return found
        if not may_set_out(visit):
            raise NotToday
        if needs_two(visit) and visit.team.count() < 2:
            raise Alone
        outing = Outing.objects.create(visit=visit, out_by=by, due_at=due_at)
        outing._record("outing.begun", by)
        return outing


def needs_two(visit):
    """Whether the school sends two people to this visit."""
    return visit.mode == Visit.Mode.HOME and visit.school.two_staff_at_the_door


def may_set_out(visit):
    """Whether somebody may leave for this visit now: away from school, agreed, within twelve hours."""
    near = visit.planned_at and abs(visit.planned_at - timezone.now()) <= LONGEST
    away = visit.mode in (Visit.Mode.HOME, Visit.Mode.ELSEWHERE)
    return bool(near and away and visit.status in Visit.OPEN)


def tell_of(outing):
    """Tell those who lead that this outing is late, once; returns whether they were told now."""
    now = timezone.now()
    with transaction.atomic():
        if not Outing.objects.overdue(now).filter(pk=outing.pk).update(alerted_at=now):
            return False
        outing._record("outing.overdue", None)
        key = f"{outing.pk}:{outing.due_at.isoformat()}"
        school = outing.visit.school
        Notice.post("visit.overdue", outing, school=school, by=None, dedupe_key=key)
    return True


def watchers_of(outing_id):
    """Return rows of Sight (`user_id`, `why`) of those who are told that an outing is late."""
    children = VisitChild.objects.filter(visit__outing=outing_id).values("student")
    return sight.watchers(children, WATCHERS)


def may_open(user, outing):
    """Whether `user` also reads the visit itself, with its address (one query)."""
    return Visit.objects.visible_to(user, roles=READERS).filter(pk=outing.visit_id).exists()
