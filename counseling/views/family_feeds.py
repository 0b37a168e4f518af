"""The time after lessons in a calendar program: a secret address, made, renewed, ended."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from counseling.models import FamilyFeed
from counseling.models.family_feed import AN_HOUR
from counseling.reading.family_feed import appointments, has_a_feed, tag_of
from visits.reading.calendar import calendar


def _own(request):
    """Return the live feed of the reader, who is a family or leads sessions, or None."""
    if not has_a_feed(request.user):
        raise PermissionDenied
    return FamilyFeed.objects.filter(user=request.user.pk, revoked_at=None).first()


@require_safe
def family_feed(request):
    """Show whether a calendar reads the time after lessons, and since when."""
    return render(request, "counseling/feed_detail.html", {"feed": _own(request)})


@require_POST
def family_feed_renew(request):
    """Make a new address and show it this once; the one before is dead."""
    _own(request)
    made, text = FamilyFeed.objects.renew(request.user)
    address = request.build_absolute_uri(reverse("counseling:family-feed-read", args=[text]))
    return render(request, "counseling/feed_detail.html", {"feed": made, "address": address})


@require_POST
def family_feed_revoke(request):
    """End the address."""
    found = _own(request)
    if found:
        found.revoke(by=request.user)
    messages.success(request, _("The address is dead. No calendar reads it any more."))
    return redirect("counseling:family-feed")


@require_safe
@login_not_required
def family_feed_read(request, token):
    """Give a calendar program what takes place; no name, no place and no programme stands in it.

    What has not changed since it was read is 304; asked more often than a calendar asks is 429.
    """
    feed = FamilyFeed.objects.of_text(token)
    if feed is None:
        raise Http404
    if not feed.be_read():
        return HttpResponse(status=429, headers={"Retry-After": str(AN_HOUR.seconds)})
    with translation.override(feed.user.language or "en"):
        found = appointments(feed.user)
        tag = tag_of(found)
        text = calendar(found, name=_("After school"))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["ETag"] = tag
    response["Content-Disposition"] = 'inline; filename="after-school.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    # kept by the program alone, and asked again each time: an address that ended opens nothing
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=tag, response=response)
