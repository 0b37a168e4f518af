"""Secret addresses at which a calendar program reads something of one person."""

import secrets
import uuid
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from homeschool.journal.models import Entry

from .token import digest
from .user import User


class SecretFeedManager(models.Manager):
    model: Any

    def renew(self, user):
        """End the feed of `user` and make a new one; return (feed, text). The text is kept nowhere."""
        text = self.model.MARK + secrets.token_urlsafe(32)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=user.pk)
            self.filter(user=user.pk, revoked_at=None).update(revoked_at=timezone.now())
            feed = self.create(user_id=user.pk, digest=digest(text))
            Entry.record(f"{self.model.VERBS}.made", feed, by=user)
        return feed, text

    def of_text(self, text):
        """Return the live feed of this text whose person is active, with the person, or None."""
        live = self.filter(revoked_at=None, user__is_active=True)
        return live.select_related("user").filter(digest=digest(text)).first()


class SecretFeed(models.Model):
    """A secret address, kept as its hash alone; it gives no right of its own.

    A subclass names its person (`user`), how its texts begin (`MARK`) and how the journal calls it
    (`VERBS`), and says that a person has one live feed.
    """

    MARK: str
    VERBS: str
    user_id: Any

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = SecretFeedManager()

    class Meta:
        abstract = True
        ordering = ["-made_at", "id"]

    def __str__(self):
        return f"{self.user_id} {self.made_at:%Y-%m-%d}"

    def revoke(self, *, by):
        """End it now; ended twice is ended once."""
        with transaction.atomic():
            live = type(self)._default_manager.filter(pk=self.pk, revoked_at=None)
            if live.update(revoked_at=timezone.now()):
                Entry.record(f"{self.VERBS}.revoked", self, by=by)
