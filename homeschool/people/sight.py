"""Who may see whom: one relation, read from both ends.

`Reach` answers by user in a handful of rows, `Sight` by student; both are views over the
same source tables (migration 0002), so nothing is kept twice. Pages, search, audiences,
deliveries and exports are built on `visible_to` and `watchers`, and nothing else decides.
Measured shapes and traps: docs/decisions/0002-sight.md.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q

from homeschool.prepared import prepared

GUARDIAN, STUDENT = "guardian", "student"
ADVISER, COUNSELOR, LEADER = "adviser", "counselor", "leader"
SCHOOL_ADMIN, VOLUNTEER = "school_admin", "volunteer"
PARTNER, DISTRICT = "partner", "district"

FAMILY_ROLES = frozenset({GUARDIAN, STUDENT})
# Roles that look after children by name; each has rows in Reach.
STAFF_ROLES = frozenset({ADVISER, COUNSELOR, LEADER, SCHOOL_ADMIN})
# Who reads a family's addresses and contact restrictions (each reading is written down), who
# changes which guardians stand with a child, and who describes its strengths.
CONTACT_ROLES = frozenset({COUNSELOR, LEADER, SCHOOL_ADMIN})
FAMILY_EDITORS = frozenset({LEADER, SCHOOL_ADMIN})
DESCRIBERS = frozenset({ADVISER, COUNSELOR, SCHOOL_ADMIN})
# Roles that must show a second factor at the door.
SECOND_FACTOR_ROLES = STAFF_ROLES | {VOLUNTEER, PARTNER, DISTRICT}


class SightRow(models.Model):
    """What the two views share."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+")
    role = models.CharField(max_length=14)
    why = models.CharField(max_length=14)
    # A view has no key of its own; Django wants one named, and nothing selects by it.
    why_id = models.UUIDField(primary_key=True)
    item = models.CharField(max_length=10)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.role} by {self.why}"


class Reach(SightRow):
    """What a person reaches: one child, class, division or school a row."""

    student = models.ForeignKey("people.Student", models.DO_NOTHING, null=True, related_name="+")
    school_class = models.ForeignKey(
        "people.SchoolClass", models.DO_NOTHING, null=True, related_name="+"
    )
    division = models.ForeignKey("people.Division", models.DO_NOTHING, null=True, related_name="+")
    school = models.ForeignKey("people.School", models.DO_NOTHING, null=True, related_name="+")

    class Meta:
        app_label = "people"
        managed = False
        db_table = "people_reach"


class Sight(SightRow):
    """Which person sees a child: a person may have several rows, one for each reason."""

    student = models.ForeignKey("people.Student", models.DO_NOTHING, related_name="+")

    class Meta:
        app_label = "people"
        managed = False
        db_table = "people_sight"


TARGETS = ("student_id", "school_class_id", "division_id", "school_id")
_COLUMNS = ("role", "why", "why_id", "item", *TARGETS)


def reach_of(user):
    """Return the rows of Reach for `user` as dicts: nothing for anonymous or inactive people.

    One query; kept on the request's user (`remember`), nowhere longer, so that a right that
    was withdrawn is gone on the next request.
    """
    if not user.is_authenticated or not user.is_active:
        return []
    kept = getattr(user, "_reach", None)
    if kept is not None:
        return kept
    rows = _rows_of(user.pk)
    if getattr(user, "_remembers", False):
        user._reach = rows
    return rows


@prepared
def _rows_of(user):
    return Reach.objects.filter(user_id=user).values(*_COLUMNS)


def remember(user):
    """Let this one instance keep what it read: for the length of a request or a task."""
    user._remembers = True


def remember_all(users):
    """Let each of these instances keep what it would have read by itself: one query for all.

    For a batch that asks again at its begin; each instance has to be one's own.
    """
    found: dict = {user.pk: [] for user in users if user.is_active}
    for row in Reach.objects.filter(user_id__in=found).values("user_id", *_COLUMNS):
        found[row.pop("user_id")].append(row)
    for user in users:
        user._remembers, user._reach = True, found.get(user.pk, [])


def _matching(rows, roles, item):
    return [
        row
        for row in rows
        if (roles is None or row["role"] in roles) and (item is None or row["item"] in ("", item))
    ]


def within(user, path="", roles=None, item=None):
    """Return the Q that holds for rows whose child `user` may see, or None where there is none.

    `path` leads to the student ("" on Student itself). The Q is an OR of literal ids, empty
    parts left out: a sub-select inside the OR cost a guardian's list 90 ms.
    """
    rows = _matching(reach_of(user), roles, item)
    prefix = f"{path}__" if path else ""
    names = {"student_id": path or "pk"} | {
        target: f"{prefix}{target.removesuffix('_id')}" for target in TARGETS[1:]
    }
    found = Q()
    for target, name in names.items():
        ids = sorted({row[target] for row in rows if row[target]})
        if ids:
            found |= Q(**{f"{name}__in": ids})
    return found or None


class SightQuerySet(models.QuerySet):
    """Rows about a child; `student_path` leads from the row to the child."""

    student_path = "student"

    def visible_to(self, user, roles=None, item=None):
        """Return the rows whose child `user` may see today, closed by default.

        guardian: own children, or what the grown child granted (`item`) · student: self, once
        it holds its own rights · adviser: own classes · counselor: caseload · leader and school
        admin: division or school · anybody else, and anonymous: nothing.
        `roles` narrows to sight by one of these roles, for what only they may read.
        """
        found = within(user, self.student_path, roles, item)
        return self.none() if found is None else self.filter(found)


def reasons(user, student):
    """Return the rows of Reach by which `user` sees `student`: without a query beyond `reach_of`,
    except that the student's own columns must be loaded."""
    own = {
        "student_id": student.pk,
        "school_class_id": student.school_class_id,
        "division_id": student.division_id,
        "school_id": student.school_id,
    }
    return [row for row in reach_of(user) if any(row[t] and row[t] == own[t] for t in TARGETS)]


def roles_for(user, student, item=None):
    """Return the set of roles in which `user` sees `student`."""
    return {row["role"] for row in _matching(reasons(user, student), None, item)}


def require(user, student, roles, item=None):
    """Refuse (403) unless `user` sees `student` in one of `roles`; the row itself is visible."""
    if not roles_for(user, student, item) & set(roles):
        raise PermissionDenied


def roles_of(user):
    """Return the set of roles that `user` holds towards any child or school today."""
    return {row["role"] for row in reach_of(user)}


def schools_of(user, roles=STAFF_ROLES):
    """Return the queryset of ids of the schools where `user` holds one of `roles` today."""
    from homeschool.people.models import Membership

    if not user.is_authenticated or not user.is_active:
        return Membership.objects.none().values("school")
    return Membership.objects.open().filter(user_id=user.pk, role__in=roles).values("school")


def works_at_several(user):
    """Return whether `user` has a role of staff in more than one school today (one query)."""
    return schools_of(user).distinct().count() > 1


def watchers(students, roles=None, item=None):
    """Return the rows of Sight for `students`: who sees them, active people only.

    Several reasons give several rows: use a semi-join or DISTINCT ON, never a plain join.
    """
    rows = Sight.objects.filter(student__in=students, user__is_active=True)
    if roles is not None:
        rows = rows.filter(role__in=roles)
    return rows if item is None else rows.filter(item__in=["", item])


def receivers(students, item):
    """Return the rows of Sight of the family side who are told about `students`: guardians that
    may receive, and grown students themselves. Whoever lost the right is not among them."""
    from homeschool.people.models import Guardianship

    may_receive = Guardianship.objects.open().filter(
        student=models.OuterRef("student_id"), guardian=models.OuterRef("user_id"), may_receive=True
    )
    return watchers(students, FAMILY_ROLES, item).filter(
        Q(role=STUDENT) | Q(models.Exists(may_receive))
    )
