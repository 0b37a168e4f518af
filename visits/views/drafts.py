"""Writing a visit down, step by step: nothing that was typed is lost."""

import re
import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.models import Student
from visits import recording
from visits.forms import LAST, STEPS
from visits.models import Draft, Visit
from visits.models.visit import WRITERS
from visits.views import checking

CONFLICT, NOT_WHOLE = 409, 422
_PLAIN_ID = re.compile(r"[A-Za-z][\w-]{0,80}")


def _draft(request, pk, step=None):
    """Return the draft with what the form of `step` needs, if the reader writes on it; else 404."""
    circle = STEPS[step].circle if step else ("children",)
    drafts = Draft.objects.visible_to(request.user).with_circle(*circle)
    draft = get_object_or_404(drafts, pk=pk)
    if not draft.offered and not draft.finished_at:
        raise Http404
    return draft


def _step_url(draft, step):
    return reverse("visits:draft-step", args=[draft.pk, step])


def _visit_url(request, draft):
    """Return the page of the visit; a colleague who came along but may not read it goes home."""
    if Visit.objects.visible_to(request.user).filter(pk=draft.pk).exists():
        return reverse("visits:visit-detail", args=[draft.pk])
    return reverse("home")


def _number(text):
    """Return the number of a step, or 404."""
    if text not in {str(step) for step in STEPS}:
        raise Http404
    return int(text)


def _key(data):
    """Return the hidden key of a sending; a garbled one is as good as a new one."""
    try:
        return uuid.UUID(data.get("submission", ""))
    except ValueError:
        return uuid.uuid4()


def _keep(request, draft, step):
    """Save what was typed into one step; return the form of what was sent, and what clashes."""
    form = STEPS[step](draft, data=request.POST)
    typed = form.typed(request.POST)
    try:
        clashes = draft.keep(
            typed,
            names=form.names(request.POST),
            seen=form.seen_by(request.POST),
            by=request.user,
            step=step,
        )
    except Draft.DoesNotExist:
        raise Http404 from None
    return form, {name: typed.get(name) for name in clashes}


# --- pages -------------------------------------------------------------------------------------------
def _page(request, draft, form, *, status=200, **more):
    """Draw one step. The closing step shows everything that was written."""
    context = {"draft": draft, "form": form, "step": form.number, "last": LAST, **more}
    with timezone.override(draft.zone):
        if form.number == 1:
            form.show_near()
        if form.number == LAST:
            context["sheet"] = checking.Sheet(draft.pk)
        return render(request, f"visits/draft_{form.number}.html", context, status=status)


def _both_texts(request, draft, step, mine):
    """Draw a step on which two wrote at once: theirs above, mine in the field."""
    form = STEPS[step](draft, answers=draft.data | {n: v or "" for n, v in mine.items()})
    form.show_clashes(mine, draft.data)
    return _page(request, draft, form, status=CONFLICT, clashes=len(mine))


def _too_late(request, draft, form):
    """Answer what was sent to a draft that became a visit: nothing that was typed is lost."""
    typed = form.typed(request.POST)
    rows = [
        {"label": form.fields[name].label, "text": form.in_words(name, value)}
        for name, value in typed.items()
        if isinstance(value, str) and value != "on"
    ]
    context = {"draft": draft, "rows": rows, "visit_url": _visit_url(request, draft)}
    return render(request, "visits/draft_late.html", context, status=CONFLICT)


@require_http_methods(["GET", "HEAD", "POST"])
def draft_step(request, pk, step):
    """Show a step; sent, it is saved first, then checked, and the next one follows."""
    number = _number(str(step))
    draft = _draft(request, pk, number)
    if request.method != "POST":
        if draft.finished_at:
            return redirect(_visit_url(request, draft))
        return _page(request, draft, _shown(request, draft, number))
    sent, mine = _keep(request, draft, number)
    if draft.finished_at:
        return _too_late(request, draft, sent)
    if mine:
        return _both_texts(request, draft, number, mine)
    form = _merged(request, draft, sent)
    if not form.is_valid():
        return _page(request, draft, form, status=NOT_WHOLE)
    if number == 1:
        draft.be_written_by(draft.data.get("colleagues", []))
    return redirect(_step_url(draft, min(number + 1, LAST)))


def _shown(request, draft, number):
    """Return the form of a GET: as it was typed, or checked where the page asks for it."""
    rows = request.GET.get("rows", "")
    wanted = {"wanted": int(rows)} if rows.isascii() and rows.isdigit() and len(rows) < 3 else {}
    form = STEPS[number](draft, **(wanted if number == 4 else {}))
    return form.as_checked() if "check" in request.GET else form


def _merged(request, draft, sent):
    """Return the form to check: what was sent, with what the other writer did beside it."""
    typed, data = sent.typed(request.POST), request.POST.copy()
    for name in sent.names(request.POST):
        stands = draft.data.get(name, [])
        if typed.get(name, []) != stands:
            data.setlist(name, stands if isinstance(stands, list) else [stands])
    data["version"], data["seen"] = draft.version, sent.seen_now()
    return type(sent)(draft, data=data)


# --- saving ------------------------------------------------------------------------------------------
@require_POST
def draft_save(request, pk):
    """Save one step as it is typed (the page's script); the answer says what now stands."""
    number = _number(request.POST.get("step", ""))
    draft = _draft(request, pk)  # nothing is checked here: the children are enough
    sent, mine = _keep(request, draft, number)
    if draft.finished_at:
        words = _("This visit is finished already: it takes no changes any more.")
        return JsonResponse({"words": words}, status=CONFLICT)
    if mine:
        words = _("Your colleague wrote here at the same time. Press Continue to see both texts.")
        return JsonResponse({"words": words}, status=CONFLICT)
    typed = sent.typed(request.POST)
    return JsonResponse(
        {
            "version": draft.version,
            "seen": sent.seen_now(),
            "words": saved_words(draft),
            "answers": {
                name: draft.data.get(name, "")
                for name in sent.names(request.POST)
                if draft.data.get(name) != typed.get(name)
            },
        }
    )


def saved_words(draft):
    """Return when the draft was saved, in the school's time."""
    return _("Saved %(time)s") % {"time": time_format(draft.saved_at.astimezone(draft.zone), "H:i")}


@require_POST
def draft_leave(request, pk, step):
    """Save a step unchecked and go to another one: the way back, and every “Change”."""
    number = _number(str(step))
    draft = _draft(request, pk, number)
    sent, mine = _keep(request, draft, number)
    if draft.finished_at:
        return _too_late(request, draft, sent)
    if mine:
        return _both_texts(request, draft, number, mine)
    to, _hash, field = request.POST.get("to", "").partition("#")
    target = f"#{field}" if _PLAIN_ID.fullmatch(field) else ""
    return redirect(_step_url(draft, _number(to)) + target)


@require_POST
def promise_add(request, pk):
    """Save the promises and show one more empty row."""
    draft = _draft(request, pk, 4)
    sent, mine = _keep(request, draft, 4)
    if draft.finished_at:
        return _too_late(request, draft, sent)
    if mine:
        return _both_texts(request, draft, 4, mine)
    rows = sent.shown + 1
    return redirect(f"{_step_url(draft, 4)}?rows={rows}#promise-{rows}")


# --- beginning and ending ------------------------------------------------------------------------------
@require_POST
def draft_new(request):
    """Begin the record of a visit to the children `child`, of one family."""
    children = _asked_children(request)
    if not recording.are_one_family(children):
        messages.warning(
            request,
            _("These children are not of one family. Please begin a record for each family."),
        )
        return redirect("people:child-list")
    answer = Submission.once(
        request.user, _key(request.POST), lambda: _begin(request.user, children).get_absolute_url()
    )
    return redirect(answer)


def _asked_children(request):
    """Return the children whom the request names; 404 where the reader may not visit one of them."""
    try:
        asked = {uuid.UUID(text) for text in request.POST.getlist("child")}
    except ValueError:
        raise Http404 from None
    if not asked:
        raise Http404
    rows = Student.objects.visible_to(request.user).select_related("school")
    children = list(rows.filter(pk__in=asked).order_by("sort_key", "pk"))
    if len(children) != len(asked) or len({child.school_id for child in children}) > 1:
        raise Http404
    for child in children:
        sight.require(request.user, child, WRITERS)
    return children


def _begin(user, children):
    """Return a new draft; one that the same person began about them and left empty is taken."""
    answers = recording.first_answers(children, zone=children[0].school_zone)
    offered = recording.family_of(children, user, WRITERS)
    untouched = Draft.objects.visible_to(user).open().filter(started_by=user, version=1)
    same = untouched.filter(data__children=answers["children"]).first()
    return same or Draft.objects.begin(by=user, children=offered, answers=answers)


@require_POST
def visit_start(request, pk):
    """Begin, or go on with, the record of a planned visit: it keeps its id."""
    visits = Visit.objects.visible_to(request.user).select_related("school")
    visit = get_object_or_404(visits, pk=pk)
    if not Visit.objects.visible_to(request.user, roles=WRITERS).filter(pk=pk).exists():
        raise PermissionDenied
    with transaction.atomic():
        stands = Visit.objects.select_for_update().get(pk=visit.pk)
        if stands.status not in Visit.OPEN:
            return redirect(visit)
        draft = Draft.objects.filter(pk=visit.pk).first() or _begin_planned(request.user, visit)
        if visit.visitors.filter(pk=request.user.pk).exists():
            draft.writers.add(request.user)
    return redirect(draft)


def _begin_planned(user, visit):
    lines = visit.children_for(user, roles=WRITERS).select_related("student__school")
    children = [line.student for line in lines]
    answers = recording.first_answers(children, zone=children[0].school_zone, visit=visit)
    return Draft.objects.begin(
        by=user,
        children=recording.family_of(children, user, WRITERS),
        answers=answers,
        pk=visit.pk,
        writers=visit.visitors.all(),
    )


@require_POST
def draft_finish(request, pk):
    """Make the visit of the draft and share it with the family."""
    return _finish(request, pk, share=True)


@require_POST
def draft_finish_unshared(request, pk):
    """Make the visit of the draft; the family is told later."""
    return _finish(request, pk, share=False)


def _finish(request, pk, *, share):
    draft = _draft(request, pk, LAST)
    sent, mine = _keep(request, draft, LAST)
    if mine:
        return _both_texts(request, draft, LAST, mine)
    try:
        Submission.once(
            request.user,
            _key(request.POST),
            lambda: recording.finish(draft, by=request.user, share=share).get_absolute_url(),
        )
    except Draft.DoesNotExist:
        raise Http404 from None
    except recording.NotWhole:
        form = _merged(request, draft, sent)
        return _page(request, draft, form, status=NOT_WHOLE, is_asked=True)
    messages.success(request, _finished_words(draft, share=share))
    return redirect(_visit_url(request, draft))


def _finished_words(draft, *, share):
    """Return what becomes of the summary of a visit that was finished."""
    if Visit(pk=draft.pk).is_confidential():
        return _("Finished. It is confidential: nothing goes to the family.")
    if share:
        return _("Finished. The family gets its summary now.")
    return _("Finished. You can share the summary with the family later.")


@require_POST
def draft_discard(request, pk):
    """Throw the draft away."""
    draft = _draft(request, pk)
    draft.discard(by=request.user)
    messages.success(request, _("The draft is thrown away."))
    return redirect("home")
