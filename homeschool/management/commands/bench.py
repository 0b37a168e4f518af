"""`bench`: how quick the portal is, on servers of its own, against floors of the same run."""

import json
import os
from pathlib import Path

from django.core.management import BaseCommand, CommandError

from homeschool import services
from homeschool.bench import harness, telling
from homeschool.management.commands.test import forget_switches

STUDENTS = {"1": 2_000, "10": 20_000}
ABOUT = services.ROOT / "docs" / "performance.md"


class Command(BaseCommand):
    help = (
        "Measure how quick the portal is, against floors of the same run; a whole run writes "
        "docs/performance.md. The servers are its own and gone afterwards."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        add = parser.add_argument
        add(
            "names",
            nargs="*",
            metavar="NAME",
            help="only these lines, and those that begin so (all)",
        )
        add("--scale", choices=STUDENTS, default="10", help="1: a tenth of the data, alone (10)")
        add("--json", type=Path, metavar="FILE", help="write the figures there too")
        add("--out", type=Path, metavar="FILE", help="write the page there (docs/performance.md)")
        add("--students", type=int, default=0, help="so many children, instead of --scale")
        add("--rounds", type=int, default=harness.ROUNDS)
        add("--times", type=int, default=harness.TIMES, help="how often in each round")

    def handle(self, *args, names, **options):
        forget_switches()
        try:
            with services.throwaway() as switches:
                given = {name: os.environ[name] for name in services.URLS if os.environ.get(name)}
                self.run(given | switches, names, **options)
        except services.Trouble as error:
            raise CommandError(str(error)) from error

    def run(self, switches, names, *, scale, students, rounds, times, **options):
        """Raise the stage, measure the lines, and tell."""
        from homeschool.bench import stage

        both = scale == "10"
        size = students or STUDENTS[scale]
        how = {"students": size, "both": both, "rounds": rounds, "times": times}
        with stage.raised(switches, **how, say=self.say) as raised:
            verdicts = self.measure(raised, names)
            about = raised.about()
        for line in harness.table(verdicts):
            self.stdout.write(line)
        if options["json"]:
            rows = [verdict.as_json() for verdict in verdicts]
            told = json.dumps(about | {"lines": rows}, indent=1, ensure_ascii=False)
            options["json"].write_text(told, encoding="utf-8")
        if options["out"] or (both and not names and not students):
            (options["out"] or ABOUT).write_text(telling.page(verdicts, about), encoding="utf-8")

    def say(self, text):
        """Tell how far it is."""
        self.stderr.write(text)

    def measure(self, stage, names):
        """Measure the lines that have these names (all)."""
        from homeschool.bench.lines import LINES

        chosen = [line for line in LINES if not names or line.name.startswith(tuple(names))]
        if not chosen:
            known = ", ".join(line.name for line in LINES)
            raise CommandError(f"No such line. There are: {known}")
        verdicts = []
        for line in chosen:
            if line.needs_both and not stage.has_both:
                continue
            verdict = harness.judge(line, line.measure(stage))
            verdicts.append(verdict)
            self.say("  ".join(filter(None, verdict.row)))
            for note in verdict.notes:
                self.say(f"    {note}")
        return verdicts
