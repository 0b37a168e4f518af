"""The proof of what was signed: on the screen, on paper, as a PDF, and compared with the words."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from homeschool import pdf
from homeschool.journal.models import Entry, hours
from homeschool.people.models import SchoolClass
from messaging.models import Announcement
from messaging.reading import proof as reading
from messaging.reading.followed import uuid_or_none

from .board import followed, page


def _signed(request, pk):
    """Return (announcement, board) of one that was to be signed; else 404."""
    row, board = followed(request, pk)
    if row.level != Announcement.Level.SIGN:
        raise Http404
    return row, board


def _one(request, pk, signature):
    """Return (announcement, Proof) of one signature whose child the reader sees; else 404."""
    row, board = _signed(request, pk)
    with timezone.override(hours.zone_of(row.school.time_zone)):
        found = reading.proofs(board, pk=signature)
    if not found:
        raise Http404
    found[0].record(request.user)
    return row, found[0]


@require_safe
def proof(request, pk, signature):
    """Show one signature as a sheet of paper, and whether its words still match."""
    row, found = _one(request, pk, signature)
    return page(request, "messaging/proof_page.html", row, {"proof": found})


@require_safe
def proof_check(request, pk, signature):
    """Reckon the digest of the words anew, and say whether it is the one that was signed."""
    row, found = _one(request, pk, signature)
    return page(request, "messaging/proof_check.html", row, {"proof": found})


@require_safe
def proof_pdf(request, pk, signature):
    """Give one signature as a PDF."""
    row, found = _one(request, pk, signature)
    name = f"signed-{found.number}.pdf"
    return _paper(request, row, "messaging/proof_pdf.html", {"proof": found}, name)


def _list(request, pk):
    """Return (announcement, context) of the list of signatures, of all classes or of one."""
    row, board = _signed(request, pk)
    key = uuid_or_none(request.GET.get("class", ""))
    with timezone.override(hours.zone_of(row.school.time_zone)):
        found = reading.proofs(board, school_class=key)
    Entry.record(
        "announcement.proofs", row, by=request.user, kind=Entry.Kind.VIEWED, school=row.school,
        rows=len(found),
    )  # fmt: skip
    one = SchoolClass.objects.filter(pk=key, school=row.school_id).first() if key else None
    return row, {
        "board": board, "groups": _by_class(found), "number": reading.number_of(row),
        "signed": len(found), "school_class": one, "is_cut": len(found) >= reading.A_PAPER,
    }  # fmt: skip


def _by_class(found):
    groups: dict = {}
    for one in found:
        groups.setdefault(one.class_name, []).append(one)
    return list(groups.items())


@require_safe
def proof_list(request, pk):
    """Show all that was signed under an announcement, by class, as a sheet of paper."""
    row, context = _list(request, pk)
    return page(request, "messaging/proof_list.html", row, context)


@require_safe
def proof_list_pdf(request, pk):
    """Give the list of signatures as a PDF, for the file."""
    row, context = _list(request, pk)
    name = f"signed-{context['number']}.pdf"
    return _paper(request, row, "messaging/proof_list_pdf.html", context, name)


def _paper(request, row, template, context, name):
    if missing := pdf.missing():
        messages.error(request, missing)
        return redirect("messaging:announcement-board", row.pk)
    context = {
        "announcement": row, "language": translation.get_language(), "now": timezone.now(),
    } | context  # fmt: skip
    with timezone.override(hours.zone_of(row.school.time_zone)):
        text = render_to_string(template, context)
    response = HttpResponse(pdf.made_of(text, css="css/proof.css"), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
