"""What a school's administrator does with the account of somebody whom the school knows.

An account may belong to several schools: who does not administer all of them changes nothing, or
one school would hold the key to another. docs/decisions/0014-people-change-hands.md
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from homeschool import names
from homeschool.journal.models import Bounce, Entry
from homeschool.people import sight
from homeschool.people.models import Address, Guardianship, Membership, Token, User

# So many digits of a phone name somebody; fewer stand in half of all numbers.
FEWEST_DIGITS = 5


def people_of(school):
    """Return the accounts that a school knows: who works or worked there, and who stands with a
    child there today. Those that were merged into another are not among them."""
    works = Membership.objects.filter(user=OuterRef("pk"), school=school)
    stands = Guardianship.objects.open().filter(guardian=OuterRef("pk"), student__school=school)
    return User.objects.filter(Exists(works) | Exists(stands), merged_into=None)


def found_by(people, text):
    """Return those of `people` whose name, e-mail or phone holds `text`; names by pinyin, too."""
    signs = text.strip()
    digits = "".join(sign for sign in signs if sign.isdigit())
    reached = Address.objects.filter(user=OuterRef("pk"))
    ways = [
        Q(full_name__icontains=signs),
        Q(preferred_name__icontains=signs),
        Q(email__icontains=signs),
        Q(Exists(reached.filter(value__icontains=signs))),
    ]
    if words := names.plain(text).split():
        ways.append(Q(*(Q(sort_key__contains=word) for word in words)))
    if len(digits) >= FEWEST_DIGITS:
        ways += [Q(phone__contains=digits), Q(Exists(reached.filter(value__contains=digits)))]
    return people.filter(Q(*ways, _connector=Q.OR))


def belongs_elsewhere(person, by):
    """Return whether a school that `by` does not administer knows the account too (two queries).

    So does a superuser's account, which belongs to the portal.
    """
    own = sight.schools_of(by, {sight.SCHOOL_ADMIN})
    works = Q(until=None) | Q(until__gt=timezone.now())
    roles = Membership.objects.filter(works, user=person).exclude(school__in=own)
    ties = Guardianship.objects.open().filter(guardian=person)
    others = ties.exclude(student__school__in=own)
    return person.is_superuser or person.is_staff or roles.exists() or others.exists()


def record_reading(person, *, by, school):
    """Write down that `by` read how a person is reached."""
    Entry.record(
        "person.viewed", person, by=by, kind=Entry.Kind.VIEWED, school=school, fields=["addresses"]
    )


def may_get_email(person):
    """Return whether a school may write down another e-mail to sign in with (one query).

    Where there is none, where it bounced, and where nobody ever signed in with it. Else it is the
    key of a person's own door, and whoever changes it could walk in.
    """
    if not person.email or not person.last_login:
        return True
    return person.addresses.filter(value=person.email, failed_at__isnull=False).exists()


def correct(person, *, by, school, email=None, phone=None, **values):
    """Set how a person is called and spoken to; `email` and `phone` where they are given."""
    with transaction.atomic():
        fields = [name for name, value in values.items() if getattr(person, name) != value]
        for name in fields:
            setattr(person, name, values[name])
        if fields:
            person.sort_key = names.sort_key(person.full_name)
            person.save(update_fields=[*fields, "sort_key"])
            Entry.record("person.changed", person, by=by, school=school, fields=sorted(fields))
        if email and email != person.email:
            old = person.email
            person.be_reached_at(email, by=by)
            person.addresses.filter(channel=Address.Channel.EMAIL, value=old).delete()
        if phone is not None:
            _be_called_at(person, phone, by, school)


def _be_called_at(person, phone, by, school):
    """Take `phone` as the one number of a person, "" for none; two people may share one."""
    old = person.addresses.filter(channel=Address.Channel.PHONE)
    if set(old.values_list("value", flat=True)) == ({phone} if phone else set()):
        return
    old.exclude(value=phone).delete()
    if phone:
        Address.objects.get_or_create(user=person, channel=Address.Channel.PHONE, value=phone)
    taken = User.objects.filter(phone=phone).exclude(pk=person.pk).exists()
    person.phone = None if taken or not phone else phone
    person.save(update_fields=["phone"])
    Entry.record("person.changed", person, by=by, school=school, fields=["phone"])


def may_be_closed(person):
    """Return whether nothing needs the account: no open role, no child, no record of its own."""
    roles = Membership.objects.filter(Q(until=None) | Q(until__gt=timezone.now()), user=person)
    ties = Guardianship.objects.filter(Q(until=None) | Q(until__gt=timezone.now()), guardian=person)
    return not (roles.exists() or ties.exists() or hasattr(person, "student"))


def close(person, *, by, school):
    """Close the account of somebody who left: every session and token ends, what was written stays.

    Closed before, nothing happens. Raises ValueError where something needs it still.
    """
    with transaction.atomic():
        held = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if not held.is_active:
            return
        if not may_be_closed(held):
            raise ValueError("a role or a child still needs this account")
        held.is_active = False
        held.set_unusable_password()  # a new one each time: sessions carry its mark
        held.save(update_fields=["is_active", "password"])
        Token.objects.filter(user=held).revoke_all()
        Entry.record("person.closed", held, by=by, school=school)


def reopen(person, *, by, school):
    """Open a closed account again, without any role; one that was merged stays closed."""
    with transaction.atomic():
        rows = User.objects.filter(pk=person.pk, is_active=False, merged_into=None)
        if rows.update(is_active=True):
            Entry.record("person.reopened", person, by=by, school=school)


def use_again(address, *, by, school):
    """Write to an address again that bounced, since it works now; an opt-out stands."""
    with transaction.atomic():
        if Address.objects.filter(pk=address.pk, failed_at__isnull=False).update(failed_at=None):
            Bounce.settle(address.channel, address.value)
            Entry.record("address.works", address, by=by, school=school)
