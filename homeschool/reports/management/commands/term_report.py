"""`term_report --school CODE --term CODE --format csv|xlsx --out FILE`: the report as a file."""

import os
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import School, Student, Term
from homeschool.reports.term import PUBLIC, STAFF, build, file_of


class Command(BaseCommand):
    help = (
        "Writes the report of a term: a tidy CSV, or a workbook. The staff version (the default) "
        "counts the whole school and shows small groups; the public version hides them."
    )

    def add_arguments(self, parser):
        parser.add_argument("--school", required=True, metavar="CODE")
        parser.add_argument("--term", required=True, metavar="CODE")
        parser.add_argument("--format", choices=["csv", "xlsx"], default="csv")
        parser.add_argument("--audience", choices=[STAFF, PUBLIC], default=STAFF)
        parser.add_argument("--out", required=True, metavar="FILE", type=Path)

    def handle(self, *, school, term, audience, out, **options):
        term = self.find(School, "school", code=school).terms.filter(code=term).first() or (
            self.refuse("term", term, Term.objects.filter(school__code=school))
        )
        snapshot = build(term, Student.objects.filter(school=term.school), audience)
        moment = timezone.now().astimezone(ZoneInfo(term.school.time_zone))
        write_whole(out, file_of(snapshot, options["format"], moment))
        Entry.record(
            "term_report.exported", term, by=None, school=term.school, kind=Entry.Kind.EXPORTED
        )
        self.stdout.write(f"{len(snapshot.figures)} figures of {term.school} · {term}: {out}")
        self.stdout.write(f"SHA-256 of the figures: {snapshot.hash}")

    def find(self, model, word, code):
        """Return the row with this code, or stop and name the codes that there are."""
        return model.objects.filter(code=code).first() or self.refuse(word, code, model.objects)

    def refuse(self, word, code, rows):
        """Stop, and name the codes that there are."""
        known = ", ".join(rows.order_by("code").values_list("code", flat=True)[:20]) or "none"
        raise CommandError(f"There is no {word} {code!r}. There are: {known}.")


def write_whole(path, content):
    """Write the bytes to `path`, all or nothing: on a full disk what stood there before still does."""
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            half = Path(file.name)
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                half.chmod(0o644)
                half.replace(path)
            except OSError:
                half.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
