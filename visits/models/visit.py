"""A visit: what was planned, what happened, and what the family reads of it."""

import uuid

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Household, Region, School, Student

from .aspect import Aspect
from .difficulty import Difficulty
from .gift import Gift
from .planning import BeingWritten, NotPlanned, Planning, Taken, TooEarly
from .record import (
    OF_THE_HOME,
    READERS,
    WRITERS,
    Confidence,
    Participant,
    Summary,
    VisitChild,
    Visitor,
    home_of,
)
from .suggestion import Suggestion

__all__ = [
    "READERS",
    "WRITERS",
    "Aspect",
    "BeingWritten",
    "NotPlanned",
    "Taken",
    "TooEarly",
    "Visit",
]


CONFIDENTIAL = "a confidential visit is not shared"


class ChangeOfHeld(pgtrigger.AnyChange):
    """That a row which is held already gets another value in one of these columns."""

    def resolve(self, model):
        return f"OLD.status = 'held' AND ({super().resolve(model)})"


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return the visits of the children whom `user` may see.

        adviser: own classes · counselor: caseload · leader: division or school · guardian and
        grown student: once a summary is published, for what was granted · school admin,
        volunteer, partner, district, anonymous: nothing. A visit with siblings shows to whoever
        sees one of them: name only the children that are visible (`children_for`).

        Of a confidential visit narrower: whoever made it and still works with one of its children ·
        the counselor of one of them · the leader of the whole school. Not an adviser who stayed
        here, though the child is in the class, and not the leader of the division: the words were
        said to be kept, and there is one person more who answers for the school. Figures count it.
        """
        seen = VisitChild.objects.filter(visit=OuterRef("pk"))
        staff = seen.visible_to(user, roles=READERS if roles is None else READERS & roles)
        visits = Q(Exists(staff))
        if roles is None or roles & sight.FAMILY_ROLES:
            family = seen.visible_to(user, roles=sight.FAMILY_ROLES, item="visits")
            visits |= Q(Exists(family), Exists(Summary.objects.filter(visit=OuterRef("pk"))))
        return self.filter(visits)

    def held(self):
        """Return the visits that took place."""
        return self.filter(status=Visit.Status.HELD)

    def planned_between(self, start, end):
        """Return the visits planned from `start` up to `end`, the end left out."""
        return self.filter(planned_at__gte=start, planned_at__lt=end)


@pghistory.track()
class Visit(Planning, models.Model):
    """A planned or held visit to a family: one visit for all the children it is about.

    Its id is made by the form, so that sending it twice is one visit. Three times are three
    columns: happened_at (it took place), recorded_at (it was written), received_at (the server
    got it). A held visit is append-only; the database refuses any change, corrections are addenda.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        OFFERED = "offered", _("offered to the family")
        ACCEPTED = "accepted", _("family said yes")
        DECLINED = "declined", _("not this time")
        OTHER_TIME = "other_time", _("other time asked")
        SCHEDULED = "scheduled", _("planned")
        UNDER_WAY = "under_way", _("under way")
        HELD = "held", _("held")
        NOBODY_HOME = "nobody_home", _("nobody at home")
        CANCELLED = "cancelled", _("cancelled")

    class Mode(models.TextChoices):
        HOME = "home", _("at home")
        SCHOOL = "school", _("at school")
        ELSEWHERE = "elsewhere", _("somewhere else")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")

    class Purpose(models.TextChoices):
        RELATIONSHIP = "relationship", _("getting to know each other")
        TARGETED = "targeted", _("about something certain")

    class Source(models.TextChoices):
        LOGGED = "logged", _("logged")
        IMPORTED = "imported", _("imported")

    IN_PERSON = (Mode.HOME, Mode.ELSEWHERE, Mode.SCHOOL)
    ONLINE = (Mode.VIDEO, Mode.PHONE)
    OPEN = (
        Status.PROPOSED,
        Status.OFFERED,
        Status.ACCEPTED,
        Status.OTHER_TIME,
        Status.SCHEDULED,
        Status.UNDER_WAY,
    )
    # While it stands so, with a time, its visitors are busy then.
    BUSY = (Status.OFFERED, Status.ACCEPTED, Status.SCHEDULED, Status.UNDER_WAY)
    # The questions of the record that the family reads, unless it wished one kept out.
    SHARED_QUESTIONS = (
        "going_well", "learning", "hopes", "wishes", "worries", "needs", "explained",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="visits")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="visits"
    )
    children = models.ManyToManyField(Student, through="VisitChild", related_name="visits")
    visitors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Visitor", related_name="visits_made"
    )
    aspects = models.ManyToManyField(Aspect, related_name="visits", blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.SCHEDULED)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.RELATIONSHIP)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.HOME)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    planned_at = models.DateTimeField(null=True, blank=True)
    planned_minutes = models.PositiveSmallIntegerField(default=45)
    happened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    source = models.CharField(max_length=8, choices=Source, default=Source.LOGGED)
    # for which campaign it counts, and which team of it went
    campaign = models.ForeignKey(
        "visits.Campaign", models.PROTECT, null=True, blank=True, related_name="visits"
    )
    campaign_team = models.ForeignKey(
        "visits.Team", models.PROTECT, null=True, blank=True, related_name="visits"
    )
    language_spoken = models.CharField(max_length=60, blank=True)
    interpreter = models.CharField(max_length=255, blank=True)
    written_in = models.CharField(max_length=12, choices=settings.LANGUAGES, blank=True)
    # what the family reads, unless kept out
    hopes = models.TextField(blank=True)
    learning = models.TextField(blank=True)
    wishes = models.TextField(blank=True)
    worries = models.TextField(blank=True)
    explained = models.TextField(blank=True)
    shared_summary = models.TextField(blank=True)
    # what stays with staff
    difficulties = ArrayField(
        models.CharField(max_length=12, choices=Difficulty), default=list, blank=True
    )
    situation = models.TextField(blank=True)
    staff_note = models.TextField(blank=True)
    kept_out = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    read_aloud = models.BooleanField(default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-planned_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("happened_at")),
                name="a_visit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(status="held")
                | Q(
                    happened_at__isnull=False, recorded_at__isnull=False, recorded_by__isnull=False
                ),
                name="a_held_visit_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | Q(happened_at__lte=F("received_at")),
                name="a_held_visit_is_not_in_the_future",
            ),
            models.CheckConstraint(
                condition=Q(campaign_team=None) | Q(campaign__isnull=False),
                name="a_team_of_a_campaign_visits_for_it",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "status", "happened_at"], name="visits_of_a_school"),
            models.Index(fields=["planned_at"], name="visits_by_plan"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_held_visit_is_never_changed",
                operation=pgtrigger.Update,
                # an old visit may be counted for a campaign later on: it stays what it was
                condition=ChangeOfHeld(exclude=["campaign", "campaign_team"]),
            ),
            pgtrigger.Protect(
                name="a_held_visit_is_never_removed",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="held"),
            ),
        ]

    def __str__(self):
        return f"{self.get_mode_display()} {self.happened_at or self.planned_at}"

    def get_absolute_url(self):
        return reverse("visits:visit-detail", args=[self.pk])

    @property
    def is_in_person(self):
        """Whether people met in one place (home, elsewhere, school), not by video or phone."""
        return self.mode in self.IN_PERSON

    @property
    def is_held(self):
        """Whether it took place; then nothing in it changes any more."""
        return self.status == self.Status.HELD

    @property
    def at(self):
        """When it took place, or when it is planned."""
        return self.happened_at or self.planned_at

    def children_for(self, user, roles=None):
        """Return the lines of the children of this visit that `user` may see (one query)."""
        seen = self.lines.visible_to(user, roles=roles, item="visits").select_related("student")
        return seen.order_by("student__sort_key", "student_id")

    def is_home_of(self, user):
        """Whether this visit was to the home of `user` (`home_of`; one query)."""
        return Visit.objects.filter(home_of(user), pk=self.pk).exists()

    def hold(
        self,
        *,
        by,
        lines,
        visitors,
        participants=(),
        promises=(),
        suggestions=(),
        gifts=(),
        aspects=(),
        share=False,
        confidential=False,
        at=None,
    ):
        """Record that this visit took place, with all its parts, in one transaction; return it.

        `lines`, `participants`, `promises`, `suggestions` and `gifts` are unsaved rows without a
        visit, `visitors` people. Raises OverCap where its campaign gives a household less (`Gift`).
        What each child needs becomes a Need.
        The visit may be new or planned: what was planned gives way to what happened. Held before
        (the same id sent twice, by two requests at once too), the first record is returned, and
        nothing is written. With `share`, the family is told (`share`); `confidential` keeps it to
        few, and the two exclude each other (ValueError). `at` says when it was recorded, if not now.
        """
        if share and confidential:
            raise ValueError(CONFIDENTIAL)
        with transaction.atomic():
            stands = self._claim()
            if stands.is_held:
                return stands
            self._take_plan(stands)
            self._write_parts(lines, visitors, participants, promises, aspects)
            Suggestion.objects.write(self, suggestions)
            Gift.objects.give(self, gifts)
            self.status, self.recorded_by = self.Status.HELD, by
            self.recorded_at = self.received_at = at or timezone.now()
            self.save(force_update=True)
            self._record("visit.held", lines, by)
            self.needs_noted.note(self, lines)
            if confidential:
                self.keep_in_confidence(by=by)
            if share:
                self.share(by=by)
            return self

    def share(self, *, by):
        """Publish what the family reads and tell it; published before, the first summary stands.

        Raises ValueError for a visit that was not held, and for a confidential one.
        """
        if not self.is_held:
            raise ValueError("only a held visit is shared")
        with transaction.atomic():
            Visit.objects.select_for_update().get(pk=self.pk)
            first = self.summaries.first()
            if first:
                return first
            if self.is_confidential():
                raise ValueError(CONFIDENTIAL)
            lines = list(self.lines.select_related("student"))
            summary = self.summaries.create(body=self.shared_body(lines), published_by=by)
            self._record("visit.shared", lines, by)
            only = lines[0].student if len(lines) == 1 else None
            Notice.post("visit.summary", summary, school=self.school, by=by, student=only)
            return summary

    # --- in confidence -----------------------------------------------------------------------
    def is_confidential(self):
        """Whether few read it, and nothing of it goes to the family (one query)."""
        return self.confidences.open().exists()

    def keep_in_confidence(self, *, by):
        """Let few read this held visit (`visible_to`) from now on; confidential before, it stays so.

        Raises ValueError for a visit that was not held, and for one that the family has read.
        """
        if not self.is_held:
            raise ValueError("only a held visit is confidential")
        with transaction.atomic():
            Visit.objects.select_for_update().get(pk=self.pk)
            if self.summaries.exists():
                raise ValueError("the family has read it")
            if not self.is_confidential():
                Confidence.objects.create(visit=self, by=by)
                self._record("visit.confided", self.lines.select_related("student"), by)

    def lift_confidence(self, *, by):
        """Let whoever works with its children read this visit again; open before, it stays so."""
        with transaction.atomic():
            lifted = self.confidences.open().update(until=timezone.now(), lifted_by=by)
            if lifted:
                self._record("visit.unsealed", self.lines.select_related("student"), by)

    # --- parts -------------------------------------------------------------------------------
    def _claim(self):
        """Return the row of this id, locked: the one that stands, or a new one."""
        shell = Visit(
            pk=self.pk,
            school_id=self.school_id,
            status=self.Status.UNDER_WAY,
            mode=self.mode,
            planned_at=self.planned_at,
            planned_minutes=self.planned_minutes,
            purpose=self.purpose,
        )
        Visit.objects.bulk_create([shell], ignore_conflicts=True)
        stands = Visit.objects.select_for_update().get(pk=self.pk)
        if stands.school_id != self.school_id:
            raise ValueError("this id belongs to a visit of another school")
        return stands

    def _take_plan(self, planned):
        names = ["planned_at", "planned_minutes"]
        if self.campaign_id is None:
            names += ["purpose", "campaign_id", "campaign_team_id"]
        for name in names:
            setattr(self, name, getattr(planned, name))

    def _write_parts(self, lines, visitors, participants, promises, aspects):
        for kind in (VisitChild, Visitor, Participant):
            kind.objects.filter(visit=self).delete()
        for row in (*lines, *participants, *promises):
            row.visit = self
        VisitChild.objects.bulk_create(lines)
        Visitor.objects.bulk_create([Visitor(visit=self, user=user) for user in visitors])
        Participant.objects.bulk_create(participants)
        self.promises.bulk_create(promises)
        self.aspects.set(aspects)

    def _record(self, verb, lines, by, **data):
        for line in lines:
            Entry.record(verb, self, by=by, student=line.student, school=self.school, **data)

    def shared_body(self, lines):
        """Return the body of a Summary: every shared question but those kept out."""

        def told(question, text):
            return "" if question in self.kept_out else text

        return {
            **{name: told(name, getattr(self, name)) for name in OF_THE_HOME},
            "explained": told("explained", self.explained),
            "words": self.shared_summary,
            "children": {
                str(line.student_id): {
                    "going_well": told("going_well", line.going_well),
                    "needs": [] if "needs" in self.kept_out else list(line.needs),
                    "needs_words": told("needs", line.needs_words),
                }
                for line in lines
            },
        }
