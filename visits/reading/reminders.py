"""What visits remind of, and when: the table of this room, and the letters that its lines send.

| line | who | when | by |
|---|---|---|---|
| visit in three days | family | 3 days before | the school's calendar |
| visit tomorrow | family | 1 day before | the school's calendar |
| visit soon | who goes | 2 hours before | time as it passes |
| record missing | who was to go | 24 hours after its end | time as it passes |
| two weeks later | who went | 14 days after | the school's calendar |
| not back | who leads | 30 minutes after | time as it passes; told until it is 12 hours late |
| meeting tomorrow | families that did not say no | 1 day before | the school's calendar |
| booked time tomorrow | the home that has it | 1 day before | the school's calendar |

A visit that moved is another event, with reminders of its own: `alive` asks at sending whether
what a notice tells of still stands as it stood.
"""

import datetime as dt
from functools import partial

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.journal.models import reminding
from homeschool.journal.models.reminding import Rule, days, hours, key_of, minutes
from homeschool.people import sight
from homeschool.people.views.seen import listed
from visits.models import (
    Booking,
    Meeting,
    MeetingHome,
    Offer,
    Outing,
    Promise,
    Visit,
    VisitChild,
    Visitor,
)
from visits.models.outing import GRACE, LONGEST, tell_of
from visits.models.planning import CAME_UP
from visits.models.record import READERS

from .calendar import file_of
from .meeting import invitation
from .meeting_calendar import of_booking, of_meeting
from .meeting_telling import (
    booking_of,
    calendar_of_booking,
    calendar_of_meeting,
    home_of_booking,
    meeting_of,
    words_of_booking,
)
from .offers import (
    Offered,
    appointment_of,
    clock_of_school,
    colleagues,
    home_of_visit,
    place_in_words,
    visit_of,
    when_in_words,
)
from .urgency import IN_TIME, visit_urgency

IN_THREE_DAYS, TOMORROW, SOON = "visit.in_three_days", "visit.tomorrow", "visit.soon"
LOG_DUE, TWO_WEEKS_ON = "visit.log_due", "visit.two_weeks_on"
MEETING_TOMORROW, TIME_TOMORROW = "meeting.tomorrow", "conference.tomorrow"

STANDS = (Visit.Status.ACCEPTED, Visit.Status.SCHEDULED, Visit.Status.UNDER_WAY)
LONGEST_VISIT = dt.timedelta(hours=24)


# --- which rows -----------------------------------------------------------------------------------


def _planned(since, until):
    """Return the visits that stand and begin between these moments."""
    visits = Visit.objects.filter(status__in=STANDS, planned_at__gte=since, planned_at__lte=until)
    return visits.select_related("school").order_by("planned_at", "pk")


def _ended(since, until):
    """Return the visits that stand, nothing being written of them, and end between these moments."""
    return _planned(since - LONGEST_VISIT, until)


def _held(since, until):
    """Return the visits that took place between these moments."""
    visits = Visit.objects.held().filter(happened_at__gte=since, happened_at__lte=until)
    return visits.select_related("school").order_by("happened_at", "pk")


def _out(since, until):
    """Return the outings of which nobody was told that they are late, due between these moments."""
    late = Outing.objects.out().filter(alerted_at=None, due_at__gte=since, due_at__lte=until)
    return late.select_related("visit__school").order_by("due_at", "pk")


def _meetings(since, until):
    """Return the meetings with guests on the days between these moments, in whatever zone."""
    day = dt.timedelta(days=1)
    found = Meeting.objects.filter(called_off_at=None, held=False, start__isnull=False)
    found = found.filter(on__gte=since.date() - day, on__lte=until.date() + day)
    return found.exclude(invited_at=None).select_related("school").order_by("on", "pk")


def _bookings(since, until):
    """Return the booked times that stand and begin between these moments."""
    times = Booking.objects.live().filter(slot__starts_at__gte=since, slot__starts_at__lte=until)
    return times.select_related("conference__school", "slot", "student").order_by("pk")


# --- whether it still stands ------------------------------------------------------------------------


def _is_to_come(notice):
    """Whether the visit stands for the very time of which this notice reminds."""
    visit = visit_of(notice)
    if visit.status not in STANDS or not visit.planned_at or visit.planned_at <= timezone.now():
        return False
    return key_of(visit, visit.planned_at) == notice.dedupe_key


def _lacks_a_record(notice):
    visit = visit_of(notice)
    if visit.status not in STANDS or not visit.planned_at:
        return False
    return key_of(visit, visit.planned_end) == notice.dedupe_key


def _is_the_last(notice):
    """Whether nobody visited one of the children since, or is about to."""
    visit = visit_of(notice)
    children = visit.lines.values("student")
    later = Q(happened_at__gt=visit.happened_at) | Q(
        status__in=STANDS, planned_at__gt=visit.happened_at
    )
    return not Visit.objects.filter(later, lines__student__in=children).exists()


def _takes_place(notice):
    meeting = meeting_of(notice)
    stands = meeting.takes_answers and meeting.starts_at
    return bool(stands) and key_of(meeting, meeting.starts_at) == notice.dedupe_key


def _is_booked(notice):
    booking = booking_of(notice)
    begins = booking.span.lower
    stands = booking.live and begins > timezone.now()
    return stands and key_of(booking, begins) == notice.dedupe_key


# --- who is told ------------------------------------------------------------------------------------


def _who_went(notice):
    """Return the rows of Sight of those who make the visit and work with one of its children; where
    none of them does, of the children's counselors."""
    children = VisitChild.objects.filter(visit=notice.about_id).values("student")
    team = Visitor.objects.filter(visit=notice.about_id).values("user")
    own = sight.watchers(children, READERS).filter(user_id__in=team)
    return own if own.exists() else sight.watchers(children, {sight.COUNSELOR})


def _who_may_come(notice):
    """Return the rows of Sight of the guests of a meeting, less the homes that said no."""
    meeting = meeting_of(notice)
    declined = meeting.homes.filter(answer=MeetingHome.Answer.NO).members()
    return meeting.guests().exclude(user_id__in=declined)


# --- in which words -----------------------------------------------------------------------------------


def days_until(moment):
    """Return in how many days `moment` is by the reader's calendar: a letter that waited for the
    morning, or for the evening letter, says "today" and not what was true when it was written."""
    return (timezone.localdate(moment) - timezone.localdate()).days


def _plan(visit):
    team = Visitor.objects.filter(visit=visit).order_by("user__sort_key", "user")
    return {
        "days": days_until(visit.planned_at),
        "when": when_in_words(visit.planned_at, visit.planned_minutes),
        "there": clock_of_school(visit.planned_at, visit.school),
        "team": listed(team.values_list("user__full_name", flat=True)),
    }


def _words_for_family(notice, user):
    """Return what a reminder of a visit says to `user`, of the family, and where to answer it."""
    visit = visit_of(notice)
    lines = visit.children_for(user, roles=sight.FAMILY_ROLES)
    related = ("round", "visit__school", "visit__household", "answered_by")
    offers = Offer.objects.filter(visit=visit, revoked_at=None).select_related(*related)
    offer = next((row for row in offers.order_by("-asked_at") if row.is_alive()), None)
    return _plan(visit) | {
        "names": listed(line.student.called for line in lines),
        "place": place_in_words(visit),
        "change": Offered(offer, user).link if offer else "",
        "came_up": visit.came_up(),
    }


def _words_for_team(notice, user):
    """Return what a reminder says to a colleague: of the children only those it may see."""
    visit = visit_of(notice)
    lines = visit.children_for(user, roles=None)
    at = visit.at if notice.kind == TWO_WEEKS_ON else visit.planned_at
    page = settings.SITE_URL + visit.get_absolute_url()
    told = {
        "when": when_in_words(at, visit.planned_minutes),
        "there": clock_of_school(at, visit.school),
        "what": notice.kind.rpartition(".")[2],
        "names": listed(line.student.full_name for line in lines),
        "place": place_in_words(visit, at_home=False),
        "page": page if lines else "",
        "change": "",
    }
    if notice.kind == CAME_UP:
        told["by"] = notice.actor.full_name if notice.actor else ""
    if notice.kind in (SOON, CAME_UP) and lines:
        told["change"] = settings.SITE_URL + reverse("visits:visit-move", args=[visit.pk])
    if notice.kind == TWO_WEEKS_ON:
        told["open_promises"] = Promise.objects.visible_to(user).open().filter(visit=visit).count()
    return told


def _words_of_meeting(notice, user):
    meeting = meeting_of(notice)
    told = {"kind": "tomorrow", "days": days_until(meeting.starts_at)}
    return invitation(meeting, user) | told


def _words_of_time(notice, user):
    return words_of_booking(notice, user) | {"days": days_until(booking_of(notice).span.lower)}


# --- the file for calendars -----------------------------------------------------------------------------


def _calendar(notice, user, *, for_staff):
    appointment = appointment_of(visit_of(notice), for_staff=for_staff)
    return [file_of(appointment, user.email or "")] if appointment else []


def appointment_behind(notice):
    """Return the appointment of which a reminder to a family tells."""
    if notice.kind == MEETING_TOMORROW:
        return of_meeting(meeting_of(notice))
    if notice.kind == TIME_TOMORROW:
        return of_booking(booking_of(notice))
    return appointment_of(visit_of(notice))


# --- the table --------------------------------------------------------------------------------------------


def _begins(visit):
    return visit.planned_at


def _rules():
    """Return the lines of the table that stands at the head of this file."""
    return (
        Rule("visits.in_three_days", _("A visit in three days"), IN_THREE_DAYS, days(-3),
             rows=_planned, event=_begins),
        Rule("visits.tomorrow", _("A visit tomorrow"), TOMORROW, days(-1),
             rows=_planned, event=_begins),
        Rule("visits.soon", _("A visit in two hours"), SOON, hours(-2),
             rows=_planned, event=_begins),
        Rule("visits.log_due", _("A visit without a record"), LOG_DUE, hours(24),
             rows=_ended, event=lambda visit: visit.planned_end),
        Rule("visits.two_weeks_on", _("Two weeks after a visit"), TWO_WEEKS_ON, days(14),
             rows=_held, event=lambda visit: visit.happened_at),
        Rule("visits.overdue", _("Visitors who are not back"), "visit.overdue",
             minutes(GRACE // dt.timedelta(minutes=1)),
             rows=_out, event=lambda outing: outing.due_at,
             school=lambda outing: outing.visit.school,
             tell=lambda rule, outing, event: tell_of(outing),
             stale_after=LONGEST, marks=True),
        Rule("meetings.tomorrow", _("A parent meeting tomorrow"), MEETING_TOMORROW, days(-1),
             rows=_meetings, event=lambda meeting: meeting.starts_at),
        Rule("conferences.tomorrow", _("A booked conversation tomorrow"), TIME_TOMORROW, days(-1),
             rows=_bookings, event=lambda booking: booking.span.lower,
             school=lambda booking: booking.conference.school,
             student=lambda booking: booking.student),
    )  # fmt: skip


def _kind(name, label, recipients, template, context, alive, lives_for, **more):
    kinds.register(
        kinds.Kind(
            name=name, label=label, recipients=recipients, context=context, alive=alive,
            template=f"visits/letters/{template}", lives_for=lives_for, asks="read", **more,
        )
    )  # fmt: skip


def _register_kinds():
    a_day, soon = dt.timedelta(hours=20), dt.timedelta(hours=2)
    family = {"attached": partial(_calendar, for_staff=False)}
    team = {"attached": partial(_calendar, for_staff=True), "for_staff": True}
    may_wait = {"urgency": kinds.ROUTINE}
    _kind(IN_THREE_DAYS, _("Reminder of a visit in three days"), home_of_visit, "reminder_visit",
          _words_for_family, _is_to_come, 2 * a_day, **family | may_wait)  # fmt: skip
    _kind(TOMORROW, _("Reminder of a visit tomorrow"), home_of_visit, "reminder_visit",
          _words_for_family, _is_to_come, a_day, **family)  # fmt: skip
    _kind(SOON, _("Reminder of a visit in two hours"), colleagues, "reminder_team",
          _words_for_team, _is_to_come, soon, **team)  # fmt: skip
    _kind(CAME_UP, _("Something came up at a family"), colleagues, "reminder_team",
          _words_for_team, _is_to_come, 3 * a_day, for_staff=True, again_when_uncertain=True,
          urgency=visit_urgency, **IN_TIME)  # fmt: skip
    _kind(LOG_DUE, _("A visit without a record"), _who_went, "reminder_team",
          _words_for_team, _lacks_a_record, 3 * a_day, for_staff=True, **may_wait)  # fmt: skip
    _kind(TWO_WEEKS_ON, _("Two weeks after a visit"), _who_went, "reminder_team",
          _words_for_team, _is_the_last, 6 * a_day, for_staff=True, **may_wait)  # fmt: skip
    _kind(MEETING_TOMORROW, _("Reminder of a parent meeting tomorrow"), _who_may_come,
          "reminder_meeting", _words_of_meeting, _takes_place, a_day,
          attached=calendar_of_meeting)  # fmt: skip
    _kind(TIME_TOMORROW, _("Reminder of a booked conversation tomorrow"), home_of_booking,
          "reminder_time", _words_of_time, _is_booked, a_day,
          attached=calendar_of_booking)  # fmt: skip


def register_reminders():
    """Tell the journal what visits remind of, and in which words."""
    _register_kinds()
    for rule in _rules():
        reminding.register(rule)
