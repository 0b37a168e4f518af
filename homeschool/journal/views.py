"""Pages behind the links of a letter, which need no account, and the page of the operators."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from homeschool.journal import channels, kinds
from homeschool.journal.models import Delivery, Heartbeat, Job, Notice, Receipt

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
    if dead:
        return dead
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link=channels.absolute("letter", token), token=token)
        context |= {"receipt": receipt, "message": kinds.words(receipt, "page.html", context)}
        return plain("journal/letter.html", context)


@require_POST
@opened_by_link
def letter_confirm(request, token):
    """Record “I have read it”, however often it is sent, and show the message again."""
    receipt, dead = behind(token)
    if dead:
        return dead
    receipt.acknowledge()
    return redirect("journal:letter", token)


@require_http_methods(["GET", "HEAD", "POST"])
@opened_by_link
def stop(request, token):
    """Ask whether to stop letters to this address; a POST stops them, by one click too (RFC 8058)."""
    try:
        pk = channels.open_stop_token(token)
    except (signing.BadSignature, ValueError):
        return dead_link(NOT_FOUND)
    related = ("receipt__person", "receipt__notice__school")
    delivery = Delivery.objects.select_related(*related).filter(pk=pk).first()
    if delivery is None:
        return dead_link(GONE)
    if request.method == "POST":
        channels.opt_out(delivery)
    with kinds.speaking_to(delivery.receipt):
        context = {"address": delivery.address, "goes_on": channels.is_usable(delivery)}
        return plain("journal/stop.html", context)


# --- operators ----------------------------------------------------------------------------------

FRESH = 30  # seconds for which a sign of life counts
SHOWN = 50
PARTS = ("worker", "beat", "relay")


@never_cache
@require_safe
def operations(request):
    """Show what waits, what was given up, and who lives. At most 12 queries."""
    schools = overseen(request.user)
    deliveries = Delivery.objects.visible_to(request.user)
    given_up = deliveries.needing_a_person().select_related(
        "receipt__person", "receipt__notice__school"
    )
    context = {
        "signs": signs_of_life(),
        "queues": queues(deliveries, schools),
        "given_up": [shown(row) for row in given_up.order_by("-created_at")[:SHOWN]],
        "given_up_count": given_up.count(),
    }
    return render(request, "journal/operations.html", context)


@require_POST
def delivery_retry(request, pk):
    """Let one delivery that was given up leave again; sent twice, it leaves once."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    if delivery.try_again(by=request.user):
        messages.success(request, gettext("It waits to leave again."))
    return redirect("journal:operations")


def overseen(user):
    """Return the schools whose deliveries `user` looks after. Raises PermissionDenied without one."""
    schools = kinds.overseen_by(user)
    if schools is not kinds.EVERY_SCHOOL and not schools:
        raise PermissionDenied
    return schools


def signs_of_life():
    """Return worker, beat and relay with the time of their last sign, and whether it is fresh."""
    seen, now = dict(Heartbeat.objects.values_list("name", "at")), timezone.now()
    return [
        {
            "name": name,
            "at": seen.get(name),
            "lives": name in seen and (now - seen[name]).total_seconds() <= FRESH,
        }
        for name in PARTS
    ]


def queues(deliveries, schools):
    """Return each queue: its name in words, what waits, what is in hand, and the oldest's time."""
    everywhere = schools is kinds.EVERY_SCHOOL
    notices = Notice.objects.filter(expanded_at=None)
    if not everywhere:
        notices = notices.filter(school__in=schools)
    rows = [queue(gettext("Messages to address"), notices.aggregate(**COUNTED))]
    found = counted(deliveries.waiting(), "channel", "state")
    for channel in channels.WAYS:
        pair = [found.get((channel, state)) for state in ("pending", "leased")]
        rows.append(queue(Delivery.Channel(channel).label, *pair))
    if everywhere:
        jobs = counted(Job.objects.waiting(), "state")
        rows.append(queue(gettext("Longer work"), jobs.get(("pending",)), jobs.get(("leased",))))
    return rows


COUNTED = {"n": Count("pk"), "at": Min("created_at")}


def counted(rows, *columns):
    """Return {values of these columns: how many rows, and the oldest's time}."""
    groups = rows.order_by().values(*columns).annotate(**COUNTED)
    return {tuple(group[column] for column in columns): group for group in groups}


def queue(name, waiting=None, leased=None):
    """Return one row of the table of queues."""
    both = [row for row in (waiting, leased) if row]
    return {
        "name": name,
        "waiting": waiting["n"] if waiting else 0,
        "leased": leased["n"] if leased else 0,
        "oldest": min((row["at"] for row in both if row["at"]), default=None),
    }


def shown(delivery):
    """Return what an operator reads of a delivery: nothing about a child."""
    return {
        "pk": delivery.pk,
        "person": delivery.receipt.person.full_name,
        "kind": kinds.label(delivery.receipt.notice.kind),
        "school": delivery.receipt.notice.school.name,
        "channel": delivery.get_channel_display(),
        "uncertain": delivery.state == Delivery.State.UNCERTAIN,
        "reason": gettext(delivery.error) if delivery.error else "",
        "at": delivery.created_at,
        "attempts": delivery.attempts,
    }
