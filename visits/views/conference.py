"""Conference days as staff keeps them: a new one, its plan, a time for a family that called."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.conference import ConferenceEditForm, ConferenceForm, ForFamilyForm
from visits.models import Booking, ConferenceDay, Slot
from visits.models.conference import Booked, NotOpen, Taken, TwoTables
from visits.models.meeting import classes_for
from visits.reading.meeting_slots import Plan, families, time_in_words

A_PAGE = 50
NOT_WHOLE = 422


def _staff_only(user):
    if not user.roles() & sight.STAFF_ROLES:
        raise PermissionDenied


def _kept(user, pk):
    return ConferenceDay.objects.kept_by(user).filter(pk=pk).exists()


def _holds(user, pk):
    return ConferenceDay.objects.held_by(user).filter(pk=pk).exists()


def seen_day(request, pk, *, holders=False):
    """Return a day that the reader may change, or sits at (`holders`): 404 elsewhere, else 403."""
    rows = ConferenceDay.objects.visible_to(request.user).select_related("school")
    day = get_object_or_404(rows, pk=pk)
    if not (_kept(request.user, pk) or (holders and _holds(request.user, pk))):
        raise PermissionDenied
    return day


def conference_list(request):
    """List the conference days of the reader's schools, newest first."""
    _staff_only(request.user)
    rows = ConferenceDay.objects.visible_to(request.user)
    own = rows.kept_by(request.user) | rows.held_by(request.user)
    days = rows.filter(pk__in=own.values("pk")).prefetch_related("classes").order_by("-on", "pk")
    page = Paginator(days, A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_add": classes_for(request.user).exists()}
    return render(request, "visits/conference_list.html", context)


def conference_create(request):
    """Set up a conference day: its times are made at once."""
    _staff_only(request.user)
    classes = classes_for(request.user).open()
    form = ConferenceForm(posted(request), classes=classes, user=request.user)

    def work():
        day = form.row()
        data = form.cleaned_data
        day.open(by=request.user, classes=list(data["classes"]), hosts=list(data["hosts"]))
        return day.get_absolute_url()

    return _answered(request, form, work) or _form(request, form)


def conference_edit(request, pk):
    """Change name, place and when families book; give more staff a table."""
    day = seen_day(request, pk)
    form = ConferenceEditForm(posted(request), day=day)

    def work():
        if values := form.values():
            day.change(by=request.user, **values)
        for host in form.cleaned_data["hosts"]:
            day.seat(host, by=request.user)
        return day.get_absolute_url()

    return _answered(request, form, work) or _form(request, form, day)


def _answered(request, form, work):
    try:
        return answered(request, form, work)
    except Taken:
        words = _("Somebody of them sits at another conference at these times.")
        form.add_error("hosts", words)
        return None


def _form(request, form, day=None):
    context = {"form": form, "day": day}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/conference_form.html", context, status=status)


@require_safe
def conference_detail(request, pk):
    """Show the plan of the day: every table, its times, and who has them."""
    day = seen_day(request, pk, holders=True)
    context = {"day": day, "plan": Plan(day, request.user), "may_change": _kept(request.user, pk)}
    return render(request, "visits/conference_detail.html", context)


@require_safe
def conference_print(request, pk):
    """Show the plan as a sheet of paper for each table; `?mine=1` the reader's own alone."""
    day = seen_day(request, pk, holders=True)
    host = request.user if request.GET.get("mine") == "1" else None
    plan = Plan(day, request.user, host)
    return render(request, "visits/conference_print.html", {"day": day, "plan": plan})


def _done(request, day, verb, said):
    try:
        verb(by=request.user)
    except NotOpen:
        messages.error(request, _("It is too late for that: booking is over."))
    else:
        messages.success(request, said)
    return redirect(day)


@require_POST
def conference_invite(request, pk):
    """Tell the families that they can book; pressed again, those who were not told yet."""
    day = seen_day(request, pk)
    return _done(request, day, day.invite, _("The families are being told."))


@require_POST
def conference_call_off(request, pk):
    """Call the day off and tell those who were invited."""
    day = seen_day(request, pk)
    return _done(request, day, day.call_off, _("The day is called off. The families are told."))


# --- single times ---------------------------------------------------------------------------------
def _slot(request, pk):
    """Return a time of a day that the reader may change, or of the reader's own table."""
    days = ConferenceDay.objects.visible_to(request.user)
    rows = Slot.objects.filter(conference__in=days).select_related("conference__school", "host")
    slot = get_object_or_404(rows, pk=pk)
    if slot.host_id != request.user.pk and not _kept(request.user, slot.conference_id):
        raise PermissionDenied
    return slot


def _to_the_plan(slot):
    return redirect(f"{slot.conference.get_absolute_url()}#s{slot.pk}")


@require_POST
def slot_block(request, pk):
    """Keep a time free of families."""
    return _block(request, _slot(request, pk), True)


@require_POST
def slot_unblock(request, pk):
    """Let families book a time again."""
    return _block(request, _slot(request, pk), False)


def _block(request, slot, blocked):
    try:
        slot.block(blocked, by=request.user)
    except Booked:
        messages.error(request, _("A family has this time. Give it back first."))
    return _to_the_plan(slot)


def slot_book(request, pk):
    """Book a time for a family that called; what it has with this teacher moves there."""
    slot = _slot(request, pk)
    choices = families(slot.conference, request.user)
    words = [(key, row[2]) for key, row in choices.items()]
    form = ForFamilyForm(posted(request), families=words)

    def work():
        child, home, _words = choices[form.cleaned_data["family"]]
        Booking.objects.take(slot, child, home, by=request.user, as_staff=True)
        return f"{slot.conference.get_absolute_url()}#s{slot.pk}"

    done = None
    try:
        done = answered(request, form, work, _("The time is booked. The family is told."))
    except TwoTables:
        form.add_error("family", _("This child has another conversation at this time."))
    except (Taken, NotOpen):
        form.add_error(None, _("This time is not free any more. Please choose another one."))
    if done:
        return done
    when = time_in_words(slot, slot.conference.zone)
    context = {"form": form, "slot": slot, "day": slot.conference, "when": when}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/conference_book.html", context, status=status)


@require_POST
def slot_clear(request, pk):
    """Give back the time that a family has; it is told."""
    slot = _slot(request, pk)
    booking = slot.bookings.live().select_related("slot__conference__school", "student").first()
    try:
        if booking:
            booking.cancel(by=request.user)
    except NotOpen:
        messages.error(request, _("This time has come: it stays as it is."))
    else:
        messages.success(request, _("The time is free again. The family is told."))
    return _to_the_plan(slot)
