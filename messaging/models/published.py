"""What stands for the families of an audience until it is taken back: news, and what parents may use.

Who of the staff writes proposes, a leader or a school administrator publishes. Who reads is asked of the
audience each time: a child that leaves the class takes its family's sight along.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, audiences
from homeschool.people import sight
from homeschool.people.models import School, Student
from homeschool.people.models.school import SchoolPartQuerySet

from .announcing import headed_by
from .opened import digest_of, refuse_moved
from .thread import ITEM

WRITERS = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER, sight.SCHOOL_ADMIN})
PUBLISHERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})
# Parts of a school that all of its staff knows of; who is on a list or in a programme, not.
KNOWN_TO_STAFF = ("school", "division", "class")


class NoWords(Exception):
    """It has no words yet."""


class NobodyThere(Exception):
    """No family stands behind the audience today."""


class Unseen(Exception):
    """It is not as it was shown to who wants to publish it."""


class NotNow(Exception):
    """It stands elsewhere on its way; `state` is where."""

    def __init__(self, state):
        super().__init__(state)
        self.state = state


class PublishedQuerySet(SchoolPartQuerySet):
    def visible_to(self, user, roles=WRITERS):
        """Return the rows that `user` may read.

        leader and school admin of the whole school: all of it · adviser, counselor, leader of a part:
        their own, and what is open for parts of the school that all staff knows of · guardian (of a
        grown student: what was granted), grown student: what is open and meant for one of their
        children · everybody else: nothing. With `roles`, what is kept in one of these roles alone.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        kept = self.filter(self._kept(user, roles))
        if roles != WRITERS:
            return kept
        here = Q(school__in=sight.schools_of(user, WRITERS), audience__in=KNOWN_TO_STAFF)
        return self.filter(self._kept(user, roles) | self._open() & (here | self._told(user)))

    def kept_by(self, user):
        """Return the rows that `user` keeps: its own, and to who leads or administers the whole school
        all of it."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self._kept(user, WRITERS))

    def for_family(self, user):
        """Return what is open and meant for one of the user's own children."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(self._open() & self._told(user))

    def begin(self, columns, *, by):
        """Begin one with these columns, a draft; returns it."""
        with transaction.atomic():
            row: Any = self.create(**columns, made_by=by)
            row.note("begun", by)
        return row

    def open(self):
        """Return what is published and stands at this moment."""
        return self.filter(self._open())

    @staticmethod
    def _open():
        now = timezone.now()
        until = Q(until=None) | Q(until__gt=now)
        return Q(state=Published.State.PUBLISHED, since__lte=now) & until

    @staticmethod
    def _kept(user, roles):
        own = Q(made_by=user.pk, school__in=sight.schools_of(user, WRITERS & roles))
        return own | Q(school__in=headed_by(user, PUBLISHERS & roles))

    def _told(self, user):
        """Return the condition that one of the user's own children stands behind the audience: three
        queries, however many rows there are."""
        students = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM).active()
        mine = dict(students.values_list("pk", "school"))
        here = self.model._default_manager.filter(self._open(), school__in=set(mine.values()))
        pairs = here.order_by().values_list("school", "audience", "key").distinct()
        asked = [_behind(mine, *pair) for pair in pairs if _is_known(pair[1])]
        found = Q(pk=None)
        for school, audience, key in asked[0].union(*asked[1:]) if asked else ():
            found |= Q(school=school, audience=audience, key=key)
        return found


def _is_known(name):
    return name in {audience.name for audience in audiences.registered()}


def _behind(mine, school, audience, key):
    """Return the queryset of this audience's own row, if one of the children `mine` stands behind it."""
    rows = Student.objects.filter(pk__in=list(mine), school=school)
    there = rows.filter(pk__in=audiences.get(audience).children(key)).order_by()
    return there.values_list("school", Value(audience), Value(key))


class Published(models.Model):
    """What the school tells or gives to the families of an audience."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being written")
        PROPOSED = "proposed", _("waits for a leader")
        PUBLISHED = "published", _("families read it")
        WITHDRAWN = "withdrawn", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    audience = models.CharField(_("for whom"), max_length=20)
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT, editable=False)
    since = models.DateTimeField(_("stands from"), null=True, blank=True)
    until = models.DateTimeField(_("stands until"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)

    words: Any  # one row for each language

    objects = PublishedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(since__isnull=False, published_at__isnull=False, published_by__isnull=False),
                name="%(class)s_that_stands_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gt=models.F("since")),
                name="%(class)s_ends_after_it_began",
            ),
        ]

    def __str__(self):
        return str(self.pk)

    # --- questions --------------------------------------------------------------------------------
    @property
    def is_open(self):
        """Whether families read it at this moment."""
        now = timezone.now()
        if self.state != self.State.PUBLISHED or self.since is None or self.since > now:
            return False
        return self.until is None or self.until > now

    @property
    def called(self):
        """The name of the audience; empty where its room or its row is there no more (one query)."""
        try:
            return str(audiences.get(self.audience).called(self.key))
        except LookupError:
            return ""
        except models.ObjectDoesNotExist:
            return ""

    def people(self):
        """Return the rows of Sight of those who may read it as a family: several for several children.
        Before it is published, nobody of an audience that was ended."""
        children = Student.objects.active().filter(school=self.school_id)
        try:
            there = audiences.get(self.audience)
        except LookupError:
            there = None
        may = there and (self.state == self.State.PUBLISHED or there.stands(self.key))
        behind = there.children(self.key) if there and may else []
        return sight.watchers(children.filter(pk__in=behind).values("pk"), sight.FAMILY_ROLES, ITEM)

    def mark(self):
        """Return a digest of all that families would read: it changes with words, picture, audience and
        days (two queries at most)."""
        words = [f"{row.language} {row.at}" for row in self.words.all()]
        return digest_of([self.audience, self.key, self.since, self.until, *words])

    def words_for(self, language):
        """Return the words for a reader of `language`, else those that were written first."""
        found = {row.language: row for row in self.words.all()}
        return found.get(language) or next(iter(found.values()), None)

    # --- its way ----------------------------------------------------------------------------------
    def propose(self, *, by):
        """Ask a leader to publish it; asked before, nothing happens. Raises NotNow and NoWords."""
        with transaction.atomic():
            stands = self._lock()
            if stands.state not in (self.State.PROPOSED, self.State.PUBLISHED):
                stands._check_words()
                stands._go(self.State.PROPOSED, by, "proposed")
        self.refresh_from_db()

    def publish(self, *, by, seen=None):
        """Let the families read it, from `since` on; published before, nothing happens.

        Raises NoWords, NobodyThere for an audience without a family, and Unseen where `seen`, the mark
        of what was shown, is another.
        """
        with transaction.atomic():
            stands = self._lock()
            if stands.state != self.State.PUBLISHED:
                if seen is not None and seen != stands.mark():
                    raise Unseen
                stands._check_words()
                if not stands.people().exists():
                    raise NobodyThere
                now = timezone.now()
                if stands.until is not None and stands.until <= now:
                    raise NotNow("over")
                stands.since = max(stands.since or now, now)
                stands.published_at, stands.published_by = now, by
                stands._go(
                    self.State.PUBLISHED, by, "published", "since", "published_at", "published_by"
                )
        self.refresh_from_db()

    def withdraw(self, *, by):
        """Take it back at once, or say no to a proposal; taken back before, nothing happens.

        Raises NotNow for a draft, which nobody reads.
        """
        with transaction.atomic():
            stands = self._lock()
            if stands.state == self.State.DRAFT:
                raise NotNow(stands.state)
            if stands.state != self.State.WITHDRAWN:
                stands._go(self.State.WITHDRAWN, by, "withdrawn")
        self.refresh_from_db()

    def change(self, *, by, **values):
        """Set these columns."""
        with transaction.atomic():
            self._lock()
            for name, value in values.items():
                setattr(self, name, value)
            self.save(update_fields=list(values))
            self.note("changed", by, fields=sorted(values))

    def note(self, what, by, **data):
        """Write an Entry about it: ids and names of fields, no text."""
        verb = f"{self._meta.model_name}.{what}"
        Entry.record(verb, self, by=by, school=self.school, **data)

    def _lock(self):
        return type(self).objects.select_for_update(of=("self",)).get(pk=self.pk)

    def _refuse_moved(self, opened, language, title, text):
        """Raise Moved where others wrote in this language after it was `opened` (a digest)."""
        there = self.words.filter(language=language).values_list("language", "title", "text")
        refuse_moved(opened, list(there), [(language, title, text)])

    def _check_words(self):
        if not self.words.exists():
            raise NoWords

    def _go(self, state, by, verb, *more):
        self.state = state
        self.save(update_fields=["state", *more])
        self.note(verb, by)
