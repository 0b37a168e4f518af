"""`load_demo`: make the demo's school and college with their people, or list who can be tried."""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from homeschool.demo import people, world
from homeschool.people.models import Guardianship


class Command(BaseCommand):
    help = (
        "Makes the demo: a school told in depth and a college of 7,560 students, with dates around "
        "today. Run again it makes what is missing in the school, leaves the college as it was made, "
        "and changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--list", action="store_true", help="print who can be tried: name, part, e-mail"
        )
        parser.add_argument("--only", choices=world.PARTS, help="make this one alone")
        parser.add_argument("--today", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD",
                            help="the day around which the dates lie (default: today)")  # fmt: skip

    def handle(self, *args, today=None, only=None, **options):
        if options["list"]:
            for person in people.CAST:
                self.stdout.write(f"{person.name}, {person.part}, {person.email}")
            return
        for code in [only] if only else world.PARTS:
            self.stdout.write(self._load(code, today))

    @staticmethod
    def _load(code, today):
        """Make the world of `code`; return what it holds, in one line."""
        try:
            made = world.load(today, code)
        except (IntegrityError, world.DoesNotFit) as error:
            raise CommandError(
                f"The demo does not fit beside what is here: the school “{code}” or one of its people "
                f"exists already, or its days have not come. Nothing of it was made. {error}"
            ) from error
        school = made.school
        guardians = (
            Guardianship.objects.filter(student__school=school).values("guardian").distinct()
        )
        return (
            f"{code}: {school.students.active().count()} children, {guardians.count()} guardians, "
            f"{school.memberships.count()} members of staff, {school.classes.count()} classes; "
            f"{made.made} rows new."
        )
