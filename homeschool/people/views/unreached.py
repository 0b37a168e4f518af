"""Families whom no letter reaches: why not, and who looks after it."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from homeschool.journal.models import Bounce
from homeschool.people import sight
from homeschool.people.models import Address, Guardianship, Student, User
from homeschool.people.models.reached import unreached

# Who is to mend it: the counselor of the child, and those who keep the school's addresses.
OWNERS = sight.CONTACT_ROLES
A_PAGE = 50


@require_safe
def unreached_list(request):
    """List the children of whose home no letter reaches anybody, with the reason for each adult.

    It names no address: those stand with the child, where reading them is written down.
    """
    if not request.user.roles() & OWNERS:
        raise PermissionDenied
    children = Student.objects.visible_to(request.user, roles=OWNERS).active()
    found = unreached(children).select_related("school", "school_class").order_by("sort_key", "pk")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    _attach_adults(page.object_list)
    _attach_owners(page.object_list)
    administered = set(
        sight.schools_of(request.user, {sight.SCHOOL_ADMIN}).values_list("school", flat=True)
    )
    for child in page.object_list:
        child.may_mend = child.school_id in administered
    return render(request, "people/unreached_list.html", {"page": page})


def _attach_adults(children):
    """Give each child `adults`: [{"person", "why"}] of those who may get letters (three queries)."""
    ties = Guardianship.objects.open().filter(student__in=children, may_receive=True)
    ties = list(ties.select_related("guardian").order_by("guardian__sort_key"))
    own = {child.user_id: child.pk for child in children if child.user_id}
    people = [(tie.student_id, tie.guardian) for tie in ties]
    people += [(own[user.pk], user) for user in User.objects.filter(pk__in=own)]
    why = Reasons([person for _child, person in people])
    adults: dict = {child.pk: [] for child in children}
    for child, person in people:
        adults[child].append({"person": person, "why": why.of(person)})
    for child in children:
        child.adults = adults[child.pk]


class Reasons:
    """Why each of these people is not reached; two queries for all."""

    def __init__(self, people):
        said = Bounce.objects.unsettled().filter(channel=Address.Channel.EMAIL)
        addresses = Address.objects.filter(user__in=people, channel=Address.Channel.EMAIL)
        self.addresses: dict = {}
        for address in addresses:
            self.addresses.setdefault(address.user_id, []).append(address)
        values = [address.value for address in addresses]
        self.bounces = {b.value.lower(): b for b in said.filter(value__in=values).order_by("at")}

    def of(self, person):
        """Return the reason in words."""
        addresses = self.addresses.get(person.pk, [])
        if not person.is_active:
            return _("the account is closed")
        if not addresses:
            return _("no e-mail address is known")
        failed = [a for a in addresses if a.failed_at and not a.opted_out_at]
        if failed:
            return self._came_back(max(failed, key=lambda a: a.failed_at))
        stopped = max(a.opted_out_at for a in addresses if a.opted_out_at)
        return _("wants no letters, since %(day)s") % {"day": day_of(stopped)}

    def _came_back(self, address):
        words = {"day": day_of(address.failed_at)}
        bounce = self.bounces.get(address.value.lower())
        if bounce and bounce.kind == Bounce.Kind.COMPLAINT:
            return _("called our letters unwanted, on %(day)s") % words
        if bounce and bounce.kind == Bounce.Kind.SOFT:
            return _("letters come back since %(day)s: the mailbox may be full") % words
        return _("letters come back since %(day)s: the address may be wrong") % words


def day_of(moment):
    """Return the day of a moment by the reader's clock and language."""
    return date_format(localtime(moment), "DATE_FORMAT")


def _attach_owners(children):
    """Give each child `owners`: the names of its counselors (one query)."""
    rows = sight.watchers([child.pk for child in children], {sight.COUNSELOR})
    names: dict = {}
    for student, name in rows.values_list("student", "user__full_name").order_by("user__full_name"):
        names.setdefault(student, {})[name] = True
    for child in children:
        child.owners = list(names.get(child.pk, ()))
