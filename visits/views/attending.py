"""What families answer: to a meeting, and on a conference day; signed in, or by a letter's link alone.

A link shows on GET and writes on POST only: mail programs open every link.
"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal import kinds
from homeschool.journal.views import NOT_FOUND, behind, dead_link, opened_by_link, plain
from visits.forms.meetings import AnswerForm
from visits.models import (
    Booking,
    ConferenceDay,
    Meeting,
    Slot,
    Visit,
    conference as conferences,
    meeting as meetings,
)
from visits.models.conference import NotOpen, Taken, TwoTables
from visits.models.meeting import TooLate
from visits.reading.meeting import files_of, invitation
from visits.reading.meeting_calendar import as_response, of_booking, of_meeting
from visits.reading.meeting_slots import ForFamily, next_free
from visits.reading.reminders import (
    IN_THREE_DAYS,
    MEETING_TOMORROW,
    TIME_TOMORROW,
    TOMORROW,
    appointment_behind,
)

from .family import way_back

CONFLICT = 409
ASKED = (meetings.INVITED, meetings.MOVED, meetings.REMINDER, MEETING_TOMORROW)
ABOUT_MEETINGS = (*ASKED, meetings.CALLED_OFF)
REMINDERS = (IN_THREE_DAYS, TOMORROW, TIME_TOMORROW)
TIMES = (conferences.SLOT, TIME_TOMORROW)


# --- meetings, signed in ----------------------------------------------------------------------------
def _meeting(request, pk):
    rows = Meeting.objects.for_family(request.user).select_related("school", "minutes_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def meeting_family(request, pk):
    """Show a family the meeting to which it is invited, with its answer and, later, the minutes."""
    meeting = _meeting(request, pk)
    context = {"invitation": invitation(meeting, request.user), "meeting": meeting}
    context["files"] = files_of(meeting)
    return render(request, "visits/meeting_family.html", context)


@require_POST
def meeting_answer(request, pk):
    """Keep whether the reader's home comes, however often it is sent."""
    meeting = _meeting(request, pk)
    form = AnswerForm(request.POST)
    if _answer(meeting, form, request.user):
        messages.success(request, _("Thank you. The school knows it now."))
    else:
        messages.error(request, _("This meeting takes no answers any more."))
    return way_back(request, f"{meeting.get_absolute_url()}family/")


def _answer(meeting, form, user):
    """Keep the answer of a form; returns whether it was taken."""
    if not form.is_valid():
        return False
    try:
        homes = meeting.homes_for(user)
        meeting.answer(homes, by=user, coming=form.coming, people=form.cleaned_data["people"])
    except TooLate:
        return False
    return True


@require_safe
def meeting_calendar(request, pk):
    """Give the meeting as an entry for the calendar."""
    return _meeting_file(_meeting(request, pk))


def _meeting_file(meeting):
    if meeting.start is None:
        raise Http404
    return as_response(of_meeting(meeting), "meeting")


# --- meetings, by a letter's link ---------------------------------------------------------------------
def _behind(token, names):
    """Return (receipt, None) for a link of a letter of these kinds, else (None, the dead page)."""
    receipt, dead = behind(token)
    if receipt and receipt.notice.kind not in names:
        return None, dead_link(NOT_FOUND)
    return receipt, dead


def _meeting_behind(receipt):
    return Meeting.objects.select_related("school").get(pk=receipt.notice.about_id)


@require_POST
@opened_by_link
def letter_answer(request, token):
    """Keep the answer of the home of whoever holds the link, and show the letter again."""
    receipt, dead = _behind(token, ASKED)
    if dead:
        return dead
    # without an answer, or too late, the letter shows how it stands
    _answer(_meeting_behind(receipt), AnswerForm(request.POST), receipt.person)
    return redirect("journal:letter", token)


@require_POST
@opened_by_link
def letter_came_up(request, token):
    """Tell the team, by the link of a reminder, that something came up, and show the letter again."""
    receipt, dead = _behind(token, (IN_THREE_DAYS, TOMORROW))
    if dead:
        return dead
    Visit.objects.get(pk=receipt.notice.about_id).hear_came_up(by=receipt.person)
    return redirect("journal:letter", token)


@require_safe
@opened_by_link
def letter_calendar(request, token):
    """Give what a letter tells of as an entry for the calendar."""
    receipt, dead = _behind(token, (*ABOUT_MEETINGS, *REMINDERS, conferences.SLOT))
    if dead:
        return dead
    with kinds.speaking_to(receipt):
        if receipt.notice.kind in REMINDERS:
            appointment = appointment_behind(receipt.notice)
            return as_response(appointment, "time") if appointment else dead_link(NOT_FOUND)
        if receipt.notice.kind == conferences.SLOT:
            booking = Booking.objects.select_related("slot__host", "slot__conference")
            return as_response(of_booking(booking.get(pk=receipt.notice.about_id)), "time")
        meeting = _meeting_behind(receipt)
        return _meeting_file(meeting) if meeting.start else dead_link(NOT_FOUND)


# --- conference days, signed in -------------------------------------------------------------------------
def _day(request, pk):
    rows = ConferenceDay.objects.for_family(request.user).select_related("school")
    return get_object_or_404(rows, pk=pk)


@require_safe
def conference_family(request, pk):
    """Show a family, for each of its children, the teachers with their free times, and what it has."""
    day = _day(request, pk)
    context = {"day": day, "family": ForFamily(day, request.user)}
    return render(request, "visits/conference_family.html", context)


class Wish:
    """What a family asks for: this time, for this child. Not on the page: 404."""

    def __init__(self, day, user, data):
        self.family = ForFamily(day, user)
        asked = data.get("child", "")
        child = next((c for c in self.family.children if str(c.pk) == asked), None)
        if child is None:
            raise Http404
        self.child, self.user = child, user
        self.slot = next((s for s in _slots(day) if str(s.pk) == data.get("slot")), None)
        if self.slot is None:
            raise Http404

    def take(self):
        """Book it, or move what this home has with this teacher. Raises Taken, TwoTables, NotOpen."""
        home = self.family.home_of(self.child)
        return Booking.objects.take(self.slot, self.child, home, by=self.user)


def _slots(day):
    return Slot.objects.filter(conference=day).select_related("conference__school", "host")


@require_POST
def slot_take(request, pk):
    """Book a time for a child, or move there; taken by somebody else, show the next free ones."""
    day = _day(request, pk)
    wish = Wish(day, request.user, request.POST)
    try:
        wish.take()
    except (Taken, NotOpen) as no:
        context = _no(wish, no) | {"day": day}
        return render(request, "visits/conference_taken.html", context, status=CONFLICT)
    messages.success(request, _("The time is yours."))
    return way_back(request, f"{day.get_absolute_url()}family/")


def _no(wish, no):
    """Return what the kind answer says: why not, and what is free near it."""
    return {
        "child": wish.child,
        "slot": wish.slot,
        "host": wish.slot.host,
        "two_tables": isinstance(no, TwoTables),
        "closed": isinstance(no, NotOpen),
        "free": [] if isinstance(no, NotOpen) else next_free(wish.slot),
    }


def _own_booking(user, pk):
    """Return a booked time of the home of `user`, else 404."""
    related = ("slot__conference__school", "slot__host", "student")
    rows = Booking.objects.visible_to(user).select_related(*related)
    booking = get_object_or_404(rows, pk=pk)
    family = ForFamily(booking.slot.conference, user)
    if booking.home not in family.homes.get(booking.student_id, ()):
        raise Http404
    return booking


@require_POST
def booking_cancel(request, pk):
    """Give a time back; given back before, nothing happens."""
    booking = _own_booking(request.user, pk)
    if _cancel(booking, request.user):
        messages.success(request, _("The time is given back. You can choose another one."))
    else:
        messages.error(request, _("This time has come: please call the school."))
    return way_back(request, f"{booking.slot.conference.get_absolute_url()}family/")


def _cancel(booking, user):
    try:
        booking.cancel(by=user)
    except NotOpen:
        return False
    return True


@require_safe
def booking_calendar(request, pk):
    """Give a booked time as an entry for the calendar."""
    return as_response(of_booking(_own_booking(request.user, pk)), "time")


# --- conference days, by a letter's link ----------------------------------------------------------------
def _day_behind(receipt):
    days = ConferenceDay.objects.select_related("school")
    return days.get(pk=receipt.notice.about_id)


@require_POST
@opened_by_link
def letter_take(request, token):
    """Book a time by the link of the invitation, and show the letter again."""
    receipt, dead = _behind(token, (conferences.INVITED,))
    if dead:
        return dead
    day = _day_behind(receipt)
    try:
        wish = Wish(day, receipt.person, request.POST)
    except Http404:
        return dead_link(NOT_FOUND)
    try:
        wish.take()
    except (Taken, NotOpen) as no:
        with kinds.speaking_to(receipt):
            context = _no(wish, no) | {"day": day, "token": token, "school": day.school}
            return plain("visits/conference_taken_letter.html", context, status=CONFLICT)
    return redirect("journal:letter", token)


@require_POST
@opened_by_link
def letter_give_back(request, token):
    """Give a time back by the link of the invitation, or of the letter about this time."""
    receipt, dead = _behind(token, (conferences.INVITED, *TIMES))
    if dead:
        return dead
    pk = receipt.notice.about_id
    if receipt.notice.kind == conferences.INVITED:
        bookings = ForFamily(_day_behind(receipt), receipt.person).bookings
        own = {str(booking.pk): booking for booking in bookings.values()}
        booking = own.get(request.POST.get("booking", ""))
    else:
        booking = Booking.objects.select_related("slot__conference__school", "student").get(pk=pk)
    if booking:
        _cancel(booking, receipt.person)
    if receipt.notice.kind in TIMES:
        return plain("visits/conference_given_back.html", {"school": receipt.notice.school})
    return redirect("journal:letter", token)
