"""The pages of those who look after the portal: what waits, what was given up, who is at work."""

import smtplib
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q, Sum, Value
from django.db.models.functions import Now
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal import channels, kinds
from homeschool.journal.actions import wording
from homeschool.journal.models import (
    Attempt,
    Delivery,
    Heartbeat,
    Job,
    JobRun,
    Notice,
    bouncing,
    reminding,
)
from homeschool.journal.models.clock import HANDED

FRESH = 30  # seconds for which a sign of life counts
SHOWN, A_PAGE = 5, 50
PARTS = ("worker", "beat", "relay")
A_DAY = timedelta(days=1)
WHILE = (
    ("minutes", _("last ten minutes"), timedelta(minutes=10)),
    ("hour", _("last hour"), timedelta(hours=1)),
    ("day", _("last day"), A_DAY),
)
A_TEST_EACH = 20  # seconds


@never_cache
@require_safe
def operations(request):
    """Show what waits, what was given up, and who lives. At most 15 queries."""
    schools = overseen(request.user)
    deliveries = Delivery.objects.visible_to(request.user)
    given_up = deliveries.needing_a_person()
    reasons = reasons_of(given_up)
    context = {
        "signs": signs_of_life(),
        "queues": queues(deliveries, schools),
        "rates": rates(schools),
        "reminders": reminders(),
        "gaps": wording.gaps(),
        "given_up": [shown(row) for row in newest(given_up)[:SHOWN]],
        "given_up_count": sum(row["n"] for row in reasons),
        "reasons": reasons,
        "mail": mail_in_words(),
    }
    return render(request, "journal/operations.html", context)


@never_cache
@require_safe
def given_up(request):
    """Show all that was given up, or what was for one reason, the newest first."""
    overseen(request.user)
    rows = Delivery.objects.visible_to(request.user).needing_a_person()
    reason = _reason(request.GET)
    if reason is not None:
        rows = rows.filter(error=reason)
    page = Paginator(newest(rows), A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [shown(row) for row in page.object_list]
    context = {"page": page, "reason": reason, "words": _in_words(reason)}
    return render(request, "journal/given_up.html", context)


@require_POST
def delivery_retry(request, pk):
    """Let one delivery that was given up leave again; sent twice, it leaves once."""
    delivery = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    if bouncing.try_anyway(delivery, by=request.user):
        messages.success(request, gettext("It waits to leave again."))
    return redirect("journal:operations")


@require_POST
def deliveries_retry(request):
    """Let all that failed leave again, or what failed for one reason; sent twice, once each."""
    overseen(request.user)
    rows = Delivery.objects.visible_to(request.user)
    reason = _reason(request.POST)
    if reason is not None:
        rows = rows.filter(error=reason)
    n = bouncing.try_all_again(rows, by=request.user)
    told = ngettext("%(n)s letter waits to leave again.", "%(n)s letters wait to leave again.", n)
    messages.success(request, told % {"n": n})
    return redirect("journal:operations")


def _reason(data):
    """Return the reason that a page asks for, as it is kept; None for all."""
    given = data.get("reason")
    return None if given is None else given.replace("\0", "")[:500]


def _in_words(reason):
    return gettext(reason) if reason else gettext("no reason known")


# --- mail -----------------------------------------------------------------------------------------


@require_POST
def mail_try(request):
    """Send the reader a letter at once, by the settings of the portal, and say what the server said."""
    overseen(request.user)
    to = request.user.email
    if not to:
        messages.error(request, gettext("You have no e-mail address in the portal."))
    elif not cache.add(f"mail-try:{request.user.pk}", 1, A_TEST_EACH):
        messages.error(request, gettext("Please wait a moment before the next test."))
    else:
        _try(request, to)
    return redirect(reverse("journal:operations") + "#mail")


def _try(request, to):
    try:
        mail.send_mail(
            gettext("A test from Home & School"),
            gettext("This letter says that the portal can send letters to you."),
            None,
            [to],
        )
    except (smtplib.SMTPException, OSError, ValueError) as error:
        said = channels.without_addresses(channels.said(error))
        words = gettext("The letter did not leave. The mail server said: %(said)s")
        messages.error(request, words % {"said": said})
    else:
        words = gettext(
            "The mail server took it. Look into the mailbox of %(to)s, and into its junk."
        )
        messages.success(request, words % {"to": to})


def mail_in_words():
    """Return by what the portal sends, and as whom: {"way", "sender", "reports"}."""
    own = settings.MAIL_PROVIDER or f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return {
        "way": own,
        "sender": settings.DEFAULT_FROM_EMAIL,
        "provider": bool(settings.MAIL_PROVIDER),
        "reports": bool(settings.MAIL_PROVIDER and settings.MAIL_WEBHOOK_SECRET),
    }


# --- what the page shows ------------------------------------------------------------------------------


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
    """Return each queue: its name in words, what waits now, what waits for its time, what is in hand,
    and since when the oldest that waits now does."""
    everywhere = schools is kinds.EVERY_SCHOOL
    notices = Notice.objects.filter(expanded_at=None)
    if not everywhere:
        notices = notices.filter(school__in=schools)
    told = notices.aggregate(n=Count("pk"), at=Min("created_at"))
    rows = [queue(gettext("Messages to address"), told["n"], 0, 0, told["at"])]
    state = Delivery.State
    found = deliveries.filter(state__in=[state.PENDING, state.LEASED, state.HELD])
    found = {row["channel"]: row for row in counted(found, "channel", held=state.HELD)}
    for channel in channels.WAYS:
        name = Delivery.Channel(channel).label
        rows.append(queue(name, **found.get(channel, {})))
    if everywhere:
        jobs = counted(Job.objects.waiting().annotate(all=Value(1)), "all")
        rows.append(queue(gettext("Longer work"), **next(iter(jobs), {})))
    return rows


def counted(rows, column, held=""):
    """Return how many of the rows with each value of `column` wait, and how (one query).

    A row that the relay handed out waits now; one that pauses after a try, or for its reader's
    morning or evening, waits for its time.
    """
    pending = Q(state="pending")
    pauses = (pending & Q(next_at__gt=Now()) & ~Q(lease_by=HANDED)) | Q(state=held)
    due = (pending & ~pauses) | Q(state="leased")
    return (
        rows.order_by()
        .values(column)
        .annotate(
            waiting=Count("pk", filter=due & pending),
            later=Count("pk", filter=pauses),
            leased=Count("pk", filter=Q(state="leased")),
            oldest=Min("created_at", filter=due),
        )
    )


def queue(name, waiting=0, later=0, leased=0, oldest=None, **_more):
    """Return one row of the table of queues."""
    row = {"waiting": waiting, "later": later, "leased": leased, "oldest": oldest}
    return {"name": name} | row


def rates(schools):
    """Return how many tries ended how in the last while (one query).

    [{"name", "sent", "later", "refused", "uncertain"}], the shortest while first.
    """
    now = timezone.now()
    tries = Attempt.objects.filter(at__gte=now - A_DAY)
    if schools is not kinds.EVERY_SCHOOL:
        tries = tries.filter(delivery__receipt__notice__school__in=schools)
    outcomes = ("sent", "later", "refused", "uncertain")
    found = tries.aggregate(**{
        f"{outcome}_{code}": Count("pk", filter=Q(outcome=outcome, at__gte=now - length))
        for code, _words, length in WHILE
        for outcome in outcomes
    })  # fmt: skip
    return [
        {"name": words} | {outcome: found[f"{outcome}_{code}"] for outcome in outcomes}
        for code, words, _length in WHILE
    ]


def reminders():
    """Return each line of the table of reminders with what it did in the last day (one query)."""
    now = timezone.now()
    runs = JobRun.objects.filter(
        job__startswith=reminding.STARTS_WITH, period_start__gte=now - A_DAY
    )
    done = {
        row["job"]: row
        for row in runs.order_by()
        .values("job")
        .annotate(at=Max("period_start"), told=Sum("told"), dropped=Sum("dropped"))
    }
    nothing = {"at": None, "told": 0, "dropped": 0}
    return [{"label": rule.label} | done.get(rule.job, nothing) for rule in reminding.table()]


def newest(rows):
    """Return deliveries with what is shown of them, the newest first."""
    related = ("receipt__person", "receipt__notice__school")
    return rows.select_related(*related).order_by("-created_at", "-pk")


def reasons_of(rows):
    """Return why deliveries were given up, the most frequent first: [{"code", "words", "n"}]."""
    groups = rows.order_by().values("error").annotate(n=Count("pk")).order_by("-n", "error")
    return [
        {"code": group["error"], "words": _in_words(group["error"]), "n": group["n"]}
        for group in groups
    ]


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
