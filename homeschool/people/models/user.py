"""People with an account, and where they are reached."""

import uuid
import zoneinfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.journal.models import Entry
from homeschool.people import sight


def valid_time_zone(value):
    """Refuse a name that the IANA list does not hold, and "localtime", which is this machine's."""
    if value not in zoneinfo.available_timezones() - {"localtime"}:
        raise ValidationError(
            _("“%(value)s” is not a time zone. Write it like Asia/Shanghai."),
            params={"value": value},
        )


class UserManager(BaseUserManager["User"]):
    def create_user(self, email=None, password=None, *, full_name, **fields):
        """Make an account with its sort key; without a password it signs in by code or passkey."""
        fields.setdefault("sort_key", names.sort_key(full_name))
        user = self.model(
            email=email.strip().lower() if email else None, full_name=full_name, **fields
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def having(self, email):
        """Return the account that has `email` (in small letters), open or closed, or None.

        The own address of an account comes first; that of an account which was merged into
        another one leads to the other one.
        """
        former = {"addresses__signs_in": True, "addresses__channel": Address.Channel.EMAIL}
        own = self.filter(email=email).first()
        return own or self.filter(**former, addresses__value=email).first()

    def signing_in_with(self, email):
        """Return the open account that `email` opens, or None."""
        found = self.having(email)
        return found if found and found.is_active else None

    def create_superuser(self, email, password=None, **fields):
        """Make an account for the back office."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One account for life, whatever roles come and go."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True, unique=True)
    phone = models.CharField(_("phone"), max_length=32, null=True, blank=True, unique=True)
    full_name = models.CharField(_("name"), max_length=names.LONGEST)
    preferred_name = models.CharField(
        _("name to be called by"), max_length=names.LONGEST, blank=True
    )
    sort_key = models.CharField(max_length=names.LONGEST_SORT_KEY, editable=False)
    language = models.CharField(
        _("language"), max_length=12, choices=settings.LANGUAGES, blank=True
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, blank=True, validators=[valid_time_zone]
    )
    # both empty: as at the school; both the same: no quiet hours
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=None) | models.Q(email=Lower("email")),
                name="an_email_is_kept_in_small_letters",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(is_active=False),
                name="an_account_that_was_merged_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
            ),
        ]

    def __str__(self):
        return self.called

    @property
    def called(self):
        """The name by which the person is spoken to."""
        return self.preferred_name or self.full_name

    def be_reached_at(self, email, *, by):
        """Take `email`, in small letters, as the address to sign in with and to write to."""
        with transaction.atomic():
            self.email = email
            self.save(update_fields=["email"])
            Address.objects.get_or_create(user=self, channel=Address.Channel.EMAIL, value=email)
            Entry.record("person.reached_at", self, by=by, fields=["email"])

    def first_school(self):
        """Return a school where the person works or has a child, or None (one query)."""
        School = self._meta.apps.get_model("people", "School")
        mine = Q(memberships__user=self) | Q(students__guardianships__guardian=self)
        return School.objects.filter(mine | Q(students__user=self)).order_by("code").first()

    def school_zone(self):
        """Return the time zone of a school where the person works or has a child (one query)."""
        school = self.first_school()
        return school and school.time_zone

    def be_quiet(self, begins, ends):
        """Take the person's own quiet hours: (None, None) as at the school, twice the same for none."""
        if (self.quiet_from, self.quiet_until) != (begins, ends):
            self.quiet_from, self.quiet_until = begins, ends
            with transaction.atomic():
                self.save(update_fields=["quiet_from", "quiet_until"])
                Entry.record("person.quiet_changed", self, by=self, fields=["quiet"])

    def roles(self):
        """Return the set of roles that are open now, from the person's rows (one query)."""
        return sight.roles_of(self)

    @property
    def is_staff_member(self):
        """Whether the person works at a school today."""
        return bool(self.roles() & sight.STAFF_ROLES)


class Address(models.Model):
    """One way to reach a person. An opt-out and a bounce belong to the address, and so does its pace:
    how its owner wants to be written to there, as long as letters go there at all."""

    class Pace(models.TextChoices):
        INSTANT = "instant", _("each letter by itself")
        DIGEST = "digest", _("ordinary news in one letter in the evening")
        OFF = "off", _("only what has to arrive")

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        WECHAT = "wechat", _("WeChat")
        WECOM = "wecom", _("WeCom")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=8, choices=Channel)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True, blank=True)
    pace = models.CharField(max_length=8, choices=Pace, default=Pace.DIGEST, db_default=Pace.DIGEST)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    # the e-mail of an account that was merged into this one: it opens this one
    signs_in = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name_plural = "addresses"
        constraints = [
            models.UniqueConstraint(
                "user", "channel", Lower("value"), name="an_address_stands_once_with_a_person"
            ),
            models.UniqueConstraint(
                "channel",
                Lower("value"),
                condition=Q(signs_in=True),
                name="a_former_address_opens_one_account",
            ),
        ]

    def __str__(self):
        return self.value

    def keep_pace(self, pace, *, by):
        """Write there as often as its owner wants from now on."""
        if self.pace != pace:
            self.pace = pace
            with transaction.atomic():
                self.save(update_fields=["pace"])
                Entry.record("address.pace_changed", self, by=by, fields=["pace"])

    def write_no_more(self, *, by):
        """Write there no more, as its owner asked; the first time stands."""
        self._stop(timezone.now(), "address.opted_out", by=by)

    def write_again(self, *, by):
        """Write there again, as its owner asked; one that is written to stays as it is."""
        self._stop(None, "address.opted_in", by=by)

    def _stop(self, at, verb, *, by):
        with transaction.atomic():
            others = Address.objects.filter(pk=self.pk, opted_out_at__isnull=at is not None)
            if others.update(opted_out_at=at):
                Entry.record(verb, self, by=by)
        self.opted_out_at = at
