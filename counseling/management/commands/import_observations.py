"""`import_observations FILE`: bring observations, or points of goals, in from a spreadsheet."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from counseling.models import ObservationImport
from counseling.models.observation_import import LARGEST_FILE
from counseling.reading.importing import KINDS, SheetFile, Unreadable
from counseling.reading.importing.running import what_came_in
from homeschool.forms import readable
from homeschool.people.management.schools import school_of_code
from homeschool.people.models import School

SHOWN = 100  # problems; --json prints them all
NO_ROWS = {"new": 0, "changed": 0, "same": 0}


class Command(BaseCommand):
    help = (
        "Brings observations in from one CSV or XLSX (student_number, kind, date; subject, value, "
        "out_of, words, teacher), or points of goals (student_number, goal, date, value; words), all "
        "or nothing. Exit status: 0 done, 1 refused with nothing changed."
    )

    def add_arguments(self, parser):
        add = parser.add_argument
        add("file", help="the CSV (UTF-8 or GB18030) or XLSX")
        add("--school", metavar="CODE", help="the school's code; without it the only school")
        add("--dry-run", action="store_true", help="say what would happen, and stop")
        add(
            "--skip-refused",
            action="store_true",
            help="leave refused rows out, and bring the others in",
        )
        add("--json", action="store_true", help="print the answer as JSON")

    def handle(self, *args, file, school, json, dry_run, skip_refused, **options):
        try:
            coming = self._brought(Path(file), school, dry_run, skip_refused)
        except Unreadable as refusal:
            self._print_unreadable(refusal, as_json=json)
            sys.exit(1)
        if json:
            self._print_json(coming.as_dict())
        else:
            self._print(coming, dry_run=dry_run)
        if coming.kept_out:
            sys.exit(1)

    def _brought(self, path, code, dry_run, skip_refused):
        try:
            with path.open("rb") as stream:
                raw = stream.read(LARGEST_FILE + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        school = self._school(code)
        file = SheetFile(raw, path.name)
        try:
            with transaction.atomic():
                coming = file.bring_in(school, dry_run=dry_run, skip_refused=skip_refused)
                if coming.applied:
                    name = readable(path.name[-200:])
                    ObservationImport.objects.create(
                        school=school, file_name=name, **what_came_in(coming)
                    )
        except IntegrityError:
            raise CommandError(
                "Somebody changed the school at this moment. Nothing was written: start again."
            ) from None
        return coming

    @staticmethod
    def _school(code):
        """Return the school of this code, or the only one."""
        if code is None:
            only = list(School.objects.order_by("code")[:2])
            if len(only) == 1:
                return only[0]
            raise CommandError("Say which: --school CODE.")
        return school_of_code(code)

    def _print_json(self, answer):
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _print_unreadable(self, refusal, *, as_json):
        if as_json:
            nothing = dict.fromkeys(KINDS, NO_ROWS) | {"applied": False}
            self._print_json(nothing | {"refused": [refusal.problem.as_dict()]})
        else:
            self.stderr.write(f"Refused, nothing was changed: {refusal}")

    def _print(self, coming, *, dry_run):
        for problem in coming.problems[:SHOWN]:
            self.stderr.write(
                f"row {problem.row}, {problem.column or 'all columns'}: {problem.problem} {problem.mend}"
                f" Expected: {problem.expected or '-'}. Found: {problem.found or '-'}."
            )
        if len(coming.problems) > SHOWN:
            self.stderr.write(f"and {len(coming.problems) - SHOWN} more; --json prints all.")
        if coming.ignored:
            self.stderr.write(f"These columns are not read: {', '.join(coming.ignored)}.")
        told = ", ".join(
            f"{number} {state}" for state, number in coming.counts[coming.about].items()
        )
        self.stdout.write(f"{coming.about}: {told}; refused rows: {coming.refused}")
        if coming.kept_out:
            self.stderr.write("Refused, nothing was changed.")
        elif dry_run:
            self.stdout.write("This was a dry run: nothing was changed.")
        else:
            self.stdout.write(f"Done: {coming.file} is in.")
