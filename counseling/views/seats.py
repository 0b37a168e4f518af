"""Seats as staff gives them: asked for on paper, one seat, and draws."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.attendance import AttendanceFileForm
from counseling.forms.seats import (
    AskForChildForm,
    DrawForm,
    GroupForm,
    LeaveForm,
    YesForm,
    drawable,
)
from counseling.models import Draw, Seat
from counseling.models.drawing import (
    DifferentNeeds,
    DrawnAlready,
    NotToBeDrawn,
    seats_asked,
    wishes_of,
)
from counseling.models.programme import KEEPERS, NEED_READERS, READERS
from counseling.models.seat import ConsentMissing, NotForThisChild, NotOpen, TooLate
from counseling.reading.draws import DrawPage
from counseling.reading.programmes import pattern_in_words
from counseling.reading.seats import children_of, clashes_of, lines_of, why_for_staff
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.views.files import as_file, note_export

from .programmes import answer, programme_of

# --- a family asks on paper -----------------------------------------------------------------------------


def seat_add(request, pk):
    """Ask for a seat for a child whose family asked on paper or by telephone."""
    programme = programme_of(request, pk, KEEPERS)
    children = children_of(request.user, programme, KEEPERS).select_related("school_class")
    children = children.exclude(seats__in=programme.seats.live())
    form = AskForChildForm(
        posted(request), programme=programme, children=children.order_by("sort_key", "pk")
    )

    def work():
        form.ask(request.user)
        return programme.get_absolute_url()

    try:
        done = answered(request, form, work, _("The family’s wish is kept."))
    except (NotOpen, NotForThisChild, ConsentMissing) as error:
        form.add_error("child", refusal_in_words(error))
        done = None
    context = {"form": form, "programme": programme, "when": pattern_in_words(programme)}
    return done or answer(request, form, "counseling/seat_add.html", context)


def refusal_in_words(error):
    """Say why a seat cannot be asked for."""
    return {
        NotOpen: _("Nobody can ask for this programme now: it is not open, or the time is over."),
        NotForThisChild: _("This programme is for other classes or grades."),
        ConsentMissing: _("The words of the consent changed just now. Please read them again."),
    }[type(error)]


# --- one seat ---------------------------------------------------------------------------------------------


def _seat(request, pk, roles=READERS):
    """Return the seat for staff: 404 out of sight, 403 for the family and for who only reads."""
    rows = Seat.objects.visible_to(request.user).select_related(
        "programme__school", "student__school_class", "asked_by", "ended_by", "consent_by"
    )
    seat = get_object_or_404(rows, pk=pk)
    sight.require(request.user, seat.student, roles)
    return seat


@require_safe
def seat_detail(request, pk):
    """Show one seat: how it stands and why, what was agreed to, what clashes; the reading is noted."""
    seat = _seat(request, pk)
    Entry.record(
        "seat.viewed", seat, by=request.user, kind=Entry.Kind.VIEWED, student=seat.student,
        school=seat.programme.school,
    )  # fmt: skip
    return _seat_page(request, seat)


def _seat_page(request, seat, **forms):
    programme, child = seat.programme, seat.student
    roles = sight.roles_for(request.user, child)
    keeps, reads_need = bool(roles & KEEPERS), bool(roles & NEED_READERS)
    waits = seat.state in (Seat.State.ASKED, Seat.State.WAITING)
    line = lines_of([seat]).get(seat.pk)
    context = {
        "seat": seat, "programme": programme, "child": child, "keeps": keeps,
        "line": line, "why": why_for_staff(seat, line),
        "clashes": clashes_of(request.user, programme, [child]).get(child.pk, []),
        "group_form": GroupForm(seat=seat) if keeps and waits and programme.needs else None,
        "leave_form": LeaveForm() if keeps and seat.is_live else None,
        "yes_form": YesForm() if keeps and seat.is_offered else None,
        "reads_need": reads_need and bool(programme.needs),
        "group": programme.needs[seat.need] if seat.need < len(programme.needs) else "",
    } | forms  # fmt: skip
    context["form"] = next(iter(forms.values()), None)
    with timezone.override(programme.zone):
        return render(request, "counseling/seat_detail.html", context, status=422 if forms else 200)


@require_POST
def seat_group(request, pk):
    """Put a waiting child into a group of need; the list changes at once."""
    seat = _seat(request, pk, KEEPERS)
    form = GroupForm(request.POST, seat=seat)

    def work():
        seat.put_in_group(int(form.cleaned_data["group"]), by=request.user)
        return reverse("counseling:seat-detail", args=[seat.pk])

    done = answered(request, form, work, _("The group is kept. The waiting list follows it."))
    return done or _seat_page(request, seat, group_form=form)


@require_POST
def seat_accept_for(request, pk):
    """Write down that the family said yes to the offer, on paper or by telephone."""
    seat = _seat(request, pk, KEEPERS)
    form = YesForm(request.POST)

    def work():
        yes = form.cleaned_data
        seat.accept(by=request.user, said=yes["said"], how=yes["how"])
        return reverse("counseling:seat-detail", args=[seat.pk])

    try:
        done = answered(request, form, work, _("Wonderful. The seat is taken."))
    except TooLate:
        seat.refresh_from_db()
        form.add_error(None, _("The time to answer is over, or the family has answered already."))
        done = None
    return done or _seat_page(request, seat, yes_form=form)


@require_POST
def seat_leave(request, pk):
    """Give up a seat or a wish for the family; the next child moves up."""
    seat = _seat(request, pk, KEEPERS)
    form = LeaveForm(request.POST)

    def work():
        seat.leave(by=request.user, words=form.cleaned_data["words"])
        return reverse("counseling:seat-detail", args=[seat.pk])

    done = answered(request, form, work, _("It is given up. The next child moves up."))
    return done or _seat_page(request, seat, leave_form=form)


# --- draws ------------------------------------------------------------------------------------------------


def draw_new(request):
    """Choose what is drawn together, see how many ask for how many seats, and draw."""
    if not request.user.roles() & KEEPERS:
        raise PermissionDenied
    rows = list(drawable(request.user, KEEPERS))
    form = DrawForm(posted(request), programmes=rows)

    def work():
        draw = Draw.objects.make(form.cleaned_data["programmes"], by=request.user)
        return draw.get_absolute_url()

    try:
        done = answered(request, form, work, _("The seats are drawn. Every family gets a letter."))
    except (DrawnAlready, NotToBeDrawn, DifferentNeeds):
        form.add_error(
            None, _("Somebody changed or drew one of these programmes just now. Please look again.")
        )
        done = None
    wishes = wishes_of(seats_asked(rows))
    asked = {str(row.pk): sum(str(row.pk) in w.choices for w in wishes) for row in rows}
    firsts = {str(row.pk): sum(w.choices[0] == str(row.pk) for w in wishes) for row in rows}
    lines = [
        {"programme": row, "asked": asked[str(row.pk)], "firsts": firsts[str(row.pk)],
         "free": max(0, row.capacity - row.taken - row.offered)}
        for row in rows
    ]  # fmt: skip
    context = {"form": form, "lines": lines, "children": len(wishes)}
    return done or answer(request, form, "counseling/seat_draw.html", context)


def _draw(request, pk, roles=READERS):
    rows = Draw.objects.visible_to(request.user).select_related("school", "by")
    draw = get_object_or_404(rows, pk=pk)
    if not Draw.objects.visible_to(request.user, roles=roles).filter(pk=pk).exists():
        raise PermissionDenied
    return draw


def _drawn(request, page):
    """Draw the page of a draw; of whom the reader reads the group of need is written down."""
    draw, grouped = page.draw, [line.student for line in page.lines if line.group]
    Entry.viewed_of("seat.viewed", draw, grouped, by=request.user, school=draw.school)
    with timezone.override(page.zone):
        return render(request, "counseling/seat_drawn.html", {"page": page, "draw": draw})


@require_safe
def draw_detail(request, pk):
    """Show a draw: its seed, and the line in order with what each child got and why."""
    return _drawn(request, DrawPage(request.user, _draw(request, pk)))


@require_safe
def draw_again(request, pk):
    """Reckon a draw again from what was asked and the seed, and say whether the same comes out."""
    return _drawn(request, DrawPage(request.user, _draw(request, pk), again=True))


@asks_again
def draw_file(request, pk):
    """Take the line of a draw along for the records of the school: asked what for, and written down."""
    draw = _draw(request, pk, KEEPERS)
    page = DrawPage(request.user, draw)
    form = AttendanceFileForm(posted(request))
    if request.method == "POST" and form.is_valid():
        schools = School.objects.filter(pk=draw.school_id).values("pk")
        note_export(request.user, "draw.exported", schools, form.cleaned_data, page.lines)
        head, *rows = page.table()
        name = f"draw-{draw.made_at.astimezone(page.zone):%Y-%m-%d}"
        return as_file(head, rows, form.cleaned_data["ending"], name, _("Draw"))
    with timezone.override(page.zone):
        context = {"draw": draw, "form": form}
        return answer(request, form, "counseling/seat_draw_file.html", context)
