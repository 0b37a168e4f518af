"""`first_admin EMAIL`: make the account that sets the portal up, and print the way in."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from homeschool.people.models import Address, User


class Command(BaseCommand):
    help = (
        "Makes the first administrator's account, without a password, and prints a link that "
        "works once: it opens the page to choose one, so no mail is needed. The portal then asks "
        "for a second proof (an authenticator app or a passkey) and for the school. "
        "Run again, it prints a new link."
    )

    def add_arguments(self, parser):
        parser.add_argument("email", metavar="EMAIL", help="the address to sign in with")
        parser.add_argument(
            "--name", default="", help="the person's name (else what stands before the @)"
        )

    def handle(self, *args, email, name, **options):
        email = self._checked(email)
        user = User.objects.filter(email=email).first() or self._make(email, name.strip())
        if not (user.is_superuser and user.is_active):
            raise CommandError(
                f"{email} belongs to somebody who is no administrator. Use another address."
            )
        self.stdout.write(
            f"{user.full_name} ({email}) chooses a password here, once, within three days:"
        )
        self.stdout.write(link_for(user))

    @staticmethod
    def _checked(email):
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(
                f"“{email}” is no e-mail address. Write it like ana@example.org."
            ) from None
        if len(email) > User._meta.get_field("email").max_length:
            raise CommandError("This e-mail address is too long.")
        return email

    @staticmethod
    def _make(email, name):
        name = name or email.split("@")[0]
        if len(name) > User._meta.get_field("full_name").max_length or "\0" in name:
            raise CommandError("Write a name of 255 signs at most.")
        with transaction.atomic():
            user = User.objects.create_superuser(email, full_name=name)
            Address.objects.create(user=user, channel=Address.Channel.EMAIL, value=email)
        return user


def link_for(user):
    """Return the address where `user` chooses a password, once."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return f"{settings.SITE_URL}{path}"
