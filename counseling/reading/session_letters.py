"""What sessions tell people: moved, called off, and in the evening that a child was not there.

A letter names the child as it is called, by its full name where no other is kept (a child must be called
somehow), the time and the place, and nothing else: neither the programme nor what is worked on. A child who was not there and of whom nobody said so before: its family is told in
the evening of that day, at EVENING by the school's clock. By then a child that came late has been corrected,
and the family that collects at home at supper can still ask the child. What is marked later that day, or on
the day after, is told at once; older days are figures and no news.
"""

import datetime as dt

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, gettext_noop

from counseling.models import Absence, Attendance, Leading, Session
from counseling.models.programme import ITEM
from counseling.models.session import CALLED_OFF, MOVED, TEAM
from counseling.reading.attendance import seats_in
from counseling.reading.sessions import in_words, when
from homeschool.journal import kinds
from homeschool.journal.models import Notice, reminding
from homeschool.people import sight
from homeschool.people.models import Student, User
from homeschool.people.views.seen import listed
from visits.reading.urgency import urgency_before

NOT_THERE = "session.not_there"
EVENING = dt.time(18)
NO_NEWS_AFTER = dt.timedelta(days=2)
SOON = gettext_noop("It is about the next hours.")
CLOSED_DOOR = _("A child would stand before a closed door.")


def _session(notice):
    """Return the session of a notice, None where the pattern asked for it no more and it is gone."""
    rows = Session.objects.select_related("programme__school")
    return rows.filter(pk=notice.about_id).first()


def address(name, key):
    """Return a page of the time after lessons as it stands in a letter."""
    return f"{settings.SITE_URL}{reverse(f'counseling:{name}', args=[key])}"


# --- moved, called off ----------------------------------------------------------------------------------------


def families(notice):
    """Return the rows of Sight of the families of children with a seat in the session."""
    session = _session(notice)
    return sight.receivers(seats_in(session).values("student") if session else [], ITEM)


def team(notice):
    """Return those who lead the session, as their own pages say at this moment, but for who changed
    it."""
    rows = Leading.objects.filter(session=notice.about_id, user__isnull=False)
    session = Session.objects.filter(pk=notice.about_id)
    lead = [
        person.pk
        for person in User.objects.filter(pk__in=rows.values("user")).exclude(pk=notice.actor_id)
        if session.led_by(person).exists()
    ]
    return User.objects.filter(pk__in=lead).annotate(user_id=F("pk"), why=Value("leads"))


def stands(notice):
    """Whether the session is still where this notice says, or called off, and to come."""
    session = _session(notice)
    if session is None or session.ends <= timezone.now():
        return False
    if notice.kind.startswith(CALLED_OFF):
        return session.is_called_off
    return session.is_planned and notice.dedupe_key == session.key_of_move


def urgency(notice):
    """Return how urgent the news is: by the time now, and the one before."""
    session = _session(notice)
    if session is None:
        return kinds.ROUTINE
    events = Session.pgh_event_model.objects.filter(pgh_obj=session.pk).order_by("-pgh_id")
    return urgency_before(session.begins, *events.values_list("begins", flat=True)[:2])


def _words(notice, user, children):
    session = _session(notice)
    before, again = None, False
    if notice.kind.startswith(MOVED):
        events = Session.pgh_event_model.objects.filter(pgh_obj=session.pk)
        others = events.filter(~Q(begins=session.begins) | Q(state=Session.State.CALLED_OFF))
        first = others.order_by("-pgh_id").first()
        again = bool(first) and first.state == Session.State.CALLED_OFF
        if first and not again:
            before = when(first.begins, first.ends, session.programme.zone)
    return {
        "session": session, "names": listed(child.called for child in children),
        "when": in_words(session, session.programme.zone), "before": before, "called_off": session.is_called_off,
        "again": again,
    }  # fmt: skip


def words_for_family(notice, user):
    """Return what a letter to a family says: the names of those of its children who have a seat."""
    seen = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
    seats = seats_in(_session(notice)).values("student")
    return _words(notice, user, seen.filter(pk__in=seats).order_by("sort_key"))


def words_for_team(notice, user):
    """Return what a letter to a leader says."""
    session = _session(notice)
    return _words(notice, user, ()) | {"session_link": address("session-detail", session.pk)}


# --- not there ------------------------------------------------------------------------------------------------


def _line(notice):
    rows = Attendance.objects.select_related("session__programme__school", "student")
    return rows.get(pk=notice.about_id)


def absent(since, until):
    """Return the lines of children who are absent, whose families said nothing before and may be told
    between these moments: those of the last days."""
    rows = Attendance.objects.filter(
        mark=Attendance.Mark.ABSENT, session__begins__gte=since - NO_NEWS_AFTER,
        session__begins__lte=until,
    )  # fmt: skip
    about = Q(session=OuterRef("session")) | Q(session=None, on=OuterRef("session__on"))
    said = Absence.objects.live().filter(about, student=OuterRef("student"))
    return (
        rows.exclude(Exists(said))
        .select_related("session__programme__school", "student")
        .order_by("pk")
    )


def evening_of(line):
    """Return when a family is told: in the evening of the day by the school's clock, and where the child
    was marked later, at that moment; None for a day that is no news any more."""
    zone = line.session.programme.zone
    evening = dt.datetime.combine(line.session.on, EVENING, zone)
    if line.at > evening + NO_NEWS_AFTER:
        return None
    return max(evening, line.at, line.session.ends)


def tell(rule, line, event):
    """Tell the family of a line, once, however often it is corrected back and forth."""
    school = line.session.programme.school
    Notice.post(NOT_THERE, line, school=school, by=None, student=line.student)


def family_of(notice):
    """Return the rows of Sight of the family of the child."""
    return sight.receivers([notice.student_id], ITEM)


def was_not_there(notice):
    """Whether the mark still says so: corrected, nobody is told."""
    return Attendance.objects.filter(pk=notice.about_id, mark=Attendance.Mark.ABSENT).exists()


def words_of_absence(notice, user):
    """Return what a letter about an absence says."""
    line = _line(notice)
    session = line.session
    return {
        "child": line.student, "session": session,
        "when": in_words(session, session.programme.zone),
    }  # fmt: skip


# --- what the journal is told ---------------------------------------------------------------------------------


def _news(name, label, suffix, recipients, words):
    kinds.register(
        kinds.Kind(
            name=name + suffix, label=label, recipients=recipients, context=words, alive=stands,
            template="counseling/letters/session_news", lives_for=dt.timedelta(days=7),
            again_when_uncertain=True, asks="read", for_staff=bool(suffix), urgency=urgency,
            because=SOON, must_arrive=CLOSED_DOOR,
        )
    )  # fmt: skip


def register_sessions():
    """Tell the journal of these kinds of notices, and when absences are told."""
    for name, label in (
        (MOVED, _("A session takes place at another time")),
        (CALLED_OFF, _("A session does not take place")),
    ):
        _news(name, label, "", families, words_for_family)
        _news(name, label, TEAM, team, words_for_team)
    kinds.register(
        kinds.Kind(
            name=NOT_THERE, label=_("A child was not at a session"), recipients=family_of,
            template="counseling/letters/session_not_there", context=words_of_absence,
            alive=was_not_there, lives_for=dt.timedelta(hours=20), again_when_uncertain=True,
            asks="tap",
        )
    )  # fmt: skip
    reminding.register(
        reminding.Rule(
            "counseling.not_there", _("Children who were not at a session"), NOT_THERE,
            reminding.minutes(0), rows=absent, event=evening_of, tell=tell,
            school=lambda line: line.session.programme.school,
            student=lambda line: line.student, stale_after=dt.timedelta(hours=4),
        )
    )  # fmt: skip
