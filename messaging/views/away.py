"""Being away, who stands in, and when somebody usually answers: pages of staff."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.views.home import posted
from messaging.forms.away import AwayForm, OfficeForm
from messaging.models import Away, OfficeHours
from messaging.models.away import SETTERS, AwayTwice, MayNotStandIn
from messaging.models.thread import WRITERS
from messaging.reading.away import AwayPage, office_in_words, today_at
from messaging.reading.ways import places

NOT_WHOLE = 422
STAFF = WRITERS | SETTERS
HERE = "away-list"


def _school(request, pk, roles=STAFF):
    """Return a school where the reader has one of `roles`: 404 beyond, 403 in another role."""
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    if not School.objects.visible_to(request.user, roles=roles).filter(pk=pk).exists():
        raise PermissionDenied
    return school


def _drawn(request, template, context, form=None):
    status = NOT_WHOLE if form is not None and form.is_bound else 200
    context |= {"form": form, "places": places(request.user, HERE)}
    return render(request, f"messaging/{template}.html", context, status=status)


# --- who is away ---------------------------------------------------------------------------------
@require_safe
def away_list(request):
    """List when one is away oneself, for whom one stands in, and, to who leads, the whole school."""
    if not request.user.roles() & STAFF:
        raise PermissionDenied
    user = request.user
    rows = Away.objects.visible_to(user).select_related("school", "person", "substitute")
    coming = [AwayRow(row, user) for row in rows.to_come().order_by("since", "pk")]
    schools = list(School.objects.visible_to(user, roles=STAFF))
    led = set(sight.schools_of(user, SETTERS).values_list("school", flat=True))
    context = {
        "own": [row for row in coming if row.is_own],
        "for_whom": [row for row in coming if row.stands_in],
        "others": [row for row in coming if not row.is_own and not row.stands_in],
        "schools": [OfficeOf(school, user, school.pk in led) for school in schools],
        "several": len(schools) > 1,
    }
    return _drawn(request, "away_list", context)


class AwayRow:
    """One line of the list."""

    def __init__(self, away, reader):
        self.away, self.is_own = away, away.person_id == reader.pk
        self.stands_in = away.substitute_id == reader.pk
        self.is_on = away.is_on(today_at(away.school))


class OfficeOf:
    """When the reader, and whoever says nothing else, answers at a school; `leads`: may set the latter."""

    def __init__(self, school, reader, leads):
        self.school, self.leads = school, leads
        rows = OfficeHours.objects.filter(school=school, person__in=[reader.pk])
        common = OfficeHours.objects.filter(school=school, person=None)
        self.own = office_in_words(rows.first())
        self.common = office_in_words(common.first())


def away_new(request, pk):
    """Say that one is away, or, as who leads, that a colleague is."""
    school = _school(request, pk)
    setter = School.objects.visible_to(request.user, roles=SETTERS).filter(pk=school.pk).exists()
    form = AwayForm(
        posted(request), user=request.user, school=school, setter=setter, today=today_at(school)
    )
    context = {"school": school, "setter": setter}
    if not form.is_bound:
        return _drawn(request, "away_form", context, form)
    valid, key = form.is_valid(), form.cleaned_data["submission"]
    if not valid:
        first = Submission.first_answer(request.user, key)
        return redirect(first) if first else _drawn(request, "away_form", context, form)
    try:
        found = Submission.once(request.user, key, lambda: _kept(form, request.user))
    except (AwayTwice, MayNotStandIn) as error:
        form.refused(error)
        return _drawn(request, "away_form", context, form)
    messages.success(request, _("It is written down. Families read it from the first day on."))
    return redirect(found)


def _kept(form, by):
    return reverse("messaging:away-detail", args=[form.keep(by).pk])


def _away(request, pk):
    rows = Away.objects.visible_to(request.user).select_related("school", "person", "substitute")
    return get_object_or_404(rows, pk=pk)


@require_safe
def away_detail(request, pk):
    """Show one time away: what families read, and of which children the substitute reads nothing."""
    page = AwayPage(_away(request, pk), request.user)
    return _drawn(
        request, "away_detail", {"page": page, "may_end": _may_end(request.user, page.away)}
    )


def _may_end(user, away):
    leads = sight.schools_of(user, SETTERS).filter(school=away.school_id).exists()
    return away.ended_at is None and (away.person_id == user.pk or leads)


@require_POST
def away_end(request, pk):
    """Be back earlier, or say it of a colleague; back before, nothing happens."""
    away = _away(request, pk)
    if away.ended_at is None and not _may_end(request.user, away):
        raise PermissionDenied
    away.end(by=request.user)
    messages.success(
        request, _("%(name)s answers again from now on.") % {"name": away.person.full_name}
    )
    return redirect("messaging:away-list")


# --- when somebody answers -----------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def office_edit(request, pk):
    """Set when one usually answers oneself."""
    return _office(request, _school(request, pk), request.user)


@require_http_methods(["GET", "HEAD", "POST"])
def office_default(request, pk):
    """Set when whoever says nothing else answers: what the school says of itself."""
    return _office(request, _school(request, pk, SETTERS), None)


def _office(request, school, person):
    stands = OfficeHours.objects.filter(school=school)
    stands = (stands.filter(person=person) if person else stands.filter(person=None)).first()
    form = OfficeForm(posted(request), stands=stands)
    if form.is_bound and form.is_valid():
        form.keep(school, person, request.user)
        messages.success(request, _("Your changes are kept."))
        return redirect("messaging:away-list")
    return _drawn(request, "office_form", {"school": school, "person": person}, form)
