"""The rows behind figures of sessions after school: children, sessions, marks, seats, volunteers."""

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from counseling.models import Attendance, Leading, Programme, Seat, Session, Volunteer
from counseling.rules.dosage import BAND_FROM, band
from homeschool.reports.term.counting import span
from homeschool.reports.term.doses import THERE, doses, minutes, sessions_of
from homeschool.reports.term.measures import FORMAT, PROVIDER

STANDARDS = ("often", "long", "small", "same")


def _here(behind, rows, path):
    """Return those of the rows that belong to the part, where it is one of programmes."""
    if behind.kind == FORMAT:
        return rows.filter(**{f"{path}format": behind.key})
    if behind.kind == PROVIDER:
        return rows.filter(**{f"{path}provider": behind.key})
    return rows


# --- sessions and marks --------------------------------------------------------------------------------
def sessions(behind, **how):
    """Return the sessions in which one of the children had a seat when they began, or was marked."""
    seats = Seat.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=OuterRef("begins")), programme=OuterRef("programme"),
        taken_at__lte=OuterRef("begins"), student__in=behind.students,
    )  # fmt: skip
    marks = Attendance.objects.filter(session=OuterRef("pk"), student__in=behind.students)
    rows = sessions_of(behind.term).filter(Q(Exists(seats)) | Q(Exists(marks)), **how)
    return _here(behind, rows, "programme__").select_related("programme").order_by("begins", "pk")


def marks(behind, *codes):
    """Return the marks of the term of these children, with one of `codes` (any)."""
    rows = Attendance.objects.filter(
        session__in=sessions_of(behind.term), student__in=behind.students
    )
    if codes:
        rows = rows.filter(mark__in=codes)
    rows = _here(behind, rows, "session__programme__")
    return rows.select_related("student", "session__programme").order_by("session__begins", "pk")


# --- children --------------------------------------------------------------------------------------------
def _named(rows):
    return rows.select_related("school_class").order_by("sort_key", "pk")


def seated(behind):
    begin, end = span(behind.term)
    seats = _of_term(behind).filter(
        Q(ended_at=None) | Q(ended_at__gte=begin), student=OuterRef("pk"), taken_at__lt=end
    )
    lines = Attendance.objects.filter(student=OuterRef("pk"), session__in=sessions_of(behind.term))
    return _named(behind.students.filter(Q(Exists(seats)) | Q(Exists(lines))))


def attending(behind):
    lines = marks(behind, *THERE).order_by().filter(student=OuterRef("pk"))
    return _named(behind.students.filter(Exists(lines)))


def _children(found, holds):
    """Return how the children are found for whom `holds` what the rules say: `found` asks them."""

    def find(behind):
        said = found(behind.term, behind.students).items()
        return _named(behind.students.filter(pk__in=[pk for pk, one in said if holds(one)]))

    return find


# --- seats -----------------------------------------------------------------------------------------------
def _of_term(behind):
    """Return the seats in programmes that take place in the term."""
    return Seat.objects.filter(
        programme__school=behind.term.school_id, programme__ends__gte=behind.term.start,
        programme__begins__lt=behind.term.end,
    )  # fmt: skip


def waiting(behind):
    """Return the seats that were waited for at the end of the term, of one that runs: now."""
    _begin, end = span(behind.term)
    rows = _of_term(behind).filter(student__in=behind.students).exclude(state=Seat.State.ASKED)
    rows = rows.filter(
        Q(programme__giving=Programme.Giving.FIRST_COME)
        | Q(programme__drawn_at__lt=end, programme__drawn_at__lte=Now()),
        asked_at__lt=end,
    )
    for moment in ("offered_at", "taken_at", "ended_at"):
        rows = rows.filter(Q(**{moment: None}) | Q(**{f"{moment}__gte": end}))
    return rows.select_related("student", "programme").order_by("asked_at", "pk")


def children_waiting(behind):
    lines = waiting(behind).order_by().filter(student=OuterRef("pk"))
    return _named(behind.students.filter(Exists(lines)))


def _given(behind, **how):
    rows = Seat.objects.filter(
        programme__school=behind.term.school_id, student__in=behind.students, **how
    )
    return rows.select_related("student", "programme").order_by("taken_at", "pk")


def taken(behind):
    begin, end = span(behind.term)
    return _given(behind, taken_at__gte=begin, taken_at__lt=end)


def given_up(behind):
    begin, end = span(behind.term)
    return _given(
        behind, taken_at__lt=end, ended_at__gte=begin, ended_at__lt=end, state=Seat.State.LEFT
    )


# --- volunteers ------------------------------------------------------------------------------------------
def led(behind):
    """Return the Leading of each volunteer in each session that took place."""
    held = sessions(behind, state=Session.State.HELD).order_by()
    rows = Leading.objects.filter(session__in=held, volunteer__isnull=False, live=True)
    rows = rows.annotate(name=F("volunteer__full_name"))
    return rows.select_related("volunteer", "session__programme").order_by("session__begins", "pk")


def volunteers(behind):
    rows = led(behind).order_by().filter(volunteer=OuterRef("pk"))
    return Volunteer.objects.filter(Exists(rows)).order_by("full_name", "pk")


def _state(state):
    return lambda behind: sessions(behind, state=state)


def _marked(*codes):
    return lambda behind: marks(behind, *codes)


MARK, STATE = Attendance.Mark, Session.State
KINDS = {
    "pupils_seated": ("students", seated),
    "pupils_attending": ("students", attending),
    "hours_attended": ("students", attending),
    "sessions_planned": ("sessions", sessions),
    "sessions_held": ("sessions", _state(STATE.HELD)),
    "sessions_called_off": ("sessions", _state(STATE.CALLED_OFF)),
    "sessions_open": ("sessions", _state(STATE.PLANNED)),
    "lines_marked": ("marks", marks),
    "lines_there": ("marks", _marked(*THERE)),
    "lines_late": ("marks", _marked(MARK.LATE)),
    "lines_excused": ("marks", _marked(MARK.EXCUSED)),
    "lines_absent": ("marks", _marked(MARK.ABSENT)),
    **{
        f"pupils_band_{n}": ("students", _children(minutes, lambda got, n=n: band(got) == n))
        for n in range(len(BAND_FROM) + 1)
    },
    **{
        f"pupils_{name}": ("students", _children(doses, lambda one, name=name: name in one.met))
        for name in STANDARDS
    },
    "pupils_high": ("students", _children(doses, lambda one: one.is_high)),
    "volunteers_active": ("volunteers", volunteers),
    "volunteer_sessions": ("led", led),
    "volunteer_hours": ("led", led),
    "seats_taken": ("seats", taken),
    "seats_given_up": ("seats", given_up),
    "pupils_waiting": ("students", children_waiting),
    "seats_waited": ("seats", waiting),
    "days_waited": ("seats", waiting),
}  # fmt: skip
RECORDS = set(KINDS)
