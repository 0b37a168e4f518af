"""Grades and colleges: one that nobody is in is deleted, or goes into another."""

from django.db import transaction

from homeschool.journal.models import Entry
from homeschool.people.models import (
    Caseload,
    Division,
    Membership,
    RosterKey,
    SchoolClass,
    Student,
)

# What names a division, and may go with it into another.
GOES_ALONG = (SchoolClass, Membership, Caseload)


class NotEmpty(ValueError):
    """Children, or for deleting anything else, still belong to this grade or college."""


def is_empty(division):
    """Return whether no child, whatever became of it, belongs to the division (one query)."""
    return not Student.objects.filter(division=division).exists()


def is_unused(division):
    """Return whether nothing at all names the division (four queries)."""
    return is_empty(division) and not any(
        model.objects.filter(division=division).exists() for model in GOES_ALONG
    )


def delete_division(division, *, by):
    """Delete a division that nothing names. Raises NotEmpty."""
    with transaction.atomic():
        held = Division.objects.select_for_update(of=("self",)).get(pk=division.pk)
        if not is_unused(held):
            raise NotEmpty
        RosterKey.objects.filter(kind=RosterKey.Kind.DIVISION, row=held.pk).delete()
        Entry.record("division.deleted", held, by=by, school=held.school)
        held.delete()


def unite_divisions(division, into, *, by):
    """Let `into`, of the same school, take what is left of a division without children, and delete it.

    Its classes (also closed ones), roles and caseloads go along, and a roster that names it means
    the other from now on. Raises NotEmpty; IntegrityError where somebody has one role in both.
    """
    with transaction.atomic():
        rows = Division.objects.select_for_update(of=("self",)).filter(school=division.school_id)
        held = {row.pk: row for row in rows.filter(pk__in=[division.pk, into.pk]).order_by("pk")}
        gone, stays = held[division.pk], held[into.pk]
        if not is_empty(gone):
            raise NotEmpty
        for model in GOES_ALONG:
            model.objects.filter(division=gone).update(division=stays)
        RosterKey.objects.filter(kind=RosterKey.Kind.DIVISION, row=gone.pk).update(row=stays.pk)
        Entry.record("division.united", stays, by=by, school=stays.school, gone=str(gone.pk))
        gone.delete()
