"""Which school a package speaks of, and which of its orgs are parts of that school."""

import re

from homeschool.people.models import RosterKey

from .columns import FIELDS

CODE = re.compile(r"[\w.-]{1,60}")
SCHOOL, DEPARTMENT = "school", "department"
# A division made of a grade has no org: what it is remembered by can be no sourcedId.
GRADE = "grade\n"


def is_code(text):
    """Whether `text` can be the code of a school, a class or a term."""
    return bool(CODE.fullmatch(text))


def code_of(org):
    """Return the code of the school that an org (a dict) stands for: its identifier, else its key."""
    return org["identifier"] or org["sourcedId"]


def schools_of(package):
    """Return [(code, name, sourcedId)] of the schools in a package, in the order of its file."""
    rows = (as_dict("orgs", values) for _row, values in package.rows("orgs"))
    return [
        (code_of(org), org["name"], org["sourcedId"])
        for org in rows
        if org["type"] == SCHOOL and is_active(org["status"])
    ]


def as_dict(file, values):
    """Return the values of a row by the names of their columns."""
    return dict(zip(FIELDS[file], values, strict=True))


def is_active(status):
    """Whether a row of this status stands: a bulk file says nothing of it."""
    return status in ("", "active")


class Orgs:
    """The orgs of a package, as one school sees them.

    `school` is the sourcedId of the school's own org, None where the package is of another school;
    `ours` are its sourcedIds with those of its departments, `others` what else the package
    names. Where the package has no orgs, what was remembered of an earlier one tells.
    """

    def __init__(self, plan):
        rows = plan.small_rows("orgs")
        self.rows = {org["sourcedId"]: org for _row, org in rows}
        self.row_of = {org["sourcedId"]: row for row, org in rows}
        remembered = plan.remembered(RosterKey.Kind.DIVISION)
        bulk = plan.modes["orgs"] == "bulk"
        known = {} if bulk else {key: row for key, row in remembered.items() if GRADE not in key}
        self.school = self._find(plan.school, known)
        self.departments = {
            sid: org for sid, org in self.rows.items() if org["type"] == DEPARTMENT and self._is_below(sid)
        }  # fmt: skip
        own = {self.school} if self.school else set()
        self.ours = own | set(self.departments) | set(known)
        self.others = set(self.rows) - self.ours
        if self.school is None:
            self._refuse(plan)

    def _find(self, school, known):
        for sid, org in self.rows.items():
            if org["type"] == SCHOOL and code_of(org) == school.code:
                return sid
        return next((sid for sid, row in known.items() if row == school.pk), None)

    def _is_below(self, sid):
        seen = set()
        while sid in self.rows and sid not in seen:
            seen.add(sid)
            sid = self.rows[sid]["parentSourcedId"]
            if sid == self.school:
                return True
        return False

    def _refuse(self, plan):
        found = [org for org in self.rows.values() if org["type"] == SCHOOL]
        row = self.row_of[found[0]["sourcedId"]] if found else 0
        codes = ", ".join(map(code_of, found))
        plan.refuse("school", "orgs", row, "identifier", plan.school.code, codes)

    @property
    def several(self):
        """Whether the package speaks of other schools too."""
        return sum(org["type"] == SCHOOL for org in self.rows.values()) > 1

    def knows(self, sid):
        """Whether an org of this sourcedId stands in the package, or was remembered."""
        return sid in self.rows or sid in self.ours

    def department(self, sid):
        """Return the department of this school behind the sourcedId of an org, or None."""
        return self.departments.get(sid)
