"""Announcements as families read, answer and sign them: signed in, or by the link of the own letter.

Signed in, opening is reading. By the link GET writes nothing, since mail scanners open every link; what is
written there is written by POST alone. Decision 0035 says why a signature by the link counts.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.forms import UNKEEPABLE
from homeschool.journal import kinds
from homeschool.journal.views import NOT_FOUND, behind, dead_link, letter_page, opened_by_link
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from messaging.models import Announcement, Signature
from messaging.models.signing import WrongName
from messaging.reading import announcements as reading
from messaging.reading.announcement_letters import Reading
from messaging.reading.ways import places

Level = Announcement.Level
A_PAGE, NOT_WHOLE = 20, 422


def wrong_name(reader):
    """Say that the name typed is not the reader's own."""
    return _("This is not the name that the school knows. Please type it like this: %(name)s") % {
        "name": reader.full_name
    }


@require_safe
def own_list(request):
    """List what the reader was told as a family; for staff who have children at the school."""
    return family_list(request)


def family_list(request):
    """List what a family was told, what the school still waits for first."""
    page = Paginator(reading.told(request.user), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = rows = reading.with_words(page.object_list, get_language())
    context = {"page": page, "places": places(request.user, "announcement-list")}
    context["several"] = len({row.announcement.school_id for row in rows}) > 1
    return render(request, "messaging/announcement_own_list.html", context)


def _told(request, pk):
    """Return (announcement, receipt) of what the reader was told, else 404."""
    rows = Announcement.objects.told_to(request.user).select_related("school", "made_by")
    row = get_object_or_404(rows.prefetch_related("wordings__checked_by"), pk=pk)
    receipt = reading.receipt_of(request.user, row)
    if receipt is None:
        raise Http404
    return row, receipt


@require_safe
def own(request, pk):
    """Show one announcement in the reader's language; opening it is reading it, and what a browser
    fetches ahead is not."""
    row, receipt = _told(request, pk)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        receipt.read()
    return _page(request, row, receipt)


def _page(request, row, receipt, status=200, **more):
    found = Reading(row, request.user, receipt)
    context = {
        "reading": found, "announcement": row, "receipt": receipt, "once": OnceForm(),
        "is_told": bool(request.user.roles() & sight.FAMILY_ROLES),
    }  # fmt: skip
    return render(request, "messaging/announcement_own.html", context | more, status=status)


@require_POST
def own_confirm(request, pk):
    """Record “I have read it”; what asks for a name is not answered by a tap."""
    row, receipt = _told(request, pk)
    if row.level != Level.SIGN:
        receipt.acknowledge()
        messages.success(request, _("Thank you. The school sees that you have read it."))
    return redirect("messaging:announcement-own", row.pk)


@require_POST
def own_sign(request, pk):
    """Sign with the own name; a wrong one is said, and stays in the field."""
    row, receipt = _told(request, pk)
    if row.level != Level.SIGN:
        return redirect("messaging:announcement-own", row.pk)
    if error := _sign(request, row, receipt, Signature.Way.PORTAL):
        typed = request.POST.get("name", "")[:255]
        return _page(request, row, receipt, NOT_WHOLE, sign_error=error, typed=typed)
    messages.success(request, _("Thank you. You have signed it."))
    return redirect("messaging:announcement-own", row.pk)


def _sign(request, row, receipt, way):
    """Sign as the receipt's person; returns what is wrong, in words, or ""."""
    name = request.POST.get("name", "")
    if "\0" in name:
        return UNKEEPABLE
    if not name.strip():
        return _("Please type your name.")
    try:
        Signature.objects.sign(receipt, _signed_words(request, row), name[:1000], way=way)
    except WrongName:
        return wrong_name(receipt.person)
    return ""


def _signed_words(request, row):
    """Return the words that stood above the field: those named by the page, else the first ones."""
    key = request.POST.get("wording", "")
    return next((w for w in row.wordings.all() if str(w.pk) == key), row.first_words())


def _to_sign(notice):
    """Return the announcement of a notice, if it is one that is signed, else None."""
    if notice.about_type != Announcement._meta.label_lower:
        return None
    rows = Announcement.objects.prefetch_related("wordings")
    return rows.filter(pk=notice.about_id, level=Level.SIGN).first()


@require_POST
@opened_by_link
def sign_by_letter(request, token):
    """Sign by the link of the own letter: it names its reader, and only a POST writes."""
    receipt, dead = behind(token)
    if dead:
        return dead
    row = _to_sign(receipt.notice)
    if row is None:
        return dead_link(NOT_FOUND)
    with kinds.speaking_to(receipt):
        error = _sign(request, row, receipt, Signature.Way.LETTER)
    if error:
        typed = request.POST.get("name", "")[:255]
        return letter_page(receipt, token, NOT_WHOLE, sign_error=error, typed=typed)
    return redirect("journal:letter", token)
