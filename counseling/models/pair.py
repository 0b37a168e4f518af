"""Two children who learn together: proposed by figures, confirmed by an adviser, kept when it ends."""

import uuid

import pghistory
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from counseling.rules.pairing import MOST_HELPED
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Student

STAFF = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
LONGEST_SUBJECT = 60


class NoPair(Exception):
    """These two cannot be a pair: `reason` is "same", "school", "apart", "helped" or "helps"."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class PairQuerySet(sight.SightQuerySet):
    student_path = "helped"

    def visible_to(self, user, roles=None, item=None):
        """Return the pairs of which `user` sees both children as staff: adviser, counselor, leader."""
        roles = STAFF if roles is None else STAFF & roles
        helped = super().visible_to(user, roles=roles, item=item)
        helper = sight.within(user, "helper", roles, item)
        return helped.filter(helper) if helper is not None else self.none()

    def of(self, *students):
        """Return those in which one of these children (or ids) stands."""
        return self.filter(Q(helper__in=students) | Q(helped__in=students))

    def with_children(self):
        """Return them with both children, their classes and schools."""
        sides = [
            f"{side}__{of}" for side in ("helper", "helped") for of in ("school_class", "school")
        ]
        return self.select_related(*sides)

    def live(self):
        """Return those that have not ended: proposed or confirmed."""
        return self.filter(ended_at=None)

    def standing(self):
        """Return those that an adviser confirmed, and that have not ended."""
        return self.live().exclude(confirmed_at=None)

    def kept_apart(self):
        """Return those of which the school said that the two shall not work together."""
        return self.filter(apart=True)


class PairManager(models.Manager.from_queryset(PairQuerySet)):
    def propose(self, helper, helped, subject, *, by, because=None):
        """Propose that one child helps the other in a subject; proposed already, the row stands.

        Raises NoPair: of one school, not kept apart, one helper in a subject, and nobody helps more
        than two. Whoever proposes for the same two children waits.
        """
        with transaction.atomic():
            _hold(helper.pk, helped.pk)
            there = self.live().filter(helped=helped, subject=subject).first()
            if there and there.helper_id == helper.pk:
                return there
            self._check(helper, helped, there)
            row = self.create(
                helper=helper, helped=helped, subject=subject, because=because or {}, proposed_by=by
            )
            row.note("pair.proposed", by)
        return row

    def _check(self, helper, helped, there):
        if helper.pk == helped.pk:
            raise NoPair("same")
        if helper.school_id != helped.school_id:
            raise NoPair("school")
        both = {helper.pk, helped.pk}
        if self.kept_apart().filter(helper__in=both, helped__in=both).exists():
            raise NoPair("apart")
        if there:
            raise NoPair("helped")
        if self.live().filter(helper=helper).count() >= MOST_HELPED:
            raise NoPair("helps")

    def end_of(self, students, *, by):
        """End all pairs of children (ids) that leave; returns how many."""
        found = list(self.live().of(*students).order_by("pk")) if students else []
        for row in found:
            row.end(by=by)
        return len(found)


@pghistory.track(pghistory.UpdateEvent())
class Pair(models.Model):
    """Two children who help each other to learn: proposed, confirmed by the adviser, and kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    helper = models.ForeignKey("people.Student", models.PROTECT, related_name="+")
    helped = models.ForeignKey("people.Student", models.PROTECT, related_name="pairs")
    subject = models.CharField(_("in what"), max_length=LONGEST_SUBJECT)
    # the figures by which it was proposed, as {"helper": ..., "helped": ...}
    because = models.JSONField(default=dict, blank=True)
    proposed_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # what a family said: whether the other family may read its child's name, and who said so
    helper_agreed = models.BooleanField(null=True, blank=True, editable=False)
    helper_asked = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    helped_agreed = models.BooleanField(null=True, blank=True, editable=False)
    helped_asked = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # the school wants these two not to work together, in nothing
    apart = models.BooleanField(default=False, editable=False)

    objects = PairManager()

    class Meta:
        ordering = ["-proposed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(helper=F("helped")), name="nobody_is_paired_with_itself"
            ),
            models.UniqueConstraint(
                fields=["helped", "subject"],
                condition=Q(ended_at=None),
                name="a_child_is_helped_by_one_in_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(apart=False) | Q(ended_at__isnull=False),
                name="who_is_kept_apart_is_no_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["helper"], condition=Q(ended_at=None), name="pairs_of_a_helper")
        ]

    def __str__(self):
        return f"{self.helper_id} {self.helped_id}"

    @property
    def is_open(self):
        """Whether it is proposed, and nobody has decided."""
        return self.confirmed_at is None and self.ended_at is None

    @property
    def stands(self):
        """Whether it was confirmed, and has not ended."""
        return self.confirmed_at is not None and self.ended_at is None

    @property
    def names_are_told(self):
        """Whether both families let the other one read their child's name."""
        return self.helper_agreed is True and self.helped_agreed is True

    def side_of(self, student):
        """Return "helper" or "helped", as the child (or its id) stands in it."""
        return "helper" if self.helper_id == getattr(student, "pk", student) else "helped"

    def other(self, student):
        """Return the child that learns together with this one (or with this id)."""
        return self.helped if self.side_of(student) == "helper" else self.helper

    def note(self, verb, by):
        """Write an Entry: one of each child, since both have a record."""
        for student in (self.helper, self.helped):
            Entry.record(verb, self, by=by, student=student, school=student.school)

    # --- its way --------------------------------------------------------------------------------
    def confirm(self, *, by):
        """Let them learn together; confirmed before, nothing happens. Ended, nothing either."""
        self._write("pair.confirmed", by, Q(confirmed_at=None), confirmed_at=timezone.now(), confirmed_by=by)  # fmt: skip

    def end(self, *, by, apart=False):
        """End it, or leave a proposal; `apart` says that the two are never proposed again."""
        self._write("pair.ended", by, Q(), ended_at=timezone.now(), ended_by=by, apart=apart)

    def agree(self, side, yes, *, by):
        """Write down whether the family of the `side` lets the other one read the name; said the same
        before, nothing happens."""
        values = {f"{side}_agreed": bool(yes), f"{side}_asked": by}
        self._write("pair.asked", by, ~Q(**{f"{side}_agreed": bool(yes)}) | Q(**{f"{side}_agreed": None}), **values)  # fmt: skip

    def _write(self, verb, by, where, **values):
        """Write these columns and an Entry where the pair has not ended and `where` holds."""
        with transaction.atomic():
            if Pair.objects.live().filter(where, pk=self.pk).update(**values):
                self.note(verb, by)
        self.refresh_from_db()


def _hold(*students):
    """Lock the rows of these children, in one order, until the transaction ends."""
    rows = Student.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=students).order_by("pk").values_list("pk"))


def proposed(rows, *, by):
    """Propose these (helper, helped, subject, because), leaving out what cannot be; returns how many
    are new."""
    live = Pair.objects.live().filter(helped__in={row[1].pk for row in rows})
    before = set(live.values_list("helper", "helped", "subject"))
    made = 0
    for helper, helped, subject, because in rows:
        if (helper.pk, helped.pk, subject) in before:
            continue
        try:
            with transaction.atomic():
                Pair.objects.propose(helper, helped, subject, by=by, because=because)
        except (NoPair, IntegrityError):
            continue
        made += 1
    return made
