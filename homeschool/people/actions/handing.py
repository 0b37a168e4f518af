"""A caseload goes from one colleague to another: in one step, with a note, and with what hangs on it.

The rooms above say what of theirs goes along (`register`): planned visits, open promises.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from homeschool.people.models import (
    Caseload,
    Handover,
    Membership,
    SchoolClass,
    Student,
    User,
)

from .school import keep

HANDED_OVER = "people.handed_over"
# Who has children of their own to hand over: by caseload, or by class.
WITH_CHILDREN = frozenset({sight.ADVISER, sight.COUNSELOR})
_parts: dict = {}


@dataclass(frozen=True)
class Going:
    """What a room needs to move its own: who gives, who takes, about which children, by whom."""

    giver: Membership
    taker: Membership
    children: QuerySet[Student]
    by: User


def register(name, describe, move):
    """Let a room move its own with a caseload, under `name` (a key of Handover.counts).

    `describe(number)` returns that many in words, like “3 planned visits”; `move(going)` moves them
    in the transaction of the rest and returns how many there were.
    """
    _parts[name] = (describe, move)


def described(counts):
    """Return what went along with a handover besides children and classes, in words."""
    return [
        describe(counts[name]) for name, (describe, _move) in _parts.items() if counts.get(name)
    ]


class NotHandedOver(ValueError):
    """One of the two roles has ended meanwhile, or they do not fit each other."""


def open_caseloads(membership):
    """Return what is on the caseload of a role today, and what is to come on it."""
    rows = Caseload.objects.filter(membership=membership).exclude(until__isnull=False)
    return rows.select_related("student__school_class", "school_class", "division").order_by(
        "division__code", "school_class__code", "student__sort_key", "pk"
    )


def open_classes(membership):
    """Return the classes that a class teacher has today."""
    return SchoolClass.objects.open().filter(adviser=membership).order_by("code")


def has_children(membership):
    """Return whether the role still has a caseload or a class (two queries)."""
    return open_caseloads(membership).exists() or open_classes(membership).exists()


def hand_over(giver, taker, *, by, caseloads=(), classes=(), note=""):
    """Let `taker` look after these caseloads and classes of `giver` from now on; return the Handover.

    One transaction, both roles locked. What the taker has already is not begun twice; what ended
    meanwhile is left out. Raises NotHandedOver.
    """
    with transaction.atomic():
        giver, taker = _locked(giver, taker)
        held = Caseload.objects.select_for_update(of=("self",)).filter(
            pk__in=[row.pk for row in caseloads], membership=giver, until=None
        )
        rows = list(held.select_related("student", "membership__school"))
        taught = list(open_classes(giver).filter(pk__in=[row.pk for row in classes]))
        going = Going(giver, taker, _children(giver.school_id, rows, taught), by)
        counts = {"caseloads": len(rows), "classes": len(taught)}
        counts |= {name: move(going) for name, (_describe, move) in _parts.items()}
        _move(going, rows, taught)
        made = Handover.objects.create(
            school=giver.school, giver=giver, taker=taker, note=note, counts=counts, by=by
        )
        Entry.record(
            "caseload.handed_over", made, by=by, school=giver.school,
            giver=str(giver.pk), taker=str(taker.pk), counts=counts,
        )  # fmt: skip
        Notice.post(HANDED_OVER, made, school=giver.school, by=by)
        return made


def _locked(giver, taker):
    rows = Membership.objects.open().select_for_update(of=("self",))
    rows = rows.filter(pk__in=[giver.pk, taker.pk]).select_related("school", "user").order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < 2:
        raise NotHandedOver
    giver, taker = found[giver.pk], found[taker.pk]
    fits = giver.school_id == taker.school_id and giver.role == taker.role
    if not fits or giver.user_id == taker.user_id or not taker.user.is_active:
        raise NotHandedOver
    return giver, taker


def _children(school_id, caseloads, classes):
    """Return the children whom these caseloads and classes hold."""
    groups = {row.school_class_id for row in caseloads} | {row.pk for row in classes}
    found = (
        Q(pk__in=[row.student_id for row in caseloads if row.student_id])
        | Q(division__in=[row.division_id for row in caseloads if row.division_id])
        | Q(school_class__in=groups - {None})
        | Q(enrolments__school_class__in=[row.pk for row in classes])
    )
    # the keys, read now: afterwards nobody could say whose they were
    keys = Student.objects.filter(found, school=school_id).values_list("pk", flat=True)
    return Student.objects.filter(pk__in=set(keys))


def _move(going, caseloads, classes):
    for row in caseloads:
        row.end(by=going.by)
        target = {"student": row.student_id, "school_class": row.school_class_id}
        target |= {"division": row.division_id}
        target = {f"{name}_id": pk for name, pk in target.items() if pk}
        if not going.taker.caseloads.filter(until=None, **target).exists():
            going.taker.look_after(by=going.by, **target)
    for row in classes:
        row.adviser = going.taker
        keep(row, by=going.by, fields=["adviser"])


# --- telling the colleague --------------------------------------------------------------------------


def told_of(notice):
    """Return who is told of a handover: the colleague, as long as the role is open."""
    taken = Handover.objects.filter(pk=notice.about_id).values("taker")
    rows = Membership.objects.open().filter(pk__in=taken, user__is_active=True)
    return rows.annotate(why=Value("handover"))


def words_of(notice, user):
    """Return what the letter of a handover holds: who hands over, how much, and where the note is.

    No child and no word of the note: a letter opens without signing in.
    """
    rows = Handover.objects.select_related("giver__user", "taker__user")
    made = rows.get(pk=notice.about_id)
    return {
        "handover": made,
        "giver": made.giver.user.full_name,
        "also": described(made.counts),
        "page": settings.SITE_URL + made.get_absolute_url(),
    }


def register_kind():
    """Tell the journal of the letter that tells a colleague."""
    kinds.register(
        kinds.Kind(
            name=HANDED_OVER,
            label=_("Handing over"),
            recipients=told_of,
            template="people/letters/handed_over",
            context=words_of,
            again_when_uncertain=True,
            asks="read",
            urgency=kinds.DIRECT,
            for_staff=True,
        )
    )
