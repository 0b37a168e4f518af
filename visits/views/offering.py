"""Offering visits: choose the children, say when, and see how the families answer."""

from collections import Counter

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Max, OuterRef, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.forms import readable
from homeschool.journal.models import Submission
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from visits import reading
from visits.forms.listing import classes_in_sight
from visits.forms.offering import MOST_FAMILIES, OfferForm
from visits.models import Round, Visit, VisitChild
from visits.models.planning import Taken
from visits.models.record import WRITERS
from visits.reading.rounds import RoundPage
from visits.views.planning import NOT_WHOLE, chosen_children

MOST_CHILDREN = 60


def round_create(request):
    """Offer visits to the families of the children `child`; without one, choose the children first."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    asked = list(filter(None, request.GET.getlist("child"))) or request.POST.getlist("from")
    if not asked:
        return _choose(request)
    if len(asked) > MOST_FAMILIES:
        raise Http404
    children = chosen_children(request.user, asked)
    form = OfferForm(posted(request), children=children, by=request.user)
    answer = _offered(request, form) if request.method == "POST" else None
    if answer:
        return answer
    form.show_near()
    status = NOT_WHOLE if form.is_bound else 200
    return render(
        request, "visits/round_form.html", {"form": form, "asked": children}, status=status
    )


def _offered(request, form):
    """Make the round once and return the way to it, or None where the form says what is wrong."""
    if not form.is_valid():
        first = Submission.first_answer(request.user, form.cleaned_data["submission"])
        return redirect(first) if first else None
    made: list[Round] = []

    def work():
        made.append(form.offer())
        return made[0].get_absolute_url()

    try:
        answer = Submission.once(request.user, form.cleaned_data["submission"], work)
    except Taken:
        form.refuse_taken()
        return None
    if made:
        messages.success(request, form.told(made[0]))
    return redirect(answer)


def _choose(request):
    """Let the reader choose children, those first whom nobody has met for longest."""
    text = readable(request.GET.get("q", ""))[:100].strip()
    classes = classes_in_sight(request.user)
    wanted = request.GET.get("school_class", "")
    found = Student.objects.visible_to(request.user, roles=WRITERS).active()
    found = found.found_by(text) if text else found
    if wanted in dict(classes):
        found = found.filter(school_class=wanted)
    held = VisitChild.objects.filter(student=OuterRef("pk"), visit__status=Visit.Status.HELD)
    met = held.order_by().values("student").annotate(at=Max("visit__happened_at"))
    rows = found.annotate(met=Subquery(met.values("at")[:1])).order_by(
        F("met").asc(nulls_first=True), "sort_key", "pk"
    )
    columns = ("pk", "full_name", "number", "school_class__name", "met")
    shown = list(rows.values(*columns)[: MOST_CHILDREN + 1])
    context = {"text": text, "classes": classes, "wanted": wanted}
    context |= {"children": shown[:MOST_CHILDREN], "is_more": len(shown) > MOST_CHILDREN}
    return render(request, "visits/round_choose.html", context)


def _round(request, pk):
    rounds = Round.objects.visible_to(request.user).select_related("school", "made_by", "campaign")
    return get_object_or_404(rounds, pk=pk)


@require_safe
def round_detail(request, pk):
    """Show how the families of one round have answered, as far as the reader sees them."""
    page = RoundPage(_round(request, pk), request.user)
    with timezone.override(page.zone):
        return render(request, "visits/round_detail.html", {"page": page, "round": page.round})


@require_safe
def round_list(request):
    """List the rounds in sight, newest first."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    rows = Round.objects.visible_to(request.user).select_related("made_by", "campaign")[:50]
    counts = RoundPage.counts(request.user, rows)
    zone = reading.zone_of(request.user)
    shown = [{"round": row, "count": counts.get(row.pk, Counter())} for row in rows]
    with timezone.override(zone):
        return render(request, "visits/round_list.html", {"rounds": shown})


@require_POST
def round_take_back(request, pk):
    """Take back every offer of a round that was not answered."""
    round_ = _round(request, pk)
    if round_.made_by_id != request.user.pk and not (
        Visit.objects.visible_to(request.user, roles={"leader"})
        .filter(offers__round=round_)
        .exists()
    ):
        raise PermissionDenied
    round_.take_back(by=request.user)
    messages.success(request, _("What was not answered is taken back."))
    return redirect(round_)
