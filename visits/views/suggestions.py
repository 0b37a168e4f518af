"""What families suggest to the school: the list, one suggestion, the answer, a file of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.signin import asks_again
from homeschool.people.views.home import page_of, posted
from visits import reading
from visits.forms.campaigns import ExportForm
from visits.forms.suggestions import AnswerForm, SuggestionFilter
from visits.models import Suggestion
from visits.models.record import READERS
from visits.reading import suggestions

from .files import as_file, note_export

A_PAGE, MOST_ROWS, NOT_WHOLE, CONFLICT = 50, 20_000, 422, 409
ANSWERING = frozenset({sight.LEADER})


def today_of(zone):
    """Return the day by the calendar of `zone`."""
    return timezone.localdate(timezone=zone)


# --- the list ----------------------------------------------------------------------------------------
@require_safe
def suggestion_list(request):
    """List the suggestions in sight, those that wait too long on top.

    A school administrator reads figures, not records: how many there are, and how long they took.
    """
    roles = request.user.roles()
    zone = reading.zone_of(request.user)
    if not roles & READERS:
        if sight.SCHOOL_ADMIN not in roles:
            raise PermissionDenied
        rows = Suggestion.objects.filter(
            school__in=sight.schools_of(request.user, {sight.SCHOOL_ADMIN})
        )
        context = {"figures": suggestions.figures(rows, today_of(zone))}
        return render(request, "visits/suggestion_list.html", context)
    form, today = SuggestionFilter(request.GET, request.user), today_of(zone)
    rows = form.rows(today)
    page = Paginator(rows.by_need(), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = suggestions.drawn(page.object_list, request.user, zone, today)
    context = {"form": form, "page": page, "query": request.GET.urlencode()}
    context["figures"] = suggestions.figures(rows, today)
    with timezone.override(zone):
        return render(request, "visits/suggestion_list.html", context)


# --- one suggestion ----------------------------------------------------------------------------------
def _suggestion(request, pk):
    rows = Suggestion.objects.visible_to(request.user).select_related("visit", "school")
    return get_object_or_404(rows, pk=pk)


def _to_answer(request, pk):
    """Return the suggestion for a leader of one of its children; 403 for who only reads it."""
    suggestion = _suggestion(request, pk)
    if not may_answer(request.user, suggestion):
        raise PermissionDenied
    return suggestion


def may_answer(user, suggestion):
    """Whether `user` leads the division or the school of one of its children (one query)."""
    return Suggestion.objects.visible_to(user, roles=ANSWERING).filter(pk=suggestion.pk).exists()


def _page(request, suggestion, form, status=200):
    zone = reading.zone_of(request.user, suggestion.school)
    own = Suggestion.objects.filter(pk=suggestion.pk)
    (row,) = suggestions.drawn(own, request.user, zone, today_of(suggestion.zone))
    context = {"suggestion": suggestion, "row": row, "form": form, "is_told": suggestion.is_told()}
    context["may_answer"] = may_answer(request.user, suggestion)
    with timezone.override(zone):
        return render(request, "visits/suggestion_detail.html", context, status=status)


def _form(suggestion, data=None):
    """Return the form of an answer, or of what is added to the one that stands."""
    label = _("What you want to add") if suggestion.answered_at else None
    return AnswerForm(data, label=label)


@require_safe
def suggestion_detail(request, pk):
    """Show staff a suggestion and its answer; the home that made it reads them on its own page."""
    suggestion = _suggestion(request, pk)
    if not Suggestion.objects.visible_to(request.user, roles=READERS).filter(pk=pk).exists():
        visit = suggestion.visit
        line = visit.children_for(request.user, roles=sight.FAMILY_ROLES).first()
        if line is None:
            raise Http404
        return redirect(f"{page_of(line.student_id)}#visit-{visit.pk}")
    return _page(request, suggestion, _form(suggestion))


@require_POST
def suggestion_answer(request, pk):
    """Answer a suggestion; answered by a colleague meanwhile, what was typed waits to be added."""
    suggestion = _to_answer(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, suggestion, form, NOT_WHOLE)
    text = form.cleaned_data["text"]
    done = Submission.once(
        request.user,
        form.cleaned_data["submission"],
        lambda: "stands" if suggestion.reply(text, by=request.user) else "late",
    )
    if done == "late":
        suggestion.refresh_from_db()
        messages.warning(
            request,
            _("A colleague answered before you. You can add what you wrote to that answer."),
        )
        again = AnswerForm(initial={"text": text}, label=_("What you want to add"))
        return _page(request, suggestion, again, CONFLICT)
    messages.success(request, _told(suggestion))
    return redirect(suggestion)


@require_POST
def suggestion_add(request, pk):
    """Add something to the answer that stands."""
    suggestion = _to_answer(request, pk)
    form = _form(suggestion, request.POST)
    if not suggestion.answered_at:
        messages.warning(request, _("Nobody has answered yet. Please write the answer first."))
        return redirect(suggestion)
    if not form.is_valid():
        return _page(request, suggestion, form, NOT_WHOLE)
    Submission.once(
        request.user,
        form.cleaned_data["submission"],
        lambda: suggestion.add(form.cleaned_data["text"], by=request.user).pk,
    )
    messages.success(request, _told(suggestion))
    return redirect(suggestion)


def _told(suggestion):
    if suggestion.is_told():
        return _("Thank you. The family gets a letter with the answer.")
    return _("Thank you. The answer stands with the visit.")


# --- a file of them ----------------------------------------------------------------------------------
@asks_again
def suggestion_export(request):
    """Take the suggestions of the list along; asked what for, and written down."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    zone = reading.zone_of(request.user)
    today, chosen = today_of(zone), SuggestionFilter(request.GET, request.user)
    form = ExportForm(posted(request))
    if request.method == "POST" and form.is_valid() and chosen.is_valid():
        schools = chosen.rows(today).order_by().values("school").distinct()
        rows = chosen.rows(today).by_need()[:MOST_ROWS]
        head, lines = suggestions.table(rows, request.user, zone, today)
        note_export(request.user, "suggestions.exported", schools, form.cleaned_data, lines)
        return as_file(head, lines, form.cleaned_data["ending"], "suggestions", _("Suggestions"))
    context = {"form": form, "query": request.GET.urlencode()}
    context["rows"] = chosen.rows(today).count()
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/suggestion_export.html", context, status=status)
