"""What mail providers tell us: letters that came back, that arrived, that nobody wanted."""

import re
from uuid import UUID

from anymail import urls
from anymail.signals import EventType, RejectReason, tracking
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.dispatch import receiver
from django.http import Http404
from django.views.decorators.csrf import csrf_exempt

from homeschool.journal.channels import without_addresses
from homeschool.journal.models import Bounce, bouncing

EMAIL = "email"
# Of a letter that was rejected or bounced, these say that nobody is reached there any more.
FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED}
UNWANTED = {RejectReason.SPAM, RejectReason.UNSUBSCRIBED}
NAMES_OF_KIND = ("Type", "type", "event", "severity", "bounce_type")  # as providers call it
SOFT = re.compile("soft|temporary|transient|blocked", re.I)
CAME_BACK = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}


def _views():
    """Return {provider: the view of django-anymail that reads its reports}."""
    names = {
        f"{provider}{part}": provider
        for provider in settings.MAIL_PROVIDERS
        for part in ("_tracking_webhook", "_webhook")
    }
    found = [(names.get(pattern.name), pattern.callback) for pattern in urls.urlpatterns]
    return {provider: view for provider, view in found if provider}


VIEWS = _views()


@csrf_exempt
@login_not_required
def mail_events(request):
    """Take a report of the provider that is in use, which shows the secret of the setting.

    Without provider or secret there is no such page: nobody else may say that an address is no good.
    """
    view = VIEWS.get(settings.MAIL_PROVIDER)
    if view is None or not settings.MAIL_WEBHOOK_SECRET:
        raise Http404
    return view(request)


@receiver(tracking, dispatch_uid="journal.mail_events")
def heed(sender, event, esp_name, **_more):
    """Act on one event; told twice, it counts once."""
    if not event.recipient:
        return
    if event.event_type == EventType.DELIVERED:
        Bounce.arrived(EMAIL, event.recipient)
    elif kind := kind_of(event):
        reason = event.mta_response or event.description or event.reject_reason or event.event_type
        Bounce.record(
            kind,
            EMAIL,
            event.recipient,
            reason=without_addresses(reason),
            event=number_of(event, esp_name),
            key=key_of(event),
        )


def kind_of(event):
    """Return the kind of bounce that an event tells of, or None.

    Of one that came back the receiving server's own words say whether it is for good; without them
    what the provider calls it, since django-anymail knows no soft ones.
    """
    if event.event_type == EventType.COMPLAINED or event.reject_reason in UNWANTED:
        return Bounce.Kind.COMPLAINT
    if event.event_type not in CAME_BACK:
        return None
    said = f"{event.mta_response or ''} {event.description or ''}"
    if bouncing.ENHANCED.search(said):
        gone = bouncing.is_about_the_address(550, said)
    else:
        gone = event.reject_reason in FOR_GOOD and not _is_called_soft(event)
    return Bounce.Kind.HARD if gone else Bounce.Kind.SOFT


def _is_called_soft(event):
    raw = event.esp_event if hasattr(event.esp_event, "get") else {}
    return any(SOFT.search(str(raw.get(name, ""))) for name in NAMES_OF_KIND)


def number_of(event, esp_name):
    """Return what tells this event from every other; not every provider numbers them."""
    parts = [event.message_id, event.event_type, event.recipient, event.timestamp]
    own = event.event_id or " ".join(str(part) for part in parts)
    return f"{esp_name}:{own}"


def key_of(event):
    """Return the key of the delivery that the event is about, or None."""
    try:
        return UUID(str((event.metadata or {}).get("delivery", "")))
    except ValueError:
        return None
