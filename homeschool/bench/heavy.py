"""The two heavy jobs: the figures of a term, and bringing past visits in."""

import contextlib
import csv
import datetime as dt
import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from unittest import mock

from django.db import connection

from homeschool import services
from homeschool.bench.data import MODES, ZONE, uid
from homeschool.bench.harness import Rounds, in_turn
from homeschool.people.models import Student, Term, User
from visits.models import Aspect, Participant, Promise, Summary, Visit, VisitChild, Visitor

MEGABYTES = 400
ROWS_OF_20_000 = 40_000
PARTS = (Visit, VisitChild, Visitor, Participant, Promise, Summary, Visit.aspects.through)


def timed(work):
    """Return how long it took, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# --- the term report -----------------------------------------------------------------------------
def term_report(stage):
    """Measure the frozen report of the whole school for its leader, hash and all, against its
    statements with all children of the school, sent by hand, and the rules on the goals of plans."""
    from counseling import rules
    from homeschool.people import sight
    from homeschool.reports import term as report
    from homeschool.reports.term import counting, goals

    term = Term.objects.select_related("school").get(pk=uid("term"))

    def snapshot():
        leader = User.objects.get(pk=uid("leader", 0))
        sight.remember(leader)
        return report.build(term, Student.objects.visible_to(leader)).hash

    caught: list = []

    def catch(execute, sql, params, *rest):
        caught.append((sql, params))
        return execute(sql, params, *rest)

    judged: list = []
    judge = rules.judge

    def remember(*args, **how):
        judged.append((args, how))
        return judge(*args, **how)

    with connection.execute_wrapper(catch), mock.patch.object(rules, "judge", remember):
        everybody = Student.objects.filter(school=term.school_id)
        counting.count(term, everybody)
        counting.count_campaigns(term, everybody)
        goals.count_goals(term, everybody)

    def by_hand():
        for args, how in judged:
            judge(*args, **how)
        with connection.cursor() as cursor:
            for sql, params in caught:
                cursor.execute(sql, params)
                cursor.fetchall()

    return in_turn(
        lambda: timed(snapshot), lambda: timed(by_hand), rounds=stage.rounds, times=1, warm=1
    )


def campaign_count(stage):
    """Measure the board of a campaign counted anew for the leader and kept, after something has
    changed, against its statement with all children of the school, sent by hand."""
    from visits.models import Campaign, CampaignChange
    from visits.reading import coverage

    campaign = Campaign.objects.select_related("school").get(pk=uid("campaign"))
    leader = User.objects.get(pk=uid("leader", 0))
    students = Student.objects.filter(school=campaign.school_id)

    def anew():
        CampaignChange.objects.create(school=campaign.school)
        coverage.counted(campaign, leader)

    return in_turn(
        lambda: timed(anew), lambda: timed(lambda: coverage.count(campaign, students)),
        rounds=stage.rounds, times=1, warm=1,
    )  # fmt: skip


# --- past visits ---------------------------------------------------------------------------------
def visits_import(stage):
    """Measure `import_visits` on a sheet of two visits for each child, against COPY of the rows that
    it wrote into bare tables. Its peak of memory must stay below the limit too."""
    rows = stage.students * ROWS_OF_20_000 // 20_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "past.csv"
        write_sheet(file, stage.students, rows)
        seconds, megabytes, said = run_import("import_visits", file, "--school", "bench")
    floor = median(copy_bare(_imported()) for _round in range(5))
    whole = said["visits"]["new"] == rows and not said["refused"]
    return Rounds(
        [(seconds, floor)], unit="s", also=f"<= {MEGABYTES} MB", holds=whole and megabytes <= MEGABYTES,
        notes=[f"{rows:,} rows, peak {megabytes:.0f} MB, {seconds / floor:.0f} x COPY into bare tables"],
    )  # fmt: skip


def write_sheet(path, students, rows):
    """Write a sheet of past visits, each row a visit of its own, in days before those of the term."""
    header = (
        "student_number", "happened_on", "mode", "minutes", "visitors", "aspects", "region",
        "persons_met", "wishes", "difficulties", "policies", "promises_school", "promises_family",
        "shared_summary", "staff_note",
    )  # fmt: skip
    today, aspects = dt.datetime.now(ZONE).date(), list(Aspect.SHIPPED)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for n in range(rows):
            day = today - dt.timedelta(days=200 + 30 * (n // students) + n % 25)
            writer.writerow((
                f"B{n % students:06}", day, MODES[n % len(MODES)], 30 + n % 40,
                f"counselor{n % students * max(students // 200, 1) // students}@bench.example",
                f"{aspects[n % 8]};{aspects[(n + 3) % 8]}", f"City {n % 10}/County {n % 50}",
                "林美（妈妈）;Omar Vega (father)", "To read a whole book.", "No quiet place at home.",
                "How the reading group works.", "Lend two books", "Read together every evening",
                "We sat at the kitchen table and talked about the spring.", "Ask about the bus pass.",
            ))  # fmt: skip


def run_import(name, file, *options):
    """Run a command as people run it; returns (seconds, peak in MB, what it printed)."""
    command = [
        sys.executable,
        str(services.ROOT / "manage.py"),
        name,
        str(file),
        *options,
        "--json",
    ]
    peak, began = 0, time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(command, stdout=said, cwd=services.ROOT)
        while child.poll() is None:
            peak = max(peak, _memory(child.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        said.seek(0)
        answer = said.read()
    if child.returncode:
        raise services.Trouble(f"{name} refused the bench's file: {answer[:2000]}")
    return seconds, peak / 1024, json.loads(answer)


def _memory(pid):
    """Return the most memory that a process has held so far, in kB (what `wait` says of it counts
    the memory of the process that started it too)."""
    with contextlib.suppress(OSError, StopIteration, IndexError):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    return 0


def _imported():
    """Yield (table, SQL of the rows that were imported)."""
    for model in PARTS:
        table, key = model._meta.db_table, "id" if model is Visit else "visit_id"
        imported = f"{key} IN (SELECT id FROM visits_visit WHERE source = 'imported')"  # noqa: S608
        yield table, f'SELECT * FROM "{table}" WHERE {imported}'  # noqa: S608


def copy_bare(written):
    """Copy rows, as (table, SQL), into tables without keys, indexes or triggers; returns seconds."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for table, rows in written:
            content, bare = io.StringIO(), f"bare_{table}"
            cursor.execute(f'CREATE TEMP TABLE "{bare}" (LIKE "{table}")')
            cursor.copy_expert(f"COPY ({rows}) TO STDOUT", content)
            content.seek(0)
            began = time.perf_counter()
            cursor.copy_expert(f'COPY "{bare}" FROM STDIN', content)
            seconds += time.perf_counter() - began
            cursor.execute(f'DROP TABLE "{bare}"')
    return seconds
