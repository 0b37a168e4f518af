"""`import_visits FILE --school CODE`: bring past visits in from a spreadsheet."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from homeschool.people.management.schools import school_of_code
from visits.importing import MAX_BYTES, Unreadable, import_visits, read_visits

NOTHING = {"visits": {"new": 0, "same": 0}}
SHOWN = 100  # problems; --json prints them all


class Command(BaseCommand):
    help = (
        "Brings past visits in from one CSV or XLSX (student_number, happened_on, mode, visitors; "
        "minutes, aspects, region, persons_met, wishes, difficulties, policies, promises_school, "
        "promises_family, shared_summary, staff_note, visit_ref), all or nothing. Families are not "
        "told. Exit status: 0 done, 1 refused with nothing changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="the CSV (UTF-8 or GB18030) or XLSX")
        parser.add_argument("--school", required=True, metavar="CODE", help="the school's code")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and stop"
        )
        parser.add_argument(
            "--skip-refused", action="store_true",
            help="leave out the visits that cannot be brought in, and write the others",
        )  # fmt: skip
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *args, file, school, json, **options):
        try:
            visits = self._visits(school_of_code(school), Path(file), options)
        except Unreadable as refusal:
            self._print_unreadable(refusal, as_json=json)
            sys.exit(1)
        if json:
            self._print_json(visits.as_dict())
        else:
            self._print(visits, dry_run=options["dry_run"])
        if visits.kept_out:
            sys.exit(1)

    @staticmethod
    def _visits(school, path, options):
        try:
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        table = read_visits(raw, file=path.name)
        chosen = {name: options[name] for name in ("dry_run", "skip_refused")}
        try:
            return import_visits(school, table, **chosen)
        except IntegrityError:
            raise CommandError(
                "Somebody changed the school at this moment. Nothing was written: start again."
            ) from None

    def _print_json(self, answer):
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _print_unreadable(self, refusal, *, as_json):
        if as_json:
            self._print_json(NOTHING | {"refused": [refusal.problem.as_dict()]})
        else:
            self.stderr.write(f"Refused, nothing was changed: {refusal}")

    def _print(self, visits, *, dry_run):
        for problem in visits.problems[:SHOWN]:
            self.stderr.write(
                f"row {problem.row}, {problem.column or 'all columns'}: {problem.problem} {problem.mend}"
                f" Expected: {problem.expected or '-'}. Found: {problem.found or '-'}."
            )
        if len(visits.problems) > SHOWN:
            self.stderr.write(f"and {len(visits.problems) - SHOWN} more; --json prints all.")
        if visits.ignored:
            self.stderr.write(f"These columns are not read: {', '.join(visits.ignored)}.")
        told = ", ".join(f"{number} {state}" for state, number in visits.counts["visits"].items())
        self.stdout.write(f"visits: {told}; refused rows: {visits.refused}")
        if visits.kept_out:
            self.stderr.write("Refused, nothing was changed.")
        elif dry_run:
            self.stdout.write("This was a dry run: nothing was changed.")
        else:
            self.stdout.write(f"Done: {visits.file} is in.")
