"""What the school's visits may be about: its own list, in its own words and order."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import administered, answered
from visits.forms.aspects import AspectForm
from visits.models import Aspect


def _list_of(school):
    """Return the school's list in its order; the shipped one, unsaved, where it has none yet."""
    rows = list(Aspect.objects.filter(school=school).order_by("place", "code"))
    return rows or [Aspect(school=school, code=code) for code in sorted(Aspect.SHIPPED)]


def _page_of(school):
    return reverse("visits:aspect-list", args=[school.pk])


def aspect_list(request, pk):
    """List what visits may be about, and add to it."""
    school = administered(request.user, School.objects, pk)
    rows = _list_of(school)
    form = AspectForm(posted(request), rows=rows)

    def work():
        name, code = form.cleaned_data["name"], form.code()
        Aspect.objects.add(school, name=name, code=code, by=request.user)
        return _page_of(school)

    done = answered(request, form, work)
    context = {
        "school": school,
        "form": form,
        "rows": [(row, OnceForm()) for row in rows if not row.retired_at],
        "retired": [(row, OnceForm()) for row in rows if row.retired_at],
    }
    return done or render(request, "visits/aspect_list.html", context)


def _aspect(request, pk, code):
    """Return (school, its list, the aspect of this code), or answer 404, or 403."""
    school = administered(request.user, School.objects, pk)
    rows = _list_of(school)
    found = next((row for row in rows if row.code == code), None)
    if found is None:
        raise Http404
    return school, rows, found


def aspect_edit(request, pk, code):
    """Call an aspect otherwise: what it is counted under stays."""
    school, rows, aspect = _aspect(request, pk, code)
    form = AspectForm(posted(request), rows=rows, aspect=aspect)

    def work():
        aspect.kept().rename(form.cleaned_data["name"], by=request.user)
        return _page_of(school)

    context = {"school": school, "aspect": aspect, "form": form}
    done = answered(request, form, work)
    return done or render(request, "visits/aspect_form.html", context)


def _step(request, pk, code, verb, said=""):
    school, _rows, aspect = _aspect(request, pk, code)

    def work():
        getattr(aspect.kept(), verb)(by=request.user)
        return _page_of(school)

    return answered(request, OnceForm(request.POST), work, said) or redirect(_page_of(school))


@require_POST
def aspect_up(request, pk, code):
    """Let an aspect stand one place higher."""
    return _step(request, pk, code, "move_up", _("The list is in a new order."))


@require_POST
def aspect_retire(request, pk, code):
    """Offer an aspect no more; visits that were about it keep it."""
    return _step(request, pk, code, "retire", _("It is offered no more. Past visits keep it."))


@require_POST
def aspect_restore(request, pk, code):
    """Offer a retired aspect again."""
    return _step(request, pk, code, "restore", _("It is offered again."))
