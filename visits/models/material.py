"""Materials of a meeting: papers and pictures that its families take home."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.uploads.models import KeptFile, KeptFileQuerySet, LightManager, whole_or_gone

from .meeting import Meeting

MOST = 10  # materials of one meeting


class Enough(Exception):
    """The meeting has MOST materials already."""


class MaterialQuerySet(KeptFileQuerySet):
    def visible_to(self, user):
        """Return the materials of the meetings that `user` may read about, closed by default.

        adviser, counselor, leader, school admin: of the own school's meetings · guardian, grown
        student: of meetings to which they were invited · everybody else: nothing.
        """
        if not user.is_authenticated:
            return self.none()
        staff = Meeting.objects.visible_to(user).values("pk")
        family = Meeting.objects.for_family(user).values("pk")
        return self.filter(Q(meeting__in=staff) | Q(meeting__in=family))


class MaterialManager(LightManager.from_queryset(MaterialQuerySet)):
    def add(self, meeting, checked, *, by, title):
        """Keep a file for the families of `meeting`. Raises Enough."""
        with transaction.atomic():
            meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
            if self.filter(meeting=meeting).kept().count() >= MOST:
                raise Enough
            material = self.model(meeting=meeting, by=by, title=title)
            material.hold(checked)
            material.save(force_insert=True)
            material.record("material.added", by=by)
            return material


class Material(KeptFile):
    """A PDF or a picture for the families of a meeting. Removed, its bytes are gone and the row stays."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="files")
    title = models.CharField(_("title"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, editable=False)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = MaterialManager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            whole_or_gone("a_material_is_whole_or_gone"),
            models.CheckConstraint(
                condition=Q(removed_at=None, content__isnull=False)
                | Q(removed_at__isnull=False, removed_by__isnull=False, content=None),
                name="a_removed_material_keeps_who_and_when",
            ),
        ]
        indexes = [models.Index(fields=["meeting", "at"], name="materials_of_a_meeting")]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("visits:material-file", args=[self.pk])

    def remove(self, *, by):
        """Erase the bytes at once; removed before, nothing happens."""
        with transaction.atomic():
            stands = Material.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if stands.removed_at is None:
                stands.removed_at, stands.removed_by = timezone.now(), by
                stands.save(update_fields=[*stands.let_go(), "removed_at", "removed_by"])
                stands.record("material.removed", by=by)

    def record(self, verb, *, by, kind=Entry.Kind.CHANGED):
        """Write `verb` into the journal of the meeting."""
        Entry.record(
            verb, self.meeting, by=by, kind=kind, school=self.meeting.school, material=str(self.pk)
        )
