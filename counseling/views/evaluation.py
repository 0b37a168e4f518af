"""What a family thinks of a programme, behind the link of a letter: GET shows, POST writes; and the
figures that the school reads of it."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.evaluation import EvaluationForm
from counseling.models import Evaluation, Programme
from counseling.models.evaluation import QUESTIONS, Over, reads_figures
from counseling.reading.evaluation import Judging, open_evaluation_token
from homeschool.journal.views import GONE, NOT_FOUND, dead_link, opened_by_link, plain

NOT_WHOLE = 422


def behind_evaluation(view):
    """Let `view(request, judging)` run for a link whose person may answer, in the language of that
    person; else say kindly why not."""

    @opened_by_link
    @wraps(view)
    def page(request, token):
        found = open_evaluation_token(token)
        if found is None:
            return dead_link(NOT_FOUND)
        judging = Judging(*found)
        if not judging.may_answer:
            return dead_link(GONE)
        language = judging.reader.language or translation.get_language() or "en"
        with translation.override(language), timezone.override(judging.programme.zone):
            return view(request, judging) if judging.is_open else _over(judging)

    return page


def _over(judging):
    context = {"judging": judging, "school": judging.school}
    return plain("counseling/evaluation_over.html", context, status=GONE)


def _page(judging, sent=None, status=200):
    forms = [
        sent if sent and sent.prefix == side else EvaluationForm(side=side, own=judging.own(side))
        for side in judging.sides
    ]
    parts = [
        {"side": side, "form": form, "own": judging.own(side), "said": judging.answers.get(side)}
        for side, form in zip(judging.sides, forms, strict=True)
    ]
    context = {"judging": judging, "school": judging.school, "parts": parts, "sent": sent}
    return plain("counseling/evaluation_page.html", context, status=status)


@require_safe
@behind_evaluation
def evaluation(request, judging):
    """Show the three questions. It records nothing: mail scanners open every link."""
    return _page(judging)


@require_POST
@behind_evaluation
def evaluation_send(request, judging):
    """Keep what one side thinks; sent twice it is once, said otherwise it takes the place."""
    asked = request.POST.get("side", "")
    side = asked if asked in judging.sides else judging.sides[0]
    form = EvaluationForm(request.POST, side=side, own=judging.own(side))
    if not form.is_valid():
        return _page(judging, form, NOT_WHOLE)
    values = {name: form.cleaned_data[name] for name in (*QUESTIONS, "words")}
    try:
        Evaluation.objects.answer(
            judging.programme, judging.student, side, by=judging.reader, **values
        )
    except Over:
        return _over(judging)
    return redirect("counseling:evaluation", judging.token)


@require_safe
def evaluation_figures(request, pk):
    """Show the school what the answers about a programme come to, once there are enough of them."""
    programmes = Programme.objects.visible_to(request.user).select_related("school")
    programme = get_object_or_404(programmes, pk=pk)
    if not reads_figures(request.user, programme):
        raise PermissionDenied
    context = {
        "programme": programme,
        "figures": Evaluation.objects.figures([programme]).get(programme.pk, []),
        "words": Evaluation.objects.words_of(programme),
    }
    return render(request, "counseling/evaluation_figures.html", context)
