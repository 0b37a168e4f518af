"""How a family answers an offer behind its link, without an account; and how staff takes note.

GET shows, POST writes. The link names one person and one offer; whether that person may still be
asked is looked up each time.
"""

import uuid
import zoneinfo
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.forms import readable
from homeschool.journal.views import GONE, NOT_FOUND, dead_link, opened_by_link, plain
from visits.models import Offer, Visit
from visits.models.offering import LONGEST_WISH, Answered, Over
from visits.models.planning import Taken
from visits.models.record import WRITERS
from visits.reading import offers
from visits.views.family import way_back

CONFLICT = 409
TEMPLATE, TEMPLATE_OVER = "visits/offer.html", "visits/offer_over.html"


def behind_offer(view):
    """Let `view(request, offered)` run for a link whose person may answer, in the language and time
    of that person; else say why not."""

    @opened_by_link
    @wraps(view)
    def page(request, token):
        found = offers.open_offer_token(token)
        if found is None:
            return dead_link(NOT_FOUND)
        offer, person = found
        if not offer.receivers().filter(user=person.pk).exists():
            return dead_link(GONE)
        zone = zoneinfo.ZoneInfo(person.time_zone or offer.visit.school.time_zone)
        language = person.language or translation.get_language() or "en"  # else the browser's
        with translation.override(language), timezone.override(zone):
            offered = offers.Offered(offer, person)
            return view(request, offered) if offered.is_alive else _over(offered)

    return page


def _over(offered):
    """Say why an offer is answered no more."""
    context = {"offered": offered, "school": offered.visit.school}
    return plain(TEMPLATE_OVER, context, status=GONE)


def _page(offered, status=200, said=""):
    context = {"offered": offered, "school": offered.visit.school, "said": said}
    return plain(TEMPLATE, context, status=status)


@require_safe
@behind_offer
def offer(request, offered):
    """Show one offer and how it stands. It records nothing: mail scanners open every link."""
    return _page(offered)


def _answered(offered, work):
    """Do `work`, and show how it stands now; what cannot be done is said with what can."""
    try:
        work()
    except Taken:
        words = _("Another family was a moment quicker. These times are still free.")
    except Answered:
        words = _("Somebody of your family has answered just now. This is how it stands.")
    except Over:
        return _over(_again(offered))
    else:
        return redirect("visits:offer", offered.token)
    return _page(_again(offered), CONFLICT, words)


def _again(offered):
    """Return the offer as it stands after an answer that did not count."""
    row = Offer.objects.select_related("round__school", "visit__school", "visit__household")
    return offers.Offered(row.get(pk=offered.offer.pk), offered.reader)


def _key(text):
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


@require_POST
@behind_offer
def offer_take(request, offered):
    """Say yes to one of the times."""
    time = _key(request.POST.get("time"))
    if time is None:
        return redirect("visits:offer", offered.token)
    seen = request.POST.get("seen")
    return _answered(offered, lambda: offered.offer.take(time, by=offered.reader, seen=seen))


@require_POST
@behind_offer
def offer_other(request, offered):
    """Ask for another time or place; a place with one of the free times is agreed at once."""
    answer, time = request.POST.get("answer"), _key(request.POST.get("time"))
    wishes = {Offer.Answer.OTHER_TIME, *Offer.PLACES}
    if answer not in wishes:
        return redirect("visits:offer", offered.token)
    wish = readable(request.POST.get("wish", ""))[:LONGEST_WISH].strip()
    by, seen = offered.reader, request.POST.get("seen")
    if time and answer in Offer.PLACES:
        return _answered(offered, lambda: offered.offer.take(time, by=by, answer=answer, seen=seen))
    return _answered(offered, lambda: offered.offer.ask_other(answer, by=by, wish=wish, seen=seen))


@require_POST
@behind_offer
def offer_decline(request, offered):
    """Say no, without a reason."""
    seen = request.POST.get("seen")
    return _answered(offered, lambda: offered.offer.decline(by=offered.reader, seen=seen))


@require_safe
@behind_offer
def offer_calendar(request, offered):
    """Give the agreed visit as a file for the family's calendar."""
    appointment = offers.appointment_of(offered.visit) if offered.is_agreed else None
    if appointment is None:
        return redirect("visits:offer", offered.token)
    name, text, kind = offers.file_of(appointment, offered.reader.email or "")
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- staff --------------------------------------------------------------------------------------------


def _of_staff(request, pk):
    """Return the offer for staff that writes visits to its children."""
    offer = get_object_or_404(
        Offer.objects.visible_to(request.user).select_related("visit__school"), pk=pk
    )
    if not Visit.objects.visible_to(request.user, roles=WRITERS).filter(pk=offer.visit_id).exists():
        raise PermissionDenied
    return offer


@require_POST
def offer_note(request, pk):
    """Record that staff has seen the answer of a family."""
    offer = _of_staff(request, pk)
    offer.note(by=request.user)
    messages.success(request, _("Noted."))
    return way_back(request, offer.visit)


@require_POST
def offer_take_back(request, pk):
    """Take an offer back that was not answered: its link is dead."""
    offer = _of_staff(request, pk)
    if offer.take_back(by=request.user):
        messages.success(request, _("The offer is taken back. Its link is dead."))
    else:
        messages.warning(request, _("This offer is answered already, or was taken back before."))
    return way_back(request, offer.visit)
