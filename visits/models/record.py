"""What belongs to one visit: its children, its people, what the family reads, what was added."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Notice, Receipt
from homeschool.people import sight
from homeschool.people.models import Guardianship, Household, Student

# Who among the staff reads visits; a school admin reads figures, not records.
READERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
# Who may log a visit.
WRITERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})
# What a home answered about itself, by name in the body of a summary: no other home reads it.
OF_THE_HOME = ("hopes", "learning", "wishes", "worries")


def part_of_a_held_visit(name, operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete):
    """Return the trigger by which a row of a held visit is neither added, changed nor removed.

    `operation` leaves out what another trigger holds: of a suggestion the answer is written later.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func="""
            IF EXISTS (
                SELECT 1 FROM visits_visit
                WHERE id IN (NEW.visit_id, OLD.visit_id) AND status = 'held'
            ) THEN
                RAISE EXCEPTION 'a held visit is never changed: write an addendum';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )


class ConfidenceQuerySet(models.QuerySet):
    def open(self):
        """Return those that hold today."""
        return self.filter(until=None)

    def closed_to(self, user):
        """Return the open ones of visits that `user` does not read.

        adviser: unless of those who made the visit · counselor: unless one of the children is on
        the caseload · leader of a division: closed, unless of those who made the visit · leader of
        the whole school: reads · family and everybody else: closed.
        """
        # joined from the few confidences on: asked line by line of all visits it took twice as long
        path, cared_for = "visit__lines__student", {sight.COUNSELOR}
        works, cares = (sight.within(user, path, roles) for roles in (READERS, cared_for))
        led = [row["school_id"] for row in sight.reach_of(user) if row["role"] == sight.LEADER]
        reads = Q(**{f"{path}__school__in": [school for school in led if school]})
        if works:
            reads |= works & Q(visit__team__user=user.pk)
        if cares:
            reads |= cares
        return self.open().exclude(pk__in=self.open().filter(reads).values("pk"))


def open_to(user, path="visit"):
    """Return the condition that the visit at `path` is not kept from `user` in confidence.

    It belongs into the `visible_to` of whatever hangs on a visit; beside it stands sight itself.
    A list of the few that are closed, made once, is cheaper than to look for each row.
    """
    return ~Q(**{f"{path}__in": _closed_to(user)})


def _closed_to(user):
    """Return the sub-select of the visits kept from `user`. A page names it up to six times: it is
    built once where `user` keeps its sight (`sight.remember`), from which alone it is made."""
    kept = getattr(user, "_closed_visits", None)
    if kept is None:
        kept = Confidence.objects.closed_to(user).values("visit")
        if getattr(user, "_remembers", False):
            user._closed_visits = kept
    return kept


def closed_among(visits, user):
    """Return the ids of those of `visits` (ids) that are kept from `user` in confidence (one query).

    For rows behind a figure: it counts them, and they do not open.
    """
    closed = Confidence.objects.closed_to(user).filter(visit__in=visits)
    return set(closed.values_list("visit", flat=True))


class Confidence(models.Model):
    """From when until when a held visit is confidential, and who said so.

    It is a row of its own and no column of the visit: what was held is never changed, and who reads
    it is no part of what was said. Nothing of a confidential visit goes to the family, so what the
    family has read already cannot be made confidential (the database refuses both).
    """

    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="confidences")
    since = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ConfidenceQuerySet.as_manager()

    class Meta:
        ordering = ["visit", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"], condition=Q(until=None), name="a_visit_is_confidential_once"
            ),
            models.CheckConstraint(
                condition=Q(until=None, lifted_by=None)
                | Q(until__isnull=False, lifted_by__isnull=False),
                name="a_confidence_says_who_lifted_it",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="a_confidence_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_confidence_is_only_lifted",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.until IS NOT NULL OR (NEW.visit_id, NEW.since, NEW.by_id)
                        IS DISTINCT FROM (OLD.visit_id, OLD.since, OLD.by_id) THEN
                        RAISE EXCEPTION 'a confidence is lifted once, and never changed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="what_a_family_read_is_not_confidential",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (SELECT 1 FROM visits_summary WHERE visit_id = NEW.visit_id) THEN
                        RAISE EXCEPTION 'the family has read it: it cannot be confidential';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.visit_id} {self.since:%Y-%m-%d}"


class VisitChildQuerySet(sight.SightQuerySet):
    """Lines of visits about a child. Whether a family may read the visit at all is
    `Visit.objects.visible_to`."""

    def visible_to(self, user, roles=None, item=None):
        """Return the lines about children whom `user` sees, less those of visits that are kept
        from `user` in confidence (`Confidence.objects.closed_to`): from a family always."""
        seen = super().visible_to(user, roles=roles, item=item)
        if seen.query.is_empty():
            return seen
        if roles is not None and roles <= sight.FAMILY_ROLES:
            return seen.exclude(visit__in=Confidence.objects.open().values("visit"))
        return seen.filter(open_to(user))


class VisitChild(models.Model):
    """One child of a visit, and what was said about this one alone."""

    class Need(models.TextChoices):
        READING = "reading", _("Reading and homework")
        MONEY = "money", _("Money and things")
        TRAVEL = "travel", _("Getting to school")
        WELLBEING = "wellbeing", _("Feeling well")
        FAMILY = "family", _("Help for the family")
        NOTHING = "nothing", _("Nothing for now")

    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="lines")
    student = models.ForeignKey(Student, models.PROTECT, related_name="visit_lines")
    going_well = models.TextField(blank=True)
    needs = ArrayField(models.CharField(max_length=12, choices=Need), default=list, blank=True)
    needs_words = models.TextField(blank=True)

    objects = VisitChildQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "student"], name="a_child_stands_once_in_a_visit"
            )
        ]
        triggers = [part_of_a_held_visit("a_child_of_a_held_visit_stays")]

    def __str__(self):
        return f"{self.student} {self.visit_id}"

    @property
    def needs_labels(self):
        """The needs in the reader's words."""
        return [self.Need(code).label for code in self.needs]


class VisitorQuerySet(models.QuerySet):
    def busy(self, users, span, *, but=None):
        """Return the rows of `users` who are at a door within `span`; the visit `but` left out."""
        found = self.filter(user__in=users, span__overlap=span)
        return found.exclude(visit=but.pk) if but else found


class Visitor(models.Model):
    """A member of staff who makes the visit.

    `span` is the time of the plan while the visit lies ahead; afterwards, and for visits that
    were never planned here, it is empty.
    """

    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    span = DateTimeRangeField(null=True, blank=True, editable=False)

    objects = VisitorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "user"], name="a_visitor_stands_once_in_a_visit"
            ),
            ExclusionConstraint(
                name="nobody_is_at_two_doors_at_once",
                expressions=[("user", "="), ("span", "&&")],
                condition=Q(span__isnull=False),
            ),
        ]
        triggers = [part_of_a_held_visit("a_visitor_of_a_held_visit_stays")]

    def __str__(self):
        return str(self.user)


def seen_by_staff(user):
    """Return the condition on a row of a visit that `user` works with one of its children."""
    lines = VisitChild.objects.filter(visit=OuterRef("visit"))
    return Exists(lines.visible_to(user, roles=READERS))


def staff_part_for(user, path="visit"):
    """Return the condition that `user` reads the staff part of the visit at `path`: who made the
    visit and works with one of its children, the counselor of one of them, and its leader."""
    lines = VisitChild.objects.filter(visit=OuterRef(path))
    made = Visitor.objects.filter(visit=OuterRef(path), user=user.pk)
    near = Exists(lines.visible_to(user, roles={sight.COUNSELOR, sight.LEADER}))
    return Q(near) | Q(Exists(lines.visible_to(user, roles=READERS)), Exists(made))


def seen_by_family(user):
    """Return the condition on a row of a visit that `user`'s family reads: it was published."""
    lines = VisitChild.objects.filter(visit=OuterRef("visit"))
    published = Summary.objects.filter(visit=OuterRef("visit"))
    return Q(
        Exists(lines.visible_to(user, roles=sight.FAMILY_ROLES, item="visits")), Exists(published)
    )


def home_of(user, path=""):
    """Return the condition that the visit (at the end of `path`) was to the home of `user`.

    Where the home is not known, the visit belongs to whoever was there, and to nobody else: another
    home of the child reads neither place nor persons nor answers.
    """
    homes = Household.objects.filter(Q(guardians=user.pk) | Q(students__user=user.pk))
    present = Participant.objects.filter(
        # an account that was merged into the reader's own is the reader
        Q(guardian=user.pk) | Q(guardian__merged_into=user.pk) | Q(student__user=user.pk),
        presence=Participant.Presence.PRESENT,
    )
    lives = Exists(homes.filter(pk=OuterRef(f"{path}household")))
    was_there = Exists(present.filter(visit=OuterRef(f"{path}pk")))
    return Q(lives) | Q(was_there, **{f"{path}household": None})


class ParticipantQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return who was there, as far as `user` may know.

        adviser, counselor, leader: of visits to children they see · the home that was visited:
        once published · another home of the child, and everybody else: nobody.
        """
        if not user.is_authenticated:
            return self.none()
        return self.filter(seen_by_staff(user) | seen_by_family(user) & home_of(user, "visit__"))


class Participant(models.Model):
    """Somebody of the family, or with it, and whether they were there."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("was there")
        NOTIFIED = "notified", _("was told")
        ABSENT = "absent", _("was not there")

    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="participants")
    guardian = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    student = models.ForeignKey(Student, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=255)
    relation = models.CharField(max_length=60, blank=True)
    presence = models.CharField(max_length=8, choices=Presence, default=Presence.PRESENT)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        triggers = [part_of_a_held_visit("a_participant_of_a_held_visit_stays")]

    def __str__(self):
        return self.name

    @property
    def relation_words(self):
        """The relation in the reader's language, or as the family says it."""
        labels = dict(Guardianship.Relation.choices)
        return str(labels.get(self.relation, self.relation))


class Summary(models.Model):
    """What the family reads of a held visit: published by version, never changed after.

    `body` is {"hopes": …, "learning": …, "wishes": …, "worries": …, "explained": …, "words": …,
    "children": {student id: {"going_well": …, "needs": [code], "needs_words": …}}}: only what the
    family agreed to share. Older ones lack learning, wishes and worries.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visit = models.ForeignKey("visits.Visit", models.PROTECT, related_name="summaries")
    version = models.PositiveSmallIntegerField(default=1)
    body = models.JSONField()
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["visit", "-version"]
        verbose_name_plural = "summaries"
        constraints = [
            models.UniqueConstraint(fields=["visit", "version"], name="a_version_is_published_once")
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_published_summary_is_never_changed",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="a_confidential_visit_is_not_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM visits_confidence
                        WHERE visit_id = NEW.visit_id AND until IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a confidential visit is not published';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.visit_id} v{self.version}"

    def get_absolute_url(self):
        return self.visit.get_absolute_url()

    def confirm(self, *, by, student):
        """Record that `by`, of the family of `student`, has read it; the first time stands.

        Whoever may read it confirms it, told by a letter or not.
        """
        with transaction.atomic():
            notice = Notice.post(
                "visit.summary", self, school=self.visit.school, by=self.published_by
            )
            told = {
                "why": next(row["why"] for row in sight.reasons(by, student)),
                "language": by.language or settings.LANGUAGE_CODE,
            }
            Receipt.objects.get_or_create(notice=notice, person=by, defaults=told)
            Receipt.objects.get(notice=notice, person=by).acknowledge(student)

    def read_by(self, user):
        """Return what of it `user`, of the family, may read (four queries).

        {"visit", "hopes", "learning", "wishes", "worries", "explained", "words", "children":
        [{"student", "going_well", "needs": [label], "needs_words"}], "promises": [Promise], "home":
        whether the visit was to the home of `user`, "participants": [Participant]}. Only the
        children whom `user` may see. Another home of the child reads neither place nor persons nor
        what the first one answered (`OF_THE_HOME`).
        """
        visit, home = self.visit, self.visit.is_home_of(user)
        lines = visit.children_for(user, roles=sight.FAMILY_ROLES)
        promises = visit.promises.visible_to(user, roles=sight.FAMILY_ROLES)
        promises = promises.select_related("owner", "student")
        present = visit.participants.filter(presence=Participant.Presence.PRESENT)
        return {
            "visit": visit,
            "children": [self._child(line.student, home) for line in lines],
            **{name: self.body.get(name, "") if home else "" for name in OF_THE_HOME},
            "explained": self.body.get("explained", ""),
            "words": self.body.get("words", ""),
            "home": home,
            "participants": list(present.order_by("pk")) if home else [],
            "promises": sorted(
                (p for p in promises if home or p.side != p.Side.FAMILY),
                key=lambda p: not p.is_school_side,
            ),
        }

    def _child(self, student, home):
        told = self.body.get("children", {}).get(str(student.pk), {})
        return {
            "student": student,
            "going_well": told.get("going_well", ""),
            "needs": [VisitChild.Need(code).label for code in told.get("needs", []) if home],
            "needs_words": told.get("needs_words", "") if home else "",
        }
