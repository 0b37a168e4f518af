"""What a sheet would do to a school, and doing it."""

import hashlib
import itertools
import json
import re
import uuid
from collections import Counter

from django.db import connection, transaction

from homeschool import names
from homeschool.journal.models import Entry
from homeschool.people.models import Division, School, SchoolClass, Student
from homeschool.sheets import refused_rows

from . import words
from .changes import (
    BATCH,
    CHANGED,
    CLASSES,
    KINDS,
    NEW,
    ORDER,
    RETURNED,
    SAME,
    STATES,
    STUDENTS,
    Change,
)
from .guardians import People, Ties
from .oneroster.undo import undo_bytes
from .sheet import Problem, lines_of

# A roster brings these back; a suspected or confirmed dropout is decided by people, not by a sheet.
COMES_BACK = {Student.Status.LEFT, Student.Status.TRANSFERRED}

WRITTEN_AT_ONCE = 5000  # rows in one statement
# what is written of a child that the school has already
WRITTEN = ("full_name", "sort_key", "search_key", "status", "school_class_id", "division_id")


def import_roster(school, table, *, by, **options):
    """Bring `table` into `school` in one transaction, all or nothing, and return the Roster.

    `options` are those of Roster. Nothing is written where it is not `ok`: `roster.applied` says
    so. `by` is None for the command line.
    """
    with transaction.atomic():
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        roster = Roster(school, table, **options)
        if roster.ok:
            roster.apply(by=by)
    return roster


def update(rows, columns):
    """Save these columns of rows of one model in one statement: `bulk_update` takes ten times as long."""
    model = type(rows[0])
    fields = [model._meta.pk, *(model._meta.get_field(column) for column in columns)]
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
        for field in fields
    ]
    arrays = ", ".join(f"%s::{field.rel_db_type(connection)}[]" for field in fields)
    names = ", ".join(f"c{number}" for number in range(len(fields)))
    sets = ", ".join(f'"{field.column}" = c{n}' for n, field in enumerate(fields) if n)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET {sets} FROM unnest({arrays}) AS given ({names})"  # noqa: S608
            f" WHERE {model._meta.db_table}.{model._meta.pk.column} = c0",
            [list(map(_text, column)) for column in values],
        )


def _text(value):
    return str(value) if isinstance(value, uuid.UUID) else value


STEPS = 4  # classes, children, people, ties


def tell_nobody(part, done, of):
    """Take the news of how far an import is, and keep it."""


class Roster:
    """What importing the lines of a sheet into a school would do; written by `apply` alone.

    `problems` keep their rows out, and the whole file unless `skip_refused`; `kept` are rows that
    the portal leaves as they are: a guardianship that was ended there is not begun again by a
    sheet. A sheet takes nobody off the roll: `allow_retire` is nothing to it, and there are never any
    `brakes`. `tell(part, done, of)` is called between the steps of "compare" and "write"; what it
    raises stops them.
    """

    brakes: tuple = ()

    def __init__(
        self, school, table, *, known_classes_only=False, skip_refused=False,
        allow_retire=None, tell=tell_nobody,
    ):  # fmt: skip
        self.school, self.file = school, table.file
        self.ignored = table.ignored
        self.known_classes_only, self.skip_refused = known_classes_only, skip_refused
        self.tell = tell
        self.lines, self.problems = lines_of(table)
        self.applied = self.undo = None
        refused = True
        while refused:  # a row that is refused takes what else it says with it
            refused = self._look()
            self.lines = [line for line in self.lines if line.row not in refused]
        self.problems.sort(key=lambda problem: (problem.row, problem.column))

    def _look(self):
        """Compare the lines with the school; return the rows that it had to refuse."""
        known = len(self.problems)
        self.changes, self.kept = [], []
        self.made, self.before, self.removed = [], {}, []
        self.tell("compare", 0, STEPS)
        self.classes = Classes(self)
        self.tell("compare", 1, STEPS)
        self.children = Children(self)
        self.tell("compare", 2, STEPS)
        self.people = People(self)
        self.tell("compare", 3, STEPS)
        self.ties = Ties(self)
        return {problem.row for problem in self.problems[known:]}

    @property
    def ok(self):
        """Whether it may come in."""
        return self.skip_refused or not self.problems

    @property
    def counts(self):
        """{"students": {"new": 3, "changed": 0, ...}, "guardians": ..., ...}."""
        counted = Counter((change.kind, change.state) for change in self.changes)
        return {kind: {state: counted[kind, state] for state in STATES} for kind in KINDS}

    @property
    def differences(self):
        """The changes that change something, in the order of the sheet."""
        return sorted(
            (change for change in self.changes if change.state != SAME),
            key=lambda change: (change.row, ORDER.index(change.kind)),
        )

    @property
    def digest(self):
        """A fingerprint of what would happen, by which a confirmation knows its preview."""
        what = [
            (
                change.kind,
                change.state,
                change.row,
                change.name,
                [said[1:] for said in change.fields],
            )
            for change in self.differences
        ]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()

    def refuse(self, kind, line, column, expected="", found=""):
        """Keep the file out because of one cell."""
        self.problems.append(Problem(kind, line.row, column, str(expected), found))

    def note(self, kind, state, line, name, fields=()):
        """Remember what becomes of one row of the school."""
        self.changes.append(Change(kind, state, line.row, name, list(fields)))

    def remember(self, row, *columns):
        """Keep how a row of the school was before the sheet changes it, once."""
        self.before.setdefault(row, {column: getattr(row, column) for column in columns})

    def make(self, rows):
        """Insert these new rows of one model."""
        for model in {type(row) for row in rows}:
            model._default_manager.bulk_create(rows, BATCH)
        self.made += rows

    @staticmethod
    def keep(rows, columns):
        """Save these columns of rows of one model."""
        for start in range(0, len(rows), WRITTEN_AT_ONCE):
            update(rows[start : start + WRITTEN_AT_ONCE], columns)

    def take_away(self, rows):
        """Delete these rows of one model."""
        for model in {type(row) for row in rows}:
            model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
        self.removed += rows

    def apply(self, *, by):
        """Write everything; call it inside the transaction that locked the school."""
        for done, part in enumerate((self.classes, self.children, self.people, self.ties)):
            self.tell("write", done, STEPS)
            part.write()
        self.applied = Entry.record(
            "roster.imported", self.school, by=by, school=self.school, counts=self.counts
        )
        self.undo = undo_bytes(self.made, self.before, self.removed)

    @property
    def refused(self):
        """How many rows of the sheet keep it out."""
        return len({problem.row for problem in self.problems})

    def refused_rows(self, table):
        """Return the refused rows with what is wrong beside each, header first."""
        return refused_rows(table, self.problems)

    def as_dict(self):
        """Return what `import_roster --json` prints."""
        refused = [problem.as_dict() | {"file": self.file} for problem in self.problems]
        kept = [{"row": change.row, "name": change.name} for change in self.kept]
        return self.counts | {"applied": bool(self.applied), "kept": kept, "refused": refused}


def _code(name, taken):
    """Return a free code made of `name`: letters, digits and hyphens."""
    plain = re.sub(r"[^\w.]+", "-", names.plain(name)).strip("-")[:50] or "x"
    numbered = (f"{plain}-{n}" for n in itertools.count(2))
    code = next(code for code in itertools.chain([plain], numbered) if code not in taken)
    taken.add(code)
    return code


class Classes:
    """The classes and divisions that the lines name; missing ones are made, closed ones come back.

    A class made here belongs to the division of its `division` cell, else to a division of
    its own name: the sheet says no more, and the school can move it on the class's page.
    """

    def __init__(self, roster):
        self.roster = roster
        self.divisions = list(Division.objects.filter(school=roster.school))
        self.classes = list(SchoolClass.objects.filter(school=roster.school))
        self.new_divisions, self.new_classes, self.reopened = [], [], []
        self.by_key = {row.pk: row for row in self.classes}
        self.by_word = self._words(self.classes)
        self.division_by_word = self._words(self.divisions)
        self.division_cell = {}
        for line in roster.lines:
            if line.division:
                self.division_cell.setdefault(line.class_key, line.division)
        self._find_all()

    @staticmethod
    def _words(rows):
        """Return {code or name in plain letters: row}; what is open wins, then a code, then the first."""
        found = {}
        for closed in (True, False):
            some = [row for row in rows if bool(getattr(row, "closed_at", None)) == closed]
            found |= {names.plain(row.name): row for row in reversed(some)}
            found |= {names.plain(row.code): row for row in some}
        return found

    def _find_all(self):
        refused = set()
        for line in self.roster.lines:
            found = self.of(line) or self._missing(line)
            if found is None:
                refused.add(line.row)
            elif found.kind != SchoolClass.Kind.HOMEROOM:
                self.roster.refuse("course", line, "class", found=line.class_name)
                refused.add(line.row)
        self.roster.lines = [line for line in self.roster.lines if line.row not in refused]
        self._note_known()

    def _note_known(self):
        seen = {row.pk for row in self.new_classes}
        for line in self.roster.lines:
            found = self.of(line)
            if found.pk not in seen:
                seen.add(found.pk)
                self.roster.note(CLASSES, RETURNED if found.closed_at else SAME, line, found.name)
                if found.closed_at:
                    self.reopened.append(found)

    def of(self, line):
        """Return the class of a line, or None."""
        return self.by_word.get(line.class_key)

    def _missing(self, line):
        if self.roster.known_classes_only:
            known = ", ".join(sorted(row.name for row in self.classes))
            self.roster.refuse("class", line, "class", known[:200], line.class_name)
            return None
        made = SchoolClass(
            school=self.roster.school,
            division=self._division(line),
            name=line.class_name,
            code=_code(line.class_name, {row.code for row in self.classes}),
        )
        self.classes.append(made)
        self.new_classes.append(made)
        self.by_word[line.class_key] = made
        fields = [(words.COLUMN_NAMES["division"], "", made.division.name)]
        self.roster.note(CLASSES, NEW, line, made.name, fields)
        return made

    def _division(self, line):
        name = self.division_cell.get(line.class_key) or line.class_name
        found = self.division_by_word.get(names.plain(name))
        if found is None:
            code = _code(name, {row.code for row in self.divisions})
            found = Division(school=self.roster.school, name=name, code=code)
            self.divisions.append(found)
            self.new_divisions.append(found)
            self.division_by_word[names.plain(name)] = found
        return found

    def write(self):
        self.roster.make(self.new_divisions)
        self.roster.make(self.new_classes)
        for found in self.reopened:
            self.roster.remember(found, "closed_at")
            found.closed_at = None
        self.roster.keep(self.reopened, ["closed_at"])


class Children:
    """The children that the lines name, known by their student number."""

    def __init__(self, roster):
        self.roster = roster
        numbers = {line.student_number for line in roster.lines}
        rows = Student.objects.filter(school=roster.school, number__in=numbers)
        self.by_number = {student.number: student for student in rows}
        self.new, self.changed = [], []
        seen = set()
        for line in roster.lines:
            if line.student_number not in seen:
                seen.add(line.student_number)
                self._settle(line)

    def of(self, line):
        """Return the child of a line; a new one is not saved yet."""
        return self.by_number[line.student_number]

    def _settle(self, line):
        school_class = self.roster.classes.of(line)
        student = self.by_number.get(line.student_number)
        if student is None:
            self._make(line, school_class)
            return
        fields = list(self._differences(student, line, school_class))
        returned = student.status in COMES_BACK
        state = RETURNED if returned else CHANGED if fields else SAME
        self.roster.note(STUDENTS, state, line, line.name, fields)
        if state != SAME:
            self.roster.remember(student, *WRITTEN)
            student.full_name = line.name
            student.status = Student.Status.ACTIVE if returned else student.status
            self._place(student, school_class)
            self.changed.append(student)

    def _make(self, line, school_class):
        student = Student(number=line.student_number, full_name=line.name)
        self._place(student, school_class)
        self.by_number[line.student_number] = student
        self.new.append(student)
        fields = [(words.COLUMN_NAMES["class"], "", school_class.name)]
        self.roster.note(STUDENTS, NEW, line, line.name, fields)

    @staticmethod
    def _place(student, school_class):
        student.join(school_class)
        student.set_keys()

    def _differences(self, student, line, school_class):
        if student.full_name != line.name:
            yield words.COLUMN_NAMES["name"], student.full_name, line.name
        if student.school_class_id != school_class.pk:
            was = self.roster.classes.by_key[student.school_class_id].name
            yield words.COLUMN_NAMES["class"], was, school_class.name

    def write(self):
        self.roster.make(self.new)
        self.roster.keep(self.changed, WRITTEN)
