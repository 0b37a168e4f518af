"""`reset_door EMAIL`: for somebody who lost the phone and every recovery code."""

from django.core.management.base import BaseCommand, CommandError

from homeschool.people import signin
from homeschool.people.models import User


class Command(BaseCommand):
    help = (
        "Takes away the second factors and the password of a person and ends every session. The "
        "person signs in by a code by mail and sets a new second factor up. Be sure who asks."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        signin.reset_door(user, by=None)
        self.stdout.write(f"{user.full_name} signs in by a code by mail now.")
