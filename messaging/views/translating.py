"""Words of the school, messages in other languages, and “I did not understand”."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from messaging import machines
from messaging.forms.opened import opened_by
from messaging.forms.translating import TermForm, TranslationForm
from messaging.models import Message, Term, Translation, Unclear
from messaging.models.thread import WRITERS, Seat
from messaging.models.translating import TERM_KEEPERS
from messaging.reading import translating
from messaging.reading.ways import places

from .opened import answered_or_met

A_PAGE, NOT_WHOLE = 50, 422
TERM_READERS = WRITERS | TERM_KEEPERS


def _drawn(request, form, template, context):
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)


# --- words of the school --------------------------------------------------------------------------------


@require_safe
def term_list(request):
    """List how the school says its own words in other languages."""
    if not sight.schools_of(request.user, TERM_READERS).exists():
        raise PermissionDenied
    rows = Term.objects.visible_to(request.user, roles=TERM_READERS).select_related("school")
    keeps = School.objects.visible_to(request.user, roles=TERM_KEEPERS).order_by("name")
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:120]
    if asked:
        rows = rows.filter(word__icontains=asked) | rows.filter(said__icontains=asked)
    rows = rows.order_by("source", "language", "word", "pk")
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")), "asked": asked,
        "schools": list(keeps), "machine": machines.stands(),
        "places": places(request.user, "term-list"),
    }  # fmt: skip
    context["keeps"] = {school.pk for school in context["schools"]}
    context["several"] = sight.works_at_several(request.user)
    return render(request, "messaging/term_list.html", context)


def term_add(request, pk):
    """Add a word of a school."""
    school = get_object_or_404(School.objects.visible_to(request.user, roles=TERM_READERS), pk=pk)
    _keeps(request, school.pk)
    return _term(request, TermForm(posted(request), school=school), school)


def term_change(request, pk):
    """Change a word of a school."""
    term = _own_term(request, pk)
    form = TermForm(posted(request), school=term.school, instance=term)
    return _term(request, form, term.school, term)


@require_POST
def term_remove(request, pk):
    """Throw a word away."""
    _own_term(request, pk).remove(by=request.user)
    messages.success(request, _("The word is gone. What is translated already stays."))
    return redirect("messaging:term-list")


def _own_term(request, pk):
    rows = Term.objects.visible_to(request.user, roles=TERM_READERS).select_related("school")
    term = get_object_or_404(rows, pk=pk)
    _keeps(request, term.school_id)
    return term


def _keeps(request, school):
    if not School.objects.visible_to(request.user, roles=TERM_KEEPERS).filter(pk=school).exists():
        raise PermissionDenied


def _term(request, form, school, term=None):
    def work():
        form.instance.put(by=request.user)
        return reverse("messaging:term-list")

    done = answered(request, form, work, _("The next translation says it so."))
    context = {"school": school, "term": term}
    return done or _drawn(request, form, "messaging/term_form.html", context)


# --- a message in another language ----------------------------------------------------------------------


def _message(request, pk, side):
    """Return the message, seen and not taken back (else 404), for who writes on this side (else 403)."""
    rows = Message.objects.visible_to(request.user).kept().exclude(text="")
    rows = rows.select_related("author", "thread__student__school_class", "thread__school")
    message = get_object_or_404(rows, pk=pk)
    if side and message.thread.side_of(request.user) != side:
        raise PermissionDenied
    return message


def back_to(message):
    """Return the address of the message on the page of its thread."""
    return f"{message.thread.get_absolute_url()}#m-{message.pk}"


def translation_write(request, pk, language):
    """Write, or mend, the words of a message in another language, beside the original."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    message = _message(request, pk, Seat.Side.SCHOOL)
    found = {
        row.language: row
        for row in message.translations.select_related("by", "checked_by", "message__thread")
    }
    row = found.get(language)
    initial = ({"text": row.text} if row else {}) | opened_by(row.spoken() if row else [])
    form = TranslationForm(posted(request), language=language, initial=initial)

    def work():
        text = form.cleaned_data["text"]
        if row is not None and row.is_of_a_machine and _same(row.text, text):
            row.check_by(request.user)
        else:
            Translation.objects.keep(
                message, language, text, by=request.user, opened=form.opened_at
            )
        return back_to(message)

    done = answered_or_met(request, form, work, _("The family reads it so from now on."))
    if not done and request.method == "GET":
        Entry.record(
            "translation.opened", message, by=request.user, kind=Entry.Kind.VIEWED,
            school=message.thread.school,
        )  # fmt: skip
    context = {
        "message": message, "about": _about(message), "row": row, "language": language, "back": back_to(message),
        "label": translating.label(row) if row else "", "machine": machines.stands(),
        "ways": _languages(message, language, found),
    }  # fmt: skip
    return done or _drawn(request, form, "messaging/translation_form.html", context)


def _about(message):
    student = message.thread.student
    words = _("about %(child)s, %(class)s")
    return words % {"child": student.called, "class": student.school_class.name}


def _same(kept, typed):
    """Whether two texts differ in nothing but the ends of their lines."""
    return kept.split() == typed.split()


def _languages(message, here, found):
    """Return (code, name, Translation or None, whether it is at hand) of each other language."""
    return [
        (code, name, found.get(code), code == here)
        for code, name in settings.LANGUAGES
        if code != message.language
    ]


@require_POST
def translation_check(request, pk):
    """Say that the words of a machine are right."""
    rows = Translation.objects.visible_to(request.user).select_related("message__thread__school")
    row = get_object_or_404(rows, pk=pk)
    message = _message(request, row.message_id, Seat.Side.SCHOOL)
    row.check_by(request.user)
    messages.success(request, _("Families read that you checked it."))
    return redirect(back_to(message))


@require_POST
def translation_ask(request, pk):
    """Ask the machine for a message in the language of the page."""
    message = _message(request, pk, side=None)
    language = request.POST.get("language") or get_language()
    if language not in dict(settings.LANGUAGES):
        raise Http404
    if machines.stands():
        Translation.objects.ask_for(message, by=request.user, languages=[language])
        messages.success(request, _("The machine translates it now. Look again in a minute."))
    else:
        messages.error(request, machines.Unavailable("none").words)
    return redirect(back_to(message))


# --- “I did not understand” -----------------------------------------------------------------------------


@require_POST
def unclear_say(request, pk):
    """Say that one did not understand a message of the school: its writer is told and explains."""
    message = _message(request, pk, Seat.Side.HOME)
    if message.side != Seat.Side.SCHOOL:
        raise PermissionDenied
    row = Unclear.say(message, by=request.user)
    words = _("%(name)s was told and will explain.")
    messages.success(request, words % {"name": row.helper})
    return redirect(back_to(message))


@require_safe
def unclear_list(request):
    """List what families did not understand and the reader explains."""
    if not sight.schools_of(request.user, WRITERS).exists():
        raise PermissionDenied
    page = Paginator(translating.waiting_for(request.user), A_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "places": places(request.user, "thread-list"),
    }
    return render(request, "messaging/unclear_list.html", context)


@require_POST
def unclear_help(request, pk):
    """Note that it was explained to the family."""
    rows = Unclear.objects.visible_to(request.user).select_related("message__thread__school")
    row = get_object_or_404(rows, pk=pk)
    message = _message(request, row.message_id, Seat.Side.SCHOOL)
    row.help(by=request.user)
    messages.success(request, _("Noted: it was explained."))
    listed = request.POST.get("back") == "list"
    return redirect(reverse("messaging:unclear-list") if listed else back_to(message))
