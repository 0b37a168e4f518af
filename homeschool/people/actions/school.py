"""Setting a school up: the school itself, its terms and classes, and who works there."""

from django.db import transaction
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Address, Guardianship, Membership, School, Student, User


def found_school(school, *, by):
    """Save a new school and make `by` its first administrator."""
    with transaction.atomic():
        school.save()
        Entry.record("school.made", school, by=by, school=school)
        _begin(Membership(user=by, school=school, role=Membership.Role.SCHOOL_ADMIN), by)
    return school


def keep(row, *, by, fields=()):
    """Save a school, or a term or class of one, and record which fields changed.

    The children of a class go with it to another division.
    """
    verb = "made" if row._state.adding else "changed"
    school = row if isinstance(row, School) else row.school
    name = {"schoolclass": "class"}.get(row._meta.model_name, row._meta.model_name)
    with transaction.atomic():
        row.save()
        Entry.record(f"{name}.{verb}", row, by=by, school=school, fields=sorted(fields))
        if "division" in fields and name == "class":
            students = Student.objects.filter(school_class=row)
            students.exclude(division=row.division).update(division=row.division)
    return row


def add_staff(
    school, *, by, role, full_name, email, division=None, user=None, since=None, until=None
):
    """Give a person a role in the school, from `since` (now) to `until` (until it is ended).

    Without `user` an account is made, without password.
    """
    with transaction.atomic():
        if user is None:
            user = User.objects.create_user(email, full_name=full_name)
            Address.objects.create(user=user, channel=Address.Channel.EMAIL, value=user.email)
        span = {"since": since or timezone.now(), "until": until}
        return _begin(
            Membership(user=user, school=school, role=role, division=division, **span), by
        )


def _begin(membership, by):
    membership.save()
    Entry.record(
        "membership.begun", membership, by=by, school=membership.school, role=membership.role
    )
    return membership


def is_known_at(school, user):
    """Return whether the school may know this account: it works there or stands with a child there."""
    if Membership.objects.open().filter(school=school, user=user).exists():
        return True
    return Guardianship.objects.open().filter(student__school=school, guardian=user).exists()
