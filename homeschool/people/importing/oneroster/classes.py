"""The classes and divisions that a package names: found, made, closed and opened again."""

from homeschool import names
from homeschool.people.importing.changes import (
    CHANGED,
    CLASSES,
    NEW,
    RETIRED,
    RETURNED,
    SAME,
)
from homeschool.people.models import Division, RosterKey, SchoolClass

from .orgs import CODE, GRADE, is_active
from .staging import copy_in, make_table
from .wording import free_code, grade_class_name, grade_name

FILE = "classes"
WRITTEN = ("name", "division_id", "closed_at", "adviser_id")
HOMEROOM, SCHEDULED = SchoolClass.Kind.HOMEROOM, SchoolClass.Kind.SCHEDULED


class Divisions:
    """The grades and colleges of a school, found or made by what a class says of itself."""

    def __init__(self, plan):
        self.plan = plan
        self.standing = list(Division.objects.filter(school=plan.school))
        self.by_pk = {division.pk: division for division in self.standing}
        self.known = plan.remembered(RosterKey.Kind.DIVISION)
        self.brought = set(self.known.values())
        self.new, self.keys, self.before = [], {}, {}
        self.named = {}  # of a department: what it is called from now on

    def of_department(self, org):
        """Return the division of a department, its name as the package has it."""
        sid, code = org["sourcedId"], org["identifier"]
        code = code if CODE.fullmatch(code) else ""
        found = self._known(sid) or self._by(lambda d: code and d.code == code)
        found = found or self._by(lambda d: names.plain(d.name) == names.plain(org["name"]))
        found = found or self._make(code or sid, org["name"][:120])
        self.keys[sid] = found.pk
        self.named[found.pk] = org["name"][:120]
        return found

    def of_grade(self, grade):
        """Return the division of a grade."""
        key, name = f"{GRADE}{grade}", grade_name(grade)
        found = self._known(key) or self._by(lambda d: d.code == grade)
        found = found or self._by(lambda d: names.plain(d.name) == names.plain(name))
        found = found or self._make(grade, name)
        self.keys[key] = found.pk
        return found

    def of_name(self, name):
        """Return the division that bears the name of a class, as the one-sheet import makes it."""
        plain = names.plain(name)
        return self._by(lambda d: plain in (names.plain(d.name), names.plain(d.code))) or (
            self._make(name, name)
        )

    def rename(self):
        """Call the divisions of departments what the package calls them."""
        for pk, name in self.named.items():
            division = self.by_pk[pk]
            if division.name != name:
                self.before[division] = {"name": division.name}
                division.name = name
        Division.objects.bulk_update(self.before, ["name"])

    def _known(self, key):
        pk = self.keys.get(key) or self.known.get(key)
        return self.by_pk.get(pk)

    def _by(self, test):
        return next((division for division in self.by_pk.values() if test(division)), None)

    def _make(self, code, name):
        taken = {division.code for division in self.by_pk.values()}
        code = code if CODE.fullmatch(code) and code not in taken else free_code(code, taken)
        made = Division(school=self.plan.school, code=code, name=name)
        self.by_pk[made.pk] = made
        self.new.append(made)
        return made


class Classes:
    """What becomes of the school's classes; `rows` are those of the package as {sourcedId: class}."""

    def __init__(self, plan):
        self.plan, self.divisions = plan, Divisions(plan)
        self.standing = {row.pk: row for row in SchoolClass.objects.filter(school=plan.school)}
        self.known = {
            key: pk
            for key, pk in plan.remembered(RosterKey.Kind.CLASS).items()
            if pk in self.standing
        }
        self.brought = set(self.known.values())
        self.rows, self.new, self.before, self.gone = {}, [], {}, {}
        self.states, self.codes = {}, {row.code for row in self.standing.values()}
        self.courses = {c["sourcedId"]: c for _row, c in plan.small_rows("courses")}
        self.files = [
            (row, said) for row, said in plan.small_rows(FILE) if self._is_ours(row, said)
        ]
        self.named = {said["sourcedId"] for _row, said in self.files}
        self.own, self.taken = plan.own_rows(SchoolClass, self.named), set()
        self._index()
        for row, said in self.files:
            self._settle(row, said)

    # --- what the rows refer to ---------------------------------------------------------------------
    def _is_ours(self, row, said):
        """Whether a row is of this school; refuses what it names and nobody knows."""
        plan, orgs, org = self.plan, self.plan.orgs, said["schoolSourcedId"]
        if not is_active(said["status"]):
            return self._is_ours_to_close(row, said["sourcedId"], org)
        if not orgs.knows(org):
            plan.refuse("reference", FILE, row, "schoolSourcedId", "orgs.csv", org)
            return False
        return org in orgs.ours and self._refers_well(row, said)

    def _is_ours_to_close(self, row, sid, org):
        if sid in self.known:
            return True
        if org in ("", *self.plan.orgs.ours):
            self.plan.refuse("unknown", FILE, row, "sourcedId", found=sid)
        return False

    def _refers_well(self, row, said):
        course, plan = said["courseSourcedId"], self.plan
        unknown = course not in self.courses and course not in plan.refused_ids("courses")
        if plan.modes["courses"] == "bulk" and unknown:
            plan.refuse("reference", FILE, row, "courseSourcedId", "courses.csv", course)
            return False
        return all(self._knows_term(row, sid) for sid in said["termSourcedIds"])

    def _knows_term(self, row, sid):
        plan = self.plan
        if plan.modes["academicSessions"] != "bulk" or sid in plan.terms.sourced_ids:
            return True
        if sid not in plan.refused_ids("academicSessions"):
            plan.refuse("reference", FILE, row, "termSourcedIds", "academicSessions.csv", sid)
            return False
        return True

    # --- what becomes of them -----------------------------------------------------------------------
    def _settle(self, row, said):
        sid, kind = said["sourcedId"], said["classType"]
        if not is_active(said["status"]):
            self._close(row, self.standing[self.known[sid]])
            return
        found = self._find(row, said)
        if found is False:
            return
        if found is not None and found.kind != kind:
            names_ = {HOMEROOM: "homeroom", SCHEDULED: "scheduled"}
            self.plan.refuse("class_type", FILE, row, "classType", names_[found.kind], kind)
            return
        if found is None:
            code = said["classCode"] or said["title"]
            self._make(row, sid, said["title"], kind, code, self._division(said, said["title"]))
        else:
            self.rows[sid] = found
            self._compare(row, found, said)

    def _find(self, row, said):
        """Return the standing class, None for a new one, False where the row is refused."""
        sid = said["sourcedId"]
        own = self.own.get(sid)
        if own and own[1] != self.plan.school.pk:
            self.plan.refuse("elsewhere", FILE, row, "sourcedId", "", sid)
            return False
        for pk in (self.known.get(sid), own and own[0], *self._alike(said)):
            if pk in self.standing and pk not in self.taken:
                self.taken.add(pk)
                return self.standing[pk]
        return None

    def _alike(self, said):
        """Yield the keys of classes of this code, or of this name where the package has no code."""
        kind, code, title = said["classType"], said["classCode"], said["title"]
        yield self.by_code.get((kind, code or title))
        yield self.by_code.get((kind, free_code(code or title, set())))
        if not code:
            yield self.by_name.get((kind, names.plain(title)))

    def _index(self):
        """Note by code and by name the classes that a row may be, but for those of other rows."""
        others = {pk for key, pk in self.known.items() if key in self.named}
        free = [row for row in self.standing.values() if row.pk not in others]
        self.by_code = {(row.kind, row.code): row.pk for row in free}
        self.by_name = {(row.kind, names.plain(row.name)): row.pk for row in free}

    def _division(self, said, name):
        """Return the division that a class of the package is to stand in."""
        department = self._department(said)
        if department:
            return self.divisions.of_department(department)
        if said["grades"]:
            return self.divisions.of_grade(said["grades"][0])
        return self.divisions.of_name(name)

    def _department(self, said):
        course = self.courses.get(said["courseSourcedId"])
        return self.plan.orgs.department(course["orgSourcedId"]) if course else None

    def _make(self, row, sid, title, kind, code, division):
        code = (
            code if CODE.fullmatch(code) and code not in self.codes else free_code(code, self.codes)
        )
        self.codes.add(code)
        made = SchoolClass(
            school=self.plan.school, division=division, code=code, name=title, kind=kind
        )
        self.new.append(made)
        self.rows[sid] = made
        self.states[made.pk] = NEW, row, [["division", "", division.name]]
        return made

    def _compare(self, row, found, said):
        fields = [["name", found.name, said["title"]]] if found.name != said["title"] else []
        was = self.divisions.by_pk[found.division_id]
        division = self._new_division(found, said) or was
        called = self.divisions.named.get(division.pk, division.name)
        if (division.pk, called) != (was.pk, was.name):
            fields.append(["division", was.name, called])
        state = RETURNED if found.closed_at else CHANGED if fields else SAME
        if state != SAME:
            self._remember(found)
        found.name, found.division, found.closed_at = said["title"], division, None
        self.states[found.pk] = state, row, fields

    def _new_division(self, found, said):
        """Return the division to which the package moves a class, None where it stays.

        A department moves it; a grade does so only where a grade of a package put it there.
        """
        department = self._department(said)
        if department:
            return self.divisions.of_department(department)
        put = {pk for key, pk in self.divisions.known.items() if key.startswith(GRADE)}
        if said["grades"] and found.division_id in put:
            return self.divisions.of_grade(said["grades"][0])
        return None

    def _remember(self, found):
        """Keep how a class was before it is changed, once."""
        self.before.setdefault(found, {name: getattr(found, name) for name in WRITTEN})

    def _close(self, row, found):
        if found.closed_at is None:
            self._remember(found)
            found.closed_at = self.plan.now
            self.states[found.pk] = RETIRED, row, []
        else:
            self.states[found.pk] = SAME, row, []

    def of_grade(self, grade, row):
        """Return the class of the children of a grade that are in no homeroom."""
        sid = f"{GRADE}{grade}"
        if sid in self.rows:
            return self.rows[sid]
        pk = self.known.get(sid)
        found = self.standing[pk] if pk else None
        if found is None:
            name, division = grade_class_name(grade), self.divisions.of_grade(grade)
            return self._make(row, sid, name, HOMEROOM, f"grade-{grade}", division)
        if found.closed_at:
            self._remember(found)
            found.closed_at = None
            self.states[found.pk] = RETURNED, row, []
        else:
            self.states[found.pk] = SAME, row, []
        self.rows[sid] = found
        return found

    def lead(self, found, membership, name):
        """Let a member of staff be the adviser of a class."""
        if found.adviser_id == membership:
            return
        state, row, fields = self.states.get(found.pk, (SAME, 0, []))
        if found.pk in self.standing:
            self._remember(found)
            state = CHANGED if state == SAME else state
        found.adviser_id = membership
        self.states[found.pk] = state, row, [*fields, ["adviser", "", name]]

    def of(self, sid):
        """Return the class behind a sourcedId, of this package or of an earlier one."""
        return self.rows.get(sid) or self.standing[self.known[sid]]

    def close_missing(self):
        """Close the classes that earlier packages brought and this whole one no longer names."""
        if self.plan.modes[FILE] != "bulk":
            return
        kept = {found.pk for found in self.rows.values()}
        kept |= {self.known[key] for key in self.known if key in self.plan.protected("class")}
        for key, pk in self.known.items():
            if pk not in kept and self.standing[pk].closed_at is None:
                if key.startswith(GRADE) and self.plan.modes["enrollments"] != "bulk":
                    continue
                self._close(0, self.standing[pk])

    def note(self):
        """Tell the plan what becomes of each class."""
        every = {row.pk: row for row in [*self.standing.values(), *self.new]}
        for pk, (state, row, fields) in self.states.items():
            self.plan.note(CLASSES, state, FILE, row, every[pk].name, fields)

    def stage(self):
        """Write which class each sourcedId means into `class_of`, for what asks in SQL."""
        make_table("class_of", "sid text PRIMARY KEY, id uuid, division uuid, kind text, name text")
        rows = dict(self.rows)
        if self.plan.modes[FILE] != "bulk":
            gone = {pk for pk, (state, _row, _fields) in self.states.items() if state == RETIRED}
            for key, pk in self.known.items():
                if pk not in gone:
                    rows.setdefault(key, self.standing[pk])
        copy_in(
            "class_of",
            "sid, id, division, kind, name",
            ((sid, row.pk, row.division_id, row.kind, row.name) for sid, row in rows.items()),
        )

    def write(self):
        """Write divisions and classes; the children of a class that moved go along."""
        Division.objects.bulk_create(self.divisions.new)
        self.divisions.rename()
        SchoolClass.objects.bulk_create(self.new)
        changed = ["name", "division", "closed_at", "adviser"]
        SchoolClass.objects.bulk_update(self.before, changed)
