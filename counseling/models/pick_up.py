"""Who may pick a child up after a session: one list a child, each guardian adds to it."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Lower, Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import Guardianship, Student

ITEM = "sessions"  # what a grown student may grant of the time after lessons: people.Grant.Item
HELD = "pick_up.held"
# Who reads and keeps the lists of children; the school's office does not.
STAFF = frozenset({sight.ADVISER, sight.COUNSELOR, sight.LEADER})


def folded(path):
    """Return the expression of a name as it is compared: without spaces, in small letters."""
    return Lower(Replace(path, Value(" "), Value("")))


def kept_apart():
    """Return, for a subquery of rows with a `student`, the ties of those guardians who must not be in
    contact with the child, the name `folded` beside each."""
    rows = Guardianship.objects.filter(student=OuterRef("student"), restricted_at__isnull=False)
    return rows.annotate(folded=folded("guardian__full_name"))


class PickUpQuerySet(sight.SightQuerySet):
    def visible_to(self, user, roles=None, item=ITEM):
        """Return the lines of children whom `user` may see.

        adviser: own classes · counselor: caseload · leader: school · guardian, grown student: own ·
        school admin, volunteer, partner, district: nothing; who leads a session reads the names of
        its children alone.
        """
        roles = STAFF | sight.FAMILY_ROLES if roles is None else roles
        return super().visible_to(user, roles=roles, item=item)

    def standing(self):
        """Return those that nobody took off the list, `is_held` beside each: whoever must not be in
        contact with the child stands there, as does whom such a person named, and neither is let go
        with it."""
        rows = self.filter(ended_at=None).annotate(folded=folded("name"))
        own, named = Q(folded=OuterRef("folded")), Q(guardian=OuterRef("said_by"))
        return rows.annotate(is_held=Exists(kept_apart().filter(own | named)))

    def live(self):
        """Return those who may pick a child up now."""
        return self.standing().filter(is_held=False)


class PickUpManager(models.Manager.from_queryset(PickUpQuerySet)):
    def add(self, student, *, name, relation, by, phone=""):
        """Put a person on the list; there already, the line stands. Returns the PickUp.

        A person who bears the name of a guardian with a contact restriction is held back: it is written
        down, the school is told, and nobody lets the child go with it.
        """
        with transaction.atomic():
            row, new = self.get_or_create(
                student=student, name=name, ended_at=None,
                defaults={"relation": relation, "phone": phone, "said_by": by},
            )  # fmt: skip
            if new:
                school = student.school
                Entry.record("pick_up.added", row, by=by, student=student, school=school)
                if not self.live().filter(pk=row.pk).exists():
                    Notice.post(HELD, row, school=school, by=by, student=student)
        return row


class PickUp(models.Model):
    """Who may pick a child up after a session, as its family said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="pick_ups")
    name = models.CharField(_("full name"), max_length=255)
    relation = models.CharField(_("who that is to the child"), max_length=60)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PickUpManager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "name"],
                condition=Q(ended_at=None),
                name="a_person_stands_once_on_a_pick_up_list",
            )
        ]

    def __str__(self):
        return self.name

    def end(self, *, by):
        """Take the person off the list; taken off before, nothing happens."""
        with transaction.atomic():
            rows = PickUp.objects.filter(pk=self.pk, ended_at=None)
            if rows.update(ended_at=timezone.now()):
                Entry.record(
                    "pick_up.ended", self, by=by, student=self.student, school=self.student.school
                )
