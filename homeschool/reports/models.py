"""Reports that were asked for, and the files that were made of them."""

import hashlib
import uuid
import zoneinfo
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from homeschool.journal.kinds import GiveUp
from homeschool.journal.models import Entry, Job
from homeschool.people import sight
from homeschool.people.models import School, Student, Term
from homeschool.reports.term import PUBLIC, STAFF, Filters, Snapshot, build, file_name, file_of

# An adviser and a counselor have the figures of their own children, the others of the school; a
# district officer has the public version alone.
STAFF_READERS = sight.STAFF_ROLES
PUBLIC_READERS = STAFF_READERS | {sight.DISTRICT}
WHOLE_SCHOOL = "school"
KEPT_FOR = timedelta(days=7)
TERM_REPORT = "reports.term"
RIGHT_CHANGED = "the right to these figures was withdrawn or changed"


def scope_of(user, school):
    """Return over whom a staff report of `user` counts: the school, or a sign of the own children."""
    rows = [row for row in sight.reach_of(user) if row["role"] in STAFF_READERS]
    if any(row["school_id"] == school.pk for row in rows):
        return WHOLE_SCHOOL
    return _own(rows)


def _own(rows):
    targets = sorted({str(row[target]) for row in rows for target in sight.TARGETS if row[target]})
    return hashlib.sha256(" ".join(targets).encode()).hexdigest()


def counted_for(user, term, audience):
    """Return the children over whom the report counts: of the staff's those whom `user` sees; of the
    public version the whole school's, since it shows no small group."""
    if audience == PUBLIC:
        return Student.objects.filter(school=term.school_id)
    seen = Student.objects.visible_to(user, roles=STAFF_READERS)
    return seen.filter(school=term.school_id)


def a_week_from_now():
    """Return when a report that is asked for, or made, now is thrown away."""
    return timezone.now() + KEPT_FOR


class ReportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the reports whose figures `user` may have today.

        school admin, leader of the school: those of the school · adviser, counselor, leader of a
        division: those counted over the same children as they see now · district: public ones ·
        family, volunteer, partner, anonymous: none.
        """
        rows = [row for row in sight.reach_of(user) if row["role"] in STAFF_READERS]
        whole = {row["school_id"] for row in rows} - {None}
        public = Q(audience=PUBLIC, school__in=sight.schools_of(user, PUBLIC_READERS))
        staff = Q(scope=WHOLE_SCHOOL, school__in=whole) | Q(
            scope=_own(rows), school__in=sight.schools_of(user, STAFF_READERS)
        )
        return self.filter(public | Q(staff, audience=STAFF))

    def listed(self):
        """Return those that are kept, newest first, with their job and who asked."""
        kept = self.filter(expires_at__gt=timezone.now())
        return kept.select_related("job", "term", "asked_by").prefetch_related(
            models.Prefetch("files", ReportFile.objects.defer("content"))
        )


class ReportRunManager(models.Manager.from_queryset(ReportRunQuerySet)):
    def ask(self, *, by, term, audience, filters, language):
        """Return the report that is being made of these wishes: a new one, or the one at work.

        Two people who may have the same figures and start the same report get one job.
        """
        wishes = {
            "term": term, "audience": audience, "filters": filters.as_dict(), "language": language,
            "scope": WHOLE_SCHOOL if audience == PUBLIC else scope_of(by, term.school),
        }  # fmt: skip
        with transaction.atomic():
            School.objects.select_for_update(no_key=True).get(pk=term.school_id)
            same = self.filter(school=term.school_id, **wishes).select_related("job")
            if at_work := same.filter(job__in=Job.objects.waiting()).first():
                return at_work
            pk = uuid.uuid4()
            return self.create(
                pk=pk, school_id=term.school_id, asked_by=by,
                job=Job.ask(TERM_REPORT, by=by, run=str(pk)), **wishes,
            )  # fmt: skip


class ReportRun(models.Model):
    """A term report that somebody asked for: what was asked, and the figures frozen at one moment.

    `scope` says over whom it counts (`scope_of`); whoever sees the same children now may have it.
    `hash` is the SHA-256 of the snapshot's canonical JSON: all files carry the same.
    """

    class Audience(models.TextChoices):
        STAFF = STAFF, _("Staff")
        PUBLIC = PUBLIC, _("Everybody")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    audience = models.CharField(max_length=6, choices=Audience)
    filters = models.JSONField(default=dict)
    scope = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    snapshot = models.JSONField(null=True)
    hash = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(default=a_week_from_now)

    objects = ReportRunManager()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(snapshot=None, hash="", frozen_at=None)
                | Q(snapshot__isnull=False, frozen_at__isnull=False) & ~Q(hash=""),
                name="a_frozen_report_has_its_hash",
            )
        ]
        indexes = [models.Index(fields=["school", "-asked_at"], name="reports_of_a_school")]

    def __str__(self):
        return f"{self.term} {self.audience}"

    def get_absolute_url(self):
        return f"{reverse('reports:term-report')}?{self.query}"

    @property
    def query(self):
        """The address part by which the page shows the same report."""
        return urlencode({"term": self.term_id, "audience": self.audience} | self.filters)

    @property
    def figures(self):
        """The frozen Snapshot. Raises TypeError before the figures were counted."""
        return Snapshot(self.snapshot)

    def stop(self, *, by):
        """Stop making it; what is made already stays made."""
        with transaction.atomic():
            self.job.cancel()
            Entry.record("term_report.stopped", self, by=by, school=self.school)

    # --- the steps of the job, each in one transaction with its checkpoint -----------------------
    def freeze(self):
        """Count, and keep the figures as they stand. Raises GiveUp where the right was lost."""
        if self.audience == STAFF and scope_of(self.asked_by, self.school) != self.scope:
            raise GiveUp(RIGHT_CHANGED)
        students = counted_for(self.asked_by, self.term, self.audience)
        snapshot = build(self.term, students, self.audience, Filters(**self.filters))
        self.snapshot, self.hash, self.frozen_at = snapshot.data, snapshot.hash, timezone.now()
        self.save(update_fields=["snapshot", "hash", "frozen_at"])

    def write(self, ending):
        """Make one file of the frozen figures, in the language of who asked; once."""
        zone = zoneinfo.ZoneInfo(self.school.time_zone)
        with translation.override(self.language):
            content = file_of(self.figures, ending, timezone.localtime(self.frozen_at, zone))
        name = file_name(self.figures, ending)
        self.files.get_or_create(
            ending=ending, defaults={"name": name, "content": content, "size": len(content)}
        )
        self.expires_at = a_week_from_now()
        self.save(update_fields=["expires_at"])


class ReportFile(models.Model):
    """A file of a report, whole: it stands in the database, so that no half one is ever offered and
    every machine of the portal has it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(ReportRun, models.CASCADE, related_name="files")
    ending = models.CharField(max_length=4, choices=[("csv", "CSV"), ("xlsx", "XLSX")])
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    size = models.PositiveIntegerField()

    class Meta:
        ordering = ["-ending"]
        constraints = [
            models.UniqueConstraint(fields=["run", "ending"], name="a_report_has_a_file_once")
        ]

    def __str__(self):
        return self.name
