"""The people whom a school knows: found, corrected, closed, and let in again after a lost phone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.journal.models import Bounce
from homeschool.people import sight, signin
from homeschool.people.actions import persons
from homeschool.people.forms.people import PeopleFilter, PersonForm, ResetForm
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import Guardianship, Membership, School

from .home import posted
from .setting_up import administered, answered

A_PAGE = 50


def person_list(request, pk):
    """List the people of the school, found by name, e-mail or phone."""
    school = administered(request.user, School.objects, pk)
    form = PeopleFilter(request.GET)
    people = persons.people_of(school)
    if form.is_valid() and form.cleaned_data["q"]:
        people = persons.found_by(people, form.cleaned_data["q"])
    page = Paginator(people.order_by("sort_key", "pk"), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    _attach_what_they_are(page.object_list, school)
    context = {"school": school, "page": page, "form": form}
    return render(request, "people/person_list.html", context)


def _attach_what_they_are(people, school):
    """Give each person its roles here, and the children it stands with (two queries)."""
    by_key = {person.pk: person for person in people}
    for person in people:
        person.works_as, person.stands_with = [], []
    roles = Membership.objects.open().filter(school=school, user__in=by_key)
    for row in roles.order_by("role"):
        by_key[row.user_id].works_as.append(row.get_role_display())
    ties = Guardianship.objects.open().filter(student__school=school, guardian__in=by_key)
    for tie in ties.select_related("student").order_by("student__sort_key"):
        by_key[tie.guardian_id].stands_with.append(tie.student.full_name)


def _known(request, pk, person):
    """Return (school, person) of a school that the reader administers, or answer 404, or 403."""
    school = administered(request.user, School.objects, pk)
    found = persons.people_of(school).filter(pk=person).first()
    if found is None:
        raise Http404
    return school, found


def _kept(request, pk, person):
    """The same for what changes an account: refused where another school knows it too."""
    school, found = _known(request, pk, person)
    if persons.belongs_elsewhere(found, request.user):
        raise PermissionDenied
    return school, found


def _page_of(school, person):
    return reverse("people:person-detail", args=[school.pk, person.pk])


def person_detail(request, pk, person):
    """Show an account, and mend how the person is called, spoken to and reached."""
    school, found = _known(request, pk, person)
    shared = persons.belongs_elsewhere(found, request.user)
    form = None if shared else PersonForm(posted(request), person=found)

    def work():
        form.correct(request.user, school)
        return _page_of(school, found)

    done = form and answered(request, form, work)
    if not done:
        persons.record_reading(found, by=request.user, school=school)
    return done or render(
        request, "people/person_detail.html", _detail(request, school, found, form)
    )


def _detail(request, school, person, form):
    found = list(person.memberships.filter(school=school).select_related("division"))
    ties = Guardianship.objects.visible_to(request.user).filter(guardian=person)
    mine = person.pk == request.user.pk
    closes = form and not mine and persons.may_be_closed(person)
    return {
        "school": school,
        "person": person,
        "form": form,
        "roles": [row for row in found if not row.is_over],
        "past": [row for row in found if row.is_over],
        "ties": ties.open().filter(student__school=school).select_related("student__school_class"),
        "addresses": [(row, OnceForm()) for row in _addresses_of(person)],
        "once": OnceForm(),
        "may_close": closes and person.is_active,
        "may_reopen": form and not person.is_active,
        "may_reset": form and not mine and person.is_active and signin.has_second_factor(person),
    }


def _addresses_of(person):
    """Return the addresses of a person; one to which letters come back has the reason, `came_back`."""
    rows = list(person.addresses.order_by("channel", "value"))
    for row in rows:
        if row.failed_at:
            said = Bounce.objects.of(row.channel, row.value).unsettled().first()
            row.came_back = said.reason if said else ""
    return rows


@require_POST
def person_close(request, pk, person):
    """Close the account of somebody who left the school and stands with no child."""
    school, found = _kept(request, pk, person)
    if found.pk == request.user.pk or not persons.may_be_closed(found):
        raise PermissionDenied

    def work():
        persons.close(found, by=request.user, school=school)
        return _page_of(school, found)

    return _once(request, work, _("The account is closed."), _page_of(school, found))


@require_POST
def person_reopen(request, pk, person):
    """Open an account again; what it may see depends on the roles that are given anew."""
    school, found = _kept(request, pk, person)

    def work():
        persons.reopen(found, by=request.user, school=school)
        return _page_of(school, found)

    return _once(request, work, _("The account is open again."), _page_of(school, found))


def _once(request, work, said, back):
    return answered(request, OnceForm(request.POST), work, said) or redirect(back)


@require_POST
def address_works(request, pk, person):
    """Write to an address again that had bounced."""
    school, found = _kept(request, pk, person)
    bounced = found.addresses.filter(failed_at__isnull=False)
    address = bounced.filter(value=request.POST.get("value", "")[:254].replace("\0", "")).first()

    def work():
        if address:
            persons.use_again(address, by=request.user, school=school)
        return _page_of(school, found)

    return _once(request, work, _("The portal writes to it again."), _page_of(school, found))


def person_reset(request, pk, person):
    """Take away the second step of somebody who lost the phone: the reason, and the e-mail typed."""
    school, found = _kept(request, pk, person)
    if found.pk == request.user.pk or not found.is_active or not found.email:
        raise PermissionDenied
    form = ResetForm(posted(request), person=found)

    def work():
        reason = form.cleaned_data["reason"]
        signin.reset_door(found, by=request.user, school=school, reason=reason)
        transaction.on_commit(lambda: signin.tell_of_reset(request, found))
        return _page_of(school, found)

    said = _("The second step is gone. The person is told, and sets a new one up.")
    done = answered(request, form, work, said)
    if done is None and form.is_bound:
        messages.warning(request, _("Nothing was changed."))
    context = {"school": school, "person": found, "form": form}
    context["works"] = bool(found.roles() & sight.SECOND_FACTOR_ROLES)
    return done or render(request, "people/person_reset.html", context)
