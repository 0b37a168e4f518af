"""Visits that are offered to families: one round to many homes, times to choose from, answers.

Each time is taken once, and a family that is too late is shown the next free ones. Whoever may
receive letters about the child is asked; the right is asked again when the answer comes.
"""

import contextlib
import datetime as dt
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.journal.models.clock import announce
from homeschool.people import sight
from homeschool.people.models import Guardianship, Household, School

from .planning import BeingWritten, Taken, taking
from .record import READERS, VisitChild, Visitor
from .times import Holder, OfferedTime
from .visit import Visit

SHOWN_AT_ONCE = 3
LONGEST_WISH = 500


class Over(ValueError):
    """The offer cannot be answered any more: taken back, too late, or the visit went on."""


class Answered(ValueError):
    """Somebody of the same home has answered since this page was drawn."""


class NothingToOffer(ValueError):
    """None of the families can be asked."""


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the rounds with a visit to a child that `user` works with.

        adviser, counselor, leader: rounds to a child they see · others: none.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        offers = Offer.objects.filter(round=OuterRef("pk"))
        seen = Visit.objects.visible_to(user, roles=READERS)
        return self.filter(Exists(offers.filter(visit__in=seen)))


class RoundManager(models.Manager.from_queryset(RoundQuerySet)):
    def offer(self, families, *, by, visitors, times, **columns):
        """Ask `families` ([(household or None, [child])]) which of `times` suits them; return the round.

        `columns` are those of the round. Each family gets one visit, offered and without a time,
        and one letter. Raises Taken where one of `visitors` offers one of these times elsewhere,
        NothingToOffer without a family.
        """
        if not families:
            raise NothingToOffer
        return taking(lambda: self._offer(families, by, visitors, times, columns))

    def _offer(self, families, by, visitors, times, columns):
        Holder.objects.over().update(span=None)
        school = families[0][1][0].school
        round_ = self.create(school=school, made_by=by, **columns)
        round_.visitors.set(visitors)
        round_.hold_times(times)
        round_.ask(families)
        return round_


class Round(models.Model):
    """One action by which visits are offered to many families, with times to choose from."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "visits.Campaign", models.PROTECT, null=True, blank=True, related_name="rounds"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    visitors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    mode = models.CharField(max_length=10, choices=Visit.Mode, default=Visit.Mode.HOME)
    purpose = models.CharField(
        max_length=12, choices=Visit.Purpose, default=Visit.Purpose.RELATIONSHIP
    )
    minutes = models.PositiveSmallIntegerField(default=45)
    answer_by = models.DateTimeField()
    words = models.TextField(_("words to the families"), blank=True, max_length=1000)
    shows_all = models.BooleanField(_("each family sees all times"), default=False)

    objects = RoundManager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_by__gt=F("made_at")), name="a_round_leaves_time_to_answer"
            )
        ]

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("visits:round-detail", args=[self.pk])

    def hold_times(self, times):
        """Keep `times` for this round alone; in the order of time and people, so that two who
        offer at once do not wait in a circle."""
        people = sorted(self.visitors.values_list("pk", flat=True), key=str)
        for at in sorted(set(times)):
            row = self.times.create(at=at, until=at + dt.timedelta(minutes=self.minutes))
            Holder.objects.bulk_create(
                [Holder(time=row, user_id=pk, span=row.span) for pk in people]
            )

    def ask(self, families):
        """Make the visit and the offer of each family, and tell it."""
        now, people = timezone.now(), list(self.visitors.all())
        visits, lines, team, offers, entries = [], [], [], [], []
        for n, (household, children) in enumerate(families):
            visit = self._visit(household, f"{n} {children[0].pk}")
            offer = Offer(round=self, visit=visit, asked_at=now, expires_at=self.answer_by)
            visits.append(visit)
            offers.append(offer)
            lines += [VisitChild(visit=visit, student=child) for child in children]
            team += [Visitor(visit=visit, user=user) for user in people]
            entries += [_entry("visit.offered", visit, self.made_by, child) for child in children]
        parts: list[tuple[type[models.Model], list]] = [
            (Visit, visits),
            (VisitChild, lines),
            (Visitor, team),
            (Offer, offers),
            (Entry, entries),
        ]
        for model, rows in parts:
            model._default_manager.bulk_create(rows)
        self._tell(offers)

    def _visit(self, household, name):
        return Visit(
            id=uuid.uuid5(self.pk, name),
            school=self.school,
            household=household,
            status=Visit.Status.OFFERED,
            mode=self.mode,
            purpose=self.purpose,
            planned_minutes=self.minutes,
            campaign=self.campaign,
        )

    def _tell(self, offers):
        """Tell all families at once: what `Notice.post` does for one."""
        Notice.objects.bulk_create([
            Notice(
                school=self.school,
                kind="visit.offer",
                about_type=Offer._meta.label_lower,
                about_id=str(offer.pk),
                actor=self.made_by,
                dedupe_key=str(offer.pk),
            )
            for offer in offers
        ])  # fmt: skip
        announce()

    def free(self, at=None):
        """Return the times that nobody has taken and that still lie ahead, in order."""
        return self.times.filter(taken_by=None, at__gt=at or timezone.now()).order_by("at", "pk")

    def take_back(self, *, by):
        """Take back what was not answered: its links are dead, and its times are free for others."""
        with transaction.atomic():
            for offer in self.offers.open().select_related("visit__school"):
                offer.take_back(by=by)
            Holder.objects.filter(time__round=self, time__taken_by=None).update(span=None)


class OfferQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the offers of visits that `user` works with as staff; a family opens its own by
        its link, or on the page of its child."""
        seen = Visit.objects.visible_to(user, roles=READERS)
        return self.filter(visit__in=seen)

    def open(self):
        """Return those that were neither answered nor taken back."""
        return self.filter(answered_at=None, revoked_at=None)

    def to_note(self):
        """Return those whose answer nobody of the staff has noted."""
        return self.filter(answered_at__isnull=False, noted_at=None, revoked_at=None)


class Offer(models.Model):
    """A visit offered to one home: what was asked, and what the home answered.

    The answer stands until the same home changes it; a no needs no reason, and counts as asked.
    """

    class Answer(models.TextChoices):
        THIS_TIME = "this_time", _("this time suits")
        OTHER_TIME = "other_time", _("another time")
        OTHER_PLACE = "other_place", _("another place")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")
        NO = "no", _("not this time")

    # What a family may wish instead, and the mode of the visit that it means.
    PLACES = {
        Answer.OTHER_PLACE: Visit.Mode.SCHOOL,
        Answer.VIDEO: Visit.Mode.VIDEO,
        Answer.PHONE: Visit.Mode.PHONE,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="offers")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="offers")
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, choices=Answer, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    wish = models.CharField(max_length=LONGEST_WISH, blank=True)
    noted_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "visit"], name="a_visit_is_offered_once_in_a_round"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="")
                | Q(answered_at__isnull=False) & ~Q(answer=""),
                name="an_answer_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answered_at"],
                condition=Q(answered_at__isnull=False, noted_at=None, revoked_at=None),
                name="answers_to_note",
            )
        ]

    def __str__(self):
        return f"{self.asked_at:%Y-%m-%d} {self.answer}"

    def get_absolute_url(self):
        return self.visit.get_absolute_url()

    # --- who and until when -------------------------------------------------------------------------
    @property
    def version(self):
        """A sign of the answer that stands; a page carries it, so that two of one home do not
        answer over each other unseen."""
        return self.answered_at.isoformat() if self.answered_at else "-"

    def receivers(self):
        """Return the rows of Sight of those who are asked: of the home, who may receive letters
        about its children today; where no home is known, the first guardians, else all."""
        children = VisitChild.objects.filter(visit=self.visit_id).values("student")
        told = sight.receivers(children, "visits")
        homes = Household.objects.filter(pk=self.visit.household_id)
        home = Q(user__in=homes.values("guardians")) | Q(user__in=homes.values("students__user"))
        found = told.filter(home)
        if found.exists():
            return found
        if self.visit.household_id and homes.filter(guardians__isnull=False).exists():
            return found  # another home does not answer for this one
        ties = Guardianship.objects.open().filter(student__in=children, primary=True)
        first = told.filter(user__in=ties.values("guardian"))
        return first if first.exists() else told

    def is_alive(self):
        """Whether it may be answered, or its answer changed, at this moment."""
        now, visit = timezone.now(), self.visit
        if self.revoked_at or visit.status not in ANSWERABLE:
            return False
        if visit.planned_at and visit.status != Visit.Status.OTHER_TIME:
            return visit.planned_at > now
        return self.expires_at > now

    def choices(self):
        """Return the free times that this home is shown: all, or three, others for each home."""
        free = list(self.round.free())
        if self.round.shows_all or len(free) <= SHOWN_AT_ONCE:
            return free
        by_chance = sorted(free, key=lambda time: uuid.uuid5(self.pk, str(time.pk)))
        return sorted(by_chance[:SHOWN_AT_ONCE], key=lambda time: time.at)

    # --- the answers ---------------------------------------------------------------------------------
    def take(self, time, *, by, answer=Answer.THIS_TIME, seen=None):
        """Say yes to `time` (the id of one of the round); the visit is agreed.

        `answer` may be a place of PLACES. Raises Taken where another family was quicker, and the
        answer given before stands; Over; Answered where `seen` is not `version`.
        """
        return taking(lambda: self._take(time, by, answer, seen))

    def _take(self, time, by, answer, seen):
        self._stand(seen)
        chosen = self.round.free().filter(pk=time)
        chosen |= self.round.times.filter(pk=time, taken_by=self.visit)
        row = chosen.select_for_update().first()
        if row is None:
            raise Taken
        if row.taken_by_id != self.visit_id:
            self._let_go()
            row.taken_by = self.visit
            row.save(update_fields=["taken_by"])
            row.holders.exclude(span=None).update(span=None)
        visit = self.visit
        visit.planned_at, visit.planned_minutes = row.at, self.round.minutes
        visit.mode = self.PLACES.get(answer, self.round.mode)
        self._answer(answer, by, Visit.Status.ACCEPTED)

    def ask_other(self, answer, *, by, wish="", seen=None):
        """Ask for another time, or for another place of PLACES without a time. Raises as `take`."""
        taking(lambda: self._ask_other(answer, by, wish, seen))

    def _ask_other(self, answer, by, wish, seen):
        self._stand(seen)
        self._let_go()
        self.visit.planned_at = None
        self.visit.mode = self.PLACES.get(answer, self.round.mode)
        self._answer(answer, by, Visit.Status.OTHER_TIME, wish)

    def decline(self, *, by, seen=None):
        """Say no, without a reason. Raises as `take`."""
        taking(lambda: self._decline(by, seen))

    def _decline(self, by, seen):
        self._stand(seen)
        self._let_go()
        self._answer(self.Answer.NO, by, Visit.Status.DECLINED)

    def _lock(self):
        """Lock record, visit and offer, in the order of every verb of a visit; return the offer as
        it stands."""
        list(self.visit._open_drafts().select_for_update())
        self.visit = Visit.objects.select_for_update().get(pk=self.visit_id)
        return Offer.objects.select_for_update(of=("self",)).get(pk=self.pk)

    def _stand(self, seen):
        """Lock the offer and its visit, and read them anew. Raises Over and Answered."""
        stands = self._lock()
        for name in ("revoked_at", "answered_at", "answer", "noted_at"):
            setattr(self, name, getattr(stands, name))
        if not self.is_alive():
            raise Over
        if seen is not None and seen != self.version:
            raise Answered

    def _let_go(self):
        """Give the time that was taken before back to the other families, unless it is over."""
        row = OfferedTime.objects.filter(taken_by=self.visit_id).select_related("round").first()
        if row is None:
            return
        OfferedTime.objects.filter(pk=row.pk).update(taken_by=None)
        if row.round.answer_by > timezone.now():
            with contextlib.suppress(Taken):  # offered by another round meanwhile
                taking(lambda: row.holders.update(span=row.span))

    def _answer(self, answer, by, status, wish=""):
        before = self.visit.status
        self.answer, self.answered_by, self.answered_at = answer, by, timezone.now()
        self.wish, self.noted_at, self.noted_by = wish[:LONGEST_WISH], None, None
        self.save(
            update_fields=["answer", "answered_by", "answered_at", "wish", "noted_at", "noted_by"]
        )
        visit = self.visit
        visit.status = status
        visit.save(update_fields=["status", "planned_at", "planned_minutes", "mode"])
        visit._send(list(visit.visitors.all()))
        agreed, verb = status == Visit.Status.ACCEPTED, VERBS[status]
        visit._record(verb, visit._lines(), by, answer=str(answer))
        if agreed or before in AGREED:
            visit._tell_answer(agreed, by, again=before in AGREED)

    # --- staff -----------------------------------------------------------------------------------------
    def take_back(self, *, by):
        """Take an offer back that was not answered: its link is dead. Taken back before, or
        answered, nothing happens; returns whether it was taken back now. A visit whose record is
        begun stays."""
        with transaction.atomic():
            stands = self._lock()
            if stands.revoked_at or stands.answered_at:
                return False
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])
            Notice.objects.about(self).cancel()
            if self.visit.status == Visit.Status.OFFERED:
                with contextlib.suppress(BeingWritten):
                    self.visit.cancel(by=by)
            return True

    def note(self, *, by):
        """Record that the planner has seen the answer; the first reader stands."""
        unseen = Offer.objects.filter(pk=self.pk, noted_at=None, answered_at__isnull=False)
        with transaction.atomic():
            if unseen.update(noted_at=timezone.now(), noted_by=by):
                for line in self.visit.lines.select_related("student"):
                    Entry.record(
                        "offer.noted", self, by=by, student=line.student, school=self.visit.school
                    )


ANSWERABLE = (
    Visit.Status.OFFERED,
    Visit.Status.ACCEPTED,
    Visit.Status.OTHER_TIME,
    Visit.Status.DECLINED,
    Visit.Status.SCHEDULED,
)
# The team counts on these: a yes of the family, and a plan of the school after it.
AGREED = (Visit.Status.ACCEPTED, Visit.Status.SCHEDULED)
VERBS = {
    Visit.Status.ACCEPTED: "visit.agreed",
    Visit.Status.OTHER_TIME: "visit.other_asked",
    Visit.Status.DECLINED: "visit.declined",
}


def _entry(verb, visit, by, child):
    return Entry(
        kind=Entry.Kind.CHANGED,
        verb=verb,
        actor=by,
        student=child,
        school=visit.school,
        about_type=Visit._meta.label_lower,
        about_id=str(visit.pk),
    )
