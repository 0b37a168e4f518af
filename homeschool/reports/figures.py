"""The figures of a term, by definitions that never mix.

In person = at home, elsewhere, at school; online = by video, by phone. A child reached both ways
counts once, as in person, so that in person + online = reached. A household visited is a
distinct household with a held visit at home; where the school has written down no household, the
children with the same first guardian are one. A visit belongs to the term in which it took place, by
the calendar of the school's zone. A child who was reached and has left since still was reached.
"""

import csv
import datetime as dt
import zoneinfo
from dataclasses import astuple, dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from homeschool.people.models import Guardianship, Student
from visits.models import Visit, VisitChild

MEASURES = {
    "students_on_roll": _("children on roll"),
    "students_reached": _("children reached"),
    "students_reached_in_person": _("of them in person"),
    "students_reached_online": _("of them online"),
    "households_visited": _("households visited at home"),
    "visits_held": _("visits held"),
}
HEADER = ("period", "unit", "measure", "breakdown", "value", "n", "suppressed")
# A spreadsheet takes a text that begins like this, or with a full-width twin, for a formula.
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")


@dataclass(frozen=True)
class Figure:
    """One counted fact: `value` of `n` (children on roll, or visits held) in a term of a school.

    `breakdown` is empty for the total, else like `mode=home`; `suppressed` is 1 where the value
    is left out of a public version.
    """

    period: str
    unit: str
    measure: str
    breakdown: str
    value: int
    n: int
    suppressed: int = 0

    @property
    def words(self):
        """What is counted, in the reader's language."""
        kind, _equals, code = self.breakdown.partition("=")
        return Visit.Mode(code).label if kind == "mode" else MEASURES[self.measure]


def span(term):
    """Return the moments at which the term begins and ends, in the zone of its school."""
    zone = zoneinfo.ZoneInfo(term.school.time_zone)
    begin, end = (dt.datetime.combine(day, dt.time(), zone) for day in (term.start, term.end))
    return begin, end


def held_lines(term, students):
    """Return the lines of the held visits of the term about `students`."""
    begin, end = span(term)
    return VisitChild.objects.filter(
        student__in=students,
        visit__status=Visit.Status.HELD,
        visit__happened_at__gte=begin,
        visit__happened_at__lt=end,
    )


def _home():
    """Return what tells the home of a line: the household, else the first guardian, else the child."""
    first = Guardianship.objects.open().filter(student=OuterRef("student"))
    first = first.order_by("-primary", "since", "pk")
    return Coalesce("visit__household", Subquery(first.values("guardian")[:1]), "student")


def term_figures(term, students):
    """Return the figures of `term` over the queryset `students` of its school: three queries."""
    on_roll = students.filter(status=Student.Status.ACTIVE).count()
    lines = held_lines(term, students)
    counted = lines.aggregate(
        reached=Count("student", distinct=True),
        in_person=Count("student", distinct=True, filter=Q(visit__mode__in=Visit.IN_PERSON)),
        households=Count(_home(), distinct=True, filter=Q(visit__mode=Visit.Mode.HOME)),
    )
    modes = dict(
        lines.values_list("visit__mode").annotate(n=Count("visit", distinct=True)).order_by()
    )
    held = sum(modes.values())
    rows = [
        ("students_on_roll", "", on_roll, on_roll),
        ("students_reached", "", counted["reached"], on_roll),
        ("students_reached_in_person", "", counted["in_person"], on_roll),
        ("students_reached_online", "", counted["reached"] - counted["in_person"], on_roll),
        ("households_visited", "", counted["households"], held),
        ("visits_held", "", held, held),
    ]
    rows += [("visits_held", f"mode={mode}", modes.get(mode, 0), held) for mode in Visit.Mode]
    return [Figure(term.code, term.school.code, *row) for row in rows]


def harmless(value):
    """Return `value` so that no spreadsheet takes it for a formula."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula else value


def write_csv(figures, file):
    """Write the tidy table to the text file `file`, with a byte-order mark for spreadsheets."""
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(HEADER)
    writer.writerows([harmless(value) for value in astuple(figure)] for figure in figures)
