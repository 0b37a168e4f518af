"""`import_roster FILE`: bring a roster in at once, all or nothing."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from homeschool.people.actions.rostering import Arrival
from homeschool.people.importing.changes import KINDS, STATES
from homeschool.people.importing.files import is_package
from homeschool.people.importing.oneroster import read_package
from homeschool.people.importing.oneroster.orgs import schools_of
from homeschool.people.models import School
from homeschool.people.models.rostering import ALLOW_RETIRE, LARGEST_FILE
from homeschool.sheets import Unreadable


class Command(BaseCommand):
    help = (
        "Brings children, guardians, staff and classes in, all or nothing: from one CSV or XLSX "
        "(student_number, name, class, guardian, relation, email, language; optional: division), or from "
        "a OneRoster 1.1 or 1.2 ZIP. Exit status: 0 done, 1 refused with nothing changed."
    )

    def add_arguments(self, parser):
        add = parser.add_argument
        add("file", help="the CSV (UTF-8 or GB18030), XLSX or OneRoster ZIP")
        add(
            "--school", metavar="CODE",
            help="the school's code; without it the only school, or all schools of a ZIP: "
            "those that are new are made",
        )  # fmt: skip
        add("--dry-run", action="store_true", help="say what would happen, and stop")
        add(
            "--skip-refused",
            action="store_true",
            help="leave refused rows out, and bring the others in",
        )
        add(
            "--allow-retire", type=int, default=ALLOW_RETIRE, metavar="PERCENT",
            help="how much of a role may leave with one file (%(default)s)",
        )  # fmt: skip
        add("--json", action="store_true", help="print the answer as JSON")
        add(
            "--known-classes-only", action="store_true",
            help="for a sheet: refuse classes that the school does not have, instead of making them",
        )  # fmt: skip

    def handle(self, *args, file, school, json, dry_run, **options):
        path = Path(file)
        how = ("skip_refused", "allow_retire", "known_classes_only")
        try:
            raw = self._read(path)
            schools = self._schools(raw, path.name, school)
            arrival = Arrival(schools, raw, path.name, **{name: options[name] for name in how})
            arrival.bring(dry_run=dry_run)
        except Unreadable as refusal:
            self._print_unreadable(refusal, as_json=json)
            sys.exit(1)
        except IntegrityError:
            raise CommandError(
                "Somebody changed the school at this moment. Nothing was written: start again."
            ) from None
        (self._print_json if json else self._print)(told(arrival), arrival, dry_run)
        if not arrival.ok:
            sys.exit(1)

    @staticmethod
    def _read(path):
        try:
            with path.open("rb") as stream:
                raw = stream.read(LARGEST_FILE + 1)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        if len(raw) > LARGEST_FILE:
            raise CommandError(f"{path}: a file may have {LARGEST_FILE // 1024**2} MB at most.")
        return raw

    @staticmethod
    def _schools(raw, name, code):
        """Return [(code, name)] of the schools that the file is for."""
        known = dict(School.objects.order_by("code").values_list("code", "name"))
        if code is not None and code in known:
            return [(code, known[code])]
        if code is None:
            named = schools_of(read_package(raw, file_name=name)) if is_package(raw, name) else ()
            if named:
                return sorted({(found, called) for found, called, _sid in named})
            if len(known) == 1:
                return list(known.items())
        wrong = (
            f"No school has the code “{code}”." if code is not None else "Say which: --school CODE."
        )
        raise CommandError(f"{wrong} Known: {', '.join(known) or 'none yet'}.")

    # --- what is printed --------------------------------------------------------------------------
    def _print_json(self, answer, _arrival=None, _dry_run=False):
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

    def _print_unreadable(self, refusal, *, as_json):
        if as_json:
            nothing = {kind: dict.fromkeys(STATES, 0) for kind in KINDS}
            more = {"applied": False, "kept": [], "brakes": [], "schools": []}
            self._print_json(nothing | {"refused": [refusal.problem.as_dict()]} | more)
        else:
            self.stderr.write(f"Refused, nothing was changed: {refusal}")

    def _print(self, answer, arrival, dry_run):
        for kind in KINDS:
            counted = ", ".join(f"{number} {state}" for state, number in answer[kind].items())
            self.stdout.write(f"{kind}: {counted}")
        for school in answer["schools"]:
            if school["made"]:
                self.stdout.write(f"a new school: {school['code']}, {school['name']}")
        for problem in answer["refused"]:
            place = " ".join(filter(None, [problem["file"], f"row {problem['row']}"]))
            self.stderr.write(
                f"{place}, {problem['column'] or 'all columns'}: {problem['problem']}"
                f" Expected: {problem['expected'] or '-'}. Found: {problem['found'] or '-'}."
            )
        for row in answer["kept"]:
            self.stdout.write(f"row {row['row']}: {row['name']} stays as the portal has it")
        self._print_end(answer, arrival, dry_run)

    def _print_end(self, answer, arrival, dry_run):
        for brake in answer["brakes"]:
            self.stderr.write(
                "{school}: {retired} of {of} {kind} would leave. If that is right: --allow-retire"
                " PERCENT.".format(**brake)
            )
        if not arrival.ok:
            self.stderr.write(f"Refused, nothing was changed: {len(answer['refused'])} problems.")
        elif dry_run:
            self.stdout.write("This was a dry run: nothing was changed.")
        else:
            self.stdout.write(f"Done: {arrival.file_name} is in.")


def told(arrival):
    """Return what `--json` prints: the counts of all schools together, and what was refused, once."""
    refused = [problem.as_dict() for plan in arrival.plans for problem in plan.problems]
    refused = [problem | {"file": problem["file"] or arrival.file_name} for problem in refused]
    once = {json.dumps(problem, sort_keys=True): problem for problem in refused}
    counts = {
        kind: {s: sum(plan.counts[kind][s] for plan in arrival.plans) for s in STATES}
        for kind in KINDS
    }
    return counts | {
        "refused": list(once.values()),
        "applied": arrival.applied,
        "kept": [{"row": kept.row, "name": kept.name} for plan in arrival.plans for kept in plan.kept],
        "brakes": [b | {"school": plan.school.code} for plan in arrival.plans for b in plan.brakes],
        "schools": [
            {"code": plan.school.code, "name": plan.school.name, "made": plan.school.code in arrival.made}
            | {"counts": plan.counts}
            for plan in arrival.plans
        ],
    }  # fmt: skip
