"""What a sheet would do to a school, and doing it."""

import hashlib
import itertools
import json
import re
from collections import Counter

from django.db import transaction

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
from .sheet import Problem, lines_of

# A roster brings these back; a suspected or confirmed dropout is decided by people, not by a sheet.
COMES_BACK = {Student.Status.LEFT, Student.Status.TRANSFERRED}


def import_roster(school, table, *, by, known_classes_only=False, expected=None):
    """Bring `table` into `school` in one transaction, all or nothing, and return the Roster.

    Nothing is written where the roster has problems, nor where `expected` (the digest of a
    preview) is no longer what would happen: `roster.applied` says which. `by` is None for the
    command line.
    """
    with transaction.atomic():
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        roster = Roster(school, table, known_classes_only=known_classes_only)
        if not roster.problems and expected in (None, roster.digest):
            roster.apply(by=by)
    return roster


class Roster:
    """What importing the lines of a sheet into a school would do; written by `apply` alone.

    `problems` keep the whole file out; `kept` are rows that the portal leaves as they are:
    a guardianship that was ended there is not begun again by a sheet.
    """

    def __init__(self, school, table, *, known_classes_only=False):
        self.school, self.file = school, table.file
        self.ignored = table.ignored
        self.known_classes_only = known_classes_only
        self.lines, self.problems = lines_of(table)
        self.changes, self.kept = [], []
        self.applied = None
        self.classes = Classes(self)
        self.children = Children(self)
        self.people = People(self)
        self.ties = Ties(self)
        self.problems.sort(key=lambda problem: (problem.row, problem.column))

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

    def apply(self, *, by):
        """Write everything; call it through import_roster, inside its transaction."""
        for part in (self.classes, self.children, self.people, self.ties):
            part.write()
        counts = self.counts
        self.applied = Entry.record(
            "roster.imported", self.school, by=by, school=self.school, counts=counts
        )

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
    """The classes and divisions that the lines name; missing ones are made.

    A class made here belongs to the division of its `division` cell, else to a division of
    its own name: the sheet says no more, and the school can move it on the class's page.
    """

    def __init__(self, roster):
        self.roster = roster
        self.divisions = list(Division.objects.filter(school=roster.school))
        self.classes = list(SchoolClass.objects.filter(school=roster.school))
        self.new_divisions, self.new_classes = [], []
        self.by_word = self._words(self.classes)
        self.division_by_word = self._words(self.divisions)
        self.division_cell = {}
        for line in roster.lines:
            if line.division:
                self.division_cell.setdefault(names.plain(line.class_name), line.division)
        self._find_all()

    @staticmethod
    def _words(rows):
        by_name = {names.plain(row.name): row for row in reversed(rows)}
        return by_name | {names.plain(row.code): row for row in rows}

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
                self.roster.note(CLASSES, SAME, line, found.name)

    def of(self, line):
        """Return the class of a line, or None."""
        return self.by_word.get(names.plain(line.class_name))

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
        self.by_word[names.plain(line.class_name)] = made
        fields = [(words.COLUMN_NAMES["division"], "", made.division.name)]
        self.roster.note(CLASSES, NEW, line, made.name, fields)
        return made

    def _division(self, line):
        name = self.division_cell.get(names.plain(line.class_name)) or line.class_name
        found = self.division_by_word.get(names.plain(name))
        if found is None:
            code = _code(name, {row.code for row in self.divisions})
            found = Division(school=self.roster.school, name=name, code=code)
            self.divisions.append(found)
            self.new_divisions.append(found)
            self.division_by_word[names.plain(name)] = found
        return found

    def write(self):
        Division.objects.bulk_create(self.new_divisions, BATCH)
        SchoolClass.objects.bulk_create(self.new_classes, BATCH)


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
            was = next(
                c.name for c in self.roster.classes.classes if c.pk == student.school_class_id
            )
            yield words.COLUMN_NAMES["class"], was, school_class.name

    def write(self):
        Student.objects.bulk_create(self.new, BATCH)
        columns = ["full_name", "sort_key", "search_key", "status", "school_class", "division"]
        Student.objects.bulk_update(self.changed, columns, BATCH)
