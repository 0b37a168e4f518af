"""`rotate_data_keys`: seal everything anew with the first key of DATA_KEYS."""

import json
from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from homeschool import rotating
from homeschool.fields import writing_key


class Command(BaseCommand):
    help = (
        "Encrypts everything that the database holds encrypted anew, with the first key of DATA_KEYS. "
        "Safe beside a running portal; stopped in the middle, run it again. See docs/operate.md."
    )

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="count by key, and change nothing")
        parser.add_argument("--batch", type=int, default=rotating.BATCH, help="rows at a time")
        parser.add_argument("--json", action="store_true", help="answer programs")

    def handle(self, *args, check=False, batch=rotating.BATCH, **options):
        if batch < 1:
            raise CommandError("--batch: one row at a time is the least.")
        places = rotating.places()
        told = [] if check else [rotating.rotate(place, batch=batch) for place in places]
        counts: Counter[str] = sum((rotating.counted(place) for place in places), Counter())
        write = self._print_json if options["json"] else self._print
        write(told, counts)
        left = sum(one.left for one in told)
        lost = sum(len(one.lost) for one in told)
        if left or lost:
            raise CommandError(
                f"{left} rows were held by somebody: run it again. {lost} rows cannot be read: their "
                f"key is not in DATA_KEYS."
            )

    def _print(self, told, counts):
        for one in told:
            if one.sealed or one.left or one.lost:
                self.stdout.write(
                    f"{one.name}: {one.sealed} rows encrypted anew, {one.left} left, "
                    f"{len(one.lost)} cannot be read"
                )
        for key, number in sorted(counts.items()):
            self.stdout.write(f"key {key}: {number} texts")
        self.stdout.write(f"key {writing_key()} writes")
        if spare := rotating.unused(counts):
            self.stdout.write(
                "no text of the database needs: "
                + ", ".join(spare)
                + ". Take a key away a day after "
                "every process writes with the new one."
            )

    def _print_json(self, told, counts):
        tables = {
            one.name: {"sealed": one.sealed, "left": one.left, "lost": len(one.lost)}
            for one in told
        }
        answer = {"tables": tables, "texts_by_key": counts, "unused": rotating.unused(counts)}
        self.stdout.write(json.dumps(answer, indent=2, sort_keys=True))
