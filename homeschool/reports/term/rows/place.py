"""Where children were in a term: in which class and division, and whether on roll."""

from django.db.models import Case, F, OuterRef, Q, Subquery, UUIDField, Value, When

from homeschool.people.models import Division, SchoolClass, Student
from homeschool.reports.term.counting import is_past, span
from homeschool.reports.term.measures import DIVISION

ACTIVE = Student.Status.ACTIVE
HISTORY = Student.pgh_event_model  # type: ignore[attr-defined]


def placed(term, students, parts=()):
    """Return those of `students` who were in all of `parts`, [(kind, code)], with the aliases
    `then_class`, `then_division` (ids) and `then_on_roll`.

    In a term that runs it is as today; of one that is over as it ended, as far as it is known.
    """
    if is_past(term):
        found = _as_it_ended(term, students)
    else:
        on_roll = Case(When(status=ACTIVE, then=Value(True)), default=Value(False))
        found = students.alias(
            then_class=F("school_class_id"), then_division=F("division_id"), then_on_roll=on_roll
        )
    for kind, code in parts:
        name, rows = (
            ("then_division", Division) if kind == DIVISION else ("then_class", SchoolClass)
        )
        found = found.filter(
            **{f"{name}__in": rows.objects.filter(school=term.school_id, code=code)}
        )
    return found


def _as_it_ended(term, students):
    """Return the children with how they stood in the last row of their history of that time."""
    _begin, end = span(term)
    known = HISTORY.objects.filter(pgh_created_at__lt=end)
    last = known.filter(pgh_obj=OuterRef("pk")).order_by("-pgh_created_at", "-pgh_id")
    was = {
        name: Subquery(last.values(name)[:1])
        for name in ("school", "school_class", "division", "status")
    }
    here = Q(was_school=term.school_id)
    if known.filter(pgh_obj__in=students.order_by().values("pk")).exists():
        on_roll = Case(When(here & Q(was_status=ACTIVE), then=Value(True)), default=Value(False))
    else:
        on_roll = Case(When(status=ACTIVE, then=Value(True)), default=Value(False))
    return students.alias(
        was_school=was["school"], was_status=was["status"],
        then_class=Case(When(here, then=was["school_class"]), default=F("school_class_id"), output_field=UUIDField()),
        then_division=Case(When(here, then=was["division"]), default=F("division_id"), output_field=UUIDField()),
        then_on_roll=on_roll,
    )  # fmt: skip
