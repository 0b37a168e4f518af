"""Who is there: marked on a phone, all at once, corrected; and the sheet of a term."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.attendance import AttendanceFileForm, AttendanceForm
from counseling.models import Attendance, Programme, Session
from counseling.models.attendance import NoSeat, TooEarly
from counseling.models.programme import READERS
from counseling.models.session import BEFORE_IT_BEGINS, NotThatState
from counseling.reading.attendance import (
    STAFF,
    Sheet,
    beyond_sight,
    children_in,
    may_mark,
    pick_ups_of,
    said_of,
    term_asked,
    terms_of,
)
from counseling.reading.sessions import in_words, today_of
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School, Student
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.views.files import as_file, note_export

from .sessions import NOT_WHOLE, seen_session

CALLED_OFF = gettext_lazy("This session was called off: nobody is marked.")
REFUSED = (NoSeat, TooEarly, NotThatState)


@dataclass
class Marking:
    """A session and those of its children whom the reader marks; 403 for who marks nobody."""

    user: object
    session: object
    children: list = field(default_factory=list)
    lines: dict = field(default_factory=dict)

    def __post_init__(self):
        session = self.session
        leads = Session.objects.led_by(self.user).filter(pk=session.pk).exists()
        self.whose = may_mark(self.user, session, leads)
        if not self.whose:
            raise PermissionDenied
        whole = self.whose == "all"
        self.children = list(children_in(self.user, session, whole=whole))
        rows = Attendance.objects.filter(session=session, student__in=self.children)
        self.lines = {row.student_id: row for row in rows.select_related("by")}
        self.said = set(said_of(session))

    @property
    def why_not(self):
        """The sentence why nobody can be marked now, or ""."""
        if self.session.is_called_off:
            return CALLED_OFF
        if not self.session.takes_marks:
            opens = (self.session.begins - BEFORE_IT_BEGINS).astimezone(self.session.programme.zone)
            return too_early(opens)
        return ""

    def unmarked(self):
        """Return {child: what it is marked by “All were there”}: excused where its family said so."""
        return {
            child.pk: {"mark": _all(child.pk in self.said)}
            for child in self.children
            if child.pk not in self.lines
        }


def _all(said):
    return Attendance.Mark.EXCUSED if said else Attendance.Mark.PRESENT


def too_early(opens):
    """Return the sentence that the session has not begun; `opens` is when marking begins."""
    return _("It has not begun yet. Who is there can be marked from %(time)s.") % {
        "time": f"{opens:%H:%M}"
    }


def in_refusal(error):
    """Return the sentence for one of REFUSED."""
    if isinstance(error, NoSeat):
        names = Student.objects.filter(pk__in=error.students).order_by("sort_key")
        found = ", ".join(child.called for child in names)
        return _("No seat in this programme any more: %(names)s.") % {"names": found}
    if isinstance(error, TooEarly):
        return _("It has not begun yet.")
    return CALLED_OFF


def attendance_mark(request, pk):
    """Mark who is at a session, child by child or all at once; what was marked before is corrected."""
    session = seen_session(request, pk)
    marking = Marking(request.user, session)
    form = AttendanceForm(
        posted(request), session=session, children=marking.children, lines=marking.lines,
        said=marking.said, pick_ups=pick_ups_of(marking.children),
    )  # fmt: skip

    def work():
        Attendance.objects.mark(session, form.marks, by=request.user)
        _warn_of_held(request, session.attendance.filter(student__in=form.marks))
        return request.path

    try:
        done = answered(request, form, work, _("It is kept."))
    except REFUSED as error:
        done = form.add_error(None, in_refusal(error))
    return done or _page(request, marking, form)


def _warn_of_held(request, lines):
    held = lines.picked_up_by_held().select_related("student")
    if names := ", ".join(line.student.called for line in held):
        words = _("%(names)s: please ring the office first.") % {"names": names}
        messages.warning(request, words)


def _note_reading(user, about, school, children):
    """Write down of whom the reader reads here whom it does not see elsewhere."""
    beyond = beyond_sight(user, children)
    Entry.viewed_of("attendance.viewed", about, beyond, by=user, school=school)


def _page(request, marking, form):
    session = marking.session
    _note_reading(request.user, session, session.programme.school, marking.children)
    zone = session.programme.zone
    works = sight.schools_of(request.user, READERS)
    context = {
        "session": session, "programme": session.programme, "form": form,
        "when": in_words(session, zone), "why_not": marking.why_not, "said": marking.said,
        "unmarked": len(marking.children) - len(marking.lines), "counts": _counts(marking),
        "is_staff": works.filter(school=session.programme.school_id).exists(),
    }  # fmt: skip
    with timezone.override(zone):
        status = NOT_WHOLE if form.is_bound else 200
        return render(request, "counseling/attendance_mark.html", context, status=status)


def _counts(marking):
    """Return [(number, mark in words)] of what is marked."""
    lines = list(marking.lines.values())
    return [
        (n, label)
        for mark, label in Attendance.Mark.choices
        if (n := sum(line.mark == mark for line in lines))
    ]


@require_POST
def attendance_all(request, pk):
    """Mark all children of a session who have no mark yet as there; who said before that it will not
    come is excused. Sent twice, the second one finds nobody."""
    marking = Marking(request.user, seen_session(request, pk))
    try:
        n = Attendance.objects.mark(
            marking.session, marking.unmarked(), by=request.user, only_new=True
        )
        words = ngettext("%(n)d child is marked.", "%(n)d children are marked.", n) % {"n": n}
        correct = _("Correct below who was not there.")
        messages.success(request, f"{words} {correct}")
    except REFUSED as error:
        messages.warning(request, in_refusal(error))
    return redirect("counseling:attendance-mark", pk)


# --- a term -------------------------------------------------------------------------------------------------


def _sheet(request, pk):
    """Return (the sheet that the address asks for, the terms of its programme)."""
    rows = Programme.objects.visible_to(request.user).select_related("school")
    programme = get_object_or_404(rows, pk=pk)
    if not Programme.objects.visible_to(request.user, roles=STAFF).filter(pk=pk).exists():
        raise PermissionDenied
    terms = terms_of(programme)
    term = term_asked(terms, request.GET.get("term", ""), today_of(programme.school))
    return Sheet(request.user, programme, term), terms


@require_safe
def attendance_sheet(request, pk):
    """Show who was at the sessions of a programme over a term; the reading is written down."""
    sheet, terms = _sheet(request, pk)
    programme = sheet.programme
    Entry.record(
        "attendance.viewed", programme, by=request.user, kind=Entry.Kind.VIEWED,
        school=programme.school,
    )  # fmt: skip
    if sheet.whole:
        _note_reading(request.user, programme, programme.school, sheet.children)
    context = {"sheet": sheet, "programme": programme, "terms": terms}
    return render(request, "counseling/attendance_sheet.html", context)


@asks_again
def attendance_file(request, pk):
    """Take the sheet of a term along: asked what for, and written down."""
    sheet, _terms = _sheet(request, pk)
    form = AttendanceFileForm(posted(request))
    if request.method == "POST" and form.is_valid():
        head, *lines = sheet.rows()
        schools = School.objects.filter(pk=sheet.programme.school_id).values("pk")
        note_export(request.user, "attendance.exported", schools, form.cleaned_data, lines)
        ending = form.cleaned_data["ending"]
        return as_file(head, lines, ending, "attendance", _("Attendance"))
    context = {"sheet": sheet, "programme": sheet.programme, "form": form}
    context["query"] = request.GET.urlencode()
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/attendance_file.html", context, status=status)
