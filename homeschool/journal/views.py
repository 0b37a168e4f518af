"""Pages behind the links of a letter, which need no account."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from homeschool.journal import channels, kinds
from homeschool.journal.models import Delivery, Receipt

NOT_FOUND, GONE = 404, 410

# --- what a letter's links open -----------------------------------------------------------------


def opened_by_link(view):
    """A page for whoever holds the link: no session, no cookie, kept by nobody, found by nobody.

    The link itself is the authority, so that a foreign page cannot forge a POST to it.
    """

    @login_not_required
    @csrf_exempt
    @cache_control(
        no_store=True
    )  # never_cache would add the time, and tell one answer from another
    @wraps(view)
    def page(request, token):
        response = view(request, token)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return page


def plain(template, context=None, status=200):
    """Return a page that knows nothing of who asks: rendered without the request."""
    return HttpResponse(render_to_string(template, context or {}), status=status)


def dead_link(status):
    """Return the one page for links that open nothing (any more), whatever the reason."""
    return plain("journal/dead_link.html", status=status)


def behind(token):
    """Return (receipt, None) for a link that is alive, else (None, the page that says it is dead).

    404: not one of our links. 410: it was one, and is over: its time, the message, or the right.
    """
    try:
        pk = channels.open_letter_token(token)
    except signing.SignatureExpired:
        return None, dead_link(GONE)
    except (signing.BadSignature, ValueError):
        return None, dead_link(NOT_FOUND)
    related = ("person", "notice__school")
    receipt = Receipt.objects.select_related(*related).filter(pk=pk).first()
    return (receipt, None) if receipt and may_read(receipt) else (None, dead_link(GONE))


def may_read(receipt):
    """Whether the message was not taken back and its reader has the right at this moment."""
    notice = receipt.notice
    if notice.cancelled_at is not None or not kinds.is_known(notice.kind):
        return False
    recipients = kinds.get(notice.kind).recipients(notice)
    return recipients.filter(user_id=receipt.person_id).exists()


@require_safe
@opened_by_link
def letter(request, token):
    """Show one message. It records nothing: mail scanners open every link."""
    receipt, dead = behind(token)
    return dead or letter_page(receipt, token)


def letter_page(receipt, token, status=200, **more):
    """Return the page of one message; `more` is for the page of its kind, whose answer came back."""
    with kinds.speaking_to(receipt):
        link = channels.absolute("letter", token)
        context = kinds.context_of(receipt, link=link, token=token, **more) | {"receipt": receipt}
        context["message"] = kinds.words(receipt, "page.html", context)
        return plain("journal/letter.html", context, status)


@require_POST
@opened_by_link
def letter_confirm(request, token):
    """Record “I have read it”, however often it is sent, and show the message again.

    What asks for a name is not answered by a tap.
    """
    receipt, dead = behind(token)
    if dead:
        return dead
    if kinds.get(receipt.notice.kind).asks_of(receipt.notice) != "sign":
        receipt.acknowledge()
    return redirect("journal:letter", token)


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_link
def stop(request, token):
    """Ask whether to stop letters to this address; a POST stops them, by one click too (RFC 8058)."""
    delivery, dead = letter_to_stop(token)
    if dead:
        return dead
    if request.method == "POST":
        channels.opt_out(delivery)
    with kinds.speaking_to(delivery.receipt):
        context = {
            "address": delivery.address,
            "goes_on": channels.is_usable(delivery),
            "token": token,
        }
        return plain("journal/stop.html", context)


def letter_to_stop(token):
    """Return (delivery, None) for a link that stops letters, else (None, the page of dead links)."""
    try:
        pk = channels.open_stop_token(token)
    except (signing.BadSignature, ValueError):
        return None, dead_link(NOT_FOUND)
    related = ("receipt__person", "receipt__notice__school")
    delivery = Delivery.objects.select_related(*related).filter(pk=pk).first()
    return (delivery, None) if delivery else (None, dead_link(GONE))


@require_POST
@opened_by_link
def stop_again(request, token):
    """Write to this address again, as whoever holds the link of one of its letters asks."""
    delivery, dead = letter_to_stop(token)
    if dead:
        return dead
    channels.opt_in(delivery)
    return redirect("journal:stop", token)
