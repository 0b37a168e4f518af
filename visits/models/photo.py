"""Photos of a held visit: each with the family's yes for this one, and gone once that is taken back."""

import datetime as dt

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Guardianship, User
from homeschool.uploads.models import (
    KeptFile,
    KeptFileQuerySet,
    LightManager,
    whole_or_gone,
)

from .record import Participant, home_of, seen_by_family, staff_part_for
from .visit import Visit

MOST = 6  # photos of one visit
AN_HOUR = dt.timedelta(hours=1)


class NotNow(Exception):
    """The school keeps no photos, or the visit did not take place."""


class Enough(Exception):
    """The visit has MOST photos already."""


class PhotoQuerySet(KeptFileQuerySet):
    def visible_to(self, user):
        """Return the photos that `user` may see, closed by default; of erased ones the row is left.

        Who made the visit and works with one of its children, the counselor of one of them, its
        leader · the home that was visited: once the summary is published · another home of the child,
        a class teacher who did not go, school admin and everybody else: nothing. Whatever
        `Visit.objects.visible_to` keeps back, a confidential visit too, shows no photo.
        """
        if not user.is_authenticated:
            return self.none()
        family = seen_by_family(user) & home_of(user, "visit__")
        return self.filter(
            Q(staff_part_for(user)) | family, visit__in=Visit.objects.visible_to(user).values("pk")
        )


class PhotoManager(LightManager.from_queryset(PhotoQuerySet)):
    """Leaves both pictures in the database until they are asked for."""

    def get_queryset(self):
        return super().get_queryset().defer("content", "small")

    def add(self, visit, checked, *, by, said_by=None, said_by_name="", how, words=""):
        """Keep a photo of the held `visit` to which somebody of the family said yes.

        `said_by` is their account, or None: then `said_by_name` says who. Raises NotNow and Enough.
        """
        with transaction.atomic():
            # who adds at the same moment waits: the visit is locked, and not changed
            held = Visit.objects.held().select_for_update(of=("self",)).select_related("school")
            visit = held.filter(pk=visit.pk).first()
            if visit is None or not visit.school.photos:
                raise NotNow
            if self.filter(visit=visit).kept().count() >= MOST:
                raise Enough
            photo = self.model(
                visit=visit, by=by, said_by=said_by, how=how, shown=True, words=words,
                said_by_name=said_by.full_name if said_by else said_by_name,
            )  # fmt: skip
            photo.hold(checked)
            photo.small = checked.small
            photo.save(force_insert=True)
            photo.record("photo.added", by=by)
            return photo


class Photo(KeptFile):
    """A photo of a held visit, pinned to it like an addendum: the record stays as it is.

    It is kept only where somebody of the family saw it and said yes to this one photo. The yes can be
    taken back at any time: then the picture, its words and all that tells of it are erased at once,
    and the row says who and when. It stands in no list, export, letter or answer of the API.
    """

    class How(models.TextChoices):
        SPOKEN = "spoken", _("spoken")
        WRITTEN = "written", _("in writing")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="+")
    small = models.BinaryField(null=True, editable=False)  # at most 480 dots a side, for lists
    words = models.CharField(_("what it shows"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # the yes: who, how, and that they saw it
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    said_by_name = models.CharField(max_length=255)
    how = models.CharField(max_length=7, choices=How)
    shown = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = PhotoManager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            whole_or_gone("a_photo_is_whole_or_gone"),
            models.CheckConstraint(
                condition=Q(shown=True) & ~Q(said_by_name=""),
                name="a_photo_was_seen_by_who_said_yes",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None, content__isnull=False, small__isnull=False)
                | Q(erased_at__isnull=False, erased_by__isnull=False, content=None, small=None)
                & Q(words=""),
                name="an_erased_photo_keeps_who_and_when",
            ),
        ]
        indexes = [models.Index(fields=["visit", "at"], name="photos_of_a_visit")]

    def __str__(self):
        return f"{self.visit_id} {self.at:%Y-%m-%d}"

    def get_absolute_url(self):
        return reverse("visits:photo-list", args=[self.visit_id])

    @property
    def is_erased(self):
        """Whether the yes was taken back."""
        return self.erased_at is not None

    def erase(self, *, by):
        """Erase the picture at once, since the family took its yes back; erased before, nothing happens."""
        with transaction.atomic():
            stands = Photo.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if not stands.is_erased:
                stands.erased_at, stands.erased_by = timezone.now(), by
                stands.small, stands.words = None, ""
                fields = ["erased_at", "erased_by", "small", "words"]
                stands.save(update_fields=[*stands.let_go(), *fields])
                stands.record("photo.erased", by=by)

    def record(self, verb, *, by):
        """Write what was done into the history of the visit, for each of its children."""
        self._write(verb, by, [line.student for line in self.visit.lines.select_related("student")])

    def record_look(self, *, by, saved=False, small=False):
        """Write down that `by` looked at it or `saved` it; a small one on a page once an hour.

        Of the family's own looks no child's page tells: another home is not to learn of the photo.
        """
        verb = "photo.saved" if saved else "photo.viewed"
        if small and self._was_seen(by):
            return
        lines = self.visit.lines.select_related("student")
        as_staff = Visit.objects.filter(staff_part_for(by, "pk"), pk=self.visit_id).exists()
        children = [line.student for line in lines] if as_staff else [None]
        self._write(verb, by, children, Entry.Kind.VIEWED)

    def _was_seen(self, by):
        rows = Entry.objects.about(self.visit).filter(verb="photo.viewed", actor=by)
        since = timezone.now() - AN_HOUR
        return rows.filter(at__gte=since, data__photo=str(self.pk)).exists()

    def _write(self, verb, by, children, kind=Entry.Kind.CHANGED):
        for child in children:
            Entry.record(
                verb, self.visit, by=by, kind=kind, student=child, school=self.visit.school,
                photo=str(self.pk),
            )  # fmt: skip


def sees_photos(user, visit):
    """Return (whether `user` reads what staff sees of the photos, whether what the home sees): two queries."""
    rows = Visit.objects.filter(pk=visit.pk)
    staff = rows.visible_to(user).filter(staff_part_for(user, "pk"))
    home = rows.visible_to(user, roles=sight.FAMILY_ROLES).filter(home_of(user))
    return staff.exists(), home.exists()


def who_may_say_yes(visit):
    """Return the people of the home that was visited who can say yes to a photo (a queryset).

    They see the children of the visit today. A grown student says it, not the parents.
    """
    children = visit.lines.values("student")
    watchers = sight.watchers(children, sight.FAMILY_ROLES, "visits")
    grown = watchers.filter(role=sight.STUDENT)
    seen = grown if grown.exists() else watchers
    present = Participant.objects.filter(visit=visit, presence=Participant.Presence.PRESENT)
    there = Q(pk__in=present.exclude(guardian=None).values("guardian"))
    if visit.household_id:
        there |= Q(households=visit.household_id)
    itself = Q(pk__in=grown.values("user_id"))
    people = User.objects.filter(there | itself, pk__in=seen.values("user_id"))
    return people.distinct().order_by("sort_key", "pk")


def relations(visit, people):
    """Return {person: "mother"} for the people who stand with a child of the visit (one query)."""
    ties = Guardianship.objects.open().filter(
        student__in=visit.lines.values("student"), guardian__in=people
    )
    return {tie.guardian_id: tie.relation_words for tie in ties}
