"""Threads: what one home of a child and the child's staff write to each other, and who takes part.

Separated homes have threads of their own: nobody of the one reads, or learns of, those of the other.
On the side of the school a thread is shared: whoever takes part, a substitute while somebody is away,
and the counselor who looks after the child read and answer the same thread.
"""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Guardianship, School, Student

ITEM = "messages"  # what a grown student may grant: people.Grant.Item
# Who of the staff writes with families. A leader reads what it takes part in, and nothing beyond.
WRITERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})


def staff_within(user, path, roles=WRITERS):
    """Return the Q of `sight.within` for rows whose child `user` looks after as staff, or None.

    Who is, or was, a guardian of the child is none of its staff: else it would read the other home.
    """
    children = sight.within(user, path, roles, ITEM)
    own = Guardianship.objects.filter(guardian=user.pk).values("student")
    return children and children & ~Q(**{f"{path or 'pk'}__in": own})


def staff_watching(students, roles=WRITERS):
    """Return the rows of `sight.watchers` of staff, of each child without who is, or was, its guardian."""
    return _but_guardians(sight.watchers(students, roles, ITEM))


def staff_at(path, roles=WRITERS):
    """Return these rows of the child to which `path` leads from the outer query."""
    rows = sight.Sight.objects.filter(student=OuterRef(path), user__is_active=True)
    return _but_guardians(rows.filter(role__in=roles, item__in=["", ITEM]))


def _but_guardians(rows):
    ties = Guardianship.objects.filter(student=OuterRef("student_id"), guardian=OuterRef("user_id"))
    return rows.exclude(Exists(ties))


class NobodyThere(Exception):
    """A thread needs somebody of the home and somebody of the school who may take part."""


class MayNotTakePart(Exception):
    """Some of the people named may not write about this child; `people` are their keys."""

    def __init__(self, people):
        super().__init__(people)
        self.people = people


class Closed(Exception):
    """The thread is closed: it is read, and not answered."""


class ThreadQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the threads that `user` may read now.

        guardian, grown student: those in which they take part, as long as they see the child (a
        guardian of a grown student: what was granted) · adviser, leader: those in which they take
        part, or for somebody who is away, as long as they see the child · counselor: these, and all
        of the caseload · staff that is, or was, a guardian of the child: as a guardian alone ·
        school admin, volunteer, partner, district, anonymous: nothing.
        A thread of which nothing has left yet is seen by its writer alone.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        seats = Seat.objects.live().filter(thread=OuterRef("pk"))
        family = sight.within(user, "student", sight.FAMILY_ROLES, ITEM)
        ways = (
            (family, seats.home().filter(person=user.pk)),
            (staff_within(user, "student"), seats.school().held_by(user)),
            (staff_within(user, "student", frozenset({sight.COUNSELOR})), None),
        )
        found = Q(pk__in=[])
        for children, seat in ways:
            if children is not None:
                found |= children if seat is None else children & Exists(seat)
        return self.filter(found, Q(opened_by=user.pk) | Exists(_has_left(OuterRef("pk"))))

    def open(self):
        """Return those that can be answered."""
        return self.filter(closed_at=None)

    def closed(self):
        """Return those that are read, and not answered."""
        return self.exclude(closed_at=None)

    def newest_first(self):
        """Return them by their last message; the order of the pages of an inbox."""
        return self.order_by("-last_at", "-id")

    def before(self, last_at, key):
        """Return what comes after this place of `newest_first`: the next page, without counting."""
        return self.filter(Q(last_at__lt=last_at) | Q(last_at=last_at, id__lt=key))


def _has_left(thread):
    from .message import Message

    return Message.objects.out().filter(thread=thread)


class ThreadManager(models.Manager.from_queryset(ThreadQuerySet)):
    def begin(self, student, *, by, home, school, text, copies=None, **message):
        """Open a thread about the child with its first message; returns the Thread.

        `home` and `school` are the people of the two sides, `by` one of them; `copies` is one key for
        all threads that hold the same first message. Raises NobodyThere, MayNotTakePart.
        """
        home, school = {one.pk: one for one in home}, {one.pk: one for one in school}
        if not home or not school:
            raise NobodyThere
        _check(student, home, school)
        with transaction.atomic():
            thread = self.create(
                student=student, school=student.school, opened_by=by, copies=copies,
            )  # fmt: skip
            for side, people in ((Seat.Side.HOME, home), (Seat.Side.SCHOOL, school)):
                Seat.objects.bulk_create(
                    Seat(thread=thread, person=one, side=side) for one in people.values()
                )
            thread.note("thread.begun", by)
            thread.messages.write(thread, text, by=by, **message)
        return thread

    def begin_for_each(self, student, *, by, homes, school, text, **message):
        """Open one thread for each of the homes (lists of people), with the same first message.

        No home learns of the others. Returns the threads; raises as `begin` does, and then opens none.
        """
        copies = uuid.uuid4()
        with transaction.atomic():
            return [
                self.begin(
                    student, by=by, home=home, school=school, text=text, copies=copies, **message
                )
                for home in homes
            ]


def _check(student, home, school):
    family = sight.watchers([student.pk], sight.FAMILY_ROLES, ITEM)
    wrong = {
        key
        for people, seen in ((home, family), (school, staff_watching([student.pk])))
        for key in people.keys() - set(seen.filter(user__in=people).values_list("user", flat=True))
    }
    if wrong:
        raise MayNotTakePart(sorted(wrong, key=str))


@pghistory.track()
class Thread(models.Model):
    """A conversation about one child between one of its homes and its staff."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="threads")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    # when its newest message leaves; the order of every inbox
    last_at = models.DateTimeField(default=timezone.now, editable=False)
    copies = models.UUIDField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ThreadManager()

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="a_closed_thread_says_by_whom",
            )
        ]
        indexes = [
            models.Index(
                F("student"), F("last_at").desc(), F("id").desc(), name="threads_of_a_child"
            ),
            models.Index(
                F("school"), F("last_at").desc(), F("id").desc(), name="threads_of_a_school"
            ),
            # who sees very many walks along this one, and stops after a page
            models.Index(F("last_at").desc(), F("id").desc(), name="threads_in_order"),
        ]
        triggers = [pgtrigger.Protect(name="a_thread_is_kept", operation=pgtrigger.Delete)]

    def __str__(self):
        return str(self.pk)

    def get_absolute_url(self):
        return reverse("messaging:thread-detail", args=[self.pk])

    def side_of(self, user):
        """Return the side on which `user` writes in it, or "": who only looks after the child writes for
        the school, and who is, or was, its guardian never does."""
        roles = sight.roles_for(user, self.student, ITEM)
        sides = set(self.seats.live().filter(person=user.pk).values_list("side", flat=True))
        if Seat.Side.HOME in sides and roles & sight.FAMILY_ROLES:
            return Seat.Side.HOME
        if not roles & WRITERS or self.student.guardianships.filter(guardian=user.pk).exists():
            return ""
        return Seat.Side.SCHOOL

    def locked(self):
        """Return the row as it stands, locked until the transaction ends."""
        return Thread.objects.select_for_update(of=("self",)).get(pk=self.pk)

    def close(self, *, by):
        """Close it; closed before, nothing happens. What was written stays to be read."""
        self._close(timezone.now(), by, "thread.closed")

    def reopen(self, *, by):
        """Let it be answered again."""
        self._close(None, by, "thread.reopened")

    def _close(self, at, by, verb):
        with transaction.atomic():
            stands = self.locked()
            if (stands.closed_at is None) != (at is None):
                stands.closed_at, stands.closed_by = at, by if at else None
                stands.save(update_fields=["closed_at", "closed_by"])
                stands.note(verb, by)
        self.refresh_from_db()

    def join(self, person, *, by):
        """Let somebody of the school take part, too; taking part already, nothing happens.

        Raises MayNotTakePart for who does not see the child, or is, or was, its guardian.
        """
        _check(self.student, {}, {person.pk: person})
        with transaction.atomic():
            self.locked()
            _row, new = Seat.objects.get_or_create(
                thread=self, person=person, left_at=None, defaults={"side": Seat.Side.SCHOOL}
            )
            if new:
                self.note("thread.joined", by, person=str(person.pk))

    def note(self, verb, by, **data):
        """Write an Entry about the thread."""
        Entry.record(verb, self, by=by, student=self.student, school=self.school, **data)


class SeatQuerySet(models.QuerySet):
    def live(self):
        """Return those of people who take part now."""
        return self.filter(left_at=None)

    def home(self):
        """Return those of the home."""
        return self.filter(side=Seat.Side.HOME)

    def school(self):
        """Return those of the school."""
        return self.filter(side=Seat.Side.SCHOOL)

    def held_by(self, user):
        """Return those of `user`, and of people for whom `user` stands in today."""
        from .away import Away

        stood_in = Away.objects.now().filter(substitute=user.pk).values("person")
        return self.filter(Q(person=user.pk) | Q(person__in=stood_in))


class Seat(models.Model):
    """One person who takes part in a thread, on one of its two sides."""

    class Side(models.TextChoices):
        HOME = "home", _("the family")
        SCHOOL = "school", _("the school")

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    side = models.CharField(max_length=6, choices=Side)
    since = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["side", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "person"],
                condition=Q(left_at=None),
                name="a_person_takes_part_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["person", "thread"], condition=Q(left_at=None), name="seats_of_a_person"
            )
        ]

    def __str__(self):
        return f"{self.thread_id} {self.person_id}"
