"""What a sheet of past visits would bring into a school, and bringing it in."""

import hashlib
import uuid
from collections import Counter
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from homeschool import sheets
from homeschool.journal.models import Entry
from homeschool.people.models import School

from .known import Known, in_batches
from .regions import Regions
from .sheet import Problem, lines_of
from .standing import difference, standing
from .writing import BATCH, Writer, checking_at_once

# What the rows of one visit must agree on; an empty cell says nothing.
OF_THE_VISIT = (
    "happened_on", "mode", "minutes", "visitors", "aspects", "region", "wishes", "difficulties",
    "policies", "shared_summary", "staff_note",
)  # fmt: skip


def import_visits(school, table, *, by=None, skip_refused=False, dry_run=False, expected=None):
    """Bring the visits of `table` into `school` in one transaction, and return the PastVisits.

    A file with problems is kept out whole, with `skip_refused` only the visits that they belong
    to. Nothing is written on a `dry_run`, nor where `expected` (the digest of a preview) is no
    longer what would happen: `applied` says which. `by` is None for the command line; then the
    first visitor of each visit has recorded it.
    """
    with transaction.atomic():
        if not dry_run:
            School.objects.select_for_update(no_key=True).get(pk=school.pk)
        visits = PastVisits(school, table, skip_refused=skip_refused)
        if not dry_run and not visits.kept_out and expected in (None, visits.digest):
            visits.write(by=by)
    return visits


class Past:
    """One visit of the sheet: a line for each child."""

    __slots__ = ("id", "lines")

    def __init__(self, pk, line):
        self.id, self.lines = pk, [line]

    def said(self, column):
        """Return what the visit's rows say in a column: the first that says something holds."""
        return next((said for line in self.lines if (said := getattr(line, column))), None)

    @property
    def row(self):
        """The first row of the visit."""
        return self.lines[0].row

    @property
    def rows(self):
        """All rows of the visit."""
        return [line.row for line in self.lines]

    @property
    def persons_met(self):
        """Everybody whom one of the rows names, each once: [(name, relation)]."""
        return list(dict.fromkeys(person for line in self.lines for person in line.persons_met))


class Gathered:
    """The lines of a sheet as visits, and what the rows of each visit said first."""

    def __init__(self, school):
        self.school, self.visits = school, {}
        # only of visits with several rows: {(visit, column or child): (row, what it said)}
        self.said = {}

    def take(self, line, *, is_refused):
        """Put a line to the visit that it belongs to; return what it says against its other rows."""
        pk = identity(self.school, line)
        past = self.visits.get(pk)
        if past is None:
            self.visits[pk] = Past(pk, line)
            return []
        if len(past.lines) == 1:
            list(self._against(past, past.lines[0]))
        past.lines.append(line)
        return [] if is_refused else list(self._against(past, line))

    def _against(self, past, line):
        """Yield what a row says against the first that said something else."""
        row, _number = self.said.setdefault((past.id, line.student), (line.row, ""))
        if row != line.row:
            column = "visit_ref" if line.visit_ref else "student_number"
            expected = _("once; it stands in row %(row)s") % {"row": row}
            yield Problem("twice", line.row, column, expected, line.student_number)
            return
        for column in filter(partial(getattr, line), OF_THE_VISIT):
            value = getattr(line, column)
            row, kept = self.said.setdefault((past.id, column), (line.row, value))
            if not _agree(column, value, kept):
                expected = _("the same as in row %(row)s") % {"row": row}
                yield Problem("agree", line.row, column, expected, _told(value))


class PastVisits:
    """What bringing the visits of a sheet into a school would do; written by `write` alone.

    `new` are visits that would be written, `same` the number of those that stand already as the
    sheet says; `problems` keep the file out, or with `skip_refused` the visits that they belong to.
    """

    def __init__(self, school, table, *, skip_refused=False):
        self.school, self.file, self.skip_refused = school, table.file, skip_refused
        self.ignored = table.ignored
        self.zone = ZoneInfo(school.time_zone)
        lines, self.problems = lines_of(table, timezone.localdate(timezone=self.zone))
        self.known = Known(school, lines)
        for line in lines:
            self.problems += self.known.settle(line)
        self.regions = Regions()
        self.applied = None
        self.new, self.same = self._sorted_out(self._whole(lines))
        self.problems.sort(key=lambda problem: (problem.row, problem.column))

    # --- from lines to visits -------------------------------------------------------------------
    def _whole(self, lines):
        """Return the visits none of whose rows is refused."""
        refused = {problem.row for problem in self.problems}
        gathered = Gathered(self.school)
        for line in lines:
            # a refused row without a reference belongs to no other
            if line.row not in refused or line.visit_ref:
                problems = gathered.take(line, is_refused=line.row in refused)
                self.problems += problems
                refused.update(problem.row for problem in problems)
        return [past for past in gathered.visits.values() if self._is_whole(past, refused)]

    def _is_whole(self, past, refused):
        """Whether no row of a visit is refused; otherwise the others are refused with it."""
        wrong = [row for row in past.rows if row in refused]
        if wrong:
            because = _("row %(row)s") % {"row": wrong[0]}
            self.problems += [
                Problem("together", line.row, "visit_ref", "", f"{line.visit_ref}: {because}")
                for line in past.lines
                if line.row not in refused
            ]
        return not wrong

    # --- from visits to what is new ---------------------------------------------------------------
    def _sorted_out(self, pasts):
        """Return (visits that are new, number of those that stand as the sheet says)."""
        new, same = [], 0
        for batch in in_batches(pasts, BATCH):
            stand = standing([past.id for past in batch], self.zone)
            for past in batch:
                if past.id not in stand:
                    new.append(past)
                elif column := difference(past, stand[past.id], self.regions):
                    self._refuse_all(past, column)
                else:
                    same += 1
        return new, same

    def _refuse_all(self, past, column):
        """A visit that stands with other content: what stands there is not told."""
        self.problems += [Problem("stands", row, column) for row in past.rows]

    # --- what is asked of it -----------------------------------------------------------------------
    @property
    def kept_out(self):
        """Whether problems keep the whole file out."""
        return bool(self.problems) and not self.skip_refused

    @property
    def counts(self):
        """{"visits": {"new": 3, "same": 0}}: what the file writes; nothing where it is kept out."""
        return {"visits": {"new": 0 if self.kept_out else len(self.new), "same": self.same}}

    @property
    def refused(self):
        """How many rows of the sheet are refused."""
        return len({problem.row for problem in self.problems})

    @property
    def places(self):
        """The regions that would be made, as tuples of names."""
        said = {past.said("region") for past in self.new} - {None}
        return sorted(place for place in said if not self.regions.find(place))

    @property
    def modes(self):
        """How many new visits there are of each mode."""
        return Counter(past.said("mode") for past in self.new)

    @property
    def digest(self):
        """A fingerprint of what would happen, by which a confirmation knows its preview."""
        rows = sorted({problem.row for problem in self.problems})
        told = [*(str(past.id) for past in self.new), str(self.same), str(rows)]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def refused_rows(self, table):
        """Yield the refused rows with what is wrong beside each, header first."""
        return sheets.refused_rows(table, self.problems)

    def as_dict(self):
        """Return what `import_visits --json` prints."""
        refused = [problem.as_dict() | {"file": self.file} for problem in self.problems]
        return self.counts | {"refused": refused}

    # --- writing -------------------------------------------------------------------------------------
    def write(self, *, by):
        """Write the new visits; call it through import_visits, inside its transaction.

        Where nothing is new nothing is written, no Entry either.
        """
        if not self.new:
            return
        self.regions.make({past.said("region") for past in self.new} - {None})
        writer = Writer(self, by=by)
        with checking_at_once():
            for batch in in_batches(self.new, BATCH):
                writer.write(batch)
        counts = self.counts | {"refused": self.refused}
        self.applied = Entry.record(
            "visits.imported", self.school, by=by, school=self.school, counts=counts
        )


def identity(school, line):
    """Return the id of the visit of a line: from the school and its reference, else from the school,
    child, day, mode and visitors. The primary key refuses a second one."""
    if line.visit_ref:
        return uuid.uuid5(school.pk, f"visit_ref {line.visit_ref}")
    visitors = ",".join(sorted(map(str, line.visitors)))
    return uuid.uuid5(school.pk, f"visit {line.student} {line.happened_on} {line.mode} {visitors}")


def _agree(column, one, other):
    """Whether two cells say the same; visitors and aspects may stand in any order."""
    return set(one) == set(other) if column in ("visitors", "aspects") else one == other


def _told(value):
    """Return a value as a problem quotes it; ids of people are not told."""
    if isinstance(value, tuple):
        return "; ".join(part for part in value if isinstance(part, str))
    return sheets.shown(value if isinstance(value, str) else str(value))
