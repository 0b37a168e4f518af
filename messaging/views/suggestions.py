"""What families suggest to the school: their own page, the list of leaders, the answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from homeschool.answering import DAYS_TO_ANSWER, figures
from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from messaging.forms.suggestions import AddForm, AnswerForm, SuggestForm, SuggestionFilter
from messaging.models import Suggestion
from messaging.models.suggestion import ANSWERING, COUNTING
from messaging.models.thread import ITEM
from messaging.reading import suggestions as reading
from messaging.reading.ways import places

A_PAGE, NOT_WHOLE, CONFLICT = 50, 422, 409
HERE = "suggestion-list"


def _drawn(request, template, context, status=200):
    context |= {"places": places(request.user, HERE)}
    return render(request, f"messaging/suggestion_{template}.html", context, status=status)


def children_of(user):
    """Return the children as whose family `user` may suggest something."""
    return Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM).active()


# --- the lists -----------------------------------------------------------------------------------
@require_safe
def suggestion_list(request):
    """List the suggestions of whom one leads, those that wait too long on top; families find their own.

    A school administrator counts them: what they are about, since when they wait, how long an
    answer took. Their words and names are for who answers.
    """
    roles = request.user.roles()
    if not roles & (ANSWERING | COUNTING):
        if roles & sight.FAMILY_ROLES:
            return redirect("messaging:suggestion-own")
        raise PermissionDenied
    form = SuggestionFilter(request.GET)
    today = timezone.localdate()  # the reader's own clock, else that of the school
    counted = Suggestion.objects.counted_for(request.user)
    page = Paginator(form.rows(counted, today).by_need(), A_PAGE)
    page = page.get_page(request.GET.get("page"))
    keys = [row.pk for row in page.object_list]
    read = Suggestion.objects.visible_to(request.user, roles=ANSWERING).filter(pk__in=keys)
    readable = set(read.values_list("pk", flat=True))
    page.object_list = [
        Row(row, row.suggestion.pk in readable)
        for row in reading.drawn(Suggestion.objects.filter(pk__in=keys).by_need())
    ]
    context = {"form": form, "page": page, "figures": figures(counted, today)}
    context["is_family"] = bool(roles & sight.FAMILY_ROLES)
    return _drawn(request, "list", context)


class Row:
    """One line of the list; who only counts gets no words and no names."""

    def __init__(self, suggested, is_read):
        self.is_read = is_read
        self.said, self.row = suggested, suggested.suggestion if is_read else None
        self.area = suggested.suggestion.get_area_display()


@require_safe
def suggestion_own(request):
    """Show a family what it suggested and what the school answered."""
    if not request.user.roles() & sight.FAMILY_ROLES:
        raise PermissionDenied
    rows = reading.of_family(request.user)
    return _drawn(request, "own", {"rows": rows, "may_suggest": children_of(request.user).exists()})


# --- suggesting ----------------------------------------------------------------------------------
def suggestion_new(request):
    """Let a family suggest something to the school of its child."""
    if not request.user.roles() & sight.FAMILY_ROLES:
        raise PermissionDenied
    children = children_of(request.user).order_by("sort_key", "pk")
    if not children.exists():
        raise PermissionDenied
    form = SuggestForm(posted(request), children=children)
    context = {"form": form, "days": DAYS_TO_ANSWER}
    if not form.is_bound:
        return _drawn(request, "form", context)
    if not form.is_valid():
        return _drawn(request, "form", context, NOT_WHOLE)
    Submission.once(
        request.user,
        form.cleaned_data["submission"],
        lambda: form.make(request.user, get_language() or "").pk,
    )
    messages.success(
        request,
        ngettext(
            "Thank you. A leader of the school answers within %(n)d day.",
            "Thank you. A leader of the school answers within %(n)d days.",
            DAYS_TO_ANSWER,
        ) % {"n": DAYS_TO_ANSWER},
    )  # fmt: skip
    return redirect("messaging:suggestion-own")


# --- one suggestion ------------------------------------------------------------------------------
def _suggestion(request, pk):
    rows = Suggestion.objects.visible_to(request.user)
    rows = rows.select_related("school", "by", "answered_by", "student__school_class")
    return get_object_or_404(rows, pk=pk)


def _to_answer(request, pk):
    """Return the suggestion for a leader of its child; 403 for the family itself."""
    suggestion = _suggestion(request, pk)
    if not reading.may_answer(request.user, suggestion):
        raise PermissionDenied
    return suggestion


def _page(request, suggestion, form=None, status=200):
    leads = reading.may_answer(request.user, suggestion)
    if form is None:
        form = AddForm() if suggestion.answered_at else AnswerForm()
    context = {
        "row": suggestion, "said": reading.Suggested(suggestion),
        "further": suggestion.further.select_related("by"), "leads": leads, "form": form,
    }  # fmt: skip
    with timezone.override(suggestion.zone):
        return _drawn(request, "detail", context, status)


@require_safe
def suggestion_detail(request, pk):
    """Show a suggestion and its answer: to who made it, and to who leads the child."""
    suggestion = _suggestion(request, pk)
    if suggestion.by_id != request.user.pk:
        reading.record_reading(request.user, suggestion)
    return _page(request, suggestion)


@require_POST
def suggestion_answer(request, pk):
    """Answer a suggestion; answered by a colleague meanwhile, what was typed waits to be added."""
    suggestion = _to_answer(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, suggestion, form, NOT_WHOLE)
    data = form.cleaned_data

    def work():
        stands = suggestion.reply(data["text"], outcome=data["outcome"], by=request.user)
        return "stands" if stands else "late"

    if Submission.once(request.user, data["submission"], work) == "late":
        suggestion.refresh_from_db()
        messages.warning(
            request,
            _("A colleague answered before you. You can add what you wrote to that answer."),
        )
        return _page(request, suggestion, AddForm(initial={"text": data["text"]}), CONFLICT)
    messages.success(request, _("Thank you. The family gets a letter with the answer."))
    return redirect(suggestion)


@require_POST
def suggestion_add(request, pk):
    """Add something to the answer that stands."""
    suggestion = _to_answer(request, pk)
    if not suggestion.answered_at:
        messages.warning(request, _("Nobody has answered yet. Please write the answer first."))
        return redirect(suggestion)
    form = AddForm(request.POST)
    if not form.is_valid():
        return _page(request, suggestion, form, NOT_WHOLE)
    Submission.once(
        request.user,
        form.cleaned_data["submission"],
        lambda: suggestion.add(form.cleaned_data["text"], by=request.user).pk,
    )
    messages.success(request, _("Thank you. The family gets a letter with the answer."))
    return redirect(suggestion)
