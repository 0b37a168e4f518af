"""The address at which a calendar program reads the time after lessons of one person's children, and
the sessions that this person leads."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from homeschool.people.models.secret_feed import SecretFeed

# A calendar program asks a few times an hour; what asks more often is none.
MOST, AN_HOUR = 60, dt.timedelta(hours=1)


class FamilyFeed(SecretFeed):
    """Each time it is asked for what its person sees, or leads, at that moment."""

    MARK, VERBS = "hsa_", "family_feed"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="family_feeds")
    # how often it was read within the hour that began then
    reads = models.PositiveSmallIntegerField(default=0)
    counted_from = models.DateTimeField(null=True, blank=True)

    class Meta(SecretFeed.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="a_family_has_one_live_feed"
            )
        ]

    def be_read(self):
        """Note that a program reads it now; returns False, and notes nothing, where it asks more often
        than a calendar does: `MOST` times within an hour (one query)."""
        now = timezone.now()
        same_hour = self.counted_from is not None and now - self.counted_from < AN_HOUR
        if same_hour and self.reads >= MOST:
            return False
        rows = FamilyFeed.objects.filter(pk=self.pk)
        if same_hour:
            rows.update(read_at=now, reads=F("reads") + 1)
        else:
            rows.update(read_at=now, reads=1, counted_from=now)
        return True
