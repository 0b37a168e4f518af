"""What every class of a school does next year: what is proposed, what was chosen, what would be."""

import hashlib
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _, ngettext

from homeschool import names
from homeschool.people import sight
from homeschool.people.models import (
    Caseload,
    Division,
    Membership,
    NewYear,
    School,
    SchoolClass,
    Student,
)
from homeschool.people.models.leaving import told_of

from .raising import raised

UP, STAY, LEAVE, OPEN = "up", "stay", "leave", ""
SAME, NOBODY = "same", "nobody"
CHOICES = ("step", "name", "code", "division", "new_division", "teacher")
# From which grade on the highest one of a school is proposed to leave it.
LAST_GRADE = {School.Kind.PRIMARY: 5, School.Kind.SECONDARY: 9}
LAST_OF_ALL = 12


@dataclass
class Step:
    """What one class does next. `division` is a key as text, `teacher` SAME, NOBODY or a role's key."""

    row: SchoolClass
    step: str
    name: str
    code: str
    division: str
    new_division: str = ""
    teacher: str = SAME
    children: int = 0
    behind: list = field(default_factory=list)
    grade_then: str = ""
    teacher_then: str = ""

    @property
    def key(self):
        return str(self.row.pk)

    @property
    def choices(self):
        """The step as the plan keeps it."""
        return {name: getattr(self, name) for name in CHOICES}

    @property
    def is_open(self):
        """Whether nobody has said yet what becomes of the class."""
        return self.step == OPEN

    @property
    def name_then(self):
        """The name that the class has afterwards."""
        return self.name if self.step == UP else self.row.name

    @property
    def code_then(self):
        """The code that the class has afterwards; who leaves gives the code free."""
        return self.code if self.step == UP else self.row.code


def grade_of(row):
    """Return the number of the grade that a class is in, or -1 where neither names one."""
    for text in (row.division.name, row.division.code, row.name):
        if found := raised(text):
            return found.number
    return -1


class Proposals:
    """What is proposed to the classes of one school."""

    def __init__(self, school, classes, divisions):
        self.school, self.divisions = school, divisions
        self.by_name = {names.plain(row.name): row for row in divisions}
        self.highest = max(map(grade_of, classes), default=-1)

    def of(self, row):
        """Return the Step that is proposed to a class."""
        name, code = raised(row.name), raised(row.code)
        step = Step(row, STAY, row.name, row.code, str(row.division_id))
        if self._leaves(row, name):
            step.step = LEAVE
            return step
        if name and name.text:
            step.name, step.step = name.text, UP
        if code and code.text:
            step.code = code.text
        if self._to_the_next_grade(step):
            step.step = UP
        if step.step != UP:
            step.name, step.code = row.name, row.code
            step.step = STAY if self._has_a_year(row) else OPEN
        return step

    def _has_a_year(self, row):
        """Whether the class is named for the year in which its children came, as in colleges."""
        return self.school.is_post_secondary or (
            raised(row.name) is None and any(sign.isdigit() for sign in row.name)
        )

    def _leaves(self, row, name):
        """Whether the class is in the last grade that the school has."""
        if self.school.is_post_secondary:
            return False
        if name and name.text is None:
            return True
        grade, last = grade_of(row), LAST_GRADE[self.school.kind]
        return grade >= LAST_OF_ALL or last <= grade == self.highest

    def _to_the_next_grade(self, step):
        """Set the grade that follows, there or still to be made; return whether one follows."""
        division = raised(step.row.division.name)
        if self.school.is_post_secondary or not (division and division.text):
            return False
        found = self.by_name.get(names.plain(division.text))
        step.division = str(found.pk) if found else ""
        step.new_division = "" if found else division.text
        return True


class Plan:
    """What every open homeroom class of a school does next: what was chosen, else what is proposed."""

    def __init__(self, school, *, lock=False):
        self.school = school
        rows = NewYear.objects.filter(school=school).open()
        self.year = (rows.select_for_update() if lock else rows).first()
        classes = SchoolClass.objects.filter(school=school, kind=SchoolClass.Kind.HOMEROOM).open()
        if lock:
            list(classes.select_for_update().order_by("pk").values("pk"))
        self.classes = list(classes.select_related("division", "adviser__user"))
        self.divisions = list(Division.objects.filter(school=school))
        self.saved = self.year.plan if self.year else {}
        self.steps = self._steps()
        self.by_key = {step.key: step for step in self.steps}
        self._count_children()
        self._name_what_comes()

    def _name_what_comes(self):
        """Give each step the names of the grade and the teacher that the class has then."""
        grades = {str(row.pk): row.name for row in self.divisions}
        for step in self.steps:
            step.grade_then = step.new_division or grades.get(step.division, "")
            role = step.row.adviser if step.teacher == SAME else self.teachers.get(step.teacher)
            step.teacher_then = role.user.full_name if role else ""

    def _steps(self):
        proposals = Proposals(self.school, self.classes, self.divisions)
        chosen = self.saved.get("classes", {})
        steps = [proposals.of(row) for row in self.classes]
        for step in steps:
            for name, value in chosen.get(step.key, {}).items():
                setattr(step, name, value)
        highest: dict = {}
        for row in self.classes:
            highest[row.division_id] = max(highest.get(row.division_id, -1), grade_of(row))
        return sorted(
            steps,
            key=lambda step: (
                -highest[step.row.division_id],
                step.row.division.code,
                step.row.code,
            ),
        )

    def _count_children(self):
        for pk, school_class in self.children:
            step = self.by_key.get(str(school_class))
            if step:
                step.children += 1
                if str(pk) in self.behind:
                    step.behind.append(str(pk))

    @cached_property
    def children(self):
        """[(child, class)] of all children on roll, in order of their keys."""
        rows = Student.objects.filter(school=self.school).active().order_by("pk")
        return list(rows.values_list("pk", "school_class"))

    @property
    def behind(self):
        """{child: class}, as keys in text: who does not go along with the own class."""
        return self.saved.get("behind", {})

    @cached_property
    def staying(self):
        """{child: class} of those of `behind` who are on roll in a class of this plan."""
        there = {str(pk): str(school_class) for pk, school_class in self.children}
        return {
            child: target
            for child, target in sorted(self.behind.items())
            if there.get(child) in self.by_key and there[child] != target
        }

    @property
    def grades(self):
        """[(division, its steps)], the highest grade first."""
        return [
            (division, list(steps))
            for division, steps in itertools.groupby(self.steps, lambda step: step.row.division)
        ]

    def of(self, step):
        """Return the steps of this kind."""
        return [row for row in self.steps if row.step == step]

    @cached_property
    def leavers(self):
        """The children (ids) who leave school with their class."""
        gone = {step.row.pk for step in self.of(LEAVE)}
        return [pk for pk, of in self.children if of in gone and str(pk) not in self.staying]

    @cached_property
    def caseloads(self):
        """Caseloads that name a class which leaves."""
        closing = [step.row.pk for step in self.of(LEAVE)]
        rows = Caseload.objects.open().filter(school_class__in=closing)
        return list(rows.select_related("membership__user", "school_class"))

    @cached_property
    def teachers(self):
        """{role's key: role} of the class teachers of the school today."""
        rows = Membership.objects.open().filter(school=self.school, role=sight.ADVISER)
        return {str(row.pk): row for row in rows.select_related("user").order_by("user__sort_key")}

    # --- what would be ------------------------------------------------------------------------
    @cached_property
    def problems(self):
        """Sentences about what must be mended before anything can be done."""
        return [*self._undecided(), *self._clashes(), *self._wrong_targets(), *self._no_teacher()]

    @property
    def changes_something(self):
        """Whether any class or child would be another one afterwards."""
        moved = any(
            (s.name_then, s.code_then, s.division, s.new_division, s.teacher)
            != (s.row.name, s.row.code, str(s.row.division_id), "", SAME)
            for s in self.steps
        )
        return moved or bool(self.of(LEAVE) or self.staying)

    def _undecided(self):
        for step in self.of(OPEN):
            yield _("%(name)s has no next step yet.") % {"name": step.row.name}
        for step in self.of(UP):
            known = step.division in {str(row.pk) for row in self.divisions}
            if not known and not step.new_division:
                yield _("%(name)s has no grade or college to go to.") % {"name": step.row.name}

    def _clashes(self):
        going = {step.row.pk for step in self.steps}
        others = SchoolClass.objects.filter(school=self.school).exclude(pk__in=going)
        taken = dict.fromkeys(others.values_list("code", flat=True), 1)
        goes = [step for step in self.steps if step.step != LEAVE]
        found = Counter(step.code_then for step in goes) + Counter(taken)
        for code in sorted(code for code, number in found.items() if number > 1):
            who = [step.row.name for step in goes if step.code_then == code]
            if who:
                yield _("Two classes would have the code “%(code)s”: %(classes)s.") % {
                    "code": code, "classes": ", ".join(who)
                }  # fmt: skip

    def _wrong_targets(self):
        for target in sorted(set(self.staying.values())):
            step = self.by_key.get(target)
            if step is None or step.step == LEAVE:
                name = step.row.name if step else _("a class that is closed")
                yield _("Children are to go to %(name)s, which is not there then.") % {"name": name}

    def _no_teacher(self):
        for step in self.steps:
            if step.step != LEAVE and step.teacher not in (SAME, NOBODY, *self.teachers):
                yield _("The new teacher of %(name)s does not teach here any more.") % {
                    "name": step.row.name
                }

    @cached_property
    def remarks(self):
        """Sentences about what is worth a second look, and keeps nobody from going on."""
        found = []
        same = Counter(
            (names.plain(step.name_then), step.division or step.new_division)
            for step in self.steps
            if step.step in (UP, STAY)
        )
        for step in self.steps:
            at = (names.plain(step.name_then), step.division or step.new_division)
            if step.step in (UP, STAY) and same[at] > 1:
                found.append(
                    _("Two classes of one grade would be called “%(name)s”.")
                    % {"name": step.name_then}
                )
        if self.caseloads:
            who = sorted({row.membership.user.full_name for row in self.caseloads})
            found.append(
                ngettext(
                    "%(n)s class that leaves is on a caseload, which ends with it: %(who)s.",
                    "%(n)s classes that leave are on caseloads, which end with them: %(who)s.",
                    len(self.caseloads),
                )
                % {"n": len(self.caseloads), "who": ", ".join(who)}
            )
        return list(dict.fromkeys(found)) + told_of(self.leavers)

    @cached_property
    def counts(self):
        """What would be done, in numbers."""
        return {
            "up": len(self.of(UP)),
            "stay": len(self.of(STAY)),
            "leave": len(self.of(LEAVE)),
            "children_up": sum(step.children - len(step.behind) for step in self.of(UP)),
            "leavers": len(self.leavers),
            "behind": len(self.staying),
        }

    @cached_property
    def digest(self):
        """SHA-256 (hex) of the plan and of the roster that it was made for."""
        plan = [(step.key, step.choices) for step in sorted(self.steps, key=lambda step: step.key)]
        return hash_of([plan, self.staying, roster_of(self.school)])


def hash_of(what):
    """Return the SHA-256 (hex) of a thing made of lists, dicts and texts."""
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()


def roster_of(school):
    """Return a school's classes and the places of its children as they stand, to be compared."""
    classes = SchoolClass.objects.filter(school=school).order_by("pk")
    columns = ("pk", "name", "code", "division", "adviser", "closed_at")
    children = Student.objects.filter(school=school).order_by("pk")
    return [
        [list(map(str, row)) for row in classes.values_list(*columns)],
        [list(map(str, row)) for row in children.values_list("pk", "school_class", "status")],
    ]
