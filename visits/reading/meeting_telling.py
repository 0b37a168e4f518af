"""What meetings and conference days tell families: the kinds of their notices."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from homeschool.journal import kinds
from homeschool.journal.models import Notice, Receipt
from visits.models import (
    Booking,
    ConferenceDay,
    Meeting,
    MeetingHome,
    conference as conferences,
    meeting as meetings,
)

from .calendar import file_of
from .meeting import children_named, facts, files_of, invitation
from .meeting_calendar import of_booking, of_meeting
from .meeting_slots import ForFamily, time_in_words
from .telling import day_in_words
from .urgency import CLOSED_DOOR, IN_TIME, invitation_urgency, meeting_urgency


def meeting_of(notice):
    """Return the meeting that a notice is about."""
    return Meeting.objects.select_related("school", "minutes_by").get(pk=notice.about_id)


def _told(row, **which):
    """Return the ids of the people who were told of `row` by notices of this kind."""
    notices = Notice.objects.about(row).filter(**which)
    return Receipt.objects.filter(notice__in=notices).values("person")


def _of(notice):
    return Receipt.objects.filter(notice=notice.pk).values("person")


# --- who is told --------------------------------------------------------------------------------
def not_told_before(notice, row):
    """Return who may receive news of `row` and was not told of it by an earlier notice that holds."""
    earlier = _told(
        row, kind__in=[meetings.INVITED, meetings.MOVED, conferences.INVITED],
        cancelled_at=None, pk__lt=notice.pk,
    )  # fmt: skip
    return row.guests().exclude(user_id__in=earlier)


def guests(notice):
    """Return the rows of Sight of those whom an invitation is for."""
    return not_told_before(notice, meeting_of(notice))


def all_guests(notice):
    """Return the rows of Sight of everybody who may receive news of a meeting."""
    return meeting_of(notice).guests()


def who_was_invited(notice):
    """Return those who may receive news of a meeting and were told of it."""
    meeting = meeting_of(notice)
    return meeting.guests().filter(user_id__in=_told(meeting))


def silent_guests(notice):
    """Return those whose home has not answered, and those who were reminded already."""
    meeting = meeting_of(notice)
    answered = meeting.homes.exclude(answer="").members()
    return meeting.guests().filter(~Q(user_id__in=answered) | Q(user_id__in=_of(notice)))


def _absent(meeting):
    return meeting.homes.filter(presence=MeetingHome.Presence.ABSENT).members()


def who_missed(notice):
    """Return those of whose home nobody came, as it was noted."""
    meeting = meeting_of(notice)
    return meeting.guests().filter(Q(user_id__in=_absent(meeting)) | Q(user_id__in=_of(notice)))


def who_did_not_miss(notice):
    """Return the other guests."""
    meeting = meeting_of(notice)
    first = Notice.objects.about(meeting).filter(kind=meetings.MISSED)
    told = Receipt.objects.filter(notice__in=first).values("person")
    others = meeting.guests().exclude(user_id__in=told)
    return others.filter(~Q(user_id__in=_absent(meeting)) | Q(user_id__in=_of(notice)))


def still_asked(notice):
    """Whether a meeting still takes answers."""
    return meeting_of(notice).takes_answers


def still_on(notice):
    """Whether a meeting was not called off."""
    return meeting_of(notice).called_off_at is None


# --- in which words -------------------------------------------------------------------------------
def words_of_meeting(notice, user):
    """Return what a letter about a meeting holds for `user`."""
    meeting = meeting_of(notice)
    return invitation(meeting, user) | {"kind": notice.kind.partition(".")[2]}


def calendar_of_meeting(notice, user):
    """Return the meeting as the invitation that calendar programs read, or that takes it out."""
    meeting = meeting_of(notice)
    return [file_of(of_meeting(meeting), user.email or "")] if meeting.start else []


def words_of_minutes(notice, user):
    """Return what a letter with the minutes of a meeting holds."""
    meeting = meeting_of(notice)
    names = children_named(meeting.own_children(user))
    return facts(meeting) | {
        "meeting": meeting,
        "names": names,
        "missed": notice.kind == meetings.MISSED,
        "files": [file.title for file in files_of(meeting)],
        "files_link": settings.SITE_URL + reverse("visits:meeting-family", args=[meeting.pk]),
    }


# --- conference days --------------------------------------------------------------------------------
def _day(notice):
    return ConferenceDay.objects.select_related("school").get(pk=notice.about_id)


def booking_of(notice):
    """Return the booked time that a notice is about."""
    related = ("slot__host", "slot__conference__school", "student")
    return Booking.objects.select_related(*related).get(pk=notice.about_id)


def families_of_day(notice):
    """Return the rows of Sight of those who are told of a conference day."""
    return not_told_before(notice, _day(notice))


def who_was_told_of_day(notice):
    """Return those who may receive news of a conference day and were told of it."""
    day = _day(notice)
    return day.guests().filter(user_id__in=_told(day))


def home_of_booking(notice):
    """Return the rows of Sight of the people of the home that has a time."""
    return booking_of(notice).guests()


def day_is_open(notice):
    """Whether families can still book, or soon can."""
    return _day(notice).may_invite


def words_of_day(notice, user):
    """Return what a letter about a conference day holds for `user`."""
    day = _day(notice)
    found = ForFamily(day, user)
    return {
        "day": day,
        "first": day_in_words(day.on),
        "last": day_in_words(day.until) if day.until != day.on else "",
        "closes": day_in_words((day.closes_at.astimezone(day.zone) - timedelta(seconds=1)).date()),
        "names": children_named(found.children),
        "family": found,
        "open": day.takes_bookings,
    }


def words_of_booking(notice, user):
    """Return what a letter about a booked time holds."""
    booking = booking_of(notice)
    slot = booking.slot
    return {
        "booking": booking,
        "conference": slot.conference,
        "host": slot.host.full_name,
        "child": booking.student.called,
        "where": ", ".join(part for part in (slot.conference.place, slot.room) if part),
        "gone": not booking.live,
    } | time_in_words(slot, slot.conference.zone)


def calendar_of_booking(notice, user):
    """Return a booked time as the invitation that calendar programs read, or that takes it out."""
    return [file_of(of_booking(booking_of(notice)), user.email or "")]


def _kind(name, label, recipients, template, context, **more):
    kinds.register(
        kinds.Kind(
            name=name, label=label, recipients=recipients, template=f"visits/letters/{template}",
            context=context, **{"asks": "read", "again_when_uncertain": True} | more,
        )
    )  # fmt: skip


def register_meeting_kinds():
    """Tell the journal of the notices of meetings and conference days."""
    entry = {"attached": calendar_of_meeting}
    asked, off = {"alive": still_asked} | entry, {"lives_for": timedelta(days=7)}
    changed = {"urgency": meeting_urgency} | IN_TIME
    _kind(meetings.INVITED, _("Invitation to a parent meeting"), guests, "meeting",
          words_of_meeting, urgency=invitation_urgency, **asked)  # fmt: skip
    _kind(meetings.MOVED, _("A parent meeting was moved"), all_guests, "meeting",
          words_of_meeting, **asked | changed)  # fmt: skip
    _kind(meetings.REMINDER, _("Reminder of a parent meeting"), silent_guests, "meeting",
          words_of_meeting, **asked | {"again_when_uncertain": False})  # fmt: skip
    _kind(meetings.CALLED_OFF, _("A parent meeting was called off"), who_was_invited,
          "meeting_off", words_of_meeting, **off | entry | changed)  # fmt: skip
    for name, told in ((meetings.MISSED, who_missed), (meetings.MINUTES, who_did_not_miss)):
        _kind(name, _("What was talked about at a parent meeting"), told, "meeting_minutes",
              words_of_minutes, alive=still_on, asks="tap", urgency=kinds.ROUTINE)  # fmt: skip
    _kind(conferences.INVITED, _("Invitation to a conference day"), families_of_day,
          "conference", words_of_day, alive=day_is_open)  # fmt: skip
    _kind(conferences.CALLED_OFF, _("A conference day was called off"), who_was_told_of_day,
          "conference_off", words_of_day, must_arrive=CLOSED_DOOR, **off)  # fmt: skip
    _kind(conferences.SLOT, _("A booked conversation"), home_of_booking, "conference_slot",
          words_of_booking, attached=calendar_of_booking)  # fmt: skip
