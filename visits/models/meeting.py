"""Meetings of parents: a class, a theme, a day; who is asked, who answered, who came."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.journal.models.clock import after
from homeschool.people import sight
from homeschool.people.models import Enrolment, Membership, School, SchoolClass, Student
from homeschool.people.models.school import SchoolPartQuerySet

from .home import HomeQuerySet, OfAHome, children_in, homes_of, one_home

# Who gathers the parents of every class of the school or division; an adviser those of own classes.
GATHERERS = frozenset({sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})
# What a grown student grants who lets a guardian come to meetings.
ITEM = "visits"
INVITED, MOVED, CALLED_OFF = "meeting.invited", "meeting.moved", "meeting.called_off"
REMINDER, MINUTES, MISSED = "meeting.reminder", "meeting.minutes", "meeting.missed"
# Those who were not there read what they missed; the others a while later.
A_WHILE = 600  # seconds


class TooLate(Exception):
    """It has begun, is over, was called off, or was never announced: nobody answers any more."""


def classes_for(user):
    """Return the classes whose parents `user` may gather.

    adviser: own classes · counselor, school admin: the school's · leader: of the division or the
    school · everybody else: none.
    """
    if not user.is_authenticated or not user.is_active:
        return SchoolClass.objects.none()
    roles = Membership.objects.open().filter(user=user.pk)
    wide = roles.filter(role__in=GATHERERS)
    return SchoolClass.objects.filter(
        Q(school__in=wide.filter(division=None).values("school"))
        | Q(division__in=wide.exclude(division=None).values("division"))
        | Q(adviser__in=roles.filter(role=sight.ADVISER).values("pk"))
    )


# --- meetings ---------------------------------------------------------------------------------
class MeetingQuerySet(SchoolPartQuerySet):
    def kept_by(self, user):
        """Return those that `user` may change: of no other classes than those it may gather."""
        rows = Meeting.classes.through.objects.filter(meeting=OuterRef("pk"))
        foreign = rows.exclude(schoolclass__in=classes_for(user))
        return self.filter(Exists(rows), ~Exists(foreign))

    def for_family(self, user):
        """Return those to which the family of `user` was invited.

        guardian: of own children below the age of own rights, or where the grown child granted
        visits · student: own, once it holds its own rights · everybody else: none.
        """
        own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM).active()
        courses = Enrolment.objects.filter(student__in=own).values("school_class")
        rows = Meeting.classes.through.objects.filter(meeting=OuterRef("pk")).filter(
            Q(schoolclass__in=own.values("school_class")) | Q(schoolclass__in=courses)
        )
        return self.filter(Exists(rows)).exclude(invited_at=None)


class Meeting(models.Model):
    """A meeting with the parents of one or more classes.

    Of one that was only written down afterwards no more is known than theme, day and classes.
    `sequence` counts the changes that calendars must follow (RFC 5545, 3.8.7.4).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="meetings")
    classes = models.ManyToManyField(
        SchoolClass, related_name="meetings", verbose_name=_("classes")
    )
    theme = models.CharField(_("theme"), max_length=200)
    on = models.DateField(_("day"))
    held = models.BooleanField(_("it took place"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    start = models.TimeField(_("begins at"), null=True, blank=True)
    duration = models.PositiveSmallIntegerField(
        _("how many minutes"),
        default=60,
        db_default=60,
        validators=[MinValueValidator(5), MaxValueValidator(600)],
    )
    place = models.CharField(_("place"), max_length=200, blank=True, default="", db_default="")
    online_link = models.URLField(
        _("link for those who come online"), max_length=500, blank=True, default="", db_default=""
    )
    agenda = models.TextField(
        _("what we will talk about"), max_length=4000, blank=True, default="", db_default=""
    )
    # a line each; files stand in rows of their own beside it
    materials = models.TextField(
        _("to read before"), max_length=4000, blank=True, default="", db_default=""
    )
    sequence = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    invited_at = models.DateTimeField(null=True, editable=False)
    called_off_at = models.DateTimeField(null=True, editable=False)
    minutes = models.TextField(
        _("what we talked about"), max_length=8000, blank=True, default="", db_default=""
    )
    minutes_in = models.CharField(
        max_length=12, choices=settings.LANGUAGES, blank=True, default="", db_default=""
    )
    minutes_at = models.DateTimeField(null=True, editable=False)
    minutes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(invited_at=None) | Q(start__isnull=False),
                name="a_meeting_with_guests_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None) | Q(held=False),
                name="a_meeting_called_off_was_not_held",
            ),
            models.CheckConstraint(
                condition=Q(minutes_at=None) | Q(minutes_by__isnull=False) & ~Q(minutes=""),
                name="published_minutes_have_words_and_author",
            ),
        ]
        indexes = [models.Index(fields=["school", "on"], name="meetings_of_a_school")]

    def __str__(self):
        return self.theme

    def get_absolute_url(self):
        return reverse("visits:meeting-detail", args=[self.pk])

    # --- questions ------------------------------------------------------------------------------
    @property
    def zone(self):
        """The time zone of the school, by which the meeting begins."""
        return ZoneInfo(self.school.time_zone)

    @property
    def starts_at(self):
        """The moment at which it begins, or None where no time is known."""
        if self.start is None:
            return None
        return dt.datetime.combine(self.on, self.start, self.zone)

    @property
    def ends_at(self):
        """The moment at which it ends: so many minutes of real time later."""
        start = self.starts_at
        return start and start.astimezone(dt.UTC) + dt.timedelta(minutes=self.duration)

    @property
    def has_begun(self):
        """Whether its time has come; without a time, whether its day has."""
        if self.start is None:
            return self.on <= timezone.localdate(timezone=self.zone)
        return self.starts_at <= timezone.now()

    @property
    def day_has_come(self):
        """Whether it is its day at the school, or later."""
        return self.on <= timezone.localdate(timezone=self.zone)

    @property
    def takes_answers(self):
        """Whether families may still say whether they come."""
        return bool(self.invited_at) and self.called_off_at is None and not self.has_begun

    @property
    def may_invite(self):
        """Whether its families can be invited now."""
        return self.start is not None and self.called_off_at is None and not self.has_begun

    def children(self):
        """Return the children on roll of its classes (a queryset)."""
        return children_in(
            Meeting.classes.through.objects.filter(meeting=self.pk).values("schoolclass")
        )

    def own_children(self, user):
        """Return those of them as whose family `user` is invited (one query)."""
        own = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
        return list(own.filter(pk__in=self.children().values("pk")))

    def homes_for(self, user, children=None):
        """Return the homes for which `user` answers here (two queries; one with the own children)."""
        children = self.own_children(user) if children is None else children
        return set().union(*homes_of(user, children).values())

    def guests(self):
        """Return the rows of Sight of those who are told of it: whoever may receive at this moment."""
        return sight.receivers(self.children().values("pk"), ITEM)

    # --- verbs of staff ---------------------------------------------------------------------------
    def write_down(self, *, by, classes):
        """Keep this new meeting with these classes, all of one school."""
        with transaction.atomic():
            self.school, self.recorded_by = classes[0].school, by
            self.save(force_insert=True)
            self.classes.set(classes)
            Entry.record("meeting.recorded", self, by=by, school=self.school)

    # a change of these is told to those who were invited
    TOLD = frozenset({"on", "start", "duration", "place", "online_link"})

    def change(self, *, by, classes=None, **values):
        """Set these fields, and the classes where they are given.

        Moved to another time or place, it tells those who were invited; new classes are invited.
        """
        with transaction.atomic():
            stands = Meeting.objects.select_for_update().get(pk=self.pk)
            for name, value in values.items():
                setattr(self, name, value)
            self.sequence = stands.sequence
            moved = self._tells(stands) and bool(self.TOLD & set(values))
            if moved:
                self.sequence += 1
            if values:
                self.save(update_fields=[*values, "sequence"])
            fields = sorted(values)
            if classes is not None:
                self.classes.set(classes)
                fields.append("classes")
            Entry.record("meeting.changed", self, by=by, school=self.school, fields=fields)
            if moved:
                self._tell_instead(MOVED, by)
            elif classes is not None and self._tells(stands):
                self._tell(INVITED, by)

    def _tells(self, stands):
        return bool(stands.invited_at) and stands.called_off_at is None and not self.has_begun

    def invite(self, *, by):
        """Invite the families of its classes; again, those who were not told yet. Raises TooLate."""
        with transaction.atomic():
            self._lock()
            if not self.may_invite:
                raise TooLate
            self.invited_at = self.invited_at or timezone.now()
            self.save(update_fields=["invited_at"])
            Entry.record("meeting.invited", self, by=by, school=self.school)
            self._tell(INVITED, by)

    def remind(self, *, by):
        """Ask those who did not answer once more, at most once a day. Raises TooLate."""
        with transaction.atomic():
            self._lock()
            if not self.takes_answers:
                raise TooLate
            today = timezone.localdate(timezone=self.zone)
            key = f"{self.pk}:{self.sequence}:{today}"
            notice = Notice.post(REMINDER, self, school=self.school, by=by, dedupe_key=key)
            if not Entry.objects.about(self).filter(verb=REMINDER, data__notice=notice.pk).exists():
                Entry.record(REMINDER, self, by=by, school=self.school, notice=notice.pk)

    def call_off(self, *, by):
        """Call it off and tell those who were invited; called off before, nothing happens.

        Raises TooLate for one that took place.
        """
        with transaction.atomic():
            self._lock()
            if self.called_off_at:
                return
            if self.held:
                raise TooLate
            self.called_off_at = timezone.now()
            self.sequence += 1
            self.save(update_fields=["called_off_at", "sequence"])
            Entry.record("meeting.called_off", self, by=by, school=self.school)
            if self.invited_at:
                self._tell_instead(CALLED_OFF, by)

    def mark(self, homes, presence, *, by):
        """Note of these homes whether they came; noted so before, nothing happens.

        The first home that came says that the meeting took place. Raises TooLate for one that was
        called off or whose day has not come.
        """
        with transaction.atomic():
            self._lock()
            if self.called_off_at or not self.day_has_come:
                raise TooLate
            rows = self._rows_of(homes).exclude(presence=presence)
            changed = [str(pk) for pk in rows.values_list("pk", flat=True)]
            if not changed:
                return
            rows.update(presence=presence, marked_at=timezone.now(), marked_by=by)
            if presence == MeetingHome.Presence.CAME and not self.held:
                self.held = True
                self.save(update_fields=["held"])
            Entry.record("meeting.marked", self, by=by, school=self.school, homes=changed)

    def publish_minutes(self, text, *, by, language=""):
        """Publish what was talked about: first to those who missed it. Raises TooLate before its day."""
        with transaction.atomic():
            self._lock()
            if self.called_off_at or not self.day_has_come:
                raise TooLate
            if self.minutes_at and self.minutes == text:
                return
            first = self.minutes_at is None
            self.minutes, self.minutes_in = text, language
            self.minutes_by, self.minutes_at = by, timezone.now()
            self.save(update_fields=["minutes", "minutes_in", "minutes_by", "minutes_at"])
            Entry.record("meeting.minutes", self, by=by, school=self.school)
            if first:
                Notice.post(MISSED, self, school=self.school, by=by)
                rest = Notice.post(MINUTES, self, school=self.school, by=by)
                Notice.objects.filter(pk=rest.pk).update(next_at=after(A_WHILE))

    # --- the verb of families -----------------------------------------------------------------------
    def answer(self, homes, *, by, coming, people=1):
        """Keep whether these homes come, and with how many; the later answer stands.

        Raises TooLate once it has begun.
        """
        with transaction.atomic():
            self._lock()
            if not self.takes_answers or not homes:
                raise TooLate
            said = MeetingHome.Answer.YES if coming else MeetingHome.Answer.NO
            values = {"answer": said, "people": people if coming else 0}
            rows = self._rows_of(homes).exclude(**values)
            changed = [str(pk) for pk in rows.values_list("pk", flat=True)]
            if changed:
                rows.update(**values, answered_at=timezone.now(), answered_by=by)
                Entry.record("meeting.answered", self, by=by, school=self.school, homes=changed)

    # --- inside ---------------------------------------------------------------------------------------
    def _lock(self):
        """Wait for whoever changes it, and read how it stands then."""
        stands = Meeting.objects.select_for_update(no_key=True).get(pk=self.pk)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(stands, field.attname))

    def _rows_of(self, homes):
        """Return the rows of these homes, made where there are none yet."""
        new = [
            MeetingHome(meeting=self, household_id=home.household, person_id=home.person)
            for home in sorted(homes, key=str)
        ]
        MeetingHome.objects.bulk_create(new, ignore_conflicts=True)
        return MeetingHome.objects.filter(meeting=self).of(homes)

    def _tell(self, kind, by):
        told = Notice.objects.about(self).filter(kind=kind).count()
        key = f"{self.pk}:{self.sequence}:{told}"
        return Notice.post(kind, self, school=self.school, by=by, dedupe_key=key)

    def _tell_instead(self, kind, by):
        """Tell `kind` in place of what was told before: its letters open nothing any more."""
        earlier = Notice.objects.about(self).filter(kind__in=[INVITED, MOVED, REMINDER])
        earlier.cancel()
        self._tell(kind, by)


@pghistory.track()
class MeetingHome(OfAHome):
    """A home that was invited or came: what it answered, and whether it was there.

    Every change stays in its events, with who made it.
    """

    class Answer(models.TextChoices):
        YES = "yes", _("comes")
        NO = "no", _("cannot come")

    class Presence(models.TextChoices):
        CAME = "came", _("came")
        ABSENT = "absent", _("did not come")
        LATER = "later", _("later, by phone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="homes")
    answer = models.CharField(max_length=4, choices=Answer, blank=True)
    people = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    presence = models.CharField(max_length=6, choices=Presence, blank=True)
    marked_at = models.DateTimeField(null=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = HomeQuerySet.as_manager()

    class Meta:
        constraints = [
            one_home("a_guest_is_a_household_or_a_person"),
            models.UniqueConstraint(
                fields=["meeting", "household", "person"],
                nulls_distinct=False,
                name="a_home_stands_once_in_a_meeting",
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="an_answer_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(presence="") | Q(marked_at__isnull=False, marked_by__isnull=False),
                name="a_presence_says_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.meeting_id} {self.answer} {self.presence}"
