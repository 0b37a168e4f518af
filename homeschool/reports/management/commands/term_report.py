from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from homeschool.journal.models import Entry
from homeschool.people.models import School, Student, Term
from homeschool.reports.figures import term_figures, write_csv


class Command(BaseCommand):
    """Writes the figures of a term of a school into a file; an operator sees the whole school."""

    help = "Write the figures of a term as a tidy CSV file."

    def add_arguments(self, parser):
        parser.add_argument("--school", required=True, metavar="CODE")
        parser.add_argument("--term", required=True, metavar="CODE")
        parser.add_argument("--format", choices=["csv"], default="csv")
        parser.add_argument("--out", required=True, metavar="FILE", type=Path)

    def handle(self, *, school, term, out, **options):
        term = self.find(School, "school", code=school).terms.filter(code=term).first() or (
            self.refuse("term", term, Term.objects.filter(school__code=school))
        )
        figures = term_figures(term, Student.objects.filter(school=term.school))
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                write_csv(figures, file)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        Entry.record(
            "term_report.exported", term, by=None, school=term.school, kind=Entry.Kind.EXPORTED
        )
        self.stdout.write(f"{len(figures)} figures of {term.school} · {term}: {out}")

    def find(self, model, word, code):
        """Return the row with this code, or stop and name the codes that there are."""
        return model.objects.filter(code=code).first() or self.refuse(word, code, model.objects)

    def refuse(self, word, code, rows):
        """Stop, and name the codes that there are."""
        known = ", ".join(rows.order_by("code").values_list("code", flat=True)[:20]) or "none"
        raise CommandError(f"There is no {word} {code!r}. There are: {known}.")
