"""The rows behind a figure: the children, visits, promises … that it counts, one by one.

A second road, by the ORM: for each figure as many rows as it says; of a median as many as its `n`.
"""

from . import answers, families, messages, plans, sessions
from .behind import Behind

# Figures of records: their rows are for those who read records; the others anybody of the report opens.
RECORDS = {
    "visits_held", "visits_nobody_home", "visits_declined", "promises_made", "promises_kept",
    "summaries_sent", "summaries_confirmed", *answers.RECORDS, *families.RECORDS,
    *plans.RECORDS, *sessions.RECORDS, *messages.RECORDS,
}  # fmt: skip


def rows_of(term, students, filters, figure):
    """Return (code of the kind of row, queryset in order): the rows that `figure` counts.

    `students` are those over whom the report counts; the queryset holds as many rows as its value.
    """
    behind = Behind(term, students, filters, figure.kind, figure.key)
    code, find = KINDS[figure.measure]
    return code, find(behind)


KINDS = (
    {
        "students_on_roll": ("students", Behind.on_roll),
        "students_reached": ("students", Behind.reached),
        "students_reached_in_person": ("students", Behind.in_person),
        "students_reached_online": ("students", Behind.online),
        "households_visited": ("households", Behind.households),
        "visits_held": ("visits", lambda behind: behind.held.order_by("happened_at", "pk")),
        "visits_nobody_home": ("visits", Behind.missed),
        "visits_declined": ("visits", Behind.declined),
        "regions_visited": ("regions", Behind.regions),
        "cities_visited": ("regions", Behind.cities),
        "meetings_held": ("meetings", Behind.meetings),
        "classes": ("classes", Behind.classes),
        "classes_with_meeting": ("classes", Behind.gathered),
        "promises_made": ("promises", Behind.promises),
        "promises_kept": ("promises", Behind.kept),
        "summaries_sent": ("visits", Behind.told),
        "summaries_confirmed": ("visits", Behind.confirmed),
    }
    | answers.KINDS
    | families.KINDS
    | plans.KINDS
    | sessions.KINDS
    | messages.KINDS
)
