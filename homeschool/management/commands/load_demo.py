"""`load_demo`: make the demo school with its staff and families, or list who can be tried."""

import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from homeschool.demo import people, world


class Command(BaseCommand):
    help = (
        "Makes the demo school with its staff and families, with dates around today. Run again it "
        "makes what is missing and changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--list", action="store_true", help="print who can be tried: name, part, e-mail"
        )
        parser.add_argument("--today", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD",
                            help="the day around which the dates lie (default: today)")  # fmt: skip

    def handle(self, *args, today=None, **options):
        if options["list"]:
            for person in people.CAST:
                self.stdout.write(f"{person.name}, {person.part}, {person.email}")
            return
        try:
            made = world.load(today)
        except IntegrityError as error:
            raise CommandError(
                f"The demo does not fit beside what is here (a school “{world.SCHOOL_CODE}” or one of its "
                f"people exists already). Nothing was changed. {error}"
            ) from error
        self.stdout.write(
            f"{made.school.code}: {len(made.students)} children, {len(made.guardians)} guardians, "
            f"{len(made.memberships)} members of staff, {len(made.classes)} classes; {made.made} rows new."
        )
