"""The address at which a calendar program reads the time after lessons of one person's children, and
the sessions that this person leads."""

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import User
from homeschool.people.models.token import digest

MARK = "hsa_"
# A calendar program asks a few times an hour; what asks more often is none.
MOST, AN_HOUR = 60, dt.timedelta(hours=1)


class FamilyFeedManager(models.Manager):
    def renew(self, user):
        """End the feed of `user` and make a new one; return (feed, text). The text is kept nowhere."""
        text = MARK + secrets.token_urlsafe(32)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            self.filter(user=user.pk, revoked_at=None).update(revoked_at=timezone.now())
            feed = self.create(user_id=user.pk, digest=digest(text))
            Entry.record("family_feed.made", feed, by=user)
        return feed, text

    def of_text(self, text):
        """Return the live feed of this text whose person is active, with the person, or None."""
        live = self.filter(revoked_at=None, user__is_active=True)
        return live.select_related("user").filter(digest=digest(text)).first()


class FamilyFeed(models.Model):
    """A secret address, kept as its hash alone; it gives no right of its own.

    Each time it is asked for what its person sees, or leads, at that moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="family_feeds")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # how often it was read within the hour that began then
    reads = models.PositiveSmallIntegerField(default=0)
    counted_from = models.DateTimeField(null=True, blank=True)

    objects = FamilyFeedManager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="a_family_has_one_live_feed"
            )
        ]

    def __str__(self):
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"

    def revoke(self, *, by):
        """End it now; ended twice is ended once."""
        with transaction.atomic():
            rows = FamilyFeed.objects.filter(pk=self.pk, revoked_at=None)
            if rows.update(revoked_at=timezone.now()):
                Entry.record("family_feed.revoked", self, by=by)

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
