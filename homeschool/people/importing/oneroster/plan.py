"""What a OneRoster package would do to one school, and doing it.

The package's large files stand in temporary tables, and so does what is made of them; classes and
terms, which are few, are compared here. Nothing lasting is written before `apply`.
"""
# ruff: noqa: S608 - what is put together here are pieces of this package; values go in apart

import json
import re
import uuid
import zoneinfo
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from homeschool.journal.models import Entry
from homeschool.people.importing.changes import KINDS, SAME, STATES, TERMS, Change
from homeschool.people.models import Membership, RosterKey, School

from . import comparing, references, staging, writing
from .classes import Classes
from .columns import FIELDS
from .orgs import Orgs, as_dict, code_of, schools_of
from .persons import Persons
from .pupils import Pupils
from .refusals import Refusal
from .retiring import Retiring
from .staging import copy_in, execute, make_table
from .terms import Terms
from .undo import NotTakenBack, take_back, undo_bytes
from .wording import LABELS, in_words

__all__ = ["NotTakenBack", "OneRosterPlan", "schools_of", "take_back", "undo_bytes"]
SMALL = ("orgs", "academicSessions", "courses", "classes")
STEPS = 6
OWN_KEY = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# A statement that sorts or hashes all children of a district stays in memory.
WORK_MEM = "64MB"


def tell_nobody(part, done, of):
    """Take the news of how far an import is, and keep it."""


class _LookAgain(Exception):
    """A row was refused: what was looked at holds more than is to come in."""


class OneRosterPlan:
    """What importing a package into a school would do; written by `apply` alone.

    Make it, read it and apply it inside one transaction, in which the school is locked: what it
    knows stands in temporary tables. `problems` keep their rows out, and the whole package unless
    `skip_refused`; `brakes` stop a package that takes more than `allow_retire` per cent of a role
    away; `kept` is what the portal leaves as it is. `trusted_schools` are those whose people are
    known by the same sourcedIds. `tell(part, done, of)` is called between the steps of "read",
    "compare" and "write"; what it raises stops them. `digest` is a fingerprint of what would happen,
    by which a confirmation knows its preview.
    """

    def __init__(
        self, school, package, *, skip_refused=False, allow_retire=10, trusted_schools=(), tell=tell_nobody,
    ):  # fmt: skip
        self.school, self.package = school, package
        self.skip_refused, self.allow_retire = skip_refused, allow_retire
        self.trusted_schools = [other for other in trusted_schools if other.pk != school.pk]
        self.tell = tell
        [(self.now,)] = execute("SELECT statement_timestamp()")
        self.today = timezone.localdate(timezone=zoneinfo.ZoneInfo(school.time_zone))
        self.modes = package.modes
        self.applied = self.undo = None
        self.ignored = list(getattr(package, "ignored", ()))
        self.refused_rows: dict = {file: set() for file in FIELDS}
        self._refusals: dict = {}
        self._left_out: dict = {"user": set(), "enrolled": set(), "class": set()}
        self._stage()
        self._look_until_all_is_said()
        self.digest = self._fingerprint()
        self.problems = [*package.problems, *self._refusals.values()]
        self.problems.sort(key=lambda problem: (problem.file, problem.row, problem.column))

    # --- reading ------------------------------------------------------------------------------------
    def _stage(self):
        execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        self._small = {
            file: [(row, as_dict(file, values)) for row, values in self.package.rows(file)]
            for file in SMALL
        }
        staging.stage(self.package, FIELDS, self.tell)
        refused = self.package.refused
        self._refused_ids = {file: set(refused.get(file, ())) for file in FIELDS}
        staging.stage_keys(self.school, self.trusted_schools)
        self._spare_what_the_files_refused()

    def _spare_what_the_files_refused(self):
        """Let nothing go because a row of it was refused by the file itself."""
        spared = self._left_out
        spared["user"] |= self.refused_ids("users")
        spared["class"] |= self.refused_ids("classes")
        if self._refused_somewhere("roles") or self._refused_somewhere("relationships"):
            spared["user"] |= {sid for (sid,) in execute("SELECT sid FROM in_users")}
        if self._refused_somewhere("enrollments"):
            spared["enrolled"] |= {sid for (sid,) in execute("SELECT sid FROM in_users")}

    def _refused_somewhere(self, file):
        return any(problem.file == f"{file}.csv" for problem in self.package.problems)

    def small_rows(self, file):
        """Return [(row, {column: value})] of a small file, without the rows that are refused."""
        refused = self.refused_rows[file]
        return [(row, said) for row, said in self._small[file] if row not in refused]

    def refused_ids(self, file):
        """Return the sourcedIds of the rows of a file that were refused, by the file or by the school."""
        return self._refused_ids[file]

    def remembered(self, kind):
        """Return {key: row} of what earlier packages of this school named."""
        keys = RosterKey.objects.filter(school=self.school, kind=kind)
        return dict(keys.values_list("key", "row"))

    @cached_property
    def _other_schools(self):
        codes = [code_of(org) for _row, org in self._small["orgs"] if org["type"] == "school"]
        return list(School.objects.filter(code__in=codes).exclude(pk=self.school.pk))

    def known_elsewhere(self, *kinds):
        """Return the keys of these kinds that packages of the other schools in this one named."""
        if not self._other_schools:
            return frozenset()
        keys = RosterKey.objects.filter(school__in=self._other_schools, kind__in=kinds)
        return frozenset(keys.values_list("key", flat=True))

    @staticmethod
    def own_rows(model, sids):
        """Return {sourcedId: (key, school)} of those that are the portal's own keys (one query)."""
        keys = {sid: uuid.UUID(sid) for sid in sids if OWN_KEY.fullmatch(sid)}
        found = dict(model.objects.filter(pk__in=keys.values()).values_list("pk", "school"))
        return {sid: (key, found[key]) for sid, key in keys.items() if key in found}

    # --- what is found wrong, kept and told -----------------------------------------------------------
    def refuse(self, kind, file, row, column, expected="", found=""):
        """Keep a row out because of one cell."""
        problem = Refusal(kind, row, column, str(expected), str(found)[:200], f"{file}.csv")
        self._refusals.setdefault((file, row), problem)
        self.refused_rows[file].add(row)

    def leave_out(self, what, sids):
        """Let these alone, since a row that says something of them was refused."""
        self._left_out[what] |= set(sids)

    def protected(self, what):
        """Return the sourcedIds of "user", "class" or "enrolled" that are let alone."""
        return self._left_out[what]

    def keep(self, kind, file, row, name, fields=()):
        """Tell that the portal leaves something as it is."""
        self.kept.append(Change(kind, SAME, row, name, _told(fields)))

    def note(self, kind, state, file, row, name, fields=()):
        """Remember what becomes of a term or a class."""
        self._noted.append((kind, state, file, row, name, fields))

    @staticmethod
    def as_in_row(row):
        """Return “as in row 3”."""
        return _("as in row %(row)s") % {"row": row}

    @staticmethod
    def signs(number):
        """Return “60 signs at most”."""
        return _("%(number)s signs at most") % {"number": number}

    # --- looking ------------------------------------------------------------------------------------
    def _look_until_all_is_said(self):
        """Look again without the rows that were refused, until no more are: what hangs on them
        is left out, and no row is said to be wrong because another one is."""
        while True:
            self._seen = {file: set(rows) for file, rows in self.refused_rows.items()}
            try:
                self._look()
            except _LookAgain:
                for file, rows in self.refused_rows.items():
                    self._drop(file, rows - self._seen[file])
            else:
                return

    def _check(self):
        """Begin again where a row was refused."""
        if self.refused_rows != self._seen and self.orgs.school is not None:
            raise _LookAgain

    def _drop(self, file, rows):
        """Take refused rows out of what is looked at, and spare whom they speak of."""
        if not rows:
            return
        if file in SMALL:
            said = [s["sourcedId"] for row, s in self._small[file] if row in rows]
            self._refused_ids[file] |= set(said)
            if file == "classes":
                self._left_out["class"] |= set(said)
            return
        spared = {
            "users": "sid",
            "roles": "person",
            "enrollments": "person",
            "demographics": "NULL",
        }
        columns = "person, other" if file == "relationships" else spared[file]
        gone = execute(
            f"DELETE FROM in_{file} WHERE row = ANY (%s) RETURNING {columns}", [list(rows)]
        )
        sids = {sid for row in gone for sid in row if sid}
        if file == "users":
            self._refused_ids["users"] |= sids
        self._left_out["enrolled" if file == "enrollments" else "user"] |= sids

    def _look(self):
        self.kept, self._noted = [], []
        self._brakes, self._counts = (
            [],
            {kind: dict.fromkeys(STATES, 0) for kind in (*KINDS, TERMS)},
        )
        comparing.make_change_table()
        self.orgs = Orgs(self)
        if self.orgs.school is None:
            return
        self.tell("compare", 0, STEPS)
        self._stage_protected()
        self.terms = Terms(self)
        self.classes = Classes(self)
        self._check()
        self.classes.stage()
        references.check(self)
        self._check()
        self.tell("compare", 1, STEPS)
        self.pupils = Pupils(self)
        self._check()
        self.pupils.place()
        self._check()
        self.tell("compare", 2, STEPS)
        self.persons = Persons(self)
        self._check()
        self.tell("compare", 3, STEPS)
        self._compare_all()

    def _stage_protected(self):
        for what, sids in self._left_out.items():
            make_table(f"{what}_kept", "sid text PRIMARY KEY")
            copy_in(f"{what}_kept", "sid", ((sid,) for sid in sids))

    def _compare_all(self):
        comparing.compare_posts(self)
        self.retiring = Retiring(self)
        self.retiring.find()
        comparing.compare_pupils(self)
        comparing.compare_persons(self)
        comparing.compare_ties(self)
        self._check()
        self.tell("compare", 4, STEPS)
        self.retiring.find_ties()
        self.retiring.find_persons()
        comparing.compare_staff(self)
        self.retiring.note()
        self._find_advisers()
        self.classes.close_missing()
        self.classes.note()
        self._write_noted()
        self._count()
        self.tell("compare", 5, STEPS)

    def _find_advisers(self):
        """Let the primary teacher of a homeroom be its class adviser, where the school knows a role
        of class teacher of that person."""
        rows = execute(
            """
            SELECT DISTINCT ON (c.id) e.class, e.row, coalesce(p.name, p.was_name), coalesce(j.id, s.id)
            FROM in_enrollments e JOIN class_of c ON c.sid = e.class AND c.kind = 'homeroom'
            JOIN person p ON p.sid = e.person AND NOT p.gone
            LEFT JOIN job j ON j.person = p.sid AND j.role = %(adviser)s AND NOT j.gone AND (NOT j.ended OR j.reopens)
            LEFT JOIN stands s ON s.person = p.id AND s.role = %(adviser)s AND s.id NOT IN (SELECT id FROM job_lost)
            WHERE e.role = 'teacher' AND e.is_primary AND coalesce(e.status, 'active') = 'active'
              AND (e.ends IS NULL OR e.ends > %(today)s)
            ORDER BY c.id, coalesce(j.id, s.id) IS NULL, coalesce(e.begins <= %(today)s, true) DESC, e.begins DESC NULLS LAST, e.row
            """,
            {"today": self.today, "adviser": Membership.Role.ADVISER},
        )
        for sid, row, name, membership in rows:
            found = self.classes.of(sid)
            if membership is None:
                self.keep("classes", "enrollments", row, found.name, [["adviser", "", name]])
            else:
                self.classes.lead(found, membership, name)

    def _write_noted(self):
        copy_in(
            "change",
            "kind, state, file, row, name, fields",
            (
                (*noted[:5], json.dumps([*map(list, noted[5])], default=str))
                for noted in self._noted
            ),
        )

    def _count(self):
        rows = execute("SELECT kind, state, count(*) FROM change GROUP BY kind, state")
        for kind, state, number in rows:
            self._counts[kind][state] = number
        self._brakes = self.retiring.brakes(self._counts, self.allow_retire)

    # --- what it says -------------------------------------------------------------------------------
    @property
    def counts(self):
        """{"students": {"new": 3, "changed": 0, ...}, "guardians": ..., ..., "terms": ...}."""
        return self._counts

    @property
    def brakes(self):
        """[{"kind": "students", "retired": 31, "of": 100}] of what goes beyond `allow_retire`."""
        return self._brakes

    @property
    def refused(self):
        """How many rows of the package are kept out."""
        return len({(problem.file, problem.row) for problem in self.problems})

    @property
    def ok(self):
        """Whether it may come in."""
        is_of_school = self.orgs.school is not None
        return is_of_school and not self.brakes and (self.skip_refused or not self.problems)

    @property
    def differences(self):
        """The changes that change something, in order; to be read inside the transaction."""
        order = "array_position(ARRAY['terms', 'classes', 'staff', 'students', 'guardians', 'guardianships'], kind)"
        rows = execute(
            f"SELECT kind, state, row, name, fields FROM change WHERE state <> 'same' ORDER BY {order}, row, place"
        )
        return [
            Change(kind, state, row, name, _told(fields)) for kind, state, row, name, fields in rows
        ]

    def _fingerprint(self):
        each = "md5(concat_ws(chr(31), kind, state, file, row, name, fields))"
        [(found,)] = execute(
            f"SELECT encode(sha256(convert_to(coalesce(string_agg({each}, '' ORDER BY kind, row, name, place), ''), 'UTF8')), 'hex')"
            " FROM change WHERE state <> 'same'"
        )
        return found

    def apply(self, *, by):
        """Write everything and return the Entry; call it in the transaction that locked the school."""
        done = writing.write(self, by=by)
        self.applied = Entry.record(
            "roster.imported", self.school, by=by, school=self.school, counts=self.counts
        )
        self.undo = done.packed()
        return self.applied

    def as_dict(self):
        """Return what `import_roster --json` prints."""
        refused = [problem.as_dict() for problem in self.problems]
        kept = [{"row": change.row, "name": change.name} for change in self.kept]
        return self.counts | {
            "applied": bool(self.applied), "brakes": self.brakes, "kept": kept, "refused": refused,
        }  # fmt: skip


def _json(value):
    return json.loads(value) if isinstance(value, str) else value


def _told(fields):
    """Return [(label, before, after)] in the reader's language, codes as words."""
    return [
        (str(LABELS[label]), *(in_words(label, value) for value in values))
        for label, *values in _json(fields)
    ]
