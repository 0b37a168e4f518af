"""The two kinds of sheets: observations of children, and points of the goals of their plans."""

import uuid

from django.utils import timezone

from counseling.models import Goal, Observation, Plan, Point
from homeschool import names
from homeschool.people import sight
from homeschool.people.models import Student

from . import words
from .coming import ROWS, Coming, in_batches
from .sheet import plainly

# Who may bring in what a colleague said, under the colleague's name.
SIGNERS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})


class Observations(Coming):
    """A sheet of observations: marks, attendance, behaviour, remarks.

    One of a kind stands once for a child, a subject and a day, and a teacher where it is named; a sentence
    is told apart by its words. What a sheet brought a later sheet may correct; what was written by
    hand it leaves alone.
    """

    about = words.OBSERVATIONS

    def settle(self, lines):
        self.may_sign = self._may_sign({line.student for line in lines if line.teacher})
        return [line for line in lines if self._is_taught(line)]

    def _may_sign(self, students):
        """Return the children in whose records the sender may sign with a colleague's name; None for
        the command line, which may in all."""
        if self.by is None:
            return None
        seen = Student.objects.visible_to(self.by, roles=SIGNERS)
        return {
            pk
            for batch in in_batches(students, ROWS)
            for pk in seen.filter(pk__in=batch).values_list("pk", flat=True)
        }

    def _is_anothers(self, line):
        """Whether a colleague's name stands there without a right to it."""
        own = self.by is None or line.by == self.by.pk
        return not own and self.may_sign is not None and line.student not in self.may_sign

    def _is_taught(self, line):
        line.by = self.known.staff.get(line.teacher) if line.teacher else self.by and self.by.pk
        if line.teacher and line.by is None:
            self.refuse("teacher", line, "teacher", "", line.teacher)
            return False
        if self._is_anothers(line):
            self.refuse("anothers", line, "teacher", "", line.teacher)
            return False
        return True

    def key(self, line):
        said = line.words if line.kind in Observation.SAID else ""
        teacher = line.by if line.teacher else None
        return line.student, line.date, str(line.kind), names.plain(line.subject), said, teacher

    def _once(self, lines):
        """A line that names no teacher may mean any: beside one that names a teacher it is said twice."""
        rows, found = {}, []
        for line in super()._once(lines):
            *about, teacher = self.key(line)
            said = rows.setdefault(tuple(about), {})
            row = said.get(None) if teacher else next(iter(said.values()), None)
            if row is None:
                said[teacher] = line.row
                found.append(line)
            else:
                self.refuse_again(line, row)
        return found

    def content(self, line):
        return line.subject, _plain(line.value), _plain(line.out_of), line.words

    def standing(self, lines):
        """One query; a line that names no teacher finds what anybody wrote."""
        children, days = {line.student for line in lines}, [line.date for line in lines]
        rows = Observation.objects.standing().filter(
            student__in=children, on__range=(min(days), max(days))
        )
        found: dict = {}
        for row in rows.order_by("at").iterator(ROWS):
            said = row.words if row.kind in Observation.SAID else ""
            content = row.subject, _plain(row.value), _plain(row.out_of), row.words
            told = row.pk, content, row.is_imported
            for teacher in (row.by_id, None):
                key = row.student_id, row.on, row.kind, names.plain(row.subject), said, teacher
                found[key] = told
        return found

    def write_batch(self, batch):
        rows, entries, now = [], [], timezone.now()
        for line, corrects in batch:
            pk = uuid.uuid4()
            rows.append({
                "id": pk, "school_id": self.school.pk, "student_id": line.student,
                "kind": line.kind, "subject": line.subject, "value": line.value,
                "out_of": line.out_of, "words": line.words, "on": line.date, "by_id": line.by,
                "at": now, "source": Observation.Source.IMPORTED, "supersedes_id": corrects,
            })  # fmt: skip
            entries.append(self.entry("observation.imported", line, Observation, pk))
        return Observation, rows, entries


class Points(Coming):
    """A sheet of points: what was measured of a goal on a day, one a day."""

    about = words.POINTS

    def settle(self, lines):
        goals = self._goals({line.student for line in lines})
        return [line for line in lines if self._has_goal(line, goals)]

    def _goals(self, students):
        """Return {child: [goal]} of the plans that are open, as far as the sender works with them."""
        found: dict = {}
        plans = Plan.objects.open().filter(school=self.school)
        for batch in in_batches(students, ROWS):
            rows = Goal.objects.filter(
                ended_at=None, plan__in=plans.filter(student__in=batch)
            ).select_related("plan")
            if self.by is not None:
                rows = rows.visible_to(self.by)
            for goal in rows:
                found.setdefault(goal.plan.student_id, []).append(goal)
        return found

    def _has_goal(self, line, goals):
        said = names.plain(line.goal)
        called = [
            goal for goal in goals.get(line.student, ())
            if said in (names.plain(goal.statement), names.plain(goal.measure), str(goal.pk))
        ]  # fmt: skip
        exact = [goal for goal in called if said == names.plain(goal.statement)]
        if len(called) != 1 and len(exact) != 1:
            self.refuse("several" if called else "goal", line, "goal", "", line.goal)
            return False
        goal = called[0] if len(called) == 1 else exact[0]
        line.about = goal.pk
        return self._is_a_point(line, goal)

    def _is_a_point(self, line, goal):
        most = goal.most
        if line.date < goal.baseline_on:
            self.refuse("before", line, "date", goal.baseline_on, str(line.date))
        elif line.value < goal.least or (most is not None and line.value > most):
            bounds = f"{plainly(goal.least)}–{'' if most is None else plainly(most)}"
            self.refuse("outside", line, "value", bounds, plainly(line.value))
        else:
            return True
        return False

    def key(self, line):
        return line.about, line.date

    def content(self, line):
        return (_plain(line.value),)

    def standing(self, lines):
        days = [line.date for line in lines]
        rows = Point.objects.standing().filter(
            goal__in={line.about for line in lines}, on__range=(min(days), max(days))
        )
        return {
            (row.goal_id, row.on): (
                row.pk, (_plain(row.value),), row.source == Point.Source.IMPORTED,
            )
            for row in rows.order_by("at").iterator(ROWS)
        }  # fmt: skip

    def write_batch(self, batch):
        rows, entries, now = [], [], timezone.now()
        plans = dict(
            Goal.objects.filter(pk__in={line.about for line, _pk in batch}).values_list(
                "pk", "plan"
            )
        )
        # nobody closes a plan while points come in
        list(
            Plan.objects.select_for_update(no_key=True).filter(pk__in=plans.values()).order_by("pk")
        )
        for line, corrects in batch:
            pk, plan, goal = uuid.uuid4(), plans[line.about], str(line.about)
            rows.append({
                "id": pk, "goal_id": line.about, "on": line.date, "value": line.value,
                "words": line.words, "source": Point.Source.IMPORTED,
                "by_id": self.by and self.by.pk, "at": now, "supersedes_id": corrects,
            })  # fmt: skip
            entries.append(self.entry("point.imported", line, Plan, plan, goal=goal, point=str(pk)))
        return Point, rows, entries


def _plain(value):
    return None if value is None else plainly(value)


KINDS = {kind.about: kind for kind in (Observations, Points)}
