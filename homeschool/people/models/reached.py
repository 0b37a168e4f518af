"""How people are reached: what the journal asks about addresses, and who oversees what left."""

from django.db import transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people import sight

from .family import Guardianship, Student
from .school import School
from .staff import Membership
from .user import Address


def usable_addresses():
    """Return the addresses that may be written to, the best of a person first: verified ones, then
    the one that the person signs in with. An opt-out or a bounce takes an address out.

    With the wishes of the person: `pace` of the address, `zone`, and the own quiet hours.
    """
    usable = Address.objects.filter(opted_out_at=None, failed_at=None, user__is_active=True)
    usable = usable.annotate(
        zone=Coalesce(NullIf("user__time_zone", Value("")), home_zone(), Value("")),
        quiet_from=F("user__quiet_from"),
        quiet_until=F("user__quiet_until"),
    )
    by_sign_in = Q(value=F("user__email"))
    return usable.annotate(is_own=by_sign_in).order_by(
        F("verified_at").asc(nulls_last=True), F("is_own").desc(nulls_last=True), "id"
    )


def home_zone():
    """Return the expression of the zone where a person without a zone of its own has its first child
    or work; NULL where all schools keep the same time, since then it is the school's that writes."""
    mine = {"user": OuterRef("user"), "until": None}
    children = Guardianship.objects.filter(guardian=OuterRef("user"), until=None)
    ways = (
        children.order_by("student__school__code", "id").values("student__school__time_zone"),
        Student.objects.filter(user=OuterRef("user")).values("school__time_zone"),
        Membership.objects.filter(**mine)
        .order_by("school__code", "id")
        .values("school__time_zone"),
    )
    zones = (
        School.objects.order_by().values(one=Value(1)).annotate(n=Count("time_zone", distinct=True))
    )
    several = Exists(zones.filter(n__gt=1))
    return Case(When(several, then=Coalesce(*(Subquery(way[:1]) for way in ways))))


def opt_out(user_id, channel, value):
    """Write to this address no more, as its owner asked; the first time stands."""
    for address in _of(user_id, channel, value):
        address.write_no_more(by=address.user)


def opt_in(user_id, channel, value):
    """Write to this address again, as its owner asked; one that is written to stays as it is."""
    for address in _of(user_id, channel, value):
        address.write_again(by=address.user)


def _of(user_id, channel, value):
    found = Address.objects.filter(user_id=user_id, channel=channel, value=value)
    return found.select_related("user")


def overseen_schools(user):
    """Return the ids of the schools whose deliveries `user` looks after: those it administers."""
    return sight.schools_of(user, {sight.SCHOOL_ADMIN})


# --- letters that came back -----------------------------------------------------------------------


def fail(channel, value):
    """Take an address out of use, since letters to it come back; whoever it belongs to."""
    _mark(channel, value, "address.failed", timezone.now())


def works(channel, value):
    """Take an address back into use, since a letter arrived there or a person says so."""
    _mark(channel, value, "address.works", None)


def _mark(channel, value, verb, at):
    with transaction.atomic():
        rows = Address.objects.filter(
            channel=channel, value__iexact=value, failed_at__isnull=at is not None
        )
        for address in rows.select_for_update(of=("self",)):
            Address.objects.filter(pk=address.pk).update(failed_at=at)
            Entry.record(verb, address, by=None)


def unreached(children):
    """Return those of `children` (a queryset of students) of whose home no letter reaches anybody:
    no guardian who may receive letters, nor the student itself, has an address that works."""
    usable = usable_addresses().order_by().filter(channel=Address.Channel.EMAIL)
    ties = Guardianship.objects.open().filter(student=OuterRef("pk"), may_receive=True)
    by_adult = Exists(ties.filter(Exists(usable.filter(user=OuterRef("guardian")))))
    return children.exclude(by_adult).exclude(Exists(usable.filter(user=OuterRef("user"))))
