"""A visit that is being written down."""

import uuid
import zlib
from collections import namedtuple
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Guardianship, Household, Membership, School, Student

from .record import WRITERS
from .visit import Aspect

# Who may be named as a colleague who came along.
COLLEAGUES = WRITERS | {sight.SCHOOL_ADMIN, sight.VOLUNTEER}

Child = namedtuple("Child", "id called full_name")
Adult = namedtuple("Adult", "id name code said")
Colleague = namedtuple("Colleague", "id name")
Home = namedtuple("Home", "id adults")
AspectChoice = namedtuple("AspectChoice", "id code name")
# What a page knew of the draft when it was drawn: the version, the digest of each answer that
# stood in it (None: it does not know, then the version decides), and the key of that page.
Seen = namedtuple("Seen", "version digests page")

# Under this name the data holds which page wrote an answer last, by answer.
PAGES = "_pages"


def digest(answer):
    """Return a short sign of one answer, equal for equal answers; "" for none."""
    return f"{zlib.crc32(repr(answer).encode()):08x}" if answer else ""


def _called(path=""):
    preferred = f"{path}preferred_name"
    return Coalesce(NullIf(preferred, Value("")), f"{path}full_name")


def _children():
    rows = Student.objects.filter(drafts=OuterRef("pk"), school=OuterRef("school"))
    rows = rows.order_by("sort_key", "id")
    return rows.values(json=JSONObject(id="id", called=_called(), full_name="full_name"))


def _adults():
    """Guardians of the children, the first to be asked first; nobody who must not be in contact."""
    rows = Guardianship.objects.open().filter(
        student__drafts=OuterRef("pk"), restricted_at=None, guardian__is_active=True
    )
    fields = JSONObject(
        id="guardian_id", name="guardian__full_name", code="relation", said="relation_said"
    )
    return rows.order_by("-primary", "since", "pk").values(json=fields)


def _homes():
    lives = Household.students.through.objects.filter(
        household=OuterRef("pk"), student__drafts=OuterRef(OuterRef("pk"))
    )
    adults = Household.guardians.through.objects.filter(household=OuterRef("pk"))
    names = ArraySubquery(adults.order_by("user__sort_key").values("user__full_name"))
    rows = Household.objects.filter(Exists(lives)).order_by("pk")
    return rows.values(json=JSONObject(id="id", adults=names))


def _colleagues():
    rows = Membership.objects.open().filter(
        school=OuterRef("school"), role__in=COLLEAGUES, user__is_active=True
    )
    fields = JSONObject(id="user_id", name="user__full_name")
    return rows.order_by("user__sort_key", "user").values(json=fields)


def _aspects():
    rows = Aspect.objects.open().filter(school=OuterRef("school")).order_by("place", "code")
    return rows.values(json=JSONObject(id="id", code="code", name="name"))


def _writers():
    return Draft.writers.through.objects.filter(draft=OuterRef("pk")).values("user_id")


CIRCLE = {
    "children": _children,
    "adults": _adults,
    "homes": _homes,
    "colleagues": _colleagues,
    "aspects": _aspects,
    "writers": _writers,
}


def _rows(kind, raw):
    """Return the rows of an annotation, each person once."""
    return list({row["id"]: kind(**row) for row in reversed(raw)}.values())[::-1]


class DraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the drafts that `user` writes on, as long as the role in that school is open.

        Nobody else sees a draft, whatever the role.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(writers=user.pk, school__in=sight.schools_of(user, WRITERS))

    def open(self):
        """Return those that did not become a visit yet."""
        return self.filter(finished_at=None)

    def with_circle(self, *parts):
        """Add who and what the form chooses from, in the same query: a save must be quick.

        `parts` are keys of CIRCLE; none named: all of them.
        """
        found = {f"circle_{part}": ArraySubquery(CIRCLE[part]()) for part in parts or CIRCLE}
        return self.select_related("school", "started_by").annotate(**found)


class DraftManager(models.Manager.from_queryset(DraftQuerySet)):
    def begin(self, *, by, children, answers, pk=None, writers=()):
        """Begin the record of a visit to `children`, of one school, with these first answers.

        `pk` is the id of a planned visit; `writers` are its visitors, who write on it too.
        """
        with transaction.atomic():
            school = children[0].school
            Aspect.objects.ship_to(school)
            draft = self.create(
                pk=pk or uuid.uuid4(), school=school, started_by=by, saved_by=by, data=answers
            )
            draft.children.set(children)
            draft.writers.set({by, *writers})
            return draft


class Draft(models.Model):
    """The form of a visit, saved as it is typed.

    Its id becomes the id of the visit. `children` are those whom the form offers: the visible
    ones of one family. `data` holds what was typed, by field, valid or not; `version` counts the
    saves, so that two writers at once see both texts and none is lost.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    children = models.ManyToManyField(Student, related_name="drafts")
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="drafts")
    data = models.JSONField(default=dict)
    step = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DraftManager()

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self):
        return str(self.pk)

    def get_absolute_url(self):
        return reverse("visits:draft-step", args=[self.pk, self.step])

    # --- who and what the form chooses from: needs `with_circle()` -----------------------------
    def _circle(self, part):
        """Return a loaded part; one that was not loaded offers nothing, so nothing passes a check."""
        return getattr(self, f"circle_{part}", [])

    @cached_property
    def offered(self):
        """The children whom the form offers, as [Child]."""
        return _rows(Child, self._circle("children"))

    @cached_property
    def chosen(self):
        """Those of them whom the visit is about."""
        ids = self.data.get("children", [])
        return [child for child in self.offered if child.id in ids] or self.offered[:1]

    @property
    def about(self):
        """The names of the children of this visit, for the line above the step."""
        return " · ".join(child.full_name for child in self.chosen)

    @cached_property
    def adults(self):
        """Who looks after them, as [Adult]."""
        return _rows(Adult, self._circle("adults"))

    @cached_property
    def homes(self):
        """Where they live, as [Home]; a home is told by who lives there, never by its address."""
        return _rows(Home, self._circle("homes"))

    @cached_property
    def colleagues(self):
        """Members of staff who may have come along, as [Colleague], without who began the draft."""
        found = _rows(Colleague, self._circle("colleagues"))
        return [colleague for colleague in found if colleague.id != str(self.started_by_id)]

    @cached_property
    def aspects(self):
        """The school's list of what a visit may be about, as [AspectChoice]."""
        return _rows(AspectChoice, self._circle("aspects"))

    @cached_property
    def watched(self):
        """Who looks after each child today: {child id: {user id}}, as text (one query)."""
        rows = sight.watchers([child.id for child in self.offered], roles=WRITERS)
        found: dict[str, set] = {child.id: set() for child in self.offered}
        for student, user in rows.values_list("student_id", "user_id"):
            found[str(student)].add(str(user))
        return found

    @property
    def team(self):
        """Ids of the staff who look after the children."""
        return set().union(*self.watched.values())

    def is_in_sight(self, child):
        """Whether one of those who write on the draft looks after `child` today."""
        return bool(self.watched[child.id] & {str(pk) for pk in self._circle("writers")})

    @property
    def zone(self):
        """The time zone of the school, in which days and times are written."""
        return ZoneInfo(self.school.time_zone)

    # --- verbs -----------------------------------------------------------------------------------
    def keep(self, typed, *, names, seen, by, step):
        """Save `typed`, the answers `names` of one page; return the names of those that clash.

        An answer that this page did not touch stays as it stands now. One that the page changed
        is taken, unless somebody else changed the same one after the page was drawn: that one
        clashes and is left as it stands. `seen` is what the page knew (`Seen`). A draft that became
        a visit takes nothing (`finished_at` is set then); one that was thrown away raises
        DoesNotExist.
        """
        while not self.finished_at:
            merged, clashes = self._merge(typed, names, seen)
            if self._replace(merged, by=by, step=step):
                return clashes
            self.refresh_from_db(fields=["data", "version", "finished_at"])
        return []

    def _merge(self, typed, names, seen):
        merged, clashes = dict(self.data), []
        pages = dict(self.data.get(PAGES, {}))
        for name in names:
            mine, theirs = typed.get(name), self.data.get(name)
            if mine == theirs or self._is_untouched(name, mine, seen):
                continue
            if not self._is_known(name, theirs, seen):
                clashes.append(name)
                continue
            pages[name] = seen.page
            merged[name] = mine
            if not mine:
                del merged[name]
        return merged | ({PAGES: pages} if pages else {}), clashes

    def _is_untouched(self, name, mine, seen):
        """Whether the page holds this answer as it was when the page was drawn."""
        return seen.digests is not None and seen.digests.get(name, "") == digest(mine)

    def _is_known(self, name, theirs, seen):
        """Whether the answer that stands is the one that the page knew, or that it wrote itself."""
        if seen.digests is None:
            return seen.version == self.version
        if seen.page and seen.page == self.data.get(PAGES, {}).get(name):
            return True
        return seen.digests.get(name, "") == digest(theirs)

    def _replace(self, data, *, by, step):
        """Put `data` in place of the version that was read; return whether it still stood."""
        now = timezone.now()
        stands = Draft.objects.filter(pk=self.pk, version=self.version, finished_at=None)
        if not stands.update(
            data=data, version=F("version") + 1, saved_at=now, saved_by=by, step=step
        ):
            return False
        self.data, self.saved_at, self.saved_by, self.step = data, now, by, step
        self.version += 1
        self.__dict__.pop("chosen", None)
        return True

    def be_written_by(self, colleagues):
        """Let who began it and these colleagues (ids) write on it, and nobody else."""
        wanted = {str(self.started_by_id), *colleagues}
        if wanted != {str(pk) for pk in self._circle("writers")}:
            self.writers.set(wanted)

    def close(self):
        """Empty it: the visit holds what was written, and the id answers for it."""
        self.finished_at, self.data = timezone.now(), {}
        self.save(update_fields=["finished_at", "data"])

    def discard(self, *, by):
        """Throw it away, unless it became a visit; the journal says who did."""
        with transaction.atomic():
            draft = Draft.objects.select_for_update().get(pk=self.pk)
            if draft.finished_at:
                return
            for child in draft.children.all():
                Entry.record("draft.discarded", draft, by=by, student=child, school=draft.school)
            draft.delete()
