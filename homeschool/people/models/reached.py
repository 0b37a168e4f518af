"""How people are reached: what the journal asks about addresses, and who oversees what left."""

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight

from .user import Address


def usable_addresses():
    """Return the addresses that may be written to, the best of a person first: verified ones, then
    the one that the person signs in with. An opt-out or a bounce takes an address out."""
    usable = Address.objects.filter(opted_out_at=None, failed_at=None, user__is_active=True)
    by_sign_in = Q(value=F("user__email"))
    return usable.annotate(is_own=by_sign_in).order_by(
        F("verified_at").asc(nulls_last=True), F("is_own").desc(nulls_last=True), "id"
    )


def opt_out(user_id, channel, value):
    """Write to this address no more, as its owner asked; the first time stands."""
    with transaction.atomic():
        open_ones = Address.objects.filter(
            user_id=user_id, channel=channel, value=value, opted_out_at=None
        )
        for address in open_ones.select_for_update().select_related(None):
            address.opted_out_at = timezone.now()
            address.save(update_fields=["opted_out_at"])
            Entry.record("address.opted_out", address, by=address.user)


def overseen_schools(user):
    """Return the ids of the schools whose deliveries `user` looks after: those it administers."""
    return sight.schools_of(user, {sight.SCHOOL_ADMIN})
