"""Rolling a school's classes over: thinking it out in a draft, doing it, and taking it back."""

import itertools
import uuid
import zoneinfo
from collections import defaultdict
from functools import cached_property

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.text import slugify

from homeschool import names
from homeschool.journal.models import Entry
from homeschool.people.models import (
    Caseload,
    Division,
    Enrolment,
    Leaving,
    NewYear,
    School,
    SchoolClass,
    Student,
)
from homeschool.people.models.leaving import noted

from .next_steps import LEAVE, NOBODY, SAME, STAY, UP, Plan, hash_of, roster_of


class RosterChanged(ValueError):
    """The classes, the children or the plan are not those that were checked."""


class NotTakenBack(ValueError):
    """The year cannot be taken back: its day is over, or something was changed since."""


# --- thinking it out ------------------------------------------------------------------------------
def keep_steps(school, steps, *, by):
    """Keep what was chosen for some classes ({class: choices}) in the school's draft."""
    with transaction.atomic():
        year = _draft(school, by)
        year.plan.setdefault("classes", {}).update(steps)
        _save(year)


def keep_behind(school_class, children, target, *, by):
    """Keep which children of a class ([key]) go to the class `target`, and no others, in the draft."""
    with transaction.atomic():
        year = _draft(school_class.school, by)
        own = Student.objects.filter(school_class=school_class).values_list("pk", flat=True)
        behind = year.plan.get("behind", {})
        rest = {child: of for child, of in behind.items() if child not in set(map(str, own))}
        year.plan["behind"] = rest | dict.fromkeys(
            map(str, children), str(target.pk) if target else ""
        )
        _save(year)


def forget(school):
    """Throw the draft away: what is proposed stands again."""
    NewYear.objects.filter(school=school).open().delete()


def _draft(school, by):
    """Return the draft of a school, locked; a new one where there is none."""
    NewYear.objects.bulk_create([NewYear(school=school, by=by)], ignore_conflicts=True)
    return NewYear.objects.filter(school=school).open().select_for_update().get()


def _save(year):
    year.saved_at = timezone.now()
    year.save(update_fields=["plan", "saved_at"])


# --- doing it -------------------------------------------------------------------------------------
def roll_over(school, digest, *, by):
    """Carry the plan out that was checked (`digest`), in one transaction; return its NewYear.

    Raises RosterChanged where the plan or the roster is another one by now, or cannot be done.
    """
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        year = _draft(school, by)
        plan = Plan(school, lock=True)
        if plan.digest != digest or plan.problems or not plan.changes_something:
            raise RosterChanged
        rolling = Rolling(plan, by)
        rolling.write()
        year.plan, year.by, year.done_at = plan.saved, by, timezone.now()
        year.counts, year.undo, year.after = plan.counts, rolling.undo, hash_of(roster_of(school))
        year.save()
        Entry.record("new_year.done", year, by=by, school=school, counts=plan.counts)
        return year


class Rolling:
    """The writing of one plan. `undo` collects what stood before."""

    def __init__(self, plan, by):
        self.plan, self.by, self.school = plan, by, plan.school
        self.today = timezone.localdate(timezone=zoneinfo.ZoneInfo(self.school.time_zone))
        self.undo: dict = {
            "classes": {},
            "behind": [],
            "left": [],
            "caseloads": [],
            "enrolments": [],
        }

    def write(self):
        """Write everything: first the children who change class, then who leaves, then the classes."""
        self._move_those_who_stay()
        leavings, ended = Leaving.objects.begin(
            self.plan.leavers, by=self.by, school=self.school, on=self.today,
            where=Leaving.Where.FINISHED,
        )  # fmt: skip
        self.undo["left"] = [str(row.student_id) for row in leavings]
        self.undo |= ended
        self._end_caseloads()
        self._write_classes(self._divisions())

    def _move_those_who_stay(self):
        there = {str(pk): str(of) for pk, of in self.plan.children}
        by_target = defaultdict(list)
        for child, target in self.plan.staying.items():
            by_target[target].append(child)
            self.undo["behind"].append([child, there[child]])
        for target, children in by_target.items():
            row = self.plan.by_key[target].row
            Student.objects.filter(pk__in=children).update(
                school_class=row, division_id=row.division_id
            )
            moved = Student.objects.filter(pk__in=children).only("pk")
            noted(
                "student.moved", moved, by=self.by, school=self.school,
                student=lambda student: student.pk, to=target,
            )  # fmt: skip

    def _end_caseloads(self):
        rows = self.plan.caseloads
        Caseload.objects.filter(pk__in=[row.pk for row in rows]).update(until=timezone.now())
        noted("caseload.ended", rows, by=self.by, school=self.school)
        self.undo["caseloads"] = self.undo["caseloads"] + [str(row.pk) for row in rows]

    def _divisions(self):
        """Make the grades that are missing; return {plain name: Division} of those named as new."""
        rows = {names.plain(row.name): row for row in self.plan.divisions}
        taken = {row.code for row in self.plan.divisions}
        made = []
        for step in self.plan.of(UP):
            name = step.new_division
            if name and names.plain(name) not in rows:
                code = free_code(slugify(name, allow_unicode=True)[:50] or "x", taken)
                row = Division(school=self.school, name=name, code=code)
                rows[names.plain(name)] = row
                made.append(row)
        Division.objects.bulk_create(made)
        noted("division.made", made, by=self.by, school=self.school)
        self.undo["divisions"] = [str(row.pk) for row in made]
        return rows

    def _write_classes(self, divisions):
        """Write the classes in two steps: a code that one gives free is another's in the same moment."""
        changed = [step for step in self.plan.steps if self._differs(step, divisions)]
        rows = [step.row for step in changed]
        park(rows)
        SchoolClass.objects.bulk_update(rows, [*KEPT_FIELDS, "closed_at"], 100)
        let_divisions_follow(self.school)
        for verb, steps in (
            ("class.moved_up", [s.row for s in changed if s.step == UP]),
            ("class.changed", [s.row for s in changed if s.step == STAY]),
            ("class.closed", [s.row for s in changed if s.step == LEAVE]),
        ):
            noted(verb, steps, by=self.by, school=self.school)

    def _differs(self, step, divisions):
        row = step.row
        before = {name: getattr(row, name) for name in KEPT}
        if step.step == LEAVE:
            row.closed_at, row.adviser_id = timezone.now(), None
            row.code = self._code_of_the_past(row.code)
        else:
            row.name, row.code = step.name_then, step.code_then
            self._to_division(step, divisions)
            self._to_teacher(step)
        if before == {name: getattr(row, name) for name in KEPT} and row.closed_at is None:
            return False
        self.undo["classes"][step.key] = {n: str(v) if v else None for n, v in before.items()}
        return True

    @staticmethod
    def _to_division(step, divisions):
        if step.step == UP:
            new = divisions.get(names.plain(step.new_division)) if step.new_division else None
            step.row.division_id = new.pk if new else uuid.UUID(step.division)

    @staticmethod
    def _to_teacher(step):
        if step.teacher == NOBODY:
            step.row.adviser_id = None
        elif step.teacher != SAME:
            step.row.adviser_id = uuid.UUID(step.teacher)

    @cached_property
    def _codes(self):
        """The codes of the school, those that are about to be taken too."""
        codes = SchoolClass.objects.filter(school=self.school).values_list("code", flat=True)
        return set(codes) | {step.code_then for step in self.plan.steps}

    def _code_of_the_past(self, code):
        """Return a code under which a class that left is kept: with the year, since the code is free."""
        return free_code(f"{code[:50]}-{self.today.year}", self._codes)


# What of a class is written, and kept to take it back.
KEPT = ("name", "code", "division_id", "adviser_id")
KEPT_FIELDS = ("name", "code", "division", "adviser")


def park(classes):
    """Give classes codes that no other has, so that they can change theirs among each other."""
    rows = SchoolClass.objects.filter(pk__in=[row.pk for row in classes])
    key = Cast("pk", SchoolClass._meta.get_field("code"))
    rows.update(code=Concat(Value("~"), key))


def let_divisions_follow(school):
    """Put every child into the grade or college that its class is in."""
    of = SchoolClass.objects.filter(pk=OuterRef("school_class")).values("division")
    rows = Student.objects.filter(school=school).exclude(division=F("school_class__division"))
    Student.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        division=Subquery(of)
    )


def free_code(code, taken):
    """Return `code`, else `code` with a number, that is not in `taken`, and add it there."""
    numbered = (f"{code}-{n}" for n in itertools.count(2))
    free = next(one for one in itertools.chain([code], numbered) if one not in taken)
    taken.add(free)
    return free


# --- taking it back -------------------------------------------------------------------------------
def last_done(school):
    """Return the last year that was rolled over and not taken back, or None."""
    return NewYear.objects.filter(school=school, undone_at=None).done().first()


def can_be_taken_back(year):
    """Whether it is still the day of the roll-over, by the school's clock, and nothing was changed."""
    zone = zoneinfo.ZoneInfo(year.school.time_zone)
    if timezone.localdate(year.done_at, zone) != timezone.localdate(timezone=zone):
        return False
    return year.after == hash_of(roster_of(year.school))


def take_back(year, *, by):
    """Put the classes and children back as they stood before, and the plan into the draft, so that
    only the mistake has to be mended. Raises NotTakenBack.

    Letters that ended and visits that were called off stay so.
    """
    with transaction.atomic():
        School.objects.select_for_update().get(pk=year.school_id)
        stands = NewYear.objects.select_for_update().get(pk=year.pk)
        if stands.undone_at is not None:
            return
        if not can_be_taken_back(stands):
            raise NotTakenBack
        _put_back(stands, by)
        stands.undone_at, stands.undone_by = timezone.now(), by
        stands.save(update_fields=["undone_at", "undone_by"])
        draft = NewYear(school=stands.school, by=by, plan=stands.plan)
        NewYear.objects.bulk_create([draft], ignore_conflicts=True)  # a newer draft stays
        Entry.record("new_year.taken_back", stands, by=by, school=stands.school)


def _put_back(year, by):
    school, undo = year.school, year.undo
    classes = list(SchoolClass.objects.select_for_update().filter(pk__in=undo["classes"]))
    for row in classes:
        for name, value in undo["classes"][str(row.pk)].items():
            setattr(row, name, value)
        row.closed_at = None
    park(classes)
    SchoolClass.objects.bulk_update(classes, [*KEPT_FIELDS, "closed_at"], 100)
    noted("class.taken_back", classes, by=by, school=school)
    _put_children_back(school, undo, by)
    let_divisions_follow(school)
    Caseload.objects.filter(pk__in=undo["caseloads"]).update(until=None)
    seats = [Enrolment(student_id=one, school_class_id=of) for one, of in undo["enrolments"]]
    Enrolment.objects.bulk_create(seats, ignore_conflicts=True)
    unused = Division.objects.filter(pk__in=undo["divisions"], classes=None, students=None)
    unused.delete()


def _put_children_back(school, undo, by):
    by_class = defaultdict(list)
    for child, of in undo["behind"]:
        by_class[of].append(child)
    for of, children in by_class.items():
        Student.objects.filter(pk__in=children).update(school_class=of)
    left = Student.objects.filter(pk__in=undo["left"])
    left.update(status=Student.Status.ACTIVE)
    Leaving.objects.end(undo["left"])
    noted("student.came_back", left.only("pk"), by=by, school=school, student=lambda row: row.pk)
