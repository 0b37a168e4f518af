"""The family asks for seats, answers offers, and gives seats up; on its page and behind a letter's link.

GET shows, POST writes. The link names one person and one offer; whether that person still decides for
the child is looked up each time.
"""

import datetime as dt
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.forms.seats import ConsentForm, LeaveForm, WishForm
from counseling.models import Programme, Seat
from counseling.models.programme import ITEM
from counseling.models.seat import ConsentMissing, NotForThisChild, NotOpen, TooLate
from counseling.reading.asking import Asking, Offered, open_seat_token
from counseling.reading.seats import deciders, may_decide
from homeschool.journal.views import GONE, NOT_FOUND, dead_link, opened_by_link, plain
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.views.children import visible_child
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered

from .programmes import answer
from .seats import refusal_in_words

REFUSALS = (NotOpen, NotForThisChild, ConsentMissing)
# So long after the time to answer the link of an offer shows how it stands.
SHOWN_FOR = dt.timedelta(days=14)


# --- what there is ----------------------------------------------------------------------------------------


def _child(request, pk, *, to_decide=False):
    """Return the child for its family; `to_decide` for who decides for it alone (403)."""
    child = visible_child(request.user, pk)
    sight.require(request.user, child, sight.FAMILY_ROLES, ITEM)
    if to_decide and not may_decide(request.user, child):
        raise PermissionDenied
    return child


@require_safe
def asking(request, pk):
    """Show what the child has, waits for and could ask for."""
    child = _child(request, pk)
    context = {"page": Asking(request.user, child), "child": child, "student": child}
    with timezone.override(child.school_zone):
        return render(request, "counseling/asking.html", context)


def asking_seat(request, pk, programme):
    """Show one programme that the child can ask for, and ask for a seat."""
    child = _child(request, pk, to_decide=True)
    rows = Programme.objects.visible_to(request.user).for_child(child).select_related("school")
    found = get_object_or_404(rows.prefetch_related("pattern"), pk=programme)
    page = Asking(request.user, child)
    offer = page.offer(found)
    if offer.is_drawn:
        return redirect("counseling:asking-wish", child.pk)
    standing = _standing(request, child, found)
    if standing and request.method != "POST":
        return redirect("counseling:seat-family", standing.pk)
    form = ConsentForm(posted(request), programme=found)

    def work():
        seat = Seat.objects.ask(found, child, by=request.user, consent=form.consent)
        return reverse("counseling:seat-family", args=[seat.pk])

    try:
        done = answered(request, form, work, _("Your wish is kept."))
    except ConsentMissing:
        found.refresh_from_db()
        form = _with_new_words(request, found)
        done = None
    except REFUSALS as error:
        form.add_error(None, refusal_in_words(error))
        done = None
    context = {"form": form, "offer": offer, "programme": found, "child": child, "student": child}
    with timezone.override(child.school_zone):
        return done or answer(request, form, "counseling/asking_seat.html", context)


def _standing(request, child, programme):
    mine = Seat.objects.visible_to(request.user, roles=sight.FAMILY_ROLES).live()
    return mine.filter(student=child, programme=programme).first()


def _with_new_words(request, programme):
    form = ConsentForm(request.POST, programme=programme)
    form.is_valid()
    form.show_new_words()
    return form


def asking_wish(request, pk):
    """Take the family's wishes for a draw, in the order in which it would like them."""
    child = _child(request, pk, to_decide=True)
    page = Asking(request.user, child)
    programmes = [row.programme for row in page.drawn]
    back = reverse("counseling:asking", args=[child.pk])
    if not programmes and request.method != "POST":
        return redirect(back)
    form = WishForm(posted(request), programmes=programmes, initial=_wishes_now(page))

    def work():
        Seat.objects.wish(
            child, form.chosen, by=request.user, offered=programmes, consents=form.consents
        )
        return back

    try:
        done = answered(request, form, work, _("Your wishes are kept."))
    except REFUSALS as error:
        form.add_error(None, refusal_in_words(error))
        done = None
    context = {"form": form, "page": page, "child": child, "student": child}
    with timezone.override(child.school_zone):
        return done or answer(request, form, "counseling/asking_wish.html", context)


def _wishes_now(page):
    """Return what the form begins with: the wishes that stand."""
    shown = {row.programme.pk for row in page.drawn}
    wishes = [row.seat for row in page.wished_for if row.programme.pk in shown]
    wishes.sort(key=lambda seat: seat.choice)
    names = [name for name, _label in WishForm.NAMES]
    now = dict(zip(names, (str(seat.programme_id) for seat in wishes), strict=False))
    return now | {f"yes-{seat.programme_id}": bool(seat.consent_words) for seat in wishes}


# --- one seat ---------------------------------------------------------------------------------------------


def _seat(request, pk, *, to_decide=False):
    """Return the seat for the child's family: 404 out of sight, 403 for staff."""
    rows = Seat.objects.visible_to(request.user).select_related(
        "programme__school", "student__school"
    )
    seat = get_object_or_404(rows, pk=pk)
    sight.require(request.user, seat.student, sight.FAMILY_ROLES, ITEM)
    if to_decide and not may_decide(request.user, seat.student):
        raise PermissionDenied
    return seat


@require_safe
def seat_family(request, pk):
    """Show a family one seat: how it stands and why; an offer can be answered here."""
    return _seat_page(request, _seat(request, pk))


def _seat_page(request, seat, form=None, status=200, said=""):
    page = Asking(request.user, seat.student)
    context = {
        "page": page, "wished": page.wished(seat), "seat": seat, "child": seat.student,
        "student": seat.student, "once": OnceForm(), "form": form or LeaveForm(), "said": said,
    }  # fmt: skip
    with timezone.override(seat.programme.zone):
        return render(request, "counseling/asking_stands.html", context, status=status)


@require_POST
def seat_accept(request, pk):
    """Say yes to the place that is offered."""
    seat = _seat(request, pk, to_decide=True)
    try:
        seat.accept(by=request.user)
    except TooLate:
        seat.refresh_from_db()
        return _seat_page(request, seat, status=409, said=too_late())
    messages.success(request, _("Wonderful. The seat is taken."))
    return redirect("counseling:seat-family", seat.pk)


@require_POST
def seat_decline(request, pk):
    """Say no to the place that is offered; taken meanwhile, it stays, and the page says so (409)."""
    seat = _seat(request, pk, to_decide=True)
    if not seat.decline(by=request.user):
        return _seat_page(request, seat, status=409, said=too_late())
    messages.success(request, _("That is fine. Another child gets the place."))
    return redirect("counseling:seat-family", seat.pk)


def too_late():
    """Say that an offer cannot be accepted any more."""
    return _("The time to answer is over, or somebody of your family has answered already.")


@require_POST
def seat_give_up(request, pk):
    """Give up the seat, the offer or the wish, with a sentence or without."""
    seat = _seat(request, pk, to_decide=True)
    form = LeaveForm(request.POST)

    def work():
        seat.leave(by=request.user, words=form.cleaned_data["words"])
        return reverse("counseling:seat-family", args=[seat.pk])

    done = answered(request, form, work, _("Thank you for telling us. Another child moves up."))
    return done or _seat_page(request, seat, form, 422)


# --- behind the link of a letter --------------------------------------------------------------------------


def behind_seat(view):
    """Let `view(request, offered)` run for a link whose person decides for the child, in the language
    of that person and by the school's clock; else say why not."""

    @opened_by_link
    @wraps(view)
    def page(request, token):
        found = open_seat_token(token)
        if found is None:
            return dead_link(NOT_FOUND)
        seat, person = found
        out = seat.offered_until is None or seat.offered_until + SHOWN_FOR < timezone.now()
        if out or not deciders([seat.student_id]).filter(user=person.pk).exists():
            return dead_link(GONE)
        language = person.language or translation.get_language() or "en"
        with translation.override(language), timezone.override(seat.programme.zone):
            return view(request, Offered(seat, person))

    return page


def _offer_page(offered, status=None, said=""):
    """Draw the offer as it stands; what is over says so and answers 410."""
    over = offered.seat.state == Seat.State.OFFERED and not offered.is_offer
    over = over or offered.seat.state == Seat.State.EXPIRED
    context = {"offered": offered, "school": offered.school, "over": over, "said": said}
    return plain("counseling/seat_offer.html", context, status=status or (GONE if over else 200))


@require_safe
@behind_seat
def seat_offer(request, offered):
    """Show an offer and how it stands. It records nothing: mail scanners open every link."""
    return _offer_page(offered)


@require_POST
@behind_seat
def seat_offer_take(request, offered):
    """Say yes by the link of the letter."""
    try:
        offered.seat.accept(by=offered.reader)
    except TooLate:
        offered.seat.refresh_from_db()
        return _offer_page(offered, GONE, too_late())
    return redirect("counseling:seat-offer", offered.token)


@require_POST
@behind_seat
def seat_offer_decline(request, offered):
    """Say no by the link of the letter; a seat that was taken meanwhile stays."""
    offered.seat.decline(by=offered.reader)
    return redirect("counseling:seat-offer", offered.token)
