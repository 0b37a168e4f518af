"""Invitations: a paper letter with a code that opens a family's account, once.

How much a code withstands, and why a letter never opens the account of staff:
docs/decisions/0006-invitations.md.
"""

import datetime as dt
import math
import secrets
import unicodedata
import uuid
import zoneinfo
from dataclasses import dataclass

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry
from homeschool.people import sight

from .family import Guardianship, Student
from .school import School, SchoolPartQuerySet
from .staff import Membership
from .user import User

# No two of these look alike on paper: without 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
SIGNS = "34679ACDEFGHJKMNPQRTWXY"
GROUPS, GROUP = 3, 4
BITS = GROUPS * GROUP * math.log2(len(SIGNS))
DAYS = 30


def make_code():
    """Return a fresh code in groups, as it is printed: 54 random bits."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(GROUP)) for _ in range(GROUPS))


def plain(code):
    """Return what was typed as it is kept: capitals and digits alone, however a phone writes them."""
    signs = unicodedata.normalize("NFKC", code).upper()
    return "".join(sign for sign in signs if sign.isalnum())


def digest(code):
    """Return the mark of a code: HMAC-SHA-256 with the portal's key, which no database holds."""
    kept = plain(code).encode(errors="replace")
    return salted_hmac("people.invitation", kept, algorithm="sha256").hexdigest()


def staff_of_any_school():
    """Return the Q of accounts that sign in with a second factor: no letter opens these."""
    roles = Membership.objects.open().filter(
        user=OuterRef("pk"), role__in=sight.SECOND_FACTOR_ROLES
    )
    return Q(is_superuser=True) | Q(Exists(roles)) | Q(authenticator__isnull=False)


def may_be_invited():
    """Return the accounts that a letter may open: open ones, without a second factor."""
    shut = User.objects.filter(staff_of_any_school())
    return User.objects.filter(is_active=True).exclude(pk__in=shut.values("pk"))


def family_sight(students):
    """Return the rows of Sight of those among the family of `students` who may have a letter.

    Whoever has no sight has none: withdrawn, restricted or ended, and the guardian of a grown
    student who granted nothing.
    """
    rows = sight.watchers(students, roles=sight.FAMILY_ROLES)
    return rows.filter(user__in=may_be_invited().values("pk"))


@dataclass
class Invitee:
    """Somebody of a child's family who may have a letter; `user` is None before the first one."""

    student: Student
    user: User | None
    tie: Guardianship | None = None
    last: "Invitation | None" = None

    @property
    def key(self):
        """What names this person in a form: the row that makes it family."""
        return str(self.tie.pk if self.tie else self.student.pk)

    @property
    def name(self):
        return self.user.full_name if self.user else self.student.full_name

    @property
    def joined_at(self):
        """When the person last came in, or None: nobody has joined who never signed in."""
        if self.last and self.last.outcome == Invitation.Outcome.USED:
            return self.last.ended_at
        return self.user.last_login if self.user else None

    @property
    def has_letter(self):
        """Whether a letter is out that still opens the account."""
        return bool(self.last and self.last.is_live)


class InvitationQuerySet(SchoolPartQuerySet):
    def open(self):
        """Return those that were neither used, refused nor revoked; their days may be over."""
        return self.filter(outcome="")

    def live(self):
        """Return those that still open an account, as far as their own row says."""
        return self.open().filter(expires_at__gt=timezone.now())


class InvitationManager(models.Manager.from_queryset(InvitationQuerySet)):
    def issue(self, invitee, *, by):
        """Make a letter for `invitee`; return (invitation, code). The code is kept nowhere.

        An earlier letter of the school to this person opens nothing from now on. A grown student
        without an account gets one here.
        """
        student = invitee.student
        with transaction.atomic():
            user = invitee.user or self._account_of(student, by)
            User.objects.select_for_update().get(
                pk=user.pk
            )  # two admins at once: one after another
            for earlier in self.open().filter(school=student.school_id, user=user):
                earlier.revoke(by=by)
            code = make_code()
            invitation = self.create(
                school=student.school,
                student=student,
                user=user,
                digest=digest(code),
                issued_by=by,
                expires_at=last_moment(student.school),
            )
            invitation.record("issued", by)
        return invitation, code

    @staticmethod
    def _account_of(student, by):
        held = Student.objects.select_for_update(of=("self",)).get(pk=student.pk)
        if held.user is None:
            user = User.objects.create_user(
                full_name=held.full_name, preferred_name=held.preferred_name
            )
            held.change(by=by, user=user)
        student.user = held.user
        return held.user

    def opened_by(self, code):
        """Return the invitation that `code` opens today, or None, whatever is wrong with it.

        Asked anew at every step: a letter dies with the sight it would give.
        """
        return self._checked(self.filter(digest=digest(code)))

    def still_open(self, pk):
        """Return the invitation of this key if it still opens an account, else None."""
        return self._checked(self.filter(pk=pk))

    def _checked(self, rows):
        row = rows.live().select_related("user", "school", "student__school_class").first()
        if row is None or row.student.status != Student.Status.ACTIVE:
            return None
        seen = family_sight([row.student_id]).filter(user=row.user_id)
        return row if seen.exists() else None


def last_moment(school):
    """Return the end of the last day on which a letter printed now works, by the school's clock."""
    zone = zoneinfo.ZoneInfo(school.time_zone)
    day = timezone.localdate(timezone=zone) + dt.timedelta(days=DAYS + 1)
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone)


class Invitation(models.Model):
    """A letter that lets one person of a child's family into the own account, once."""

    class Outcome(models.TextChoices):
        USED = "used", _("used")
        REFUSED = "refused", _("said: this is not my child")
        REVOKED = "revoked", _("revoked")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationManager()

    class Meta:
        ordering = ["-issued_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user"],
                condition=Q(outcome=""),
                name="one_letter_of_a_school_to_a_person_is_open",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None) | ~Q(outcome="") & Q(ended_at__isnull=False),
                name="a_letter_that_ended_says_how_and_when",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="a_letter_ends_after_it_was_made"
            ),
        ]

    def __str__(self):
        return str(self.pk)

    @property
    def is_live(self):
        """Whether the row itself still opens anything."""
        return self.outcome == "" and self.expires_at > timezone.now()

    @property
    def last_day(self):
        """The last day on which the letter works, by the school's clock."""
        zone = zoneinfo.ZoneInfo(self.school.time_zone)
        return (self.expires_at - dt.timedelta(seconds=1)).astimezone(zone).date()

    @property
    def is_for_the_student(self):
        """Whether a grown student is invited to its own page."""
        return self.student.user_id == self.user_id

    def use(self):
        """Open the account with this letter; return whether this was the first time.

        Of two phones at once one wins. Every other open letter to the person ends too.
        """
        with transaction.atomic():
            if not self._end(self.Outcome.USED):
                return False
            self.record("used", self.user)
            for other in Invitation.objects.open().filter(user=self.user_id):
                other.revoke(by=self.user)
            return True

    def refuse(self):
        """Write down that the reader said “this is not my child”: the letter opens nothing more."""
        with transaction.atomic():
            if self._end(self.Outcome.REFUSED):
                self.record("refused", None, kind=Entry.Kind.REFUSED)

    def revoke(self, *, by):
        """End the letter now; what has ended stays as it ended."""
        with transaction.atomic():
            if self._end(self.Outcome.REVOKED):
                self.record("revoked", by)

    def record(self, verb, by, **more):
        """Write what happened to the letter into the journal."""
        Entry.record(
            f"invitation.{verb}", self, by=by, student=self.student, school=self.school, **more
        )

    def _end(self, outcome):
        """End the row if it is open, and for use still within its days; say whether it was."""
        rows = Invitation.objects.filter(pk=self.pk)
        rows = rows.live() if outcome == self.Outcome.USED else rows.open()
        self.outcome, self.ended_at = outcome, timezone.now()
        return bool(rows.update(outcome=self.outcome, ended_at=self.ended_at))


def invitees_of(school_class):
    """Return the family of a class's children who may have a letter, by child, each person once.

    Guardians with sight, and grown students. Each with the last letter of the school to it
    (four queries).
    """
    students = list(
        Student.objects.active()
        .filter(school_class=school_class)
        .select_related("school", "school_class", "user")
    )
    seen = set(family_sight([row.pk for row in students]).values_list("student_id", "user_id"))
    found = [*_guardians(students, seen), *_grown(students, seen)]
    _add_last_letters(found, school_class.school_id)
    return sorted(
        found, key=lambda one: (one.student.sort_key, str(one.student.pk), one.tie is None)
    )


def _guardians(students, seen):
    by_pk, twice = {row.pk: row for row in students}, set()
    ties = Guardianship.objects.open().filter(student__in=by_pk).select_related("guardian")
    for tie in ties.order_by("student__sort_key", "-primary", "since"):
        if (tie.student_id, tie.guardian_id) in seen and tie.guardian_id not in twice:
            twice.add(tie.guardian_id)
            yield Invitee(by_pk[tie.student_id], tie.guardian, tie)


def _grown(students, seen):
    for row in students:
        if row.holds_own_rights and (row.user is None or (row.pk, row.user_id) in seen):
            yield Invitee(row, row.user)


def _add_last_letters(invitees, school_id):
    people = [one.user.pk for one in invitees if one.user]
    letters = Invitation.objects.filter(school=school_id, user__in=people)
    last = letters.order_by("user_id", "-issued_at").distinct("user_id")
    by_user = {row.user_id: row for row in last.select_related("school")}
    for one in invitees:
        one.last = by_user.get(one.user and one.user.pk)


def counts_by_class(school):
    """Return {class id: (people who may have a letter, of these joined)} in two queries."""
    students = Student.objects.active().filter(school=school)
    count = models.Count("user", distinct=True)
    joined = models.Count("user", distinct=True, filter=Q(user__last_login__isnull=False))
    rows = family_sight(students).values("student__school_class").annotate(n=count, joined=joined)
    found = {row["student__school_class"]: (row["n"], row["joined"]) for row in rows}
    for key, more in _grown_without_account(school).items():
        there, in_already = found.get(key, (0, 0))
        found[key] = (there + more, in_already)
    return found


def _years_before(day, years):
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year - years, day=last)


def _grown_without_account(school):
    rows = Student.objects.active().filter(school=school, user=None)
    if not school.is_post_secondary:
        today = timezone.localdate(timezone=zoneinfo.ZoneInfo(school.time_zone))
        rows = rows.filter(birth_date__lte=_years_before(today, 18))
    by_class = rows.values("school_class").annotate(n=models.Count("pk")).order_by()
    return dict(by_class.values_list("school_class", "n"))
