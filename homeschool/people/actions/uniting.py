"""What moves when two accounts of one guardian become one: the rows of people, the journal, the door.

Sight never grows where both stood with a child: what was restricted or taken away on one side
holds for the one account.
"""

from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from homeschool.journal.models import Receipt
from homeschool.people.models import (
    Address,
    Grant,
    Guardianship,
    Household,
    Invitation,
    RosterKey,
    User,
)

from .merging import REFUSED, STAYS, moves

HISTORY = (
    "journal.Entry.actor", "journal.Submission.user", "journal.Notice.actor", "journal.Job.asked_by",
    "people.Guardianship.restricted_by", "people.Handover.by", "people.Invitation.issued_by",
    "people.Leaving.by", "people.NewYear.by", "people.NewYear.undone_by",
    "people.RosterImport.asked_by", "people.RosterImport.undone_by",
    "people.Transfer.offered_by", "people.Transfer.answered_by",
    # roles that ended; an open one, or one that is to begin, is a refusal
    "people.Membership.user",
)  # fmt: skip


def declare():
    """Declare the keys of people, of the journal below it, and of the door."""
    for field in HISTORY:
        moves(field, STAYS)
    moves("people.Student.user", REFUSED)
    moves("people.Guardianship.guardian", unite_guardianships)
    moves("people.Grant.guardian", unite_grants)
    moves("people.Household_guardians.user", partial(unite_pairs, Household.guardians.through))
    moves("people.Address.user", unite_addresses)
    moves("people.Invitation.user", move_letters)
    moves("people.Token.user", end_tokens)
    moves("people.User.merged_into", follow_earlier)
    moves("people.User_groups.user", lambda done: done.gone.groups.clear())
    moves("people.User_user_permissions.user", lambda done: done.gone.user_permissions.clear())
    moves("journal.Receipt.person", unite_receipts)
    moves("account.EmailAddress.user", move_allauth_addresses)
    moves("mfa.Authenticator.user", end_second_factors)


def is_open(row):
    """Whether a row with a span holds, or is still to hold."""
    return row.until is None or row.until > timezone.now()


def _latest(rows):
    """Return the row of several of one thing that says how it stands: the open one, else the last."""
    return max(rows, key=lambda row: (is_open(row), row.since), default=None)


def _end(row, now):
    row.until = max(now, row.since)


# --- who stands with a child ----------------------------------------------------------------------


def unite_guardianships(done):
    """Move the guardianships; where both stand with a child one row goes on, the other ends."""
    rows = Guardianship.objects.select_for_update(of=("self",)).filter(guardian__in=done.both)
    by_child: dict = {}
    for row in rows.order_by("pk"):
        by_child.setdefault(row.student_id, {}).setdefault(row.guardian_id, []).append(row)
    for of_child in by_child.values():
        mine, theirs = (_latest(of_child.get(pk, ())) for pk in done.both)
        if mine and theirs:
            _unite(mine, theirs, done.now)
        for row in of_child.get(done.gone.pk, ()):
            row.guardian = done.keep
            row.save()
    keys = RosterKey.objects.filter(kind=RosterKey.Kind.PERSON, row=done.gone.pk)
    keys.update(row=done.keep.pk)


def _unite(mine, theirs, now):
    stays, ends = (mine, theirs) if is_open(mine) or not is_open(theirs) else (theirs, mine)
    if not is_open(stays):
        return
    _be_as_strict(stays, ends)
    if is_open(ends):
        _say_as_much(stays, ends)
        _end(ends, now)
        ends.primary = False
        ends.save()
        RosterKey.objects.filter(kind=RosterKey.Kind.GUARDIANSHIP, row=ends.pk).update(row=stays.pk)
    stays.save()


def _be_as_strict(stays, other):
    """Let a restriction or a withdrawal of the other row hold on this one."""
    stays.may_view = stays.may_view and other.may_view
    stays.may_receive = stays.may_receive and other.may_receive
    if not other.restricted_at:
        return
    if not stays.restricted_at:
        stays.restricted_at, stays.restricted_by = other.restricted_at, other.restricted_by
        stays.restriction_reason = other.restriction_reason
    elif other.restriction_reason not in stays.restriction_reason:
        stays.restriction_reason += f"\n{other.restriction_reason}"
        stays.restricted_at = min(stays.restricted_at, other.restricted_at)


def _say_as_much(stays, other):
    """Keep what the other row knew beside sight."""
    stays.primary = stays.primary or other.primary
    stays.lives_with = stays.lives_with or other.lives_with
    stays.since = min(stays.since, other.since)
    if stays.relation == Guardianship.Relation.OTHER:
        stays.relation, stays.relation_said = other.relation, other.relation_said
    elif stays.relation == other.relation:
        stays.relation_said = stays.relation_said or other.relation_said


def unite_grants(done):
    """Move what grown students granted; what was taken back from one account stays taken back."""
    by_thing: dict = {}
    for row in Grant.objects.select_for_update(of=("self",)).filter(guardian__in=done.both):
        of_thing = by_thing.setdefault((row.student_id, row.item), {})
        of_thing.setdefault(row.guardian_id, []).append(row)
    for of_thing in by_thing.values():
        mine, theirs = (_latest(of_thing.get(pk, ())) for pk in done.both)
        if mine and theirs:
            _grant_once(mine, theirs, done.now)
        for row in of_thing.get(done.gone.pk, ()):
            row.guardian = done.keep
            row.save()


def _grant_once(mine, theirs, now):
    """End what is granted twice, and what was taken back on the other side after it was given."""
    if is_open(mine) and is_open(theirs):
        mine.since = min(mine.since, theirs.since)
        mine.save()
        _end(theirs, now)
        theirs.save()
        return
    for row, other in ((mine, theirs), (theirs, mine)):
        if is_open(row) and other.until >= row.since:
            _end(row, now)
            row.save()


def unite_pairs(through, done, name="user"):
    """Move the pairs of a many-to-many table with accounts, each thing once."""
    other = next(f.attname for f in through._meta.fields if f.is_relation and f.name != name)
    theirs = through.objects.filter(**{name: done.gone})
    mine = through.objects.filter(**{name: done.keep}).values(other)
    theirs.filter(**{f"{other}__in": list(mine.values_list(other, flat=True))}).delete()
    theirs.update(**{name: done.keep})


# --- how the person is reached, and what it was told ------------------------------------------------


def unite_addresses(done):
    """Move the addresses; of one that both have, an opt-out, a bounce and the wish for
    nothing but what has to arrive stay of either side."""
    mine = {(a.channel, a.value.lower()): a for a in done.keep.addresses.select_for_update()}
    for address in done.gone.addresses.select_for_update():
        same = mine.get((address.channel, address.value.lower()))
        if same is None:
            address.user = done.keep
            address.save(update_fields=["user"])
            continue
        address.delete()
        for name in ("verified_at", "opted_out_at", "failed_at"):
            first = min(filter(None, (getattr(same, name), getattr(address, name))), default=None)
            setattr(same, name, first)
        same.signs_in = same.signs_in or address.signs_in
        same.pace = address.pace if address.pace == Address.Pace.OFF else same.pace
        same.save()


def unite_receipts(done):
    """Move what was told; of a notice that both have, the kept one gets the facts of both.

    The other stays with the closed account: its deliveries say what was sent where, and when.
    """
    theirs = Receipt.objects.filter(person=done.gone)
    twice = Receipt.objects.filter(person=done.keep, notice__in=theirs.values("notice"))
    said = {row.notice_id: row for row in theirs.select_for_update()}
    for row in twice.select_for_update():
        other = said.pop(row.notice_id)
        Receipt.objects.filter(pk=row.pk).update(
            read_at=_first("read_at", other),
            acknowledged_at=_first("acknowledged_at", other),
            created_at=Least(F("created_at"), other.created_at),
            signed=row.signed or other.signed,
        )
    Receipt.objects.filter(pk__in=[row.pk for row in said.values()]).update(person=done.keep)


def _first(name, other):
    """Return the earlier of a moment of the row and of the other one, whichever is known."""
    at = getattr(other, name)
    return F(name) if at is None else Least(F(name), at)


def move_letters(done):
    """Move the letters; an open one goes on opening the one account, unless it has one already."""
    mine = Invitation.objects.open().filter(user=done.keep).values("school")
    for letter in Invitation.objects.open().filter(
        user=done.gone, school__in=list(mine.values_list("school", flat=True))
    ):
        letter.revoke(by=done.by)
    Invitation.objects.filter(user=done.gone).update(user=done.keep)


# --- the door ---------------------------------------------------------------------------------------


def end_tokens(done):
    """End the tokens of the account that goes: a program is let in anew by its person."""
    done.gone.tokens.all().revoke_all()


def end_second_factors(done):
    """Take passkeys, apps and recovery codes of the account that goes away: they open nothing."""
    Authenticator.objects.filter(user=done.gone).delete()


def move_allauth_addresses(done):
    """Move allauth's own list of addresses, none of them as the first."""
    mine = EmailAddress.objects.filter(user=done.keep).values_list("email", flat=True)
    theirs = EmailAddress.objects.filter(user=done.gone)
    theirs.filter(email__in=list(mine)).delete()
    theirs.update(user=done.keep, primary=False)


def follow_earlier(done):
    """Let accounts that were merged into the one that goes lead to the kept one."""
    User.objects.filter(merged_into=done.gone).update(merged_into=done.keep)
