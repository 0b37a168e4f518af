"""Sessions: the week of a school, one session, and what staff does with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.sessions import (
    AddForm,
    BookForm,
    CallOffForm,
    LeadForm,
    MoveForm,
    SetUpForm,
    WeekFilter,
    WorkForm,
)
from counseling.models import Programme, Resource, Session
from counseling.models.programme import KEEPERS, READERS
from counseling.models.session import Busy
from counseling.reading.after_school import places
from counseling.reading.attendance import SessionChildren
from counseling.reading.dosage import result_lines
from counseling.reading.sessions import (
    REFUSALS,
    SessionPage,
    Week,
    coming,
    in_words,
    monday_of,
    school_of,
    set_up,
    today_of,
    why_not,
)
from homeschool.journal.models import Entry
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422
MOST_SAID = 12  # sessions named one by one where something was not possible


def require_reader(request):
    """Refuse who is no staff that reads programmes."""
    if not request.user.roles() & READERS:
        raise PermissionDenied


def seen_session(request, pk):
    """Return a session that the reader may see, else 404."""
    rows = Session.objects.visible_to(request.user).select_related("programme__school")
    return get_object_or_404(rows, pk=pk)


def keeps(user, session):
    """Return whether `user` keeps the programmes of the session's school (one query)."""
    return Session.objects.visible_to(user, roles=KEEPERS).filter(pk=session.pk).exists()


def kept_session(request, pk):
    """Return a session that the reader keeps: 404 where it is not seen, 403 where not kept."""
    session = seen_session(request, pk)
    if not keeps(request.user, session):
        raise PermissionDenied
    return session


def kept_programme(request, pk):
    """Return a programme that the reader keeps: 404 where it is not seen, 403 where not kept."""
    rows = Programme.objects.visible_to(request.user).select_related("school")
    programme = get_object_or_404(rows, pk=pk)
    if not Programme.objects.visible_to(request.user, roles=KEEPERS).filter(pk=pk).exists():
        raise PermissionDenied
    return programme


def tried(request, form, work, said, *, why):
    """Answer as `answered` does; what the core refuses stands in the form as the sentence of `why(error)`."""
    try:
        return answered(request, form, work, said)
    except REFUSALS as error:
        form.add_error(None, why(error))
        return None


def drawn(request, form, template, context):
    """Draw the page of a form: 422 where it comes back."""
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, template, context | {"form": form}, status=status)


def of_session(session):
    """Return what the page of a form about a session says above it."""
    zone = session.programme.zone
    return {"session": session, "when": in_words(session, zone)}


# --- the week ---------------------------------------------------------------------------------------------


@require_safe
def session_week(request):
    """Show a week of a school: day by day, who leads and where, holidays named."""
    require_reader(request)
    school, schools = school_of(request.user, READERS, request.GET.get("school", ""))
    if school is None:
        raise PermissionDenied
    today = today_of(school)
    week = Week(request.user, school, monday_of(request.GET.get("on", ""), today), today)
    form = WeekFilter(request.GET, week)
    week.narrowed(**form.asked)
    kept = request.GET.copy()
    kept.pop("on", None)
    context = {
        "week": week, "form": form, "schools": schools, "kept": kept.urlencode(),
        "places": places(request.user, "session-week"), "n": len(week.lines),
    }  # fmt: skip
    return render(request, "counseling/session_week.html", context)


# --- one session --------------------------------------------------------------------------------------------


@require_safe
def session_detail(request, pk):
    """Show staff one session; a volunteer who leads it marks who is there."""
    session = seen_session(request, pk)
    page = SessionPage(request.user, session)
    if not Session.objects.visible_to(request.user, roles=READERS).filter(pk=pk).exists():
        if page.leads:
            return redirect("counseling:attendance-mark", pk)
        raise PermissionDenied
    context = {
        "page": page, "session": session, "programme": session.programme,
        "keeps": keeps(request.user, session), "places": places(request.user, ""),
        "children": SessionChildren(request.user, session, leads=page.leads),
        "results": result_lines(session, request.user),
    }  # fmt: skip
    beyond = [row.student.pk for row in context["children"].rows if not row.is_seen]
    school = session.programme.school
    Entry.viewed_of("attendance.viewed", session, beyond, by=request.user, school=school)
    with timezone.override(page.zone):
        return render(request, "counseling/session_detail.html", context)


def session_add(request, pk):
    """Plan one session more of a programme."""
    programme = kept_programme(request, pk)
    zone, today = programme.zone, today_of(programme.school)
    initial = {"place": programme.place}
    form = AddForm(posted(request), zone=zone, today=today, initial=initial)

    def work():
        data = form.cleaned_data
        session = Session.objects.add(
            programme, form.begins, data["minutes"], by=request.user, place=data["place"]
        )
        return session.get_absolute_url()

    done = tried(
        request, form, work, _("The session is planned."),
        why=lambda error: why_not(error, user=request.user, zone=zone),
    )  # fmt: skip
    return done or drawn(request, form, "counseling/session_add.html", {"programme": programme})


def session_work(request, pk):
    """Write down where a session is and what is worked on."""
    session = seen_session(request, pk)
    if not Session.objects.visible_to(request.user, roles=READERS).filter(pk=pk).exists():
        raise PermissionDenied
    if not (keeps(request.user, session) or SessionPage(request.user, session).leads):
        raise PermissionDenied
    names = ("place", "topic", "material", "pages")
    form = WorkForm(posted(request), initial={name: getattr(session, name) for name in names})

    def work():
        session.describe(by=request.user, **form.values())
        return session.get_absolute_url()

    context = of_session(session)
    return answered(request, form, work) or drawn(
        request, form, "counseling/session_work.html", context
    )


def session_move(request, pk):
    """Let one session begin at another time; families and leaders are told."""
    session = kept_session(request, pk)
    zone = session.programme.zone
    begins = session.begins.astimezone(zone)
    form = MoveForm(
        posted(request), zone=zone, today=today_of(session.programme.school),
        initial={"on": session.on, "starts": begins.time()},
    )  # fmt: skip

    def work():
        session.move(form.begins, by=request.user)
        return session.get_absolute_url()

    def why(error):
        span = session.span_from(form.begins)
        return why_not(error, user=request.user, zone=zone, session=session, span=span)

    done = tried(request, form, work, _("It is moved. Families and leaders are told."), why=why)
    return done or drawn(request, form, "counseling/session_move.html", of_session(session))


def session_call_off(request, pk):
    """Call one session off, with the reason; families and leaders are told."""
    session = kept_session(request, pk)
    form = CallOffForm(posted(request))

    def work():
        session.call_off(by=request.user, because=form.cleaned_data["because"])
        return session.get_absolute_url()

    done = tried(
        request, form, work, _("It is called off. Families and leaders are told."),
        why=lambda error: why_not(error, user=request.user, zone=session.programme.zone),
    )  # fmt: skip
    return done or drawn(request, form, "counseling/session_call_off.html", of_session(session))


# --- who and what -------------------------------------------------------------------------------------------


def session_lead(request, pk):
    """Let somebody lead a session: staff, or a volunteer who is cleared on its day."""
    session = kept_session(request, pk)
    form = LeadForm(posted(request), session=session)

    def work():
        person = form.person
        is_staff = not hasattr(person, "clearance_on")
        session.lead(by=request.user, **({"user": person} if is_staff else {"volunteer": person}))
        return session.get_absolute_url()

    def why(error):
        return why_not(
            error, user=request.user, zone=session.programme.zone, session=session,
            who=form.person, span=session.span,
        )  # fmt: skip

    done = tried(request, form, work, _("It is written down."), why=why)
    return done or drawn(request, form, "counseling/session_lead.html", of_session(session))


@require_POST
def session_let_go(request, pk):
    """Let somebody lead a session no more; who is named by the form."""
    session = kept_session(request, pk)
    who = request.POST.get("leader", "")
    _undone(request, lambda: who.isdecimal() and session.let_go(int(who[:9]), by=request.user))
    return redirect(session)


def session_book(request, pk):
    """Book rooms, devices and books for a session, of those that are free then."""
    session = kept_session(request, pk)
    zone = session.programme.zone
    form = BookForm(posted(request), session=session)
    wanted: list = []

    def work():
        for thing in form.chosen:
            wanted[:] = [thing]
            session.use(thing, by=request.user)
        return session.get_absolute_url()

    def why(error):
        who = wanted[0] if wanted else None
        return why_not(
            error, user=request.user, zone=zone, session=session, who=who, span=session.span
        )

    done = tried(request, form, work, _("It is booked."), why=why)
    if done:
        return done
    for thing in getattr(form, "taken", ()):
        wanted[:] = [thing]
        form.add_error(None, why(Busy("a_thing_is_booked_once")))
    return drawn(request, form, "counseling/session_book.html", of_session(session))


@require_POST
def session_release(request, pk):
    """Free a room, a device or books; which is named by the form."""
    session = kept_session(request, pk)
    kept = {str(row.pk): row for row in Resource.objects.filter(bookings__session=session)}
    thing = kept.get(request.POST.get("thing", ""))
    _undone(request, lambda: thing and session.release(thing, by=request.user))
    return redirect(session)


def _undone(request, work):
    try:
        work()
        messages.success(request, _("Your changes are kept."))
    except REFUSALS as error:
        messages.warning(request, why_not(error, user=request.user, zone=None))


def session_set_up(request, pk):
    """Let somebody lead, and book something for, all coming sessions of a programme at once."""
    programme = kept_programme(request, pk)
    form = SetUpForm(posted(request), programme=programme)
    found: list = []

    def work():
        found[:] = set_up(programme, by=request.user, leaders=form.people, things=form.chosen)
        return reverse("counseling:session-set-up", args=[programme.pk])

    done = answered(request, form, work, _("Done. What was not possible is named here."))
    if done:
        _say(request, programme, *found or ([], []))
        return done
    context = {"programme": programme, "coming": coming(programme)}
    with timezone.override(programme.zone):
        return drawn(request, form, "counseling/session_set_up.html", context)


def _say(request, programme, whole, failed):
    n = len(whole)
    messages.success(
        request,
        ngettext("%(n)d session has all of it.", "%(n)d sessions have all of it.", n) % {"n": n},
    )
    for session, words in failed[:MOST_SAID]:
        when = in_words(session, programme.zone)
        messages.warning(request, f"{when}: {words}")
    if (left := len(failed) - MOST_SAID) and left > 0:
        words = ngettext(
            "And %(n)d more: the list below shows which lack something.",
            "And %(n)d more: the list below shows which lack something.",
            left,
        )
        messages.warning(request, words % {"n": left})
