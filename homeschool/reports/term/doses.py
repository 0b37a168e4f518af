"""How dense the help was that each child got in a term, as the rules say it: the second road to what
`statement.sessions` reckons for all children at once."""

import datetime as dt
import zoneinfo

from django.db.models import F, Q, Sum
from django.utils import timezone

from counseling.models import Attendance, Seat, Session
from counseling.reading.dosage import attended_of
from counseling.rules.dosage import dosage

THERE = [str(mark) for mark in Attendance.THERE]
DAY = dt.timedelta(days=1)


def sessions_of(term):
    """Return the sessions whose day lies in the term, in any state (a queryset)."""
    return Session.objects.filter(
        programme__school=term.school_id, on__gte=term.start, on__lt=term.end
    )


def minutes(term, students):
    """Return {student id: minutes} of those of `students`, a queryset, who were at a session of the term
    (one query)."""
    lines = Attendance.objects.filter(
        session__in=sessions_of(term), student__in=students.order_by().values("pk"), mark__in=THERE
    )
    return dict(lines.order_by().values_list("student").annotate(n=Sum("minutes")))


def doses(term, students):
    """Return {student id: rules.dosage.Dosage} of those of `students`, a queryset, who were at a session
    of the term before the week that runs; it is not judged yet (five queries)."""
    students = students.order_by().values("pk")
    monday = _this_monday(term)
    weeks = _weeks(term, students, monday)
    attended = attended_of(students, term.start, min(monday, term.end) - DAY)
    return {student: dosage(rows, len(weeks[student])) for student, rows in attended.items()}


def _this_monday(term):
    today = timezone.localdate(timezone=zoneinfo.ZoneInfo(term.school.time_zone))
    return today - dt.timedelta(days=today.weekday())


def _weeks(term, students, monday):
    """Return {student: the Mondays of the weeks before `monday` in which a session was planned for the
    child} (two queries)."""
    sessions = sessions_of(term).filter(on__lt=monday)
    marks = Attendance.objects.filter(session__in=sessions, student__in=students)
    begins = F("programme__sessions__begins")
    seats = Seat.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=begins), student__in=students, taken_at__lte=begins,
        programme__sessions__in=sessions,
    )  # fmt: skip
    found: dict = {}
    for rows in (
        marks.values_list("student", "session__on"),
        seats.values_list("student", "programme__sessions__on"),
    ):
        for student, on in rows.order_by().distinct():
            found.setdefault(student, set()).add(on - dt.timedelta(days=on.weekday()))
    return found
