"""The family card: to keep on the fridge, as a page, on paper and as a PDF."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from homeschool import pdf
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.views.home import page_of
from visits.models import Visit
from visits.reading.card import Card, language_asked, language_of_home


def _asked(request, pk):
    """Return (visit, summary or None, whether staff asks, the card's language)."""
    visits = Visit.objects.visible_to(request.user).select_related("school", "household")
    visit = get_object_or_404(visits, pk=pk)
    summary = visit.summaries.select_related("visit__school").first()
    family = Visit.objects.visible_to(request.user, roles=sight.FAMILY_ROLES)
    as_staff = not family.filter(pk=pk).exists()
    own = language_of_home(visit) if as_staff else translation.get_language()
    return visit, summary, as_staff, language_asked(request.GET.get("lang"), own)


def _card(request, visit, summary, as_staff):
    """Return the card; 403 for another home than the one that was visited."""
    card = Card(summary, request.user, as_staff=as_staff)
    if not card.is_for_reader:
        raise PermissionDenied
    if as_staff:
        for student in card.students:
            Entry.record(
                "visit.card",
                visit,
                by=request.user,
                kind=Entry.Kind.VIEWED,
                student=student,
                school=visit.school,
            )
    return card


def _nothing_yet(request, visit):
    messages.warning(
        request, _("The card is made from the summary. Please share the summary first.")
    )
    return redirect(visit)


@require_safe
def card(request, pk):
    """Show the card of a visit to the home that was visited, or to staff for printing."""
    visit, summary, as_staff, language = _asked(request, pk)
    if summary is None or not visit.is_held:
        return _nothing_yet(request, visit)
    found = _card(request, visit, summary, as_staff)
    with translation.override(language):
        paper = render_to_string("visits/card_paper.html", {"card": found})
    context = {
        "visit": visit,
        "paper": paper,
        "names": found.names,
        "spoken": language,
        "languages": settings.LANGUAGES,
        "back": visit.get_absolute_url() if as_staff else page_of(found.students[0].pk),
    }
    return render(request, "visits/card_page.html", context)


@require_safe
def card_pdf(request, pk):
    """Give the card as a PDF of one side of A5."""
    visit, summary, as_staff, language = _asked(request, pk)
    if summary is None or not visit.is_held:
        return _nothing_yet(request, visit)
    found = _card(request, visit, summary, as_staff)
    if missing := pdf.missing():
        messages.error(request, missing)
        return redirect("visits:card", pk)
    with translation.override(language):
        text = render_to_string("visits/card_pdf.html", {"card": found, "language": language})
    response = HttpResponse(pdf.made_of(text, css="css/card.css"), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="card-{found.day:%Y-%m-%d}.pdf"'
    return response
