"""A visit: what was planned, what happened, and what the family reads of it."""

import uuid
from zoneinfo import ZoneInfo

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
from homeschool.people.models.school import SchoolPartQuerySet

from .record import READERS, WRITERS, Participant, Summary, VisitChild, Visitor, home_of

__all__ = ["READERS", "WRITERS", "Aspect", "Visit"]


class NotPlanned(ValueError):
    """The visit is not planned any more: it was held, called off, or nobody was met."""


class BeingWritten(ValueError):
    """Somebody has begun the record of this visit."""


class TooEarly(ValueError):
    """The day of the visit has not come yet."""


class AspectQuerySet(SchoolPartQuerySet):
    def ship_to(self, school):
        """Give `school` the eight shipped aspects, where it has no list of its own yet."""
        if not self.filter(school=school).exists():
            rows = [self.model(school=school, code=code) for code in Aspect.SHIPPED]
            self.bulk_create(rows, ignore_conflicts=True)


class Aspect(models.Model):
    """What a visit was about: a list of the school, shipped with eight."""

    SHIPPED = {
        "financial_aid": _("financial aid"),
        "academic_support": _("academic support"),
        "career_planning": _("career planning"),
        "cadre_development": _("cadre and member development"),
        "mental_health": _("mental health"),
        "job_placement": _("job placement"),
        "school_promotion": _("school promotion"),
        "overall_quality": _("overall quality"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="aspects")
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120, blank=True)

    objects = AspectQuerySet.as_manager()

    class Meta:
        ordering = ["school", "code"]
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="an_aspect_stands_once")
        ]

    def __str__(self):
        return self.name or str(self.SHIPPED.get(self.code, self.code))


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user, roles=None):
        """Return the visits of the children whom `user` may see.

        adviser: own classes · counselor: caseload · leader: division or school · guardian and
        grown student: once a summary is published, for what was granted · school admin,
        volunteer, partner, district, anonymous: nothing. A visit with siblings shows to whoever
        sees one of them: name only the children that are visible (`children_for`).
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
class Visit(models.Model):
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
    # The questions of the record that the family reads, unless it wished one kept out.
    SHARED_QUESTIONS = ("going_well", "hopes", "needs", "explained")

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
    language_spoken = models.CharField(max_length=60, blank=True)
    interpreter = models.CharField(max_length=255, blank=True)
    written_in = models.CharField(max_length=12, choices=settings.LANGUAGES, blank=True)
    # what the family reads, unless kept out
    hopes = models.TextField(blank=True)
    explained = models.TextField(blank=True)
    shared_summary = models.TextField(blank=True)
    # what stays with staff
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
        ]
        indexes = [
            models.Index(fields=["school", "status", "happened_at"], name="visits_of_a_school"),
            models.Index(fields=["planned_at"], name="visits_by_plan"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_held_visit_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="held"),
            )
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
        self, *, by, lines, visitors, participants=(), promises=(), aspects=(), share=False, at=None
    ):
        """Record that this visit took place, with all its parts, in one transaction; return it.

        `lines`, `participants` and `promises` are unsaved rows without a visit, `visitors` people.
        The visit may be new or planned: what was planned gives way to what happened. Held before
        (the same id sent twice, by two requests at once too), the first record is returned, and
        nothing is written. With `share`, the family is told (`share`). `at` says when it was
        recorded, if not now.
        """
        with transaction.atomic():
            stands = self._claim()
            if stands.is_held:
                return stands
            self._take_plan(stands)
            self._write_parts(lines, visitors, participants, promises, aspects)
            self.status, self.recorded_by = self.Status.HELD, by
            self.recorded_at = self.received_at = at or timezone.now()
            self.save(force_update=True)
            self._record("visit.held", lines, by)
            if share:
                self.share(by=by)
            return self

    def schedule(self, *, by, children, visitors):
        """Keep this new visit as planned: to `children` of its school, made by `visitors`."""
        with transaction.atomic():
            self.status = self.Status.SCHEDULED
            self.save(force_insert=True)
            lines = [VisitChild(visit=self, student=child) for child in children]
            VisitChild.objects.bulk_create(lines)
            Visitor.objects.bulk_create([Visitor(visit=self, user=user) for user in visitors])
            self._record("visit.planned", lines, by)
            return self

    def cancel(self, *, by):
        """Call a planned visit off; called off before, nothing happens.

        Raises NotPlanned once it ended in another way, BeingWritten where its record was begun.
        """
        self._give_up("visit.cancelled", by, status=self.Status.CANCELLED)

    def nobody_home(self, *, by):
        """Record that the visitors came, or called, and met nobody: an attempt that took place now.

        Raises TooEarly before its day, NotPlanned and BeingWritten as `cancel` does.
        """
        now, zone = timezone.now(), ZoneInfo(self.school.time_zone)
        today = timezone.localdate(now, zone)
        if self.planned_at and timezone.localdate(self.planned_at, zone) > today:
            raise TooEarly
        self._give_up(
            "visit.nobody_home",
            by,
            status=self.Status.NOBODY_HOME,
            happened_at=now,
            recorded_at=now,
            received_at=now,
            recorded_by=by,
        )

    def _give_up(self, verb, by, **values):
        """End a planned visit that was not held; a record that was begun and left empty goes too."""
        with transaction.atomic():
            draft = self._open_drafts().select_for_update().first()
            stands = Visit.objects.select_for_update().get(pk=self.pk)
            if stands.status == values["status"]:
                return
            if stands.status not in self.OPEN:
                raise NotPlanned
            if (draft and draft.version > 1) or (not draft and self._open_drafts().exists()):
                raise BeingWritten
            if draft:
                draft.discard(by=by)
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            self._record(verb, self.lines.select_related("student"), by)

    def _open_drafts(self):
        from .draft import Draft

        return Draft.objects.open().filter(pk=self.pk)

    def share(self, *, by):
        """Publish what the family reads and tell it; published before, the first summary stands.

        Raises ValueError for a visit that was not held.
        """
        if not self.is_held:
            raise ValueError("only a held visit is shared")
        with transaction.atomic():
            Visit.objects.select_for_update().get(pk=self.pk)
            first = self.summaries.first()
            if first:
                return first
            lines = list(self.lines.select_related("student"))
            summary = self.summaries.create(body=self.shared_body(lines), published_by=by)
            self._record("visit.shared", lines, by)
            only = lines[0].student if len(lines) == 1 else None
            Notice.post("visit.summary", summary, school=self.school, by=by, student=only)
            return summary

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
        for name in ("planned_at", "planned_minutes", "purpose"):
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

    def _record(self, verb, lines, by):
        for line in lines:
            Entry.record(verb, self, by=by, student=line.student, school=self.school)

    def shared_body(self, lines):
        """Return the body of a Summary: every shared question but those kept out."""

        def told(question, text):
            return "" if question in self.kept_out else text

        return {
            "hopes": told("hopes", self.hopes),
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
