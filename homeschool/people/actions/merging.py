"""Two accounts of one guardian become one, and nothing that either was told or agreed to is lost.

Every foreign key to an account is declared here by the room that has it (`moves`): either it goes
to the kept account, or it stays with the closed one because it is history: who did something then.
A key that nobody declared fails tests/people/test_merging.py, so no room forgets.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import Address, Guardianship, Membership, School, Student, User

# What a key may do besides moving. STAYS: history keeps the old account's name. REFUSED: an
# account that has such a row is never merged.
STAYS, REFUSED = "stays", "refused"
_moves: dict = {}


def moves(field, how):
    """Declare what becomes of a key to an account: `field` like "people.Grant.guardian".

    `how` is STAYS, REFUSED, or a function that gets the Merge and moves its rows. They run in
    the order in which they were declared, in one transaction.
    """
    _moves[field] = how


def declared(field):
    """Return what was declared for a key, or None."""
    return _moves.get(field)


@dataclass(frozen=True)
class Merge:
    """What a mover needs: the account that is kept, the one that goes, and who does it when."""

    keep: User
    gone: User
    by: User
    school: School
    now: datetime

    @property
    def both(self):
        return [self.keep.pk, self.gone.pk]


class NotMerged(ValueError):
    """These two accounts are not merged; `words` says why, to the reader."""

    def __init__(self, words):
        super().__init__(str(words))
        self.words = words


SAME = gettext_lazy("This is one account already.")
CLOSED = gettext_lazy("One of the two accounts is closed. Open it again first, or leave it.")
STAFF = gettext_lazy(
    "One of the two works at a school. An account that opens other families is never merged."
)
STUDENT = gettext_lazy("One of the two is a student’s own account.")
NOT_HERE = gettext_lazy("Both must be guardians at your school today.")
ELSEWHERE = gettext_lazy(
    "One of the two also belongs to another school, which you do not administer. "
    "Somebody who administers both can do it."
)


def refusal(keep, gone, *, by, school):
    """Return why these two are not merged by `by`, in words, or "" (five queries)."""
    both = [keep.pk, gone.pk]
    if keep.pk == gone.pk:
        return SAME
    if not (keep.is_active and gone.is_active):
        return CLOSED
    works = Q(until=None) | Q(until__gt=timezone.now())  # roles that begin later, too
    if keep.is_superuser or gone.is_superuser or keep.is_staff or gone.is_staff:
        return STAFF
    if Membership.objects.filter(works, user__in=both).exists():
        return STAFF
    if Student.objects.filter(user__in=both).exists():
        return STUDENT
    here = Guardianship.objects.open().filter(guardian__in=both, student__school=school)
    if here.values("guardian").distinct().count() < len(both):
        return NOT_HERE
    own = sight.schools_of(by, {sight.SCHOOL_ADMIN})
    ties = Guardianship.objects.filter(guardian__in=both)
    return ELSEWHERE if ties.exclude(student__school__in=own).exists() else ""


@dataclass(frozen=True)
class Doubt:
    """A reason to look twice before two accounts are taken for one person."""

    words: str | Promise
    icon: str = "circle-help"


def doubts(keep, gone):
    """Return the Doubts about two accounts: with any of them somebody must say that they are sure.

    Their rows must be visible to the reader (`refusal` is empty).
    """
    ties: dict = {keep.pk: {}, gone.pk: {}}
    rows = Guardianship.objects.open().filter(guardian__in=ties)
    for tie in rows.select_related("student", "guardian"):
        ties[tie.guardian_id][tie.student_id] = tie
    found = []
    for student, one in ties[keep.pk].items():
        if other := ties[gone.pk].get(student):
            found += _doubts_of_a_child(one, other)
    lone = [tie for pk in ties for s, tie in ties[pk].items() if not _is_shared(ties, s)]
    found += [_restricted(tie) for tie in lone if tie.restricted_at]
    if keep.last_login and gone.last_login:
        found.append(Doubt(_("Both have been used to sign in. Two people may be using them.")))
    return found


def _is_shared(ties, student):
    return all(student in found for found in ties.values())


def _doubts_of_a_child(one, other):
    words = {"child": one.student.full_name, "one": one.relation_words}
    if one.relation != other.relation:
        told = _(
            "Both stand with %(child)s: one as %(one)s, one as %(other)s. They may be two people."
        )
        yield Doubt(told % (words | {"other": other.relation_words}))
    if bool(one.restricted_at) != bool(other.restricted_at):
        yield _restricted(one if one.restricted_at else other)
    elif one.may_view != other.may_view:
        told = _(
            "Sight of %(child)s was taken away from one of the two. The one account will not see "
            "%(child)s either."
        )
        yield Doubt(told % words, "lock")


def _restricted(tie):
    told = _(
        "There is a contact restriction about %(child)s on one of the two. It will hold for the one "
        "account. If these are two people, the wrong one loses the child."
    )
    return Doubt(told % {"child": tie.student.full_name}, "triangle-alert")


def merge(keep, gone, *, by, school):
    """Let `keep` be the one account of a guardian who had two, and close `gone`; returns `keep`.

    All of it in one transaction, both accounts locked in the order of their ids, so that two
    administrators who do it crosswise wait for each other. Raises NotMerged.
    """
    with transaction.atomic():
        keep, gone = _locked(keep, gone)
        if words := refusal(keep, gone, by=by, school=school):
            raise NotMerged(words)
        done = Merge(keep, gone, by, school, timezone.now())
        for how in _moves.values():
            if callable(how):
                how(done)
        _close(done)
        Entry.record("person.merged", keep, by=by, school=school, merged=str(gone.pk))
        return keep


def _locked(keep, gone):
    rows = User.objects.select_for_update(of=("self",)).filter(pk__in=[keep.pk, gone.pk])
    found = {row.pk: row for row in rows.order_by("pk")}
    return found[keep.pk], found[gone.pk]


def _close(done):
    """Close the account that goes; its e-mail and phone reach and open the kept one from now on."""
    keep, gone = done.keep, done.gone
    email, phone = gone.email, gone.phone
    gone.email = gone.phone = None
    gone.is_active, gone.merged_into = False, keep
    gone.set_unusable_password()  # a new one each time: sessions carry its mark
    gone.save(update_fields=["email", "phone", "is_active", "merged_into", "password"])
    _take_email(keep, email)
    if phone:
        keep.phone = keep.phone or phone
        Address.objects.get_or_create(user=keep, channel=Address.Channel.PHONE, value=phone)
    keep.language = keep.language or gone.language
    keep.time_zone = keep.time_zone or gone.time_zone
    keep.last_login = max(filter(None, (keep.last_login, gone.last_login)), default=None)
    keep.save(update_fields=["email", "phone", "language", "time_zone", "last_login"])


def _take_email(keep, email):
    """Let `email` be the one to sign in with, or a further one that opens the account as well."""
    if not email:
        return
    Address.objects.filter(value=email, signs_in=True).update(signs_in=False)
    address, _new = Address.objects.get_or_create(
        user=keep, channel=Address.Channel.EMAIL, value=email
    )
    if keep.email:
        address.signs_in = True
        address.save(update_fields=["signs_in"])
    else:
        keep.email = email
