"""Rounds of offers, for tests."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from visits.models import Round
from visits.reading.offers import offer_token


def later(days=3, hour=8, minute=0):
    """Return a full hour of a day to come: 08:00 UTC is 16:00 in Shanghai."""
    day = (timezone.now() + dt.timedelta(days=days)).replace(minute=minute, second=0, microsecond=0)
    return day.replace(hour=hour)


def make_round(cast, *families, times=None, by=None, visitors=None, **columns):
    """Offer visits to `families` ([(household, [child])]); the child of the cast without any."""
    families = list(families) or [(cast.household, [cast.child])]
    times = times or [later(hour=8), later(hour=9), later(hour=10)]
    columns = {"answer_by": timezone.now() + dt.timedelta(days=2)} | columns
    return Round.objects.offer(
        families,
        by=by or cast.counselor,
        visitors=visitors or [cast.counselor, cast.adviser],
        times=times,
        **columns,
    )


def link(name, offer, person):
    """Return the address of one of the pages behind the link of an offer."""
    return reverse(f"visits:{name}", args=[offer_token(offer.pk, person.pk)])
