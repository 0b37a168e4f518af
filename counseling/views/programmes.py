"""Programmes: the list, one of them, making and changing it, days without sessions."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.programmes import DayOffForm, ProgrammeForm, times_of_week, today_of
from counseling.models import DayOff, Programme
from counseling.models.programme import KEEPERS, READERS, FewerThanTaken, SeatsAskedFor
from counseling.models.session import Busy
from counseling.reading import programmes as reading
from counseling.reading.after_school import places
from homeschool.journal.models import Entry, Submission, hours
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422
A_PAGE = 30


def require_staff(request, programme, roles=READERS):
    """Refuse (403) who has none of `roles` in the programme's school."""
    if not sight.schools_of(request.user, roles).filter(school=programme.school_id).exists():
        raise PermissionDenied


def programme_of(request, pk, roles=READERS):
    """Return the programme for staff: 404 out of sight, 403 in another role."""
    rows = Programme.objects.visible_to(request.user).select_related("school", "owner")
    programme = get_object_or_404(rows.prefetch_related("pattern"), pk=pk)
    require_staff(request, programme, roles)
    return programme


def answer(request, form, template, context):
    """Draw a page with a form; 422 where it came back."""
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, template, context, status=status)


# --- the list -----------------------------------------------------------------------------------------


@require_safe
def programme_list(request):
    """List the programmes of now with free places and who waits; those that are over stand behind."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    which = reading.OVER if request.GET.get("state") == reading.OVER else reading.NOW
    page = Paginator(reading.rows_of(request.user, which), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [reading.Row.of(programme) for programme in page.object_list]
    schools = School.objects.filter(pk__in=sight.schools_of(request.user, KEEPERS)).order_by("name")
    context = {"page": page, "which": which, "schools": list(schools)}
    context["places"] = places(request.user, "programme-list")
    context["several"] = len({row.programme.school_id for row in page.object_list}) > 1
    return render(request, "counseling/programme_list.html", context)


@require_safe
def programme_detail(request, pk):
    """Show one programme: when, its next sessions, who has a seat and who waits, why, and what clashes."""
    programme = programme_of(request, pk)
    page = reading.Page(request.user, programme)
    grouped = [place.child.pk for place in page.places if place.child and place.group]
    Entry.viewed_of("seat.viewed", programme, grouped, by=request.user, school=programme.school)
    context = {"page": page, "programme": programme, "once": OnceForm()}
    context["places"] = places(request.user, "programme-list")
    with timezone.override(programme.zone):
        return render(request, "counseling/programme_detail.html", context)


# --- making and changing --------------------------------------------------------------------------------


def programme_create(request, pk):
    """Make a programme of a school; it is being prepared until somebody opens it."""
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    if not sight.schools_of(request.user, KEEPERS).filter(school=school.pk).exists():
        raise PermissionDenied
    return _form_page(request, Programme(school=school), school)


def programme_edit(request, pk):
    """Change a programme; fewer places than seats given are refused with their number."""
    programme = programme_of(request, pk, KEEPERS)
    return _form_page(request, programme, programme.school)


def _form_page(request, programme, school):
    stands = None if programme._state.adding else programme
    with timezone.override(hours.zone_of(school.time_zone)):
        form = ProgrammeForm(posted(request), instance=programme, school=school)
        times = times_of_week(posted(request), stands)
        done = _kept(request, form, times)
        context = {"form": form, "times": times, "programme": stands, "school": school}
        context["forms"] = [form, times]
        return done or answer(request, form, "counseling/programme_form.html", context)


def _kept(request, form, times):
    """Keep a whole form once and return the redirect, else None."""
    if not form.is_bound:
        return None
    valid, whole = form.is_valid(), times.is_valid()
    key = form.cleaned_data.get("submission")
    if not (valid and whole):
        first = Submission.first_answer(request.user, key)
        return redirect(first) if first else None

    def work():
        return form.keep(times.weekly, by=request.user).get_absolute_url()

    try:
        url = Submission.once(request.user, key, work)
    except FewerThanTaken as error:  # somebody got a seat in this moment
        form.say_fewer(error)
        return None
    except SeatsAskedFor:
        form.say_asked()
        return None
    except Busy:
        what = {"name": _("Somebody or something")}
        form.add_error(None, _("%(name)s is taken at that time.") % what)
        return None
    except IntegrityError:  # what two wrote does not fit together
        form.add_error(
            None, _("Somebody else changed this at the same moment. Please look and send again.")
        )
        return None
    messages.success(request, _("The programme is kept."))
    return redirect(url)


@require_POST
def programme_move(request, pk, state):
    """Let families ask, let it take place, end it; moved there before, nothing happens."""
    programme = programme_of(request, pk, KEEPERS)
    if state not in reading.MOVES[programme.state]:
        return redirect(programme)
    programme.move_on(state, by=request.user)
    said = {
        "open": _("Families can ask for a seat now. The sessions are planned."),
        "running": _("It takes place now. The sessions are planned."),
        "over": _("It is over. What was stays to be read."),
    }
    messages.success(request, said[state])
    return redirect(programme)


# --- days without sessions ------------------------------------------------------------------------------


def programme_pauses(request, pk):
    """Show the days on which this programme makes a pause, and add some."""
    programme = programme_of(request, pk, KEEPERS)
    here = reverse("counseling:programme-pauses", args=[programme.pk])
    return _days_off_page(request, programme.school, programme, here, programme.get_absolute_url())


def day_off_list(request, pk):
    """Show the holidays of a school, and add some: they hold for all its programmes."""
    school = get_object_or_404(School.objects.visible_to(request.user), pk=pk)
    if not sight.schools_of(request.user, KEEPERS).filter(school=school.pk).exists():
        raise PermissionDenied
    here = reverse("counseling:day-off-list", args=[school.pk])
    return _days_off_page(request, school, None, here, reverse("counseling:programme-list"))


def _days_off_page(request, school, programme, here, back):
    form = DayOffForm(posted(request), school=school, programme=programme)

    def work():
        DayOff.objects.add(school, programme, by=request.user, **form.values())
        return here

    done = answered(request, form, work, _("Kept. Sessions on these days are taken back."))
    if done:
        return done
    rows = DayOff.objects.filter(school=school, until__gte=today_of(school))
    context = {"form": form, "school": school, "programme": programme, "back": back}
    context |= {"pauses": rows.filter(programme=programme) if programme else []}
    context |= {"holidays": rows.filter(programme=None), "once": OnceForm()}
    return answer(request, form, "counseling/programme_days_off.html", context)


@require_POST
def day_off_remove(request, pk):
    """Let there be sessions on these days again; removed before, nothing happens."""
    if removed := _removed(request.user, pk):
        return removed
    row = get_object_or_404(
        DayOff.objects.visible_to(request.user, roles=READERS).select_related(
            "school", "programme__school"
        ),
        pk=pk,
    )
    if not DayOff.objects.visible_to(request.user, roles=KEEPERS).filter(pk=pk).exists():
        raise PermissionDenied
    programme, school = row.programme_id, row.school_id
    row.take_back(by=request.user)
    messages.success(request, _("There are sessions on these days again."))
    return _to_days_off(programme, school)


def _removed(user, pk):
    """Return the way to the list on which the day off stood, where somebody removed it; else None."""
    entries = Entry.objects.filter(
        about_type="counseling.dayoff", about_id=str(pk), verb="day_off.taken_back"
    )
    entry = entries.filter(school__in=sight.schools_of(user, KEEPERS)).first()
    return entry and _to_days_off(entry.data["programme"], entry.school_id)


def _to_days_off(programme, school):
    if programme:
        return redirect("counseling:programme-pauses", programme)
    return redirect("counseling:day-off-list", school)
