"""What a sheet would bring into a school, and bringing it in: what both kinds of sheets share."""

import hashlib
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from counseling.models import READERS
from homeschool import sheets
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.importing.changes import CHANGED, NEW, SAME, Change
from homeschool.people.importing.oneroster.undo import undo_bytes
from homeschool.people.models import School, Student
from visits.importing.known import BATCH, Known as KnownToVisits, in_batches
from visits.importing.writing import copy

from . import words
from .sheet import Problem, lines_of, plainly

ROWS = 5000  # written in one statement
# Who may send a sheet of observations; the office may, though it reads none of them.
MAY_NAME = READERS | {sight.SCHOOL_ADMIN}


class Known(KnownToVisits):
    """The children with whom `by` works, all of the school's for the command line (None), and its staff."""

    def __init__(self, school, lines, by):
        self.by = by
        super().__init__(school, lines)

    def _students(self, numbers):
        found = {}
        for batch in in_batches(numbers - {""}, BATCH):
            rows = Student.objects.filter(school=self.school, number__in=batch)
            if self.by is not None:
                rows = rows.visible_to(self.by, roles=MAY_NAME)
            found |= {
                row[1]: (row[0], row[2]) for row in rows.values_list("pk", "number", "full_name")
            }
        return found

    def _aspects(self):
        return {}


class Coming:
    """What bringing the lines of a sheet into a school would do; written by `write` alone.

    `brought` are [(line, id of the row that it corrects, or None)]; `same` how many lines stand
    already. `problems` keep their rows out, and the whole sheet unless `skip_refused`. `by` sends it:
    what one does not work with is unknown; None, the command line, works with all.
    """

    about = ""
    kept: tuple = ()
    brakes: tuple = ()

    def __init__(self, school, table, *, by=None, skip_refused=False):
        self.school, self.by, self.skip_refused = school, by, skip_refused
        self.file, self.ignored = table.file, table.ignored
        self.today = timezone.localdate(timezone=ZoneInfo(school.time_zone))
        lines, self.problems = lines_of(self.about, table, self.today)
        self.known = Known(school, lines, by)
        lines = [line for line in lines if self._is_known(line)]
        self.brought, self.same, self.undo, self.applied = [], 0, None, None
        self._compare(self._once(self.settle(lines)))
        self.problems.sort(key=lambda problem: (problem.row, problem.column))

    # --- what each kind says for itself -------------------------------------------------------------
    def settle(self, lines):
        """Return those lines whose names were found, with ids in them; refuse the others."""
        return lines

    def key(self, line):
        """Return what stands once: two lines with the same key are one said twice."""
        raise NotImplementedError

    def standing(self, lines):
        """Return {key: (id, content, whether a sheet brought it)} of what stands of these lines."""
        raise NotImplementedError

    def content(self, line):
        """Return what a line says, to be compared with what stands."""
        raise NotImplementedError

    def write_batch(self, batch):
        """Return (model, its rows, Entries about them), as columns, of these (line, corrected id)."""
        raise NotImplementedError

    # --- from lines to what is new ------------------------------------------------------------------
    def refuse(self, kind, line, column, expected="", found=""):
        """Keep a line out."""
        self.problems.append(Problem(kind, line.row, column, str(expected), sheets.shown(found)))

    def refuse_again(self, line, row):
        """Keep a line out that says what the row `row` says already."""
        self.refuse("twice", line, "", _("once; it stands in row %(row)s") % {"row": row})

    def _is_known(self, line):
        line.student, line.name = self.known.students.get(line.student_number, (None, ""))
        if line.student is None:
            kind = "student" if self.known.students else "foreign"
            self.refuse(kind, line, "student_number", "", line.student_number)
        return line.student is not None

    def _once(self, lines):
        """Return the lines that the sheet says first, and refuse the others."""
        first, found = {}, []
        for line in lines:
            row = first.setdefault(self.key(line), line.row)
            if row == line.row:
                found.append(line)
            else:
                self.refuse_again(line, row)
        return found

    def _compare(self, lines):
        for batch in in_batches(lines, ROWS):
            stand = self.standing(batch)
            for line in batch:
                pk, content, from_a_sheet = stand.get(self.key(line), (None, None, True))
                if pk and content == self.content(line):
                    self.same += 1
                elif from_a_sheet:
                    self.brought.append((line, pk))
                else:
                    self.refuse("stands", line, "value")

    # --- what is asked of it --------------------------------------------------------------------------
    @property
    def kept_out(self):
        """Whether problems keep the whole sheet out."""
        return bool(self.problems) and not self.skip_refused

    @property
    def counts(self):
        """{"observations": {"new": 3, "changed": 0, "same": 0}}, by what the sheet is about."""
        changed = sum(pk is not None for _line, pk in self.brought)
        return {self.about: {NEW: len(self.brought) - changed, CHANGED: changed, SAME: self.same}}

    @property
    def refused(self):
        """How many rows are refused."""
        return len({problem.row for problem in self.problems})

    @property
    def differences(self):
        """What would be written, in the order of the sheet, as the preview tells it."""
        return [
            Change(self.about, CHANGED if pk else NEW, line.row, line.name, self.fields(line))
            for line, pk in self.brought
        ]

    def fields(self, line):
        """Return [(label, "", what a cell says)] of a line."""
        value = line.value if line.value is None else plainly(line.value)
        if value is not None and line.out_of is not None:
            value = f"{value}/{plainly(line.out_of)}"
        told = {
            "date": date_format(line.date, "SHORT_DATE_FORMAT"), "kind": line.kind,
            "subject": line.subject, "goal": line.goal, "value": value, "words": line.words,
        }  # fmt: skip
        return [(words.COLUMN_NAMES[name], "", str(said)) for name, said in told.items() if said]

    @property
    def digest(self):
        """A fingerprint of what would happen, by which a confirmation knows its preview."""
        told = [
            f"{line.row} {self.key(line)} {self.content(line)} {pk}" for line, pk in self.brought
        ]
        told.append(f"{self.same} {sorted({problem.row for problem in self.problems})}")
        return hashlib.sha256("\n".join(told).encode()).hexdigest()

    def refused_rows(self, table):
        """Yield the refused rows with what is wrong beside each, header first."""
        return sheets.refused_rows(table, self.problems)

    def as_dict(self):
        """Return what `import_observations --json` prints."""
        refused = [problem.as_dict() | {"file": self.file} for problem in self.problems]
        return self.counts | {"applied": bool(self.applied), "refused": refused}

    # --- writing --------------------------------------------------------------------------------------
    def write(self):
        """Write what is new, with an Entry about each row and one about the sheet.

        Call it inside the transaction that locked the school.
        """
        made: dict = {}
        for batch in in_batches(self.brought, ROWS):
            model, rows, entries = self.write_batch(batch)
            copy(model, rows)
            copy(Entry, entries)
            made.setdefault(model, []).extend(row["id"] for row in rows)
        self.applied = Entry.record(
            "observations.imported", self.school, by=self.by, school=self.school,
            counts=self.counts[self.about], sheet=self.about,
        )  # fmt: skip
        if made:
            self.undo = undo_bytes(model(pk=pk) for model, keys in made.items() for pk in keys)

    def entry(self, verb, line, model, pk, **data):
        """Return the columns of the Entry about one new row."""
        return {
            "kind": Entry.Kind.CHANGED, "verb": verb, "actor_id": self.by and self.by.pk,
            "student_id": line.student, "school_id": self.school.pk,
            "about_type": model._meta.label_lower, "about_id": str(pk), "data": data,
        }  # fmt: skip


def bring_in(coming_of, school, *, dry_run=False, expected=None):
    """Bring a sheet into `school` in one transaction and return what came of it.

    `coming_of()` makes the Coming once the school is locked. Nothing is written on a `dry_run`, where
    problems keep the sheet out, nor where `expected` (the digest of a preview) is no longer what
    would happen: `applied` says which.
    """
    with transaction.atomic():
        if not dry_run:
            School.objects.select_for_update(no_key=True).get(pk=school.pk)
        coming = coming_of()
        if not dry_run and not coming.kept_out and expected in (None, coming.digest):
            coming.write()
    return coming
