"""`check_invariants`: whether everything still holds that must hold at every moment."""

import json
import sys

from django.core.management import BaseCommand

from homeschool.journal.models import invariants

WELL, WRONG = "✓", "✗"


class Command(BaseCommand):
    """Each sentence with its verdict, and a few of the rows that break it."""

    help = (
        "Ask the database whether everything holds that must hold; exit 1 when something does not."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="answer as JSON, for programs")

    def handle(self, *args, **options):
        verdicts = invariants.judge()
        broken = [verdict for verdict in verdicts if verdict["broken"]]
        if options["json"]:
            told = {"holds": not broken, "invariants": verdicts}
            self.stdout.write(json.dumps(told, indent=1, ensure_ascii=False))
        else:
            self.tell(verdicts, len(broken))
        if broken:
            sys.exit(1)

    def tell(self, verdicts, broken):
        """Say it in words."""
        for verdict in verdicts:
            self.stdout.write(f"{WRONG if verdict['broken'] else WELL} {verdict['sentence']}")
            if verdict["broken"]:
                more = ", …" if verdict["broken"] > len(verdict["rows"]) else ""
                rows = f"{verdict['broken']} row(s): {', '.join(verdict['rows'])}{more}"
                self.stdout.write(f"  {verdict['name']}: {rows}")
        said = f"{broken} of {len(verdicts)} do not hold." if broken else "Everything holds."
        self.stdout.write(said)
