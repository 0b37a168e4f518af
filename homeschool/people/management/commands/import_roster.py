"""`import_roster FILE --school CODE`: bring children and guardians in from one sheet."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from homeschool.people.importing import MAX_BYTES, Roster, Unreadable, import_roster, read_table
from homeschool.people.models import School


class Command(BaseCommand):
    help = (
        "Brings children, guardians and classes in from one CSV or XLSX (student_number, name, class, "
        "guardian, relation, email, language; optional: division), all or nothing. "
        "Exit status: 0 done, 1 refused with nothing changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="the CSV (UTF-8 or GB18030) or XLSX")
        parser.add_argument("--school", required=True, metavar="CODE", help="the school's code")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and stop"
        )
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")
        parser.add_argument(
            "--known-classes-only", action="store_true",
            help="refuse classes that the school does not have, instead of making them",
        )  # fmt: skip

    def handle(self, *args, file, school, json, **options):
        try:
            roster = self._roster(self._school(school), Path(file), options)
        except Unreadable as refusal:
            self._print_unreadable(refusal, as_json=json)
            sys.exit(1)
        if json:
            self._print_json(roster.as_dict())
        else:
            self._print(roster, dry_run=options["dry_run"])
        if roster.problems:
            sys.exit(1)

    @staticmethod
    def _school(code):
        try:
            return School.objects.get(code=code)
        except (School.DoesNotExist, ValueError):
            known = ", ".join(School.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(
                f"No school has the code “{code}”. Known: {known or 'none yet'}."
            ) from None

    @staticmethod
    def _roster(school, path, options):
        try:
            with path.open("rb") as stream:
                raw = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        table = read_table(raw, file=path.name)
        only = options["known_classes_only"]
        if options["dry_run"]:
            return Roster(school, table, known_classes_only=only)
        try:
            return import_roster(school, table, by=None, known_classes_only=only)
        except IntegrityError:
            raise CommandError(
                "Somebody changed the school at this moment. Nothing was written: start again."
            ) from None

    def _print_json(self, answer):
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _print_unreadable(self, refusal, *, as_json):
        if as_json:
            self._print_json({"applied": False, "refused": [refusal.problem.as_dict()]})
        else:
            self.stderr.write(f"Refused, nothing was changed: {refusal}")

    def _print(self, roster, *, dry_run):
        for kind, states in roster.counts.items():
            told = ", ".join(f"{number} {state}" for state, number in states.items())
            self.stdout.write(f"{kind}: {told}")
        for problem in roster.problems:
            self.stderr.write(
                f"row {problem.row}, {problem.column or 'all columns'}: {problem.problem} {problem.mend}"
                f" Expected: {problem.expected or '-'}. Found: {problem.found or '-'}."
            )
        for change in roster.kept:
            self.stdout.write(
                f"row {change.row}: {change.name} was ended in the portal and stays ended"
            )
        if roster.problems:
            self.stderr.write(f"Refused, nothing was changed: {len(roster.problems)} problems.")
        elif dry_run:
            self.stdout.write("This was a dry run: nothing was changed.")
        else:
            self.stdout.write(f"Done: {roster.file} is in.")
