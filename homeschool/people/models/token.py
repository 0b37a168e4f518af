"""Tokens: a program reads for a person, with that person's sight and no more."""

import hashlib
import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import Entry

# Every token begins so: whoever finds one in a file or a log knows what it is.
MARK = "hs_"
SHOWN_SIGNS = len(MARK) + 6


def digest(secret):
    """Return the SHA-256 of a token's text, in hex.

    A fast hash is enough: the text holds 256 random bits, and nobody guesses those.
    """
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


class TokenQuerySet(models.QuerySet):
    def live(self):
        """Return those that are neither revoked nor ended."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def revoke_all(self):
        """End these now, without a word in the journal: whoever calls it writes one."""
        self.live().update(revoked_at=timezone.now())


class TokenManager(models.Manager.from_queryset(TokenQuerySet)):
    def make(self, user, *, name, scopes, days, proven):
        """Make a token for `user`; return (token, text). The text is kept nowhere.

        `proven` says that the session in which it was made showed a second factor.
        """
        secret = MARK + secrets.token_urlsafe(32)
        with transaction.atomic():
            token = self.create(
                user=user,
                name=name,
                scopes=[scope for scope in Token.Scope.values if scope in scopes],
                proven=proven,
                beginning=secret[:SHOWN_SIGNS],
                digest=digest(secret),
                expires_at=timezone.now() + timedelta(days=days),
            )
            Entry.record("token.made", token, by=user, scopes=token.scopes)
        return token, secret

    def of_text(self, secret):
        """Return the token of this text with its person, whatever became of it, or None."""
        return self.select_related("user").filter(digest=digest(secret)).first()


class Token(models.Model):
    """Lets a program read what its person may see, within its scopes, until it ends.

    It gives no right of its own: each request asks `visible_to` for the person, so that a
    closed account or a role that ended gives nothing from that moment on.
    """

    class Scope(models.TextChoices):
        ROSTER = "roster:read", _("Children, guardians, classes and terms")
        VISITS = "visits:read", _("Visits")
        PROMISES = "promises:read", _("Promises")
        PLANS = "plans:read", _("Plans")
        SESSIONS = "sessions:read", _("Programmes and sessions after school")
        ATTENDANCE = "attendance:read", _("Who was at sessions")
        MESSAGES = "messages:read", _("Messages between home and school")
        ANNOUNCEMENTS = "announcements:read", _("Announcements of the school")

    MOST = 20  # live ones of one person
    DAYS = (30, 90, 365)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    beginning = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope), verbose_name=_("what it may read")
    )
    proven = models.BooleanField(default=False, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # how often it asked within that minute
    minute = models.DateTimeField(null=True, blank=True, editable=False)
    asked = models.PositiveIntegerField(default=0, editable=False)

    objects = TokenManager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="a_token_may_read_something"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="a_token_ends_after_it_was_made"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def has_ended(self):
        """Whether its days are over."""
        return self.expires_at <= timezone.now()

    @property
    def is_live(self):
        """Whether it still opens anything."""
        return self.revoked_at is None and not self.has_ended

    @property
    def scope_labels(self):
        """What it may read, in the reader's words."""
        return [self.Scope(scope).label for scope in self.scopes]

    def revoke(self, *, by):
        """End it now; revoked twice is revoked once."""
        with transaction.atomic():
            if Token.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()):
                Entry.record("token.revoked", self, by=by)

    def take_one(self, most):
        """Count one request and return whether fewer than `most` came before it in this minute.

        One statement, so that processes which serve the same token count together. A request
        that is one too many writes nothing.
        """
        now = timezone.now()
        minute = now.replace(second=0, microsecond=0)
        this, rows = Q(minute=minute), Token.objects.filter(pk=self.pk)
        count = models.Case(models.When(this, then=F("asked") + 1), default=1)
        return bool(
            rows.exclude(this & Q(asked__gte=most)).update(
                last_used_at=now, minute=minute, asked=count
            )
        )
