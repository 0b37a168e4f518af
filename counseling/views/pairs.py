"""Learning pairs: classes, the pairs of a class, one pair on its way, and what its families read and say."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.pairs import PairForm, SaidForm
from counseling.models import READERS, NoPair, Pair
from counseling.models.pair import proposed
from counseling.models.programme import ITEM
from counseling.reading.after_school import places
from counseling.reading.helping import with_minutes
from counseling.reading.pairs import (
    ClassPairs,
    Row,
    Together,
    classes_with_pairs,
    possible_children,
    proposals,
    together_of,
)
from counseling.reading.seats import deciders, may_decide
from counseling.reading.situation import children_of, today_at
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import SchoolClass, Student
from homeschool.people.views.children import visible_child
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

NOT_WHOLE = 422
SIDES = ("helper", "helped")


def _class_of(request, pk):
    """Return a class in which the reader works with a child: 404 beyond the school, 403 within."""
    found = get_object_or_404(
        SchoolClass.objects.visible_to(request.user).select_related("school", "division"), pk=pk
    )
    if not children_of(request.user, found).exists():
        raise PermissionDenied
    return found


def _at(pair):
    return reverse("counseling:pair-detail", args=[pair.pk])


# --- a class --------------------------------------------------------------------------------------------


@require_safe
def pair_list(request):
    """List the classes with whose children the reader works, and their pairs."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    classes = classes_with_pairs(request.user)
    context = {"classes": classes, "places": places(request.user, "pair-list")}
    context["several"] = len({row.school_id for row in classes}) > 1
    return render(request, "counseling/pair_list.html", context)


@require_safe
def pair_class(request, pk):
    """Show the pairs of a class: those that wait for a yes first."""
    school_class = _class_of(request, pk)
    pairs = ClassPairs(request.user, school_class)
    context = {"class": school_class, "pairs": pairs, "places": places(request.user, "pair-list")}
    return render(request, "counseling/pair_class.html", context)


@require_POST
def pair_propose(request, pk):
    """Let the figures propose pairs; what is proposed already stays as it is."""
    school_class = _class_of(request, pk)
    found = proposals(request.user, school_class, today_at(school_class.school))
    n = proposed(found, by=request.user)
    if n:
        said = ngettext("%(n)s new proposal. You decide.", "%(n)s new proposals. You decide.", n)
        messages.success(request, said % {"n": n})
    else:
        messages.info(request, _("The marks of this term propose no new pair."))
    return redirect("counseling:pair-class", pk)


def pair_new(request, pk):
    """Propose two children by hand."""
    school_class = _class_of(request, pk)
    form = PairForm(posted(request), children=possible_children(request.user, school_class))

    def work():
        data = form.cleaned_data
        row = Pair.objects.propose(data["helper"], data["helped"], data["subject"], by=request.user)
        return _at(row)

    try:
        if answer := answered(request, form, work, _("Proposed.")):
            return answer
    except NoPair as refused:
        form.refuse(refused.reason)
    context = {"class": school_class, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/pair_form.html", context, status=status)


# --- one pair -----------------------------------------------------------------------------------------------


def _pair(request, pk):
    rows = with_minutes(Pair.objects.visible_to(request.user)).with_children()
    rows = rows.select_related("confirmed_by", "ended_by", "proposed_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def pair_detail(request, pk):
    """Show one pair: why, how it stands, what the families said; the reading is written down."""
    pair = _pair(request, pk)
    for child in (pair.helper, pair.helped):
        Entry.record(
            "help.viewed", child, by=request.user, student=child, school=child.school,
            kind=Entry.Kind.VIEWED,
        )  # fmt: skip
    sides = [
        {"side": side, "child": getattr(pair, side), "said": getattr(pair, f"{side}_agreed")}
        for side in SIDES
    ]
    context = {"pair": pair, "row": Row(pair), "sides": sides}
    return render(request, "counseling/pair_detail.html", context)


@require_POST
def pair_confirm(request, pk):
    """Say yes: the two learn together."""
    pair = _pair(request, pk)
    pair.confirm(by=request.user)
    if pair.stands:
        messages.success(request, _("The two learn together now."))
    else:
        messages.warning(request, _("Somebody left this pair meanwhile."))
    return redirect(_at(pair))


@require_POST
def pair_end(request, pk):
    """Leave a proposal, or end a pair."""
    pair = _pair(request, pk)
    pair.end(by=request.user)
    messages.success(request, _("It has ended. What was stays readable."))
    return redirect(_at(pair))


@require_POST
def pair_apart(request, pk):
    """End it, and never propose these two again."""
    pair = _pair(request, pk)
    pair.end(by=request.user, apart=True)
    if pair.apart:
        messages.success(request, _("These two are not proposed again."))
    else:
        messages.warning(request, _("It had ended before. Nothing was changed."))
    return redirect(_at(pair))


def pair_asked(request, pk, side):
    """Write down what a family said of the name on the telephone or on paper."""
    if side not in SIDES:
        raise Http404
    pair = _pair(request, pk)
    form = SaidForm(posted(request))

    def work():
        pair.agree(side, form.yes, by=request.user)
        return _at(pair)

    if answer := answered(request, form, work):
        return answer
    context = {"pair": pair, "form": form, "child": getattr(pair, side)}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/pair_asked.html", context, status=status)


# --- the family ---------------------------------------------------------------------------------------------


@require_safe
def pair_family(request, pk):
    """Show a family with whom its child learns: a name only where both families said yes."""
    child = visible_child(request.user, pk)
    sight.require(request.user, child, sight.FAMILY_ROLES, ITEM)
    context = {"child": child, "together": together_of(child)}
    context["decides"] = may_decide(request.user, child)
    return render(request, "counseling/pair_family.html", context)


def _own_sides(user, pk):
    """Return (a pair that stands, the sides for which `user` decides): 403 for its staff and for who
    reads as family alone, else 404."""
    pair = get_object_or_404(with_minutes(Pair.objects.standing()).with_children(), pk=pk)
    rows = Student.objects.visible_to(user, roles=sight.FAMILY_ROLES, item=ITEM)
    mine = set(rows.filter(pk__in=[pair.helper_id, pair.helped_id]).values_list("pk", flat=True))
    if not mine:
        if Pair.objects.visible_to(user).filter(pk=pk).exists():
            raise PermissionDenied
        raise Http404
    decides = set(deciders(mine).filter(user=user.pk).values_list("student", flat=True))
    if not decides:
        raise PermissionDenied
    return pair, [side for side in SIDES if getattr(pair, f"{side}_id") in decides]


def pair_say(request, pk):
    """Take what a family says: may the other one read its child's name?"""
    pair, sides = _own_sides(request.user, pk)
    child = getattr(pair, sides[0])
    found = Together(pair, child)
    said = {True: "yes", False: "no"}.get(found.said)
    form = SaidForm(posted(request), initial={"said": said} if said else {})

    def work():
        for side in sides:
            pair.agree(side, form.yes, by=request.user)
        return reverse("counseling:pair-family", args=[child.pk])

    if answer := answered(request, form, work, _("Thank you. It is kept.")):
        return answer
    context = {"child": child, "together": found, "form": form}
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "counseling/pair_say.html", context, status=status)
