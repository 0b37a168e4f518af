"""Seats in a programme: asked for, waited for, offered for two days, taken, left.

Whoever gives a seat holds the programme's row, and the database counts once more behind it: more seats
than places cannot be committed. What was is kept: a seat that ended stays as it was.
"""

import datetime as dt
import itertools
import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Notice
from homeschool.people import sight
from homeschool.people.models import Student

from .programme import ITEM, READERS, Programme

OFFERED, GIVEN, NOT_GIVEN = "seat.offered", "seat.given", "seat.not_given"
AN_OFFER_LIVES = dt.timedelta(hours=48)


class NotOpen(Exception):
    """Nobody can ask for this programme now."""


class NotForThisChild(Exception):
    """The programme is for other classes or grades."""


class TooLate(Exception):
    """The offer has expired, or the seat is no longer what it was."""


class ConsentMissing(Exception):
    """The family has not said yes to the words that stand at the programme now."""


class SeatQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return the seats of children whom `user` may see.

        adviser: own classes · counselor: caseload · leader, school admin: school · guardian and
        grown student: own, or what was granted · everybody else: nothing; whoever leads a session
        reads its own list.
        """
        asked = READERS | sight.FAMILY_ROLES if roles is None else roles
        return super().visible_to(user, roles=asked, item=item)

    def live(self):
        """Return those that have not ended: asked for, waiting, offered or taken."""
        return self.filter(state__in=Seat.LIVE)

    def holding_a_place(self):
        """Return those for which a place is kept: offered or taken."""
        return self.filter(state__in=Seat.HOLDING)

    def taken(self):
        """Return those of children that take part."""
        return self.filter(state=Seat.State.TAKEN)

    def waiting(self):
        """Return the waiting list in the order in which places are offered."""
        return self.filter(state=Seat.State.WAITING).order_by("need", "line", "asked_at", "id")

    def expired(self, now=None):
        """Return the offers that nobody answered in time."""
        return self.filter(state=Seat.State.OFFERED, offered_until__lte=now or timezone.now())


class SeatManager(models.Manager.from_queryset(SeatQuerySet)):
    def ask(self, programme, student, *, by, choice=1, need=None, how="portal", consent=None):
        """Ask for a seat for the child; asked before, the seat stands as it is. Returns the Seat.

        Where seats go to who asks first it is taken at once if a place is free, and waits if none
        is; where they are drawn it waits for the draw, and after the draw at the end of the line.
        `need` is the group of need that the school ordered, 0 first, None behind them all. `consent`
        is (the words, who said yes to them where another wrote it down). Raises NotOpen,
        NotForThisChild, ConsentMissing.
        """
        with transaction.atomic():
            stands = programme.locked()
            if seat := self.live().filter(programme=stands, student=student).first():
                return seat
            self._check(stands, student, consent)
            stands.let_pass()
            stands.offer_free_places(by=None)  # who waits is asked before who comes
            seat = self.create(
                programme=stands, student=student, asked_by=by, choice=choice, how=how,
                need=len(stands.needs) if need is None else need, state=Seat.State.ASKED,
                **_kept(stands, consent, by),
            )  # fmt: skip
            seat.note("seat.asked", by)
            if stands.giving == Programme.Giving.FIRST_COME or stands.drawn_at:
                seat._take_or_wait(stands, by)
        return seat

    def wish(self, student, programmes, *, by, offered=None, consents=None, how="portal"):
        """Keep the family's wishes for a draw in this order, 1 the first; what it names no more of what
        was `offered` (programmes; None: of all) it gives up. Other wishes keep their number.
        `consents` is {programme id: consent as in `ask`}. Returns [Seat]. Raises as `ask` does.
        """
        with transaction.atomic():
            mine = self.filter(student=student, state=Seat.State.ASKED)
            fixed = [] if offered is None else list(mine.exclude(programme__in=offered))
            numbers = {seat.choice for seat in fixed}
            free = (n for n in itertools.count(1) if n not in numbers)
            keys = {p.pk for p in programmes} | set(mine.values_list("programme", flat=True))
            rows = Programme.objects.select_for_update(of=("self",)).order_by("pk")
            list(rows.filter(pk__in=keys))  # one after the other: no two wait in a circle
            kept = []
            for choice, programme in zip(free, programmes, strict=False):
                consent = (consents or {}).get(programme.pk)
                seat = self.ask(
                    programme, student, by=by, choice=choice, how=how, consent=consent
                )  # fmt: skip
                seat.put_as_choice(choice, by=by)
                kept.append(seat)
            named = [seat.pk for seat in (*kept, *fixed)]
            for seat in mine.exclude(pk__in=named).select_related("programme", "student"):
                if seat.programme.drawn_at is None:
                    seat.leave(by=by)
        return kept

    def _check(self, programme, student, consent):
        if not programme.takes_wishes:
            raise NotOpen
        if not programme.is_for(student):
            raise NotForThisChild
        if programme.consent and (consent is None or consent[0] != programme.consent):
            raise ConsentMissing


def _kept(programme, consent, by):
    """Return the columns of a yes to the words of the programme; nothing where it asks for none."""
    if not programme.consent:
        return {}
    return {
        "consent_words": consent[0], "consent_said": consent[1], "consent_by": by,
        "consent_at": timezone.now(),
    }  # fmt: skip


@pghistory.track()
class Seat(models.Model):
    """One child's place in a programme, or its wish for one."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        WAITING = "waiting", _("on the waiting list")
        OFFERED = "offered", _("offered to the family")
        TAKEN = "taken", _("has a seat")
        LEFT = "left", _("left")
        DECLINED = "declined", _("the family said no")
        EXPIRED = "expired", _("not answered in time")
        NOT_NEEDED = "not_needed", _("has a seat elsewhere")

    class How(models.TextChoices):
        PORTAL = "portal", _("on this portal")
        PAPER = "paper", _("on paper")
        PHONE = "phone", _("by phone or in person")

    LIVE = (State.ASKED, State.WAITING, State.OFFERED, State.TAKEN)
    HOLDING = (State.OFFERED, State.TAKEN)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="seats")
    student = models.ForeignKey(Student, models.PROTECT, related_name="seats")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    how = models.CharField(_("how the family asked"), max_length=6, choices=How, default=How.PORTAL)
    # the words to which the family said yes; who said it, where staff wrote it down
    consent_words = models.TextField(max_length=1000, blank=True)
    consent_said = models.CharField(max_length=200, blank=True)
    consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    consent_at = models.DateTimeField(null=True, blank=True)
    # the family's own order of what it would like most, 1 first
    choice = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    # the group of need that the school ordered before, 0 first; and the number in the line of a draw
    need = models.PositiveSmallIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    why = models.JSONField(default=dict, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)
    offered_until = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    leaving_words = models.CharField(max_length=300, blank=True)

    objects = SeatManager()

    class Meta:
        ordering = ["programme", "asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "student"],
                condition=Q(state__in=["asked", "waiting", "offered", "taken"]),
                name="a_child_has_one_seat_in_a_programme",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__gt=F("offered_at")),
                name="an_offer_ends_after_it_was_made",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "waiting", "offered", "taken"], ended_at=None)
                | ~Q(state__in=["asked", "waiting", "offered", "taken"])
                & Q(ended_at__isnull=False),
                name="a_seat_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(consent_words="", consent_by=None, consent_at=None)
                | ~Q(consent_words="") & Q(consent_by__isnull=False, consent_at__isnull=False),
                name="a_yes_says_to_what_by_whom_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-asked_at"], name="seats_of_a_child"),
            models.Index(
                fields=["offered_until"], condition=Q(state="offered"), name="seats_offered"
            ),
            models.Index(
                fields=["programme", "need", "line", "asked_at"],
                condition=Q(state="waiting"),
                name="seats_waited_for",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="no_more_seats_than_places",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("state", "programme_id"),
                condition=pgtrigger.Q(new__state__in=["offered", "taken"]),
                declare=[("places", "int"), ("given", "int")],
                func="""
                    SELECT capacity INTO places FROM counseling_programme
                        WHERE id = NEW.programme_id FOR NO KEY UPDATE;
                    SELECT count(*) INTO given FROM counseling_seat
                        WHERE programme_id = NEW.programme_id AND state IN ('offered', 'taken');
                    IF given > places THEN
                        RAISE EXCEPTION 'more seats than places in %', NEW.programme_id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'no_more_seats_than_places';
                    END IF;
                    RETURN NULL;
                """,
            )
        ]

    def __str__(self):
        return f"{self.student_id} {self.state}"

    @property
    def is_live(self):
        """Whether it has not ended."""
        return self.state in self.LIVE

    @property
    def is_offered(self):
        """Whether the family can still answer the offer."""
        until = self.offered_until
        return self.state == self.State.OFFERED and until is not None and until > timezone.now()

    @property
    def answered_for(self):
        """(who of the family said yes to the offer, how in words) where staff wrote it down, or None."""
        yes = self.why.get("yes")
        return yes and (yes["said"], self.How(yes["how"]).label)

    # --- its way --------------------------------------------------------------------------------
    def accept(self, *, by, said="", how=""):
        """Take what is offered; taken before, nothing happens. `said` is who of the family told staff,
        `how` one of `How`. Raises TooLate."""
        with transaction.atomic():
            programme = self.programme.locked()
            self.refresh_from_db()
            if self.state == self.State.TAKEN:
                return
            if not self.is_offered or not programme.gives_seats:
                raise TooLate
            self.taken_at = timezone.now()
            if said:
                self.why |= {"yes": {"said": said, "how": how}}
            self.set(self.State.TAKEN, "seat.taken", by, "taken_at", "why")

    def decline(self, *, by):
        """Say no to what is offered, and let the next child have it; answered before, nothing happens.
        Returns whether it stands as declined."""
        with transaction.atomic():
            programme = self.programme.locked()
            self.refresh_from_db()
            if self.state == self.State.OFFERED:
                self.end(self.State.DECLINED, by)
                programme.offer_free_places(by=by)
        return self.state == self.State.DECLINED

    def leave(self, *, by, words=""):
        """End the seat, the wish or the offer, and let the next child move up; ended before, nothing."""
        with transaction.atomic():
            programme = self.programme.locked()
            self.refresh_from_db()
            if not self.is_live:
                return
            said_no = self.state == self.State.OFFERED
            self.leaving_words = words
            self.end(self.State.DECLINED if said_no else self.State.LEFT, by)
            programme.offer_free_places(by=by)

    def put_as_choice(self, choice, *, by):
        """Let it be the family's first, second ... wish, while it waits for the draw."""
        if self.choice != choice and self.state == self.State.ASKED:
            self.choice = choice
            self.save(update_fields=["choice"])
            self.note("seat.choice_set", by)

    def put_in_group(self, need, *, by):
        """Let the child stand in this group of need while it waits; it has a seat, nothing happens."""
        with transaction.atomic():
            programme = self.programme.locked()
            self.refresh_from_db()
            need = min(need, len(programme.needs))
            if self.need == need or self.state not in (self.State.ASKED, self.State.WAITING):
                return
            self.need = need
            self.save(update_fields=["need"])
            self.note("seat.group_set", by)

    def end(self, state, by):
        """Write that it ended in this way; the programme's row is locked already."""
        self.ended_at, self.ended_by = timezone.now(), by
        self.set(state, f"seat.{state}", by, "ended_at", "ended_by", "leaving_words")

    def offer(self, *, by):
        """Keep a place for the child for two days and tell the family; the programme is locked."""
        self.offered_at = timezone.now()
        self.offered_until = self.offered_at + AN_OFFER_LIVES
        self.set(self.State.OFFERED, "seat.offered", by, "offered_at", "offered_until")
        self.tell(OFFERED, by)

    def set(self, state, verb, by, *columns):
        """Write the state, these columns and an Entry; the programme's row is locked already."""
        self.state = state
        if state == self.State.TAKEN and self.taken_at is None:
            self.taken_at = timezone.now()
            columns = (*columns, "taken_at")
        if state not in self.LIVE and self.ended_at is None:
            self.ended_at, self.ended_by = timezone.now(), by
            columns = (*columns, "ended_at", "ended_by")
        self.save(update_fields=["state", *dict.fromkeys(columns)])
        self.note(verb, by)

    def note(self, verb, by):
        """Write an Entry about the seat."""
        self.programme.record(verb, by, student=self.student, seat=str(self.pk))

    def tell(self, kind, by):
        """Tell the child's family, once for each offer."""
        Notice.post(
            kind, self, school=self.programme.school, by=by, student=self.student,
            dedupe_key=self.key_of_offer,
        )  # fmt: skip

    @property
    def key_of_offer(self):
        """What tells one offer of this seat from the next; the seat's own key before the first."""
        return f"{self.pk} {self.offered_at:%Y%m%d%H%M%S}" if self.offered_at else str(self.pk)

    def _take_or_wait(self, programme, by):
        ahead = programme.seats.waiting().exists()
        if not ahead and programme.free() > 0:
            self.set(self.State.TAKEN, "seat.taken", by)
            self.tell(GIVEN, by)
        else:
            self.line = programme.seats.aggregate(last=models.Max("line"))["last"] + 1
            self.set(self.State.WAITING, "seat.waits", by, "line")
