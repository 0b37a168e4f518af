"""Pages of confidential notes. Who may not read one finds what stands at no address: 404.

Words typed here go into no session (forms.notes), no report of an error and no browser's store.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.notes import AddendumForm, GlassForm, HandForm, NoteForm
from counseling.models.glass import LEADERS, Glass
from counseling.models.note import KEEPERS, IsSigned, Note, NothingWritten, Overtaken
from counseling.reading import notes as reading
from homeschool.people.models import Student
from homeschool.people.signin import asks_again
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.reading.standing import zone_of

A_PAGE, NOT_WHOLE, CONFLICT = 50, 422, 409


def _note(request, pk):
    rows = Note.objects.visible_to(request.user).select_related(
        "student__school_class", "school", "author", "supervisor", "plan"
    )
    return reading.name_children([get_object_or_404(rows, pk=pk)], request.user)[0]


def _draft(request, pk):
    """Return the note if it is for this reader to write; 403 for one who only reads."""
    note = _note(request, pk)
    if note.author_id != request.user.pk:
        raise PermissionDenied
    return note


def _shown(request, template, context, status=200, school=None):
    """Answer with a page; moments by the reader's clock, else the school's."""
    with timezone.override(zone_of(request.user, school)):
        return render(request, template, context, status=status)


def _glass_to(user, note):
    """Return the broken glass through which `user` reads, or None who reads by right."""
    if Note.objects.kept_by(user).filter(pk=note.pk).exists():
        return None
    opened = Glass.objects.open_to(user)
    return opened.filter(student=note.student_id, school=note.school_id).first()


# --- lists ----------------------------------------------------------------------------------------
@require_safe
def note_index(request):
    """List all notes that a counselor reads by right, the drafts first."""
    if not request.user.roles() & KEEPERS:
        raise PermissionDenied
    notes = Note.objects.kept_by(request.user).annotate(is_signed=Q(signed_at__isnull=False))
    return _list(request, notes.order_by("is_signed", *Note._meta.ordering), others=True)


@require_safe
def note_list(request, pk):
    """List the notes about a child, for who reads them; its counselor may begin one."""
    student = Student.objects.select_related("school_class", "school").filter(pk=pk).first()
    writes = Student.objects.visible_to(request.user, roles=KEEPERS).filter(pk=pk).exists()
    notes = Note.objects.visible_to(request.user).filter(student=pk)
    glass = Glass.objects.open_to(request.user).filter(student=pk).first()
    if student is None or not (writes or glass or notes.exists()):
        raise Http404
    return _list(request, notes, student=student, writes=writes, glass=glass)


def _list(request, notes, **context):
    page = Paginator(reading.rows_of(notes, request.user), A_PAGE)
    context["page"] = page = page.get_page(request.GET.get("page"))
    page.object_list = rows = reading.name_children(page.object_list, request.user)
    mine = any(row.author_id == request.user.pk for row in rows)
    if student := context.get("student"):
        knows = mine or context["writes"] or context["glass"]
        context["child"] = student.full_name if knows else _("A child")
    context["kinds"] = reading.ABOUT_KINDS.items() if context.get("writes") else ()
    return _shown(request, "counseling/note_list.html", context)


# --- writing --------------------------------------------------------------------------------------
@require_POST
def note_start(request, pk, kind):
    """Begin a note about a child on the caseload; one that is still empty is taken again."""
    student = get_object_or_404(Student.objects.visible_to(request.user, roles=KEEPERS), pk=pk)
    if kind not in Note.Kind.values:
        raise Http404
    today = timezone.localdate(timezone=student.school_zone)
    note = Note.objects.begin(student, kind, by=request.user, on=today)
    return redirect("counseling:note-edit", note.pk)


def _form(request, note, data=None):
    return NoteForm(data, instance=note, user=request.user, zone=note.student.school_zone)


def _write_page(request, note, form, status=200, **context):
    context |= {"note": note, "form": form, "readers": reading.draft_readers(note)}
    context["emergencies"] = reading.emergencies()
    return _shown(request, "counseling/note_edit.html", context, status, note.school)


@sensitive_post_parameters()
@sensitive_variables()
def note_edit(request, pk):
    """Write a draft and save it; htmx saves it while it is written."""
    note = _draft(request, pk)
    if note.is_locked or not note.is_readable:
        return redirect(note)
    form = _form(request, note, posted(request))
    if not form.is_bound:
        return _write_page(request, note, form)
    if not form.is_valid():
        return _not_saved(request, note, form)
    try:
        note.write(edits=form.cleaned_data["edits"], **form.values)
    except Overtaken as error:
        return _both(request, note, form, error.note)
    except IsSigned:
        return redirect(note)
    if request.htmx:
        return _saved(request, note=note)
    messages.success(request, _("Your draft is kept. Only you read it."))
    return redirect(note)


@sensitive_post_parameters()
@sensitive_variables()
@require_POST
def note_sign(request, pk):
    """Save what was written and sign it: from then on nothing in it changes."""
    note = _draft(request, pk)
    if note.is_locked or not note.is_readable:
        return redirect(note)
    form = _form(request, note, request.POST)
    if form.is_valid():
        try:
            note.sign(by=request.user, edits=form.cleaned_data["edits"], **form.values)
            messages.success(request, _("Signed. Nothing in this note changes any more."))
            return redirect(note)
        except Overtaken as error:
            return _both(request, note, form, error.note)
        except IsSigned:
            return redirect(note)
        except NothingWritten:
            form.add_error(None, _("Please write something before you sign."))
    return _write_page(request, note, form, NOT_WHOLE)


def _saved(request, note=None, **context):
    """Answer htmx with the line that says whether it is saved."""
    context["note"], school = note, note and note.school
    return _shown(request, "counseling/note_saved.html", context, school=school)


@sensitive_variables()
def _not_saved(request, note, form):
    if request.htmx:
        return _saved(request, wrong=True)
    return _write_page(request, note, form, NOT_WHOLE)


@sensitive_variables()
def _both(request, note, form, stands):
    """Show what was written here and what another window saved; sent again, this window's stands."""
    if request.htmx:
        return _saved(request, overtaken=True)
    form.data = form.data.copy()
    form.data["edits"] = stands.edits
    stood = reading.parts_of(stands)
    return _write_page(request, note, form, CONFLICT, stood=stood, overtaken=True)


@require_POST
def note_discard(request, pk):
    """Throw a draft away."""
    note = _draft(request, pk)
    try:
        note.discard(by=request.user)
    except IsSigned:
        return redirect(note)
    messages.success(request, _("The draft is gone."))
    return redirect("counseling:note-index")


# --- reading --------------------------------------------------------------------------------------
@sensitive_variables()
def _read_page(request, note, form, status=200):
    """Show a note; the reading is written down first."""
    glass, handings = _glass_to(request.user, note), note.handings()
    note.record_reading(request.user, glass)
    locked, mine = note.is_locked, note.author_id == request.user.pk
    context = {"note": note, "parts": reading.parts_of(note), "form": form, "glass": glass}
    context |= {"addenda": note.addenda(), "handings": handings, "is_mine": mine and not locked}
    context["may_add"] = locked and not glass
    context["may_hand"] = note.is_handed_by(request.user) and not glass
    context["readers"] = (
        reading.signed_readers(note, handings)
        if locked
        else [*reading.draft_readers(note), *reading.emergencies()]
    )
    return _shown(request, "counseling/note_detail.html", context, status, note.school)


@require_safe
def note_detail(request, pk):
    """Show a note and what was added to it."""
    return _read_page(request, _note(request, pk), AddendumForm())


@sensitive_post_parameters()
@sensitive_variables()
@require_POST
def note_add(request, pk):
    """Add to a signed note; who reads it by breaking the glass only reads."""
    note = _note(request, pk)
    if not note.is_locked or _glass_to(request.user, note):
        raise PermissionDenied
    form = AddendumForm(request.POST)

    def work():
        note.add(form.cleaned_data["text"], by=request.user)
        return note.get_absolute_url()

    done = answered(request, form, work, _("Added below the note, with your name."))
    return done or _read_page(request, note, form, NOT_WHOLE)


def note_hand(request, pk):
    """Hand a signed note to a colleague who looks after the child now."""
    note = _note(request, pk)
    if not note.is_handed_by(request.user):
        raise PermissionDenied
    form = HandForm(posted(request), note=note)

    def work():
        note.hand_to(form.cleaned_data["taker"], by=request.user)
        return note.get_absolute_url()

    done = answered(request, form, work, _("Handed over. Your colleague finds it among the notes."))
    context = {"note": note, "form": form, "nobody": not note.takers().exists()}
    status = NOT_WHOLE if form.is_bound else 200
    return done or render(request, "counseling/note_hand.html", context, status=status)


# --- breaking the glass -----------------------------------------------------------------------------
@asks_again
@sensitive_post_parameters()
@sensitive_variables()
def glass_break(request, pk):
    """Let a leader open the notes of a child in an emergency, who says why."""
    led = Student.objects.visible_to(request.user, roles=LEADERS)
    student = get_object_or_404(led.select_related("school_class", "school"), pk=pk)
    opened = reverse("counseling:note-list", args=[student.pk])
    if Glass.objects.open_to(request.user).filter(student=student).exists():
        return redirect(opened)
    form = GlassForm(posted(request))

    def work():
        Glass.objects.break_for(student, form.cleaned_data["reason"], by=request.user)
        return opened

    said = _("Open for four hours. The counselors and the other leaders are told.")
    done = answered(request, form, work, said)
    context = {"student": student, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return done or render(request, "counseling/glass_break.html", context, status=status)


@require_safe
def glass_list(request):
    """List, week by week, when leaders opened confidential notes."""
    if not request.user.roles() & LEADERS:
        raise PermissionDenied
    rows = reading.glasses_of(Glass.objects.visible_to(request.user))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    page.object_list = reading.name_children(page.object_list, request.user)
    context = {"page": page, "weeks": reading.weeks_of(page.object_list)}
    return _shown(request, "counseling/glass_list.html", context)


@require_safe
def glass_detail(request, pk):
    """Show who opened the notes of a child, why, and what was read."""
    rows = Glass.objects.visible_to(request.user).select_related(
        "by", "school", "student__school_class"
    )
    (glass,) = reading.name_children([get_object_or_404(rows, pk=pk)], request.user)
    context = {"glass": glass, "readings": glass.readings(), "roles": request.user.roles()}
    return _shown(request, "counseling/glass_detail.html", context, school=glass.school)
