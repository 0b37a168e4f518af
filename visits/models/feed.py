"""The address at which a calendar program reads the visits of one member of staff."""

import datetime as dt
import secrets
import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import User
from homeschool.people.models.token import digest

MARK = "hsc_"


class FeedManager(models.Manager):
    def renew(self, user):
        """End the feed of `user` and make a new one; return (feed, text). The text is kept nowhere."""
        text = MARK + secrets.token_urlsafe(32)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            self.filter(user=user.pk, revoked_at=None).update(revoked_at=timezone.now())
            feed = self.create(user_id=user.pk, digest=digest(text))
            Entry.record("feed.made", feed, by=user)
        return feed, text

    def of_text(self, text):
        """Return the live feed of this text whose person is active, with the person, or None."""
        live = self.filter(revoked_at=None, user__is_active=True)
        return live.select_related("user").filter(digest=digest(text)).first()


class Feed(models.Model):
    """A secret address, kept as its hash alone; it gives no right of its own.

    Each time it is asked for the visits that its person makes, and sees, at that moment.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = FeedManager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(revoked_at=None), name="a_person_has_one_live_feed"
            )
        ]

    def __str__(self):
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"

    def revoke(self, *, by):
        """End it now; ended twice is ended once."""
        with transaction.atomic():
            if Feed.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()):
                Entry.record("feed.revoked", self, by=by)

    def be_read(self):
        """Note that a program has read it now, at most once an hour."""
        hour_ago = timezone.now() - dt.timedelta(hours=1)
        fresh = Q(read_at__gte=hour_ago)
        Feed.objects.filter(pk=self.pk).exclude(fresh).update(read_at=timezone.now())
