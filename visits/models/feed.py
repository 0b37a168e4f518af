"""The address at which a calendar program reads the visits of one member of staff."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from homeschool.people.models.secret_feed import SecretFeed


class Feed(SecretFeed):
    """Each time it is asked for the visits that its person makes, and sees, at that moment."""

    MARK, VERBS = "hsc_", "feed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds")

    class Meta(SecretFeed.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="a_person_has_one_live_feed"
            )
        ]

    def be_read(self):
        """Note that a program has read it now, at most once an hour."""
        hour_ago = timezone.now() - dt.timedelta(hours=1)
        fresh = Q(read_at__gte=hour_ago)
        Feed.objects.filter(pk=self.pk).exclude(fresh).update(read_at=timezone.now())
