"""docs/performance.md: what was measured, how, and what falls short."""

import os
import platform

from homeschool.bench.harness import HEADER

HEAD = """# Speed

*Written by `python3 manage.py bench`; do not edit.* {date}: {cores} cores, Python {python}, PostgreSQL {postgres}.

Every goal is a ratio to a floor that was measured in the same run, since absolute times drift on a
shared machine: both are asked in turn, request by request, by one client over loopback, in {rounds}
rounds; the median of the rounds' ratios counts, with the least and the most beside it. The web server
is gunicorn as the portal runs it, with its settings, middleware and compression; its PostgreSQL is the
embedded one, without fsync.

The school: {students:,} children in {classes:,} classes, {adults:,} guardians, {visits:,} held visits
with promises, summaries, receipts and entries of the journal; "1 x" is a tenth of it. A counselor looks
after 200 children at both sizes; the leader and the administrator see all.

"""
FLOORS = "\n## The floors\n\n"
SHORT = "\n## What falls short\n\n"
NOTES = "\n## Counted\n\n"


def page(verdicts, about):
    """Return the text of the page; `about` is what `about_run` and the school say."""
    text = HEAD.format(**about) + "\n".join(_table(verdicts)) + "\n"
    floors: dict[str, list] = {verdict.floor_is: [] for verdict in verdicts if verdict.floor_is}
    for verdict in verdicts:
        if verdict.floor_is:
            floors[verdict.floor_is].append(verdict.what)
    text += FLOORS + "".join(f"- {'; '.join(of)}: {floor}.\n" for floor, of in floors.items())
    short = [verdict for verdict in verdicts if not verdict.passed]
    text += SHORT + ("".join(map(_short, short)) or "Nothing: every goal is reached.\n")
    notes = [
        f"- {verdict.what}: {'; '.join(verdict.notes)}\n" for verdict in verdicts if verdict.notes
    ]
    return text + (NOTES + "".join(notes) if notes else "")


def about_run(date, rounds, postgres):
    """Return what is said of the machine: nothing that names it."""
    return {
        "date": date, "rounds": rounds, "cores": os.cpu_count(), "postgres": postgres,
        "python": platform.python_version(),
    }  # fmt: skip


def _table(verdicts):
    yield "| " + " | ".join(HEADER) + " |"
    yield "|" + " --- |" * len(HEADER)
    for verdict in verdicts:
        yield "| " + " | ".join(cell.replace("|", "/") for cell in verdict.row) + " |"


def _short(verdict):
    stands = verdict.ratio_words or f"{verdict.measure:.0f} {verdict.unit}"
    return (
        f"- **{verdict.what}**: {stands}, goal {verdict.goal_words}. {verdict.short}".rstrip()
        + "\n"
    )
