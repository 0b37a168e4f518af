"""`export_roster --school CODE --out FILE.zip`: a school's roster as a OneRoster 1.2 ZIP."""

import json
import os
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from homeschool.people.actions.exporting import record_export
from homeschool.people.importing.oneroster import write_package
from homeschool.people.management.schools import school_of_code


class Command(BaseCommand):
    help = (
        "Writes who is on roll, their guardians, the staff, classes and terms of a school as a "
        "OneRoster 1.2 ZIP (bulk). Importing it back changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--school", required=True, metavar="CODE", help="the school's code")
        parser.add_argument("--out", required=True, metavar="FILE", type=Path, help="the ZIP")
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")
        parser.add_argument(
            "--strict", action="store_true",
            help="leave out relationships.csv, which the standard does not know",
        )  # fmt: skip

    def handle(self, *, school, out, strict, **options):
        school = school_of_code(school)
        try:
            counts = _write(school, out, relationships=not strict)
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}.") from None
        record_export(school, by=None, counts=counts)
        if options["json"]:
            answer = {"school": school.code, "file": str(out)} | counts
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            told = ", ".join(f"{number} {what}" for what, number in counts.items())
            self.stdout.write(f"{school}: {told} in {out}")


def _write(school, path, **options):
    """Write the ZIP, all or nothing: where it fails, what stood at `path` before still does."""
    half = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:  # fmt: skip
            half = Path(file.name)
            counts = write_package(school, file, user=None, **options)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:
        if half is not None:
            half.unlink(missing_ok=True)
        raise
    return counts
